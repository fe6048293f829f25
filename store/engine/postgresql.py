"""PostgreSQL through asyncpg: a pool, the same SQL text with `?` rewritten to `$n`."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

import asyncpg

from store.engine.damage import Damage
from store.engine.database import Reader, Row, StoreUnavailable, T, Tx
from store.engine.postgresql_errors import TRANSLATED, TRIED_AGAIN
from store.engine.postgresql_pool import LOOKS, USES, open_pool

ATTEMPTS = 5
IS_A_DESK = "SELECT to_regclass('leases')"
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


REWRITTEN_AT_ONCE = 1 << 25
"""Bytes of a table that is written anew where something of it must be nowhere: within a second."""
_SIZE = "SELECT pg_total_relation_size($1::text::regclass)"


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
        self._damage = Damage()
        self._long = asyncio.Lock()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        """One of the pool, for a statement or a transaction."""
        try:
            with self._damage, TRANSLATED:
                async with self._pool.acquire() as raw:
                    yield raw
        except asyncpg.UndefinedTableError as error:
            if not await self._has_tables():
                # Another server answers at this address: the statement is not what is wrong.
                raise StoreUnavailable("the desk's tables are gone") from error
            raise

    async def _has_tables(self) -> bool:
        with TRANSLATED:
            found = await self._pool.fetchval(IS_A_DESK)
        return found is not None

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        async with self._connection() as raw:
            return await _Connection(raw).fetch(sql, *params)

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        async with self._connection() as raw:
            return await _Connection(raw).fetch_one(sql, *params)

    async def read(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        # A way to the server and back for each statement, however they are put together.
        return await work(self)

    async def read_long(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        # One after another, so that most connections of the pool are left to everybody else.
        async with self._long, self._connection() as raw:
            moment = raw.transaction(isolation="repeatable_read", readonly=True)
            async with moment:
                return await work(_Connection(raw))

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
                async with self._connection() as raw, raw.transaction():
                    return await work(_Connection(raw))
            except TRIED_AGAIN as error:
                if attempt == ATTEMPTS - 1:
                    raise StoreUnavailable(type(error).__name__) from error
            except StoreUnavailable as error:
                if isinstance(error.__cause__, asyncpg.ReadOnlySQLTransactionError):
                    # A connection keeps what it was told of when it began, and whom it reached.
                    await self._pool.expire_connections()
                raise
        raise AssertionError("unreachable")

    @property
    def paths(self) -> Sequence[Path]:
        return ()

    async def overwrite_freed(self, tables: Sequence[str]) -> None:
        async with self._connection() as raw:
            with TRANSLATED:
                for table in tables:
                    how = ""
                    if await raw.fetchval(_SIZE, table) < REWRITTEN_AT_ONCE:
                        # Whoever uses it waits for a moment; nothing of what was there is left.
                        how = "(FULL)"
                    await raw.execute(f"VACUUM {how} {table}", timeout=LONGEST_MIGRATION)

    async def empty_log(self, tables: Sequence[str]) -> None:
        async with self._connection() as raw:
            with TRANSLATED:
                for table in tables:
                    await raw.execute(f"VACUUM {table}", timeout=LONGEST_MIGRATION)

    async def ping(self) -> None:
        await self.fetch_one("SELECT 1 AS one")

    def distrust(self, error: StoreUnavailable) -> None:
        self._damage.look_at(error)

    def damage(self) -> str:
        return self._damage.lately()

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        await self._pool.close()


async def open_postgresql(
    url: str, prepare: Callable[[Tx], Awaitable[object]]
) -> PostgresqlDatabase:
    """Connect, and refuse a database that cannot hold Thai; `prepare` runs first, in a transaction.

    Raises ValueError where the server knows no such database or user, or something between gives
    each transaction another session; StoreUnavailable."""
    pool = await open_pool(url, USES)
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
    return PostgresqlDatabase(await open_pool(url, LOOKS, _only_look))


async def _only_look(raw: asyncpg.Connection) -> None:
    # Said once it is connected: a pooler passes nothing else on.
    await raw.execute("SET default_transaction_read_only = on")


async def _check_encoding(raw: asyncpg.Connection) -> None:
    encoding = await raw.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise ValueError(
            f"DESKBOT_DATABASE_URL: the database's encoding is {encoding}; create it with UTF8"
        )
