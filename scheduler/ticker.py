"""The tick: runs what is due once, now or when APScheduler says so."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from structlog import get_logger

from domain.dates.days import BANGKOK
from domain.errors import Conflict, DeskError
from handlers import system
from handlers.desk import Desk, Outcome, Work, up_to_date
from handlers.owed.reminders import replan_with
from handlers.privacy.unusual_reading import tell_unusual
from handlers.registry import KINDS, STARTS, DueKind
from scheduler.facts import FactsKeeper
from scheduler.housekeeping import Housekeeping
from scheduler.reading import ReadingWatch
from scheduler.set_back import ClockWatch
from store import due
from store.due import Claimable, Due
from store.engine.database import StoreUnavailable, Write
from store.engine.failpoints import failpoint

EVERY_SECONDS = 5
KEEP_SECONDS = 20.0
BATCH = 400
"""Occurrences a transaction: more would hold the event loop and the store's writer for too long."""
ATTEMPTS = 5
STALLED = 3
"""Claims in a row of which nothing came: the rest waits for the next tick."""
AGAIN = timedelta(minutes=5)
OLD_NEWS = timedelta(hours=12)
"""What is urgent wakes nobody at night when it is later than this: the desk was away, it waits for
the office.
"""
JOB = "tick"


class OutcomeSender(Protocol):
    """What the ticker needs of the side that sends."""

    owner: str

    async def post(self, outcome: Outcome, *changes: Write) -> None:
        """Write an outcome and further changes in one transaction, and send what it tells."""
        ...

    def report(self, what: str, error: Exception) -> str:
        """Log an error that nobody waits for; returns its reference number."""
        ...


class Ticker:
    """Runs the work of handlers.registry that is due; several processes share what there is."""

    def __init__(
        self, desk: Desk, sender: OutcomeSender, seen: Callable[[], object] = lambda: None
    ) -> None:
        """`seen` is called whenever it was looked at what is due."""
        self._seen = seen
        self._desk = desk
        self._sender = sender
        self._watch = ClockWatch(desk.db)
        self._housekeeping = Housekeeping(
            desk.db,
            desk.files.blobs,
            sender.report,
            desk.configuration.retention,
        )
        self._reading = ReadingWatch(desk.db, desk.configuration.reading)
        self._facts = FactsKeeper(desk.db, sender.report)
        self._started = False

    async def tick(self) -> dict[str, int]:
        """Everything that is due now; returns what was done, by kind."""
        if not self._watch.is_set(self._desk.clock()):
            return {}
        self._desk = await up_to_date(self._desk)
        done = Counter[str]()
        if await self._watch.look(self._desk.clock()):
            await self._replan_owed(self._desk.clock())
        if not self._started:
            done.update(await self._start(self._desk.clock()))
            self._started = True
        await self._plan_daily(self._desk.clock())
        await self._run_due(done)
        done.update(await self._housekeeping.step(self._desk.clock()))
        await self._look_at_readers(self._desk.clock())
        await self._facts.step(self._desk.configuration, self._desk.clock())
        return dict(done)

    async def _look_at_readers(self, now: datetime) -> None:
        """Whoever reads unusually much is told of."""
        found = await self._reading.look(now)
        if found:
            work = Work(self._desk, now)
            await tell_unusual(work, found)
            await self._sender.post(work.outcome())
            self._reading.note_told(found, now)

    async def _run_due(self, done: Counter[str]) -> None:
        """Everything that is due, batch by batch, until nothing is left or nothing comes of it."""
        stalled = 0
        full = False
        while stalled < STALLED:
            now = self._desk.clock()
            rows = await self._claim(now, sure=full)
            self._seen()
            if not rows:
                return
            failpoint("due.claimed")
            full = len(rows) == BATCH
            before = done.total()
            rows.sort(key=lambda row: row.kind)
            for kind, group in groupby(rows, key=lambda row: row.kind):
                done[kind] += await self._run(KINDS[kind], list(group), now)
            stalled += 1
            if done.total() > before:
                stalled = 0

    async def _replan_owed(self, now: datetime) -> None:
        """Reminders of what is owed count from the present again, not from a time to come."""
        work = Work(self._desk, now)
        await replan_with(work, self._desk)
        await self._sender.post(work.outcome())

    async def _start(self, now: datetime) -> dict[str, int]:
        """What a process does before its first tick, each in a transaction of its own; returns how
        much, by name.
        """
        done: dict[str, int] = {}
        for run in STARTS:
            work = Work(self._desk, now)
            touched = await run(work)
            if not touched:
                continue
            done[run.__name__] = touched
            get_logger().info("done at the start", what=run.__name__, count=touched)
            await self._sender.post(work.outcome())
        return done

    async def _plan_daily(self, now: datetime) -> None:
        """Today's row of everything that is due daily: what was missed on the days before is not
        made up for.
        """
        db = self._desk.db
        today = now.astimezone(BANGKOK).date()
        for kind in KINDS.values():
            if kind.daily_at is None or not self._has_day(kind, today):
                continue
            at = datetime.combine(today, kind.daily_at, BANGKOK)
            if at > now:
                continue
            occurrence = today.isoformat()
            if not await due.is_planned(db, kind.name, "", occurrence):
                row = Due(kind.name, "", occurrence, at)
                await db.write(partial(due.plan, rows=[row]))

    def _has_day(self, kind: DueKind, on: date) -> bool:
        if not kind.workdays:
            return True
        return self._desk.configuration.calendar.is_working_day(on)

    async def _claim(self, now: datetime, *, sure: bool) -> list[Due]:
        """The next batch; unless it is as good as `sure` that there is one, nothing is locked to
        find out.
        """
        db = self._desk.db
        claimable = [what for what in self._claimable(now) if what.kinds]
        for what in claimable:
            # After a full batch there is most likely more, of whichever kind comes last.
            likely = sure and what is claimable[-1]
            if not likely and not await due.has_claimable(db, what):
                continue
            claim = partial(
                due.claim,
                engine=db.engine,
                what=what,
                owner=self._sender.owner,
                limit=BATCH,
            )
            rows = await db.write(claim)
            if rows:
                return rows
        return []

    def _claimable(self, now: datetime) -> list[Claimable]:
        """In office hours everything, first what is due daily, since the morning's queue tells of
        other kinds, too; else what tells nobody, and what is urgent unless it is old news."""
        kinds = KINDS.values()
        if self._desk.configuration.calendar.in_office_hours(now):
            daily = [kind.name for kind in kinds if kind.daily_at]
            return [Claimable(daily, now), Claimable([*KINDS], now)]
        silent = [kind.name for kind in kinds if kind.silent]
        urgent = [kind.name for kind in kinds if kind.urgent and not kind.silent]
        return [
            Claimable(silent, now),
            Claimable(urgent, now, since=now - OLD_NEWS),
        ]

    async def _run(self, kind: DueKind, rows: Sequence[Due], now: datetime) -> int:
        """Do these together; where one spoils it, each by itself. Returns how many were done."""
        work = Work(self._desk, now)
        try:
            async with self._kept(rows):
                await kind.run(work, rows)
            failpoint("due.decided")
            failpoint(f"{kind.name}.decided")
            finish = partial(due.finish, rows=rows, owner=self._sender.owner, now=now)
            await self._sender.post(work.outcome(), finish)
            failpoint("due.written")
            failpoint(f"{kind.name}.written")
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one that fails must not stop what else is due
            return await self._run_otherwise(kind, rows, error, now)
        return len(rows)

    async def _run_otherwise(
        self,
        kind: DueKind,
        rows: Sequence[Due],
        error: Exception,
        now: datetime,
    ) -> int:
        """After something came in the way of these; returns how many were done all the same."""
        if isinstance(error, DeskError) and error.code == "due":
            # Somebody was quicker with one of them: what is left is claimed again, together, and
            # decided afresh.
            for row in rows:
                release = partial(due.release, row=row, owner=self._sender.owner)
                await self._desk.db.write(release)
            return 0
        if len(rows) > 1:
            return sum([await self._run(kind, [row], now) for row in rows])
        await self._fail(rows[0], error, now)
        return 0

    @asynccontextmanager
    async def _kept(self, rows: Sequence[Due]) -> AsyncIterator[None]:
        """Keep the lease meanwhile: a walk through a large register takes longer than one."""

        async def keep() -> None:
            while True:
                await asyncio.sleep(KEEP_SECONDS)
                now = self._desk.clock()
                extend = partial(due.extend, rows=rows, owner=self._sender.owner, now=now)
                with suppress(StoreUnavailable):
                    await self._desk.db.write(extend)

        keeper = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _fail(self, row: Due, error: Exception, now: datetime) -> None:
        """Try again later; at last tell the administrators a reference number."""
        reference = self._sender.report(row.kind, error)
        work = Work(self._desk, now)
        attempts = row.attempts + 1
        again_at = None
        if attempts >= ATTEMPTS:
            work.notify(partial(system.due_failed, row.kind, reference), f"due:{row.id}")
        elif isinstance(error, Conflict):
            # Somebody changed what this looked at: it is decided afresh with the next tick.
            again_at = now
        else:
            again_at = now + AGAIN * attempts
        note = partial(due.note_failure, row=row, reference=reference, again_at=again_at)
        await self._sender.post(work.outcome(), note)


class _FromNow(BaseTrigger):  # type: ignore[misc]
    """The next tick is reckoned from the present: an interval of APScheduler's own walks through
    every one that a clock set forward has passed over, which takes it 75 s for a year.
    """

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Some seconds from now, whenever the last one was to be."""
        return now + timedelta(seconds=EVERY_SECONDS)


def start_ticker(
    ticker: Ticker, report: Callable[[str, Exception], str], machine: Callable[[], datetime]
) -> AsyncIOScheduler:
    """Tick for as long as the process lives; missed ticks are made up for by one, a failing one is
    `report`ed.

    APScheduler goes by the `machine`'s clock whatever the desk's says: that one decides only how
    often is looked."""
    scheduler = AsyncIOScheduler(timezone=BANGKOK)

    async def run() -> None:
        try:
            await ticker.tick()
        except StoreUnavailable:
            return  # what is due waits until the store is back
        except asyncio.CancelledError:
            # The desk stops: what this tick left is done by the next process, and nothing went
            # wrong.
            return
        except Exception as error:  # noqa: BLE001 - the next tick comes whatever happens
            report("tick", error)

    scheduler.add_job(
        run,
        _FromNow(),
        next_run_time=machine(),
        id=JOB,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    asyncio.get_running_loop().call_later(EVERY_SECONDS, keep_ticking, scheduler, machine)
    return scheduler


def keep_ticking(scheduler: AsyncIOScheduler, machine: Callable[[], datetime]) -> None:
    """Look by the loop's steady clock whether the machine's was set back: APScheduler would wait
    until it is over.
    """
    if not scheduler.running:
        return
    job = scheduler.get_job(JOB)
    now = machine()
    farthest = now + timedelta(seconds=2 * EVERY_SECONDS)
    if job is not None and job.next_run_time > farthest:
        job.modify(next_run_time=now)
    asyncio.get_running_loop().call_later(EVERY_SECONDS, keep_ticking, scheduler, machine)
