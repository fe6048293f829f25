"""What pandas does with a dump of the tickets: the way of an office that takes its numbers home."""

import asyncio
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from domain.dates.periods import Period
from store.engine.database import Database, Reader

if TYPE_CHECKING:
    import pandas

COLUMNS = ("created_at", "closed_at", "status", "subject", "customer_code", "price", "receipt_on")
PIECE = 20_000


@dataclass(frozen=True, slots=True)
class Dumped:
    """Seconds of writing and of loading a dump, and milliseconds of each period's figures."""

    written: float
    loaded: float
    periods: list[float]


async def measure_dump(db: Database, file: Path, periods: Sequence[Period]) -> Dumped:
    """Write a dump, load it, and count these periods."""
    begun = perf_counter()
    await db.read_long(lambda reader: _write(reader, file))
    written = perf_counter() - begun
    begun = perf_counter()
    tickets = await asyncio.to_thread(_load, file)
    loaded = perf_counter() - begun
    times = []
    for period in periods:
        begun = perf_counter()
        await asyncio.to_thread(_figures, tickets, period)
        times.append((perf_counter() - begun) * 1000)
    return Dumped(written, loaded, times)


async def _write(db: Reader, file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as output:
        lines = csv.writer(output)
        lines.writerow(COLUMNS)
        no = ""
        while rows := await db.fetch(
            f"SELECT no, {', '.join(COLUMNS)} FROM tickets WHERE no > ? ORDER BY no LIMIT {PIECE}",
            no,
        ):
            lines.writerows([row[name] for name in COLUMNS] for row in rows)
            no = rows[-1]["no"]


def _load(file: Path) -> "pandas.DataFrame":
    # The tests, which make the same register, need no pandas.
    import pandas

    tickets = pandas.read_csv(file, dtype={"subject": "category", "status": "category"})
    for name in ("created_at", "closed_at"):
        tickets[name] = pandas.to_datetime(tickets[name], utc=True, format="ISO8601")
    return tickets


def _figures(tickets: "pandas.DataFrame", period: Period) -> "pandas.Series":
    """Tickets by subject, those closed, those left open, and whose first ticket it was; of the time
    standard a dump says nothing.
    """
    since, until = period.instants
    counted = tickets[tickets.status != "voided"]
    created = counted[(counted.created_at >= since) & (counted.created_at < until)]
    closed = (counted.closed_at >= since) & (counted.closed_at < until)
    left = (counted.created_at < until) & ~(counted.closed_at < until)
    first = counted.groupby("customer_code").created_at.min()
    new = (first >= since) & (first < until)
    by_subject = created.groupby("subject", observed=True).size()
    by_subject["closed"] = closed.sum()
    by_subject["left"] = left.sum()
    by_subject["new"] = new.sum()
    return by_subject
