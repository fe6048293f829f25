"""The erasure of one person among many."""

import asyncio
from time import perf_counter, process_time

from bench.operate.place import ASKED_BY, CONFIRMED_BY, BenchPlace, code_of
from bench.report import Report, Row, percentile
from bot.clock import wall_clock
from bot.operating.erasing import AskedErasure, erase_customer
from store.opening import open_database

TIMES = 5
AIM = 1.0
"""Seconds."""


def measure_erasure(report: Report, place: BenchPlace) -> None:
    """Several people one after another, through the verb's own function."""
    asyncio.run(_measure(report, place))


async def _measure(report: Report, place: BenchPlace) -> None:
    count = await _count(place)
    seconds = []
    processor = []
    for number in range(1, TIMES + 1):
        asked = AskedErasure(code_of(number), "asked to be", ASKED_BY, CONFIRMED_BY)
        began = perf_counter()
        worked = process_time()
        await erase_customer(place.settings, asked, wall_clock())
        seconds.append(perf_counter() - began)
        processor.append(process_time() - worked)
    middle = percentile(seconds, 50)
    report.rows.append(
        Row(
            f"erasure of one of {count:,} customers",
            f"p50 {middle:.2f} s, longest {max(seconds):.2f} s",
            against=f"CPU {percentile(processor, 50):.2f} s",
            aim=f"<= {AIM:.0f} s",
            met=middle <= AIM,
        )
    )


async def _count(place: BenchPlace) -> int:
    db = await open_database(place.settings.database_url, wall_clock())
    try:
        row = await db.fetch_one("SELECT count(*) AS n FROM customers")
    finally:
        await db.close()
    assert row is not None
    return int(row["n"])
