"""Spans of days as people type them, and how they are printed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates.periods import (
    Period,
    find_period,
    find_span,
    fiscal_year_of,
    format_period,
    month_of,
    months_of,
)

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
