"""The erasure of one person among many."""

import asyncio
from time import perf_counter, process_time

from bench.operate.place import ASKED_BY, CONFIRMED_BY, FIRST_CODE, BenchPlace, code_of
from bench.report import Report, Row, percentile
from bot.clock import wall_clock
from bot.operating.erasing import AskedErasure, erase_customer
from store.engine.database import Reader
from store.opening import Opening, open_database

TIMES = 5
AIM = 1.0
LOOK_EVERY = 0.005
"""Seconds."""


def measure_erasure(report: Report, place: BenchPlace) -> None:
    """Several people one after another, through the verb's own function."""
    asyncio.run(_measure(report, place))


async def _measure(report: Report, place: BenchPlace) -> None:
    count = await _count(place)
    seconds: list[float] = []
    unfound: list[float] = []
    processor: list[float] = []
    db = await open_database(place.settings.database_url, opening=Opening.LOOK)
    try:
        for number in await _left(db):
            code = code_of(number)
            asked = AskedErasure(code, "asked to be", ASKED_BY, CONFIRMED_BY)
            began = perf_counter()
            worked = process_time()
            erasing = asyncio.create_task(erase_customer(place.settings, asked, wall_clock()))
            unfound.append(await _until_nobody_finds(db, code) - began)
            await erasing
            seconds.append(perf_counter() - began)
            processor.append(process_time() - worked)
    finally:
        await db.close()
    middle = percentile(unfound, 50)
    report.rows += [
        Row(
            f"erasure of one of {count:,} customers, until nobody finds anything of it",
            f"p50 {middle:.2f} s, longest {max(unfound):.2f} s",
            aim=f"<= {AIM:.0f} s",
            met=middle <= AIM,
        ),
        Row(
            "until no byte of it is left, texts of others, files and free pages looked through",
            f"p50 {percentile(seconds, 50):.2f} s, longest {max(seconds):.2f} s",
            against=f"CPU {percentile(processor, 50):.2f} s",
        ),
    ]


async def _left(db: Reader) -> list[int]:
    """Some who were not erased by a run before."""
    rows = await db.fetch(f"SELECT code FROM customers WHERE name <> '-' LIMIT {TIMES}")
    return [int(row["code"][1:]) - FIRST_CODE for row in rows]


async def _until_nobody_finds(db: Reader, code: str) -> float:
    """The moment at which the record is empty."""
    while True:
        row = await db.fetch_one("SELECT name FROM customers WHERE code = ?", code)
        if row is not None and row["name"] == "-":
            return perf_counter()
        await asyncio.sleep(LOOK_EVERY)


async def _count(place: BenchPlace) -> int:
    db = await open_database(place.settings.database_url, wall_clock())
    try:
        row = await db.fetch_one("SELECT count(*) AS n FROM customers")
    finally:
        await db.close()
    assert row is not None
    return int(row["n"])
