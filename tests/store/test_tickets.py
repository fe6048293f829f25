"""Tickets keep every field exactly, guard their versions and remember each change."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.records import Contact, Customer, CustomerCode
from domain.errors import Conflict, NotFound
from domain.staff import Role, StaffId
from domain.tickets.fields import TICKET
from domain.tickets.records import Complexity, Mood, Pause, Status, Ticket, TicketNo, Urgency
from store.customers.records import add_customer, get_customer
from store.engine.database import Database, Tx
from store.records.changes import list_changes
from store.staff import add_staff
from store.tickets import records as tickets

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
BANGKOK = timezone(timedelta(hours=7))
RUNNING = count(1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.sampled_from(
    [
        "น้ำใจ ก็ ปู่",
        "👩‍👩‍👧‍👦 ❤️",
        "'; DROP TABLE tickets; --",
        '"',
        "\\n",
        "%_!",
        "a\nb\tc",
        "$1 ?",
        "\u200b",
    ]
)
SPAN = (datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"))
TIMES = st.datetimes(*SPAN, timezones=st.just(BANGKOK))


SAMPLES = {
    "text": "ข้อความ",
    "long_text": "ข้อความ\nยาว",
    "email": "nok@example.ac.th",
    "number": 12,
    "money": Decimal("1.50"),
    "day": date(2020, 2, 19),
    "month": date(2020, 2, 1),
    "choice": "high",
}


@pytest.fixture
async def full(db: Database, officer: StaffId) -> Ticket:
    """A ticket in which no field has its default value, with a customer and contact that exist."""
    malee = await db.write(lambda tx: add_staff(tx, "มาลี", Role.SUPERVISOR, NOW))
    customer = Customer(CustomerCode("C81554"), "นก", contacts=(Contact("สมชาย"),))
    await db.write(lambda tx: add_customer(tx, customer, NOW))
    contact = (await get_customer(db, "C81554")).contacts[0]
    ticket = Ticket(
        no=TicketNo("R2002590795"),
        channel="letter",
        subject="7.4",
        details='ขอข้อมูล "แรงงาน" 50%\nปี \'63 👍',
        created_at=datetime(2020, 2, 19, 8, 30, 0, 1, tzinfo=BANGKOK),
        recorded_at=NOW,
        recorded_by=officer,
        assignee=malee,
        customer=CustomerCode("C81554"),
        contact_id=contact.id,
        reply_email="nok@example.ac.th",
        urgency=Urgency.URGENT,
        mood=Mood.ANGRY,
        complexity=Complexity.EXCEPTIONAL,
        status=Status.CLOSED,
        projects=('สำมะโน, "ประชากร" 100%', "a\\b;c|d", "'--", "ICT ❤️"),
        data_years="2560-2563",
        result="ส่งแล้ว",
        letter_no="ดศ 0504/513",
        letter_on=date(2020, 2, 19),
        contract_no="81/2563",
        contract_on=date(2020, 3, 1),
        price=Decimal("1234567.05"),
        receipt_no="12/34",
        receipt_on=date(2020, 2, 29),
        purpose="วิทยานิพนธ์",
        agency="ธนาคารแห่งประเทศไทย",
        link="https://example.com/?a=1&b=%E0",
        remarks="ติดต่อยาก",
        province="กระบี่",
        user_count=1600,
        counted_on=date(2026, 10, 1),
        unknown=frozenset({"purpose", "mood"}),
        closed_at=NOW + timedelta(microseconds=1),
        pauses=(
            Pause(NOW - timedelta(days=2), NOW - timedelta(hours=1, microseconds=3)),
            Pause(NOW - timedelta(minutes=9), NOW - timedelta(minutes=8), closed=True),
            Pause(NOW - timedelta(minutes=5)),
        ),
        void_reason="บันทึกซ้ำ",
        version=7,
    )
    # A field of later days is filled by its type.
    later = [row for row in TICKET.rows.values() if TICKET.is_default(ticket, row.name)]
    filled = {row.attribute: SAMPLES[row.type] for row in later if not row.apart}
    return replace(ticket, **filled)


def plain(no: str, by: StaffId, **changed: object) -> Ticket:
    ticket = Ticket(TicketNo(no), "phone", "1.1", "ถามรายได้", NOW, NOW, by, by)
    return replace(ticket, **changed)


async def add(db: Database, *added: Ticket) -> None:
    for ticket in added:
        await db.write(lambda tx, ticket=ticket: tickets.add_ticket(tx, ticket))


async def test_every_field_of_a_ticket_comes_back(db: Database, full: Ticket) -> None:
    await add(db, full)

    got = await tickets.get_ticket(db, full.no)

    assert [
        field.name for field in fields(Ticket) if getattr(full, field.name) == field.default
    ] == ["unsent_at"]
    assert got == full
    assert got.created_at.utcoffset() == timedelta(0)
    assert str(got.price) == "1234567.05"


async def test_a_bare_ticket_comes_back_without_invented_values(db: Database) -> None:
    bare = Ticket(TicketNo("R2611000001"), "email", "", "", NOW, NOW, None, None, status=Status.NEW)

    await add(db, bare)

    assert await tickets.get_ticket(db, bare.no) == bare


@pytest.mark.parametrize(
    ("price", "kept"),
    [
        ("0", "0.00"),
        ("1500", "1500.00"),
        ("0.1", "0.10"),
        ("1E+3", "1000.00"),
        ("999999999999.99", "999999999999.99"),
    ],
)
async def test_a_price_is_kept_in_baht_and_satang(
    db: Database, officer: StaffId, price: str, kept: str
) -> None:
    await add(db, plain("R2611000001", officer, price=Decimal(price)))

    assert str((await tickets.get_ticket(db, "R2611000001")).price) == kept


@given(
    texts=st.lists(TEXT, min_size=11, max_size=11),
    at=TIMES,
    price=st.decimals(0, 10**9, places=2) | st.none(),
)
async def test_any_text_time_and_price_come_back_as_written(
    db: Database, texts: list[str], at: datetime, price: Decimal | None
) -> None:
    names = "details result reply_email data_years letter_no contract_no receipt_no purpose agency link remarks"
    blank = Ticket(
        TicketNo(f"R26{next(RUNNING):08d}"), "phone", "1.1", "", at, at, None, None, price=price
    )
    ticket = replace(
        blank, closed_at=at, letter_on=at.date(), **dict(zip(names.split(), texts, strict=True))
    )

    await add(db, ticket)

    assert await tickets.get_ticket(db, ticket.no) == ticket


async def test_a_taken_number_is_refused(db: Database, officer: StaffId) -> None:
    await add(db, plain("R2611000001", officer))

    with pytest.raises(Conflict) as refused:
        await add(db, plain("R2611000001", officer, details="อีกใบ"))

    assert refused.value.code == "exists"
    assert (await tickets.get_ticket(db, "R2611000001")).details == "ถามรายได้"


async def test_an_unknown_number_is_not_found(db: Database) -> None:
    assert await tickets.find_ticket(db, "R2611999999") is None
    with pytest.raises(NotFound) as missing:
        await tickets.get_ticket(db, "R2611999999")
    assert (missing.value.code, missing.value.params) == ("ticket", {"no": "R2611999999"})


async def test_a_ticket_of_nobody_known_is_a_bug_and_not_kept(
    db: Database, officer: StaffId
) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await add(db, plain("R2611000001", officer, customer=CustomerCode("C404")))
    assert await tickets.find_ticket(db, "R2611000001") is None


async def test_the_first_status_and_every_change_stand_in_the_history(
    db: Database, full: Ticket
) -> None:
    old = replace(full, version=1, status=Status.OPEN, closed_at=None, price=None)
    await add(db, old)
    new = replace(
        old, status=Status.CLOSED, closed_at=NOW, price=Decimal("20"), letter_on=None, projects=()
    )
    malee = old.assignee
    assert malee is not None

    await db.write(lambda tx: tickets.update_ticket(tx, old, new, malee, NOW + timedelta(hours=1)))

    listed = await list_changes(db, full.no)
    assert [(c.field, c.old, c.new, c.version) for c in listed] == [
        ("status", "", "open", 1),
        ("status", "open", "closed", 2),
        ("projects", "\n".join(full.projects), "", 2),
        ("letter_on", "2020-02-19", "", 2),
        ("price", "", "20.00", 2),
        ("closed_at", "", NOW.isoformat(), 2),
    ]
    assert [(c.at, c.by) for c in listed[:2]] == [
        (NOW, full.recorded_by),
        (NOW + timedelta(hours=1), malee),
    ]
    assert await tickets.get_ticket(db, full.no) == replace(new, version=2)


async def test_saving_what_was_read_lists_no_change(
    db: Database, full: Ticket, officer: StaffId
) -> None:
    await add(db, replace(full, version=1))
    got = await tickets.get_ticket(db, full.no)

    await db.write(
        lambda tx: tickets.update_ticket(tx, got, replace(full, version=1), officer, NOW)
    )

    assert [change.version for change in await list_changes(db, full.no)] == [1]
    assert (await tickets.get_ticket(db, full.no)).version == 2


async def test_an_update_of_a_ticket_that_moved_on_is_refused_whole(
    db: Database, officer: StaffId
) -> None:
    old = plain("R2611000001", officer)
    await add(db, old)
    await db.write(
        lambda tx: tickets.update_ticket(tx, old, replace(old, result="เร็วกว่า"), officer, NOW)
    )

    with pytest.raises(Conflict) as refused:
        await db.write(
            lambda tx: tickets.update_ticket(tx, old, replace(old, details="ช้าไป"), officer, NOW)
        )

    assert (refused.value.code, refused.value.params) == ("changed", {"record": "R2611000001"})
    got = await tickets.get_ticket(db, old.no)
    assert (got.details, got.result, got.version) == ("ถามรายได้", "เร็วกว่า", 2)
    assert [change.field for change in await list_changes(db, old.no)] == ["status", "result"]


async def test_the_contact_history_is_newest_first_and_paged(
    db: Database, full: Ticket, officer: StaffId
) -> None:
    code = full.customer
    await add(
        db,
        plain("R2611000001", officer, customer=code, created_at=NOW - timedelta(days=2)),
        plain("R2611000002", officer, customer=code, created_at=NOW),
        plain("R2611000003", officer, customer=code, created_at=NOW),
        plain("R2611000004", officer),
    )

    newest = await tickets.list_by_customer(db, "C81554", limit=2)
    older = await tickets.list_by_customer(db, "C81554", limit=2, offset=2)

    assert [t.no for t in newest] == ["R2611000003", "R2611000002"]
    assert [t.no for t in older] == ["R2611000001"]
    assert await tickets.count_by_customer(db, "C81554") == 3
    assert await tickets.count_by_customer(db, "C404") == 0


async def test_a_contracts_tickets_are_listed_oldest_first(db: Database, officer: StaffId) -> None:
    await add(
        db,
        plain("R2611000002", officer, contract_no="81/2563"),
        plain("R2611000001", officer, contract_no="81/2563", created_at=NOW - timedelta(days=1)),
        plain("R2611000003", officer, contract_no="8/2563"),
        plain("R2611000004", officer),
    )

    assert [t.no for t in await tickets.list_by_contract(db, "81/2563")] == [
        "R2611000001",
        "R2611000002",
    ]
    assert await tickets.list_by_contract(db, "") == []


async def test_habits_are_what_the_officer_recorded_last(
    db: Database, full: Ticket, officer: StaffId
) -> None:
    other = full.assignee
    await add(
        db,
        plain("R2611000001", officer, recorded_at=NOW - timedelta(hours=2), channel="email"),
        plain("R2611000002", officer, recorded_at=NOW - timedelta(hours=1), subject="6.1"),
        plain("R2611000003", officer, recorded_by=other),
    )

    assert await tickets.list_habits(db, officer) == [
        tickets.Habit("phone", "6.1"),
        tickets.Habit("email", "1.1"),
    ]
    assert await tickets.list_habits(db, officer, limit=1) == [tickets.Habit("phone", "6.1")]


async def test_unfinished_tickets_of_everybody_are_listed_and_counted(
    db: Database, officer: StaffId
) -> None:
    other = await db.write(lambda tx: add_staff(tx, "มาลี", Role.OFFICER, NOW))
    one, two, done = (
        plain("R2611000001", officer),
        plain("R2611000002", other),
        plain("R2611000003", officer),
    )
    nobodys = plain("R2611000004", officer, assignee=None, status=Status.NEW)
    await add(db, two, one, replace(done, status=Status.CLOSED, closed_at=NOW), nobodys)
    assert [ticket.no for ticket in await tickets.list_all_unfinished(db)] == [
        one.no,
        two.no,
        nobodys.no,
    ]
    assert await tickets.count_unfinished(db) == {officer: 1, other: 1}


async def uses(db: Database) -> list[tuple[object, ...]]:
    rows = await db.fetch(
        "SELECT ticket_no, project, from_on, to_on FROM ticket_data ORDER BY ticket_no, project, from_on"
    )
    return [tuple(row.values()) for row in rows]


async def test_projects_and_years_are_kept_one_by_one_for_reports(
    db: Database, officer: StaffId
) -> None:
    one = plain(
        "R2611000001", officer, projects=("สรง", "HWS"), data_years="2562Q2\nHWS: 2559-2560"
    )
    two = plain("R2611000002", officer, projects=("SES",), data_years="ล่าสุด")
    three = plain("R2611000003", officer, data_years="2563M2")
    await add(db, one, two, three)
    assert await uses(db) == [
        ("R2611000001", "HWS", date(2016, 1, 1), date(2017, 12, 31)),
        ("R2611000001", "สรง", date(2019, 4, 1), date(2019, 6, 30)),
        ("R2611000002", "SES", None, None),
        ("R2611000003", "", date(2020, 2, 1), date(2020, 2, 29)),
    ]


async def test_changed_projects_change_what_reports_count(db: Database, officer: StaffId) -> None:
    old = plain("R2611000001", officer, projects=("SES",), data_years="2562")
    await add(db, old)
    new = replace(old, projects=("HWS",), data_years="")
    await db.write(lambda tx: tickets.update_ticket(tx, old, new, officer, NOW))
    assert await uses(db) == [("R2611000001", "HWS", None, None)]
    gone = replace(new, version=2, projects=())
    await db.write(
        lambda tx: tickets.update_ticket(tx, replace(new, version=2), gone, officer, NOW)
    )
    assert await uses(db) == []


async def test_tickets_that_name_a_receipt_are_found(db: Database, officer: StaffId) -> None:
    await add(
        db,
        *(
            plain(f"R261100000{n}", officer, receipt_no="12/345" if n < 4 else "")
            for n in range(1, 6)
        ),
    )
    assert await tickets.list_by_receipt(db, "12/345", but="R2611000002") == [
        "R2611000003",
        "R2611000001",
    ]
    assert await tickets.list_by_receipt(db, "") == []


async def test_to_whom_an_officer_gave_work_lately(db: Database, officer: StaffId) -> None:
    malee = await db.write(lambda tx: add_staff(tx, "มาลี", Role.OFFICER, NOW))
    await add(
        db,
        plain("R2611000001", officer),
        plain("R2611000002", officer, assignee=malee, recorded_at=NOW + timedelta(1)),
    )
    await add(db, plain("R2611000003", malee))
    assert await tickets.list_assignees(db, officer) == [malee, officer]


async def test_a_customers_unfinished_tickets_are_neither_closed_nor_somebody_elses(
    db: Database, officer: StaffId, full: Ticket
) -> None:
    await db.write(lambda tx: add_customer(tx, Customer(CustomerCode("C2"), "นิด"), NOW))
    states = (Status.OPEN, Status.CLOSED, Status.NEW, Status.VOIDED)
    mine = [
        replace(
            full,
            no=TicketNo(f"R261100000{n}"),
            status=state,
            created_at=NOW - timedelta(days=n),
            contact_id=None,
        )
        for n, state in enumerate(states)
    ]
    others = replace(mine[0], no=TicketNo("R2611000009"), customer=CustomerCode("C2"))

    async def fill(tx: Tx) -> None:
        for each in (*mine, others):
            await tickets.add_ticket(tx, each)

    await db.write(fill)
    found = await tickets.list_unfinished_by_customer(db, "C81554")
    assert [each.no for each in found] == ["R2611000002", "R2611000000"]
    assert [each.no for each in await tickets.list_unfinished_by_customer(db, "C81554", 1)] == [
        "R2611000002"
    ]


async def test_that_its_message_was_taken_back_is_no_save(
    db: Database, full: Ticket, officer: StaffId
) -> None:
    await add(db, full)
    await db.write(lambda tx: tickets.note_unsent(tx, full.no, officer, NOW))
    marked = await tickets.get_ticket(db, full.no)
    assert marked == replace(full, unsent_at=NOW)
    changed = replace(marked, details="y")
    await db.write(lambda tx: tickets.update_ticket(tx, marked, changed, officer, NOW))
    await db.write(lambda tx: tickets.note_unsent(tx, full.no, officer, NOW))
    now = await tickets.get_ticket(db, full.no)
    assert (now.details, now.unsent_at, now.version) == ("y", NOW, full.version + 1)
    before = await tickets.find_before_last_change(db, now)
    assert before == replace(marked, version=now.version), (
        "the last save can be taken back, the mark cannot"
    )
    await db.write(lambda tx: tickets.note_unsent(tx, "R0", officer, NOW))
