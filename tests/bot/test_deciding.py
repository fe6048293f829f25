"""Where an event is decided: within one reading of SQLite, or where more can be waited for."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.queues import worker as working
from domain.staff import Platform
from handlers.chat import Incoming
from handlers.desk import Desk, Outcome, RunningNumbers, WaitsForMore, without_waiting
from store.engine.database import Reader
from tests.bot.conftest import NOK, WiredDesk

Decide = Callable[..., Coroutine[Any, Any, Outcome]]


@pytest.fixture
def decided_by(monkeypatch: pytest.MonkeyPatch) -> list[Desk]:
    """The desks with which events were decided."""
    desks: list[Desk] = []
    dispatch: Decide = working.dispatch

    async def noted(desk: Desk, incoming: Incoming, *more: Any) -> Outcome:
        desks.append(desk)
        return await dispatch(desk, incoming, *more)

    monkeypatch.setattr(working, "dispatch", noted)
    return desks


async def test_an_event_that_asks_the_store_alone_is_decided_once(
    wired: WiredDesk, decided_by: list[Desk]
) -> None:
    wired.telegram.say(NOK, "เมนู")
    await wired.turn()

    assert len(decided_by) == 1
    assert decided_by[0] is not wired.engine.desk


async def test_a_search_is_decided_where_its_words_can_be_waited_for(
    wired: WiredDesk, decided_by: list[Desk]
) -> None:
    wired.telegram.say(NOK, "มานี")
    with capture_logs() as logs:
        await wired.turn()

    assert decided_by[1:] == [wired.engine.desk]
    assert [line for line in logs if line["log_level"] != "info"] == []


async def test_what_reserves_a_number_is_decided_where_that_can_be_written_and_no_fault_is_logged(
    wired: WiredDesk, decided_by: list[Desk]
) -> None:
    wired.telegram.say(NOK, "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    with capture_logs() as logs:
        await wired.turn()

    assert decided_by[1:] == [wired.engine.desk]
    assert [line for line in logs if line["log_level"] != "info"] == []
    assert await wired.value("SELECT count(*) AS n FROM requests") == 1


async def test_on_postgresql_every_event_is_decided_once_with_the_desk_itself(
    wired: WiredDesk, decided_by: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wired.db, "engine", "postgresql")
    wired.telegram.say(NOK, "มานี")
    wired.telegram.say(NOK, "เมนู")
    await wired.turn()

    assert decided_by == [wired.engine.desk] * 2


async def test_a_bug_within_a_reading_is_told_before_the_event_is_decided_anew(
    wired: WiredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch: Decide = working.dispatch
    bugs = [TypeError("a bug")]

    async def fails_once(desk: Desk, incoming: Incoming, *more: Any) -> Outcome:
        if bugs:
            raise bugs.pop()
        return await dispatch(desk, incoming, *more)

    monkeypatch.setattr(working, "dispatch", fails_once)
    wired.telegram.say(NOK, "เมนู")
    with capture_logs() as logs:
        await wired.turn()

    told = [line for line in logs if line["event"] == "event is decided anew"]
    assert [line["log_level"] for line in told] == ["warning"]
    assert len(wired.telegram_texts()) == 1


async def test_nobody_is_asked_for_more_within_a_reading(wired: WiredDesk) -> None:
    desk = without_waiting(wired.engine.desk, RunningNumbers())

    async def title(_reader: Reader) -> None:
        await desk.title(Platform.LINE, "C1")

    async def cost(_reader: Reader) -> None:
        await desk.networks.broadcast_cost(wired.now.date())

    async def fetch(_reader: Reader) -> object:
        return desk.files.fetch

    for asks in (title, cost, fetch):
        with pytest.raises(WaitsForMore):
            await wired.db.read(asks)

    async def flags(_reader: Reader) -> tuple[object, object]:
        return desk.files.has_links, desk.networks.ready

    assert await wired.db.read(flags) == (True, wired.engine.desk.networks.ready)
