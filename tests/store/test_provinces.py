"""Provincial numbers of users: the last report of a month counts, undated ones stand in no sum."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.staff import StaffId
from domain.tickets.records import Ticket, TicketNo
from store.engine.database import Database
from store.tickets import provinces
from store.tickets import records as tickets
from store.tickets.provinces import ProvinceReport

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


async def test_the_last_report_of_a_month_counts(db: Database, officer: StaffId):
    first = Ticket(TicketNo("R1"), "email", "mail.provincial_users", "", NOW, NOW, officer, officer)
    october = replace(first, province="กระบี่", user_count=1600, counted_on=OCTOBER)
    later = replace(
        october, no=TicketNo("R2"), user_count=1650, recorded_at=NOW + timedelta(hours=1)
    )
    other = replace(october, no=TicketNo("R3"), province="ตาก", user_count=0)
    november = replace(october, no=TicketNo("R4"), counted_on=NOVEMBER, user_count=5)
    undated = replace(october, no=TicketNo("R5"), counted_on=None)
    await db.write(lambda tx: tickets.add_tickets(tx, [later, october, other, november, undated]))
    found = await provinces.list_reports(db, OCTOBER, NOVEMBER)
    assert found == [
        ProvinceReport("กระบี่", OCTOBER, 1650, "R2"),
        ProvinceReport("ตาก", OCTOBER, 0, "R3"),
    ]
    assert len(await provinces.list_reports(db, OCTOBER, date(2026, 12, 1))) == 3
    assert await provinces.count_undated(db) == 1
