"""What the search answers to each query, how fast, and whether it is right."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

from bench.postgresql import own_server
from bench.report import percentile
from bench.search.queries import MISSPELT_KIND
from bench.search.register import DATABASE, import_register, registered
from bench.search.running import Running, add_officers, run_desk
from bench.search.sought import Sought, squeezed
from domain.customers.records import Customer, CustomerCode
from store.engine.database import Database, is_one_of
from store.opening import open_database
from store.search.customers import find_customers, find_likely_duplicates
from store.search.words import SearchWords

FIVE = 5
DUPLICATES = 100
COLUMNS = ("name", "organisation", "phone", "mobile", "email")


@dataclass(frozen=True, slots=True)
class Told:
    """What one query found: the place of the first right hit (0 where none is among the first
    five), names of the first hits, milliseconds, and those of the processor."""

    sought: Sought
    place: int
    shown: tuple[str, ...]
    ms: float
    processor_ms: float


@dataclass(slots=True)
class Tally:
    """The answers to some queries."""

    told: list[Told] = field(default_factory=list)

    def recall(self, most: int) -> float:
        """Percent in which a right one is among the first `most`."""
        right = sum(1 <= one.place <= most for one in self.told)
        return 100 * right / len(self.told)

    def silent(self) -> float:
        """Percent in which nothing is shown."""
        return 100 * sum(not one.shown for one in self.told) / len(self.told)

    def p(self, percent: int) -> float:
        """That percentile of the milliseconds."""
        return percentile([one.ms for one in self.told], percent)

    def said(self) -> str:
        """For a table's cell."""
        recall = f"{self.recall(1):.1f} / {self.recall(FIVE):.1f} %"
        return f"{recall}, {self.times()} (n={len(self.told)})"

    def times(self) -> str:
        """Percentiles, and that of the processor, which others on the machine change less."""
        processor = percentile([one.processor_ms for one in self.told], 95)
        return f"p50 {self.p(50):.1f} p95 {self.p(95):.1f} ms, of the processor {processor:.1f}"


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was found out about a register: answers by kind of query, milliseconds in which a
    new customer's likely duplicates are found, the seconds of its import, and the running desk
    (None where the search is measured alone).
    """

    tallies: dict[str, Tally]
    duplicates_ms: tuple[float, ...]
    import_seconds: float
    running: Running | None


async def measured(
    engine: str, size: int, asked: Sequence[Sought], *, alone: bool, kept: Path | None = None
) -> Measured:
    """Put the queries to the search in a register of this size, and to a desk that runs on it; one
    on SQLite is kept in a folder of its own where one is given.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _imported(engine, size, folder, kept) as (url, seconds):
            tallies, duplicates_ms = await _answers(url, asked)
            running = None
            if not alone:
                await add_officers(url)
                running = await asyncio.to_thread(run_desk, url, folder, asked)
    return Measured(tallies, duplicates_ms, seconds, running)


@asynccontextmanager
async def _imported(
    engine: str, size: int, folder: Path, kept: Path | None
) -> AsyncIterator[tuple[str, float]]:
    """A database with a register of this size, and the seconds of its import; in PostgreSQL on a
    server of its own.
    """
    if engine == "SQLite":
        made = await asyncio.to_thread(registered, size, kept)
        # The desk writes into it.
        shutil.copytree(made.path, folder, dirs_exist_ok=True)
        yield f"sqlite:///{folder / DATABASE}", made.seconds
        return
    server = own_server()
    try:
        url = await server.make_database()
        seconds = await asyncio.to_thread(import_register, url, size)
        # As autovacuum would have done by then.
        await server.execute("VACUUM ANALYZE", url)
        yield url, seconds
    finally:
        server.remove()


async def _answers(url: str, asked: Sequence[Sought]) -> tuple[dict[str, Tally], tuple[float, ...]]:
    """The search's answers by kind, and the milliseconds of looking for likely duplicates."""
    tallies: dict[str, Tally] = {}
    words = SearchWords()
    db = await open_database(url)
    try:
        while not await words.refreshed(db):
            pass
        for one in asked:
            told = await ask(db, words, one)
            tallies.setdefault(one.kind, Tally()).told.append(told)
        names = [one.text for one in asked if one.kind == MISSPELT_KIND]
        duplicates_ms = [await _duplicates_ms(db, words, name) for name in names[:DUPLICATES]]
    finally:
        await db.close()
    return tallies, tuple(duplicates_ms)


async def _duplicates_ms(db: Database, words: SearchWords, name: str) -> float:
    new = Customer(CustomerCode("C0"), name)
    began = perf_counter()
    await find_likely_duplicates(db, words, new)
    return (perf_counter() - began) * 1000


async def ask(db: Database, words: SearchWords, sought: Sought) -> Told:
    """Put one query to the search."""
    began = perf_counter()
    worked = process_time()
    hits = await find_customers(db, words, sought.text)
    processor_ms = (process_time() - worked) * 1000
    ms = (perf_counter() - began) * 1000
    first = [hit.customer for hit in hits[:FIVE]]
    records = await _records(db, [one.code for one in first])
    right = [sought.is_right(one.code, records.get(one.code, "")) for one in first]
    place = right.index(True) + 1 if True in right else 0
    shown = tuple(f"{one.name} ({one.organisation})" for one in first)
    return Told(sought, place, shown, ms, processor_ms)


async def _records(db: Database, codes: Sequence[str]) -> dict[str, str]:
    """All that stands in the records of these customers, squeezed, by code."""
    found: dict[str, list[str]] = {code: [code] for code in codes}
    own = await db.fetch(
        "SELECT code, name, organisation, phone, mobile, email FROM customers "
        f"WHERE {is_one_of('code', codes)}",
        *codes,
    )
    contacts = await db.fetch(
        "SELECT customer_code AS code, name, '' AS organisation, phone, mobile, email "
        f"FROM contacts WHERE {is_one_of('customer_code', codes)}",
        *codes,
    )
    for row in [*own, *contacts]:
        found[row["code"]] += [_as_dialled(row[column]) for column in COLUMNS]
    return {code: squeezed(" ".join(texts)) for code, texts in found.items()}


def _as_dialled(text: str) -> str:
    """A telephone as it is dialled within the country; any other text as it is."""
    return re.sub(r"^\+66", "0", text)
