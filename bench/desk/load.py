"""Many people at once: events a second on one core, and what one of them takes of processor time,
commits and pages.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from time import perf_counter

from bench.desk.questions import CODE, ECHO, NAME, SAVE, USUAL, Question
from bench.lasting import Lasting, Log, PostgresqlLog, sqlite_log
from bench.programs import LINE_USERS, TELEGRAM_USERS, Programs, make_desk
from bench.report import Report, Row
from bench.rig import Program, TimedLine, TimedTelegram

FEW = 50
MANY = 500
"""Conversations at once."""
EVENTS = 500
"""Of one burst."""
ROUNDS = {FEW: 2, MANY: 1}
SETTLE = 0.5
"""Seconds in which what was sent is written down."""
ALONE = 50
"""Events that come one after another while commits are counted."""
AIM_RATE = 200.0
AIM_CPU = 1.6
AIM_COMMITS = 2.0
"""Events a second and core, processor time over the echo's, commits an event."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A program, its fake, and its database's log, where it has one."""

    name: str
    program: Program
    fake: TimedTelegram
    log: Callable[[], AbstractContextManager[Log]] | None = None


@dataclass(frozen=True, slots=True)
class Burst:
    """Events a second, and milliseconds of processor time an event."""

    rate: float
    cpu: float


def measure_telegram(report: Report, programs: Programs, engine: str, echo: Program) -> None:
    """Telegram on this engine, its own rate put aside; the echo is the same one throughout."""
    for people in (FEW, MANY):
        with _loaded(programs, engine, people, echo) as loaded:
            for each in loaded:
                # Everybody has written once before it counts.
                _burst(each, CODE, people, people)
            for question in (CODE, NAME, SAVE):
                bursts = _bursts(loaded, question, people)
                report.rows += _rows(engine, people, question, bursts)
            if people == FEW:
                report.rows += [_commits(engine, loaded, each) for each in (CODE, NAME, SAVE)]


@contextmanager
def _loaded(
    programs: Programs, engine: str, people: int, echo: Program
) -> Iterator[Sequence[Loaded]]:
    """The desk and the other bot on fresh databases with so many people."""
    name = f"{engine}{people}"
    desk_log: Callable[[], AbstractContextManager[Log]]
    usual_log: Callable[[], AbstractContextManager[Log]]
    if engine == "SQLite":
        desk_url = programs.desk_url(f"desk{name}")
        usual_url = programs.usual_url(f"usual{name}")
        desk_log = _of_file(programs.folder / f"desk{name}.db")
        usual_log = _of_file(programs.folder / f"usual{name}.db")
    else:
        server = programs.server()
        desk_url = asyncio.run(server.make_database())
        own_url = asyncio.run(server.make_database())
        usual_url = own_url.replace("postgresql:", "postgresql+asyncpg:", 1)
        desk_log = usual_log = lambda: nullcontext(PostgresqlLog(server))
    asyncio.run(make_desk(desk_url, people))
    programs.make_usual(usual_url, people)
    desk = programs.start_unpaced(desk_url)
    usual, _seconds = programs.start_usual(usual_url)
    try:
        yield [
            Loaded("desk", desk, programs.unpaced_telegram, desk_log),
            Loaded(ECHO, echo, programs.echo_telegram),
            Loaded(USUAL, usual, programs.usual_telegram, usual_log),
        ]
    finally:
        desk.stop()
        usual.stop()
    desk.must_be_sane()


def _of_file(path: Path) -> Callable[[], AbstractContextManager[Log]]:
    return lambda: sqlite_log(path)


def _bursts(loaded: Sequence[Loaded], question: Question, people: int) -> dict[str, Burst]:
    """The better rate of all rounds, and the processor time of all of them, each program in turn."""
    found: dict[str, list[Burst]] = {each.name: [] for each in loaded}
    for _ in range(ROUNDS[people]):
        for each in loaded:
            found[each.name].append(_burst(each, question, people, EVENTS))
    return {
        name: Burst(max(each.rate for each in bursts), fmean(each.cpu for each in bursts))
        for name, bursts in found.items()
    }


def _burst(loaded: Loaded, question: Question, people: int, events: int) -> Burst:
    before = loaded.program.cpu_seconds()
    started_at = perf_counter()
    for n in range(events):
        loaded.fake.say(TELEGRAM_USERS[n % people], question.text)
    rate = _rate(loaded.fake, question, events, started_at)
    time.sleep(SETTLE)
    used = loaded.program.cpu_seconds() - before
    return Burst(rate, used * 1000 / events)


def _rate(
    fake: TimedTelegram | TimedLine, question: Question, events: int, started_at: float
) -> float:
    answers = [fake.next_answer() for _ in range(events)]
    for answer in answers:
        question.check(answer)
    return events / (answers[-1].at - started_at)


def _rows(engine: str, people: int, question: Question, bursts: dict[str, Burst]) -> Iterator[Row]:
    """Rate and processor time; the aims are for SQLite and few conversations."""
    what = f"Telegram, {question.name}, {people} conversations, {engine}"
    aimed = engine == "SQLite" and people == FEW
    desk = bursts["desk"]
    echo = bursts[ECHO]
    usual = bursts[USUAL]
    rate = Row(
        f"events a second and core, {what}",
        f"{desk.rate:.0f}/s",
        f"{ECHO} {echo.rate:.0f}/s; {USUAL} {usual.rate:.0f}/s",
        f"x {desk.rate / echo.rate:.2f}; x {desk.rate / usual.rate:.2f}",
    )
    share = desk.cpu / echo.cpu
    cpu = Row(
        f"processor time an event, {what}",
        f"{desk.cpu:.1f} ms",
        f"{ECHO} {echo.cpu:.1f} ms; {USUAL} {usual.cpu:.1f} ms",
        f"x {share:.2f}; x {desk.cpu / usual.cpu:.2f}",
    )
    if aimed:
        rate = replace(rate, aim=f"at least {AIM_RATE:.0f}/s", met=desk.rate >= AIM_RATE)
        cpu = replace(cpu, aim=f"at most x {AIM_CPU} of the echo", met=share <= AIM_CPU)
    yield rate
    yield cpu


# What lasts.


def _commits(engine: str, loaded: Sequence[Loaded], question: Question) -> Row:
    found = {each.name: _lasting(each, question) for each in loaded if each.log is not None}
    desk = found["desk"]
    commits = desk.commits / ALONE
    return Row(
        f"commits an event, Telegram, {question.name}, {engine}",
        _told(desk),
        f"{ECHO} none; {USUAL} {_told(found[USUAL])}",
        aim=f"at most {AIM_COMMITS:.0f}",
        # What was sent last is written by itself, when no other event came.
        met=round(commits) <= AIM_COMMITS,
    )


def _told(lasting: Lasting) -> str:
    told = f"{lasting.commits / ALONE:.1f}"
    if lasting.pages:
        told += f", {lasting.pages / ALONE:.0f} pages"
    return told


def _lasting(loaded: Loaded, question: Question) -> Lasting:
    """What some events make lasting, one after another, by the database's own log."""
    assert loaded.log is not None
    with loaded.log() as log:
        _alone(loaded.fake, question, 1)
        log.since()
        _alone(loaded.fake, question, ALONE)
        return log.since()


def _alone(fake: TimedTelegram, question: Question, events: int) -> None:
    for user in TELEGRAM_USERS[:events]:
        fake.say(user, question.text)
        question.check(fake.next_answer())
    time.sleep(SETTLE)


# LINE, and Telegram as it is shipped.


def measure_line(report: Report, programs: Programs, desk: Program, echo: Program) -> None:
    """By webhooks, a conversation's next one when its last one was acknowledged."""
    found: dict[str, list[Burst]] = {"desk": [], ECHO: []}
    for _ in range(ROUNDS[FEW]):
        found["desk"].append(_burst_line(programs.desk_line, desk))
        found[ECHO].append(_burst_line(programs.echo_line, echo))
    rates = {name: max(burst.rate for burst in bursts) for name, bursts in found.items()}
    cpu = {name: fmean(burst.cpu for burst in bursts) for name, bursts in found.items()}
    what = f"LINE, {CODE.name}, {FEW} conversations, SQLite"
    report.rows += [
        Row(
            f"events a second and core, {what}",
            f"{rates['desk']:.0f}/s",
            f"{ECHO} {rates[ECHO]:.0f}/s",
            f"x {rates['desk'] / rates[ECHO]:.2f}",
        ),
        Row(
            f"processor time an event, {what}",
            f"{cpu['desk']:.1f} ms",
            f"{ECHO} {cpu[ECHO]:.1f} ms",
            f"x {cpu['desk'] / cpu[ECHO]:.2f}",
        ),
    ]


def _burst_line(fake: TimedLine, program: Program) -> Burst:
    before = program.cpu_seconds()
    started_at = perf_counter()
    fake.submit(fake.flood(LINE_USERS[:FEW], CODE.text, EVENTS // FEW), timeout=120)
    rate = _rate(fake, CODE, EVENTS, started_at)
    time.sleep(SETTLE)
    return Burst(rate, (program.cpu_seconds() - before) * 1000 / EVENTS)


def measure_shipped(report: Report, programs: Programs) -> None:
    """Telegram at the desk's own pace."""
    events = 6 * FEW
    fake = programs.desk_telegram
    started_at = perf_counter()
    for n in range(events):
        fake.say(TELEGRAM_USERS[n % FEW], CODE.text)
    paced = _rate(fake, CODE, events, started_at)
    report.rows.append(
        Row(
            "events a second, Telegram, as shipped",
            f"{paced:.0f}/s",
            against="Telegram allows about 30/s",
        )
    )
    time.sleep(4)  # until the desk's buckets are empty again
