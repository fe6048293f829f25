"""Working time: the office's hours, Thai holidays with the office's corrections, and sums over
both.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.data import TomlTable
from domain.errors import InvalidInput

BANGKOK = ZoneInfo("Asia/Bangkok")
OPENING = time(8, 30)
"""A day without a time begins with the working day (DOMAIN.md section 5)."""
FIRST_YEAR = 1957
LAST_YEAR = 2100
"""Years of which the holiday library knows the Thai rules; outside them nothing is guessed."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INTERVAL = re.compile(r"(\d{1,2}):(\d\d) ?[-\u2013] ?(\d{1,2}):(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` up to, but not including, `closes`, in local time."""

    opens: time
    closes: time

    def hold(self, at: time) -> bool:
        """Returns whether this time of day lies within them."""
        return self.opens <= at < self.closes


@dataclass(frozen=True, slots=True)
class DayRule:
    """The office's own word on one date: a holiday the library lacks, or a working day it takes for
    one.
    """

    name: str
    working: bool


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Instants in may have any time zone, but must have one; instants out are in Asia/Bangkok.

    `week` holds each weekday's hours, Monday first. `entered` are administrators' words on dates,
    which go over the `rules` of the office's file. `leave_out` names holidays of the library on
    which the office works. Every method raises InvalidInput("holiday_year", year=...) outside 1957
    to 2100."""

    week: tuple[tuple[Hours, ...], ...]
    rules: Mapping[date, DayRule]
    leave_out: tuple[str, ...] = ()
    entered: Mapping[date, DayRule] = field(default_factory=dict)
    _known: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict,
        init=False,
        repr=False,
        compare=False,
    )
    """Working intervals of the days that were asked for: clocks run over the same ones often."""

    @property
    def day_minutes(self) -> int:
        """Minutes of one working day, which "2.5 days" counts in: the fullest weekday's."""
        return _minutes(max(self.week, key=_minutes))

    def rule(self, on: date) -> DayRule | None:
        """Returns the office's own word on that date, if there is one."""
        return self.entered.get(on) or self.rules.get(on)

    def holiday_name(self, on: date) -> str | None:
        """Returns the holiday's Thai name, also at a weekend; None on any other day."""
        rule = self.rule(on)
        if rule is None:
            return _library_holidays(on.year, self.leave_out).get(on)
        return None if rule.working else rule.name

    def hours(self, on: date) -> tuple[Hours, ...]:
        """Returns the hours worked on that date; none on holidays and free weekdays."""
        rule = self.rule(on)
        if self.holiday_name(on) is not None:
            return ()
        usual = self.week[on.weekday()]
        if usual or rule is None:
            return usual
        # A Saturday declared a working day has no hours of its own.
        return max(self.week, key=_minutes)

    def closing(self, on: date) -> datetime:
        """Returns when the office closes on that date; on a free day when it does on its fullest
        weekday, since whoever works then keeps to the usual hours.
        """
        hours = self.hours(on) or max(self.week, key=_minutes)
        return datetime.combine(on, hours[-1].closes, BANGKOK)

    def is_working_day(self, on: date) -> bool:
        """Returns whether the office works at all on that date."""
        return bool(self.hours(on))

    def is_open(self, at: datetime) -> bool:
        """Returns whether the office works at that instant; at closing time it no longer does."""
        at = _local(at)
        return any(one.hold(at.time()) for one in self.hours(at.date()))

    def in_office_hours(self, at: datetime) -> bool:
        """Returns whether people may be told something: a working day, from the first opening to
        the last closing.
        """
        at = _local(at)
        hours = self.hours(at.date())
        if not hours:
            return False
        return Hours(hours[0].opens, hours[-1].closes).hold(at.time())

    def add(self, start: datetime, working_minutes: int | timedelta) -> datetime:
        """Returns the instant when that much working time has passed since `start`.

        Always within working hours or at a closing: 16:30 stays 16:30 and is not the next
        morning."""
        left = working_minutes
        if not isinstance(left, timedelta):
            left = timedelta(minutes=left)
        if left < timedelta():
            raise ValueError("working time to add must not be negative")
        start = _local(start)
        for opens, closes in self._intervals(start):
            begin = max(opens, start)
            if begin + left <= closes:
                return begin + left
            left -= closes - begin
        raise AssertionError("the calendar has no end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Returns the working time from `start` to `end`, exact; zero where `end` is not after
        `start`.
        """
        start = _local(start)
        end = _local(end)
        total = timedelta()
        if end <= start:
            return total
        for opens, closes in self._intervals(start):
            if opens >= end:
                return total
            total += min(closes, end) - max(opens, start)
        raise AssertionError("the calendar has no end")

    def _intervals(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yields the working intervals that end at `start` or later, for ever (until a year nobody
        knows).
        """
        on = start.date()
        while True:
            for opens, closes in self._intervals_on(on):
                # 16:30 belongs to the day that ends then, not to the next morning.
                if closes >= start:
                    yield opens, closes
            on += _DAY

    def _intervals_on(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """Returns the working intervals of a date, which are remembered."""
        known = self._known.get(on)
        if known is not None:
            return known
        intervals = tuple(
            (
                datetime.combine(on, one.opens, BANGKOK),
                datetime.combine(on, one.closes, BANGKOK),
            )
            for one in self.hours(on)
        )
        self._known[on] = intervals
        return intervals

    def holidays(self, year: int) -> dict[date, str]:
        """Returns all holidays of a Gregorian year with their Thai names, in order, also those at
        weekends.
        """
        known = {*_library_holidays(year, self.leave_out), *self.rules, *self.entered}
        found: dict[date, str] = {}
        for on in sorted(known):
            name = self.holiday_name(on) if on.year == year else None
            if name is not None:
                found[on] = name
        return found

    def with_entered(self, entered: Mapping[date, DayRule]) -> "WorkingCalendar":
        """Returns the calendar with these as the administrators' words, in place of those it
        had.
        """
        return replace(self, entered=entered)


_DAY = timedelta(days=1)


@cache
def _library_holidays(year: int, leave_out: tuple[str, ...]) -> dict[date, str]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput("holiday_year", year=year)
    thailand = _library()
    known = thailand(years=year, categories=("public", "government"), language="th")
    holidays: dict[date, str] = {}
    for on, names in known.items():
        kept = [name for name in names.split("; ") if not _holds_any(name, leave_out)]
        if on.year == year and kept:
            holidays[on] = "; ".join(kept)
    return holidays


@cache
def _library() -> Callable[..., Mapping[date, str]]:
    """Returns the library's class for Thailand. It is loaded from its file: its package would load
    250 other countries, 8 MB of them, and a start without a date question needs none.
    """
    package = find_spec("holidays")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "countries" / "thailand.py"
    spec = spec_from_file_location("holidays.thailand_alone", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    thailand: Callable[..., Mapping[date, str]] = module.Thailand
    return thailand


def _holds_any(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _local(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(BANGKOK)


def _minutes(hours: tuple[Hours, ...]) -> int:
    """Returns how long these hours are together."""
    return sum(_minute_of_day(one.closes) - _minute_of_day(one.opens) for one in hours)


def _minute_of_day(at: time) -> int:
    return at.hour * 60 + at.minute


def read_working_calendar(root: TomlTable) -> WorkingCalendar:
    """Reads the calendar of `working_hours`, `holiday_rules` and `holidays`; raises DataError for a
    wrong row.
    """
    hours = root.table("working_hours")
    hours.check_keys(WEEKDAYS)
    week = tuple(_read_hours(hours, weekday) for weekday in WEEKDAYS)
    if not any(week):
        raise hours.refusal("no weekday has hours; give at least one")
    options = root.table("holiday_rules")
    options.check_keys(("leave_out",))
    rules = _read_rules(root.table("holidays"))
    return WorkingCalendar(week, rules, options.texts("leave_out"))


def _read_rules(table: TomlTable) -> dict[date, DayRule]:
    rules: dict[date, DayRule] = {}
    for key, row in table.tables():
        row.check_keys(("date", "name", "working"))
        on = date.fromisoformat(key)
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            mend = f"the year must be {FIRST_YEAR} to {LAST_YEAR}, in the Christian era"
            raise row.refusal(mend, "date")
        rules[on] = DayRule(row.text("name"), row.flag("working"))
    return rules


def _read_hours(hours: TomlTable, weekday: str) -> tuple[Hours, ...]:
    read: list[Hours] = []
    for text in hours.texts(weekday):
        one = _parse_hours(text)
        if one is None:
            raise hours.refusal(f'"{text}" must look like "08:30-12:00"', weekday)
        if one.opens >= one.closes:
            raise hours.refusal(f'"{text}" ends before it begins', weekday)
        if read and one.opens < read[-1].closes:
            mend = f'"{text}" overlaps the hours before it; write them in order'
            raise hours.refusal(mend, weekday)
        read.append(one)
    return tuple(read)


def _parse_hours(text: str) -> Hours | None:
    match = _INTERVAL.fullmatch(text)
    if not match:
        return None
    hour, minute, until_hour, until_minute = map(int, match.groups())
    try:
        return Hours(time(hour, minute), time(until_hour, until_minute))
    except ValueError:
        return None
