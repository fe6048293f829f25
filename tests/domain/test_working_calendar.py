"""Working hours, Thai holidays of 2025 to 2027, and arithmetic over working time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration import load_configuration
from domain.dates.working_calendar import BANGKOK, WorkingCalendar
from domain.errors import InvalidInput
from tests.fakes.office import OFFICE

CALENDAR = OFFICE.calendar

# Weekdays on which government offices are closed, as the cabinet announced them.
CLOSED = {
    2025: "01-01 02-12 04-07 04-14 04-15 04-16 05-05 05-09 05-12 06-02 06-03 07-10 07-11 07-28 08-11 08-12 "
    "10-13 10-23 12-05 12-10 12-31",
    2026: "01-01 01-02 03-03 04-06 04-13 04-14 04-15 05-04 05-13 06-01 06-03 07-28 07-29 07-30 08-12 10-13 "
    "10-23 12-07 12-10 12-31",
    # Not announced in full yet: the ploughing day is missing.
    2027: "01-01 02-22 04-06 04-13 04-14 04-15 05-04 05-20 06-03 07-19 07-20 07-28 08-12 10-13 10-25 12-06 12-10 12-31",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


def office(tmp_path: Path, toml: str) -> WorkingCalendar:
    file = tmp_path / "office.toml"
    file.write_text(toml, "utf-8")
    return load_configuration(file).calendar


@pytest.mark.parametrize("year", CLOSED)
def test_the_office_is_closed_on_weekends_and_announced_holidays_only(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    closed = [day for day in days if day.weekday() < 5 and not CALENDAR.is_working_day(day)]
    assert [f"{day:%m-%d}" for day in closed] == CLOSED[year].split()
    assert not any(CALENDAR.is_working_day(day) for day in days if day.weekday() >= 5)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 3), "วันมาฆบูชา"),
        (date(2026, 5, 31), "วันวิสาขบูชา"),
        (date(2026, 6, 1), "ชดเชยวันวิสาขบูชา"),
        (date(2026, 7, 29), "วันอาสาฬหบูชา"),
        (date(2026, 7, 30), "วันเข้าพรรษา"),
        (date(2026, 4, 14), "วันสงกรานต์"),
        (date(2026, 5, 1), None),  # labour day: banks and companies
        (date(2027, 5, 3), None),  # its substitution day
        (date(2026, 1, 10), None),  # children's day
        (date(2026, 1, 16), None),  # teachers' day
        (date(2026, 3, 2), None),
    ],
)
def test_holidays_have_their_thai_names(day: date, name: str | None) -> None:
    assert CALENDAR.holiday_name(day) == name


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-03-02T08:29:59", False),
        ("2026-03-02T08:30", True),
        ("2026-03-02T11:59:59", True),
        ("2026-03-02T12:00", False),
        ("2026-03-02T13:00", True),
        ("2026-03-02T16:30", False),  # over Makha Bucha
        ("2026-03-07T10:00", False),  # Saturday
    ],
)
def test_opening_hours(now: str, is_open: bool) -> None:
    assert CALENDAR.is_open(at(now).astimezone(UTC)) == is_open


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T08:30", 420, "2026-03-02T16:30"),
        ("2026-03-02T08:30", 421, "2026-03-04T08:31"),
        ("2026-03-02T12:00", 0, "2026-03-02T12:00"),
        ("2026-03-02T12:30", 0, "2026-03-02T13:00"),
        ("2026-03-02T12:00", 1, "2026-03-02T13:01"),
        ("2026-03-02T16:30", 0, "2026-03-02T16:30"),
        ("2026-03-02T20:00", 0, "2026-03-04T08:30"),
        ("2026-03-02T10:00:15", 5, "2026-03-02T10:05:15"),
    ],
)
def test_adding_working_time(start: str, minutes: int, end: str) -> None:
    assert CALENDAR.add(at(start), minutes) == at(end)


def test_seconds_count_between_instants_and_can_be_added_back() -> None:
    worked = CALENDAR.between(at("2026-03-02T11:59:30"), at("2026-03-02T13:00:45"))
    assert worked == timedelta(seconds=75)
    assert CALENDAR.add(at("2026-03-02T11:59:30"), worked) == at("2026-03-02T13:00:45")


def test_no_time_passes_backwards() -> None:
    assert CALENDAR.between(at("2026-03-02T10:00"), at("2026-03-02T09:00")) == timedelta()


FIRST = datetime(2024, 1, 1, tzinfo=UTC)
starts = st.timedeltas(timedelta(), timedelta(days=4 * 365)).map(lambda later: FIRST + later)
budgets = st.integers(0, 23 * 420)


@given(starts, starts, budgets)
def test_a_later_start_is_never_due_earlier(one: datetime, other: datetime, minutes: int) -> None:
    earlier, later = sorted((one, other))
    assert CALENDAR.add(earlier, minutes) <= CALENDAR.add(later, minutes)


@given(starts, budgets)
def test_the_end_is_within_working_hours_or_at_a_closing(start: datetime, minutes: int) -> None:
    end = CALENDAR.add(start, minutes)
    assert end >= start
    assert CALENDAR.is_open(end) or CALENDAR.is_open(end - timedelta(microseconds=1))
    assert end.tzinfo is BANGKOK


@given(starts, budgets)
def test_the_time_between_start_and_end_is_the_budget(start: datetime, minutes: int) -> None:
    assert CALENDAR.between(start, CALENDAR.add(start, minutes)) == timedelta(minutes=minutes)


@given(starts, budgets, budgets)
def test_adding_in_two_steps_is_adding_at_once(start: datetime, one: int, two: int) -> None:
    assert CALENDAR.add(CALENDAR.add(start, one), two) == CALENDAR.add(start, one + two)


@given(starts, starts, starts)
def test_time_between_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = CALENDAR.between(first, middle) + CALENDAR.between(middle, last)
    assert parts == CALENDAR.between(first, last)


@pytest.mark.parametrize("year", [1956, 2101])
def test_years_nobody_knows_are_refused_and_not_guessed(year: int) -> None:
    for question in (CALENDAR.is_working_day, CALENDAR.holiday_name):
        with pytest.raises(InvalidInput) as caught:
            question(date(year, 6, 1))
        assert (caught.value.code, caught.value.params) == ("holiday_year", {"year": year})


def test_a_budget_that_runs_past_the_known_years_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holiday_year"):
        CALENDAR.add(at("2100-12-31T16:00"), 60)


def test_an_instant_without_a_time_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.is_open(datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_negative_working_time_is_a_bug() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add(at("2026-03-02T09:00"), -1)


def test_the_office_adds_renames_and_cancels_holidays(tmp_path: Path) -> None:
    calendar = office(
        tmp_path,
        '[[holidays]]\ndate = 2027-05-10\nname = "วันพืชมงคล"\n'
        '[[holidays]]\ndate = 2026-01-02\nname = "ทำงาน"\nworking = true\n'
        '[[holidays]]\ndate = 2026-03-07\nname = "วันเสาร์ทำงาน"\nworking = true\n'
        '[[holidays]]\ndate = 2026-03-03\nname = "มาฆบูชา"\n',
    )
    assert calendar.holiday_name(date(2027, 5, 10)) == "วันพืชมงคล"
    assert not calendar.is_working_day(date(2027, 5, 10))
    assert calendar.is_working_day(date(2026, 1, 2))
    assert calendar.holiday_name(date(2026, 1, 2)) is None
    assert calendar.add(at("2026-03-06T16:30"), 420) == at("2026-03-07T16:30")
    assert calendar.holiday_name(date(2026, 3, 3)) == "มาฆบูชา"
    assert not calendar.is_working_day(date(2026, 1, 1))


def test_the_office_changes_its_hours(tmp_path: Path) -> None:
    calendar = office(
        tmp_path, '[working_hours]\nfriday = ["8:30–12:00"]\nsaturday = ["09:00-12:00"]\n'
    )
    assert calendar.add(at("2026-03-06T08:30"), 240) == at("2026-03-07T09:30")
    assert calendar.day_minutes == 420


def test_the_office_may_keep_labour_day(tmp_path: Path) -> None:
    calendar = office(tmp_path, '[holiday_rules]\nleave_out = ["วันเด็กแห่งชาติ"]\n')
    assert calendar.holiday_name(date(2026, 5, 1)) == "วันแรงงานแห่งชาติ"


@pytest.mark.parametrize("year", [1990, 2026, 2031])
def test_holidays_are_those_of_the_whole_library(year: int) -> None:
    known = country_holidays("TH", years=year, categories=("public", "government"), language="th")
    whole = {on: name for on, name in known.items() if on.year == year}

    calendar = replace(CALENDAR, rules={}, leave_out=())

    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    named = {day: calendar.holiday_name(day) for day in days if day.year == year}
    assert {day: name for day, name in named.items() if name} == whole
