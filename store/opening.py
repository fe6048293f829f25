"""Opening a desk's database: connected, migrated, and what is derived made anew where need be."""

from datetime import UTC, datetime

from store.engine.database import Database, Tx
from store.engine.migrate import apply_migrations
from store.rebuild import EVERYTHING

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)

AFTER = {19: EVERYTHING}
"""What SQL cannot do of a migration: it is run once the whole schema is there.

After the nineteenth all that is derived is made anew, since texts were read otherwise from then on
(wide and ornamental letters, blanks and invisible signs of every kind). When the rules of keys
change no line is needed: store/rebuild/rekeying.py sees it."""


async def open_database(url: str, now: datetime = UNDATED) -> Database:
    """Open `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…` with this code's schema.

    `now` dates the migrations that this opening applies. Raises ValueError for any other address or
    a database that cannot be used, NewerSchema, StoreUnavailable."""

    async def prepare(tx: Tx) -> None:
        await bring_up_to_date(tx, now)

    # Each engine is imported where it is wanted: a desk on SQLite starts without asyncpg.
    if url.startswith("sqlite:///"):
        from store.engine.sqlite import open_sqlite

        return await open_sqlite(url.removeprefix("sqlite:///"), prepare)
    if url.startswith(("postgresql://", "postgres://")):
        from store.engine.postgresql import open_postgresql

        return await open_postgresql(url, prepare)
    raise ValueError(
        "DESKBOT_DATABASE_URL must look like sqlite:///data/desk.db or postgresql://user@host/desk"
    )


async def bring_up_to_date(tx: Tx, now: datetime) -> None:
    """Migrate, and make anew what the new migrations ask for, all in one transaction."""
    new = await apply_migrations(tx, now)
    wanted = [rebuild for version in new for rebuild in AFTER.get(version, ())]
    # Several migrations may ask for the same; once is enough.
    for rebuild in dict.fromkeys(wanted):
        await rebuild(tx)
