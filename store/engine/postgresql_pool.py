"""Connections to PostgreSQL: the address, one or several servers, and what may stand between."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from store.engine.database import StoreUnavailable
from store.engine.postgresql_errors import REFUSED, TRANSLATED

LONGEST_STATEMENT = 30.0
"""Seconds after which a statement of the running desk is given up."""
LONGEST_CONNECTING = 10.0
"""Seconds."""
USES = "deskbot"
LOOKS = "deskbot looks"
MOVES = "deskbot moves"
"""What the server is told of who is connected."""
PRIMARY = "primary"
"""Which of several servers is meant: the one that takes writes."""
WITHIN_A_TRANSACTION = 2
"""Sessions that have a transaction open while a third is asked who serves it."""
POOLED = (
    "DESKBOT_DATABASE_URL: a pooler stands between that gives each transaction another session: "
    "set it to pool_mode = session for the desk, or connect to the server itself"
)
OTHER_SESSION = (
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
    asyncpg.ProtocolViolationError,
)
"""What a session says that does not know what another one was told."""
Init = Callable[[asyncpg.Connection], Awaitable[None]]


def readable(url: str) -> str:
    """The same address; ValueError, which says nothing of it, where its parts cannot be told
    apart. A sign that means something in an address cuts a password in two.
    """
    try:
        for host in _hosts(url):
            _port = urlsplit(f"//{host}").port
    except ValueError:
        raise ValueError(
            "the database's address cannot be read: it must look like postgresql://user@host/desk, "
            "and in a password each sign that is no letter or figure like %23"
        ) from None
    return url


def _hosts(url: str) -> Sequence[str]:
    """The servers of an address; there may be several, `host1:5432,host2:5432`."""
    return urlsplit(url).netloc.rpartition("@")[2].split(",")


async def count_connected(url: str) -> int:
    """How many connections use this database, other than those that look at it."""
    with TRANSLATED:
        raw = await connect(url, LOOKS)
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


async def connect(url: str, name: str) -> asyncpg.Connection:
    """One connection of one's own, under this name."""
    return await asyncpg.connect(readable(url), **_how(url, name))


def _how(url: str, name: str) -> dict[str, Any]:
    return {
        "timeout": LONGEST_CONNECTING,
        "server_settings": {"application_name": name},
        "target_session_attrs": _meant(url),
    }


async def open_pool(
    url: str,
    name: str,
    init: Init | None = None,
) -> asyncpg.Pool:
    """Connect under this name; ValueError where the server will not have us, or what stands before
    it will not do.
    """
    with TRANSLATED:
        try:
            pool = await asyncpg.create_pool(
                readable(url),
                min_size=1,
                max_size=8,
                command_timeout=LONGEST_STATEMENT,
                reset=_nothing_to_reset,
                init=init,
                **_how(url, name),
            )
        except REFUSED as error:
            raise ValueError(f"DESKBOT_DATABASE_URL: {error}") from error
    try:
        await _refuse_shared_sessions(pool)
    except BaseException:
        await pool.close()
        raise
    return pool


def _meant(url: str) -> str | None:
    """Of several servers the one that takes writes, unless the address says otherwise."""
    if len(_hosts(url)) == 1 or "target_session_attrs" in url:
        return None
    return PRIMARY


async def _refuse_shared_sessions(pool: asyncpg.Pool) -> None:
    """What is prepared, set or locked in one session must be there with the next statement.

    Only where something stands between is more asked than one thing: there the process that answers
    is not the one that took the connection."""
    try:
        with TRANSLATED:
            async with AsyncExitStack() as open_ones:
                raw = await open_ones.enter_async_context(pool.acquire())
                served_by = await _process(raw)
                if served_by == raw.get_server_pid():
                    return
                for _other in range(WITHIN_A_TRANSACTION):
                    other = await open_ones.enter_async_context(pool.acquire())
                    await open_ones.enter_async_context(other.transaction())
                    await _process(other)
                    if await _process(raw) != served_by:
                        raise ValueError(POOLED)
    except StoreUnavailable as error:
        if isinstance(error.__cause__, OTHER_SESSION):
            raise ValueError(POOLED) from error
        raise


async def _process(raw: asyncpg.Connection) -> int:
    return int(await raw.fetchval("SELECT pg_backend_pid()"))


async def _nothing_to_reset(_raw: asyncpg.Connection) -> None:
    """A connection goes back to the pool as it came: the desk sets, locks, declares and listens to
    nothing that outlasts a transaction, and what a transaction left open asyncpg has rolled back.

    asyncpg's own way would ask the server four questions after each read."""
