"""Moments that are over, found among other words: yesterday 15.30, Friday last, two in the
afternoon of the 25th.
"""

import re
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache, lru_cache
from itertools import islice

import regex  # type: ignore[import-untyped]

from domain.dates.days import BUDDHIST_OFFSET, date_at, date_patterns, day_distances
from domain.dates.time_of_day import all_of, key_of, number_of, time_at, time_pattern
from domain.one_line.line_words import any_word, line_words, listed
from domain.patterns import WORD_END, one_of, skip
from domain.text import digits

HALF_A_YEAR = timedelta(days=183)
LONG_AGO = timedelta(days=3653)
"""Further back a day is more likely a slip of the finger, or a Christian year of two digits."""
MOST_WORDS = 8
"""Among so many last words of a text the moment that ends it may begin."""
MOST_DAYS_BACK = 60
TWO_MONTHS = 62
"""Within so many days each day's number comes, also the 31st."""
SUNDAY = 6
LEAP_DAY = (2, 29)

_WORD_END = re.compile(WORD_END)
_LAST_WORD = regex.compile(r"(?r)\S+")
HEAD = 2
"""Letters by which is told whether a moment may begin."""
_BLANKS_AND_COLONS = re.compile(r"[\s:]*")
_BRACKETS = re.compile(r"[(\[]*")
_DIGITS = re.compile(r"[0-9]+")
_DOTTED = re.compile(r"\d\.\d\d")
"""More likely a subject's number than a time."""
_BARE_TIME = re.compile(r"\d{1,2}\.\d\d")
"""A time that may be any number."""
_LAST_PART = 40
"""Characters at a text's end in which the moment that ends it may begin without a blank."""
_BINDING_PART = 30
"""Characters before a day among which the words are that bind it."""


@dataclass(frozen=True, slots=True)
class Past:
    """A day that is over, or today, with the time of day where one was named, and where its words
    end.

    `sure` = the words mean no other moment; `backdates` = they say that something came then;
    `dated` = a day was named, else only a time of day, which is today's.
    """

    on: date
    at: time | None
    end: int
    sure: bool = True
    backdates: bool = False
    dated: bool = True


@dataclass(frozen=True, slots=True)
class _Day:
    on: date
    end: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Clock:
    at: time
    end: int
    vague: bool
    """A part of the day, not an hour."""


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a moment itself may begin behind the words that lead up to it.

    `over` = they say that it is past, `backdates` = that something came then, `issued` = that a
    letter bears it."""

    at: int
    over: bool = False
    backdates: bool = False
    issued: bool = False


def past_at(plain: str, at: int, today: date) -> Past | None:
    """Reads the moment whose words begin at `at`; returns None for none, or one to come. `plain` is
    clean, with Arabic digits.
    """
    if not _may_begin(plain[at : at + HEAD]):
        return None
    for start in _starts(plain, at):
        found = _moment(plain, start, today)
        # Behind words that lead up to a day another one may begin: each start is tried.
        if found is None or found.on > today:
            continue
        number = _DOTTED.fullmatch(plain, start.at, found.end)
        if number is None and _may_end(plain, found.end):
            sure = found.sure and not start.issued
            return replace(found, sure=sure, backdates=start.backdates)
    return _of_month(plain, at, today)


@lru_cache(maxsize=8192)
def _may_begin(head: str) -> bool:
    """Returns whether any moment begins with these letters: at most places of a text none does."""
    low = head.lower()
    if any(low.startswith(lead[:HEAD]) for lead, _start in _leads().get(low[:1], ())):
        return True
    return any(first.match(head, partial=True) for first in _firsts())


@cache
def _firsts() -> Sequence[regex.Pattern[str]]:
    """Returns all that a moment begins with, but for words that lead up to it; these patterns tell
    of a few letters whether more could follow.
    """
    patterns = (
        _day_number(),
        _ago(),
        _back(),
        _relative(),
        _words("night"),
        _words("just_now"),
        _words("at"),
        _weekday_pattern(),
        *date_patterns(),
        time_pattern(),
    )
    kept = re.IGNORECASE | re.VERBOSE
    return [regex.compile(pattern.pattern, pattern.flags & kept) for pattern in patterns]


def _of_month(plain: str, at: int, today: date) -> Past | None:
    """Reads a day's number alone, "on the 8th", as the latest such day."""
    found = _day_number().match(plain, at)
    if found is None or date_at(plain, found.start("n"), today) is not None:
        return None
    number = int(found["n"])
    for back in range(TWO_MONTHS):
        on = today - timedelta(days=back)
        if on.day == number:
            return Past(on, None, found.end(), sure=False)
    return None


@cache
def _day_number() -> re.Pattern[str]:
    return re.compile(rf"{any_word('past', 'of_month')}\s*+(?P<n>\d{{1,2}})(?![\d/.:–-])")


def _may_end(plain: str, at: int) -> bool:
    """Returns whether the words for a day may end here: no letter follows, or a question begins."""
    return bool(_WORD_END.match(plain, at) or _asks().match(plain, at))


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(any_word("head", "asks"))


def past_at_end(plain: str, today: date) -> tuple[int, Past] | None:
    """Reads the moment whose words, among the last ones, end the text, in brackets or not, and says
    where it begins.
    """
    last = islice(_LAST_WORD.finditer(plain), MOST_WORDS)
    starts = sorted(match.start() for match in last)
    if not starts:
        return None
    # Without a blank before it the word for "on" or "at" tells where a day begins.
    last_part = max(starts[-1], len(plain) - _LAST_PART)
    starts += [match.start() for match in _when().finditer(plain, last_part)]
    for start in starts:
        found = past_at(plain, skip(_BRACKETS, plain, start), today)
        if found is not None and not plain[found.end :].strip(" )].,\n"):
            return start, found
    return None


@cache
def _when() -> re.Pattern[str]:
    return re.compile(any_word("past", "when"))


def binds_day(before: str, day: str) -> bool:
    """Returns whether a day behind these words belongs to them: issued on, from ... on, at the end
    of; behind a number only a day in figures is its own.
    """
    last_part = before[-_BINDING_PART:]
    if _binding().search(last_part):
        return True
    return is_in_figures(day) and _numbered().search(last_part) is not None


def issued_lead(day: str) -> int:
    """Returns how long the words before a day are which say that a letter bears it, "dated"; 0
    where there are none.
    """
    return skip(_issued(), day, 0)


@cache
def _issued() -> re.Pattern[str]:
    return re.compile(rf"{any_word('past', 'issued')}\s*+", re.IGNORECASE)


def behind_letter_no(plain: str) -> int:
    """Returns where the text goes on behind the number of a letter that begins it, else 0."""
    return skip(_letter_no(), plain, 0)


@cache
def _letter_no() -> re.Pattern[str]:
    number = r"(?:\S{1,12}[ \t]{1,3})??\S{0,20}\d/\d\S{0,20}[ \t]++"
    return re.compile(rf"{any_word('past', 'letter_no')}[ \t]*+{number}")


def is_in_figures(day: str) -> bool:
    """Returns whether a day is written as documents have it, not told as people do: yesterday, on
    the 8th.
    """
    told = day.startswith(listed("past", "when"))
    return not told and _DIGITS.search(digits(day)) is not None


@cache
def _binding() -> re.Pattern[str]:
    return re.compile(rf"{any_word('past', 'binds')}\s*+$")


@cache
def _numbered() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_word('past', 'numbered')}|\d/\d+)\s*+$")


def is_vague_day(word: str) -> bool:
    """Returns whether the words name a day that nobody can tell exactly: the other day, last
    week.
    """
    return word.casefold() in listed("past", "vague")


def weekday_of(word: str) -> bool:
    """Returns whether a word alone is a weekday's name."""
    return _weekday_alone().fullmatch(word.casefold()) is not None


@cache
def _weekday_alone() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_word('past', 'when')})?{_weekday()}(?:{_qualifier()})?")


def _starts(plain: str, at: int) -> Iterator[_Start]:
    """Yields where the moment itself may begin: here, or behind words that lead up to it."""
    yield _Start(at)
    for lead, said in _leads().get(plain[at : at + 1].lower(), ()):
        end = at + len(lead)
        if plain[at:end].lower() == lead:
            yield replace(said, at=skip(_BLANKS_AND_COLONS, plain, end))


@cache
def _leads() -> Mapping[str, Sequence[tuple[str, _Start]]]:
    """Returns the words that lead up to a moment by their first letter: nearly nowhere is one."""
    leads = defaultdict[str, list[tuple[str, _Start]]](list)
    for key, said in _LEADS.items():
        for lead in listed("past", key):
            leads[lead[0]].append((lead, said))
    return leads


_LEADS = {
    "backdates": _Start(0, over=True, backdates=True),
    "when": _Start(0, over=True),
    "issued": _Start(0, over=True, issued=True),
    "leads": _Start(0),
}
"""Lists of words before a moment, and what they say of it."""


def _moment(plain: str, start: _Start, today: date) -> Past | None:
    """Reads a day and a time in either order, or one of them."""
    day = _day(plain, start.at, today, over=start.over)
    if day is None:
        return _timed(plain, start, today)
    clock = _clock(plain, skip(_gap_to_time(), plain, day.end))
    if clock is None:
        return Past(day.on, None, day.end, day.sure)
    return Past(day.on, clock.at, clock.end, day.sure and not clock.vague)


def _timed(plain: str, start: _Start, today: date) -> Past | None:
    """Reads a time, and perhaps its day behind it; without one it is today's."""
    clock = _clock(plain, skip(_lead_to_time(), plain, start.at))
    if clock is None:
        return None
    for begun in _starts(plain, skip(_gap_to_time(), plain, clock.end)):
        day = _day(plain, begun.at, today, over=begun.over)
        if day is not None:
            return Past(day.on, clock.at, day.end, day.sure and not clock.vague)
    typed = plain[start.at : clock.end]
    of_today = typed.endswith(line_words("past").texts("this"))  # "this morning"
    if clock.vague and not (start.over or of_today):
        return None  # "in the morning" alone says no day
    sure = not clock.vague and _BARE_TIME.fullmatch(typed.strip()) is None
    return Past(today, clock.at, clock.end, sure, dated=False)


# Days.


def _day(
    plain: str,
    at: int,
    today: date,
    *,
    over: bool,
) -> _Day | None:
    for read in (_counted_back, _by_word, _by_date):
        found = read(plain, at, today)
        if found is not None:
            return found
    return _by_weekday(plain, at, today, over=over)


def _by_word(plain: str, at: int, today: date) -> _Day | None:
    """Reads yesterday, last night, a moment ago."""
    if found := _relative().match(plain, at):
        distance = day_distances()[found[0].casefold()]
        return _Day(today + timedelta(days=distance), found.end())
    if found := _words("night").match(plain, at):
        return _Day(today - timedelta(days=1), found.end(), sure=False)
    if found := _words("just_now").match(plain, at):
        return _Day(today, found.end())
    return None


@cache
def _words(key: str) -> re.Pattern[str]:
    return re.compile(any_word("past", key), re.IGNORECASE)


@cache
def _relative() -> re.Pattern[str]:
    """Matches the words for days that are over, the longest first, glued to what follows or not."""
    over = [word for word, days in day_distances().items() if days <= 0]
    longest_first = sorted(over, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def _by_date(plain: str, at: int, today: date) -> _Day | None:
    """Reads a date, perhaps behind its weekday."""
    lead = _before_date().match(plain, at)
    start = lead.end() if lead else at
    found = date_at(plain, start, today)
    if found is None or found.on is None:
        return None
    typed = plain[start : found.end]
    on = _of_our_days(found.on, today, typed)
    sure = on == found.on and _is_likely(on, today, named=_has_year(typed))
    if lead is not None:
        fits = int(key_of("weekdays", lead["weekday"])) == on.weekday()
        if not fits and not _DIGITS.search(typed):
            # "Friday, yesterday" on a Sunday: two days, and not one.
            return None
        sure = sure and fits
    return _Day(on, found.end, sure)


def _of_our_days(on: date, today: date, typed: str) -> date:
    """Returns the day; where its year of two digits was read as a Buddhist one and would be decades
    ago, but of the last half year as a Christian one, that.
    """
    numbers = _DIGITS.findall(typed)
    if today - on <= LONG_AGO or not numbers or len(numbers[-1]) != 2:
        return on
    year = on.year + BUDDHIST_OFFSET - 500
    if (on.month, on.day) == LEAP_DAY and not isleap(year):
        return on
    christian = on.replace(year=year)
    return christian if timedelta() <= today - christian <= HALF_A_YEAR else on


def _is_likely(on: date, today: date, *, named: bool) -> bool:
    """Returns whether a day so long ago is surely meant; `named` = its year was typed, which is
    easily one too small.
    """
    age = today - on
    if age <= HALF_A_YEAR:
        return True
    slipped = on.year == today.year - 1 and age <= 3 * HALF_A_YEAR
    return named and not slipped and age <= LONG_AGO


def _has_year(typed: str) -> bool:
    """Returns whether a date names its year: behind a month's name or as its third number."""
    numbers = len(_DIGITS.findall(typed))
    if any(map(str.isalpha, typed)):
        return numbers >= 2
    return numbers >= 3


def _counted_back(plain: str, at: int, today: date) -> _Day | None:
    """Reads a count of days: two days ago. "Two days back" may tell which data are wanted."""
    ago = _ago().match(plain, at)
    found = ago or _back().match(plain, at)
    if found is None:
        return None
    count = number_of(found["n"])
    if not 0 < count <= MOST_DAYS_BACK:
        return None
    return _Day(today - timedelta(days=count), found.end(), sure=ago is not None)


@cache
def _ago() -> re.Pattern[str]:
    return re.compile(rf"{_days_count()}\s*+{any_word('past', 'ago')}", re.IGNORECASE)


@cache
def _back() -> re.Pattern[str]:
    return re.compile(rf"{any_word('past', 'back')}\s*+{_days_count()}", re.IGNORECASE)


def _days_count() -> str:
    """Returns a pattern for a count of days."""
    number = rf"(?P<n>\d{{1,2}}|{one_of(all_of('numbers'))})"
    return rf"{number}\s*+{any_word('past', 'days')}"


def _by_weekday(
    plain: str,
    at: int,
    today: date,
    *,
    over: bool,
) -> _Day | None:
    """Reads a weekday as the latest one before today; it is sure where no other can be meant."""
    found = _weekday_pattern().match(plain, at)
    if found is None or found["this"]:
        return None
    weekday = int(key_of("weekdays", found["weekday"]))
    if weekday == SUNDAY and found["last"] and not found["day"]:
        return None  # the word for Sunday is that for a week, too
    back = (today.weekday() - weekday) % 7
    on = today - timedelta(days=back or 7)  # today's own name means a week ago
    sure = over
    if found["last"] and not over:
        # "Last Friday" on a Saturday may be yesterday or eight days ago.
        sure = on.isocalendar()[:2] != today.isocalendar()[:2]
    return _Day(on, found.end(), sure and back != 0)


@cache
def _before_date() -> re.Pattern[str]:
    return re.compile(rf"{_weekday()}(?:{any_word('past', 'of_date')})?[\s,]*", re.IGNORECASE)


@cache
def _weekday_pattern() -> re.Pattern[str]:
    return re.compile(rf"{_weekday()}(?:{_qualifier()})?", re.IGNORECASE)


def _weekday() -> str:
    """Returns a pattern for a weekday's name, perhaps behind the word for a day."""
    day = re.escape(line_words("past").text("day"))
    return rf"(?P<day>{day})?(?P<weekday>{one_of(all_of('weekdays'))})"


def _qualifier() -> str:
    """Returns a pattern for "last" or "this" behind it."""
    return rf"\s?(?:(?P<last>{any_word('past', 'last')})|(?P<this>{any_word('past', 'this')}))"


# Times of day.


def _clock(plain: str, at: int) -> _Clock | None:
    """Reads a time of day; none that begins a span of hours."""
    found = time_at(plain, at, after_day=True)
    if found is None or found.at is None or _until().match(plain, found.end):
        return None
    return _Clock(found.at, found.end, found.vague)


@cache
def _until() -> re.Pattern[str]:
    return re.compile(rf"\s*+{any_word('past', 'until')}\s*+\d")


@cache
def _gap_to_time() -> re.Pattern[str]:
    """Matches what may stand between a day and its time, in either order."""
    return re.compile(rf"[\s,]*(?:{any_word('past', 'at')}\s*+)*", re.IGNORECASE)


@cache
def _lead_to_time() -> re.Pattern[str]:
    """Matches what may stand before a time."""
    return re.compile(rf"(?:{any_word('past', 'at')}\s*+)*", re.IGNORECASE)
