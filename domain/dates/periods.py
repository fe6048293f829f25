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

RELATIVE = (
    "this_month",
    "last_month",
    "this_fiscal_year",
    "last_fiscal_year",
    "this_week",
    "last_week",
)


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `first` on, before `until`."""

    first: date
    until: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Its beginning, and the beginning of the day after it, as aware instants."""
        begins = datetime.combine(self.first, time(), BANGKOK)
        ends = datetime.combine(self.until, time(), BANGKOK)
        return begins, ends


def find_period(text: str, today: date) -> tuple[Period, str] | None:
    """Finds the span that `text` (clean) begins with, and returns it with the rest; None if it
    begins with none.
    """
    for key, spelling in _spellings():
        if not text.casefold().startswith(spelling):
            continue
        found = _by_word(key, text[len(spelling) :], today)
        if found is not None:
            return found
    if month := find_month(text, today):
        first, rest = month
        return month_of(first), rest
    if day := find_date(text, today):
        on, rest = day
        return day_of(on), rest
    return None


def _by_word(key: str, rest: str, today: date) -> tuple[Period, str] | None:
    """Reads the span for whose word `key` stands, with what follows that word."""
    if key in RELATIVE:
        glued = rest[:1].strip()
        if glued:
            return None
        return relative_period(key, today), rest.strip()
    found = find_year(rest)
    if found is None:
        return None
    year, rest = found
    return _year(year, fiscal=key == "fiscal_year"), rest


def find_span(text: str, today: date) -> Period | None:
    """Reads the whole text as one span, or as all from one span to another; returns None where it
    is neither.
    """
    found = take_span(text, today)
    if found is None or found[1]:
        return None
    return found[0]


def take_span(text: str, today: date) -> tuple[Period, str] | None:
    """Finds the span, or all from one span to another, that `text` (clean) begins with, and returns
    it with the rest; None if it begins with none.
    """
    found = find_period(text, today)
    if found is None:
        return None
    period, rest = found
    for mark in words("periods").texts("until"):
        if not rest.startswith(mark):
            continue
        last = find_period(rest.removeprefix(mark).strip(), today)
        # A span that ends before it begins is a slip of the finger.
        if last is not None and period.first < last[0].until:
            return Period(period.first, last[0].until), last[1]
    return period, rest


def day_of(day: date) -> Period:
    """Returns this day alone."""
    return Period(day, day + timedelta(days=1))


def month_of(day: date) -> Period:
    """Returns the month in which the day lies."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def months_of(period: Period, today: date) -> list[date]:
    """Returns the first day of each month that the period touches and that has begun by today, in
    order.
    """
    found = []
    month = month_of(period.first)
    while month.first < period.until and month.first <= today:
        found.append(month.first)
        month = month_of(month.until)
    return found


def week_of(day: date) -> Period:
    """Returns the week in which the day lies, which begins on Monday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=7))


def before(period: Period) -> Period:
    """Returns the span of the same kind before it: a month's month, a week's week, else as many
    days.
    """
    yesterday = period.first - timedelta(days=1)
    for span in _SPANS.values():
        if span(period.first) == period:
            return span(yesterday)
    return Period(period.first - (period.until - period.first), period.first)


def after(period: Period) -> Period:
    """Returns the span of the same kind after it, likewise."""
    for span in _SPANS.values():
        if span(period.first) == period:
            return span(period.until)
    return Period(period.until, period.until + (period.until - period.first))


def fiscal_year_of(day: date) -> Period:
    """Returns the fiscal year in which the day lies (DOMAIN.md section 1)."""
    return _year(fiscal_year(day) - BUDDHIST_OFFSET, fiscal=True)


def relative_period(key: str, today: date) -> Period:
    """Returns one of RELATIVE, seen from today."""
    span = _SPANS[key.partition("_")[2]]
    here = span(today)
    if key.startswith("this"):
        return here
    return span(here.first - timedelta(days=1))


_SPANS = {"week": week_of, "month": month_of, "fiscal_year": fiscal_year_of}


def format_period(period: Period) -> str:
    """Writes a span: the Thai for Oct 69, fiscal year 2569, Jan 69 - Dec 69, or 1 Oct 69 - 3 Oct
    69.
    """
    if period == month_of(period.first):
        return format_date(period.first).split(maxsplit=1)[1]
    if period == fiscal_year_of(period.first):
        return f"{words('periods').texts('fiscal_year')[0]} {fiscal_year(period.first)}"
    last = period.until - timedelta(days=1)
    if last == period.first:
        return format_date(last)
    whole_months = period.first.day == period.until.day == 1
    written = format_month if whole_months else format_date
    return f"{written(period.first)} {words('periods').text('to')} {written(last)}"


def _year(year: int, *, fiscal: bool) -> Period:
    """Returns the Gregorian year's days, or those of the fiscal year that ends in it."""
    if fiscal:
        return Period(date(year - 1, 10, 1), date(year, 10, 1))
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


@cache
def _spellings() -> list[tuple[str, str]]:
    """Returns each key with a way to write it, the longest first."""
    table = words("periods")
    keys = (*RELATIVE, "fiscal_year", "year")
    pairs = [(key, one.casefold()) for key in keys for one in table.texts(key)]
    return sorted(pairs, key=lambda pair: -len(pair[1]))
