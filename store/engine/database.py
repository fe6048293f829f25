"""One small interface over the two engines: reads, and write transactions given as one function."""

from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
    Sized,
)
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

Row = Mapping[str, Any]
T = TypeVar("T")


MOST_AT_ONCE = 20
"""Rows that one statement adds."""


class StoreUnavailable(Exception):
    """The database cannot be used just now (locked, full, connection lost); the same call may go
    well later.
    """

    safe_text = True
    """Its words are the driver's about the database and hold nothing that people typed: they may be
    logged.
    """


class WrittenWithinRead(RuntimeError):
    """Within one reading of the store something was to be written, as a number that is reserved; it
    is decided once more where that can be.
    """


class WaitedWithinRead(RuntimeError):
    """Within one reading of the store something else was waited for; it is decided once more where
    that can be.
    """


class Reader(Protocol):
    """Columns named `*_at` come back as aware UTC datetimes, `*_on` as dates; parameters
    likewise.
    """

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        """All rows of a SELECT (or of a statement with RETURNING, inside a transaction)."""
        ...

    async def fetch_one(self, sql: str, *params: object) -> Row | None:
        """The first row, or None."""
        ...


class Tx(Reader, Protocol):
    """An open write transaction."""

    engine: str

    async def execute(self, sql: str, *params: object) -> int:
        """Run one statement; returns how many rows it touched."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run one statement for each row of parameters."""
        ...


Write = Callable[[Tx], Awaitable[object]]
"""Something a handler wants written: applied in order, in one transaction with its answer."""


class Database(Reader, Protocol):
    """A desk's database. Raises StoreUnavailable, and Conflict("exists") where a unique key is
    taken.
    """

    engine: str

    async def read(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        """Run `work`, which reads one thing after another and does nothing else, in one go.

        What it reads of this database beside its Reader is read in the same go. It may wait for
        nothing else: on SQLite it runs in the thread of the database, where there is no event loop.
        """
        ...

    async def read_long(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        """The same for what takes long: whoever else reads does not wait for it, and all that it
        reads is of one moment. One follows another.

        WaitedWithinRead where it is asked for within a reading."""
        ...

    async def write(
        self,
        work: Callable[[Tx], Awaitable[T]],
        *,
        first: bool = False,
        shares: bool = False,
    ) -> T:
        """Run `work` in one transaction; a cancelled caller never leaves half of it behind.

        `first` = before whatever else waits to write: a platform waits for the acknowledgement.
        `shares` = it is short, and may become lasting together with others of its kind.

        `work` may run again after a deadlock, so it must do nothing but use the transaction: on
        SQLite it runs in the thread of the database, and RuntimeError is raised where it waits for
        anything else.
        """
        ...

    @property
    def paths(self) -> Sequence[Path]:
        """Its files, where they are this machine's."""
        ...

    async def overwrite_freed(self, tables: Sequence[str]) -> None:
        """Nothing of what was taken out of these tables is left in the database's files, nor in
        the log of SQLite.
        """
        ...

    async def ping(self) -> None:
        """Nothing where the database answers; StoreUnavailable where it does not."""
        ...

    async def empty_log(self, tables: Sequence[str]) -> None:
        """Nothing of what was taken out of these tables is left in the log of SQLite, nor in rows
        that PostgreSQL keeps for nobody; what was deleted from SQLite's own pages is written over.
        """
        ...

    def distrust(self, error: StoreUnavailable) -> None:
        """Note what somebody else found of it."""
        ...

    def damage(self) -> str:
        """What is wrong with what lies on the disk, as far as it was met; "" where nothing is."""
        ...

    async def close(self) -> None:
        """Finish running transactions and close."""
        ...


def is_one_of(column: str, values: Sequence[object]) -> str:
    """`column IN (?, ?)` for these values; never true where there are none, which PostgreSQL has no
    `IN ()` for.
    """
    if not values:
        return "1 = 0"
    return f"{column} IN ({marks(values)})"


async def insert(
    tx: Tx,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Add rows to a table, so many in one statement as an event has: on a server each is a way
    there and back.
    """
    waiting = iter(rows)
    row = f"({marks(columns)})"
    while some := list(islice(waiting, MOST_AT_ONCE)):
        places = ", ".join([row] * len(some))
        await tx.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places}",
            *chain.from_iterable(some),
        )


def marks(values: Sized) -> str:
    """As many places for parameters as there are values: `?, ?, ?`."""
    return ", ".join("?" * len(values))


async def count(db: Reader, sql: str, *params: object) -> int:
    """The number that a `SELECT count(*) AS n …` gives."""
    row = await db.fetch_one(sql, *params)
    return int(row["n"]) if row else 0
