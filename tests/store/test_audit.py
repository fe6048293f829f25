"""The audit log keeps who did what to which record, newest first."""

from datetime import UTC, datetime

from domain.staff import StaffId
from store import audit
from store.audit import AuditEntry
from store.database import Database

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)


async def test_entries_come_back_newest_first_of_all_or_of_one_record(db: Database, officer: StaffId) -> None:
    entries = [
        AuditEntry(NOW, officer, "customer.read", "C1", "telegram", "e1"),
        AuditEntry(NOW, None, "tick.run", "", "", ""),
        AuditEntry(NOW, officer, "customer.update", "C1", "line", "e2"),
        AuditEntry(NOW, officer, "customer.read", "C10", "line", "e3"),
    ]
    await db.write(lambda tx: audit.add(tx, entries[:2]))
    await db.write(lambda tx: audit.add(tx, entries[2:]))
    await db.write(lambda tx: audit.add(tx, []))

    assert await audit.list_latest(db, 10) == entries[::-1]
    assert await audit.list_latest(db, 2) == [entries[3], entries[2]]
    assert await audit.list_latest(db, 10, record="C1") == [entries[2], entries[0]]
