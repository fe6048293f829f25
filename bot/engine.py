"""Worker and sender over one store: what every way of running the desk has in common."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

from bot.outgoing import Adapters
from bot.sender import Sender
from bot.worker import Worker
from domain.configuration import Configuration
from handlers.desk import Desk
from store import leases
from store.database import Database, StoreUnavailable

DRAIN_HANDLING, DRAIN_SENDING = 4.0, 3.0
"""Seconds that stopping may take: with HTTP's two, nine in all; an operator waits ten."""


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


class Engine:
    """Worker and sender over one store, for the platforms given."""

    def __init__(
        self,
        db: Database,
        configuration: Configuration,
        adapters: Adapters,
        kind: str,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.desk = Desk(db, configuration, clock)
        self.owner = f"{kind}:{uuid4().hex}"
        self.sender = Sender(db, adapters, clock, self.owner)
        self.worker = Worker(self.desk, adapters, self.sender, self.owner)
        self._sweeps: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what the last run left, and learn words and subjects before somebody asks."""
        self._sweeps = [
            asyncio.create_task(self.worker.lanes.sweep_forever()),
            asyncio.create_task(self.sender.lanes.sweep_forever()),
            asyncio.create_task(self._learn_words()),
        ]

    async def _learn_words(self) -> None:
        with suppress(StoreUnavailable):  # the first search tries again
            await self.desk.db.words.refreshed(self.desk.db)
            await self.desk.db.lessons.refreshed(self.desk.db)

    async def idle(self) -> None:
        """Wait until everything that came in is answered and sent."""
        await self.worker.lanes.idle()
        await self.sender.lanes.idle()

    async def stop(self) -> None:
        """Finish what is in hand."""
        await self.worker.lanes.stop(DRAIN_HANDLING)
        await self.sender.lanes.stop(DRAIN_SENDING)
        for sweep in self._sweeps:
            sweep.cancel()
        await asyncio.gather(*self._sweeps, return_exceptions=True)
        # What is left is free for the next process at once, not only when the leases have run out.
        await leases.release_all(self.desk.db, self.owner)
