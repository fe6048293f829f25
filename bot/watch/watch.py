"""Looks after the serving desk, every few seconds and for as long as it runs: asks platforms that
give no sign, writes a line, and looks at what waits, at disks and at the database's file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic, perf_counter

from bot.log import get_logger, where
from bot.parts import PlatformParts, PlatformWork, Refusal, RunningDesk
from bot.queues.pulses import PlatformPulse, Pulses
from bot.watch.places import room_at
from bot.watch.telling import HealthTelling
from domain.reach.health import Measured, platform_problems
from domain.staff import Platform
from handlers.desk import Desk
from store.chat import pulses as noted
from store.chat import push_use
from store.chat.pulses import Pulse, Waiting
from store.due import LATE
from store.engine.database import StoreUnavailable, Tx
from store.opening import refuse_damaged, sqlite_path

LOOK_EVERY = 5.0
WRITE_EVERY = 15.0
LAG_EVERY = 0.5
READ_FILE_EVERY = 20.0
LONGEST_ASKING = 10.0
"""Seconds."""
DAMAGED = "its file is damaged: stop the desk and restore a backup"

log = get_logger()


class Watch:
    """One process's."""

    def __init__(
        self,
        running: RunningDesk,
        platforms: Sequence[PlatformParts],
        database_url: str,
        data_dir: Path,
    ) -> None:
        self._desk: Desk = running.desk
        self._pulses: Pulses = running.pulses
        self._meters = self._pulses.meters
        self._owner = running.owner
        self._url = database_url
        self._asked = {parts.name: parts for parts in platforms if parts.ask_every is not None}
        for name in self._asked:
            self._pulses.watch(name)
        path = sqlite_path(database_url)
        self._path = path
        self._places = {"data folder": data_dir}
        if path is not None:
            self._places["database"] = path.parent
        self._broken = ""
        self._not_before: dict[str, float] = {}
        self._telling = HealthTelling(running.desk, self._pulses, running.post)

    def works(self) -> Sequence[PlatformWork]:
        """What runs side by side: none waits for another that hangs."""
        return [
            partial(_for_ever, self.ask, LOOK_EVERY),
            partial(_for_ever, self.look_at_queues, LOOK_EVERY),
            partial(_for_ever, self.look_at_places, LOOK_EVERY),
            partial(_for_ever, self.read_file, READ_FILE_EVERY),
            partial(_for_ever, self.write, WRITE_EVERY),
            partial(_for_ever, self.count, WRITE_EVERY),
            partial(_for_ever, self.wait, LAG_EVERY),
            partial(_for_ever, self._telling.look, LOOK_EVERY),
        ]

    async def ask(self) -> None:
        """Ask each platform that gave no sign for a while, or did not take a call."""
        waiting = [
            self._ask(self._asked[name])
            for name, pulse in self._pulses.watched()
            if self._is_to_be_asked(name, pulse)
        ]
        await asyncio.gather(*waiting)

    def _is_to_be_asked(self, name: str, pulse: PlatformPulse) -> bool:
        every = self._asked[name].ask_every
        assert every is not None
        if monotonic() < self._not_before.get(name, 0.0):
            return False
        return pulse.doubtful or self._pulses.silence(pulse) >= every

    async def _ask(self, parts: PlatformParts) -> None:
        try:
            async with asyncio.timeout(LONGEST_ASKING):
                problem = await parts.check()
        except Exception as error:  # noqa: BLE001 - whatever it says, it is no answer
            log.warning("platform asked in vain", platform=parts.name, **where(error))
            return
        if not problem:
            self._pulses.answered(parts.name)
        elif isinstance(problem, Refusal):
            self._pulses.refused(parts.name)
            self._wait_longer(parts)

    def _wait_longer(self, parts: PlatformParts) -> None:
        """It refused us once more."""
        if parts.may_lock_out:
            pause = self._desk.configuration.health.refused
            self._not_before[parts.name] = monotonic() + pause

    async def look_at_queues(self) -> None:
        """Since when the oldest event and message wait that this process sees to."""
        begun = perf_counter()
        events = await noted.list_events(self._desk.db)
        messages = await noted.list_messages(self._desk.db)
        self._meters.database["read"].add(perf_counter() - begun)
        self._meters.waiting = {"inbox": events, "outbox": messages}
        self._pulses.oldest_events = self._oldest(events, ("pending",))
        self._pulses.oldest_messages = self._oldest(messages, ("queued", "sending"))

    def _oldest(self, rows: Sequence[Waiting], states: Sequence[str]) -> dict[str, datetime]:
        ours = [row for row in rows if row.platform in self._asked and row.state in states]
        ours.sort(key=lambda row: row.oldest_at, reverse=True)
        return {row.platform: row.oldest_at for row in ours}

    async def look_at_places(self) -> None:
        """What disks have left, and whether the file is the one that was opened."""
        rooms = {what: room_at(path) for what, path in self._places.items() if path.exists()}
        self._pulses.rooms = rooms
        self._pulses.damage = self._broken or self._desk.db.damage()

    async def read_file(self) -> None:
        """Read the database's file, where it is small enough, as somebody who opens it does."""
        if self._path is None or not self._path.exists():
            return
        try:
            await refuse_damaged(self._url)
        except StoreUnavailable as error:
            log.error("database damaged", **where(error))
            self._desk.db.distrust(error)
            self._broken = DAMAGED
        else:
            self._broken = ""

    async def write(self) -> None:
        """Write down what is known: with it is seen that the store can be written."""
        now = self._desk.clock()
        told = self._problems_by_platform()
        rows = [Pulse(self._owner, "", None, None, self._pulses.damage, now)]
        for name, pulse in self._pulses.watched():
            problem = told.get(name, "")
            row = Pulse(
                self._owner,
                name,
                pulse.received_at,
                pulse.sent_at,
                problem,
                now,
            )
            rows.append(row)

        async def work(tx: Tx) -> None:
            await noted.note(tx, rows)
            await noted.forget(tx, now)

        begun = perf_counter()
        await self._desk.db.write(work)
        self._meters.database["write"].add(perf_counter() - begun)
        self._pulses.written()

    async def count(self) -> None:
        """How much is due, and what is left of the month's pushes."""
        now = self._desk.clock()
        db = self._desk.db
        self._meters.due = await noted.count_due(db, now, LATE)
        self._meters.pushes = await push_use.get_use(db, Platform.LINE, now)

    async def wait(self) -> None:
        """See how late the event loop is, for everybody."""
        begun = perf_counter()
        await asyncio.sleep(LAG_EVERY)
        self._meters.lag.add(perf_counter() - begun - LAG_EVERY)

    def _problems_by_platform(self) -> Mapping[str, str]:
        measured: Measured = self._pulses.measured()
        found = platform_problems(measured, self._desk.configuration.health)
        return dict(told.split(": ", 1) for told in found)


async def _for_ever(look: Callable[[], Awaitable[None]], every: float) -> None:
    """Nothing that is met ends it: what could not be looked at is told by what is not known."""
    while True:
        try:
            await look()
        except StoreUnavailable as error:
            log.warning("store unavailable", **where(error))
        except Exception as error:  # noqa: BLE001 - see the docstring
            log.error("desk not looked after", **where(error))
        await asyncio.sleep(every)
