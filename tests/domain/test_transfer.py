"""Rows to records and back: columns, cells, formulas, contacts, contradictions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration import load_configuration
from domain.customers import Address, Contact, Customer, CustomerCode, Gender
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tickets import Complexity, Mood, Pause, Status, Ticket, TicketNo, Urgency
from domain.transfer import Columns, Register, column_names, defuse, named_value, read_columns, read_names, undefuse
from domain.transfer_customers import customer_rows, merge_customer, parse_code, reaches, running_number
from domain.transfer_tickets import Desk, Labels, merge_ticket, parse_instant, ticket_row

CONFIGURATION = load_configuration()
NAMES = read_names(CONFIGURATION.catalogue)
TYPES = {one.code: one.name for one in CONFIGURATION.catalogue.customer_types.values()}
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
C1 = CustomerCode("C1")
NOK = Customer(
    C1,
    "นางสาวนก ใจดี",
    kind="student",
    gender=Gender.FEMALE,
    organisation="มหาวิทยาลัยเชียงใหม่",
    phone="+6653123456;ext=12",
    mobile="+66812345678",
    email="nok@example.com",
    note="=1+1",
    contacts=(Contact("สมชาย", "+6621417500", "+66898765432", "som@example.com", True, 5), Contact("สมหญิง", id=6)),
    addresses=(Address("บ้าน", True), Address("ที่ทำงาน")),
    version=3,
)
TICKET = Ticket(
    TicketNo("R2002590795"),
    "phone",
    "7.10",
    "ขอข้อมูล\nรายได้",
    datetime(2020, 2, 19, 3, 30, 12, 345, tzinfo=UTC),
    datetime(2020, 2, 19, 3, 31, tzinfo=UTC),
    StaffId(1),
    StaffId(2),
    customer=C1,
    contact_id=5,
    reply_email="nok@example.com",
    urgency=Urgency.HIGH,
    mood=Mood.HAPPY,
    complexity=Complexity.VERY_COMPLEX,
    status=Status.CLOSED,
    projects=(CONFIGURATION.projects[0].name, CONFIGURATION.projects[5].name),
    data_years="2559-2561",
    result="ส่งแล้ว",
    letter_no="ดศ 1/2",
    letter_on=date(2020, 2, 18),
    contract_no="81/2563",
    contract_on=date(2020, 2, 17),
    price=Decimal("1500.00"),
    receipt_no="12/34",
    receipt_on=date(2020, 2, 19),
    purpose="วิทยานิพนธ์",
    link="https://example.com",
    remarks="-",
    province="กระบี่",
    user_count=1600,
    counted_on=date(2020, 1, 1),
    unknown=frozenset({"agency"}),
    closed_at=datetime(2020, 2, 20, 3, 30, tzinfo=UTC),
    pauses=(
        Pause(datetime(2020, 2, 19, 4, 0, tzinfo=UTC), datetime(2020, 2, 19, 5, 0, 7, tzinfo=UTC)),
        Pause(datetime(2020, 2, 19, 6, 0, tzinfo=UTC), datetime(2020, 2, 19, 7, 0, tzinfo=UTC), closed=True),
    ),
    version=2,
)
DESK = Desk(
    NAMES,
    CONFIGURATION.projects,
    {"นก": StaffId(1), "ฝน": StaffId(2)},
    frozenset({"C1", "C2"}),
    {"C1": {"สมชาย": 5}},
    NOW,
)
LABELS = Labels(
    {one.code: one.name for one in CONFIGURATION.catalogue.channels.values()},
    {one.code: one.label for one in CONFIGURATION.catalogue.subjects.values()},
    {StaffId(1): "นก", StaffId(2): "ฝน"},
    {5: "สมชาย"},
)


def merged(old: Customer | None, *rows: dict[str, str]) -> Customer:
    return merge_customer(old, C1, rows, NAMES, TYPES)


def ticket(old: Ticket | None, **cells: str) -> Ticket:
    return merge_ticket(old, {"no": TICKET.no, **cells}, DESK, LABELS)


# Columns and cells.


def test_columns_are_known_in_any_order_case_and_language():
    columns = read_columns(Register.CUSTOMERS, ["เบอร์โทร", "CODE ", "Contact Name", "ชื่อ", "เลขบัตร", "line", "reason"])
    assert columns.places == {"phone": 0, "code": 1, "contact_name": 2, "name": 3}
    assert columns.unknown == ("เลขบัตร",)


@pytest.mark.parametrize(
    ("register", "header", "code"),
    [
        (Register.CUSTOMERS, ["phone", "email"], "file_header"),
        (Register.TICKETS, ["subject", "details"], "file_header"),
        (Register.CUSTOMERS, ["name", "phone", "เบอร์โทร"], "file_twice"),
    ],
)
def test_headings_that_cannot_be_taken(register, header, code):
    with pytest.raises(InvalidInput) as error:
        read_columns(register, header)
    assert error.value.code == code


def test_every_column_of_the_outside_interface_is_known():
    wanted = (
        "code,name,type,gender,organisation,address,phone,mobile,email,contact_name,contact_phone,contact_email,note"
    )
    assert set(wanted.split(",")) <= set(column_names(Register.CUSTOMERS))


def test_a_row_that_is_wider_than_the_heading_is_refused():
    columns = Columns({"name": 0}, (), 1)
    assert columns.cells([" ก ", "", " "]) == {"name": "ก"}
    with pytest.raises(InvalidInput):
        columns.cells(["ก", "ข"])


@pytest.mark.parametrize("text", ["=1+1", "+66812345678", "-5", "@x", "\tx", "\rx", "＝1"])
def test_no_cell_begins_as_a_formula(text):
    assert defuse(text) == f"'{text}"


@given(st.text(st.sampled_from("'=+-@\t\rก1＝")))
def test_defusing_is_taken_back_exactly(text):
    assert undefuse(defuse(text)) == text


def test_ordinary_texts_are_not_touched():
    assert [defuse(text) for text in ("ก=1", "'ก", "081-234-5678", "")] == ["ก=1", "'ก", "081-234-5678", ""]


def test_named_values_are_known_in_both_languages():
    assert [named_value("gender", text) for text in ("หญิง", "Female", "อื่นๆ")] == ["female", "female", "other"]
    with pytest.raises(InvalidInput):
        named_value("gender", "x")


@pytest.mark.parametrize(
    ("text", "code"), [("6.1", "6.1"), ("๖.๑", "6.1"), ("7.10", "7.10"), ("แนะนำให้คำปรึกษา", "1.1")]
)
def test_subjects_are_known_by_code_and_name(text, code):
    assert NAMES.code("subjects", text) == code


@pytest.mark.parametrize("text", ["ขอบคุณ", "99", "7"])
def test_a_subject_name_that_several_share_is_none(text):
    with pytest.raises(InvalidInput):
        NAMES.code("subjects", text)


@pytest.mark.parametrize("text", ["81554", "X1", "C", "C1234567890123", "C--1x", "C1a"])
def test_codes_are_c_and_digits(text):
    with pytest.raises(InvalidInput):
        parse_code(text)


def test_running_numbers_are_read_from_codes_and_ticket_numbers():
    assert [running_number(text) for text in ("c๘๑", "R2002590795", "x9", "")] == [81, 590795, 0, 0]


# Customers.


def test_a_customer_printed_and_laid_over_itself_is_unchanged():
    assert merged(NOK, *customer_rows(NOK, TYPES)) == NOK


def test_a_customer_printed_makes_the_same_customer_elsewhere():
    made = merged(None, *customer_rows(NOK, TYPES))
    contacts = tuple(replace(one, id=None) for one in NOK.contacts)
    assert replace(made, version=3) == replace(NOK, contacts=contacts)


def test_unknown_is_printed_as_9_and_read_as_unknown():
    bare = Customer(C1, "ก", unknown=frozenset({"phone", "address", "kind"}))
    rows = customer_rows(bare, TYPES)
    assert rows == [{"code": "C1", "name": "ก", "type": "9", "phone": "9", "address": "9"}]
    assert merged(None, *rows) == bare


def test_9_does_not_erase_what_is_known():
    assert merged(NOK, {"phone": "9", "address": "9", "contact_name": "9"}) == NOK


def test_an_empty_cell_leaves_what_is_there_and_a_full_one_replaces_it():
    made = merged(NOK, {"name": "นางสาวนก ใจดี", "phone": "02 141 7500", "address": "ใหม่"})
    assert made.phone == "+6621417500"
    assert [one.text for one in made.addresses] == ["ใหม่", "ที่ทำงาน"]
    assert (made.mobile, made.contacts) == (NOK.mobile, NOK.contacts)


def test_a_telephone_that_nobody_can_read_stays_if_it_is_printed_so():
    odd = replace(NOK, phone="ถามเลขา", contacts=(Contact("ก", phone="ถามเลขา", id=9),))
    assert merged(odd, *customer_rows(odd, TYPES)) == odd
    with pytest.raises(InvalidInput):
        merged(None, {"name": "ก", "phone": "ถามเลขา"})


def test_rows_of_one_code_are_contacts():
    made = merged(None, {"name": "ก", "contact_name": "ข", "contact_phone": "021417500"}, {"contact_name": "ค"})
    assert made.contacts == (Contact("ข", "+6621417500", main=True), Contact("ค"))


CONTACTS = [{"contact_name": "ข", "contact_phone": "0811111111"}, {"contact_name": "ข", "contact_phone": "0822222222"}]


@pytest.mark.parametrize(
    "rows",
    [
        CONTACTS,
        CONTACTS[::-1],
        [{"contact_name": "ข"}, CONTACTS[0]],
        [{"contact_phone": "0811111111"}, {"contact_email": "a@example.com"}],
        [{"address": "ก"}, {"address": "ข"}, {"address": "ก"}],
    ],
)
@pytest.mark.parametrize("old", [None, NOK, replace(NOK, contacts=(Contact("ข", "+66899999999", id=7),))])
def test_the_same_rows_again_change_nothing(old, rows):
    rows = [{"name": NOK.name, **row} for row in rows]
    once = merged(old, *rows)
    assert merged(once, *rows) == once


def test_two_rows_that_contradict_each_other():
    with pytest.raises(InvalidInput) as error:
        merged(None, {"name": "ก", "phone": "0811111111"}, {"name": "ข"})
    assert (error.value.code, error.value.params["field"]) == ("row_differs", "name")
    assert merged(None, {"name": "ก", "phone": "0811111111"}, {"phone": "081-111-1111"}).phone == "+66811111111"


@pytest.mark.parametrize(
    ("row", "taken"),
    [
        ({"name": "ร้านหนังสือ"}, True),
        ({"name": "นก ใจดี"}, False),
        ({"name": "ร้านหนังสือ", "mobile": "0812345678"}, False),
        ({"name": "ร้านหนังสือ", "contact_email": "som@example.com"}, False),
    ],
)
def test_a_code_is_taken_where_nothing_is_in_common(row, taken):
    if taken:
        with pytest.raises(InvalidInput, match="code_taken"):
            merged(NOK, row)
    else:
        assert merged(NOK, row).name == row["name"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"phone": "0811111111"}, "row_name"),
        ({"name": "ก" * 201}, "cell_long"),
        ({"name": "ก", "type": "ยักษ์"}, "cell_value"),
        ({"name": "ก", "email": "x"}, "email"),
        ({"name": "ก", "contact_name": "ข", "contact_phone": "1"}, "phone"),
        ({"name": "ก", "address": "ก" * 501}, "cell_long"),
    ],
)
def test_rows_that_are_not_taken(row, code):
    with pytest.raises(InvalidInput) as error:
        merged(None, row)
    assert error.value.code == code


def test_more_contacts_than_one_customer_has_are_refused():
    with pytest.raises(InvalidInput, match="row_contacts"):
        merged(None, *({"name": "ก", "contact_name": f"ข{n}"} for n in range(101)))


def test_a_customer_is_reached_by_any_telephone_or_e_mail_of_the_row():
    row = {"phone": "9", "mobile": "0812345678", "contact_phone": "x", "contact_email": "A@example.com"}
    assert reaches(row) == ("+66812345678", "a@example.com")


# Tickets.


def test_a_ticket_printed_and_laid_over_itself_is_unchanged():
    assert merge_ticket(TICKET, ticket_row(TICKET, LABELS), DESK, LABELS) == TICKET


def test_a_voided_ticket_is_exported_as_such_and_comes_back():
    voided = replace(TICKET, status=Status.VOIDED, void_reason="บันทึกซ้ำ")
    row = ticket_row(voided, LABELS)
    assert (row["status"], row["void_reason"]) == ("voided", "บันทึกซ้ำ")
    assert merge_ticket(voided, row, DESK, LABELS) == voided
    assert merge_ticket(TICKET, row, DESK, LABELS) == voided
    assert merge_ticket(None, row, DESK, LABELS).status is Status.VOIDED


def test_a_ticket_printed_makes_the_same_ticket_elsewhere():
    made = merge_ticket(None, ticket_row(TICKET, LABELS), DESK, LABELS)
    assert replace(made, version=2) == replace(TICKET, created_at=TICKET.created_at.replace(microsecond=0))


def test_a_sheet_that_prints_no_seconds_changes_no_time():
    assert ticket(TICKET, created_at="19/2/2563 10:30", letter_on="18 ก.พ. 63") == TICKET


def test_a_cell_that_says_something_else_changes_only_that():
    assert ticket(TICKET, result="ส่งอีก", price="0") == replace(TICKET, result="ส่งอีก", price=Decimal("0.00"))


def test_the_contact_of_another_customer_is_nobodys():
    made = ticket(TICKET, customer="C2")
    assert (made.customer, made.contact_id) == ("C2", None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020-02-19", "2020-02-19T08:30:00+07:00"),
        ("19 ก.พ. 63", "2020-02-19T08:30:00+07:00"),
        ("19 ก.พ. 63 10.05 น.", "2020-02-19T10:05:00+07:00"),
        ("๑๙/๒/๒๕๖๓ 10:05", "2020-02-19T10:05:00+07:00"),
        ("2020-02-19T03:05:09Z", "2020-02-19T10:05:09+07:00"),
        ("2020-02-19 10:05:09.123+07:00", "2020-02-19T10:05:09+07:00"),
        ("2563-02-19 10:05:09", "2020-02-19T10:05:09+07:00"),
        ("19-Feb-20", "2020-02-19T08:30:00+07:00"),
        ("Feb 19, 2020 10:05", "2020-02-19T10:05:00+07:00"),
    ],
)
def test_times_are_read_in_any_writing(text, at):
    assert parse_instant(text, NOW) == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2030-01-01", "future_date"),
        ("5-Mar-27", "future_date"),
        ("19 ก.พ. 63 25:00", "date"),
        ("เมื่อไรไม่รู้", "date"),
        ("9/15/2020 10:30 AM", "date"),
        ("5/3/26", "date_era"),
        ("5 มี.ค. 26", "date_era"),
        ("5-Mar-69", "date_era"),
        ("5 Mar 63 10:30", "date_era"),
    ],
)
def test_times_that_are_none(text, code):
    with pytest.raises(InvalidInput) as error:
        parse_instant(text, NOW)
    assert error.value.code == code


FIRST = {"channel": "โทร", "subject": "6.1", "details": "ขอข้อมูล", "created_at": "19 ก.พ. 63"}


def test_a_ticket_needs_little_and_is_open_or_closed_by_its_dates():
    made = ticket(None, **FIRST)
    assert (made.channel, made.subject, made.status, made.recorded_at) == ("phone", "6.1", Status.OPEN, made.created_at)
    assert ticket(None, **FIRST, closed_at="20 ก.พ. 63").status is Status.CLOSED


def test_a_row_that_closes_what_waited_ends_the_waiting():
    waiting = replace(TICKET, status=Status.OPEN, closed_at=None, pauses=(Pause(TICKET.created_at),))
    made = ticket(waiting, closed_at="20 ก.พ. 63 10.00 น.", status="ปิด")
    assert (made.waiting_since, made.pauses[0].until) == (None, made.closed_at)
    still = ticket(waiting, status="ปิด")
    assert (still.waiting_since, still.pauses[0].until, still.closed_at) == (None, NOW, None)


def test_a_ticket_that_waits_still_waits_elsewhere():
    waiting = replace(TICKET, status=Status.OPEN, closed_at=None, pauses=(Pause(datetime(2020, 2, 19, 4, tzinfo=UTC)),))
    row = ticket_row(waiting, LABELS)
    assert row["pauses"] == "2020-02-19 11:00:00 /"
    assert merge_ticket(None, row, DESK, LABELS).waiting_since == waiting.waiting_since
    ended = ticket(waiting, pauses="19/2/63 11.00 / 19 ก.พ. 63 11.30")
    assert ended.pauses[0].until == datetime(2020, 2, 19, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-19 11:00",
        "2020-02-19 11:00 / 2020-02-19 10:00",
        "2020-02-19 11:00 / 2020-02-19 12:00 / ปิด / 1",
        "2020-02-19 11:00 /\n2020-02-20 11:00 / 2020-02-20 12:00",
        "2020-02-19 11:00 / 2020-02-19 12:00\n2020-02-19 11:30 / 2020-02-19 13:00",
    ],
)
def test_pauses_that_are_none_are_not_taken(text):
    with pytest.raises(InvalidInput) as error:
        ticket(TICKET, pauses=text)
    assert error.value.code == "row_pauses"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"details": "ก"}, "row_needs"),
        ({**FIRST, "customer": "C9"}, "row_customer"),
        ({**FIRST, "assignee": "ใครไม่รู้"}, "row_staff"),
        ({**FIRST, "customer": "C1", "contact": "ใครไม่รู้"}, "row_contact"),
        ({**FIRST, "channel": "นกพิราบ"}, "cell_value"),
        ({**FIRST, "created_at": "2030-01-01"}, "future_date"),
        ({**FIRST, "closed_at": "18 ก.พ. 63"}, "row_closed_before"),
        ({**FIRST, "closed_at": "20 ก.พ. 63", "status": "เปิด"}, "row_not_closed"),
        ({**FIRST, "projects": "สำรวจแรงงานนอกระบบบ"}, "projects"),
        ({**FIRST, "price": "-1"}, "price"),
        ({**FIRST, "no": "R1"}, "row_no"),
    ],
)
def test_ticket_rows_that_are_not_taken(cells, code):
    with pytest.raises(InvalidInput) as error:
        ticket(None, **cells)
    assert error.value.code == code


def test_a_number_is_taken_by_other_work():
    with pytest.raises(InvalidInput, match="no_taken"):
        ticket(TICKET, customer="C2", details="เรื่องอื่น")
    assert ticket(TICKET, details="แก้คำ").details == "แก้คำ"
