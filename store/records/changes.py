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
        [
            (
                record,
                change.version,
                change.at,
                change.by,
                change.field,
                change.old,
                change.new,
            )
            for change in changes
        ],
    )


def _change(row: Row) -> Change:
    by = row["staff_id"]
    if by is not None:
        by = StaffId(by)
    return Change(
        at=row["changed_at"],
        by=by,
        field=row["field"],
        old=row["old_value"],
        new=row["new_value"],
        version=int(row["version"]),
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
