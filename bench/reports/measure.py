"""What reports take on one engine."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, thread_time

from bench.report import Report, Row, percentile
from bench.reports.dumped import measure_dump
from bench.reports.keeping import Place
from bench.reports.register import BEGAN, NOW, fill
from domain.configuration import load_configuration
from domain.dates.periods import Period, fiscal_year_of, month_of
from domain.reports.comparing import period_before, year_ago
from domain.reports.facts import facts_of
from domain.reports.figures import Figure
from domain.reports.requests import Dimension, ReportRequest
from handlers.reports.asked import AskedReport
from handlers.reports.drawing import LookedAt
from store.engine.database import Database, Tx
from store.opening import open_database
from store.reports.catching_up import FACTS, catch_up
from store.reports.reading import read_report
from store.tickets.records import get_tickets

MONTHS = 40
YEARS = 5
SAMPLE = 5_000
IDLE = 3.0
"""Seconds in which the event loop is watched while nothing is drawn: how busy the machine is."""
TURN = 0.002
"""Seconds between two looks at the event loop."""
AIM_MONTH = 300
AIM_YEAR = 2_000
AIM_HELD = 50


@dataclass(slots=True)
class Others:
    """What others met meanwhile, in milliseconds. `worked` = the longest that the loop's own thread
    was at work between two turns: what is held for longer waits for the machine.
    """

    held: float = 0.0
    worked: float = 0.0
    waited: float = 0.0

    @property
    def told(self) -> str:
        """How long the event loop was held, and how long its own thread was at work meanwhile."""
        return f"event loop held {self.held:.0f} ms, {self.worked:.0f} ms of its own CPU"


async def measure_engine(report: Report, name: str, place: Place, tickets: int) -> None:
    """Fill a desk where none is kept, and add its rows to the report."""
    office = load_configuration()
    # As the service does once it has started.
    gc.collect()
    gc.freeze()
    db = await open_database(place.url, NOW)
    try:
        if not place.is_filled:
            await fill(db, office, tickets)
            await _analyse(db)
            place.filled.touch()
        if "--fill" in sys.argv:
            return
        if "--anew" in sys.argv:
            await db.write(_forget_facts)
        await _measure_first(report, name, db, tickets)
        await _measure_reports(report, name, db)
        await _measure_drift(report, name, db)
    finally:
        await db.close()


async def _forget_facts(tx: Tx) -> None:
    await tx.execute("DELETE FROM ticket_facts")
    await tx.execute("DELETE FROM facts_progress")


async def _analyse(db: Database) -> None:
    """As a server does by itself within a minute, and SQLite never."""
    if db.engine == "postgresql":
        await db.write(lambda tx: tx.execute("ANALYZE"))


async def _measure_first(report: Report, name: str, db: Database, tickets: int) -> None:
    office = load_configuration()
    idle = Others()
    async with watched(db, idle):
        await asyncio.sleep(IDLE)
    others = Others()
    begun = perf_counter()
    async with watched(db, others):
        while not await catch_up(db, office, 10):
            pass
    seconds = perf_counter() - begun
    await _analyse(db)
    report.rows.append(
        Row(
            f"{name}: the first going through all tickets",
            f"{seconds:.0f} s, {seconds / tickets * 1e6:.0f} µs a ticket",
            f"held {idle.held:.0f} ms idle",
            others.told,
            f"≤ {AIM_HELD} ms",
            others.held <= AIM_HELD,
        )
    )


async def _measure_reports(report: Report, name: str, db: Database) -> None:
    random = Random(3)
    office = load_configuration()
    others = Others()
    days = (NOW - BEGAN).days
    months = [
        month_of((BEGAN + timedelta(days=random.randrange(days))).date())
        for _month in range(MONTHS)
    ]
    years = [fiscal_year_of(date(2022 + year, 1, 15)) for year in range(YEARS)]

    def draw(period: Period, by: Dimension | None) -> Callable[[], Awaitable[object]]:
        request = ReportRequest(period, by)
        return lambda: read_report(db, office, request, NOW)

    def summary(period: Period) -> Callable[[], Awaitable[object]]:
        """What `/report` says first: by subject, beside the time before and a year ago."""
        created = (Figure.TICKETS_CREATED,)
        looked_at = LookedAt.in_words(AskedReport(ReportRequest(period)))
        today = NOW.date()
        requests = (
            ReportRequest(period, Dimension.SUBJECT, of_rows=created),
            ReportRequest(
                period_before(period, today),
                Dimension.SUBJECT,
                wanted=looked_at.before,
                of_rows=created,
            ),
            ReportRequest(year_ago(period, today), wanted=looked_at.beside),
        )

        async def read() -> None:
            for request in requests:
                await read_report(db, office, request, NOW)

        return read

    def plain(period: Period) -> Callable[[], Awaitable[object]]:
        return lambda: db.fetch(
            "SELECT subject, count(*) AS n FROM tickets "
            "WHERE created_at >= ? AND created_at < ? AND status <> 'voided' GROUP BY subject",
            *period.instants,
        )

    async with watched(db, others):
        of_month = await _times([summary(month) for month in months])
        of_year = await _times([summary(year) for year in years])
        by_month = await _times([draw(month, None) for month in months])
        by_subject = await _times([draw(month, Dimension.SUBJECT) for month in months])
        by_project = await _times([draw(month, Dimension.PROJECT) for month in months[:10]])
        by_year = await _times([draw(year, None) for year in years])
        by_year_subject = await _times([draw(year, Dimension.SUBJECT) for year in years])
    plain_month = await _times([plain(month) for month in months[:10]])
    plain_year = await _times([plain(year) for year in years])
    await _measure_dump(report, name, db, months[0], years[-2])
    rows = (
        ("a month's summary", of_month, plain_month, AIM_MONTH),
        ("a fiscal year's summary", of_year, plain_year, AIM_YEAR),
        ("a month, every figure", by_month, plain_month, None),
        ("a month by subject", by_subject, plain_month, None),
        ("a month by project", by_project, plain_month, None),
        ("a fiscal year, every figure", by_year, plain_year, None),
        ("a fiscal year by subject", by_year_subject, plain_year, None),
    )
    for what, times, baseline, aim in rows:
        report.rows.append(_row(f"{name}: {what}, median and p95", times, baseline, aim))
    held = f"{others.told}; others waited {others.waited:.0f} ms"
    report.rows.append(
        Row(
            f"{name}: event loop held",
            held,
            aim=f"≤ {AIM_HELD} ms",
            met=others.held <= AIM_HELD,
        )
    )


async def _measure_dump(
    report: Report, name: str, db: Database, month: Period, year: Period
) -> None:
    """What pandas takes, for the same days."""
    with TemporaryDirectory() as folder:
        dumped = await measure_dump(db, Path(folder) / "tickets.csv", (month, year))
    of_month, of_year = dumped.periods
    told = f"written in {dumped.written:.0f} s, loaded in {dumped.loaded:.0f} s"
    counted = f"a month {of_month:.0f} ms, a fiscal year {of_year:.0f} ms"
    report.rows.append(Row(f"{name}: pandas on a dump", "", f"{told}; {counted}"))


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each, by the clock and of this process's processor."""

    passed: list[float]
    worked: list[float]


def _row(what: str, times: Times, baseline: Times, aim: int | None) -> Row:
    late = percentile(times.passed, 95)
    median = percentile(times.passed, 50)
    plain = percentile(baseline.passed, 50)
    return Row(
        what,
        f"{median:.0f} and {late:.0f} ms ({percentile(times.worked, 50):.0f} ms CPU)",
        f"{plain:.0f} ms",
        f"{median / plain:.1f}x",
        "" if aim is None else f"p95 ≤ {aim} ms",
        None if aim is None else late <= aim,
    )


async def _times(works: list[Callable[[], Awaitable[object]]]) -> Times:
    """What each takes."""
    times = Times([], [])
    for work in works:
        begun = perf_counter()
        worked = process_time()
        await work()
        times.passed.append((perf_counter() - begun) * 1000)
        times.worked.append((process_time() - worked) * 1000)
    return times


@asynccontextmanager
async def watched(db: Database, others: Others) -> AsyncIterator[None]:
    """Beside it somebody reads a ticket again and again, and the event loop is watched."""
    tasks = [asyncio.create_task(_watch_loop(others)), asyncio.create_task(_read_on(db, others))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch_loop(others: Others) -> None:
    while True:
        begun = perf_counter()
        worked = thread_time()
        await asyncio.sleep(TURN)
        others.held = max(others.held, (perf_counter() - begun - TURN) * 1000)
        others.worked = max(others.worked, (thread_time() - worked) * 1000)


async def _read_on(db: Database, others: Others) -> None:
    while True:
        begun = perf_counter()
        await db.fetch("SELECT no, details FROM tickets ORDER BY no DESC LIMIT 20")
        others.waited = max(others.waited, (perf_counter() - begun) * 1000)
        await asyncio.sleep(0.02)


async def _measure_drift(report: Report, name: str, db: Database) -> None:
    """Facts of some tickets are made from scratch."""
    office = load_configuration()
    rows = await db.fetch(f"SELECT {FACTS.listed} FROM ticket_facts ORDER BY no LIMIT {SAMPLE}")
    tickets = await get_tickets(db, [row["no"] for row in rows])
    wrong = sum(facts_of(office, tickets[row["no"]]) != FACTS.of(row) for row in rows)
    report.rows.append(
        Row(f"{name}: of {len(rows):,} rows made anew differ", f"{wrong}", aim="0", met=not wrong)
    )
