"""The desk says what keeps it from being ready, and since when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.mail.platform import MailPlatform
from bot.parts import PlatformParts, Refusal, RunningDesk
from bot.queues.pulses import Pulses
from bot.watch import watch as watch_of_desk
from bot.watch.health import Health, Problem
from domain.configuration import load_configuration
from domain.reach.health import Measured, Room, find_problems
from handlers.desk import Desk
from store.engine import database_file
from store.engine.database import StoreUnavailable
from store.engine.database_file import DatabaseFile
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
RULES = load_configuration().health
WELL = Measured(
    silences={"telegram": 44.0, "line": 0.0},
    events={"line": 44.0},
    messages={"telegram": 44.0, "mail": 899.0},
    unwritten=29.0,
    unticked=44.0,
    rooms={"data folder": Room(251_000_000, 10**12), "database": Room(600_000, 10_000_000)},
)


class Moving:
    """The desk's clock and the steady one, moved together."""

    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 100.0

    def __call__(self) -> datetime:
        return self.now

    def steady(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


async def test_a_problem_has_the_moment_at_which_it_was_first_seen_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Moving()
    db = await open_new(tmp_path / "desk.db")
    ping = db.ping

    async def lost() -> None:
        raise StoreUnavailable

    desk = Desk(db, OFFICE, clock)
    health = Health(desk, Pulses(clock, clock.steady))
    try:
        assert await health.problems() == [Problem("database: search is being read", NOW)]
        await desk.words.refreshed(db, None)
        assert await health.problems() == []
        monkeypatch.setattr(db, "ping", lost)
        since = clock.now
        assert await health.problems() == [Problem("database: unavailable", since)]
        clock.advance(7)
        assert await health.problems() == [Problem("database: unavailable", since)]
        monkeypatch.setattr(db, "ping", ping)
        assert await health.problems() == []
    finally:
        await desk.close()
        await db.close()


def test_a_desk_within_its_limits_has_no_problem() -> None:
    assert find_problems(WELL, RULES) == []


@pytest.mark.parametrize(
    ("wrong", "begins"),
    [
        ({"silences": {"telegram": 46.0}}, "telegram:"),
        ({"silences": {"mailbox": 46.0}}, "mail"),
        ({"silences": {"line": 0.0}, "refusing": ["line"]}, "line:"),
        ({"deaf": {"line": "its webhook is off"}}, "line:"),
        ({"events": {"line": 46.0}}, "inbox:"),
        ({"messages": {"telegram": 46.0}}, "outbox:"),
        ({"messages": {"mail": 901.0}}, "outbox:"),
        ({"unwritten": 31.0}, "database:"),
        ({"damage": "its file is gone"}, "database:"),
        ({"unticked": 46.0}, "tick:"),
        ({"rooms": {"data folder": Room(0, 8_000_000)}}, "disk:"),
        ({"rooms": {"data folder": Room(249_000_000, 10**12)}}, "disk:"),
    ],
)
def test_what_is_wrong_is_told_by_the_part_of_the_desk(
    wrong: dict[str, object], begins: str
) -> None:
    (problem,) = find_problems(replace(WELL, **wrong), RULES)  # type: ignore[arg-type]
    assert problem.startswith(begins)


def test_a_platform_is_silent_by_the_steady_clock_and_well_again_with_the_next_answer() -> None:
    clock = Moving()
    pulses = Pulses(clock, clock.steady)
    pulses.watch("telegram")
    # A clock that is set is no silence.
    clock.now += timedelta(days=400)
    assert find_problems(pulses.measured(), RULES) == []
    clock.advance(20)
    pulses.written()
    pulses.ticked()
    clock.advance(26)
    assert find_problems(replace(pulses.measured(), unwritten=0), RULES) == [
        "telegram: nothing was received or sent for long"
    ]
    pulses.refused("telegram")
    assert find_problems(replace(pulses.measured(), unwritten=0), RULES) == [
        "telegram: refuses the token or password"
    ]
    pulses.sent("telegram")
    assert find_problems(replace(pulses.measured(), unwritten=0), RULES) == []
    assert pulses.of("telegram").sent_at == clock.now


def test_the_databases_file_is_the_one_that_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    log = tmp_path / "desk.db-wal"
    path.write_bytes(b"one")
    file = DatabaseFile(path)
    assert file.damage() == ""
    log.write_bytes(b"log")
    assert file.damage() == ""
    path.chmod(0o400)
    assert file.damage() == database_file.READ_ONLY
    path.chmod(0o600)
    log.unlink()
    assert file.damage() == database_file.LOG_GONE
    log.write_bytes(b"another")
    assert file.damage() in ("", database_file.LOG_GONE)
    other = tmp_path / "other.db"
    other.write_bytes(b"two")
    other.rename(path)
    assert file.damage() == database_file.REPLACED
    path.unlink()
    assert file.damage() == database_file.GONE


class Refusing(PlatformParts):
    """A mail server that does not know the password."""

    name = "mail"
    ask_every = MailPlatform.ask_every
    may_lock_out = MailPlatform.may_lock_out

    def __init__(self, clock: Moving) -> None:
        self.clock = clock
        self.asked: list[float] = []

    async def check(self) -> str:
        self.asked.append(self.clock.seconds)
        return Refusal("DESKBOT_SMTP_URL: the server does not know this user and password")


async def test_a_login_that_is_refused_is_tried_seldom_and_often_enough_for_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Moving()
    monkeypatch.setattr(watch_of_desk, "monotonic", clock.steady)
    db = await open_new(tmp_path / "desk.db")
    pulses = Pulses(clock, clock.steady)
    running = RunningDesk(Desk(db, OFFICE, clock), "", nothing, nothing, nothing, pulses)  # type: ignore[arg-type]
    parts = Refusing(clock)
    watch = watch_of_desk.Watch(running, [parts], f"sqlite:///{tmp_path}/desk.db", tmp_path)
    for _look in range(60):
        clock.advance(5)
        await watch.ask()
    pauses = [round(after - before) for before, after in pairwise(parts.asked)]
    assert set(pauses) == {RULES.refused}
    assert RULES.refused < 60 - watch_of_desk.LOOK_EVERY
    assert find_problems(replace(pulses.measured(), unwritten=0, unticked=0), RULES) == [
        "mail: refuses the token or password"
    ]
    await db.close()


def nothing(*_given: object) -> None:
    return None
