"""Over pgbouncer the desk works, where a session is one, and else is refused in one sentence."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from store.engine.database import Database, Tx
from store.opening import Opening, open_database
from tests.e2e.harness import eventually
from tests.fakes.pgbouncer import PROGRAM, Pgbouncer
from tests.fakes.postgres import Postgresql

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(PROGRAM is None, reason="apt-get install pgbouncer"),
]
Opener = Callable[[str], Awaitable[Database]]


@contextmanager
def pooled(server: Postgresql, mode: str) -> Iterator[Pgbouncer]:
    pooler = Pgbouncer(server, mode)
    try:
        eventually(pooler.is_up, "pgbouncer")
        yield pooler
    finally:
        pooler.remove()


async def test_a_pooler_that_keeps_the_session_is_as_good_as_the_server(
    postgresql: Postgresql, opening: Opener
) -> None:
    url = await postgresql.make_database()
    with pooled(postgresql, "session") as pooler:
        db = await opening(pooler.url(url))

        async def work(tx: Tx) -> None:
            for _ in range(3):
                await tx.execute("UPDATE counters SET value = value + ?", 1)

        for _ in range(5):
            await db.write(work)
            rows = await db.fetch("SELECT DISTINCT value FROM counters WHERE name = ?", "ticket")
        assert rows == [{"value": 15}]
        looking = await open_database(pooler.url(url), opening=Opening.LOOK)
        try:
            assert await looking.fetch("SELECT 1 AS one") == [{"one": 1}]
        finally:
            await looking.close()
        await db.close()
    await postgresql.drop(url)


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("opens", [Opening.UPGRADE, Opening.USE, Opening.LOOK])
async def test_a_pooler_that_shares_sessions_is_refused(
    postgresql: Postgresql, mode: str, opens: Opening
) -> None:
    url = await postgresql.make_database()
    await (await open_database(url)).close()
    with pooled(postgresql, mode) as pooler:
        for _ in range(3):
            with pytest.raises(ValueError, match=r"pool_mode = session"):
                await open_database(pooler.url(url), opening=opens)
    await postgresql.drop(url)
