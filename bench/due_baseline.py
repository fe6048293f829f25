"""The way bots usually do it: one APScheduler job for each reminder, kept in a SQLite job store.

APScheduler's own SQL job store needs SQLAlchemy, which deskbot does not; this one keeps the same
table (id, time, pickled job) through sqlite3, with one commit a change, as that one does."""

import asyncio
import pickle
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore, JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.util import datetime_to_utc_timestamp, utc_timestamp_to_datetime

from bench.report import Report, Row

RUNG: list[str] = []
SYNC = "PRAGMA synchronous=FULL"


async def ring(text: str) -> None:
    """The reminder is sent."""
    RUNG.append(text)


class SqliteJobStore(BaseJobStore):  # type: ignore[misc]
    """The table of APScheduler's SQLAlchemyJobStore."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(SYNC)
        self._db.execute(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, next_run_time REAL, job_state BLOB NOT NULL)"
        )
        self._db.execute("CREATE INDEX jobs_next ON jobs (next_run_time)")

    def _restored(self, state: bytes) -> Job:
        job = Job.__new__(Job)
        job.__setstate__(pickle.loads(state))
        job._scheduler, job._jobstore_alias = self._scheduler, self._alias
        return job

    def lookup_job(self, job_id: str) -> Job | None:
        row = self._db.execute("SELECT job_state FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return self._restored(row[0]) if row else None

    def get_due_jobs(self, now: datetime) -> list[Job]:
        rows = self._db.execute(
            "SELECT job_state FROM jobs WHERE next_run_time <= ? ORDER BY next_run_time",
            (datetime_to_utc_timestamp(now),),
        )
        return [self._restored(row[0]) for row in rows]

    def get_next_run_time(self) -> datetime | None:
        row = self._db.execute("SELECT min(next_run_time) FROM jobs").fetchone()
        return utc_timestamp_to_datetime(row[0])

    def get_all_jobs(self) -> list[Job]:
        return [self._restored(row[0]) for row in self._db.execute("SELECT job_state FROM jobs")]

    def add_job(self, job: Job) -> None:
        state = pickle.dumps(job.__getstate__(), pickle.HIGHEST_PROTOCOL)
        self._db.execute(
            "INSERT INTO jobs VALUES (?, ?, ?)",
            (job.id, datetime_to_utc_timestamp(job.next_run_time), state),
        )

    def update_job(self, job: Job) -> None:
        state = pickle.dumps(job.__getstate__(), pickle.HIGHEST_PROTOCOL)
        at = datetime_to_utc_timestamp(job.next_run_time)
        self._db.execute(
            "UPDATE jobs SET next_run_time = ?, job_state = ? WHERE id = ?", (at, state, job.id)
        )

    def remove_job(self, job_id: str) -> None:
        if not self._db.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount:
            raise JobLookupError(job_id)

    def remove_all_jobs(self) -> None:
        self._db.execute("DELETE FROM jobs")

    def all_at_once(self, begin: bool) -> None:
        """Add many jobs in one transaction, which is kinder than what the usual store does."""
        self._db.execute("BEGIN" if begin else "COMMIT")


async def _measure(path: Path, owed: int, due: int) -> dict[str, float]:
    scheduler: Any = AsyncIOScheduler(timezone=UTC)
    store = SqliteJobStore(path)
    scheduler.add_jobstore(store)
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    store.all_at_once(True)
    started = perf_counter()
    for n in range(owed):
        at = (
            now - timedelta(minutes=1)
            if n % (owed // due) == 0
            else now + timedelta(days=1, minutes=n)
        )
        scheduler.add_job(ring, "date", run_date=at, args=[str(n)], misfire_grace_time=None)
    store.all_at_once(False)
    added = perf_counter() - started
    lag = 0.0
    started = perf_counter()
    scheduler.resume()
    while len(RUNG) < due:
        at_ = perf_counter()
        await asyncio.sleep(0.001)
        lag = max(lag, perf_counter() - at_ - 0.001)
    seconds = perf_counter() - started
    scheduler.shutdown(wait=False)
    return {"added": added, "seconds": seconds, "lag": lag}


def run_baseline(report: Report, owed: int, due: int) -> None:
    """Measure, and set it beside the rows that are there."""
    with tempfile.TemporaryDirectory(prefix="deskbot-bench-") as folder:
        found = asyncio.run(_measure(Path(folder) / "jobs.db", owed, due))
    beside = {
        "claimed and written": f"{found['seconds']:.2f} s (run, nothing written)",
        "event loop held": f"{found['lag'] * 1000:.0f} ms",
        "planning a day": f"{found['added'] * due / owed:.2f} s",
    }
    for at, row in enumerate(report.rows):
        for words, said in beside.items():
            if words in row.measure:
                report.rows[at] = Row(row.measure, row.desk, said, row.against, row.aim, row.met)
    report.notes.append(
        "Baseline: APScheduler, one job a reminder in a SQLite job store of the bench's own (its SQL store needs "
        "SQLAlchemy, which is not installed), jobs added in one transaction; a job that a crash cuts off is lost."
    )
