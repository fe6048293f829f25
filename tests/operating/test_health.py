"""A serving process says within a minute what keeps it from being ready, and within a minute that it is over."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import ADMIN, DeskProcess, eventually, make_template
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram
from tests.fakes.wire import Status

pytestmark = pytest.mark.long

SOON = 60.0
UNKNOWN = Status(401)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture
def serving(
    tmp_path: Path, template: Path, telegram: FakeTelegram, line: FakeLine
) -> Iterator[DeskProcess]:
    desk = DeskProcess(tmp_path / "desk", template, telegram, line)
    desk.start()
    yield desk
    desk.kill()
    assert telegram.token.partition(":")[2] not in desk.stderr()


def ready(desk: DeskProcess) -> tuple[int, dict[str, Any]]:
    with closing(HTTPConnection("127.0.0.1", desk.port, timeout=20)) as connection:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def problems(desk: DeskProcess) -> list[str]:
    status, said = ready(desk)
    assert said["ready"] is (status == 200)
    assert bool(said["problems"]) is (status == 503)
    assert desk.request("GET", "/healthz") == 200
    return [problem["what"] for problem in said["problems"]]


def until(desk: DeskProcess, begins: str, *, there: bool = True) -> None:
    """Within a minute such a problem shows, or is gone."""
    end = time.monotonic() + SOON
    while any(what.startswith(begins) for what in problems(desk)) is not there:
        assert time.monotonic() < end, (begins, there, problems(desk), desk.stderr()[-3000:])
        time.sleep(0.3)


def test_a_token_that_is_refused(
    serving: DeskProcess, telegram: FakeTelegram, line: FakeLine
) -> None:
    assert problems(serving) == []
    telegram.fail("getUpdates", *[UNKNOWN] * 500)
    telegram.fail("getMe", *[UNKNOWN] * 500)
    line.fail("info", *[UNKNOWN] * 500)
    until(serving, "telegram")
    until(serving, "line")
    said = json.dumps(ready(serving)[1])
    assert telegram.token.partition(":")[2] not in said
    assert line.access_token not in said
    telegram.calm()
    line.calm()
    until(serving, "telegram", there=False)
    until(serving, "line", there=False)
    assert problems(serving) == []


def status(desk: DeskProcess) -> dict[str, Any]:
    done = desk.run("status", "--json")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_administrators_hear_on_the_other_platform_once_and_that_it_is_over(
    serving: DeskProcess, telegram: FakeTelegram, line: FakeLine
) -> None:
    line.say(ADMIN.line, "/help")
    first = len(line.wait_messages(ADMIN.line, 1))
    telegram.fail("getUpdates", *[UNKNOWN] * 500)
    telegram.fail("getMe", *[UNKNOWN] * 500)
    line.wait_messages(ADMIN.line, first + 1, SOON)
    assert "Telegram" in line.messages(ADMIN.line)[first].text
    until(serving, "telegram")
    eventually(lambda: status(serving)["platforms"]["telegram"]["ok"] is False, "status", SOON)
    told = status(serving)["platforms"]
    assert told["telegram"]["problem"]
    assert told["line"]["ok"] is True
    assert told["line"]["last_received_at"]
    assert told["line"]["last_sent_at"]
    telegram.calm()
    line.wait_messages(ADMIN.line, first + 2, SOON)
    over = [message.text for message in line.messages(ADMIN.line)[first:]]
    assert len(over) == 2
    assert "Telegram" in over[1]


def test_webhooks_that_do_not_come_or_are_signed_otherwise(
    tmp_path: Path, template: Path, telegram: FakeTelegram, line: FakeLine
) -> None:
    wrong = {"LINE_CHANNEL_SECRET": "of another channel"}
    desk = DeskProcess(tmp_path / "desk", template, telegram, line, **wrong)
    try:
        desk.start()
        eventually(lambda: "platform ready" in desk.stderr(), "LINE asked who we are")
        # What strangers sign proves nothing.
        assert desk.request("POST", "/line/webhook", b"{}", x_line_signature="x") == 401
        assert problems(desk) == []
        assert line.say(ADMIN.line, "/help").status == 401
        until(desk, "line: webhooks come for us")
        telegram.wait_messages(ADMIN.telegram, 1, SOON)
        assert "DESKBOT_LINE_CHANNEL_SECRET" in telegram.messages(ADMIN.telegram)[0].text
        desk.kill()
        del wrong["LINE_CHANNEL_SECRET"]
        desk.settings["LINE_CHANNEL_SECRET"] = line.channel_secret
        desk.start()
        assert line.say(ADMIN.line, "/help").status == 200
        assert problems(desk) == []
        # Whoever knows the bot's id can send such a one; LINE, asked for one of its own, is right.
        assert line.events([], signature="wrong").status == 401
        line.wait_for(lambda: any(call.method == "endpoint.test" for call in line.calls), SOON)
        assert problems(desk) == []
        line.brings = False
        until(desk, "line: it brings nothing")
        line.brings = True
        until(desk, "line", there=False)
    finally:
        desk.kill()


def test_a_platform_that_is_away(
    serving: DeskProcess, telegram: FakeTelegram, line: FakeLine
) -> None:
    telegram.down()
    line.down()
    until(serving, "telegram")
    until(serving, "line")
    telegram.up()
    line.up()
    until(serving, "telegram", there=False)
    until(serving, "line", there=False)


def test_a_message_that_nobody_takes(serving: DeskProcess, telegram: FakeTelegram) -> None:
    telegram.fail("sendMessage", *[Status(500)] * 500)
    telegram.say(ADMIN.telegram, "/help")
    until(serving, "outbox")
    telegram.calm()
    until(serving, "outbox", there=False)
    assert len(telegram.wait_messages(ADMIN.telegram, 1, SOON)) == 1


def test_what_is_due_cannot_be_looked_at(serving: DeskProcess) -> None:
    def rename(name: str, to: str) -> None:
        with closing(sqlite3.connect(serving.database, timeout=20)) as beside:
            beside.execute(f"ALTER TABLE {name} RENAME TO {to}")

    rename("due", "due_aside")
    until(serving, "tick")
    rename("due_aside", "due")
    until(serving, "tick", there=False)


@pytest.mark.parametrize("kind", ["deleted", "replaced", "corrupt", "read-only", "log"])
def test_a_database_that_is_not_what_it_was(
    serving: DeskProcess, template: Path, kind: str
) -> None:
    assert problems(serving) == []
    path = serving.database
    if kind == "deleted":
        path.unlink()
    elif kind == "replaced":
        shutil.copy(template, path.with_suffix(".new"))
        path.with_suffix(".new").rename(path)
    elif kind == "corrupt":
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(os.urandom(size))
    elif kind == "read-only":
        path.chmod(0o400)
    else:
        path.with_name(f"{path.name}-wal").unlink()
    until(serving, "database")
    if kind == "read-only":
        path.chmod(0o600)
        until(serving, "database", there=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_disk_that_is_full(tmp_path: Path, template: Path, line: FakeLine) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(small)]).returncode:
        pytest.skip("no small disk can be mounted here")
    desk = DeskProcess(small / "desk", template, None, line)
    try:
        desk.start()
        assert problems(desk) == []
        with (small / "other").open("wb", buffering=0) as other, suppress(OSError):
            while other.write(b"x" * 4096):
                pass
        until(desk, "disk")
        assert isinstance(status(desk)["disk_free_bytes"], int)
        (small / "other").unlink()
        until(desk, "disk", there=False)
        until(desk, "database", there=False)
        assert problems(desk) == []
    finally:
        desk.kill()
        subprocess.run(["umount", "-l", str(small)], check=True)
