"""The rows of a SQLite desk, read and laid down by a connection of their own."""

import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import chain
from typing import Any

from store.engine.database import marks
from store.engine.migrate import money_columns
from store.engine.sqlite import to_look
from store.engine.sqlite_errors import store_error
from store.moving.marks import FILLED, MARK
from store.moving.rows import (
    PAGE,
    RowValues,
    TableShape,
    fitting,
    line_of,
    money,
    raw_bytes,
    told,
)

COLUMNS = (
    "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name"
)
NUMBERED = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
HOLDS_BYTES = "SELECT 1 FROM pragma_table_info(?) WHERE type IN ('BLOB', 'BYTEA')"


class SqliteSnapshot:
    """See `store.moving.rows.Snapshot`; it blocks, for whoever moves a desk does nothing else."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    async def shapes(self) -> list[TableShape]:
        return shapes_of(self._db.execute(COLUMNS))

    async def pages(self, shape: TableShape) -> AsyncGenerator[list[RowValues]]:
        sums = money_columns()
        in_money = [place for place, name in enumerate(shape.columns) if name in sums]
        columns = ", ".join(shape.columns)
        cursor = self._db.execute(f"SELECT {columns} FROM {shape.name}")
        while some := cursor.fetchmany(PAGE):
            yield [_row(values, in_money) for values in some]

    async def lines(self, shape: TableShape) -> AsyncGenerator[list[bytes]]:
        if self._db.execute(HOLDS_BYTES, (shape.name,)).fetchone():
            async for page in self.pages(shape):
                yield list(map(line_of, page))
            return
        # The engine writes them four times as fast as we do.
        columns = ", ".join(map(_in_json, shape.columns))
        cursor = self._db.execute(f"SELECT CAST(json_array({columns}) AS BLOB) FROM {shape.name}")
        while some := cursor.fetchmany(PAGE):
            yield [line for (line,) in some]

    async def numbers(self) -> dict[str, int]:
        return dict(self._db.execute("SELECT name, seq FROM sqlite_sequence"))

    async def find(self, sql: str) -> list[tuple[Any, ...]]:
        return self._db.execute(sql).fetchall()


def _in_json(column: str) -> str:
    """A column as JSON has it: sums of money as texts with two decimals, see `money`."""
    if column not in money_columns():
        return column
    told = f"printf('%.2f', {column})"
    return f"CASE WHEN {column} IS NOT NULL THEN {told} END"


def _row(values: Sequence[object], in_money: Sequence[int]) -> RowValues:
    row = [told(value) for value in values]
    for place in in_money:
        row[place] = money(row[place])
    return row


@contextmanager
def _translated_for(table: str) -> Iterator[None]:
    """StoreUnavailable for a full disk and its like, ValueError for rows that are none."""
    with fitting(table):
        try:
            yield
        except sqlite3.Error as error:
            told = store_error(error)
            if told is error:
                raise ValueError(f"a row does not fit into {table}") from error
            raise told from error


def shapes_of(columns: Iterator[tuple[str, str]]) -> list[TableShape]:
    """The tables of their columns; what says how far a move came is none of the desk's."""
    found: dict[str, list[str]] = {}
    for table, column in columns:
        found.setdefault(table, []).append(column)
    found.pop(MARK, None)
    return [TableShape(name, tuple(names)) for name, names in found.items()]


@asynccontextmanager
async def sqlite_snapshot(path: str) -> AsyncIterator[SqliteSnapshot]:
    """The file as it is now, for reading alone."""
    with closing(sqlite3.connect(to_look(path), uri=True, isolation_level=None)) as db:
        db.execute("BEGIN")
        # What is read from here on is what was there at this moment.
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield SqliteSnapshot(db)


class SqliteTarget:
    """See `store.moving.rows.Target`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    async def filled(self) -> Mapping[str, int]:
        return dict(self._db.execute(FILLED))

    async def fill(self, shape: TableShape, pages: AsyncGenerator[list[RowValues]]) -> int:
        with _translated_for(shape.name):
            return await self._fill(shape, pages)

    async def _fill(self, shape: TableShape, pages: AsyncGenerator[list[RowValues]]) -> int:
        insert = (
            f"INSERT INTO {shape.name} ({', '.join(shape.columns)}) VALUES ({marks(shape.columns)})"
        )
        rows = 0
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute(f"DELETE FROM {shape.name}")
            async for page in pages:
                rows += len(page)
                self._db.executemany(insert, [list(map(raw_bytes, values)) for values in page])
            self._db.execute(f"DELETE FROM {MARK} WHERE name = ?", (shape.name,))
            self._db.execute(f"INSERT INTO {MARK} (name, filled) VALUES (?, ?)", (shape.name, rows))
        except BaseException:
            # On a full disk SQLite has rolled it back itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return rows

    async def finish(self, numbers: Mapping[str, int], after: Sequence[str]) -> None:
        with _translated_for("the desk"):
            self._finish(numbers, after)

    def _finish(self, numbers: Mapping[str, int], after: Sequence[str]) -> None:
        numbered = set(chain.from_iterable(self._db.execute(NUMBERED)))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM sqlite_sequence")
        self._db.executemany(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
            [(name, number) for name, number in numbers.items() if name in numbered],
        )
        for statement in after:
            self._db.execute(statement)
        if self._db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            self._db.execute("ROLLBACK")
            raise ValueError("a row names another one that is not there")
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@asynccontextmanager
async def sqlite_target(path: str) -> AsyncIterator[SqliteTarget]:
    """A file that has its tables and the mark."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # A table comes before another that it names; all of it is looked at in the end.
        db.execute("PRAGMA foreign_keys=OFF")
        db.execute("PRAGMA synchronous=NORMAL")
        yield SqliteTarget(db)
