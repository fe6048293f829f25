"""PostgreSQL through asyncpg: a pool, the same SQL text with `?` rewritten to `$n`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from types import TracebackType
from urllib.parse import urlsplit

import asyncpg

from domain.errors import Conflict
from store.engine.database import Reader, Row, StoreUnavailable, T, Tx

ATTEMPTS = 5
LONGEST_STATEMENT = 30.0
"""Seconds after which a statement of the running desk is given up."""
LONGEST_MIGRATION = 3600.0
"""Seconds that one statement may take that brings a large register up to date, and that another
process waits for it.
"""
_QUOTED_OR_MARK = re.compile(r"'[^']*'|\?")


@lru_cache(maxsize=512)
def numbered(sql: str) -> str:
    """`a = ? AND b = '?'` -> `a = $1 AND b = '?'`."""
    count = 0

    def number(match: re.Match[str]) -> str:
        nonlocal count
        if match.group() != "?":
            return match.group()
        count += 1
        return f"${count}"

    return _QUOTED_OR_MARK.sub(number, sql)


AWAY = (
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    OSError,
)
"""What the driver says and nobody knows means later: shut down, crashed, disk full, cut off."""
TRIED_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Transactions that came between each other; the second try goes well."""
BUGS = (
    asyncpg.SyntaxOrAccessError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.FeatureNotSupportedError,
)
"""What speaks of the statement and not of the server: no later try would mend it."""
NO_BUGS = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidCachedStatementError)
"""Kinds of those that an operator mends, or the next try."""


def _means_later(error: BaseException) -> bool:
    if isinstance(error, NO_BUGS):
        return True
    return isinstance(error, AWAY) and not isinstance(error, (*BUGS, *TRIED_AGAIN))


def readable(url: str) -> str:
    """The same address; ValueError, which says nothing of it, where its parts cannot be told
    apart. A sign that means something in an address cuts a password in two.
    """
    try:
        _port = urlsplit(url).port
    except ValueError:
        raise ValueError(
            "the database's address cannot be read: it must look like postgresql://user@host/desk, "
            "and in a password each sign that is no letter or figure like %23"
        ) from None
    return url


class _Translated:
    """Turns the driver's errors into the store's: `with TRANSLATED`."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncpg.UniqueViolationError):
            raise Conflict("exists", detail=error.constraint_name) from error
        if error is not None and _means_later(error):
            raise StoreUnavailable(type(error).__name__) from error


TRANSLATED = _Translated()


class _Connection:
    """One asyncpg connection as a Reader and Tx."""

    engine = "postgresql"

    def __init__(self, raw: asyncpg.Connection, timeout: float | None = None) -> None:
        """`timeout` is in seconds for each statement, None = the pool's."""
        self.raw = raw
        self._timeout = timeout

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        with TRANSLATED:
            rows = await self.raw.fetch(numbered(sql), *params, timeout=self._timeout)
        return [dict(row) for row in rows]

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        with TRANSLATED:
            row = await self.raw.fetchrow(numbered(sql), *params, timeout=self._timeout)
        if row is None:
            return None
        return dict(row)

    async def execute(self, sql: str, *params: object) -> int:
        # A text without parameters goes as it is: it may be a migration's statement, of any kind.
        if params:
            sql = numbered(sql)
        with TRANSLATED:
            status: str = await self.raw.execute(sql, *params, timeout=self._timeout)
        # Such as "UPDATE 3", "INSERT 0 1", "CREATE TABLE".
        tail = status.rsplit(" ", 1)[-1]
        return int(tail) if tail.isdigit() else 0

    async def execute_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        listed = list(rows)
        if not listed:
            return
        with TRANSLATED:
            await self.raw.executemany(numbered(sql), listed, timeout=self._timeout)


class PostgresqlDatabase:
    """See `store.engine.database.Database`."""

    engine = "postgresql"

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._running: set[asyncio.Task[object]] = set()

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        with TRANSLATED:
            async with self._pool.acquire() as raw:
                return await _Connection(raw).fetch(sql, *params)

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        with TRANSLATED:
            async with self._pool.acquire() as raw:
                return await _Connection(raw).fetch_one(sql, *params)

    async def read(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        # A way to the server and back for each statement, however they are put together.
        return await work(self)

    async def write(
        self,
        work: Callable[[Tx], Awaitable[T]],
        *,
        first: bool = False,
        shares: bool = False,
    ) -> T:
        # A task of its own: who is cancelled while waiting leaves nothing half written.
        task = asyncio.ensure_future(self._write(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                with TRANSLATED:
                    async with self._pool.acquire() as raw, raw.transaction():
                        return await work(_Connection(raw))
            except TRIED_AGAIN as error:
                if attempt == ATTEMPTS - 1:
                    raise StoreUnavailable(type(error).__name__) from error
        raise AssertionError("unreachable")

    async def overwrite_freed(self, tables: Sequence[str]) -> None:
        with TRANSLATED:
            async with self._pool.acquire() as raw:
                for table in tables:
                    await raw.execute(f"VACUUM {table}", timeout=LONGEST_MIGRATION)

    async def ping(self) -> None:
        await self.fetch_one("SELECT 1 AS one")

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        await self._pool.close()


async def open_postgresql(
    url: str, prepare: Callable[[Tx], Awaitable[object]]
) -> PostgresqlDatabase:
    """Connect, and refuse a database that cannot hold Thai; `prepare` runs first, in a transaction.

    Raises ValueError where the server knows no such database or user, StoreUnavailable."""
    pool = await _connect(url, application_name=USES)
    try:
        with TRANSLATED:
            async with pool.acquire() as raw:
                await _check_encoding(raw)
                async with raw.transaction():
                    # Two processes starting together: one migrates, the other waits and finds it
                    # done.
                    await raw.execute(
                        "SELECT pg_advisory_xact_lock(7331)", timeout=LONGEST_MIGRATION
                    )
                    await prepare(_Connection(raw, LONGEST_MIGRATION))
    except BaseException:
        await pool.close()
        raise
    return PostgresqlDatabase(pool)


async def look_at_postgresql(url: str) -> PostgresqlDatabase:
    """Connect for reading alone: the server refuses whatever would write."""
    return PostgresqlDatabase(
        await _connect(url, application_name=LOOKS, default_transaction_read_only="on")
    )


USES = "deskbot"
LOOKS = "deskbot looks"
"""What the server is told of who is connected."""


async def count_connected(url: str) -> int:
    """How many connections use this database, other than those that look at it."""
    with TRANSLATED:
        raw = await asyncpg.connect(readable(url), server_settings={"application_name": LOOKS})
        try:
            return int(
                await raw.fetchval(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND application_name = $1",
                    USES,
                )
            )
        finally:
            await raw.close()


async def _connect(url: str, **server_settings: str) -> asyncpg.Pool:
    with TRANSLATED:
        try:
            return await asyncpg.create_pool(
                readable(url),
                min_size=1,
                max_size=8,
                command_timeout=LONGEST_STATEMENT,
                reset=_nothing_to_reset,
                server_settings=server_settings,
            )
        except (
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
        ) as error:
            raise ValueError(f"DESKBOT_DATABASE_URL: {error}") from error


async def _nothing_to_reset(_raw: asyncpg.Connection) -> None:
    """A connection goes back to the pool as it came: the desk sets, locks, declares and listens to
    nothing that outlasts a transaction, and what a transaction left open asyncpg has rolled back.

    asyncpg's own way would ask the server four questions after each read."""


async def _check_encoding(raw: asyncpg.Connection) -> None:
    encoding = await raw.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise ValueError(
            f"DESKBOT_DATABASE_URL: the database's encoding is {encoding}; create it with UTF8"
        )
