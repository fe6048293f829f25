"""Rows to records and back: columns, cells, formulas, contacts, contradictions."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.phones import read_emails, read_phones
from domain.customers.records import Address, Contact, Customer, CustomerCode, Gender
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tables.columns import column_names, find_heading, read_columns
from domain.tables.customers import (
    check_row,
    contact_details_in,
    customer_rows,
    is_about,
    merge_customer,
    parse_code,
    running_number,
)
from domain.tables.merge import CustomerMerge, is_blank, is_unknown
from domain.tables.tables import Register, escape_formula, named_value, read_names, unescape_formula
from domain.tables.tickets import CellLookups, Labels, merge_ticket, parse_instant, ticket_row
from domain.text import clean, digits
from domain.tickets.records import Complexity, Mood, Pause, Status, Ticket, TicketNo, Urgency
from tests.fakes.office import OFFICE

CONFIGURATION = OFFICE
NAMES = read_names(CONFIGURATION.catalogue)
TYPES = CONFIGURATION.catalogue.type_names
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
    contacts=(
        Contact("สมชาย", "+6621417500", "+66898765432", "som@example.com", True, 5),
        Contact("สมหญิง", id=6),
    ),
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
        Pause(
            datetime(2020, 2, 19, 6, 0, tzinfo=UTC),
            datetime(2020, 2, 19, 7, 0, tzinfo=UTC),
            closed=True,
        ),
    ),
    version=2,
)
DESK = CellLookups(
    NAMES,
    CONFIGURATION.projects,
    {"นก": StaffId(1), "ฝน": StaffId(2)},
    frozenset({"C1", "C2"}),
    {"C1": {"สมชาย": 5}},
    NOW,
    CONFIGURATION.calendar,
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
    columns = read_columns(
        Register.CUSTOMERS, ["เบอร์โทร", "CODE ", "Contact Name", "ชื่อ", "เลขบัตร", "line", "reason"]
    )
    assert columns.places == {"phone": (0,), "code": (1,), "contact_name": (2,), "name": (3,)}
    assert columns.kept == {4: "เลขบัตร"}


@pytest.mark.parametrize(
    ("register", "header", "code"),
    [
        (Register.CUSTOMERS, ["phone", "email"], "file_header"),
        (Register.TICKETS, ["subject", "details"], "file_header"),
        (Register.CUSTOMERS, ["name", "phone", "ชื่อ-สกุล"], "file_twice"),
        (Register.TICKETS, ["no", "subject", "เรื่อง"], "file_twice"),
    ],
)
def test_headings_that_cannot_be_taken(register, header, code):
    with pytest.raises(InvalidInput) as error:
        read_columns(register, header)
    assert error.value.code == code


def test_every_column_of_the_outside_interface_is_known():
    wanted = (
        "code,name,type,gender,organisation,address,phone,mobile,email,"
        "contact_name,contact_phone,contact_email,note"
    )
    assert set(wanted.split(",")) <= set(column_names(Register.CUSTOMERS))


def test_a_row_that_is_wider_than_the_heading_is_kept_of_customers_and_refused_of_tickets():
    columns = read_columns(Register.CUSTOMERS, ["name"])
    assert columns.cells([" ก ", "", " "]) == {"name": "ก"}
    assert columns.cells(["ก", "ข", "", "ค"]) == {"name": "ก", "note:": "ข, ค"}
    with pytest.raises(InvalidInput):
        read_columns(Register.TICKETS, ["no"]).cells(["R1", "ข"])


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("ชื่อ - สกุล", "name"), ("ชื่อและนามสกุล", "name"), ("ชื่อผู้ขอข้อมูล", "name"), ("Full Name", "name"),
        ("เบอร์โทร.", "phone"), ("โทร.", "phone"), ("Tel.", "phone"), ("โทรศัพท์ 1", "phone"),
        ("เบอร์โทรศัพท์/มือถือ", "phone"),
        ("เบอร์โทร (มือถือ)", "mobile"), ("โทรศัพท์มือถือ", "mobile"), ("Mobile No.", "mobile"),
        ("อีเมล์", "email"), ("E-mail", "email"), ("E-Mail Address", "email"), ("อี-เมล", "email"),
        ("หน่วยงาน/สังกัด", "organisation"), ("สถานที่ทำงาน", "organisation"), ("ที่อยู่ (ที่ติดต่อได้)", "address"),
        ("หมายเหตุ:", "note"), ("ผู้ประสานงาน", "contact_name"), ("ประเภทลูกค้า", "type"),
    ],
)  # fmt: skip
def test_headings_are_known_as_offices_write_them(heading, field):
    assert read_columns(Register.CUSTOMERS, ["code", heading]).places[field] == (1,)


def test_title_and_surname_make_the_name_and_parts_the_address():
    header = ["ลำดับ", "คำนำหน้า", "ชื่อ", "นามสกุล", "บ้านเลขที่", "ตำบล", "อำเภอ", "จังหวัด", "รหัสไปรษณีย์"]
    columns = read_columns(Register.CUSTOMERS, header)
    row = ["1", "นาย", "สมชาย", "ใจดี", "1/2", "ริมใต้", "แม่ริม", "เชียงใหม่", "50180"]
    assert columns.cells(row) == {"name": "นายสมชาย ใจดี", "address": "1/2 ริมใต้ แม่ริม เชียงใหม่ 50180"}
    assert columns.cells(["2", "Mr.", "John", "Smith"]) == {"name": "Mr. John Smith"}
    assert columns.ignored == ("ลำดับ",)
    assert columns.numbering() == {0}
    assert columns.cells(["รวม", "", "8 ราย"]) == {"name": "8 ราย", "total:": "รวม"}
    assert columns.cells(["ก", "", "นก"]) == {"name": "นก"}


def test_two_columns_of_telephones_are_one_cell_and_a_second_of_another_field_is_kept():
    columns = read_columns(Register.CUSTOMERS, ["name", "โทรศัพท์ 1", "โทรศัพท์ 2", "ที่อยู่ 1", "ที่อยู่ 2"])
    cells = columns.cells(["ก", "021417500", "0812345678", "บ้าน", "วัด"])
    assert cells == {
        "name": "ก",
        "phone": "021417500\n0812345678",
        "address": "บ้าน",
        "note:ที่อยู่ 2": "วัด",
    }


def test_a_register_of_organisations_has_them_for_names():
    assert read_columns(Register.CUSTOMERS, ["หน่วยงาน", "โทรศัพท์"]).places == {
        "name": (0,),
        "phone": (1,),
    }


@pytest.mark.parametrize(
    ("rows", "above", "header"),
    [
        ([["ชื่อ", "โทร"], ["ก", "1"]], 0, ("ชื่อ", "โทร")),
        ([["ทะเบียนผู้รับบริการ"], ["ปี 2569"], ["ชื่อ", "โทร"], ["ก", "1"]], 2, ("ชื่อ", "โทร")),
        ([["ชื่อ", "ที่ติดต่อ", ""], ["", "โทร", "อีเมล"], ["ก", "1", "2"]], 0, ("ชื่อ", "โทร", "อีเมล")),
        ([["ทะเบียน"], ["ชื่อ"], ["ก"]], 1, ("ชื่อ",)),
    ],
)
def test_a_heading_is_found_below_other_lines(rows, above, header):
    found = find_heading(Register.CUSTOMERS, rows)
    assert (found.above, found.header) == (above, header)


def test_a_table_of_other_things_has_no_heading():
    assert find_heading(Register.CUSTOMERS, [["ปี", "รายได้"], ["2560", "1"]]) is None


@pytest.mark.parametrize("text", ["=1+1", "+66812345678", "-5", "@x", "\tx", "\rx", "＝1"])
def test_no_cell_begins_as_a_formula(text):
    assert escape_formula(text) == f"'{text}"


@given(st.text(st.sampled_from("'=+-@\t\rก1＝")))
def test_defusing_is_taken_back_exactly(text):
    assert unescape_formula(escape_formula(text)) == text


def test_ordinary_texts_are_not_touched():
    assert [escape_formula(text) for text in ("ก=1", "'ก", "081-234-5678", "")] == [
        "ก=1",
        "'ก",
        "081-234-5678",
        "",
    ]


def test_named_values_are_known_in_both_languages():
    assert [named_value("gender", text) for text in ("หญิง", "Female", "อื่นๆ")] == [
        "female",
        "female",
        "other",
    ]
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


@pytest.mark.parametrize(
    "text", ["81554x", "X1", "C", "C1234567890123", "1234567890123", "C1a", "A-001"]
)
def test_codes_are_c_and_digits(text):
    with pytest.raises(InvalidInput):
        parse_code(text)


def test_running_numbers_are_read_from_codes_and_ticket_numbers():
    assert [running_number(text) for text in ("c๘๑", "C-82", "83", "R2002590795", "x9", "")] == [
        81,
        82,
        83,
        590795,
        0,
        0,
    ]


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
    assert merged(None, {"name": "ก", "phone": "ถามเลขา"}).note == "โทรศัพท์: ถามเลขา"


def test_rows_of_one_code_are_contacts():
    made = merged(
        None,
        {"name": "ก", "contact_name": "ข", "contact_phone": "021417500"},
        {"contact_name": "ค"},
    )
    assert made.contacts == (Contact("ข", "+6621417500", main=True), Contact("ค"))


CONTACTS = [
    {"contact_name": "ข", "contact_phone": "0811111111"},
    {"contact_name": "ข", "contact_phone": "0822222222"},
]


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
@pytest.mark.parametrize(
    "old", [None, NOK, replace(NOK, contacts=(Contact("ข", "+66899999999", id=7),))]
)
def test_the_same_rows_again_change_nothing(old, rows):
    rows = [{"name": NOK.name, **row} for row in rows]
    once = merged(old, *rows)
    assert merged(once, *rows) == once


def test_what_a_later_row_says_otherwise_stands_in_the_note():
    made = merged(
        None, {"name": "ก ข", "phone": "0811111111"}, {"name": "ก ค", "phone": "0822222222"}
    )
    assert (made.name, made.phone, made.note) == (
        "ก ข",
        "+66811111111",
        "ชื่อ: ก ค\nโทรศัพท์: 0822222222",
    )
    assert merged(None, {"name": "ก", "phone": "0811111111"}, {"phone": "081-111-1111"}).note == ""


@pytest.mark.parametrize(
    ("row", "about"),
    [
        ({"name": "ร้านหนังสือ"}, False),
        ({"name": "นก ใจดี"}, True),
        ({"name": "ร้านหนังสือ", "mobile": "0812345678"}, True),
        ({"name": "ร้านหนังสือ", "contact_email": "som@example.com"}, True),
        ({"phone": "021417500"}, True),
    ],
)
def test_a_code_is_somebody_elses_where_nothing_is_in_common(row, about):
    assert is_about(NOK, row) is about


def test_words_that_many_names_share_tell_nobody_from_another():
    company = replace(NOK, name="บริษัท ข้าวหอม จำกัด", contacts=(), mobile="", phone="", email="")
    assert not is_about(company, {"name": "บริษัท ปลาทอง จำกัด"})
    assert is_about(company, {"name": "บริษัท ข้าวหอม จำกัด (มหาชน)"})


@pytest.mark.parametrize(
    ("cells", "fields", "note"),
    [
        ({"phone": "-"}, {}, ""),
        ({"phone": "ไม่มี", "email": "-", "type": "-", "gender": "–"}, {}, ""),
        (
            {"phone": "081-234-5678, 02-141-7500 ต่อ 3"},
            {"phone": "+6621417500;ext=3", "mobile": "+66812345678"},
            "",
        ),
        (
            {"phone": "0812345678 0898765432"},
            {"phone": "+66812345678", "mobile": "+66898765432"},
            "",
        ),
        (
            {"phone": "021417500/021417501", "mobile": "0812345678"},
            {"phone": "+6621417500", "mobile": "+66812345678"},
            "โทรศัพท์: 021417500/021417501",
        ),
        ({"phone": "053-123456-8"}, {"phone": "+6653123456"}, "โทรศัพท์: 053-123456-8"),
        (
            {"mobile": "081-234-5678 (คุณแม่)"},
            {"mobile": "+66812345678"},
            "มือถือ: 081-234-5678 (คุณแม่)",
        ),
        ({"mobile": "812345678"}, {"mobile": "+66812345678"}, ""),
        ({"email": "a@b.com, c@d.th"}, {"email": "a@b.com"}, "อีเมล: a@b.com, c@d.th"),
        ({"email": "a@gmail,com"}, {"email": "a@gmail.com"}, ""),
        ({"email": "ไม่ใช้"}, {}, "อีเมล: ไม่ใช้"),
        ({"type": "สถาบันการศึกษา"}, {"kind": "education"}, ""),
        ({"type": "ประชาชน"}, {"kind": "citizen"}, ""),
        ({"type": "ยักษ์"}, {}, "ประเภท: ยักษ์"),
        ({"gender": "ไม่แน่ใจ"}, {}, "เพศ: ไม่แน่ใจ"),
        ({"phone": "ไม่ทราบ"}, {"unknown": frozenset({"phone"})}, ""),
        ({"organisation": "#REF!"}, {}, "หน่วยงาน: #REF!"),
        ({"address": "ก" * 501}, {}, f"ที่อยู่: {'ก' * 501}"),
        ({"note": "โทรบ่าย", "phone": "ถามเลขา"}, {}, "โทรบ่าย\nโทรศัพท์: ถามเลขา"),
        ({"note:เลขบัตร": "12"}, {}, "เลขบัตร: 12"),
        ({"note:": "ก, ข"}, {}, "ก, ข"),
        ({"note": "-"}, {}, ""),
        ({"note": "9", "phone": "ถามเลขา"}, {}, "โทรศัพท์: ถามเลขา"),
    ],
)
def test_no_word_of_a_cell_is_lost_and_none_loses_the_customer(cells, fields, note):
    made = merged(None, {"name": "นายก ข", **cells})
    bare = Customer(C1, "นายก ข", note=note)
    assert made == replace(bare, **fields)
    assert merged(made, {"name": "นายก ข", **cells}) == made


def test_contacts_keep_their_words_too():
    row = {
        "contact_name": "คุณนก 081-234-5678",
        "contact_phone": "02-141-7500 ต่อ 1-3",
        "contact_email": "ไม่มี",
    }
    made = merged(None, {"name": "ก", **row})
    assert made.contacts == (Contact("คุณนก", "+6621417500;ext=1", "+66812345678", main=True),)
    assert made.note == "โทรศัพท์ผู้ติดต่อ (คุณนก): 02-141-7500 ต่อ 1-3"


def told(cells, old=None):
    remarks = CustomerMerge(old, C1, NAMES, TYPES).lay({"name": "ก", **cells})
    return [(one.code, one.field, one.read) for one in remarks]


@pytest.mark.parametrize(
    ("cells", "remarks"),
    [
        (
            {
                "phone": "02-141-7500",
                "mobile": "0812345678",
                "email": "A@b.com",
                "gender": "ช",
                "type": "นักศึกษา",
            },
            [],
        ),
        ({"phone": "-", "email": "", "type": "–"}, []),
        ({"phone": "0"}, [("cell_none", "phone", ())]),
        ({"phone": "ไม่มี"}, [("cell_none", "phone", ())]),
        ({"phone": "ไม่ทราบ"}, [("cell_unknown", "phone", ())]),
        ({"phone": "812345678"}, [("cell_read", "phone", (("phone", "081-234-5678"),))]),
        ({"phone": "ถามเลขา"}, [("cell_noted", "phone", ())]),
        ({"phone": "053-123456-8"}, [("cell_part", "phone", (("phone", "053-123-456"),))]),
        (
            {"phone": "0812345678/021417500"},
            [("cell_read", "phone", (("phone", "02-141-7500"), ("mobile", "081-234-5678")))],
        ),
        ({"type": "ประชาชน"}, [("cell_read", "type", (("type", "ประชาสังคม/ประชาชน"),))]),
        ({"type": "ยักษ์"}, [("cell_noted", "type", ())]),
        ({"name": "=A1"}, [("cell_formula", "name", ())]),
    ],
)
def test_what_is_read_otherwise_than_written_is_told(cells, remarks):
    assert told(cells) == remarks


ANY_CELL = st.text(
    st.sampled_from("0123456789-+()/.,@ \n'=กขคาุ์ต่อโทรabcExmailไม่มี#"), max_size=30
) | st.text(max_size=30)
CELLS = st.dictionaries(
    st.sampled_from(
        [one for one in column_names(Register.CUSTOMERS) if one not in ("code", "name")]
    ),
    ANY_CELL,
)


@given(CELLS)
def test_any_cell_keeps_its_words_and_its_customer(texts):
    cells = {column: clean(text) for column, text in texts.items() if clean(text)}
    made = merged(None, {"name": "นายก ข", **cells})
    parts = [
        made.note,
        *(address.text for address in made.addresses),
        made.organisation,
        *map(str, customer_rows(made, TYPES)),
    ]
    found = fold_all("\n".join(parts))
    for column, text in cells.items():
        if not says_no_more(column, text):
            assert fold_all(text) in found or all(
                word in found for word in map(fold_all, re.findall(r"\w+", text))
            )
    assert merged(made, {"name": "นายก ข", **cells}) == made


def fold_all(text):
    return "".join(character for character in digits(text).casefold() if character.isalnum())


def says_no_more(column, text):
    """A word for none or not known; for a value of a list another name; labels and zeros of
    telephones.
    """
    if is_blank(text) or is_unknown(text) or column in ("type", "gender"):
        return True
    if column.endswith(("phone", "mobile")):
        return not read_phones(text).beside
    return column.endswith("email") and not read_emails(text).beside


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"name": "-"}, "row_name"),
        ({"name": "#REF!"}, "row_name"),
        ({"name": "ก", "phone": "8.12345678E+08"}, "row_scientific"),
        ({"name": "ก", "contact_mobile": "8,12E8"}, "row_scientific"),
        ({"name": "ก", "code": "8.1E+04"}, "row_scientific"),
        ({"name": "รวมทั้งสิ้น 150 ราย"}, "row_total"),
        ({"name": "Total"}, "row_total"),
        ({"name": "8 ราย"}, "row_total"),
        ({"name": "กข", "total:": "รวม"}, "row_total"),
    ],
)
def test_rows_that_are_not_taken(row, code):
    with pytest.raises(InvalidInput) as error:
        check_row(row)
    assert error.value.code == code


@pytest.mark.parametrize(
    "row",
    [
        {"name": "รวมพร"},
        {"name": "รวม", "phone": "021417500"},
        {"name": "ก", "note": "8.1E+04"},
        {"phone": "1"},
        {"name": "ราย"},
    ],
)
def test_rows_that_are_taken(row):
    check_row(row)


def test_a_row_without_a_name_makes_nobody():
    with pytest.raises(InvalidInput, match="row_name"):
        merged(None, {"phone": "0811111111"})


def test_a_name_that_is_too_long_is_cut_and_stands_whole_in_the_note():
    made = merged(None, {"name": "ก" * 201})
    assert (len(made.name), made.note) == (200, f"ชื่อ: {'ก' * 201}")


def test_more_contacts_than_one_customer_has_stand_in_the_note():
    made = merged(None, *({"name": "ก", "contact_name": f"ข{n}"} for n in range(101)))
    assert (len(made.contacts), made.note) == (100, "ผู้ติดต่อ: ข100")


def test_a_customer_is_reached_by_any_telephone_or_e_mail_of_the_row():
    row = {
        "phone": "9",
        "mobile": "0812345678",
        "contact_phone": "x",
        "contact_email": "A@example.com",
    }
    assert contact_details_in(row) == ("+66812345678", "a@example.com")


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
    assert replace(made, version=2) == replace(
        TICKET, created_at=TICKET.created_at.replace(microsecond=0)
    )


def test_a_sheet_that_prints_no_seconds_changes_no_time():
    assert ticket(TICKET, created_at="19/2/2563 10:30", letter_on="18 ก.พ. 63") == TICKET


def test_a_cell_that_says_something_else_changes_only_that():
    assert ticket(TICKET, result="ส่งอีก", price="0") == replace(
        TICKET, result="ส่งอีก", price=Decimal("0.00")
    )


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
    assert (made.channel, made.subject, made.status, made.recorded_at) == (
        "phone",
        "6.1",
        Status.OPEN,
        made.created_at,
    )
    assert ticket(None, **FIRST, closed_at="20 ก.พ. 63").status is Status.CLOSED


def test_a_row_that_closes_what_waited_ends_the_waiting():
    waiting = replace(
        TICKET, status=Status.OPEN, closed_at=None, pauses=(Pause(TICKET.created_at),)
    )
    made = ticket(waiting, closed_at="20 ก.พ. 63 10.00 น.", status="ปิด")
    assert (made.waiting_since, made.pauses[0].until) == (None, made.closed_at)
    still = ticket(waiting, status="ปิด")
    assert (still.waiting_since, still.pauses[0].until, still.closed_at) == (None, NOW, None)


def test_a_ticket_that_waits_still_waits_elsewhere():
    waiting = replace(
        TICKET,
        status=Status.OPEN,
        closed_at=None,
        pauses=(Pause(datetime(2020, 2, 19, 4, tzinfo=UTC)),),
    )
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
