"""What is written like a code or a telephone and is none."""

import pytest

from domain.one_line.slips import SlipKind, find_slip


@pytest.mark.parametrize(
    ("text", "typed", "count", "off"),
    [
        ("081234567", "081234567", 9, -1),
        ("๐๘๑๒๓๔๕๖๗", "081234567", 9, -1),
        ("โทร 081-234-567 ถามเวลา", "081-234-567", 9, -1),
        ("081 234 56", "081 234 56", 8, -2),
        ("08123456789", "08123456789", 11, 1),
        ("02-141-750", "02-141-750", 8, -1),
        ("+6681234567", "+6681234567", 9, -1),
    ],
)
def test_a_telephone_with_too_many_or_too_few_digits(
    text: str, typed: str, count: int, off: int
) -> None:
    slip = find_slip(text)
    assert slip is not None
    assert (slip.kind, slip.text, slip.count, slip.off) == (SlipKind.PHONE, typed, count, off)


@pytest.mark.parametrize("text", ["C81545", "c81545 โทร", "รหัส C 81545"])
def test_a_code_is_named_in_capitals(text: str) -> None:
    slip = find_slip(text)
    assert slip is not None
    assert (slip.kind, slip.text) == (SlipKind.CODE, "C81545")


@pytest.mark.parametrize(
    "text",
    [
        "0812345678", "02-141-7500 ต่อ 203", "01-02-2569", "ที่ ดศ 0504/513", "ปี 2559-2561", "0.15 ล้าน", "0000000",
        "IC81554", "R2611000124", "12/345", "สำมะโน", "1111", "โทร 1.1", "", "0504.1/513", "C1",
    ],
)  # fmt: skip
def test_other_numbers_are_no_slips(text: str) -> None:
    assert find_slip(text) is None
