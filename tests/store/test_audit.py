"""The audit log keeps who did what to which record, newest first."""

from datetime import UTC, datetime, timedelta

from domain.staff import Role, StaffId
from store import audit
from store.audit import AuditEntry
from store.engine.database import MOST_AT_ONCE, Database
from store.staff import add_staff

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)


async def test_entries_come_back_newest_first_of_all_or_of_one_record(
    db: Database, officer: StaffId
) -> None:
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
    assert await audit.list_latest(db, 10, audit.AuditQuestion(record="C1")) == [
        entries[2],
        entries[0],
    ]


async def test_more_entries_than_one_statement_writes_are_all_kept_in_order(
    db: Database, officer: StaffId
) -> None:
    entries = [
        AuditEntry(NOW, officer, "customer.read", f"C{number}", "telegram", "e1")
        for number in range(2 * MOST_AT_ONCE + 1)
    ]
    await db.write(lambda tx: audit.add(tx, entries))

    assert await audit.list_latest(db, 100) == entries[::-1]


async def test_what_a_person_opened_last_is_neither_a_line_of_a_list_nor_a_colleagues(
    db: Database, officer: StaffId
) -> None:
    other = await db.write(lambda tx: add_staff(tx, "มาลี", Role.OFFICER, NOW))
    assert await audit.find_latest_record(db, officer, NOW) == ""
    entries = [
        AuditEntry(NOW, officer, "ticket.created", "R2611000124", "telegram", "e1"),
        AuditEntry(NOW, officer, "ticket.listed", "R2611000125", "telegram", "e2"),
        AuditEntry(NOW, other, "ticket.read", "R2611000126", "telegram", "e3"),
        AuditEntry(NOW, None, "ticket.changed", "R2611000127", "", ""),
    ]
    await db.write(lambda tx: audit.add(tx, entries))

    assert await audit.find_latest_record(db, officer, NOW) == "R2611000124"
    assert await audit.find_latest_record(db, officer, NOW + timedelta(seconds=1)) == ""
    await db.write(
        lambda tx: audit.add(
            tx, [AuditEntry(NOW, officer, "customer.read", "C1", "telegram", "e4")]
        )
    )
    assert await audit.find_latest_record(db, officer, NOW) == "C1"
