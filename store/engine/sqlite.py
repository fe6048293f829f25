"""SQLite through aiosqlite: one writer connection, one reader, WAL with full durability."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import aiosqlite

from store.engine.damage import Damage
from store.engine.database import (
    Reader,
    Row,
    StoreUnavailable,
    T,
    Tx,
    WaitedWithinRead,
    WrittenWithinRead,
)
from store.engine.database_file import DatabaseFile
from store.engine.sqlite_errors import primary_code, store_error

BUSY = 5000
"""Milliseconds for which a connection waits for another one's lock."""
PRAGMAS = (
    # What was acknowledged to a platform survives a power cut.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY}",
    "PRAGMA temp_store=MEMORY",
    # Of each connection: twice as much makes no search cheaper, and the system keeps the file, too.
    "PRAGMA cache_size=-16384",
    "PRAGMA journal_size_limit=67108864",
    # What is deleted is written over, also where its page stays in use.
    "PRAGMA secure_delete=ON",
)
STATEMENTS_KEPT = 512
"""Statements that a connection keeps compiled: more than the desk has."""
MOST_SHARING = 16
"""Transactions that one COMMIT ends at most."""
IS_A_DESK = "SELECT 1 FROM sqlite_master WHERE name = 'leases'"
MISSING = "no such "
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


_PLAIN = frozenset((str, int, float, type(None)))
"""The types of nearly all values, which need no encoding."""


def _encoded(values: Sequence[object]) -> list[object]:
    return [value if type(value) in _PLAIN else _encode(value) for value in values]


def _moment(value: object) -> object:
    return datetime.fromisoformat(str(value))


def _day(value: object) -> object:
    return date.fromisoformat(str(value))


_DECODERS: dict[str, Callable[[object], object]] = {"_at": _moment, "_on": _day}
"""What the end of a column's name says of its values."""


@lru_cache(maxsize=1024)
def _typed(names: tuple[str, ...]) -> Sequence[tuple[str, Callable[[object], object]]]:
    """The columns whose values are more than text or number."""
    return [(name, _DECODERS[name[-3:]]) for name in names if name[-3:] in _DECODERS]


def _rows(cursor: sqlite3.Cursor) -> list[Row]:
    """What a statement gives, decoded."""
    columns = cursor.description or ()
    names = tuple(column[0] for column in columns)
    rows: list[dict[str, object]] = [
        dict(zip(names, values, strict=True)) for values in cursor.fetchall()
    ]
    for name, decode in _typed(names):
        for row in rows:
            if row[name] is not None:
                row[name] = decode(row[name])
    return list(rows)


class _Connection:
    """A connection as a Reader and Tx for whoever is in its own thread: none of its calls waits."""

    engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _fetch(self, sql: str, params: Sequence[object]) -> list[Row]:
        try:
            # A row may fail that is read after the first.
            return _rows(self._connection.execute(sql, _encoded(params)))
        except sqlite3.Error as error:
            self._raise(error)

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        return self._fetch(sql, params)

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        rows = self._fetch(sql, params)
        return rows[0] if rows else None

    async def execute(self, sql: str, *params: object) -> int:
        try:
            return self._connection.execute(sql, _encoded(params)).rowcount
        except sqlite3.Error as error:
            self._raise(error)

    async def execute_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        try:
            self._connection.executemany(sql, map(_encoded, rows))
        except sqlite3.Error as error:
            self._raise(error)

    def _raise(self, error: sqlite3.Error) -> NoReturn:
        """The store's error for the driver's."""
        if MISSING in str(error) and not self._has_tables():
            # Another file was written over ours: the statement is not what is wrong.
            raise StoreUnavailable("the desk's tables are gone") from error
        said = store_error(error)
        if said is error:
            raise error
        raise said from error

    def _has_tables(self) -> bool:
        try:
            return self._connection.execute(IS_A_DESK).fetchone() is not None
        except sqlite3.Error:
            return False


S = TypeVar("S")


def _done_with(work: Callable[[S], Awaitable[T]], connection: S) -> T:
    """What the work comes to, here and now; WaitedWithinRead where it waits for anything."""
    steps = work(connection).__await__()
    try:
        next(steps)
    except StopIteration as done:
        result: T = done.value
        return result
    steps.close()
    raise WaitedWithinRead(
        "in the database's thread nothing can be waited for: "
        "a transaction does nothing but use the transaction, a read nothing but read"
    )


@dataclass(frozen=True, slots=True)
class _Wanted(Generic[T]):
    """A transaction that somebody waits for; `context` = theirs, in which its work runs."""

    work: Callable[[Tx], Awaitable[T]]
    shares: bool
    done: "asyncio.Future[T]"
    context: Context

    def run(self, connection: sqlite3.Connection) -> T:
        """The work's statements, one after another."""
        _here.writing = True
        try:
            return self.context.run(_done_with, self.work, _Connection(connection))
        finally:
            _here.writing = False


@dataclass(frozen=True, slots=True)
class _Failed:
    """What became of a transaction whose work raised this."""

    error: BaseException


class _Here(threading.local):
    """What the thread that asks is at: in a connection's own thread there is one thing at a
    time.
    """

    reading: _Connection | None = None
    writing: bool = False


_here = _Here()


def _transaction(
    connection: sqlite3.Connection,
    group: Sequence[_Wanted[Any]],
    file: DatabaseFile | None = None,
) -> list[object | _Failed]:
    """Each one's work, and one COMMIT for all of them; an error of one alone undoes that one.

    Runs in the connection's thread. What is raised undid all of them."""
    if connection.in_transaction:
        # What the last one could not undo.
        connection.rollback()
    connection.execute("BEGIN IMMEDIATE")
    try:
        if len(group) == 1:
            results = [group[0].run(connection)]
        else:
            results = [_within_savepoint(connection, wanted) for wanted in group]
        if file is not None and (loses := file.loses()):
            raise StoreUnavailable(loses)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise
    return results


def _within_savepoint(connection: sqlite3.Connection, wanted: _Wanted[Any]) -> object | _Failed:
    connection.execute("SAVEPOINT one")
    try:
        result: object = wanted.run(connection)
    except Exception as error:
        # A full disk, for one, has undone the whole transaction.
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return _Failed(error)
    connection.execute("RELEASE one")
    return result


def _read(
    connection: sqlite3.Connection, work: Callable[[Reader], Awaitable[T]], context: Context
) -> T:
    """What is read in one go; runs in the connection's thread."""
    _here.reading = _Connection(connection)
    try:
        return context.run(_done_with, work, _here.reading)
    finally:
        _here.reading = None


def _read_at_once(
    connection: sqlite3.Connection, work: Callable[[Reader], Awaitable[T]], context: Context
) -> T:
    """The same, all of it as the database was at one moment."""
    connection.execute("BEGIN")
    try:
        return _read(connection, work, context)
    finally:
        connection.execute("COMMIT")


def _refuse_within_transaction() -> None:
    if _here.writing:
        raise RuntimeError("a transaction reads and writes by itself, not beside it")


def _settle(wanted: _Wanted[Any], result: object | _Failed) -> None:
    """Tell whoever waits for a transaction what became of it."""
    if wanted.done.done():
        return
    if not isinstance(result, _Failed):
        wanted.done.set_result(result)
    elif isinstance(result.error, asyncio.CancelledError):
        wanted.done.cancel()
    else:
        wanted.done.set_exception(result.error)


async def _hop(raw: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run this in the connection's own thread: the one place where the desk changes threads for
    SQLite.
    """
    # The one use of something private of aiosqlite, which the lock pins: its public calls are a
    # hop for each statement.
    hop: Callable[..., Awaitable[T]] = raw._execute
    try:
        return await hop(lambda: work(raw._conn))
    except (sqlite3.Error, ValueError) as error:
        translated = store_error(error)
        if translated is error:
            raise
        raise translated from error


class SqliteDatabase:
    """See `store.engine.database.Database`."""

    engine = "sqlite"

    def __init__(
        self,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        open_reader: Callable[[], Awaitable[aiosqlite.Connection]],
        file: DatabaseFile | None = None,
    ) -> None:
        """`open_reader` opens one more, which is first needed for what takes long; `file` = where
        it is, for one that is written.
        """
        self._writer = writer
        self._reader = reader
        self._open_reader = open_reader
        self._long_reader: aiosqlite.Connection | None = None
        self._long = asyncio.Lock()
        self._file = file
        self._damage = Damage()
        self._first: deque[_Wanted[Any]] = deque()
        self._in_turn: deque[_Wanted[Any]] = deque()
        self._went_first = False
        self._writing: asyncio.Task[None] | None = None

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        return await self.read(lambda reader: reader.fetch(sql, *params))

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        rows = await self.fetch(sql, *params)
        return rows[0] if rows else None

    async def read(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        reading = _here.reading
        if reading is not None:
            return await work(reading)
        _refuse_within_transaction()
        context = copy_context()
        try:
            return await _hop(self._reader, lambda connection: _read(connection, work, context))
        except StoreUnavailable as error:
            self._damage.look_at(error)
            raise

    async def read_long(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        if _here.reading is not None:
            raise WaitedWithinRead("what takes long is read by itself")
        _refuse_within_transaction()
        context = copy_context()
        async with self._long:
            with self._damage, translated():
                if self._long_reader is None:
                    self._long_reader = await self._open_reader()
                return await _hop(
                    self._long_reader, lambda connection: _read_at_once(connection, work, context)
                )

    async def write(
        self,
        work: Callable[[Tx], Awaitable[T]],
        *,
        first: bool = False,
        shares: bool = False,
    ) -> T:
        if _here.reading is not None:
            raise WrittenWithinRead("within a read nothing is written")
        _refuse_within_transaction()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        wanted = _Wanted(work, shares, done, copy_context())
        waiting = self._first if first else self._in_turn
        waiting.append(wanted)
        if self._writing is None:
            self._write_on()
        # Who is cancelled while waiting leaves nothing half written: it is written nevertheless.
        return await asyncio.shield(done)

    def _write_on(self) -> None:
        self._writing = asyncio.create_task(self._write_all())
        self._writing.add_done_callback(self._wrote)

    def _wrote(self, _task: "asyncio.Task[None]") -> None:
        self._writing = None
        # Only where it was cancelled, as all tasks are at the end of a process, does anybody wait.
        if self._first or self._in_turn:
            self._write_on()

    async def _write_all(self) -> None:
        """One transaction after another, as long as anybody waits."""
        while group := self._next_group():
            await self._write_group(group)

    def _next_group(self) -> list[_Wanted[Any]]:
        """Who is to be written now: what goes first, else those in turn, together as far as they
        share. After each group that went first come some in turn, however many arrive.
        """
        waiting = self._first or self._in_turn
        if self._went_first and self._in_turn:
            waiting = self._in_turn
        self._went_first = waiting is self._first
        group: list[_Wanted[Any]] = []
        while waiting and len(group) < MOST_SHARING:
            if group and not (group[-1].shares and waiting[0].shares):
                break
            group.append(waiting.popleft())
        return group

    async def _write_group(self, group: Sequence[_Wanted[Any]]) -> None:
        try:
            self._damage.refuse()
            results = await _hop(
                self._writer, lambda connection: _transaction(connection, group, self._file)
            )
        except BaseException as error:
            self._damage.look_at(error)
            for wanted in group:
                _settle(wanted, _Failed(error))
            if not isinstance(error, Exception):
                raise
            return
        for wanted, result in zip(group, results, strict=True):
            if isinstance(result, _Failed):
                self._damage.look_at(result.error)
            _settle(wanted, result)

    @property
    def paths(self) -> Sequence[Path]:
        if self._file is None:
            return ()
        path = self._file.path
        return (path, path.with_name(f"{path.name}-wal"))

    async def overwrite_freed(self, tables: Sequence[str]) -> None:
        await _hop(self._writer, lambda connection: connection.execute("VACUUM"))
        await self.empty_log(tables)

    async def empty_log(self, tables: Sequence[str]) -> None:
        for _try in range(WAL_TRIES):
            rows = await _hop(self._writer, _empty_log)
            if not rows[0][0]:
                return
            # Somebody still reads what stands there.
            await asyncio.sleep(WAL_PAUSE)
        raise StoreUnavailable("the log cannot be emptied: somebody reads for long")

    async def ping(self) -> None:
        await self.fetch_one("SELECT 1 AS one")

    def distrust(self, error: StoreUnavailable) -> None:
        self._damage.look_at(error)

    def damage(self) -> str:
        found = self._file.damage() if self._file else ""
        return found or self._damage.lately()

    async def close(self) -> None:
        while self._writing is not None:
            await asyncio.wait({self._writing})
        if self._long_reader is not None:
            await self._long_reader.close()
        await self._reader.close()
        await self._writer.close()


def _empty_log(connection: sqlite3.Connection) -> list[tuple[int, int, int]]:
    # Who reads just now is not waited for here, where nobody can write meanwhile.
    connection.execute("PRAGMA busy_timeout=20")
    try:
        return connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY}")


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Processes that make a new file WAL at the same moment get "locked" at once: SQLite waits for
    nobody here.
    """
    for left in reversed(range(WAL_TRIES)):
        try:
            await connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = primary_code(error) == sqlite3.SQLITE_BUSY
            if not busy or not left:
                raise
        await asyncio.sleep(WAL_PAUSE)


async def _opened(path: str, **how: Any) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, isolation_level=None, **how)
    try:
        return await connection
    except BaseException:
        # Its thread has something to say still, to a loop that may be over by then.
        await asyncio.to_thread(connection._thread.join)
        raise


async def _connect(path: str, *, query_only: bool = False) -> aiosqlite.Connection:
    connection = await _opened(path, cached_statements=STATEMENTS_KEPT)
    try:
        # Before anything is written: a damaged file, or one that is no database, stays as it is.
        await connection.execute_fetchall("SELECT count(*) FROM sqlite_master")
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
    with translated():
        writer = await _connect(path)
        try:
            done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
            preparing = _Wanted(prepare, shares=False, done=done, context=copy_context())
            await _hop(writer, lambda connection: _transaction(connection, [preparing]))
            reader = await _connect(path, query_only=True)
        except BaseException:
            await writer.close()
            raise
    open_reader = partial(_connect, path, query_only=True)
    return SqliteDatabase(writer, reader, open_reader, DatabaseFile(Path(path)))


async def look_at_sqlite(path: str) -> SqliteDatabase:
    """Open a file that is there for reading alone: not one byte of it is written."""
    with translated():
        look = partial(_connectto_look, path)
        return SqliteDatabase(await look(), await look(), look)


async def _connectto_look(path: str) -> aiosqlite.Connection:
    connection = await _opened(to_look(path), uri=True)
    try:
        await connection.execute_fetchall("SELECT count(*) FROM sqlite_master")
    except BaseException:
        await connection.close()
        raise
    return connection


def to_look(path: str) -> str:
    """The address of a file that is opened for reading alone."""
    return f"{Path(path).absolute().as_uri()}?mode=ro"


@contextmanager
def translated() -> Iterator[None]:
    """Raises the store's errors for the driver's."""
    try:
        yield
    except Exception as error:
        said = store_error(error)
        if said is error:
            raise
        raise said from error
