"""Provinces and their numbers of users: full, short and misspelt names; one report a line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.provinces import (
    UserCount,
    count_text,
    find_province,
    list_provinces,
    parse_users,
    read_user_count,
    similar_provinces,
)
from domain.errors import InvalidInput

TODAY = date(2026, 11, 22)
OCTOBER = date(2026, 10, 1)


def test_there_are_77_and_each_is_found_by_its_name() -> None:
    assert len(list_provinces()) == 77
    assert [find_province(name) for name in list_provinces()] == list(list_provinces())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("กทม.", "กรุงเทพมหานคร"), ("กทม", "กรุงเทพมหานคร"), ("โคราช", "นครราชสีมา"), ("อยุธยา", "พระนครศรีอยุธยา"),
        ("แปดริ้ว", "ฉะเชิงเทรา"), ("จ.เลย", "เลย"), ("จังหวัดตาก", "ตาก"), ("สำนักงานสถิติจังหวัดน่าน", "น่าน"),
        ("ศรีษะเกษ", "ศรีสะเกษ"), ("Chiang mai", "เชียงใหม่"), ("อุบล", "อุบลราชธานี"), ("ไม่ใช่จังหวัด", ""), ("", ""),
    ],
)  # fmt: skip
def test_short_forms_and_known_slips_are_provinces(typed: str, name: str) -> None:
    assert find_province(typed) == name


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("กระบึ่", "กระบี่"),
        ("นครศรีธรรมราด", "นครศรีธรรมราช"),
        ("สุราดธานี", "สุราษฎร์ธานี"),
        ("ประจวบคีรี", "ประจวบคีรีขันธ์"),
    ],
)
def test_other_slips_are_offered(typed: str, first: str) -> None:
    assert find_province(typed) == ""
    assert similar_provinces(typed)[0] == first
    assert similar_provinces("xyz") == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("กระบี่ 1600", UserCount("กระบี่", 1600)),
        ("จำนวนผู้เข้าชมเว็บไซต์ กระบี่ จำนวน 1600 ราย", UserCount("กระบี่", 1600)),
        ("สถิติจังหวัดกระบี่จำนวน ๑,๖๐๐ ราย เดือนตุลาคม 2569", UserCount("กระบี่", 1600, OCTOBER)),
        ("โคราช 900 ต.ค. 69", UserCount("นครราชสีมา", 900, OCTOBER)),
        ("จ.เลย 1600 10/2569", UserCount("เลย", 1600, OCTOBER)),
        ("ตาก 300 ตุลาคม", UserCount("ตาก", 300, OCTOBER)),
        ("ปี 2569 น่าน 300", UserCount("น่าน", 300)),
        ("หนองบัวลำพูน 55", UserCount("หนองบัวลำภู", 55)),
        ("กระบี่ 1600 ตาก 900", UserCount()),
        ("กระบี่ 12 ต.ค. 69", UserCount("กระบี่", None, OCTOBER)),
        ("มากเลย 1600", UserCount("", 1600)),
        ("กระบี่ 16.5", UserCount("กระบี่")),
        ("กระบี่ 1600, ขอบคุณ", UserCount("กระบี่", 1600)),
        ("กระบี่ 1,600,", UserCount("กระบี่", 1600)),
        ("กระบี่ 12,5", UserCount("กระบี่")),
        ("กระบี่ 0812345678901", UserCount("กระบี่")),
        ("", UserCount()),
    ],
)
def test_only_what_is_certain_is_read_of_a_report(text: str, read: UserCount) -> None:
    assert read_user_count(text, TODAY) == read


@given(st.text("กระบี่ตาก0123456789,. ต.ค.พศ", max_size=30))
def test_any_report_is_read_without_a_slip(text: str) -> None:
    assert read_user_count(text, TODAY).province in ("", *list_provinces())


@pytest.mark.parametrize(("typed", "users"), [("1600", 1600), ("๑,๖๐๐ ราย", 1600), ("0", 0)])
def test_a_number_of_users(typed: str, users: int) -> None:
    assert parse_users(typed) == users


@pytest.mark.parametrize("text", ["มาก", "-5", "1.5", "9" * 12, ""])
def test_what_is_no_number_of_users_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="users"):
        parse_users(text)


def test_the_result_is_in_the_manuals_words() -> None:
    assert count_text("กระบี่", 1600, None) == "จำนวนผู้เข้าชมเว็บไซต์ กระบี่ จำนวน 1,600 ราย"
    assert count_text("กระบี่", 1600, OCTOBER).endswith("ราย เดือนตุลาคม 2569")
