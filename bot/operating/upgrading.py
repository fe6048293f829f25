"""`run_bot.py migrate`: what a database lacks, said or applied."""

from collections.abc import Sequence
from datetime import datetime

from store.opening import Opening, may_be_there, open_database, pending_migrations

UP_TO_DATE = "up to date"


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


async def migrate(url: str, now: datetime) -> None:
    """Bring the database at this address to this code's schema."""
    db = await open_database(url, now)
    await db.close()
