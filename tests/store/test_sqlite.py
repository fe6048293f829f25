"""What only SQLite needs: durable writes, enforced references, and a locked file that is only a
delay.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from store.engine.database import Database, Reader, StoreUnavailable, Tx
from store.engine.sqlite import encode_time

Opening = Callable[[str], Awaitable[Database]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "desk.db"


@pytest.fixture
async def db(path: Path, opening: Opening) -> Database:
    return await opening(f"sqlite:///{path}")


@pytest.mark.usefixtures("durable")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
async def test_both_connections_are_durable_and_strict(
    db: Database, pragma: str, value: object
) -> None:
    column = "timeout" if pragma == "busy_timeout" else pragma

    assert await db.fetch_one(f"PRAGMA {pragma}") == {column: value}
    assert await db.write(lambda tx: tx.fetch_one(f"PRAGMA {pragma}")) == {column: value}


async def test_reading_cannot_write(db: Database) -> None:
    with pytest.raises(StoreUnavailable, match="readonly"):
        await db.fetch("INSERT INTO counters (name, value) VALUES ('a', 0) RETURNING name")


async def test_a_file_locked_by_another_is_unavailable_and_then_goes_on(
    db: Database, path: Path
) -> None:
    await db.write(lambda tx: tx.execute("PRAGMA busy_timeout=1"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="locked"):
        await db.write(lambda tx: tx.execute("UPDATE counters SET value = 5"))
    assert (await db.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 0}]

    other.execute("ROLLBACK")
    other.close()
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = 5"))
    assert (await db.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 5}]


async def test_a_transaction_that_reads_before_it_writes_is_not_overtaken(
    db: Database, path: Path, opening: Opening
) -> None:
    other = await opening(f"sqlite:///{path}")

    async def add_one(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = value + 1")

    loop = asyncio.get_running_loop()
    overtaking: list[asyncio.Task[None]] = []

    def overtake() -> None:
        overtaking.append(asyncio.create_task(other.write(add_one)))

    async def read_then_write(tx: Tx) -> None:
        read = (await tx.fetch("SELECT DISTINCT value FROM counters"))[0]["value"]
        loop.call_soon_threadsafe(overtake)
        time.sleep(0.1)
        await tx.execute("UPDATE counters SET value = ?", read + 1)

    await db.write(read_then_write)
    await overtaking[0]

    assert (await db.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 2}]


async def test_work_that_waits_for_anything_else_is_refused_and_undone(db: Database) -> None:
    async def waits(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 5")
        await asyncio.sleep(0)

    async def reads_beside(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 5")
        await db.fetch("SELECT 1 AS one")

    async def writes_beside(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 5")
        await db.write(waits)

    for work in (waits, reads_beside, writes_beside):
        with pytest.raises(RuntimeError, match=r"waited for|not beside it"):
            await db.write(work)

    assert (await db.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 0}]
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = 1"))


async def test_a_read_neither_waits_nor_writes(db: Database) -> None:
    async def waits(_reader: Reader) -> None:
        await asyncio.sleep(0)

    async def writes(_reader: Reader) -> None:
        await db.write(lambda tx: tx.execute("UPDATE counters SET value = 5"))

    for work in (waits, writes):
        with pytest.raises(RuntimeError, match=r"waited for|nothing is written"):
            await db.read(work)


async def test_a_commit_that_fails_undoes_all_that_shared_it(db: Database) -> None:
    """A reference that is checked at the end belongs to nobody in particular."""
    orphan = "INSERT INTO children (parent) VALUES (5)"
    await db.write(
        lambda tx: tx.execute(
            "CREATE TABLE children (parent INTEGER REFERENCES staff (id) "
            "DEFERRABLE INITIALLY DEFERRED)"
        )
    )

    results = await asyncio.gather(
        db.write(lambda tx: tx.execute("UPDATE counters SET value = 5"), shares=True),
        db.write(lambda tx: tx.execute(orphan), shares=True),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [sqlite3.IntegrityError] * 2
    assert (await db.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 0}]
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = 1"))


async def test_transactions_that_wait_together_share_one_commit(db: Database, path: Path) -> None:
    def written() -> int:
        return path.with_name("desk.db-wal").stat().st_size

    async def note(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = value + 1")

    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    before = written()
    await db.write(note)
    alone = written() - before
    await asyncio.gather(*(db.write(note, shares=True) for _ in range(16)))

    assert written() - before <= 3 * alone
    assert (await db.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 17}]


async def test_a_second_process_sees_what_was_committed(
    db: Database, path: Path, opening: Opening
) -> None:
    other = await opening(f"sqlite:///{path}")
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = 5"))

    assert (await other.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 5}]


def test_times_have_one_form_that_sorts_as_time_does() -> None:
    bangkok = timezone(timedelta(hours=7))
    times = [
        datetime(2026, 11, 23, 10, 0, tzinfo=bangkok),
        datetime(2026, 11, 23, 3, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 3, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 23, 59, tzinfo=bangkok),
    ]

    texts = [encode_time(at) for at in times]

    assert texts[0] == "2026-11-23T03:00:00.000000Z"
    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {27}


async def test_what_goes_first_does_not_keep_others_waiting_for_ever(db: Database) -> None:
    written: list[str] = []

    async def first(_tx: Tx) -> None:
        written.append("first")

    async def in_turn(_tx: Tx) -> None:
        written.append("in turn")

    async def flood() -> None:
        # More than one COMMIT takes along waits all the time.
        while len(written) < 1_000 and "in turn" not in written:
            await db.write(first, first=True, shares=True)

    floods = [asyncio.create_task(flood()) for _ in range(64)]
    await asyncio.sleep(0)
    await db.write(in_turn, shares=True)
    await asyncio.gather(*floods)

    assert written.index("in turn") <= 32
