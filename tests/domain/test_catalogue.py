"""The catalogue as shipped, against DOMAIN.md section 4 written out by hand, and the rules on
it.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.catalogue import Catalogue, Requirement, Subject
from domain.configuration import load_configuration
from domain.errors import NotFound
from domain.one_line.types import Vocabulary

TODAY = date(2026, 3, 2)
LETTER = ("letter_no", "letter_on")
RECEIPT = ("receipt_no", "receipt_on")

# code | name | channels, as section 4 prints them ("-" = none listed: any)
SECTION_4 = """
1 | แนะนำ, ให้คำปรึกษา | -
1.1 | แนะนำให้คำปรึกษา | phone email
1.2 | แปะลิงก์ (ข้อมูล สสช.) | email
1.3 | แปะลิงก์ (ข้อมูลหน่วยงานอื่น) | email
1.4 | แปะลิงก์ (ข้อมูล สสช. และหน่วยงานอื่น) | email
1.5 | ขอบคุณ (แนะนำ ให้คำปรึกษา) | email
2 | บริการห้องสมุด (สืบค้นหนังสือ, ยืม-คืน) | walk_in
3 | บริการข้อมูลข่าวสาร | walk_in
4 | บริการสิ่งพิมพ์ | -
4.1 | เอกสาร, รายงานสถิติ | walk_in letter email online_shop
4.2 | CD-ROM | walk_in letter online_shop
4.3 | สำเนาข้อมูลลง CD | walk_in letter
4.4 | ขอบคุณ | letter email
5 | ถ่ายเอกสาร | walk_in
6 | ข้อมูลสถิติ | -
6.1 | ข้อมูลสถิติ (ข้อมูล สสช.) | walk_in phone email
6.2 | ข้อมูลสถิติ (หน่วยงานอื่น) | walk_in phone email
6.3 | ข้อมูลสถิติ (สสช. และหน่วยงานอื่น) | walk_in phone email
6.4 | หนังสือขอข้อมูล (ข้อมูลสถิติ) | letter
6.5 | ขอบคุณ (ข้อมูลสถิติ) | email
7 | ข้อมูลระดับย่อย | -
7.1 | แนะนำให้คำปรึกษา (ข้อมูลระดับย่อย) | phone email
7.2 | แบบสอบถาม/Data Dict (ข้อมูลระดับย่อย) | phone email
7.3 | ใบเสนอราคา (ข้อมูลระดับย่อย) | phone email
7.4 | หนังสือขอข้อมูล (ข้อมูลระดับย่อย) | letter
7.5 | ตามโครงร่างงานวิจัย (ข้อมูลระดับย่อย) | phone email
7.6 | เลือกตัวแปร ข้อมูลเกิน 10 ปี (ข้อมูลระดับย่อย) | phone email
7.7 | แจ้งให้มารับข้อมูล (ข้อมูลระดับย่อย) | phone email
7.8 | หลักฐานการโอนเงิน (ข้อมูลระดับย่อย) | phone email
7.9 | ส่งข้อมูล/สัญญา/ใบเสร็จให้ User (microdata) | phone email
7.10 | User ส่งสัญญากลับมา (ข้อมูลระดับย่อย) | phone email
7.11 | ติดตามสัญญา (ข้อมูลระดับย่อย) | phone email
7.12 | ติดตามผลงานวิจัย (ข้อมูลระดับย่อย) | phone email
7.13 | User ส่งผลงานวิจัย (ข้อมูลระดับย่อย) | phone email
7.14 | ขอบคุณ (ข้อมูลระดับย่อย) | phone email
8 | ข้อมูลประมวลผลใหม่ | -
8.1 | แนะนำ ให้คำปรึกษา (ประมวลผลใหม่) | phone email
8.2 | ใบเสนอราคา (ประมวลผลใหม่) | phone email
8.3 | หนังสือขอข้อมูล (ประมวลผลใหม่) | letter
8.4 | แจ้งให้มารับข้อมูล (ประมวลผลใหม่) | email
8.5 | หลักฐานการโอนเงิน (ประมวลผลใหม่) | email
8.6 | ขอบคุณ (ประมวลผลใหม่) | email
9 | แบบสอบถามองค์กรระหว่างประเทศ | -
9.1 | แบบสอบถาม | email
9.2 | ขอบคุณ | email
9.3 | อื่น ๆ | email
10 | เผยแพร่ข่าวประชาสัมพันธ์ | facebook twitter line
11 | ตอบแบบสอบถามให้หน่วยงานอื่น | -
12 | หน่วยงานอื่นตอบแบบสอบถามของ สสช. | -
mail.nso_services13 | ผู้รับบริการจาก nso.services13@gmail.com | email
mail.binfopub | ผู้รับบริการจากเมล์ binfopub | email
mail.other_forward | ผู้รับบริการจากเมล์อื่น ๆ | email
mail.publish_data | รับข้อมูลจากศูนย์/กอง/กลุ่ม อื่นเพื่อเผยแพร่ | email
mail.records | รับเรื่องส่งงานสารบรรณ | email
mail.provincial_users | รายงานจำนวนผู้ใช้จากสถิติจังหวัด | email
mail.forwarded_agency | ส่งต่อให้หน่วยงานอื่น | email
mail.other | เรื่องอื่น ๆ | email
"""
ROWS = [[part.strip() for part in line.split("|")] for line in SECTION_4.strip().splitlines()]
GROUPS = {"1", "4", "6", "7", "8", "9"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_configuration().catalogue


@pytest.mark.parametrize(("code", "name", "channels"), ROWS)
def test_each_row_of_section_4_is_in_the_catalogue(
    catalogue: Catalogue, code: str, name: str, channels: str
) -> None:
    subject = catalogue.subject(code)
    assert subject.name == name
    assert subject.channels == (() if channels == "-" else tuple(channels.split()))
    assert subject.selectable == (code not in GROUPS)
    assert subject.parent == (code.split(".")[0] if code[0].isdigit() and "." in code else None)


def test_the_catalogue_has_no_other_rows_and_keeps_their_order(catalogue: Catalogue) -> None:
    assert list(catalogue.subjects) == [code for code, _, _ in ROWS]


@pytest.mark.parametrize("code", [row[0] for row in ROWS])
def test_the_first_number_decides_the_time_table(catalogue: Catalogue, code: str) -> None:
    tables = {"4": "sale", "5": "sale", "7": "microdata", "8": "special", "10": None, "mail": None}
    assert catalogue.subject(code).time_table == tables.get(code.split(".")[0], "statistics")


def test_labels_carry_the_number_except_for_incoming_mail(catalogue: Catalogue) -> None:
    assert catalogue.subject("1.1").label == "1.1 แนะนำให้คำปรึกษา"
    assert catalogue.subject("10").label == "10 เผยแพร่ข่าวประชาสัมพันธ์"
    assert catalogue.subject("mail.other").label == "เรื่องอื่น ๆ"


def test_customer_types_are_those_of_section_2(catalogue: Catalogue) -> None:
    assert {kind.code: kind.name for kind in catalogue.customer_types.values()} == {
        "government": "หน่วยงานภาครัฐ",
        "academic": "อาจารย์/นักวิจัย (สถาบันการศึกษา)",
        "student": "นักศึกษา",
        "private": "หน่วยงานเอกชน",
        "citizen": "ประชาสังคม/ประชาชน",
        "international": "องค์กรระหว่างประเทศ",
        "media": "สื่อมวลชน",
        "provincial_office": "สำนักงานสถิติจังหวัด",
        "internal": "หน่วยงานภายใน สสช.",
    }
    people = {kind.code for kind in catalogue.customer_types.values() if kind.person}
    assert people == {"academic", "student", "citizen"}


def test_channels_are_those_of_section_4(catalogue: Catalogue) -> None:
    assert [(channel.code, channel.name) for channel in catalogue.channels.values()] == [
        ("walk_in", "ติดต่อด้วยตนเอง"),
        ("letter", "หนังสือ/จดหมาย"),
        ("phone", "โทรศัพท์"),
        ("email", "E-Mail"),
        ("online_shop", "ซื้อหนังสือออนไลน์"),
        ("facebook", "Facebook"),
        ("twitter", "twitter"),
        ("line", "Line"),
    ]


def test_vocabulary_knows_how_people_type_channels_and_which_codes_can_be_chosen(
    catalogue: Catalogue,
) -> None:
    words = Vocabulary.of(catalogue)
    typed = {
        "โทร": "phone",
        "tel": "phone",
        "เมล": "email",
        "e-mail": "email",
        "โทรสาร": "letter",
        "หนังสือ/จดหมาย": "letter",
        "มาเอง": "walk_in",
        "fb": "facebook",
        "ไลน์": "line",
        "ออนไลน์": "online_shop",
    }
    assert {word: words.channels[word] for word in typed} == typed
    assert all(word == word.casefold() for word in words.channels)
    assert words.subjects == {code for code, _, _ in ROWS if code[0].isdigit()} - GROUPS


def test_an_unknown_code_is_not_found(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound) as caught:
        catalogue.subject("6.9")
    assert (caught.value.code, caught.value.params) == ("subject", {"code": "6.9"})
    with pytest.raises(NotFound, match="channel"):
        catalogue.channel("telex")


def test_choosing_by_channel_offers_what_lists_it_or_lists_none(catalogue: Catalogue) -> None:
    by_line = [subject.code for subject in catalogue.active_subjects(TODAY, "line")]
    assert by_line == ["10", "11", "12"]
    assert not GROUPS & {subject.code for subject in catalogue.active_subjects(TODAY)}


def test_a_channel_outside_the_list_does_not_fit(catalogue: Catalogue) -> None:
    assert catalogue.fits("1.1", "phone")
    assert not catalogue.fits("5", "phone")
    assert catalogue.fits("11", "twitter")


def test_a_subject_is_in_use_on_its_first_and_last_day() -> None:
    subject = Subject("13", "x", from_on=date(2026, 1, 1), until_on=date(2026, 12, 31))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [subject.active(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("6.1", ["6.1"]),
        ("๗.๑๐", ["7.10"]),
        (" 10 ", ["10"]),
        ("9", ["9.1", "9.2", "9.3"]),
        ("แปะลิงก์ หน่วยงานอื่น", ["1.3", "1.4"]),
        ("ใบเสนอราคา", ["7.3", "8.2"]),
        ("cd-rom", ["4.2"]),
        ("แนะน\u0e4d\u0e32 ประมวล", ["8.1"]),  # sara am typed as two characters
        ("ไม่มีเรื่องนี้", []),
        ("", []),
    ],
)
def test_subjects_are_found_by_code_or_by_all_words(
    catalogue: Catalogue, text: str, codes: list[str]
) -> None:
    assert [subject.code for subject in catalogue.find_subjects(text, TODAY)] == codes


def test_a_retired_subject_is_neither_offered_nor_found(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[subjects."8"]\nuntil = 2025-12-31\n', "utf-8")
    catalogue = load_configuration(file).catalogue
    assert "8.3" not in {subject.code for subject in catalogue.active_subjects(TODAY)}
    assert catalogue.find_subjects("8.3", TODAY) == []
    assert catalogue.find_subjects("8.3", date(2025, 12, 31)) == [catalogue.subject("8.3")]


# subject, channel, customer type, price -> what closing insists on beside details and result
CLOSING = [
    ("1.1", "phone", "citizen", None, ()),
    ("6.1", "email", "", None, ()),
    ("4.1", "walk_in", "citizen", None, ("price",)),
    ("4.1", "walk_in", "citizen", "120", ("price", *RECEIPT)),
    ("4.2", "walk_in", "citizen", "0", ("price",)),
    ("4.3", "walk_in", "citizen", "50.50", ("price", *RECEIPT)),
    ("4.4", "email", "citizen", None, ()),
    ("5", "walk_in", "citizen", "3", ("price", *RECEIPT)),
    ("5", "phone", "citizen", "3", ("price", *RECEIPT)),
    ("5", "walk_in", "citizen", "0", ("price",)),
    ("4.1", "letter", "government", None, (*LETTER, "purpose")),
    ("4.1", "letter", "government", "0", (*LETTER, "purpose")),
    ("4.2", "letter", "government", "90", (*LETTER, *RECEIPT, "purpose")),
    ("4.3", "letter", "government", "90", (*LETTER, *RECEIPT, "purpose")),
    ("4.4", "letter", "government", None, (*LETTER, "purpose")),
    ("4.1", "email", "private", "90", ()),
    ("4.1", "online_shop", "private", "90", ()),
    ("6.4", "letter", "private", None, (*LETTER, "purpose")),
    ("7.4", "letter", "academic", "500", (*LETTER, "purpose")),
    ("7.4", "letter", "private", None, (*LETTER, "price", "purpose")),
    ("7.4", "letter", "private", "500", (*LETTER, "price", *RECEIPT, "purpose")),
    ("8.3", "letter", "government", None, (*LETTER, "purpose")),
    ("8.3", "letter", "academic", "500", (*LETTER, "price", *RECEIPT, "purpose")),
    ("8.3", "letter", "student", "0", (*LETTER, "price", "purpose")),
    ("8.3", "letter", "private", None, (*LETTER, "price", "purpose")),
    ("10", "facebook", "", None, ()),
    ("11", "email", "government", None, ()),
]


@pytest.mark.parametrize(("subject", "channel", "kind", "price", "more"), CLOSING)
def test_closing_insists_on_the_bold_type_of_section_4(
    catalogue: Catalogue,
    subject: str,
    channel: str,
    kind: str,
    price: str | None,
    more: tuple[str, ...],
) -> None:
    required = catalogue.required_for_closing(
        subject, channel, kind, Decimal(price) if price else None
    )
    assert required == ("details", "result", *more)


PROJECT_AND_YEARS = ("projects", "data_years")
PROMPTS = [
    ("1.1", "phone", ()),
    ("1.1", "email", ("projects",)),
    ("1.2", "email", ("projects",)),
    ("1.3", "email", ()),
    ("1.4", "email", ("projects",)),
    ("4.1", "walk_in", ("projects",)),
    ("4.1", "letter", ("projects", "price")),
    ("4.1", "online_shop", ("projects", "price")),
    ("6.1", "phone", ("projects",)),
    ("6.2", "phone", ()),
    ("6.3", "walk_in", ("projects",)),
    ("7.4", "letter", ("projects", "data_years", "contract_no", "contract_on")),
    ("10", "line", ("projects", "link")),
    ("11", "email", ("agency",)),
    ("12", "email", ("agency",)),
    *[
        (row[0], "email", PROJECT_AND_YEARS)
        for row in ROWS
        if row[0][:2] in ("7.", "8.") and row[0] not in ("7.1", "7.4", "8.3")
    ],
    ("8.3", "letter", PROJECT_AND_YEARS),
]


@pytest.mark.parametrize(("subject", "channel", "fields"), PROMPTS)
def test_the_rest_of_section_4_is_prompted_for(
    catalogue: Catalogue, subject: str, channel: str, fields: tuple[str, ...]
) -> None:
    assert catalogue.prompts(subject, channel, "citizen", None) == fields


def test_a_receipt_is_prompted_for_only_where_something_was_paid(catalogue: Catalogue) -> None:
    paid = catalogue.prompts("4.2", "online_shop", "citizen", Decimal(90))
    assert paid == ("projects", "price", "receipt_no", "receipt_on")


def test_what_closing_insists_on_is_not_prompted_for_as_well(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[subjects."5"]\nasks = ["price", "purpose"]\n', "utf-8")
    assert load_configuration(file).catalogue.prompts("5", "walk_in", "citizen", None) == (
        "purpose",
    )


def test_a_requirement_without_conditions_applies_to_everyone() -> None:
    assert Requirement("price").applies("phone", "", None)
    assert not Requirement("receipt_no", unless_free=True).applies("phone", "", Decimal(0))
    assert not Requirement("price", channels=("letter",)).applies("phone", "", None)
    assert not Requirement("price", customer_types=("private",)).applies("phone", "", None)
