"""What a database's log says of commits and pages."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.lasting import Lasting, PostgresqlLog, sqlite_log
from tests.fakes.postgres import shared_server


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "one.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (1)")
    # All is in the database itself: the next one who writes begins the log anew.
    connection.execute("PRAGMA wal_checkpoint")
    yield connection
    connection.close()


def test_commits_are_counted_and_reads_are_none(writer: sqlite3.Connection, tmp_path: Path) -> None:
    with sqlite_log(tmp_path / "one.db") as log:
        writer.execute("INSERT INTO t VALUES (0)")
        log.since()
        assert log.since() == Lasting(0, 0)
        for _ in range(3):
            writer.execute("BEGIN")
            writer.execute("INSERT INTO t VALUES (2)")
            writer.execute("INSERT INTO t VALUES (3)")
            writer.execute("COMMIT")
        writer.execute("SELECT * FROM t").fetchall()
        writer.execute("BEGIN")
        writer.execute("INSERT INTO t VALUES (4)")
        writer.execute("ROLLBACK")
        assert log.since() == Lasting(3, 3)


def test_nothing_is_thrown_away_while_it_is_read(
    writer: sqlite3.Connection, tmp_path: Path
) -> None:
    with sqlite_log(tmp_path / "one.db") as log:
        writer.execute("INSERT INTO t VALUES (0)")
        log.since()
        for _ in range(5):
            writer.execute("INSERT INTO t VALUES (2)")
            writer.execute("PRAGMA wal_checkpoint")
        assert log.since().commits == 5


def test_a_log_that_was_begun_anew_is_read_from_its_beginning(
    writer: sqlite3.Connection, tmp_path: Path
) -> None:
    with sqlite_log(tmp_path / "one.db") as log:
        # What the last one left behind its end is none of it.
        log.since()
        writer.execute("INSERT INTO t VALUES (0)")
        assert log.since() == Lasting(1, 1)


def test_commits_on_postgresql_are_those_that_wrote() -> None:
    server = shared_server()
    url = asyncio.run(server.make_database())
    asyncio.run(server.execute("CREATE TABLE t (x int)", url))
    # Another test's server may be asked meanwhile, this one is this process's own.
    log = PostgresqlLog(server)
    asyncio.run(server.execute("INSERT INTO t VALUES (1)", url))
    asyncio.run(server.execute("SELECT * FROM t", url))
    asyncio.run(server.execute("INSERT INTO t VALUES (2)", url))
    assert log.since() == Lasting(2)
    assert log.since() == Lasting(0)
    asyncio.run(server.drop(url))
