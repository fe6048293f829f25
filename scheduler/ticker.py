"""The tick: runs what is due once, now or when APScheduler says so."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.dates import BANGKOK
from domain.errors import DeskError
from handlers import system
from handlers.desk import Desk, Outcome, Work
from handlers.due import KINDS, DueKind
from scheduler.housekeeping import tidy
from store import due
from store.database import Change, StoreUnavailable
from store.due import Due
from store.failpoints import failpoint

EVERY_SECONDS = 20
TIDY_EVERY = timedelta(minutes=10)
BATCH = 500
ATTEMPTS = 5


class Sender(Protocol):
    """What the ticker needs of the side that sends."""

    owner: str

    async def post(self, outcome: Outcome, *changes: Change) -> None:
        """Write an outcome and further changes in one transaction, and send what it tells."""
        ...

    def report(self, what: str, error: Exception) -> str:
        """Log an error that nobody waits for; returns its reference number."""
        ...


class Ticker:
    """Runs the table of handlers.due over the store; several processes share what is due."""

    def __init__(self, desk: Desk, sender: Sender) -> None:
        self._desk = desk
        self._sender = sender
        self._tidy_at: datetime | None = None

    async def tick(self) -> dict[str, int]:
        """Everything that is due now; returns what was done, by kind."""
        now = self._desk.clock()
        done = Counter[str]()
        await self._plan_daily(now)
        while rows := await self._claim(now):
            failpoint("due.claimed")
            rows.sort(key=lambda row: row.kind)
            for kind, group in groupby(rows, key=lambda row: row.kind):
                done[kind] += await self._run(KINDS[kind], list(group), now)
        if self._tidy_at is None or now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            done.update(await tidy(self._desk.db, now, self._desk.files.blobs))
        return dict(done)

    async def _plan_daily(self, now: datetime) -> None:
        """Today's row of everything that is due daily: what was missed on the days before is not made up for."""
        today = now.astimezone(BANGKOK).date()
        for kind in KINDS.values():
            if kind.daily_at is None or not self._has_day(kind, today):
                continue
            at = datetime.combine(today, kind.daily_at, BANGKOK)
            if at <= now and not await due.is_planned(self._desk.db, kind.name, "", today.isoformat()):
                row = Due(kind.name, "", today.isoformat(), at)
                await self._desk.db.write(partial(due.plan, rows=[row]))

    def _has_day(self, kind: DueKind, on: date) -> bool:
        return not kind.workdays or self._desk.configuration.calendar.is_working_day(on)

    async def _claim(self, now: datetime) -> list[Due]:
        open_now = self._desk.configuration.calendar.in_office_hours(now)
        kinds = [kind.name for kind in KINDS.values() if kind.silent or open_now]
        db = self._desk.db
        if not kinds or not await due.has_claimable(db, kinds, now):
            return []
        return await db.write(lambda tx: due.claim(tx, db.engine, kinds, self._sender.owner, now, BATCH))

    async def _run(self, kind: DueKind, rows: Sequence[Due], now: datetime) -> int:
        """Do these together; where one spoils it, each by itself. Returns how many were done."""
        work = Work(self._desk, now)
        try:
            await kind.run(work, rows)
            failpoint("due.decided")
            outcome = Outcome(None, tuple(work.changes), tuple(work.notices), tuple(work.audit_entries))
            await self._sender.post(outcome, partial(due.finish, rows=rows, owner=self._sender.owner, now=now))
            failpoint("due.written")
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one that fails must not stop what else is due
            if len(rows) > 1:
                return sum([await self._run(kind, [row], now) for row in rows])
            if isinstance(error, DeskError) and error.code == "due":
                await self._desk.db.write(partial(due.release, row=rows[0], owner=self._sender.owner))
            else:
                await self._fail(rows[0], error, now)
            return 0
        return len(rows)

    async def _fail(self, row: Due, error: Exception, now: datetime) -> None:
        """Try again later; at last tell the administrators a reference number."""
        reference = self._sender.report(row.kind, error)
        last = row.attempts + 1 >= ATTEMPTS
        again_at = None if last else now + due.LEASE * (row.attempts + 1)
        work = Work(self._desk, now)
        if last:
            work.notify(partial(system.due_failed, row.kind, reference), f"due:{row.id}")
        note = partial(due.note_failure, row=row, reference=reference, again_at=again_at)
        await self._sender.post(Outcome(None, notices=tuple(work.notices)), note)


def start_ticker(ticker: Ticker) -> AsyncIOScheduler:
    """Tick for as long as the process lives; a missed tick is made up for once."""
    scheduler = AsyncIOScheduler(timezone=BANGKOK)

    async def run() -> None:
        with suppress(StoreUnavailable):  # what is due waits until the store is back
            await ticker.tick()

    scheduler.add_job(
        run,
        "interval",
        seconds=EVERY_SECONDS,
        next_run_time=datetime.now(BANGKOK),
        id="tick",
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    return scheduler
