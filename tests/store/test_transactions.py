"""A transaction is whole or not at all, whatever happens to whoever asked for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime

import pytest

from domain.errors import Conflict
from store.engine.database import Database, Reader, StoreUnavailable, Tx
from tests.fakes.halfway import Halfway

Opening = Callable[[str], Awaitable[Database]]
NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
THE_DESKS = {"customer", "ticket", "request", "publication", "holidays"}
"""Counters that every desk has."""


async def add(tx: Tx, name: str) -> int:
    return await tx.execute("INSERT INTO counters (name, value) VALUES (?, 0)", name)


async def names(db: Database) -> set[str]:
    return {row["name"] for row in await db.fetch("SELECT name FROM counters")} - THE_DESKS


async def test_a_transaction_returns_what_its_work_returns(db: Database) -> None:
    async def work(tx: Tx) -> tuple[int, int]:
        await tx.execute_many(
            "INSERT INTO counters (name, value) VALUES (?, ?)", [("a", 1), ("b", 2), ("c", 3)]
        )
        await tx.execute_many("INSERT INTO counters (name, value) VALUES (?, ?)", [])
        read = await tx.fetch("SELECT value FROM counters WHERE value > ? ORDER BY value", 1)
        return sum(row["value"] for row in read), await tx.execute(
            "DELETE FROM counters WHERE value > ?", 0
        )

    assert await db.write(work) == (5, 3)
    assert await db.write(lambda tx: tx.execute("DELETE FROM counters WHERE value > ?", 0)) == 0
    assert await db.fetch("SELECT name FROM counters WHERE value > ?", 0) == []
    assert await db.fetch_one("SELECT name FROM counters WHERE value > ?", 0) is None


async def test_an_exception_undoes_everything(db: Database) -> None:
    async def work(tx: Tx) -> None:
        await add(tx, "a")
        await add(tx, "b")
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        await db.write(work)

    assert await names(db) == set()
    await db.write(lambda tx: add(tx, "next"))
    assert await names(db) == {"next"}


async def test_many_rows_of_a_failed_transaction_do_not_turn_up_in_the_next(db: Database) -> None:
    async def work(tx: Tx) -> None:
        await tx.execute_many("INSERT INTO counters (name, value) VALUES (?, 0)", [("a",), ("b",)])
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        await db.write(work)

    assert await names(db) == set()
    await db.write(lambda tx: add(tx, "next"))
    assert await names(db) == {"next"}


async def test_a_taken_key_is_a_conflict_and_undoes_everything(db: Database) -> None:
    seen: list[str] = []

    async def work(tx: Tx) -> None:
        await add(tx, "a")
        try:
            await add(tx, "a")
        except Conflict as conflict:
            seen.append(conflict.code)
            raise

    with pytest.raises(Conflict) as refused:
        await db.write(work)

    assert (refused.value.code, seen) == ("exists", ["exists"])
    assert await names(db) == set()
    await db.write(lambda tx: add(tx, "a"))


async def test_a_caller_that_gives_up_leaves_no_half(url: str, opening: Opening) -> None:
    db = await opening(url)
    halfway = Halfway()

    async def work(tx: Tx) -> None:
        await add(tx, "a")
        await halfway.wait(tx)
        await add(tx, "b")

    caller = asyncio.create_task(db.write(work))
    await halfway.reached.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await names(db) == set()
    halfway.gate.set()
    await db.write(lambda tx: add(tx, "next"))
    await db.close()  # which finishes what is under way
    assert await names(await opening(url)) == {"a", "b", "next"}


async def test_closing_finishes_what_is_under_way(url: str, opening: Opening) -> None:
    db = await opening(url)
    halfway = Halfway()

    async def work(tx: Tx) -> None:
        await add(tx, "a")
        await halfway.wait(tx)
        for _ in range(50):
            await tx.fetch("SELECT name FROM counters")
        await add(tx, "b")

    caller = asyncio.create_task(db.write(work))
    await halfway.reached.wait()
    asyncio.get_running_loop().call_soon(halfway.gate.set)
    await db.close()
    await caller

    assert await names(await opening(url)) == {"a", "b"}


async def _cancelled_after(
    db: Database, steps: int, work: Callable[[Tx], Awaitable[object]]
) -> None:
    """Run `work` and, some steps of the loop later, cancel it and its caller, as the end of a
    process does.
    """
    others = asyncio.all_tasks()
    caller = asyncio.create_task(db.write(work))
    for _ in range(steps):
        await asyncio.sleep(0)
    mine = {task for task in asyncio.all_tasks() - others if "write" in str(task.get_coro())}
    for task in mine:
        task.cancel()
    await asyncio.gather(*mine, return_exceptions=True)
    with suppress(asyncio.CancelledError):
        await caller


async def test_a_transaction_cancelled_at_any_step_is_whole_or_nothing(db: Database) -> None:
    for steps in range(40):

        async def work(tx: Tx, steps: int = steps) -> None:
            await add(tx, f"{steps}-a")
            await add(tx, f"{steps}-b")

        await _cancelled_after(db, steps, work)
        await db.write(lambda tx, steps=steps: add(tx, f"{steps}-next"))

        written = {name for name in await names(db) if name.startswith(f"{steps}-")}
        assert written in ({f"{steps}-next"}, {f"{steps}-next", f"{steps}-a", f"{steps}-b"})


async def test_a_reader_that_gives_up_does_not_hold_back_the_next(db: Database) -> None:
    await db.write(
        lambda tx: tx.execute_many(
            "INSERT INTO counters (name, value) VALUES (?, 0)", [(f"{n}",) for n in range(500)]
        )
    )
    for steps in range(30):
        reader = asyncio.create_task(db.fetch("SELECT name FROM counters"))
        for _ in range(steps):
            await asyncio.sleep(0)
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader

        await db.write(lambda tx, steps=steps: add(tx, f"next-{steps}"))
        assert await db.fetch("SELECT 1 AS one FROM counters WHERE name = ?", f"next-{steps}") == [
            {"one": 1}
        ]


async def test_readers_go_on_during_a_transaction_and_see_what_was_before(db: Database) -> None:
    halfway = Halfway()

    async def work(tx: Tx) -> None:
        await add(tx, "a")
        await halfway.wait(tx)

    writing = asyncio.create_task(db.write(work))
    await halfway.reached.wait()
    assert await asyncio.gather(*(names(db) for _ in range(5))) == [set()] * 5
    halfway.gate.set()
    await writing

    assert await names(db) == {"a"}


SPOKEN: ContextVar[str] = ContextVar("spoken", default="nothing")


async def test_work_runs_in_the_context_of_whoever_asked_for_it(db: Database) -> None:
    async def write(_tx: Tx) -> str:
        return SPOKEN.get()

    async def read(_reader: Reader) -> str:
        return SPOKEN.get()

    SPOKEN.set("Thai")

    assert await db.write(write) == "Thai"
    assert await db.read(read) == "Thai"


async def test_several_reads_in_one_go_take_in_what_is_read_beside_the_reader(db: Database) -> None:
    await db.write(lambda tx: add(tx, "a"))

    async def work(reader: Reader) -> tuple[set[str], object, object]:
        within = await db.read(lambda inner: inner.fetch_one("SELECT 2 AS two"))
        return await names(db), await reader.fetch_one("SELECT 1 AS one"), within

    assert await db.read(work) == ({"a"}, {"one": 1}, {"two": 2})


async def test_an_exception_of_a_read_reaches_its_caller(db: Database) -> None:
    async def work(reader: Reader) -> None:
        await reader.fetch("SELECT 1 AS one")
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        await db.read(work)
    assert await db.fetch_one("SELECT 1 AS one") == {"one": 1}


async def test_of_transactions_that_share_one_alone_is_undone(db: Database) -> None:
    async def fails(tx: Tx) -> None:
        await add(tx, "undone")
        raise KeyError("a bug")

    async def taken(tx: Tx) -> None:
        await add(tx, "also undone")
        await add(tx, "a")

    # What is taken is there before them: where each has a connection, nothing says who comes first.
    await db.write(lambda tx: add(tx, "a"))
    results = await asyncio.gather(
        db.write(lambda tx: add(tx, "d"), shares=True),
        db.write(fails, shares=True),
        db.write(lambda tx: add(tx, "b"), shares=True),
        db.write(taken, shares=True),
        db.write(lambda tx: add(tx, "c"), shares=True),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [int, KeyError, int, Conflict, int]
    assert await names(db) == {"a", "b", "c", "d"}


async def test_many_transactions_at_once_lose_nothing(db: Database) -> None:
    async def work(tx: Tx) -> None:
        row = await tx.fetch_one(
            "UPDATE counters SET value = value + 1 WHERE name = 'ticket' RETURNING value"
        )
        assert row is not None
        await add(tx, f"{row['value']}")

    await asyncio.gather(*(db.write(work) for _ in range(30)))

    assert await names(db) == {f"{number}" for number in range(1, 31)}


async def test_values_of_every_kind_come_back(db: Database) -> None:
    await db.write(
        lambda tx: tx.execute(
            "INSERT INTO buttons (token, action, args, once, version, expires_at, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
            "t",
            "?",
            "$1 'quoted' ?",
            True,
            2**62,
            NOW,
            "",
        )
    )

    row = await db.fetch_one(
        "SELECT once, version, expires_at, used_at, args, '?' AS mark FROM buttons WHERE action = ?",
        "?",
    )
    assert row == {
        "once": 1,
        "version": 2**62,
        "expires_at": NOW,
        "used_at": None,
        "args": "$1 'quoted' ?",
        "mark": "?",
    }


async def test_a_closed_store_is_unavailable(url: str, opening: Opening) -> None:
    db = await opening(url)
    await db.close()

    with pytest.raises(StoreUnavailable):
        await db.fetch("SELECT 1 AS one")
    with pytest.raises(StoreUnavailable):
        await db.fetch_one("SELECT 1 AS one")
    with pytest.raises(StoreUnavailable):
        await db.write(lambda tx: add(tx, "a"))


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("SELECT * FROM nothing", ()),
        ("SELECT nothing FROM counters", ()),
        ("SELEC 1", ()),
        ("SELECT value FROM counters WHERE name = ?", (object(),)),
        ("SELECT value FROM counters WHERE name = ?", ("\ud800",)),
    ],
)
async def test_a_wrong_statement_is_a_bug_and_not_a_store_that_may_come_back(
    db: Database, sql: str, params: tuple[object, ...]
) -> None:
    for attempt in (
        db.fetch(sql, *params),
        db.fetch_one(sql, *params),
        db.write(lambda tx: tx.execute(sql, *params)),
    ):
        with pytest.raises(Exception, match=r".") as raised:
            await attempt
        assert not isinstance(raised.value, StoreUnavailable | Conflict | AssertionError)
