"""Dates in either era, as people type them and as the office prints them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates.days import (
    BANGKOK,
    find_date,
    find_month,
    find_relative,
    fiscal_year,
    format_date,
    format_datetime,
    format_month,
    format_time,
    parse_date,
    parse_month,
    picked_date,
)
from domain.dates.periods import format_period, parse_period
from domain.errors import InvalidInput

TODAY = date(2026, 11, 22)
LEAP_DAY_EVE = date(2020, 2, 19)


@pytest.mark.parametrize(
    "text",
    [
        "19 ก.พ. 63", "19 กพ 63", "19 ก.พ 63", "19 ก. พ. 63", "19กพ63", "19ก.พ.2563", "19 กุมภาพันธ์ 2563",
        "19 กุมภา 63", "19 ก.พ. พ.ศ. 2563", "19 ก.พ. พศ 63", "19 กุมภาพันธ์ ค.ศ. 2020", "19 ก.พ. ค.ศ. 20",
        "๑๙ ก.พ. ๒๕๖๓", "วันที่ 19 ก.พ. 63", "วันที่๑๙ ก.พ. ๖๓", " 19 ก.พ. 63\n",
        "19 ก.พ. 2020", "19 Feb 2020", "19 february 63", "19-Feb-2020", "19-Feb-20", "19 Feb 20", "Feb 19, 2020",
        "February 19 2020", "Feb. 19, 2563", "19th February 2020",
        "February 19th, 2020", "19 Feb. 2020", "19 Feb, 2020",
        "19 FEB B.E. 2563",
        "19/2/63", "19/02/2563", "๑๙/๒/๖๓", "19/2/2020", "19-2-2020", "19.02.63", "2020-02-19", "2563-02-19",
        "2563/2/19",
    ],
)  # fmt: skip
def test_every_spelling_is_the_same_day(text: str) -> None:
    assert parse_date(text, TODAY) == LEAP_DAY_EVE


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("วันนี้", 0), ("เมื่อวาน", -1), ("เมื่อวานนี้", -1), ("เมื่อวานซืน", -2), ("พรุ่งนี้", 1), ("มะรืน", 2), ("มะรืนนี้", 2),
        ("today", 0), ("Yesterday", -1), ("tomorrow", 1),
    ],
)  # fmt: skip
def test_days_are_counted_from_today(text: str, days: int) -> None:
    assert parse_date(text, TODAY) == TODAY + timedelta(days=days)
    assert find_relative(text, TODAY) == TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    "text",
    [
        "31 ก.พ. 63", "31 ก.พ.", "30 Feb 2020", "29 ก.พ. 62", "0 ม.ค. 63", "32/1/63", "1/13/63", "19 ก.พ. 2653",
        "19 ก.พ. 563", "19/2/1950", "19 ก.พ. 2499", "19 ก.พ. 2644", "19 ก.พ. ค.ศ. 2563", "19 ก.พ. พ.ศ. 2020",
        "19 ก.พ. 2300", "Feb 19", "Feb 30, 2020",
        "19 ก.พ. 63 เช้า", "ก.พ. 63", "19", "19 2563", "81/2563", "10/63", "1.1", "2563", "ศุกร์หน้า", "5 มีคน", "",
        "วันที่", "9",
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_date(text, TODAY)
    assert (refusal.value.code in ("date", "no_day"), refusal.value.params) == (
        True,
        {"text": text},
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31 ก.พ. 63", "no_day"),
        ("วันที่ 31 กุมภาพันธ์ 2563", "no_day"),
        ("19/2/2653", "no_day"),
        ("1.1", "date"),
        ("ศุกร์หน้า", "date"),
    ],
)
def test_a_day_that_is_written_well_but_does_not_exist_is_told_from_words(
    text: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_date(text, TODAY)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1 ม.ค. 00", 1957),
        ("1 ม.ค. 2500", 1957),
        ("1 ม.ค. 99", 2056),
        ("1 ม.ค. 2643", 2100),
        ("1 ม.ค. 1957", 1957),
    ],
)
def test_years_go_from_1957_to_2100(text: str, year: int) -> None:
    assert parse_date(text, TODAY) == date(year, 1, 1)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5-Mar-27", date(2027, 3, 5)),
        ("5 Mar 26", date(2026, 3, 5)),
        ("Sep 15, 2026", date(2026, 9, 15)),
        ("September 15, 26", date(2026, 9, 15)),
        ("15 Sep B.E. 69", date(2026, 9, 15)),
        ("15 Sep 2569", date(2026, 9, 15)),
        ("15 Sep 69", date(2026, 9, 15)),
        ("5 มี.ค. 27", date(1984, 3, 5)),
    ],
)
def test_beside_an_english_month_two_digits_are_a_christian_year_where_that_can_be(
    text: str, meant: date
) -> None:
    assert parse_date(text, TODAY) == meant


@pytest.mark.parametrize(
    ("text", "today", "meant"),
    [
        ("19 ก.พ.", TODAY, date(2026, 2, 19)),
        ("23 พ.ย.", TODAY, date(2026, 11, 23)),
        ("19/2", TODAY, date(2026, 2, 19)),
        ("24 ธ.ค.", date(2027, 1, 5), date(2026, 12, 24)),
        ("5 ก.ค.", date(2027, 1, 5), date(2027, 7, 5)),
        ("29 ก.พ.", date(2029, 1, 5), date(2028, 2, 29)),
    ],
)
def test_a_missing_year_is_this_one_or_the_last(text: str, today: date, meant: date) -> None:
    assert parse_date(text, today) == meant


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("19 ก.พ. 63 ขอข้อมูล ๓ ปี", "ขอข้อมูล ๓ ปี"),
        ("19/2/63: ขอข้อมูล", ": ขอข้อมูล"),
        ("19 ก.พ. 2563 14.02 น.", "14.02 น."),
        ("19 Feb 2020", ""),
    ],
)
def test_a_date_is_found_at_the_start_with_the_rest(text: str, rest: str) -> None:
    assert find_date(text, TODAY) == (LEAP_DAY_EVE, rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [("19 พ.ย. 14.02 น.", "14.02 น."), ("19 พ.ย. 512 ราย", "512 ราย"), ("19 พ.ย.นี้", "นี้")],
)
def test_a_time_or_a_count_is_no_year(text: str, rest: str) -> None:
    assert find_date(text, TODAY) == (date(2026, 11, 19), rest)


@pytest.mark.parametrize(
    "text",
    [
        "ขอ 19 ก.พ. 63",
        "วันนี้ลูกค้าโทรมา",
        "31 ก.พ. 63 ขอ",
        "19 ก.พ. 2653",
        "5 มีคนมา",
        "119 ก.พ. 63",
        "1.1 ขอ",
        "",
    ],
)
def test_no_date_is_found_where_none_begins(text: str) -> None:
    assert find_date(text, TODAY) is None


def test_dates_are_printed_in_the_buddhist_era() -> None:
    assert format_date(LEAP_DAY_EVE) == "19 ก.พ. 63"
    assert format_date(LEAP_DAY_EVE, full=True) == "19 กุมภาพันธ์ 2563"
    assert format_date(date(1957, 12, 5)) == "5 ธ.ค. 00"


def test_instants_are_printed_in_bangkok() -> None:
    at = datetime(2020, 2, 18, 19, 2, tzinfo=UTC)
    assert format_datetime(at) == "19 ก.พ. 63 02.02 น."
    assert format_time(at.astimezone(BANGKOK)) == "02.02 น."


@given(st.dates(date(1957, 1, 1), date(2056, 12, 31)))
def test_a_printed_date_is_read_back(day: date) -> None:
    assert parse_date(format_date(day), TODAY) == day
    assert parse_date(format_date(day, full=True), TODAY) == day
    assert parse_date(day.isoformat(), TODAY) == day


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        assert isinstance(parse_date(text, TODAY), date)
    except InvalidInput as refusal:
        assert refusal.code in ("date", "no_day")  # noqa: PT017


@pytest.mark.parametrize(("day", "year"), [(date(2026, 9, 30), 2569), (date(2026, 10, 1), 2570)])
def test_the_fiscal_year_begins_in_october(day: date, year: int) -> None:
    assert fiscal_year(day) == year


# Months.


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("ต.ค. 69", date(2026, 10, 1)),
        ("เดือนตุลาคม", date(2026, 10, 1)),
        ("10/2569", date(2026, 10, 1)),
        ("ธ.ค.", date(2025, 12, 1)),
        ("ประจำเดือน ต.ค. ปี 2569", date(2026, 10, 1)),
        ("ตุลาคม ปี พ.ศ. 69", date(2026, 10, 1)),
        ("Oct 2026", date(2026, 10, 1)),
    ],
)
def test_months(typed: str, month: date) -> None:
    assert parse_month(typed, TODAY) == month


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("13/2569", "month"),
        ("0/2569", "month"),
        ("ต.ค. 69 ครับ", "month"),
        ("วันจันทร์", "month"),
        ("ธ.ค. 69", "future_date"),
        ("", "month"),
    ],
)
def test_what_is_no_past_month_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_month(text, TODAY)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ต.ค. 69 ทีมข้อมูล", (date(2026, 10, 1), "ทีมข้อมูล")),
        ("10/2569 6.1", (date(2026, 10, 1), "6.1")),
        ("ธ.ค. 6.1", (date(2025, 12, 1), "6.1")),
        ("ทีม ต.ค. 69", None),
        ("มีค่า", None),
        ("3/10/2569", None),
    ],
)
def test_a_month_is_found_where_a_text_begins_with_it(
    text: str, found: tuple[date, str] | None
) -> None:
    assert find_month(text, TODAY) == found


@pytest.mark.parametrize(
    ("picked", "typed"),
    [("2026-12-04", "04/12/2569"), ("2026-12-04T14:30", "04/12/2569 14:30")],
)
def test_what_is_picked_is_written_as_it_would_be_typed(picked: str, typed: str) -> None:
    assert picked_date(picked) == typed
    assert parse_date(typed.split()[0], TODAY) == date(2026, 12, 4)


def test_english_readers_have_the_christian_era() -> None:
    at = datetime(2026, 9, 3, 7, 30, tzinfo=UTC)
    assert format_date(at.date(), language="en") == "3 Sep 2026"
    assert format_date(at.date(), full=True, language="en") == "3 September 2026"
    assert format_month(at.date(), language="en") == "Sep 2026"
    assert format_datetime(at, "en") == "3 Sep 2026 14:30"
    for text in ("fiscal year 2026", "Oct 2026", "Oct 2026 – Dec 2026", "1 Nov 2026 – 3 Nov 2026"):
        assert format_period(parse_period(text, TODAY), "en") == text
