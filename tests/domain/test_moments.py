"""Moments and spans of days as people type them."""

from datetime import UTC, date, datetime

import pytest

from domain.clock.moments import parse_days, parse_moment
from domain.errors import InvalidInput

NOW = datetime(2026, 12, 8, 3, 0, 20, tzinfo=UTC)  # Tuesday, 10.00.20 in Bangkok
TODAY = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("9.15", "2026-12-08T09:15"),
        ("09:15 น.", "2026-12-08T09:15"),
        ("๙.๑๕", "2026-12-08T09:15"),
        ("เวลา 9 น.", "2026-12-08T09:00"),
        ("เมื่อวาน 15.30", "2026-12-07T15:30"),
        ("เมื่อวาน เวลา 15.30 น.", "2026-12-07T15:30"),
        ("เมื่อวาน", "2026-12-07T08:30"),
        ("4 ธ.ค. 11.30", "2026-12-04T11:30"),
        ("4 ธ.ค. 69 11:30", "2026-12-04T11:30"),
        ("4 ธันวาคม 2569 11:30", "2026-12-04T11:30"),
        ("4/12/2569 8.00", "2026-12-04T08:00"),
        ("4 ธ.ค.", "2026-12-04T08:30"),
    ],
)
def test_moments(text: str, moment: str) -> None:
    assert parse_moment(text, NOW).replace(tzinfo=None) == datetime.fromisoformat(moment)


def test_now_is_now() -> None:
    assert parse_moment("ตอนนี้", NOW) == NOW


@pytest.mark.parametrize(
    "text",
    ["", "เมื่อไรก็ได้", "25.00", "9.75", "9", "31 ก.พ. 10.00", "4 ธ.ค. เช้า", "4 ธ.ค. 2653 9.00"],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(InvalidInput, match="moment"):
        parse_moment(text, NOW)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("12-14", "2026-12-12", "2026-12-14"),
        ("12–14 ธ.ค.", "2026-12-12", "2026-12-14"),
        ("12 - 14 ธ.ค. 69", "2026-12-12", "2026-12-14"),
        ("12 ถึง 14 ธ.ค.", "2026-12-12", "2026-12-14"),
        ("วันที่ 12-14 ธันวาคม 2569", "2026-12-12", "2026-12-14"),
        ("๑๒-๑๔ ธ.ค.", "2026-12-12", "2026-12-14"),
        ("28 ธ.ค. - 3 ม.ค.", "2026-12-28", "2027-01-03"),
        ("28 ธ.ค. 69 - 3 ม.ค. 70", "2026-12-28", "2027-01-03"),
        ("3-5", "2027-01-03", "2027-01-05"),
        ("3-5 ม.ค.", "2027-01-03", "2027-01-05"),
        ("8-9", "2026-12-08", "2026-12-09"),
        ("30 มิ.ย.", "2027-06-30", "2027-06-30"),
        ("พรุ่งนี้", "2026-12-09", "2026-12-09"),
        ("วันนี้", "2026-12-08", "2026-12-08"),
        ("15", "2026-12-15", "2026-12-15"),
        ("8 ธ.ค.", "2026-12-08", "2026-12-08"),
        ("7 ธ.ค.", "2026-12-07", "2026-12-07"),  # yesterday: for the handler to refuse
        ("1 พ.ย.", "2027-11-01", "2027-11-01"),
    ],
)
def test_days(text: str, first: str, last: str) -> None:
    assert parse_days(text, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "14-12",
        "12-40 ธ.ค.",
        "31 ก.พ.",
        "เมื่อไรก็ได้",
        "1 ม.ค. 70 - 31 ธ.ค. 70",
        "12-14-16",
        "๐-๒",
        "99999999999-12",
        "²-12",
    ],
)
def test_what_are_no_days(text: str) -> None:
    with pytest.raises(InvalidInput, match="days"):
        parse_days(text, TODAY)
