"""Spans of days as people type them, and how they are printed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates.periods import (
    Period,
    before,
    find_period,
    find_span,
    fiscal_year_of,
    format_period,
    month_of,
    months_of,
    parse_period,
    year_before,
)
from domain.errors import InvalidInput

TODAY = date(2026, 11, 23)
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
FY2569 = Period(date(2025, 10, 1), date(2026, 10, 1))

CASES = [
    ("ต.ค. 69", OCTOBER, ""),
    ("ต.ค.69 7", OCTOBER, "7"),
    ("ตุลาคม ๒๕๖๙ ทีมข้อมูล", OCTOBER, "ทีมข้อมูล"),
    ("ตค 2569", OCTOBER, ""),
    ("ต.ค.", OCTOBER, ""),
    ("ธ.ค. 7", Period(date(2025, 12, 1), date(2026, 1, 1)), "7"),
    ("Oct 2026", OCTOBER, ""),
    ("ปีงบ 69", FY2569, ""),
    ("ปีงบประมาณ พ.ศ. 2569 7", FY2569, "7"),
    ("ปี 2569", Period(date(2026, 1, 1), date(2027, 1, 1)), ""),
    ("เดือนนี้", Period(date(2026, 11, 1), date(2026, 12, 1)), ""),
    ("เดือนที่แล้ว 6.1", OCTOBER, "6.1"),
    ("ปีงบที่แล้ว", FY2569, ""),
    ("สัปดาห์นี้", Period(date(2026, 11, 23), date(2026, 11, 30)), ""),
    ("วันนี้", Period(TODAY, date(2026, 11, 24)), ""),
    ("19 ก.พ. 69 x", Period(date(2026, 2, 19), date(2026, 2, 20)), "x"),
]


@pytest.mark.parametrize(("text", "period", "rest"), CASES)
def test_a_span_is_read_from_the_front(text: str, period: Period, rest: str) -> None:
    assert find_period(text, TODAY) == (period, rest)


@pytest.mark.parametrize(
    "text", ["", "7", "7.4", "ปี", "ปีหน้า", "ทีม", "ตัวอย่าง", "ปี 99999", "เดือนนี้แหละ", "ปีงบ 2653x"]
)
def test_anything_else_is_no_span(text: str) -> None:
    assert find_period(text, TODAY) is None


@pytest.mark.parametrize(
    ("period", "printed"),
    [
        (OCTOBER, "ต.ค. 69"),
        (FY2569, "ปีงบประมาณ 2569"),
        (Period(TODAY, date(2026, 11, 24)), "23 พ.ย. 69"),
        (Period(TODAY, date(2026, 11, 30)), "23 พ.ย. 69 – 29 พ.ย. 69"),
        (Period(date(2026, 1, 1), date(2027, 1, 1)), "ม.ค. 69 – ธ.ค. 69"),
    ],
)
def test_a_span_is_printed_as_people_write_it(period: Period, printed: str) -> None:
    assert format_period(period) == printed


@given(st.dates(date(1960, 1, 1), date(2090, 1, 1)))
def test_every_day_lies_in_its_month_and_fiscal_year(day: date) -> None:
    for span in (month_of, fiscal_year_of):
        period = span(day)
        assert period.first <= day < period.until
        assert span(period.first) == period
        assert find_period(format_period(period), TODAY) is not None


@pytest.mark.parametrize(
    ("text", "first", "until"),
    [
        ("ต.ค. 69", date(2026, 10, 1), date(2026, 11, 1)),
        ("ก.ค. 66 - ต.ค. 69", date(2023, 7, 1), date(2026, 11, 1)),
        ("ก.ค. 66-ต.ค. 69", date(2023, 7, 1), date(2026, 11, 1)),
        ("ปีงบ 2567 ถึง ปีงบ 2569", date(2023, 10, 1), date(2026, 10, 1)),
        ("ปี 2568 – เดือนนี้", date(2025, 1, 1), date(2026, 12, 1)),
    ],
)
def test_a_whole_text_is_one_span_or_from_one_to_another(
    text: str, first: date, until: date
) -> None:
    assert find_span(text, TODAY) == Period(first, until)


@pytest.mark.parametrize(
    "text",
    ["", "ต.ค. 69 x", "ต.ค. 69 -", "ต.ค. 69 - ก.ค. 66", "ต.ค. 69 - ก.ค. 70 - ปี 2571", "- ต.ค. 69"],
)
def test_what_is_neither_is_none(text: str) -> None:
    assert find_span(text, TODAY) is None


def test_the_months_of_a_span_are_those_that_have_begun() -> None:
    assert months_of(fiscal_year_of(TODAY), TODAY) == [date(2026, 10, 1), date(2026, 11, 1)]
    assert len(months_of(FY2569, TODAY)) == 12
    assert months_of(Period(date(2026, 9, 15), date(2026, 10, 2)), TODAY) == [
        date(2026, 9, 1),
        date(2026, 10, 1),
    ]
    assert months_of(Period(date(2027, 1, 1), date(2028, 1, 1)), TODAY) == []


def days(first: tuple[int, int, int], last: tuple[int, int, int]) -> Period:
    """From one day to the last."""
    return Period(date(*first), date.fromordinal(date(*last).toordinal() + 1))


Q1 = days((2025, 10, 1), (2025, 12, 31))
Q1_NOW = days((2026, 10, 1), (2026, 12, 31))
LAST_MONTHS = days((2026, 9, 1), (2026, 11, 30))
HALF = days((2026, 11, 1), (2026, 11, 15))
BORDER = days((2026, 10, 25), (2026, 11, 5))
READ = [
    ("วันนี้", days((2026, 11, 23), (2026, 11, 23))),
    ("เมื่อวานนี้", days((2026, 11, 22), (2026, 11, 22))),
    ("yesterday", days((2026, 11, 22), (2026, 11, 22))),
    ("สัปดาห์นี้", days((2026, 11, 23), (2026, 11, 29))),
    ("last week", days((2026, 11, 16), (2026, 11, 22))),
    ("ไตรมาส 1", Q1_NOW),
    ("ไตรมาสที่ ๑", Q1_NOW),
    ("ไตรมาสนี้", Q1_NOW),
    ("this quarter", Q1_NOW),
    ("ไตรมาสที่แล้ว", days((2026, 7, 1), (2026, 9, 30))),
    ("ไตรมาส 1/2569", Q1),
    ("ไตรมาส 1/69", Q1),
    ("ไตรมาสที่ ๑/๒๕๖๙", Q1),
    ("ไตรมาส 1 ปีงบ 2569", Q1),
    ("ไตรมาส 1 ของปีงบประมาณ พ.ศ. 2569", Q1),
    ("ไตรมาส 1 ปี 2569", Q1),
    ("ไตรมาส 1 ปีงบที่แล้ว", Q1),
    ("Q1/2569", Q1),
    ("q1 2026", Q1),
    ("Q1 FY2026", Q1),
    ("ไตรมาส 4/2569", days((2026, 7, 1), (2026, 9, 30))),
    ("ปีงบ 2569", FY2569),
    ("ปีงบประมาณ ๒๕๖๙", FY2569),
    ("fiscal year 2026", FY2569),
    ("ปี 2568", days((2025, 1, 1), (2025, 12, 31))),
    ("ปี ค.ศ. 2025", days((2025, 1, 1), (2025, 12, 31))),
    ("ปีนี้", days((2026, 1, 1), (2026, 12, 31))),
    ("ปีที่แล้ว", days((2025, 1, 1), (2025, 12, 31))),
    ("1–15 พ.ย. 69", HALF),
    ("1-15 พ.ย. 69", HALF),
    ("๑-๑๕ พ.ย. ๖๙", HALF),
    ("1 - 15 พฤศจิกายน 2569", HALF),
    ("1 ถึง 15 พ.ย.", HALF),
    ("วันที่ 1-15 พ.ย. 69", HALF),
    ("1-15 Nov 2026", HALF),
    ("1-15/11/2569", HALF),
    ("25 ต.ค. – 5 พ.ย. 69", BORDER),
    ("25 ต.ค. 69 - 5 พ.ย. 69", BORDER),
    ("25 ต.ค.-5 พ.ย. 69", BORDER),
    ("ตั้งแต่ 25 ต.ค. ถึง 5 พ.ย. 2569", BORDER),
    ("25 Oct to 5 Nov 2026", BORDER),
    ("28 ธ.ค. – 5 ม.ค. 69", days((2025, 12, 28), (2026, 1, 5))),
    ("1 มิ.ย. – 5 ม.ค. 69", days((2025, 6, 1), (2026, 1, 5))),
    ("ต.ค.–พ.ย. 68", days((2025, 10, 1), (2025, 11, 30))),
    ("ต.ค. 68 – มี.ค. 69", days((2025, 10, 1), (2026, 3, 31))),
    ("ธ.ค. - ก.พ. 69", days((2025, 12, 1), (2026, 2, 28))),
    ("ปี 2567-2568", days((2024, 1, 1), (2025, 12, 31))),
    ("ปีงบ 2568–2569", days((2024, 10, 1), (2026, 9, 30))),
    ("ไตรมาส 1/2569 – ไตรมาส 2/2569", days((2025, 10, 1), (2026, 3, 31))),
    ("2026-10-01..2026-10-31", OCTOBER),
    ("2026-10-01 .. 2026-10-31", OCTOBER),
    ("2569-10-01..2569-10-31", OCTOBER),
    ("1/10/2569-31/10/2569", OCTOBER),
    ("ต.ค. 69 ถึงวันนี้", days((2026, 10, 1), (2026, 11, 23))),
    ("3 เดือนล่าสุด", LAST_MONTHS),
    ("๓ เดือนล่าสุด", LAST_MONTHS),
    ("ย้อนหลัง 3 เดือน", LAST_MONTHS),
    ("3 เดือนที่ผ่านมา", LAST_MONTHS),
    ("last 3 months", LAST_MONTHS),
    ("7 วันล่าสุด", days((2026, 11, 17), (2026, 11, 23))),
    ("2 สัปดาห์ล่าสุด", days((2026, 11, 16), (2026, 11, 29))),
    ("2 ปีงบล่าสุด", days((2025, 10, 1), (2027, 9, 30))),
    ("1 ปีล่าสุด", days((2026, 1, 1), (2026, 12, 31))),
    ("3 เดือนหลัง", LAST_MONTHS),
    ("ครึ่งปีแรก", days((2026, 10, 1), (2027, 3, 31))),
    ("ครึ่งปีแรก 2569", days((2025, 10, 1), (2026, 3, 31))),
    ("ครึ่งปีหลัง ปีงบ 68", days((2025, 4, 1), (2025, 9, 30))),
    ("6 เดือนแรกของปีงบ 2569", days((2025, 10, 1), (2026, 3, 31))),
    ("ปีงบ 69 ครึ่งปีแรก", days((2025, 10, 1), (2026, 3, 31))),
    ("ปีงบ 69 ไตรมาส 1", days((2025, 10, 1), (2025, 12, 31))),
    ("ไตรมาสสุดท้าย ปีงบ 69", days((2026, 7, 1), (2026, 9, 30))),
    ("ตั้งแต่ ต.ค. ถึงตอนนี้", days((2026, 10, 1), (2026, 11, 23))),
    ("ตั้งแต่ ต.ค.", days((2026, 10, 1), (2026, 11, 23))),
    ("ตั้งแต่ต้นปี", days((2026, 1, 1), (2026, 12, 31))),
    ("ตั้งแต่ต้นปีงบ", days((2026, 10, 1), (2027, 9, 30))),
    ("วันที่ 1 ถึง 15", days((2026, 11, 1), (2026, 11, 15))),
    ("วันที่ 25", days((2026, 10, 25), (2026, 10, 25))),
]


@pytest.mark.parametrize(("text", "period"), READ)
def test_a_whole_text_is_read_as_people_say_it(text: str, period: Period) -> None:
    assert parse_period(text, TODAY) == period


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "period"),
        ("ไม่รู้", "period"),
        ("เดือน", "period"),
        ("ไตรมาส 5", "period"),
        ("ไตรมาส 1/2569 นะจ๊ะ", "period"),
        ("0 เดือนล่าสุด", "period"),
        ("31 ก.พ. 69", "period"),
        ("ปี 2653", "period_year"),
        ("ต.ค. 2653", "period_year"),
        ("ปี 1900", "period_year"),
        ("15–1 พ.ย. 69", "period_backwards"),
        ("5 พ.ย. 69 – 25 ต.ค. 69", "period_backwards"),
        ("2026-10-31..2026-10-01", "period_backwards"),
        ("ปี 2569 - 2568", "period_backwards"),
        ("ธ.ค. 2569", "period_ahead"),
        ("พรุ่งนี้", "period_ahead"),
        ("ไตรมาส 4", "period_ahead"),
        ("ปีงบ 2571", "period_ahead"),
        ("ปี 2640", "period_ahead"),
    ],
)
def test_what_is_no_period_says_why(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_period(text, TODAY)
    assert refused.value.code == code


@given(st.text(alphabet="0123456789๑๙ .–-/กคงดตนปมยวเแ่้ีืQto", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        period = parse_period(text, TODAY)
    except InvalidInput:
        return
    assert period.first <= TODAY
    assert period.first < period.until


@pytest.mark.parametrize(
    ("period", "earlier", "a_year_ago"),
    [
        (OCTOBER, days((2026, 9, 1), (2026, 9, 30)), days((2025, 10, 1), (2025, 10, 31))),
        (LAST_MONTHS, days((2026, 6, 1), (2026, 8, 31)), days((2025, 9, 1), (2025, 11, 30))),
        (FY2569, days((2024, 10, 1), (2025, 9, 30)), days((2024, 10, 1), (2025, 9, 30))),
        (Q1, days((2025, 7, 1), (2025, 9, 30)), days((2024, 10, 1), (2024, 12, 31))),
        (HALF, days((2026, 10, 17), (2026, 10, 31)), days((2025, 11, 1), (2025, 11, 15))),
        (
            days((2026, 11, 23), (2026, 11, 29)),
            days((2026, 11, 16), (2026, 11, 22)),
            days((2025, 11, 24), (2025, 11, 30)),
        ),
        (
            days((2024, 2, 29), (2024, 2, 29)),
            days((2024, 2, 28), (2024, 2, 28)),
            days((2023, 2, 28), (2023, 2, 28)),
        ),
    ],
)
def test_a_span_is_compared_with_the_one_before_and_a_year_ago(
    period: Period, earlier: Period, a_year_ago: Period
) -> None:
    assert before(period) == earlier
    assert year_before(period) == a_year_ago
