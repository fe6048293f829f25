"""The audit log: every read and change of personal data, and of who may see it."""

from dataclasses import dataclass
from datetime import datetime

from domain.staff import StaffId
from store.engine.database import Database, Reader, Tx

_OPENED = (
    *(
        "ticket.read",
        "ticket.created",
        "ticket.changed",
        "ticket.reopened",
        "ticket.restored",
        "ticket.taken",
    ),
    *("customer.read", "customer.created", "customer.changed", "customer.history", "request.read"),
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


async def add(tx: Tx, entries: list[AuditEntry]) -> None:
    """Append entries."""
    await tx.execute_many(
        "INSERT INTO audit (occurred_at, staff_id, action, record, platform, event_id) VALUES (?, ?, ?, ?, ?, ?)",
        [(e.at, e.staff_id, e.action, e.record, e.platform, e.event_id) for e in entries],
    )


async def list_latest(db: Database, limit: int, record: str = "") -> list[AuditEntry]:
    """The newest entries, of one record where it is named."""
    where, params = ("WHERE record = ?", (record,)) if record else ("", ())
    rows = await db.fetch(
        "SELECT occurred_at, staff_id, action, record, platform, event_id "
        f"FROM audit {where} ORDER BY id DESC LIMIT {int(limit)}",
        *params,
    )
    return [
        AuditEntry(
            r["occurred_at"],
            None if r["staff_id"] is None else StaffId(r["staff_id"]),
            r["action"],
            r["record"],
            r["platform"],
            r["event_id"],
        )
        for r in rows
    ]


async def find_latest_record(db: Reader, staff_id: StaffId, since: datetime) -> str:
    """The ticket or customer that a person opened or saved last, if that was after `since`; "" for
    none.
    """
    marks = ", ".join("?" for _action in _OPENED)
    row = await db.fetch_one(
        f"SELECT record FROM audit WHERE id > (SELECT max(id) FROM audit) - {_RECENT} AND staff_id = ? "
        f"AND occurred_at >= ? AND action IN ({marks}) ORDER BY id DESC LIMIT 1",
        staff_id,
        since,
        *_OPENED,
    )
    return row["record"] if row else ""
