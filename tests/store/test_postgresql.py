"""What only PostgreSQL needs: a UTF-8 database, and a server that may go away and come back."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from store.engine import postgresql as postgresql_engine
from store.engine import postgresql_pool
from store.engine.database import Database, StoreUnavailable, Tx
from store.engine.postgresql import numbered
from tests.fakes.postgres import Postgresql

Opening = Callable[[str], Awaitable[Database]]


async def test_a_database_that_cannot_hold_thai_is_refused(
    postgresql: Postgresql, opening: Opening
) -> None:
    url = await postgresql.make_database("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")

    with pytest.raises(ValueError, match=r"^DESKBOT_DATABASE_URL: .*SQL_ASCII.*UTF8"):
        await opening(url)

    await postgresql.drop(url)


async def test_a_database_that_is_not_there_is_named_with_its_variable(
    postgresql: Postgresql, opening: Opening
) -> None:
    with pytest.raises(ValueError, match=r'^DESKBOT_DATABASE_URL: .*"nowhere"'):
        await opening(postgresql.url("nowhere"))


async def test_the_desk_goes_on_when_the_server_comes_back(
    postgresql: Postgresql, opening: Opening
) -> None:
    server = Postgresql(postgresql.binaries)
    db = await opening(server.url("postgres"))

    async def work(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 5")
        server.stop()
        await tx.execute("UPDATE counters SET value = 6")

    try:
        with pytest.raises(StoreUnavailable):
            await db.write(work)
        with pytest.raises(StoreUnavailable):
            await db.fetch("SELECT value FROM counters")
        with pytest.raises(StoreUnavailable):
            await opening(server.url("postgres"))

        server.start()
        assert await db.fetch("SELECT DISTINCT value FROM counters WHERE name <> 'request'") == [
            {"value": 0}
        ]
        await db.write(lambda tx: tx.execute("UPDATE counters SET value = 7"))
        assert await db.fetch("SELECT DISTINCT value FROM counters WHERE name <> 'request'") == [
            {"value": 7}
        ]
    finally:
        server.remove()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "interruption",
    [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(30)",
    ],
)
async def test_what_the_server_interrupts_may_come_back(db: Database, interruption: str) -> None:
    async def work(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 5")
        await tx.fetch(interruption)

    with pytest.raises(StoreUnavailable):
        await db.write(work)

    assert await db.fetch("SELECT DISTINCT value FROM counters WHERE name <> 'request'") == [
        {"value": 0}
    ]


async def test_a_migration_may_take_longer_than_what_a_running_desk_asks(
    postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_pool, "LONGEST_STATEMENT", 0.3)
    url = await postgresql.make_database()

    async def migrate(tx: Tx) -> None:
        await tx.execute("SELECT pg_sleep(0.6)")
        await tx.fetch("SELECT pg_sleep(0.6)")

    db = await postgresql_engine.open_postgresql(url, migrate)

    with pytest.raises(StoreUnavailable):
        await db.fetch("SELECT pg_sleep(0.6)")
    await db.close()
    await postgresql.drop(url)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_deadlock_is_tried_again(db: Database) -> None:
    runs: list[str] = []
    met = {"customer": False, "ticket": False}

    def crossing(first: str, second: str) -> Awaitable[None]:
        async def work(tx: Tx) -> None:
            runs.append(first)
            await tx.execute("UPDATE counters SET value = value + 1 WHERE name = ?", first)
            met[first] = True
            while not met[second]:
                await tx.fetch("SELECT 1")
            await tx.execute("UPDATE counters SET value = value + 1 WHERE name = ?", second)

        return db.write(work)

    await asyncio.gather(crossing("customer", "ticket"), crossing("ticket", "customer"))

    assert len(runs) > 2
    assert await db.fetch(
        "SELECT DISTINCT value FROM counters WHERE name IN ('customer', 'ticket')"
    ) == [{"value": 2}]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_parameter_of_the_wrong_kind_is_a_bug(db: Database) -> None:
    for sql, wrong in (("name = ?", 5), ("value = ?", "5"), ("value = ?", 2**70)):
        with pytest.raises(asyncpg.DataError, match=r"invalid input for query argument \$1"):
            await db.fetch(f"SELECT value FROM counters WHERE {sql}", wrong)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        ("a = ? AND b IN (?, ?)", "a = $1 AND b IN ($2, $3)"),
        ("a = '?' AND b = ? ESCAPE '!'", "a = '?' AND b = $1 ESCAPE '!'"),
        ("a = 'it''s ?' AND b = ?", "a = 'it''s ?' AND b = $1"),
    ],
)
def test_question_marks_are_numbered_outside_quotes(sql: str, expected: str) -> None:
    assert numbered(sql) == expected
