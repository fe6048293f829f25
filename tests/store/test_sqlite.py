"""What only SQLite needs: durable writes, enforced references, and a locked file that is only a delay."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from store.database import Database, StoreUnavailable, open_database
from store.sqlite import encode_time


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "desk.db"


@pytest.fixture
async def db(path: Path) -> AsyncIterator[Database]:
    db = await open_database(f"sqlite:///{path}")
    yield db
    await db.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
async def test_both_connections_are_durable_and_strict(db: Database, pragma: str, value: object) -> None:
    column = "timeout" if pragma == "busy_timeout" else pragma

    assert await db.fetch_one(f"PRAGMA {pragma}") == {column: value}
    assert await db.write(lambda tx: tx.fetch_one(f"PRAGMA {pragma}")) == {column: value}


async def test_reading_cannot_write(db: Database) -> None:
    with pytest.raises(StoreUnavailable, match="readonly"):
        await db.fetch("INSERT INTO counters (name, value) VALUES ('a', 0) RETURNING name")


async def test_a_file_locked_by_another_is_unavailable_and_then_goes_on(db: Database, path: Path) -> None:
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


async def test_a_second_process_sees_what_was_committed(db: Database, path: Path) -> None:
    other = await open_database(f"sqlite:///{path}")
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = 5"))

    assert (await other.fetch("SELECT DISTINCT value FROM counters")) == [{"value": 5}]
    await other.close()


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
