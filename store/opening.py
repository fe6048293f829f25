"""Opening a desk's database: connected, migrated, and what is derived made anew where need be."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from store.engine.damage import DatabaseDamaged
from store.engine.database import Database, Tx
from store.engine.migrate import OlderSchema, apply_migrations, is_empty, pending
from store.rebuild import EVERYTHING

SQLITE = "sqlite:///"
"""How the address of a SQLite file begins; its path follows."""
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)

LOOKED_THROUGH = 20_000_000
"""Bytes of a file up to which a start looks through all of it."""
AFTER = {19: EVERYTHING}
"""What SQL cannot do of a migration: it is run once the whole schema is there.

After the nineteenth all that is derived is made anew, since texts were read otherwise from then on
(wide and ornamental letters, blanks and invisible signs of every kind). When the rules of keys
change no line is needed: store/rebuild/rekeying.py sees it."""


class Opening(Enum):
    """What an opening may do to the schema of the database that it finds."""

    UPGRADE = auto()
    """Whatever this code needs: for the desk itself, and whoever asks for an upgrade."""

    USE = auto()
    """All of it where nothing is; an older one is refused."""

    LOOK = auto()
    """Nothing, and no byte of the database is written; any schema opens."""


async def open_database(
    url: str, now: datetime = UNDATED, opening: Opening = Opening.UPGRADE
) -> Database:
    """Open `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`.

    `now` dates the migrations that this opening applies. Raises ValueError for any other address or
    a database that cannot be used, WrongSchema, StoreUnavailable."""

    async def prepare(tx: Tx) -> None:
        await bring_up_to_date(tx, now)

    if opening is Opening.LOOK:
        return await _engine(url).look(_place(url))
    if opening is Opening.USE and may_be_there(url):
        # By looking, so that no byte of an older database is written.
        await _refuse_older(url)
    return await use_database(url, prepare)


async def use_database(url: str, prepare: Callable[[Tx], Awaitable[object]]) -> Database:
    """Open (or make) the database at this address, after something is prepared in a transaction."""
    return await _engine(url).use(_place(url), prepare)


class _Engine(NamedTuple):
    """How an engine opens a place: to be used, after something is prepared, or to be looked at."""

    use: Callable[[str, Callable[[Tx], Awaitable[object]]], Awaitable[Database]]
    look: Callable[[str], Awaitable[Database]]


def _engine(url: str) -> _Engine:
    """Imported where it is wanted: a desk on SQLite starts without asyncpg."""
    if url.startswith(SQLITE):
        from store.engine import sqlite

        return _Engine(sqlite.open_sqlite, sqlite.look_at_sqlite)
    if url.startswith(("postgresql://", "postgres://")):
        from store.engine import postgresql

        return _Engine(postgresql.open_postgresql, postgresql.look_at_postgresql)
    raise ValueError(
        "DESKBOT_DATABASE_URL must look like sqlite:///data/desk.db or postgresql://user@host/desk"
    )


def engine_name(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return "sqlite" if url.startswith(SQLITE) else "postgresql"


def _place(url: str) -> str:
    """What an engine is given: the path of a file, or the whole address of a server's database."""
    return url.removeprefix(SQLITE)


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite desk; None for a desk on PostgreSQL."""
    return Path(_place(url)) if url.startswith(SQLITE) else None


def may_be_there(url: str) -> bool:
    """Whether there may be a database at this address; a file that is not there is none."""
    path = sqlite_path(url)
    return path is None or path.exists()


async def pending_migrations(db: Database) -> list[str]:
    """The names of the migrations that a database has yet to see; none of an empty one, which gets
    all of them when it is first used. Raises WrongSchema where it cannot be this deskbot's.
    """
    new = await pending(db, db.engine)
    if await is_empty(db, db.engine):
        return []
    return [migration.name for migration in new]


async def refuse_damaged(url: str) -> None:
    """DatabaseDamaged where a SQLite file is damaged, if it is small enough to look through."""
    path = sqlite_path(url)
    if path is None or not path.exists() or path.stat().st_size > LOOKED_THROUGH:
        return
    db = await open_database(url, opening=Opening.LOOK)
    try:
        rows = await db.fetch("PRAGMA quick_check(1)")
    finally:
        await db.close()
    said = rows[0]["quick_check"]
    if said != "ok":
        raise DatabaseDamaged(f"{path.name} is damaged ({said}): restore a backup")


async def _refuse_older(url: str) -> None:
    db = await open_database(url, opening=Opening.LOOK)
    try:
        new = await pending_migrations(db)
    finally:
        await db.close()
    if new:
        raise OlderSchema(
            f"the database lacks {len(new)} migrations, {new[0]} first: "
            "run_bot.py migrate brings it up to date"
        )


async def bring_up_to_date(tx: Tx, now: datetime) -> None:
    """Migrate, and make anew what the new migrations ask for, all in one transaction."""
    new = await apply_migrations(tx, now)
    wanted = [rebuild for version in new for rebuild in AFTER.get(version, ())]
    # Several migrations may ask for the same; once is enough.
    for rebuild in dict.fromkeys(wanted):
        await rebuild(tx)
