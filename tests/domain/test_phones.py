"""Telephones and e-mail addresses, read as typed, printed, and masked for groups."""

import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.phones import (
    ContactDetails,
    Emails,
    Phones,
    format_phone,
    is_scientific,
    looks_like_email,
    looks_like_phone,
    mask_name,
    mask_phone,
    mask_surname,
    parse_email,
    parse_phone,
    read_contact_details,
    read_emails,
    read_phones,
)
from domain.errors import InvalidInput
from domain.text import clean

TELEPHONES = [
    ("081-234-5678", "+66812345678", "081-234-5678"),
    ("080-000-6619", "+66800006619", "080-000-6619"),
    ("0812345678", "+66812345678", "081-234-5678"),
    ("081 234 5678", "+66812345678", "081-234-5678"),
    ("081\u2011234\u20135678", "+66812345678", "081-234-5678"),
    ("๐๘๑-๒๓๔-๕๖๗๘", "+66812345678", "081-234-5678"),
    ("+66 81 234 5678", "+66812345678", "081-234-5678"),
    ("+66 (0)81-234-5678", "+66812345678", "081-234-5678"),
    ("66812345678", "+66812345678", "081-234-5678"),
    ("02-141-7500", "+6621417500", "02-141-7500"),
    ("0 2141 7500", "+6621417500", "02-141-7500"),
    ("(02) 141.7500", "+6621417500", "02-141-7500"),
    ("053-123456", "+6653123456", "053-123-456"),
    ("0 2141 7500 ต่อ 203", "+6621417500;ext=203", "02-141-7500 ต่อ 203"),
    ("021417500 เบอร์ต่อ ๒๐๓", "+6621417500;ext=203", "02-141-7500 ต่อ 203"),
    ("02-141-7500 ext. 12", "+6621417500;ext=12", "02-141-7500 ต่อ 12"),
    ("02-141-7500 Ext 12", "+6621417500;ext=12", "02-141-7500 ต่อ 12"),
    ("02-141-7500#12", "+6621417500;ext=12", "02-141-7500 ต่อ 12"),
    ("+81 3-3581-4111", "+81335814111", "+81 3-3581-4111"),
]


@pytest.mark.parametrize(("typed", "canonical", "printed"), TELEPHONES)
def test_every_writing_is_one_telephone(typed: str, canonical: str, printed: str) -> None:
    assert looks_like_phone(typed)
    assert parse_phone(typed) == canonical
    assert format_phone(canonical) == printed
    assert parse_phone(canonical) == parse_phone(printed) == canonical


@pytest.mark.parametrize("code", ["1111", "1567", "๑๑๑๑"])
def test_hotlines_stay_but_do_not_look_like_telephones(code: str) -> None:
    assert parse_phone(code) in ("1111", "1567")
    assert not looks_like_phone(code)


@pytest.mark.parametrize(
    "text",
    [
        "", "9", "2563", "12345", "0112345678", "02-141", "02-1417500-3", "0812345678, 0898765432",
        "0812345678 หรือ 0898765432",
        "081-234-567", "โทร", "081234567890123", "ต่อ 203", "0812345678 ต่อ", "+", "C81554", "1-800-FLOWERS",
    ],
)  # fmt: skip
def test_what_is_no_telephone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_phone(text)
    assert (refusal.value.code, refusal.value.params) == ("phone", {"text": text})


@pytest.mark.parametrize(
    "text",
    ["2563", "9", "81/2563", "1,500.50", "19/02/2563", "1.1", "R2611000124", "0812345678 ขอ"],
)
def test_other_numbers_do_not_look_like_telephones(text: str) -> None:
    assert not looks_like_phone(text)


# A nought before a freephone number (1800 ...) is nobody's number, though the library drops it.
@given(st.from_regex(r"0[1-9][0-9]{6,8}|0[2-9][0-9]{9}", fullmatch=True))
def test_a_domestic_number_is_one_where_the_library_says_so(text: str) -> None:
    parsed = phonenumbers.parse(text, "TH")
    valid = phonenumbers.is_valid_number(parsed)
    expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    assert read_phones(text).numbers[:1] == ((expected,) if valid else ())


@given(st.text(st.sampled_from("0123456789+-.() ต่อ#๐a")))
def test_any_text_is_a_telephone_or_refused(text: str) -> None:
    try:
        assert parse_phone(parse_phone(text)) == parse_phone(text)
    except InvalidInput as refusal:
        assert refusal.code == "phone"  # noqa: PT017


MOBILE, OTHER, DESK = "+66812345678", "+66898765432", "+6621417500"


@pytest.mark.parametrize("text", ["-", "–", "", "0", "000-000-0000", "ไม่มี", "ไม่มี.", "N/A", "  .. "])
def test_a_text_may_say_that_there_is_no_telephone(text: str) -> None:
    assert read_phones(text) == Phones()
    assert read_emails(text) == Emails()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("โทร. 02-141-7500", (DESK,)),
        ("เบอร์โทรศัพท์: 02 141 7500", (DESK,)),
        ("โทร02-141-7500", (DESK,)),
        ("Tel. 02-141-7500", (DESK,)),
        ("tel:+66812345678", (MOBILE,)),
        ("'0812345678", (MOBILE,)),
        ('="0812345678"', (MOBILE,)),
        ("\uff10\uff18\uff11\uff0d\uff12\uff13\uff14\uff0d\uff15\uff16\uff17\uff18", (MOBILE,)),
        ("(+66) 81 234 5678", (MOBILE,)),
        ("081-234-5678.", (MOBILE,)),
        ("081-234-5678, 089-876-5432", (MOBILE, OTHER)),
        ("0812345678 0898765432", (MOBILE, OTHER)),
        ("0812345678/0898765432", (MOBILE, OTHER)),
        ("0812345678 หรือ 0898765432", (MOBILE, OTHER)),
        ("081-234-5678\n02-141-7500 ต่อ 12", (MOBILE, f"{DESK};ext=12")),
        ("0812345678, 081-234-5678", (MOBILE,)),
        ("02-141-7500 (ต่อ 203)", (f"{DESK};ext=203",)),
        ("02-141-7500 กด 0", (f"{DESK};ext=0",)),
        ("โทร 1111 ต่อ 5", ("1111;ext=5",)),
        ("1800-123-456", ("+661800123456",)),
    ],
)
def test_a_cell_says_telephones_and_nothing_else(text: str, numbers: tuple[str, ...]) -> None:
    assert read_phones(text) == Phones(numbers)


@pytest.mark.parametrize(
    ("text", "numbers", "beside"),
    [
        ("053-123456-8", ("+6653123456",), "-8"),
        ("02-141-7500-9", (DESK,), "-9"),
        ("(053) 123-456 ถึง 8", ("+6653123456",), "ถึง 8"),
        ("02-141-7500/7501", (DESK,), "7501"),
        ("02-141-1500, 1501", ("+6621411500",), "1501"),
        ("02-141-7500 ต่อ 203-205", (f"{DESK};ext=203",), "-205"),
        ("081-234-5678 (คุณแม่)", (MOBILE,), "(คุณแม่)"),
        ("คุณแม่ 081-234-5678 หรือ ที่บ้าน 053-123456", (MOBILE, "+6653123456"), "คุณแม่ หรือ ที่บ้าน"),
        ("โทร 02-141-7500 โทรสาร 02-141-7501", (DESK,), "โทรสาร 02-141-7501"),
        ("T. 02-141-7500 F. 02-141-7501 M. 081-234-5678", (DESK, MOBILE), "F. 02-141-7501"),
        ("โทร/โทรสาร 02-141-7500", (DESK,), "โทร/โทรสาร"),
        ("02-141-7501 (แฟกซ์)", (), "02-141-7501 (แฟกซ์)"),
        ("0812345678 ต่อ", (MOBILE,), "ต่อ"),
        ("ถามเลขา", (), "ถามเลขา"),
        ("081-234-567", (), "081-234-567"),
        ("01-234-5678", (), "01-234-5678"),
        ("O812345678", (), "O812345678"),
        ("A0812345678", (), "A0812345678"),
        ("8.12345678E+08", (), "8.12345678E+08"),
    ],
)
def test_what_stands_beside_a_telephone_keeps_its_words(
    text: str, numbers: tuple[str, ...], beside: str
) -> None:
    assert read_phones(text) == Phones(numbers, beside)
    with pytest.raises(InvalidInput):
        parse_phone(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("812345678", MOBILE),
        ("21417500", DESK),
        ("81-234-5678", MOBILE),
        ("0066812345678", MOBILE),
        ("00 66 81 234 5678", MOBILE),
        ("0044 20 7946 0958", "+442079460958"),
        ("001 44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_telephone_that_is_written_otherwise_than_dialled_is_named_as_restored(
    text: str, number: str
) -> None:
    assert read_phones(text) == Phones((number,), restored=True)


@pytest.mark.parametrize("text", ["8.12345678E+08", "8,12E+08", "'8.1E8", "8.12345678e+08"])
def test_a_number_of_which_digits_may_be_lost_is_known(text: str) -> None:
    assert is_scientific(text)


@pytest.mark.parametrize("text", ["0812345678", "E8", "8E", "8.5", "อี 8"])
def test_other_texts_are_not_scientific(text: str) -> None:
    assert not is_scientific(text)


@given(st.text(st.sampled_from("0123456789+-.()/,\n ต่อโทรFaxE#๐กa@")))
def test_no_word_beside_telephones_is_lost(text: str) -> None:
    read = read_phones(text)
    if not read.numbers and read.beside:
        assert [c for c in clean(text) if c.isalnum()] == [c for c in read.beside if c.isalnum()]


@pytest.mark.parametrize(
    ("text", "addresses", "beside", "restored"),
    [
        ("mailto:a@b.com", ("a@b.com",), "", False),
        ("<A@b.com>", ("a@b.com",), "", False),
        ("a@b.com<mailto:a@b.com>", ("a@b.com",), "", False),
        ("อีเมล์ a@b.com", ("a@b.com",), "", False),
        ("'a@b.com", ("a@b.com",), "", False),
        ("a@b.com.", ("a@b.com",), "", False),
        ("\uff41\uff20\uff42\uff0e\uff43\uff4f\uff4d", ("a@b.com",), "", False),
        ("a@b.com, c@d.th", ("a@b.com", "c@d.th"), "", False),
        ("a@b.com,c@d.th", ("a@b.com", "c@d.th"), "", False),
        ("a@b.com/c@d.th;e@f.th", ("a@b.com", "c@d.th", "e@f.th"), "", False),
        ("สมชาย <a@b.com>", ("a@b.com",), "สมชาย", False),
        ("a@b.com (ที่ทำงาน)", ("a@b.com",), "(ที่ทำงาน)", False),
        ("a @b.com", ("a@b.com",), "", True),
        ("a@b. com", ("a@b.com",), "", True),
        ("a@gmail,com", ("a@gmail.com",), "", True),
        ("som,chai@gmail.com", (), "som,chai@gmail.com", False),
        ("a@gmail", (), "a@gmail", False),
        ("a@b..com", (), "a@b..com", False),
        ("สมชาย@example.com", (), "สมชาย@example.com", False),
    ],
)
def test_a_cell_says_addresses(
    text: str, addresses: tuple[str, ...], beside: str, restored: bool
) -> None:
    assert read_emails(text) == Emails(addresses, beside, restored)


@pytest.mark.parametrize(
    ("text", "contact_details"),
    [
        ("สมชาย ใจดี 0812345678", ContactDetails("สมชาย ใจดี", (MOBILE,), ())),
        (
            "นางสาวนก, 0812345678, อีเมล nok@x.th",
            ContactDetails("นางสาวนก", (MOBILE,), ("nok@x.th",)),
        ),
        (
            "สมชาย โทร 081-234-5678 หรือ 02-141-7500 a@b.com",
            ContactDetails("สมชาย", (MOBILE, DESK), ("a@b.com",)),
        ),
        (
            "บริษัท ก, ข จำกัด 02-141-7500 ต่อ 12",
            ContactDetails("บริษัท ก, ข จำกัด", (f"{DESK};ext=12",), ()),
        ),
        ("M. Night 0812345678", ContactDetails("M. Night", (MOBILE,), ())),
        ("สมชาย 2563", ContactDetails("สมชาย 2563", (), ())),
        ("สมชาย 812345678", ContactDetails("สมชาย 812345678", (), ())),
        ("", ContactDetails("", (), ())),
    ],
)
def test_telephones_and_addresses_are_found_among_words(
    text: str, contact_details: ContactDetails
) -> None:
    assert read_contact_details(text) == contact_details


def test_a_telephone_kept_as_typed_is_printed_as_typed() -> None:
    assert format_phone("02-1417500-3 (คุณนก)") == "02-1417500-3 (คุณนก)"


@pytest.mark.parametrize(
    ("canonical", "masked"),
    [
        ("+66812345678", "08•-•••-5678"),
        ("+6621417500;ext=203", "02-•••-7500"),
        ("0812345678 บ้าน", "08••••5678 บ้าน"),
        ("12345", "•••••"),
        ("", ""),
    ],
)
def test_a_masked_telephone_keeps_its_ends(canonical: str, masked: str) -> None:
    assert mask_phone(canonical) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("สมชาย ใจดี", "สมช•••"),
        ("นายสมชาย ใจดี", "สมช•••"),
        ("ดำ", "•••"),
        ("แดง", "แด•••"),
        ("Dr. John", "Joh•••"),
        ("", "•••"),
    ],
)
def test_a_masked_name_is_never_whole(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("นายสมชาย ใจดี", "สมชาย ใจ•••"),
        ("น.ส. กมลชนก รัตนพิทักษ์ ณ อยุธยา", "กมลชนก รัต•••"),
        ("บริษัท ข้อมูลไทย จำกัด", "บริษัท ข้อ•••"),
        ("สมชาย ลี", "สมชาย •••"),
        ("สมชาย ก", "สมชาย •••"),
        ("แดง", "แด•••"),
        ("", "•••"),
    ],
)
def test_a_masked_surname_is_never_whole(name: str, masked: str) -> None:
    assert mask_surname(name) == masked


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Somchai@Example.COM ", "somchai@example.com"),
        ("a.b+c@mail.nso.go.th", "a.b+c@mail.nso.go.th"),
    ],
)
def test_an_email_is_kept_in_lower_case(typed: str, address: str) -> None:
    assert looks_like_email(typed)
    assert parse_email(typed) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "สมชาย@example.com",
        "a@b",
        "a b@c.th",
        "@x.th",
        "a@.th",
        "a@@b.th",
        "a@b.th, c@d.th",
        "a" * 250 + "@b.th",
    ],
)
def test_what_is_no_email_is_refused(text: str) -> None:
    assert not looks_like_email(text)
    with pytest.raises(InvalidInput, match="email"):
        parse_email(text)


def test_the_telephone_library_is_loaded_only_when_needed() -> None:
    asks = """
import sys, domain.one_line.reading, domain.customers.phones
domain.customers.phones.looks_like_phone("0812345678")
domain.customers.phones.format_phone("+66812345678")
sys.exit("phonenumbers" in sys.modules)
"""
    command = [sys.executable, "-c", asks]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == 0
