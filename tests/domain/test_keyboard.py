"""Thai typed on the English layout."""

import pytest

from domain.text.keyboard import as_thai_keys, count_misplaced, has_thai, is_cut_or_mistyped


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("l,=kp .0fu", "สมชาย ใจดี"),
        ("d,]=od iy9orbmydKN", "กมลชนก รัตนพิทักษ์"),
        ("IyPPk", "ณัญญา"),
        ("c4'd", "แภงก"),
        ("สมชาย", "สมชาย"),
        ("", ""),
    ],
)
def test_keys_type_what_stands_on_them(typed: str, meant: str) -> None:
    assert as_thai_keys(typed) == meant


@pytest.mark.parametrize(
    ("text", "thai"), [("a1 %", False), ("aก", True), ("๑", True), ("", False)]
)
def test_thai_is_seen(text: str, thai: bool) -> None:
    assert has_thai(text) is thai


@pytest.mark.parametrize(
    ("text", "misplaced"),
    [
        ("สมชาย ใจดี", 0),
        ("น้ำเพ็ชร์ ๆ", 0),
        ("เเก้ว", 0),
        ("เพชร์เ", 1),
        ("จัุตสา", 1),
        ("่่พาทื", 2),
        ("รพรวี่่่", 2),
        ("สหาๆรีหา", 1),
        ("somchai", 0),
    ],
)
def test_signs_that_stand_where_thai_has_none_are_counted(text: str, misplaced: int) -> None:
    assert count_misplaced(text) == misplaced


@pytest.mark.parametrize("text", ["าก้ห", "่กดะ", "กเเ้", "ิิวอว", "ำลีพ"])
def test_few_letters_with_a_sign_that_cannot_stand_there_are_cut_or_mistyped(text):
    assert is_cut_or_mistyped(text)


@pytest.mark.parametrize("text", ["จงพลเ", "สมหมาย แ", "เเดง", "ปัญญา", "C1", ""])
def test_what_is_still_being_typed_is_neither_cut_nor_mistyped(text):
    assert not is_cut_or_mistyped(text)
