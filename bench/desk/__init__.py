"""The running desk beside bare echo bots and a bot as people would build it: speed of an answer,
events a second, commits, acknowledgement, start, memory.
"""

import gc
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.desk.load import EVENTS, FEW, MANY, measure_line, measure_shipped, measure_telegram
from bench.desk.questions import (
    ECHO,
    SAMPLES,
    USUAL,
    WARM_UP,
    measure_acknowledgement,
    measure_answers,
)
from bench.postgresql import DURABLE
from bench.programs import LINE_USERS, Programs
from bench.report import Report, Row
from bench.rig import Program
from tests.fakes.postgres import MISSING, find_binaries

AIM_START = 2.0
AIM_RSS = 200.0
AIM_IDLE = 5.0
"""Seconds, MB, percent of one core."""
IDLE_SECONDS = 3
STARTS = 5
OTHERS = (f"{ECHO} Telegram", f"{ECHO} LINE", USUAL)


def run() -> Report:
    """Measure it all in one run."""
    report = Report("deskbot beside bare echo bots, and beside a bot as people would build it")
    report.notes.append(
        f"{os.cpu_count()} cores, load average before the run {os.getloadavg()[0]:.1f}."
    )
    results = Path(__file__).parents[1] / "results"
    gc.freeze()
    gc.disable()  # the rig's own pauses are nobody's latency
    try:
        with TemporaryDirectory(dir=results) as folder, Programs(Path(folder)) as programs:
            _measure(report, programs)
    finally:
        gc.enable()
    report.notes += NOTES
    return report


def _measure(report: Report, programs: Programs) -> None:
    desk, *others = _starts(report, programs)
    echo, line, usual = others
    measure_line(report, programs, desk, line)
    _memory(report, desk, others, f"after {2 * EVENTS} events")
    measure_answers(report, programs)
    measure_acknowledgement(report, programs)
    measure_shipped(report, programs)
    _memory(report, desk, others, "after all questions")
    _idle(report, desk, others)
    usual.stop()
    measure_telegram(report, programs, "SQLite", echo)
    if find_binaries():
        measure_telegram(report, programs, "PostgreSQL", echo)
    else:
        report.notes.append(f"{MISSING}: not measured on it.")
    desk.must_be_sane()


NOTES = [
    "All programs are processes of their own; the fakes (strict=False) and the driver share one "
    "more. What is measured has one core to itself, the rig the others. Questions go to one "
    "program at a time, in turns.",
    f"{USUAL}: python-telegram-bot with a ConversationHandler, SQLAlchemy's async ORM on aiosqlite "
    "or asyncpg, the same customers; it looks one up by code and by name (LIKE), and saves a "
    "ticket from the same line. No rights but a list of people, no audit log, no queues: what it "
    "was doing when it dies is lost.",
    "Latency: from the fake's answer to getUpdates (or its webhook request) to the arrival of the "
    f"answering call; {SAMPLES} a kind after {WARM_UP} to warm up, {len(LINE_USERS)} officers in "
    "turn, by turns of one event.",
    "What is committed lasts: SQLite with WAL and synchronous=FULL on this machine's disk, for "
    f"both bots; PostgreSQL with {DURABLE.replace('-c ', '').split(' ', 1)[1]}. The echoes keep "
    "nothing, and line-bot-sdk's acknowledges only after its reply, as its examples do.",
    f"Events a second and core: {FEW} people write {EVENTS // FEW} times (the better of two "
    f"rounds), or {MANY} once, all at once, until all is answered; Telegram's own rate put aside. "
    "Processor time is the program's, all its threads; PostgreSQL's server is not in it, and has "
    "the cores that are left.",
    "Commits (and pages) are read from the database's log while events come one after another: "
    "`bench counts` has more of them, exactly.",
]


def _starts(report: Report, programs: Programs) -> list[Program]:
    """Start everything STARTS times; the last ones stay."""
    starters: list[Callable[[], tuple[Program, float]]] = [
        programs.start_desk,
        programs.start_echo_telegram,
        programs.start_echo_line,
        programs.start_usual,
    ]
    seconds: list[list[float]] = [[] for _ in starters]
    running: list[Program] = []
    for _ in range(STARTS):
        for program in running:
            program.stop()
        running = []
        for taken, start in zip(seconds, starters, strict=True):
            program, took = start()
            taken.append(took)
            running.append(program)
    running[0].wait(lambda: running[0].said('"platform ready"') == 2)  # the libraries are loaded
    desk, *others = (median(taken) for taken in seconds)
    report.rows.append(
        Row(
            f"start to ready, median of {STARTS}",
            f"{desk:.2f} s",
            _each(others, "{:.2f} s"),
            aim=f"< {AIM_START:.0f} s",
            met=desk < AIM_START,
        )
    )
    _memory(report, running[0], running[1:], "after start")
    return running


def _each(values: Sequence[float], shown: str) -> str:
    """The others' figures behind their names."""
    told = [f"{name} {shown.format(value)}" for name, value in zip(OTHERS, values, strict=True)]
    return "; ".join(told)


def _memory(report: Report, desk: Program, others: Sequence[Program], when: str) -> None:
    own = desk.rss()
    report.rows.append(
        Row(
            f"resident memory {when}",
            f"{own:.0f} MB",
            _each([other.rss() for other in others], "{:.0f} MB"),
            aim=f"< {AIM_RSS:.0f} MB",
            met=own < AIM_RSS,
        )
    )


def _idle(report: Report, desk: Program, others: Sequence[Program]) -> None:
    """A desk that has answered all must rest."""
    programs = (desk, *others)
    before = [program.cpu_seconds() for program in programs]
    time.sleep(IDLE_SECONDS)
    shares = [
        (program.cpu_seconds() - then) / IDLE_SECONDS * 100
        for program, then in zip(programs, before, strict=True)
    ]
    report.rows.append(
        Row(
            "processor time with nothing to do",
            f"{shares[0]:.1f} %",
            _each(shares[1:], "{:.1f} %"),
            aim=f"< {AIM_IDLE:.0f} %",
            met=shares[0] < AIM_IDLE,
        )
    )
