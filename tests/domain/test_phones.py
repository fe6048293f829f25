"""Telephones and e-mail addresses, read as typed, printed, and masked for groups."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.phones import (
    format_phone,
    looks_like_email,
    looks_like_phone,
    mask_name,
    mask_phone,
    mask_surname,
    parse_email,
    parse_phone,
)

TELEPHONES = [
    ("081-234-5678", "+66812345678", "081-234-5678"),
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
    "text", ["2563", "9", "81/2563", "1,500.50", "19/02/2563", "1.1", "R2611000124", "0812345678 ขอ"]
)
def test_other_numbers_do_not_look_like_telephones(text: str) -> None:
    assert not looks_like_phone(text)


@given(st.text(st.sampled_from("0123456789+-.() ต่อ#๐a")))
def test_any_text_is_a_telephone_or_refused(text: str) -> None:
    try:
        assert parse_phone(parse_phone(text)) == parse_phone(text)
    except InvalidInput as refusal:
        assert refusal.code == "phone"  # noqa: PT017


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
    [(" Somchai@Example.COM ", "somchai@example.com"), ("a.b+c@mail.nso.go.th", "a.b+c@mail.nso.go.th")],
)
def test_an_email_is_kept_in_lower_case(typed: str, address: str) -> None:
    assert looks_like_email(typed)
    assert parse_email(typed) == address


@pytest.mark.parametrize(
    "text",
    ["", "สมชาย@example.com", "a@b", "a b@c.th", "@x.th", "a@.th", "a@@b.th", "a@b.th, c@d.th", "a" * 250 + "@b.th"],
)
def test_what_is_no_email_is_refused(text: str) -> None:
    assert not looks_like_email(text)
    with pytest.raises(InvalidInput, match="email"):
        parse_email(text)


def test_the_telephone_library_is_loaded_only_when_needed() -> None:
    asks = """
import sys, domain.one_line, domain.phones
domain.phones.looks_like_phone("0812345678")
domain.phones.format_phone("+66812345678")
sys.exit("phonenumbers" in sys.modules)
"""
    command = [sys.executable, "-c", asks]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode == 0
