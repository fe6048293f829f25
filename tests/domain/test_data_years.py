"""Years of data: what officers type, the form in which it is kept, what is printed, and what is
found in a text.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates.data_years import (
    DataPeriod,
    find_periods,
    format_periods,
    kept,
    parse_periods,
    read_kept,
    years_in,
)
from domain.errors import InvalidInput

TODAY = date(2026, 11, 22)
TYPED = [
    ("2562", "2562", "พ.ศ. 2562"),
    ("ปี 62", "2562", "พ.ศ. 2562"),
    ("2559-2561", "2559-2561", "พ.ศ. 2559-2561"),
    ("59-61", "2559-2561", "พ.ศ. 2559-2561"),
    ("2559-61", "2559-2561", "พ.ศ. 2559-2561"),
    ("๒๕๕๙ – ๒๕๖๑", "2559-2561", "พ.ศ. 2559-2561"),
    ("2559 ถึง 2561", "2559-2561", "พ.ศ. 2559-2561"),
    ("2561-2559", "2559-2561", "พ.ศ. 2559-2561"),
    ("2016-2018", "2559-2561", "พ.ศ. 2559-2561"),
    ("พ.ศ. 2554, 2557, 2561", "2554, 2557, 2561", "พ.ศ. 2554, 2557, 2561"),
    ("พ.ศ. ๒๕๕๐ ๒๕๕๔ ๒๕๕๗ และ ๒๕๖๐", "2550, 2554, 2557, 2560", "พ.ศ. 2550, 2554, 2557, 2560"),
    ("ไตรมาส 2 พ.ศ. 2562", "2562Q2", "ไตรมาส 2 พ.ศ. 2562"),
    ("ไตรมาส 2/2562", "2562Q2", "ไตรมาส 2 พ.ศ. 2562"),
    ("Q2/2562", "2562Q2", "ไตรมาส 2 พ.ศ. 2562"),
    ("2562 ไตรมาสที่ 1-3", "2562Q1-3", "ไตรมาส 1-3 พ.ศ. 2562"),
    ("พ.ศ. 2559 และ 2560 (ไตรมาสที่1 – 4)", "2559-2560Q1-4", "ไตรมาส 1-4 พ.ศ. 2559-2560"),
    ("ไตรมาส 1 2559 ไตรมาส 2 2560", "2559Q1, 2560Q2", "ไตรมาส 1 พ.ศ. 2559, ไตรมาส 2 พ.ศ. 2560"),
    ("เดือนกุมภาพันธ์ พ.ศ. 2563", "2563M2", "กุมภาพันธ์ พ.ศ. 2563"),
    ("ก.พ. 63", "2563M2", "กุมภาพันธ์ พ.ศ. 2563"),
]


@pytest.mark.parametrize(("typed", "stored", "printed"), TYPED)
def test_years_are_read_kept_and_printed(typed: str, stored: str, printed: str) -> None:
    periods = parse_periods(typed, TODAY)
    assert kept(periods) == stored
    assert read_kept(stored) == periods
    assert format_periods(stored) == printed
    assert kept(parse_periods(printed, TODAY)) == stored, "what is printed is understood again"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2653", "year"), ("1800", "year"), ("2559-2653", "year"), ("75", "year"), ("ล่าสุด", "periods"),
        ("", "periods"), ("2560 จังหวัด", "periods"), ("ไตรมาส 2", "periods"), ("ไตรมาส 5 2562", "periods"),
        ("31 ก.พ. 2563", "periods"), ("ไตรมาส 0 2562", "periods"),
    ],
)  # fmt: skip
def test_what_is_no_year_of_data_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_periods(text, TODAY)
    assert refusal.value.code == code


def test_words_kept_as_typed_are_printed_as_they_are() -> None:
    assert format_periods("ปีล่าสุด") == "ปีล่าสุด"
    assert read_kept("ปีล่าสุด") == ()


@pytest.mark.parametrize(
    ("stored", "spans"),
    [
        ("2562", [("2019-01-01", "2019-12-31")]),
        ("2559-2561", [("2016-01-01", "2018-12-31")]),
        ("2562Q2", [("2019-04-01", "2019-06-30")]),
        ("2559-2560Q1-4", [("2016-01-01", "2017-12-31")]),
        ("2559-2560Q3", [("2016-07-01", "2016-09-30"), ("2017-07-01", "2017-09-30")]),
        ("2563M2", [("2020-02-01", "2020-02-29")]),
    ],
)
def test_periods_are_days_for_reports(stored: str, spans: list[tuple[str, str]]) -> None:
    (period,) = read_kept(stored)
    assert [(first.isoformat(), last.isoformat()) for first, last in period.spans()] == spans


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ขอ สรง. 2559-2560 ไตรมาส 1-4 ให้ด้วย", "2559-2560Q1-4"),
        ("รายได้ครัวเรือนกระบี่ 2560", "2560"),
        ("ข้อมูล พ.ศ.2562", "2562"),
        ("เดือนกุมภาพันธ์ พ.ศ. 2563 ผ่าน Facebook", "2563M2"),
        ("วันที่ 19 ก.พ. 2563", ""),
        ("สัญญา 81/2563", ""),
        ("1,500 บาท 15 ปี", ""),
        ("โทร 0812345678", ""),
        ("ปี 2563 และเล่ม 2565", ""),
        ("ปี 2653", ""),
    ],
)
def test_the_one_run_of_years_of_a_text(text: str, found: str) -> None:
    assert kept(years_in(text, TODAY)) == found


YEARS = st.integers(2400, 2599)
PARTS = st.one_of(
    st.just(("", 0, 0)),
    st.tuples(st.just("Q"), st.integers(1, 4), st.integers(1, 4)).map(
        lambda q: (q[0], min(q[1:]), max(q[1:]))
    ),
    st.tuples(st.just("M"), st.integers(1, 12)).map(lambda m: (m[0], m[1], m[1])),
)


@given(YEARS, YEARS, PARTS)
def test_every_period_survives_storing_and_its_days_are_in_order(
    one: int, other: int, part: tuple[str, int, int]
) -> None:
    period = DataPeriod(min(one, other), max(one, other), *part)
    assert read_kept(str(period)) == (period,)
    days = [day for span in period.spans() for day in span]
    assert days == sorted(days)


@given(st.text(max_size=40))
def test_any_text_is_searched_without_a_slip(text: str) -> None:
    for start, end, periods in find_periods(text, TODAY):
        assert 0 <= start < end <= len(text)
        assert periods
