"""The list of changes (DOMAIN.md section 2.4) of customers and tickets: who, when, which field,
from what to what.
"""

from collections.abc import Sequence

from domain.staff import StaffId
from domain.tickets.records import Change
from store.engine.database import Reader, Row, Tx


async def add(tx: Tx, record: str, changes: Sequence[Change]) -> None:
    """Append the changes that one save made to the record with this code or number."""
    await tx.execute_many(
        "INSERT INTO changes (record, version, changed_at, staff_id, field, old_value, new_value) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(record, c.version, c.at, c.by, c.field, c.old, c.new) for c in changes],
    )


def _change(row: Row) -> Change:
    by = None if row["staff_id"] is None else StaffId(row["staff_id"])
    return Change(
        row["changed_at"], by, row["field"], row["old_value"], row["new_value"], int(row["version"])
    )


async def list_changes(db: Reader, record: str, after_version: int = 0) -> list[Change]:
    """The record's changes, oldest first; those after a version where one is given."""
    rows = await db.fetch(
        "SELECT changed_at, staff_id, field, old_value, new_value, version FROM changes "
        "WHERE record = ? AND version > ? ORDER BY id",
        record,
        after_version,
    )
    return [_change(row) for row in rows]
