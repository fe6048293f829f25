"""Moments and spans of days as people type them: yesterday 15.30, 9.00, 12-14 Dec."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

import regex  # type: ignore[import-untyped]

from domain.dates.days import (
    BANGKOK,
    MOST_AHEAD,
    calendar_day,
    find_relative,
    parse_date,
)
from domain.dates.time_of_day import time_at
from domain.dates.when import find_named_day
from domain.dates.working_calendar import OPENING
from domain.errors import InvalidInput
from domain.patterns import BLANKS_BEFORE, at_end, one_of, without_end
from domain.text import clean, digits, words
from domain.tickets.references import without_courtesy

_GAP_BEFORE = re.compile(r"\A[\s,]+")
_ANY_DAY = date(2026, 1, 1)
MOST_DAYS = 120
"""The longest leave that is read as one; more is a slip of the finger."""
_DAYS_BACK = timedelta(days=3)
"""So far back a date without a year may lie in a span of days to come."""


def parse_moment(text: str, now: datetime) -> datetime:
    """Reads the aware instant meant by a date, a time of day, or both; raises
    InvalidInput("moment").

    A time alone is today's; a date alone is 08:30 that day (DOMAIN.md section 5)."""
    if clean(text).casefold() in words("moments").texts("now"):
        return now
    try:
        on, at = parse_day_time(text, now.astimezone(BANGKOK).date())
    except InvalidInput:
        raise InvalidInput("moment", text=text[:40]) from None
    return datetime.combine(on, at or OPENING, BANGKOK)


def parse_day_time(text: str, today: date) -> tuple[date, time | None]:
    """Reads the day that the whole text names, and the time of day beside it, in either order; a
    time alone is today's.

    Parts of a day (morning) are no time. Raises InvalidInput("date") or ("no_day") as
    domain.dates.parse_date."""
    cleaned = clean(text)
    # Where the rest is no date the figures may have been part of one.
    for start, end, at in _times(cleaned):
        rest = _without_gaps(f"{cleaned[:start]} {cleaned[end:]}")
        if not rest:
            return today, at
        try:
            return parse_date(rest, today), at
        except InvalidInput as error:
            # 31 February is no other day with a time behind it: the officer is told.
            if error.code == "no_day":
                raise
    return parse_date(text, today), None


def _times(text: str) -> Iterator[tuple[int, int, time]]:
    """Yields whatever may be an exact time of day, from where to where: in a Thai text times may
    begin within each other.
    """
    arabic = digits(text)
    for start in range(len(arabic)):
        found = time_at(arabic, start)
        if found is not None and found.at is not None and not found.vague:
            yield start, found.end, found.at


def _without_gaps(text: str) -> str:
    """Returns what is left beside a time, without the words that lead up to one."""
    return without_end(_gap_behind(), _GAP_BEFORE.sub("", text))


@cache
def _gap_behind() -> regex.Pattern[str]:
    lead = one_of(words("moments").texts("before_time"))
    return at_end(rf"(?:\s|{lead}|,)+")


def parse_days(text: str, today: date) -> tuple[date, date]:
    """Reads the first and last day of `12-14 Dec 69`, `12-14` (this month or the next), `28 Dec - 3
    Jan`, or one date.

    A span that has no year lies ahead. Raises InvalidInput("days")."""
    cleaned = _until().sub("-", clean(text))
    days = cleaned.removeprefix(words("dates").text("named")).strip()
    first, dash, last = days.partition("-")
    if span := _named_days(first, last, today):
        return span
    try:
        if not dash:
            day = _one_day(first, today)
            return day, day
        end = _one_day(last, today)
        begin = _begin(first, end)
    except InvalidInput:
        raise InvalidInput("days", text=text[:40]) from None
    if not begin <= end <= begin + timedelta(days=MOST_DAYS):
        raise InvalidInput("days", text=text[:40])
    return begin, end


@cache
def _until() -> re.Pattern[str]:
    """Matches what stands between two days; a word in Latin letters stands apart."""
    ways = ["[-\u2013\u2014]"]
    for word in words("moments").texts("to"):
        ways.append(rf"\b{word}\b" if word.isascii() else re.escape(word))
    return re.compile(rf"{BLANKS_BEFORE}(?:{'|'.join(ways)})\s*+", re.IGNORECASE)


def names_days(text: str) -> bool:
    """Returns whether `parse_days` would read the text, polite words at its end aside."""
    try:
        parse_days(without_courtesy(text), _ANY_DAY)
    except InvalidInput:
        return False
    return True


def _named_days(first: str, last: str, today: date) -> tuple[date, date] | None:
    """Reads one day or two, each by a word or its weekday; the second is the next such day from the
    first on.
    """
    begin = _whole_day(first, today)
    if begin is None:
        return None
    if not last:
        return begin, begin
    end = _whole_day(last, today)
    if end is not None and end < begin:
        end = _whole_day(last, begin)
    if end is None or end < begin:
        return None
    return begin, end


def _whole_day(text: str, today: date) -> date | None:
    text = text.strip()
    found = find_named_day(text, today)
    if found is None or text[found[1] :].strip():
        return None
    return found[0]


def _one_day(text: str, today: date) -> date:
    """Reads one day: a date that has no year is the next of its name, or lies a few days back; a
    bare number is the next such day.
    """
    plain = digits(text).strip()
    if re.fullmatch(r"\d\d?", plain):
        return _next_numbered(int(plain), text, today)
    # Read as if half a year had passed, since parse_date looks half a year ahead and half a year
    # back.
    return find_relative(text, today) or parse_date(text, today + MOST_AHEAD - _DAYS_BACK)


def _next_numbered(number: int, text: str, today: date) -> date:
    """Returns the next day with this number, in this month or the next."""
    for months in (0, 1):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        candidate = calendar_day(year, month + 1, number)
        if candidate is not None and candidate >= today:
            return candidate
    raise InvalidInput("days", text=text[:40])


def _begin(text: str, end: date) -> date:
    """Reads the day that begins a span: a date, or the number of a day in the last one's month."""
    figures = digits(text).strip()
    if not figures.isdecimal():
        return parse_date(text, end)
    on = calendar_day(end.year, end.month, int(figures))
    if on is None:
        raise InvalidInput("days", text=text)
    return on
