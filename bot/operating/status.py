"""`run_bot.py status`: how the configured desk is, serving or not; it is only looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.operating.upgrading import migrations_text
from bot.platforms import platforms_to_check
from bot.settings import Settings
from bot.watch.places import room_at
from store.chat import pulses
from store.chat.pulses import Pulse, Waiting
from store.due import LATE
from store.engine.database import Database
from store.engine.migrate import applied_version, columns_of
from store.moving.opening import is_desk
from store.opening import (
    Opening,
    engine_name,
    open_database,
    pending_migrations,
)

FRESH = timedelta(minutes=2)
"""What a serving process noted longer ago says nothing of now."""
NOT_SERVED = "no process serves it"
ONE_NAME = {"mailbox": "mail"}
"""What people call the two halves of one platform."""
WAITING = ("pending", "queued", "sending")


@dataclass
class _Found:
    """What the database says."""

    notes: Sequence[Pulse] = ()
    events: Sequence[Waiting] = ()
    messages: Sequence[Waiting] = ()
    due: Mapping[str, int] = field(default_factory=lambda: {"waiting": 0, "now": 0, "late": 0})
    schema: int | None = None
    written_at: list[datetime | None] = field(default_factory=list)
    pending: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """`told` has the shape that is fixed for programs; `pending` = migrations that are missing."""

    told: Mapping[str, Any]
    pending: str = ""


async def look(settings: Settings, clock: Clock) -> DeskStatus:
    """Everything of it; no byte of the database is written."""
    now = clock()
    found = _Found()
    if await is_desk(settings.database_url):
        db = await open_database(settings.database_url, opening=Opening.LOOK)
        try:
            found = await _read(db, now)
        finally:
            await db.close()
    names = await _configured(settings, clock)
    told = {
        "platforms": {name: _platform(name, found.notes, now) for name in names},
        "inbox": _queue(found.events),
        "outbox": _queue(found.messages),
        "due": found.due,
        "disk_free_bytes": room_at(_existing(settings.data_dir)).free,
        "database": {
            "engine": engine_name(settings.database_url),
            "schema": found.schema,
            "last_write_at": _moment(found.written_at),
        },
    }
    return DeskStatus(told, migrations_text(found.pending) if found.pending else "")


async def _configured(settings: Settings, clock: Clock) -> list[str]:
    """The platforms that are to answer, each once."""
    platforms = platforms_to_check(settings, clock)
    names = [parts.name for parts in platforms if parts.ask_every is not None]
    for parts in platforms:
        await parts.close()
    return list(dict.fromkeys(ONE_NAME.get(name, str(name)) for name in names))


async def _read(db: Database, now: datetime) -> _Found:
    """What there is of it: an older desk has not every table."""
    tables = {table for table, _column in await columns_of(db, db.engine)}
    found = _Found(
        schema=await applied_version(db, db.engine), pending=await pending_migrations(db)
    )
    if "pulses" in tables:
        found.notes = await pulses.list_pulses(db)
    if "inbox" in tables:
        found.events = await pulses.list_events(db)
        found.messages = await pulses.list_messages(db)
        found.written_at.append(await pulses.last_received(db))
    if "due" in tables:
        found.due = await pulses.count_due(db, now, LATE)
    found.written_at += [note.noted_at for note in found.notes]
    return found


def _platform(name: str, notes: Iterable[Pulse], now: datetime) -> dict[str, Any]:
    """What all processes noted of a platform, as one."""
    ours = [note for note in notes if ONE_NAME.get(note.platform, note.platform) == name]
    problem = _problem([note.problem for note in ours if now - note.noted_at < FRESH])
    return {
        "ok": problem is None,
        "last_received_at": _moment(note.received_at for note in ours),
        "last_sent_at": _moment(note.sent_at for note in ours),
        "problem": problem,
    }


def _problem(noted: Sequence[str]) -> str | None:
    """What is wrong by what serving processes noted a short while ago."""
    if not noted:
        return NOT_SERVED
    return "; ".join(filter(None, dict.fromkeys(noted))) or None


def _queue(rows: Sequence[Waiting]) -> dict[str, Any]:
    waiting = [row for row in rows if row.state in WAITING]
    oldest = [row.oldest_at.isoformat() for row in waiting]
    return {
        "waiting": sum(row.n for row in waiting),
        "oldest_at": min(oldest, default=None),
        "failed": sum(row.n for row in rows if row not in waiting),
    }


def _moment(moments: Iterable[datetime | None]) -> str | None:
    """The last of these."""
    return max((at.isoformat() for at in moments if at is not None), default=None)


def _existing(path: Path) -> Path:
    """The folder, or the next one above it that is there."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def as_lines(status: DeskStatus) -> list[str]:
    """The same for people."""
    told = dict(status.told)
    parts: dict[str, Any] = {**told.pop("platforms"), **told}
    lines = [f"{name}: {_in_words(part)}" for name, part in parts.items()]
    if status.pending:
        lines.append(f"database: {status.pending}")
    return lines


def _in_words(part: object) -> str:
    """`waiting 2, oldest at 2026-11-30T10:00+00:00`: what is not known is left out."""
    if not isinstance(part, Mapping):
        return str(part)
    words = [f"{key.replace('_', ' ')} {value}" for key, value in part.items() if value is not None]
    return ", ".join(words)
