"""A desk's database as it is moved: one state of it to read, or an empty one to fill."""

import os
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from store.engine.database import Tx
from store.engine.locks import take_lock
from store.engine.migrate import (
    NewerSchema,
    WrongSchema,
    apply_migrations,
    columns_of,
    is_empty,
    migrations,
    refuse_changed,
)
from store.moving import marks
from store.moving.rows import Snapshot, Target
from store.opening import SQLITE, sqlite_path, use_database


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
        if await _is_marked(tx):
            return
        if not await is_empty(tx, tx.engine):
            raise NotEmpty("the database is not empty: name one that is")
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


async def _is_marked(tx: Tx) -> bool:
    """Whether a move into this database began and did not end."""
    return (marks.MARK, "name") in await columns_of(tx, tx.engine)


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
        if not await _is_marked(tx):
            return
        columns = await columns_of(tx, tx.engine)
        tables = {table for table, _name in columns}
        for table in sorted(tables):
            await tx.execute(f"DROP TABLE {table}")

    db = await use_database(url, prepare)
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
