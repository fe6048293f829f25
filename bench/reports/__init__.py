"""Reports over a register of five years: the figures of a month and of a fiscal year while others
read, beside a plain GROUP BY over the tickets.
"""

import asyncio
import os
import sys
from tempfile import TemporaryDirectory

from bench.postgresql import own_server
from bench.report import Report
from bench.reports.measure import measure_engine

TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))


def run() -> Report:
    """Measure SQLite and PostgreSQL, one after the other; `--sqlite` = that alone."""
    report = Report(f"reports over {TICKETS:,} tickets of five years")
    asyncio.run(_measure_all(report))
    report.notes += NOTES
    return report


async def _measure_all(report: Report) -> None:
    with TemporaryDirectory() as folder:
        await measure_engine(report, "SQLite", f"sqlite:///{folder}/desk.db", TICKETS)
    if "--sqlite" in sys.argv:
        return
    server = own_server(durable=True)
    url = await server.make_database()
    try:
        await measure_engine(report, "PostgreSQL", url, TICKETS)
    finally:
        server.stop()


NOTES = [
    "Size: BENCH_TICKETS. A fifth as many customers; 70 in 100 tickets closed within two days, the others later or not at all; "
    "one project on two of three, a receipt on one of twelve.",
    "The baseline is one GROUP BY subject over the tickets of the same days: it knows neither due times, nor working hours, nor "
    "who is new.",
    "Event loop held, and the wait of others who read, are the longest during all reports.",
]
