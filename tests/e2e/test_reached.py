"""Told means reached, in real processes: killed at every step while it rides and while it climbs, on
both engines, and two at once.
"""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import ADMIN, NOK, OFFICERS, DeskProcess, eventually, fill
from tests.e2e.test_due import count, let_leases_lapse, office
from tests.e2e.test_owed import owe
from tests.fakes.clock import CLOCK
from tests.fakes.line import FakeLine
from tests.fakes.postgres import shared_server
from tests.fakes.telegram import FakeTelegram

WAITS = "SELECT count(*) AS n FROM untold WHERE told_at IS NULL AND key LIKE 'owed.tell:%'"
TOLD = "SELECT sum(reminders - untold) AS n FROM owed"
REMINDER = "ค้างส่ง 1 เรื่อง"
# Each begins on the machine's day: days that others passed would end in a weekend.
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.long]


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, make_desk: MakeDesk, line: FakeLine, tmp_path: Path
) -> DeskProcess:
    """A desk on LINE alone, on either engine, whose quota is spent."""
    line.quota = 0
    settings = {"CONFIG": office(tmp_path, is_open=True)}
    if request.param == "postgresql":
        settings["DATABASE_URL"] = asyncio.run(shared_server().clean_desk())
        asyncio.run(fill(settings["DATABASE_URL"]))
    return make_desk(None, line, **settings)


def reminders(line: FakeLine, who: str) -> int:
    return sum(REMINDER in message.text for message in line.messages(who))


@pytest.mark.parametrize(
    "failpoint",
    ["event.handled", "event.finished", "message.sending", "message.accepted", "message.sent"],
)
def test_a_kill_while_it_rides_tells_it_once(
    desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    url = desk.settings["DATABASE_URL"]
    owe(url, [NOK.line])
    desk.start()
    eventually(lambda: count(url, WAITS) == 1, "it waits")
    assert count(url, TOLD) == 0
    desk.stop()
    desk.start(failpoint)
    line.say(NOK.line, "เมนู")
    desk.wait_killed()
    let_leases_lapse(url)
    desk.start()
    eventually(lambda: count(url, WAITS) == 0, "it is told")
    line.say(NOK.line, "เมนู")
    eventually(lambda: len(line.messages(NOK.line)) >= 3, "the next answer")
    assert reminders(line, NOK.line) == 1
    assert count(url, TOLD) == 1


@pytest.mark.parametrize("failpoint", ["message.sending", "message.accepted", "climb.decided"])
def test_a_kill_while_it_fails_or_climbs_forgets_nothing(
    desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    url = desk.settings["DATABASE_URL"]
    owe(url, [NOK.line])
    desk.start(failpoint)
    desk.wait_killed()
    let_leases_lapse(url)
    desk.start()
    eventually(lambda: count(url, WAITS) == 1, "it waits")
    line.say(NOK.line, "เมนู")
    eventually(lambda: count(url, WAITS) == 0, "it is told")
    assert reminders(line, NOK.line) == 1
    assert count(url, TOLD) == 1


def test_two_processes_at_once_bring_each_reminder_once(
    make_desk: MakeDesk, line: FakeLine, tmp_path: Path
) -> None:
    line.quota = 0
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    people = [officer.line for officer in OFFICERS[:12]]
    owe(url, people)
    for _process in range(2):
        make_desk(None, line, DATABASE_URL=url, CONFIG=office(tmp_path, is_open=True)).start()
    eventually(lambda: count(url, WAITS) == 12, "all wait")
    for _again in range(2):
        for who in people:
            line.say(who, "เมนู")
    eventually(lambda: count(url, WAITS) == 0, "all are told")
    eventually(lambda: all(len(line.messages(who)) >= 3 for who in people), "all are answered")
    assert [reminders(line, who) for who in people] == [1] * 12
    assert count(url, TOLD) == 12


def test_the_administrators_hear_on_the_next_working_day_and_the_officer_still_does(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine, tmp_path: Path
) -> None:
    line.quota = 0
    desk = make_desk(telegram, line, CONFIG=office(tmp_path, is_open=True))
    desk.write("DELETE FROM identities WHERE user_id = ?", str(NOK.telegram))
    desk.write("DELETE FROM identities WHERE user_id = ?", ADMIN.line)
    url = desk.settings["DATABASE_URL"]
    owe(url, [NOK.line])
    desk.start()
    eventually(lambda: count(url, WAITS) == 1, "it waits")
    assert not [m for m in telegram.messages(ADMIN.telegram) if "ฝากดูแทนด้วย" in m.text]
    CLOCK.advance(days=1, hours=4, minutes=5)
    (told,) = eventually(
        lambda: [m for m in telegram.messages(ADMIN.telegram) if "ฝากดูแทนด้วย" in m.text],
        "the administrator hears",
    )
    assert "นก" in told.text
    assert count(url, TOLD) == 1
    line.say(NOK.line, "เมนู")
    eventually(lambda: reminders(line, NOK.line) == 1, "the officer hears, too")
    assert count(url, TOLD) == 1


@pytest.mark.parametrize("failpoint", ["held.decided", "held.written", "message.accepted"])
def test_a_kill_when_what_was_held_is_pushed_tells_it_once(
    desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    """The quota is scarce: the reminder rides until the next working day's nine o'clock."""
    url = desk.settings["DATABASE_URL"]
    line.quota = 100
    line.consumption = 85
    desk.start()
    eventually(
        lambda: count(url, "SELECT count(*) AS n FROM push_use WHERE quota = 100"), "quota known"
    )
    owe(url, [NOK.line])
    eventually(lambda: count(url, WAITS) == 1, "it waits")
    desk.stop()
    CLOCK.advance(days=1, hours=4, minutes=5)
    desk.start(failpoint)
    desk.wait_killed()
    let_leases_lapse(url)
    desk.start()
    eventually(lambda: count(url, WAITS) == 0, "it is told")
    assert reminders(line, NOK.line) == 1
    assert count(url, TOLD) == 1
