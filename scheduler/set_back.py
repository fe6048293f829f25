"""A clock that was wrong and was set right: what was written down while it ran ahead is brought
back to the present, so that nothing waits for a time that never was, and nothing is told twice.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from structlog import get_logger

from handlers.owed.reminders import TELL
from store import due, staff
from store.chat import outbox, untold
from store.engine import leases
from store.engine.database import Database, Tx
from store.owed import reminding
from store.owed import rows as owed
from store.publicity import publications

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""A clock before this has not been set yet: a machine without a battery begins in 1970."""
SURE = timedelta(hours=2)
"""So long the clock must run on before it counts that it was ahead: one that is set back by mistake
is soon set right again.
"""
TOLD = (owed.KIND, TELL)
"""Kinds of which it matters what was done before what."""


class ClockWatch:
    """Sees that the clock was set back, between two looks or while no desk ran."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: datetime | None = None
        self._back_at: datetime | None = None

    def is_set(self, now: datetime) -> bool:
        """Whether the clock tells a time at all."""
        return now >= EARLIEST

    async def look(self, now: datetime) -> bool:
        """Brings back what lies ahead, where the clock was set back; returns whether reminders of
        what is owed are to be planned anew.
        """
        if await self._went_back(now):
            get_logger().warning("clock set back", seen=self._seen, now=now)
            self._back_at = now
            await self._db.write(lambda tx: _end_waits(tx, now))
        self._seen = now
        if self._back_at is None or now - self._back_at < SURE:
            return False
        self._back_at = None
        return await self._db.write(lambda tx: _forget_ahead(tx, now))

    async def _went_back(self, now: datetime) -> bool:
        if self._seen is not None:
            return now < self._seen
        return await due.is_ahead(self._db, now) or await leases.is_ahead(self._db, now)


_Bring = Callable[[Tx, datetime], Awaitable[object]]
WAITS: tuple[_Bring, ...] = (
    leases.end_soon,
    outbox.send_now,
    due.end_waits,
    publications.look_now,
    untold.failed_by_now,
    staff.seen_by_now,
)
"""What waits, or is compared with what is done next: none of it does harm where the present clock
is the wrong one.
"""


async def _end_waits(tx: Tx, now: datetime) -> None:
    for bring in WAITS:
        await bring(tx, now)
    await due.done_by_now(tx, TOLD, now)


async def _forget_ahead(tx: Tx, now: datetime) -> bool:
    """When the desk last reminded of what is owed, the next reminder counts from."""
    return bool(await reminding.reminded_by_now(tx, now))
