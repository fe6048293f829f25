"""The time of a desk is the one that it was given: on any day, in any zone, whatever day the
machine has.
"""

import asyncio
import json
import re
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.dates.days import BANGKOK
from tests.e2e.conftest import MakeDesk
from tests.e2e.fork_server import run_program
from tests.e2e.harness import DAO, NOK, SAVED, DeskProcess, eventually, fill, one_line
from tests.fakes.clock import FakeClock
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram

ZONES = ["UTC", "America/New_York", "Pacific/Kiritimati"]
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
OPEN = "/open C81554 โทร 1.1 ขอข้อมูลแรงงาน"
LEAP_DAY = datetime(2096, 2, 29, 10, 0, tzinfo=BANGKOK)
YEAR = timedelta(days=400)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> str:
    """Where the machine believes to be."""
    return str(request.param)


def types(desk: DeskProcess, text: str) -> str:
    """What the terminal answers."""
    done = run_program(["chat", "--as", "คุณนก"], desk.environment(), text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ticks(desk: DeskProcess, clock: FakeClock, at: datetime) -> str:
    """What is done at that time."""
    clock.set(at)
    done = desk.run("tick")
    assert done.returncode == 0, done.stderr
    return done.stdout


def times_in(desk: DeskProcess) -> dict[str, datetime]:
    """Some instant of each column that holds one: the earliest and the latest."""
    found = {}
    for (table,) in desk.rows(TABLES):
        for column in [
            row[1] for row in desk.rows(f"PRAGMA table_info({table})") if row[1].endswith("_at")
        ]:
            ((first, last),) = desk.rows(f"SELECT min({column}), max({column}) FROM {table}")
            if first is not None:
                found[f"{table}.{column} from"] = datetime.fromisoformat(first)
                found[f"{table}.{column} to"] = datetime.fromisoformat(last)
    return found


def test_nothing_that_a_desk_writes_knows_what_day_the_machine_has(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine, clock: FakeClock, tmp_path: Path
) -> None:
    clock.set(LEAP_DAY)
    desk = make_desk(telegram, line)
    desk.use_database(tmp_path / "then.db")
    assert desk.run("invite", "--role", "admin", "--name", "วิภา").returncode == 0
    asyncio.run(fill(desk.settings["DATABASE_URL"]))
    desk.start()
    telegram.say(NOK.telegram, one_line("ขอข้อมูลแรงงาน"))
    telegram.document(NOK.telegram, b"%PDF-1.7 form", name="form.pdf", mime="application/pdf")
    line.say(DAO.line, OPEN)
    line.say(DAO.line, "เตือน พรุ่งนี้ 9.30 โทรกลับ")
    desk.settle()
    desk.stop()
    times = times_in(desk)
    assert {
        "files.added_at to",
        "reminders.created_at to",
        "tickets.created_at to",
        "outbox.sent_at to",
        "schema_migrations.applied_at to",
    } <= {*times}
    assert {name: at for name, at in times.items() if abs(at - LEAP_DAY) > YEAR} == {}
    logged = [
        datetime.fromisoformat(json.loads(line)["timestamp"]) for line in desk.stderr().splitlines()
    ]
    assert all(LEAP_DAY <= at < clock() for at in logged)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),
        ("2026-11-22", False),  # a Sunday
        ("2027-04-13", False),  # Songkran
        ("2027-04-15", False),
        ("2027-04-16", True),
        ("2026-12-31", False),  # the last day of the year is a holiday
        ("2028-02-29", True),
    ],
)
def test_the_morning_comes_at_half_past_eight_in_bangkok_on_working_days(
    make_desk: MakeDesk, clock: FakeClock, zone: str, day: str, works: bool
) -> None:
    half_past_eight = datetime.fromisoformat(f"{day}T08:30+07:00")
    clock.set(half_past_eight - timedelta(days=5))
    desk = make_desk(None, None)
    desk.zone = zone
    types(desk, OPEN)
    assert "morning=" not in ticks(desk, clock, half_past_eight - timedelta(minutes=1))
    assert ("morning=1" in ticks(desk, clock, half_past_eight + timedelta(minutes=1))) == works
    assert "morning=" not in ticks(desk, clock, half_past_eight + timedelta(minutes=2))


def test_a_desk_that_runs_sees_its_clock_move(
    make_desk: MakeDesk, line: FakeLine, clock: FakeClock, zone: str
) -> None:
    clock.set(datetime(2026, 11, 30, 8, 29, tzinfo=BANGKOK))
    desk = make_desk(None, line)
    desk.zone = zone
    desk.start()
    line.say(NOK.line, OPEN)
    desk.settle()
    (saved,) = line.messages(NOK.line)
    # A morning waits until nine for an answer that brings it free (domain/data/reach.toml).
    clock.set(datetime(2026, 12, 1, 9, 0, tzinfo=BANGKOK))
    told = eventually(lambda: line.messages(NOK.line)[1:], "the morning's list")
    assert "อังคาร 1 ธ.ค. 69" in told[0].text
    assert saved.text not in told[0].text


TUESDAY = datetime(2026, 12, 1, 9, 1, tzinfo=BANGKOK)


@pytest.mark.parametrize(
    "wrong",
    [
        datetime(1970, 1, 1, 7, 5, tzinfo=BANGKOK),
        datetime(2026, 11, 30, 8, 15, tzinfo=BANGKOK),
        datetime(2027, 12, 7, 8, 15, tzinfo=BANGKOK),
    ],
    ids=["not set yet", "yesterday", "a year ahead"],
)
@pytest.mark.parametrize("killed", [False, True], ids=["runs on", "killed"])
def test_a_clock_that_is_set_right_stops_nothing_and_tells_nothing_twice(
    make_desk: MakeDesk, line: FakeLine, clock: FakeClock, wrong: datetime, killed: bool
) -> None:
    clock.set(wrong)
    desk = make_desk(None, line)
    desk.start()
    line.say(NOK.line, OPEN)
    desk.settle()
    if killed:
        desk.send_signal(signal.SIGKILL)
        desk.wait_killed()
    clock.set(TUESDAY - timedelta(hours=1))
    if killed:
        desk.start()
    line.say(NOK.line, OPEN)
    desk.settle()
    clock.set(TUESDAY)
    mornings = eventually(lambda: told_of(line, "อังคาร 1 ธ.ค. 69"), "the morning's list")
    clock.set(TUESDAY - timedelta(hours=1))
    line.say(NOK.line, "เมนู")
    desk.settle()
    clock.set(TUESDAY + timedelta(minutes=1))
    line.say(NOK.line, "เมนู")
    desk.settle()
    assert told_of(line, "อังคาร 1 ธ.ค. 69") == mornings
    assert len(mornings) == 1
    (saved,) = desk.rows("SELECT count(*) FROM tickets")
    assert saved == (2,)


def told_of(line: FakeLine, words: str) -> list[str]:
    """The officer's messages that say this."""
    return [message.text for message in line.messages(NOK.line) if words in message.text]


def test_the_year_turns_in_bangkok(make_desk: MakeDesk, clock: FakeClock, zone: str) -> None:
    desk = make_desk(None, None)
    desk.zone = zone
    numbers = []
    for at in ("2026-12-31T23:59:30+07:00", "2027-01-01T00:00:30+07:00"):
        clock.set(datetime.fromisoformat(at))
        answer = types(desk, one_line(f"ขอข้อมูล {at[:4]}"))
        assert SAVED in answer
        numbers += re.findall(r"R(\d{4})\d{6}", answer)[:1]
    assert numbers == ["2612", "2701"]
