"""Worker and sender over one store: what every way of running the desk has in common."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

from bot.clock import Clock
from bot.log import get_logger, where
from bot.networks.poster import Poster, PostingNetworks
from bot.queues.outgoing import Adapters, Outgoing, write
from bot.queues.sender import Sender
from bot.queues.worker import Worker
from bot.tables.imports import Imports
from domain.configuration import Configuration
from domain.dates.days import BANGKOK
from domain.staff import Chat, Platform
from handlers.desk import (
    Charts,
    Desk,
    Files,
    NoCharts,
    NoFiles,
    Outcome,
    no_title,
)
from handlers.messages import new_reference
from store.engine import leases
from store.engine.database import Database, StoreUnavailable, Tx, Write

DRAIN_HANDLING = 4.0
DRAIN_SENDING = 3.0
DRAIN_OTHERS = 0.5
"""Seconds that stopping may take: with HTTP's two nine, at worst ten; an operator waits ten."""

LEARN_EVERY = 30.0
"""Seconds between looks at the words that other processes added."""

log = get_logger()


class Engine:
    """Worker and sender over one store, for the platforms given."""

    def __init__(
        self,
        db: Database,
        configuration: Configuration,
        adapters: Adapters,
        kind: str,
        clock: Clock,
        files: Files | None = None,
        mail_from: str = "",
        networks: PostingNetworks | None = None,
        charts: Charts | None = None,
        title: Callable[[Platform, str], Awaitable[str]] = no_title,
    ) -> None:
        self.networks = networks or PostingNetworks()
        self.desk = Desk(
            db,
            configuration,
            clock,
            files or NoFiles(),
            mail_from,
            self.networks,
            charts or NoCharts(),
            title=title,
        )
        self._adapters = adapters
        self.owner = f"{kind}:{uuid4().hex}"
        self.sender = Sender(db, adapters, clock, self.owner)
        self.imports = Imports(self.desk, adapters, self.sender, self.owner)
        self.worker = Worker(
            self.desk,
            adapters,
            self.sender,
            self.owner,
            self.imports.lanes.wake,
        )
        self.poster = Poster(self.desk, self.networks.by_name, self.post, self.owner)
        self._sweeps: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what the last run left, and learn words and subjects before somebody asks."""
        # The first question about a day loads a library, for longer than chats may be held up: not
        # once they are there.
        today = self.desk.clock().astimezone(BANGKOK).date()
        self.desk.configuration.calendar.is_working_day(today)
        sweeps = [
            self.worker.lanes.sweep_forever(),
            self.sender.lanes.sweep_forever(),
            self.imports.lanes.sweep_forever(),
            self.poster.lanes.sweep_forever(),
            self._keep_learning(),
        ]
        self._sweeps = [asyncio.create_task(each) for each in sweeps]

    async def _keep_learning(self) -> None:
        """Subjects once; words for as long as the desk runs, so that nobody waits for those that an
        import brought.
        """
        desk = self.desk
        frozen = False
        while True:
            with suppress(StoreUnavailable):  # the next time tries again
                await desk.words.refreshed(desk.db, patience=None)
                if not frozen:
                    # A million words stay: the collector would hold everybody up to walk through
                    # them again and again.
                    gc.freeze()
                    frozen = True
                    await desk.suggestions.refreshed(desk.db)
            await asyncio.sleep(LEARN_EVERY)

    async def post(self, outcome: Outcome, *changes: Write) -> None:
        """Write what was decided without an event, and send what it tells."""
        outgoing = Outgoing(self.desk.db, self._adapters, self.desk.clock())
        await outgoing.tell(outcome.notices)

        async def work(tx: Tx) -> list[Chat]:
            for change in changes:
                await change(tx)
            return await write(tx, outcome, outgoing, self.owner)

        self.sender.wake(await self.desk.db.write(work))

    def report(self, what: str, error: Exception) -> str:
        """Log an error that nobody waits for; returns its reference number."""
        reference = new_reference()
        log.error("work failed", what=what, reference=reference, **where(error))
        return reference

    async def idle(self) -> None:
        """Wait until everything that came in is answered and sent."""
        await self.worker.lanes.idle()
        await self.imports.lanes.idle()
        await self.sender.lanes.idle()

    async def stop(self) -> None:
        """Finish what is in hand."""
        await self.worker.lanes.stop(DRAIN_HANDLING)
        await self.imports.lanes.stop(DRAIN_OTHERS)
        await self.poster.lanes.stop(DRAIN_OTHERS)
        await self.sender.lanes.stop(DRAIN_SENDING)
        for sweep in self._sweeps:
            sweep.cancel()
        await asyncio.gather(*self._sweeps, return_exceptions=True)
        await self.desk.close()
        # What is left is free for the next process at once, not only when the leases have run out.
        await leases.release_all(self.desk.db, self.owner)
        await self.networks.close()
