"""Connections to PostgreSQL: the address, one or several servers, and what may stand between."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from store.engine.database import StoreUnavailable
from store.engine.postgresql_errors import SAYS_IT, TRANSLATED, WRONG_ADDRESS, means_later

LONGEST_STATEMENT = 30.0
"""Seconds after which a statement of the running desk is given up."""
LONGEST_CONNECTING = 5.0
"""Seconds that one server may take."""
USES = "deskbot"
LOOKS = "deskbot looks"
MOVES = "deskbot moves"
"""What the server is told of who is connected."""
PRIMARY = "primary"
"""Which of several servers is meant: the one that takes writes."""
NEXT_SERVER = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.TargetServerAttributeNotMatched,
)
"""Why another server of the same address is asked."""
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
NO_TRANSACTION = "statement pooling mode"
"""What pgbouncer says who gives each statement another session."""
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


class _Servers:
    """Connects to whichever of an address's servers takes writes, the one that did last first: one
    that is silent is waited for once.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(readable(url))
        credentials, at, _hosts_of_it = parts.netloc.rpartition("@")
        hosts = _hosts(url)
        self._urls = [
            urlunsplit(parts._replace(netloc=f"{credentials}{at}{host}")) for host in hosts
        ]
        self._meant: str | None = None
        if len(hosts) > 1 and "target_session_attrs" not in url:
            self._meant = PRIMARY

    async def connect(self, *_address: object, **how: Any) -> asyncpg.Connection:
        """As `asyncpg.connect`, which lets one silent server use up the time of all."""
        for url in list(self._urls):
            try:
                raw = await asyncpg.connect(
                    url,
                    timeout=LONGEST_CONNECTING,
                    target_session_attrs=self._meant,
                    **how,
                )
            except NEXT_SERVER as error:
                failed: Exception = error
                continue
            self._urls.remove(url)
            self._urls.insert(0, url)
            return raw
        raise failed


async def connect(url: str, name: str) -> asyncpg.Connection:
    """One connection of one's own, under this name."""
    return await _Servers(url).connect(server_settings={"application_name": name})


async def open_pool(
    url: str,
    name: str,
    init: Init | None = None,
) -> asyncpg.Pool:
    """Connect under this name; ValueError where the server will not have us, or what stands before
    it will not do.
    """
    try:
        pool = await asyncpg.create_pool(
            min_size=1,
            max_size=8,
            command_timeout=LONGEST_STATEMENT,
            connect=_Servers(url).connect,
            reset=_nothing_to_reset,
            init=init,
            server_settings={"application_name": name},
        )
    except SAYS_IT as error:
        raise _not_connected(error) from error
    try:
        await _refuse_shared_sessions(pool)
    except BaseException:
        await pool.close()
        raise
    return pool


def _not_connected(error: Exception) -> Exception:
    """What is told of it: its words are the server's and the driver's about the address."""
    why = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, WRONG_ADDRESS) or not means_later(error):
        return ValueError(f"DESKBOT_DATABASE_URL: {why}")
    return StoreUnavailable(f"the database's server cannot be used now ({why})")


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
        said = error.__cause__
        if isinstance(said, OTHER_SESSION) or NO_TRANSACTION in str(said):
            raise ValueError(POOLED) from error
        raise


async def _process(raw: asyncpg.Connection) -> int:
    return int(await raw.fetchval("SELECT pg_backend_pid()"))


async def _nothing_to_reset(_raw: asyncpg.Connection) -> None:
    """A connection goes back to the pool as it came: the desk sets, locks, declares and listens to
    nothing that outlasts a transaction, and what a transaction left open asyncpg has rolled back.

    asyncpg's own way would ask the server four questions after each read."""
