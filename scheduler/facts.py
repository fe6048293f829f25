"""The facts that reports look at are made beside the desk's work: those of a register that is there
already piece by piece, and what was saved since a few times an hour.
"""

from datetime import datetime, timedelta

from domain.configuration import Configuration
from scheduler.housekeeping import ReportFailure
from store.engine.database import Database
from store.reports.catching_up import catch_up

EVERY = timedelta(minutes=10)
PIECES = 5
"""Pieces of one tick: some tenths of a second."""


class FactsKeeper:
    """Catches up at the ticks."""

    def __init__(self, db: Database, report: ReportFailure) -> None:
        self._db = db
        self._report = report
        self._done_at: datetime | None = None

    async def step(self, configuration: Configuration, now: datetime) -> None:
        """Some pieces, unless all was done a short while ago."""
        done_at = self._done_at
        # Compared both ways: a clock that was set back must not stop it.
        if done_at is not None and abs(now - done_at) < EVERY:
            return
        try:
            is_over = await catch_up(self._db, configuration, PIECES)
        except Exception as error:  # noqa: BLE001 - what is due does not wait for it
            self._report("facts", error)
            is_over = True
        self._done_at = now if is_over else None
