"""Counts what a program made lasting, from outside: the commits in a database's own log."""

import asyncio
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import asyncpg

from tests.fakes.postgres import Postgresql

HEADER = 32
FRAME = 24
"""Bytes of the header of SQLite's log, and of the head of each page in it."""
PAGE_SIZE = struct.Struct(">8xI")
SALTS = struct.Struct(">16x8s")
FRAME_HEAD = struct.Struct(">II8s")
"""Number of the page, pages in the database where this page ends a transaction, and the salts."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """What is in a log: transactions, and pages, where the engine writes pages."""

    commits: int
    pages: int = 0


class Log(Protocol):
    """A database's log, of which nothing is thrown away while it is read."""

    def since(self) -> Lasting:
        """What came since it was last asked."""
        ...


class SqliteLog:
    """See `Log`."""

    def __init__(self, path: Path) -> None:
        self._path = Path(f"{path}-wal")
        self._last = Lasting(0)
        self._salts = b""

    def since(self) -> Lasting:
        content = self._path.read_bytes()
        (salts,) = SALTS.unpack_from(content)
        now = _written(content)
        before = self._last
        if salts != self._salts:
            # It was begun anew since.
            before = Lasting(0)
        self._last = now
        self._salts = salts
        return Lasting(now.commits - before.commits, now.pages - before.pages)


def _written(content: bytes) -> Lasting:
    """What SQLite's log holds; behind its end may stand what an earlier one left."""
    (size,) = PAGE_SIZE.unpack_from(content)
    (salts,) = SALTS.unpack_from(content)
    commits = pages = 0
    for at in range(HEADER, len(content) - size, FRAME + size):
        _number, ends, own = FRAME_HEAD.unpack_from(content, at)
        if own != salts:
            break
        pages += 1
        commits += bool(ends)
    return Lasting(commits, pages)


@contextmanager
def sqlite_log(path: Path) -> Iterator[Log]:
    """The log of the database at this place: who reads keeps it from being begun anew, after the
    next commit at the latest.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master")
        yield SqliteLog(path)


class PostgresqlLog:
    """See `Log`; of the whole server."""

    def __init__(self, server: Postgresql) -> None:
        self._server = server
        self._place = self._here()

    def since(self) -> Lasting:
        before = self._place
        self._place = self._here()
        if self._place == before:
            return Lasting(0)
        dump = [
            str(self._server.binaries / "pg_waldump"),
            f"--path={self._server.folder / 'data' / 'pg_wal'}",
            f"--start={before}",
            f"--end={self._place}",
            "--rmgr=Transaction",
        ]
        done = subprocess.run(dump, capture_output=True, text=True, check=True)
        return Lasting(sum("COMMIT" in line for line in done.stdout.splitlines()))

    def _here(self) -> str:
        async def ask() -> str:
            connection = await asyncpg.connect(self._server.url("postgres"))
            try:
                return str(
                    await connection.fetchval("SELECT CAST(pg_current_wal_flush_lsn() AS text)")
                )
            finally:
                await connection.close()

        return asyncio.run(ask())
