"""Moments and spans of days as people type them: yesterday 15.30, 9.00, 12-14 Dec."""

import re
from datetime import date, datetime, time, timedelta
from functools import cache

from domain.dates import BANGKOK, MOST_AHEAD, find_date, find_relative, parse_date
from domain.errors import InvalidInput
from domain.text import clean, digits, words

MOST_DAYS = 120
"""The longest leave that is read as one; more is a slip of the finger."""


def parse_moment(text: str, now: datetime) -> datetime:
    """The aware instant meant by a date, a time of day, or both; InvalidInput("moment").

    A time alone is today's; a date alone is 08:30 that day (DOMAIN.md section 5).
    """
    cleaned = clean(text)
    today = now.astimezone(BANGKOK).date()
    if cleaned.casefold() in words("moments").texts("now"):
        return now
    found = find_date(cleaned, today) if _time_of(cleaned) is None else None
    on, rest = found or (today, cleaned)
    at = _time_of(rest) if rest or found is None else time(8, 30)
    if at is None:
        raise InvalidInput("moment", text=text[:40])
    return datetime.combine(on, at, BANGKOK)


def parse_days(text: str, today: date) -> tuple[date, date]:
    """First and last day of `12-14 Dec 69`, `12-14` (this month or the next), `28 Dec - 3 Jan`, or one date.

    A span that has no year lies ahead. Raises InvalidInput("days").
    """
    cleaned = re.sub(
        rf"\s*(?:[-\u2013\u2014]|{'|'.join(map(re.escape, words('moments').texts('to')))})\s*", "-", clean(text)
    )
    first, dash, last = cleaned.removeprefix(words("dates").text("named")).strip().partition("-")
    try:
        if not dash:
            return _one_day(first, today), _one_day(first, today)
        end = _one_day(last, today)
        begin = _same_month(first, end) if digits(first).strip().isdigit() else parse_date(first, end)
    except InvalidInput:
        raise InvalidInput("days", text=text[:40]) from None
    if not begin <= end <= begin + timedelta(days=MOST_DAYS):
        raise InvalidInput("days", text=text[:40])
    return begin, end


def _one_day(text: str, today: date) -> date:
    """A date that has no year is the next of its name, or lies a few days back; a bare number is the next such day."""
    plain = digits(text).strip()
    if not re.fullmatch(r"\d\d?", plain):
        # Read as if half a year had passed, since parse_date looks half a year ahead and half a year back.
        return find_relative(text, today) or parse_date(text, today + MOST_AHEAD - timedelta(days=3))
    for months in (0, 1):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        candidate = _day(year, month + 1, int(plain))
        if candidate is not None and candidate >= today:
            return candidate
    raise InvalidInput("days", text=text[:40])


def _same_month(first: str, end: date) -> date:
    on = _day(end.year, end.month, int(digits(first)))
    if on is None:
        raise InvalidInput("days", text=first)
    return on


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time_of(text: str) -> time | None:
    """The whole text as a time of day: 15.30, 15:30, 9 o'clock with its Thai word."""
    match = _clock_pattern().fullmatch(digits(text).strip())
    if not match or (match["minute"] is None and match["word"] is None):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def day_words() -> str:
    """A pattern for the words that name a day from today on."""
    table = words("dates").table("relative")
    return "|".join(
        re.escape(word) for distance in table.values if int(distance) >= 0 for word in table.texts(distance)
    )


@cache
def _clock_pattern() -> re.Pattern[str]:
    before, after = (
        "|".join(re.escape(word) for word in words("moments").texts(key)) for key in ("before_time", "after_time")
    )
    return re.compile(rf"(?:(?:{before})\s*)?(?P<hour>\d\d?)(?:[.:](?P<minute>\d\d))?\s*(?P<word>{after})?")
