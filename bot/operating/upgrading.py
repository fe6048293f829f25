"""`run_bot.py migrate`: what a database lacks, said or applied."""

from collections.abc import Sequence
from datetime import datetime

from bot.operating.backup import back_up
from bot.settings import Settings
from store.engine.failpoints import failpoint
from store.opening import Opening, may_be_there, open_database, pending_migrations, refuse_damaged

BACKUPS = "backups"
"""The folder in the data folder."""
UP_TO_DATE = "up to date"
NO_DESK = "there is no desk yet, the first start makes it"


def migrations_text(names: Sequence[str]) -> str:
    """`lacks 2 migrations: 0038_rows_by_number, 0046_checksums`."""
    if not names:
        return UP_TO_DATE
    return f"lacks {len(names)} migrations: {', '.join(names)}"


async def pending_at(url: str) -> list[str]:
    """The migrations that the database at this address has yet to see; it is only looked at."""
    if not may_be_there(url):
        return []
    db = await open_database(url, opening=Opening.LOOK)
    try:
        return await pending_migrations(db)
    finally:
        await db.close()


async def upgrade(settings: Settings, now: datetime) -> str:
    """Bring the configured database to this code's schema; an older desk is backed up first, but
    for its files, which no migration touches. Returns what is told of the backup, "" without one.
    """
    told = ""
    await refuse_damaged(settings.database_url)
    new = await pending_at(settings.database_url)
    if new:
        folder = settings.data_dir / BACKUPS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"before-{new[-1]}-{now:%Y%m%dT%H%M%SZ}.tar"
        told = await back_up(settings, path, now, with_files=False)
        failpoint("migrate.backed_up")
    db = await open_database(settings.database_url, now)
    await db.close()
    return told
