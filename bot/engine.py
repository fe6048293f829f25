"""Worker and sender over one store: what every way of running the desk has in common."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from bot.clock import Clock
from bot.log import get_logger, where
from bot.networks.poster import Poster, PostingNetworks
from bot.queues.calls import CallNotes
from bot.queues.outgoing import Adapters, Outgoing, write
from bot.queues.pulses import Pulses
from bot.queues.pushes import Pushes
from bot.queues.sender import Sender
from bot.queues.worker import Worker
from bot.tables.imports import Imports
from domain.configuration import Configuration
from domain.customers.romanise import latin_sound, thai_sounds
from domain.dates.days import BANGKOK
from domain.staff import Chat, Platform
from domain.text import clean
from domain.text.titles import strip_titles
from handlers.desk import (
    Charts,
    Desk,
    Files,
    NoCharts,
    NoFiles,
    NoReportFiles,
    Outcome,
    ReportFiles,
    Tour,
    no_title,
)
from handlers.messages import new_reference
from store.engine import leases
from store.engine.database import Database, StoreUnavailable, Tx, Write
from store.rebuild.rekeying import Rekeying
from store.search.building import Building

DRAIN = 3.3
DRAIN_HANDLING = 2.0
DRAIN_OTHERS = 0.25
"""Seconds that stopping may take in all, handling what is in hand, and imports and posts; sending
has what is left. What follows, giving back leases first, has the rest of five seconds: then the
process ends with whatever still goes on.
"""

LEARN_EVERY = 30.0
HURRY = 3.0
"""Seconds between looks at the words that other processes added; the same while some are not known,
and nobody can be told that a name is not there.
"""

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
        report_files: ReportFiles | None = None,
        title: Callable[[Platform, str], Awaitable[str]] = no_title,
        notes: Path | None = None,
        tour: Tour | None = None,
        web_address: str = "",
    ) -> None:
        """`notes` is the folder where calls are noted; None = nowhere. `tour` = of a demo desk."""
        self.networks = networks or PostingNetworks()
        self.desk = Desk(
            db,
            configuration,
            clock,
            files or NoFiles(),
            mail_from,
            self.networks,
            charts or NoCharts(),
            report_files or NoReportFiles(),
            title=title,
            tour=tour,
            web_address=web_address,
        )
        self._adapters = adapters
        self.owner = f"{kind}:{uuid4().hex}"
        self.pulses = Pulses(clock)
        self.sender = Sender(
            db,
            adapters,
            clock,
            self.owner,
            CallNotes(notes, self.owner),
            self.pulses,
        )
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
        await self.sender.take_over()
        await self.worker.know_staff()
        sweeps = [
            self.worker.lanes.sweep_forever(),
            self.sender.lanes.sweep_forever(),
            self.imports.lanes.sweep_forever(),
            self.poster.lanes.sweep_forever(),
            self._keep_learning(),
            self._keep_index(),
            self._keep_keys(),
        ]
        self._sweeps = [asyncio.create_task(each) for each in sweeps]

    async def _keep_learning(self) -> None:
        """Subjects once; words for as long as the desk runs, so that nobody waits for those that an
        import brought.
        """
        desk = self.desk
        is_warm = False
        while True:
            with _told(self.report, "search.words"):
                await desk.words.refreshed(desk.db, patience=None)
                if not is_warm:
                    # The words stay: the collector would hold everybody up to walk through them
                    # again and again.
                    gc.freeze()
                    await asyncio.to_thread(_read_rules)
                    await desk.suggestions.refreshed(desk.db)
                    is_warm = True
            await asyncio.sleep(LEARN_EVERY)
            # Another process may have made segments of the index.
            desk.words.look_again()

    async def _keep_index(self) -> None:
        """Make the segments of the search's index that are missing or out of date."""
        desk = self.desk
        building = Building(desk.db, self.owner, desk.clock)
        while True:
            with _told(self.report, "search.index"):
                await desk.words.refreshed(desk.db, patience=None)
                await self._build(building)
            pause = LEARN_EVERY if desk.words.is_complete else HURRY
            await asyncio.sleep(pause)

    async def _keep_keys(self) -> None:
        """Derive the customers' keys anew where they were made by other rules."""
        rekeying = Rekeying(self.desk.db, self.owner, self.desk.clock, report=self.report)
        while True:
            with _told(self.report, "customers.keys"):
                if await rekeying.is_done():
                    return
                await rekeying.run()
            await asyncio.sleep(LEARN_EVERY)

    async def _build(self, building: Building) -> None:
        built = await building.run()
        if built:
            self.desk.words.look_again()
            await self.desk.words.refreshed(self.desk.db, patience=None)

    async def post(self, outcome: Outcome, *changes: Write) -> None:
        """Write what was decided without an event, and send what it tells."""
        now = self.desk.clock()
        pushes = Pushes(self.desk.db, self.desk.configuration, now)
        outgoing = Outgoing(self.desk.db, self._adapters, now, pushes)
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
        await self.sender.idle()

    async def stop(self) -> None:
        """Finish what is in hand."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DRAIN
        await self.worker.lanes.stop(DRAIN_HANDLING)
        await self.imports.lanes.stop(DRAIN_OTHERS)
        await self.poster.lanes.stop(DRAIN_OTHERS)
        await self.sender.stop(end - loop.time())
        for sweep in self._sweeps:
            sweep.cancel()
        await asyncio.gather(*self._sweeps, return_exceptions=True)
        # What is left is free for the next process at once, not only when the leases have run out.
        try:
            await leases.release_all(self.desk.db, self.owner)
        except StoreUnavailable as error:
            log.warning("leases not given back", **where(error))
        await self.desk.close()
        await self.networks.close()


@contextmanager
def _told(report: Callable[[str, Exception], object], what: str) -> Iterator[None]:
    """Whatever is met within is reported and ends nothing: the next time tries again."""
    try:
        yield
    except StoreUnavailable:
        # Whoever writes to the desk meanwhile hears so, and /readyz says since when.
        return
    except Exception as error:  # noqa: BLE001 - see the docstring
        report(what, error)


def _read_rules() -> None:
    """Load what the first search would load: some tenths of a second, in which nobody else would
    have his turn.
    """
    clean("\u00e9")
    strip_titles("a")
    latin_sound("a")
    thai_sounds("\u0e01")
