"""Merges of customers are written here, and taken back, with everything that belongs to the two
records.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from domain.customers.merging import Merge, Union, Unmerged, is_tied
from domain.customers.records import Customer
from domain.errors import Conflict
from domain.staff import StaffId
from domain.tickets.records import Change
from store.customers import duplicates, revisions
from store.customers.records import get_record, hold, update_customer, write_derived
from store.engine.database import Reader, Row, Tx, count
from store.engine.rows import column
from store.owed import requests
from store.records import changes
from store.tickets.records import get_tickets

MOVABLE: Mapping[str, tuple[str, str, type[str | int]]] = {
    "ticket": ("tickets", "no", str),
    "request": ("requests", "id", int),
}
"""What follows its customer: kind -> table, key and its type; each table has a column
customer_code.
"""


@dataclass(frozen=True, slots=True)
class StoredMerge:
    """A merge as it was written; `undone_at` when it was taken back."""

    id: str
    merge: Merge
    merged_at: datetime
    merged_by: StaffId | None
    undone_at: datetime | None


def _stored(row: Row) -> StoredMerge:
    merge = Merge(
        survivor=revisions.from_text(row["survivor_state"]),
        merged=revisions.from_text(row["merged_state"]),
        after=revisions.from_text(row["after_state"]),
        moved=tuple(json.loads(row["moved_contacts"])),
    )
    return StoredMerge(
        id=row["id"],
        merge=merge,
        merged_at=row["merged_at"],
        merged_by=row["merged_by"],
        undone_at=row["undone_at"],
    )


async def find_merge(db: Reader, merge_id: str) -> StoredMerge | None:
    """One merge, standing or taken back."""
    row = await db.fetch_one("SELECT * FROM merges WHERE id = ?", merge_id)
    if row is None:
        return None
    return _stored(row)


async def find_standing(db: Reader, merged: str) -> StoredMerge | None:
    """The merge that ended this code."""
    row = await db.fetch_one("SELECT * FROM merges WHERE merged = ? AND undone_at IS NULL", merged)
    if row is None:
        return None
    return _stored(row)


async def list_standing(db: Reader, survivor: str) -> list[StoredMerge]:
    """The merges into this very code that stand, the latest first."""
    rows = await db.fetch(
        "SELECT * FROM merges WHERE survivor = ? AND undone_at IS NULL ORDER BY merged_at DESC, id",
        survivor,
    )
    return [_stored(row) for row in rows]


async def find_tied(db: Reader, stored: StoredMerge) -> StoredMerge | None:
    """A later merge into the same survivor that has to be taken back first, since both brought one
    contact.
    """
    merge = stored.merge
    for other in await list_standing(db, merge.survivor.code):
        later = other.merge.after.version > merge.after.version
        if later and is_tied(merge, other.merge):
            return other
    return None


async def has_others_since(db: Reader, stored: StoredMerge) -> bool:
    """Whether the survivor has had another merge, or one taken back, since: what it was before is
    no way back then.
    """
    after = stored.merge.after
    lines = await changes.list_changes(db, after.code, after.version)
    return any(line.field == "merged" for line in lines)


async def list_moved(db: Reader, merge_id: str, kind: str) -> list[str]:
    """The records of a kind that a merge took over."""
    rows = await db.fetch(
        "SELECT record FROM merge_moves WHERE merge_id = ? AND kind = ? ORDER BY record",
        merge_id,
        kind,
    )
    return column(rows, "record")


async def count_by_customer(db: Reader, kind: str, code: str) -> int:
    """How many records of a kind name this very code."""
    table, _key, _type = MOVABLE[kind]
    return await count(db, f"SELECT count(*) AS n FROM {table} WHERE customer_code = ?", code)


async def merge(
    tx: Tx,
    survivor: Customer,
    merged: Customer,
    union: Union,
    by: StaffId,
    now: datetime,
    merge_id: str = "",
) -> None:
    """Merge `merged` into the survivor, who becomes `union`; all that was its own goes over.

    Both as read; Conflict("changed") where either has moved on, or was merged by now.
    """
    merge_id = merge_id or uuid4().hex
    # First of all, so that whatever is saved of either meanwhile waits, or is met here.
    await hold(tx, (survivor.code, merged.code), alone=True)
    await _post(tx, merged, survivor, by, now)
    await tx.execute_many(
        "UPDATE contacts SET customer_code = ?, main = 0 WHERE id = ?",
        [(survivor.code, one) for one in union.moved],
    )
    # A contact who went over is found at the survivor alone.
    await write_derived(tx, [await get_record(tx, merged.code)])
    await update_customer(tx, survivor, union.customer, by, now)
    line = Change(
        now,
        by,
        "merged",
        "",
        merged.code,
        survivor.version + 1,
    )
    await changes.add(tx, survivor.code, [line])
    after = await get_record(tx, survivor.code)
    await _insert(
        tx,
        merge_id,
        Merge(survivor, merged, after, union.moved),
        by,
        now,
    )
    for kind in MOVABLE:
        records = await _take_down(tx, merge_id, kind, merged.code)
        await _move(
            tx,
            kind,
            merged.code,
            survivor.code,
            by,
            now,
            records,
        )
    await tx.execute(
        "UPDATE duplicates SET state = 'merged', decided_at = ?, decided_by = ? "
        "WHERE one = ? AND other = ?",
        now,
        by,
        *sorted((survivor.code, merged.code)),
    )
    await duplicates.hand_on(tx, merged.code, survivor.code, now)


async def _insert(
    tx: Tx,
    merge_id: str,
    merge: Merge,
    by: StaffId,
    now: datetime,
) -> None:
    await tx.execute(
        "INSERT INTO merges (id, survivor, merged, survivor_state, merged_state, after_state, "
        "moved_contacts, merged_at, merged_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        merge_id,
        merge.survivor.code,
        merge.merged.code,
        revisions.to_text(merge.survivor),
        revisions.to_text(merge.merged),
        revisions.to_text(merge.after),
        json.dumps(merge.moved),
        now,
        by,
    )


async def _take_down(
    tx: Tx,
    merge_id: str,
    kind: str,
    code: str,
) -> list[str]:
    """Write down which records of a kind the merge takes over, so that it can be taken back."""
    table, key, _type = MOVABLE[kind]
    rows = await tx.fetch(f"SELECT {key} AS record FROM {table} WHERE customer_code = ?", code)
    records = [str(row["record"]) for row in rows]
    await tx.execute_many(
        "INSERT INTO merge_moves (merge_id, kind, record) VALUES (?, ?, ?)",
        [(merge_id, kind, record) for record in records],
    )
    return records


async def _post(
    tx: Tx,
    merged: Customer,
    survivor: Customer,
    by: StaffId,
    now: datetime,
) -> None:
    """The merged record itself: nothing of the record is lost, its keys lead to the survivor."""
    touched = await tx.execute(
        "UPDATE customers SET merged_into = ?, version = version + 1, updated_at = ? "
        "WHERE code = ? AND version = ? AND merged_into IS NULL AND code <> ?",
        survivor.code,
        now,
        merged.code,
        merged.version,
        survivor.code,
    )
    if not touched:
        raise Conflict("changed", record=merged.code)
    line = Change(
        now,
        by,
        "merged_into",
        "",
        survivor.code,
        merged.version + 1,
    )
    await changes.add(tx, merged.code, [line])


async def _move(
    tx: Tx,
    kind: str,
    old: str,
    new: str,
    by: StaffId,
    now: datetime,
    some: Sequence[str],
) -> None:
    """These records of a kind from one code to another, where they are still there."""
    table, key, of = MOVABLE[kind]
    await tx.execute_many(
        f"UPDATE {table} SET customer_code = ? WHERE {key} = ? AND customer_code = ?",
        [(new, of(record), old) for record in some],
    )
    if kind == "request":
        await requests.note_moved(
            tx,
            [int(record) for record in some],
            old,
            new,
            by,
            now,
        )
    if kind == "ticket":
        await _note_moved_tickets(tx, old, new, by, now, some)


async def _note_moved_tickets(
    tx: Tx,
    old: str,
    new: str,
    by: StaffId,
    now: datetime,
    some: Sequence[str],
) -> None:
    for no, ticket in (await get_tickets(tx, some)).items():
        if ticket.customer == new:
            line = Change(now, by, "customer_code", old, new, ticket.version)
            await changes.add(tx, no, [line])


async def unmerge(
    tx: Tx,
    stored: StoredMerge,
    now_survivor: Customer,
    parted: Unmerged,
    by: StaffId,
    now: datetime,
) -> None:
    """Take a merge back: both records as `parted` says, and what went over goes back where it is
    still there.

    Conflict("changed") where the survivor has moved on from `now_survivor` or the merge was taken
    back already."""
    survivor = parted.survivor
    merged = parted.merged
    await hold(tx, (survivor.code, merged.code), alone=True)
    undone = await tx.execute(
        "UPDATE merges SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL",
        now,
        by,
        stored.id,
    )
    if not undone:
        raise Conflict("changed", record=survivor.code)
    await tx.execute_many(
        "UPDATE contacts SET customer_code = ? WHERE id = ?",
        [(merged.code, one) for one in stored.merge.moved],
    )
    await update_customer(tx, now_survivor, survivor, by, now)
    await tx.execute(
        "UPDATE customers SET merged_into = NULL, updated_at = ? WHERE code = ?", now, merged.code
    )
    # Its version went on with the merge; its fields go back to what they were before it.
    stood = await get_record(tx, merged.code)
    await update_customer(
        tx,
        stood,
        replace(merged, version=stood.version),
        by,
        now,
    )
    for kind in MOVABLE:
        records = await list_moved(tx, stored.id, kind)
        await _move(
            tx,
            kind,
            survivor.code,
            merged.code,
            by,
            now,
            records,
        )
    of_merged = Change(
        now,
        by,
        "merged_into",
        survivor.code,
        "",
        stood.version + 1,
    )
    await changes.add(tx, merged.code, [of_merged])
    of_survivor = Change(
        now,
        by,
        "merged",
        merged.code,
        "",
        now_survivor.version + 1,
    )
    await changes.add(tx, survivor.code, [of_survivor])
    await tx.execute(
        "UPDATE duplicates SET state = 'proposed', decided_at = NULL, decided_by = NULL "
        "WHERE one = ? AND other = ?",
        *sorted((survivor.code, merged.code)),
    )
