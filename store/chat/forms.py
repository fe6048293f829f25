"""Drafts of half-filled forms: one row each, belonging to a person, kept over restarts and
platforms.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.errors import Conflict
from domain.staff import StaffId
from store.engine.database import Reader, Row, Tx


@dataclass(frozen=True, slots=True)
class Draft:
    """A form being filled. `data` = field -> text as stored; `asking` = the field a text would
    fill.

    `state` is open (text fills it; one a person), parked (brought back by a button), saved or
    cancelled (`outcome` then names the saved record). `record` and `record_version` = what is being
    edited."""

    id: str
    staff_id: StaffId
    kind: str
    data: Mapping[str, str]
    asking: str
    touched_at: datetime
    state: str = "open"
    record: str = ""
    record_version: int = 0
    outcome: str = ""
    version: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field -> the events, a blank between them, whose messages its value came from, if those can
    be taken back.
    """

    known: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """`data` as it was read."""


_SELECT = (
    "SELECT id, staff_id, kind, data, asking, touched_at, state, record, record_version, outcome, version, sources "
    "FROM forms"
)


def _draft(row: Row) -> Draft:
    fields = dict(row)
    fields["data"] = fields["known"] = json.loads(row["data"])
    fields["sources"] = json.loads(row["sources"])
    fields["staff_id"] = StaffId(row["staff_id"])
    return Draft(**fields)


async def find_open(db: Reader, staff_id: StaffId) -> Draft | None:
    """The person's open draft."""
    row = await db.fetch_one(f"{_SELECT} WHERE staff_id = ? AND state = 'open'", staff_id)
    return None if row is None else _draft(row)


async def find_draft(db: Reader, draft_id: str) -> Draft | None:
    """One draft, in whatever state."""
    row = await db.fetch_one(f"{_SELECT} WHERE id = ?", draft_id)
    return None if row is None else _draft(row)


async def list_parked(db: Reader, staff_id: StaffId) -> list[Draft]:
    """The person's parked drafts, newest first."""
    rows = await db.fetch(
        f"{_SELECT} WHERE staff_id = ? AND state = 'parked' ORDER BY touched_at DESC LIMIT 20",
        staff_id,
    )
    return [_draft(row) for row in rows]


async def list_fed(db: Reader, staff_id: StaffId, event_id: str) -> list[Draft]:
    """The person's drafts that are not done with and hold words of this event's message."""
    rows = await db.fetch(
        f"{_SELECT} WHERE staff_id = ? AND state IN ('open', 'parked') AND sources LIKE ? ORDER BY touched_at",
        staff_id,
        f"%{event_id}%",
    )
    return [_draft(row) for row in rows]


async def _guarded(tx: Tx, sql: str, *params: object) -> int:
    """A person has one open draft: the unique index refuses a second."""
    try:
        return await tx.execute(sql, *params)
    except Conflict as conflict:
        raise Conflict("draft") from conflict


async def find_last_saved(db: Reader, staff_id: StaffId, since: datetime) -> Draft | None:
    """The customer's or ticket's form that the person saved last, if that was after `since`."""
    row = await db.fetch_one(
        f"{_SELECT} WHERE staff_id = ? AND state = 'saved' AND touched_at >= ? AND kind <> 'reminder' "
        "ORDER BY touched_at DESC LIMIT 1",
        staff_id,
        since,
    )
    return None if row is None else _draft(row)


async def save(tx: Tx, draft: Draft) -> None:
    """Write a draft that was read (or made, version 0) by this event.

    Conflict("draft") where the person's other app changed it in between, or opened another form.
    """
    data = json.dumps(dict(draft.data), ensure_ascii=False)
    sources = json.dumps(dict(draft.sources))
    if draft.version == 0:
        await _guarded(
            tx,
            "INSERT INTO forms (id, staff_id, kind, state, data, asking, record, record_version, outcome, sources, "
            "version, created_at, touched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
            draft.id,
            draft.staff_id,
            draft.kind,
            draft.state,
            data,
            draft.asking,
            draft.record,
            draft.record_version,
            draft.outcome,
            sources,
            draft.touched_at,
            draft.touched_at,
        )
        return
    touched = await _guarded(
        tx,
        "UPDATE forms SET state = ?, data = ?, asking = ?, record = ?, record_version = ?, outcome = ?, sources = ?, "
        "touched_at = ?, version = version + 1 WHERE id = ? AND version = ?",
        draft.state,
        data,
        draft.asking,
        draft.record,
        draft.record_version,
        draft.outcome,
        sources,
        draft.touched_at,
        draft.id,
        draft.version,
    )
    if not touched:
        raise Conflict("draft")


async def forget(tx: Tx, touched_before: datetime) -> int:
    """Drop drafts nobody touched since then, and what finished ones held."""
    return await tx.execute("DELETE FROM forms WHERE touched_at < ?", touched_before)
