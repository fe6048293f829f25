"""Moments to come, as people say them: in 3 working days, Friday next, the 15th at two in the
afternoon.
"""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from domain.dates.days import BANGKOK, find_date
from domain.dates.time_of_day import (
    WORD_END,
    all_of,
    any_of,
    key_of,
    number_of,
    read_time,
    time_pattern,
)
from domain.dates.working_calendar import Hours, WorkingCalendar
from domain.errors import InvalidInput
from domain.text import digits, words

USUAL = time(9)
"""The time of day where none is named."""
FARTHEST = timedelta(days=10 * 366)
LAST_WORDS = 9
"""How many words at a text's end may name the moment."""

_ANY_TIME = datetime(2026, 1, 1, tzinfo=BANGKOK)
_EVERY_DAY = WorkingCalendar(((Hours(time(0), time(23)),),) * 7, {})
_Found = tuple[date, int]
"""A day, and where its words end."""


@dataclass(frozen=True, slots=True)
class When:
    """An instant in Bangkok, what else was said, and whether a time of day was named (else it is
    09:00).
    """

    at: datetime
    rest: str
    timed: bool


def find_when(text: str, now: datetime, calendar: WorkingCalendar) -> When | None:
    """The moment that `text` (clean) begins with, else the one it ends with; None where it names
    none.

    A time without a day is the next such time; a day without a time is 09:00; both eras, Thai
    digits. Raises InvalidInput("past", at=..., rest=...) for what is over and InvalidInput("far")
    for what is more than ten years off."""
    now = now.astimezone(BANGKOK)
    found = _read(text, now, calendar)
    if found is None:
        for start in [m.end() for m in re.finditer(r"\s+", text)][-LAST_WORDS:]:
            found = _read(text[start:], now, calendar)
            if found is not None and not found.rest:
                found = When(found.at, text[:start].strip(), found.timed)
                break
        else:
            return None
    if found.at <= now:
        raise InvalidInput("past", at=found.at, rest=found.rest)
    if found.at - now > FARTHEST:
        raise InvalidInput("far")
    return found


def next_working_day(at: datetime, calendar: WorkingCalendar) -> datetime:
    """The same time of day on the next working day; `at` itself where its day is one."""
    at = at.astimezone(BANGKOK)
    while not calendar.is_working_day(at.date()):
        at += timedelta(days=1)
    return at


def names_moment(text: str) -> bool:
    """Whether `find_when` would find one in this text, be it past or to come."""
    try:
        return find_when(text, _ANY_TIME, _EVERY_DAY) is not None
    except InvalidInput:
        return True


def begins_with_moment(text: str) -> bool:
    """Whether a moment leads the text, be it past or to come."""
    try:
        return _read(text, _ANY_TIME, _EVERY_DAY) is not None
    except InvalidInput:
        return True


def _read(text: str, now: datetime, calendar: WorkingCalendar) -> When | None:
    """The moment that begins the text."""
    arabic = digits(text)
    span = _span(arabic, now, calendar)
    if span is not None and isinstance(span[0], datetime):
        return When(span[0], _rest(text, span[1]), True)
    day, minutes, end = _day_andread_time(arabic, now.date(), span)
    if day is None and minutes is None:
        return None
    at = _moment(day or now.date(), minutes)
    if day is None and at <= now:
        at += timedelta(days=1)
    return When(at, _rest(text, end), minutes is not None)


def _day_andread_time(
    text: str, today: date, day: _Found | None
) -> tuple[date | None, int | None, int]:
    """Day and minutes since midnight, in either order, and where they end; `day` where a span named
    it.
    """
    day = day or _day_beforeread_time(text, today) or _day(text, today)
    if day is not None:
        start = _past_gap(text, day[1])
        return day[0], *(read_time(text, start, after_day=True) or (None, day[1]))
    clocked = read_time(text, 0)
    if clocked is None:
        return None, None, 0
    start = _past_gap(text, clocked[1])
    later = _day(text[start:], today)
    return (later[0], clocked[0], start + later[1]) if later else (None, *clocked)


def _day_beforeread_time(text: str, today: date) -> _Found | None:
    """The day that is all there is before a time: "15 Dec 14 o'clock" names no year."""
    for found in time_pattern().finditer(text, 1, 80):
        before = re.sub(rf"(?:\s|{any_of(words('when').texts('at'))})+$", "", text[: found.start()])
        day = _day(before, today) if before else None
        if day is not None and not before[day[1] :].strip():
            return day
    return None


def _moment(day: date, minutes: int | None) -> datetime:
    if minutes is None:
        return datetime.combine(day, USUAL, BANGKOK)
    return datetime.combine(day, time(), BANGKOK) + timedelta(minutes=minutes)


def _past_gap(text: str, at: int) -> int:
    """Where the words go on after blanks and words that may stand between a day and a time."""
    found = re.compile(rf"(?:\s|{any_of(words('when').texts('at'))})*", re.IGNORECASE).match(
        text, at
    )
    return found.end() if found else at


def _rest(text: str, end: int) -> str:
    return re.sub(r"^[\s,.:;\-\u2013]+", "", text[end:]).strip()


# Spans: in 2 hours, 3 working days later.


def _span(text: str, now: datetime, calendar: WorkingCalendar) -> tuple[date, int] | None:
    """The instant (minutes, hours) or day (days and longer) that a span leads to, and where its
    words end.
    """
    found = next((m for pattern in _span_patterns() if (m := pattern.match(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    unit = key_of("units", parts["unit"])
    count = 0 if parts.get("only_half") else number_of(parts["n"] or "1")
    try:
        if unit not in ("minute", "hour"):
            return _ahead(now.date(), count, unit, calendar), found.end()
        half = bool(parts.get("only_half") or parts["half"])
        minutes = count * (60 if unit == "hour" else 1) + 30 * half + int(parts["more"] or 0)
        return now.replace(microsecond=0) + timedelta(minutes=minutes), found.end()
    except (OverflowError, ValueError):
        raise InvalidInput("far") from None


def _ahead(today: date, count: int, unit: str, calendar: WorkingCalendar) -> date:
    if count > 5000:
        raise OverflowError
    if unit == "workday":
        day = today
        while count:
            day += timedelta(days=1)
            count -= calendar.is_working_day(day)
        return day
    if unit in ("day", "week"):
        return today + timedelta(days=count * (7 if unit == "week" else 1))
    return _months_on(today, count * (12 if unit == "year" else 1))


def _months_on(day: date, count: int) -> date:
    """So many months later; the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


@cache
def _span_patterns() -> tuple[re.Pattern[str], ...]:
    table, units = words("when"), words("when").table("units")
    number, unit = (
        rf"(?P<n>\d{{1,5}}|{any_of(all_of('numbers'))})",
        rf"(?P<unit>{any_of(all_of('units'))})",
    )
    minutes = rf"(?:\s*(?P<more>\d{{1,2}})\s*{any_of(units.texts('minute'))})?"
    tail = rf"(?:\s*(?P<half>{any_of(table.texts('and_half'))}))?{minutes}"
    lead = rf"{any_of(table.texts('ahead'))}\s*(?:{any_of(table.texts('about'))}\s*)?"
    ways = (
        rf"{lead}(?P<only_half>{any_of(table.texts('half'))})\s*(?P<unit>{any_of(units.texts('hour'))}){minutes}",
        rf"{lead}(?:{number}\s*)?{unit}{tail}",
        rf"{number}\s*{unit}{tail}\s*{any_of(table.texts('later'))}",
    )
    return tuple(re.compile(way, re.IGNORECASE) for way in ways)


# Days.


def _day(text: str, today: date) -> _Found | None:
    """The day that begins the text."""
    for read in (_by_word, _by_point, _by_date, _by_weekday):
        found = read(text, today)
        if found is not None:
            return found
    return None


def find_named_day(text: str, today: date) -> tuple[date, int] | None:
    """The day that a word for it or a weekday's name at the text's beginning means, and where that
    ends.
    """
    return _by_word(text, today) or _by_weekday(text, today)


def _by_word(text: str, today: date) -> _Found | None:
    """Today, tomorrow, the day after; next week's Monday."""
    table = words("dates").table("relative")
    for word in sorted(_day_words(), key=len, reverse=True):
        if text[: len(word)].casefold() == word.casefold():
            distance = next(int(key) for key in table.values if word in table.texts(key))
            return today + timedelta(days=distance), len(word)
    week = re.match(any_of(words("when").texts("week_next")), text, re.IGNORECASE)
    return (today + timedelta(days=7 - today.weekday()), week.end()) if week else None


def _by_weekday(text: str, today: date) -> _Found | None:
    """The coming one, tomorrow at the soonest; with "next" the one of next week, with "this" today
    too.
    """
    found = _weekday_pattern().match(text)
    if found is None:
        return None
    weekday = int(key_of("weekdays", found["name"]))
    if found["next"] or found["next_before"]:
        return today + timedelta(days=7 - today.weekday() + weekday), found.end()
    this = bool(found["this"] or found["this_before"])
    days = (weekday - today.weekday()) % 7
    return today + timedelta(days=days if days or this else 7), found.end()


def _by_point(text: str, today: date) -> _Found | None:
    """The beginning, middle or end of a month or year: this one, the next, or a named month."""
    found = _point_pattern().match(text)
    if found is None:
        return None
    point, following = key_of("points", found["point"]), bool(found["next"] or found["next_before"])
    if point.startswith("month_") and not following and not found["this"]:
        # Its last days may be named by the month: "end of Dec 69".
        named = find_date(f"28 {text[found.end() :]}", today, ahead=True)
        if named is not None and text[found.end() :].strip():
            return _within(point, named[0].replace(day=1), named[0]), len(text) - len(named[1])
    if point in ("month", "year") and not following:
        return None
    steps = 1 if point.startswith("month") else 12
    base = _months_on(today, steps) if following else today
    day = _within(point, base, today)
    if day < today and not following and not found["this"]:
        day = _within(point, _months_on(today.replace(day=1), steps), today)
    return day, found.end()


def _within(point: str, base: date, today: date) -> date:
    """The day that a point names, in the month or year of `base`."""
    last = months.monthrange(base.year, base.month)[1]
    return {
        "month_start": base.replace(day=1),
        "month_middle": base.replace(day=15),
        "month_end": base.replace(day=last),
        "fiscal_end": date(base.year, 9, 30),
        "year_end": date(base.year, 12, 31),
        "year_start": date(base.year, 1, 1),
    }.get(point, base)


def _by_date(text: str, today: date) -> _Found | None:
    """A date in any spelling of domain.dates, its weekday perhaps before it, or a bare day of the
    month.
    """
    named = _day_name_pattern().match(text)
    start = named.end() if named else 0
    found = find_date(text[start:], today, ahead=True)
    if found is not None:
        return found[0], len(text.rstrip()) - len(found[1])
    if named is None or not (named["number"] or named["alone"]):
        return None
    month = rf"(?:\s*{any_of(words('when').texts('of_month'))}{_which_after()})?"
    bare = re.compile(rf"(?P<day>\d{{1,2}})(?![\d./-]){month}").match(text, start)
    if bare is None or not 1 <= int(bare["day"]) <= 31:
        return None
    number, base = int(bare["day"]), today.replace(day=1)
    for ahead in (1,) if bare["next"] else range(13):
        first = _months_on(base, ahead)
        if (
            number <= months.monthrange(first.year, first.month)[1]
            and first.replace(day=number) >= today
        ):
            return first.replace(day=number), bare.end()
    return None


@cache
def _day_name_pattern() -> re.Pattern[str]:
    """What may stand before a date: its weekday, the word for a day's number."""
    table = words("when")
    weekday = rf"{any_of(table.texts('day'))}?\s*{any_of(all_of('weekdays'))}"
    number, alone = any_of(table.texts("of_day")), any_of(table.texts("of_day")[:1])
    return re.compile(
        rf"(?:{weekday}\s*(?P<number>{number})?|(?P<alone>{alone}))\s*", re.IGNORECASE
    )


@cache
def _weekday_pattern() -> re.Pattern[str]:
    table = words("when")
    end = rf"(?:{WORD_END}|(?=\s*{any_of(all_of('parts'))}))"
    name = rf"{any_of(table.texts('day'))}?\s*(?P<name>{any_of(all_of('weekdays'))})"
    return re.compile(rf"{_which_before()}{name}(?:{_which_after()}|{end})", re.IGNORECASE)


@cache
def _point_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"{_which_before()}(?P<point>{any_of(all_of('points'))})(?:{_which_after()})?",
        re.IGNORECASE,
    )


def _which_before() -> str:
    table = words("when")
    following, this = any_of(table.texts("next_before")), any_of(table.texts("this_before"))
    return rf"(?:(?P<next_before>{following})\s+|(?P<this_before>{this})\s+)?"


def _which_after() -> str:
    table = words("when")
    return rf"(?:\s*(?:(?P<next>{any_of(table.texts('next'))})|(?P<this>{any_of(table.texts('this'))})))"


def _day_words() -> list[str]:
    table = words("dates").table("relative")
    return [word for key in table.values if int(key) >= 0 for word in table.texts(key)]
