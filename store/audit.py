"""The audit log: every read and change of personal data, and of who may see it."""

from dataclasses import dataclass
from datetime import datetime

from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, insert, is_one_of

_OPENED = (
    "ticket.read",
    "ticket.created",
    "ticket.changed",
    "ticket.reopened",
    "ticket.restored",
    "ticket.taken",
    "customer.read",
    "customer.created",
    "customer.changed",
    "customer.history",
    "request.read",
)
"""What says that somebody has a record before them; a line of a list does not."""
_RECENT = 2000
"""Entries of everybody that are looked through for one person's last."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`action` is noun.verb ("customer.read"); `record` is a code or number, never a name or a
    telephone.
    """

    at: datetime
    staff_id: StaffId | None
    action: str
    record: str
    platform: str
    event_id: str


_ENTRIES = RecordColumns(AuditEntry, at="occurred_at")


async def add(tx: Tx, entries: list[AuditEntry]) -> None:
    """Append entries."""
    await insert(tx, "audit", _ENTRIES.names, map(_ENTRIES.values, entries))


async def list_latest(db: Database, limit: int, record: str = "") -> list[AuditEntry]:
    """The newest entries, of one record where it is named."""
    where = ""
    params: list[str] = []
    if record:
        where = "WHERE record = ?"
        params = [record]
    rows = await db.fetch(
        f"SELECT {_ENTRIES.listed} FROM audit {where} ORDER BY id DESC LIMIT {int(limit)}",
        *params,
    )
    return [_ENTRIES.of(row) for row in rows]


async def find_latest_record(db: Reader, staff_id: StaffId, since: datetime) -> str:
    """The ticket or customer that a person opened or saved last, if that was after `since`; "" for
    none.
    """
    row = await db.fetch_one(
        f"SELECT record FROM audit WHERE id > (SELECT max(id) FROM audit) - {_RECENT} "
        f"AND staff_id = ? AND occurred_at >= ? AND {is_one_of('action', _OPENED)} "
        "ORDER BY id DESC LIMIT 1",
        staff_id,
        since,
        *_OPENED,
    )
    return row["record"] if row else ""
