"""The tick: runs what is due once, now or when APScheduler says so."""

from collections.abc import Callable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.dates import BANGKOK
from scheduler.housekeeping import tidy
from store.blobs import Blobs
from store.database import Database

EVERY_SECONDS = 600


async def tick(db: Database, now: datetime, blobs: Blobs | None = None) -> dict[str, int]:
    """Everything that is due at `now`; returns what was done, by kind."""
    return await tidy(db, now, blobs)


def start_ticker(db: Database, clock: Callable[[], datetime], blobs: Blobs | None = None) -> AsyncIOScheduler:
    """Tick for as long as the process lives; a missed tick is made up for once."""
    scheduler = AsyncIOScheduler(timezone=BANGKOK)

    async def run() -> None:
        await tick(db, clock(), blobs)

    scheduler.add_job(
        run,
        "interval",
        seconds=EVERY_SECONDS,
        id="tick",
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    return scheduler
