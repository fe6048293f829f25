"""Reports over a register of five years: the figures of a month and of a fiscal year while others
read, beside a plain GROUP BY over the tickets.
"""

import asyncio
import os
import sys
from pathlib import Path

from bench.report import Report
from bench.reports.keeping import postgresql_place, sqlite_place
from bench.reports.measure import measure_engine

TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))
FOLDER = os.environ.get("BENCH_FOLDER", "")


def run() -> Report:
    """Measure SQLite and PostgreSQL, one after the other; `--sqlite` or `--postgresql` = that
    alone, `--fill` = fill the register in BENCH_FOLDER and measure nothing, `--anew` = go through
    all tickets of a kept register once more.
    """
    report = Report(f"reports over {TICKETS:,} tickets of five years")
    asyncio.run(_measure_all(report))
    report.notes += NOTES
    return report


async def _measure_all(report: Report) -> None:
    kept = Path(FOLDER).resolve() if FOLDER else None
    places = (
        ("SQLite", "--postgresql", sqlite_place),
        ("PostgreSQL", "--sqlite", postgresql_place),
    )
    for name, without, find_place in places:
        if without in sys.argv:
            continue
        async with find_place(kept, TICKETS) as place:
            await measure_engine(report, name, place, TICKETS)


NOTES = [
    "Size: BENCH_TICKETS; a register is kept in BENCH_FOLDER, where that is named, and used again. A fifth as many customers; 70 in 100 tickets closed within two days, the others later or not at all; "
    "one project on two of three, a receipt on one of twelve.",
    "The baseline is one GROUP BY subject over the tickets of the same days: it knows neither due times, nor working hours, nor "
    "who is new.",
    "A summary is what `/report` says first: all figures of the period, its subjects and those of the time before, and what "
    "the headline says of that and of a year ago.",
    "Event loop held, and the wait of others who read, are the longest during all reports.",
]
