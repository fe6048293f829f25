"""What serving processes noted of themselves a short while ago, and what waits, for whoever watches
the desk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx, count
from store.engine.rows import column

KEPT = timedelta(days=30)
"""How long what a process that is gone noted is kept."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a process knew of a platform at `noted_at`; `platform` = "" is the process itself."""

    owner: str
    platform: str
    received_at: datetime | None
    sent_at: datetime | None
    problem: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a platform's events or messages are in a state, and since when the oldest is."""

    platform: str
    state: str
    n: int
    oldest_at: datetime


_PULSE = RecordColumns(Pulse)
_WAITING = RecordColumns(Waiting)


async def note(tx: Tx, pulses: Iterable[Pulse]) -> None:
    """Keep what a process knows now."""
    await tx.execute_many(
        "INSERT INTO pulses (owner, platform, received_at, sent_at, problem, noted_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (owner, platform) DO UPDATE SET "
        "received_at = excluded.received_at, sent_at = excluded.sent_at, "
        "problem = excluded.problem, noted_at = excluded.noted_at",
        [
            (
                pulse.owner,
                pulse.platform,
                pulse.received_at,
                pulse.sent_at,
                pulse.problem,
                pulse.noted_at,
            )
            for pulse in pulses
        ],
    )


async def forget(tx: Tx, now: datetime) -> None:
    """Drop what processes noted that are long gone."""
    await tx.execute("DELETE FROM pulses WHERE noted_at < ?", now - KEPT)


async def list_pulses(db: Reader) -> list[Pulse]:
    """What all processes noted."""
    rows = await db.fetch(f"SELECT {_PULSE.listed} FROM pulses")
    return [_PULSE.of(row) for row in rows]


async def list_events(db: Reader) -> list[Waiting]:
    """Events that wait, failed or could not be read, by platform and state."""
    # Each by an index of its own, which has no others.
    counted = " UNION ALL ".join(
        "SELECT platform, state, count(*) AS n, min(received_at) AS oldest_at FROM inbox "
        f"WHERE state = '{state}' GROUP BY platform, state"
        for state in ("pending", "failed", "unparsable")
    )
    return [_WAITING.of(row) for row in await db.fetch(counted)]


async def list_messages(db: Reader) -> list[Waiting]:
    """Messages that wait, or did not or perhaps not arrive, by platform and state."""
    counted = " UNION ALL ".join(
        "SELECT platform, state, count(*) AS n, min(created_at) AS oldest_at FROM outbox "
        f"WHERE state IN ({states}) GROUP BY platform, state"
        for states in ("'queued', 'sending'", "'dead', 'doubtful'")
    )
    return [_WAITING.of(row) for row in await db.fetch(counted)]


async def count_due(db: Reader, now: datetime, late: timedelta) -> dict[str, int]:
    """How much waits for its time, is due now, and was due so long ago."""
    waiting = "SELECT count(*) AS n FROM due WHERE state = 'waiting'"
    return {
        "waiting": await count(db, waiting),
        "now": await count(db, f"{waiting} AND due_at <= ?", now),
        "late": await count(db, f"{waiting} AND due_at <= ?", now - late),
    }


async def last_received(db: Reader) -> datetime | None:
    """When the newest event was committed."""
    rows = await db.fetch("SELECT received_at FROM inbox ORDER BY seq DESC LIMIT 1")
    return next(iter(column(rows, "received_at")), None)
