"""Moments to come, as people say them: in 3 working days, Friday next, the 15th at two in the
afternoon.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import regex  # type: ignore[import-untyped]

from domain.dates.days import BANGKOK, day_distances, find_date
from domain.dates.time_of_day import (
    all_of,
    key_of,
    number_of,
    read_time,
    time_pattern,
)
from domain.dates.working_calendar import Hours, WorkingCalendar
from domain.errors import InvalidInput
from domain.patterns import WORD_END, at_end, one_word_of, skip, without_end
from domain.text import digits, words

USUAL = time(9)
"""The time of day where none is named."""
FARTHEST = timedelta(days=10 * 366)
LAST_WORDS = 9
"""How many words at a text's end may name the moment."""

_ANY_TIME = datetime(2026, 1, 1, tzinfo=BANGKOK)
_ALL_DAY = (Hours(time(0), time(23)),)
_EVERY_DAY = WorkingCalendar(week=(_ALL_DAY,) * 7, rules={})
_Found = tuple[date, int]
"""A day, and where its words end."""
_BLANKS = re.compile(r"\s+")
_SIGNS_BEFORE = re.compile(r"^[\s,.:;\-\u2013]+")
_LAST_PLACE = 80
"""Characters among which a time is looked for before which a day stands."""
_MOST_UNITS = 5000
_NEXT_MONTH = (1,)
_YEAR_AHEAD = range(13)
"""Months among which the next one is found that has the 29th, 30th or 31st."""


@dataclass(frozen=True, slots=True)
class When:
    """An instant in Bangkok, what else was said, and whether a time of day was named (else it is
    09:00).
    """

    at: datetime
    rest: str
    timed: bool


def find_when(text: str, now: datetime, calendar: WorkingCalendar) -> When | None:
    """Finds the moment that `text` (clean) begins with, else the one it ends with; returns None
    where it names none.

    A time without a day is the next such time; a day without a time is 09:00; both eras, Thai
    digits. Raises InvalidInput("past", at=..., rest=...) for what is over and
    InvalidInput("far") for what is more than ten years off."""
    now = now.astimezone(BANGKOK)
    found = _read(text, now, calendar) or _read_end(text, now, calendar)
    if found is None:
        return None
    if found.at <= now:
        raise InvalidInput("past", at=found.at, rest=found.rest)
    if found.at - now > FARTHEST:
        raise InvalidInput("far")
    return found


def next_working_day(at: datetime, calendar: WorkingCalendar) -> datetime:
    """Returns the same time of day on the next working day; `at` itself where its day is one."""
    at = at.astimezone(BANGKOK)
    while not calendar.is_working_day(at.date()):
        at += timedelta(days=1)
    return at


def names_moment(text: str) -> bool:
    """Returns whether `find_when` would find one in this text, be it past or to come."""
    try:
        return find_when(text, _ANY_TIME, _EVERY_DAY) is not None
    except InvalidInput:
        return True


def begins_with_moment(text: str) -> bool:
    """Returns whether a moment leads the text, be it past or to come."""
    try:
        return _read(text, _ANY_TIME, _EVERY_DAY) is not None
    except InvalidInput:
        return True


def _read(text: str, now: datetime, calendar: WorkingCalendar) -> When | None:
    """Reads the moment that begins the text."""
    arabic = digits(text)
    span = _span(arabic, now, calendar)
    if span is not None and isinstance(span[0], datetime):
        return When(span[0], _rest(text, span[1]), True)
    day, minutes, end = _day_and_time(arabic, now.date(), span)
    if day is None and minutes is None:
        return None
    at = _moment(day or now.date(), minutes)
    # "At nine", said at ten, is tomorrow.
    if day is None and at <= now:
        at += timedelta(days=1)
    return When(at, _rest(text, end), minutes is not None)


def _read_end(text: str, now: datetime, calendar: WorkingCalendar) -> When | None:
    """Reads the moment that ends the text."""
    starts = [blanks.end() for blanks in _BLANKS.finditer(text)]
    # From the left, so that the longest ending counts.
    for start in starts[-LAST_WORDS:]:
        found = _read(text[start:], now, calendar)
        if found is not None and not found.rest:
            return When(found.at, text[:start].strip(), found.timed)
    return None


def _day_and_time(
    text: str, today: date, day: _Found | None
) -> tuple[date | None, int | None, int]:
    """Returns day and minutes since midnight, in either order, and where they end; `day` where a
    span named it.
    """
    # "15 Dec 14 o'clock": read from the left the hour would be the year.
    day = day or _day_before_time(text, today) or _day(text, today)
    if day is not None:
        on, end = day
        timed = read_time(text, skip(_gap(), text, end), after_day=True)
        if timed is None:
            return on, None, end
        return on, timed.minutes, timed.end
    timed = read_time(text, 0)
    if timed is None:
        return None, None, 0
    start = skip(_gap(), text, timed.end)
    later = _day(text[start:], today)
    if later is None:
        return None, timed.minutes, timed.end
    on, length = later
    return on, timed.minutes, start + length


def _day_before_time(text: str, today: date) -> _Found | None:
    """Returns the day that is all there is before a time: "15 Dec 14 o'clock" names no year."""
    for found in time_pattern().finditer(text, 1, _LAST_PLACE):
        before = without_end(_gap_at_end(), text[: found.start()])
        day = _day(before, today) if before else None
        if day is not None and not before[day[1] :].strip():
            return day
    return None


def _moment(day: date, minutes: int | None) -> datetime:
    if minutes is None:
        return datetime.combine(day, USUAL, BANGKOK)
    return datetime.combine(day, time(), BANGKOK) + timedelta(minutes=minutes)


@cache
def _gap() -> re.Pattern[str]:
    """Matches blanks and words that may stand between a day and a time."""
    return re.compile(rf"(?:\s|{_of('at')})*", re.IGNORECASE)


@cache
def _gap_at_end() -> regex.Pattern[str]:
    return at_end(rf"(?:\s|{_of('at')})+")


def _rest(text: str, end: int) -> str:
    return _SIGNS_BEFORE.sub("", text[end:]).strip()


# Spans: in 2 hours, 3 working days later.


def _span(text: str, now: datetime, calendar: WorkingCalendar) -> tuple[date, int] | None:
    """Returns the instant (minutes, hours) or day (days and longer) that a span leads to, and where
    its words end.
    """
    matches = (pattern.match(text) for pattern in _span_patterns())
    found = next(filter(None, matches), None)
    if found is None:
        return None
    parts = found.groupdict()
    unit = key_of("units", parts["unit"])
    try:
        if unit in _MINUTES_OF:
            length = timedelta(minutes=_minutes_of_span(unit, parts))
            return now.replace(microsecond=0) + length, found.end()
        count = number_of(parts["n"] or "1")
        return _ahead(now.date(), count, unit, calendar), found.end()
    except (OverflowError, ValueError):
        raise InvalidInput("far") from None


_MINUTES_OF = {"minute": 1, "hour": 60}


def _minutes_of_span(unit: str, parts: Mapping[str, str | None]) -> int:
    more = int(parts["more"] or 0)
    if parts.get("only_half"):
        return 30 + more
    minutes = number_of(parts["n"] or "1") * _MINUTES_OF[unit] + more
    if parts["half"]:
        minutes += 30  # half an hour, whatever was counted
    return minutes


def _ahead(
    today: date,
    count: int,
    unit: str,
    calendar: WorkingCalendar,
) -> date:
    if count > _MOST_UNITS:
        raise OverflowError
    if unit == "workday":
        return _working_days_on(today, count, calendar)
    if unit == "day":
        return today + timedelta(days=count)
    if unit == "week":
        return today + timedelta(weeks=count)
    if unit == "month":
        return _months_on(today, count)
    return _months_on(today, 12 * count)


def _working_days_on(day: date, count: int, calendar: WorkingCalendar) -> date:
    while count:
        day += timedelta(days=1)
        if calendar.is_working_day(day):
            count -= 1
    return day


def _months_on(day: date, count: int) -> date:
    """Returns the day so many months later; the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = _last_of(year, month + 1)
    return date(year, month + 1, min(day.day, last))


def _last_of(year: int, month: int) -> int:
    """Returns the number of a month's last day."""
    return monthrange(year, month)[1]


@cache
def _span_patterns() -> tuple[re.Pattern[str], ...]:
    units = words("when").table("units")
    number = rf"(?P<n>\d{{1,5}}|{one_word_of(all_of('numbers'))})"
    unit = rf"(?P<unit>{one_word_of(all_of('units'))})"
    hour = rf"(?P<unit>{one_word_of(units.texts('hour'))})"
    minutes = rf"(?:\s*+(?P<more>\d{{1,2}})\s*+{one_word_of(units.texts('minute'))})?"
    lead = rf"{_of('ahead')}\s*+(?:{_of('about')}\s*+)?"
    tail = rf"(?:\s*+(?P<half>{_of('and_half')}))?{minutes}"
    ways = (
        rf"{lead}(?P<only_half>{_of('half')})\s*+{hour}{minutes}",
        rf"{lead}(?:{number}\s*+)?{unit}{tail}",
        rf"{number}\s*+{unit}{tail}\s*+{_of('later')}",
    )
    return tuple(re.compile(way, re.IGNORECASE) for way in ways)


# Days.


def _day(text: str, today: date) -> _Found | None:
    """Reads the day that begins the text."""
    for read in (_by_word, _by_point, _by_date, _by_weekday):
        found = read(text, today)
        if found is not None:
            return found
    return None


def find_named_day(text: str, today: date) -> tuple[date, int] | None:
    """Returns the day that a word for it or a weekday's name at the text's beginning means, and
    where that ends.
    """
    return _by_word(text, today) or _by_weekday(text, today)


def _by_word(text: str, today: date) -> _Found | None:
    """Reads today, tomorrow, the day after; next week's Monday."""
    for word, distance in _day_words():
        if text[: len(word)].casefold() == word.casefold():
            return today + timedelta(days=distance), len(word)
    week = _next_week().match(text)
    if week is None:
        return None
    return _monday_after(today), week.end()


def _monday_after(day: date) -> date:
    """Returns the next week's Monday."""
    return day + timedelta(days=7 - day.weekday())


def _by_weekday(text: str, today: date) -> _Found | None:
    """Reads a weekday: the coming one, tomorrow at the soonest; with "next" the one of next week,
    with "this" today too.
    """
    found = _weekday_pattern().match(text)
    if found is None:
        return None
    weekday = int(key_of("weekdays", found["name"]))
    if found["next"] or found["next_before"]:
        return _monday_after(today) + timedelta(days=weekday), found.end()
    days = (weekday - today.weekday()) % 7
    if not days and not (found["this"] or found["this_before"]):
        days = 7
    return today + timedelta(days=days), found.end()


def _by_point(text: str, today: date) -> _Found | None:
    """Reads the beginning, middle or end of a month or year: this one, the next, or a named
    month.
    """
    found = _point_pattern().match(text)
    if found is None:
        return None
    point = key_of("points", found["point"])
    following = bool(found["next"] or found["next_before"])
    months = 1 if point.startswith("month") else 12
    if following:
        return _within(point, _months_on(today, months)), found.end()
    if point in ("month", "year"):
        return None  # "this month" is no day
    if found["this"]:
        return _within(point, today), found.end()
    named = _point_of_month(point, text, found.end(), today)
    if named is not None:
        return named
    day = _within(point, today)
    if day < today:
        day = _within(point, _months_on(today.replace(day=1), months))
    return day, found.end()


def _point_of_month(
    point: str,
    text: str,
    end: int,
    today: date,
) -> _Found | None:
    """Reads the same of a month that is named behind: "end of Dec 69"."""
    behind = text[end:]
    if not point.startswith("month_"):
        return None
    # Every month has a 28th.
    named = find_date(f"28 {behind}", today, ahead=True)
    if named is None or not behind.strip():
        return None
    day, rest = named
    return _within(point, day.replace(day=1)), len(text) - len(rest)


def _within(point: str, base: date) -> date:
    """Returns the day that a point names, in the month or year of `base`."""
    last = _last_of(base.year, base.month)
    days = {
        "month_start": base.replace(day=1),
        "month_middle": base.replace(day=15),
        "month_end": base.replace(day=last),
        "fiscal_end": date(base.year, 9, 30),
        "year_end": date(base.year, 12, 31),
        "year_start": date(base.year, 1, 1),
    }
    return days.get(point, base)


def _by_date(text: str, today: date) -> _Found | None:
    """Reads a date in any spelling of domain.dates, its weekday perhaps before it, or a bare day of
    the month.
    """
    named = _day_name_pattern().match(text)
    start = named.end() if named else 0
    found = find_date(text[start:], today, ahead=True)
    if found is not None:
        on, rest = found
        return on, len(text.rstrip()) - len(rest)
    if named is None or not (named["number"] or named["alone"]):
        return None
    return _by_number(text, start, today)


def _by_number(text: str, start: int, today: date) -> _Found | None:
    """Reads a bare day of the month: the next one, or that of the next month."""
    bare = _bare_day().match(text, start)
    if bare is None or not 1 <= int(bare["day"]) <= 31:
        return None
    months = _NEXT_MONTH if bare["next"] else _YEAR_AHEAD
    day = _next_numbered(int(bare["day"]), today, months)
    if day is None:
        return None
    return day, bare.end()


def _next_numbered(number: int, today: date, months: Iterable[int]) -> date | None:
    """Returns the next day with this number, in one of these months from now."""
    this = today.replace(day=1)
    for ahead in months:
        first = _months_on(this, ahead)
        if number > _last_of(first.year, first.month):
            continue
        day = first.replace(day=number)
        if day >= today:
            return day
    return None


@cache
def _bare_day() -> re.Pattern[str]:
    """Matches a day of the month by its number alone, the month perhaps named as this or the next
    one.
    """
    month = rf"(?:\s*+{_of('of_month')}{_which_after()})?"
    return re.compile(rf"(?P<day>\d{{1,2}})(?![\d./-]){month}")


@cache
def _day_name_pattern() -> re.Pattern[str]:
    """Matches what may stand before a date: its weekday, the word for a day's number."""
    weekday = rf"{_of('day')}?\s*+{one_word_of(all_of('weekdays'))}"
    first = words("when").texts("of_day")[0]
    return re.compile(
        rf"(?:{weekday}\s*+(?P<number>{_of('of_day')})?|(?P<alone>{one_word_of([first])}))\s*+",
        re.IGNORECASE,
    )


@cache
def _weekday_pattern() -> re.Pattern[str]:
    end = rf"(?:{WORD_END}|(?=\s*+{one_word_of(all_of('parts'))}))"
    name = rf"{_of('day')}?\s*+(?P<name>{one_word_of(all_of('weekdays'))})"
    return re.compile(rf"{_which_before()}{name}(?:{_which_after()}|{end})", re.IGNORECASE)


@cache
def _point_pattern() -> re.Pattern[str]:
    point = rf"(?P<point>{one_word_of(all_of('points'))})"
    return re.compile(rf"{_which_before()}{point}(?:{_which_after()})?", re.IGNORECASE)


def _which_before() -> str:
    """Returns a pattern for "next" or "this" before a word."""
    following = rf"(?P<next_before>{_of('next_before')})\s+"
    this = rf"(?P<this_before>{_of('this_before')})\s+"
    return rf"(?:{following}|{this})?"


def _which_after() -> str:
    """Returns a pattern for the same behind it."""
    return rf"(?:\s*+(?:(?P<next>{_of('next')})|(?P<this>{_of('this')})))"


@cache
def _next_week() -> re.Pattern[str]:
    return re.compile(_of("week_next"), re.IGNORECASE)


@cache
def _day_words() -> tuple[tuple[str, int], ...]:
    """Returns the words for today and days to come with their distance in days, the longest
    first.
    """
    to_come = [(word, days) for word, days in day_distances().items() if days >= 0]
    return tuple(sorted(to_come, key=lambda one: -len(one[0])))


def _of(key: str) -> str:
    """Returns a pattern for the words of one list of [when]."""
    return one_word_of(words("when").texts(key))
