"""What SQLite left in its pages beside the rows is found wherever it lies, and rows are not."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.privacy.leftovers import leftovers

GONE = b"somebody who went"
STAYS = b"somebody who stays"


def made(path: Path, *, secure: bool, page: int) -> None:
    """Rows of many lengths in a random order, some of them so long that they fill pages of their own; every other one goes."""
    rng = random.Random(page)
    keys = [*range(400)]
    rng.shuffle(keys)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size={page}")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA secure_delete={'ON' if secure else 'OFF'}")
        db.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, said TEXT)")
        db.execute("CREATE INDEX i ON t (said)")
        for key in keys:
            words = (GONE, STAYS)[key % 2].decode()
            filler = "x" * rng.choice((0, 40, 300, 3 * page))
            db.execute("INSERT INTO t VALUES (?, ?)", (key, f"{rng.random()} {words} {filler}"))
        db.execute("DELETE FROM t WHERE a % 2 = 0")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize("page", [1024, 4096, 65536])
@pytest.mark.parametrize("secure", [False, True])
def test_as_often_as_it_stands_in_the_bytes(tmp_path: Path, page: int, secure: bool) -> None:
    path = tmp_path / "desk.db"
    made(path, secure=secure, page=page)
    found = b"\n".join(leftovers(path))
    # What is cut off at the edge of a page stands in no row, and in no part of one.
    assert found.count(GONE) == path.read_bytes().count(GONE)
    assert secure or found.count(GONE)
    # Each row that stays, and its entry in the index.
    assert found.count(STAYS) <= path.read_bytes().count(STAYS) - 400


def test_what_is_no_database_is_read_whole(tmp_path: Path) -> None:
    log = tmp_path / "desk.db-wal"
    assert [*leftovers(log)] == []
    log.write_bytes(b"")
    assert [*leftovers(log)] == []
    log.write_bytes(GONE)
    assert b"".join(leftovers(log)) == GONE
