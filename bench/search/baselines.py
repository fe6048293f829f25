"""What a user would build otherwise: LIKE and FTS5 in one SQLite file, pg_trgm on a PostgreSQL
server; each over the same rows and with telephones, e-mails and codes beside the names.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

import asyncpg

from bench.postgresql import own_server
from bench.report import percentile
from bench.search.entries import entries
from bench.search.sought import Sought, squeezed
from tests.fakes.postgres import find_binaries

TABLE = "CREATE TABLE customers (code text, name text, organisation text, reach text)"
LIKE = """SELECT code, name || organisation || reach FROM customers
WHERE name LIKE ?1 OR organisation LIKE ?1 OR reach LIKE ?1 OR code LIKE ?1 LIMIT 5"""
FTS = """SELECT customers.code, customers.name || customers.organisation || customers.reach
FROM words JOIN customers ON customers.rowid = words.rowid WHERE words MATCH ? LIMIT 5"""
TRIGRAMS = """SELECT code, name || organisation || reach FROM customers
WHERE $1 <% name OR $1 <% organisation OR reach ILIKE '%' || $1 || '%' OR code = upper($1)
ORDER BY greatest(word_similarity($1, name), word_similarity($1, organisation)) DESC,
similarity($1, name) DESC LIMIT 5"""
INDEXES = (
    "CREATE INDEX ON customers USING gin (name gin_trgm_ops)",
    "CREATE INDEX ON customers USING gin (organisation gin_trgm_ops)",
    "CREATE INDEX ON customers USING gin (reach gin_trgm_ops)",
    "CREATE INDEX ON customers (code)",
    "VACUUM ANALYZE customers",
)


class Baseline(Protocol):
    """A way to search the same customers; `first_five` gives their codes and records."""

    @property
    def label(self) -> str:
        """What it is called."""
        ...

    def first_five(self, text: str) -> Sequence[tuple[str, str]]:
        """The first that it finds."""
        ...


def compare(baseline: Baseline, asked: Sequence[Sought]) -> str:
    """What it found of these queries, for a table's cell."""
    times: list[float] = []
    places: list[int] = []
    for one in asked:
        began = perf_counter()
        rows = baseline.first_five(one.text)
        times.append((perf_counter() - began) * 1000)
        right = [one.is_right(code, squeezed(record)) for code, record in rows]
        places.append(right.index(True) if True in right else len(right) + 5)
    first = 100 * places.count(0) / len(places)
    five = 100 * sum(place < 5 for place in places) / len(places)
    return f"{baseline.label} {first:.0f} / {five:.0f} %, p95 {percentile(times, 95):.0f} ms"


class Baselines:
    """All of them, filled, for as long as the `with` lasts; pg_trgm only where the machine has
    PostgreSQL's programs.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._stack = ExitStack()
        self.all: list[Baseline] = []

    def __enter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        raw = sqlite3.connect(folder / "baselines.db")
        self._stack.callback(raw.close)
        _fill_sqlite(raw, self._size)
        self.all += [_Like(raw), _Fts(raw)]
        if find_binaries():
            trigrams = _Trigrams(self._size)
            self._stack.callback(trigrams.close)
            self.all.append(trigrams)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def _rows(size: int) -> Iterator[tuple[str, str, str, str]]:
    for one in entries(size):
        names = [one.name, *(each.who.name for each in one.contacts)]
        reach = [one.phone, one.mobile, one.email]
        for each in one.contacts:
            reach += [each.phone, each.email]
        yield one.code, ", ".join(names), one.organisation.name, " ".join(filter(None, reach))


def _fill_sqlite(raw: sqlite3.Connection, size: int) -> None:
    raw.execute(TABLE)
    raw.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", _rows(size))
    raw.execute(
        "CREATE VIRTUAL TABLE words USING fts5"
        "(code, name, organisation, reach, content='customers', tokenize='unicode61')"
    )
    raw.execute("INSERT INTO words (words) VALUES ('rebuild')")
    raw.commit()


@dataclass(frozen=True, slots=True)
class _Like:
    raw: sqlite3.Connection
    label: str = "LIKE"

    def first_five(self, text: str) -> Sequence[tuple[str, str]]:
        return self.raw.execute(LIKE, (f"%{text}%",)).fetchall()


@dataclass(frozen=True, slots=True)
class _Fts:
    raw: sqlite3.Connection
    label: str = "FTS5"

    def first_five(self, text: str) -> Sequence[tuple[str, str]]:
        words = " ".join('"' + word.replace('"', "") + '"' for word in text.split())
        return self.raw.execute(FTS, (words,)).fetchall()


class _Trigrams:
    """Similarity of words, by GIN indexes over names, organisations and all else."""

    label = "pg_trgm"

    def __init__(self, size: int) -> None:
        self._server = own_server()
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(self._filled(size))

    async def _filled(self, size: int) -> asyncpg.Connection:
        url = await self._server.make_database()
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE EXTENSION pg_trgm")
        await connection.execute(TABLE)
        await connection.copy_records_to_table("customers", records=_rows(size))
        for statement in INDEXES:
            await connection.execute(statement)
        # A prepared statement may be planned for any text, and then reads the whole index.
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        return connection

    def first_five(self, text: str) -> Sequence[tuple[str, str]]:
        rows = self._loop.run_until_complete(self._connection.fetch(TRIGRAMS, text))
        return [(row[0], row[1]) for row in rows]

    def close(self) -> None:
        """Leave the server, and end it."""
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()
        self._server.remove()
