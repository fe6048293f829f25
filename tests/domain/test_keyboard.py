"""Thai typed on the English layout."""

import pytest

from domain.keyboard import as_thai_keys, has_thai


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
