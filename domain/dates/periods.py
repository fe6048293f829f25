"""Spans of days as people name them: a month, a fiscal year, this week, one day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from domain.dates.days import (
    BANGKOK,
    BUDDHIST_OFFSET,
    find_date,
    find_month,
    find_year,
    fiscal_year,
    format_date,
    format_month,
)
from domain.text import words

RELATIVE = ("this_month", "last_month", "this_fiscal_year", "last_fiscal_year", "this_week")


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `first` on, before `until`."""

    first: date
    until: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Its beginning, and the beginning of the day after it, as aware instants."""
        return datetime.combine(self.first, time(), BANGKOK), datetime.combine(
            self.until, time(), BANGKOK
        )


def find_period(text: str, today: date) -> tuple[Period, str] | None:
    """The span that `text` begins with, and the rest; None if it begins with none. `text` is
    clean.
    """
    for key, spelling in _spellings():
        if text.casefold().startswith(spelling):
            rest = text[len(spelling) :]
            if key in RELATIVE and not rest[:1].strip():
                return relative_period(key, today), rest.strip()
            if key not in RELATIVE and (found := find_year(rest)):
                return _year(found[0], key == "fiscal_year"), found[1]
    if month := find_month(text, today):
        return month_of(month[0]), month[1]
    if day := find_date(text, today):
        return Period(day[0], day[0] + timedelta(days=1)), day[1]
    return None


def find_span(text: str, today: date) -> Period | None:
    """The whole text as one span, or as all from one span to another; None where it is neither."""
    found = find_period(text, today)
    if found is None or not found[1]:
        return found[0] if found else None
    for mark in words("periods").texts("until"):
        if found[1].startswith(mark):
            last = find_period(found[1].removeprefix(mark).strip(), today)
            if last is not None and not last[1] and found[0].first < last[0].until:
                return Period(found[0].first, last[0].until)
    return None


def month_of(day: date) -> Period:
    """The month in which the day lies."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def months_of(period: Period, today: date) -> list[date]:
    """The first day of each month that the period touches and that has begun by today, in order."""
    found = []
    month = month_of(period.first)
    while month.first < period.until and month.first <= today:
        found.append(month.first)
        month = month_of(month.until)
    return found


def fiscal_year_of(day: date) -> Period:
    """The fiscal year in which the day lies (DOMAIN.md section 1)."""
    return _year(fiscal_year(day) - BUDDHIST_OFFSET, fiscal=True)


def relative_period(key: str, today: date) -> Period:
    """One of RELATIVE, seen from today."""
    if key == "this_week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday, monday + timedelta(days=7))
    span = month_of if key.endswith("month") else fiscal_year_of
    here = span(today)
    return span(here.first - timedelta(days=1)) if key.startswith("last") else here


def format_period(period: Period) -> str:
    """The Thai for Oct 69, fiscal year 2569, Jan 69 - Dec 69, or 1 Oct 69 - 3 Oct 69."""
    if period == month_of(period.first):
        return format_date(period.first).split(maxsplit=1)[1]
    if period == fiscal_year_of(period.first):
        return f"{words('periods').texts('fiscal_year')[0]} {fiscal_year(period.first)}"
    last = period.until - timedelta(days=1)
    if last == period.first:
        return format_date(last)
    if period.first.day == period.until.day == 1:
        return f"{format_month(period.first)} {words('periods').text('to')} {format_month(last)}"
    return f"{format_date(period.first)} {words('periods').text('to')} {format_date(last)}"


def _year(year: int, fiscal: bool) -> Period:
    """The Gregorian year's days, or those of the fiscal year that ends in it."""
    return (
        Period(date(year - 1, 10, 1), date(year, 10, 1))
        if fiscal
        else Period(date(year, 1, 1), date(year + 1, 1, 1))
    )


@cache
def _spellings() -> list[tuple[str, str]]:
    """Each key with a way to write it, the longest first."""
    table = words("periods")
    pairs = [
        (key, one.casefold())
        for key in (*RELATIVE, "fiscal_year", "year")
        for one in table.texts(key)
    ]
    return sorted(pairs, key=lambda pair: -len(pair[1]))
