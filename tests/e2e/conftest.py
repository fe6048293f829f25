"""A desk in a process of its own between two fakes at the wire; every test ends with all of them
looked over.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import WEBHOOK_SECRET, DeskProcess, LineCourier, make_template
from tests.fakes.clock import CLOCK, FakeClock
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram

MakeDesk = Callable[..., DeskProcess]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    """The time of the desks and of the fakes, for a test that moves it."""
    yield CLOCK
    CLOCK.reset()


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram(limits=True) as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def courier(line: FakeLine) -> LineCourier:
    return LineCourier(line)


@pytest.fixture
def make_desk(
    tmp_path: Path, template: Path, telegram: FakeTelegram, line: FakeLine
) -> Iterator[MakeDesk]:
    """Makes desks that are killed and looked over at the end, before the fakes go."""
    with ExitStack() as stack:

        def make(
            telegram: FakeTelegram | None = None, line: FakeLine | None = None, **settings: str
        ) -> DeskProcess:
            desk = DeskProcess(tmp_path, template, telegram, line, **settings)
            stack.callback(desk.close)
            return desk

        yield make


@pytest.fixture
def telegram_desk(make_desk: MakeDesk, telegram: FakeTelegram) -> DeskProcess:
    return make_desk(telegram)


@pytest.fixture
def line_desk(make_desk: MakeDesk, line: FakeLine) -> DeskProcess:
    return make_desk(None, line)


@pytest.fixture
def webhook_desk(make_desk: MakeDesk, telegram: FakeTelegram) -> DeskProcess:
    """Telegram brings updates by webhook."""
    desk = make_desk(telegram, TELEGRAM_MODE="webhook", TELEGRAM_WEBHOOK_SECRET=WEBHOOK_SECRET)
    desk.settings["PUBLIC_URL"] = f"http://127.0.0.1:{desk.port}"
    return desk


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Any]:
    """One desk on both platforms for many cases that crash nothing; each case has a chat of its
    own.
    """
    with FakeTelegram(limits=True) as telegram, FakeLine() as line:
        desk = DeskProcess(tmp_path_factory.mktemp("shared"), template, telegram, line).start()
        try:
            yield desk
            desk.stop()
        finally:
            desk.close()
        assert telegram.violations == []
        assert line.violations == []
