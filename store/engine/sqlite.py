"""SQLite through aiosqlite: one writer connection, one reader, WAL with full durability."""

import asyncio
import sqlite3
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiosqlite

from domain.errors import Conflict
from store.engine.database import Row, StoreUnavailable, T, Tx

PRAGMAS = (
    # What was acknowledged to a platform survives a power cut.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32768",
    "PRAGMA journal_size_limit=67108864",
)
WAL_TRIES = 100
WAL_PAUSE = 0.05
"""Times that a new file is made WAL, and seconds between them."""


@lru_cache(maxsize=64)
def encode_time(at: datetime) -> str:
    """The one fixed text form of an instant, which sorts as time does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_ENCODERS: dict[type, Callable[[Any], object]] = {
    datetime: encode_time,
    date: date.isoformat,
    Decimal: str,
    bool: int,
}


def _encode(value: object) -> object:
    encode = _ENCODERS.get(type(value))
    if encode is not None:
        return encode(value)
    if isinstance(value, datetime):
        # Of a subclass, which the table does not name.
        return encode_time(value)
    return value


def _encoded(rows: Iterable[tuple[object, ...]]) -> Iterator[list[object]]:
    """Many rows, encoded as they are asked for."""
    # Nearly all values are texts and numbers; an import brings millions.
    plain = {str, int, float, type(None)}
    for row in rows:
        yield [value if type(value) in plain else _encode(value) for value in row]


def _decode(names: Sequence[str], values: Sequence[object]) -> Row:
    row: dict[str, object] = {}
    for name, value in zip(names, values, strict=True):
        if value is None:
            row[name] = None
        elif name.endswith("_at"):
            row[name] = datetime.fromisoformat(str(value))
        elif name.endswith("_on"):
            row[name] = date.fromisoformat(str(value))
        else:
            row[name] = value
    return row


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn the driver's errors into the store's."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "UNIQUE" in str(error):
            raise Conflict("exists", detail=str(error)) from error
        raise
    except sqlite3.OperationalError as error:
        # The plain code 1 means a wrong statement, which no later try would mend.
        if _primary_code(error) == sqlite3.SQLITE_ERROR:
            raise
        raise StoreUnavailable(str(error)) from error
    except ValueError as error:
        # aiosqlite says "Connection closed"/"no active connection" as ValueError.
        if "connection" not in str(error).lower():
            raise
        raise StoreUnavailable(str(error)) from error


def _primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without what it says of the circumstances."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


class _Connection:
    """One aiosqlite connection as a Reader and Tx: each call is one hop to its thread, not one a
    step.

    What a transaction only writes (`execute_many`, BEGIN) waits and rides along with the next call
    that needs an answer, COMMIT at the latest."""

    engine = "sqlite"

    def __init__(self, raw: aiosqlite.Connection) -> None:
        self.raw = raw
        self._waiting: list[tuple[str, list[tuple[object, ...]]]] = []

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        encoded = [_encode(value) for value in params]

        def run(connection: sqlite3.Connection) -> list[Row]:
            cursor = connection.execute(sql, encoded)
            columns = cursor.description or ()
            names = [column[0] for column in columns]
            return [_decode(names, row) for row in cursor.fetchall()]

        return await self._run(run)

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        rows = await self.fetch(sql, *params)
        return rows[0] if rows else None

    async def execute(self, sql: str, *params: object) -> int:
        encoded = [_encode(value) for value in params]
        return await self._run(lambda connection: connection.execute(sql, encoded).rowcount)

    async def execute_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        listed = list(rows)
        if listed:
            self._waiting.append((sql, listed))

    def begin(self) -> None:
        """Open a transaction with whatever comes first."""
        self._waiting = [("BEGIN IMMEDIATE", [()])]

    async def roll_back(self) -> None:
        """End a transaction as if it had never been."""
        self._waiting = []
        # Always: BEGIN may have been cancelled while it ran. Without a transaction nothing happens.
        with suppress(ValueError, sqlite3.Error):
            await self.raw.rollback()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        waiting = self._waiting
        self._waiting = []

        def run() -> T:
            connection = self.raw._conn
            for sql, rows in waiting:
                _execute_many(connection, sql, rows)
            return work(connection)

        # The one use of something private of aiosqlite, which the lock pins: its public calls are a
        # hop each.
        hop: Callable[[Callable[[], T]], Awaitable[T]] = self.raw._execute
        async with _translated():
            return await hop(run)


def _execute_many(
    connection: sqlite3.Connection, sql: str, rows: Sequence[tuple[object, ...]]
) -> None:
    # Encoded here, in the connection's thread: the event loop has other things to do.
    encoded = _encoded(rows)
    if len(rows) == 1:
        connection.execute(sql, next(encoded))
    else:
        connection.executemany(sql, encoded)


class SqliteDatabase:
    """See `store.engine.database.Database`."""

    engine = "sqlite"

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = _Connection(writer)
        self._reader = _Connection(reader)
        self._lock = asyncio.Lock()
        self._queue = asyncio.Lock()
        self._running: set[asyncio.Task[object]] = set()

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        return await self._reader.fetch(sql, *params)

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        return await self._reader.fetch_one(sql, *params)

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, first: bool = False) -> T:
        writing = self._write if first else self._write_in_turn
        # A task of its own: who is cancelled while waiting leaves nothing half written.
        task = asyncio.ensure_future(writing(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _write_in_turn(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        # One of these at a time waits for the writer's lock, so that what goes first never waits
        # for many.
        async with self._queue:
            return await self._write(work)

    async def _write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        async with self._lock:
            self._writer.begin()
            try:
                result = await work(self._writer)
                await self._writer.execute("COMMIT")
            except BaseException:
                await self._writer.roll_back()
                raise
            return result

    async def ping(self) -> None:
        await self.fetch_one("SELECT 1 AS one")

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        await self._reader.raw.close()
        await self._writer.raw.close()


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Processes that make a new file WAL at the same moment get "locked" at once: SQLite waits for
    nobody here.
    """
    for left in reversed(range(WAL_TRIES)):
        try:
            await connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = _primary_code(error) == sqlite3.SQLITE_BUSY
            if not busy or not left:
                raise
        await asyncio.sleep(WAL_PAUSE)


async def _connect(path: str, *, query_only: bool = False) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        await _use_wal(connection)
        for pragma in PRAGMAS:
            await connection.execute(pragma)
        if query_only:
            await connection.execute("PRAGMA query_only=ON")
    except BaseException:
        await connection.close()
        raise
    return connection


async def open_sqlite(path: str, prepare: Callable[[Tx], Awaitable[object]]) -> SqliteDatabase:
    """Open (or create) the database file; `prepare` runs first, in a transaction of its own."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    writer = await _connect(path)
    try:
        connection = _Connection(writer)
        connection.begin()
        await prepare(connection)
        await connection.execute("COMMIT")
        reader = await _connect(path, query_only=True)
    except BaseException:
        await writer.close()
        raise
    return SqliteDatabase(writer, reader)
