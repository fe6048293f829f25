"""The list of changes (DOMAIN.md section 2.4) of customers and tickets: who, when, which field,
from what to what.
"""

from collections.abc import Sequence

from domain.tickets.records import Change
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx, insert

_CHANGES = RecordColumns(
    Change,
    at="changed_at",
    by="staff_id",
    old="old_value",
    new="new_value",
)


async def add(tx: Tx, record: str, changes: Sequence[Change]) -> None:
    """Append the changes that one save made to the record with this code or number."""
    await insert(
        tx,
        "changes",
        ("record", *_CHANGES.names),
        [(record, *_CHANGES.values(change)) for change in changes],
    )


async def list_changes(db: Reader, record: str, after_version: int = 0) -> list[Change]:
    """The record's changes, oldest first; those after a version where one is given."""
    rows = await db.fetch(
        f"SELECT {_CHANGES.listed} FROM changes WHERE record = ? AND version > ? ORDER BY id",
        record,
        after_version,
    )
    return [_CHANGES.of(row) for row in rows]
