"""A desk's database as it is moved: one state of it to read, or an empty one to fill."""

import os
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from store.engine.database import Database, Reader, Tx
from store.engine.locks import take_lock
from store.engine.migrate import (
    NewerSchema,
    WrongSchema,
    applied_version,
    apply_migrations,
    columns_of,
    is_empty,
    migrations,
    refuse_changed,
)
from store.moving import marks
from store.moving.rows import Snapshot, Target
from store.opening import (
    SQLITE,
    Opening,
    bring_up_to_date,
    may_be_there,
    open_database,
    sqlite_path,
    use_database,
)

NOT_EMPTY = "the database is not empty: name one that is"


class NotEmpty(WrongSchema):
    """There is something already where a desk was to be moved."""


def snapshot(url: str) -> AbstractAsyncContextManager[Snapshot]:
    """One state of the database at this address."""
    if url.startswith(SQLITE):
        from store.moving.sqlite_rows import sqlite_snapshot

        return sqlite_snapshot(url.removeprefix(SQLITE))
    from store.moving.postgresql_rows import postgresql_snapshot

    return postgresql_snapshot(url)


@asynccontextmanager
async def target(url: str, versions: Collection[int], now: datetime) -> AsyncIterator[Target]:
    """An empty database with the tables of these migrations, or one that was begun to be filled;
    NotEmpty for any other.
    """

    async def prepare(tx: Tx) -> None:
        if await _is_marked(tx, tx.engine):
            return
        if not await is_empty(tx, tx.engine):
            raise NotEmpty(NOT_EMPTY)
        await apply_migrations(tx, now, versions)
        await tx.execute(marks.MAKE)

    db = await use_database(url, prepare)
    await db.close()
    async with _opened(url) as opened:
        yield opened


def _opened(url: str) -> AbstractAsyncContextManager[Target]:
    if url.startswith(SQLITE):
        from store.moving.sqlite_rows import sqlite_target

        return sqlite_target(url.removeprefix(SQLITE))
    from store.moving.postgresql_rows import postgresql_target

    return postgresql_target(url)


async def _is_marked(db: Reader, engine: str) -> bool:
    """Whether a move into this database began and did not end."""
    return (marks.MARK, "name") in await columns_of(db, engine)


def refuse_other_migrations(applied: Mapping[str, str | None]) -> None:
    """WrongSchema where this code would not make the tables that a desk had, by what its
    migrations said.
    """
    known = {str(migration.version): migration for migration in migrations()}
    for version, checksum in applied.items():
        if version not in known:
            raise NewerSchema(f"it has migration {version}: use the deskbot that wrote it")
        refuse_changed(known[version], checksum)


async def clear(url: str) -> None:
    """Away with all that a move laid into this database, where it did not end."""

    async def prepare(tx: Tx) -> None:
        if not await _is_marked(tx, tx.engine):
            return
        columns = await columns_of(tx, tx.engine)
        tables = {table for table, _name in columns}
        for table in sorted(tables):
            await tx.execute(f"DROP TABLE {table}")

    db = await use_database(url, prepare)
    await db.close()


async def open_moved(url: str, now: datetime) -> Database:
    """A database in which everything is there, and which is no desk yet: it stays none."""

    async def prepare(tx: Tx) -> None:
        # In one transaction: nobody else finds it without its mark.
        await tx.execute(marks.DROP)
        await bring_up_to_date(tx, now)
        await tx.execute(marks.MAKE)

    return await use_database(url, prepare)


async def release(url: str) -> None:
    """From here on it is a desk."""

    async def prepare(tx: Tx) -> None:
        await tx.execute(marks.DROP)

    db = await use_database(url, prepare)
    await db.close()


async def refuse_used(url: str) -> None:
    """NotEmpty where there is something that no move began."""
    if not may_be_there(url):
        return
    db = await open_database(url, opening=Opening.LOOK)
    try:
        if not await is_empty(db, db.engine) and not await _is_marked(db, db.engine):
            raise NotEmpty(NOT_EMPTY)
    finally:
        await db.close()


async def is_desk(url: str) -> bool:
    """Whether there is a desk at this address; raises what opening another program's does."""
    if not may_be_there(url):
        return False
    db = await open_database(url, opening=Opening.LOOK)
    try:
        return bool(await applied_version(db, db.engine))
    finally:
        await db.close()


async def is_served(url: str) -> bool:
    """Whether a desk serves this database just now."""
    path = sqlite_path(url)
    if path is None:
        from store.engine.postgresql_pool import count_connected

        return await count_connected(url) > 0
    lock = take_lock(path)
    if lock is None:
        return True
    os.close(lock)
    return False
