"""Moments that are over, found among other words: yesterday 15.30, Friday last, two in the
afternoon of the 25th.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache

from domain.dates.days import date_at
from domain.dates.time_of_day import all_of, key_of, number_of, time_at
from domain.one_line.line_words import WORD_END, any_word, line_words, listed
from domain.text import words

HALF_A_YEAR = timedelta(days=183)
LONG_AGO = timedelta(days=3653)
"""Further back a day is more likely a slip of the finger, or a Christian year of two digits."""


_END = re.compile(WORD_END)
_DOTTED = re.compile(r"\d\.\d\d")
"""More likely a subject's number than a time."""


@dataclass(frozen=True, slots=True)
class Past:
    """A day that is over, or today, with the time of day where one was named, and where its words
    end.

    `sure` = the words mean no other moment; `backdates` = they say that something came then.
    """

    on: date
    at: time | None
    end: int
    sure: bool = True
    backdates: bool = False


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


def past_at(plain: str, at: int, today: date) -> Past | None:
    """The moment whose words begin at `at`; None for none, or one to come. `plain` is clean, with
    Arabic digits.
    """
    for start, over, backdates in _starts(plain, at):
        found = _moment(plain, start, today, over=over)
        if (
            found is None
            or found.on > today
            or _DOTTED.fullmatch(plain, start, found.end)
            or not _may_end(plain, found.end)
        ):
            continue
        return Past(found.on, found.at, found.end, found.sure, backdates)
    return None


def _may_end(plain: str, at: int) -> bool:
    """Whether the words for a day may end here: no letter follows, or a question begins."""
    return _END.match(plain, at) is not None or _asks().match(plain, at) is not None


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(any_word("head", "asks"))


def past_at_end(plain: str, today: date, most: int = 8) -> tuple[int, Past] | None:
    """The moment whose words end the text, in brackets or not, and where it begins; of its last
    `most` words.
    """
    starts = [match.start() for match in re.finditer(r"\S+", plain)][-most:]
    # Without a blank before it the word for "on" or "at" tells where a day begins.
    glued = _glued_day().finditer(plain, max(starts[-1], len(plain) - 40)) if starts else ()
    starts += [match.start() for match in glued]
    for start in starts:
        inner = re.compile(r"[(\[]*").match(plain, start)
        found = past_at(plain, inner.end() if inner else start, today)
        if found is not None and not plain[found.end :].strip(" )].,\n"):
            return start, found
    return None


@cache
def _glued_day() -> re.Pattern[str]:
    return re.compile(any_word("past", "when"))


def binds_day(before: str) -> bool:
    """Whether a day behind these words belongs to them: issued on, from ... on, at the end of."""
    return _binding().search(before[-30:]) is not None


@cache
def _binding() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_word('past', 'binds')}|\d/\d+)\s*$")


def is_vague_day(word: str) -> bool:
    """Whether the words name a day that nobody can tell exactly: the other day, last week."""
    return re.fullmatch(any_word("past", "vague"), word.casefold()) is not None


def weekday_of(word: str) -> bool:
    """Whether a word alone is a weekday's name."""
    return (
        re.fullmatch(
            rf"(?:{any_word('past', 'when')})?{_weekday()}(?:{_qualifier()})?", word.casefold()
        )
        is not None
    )


def _starts(plain: str, at: int) -> Iterator[tuple[int, bool, bool]]:
    """Where the moment itself may begin, whether it is said to be over, and whether something is
    said to come then.
    """
    yield at, False, False
    for key, over, backdates in (
        ("backdates", True, True),
        ("when", True, False),
        ("leads", False, False),
    ):
        for lead in listed("past", key):
            if plain.startswith(lead, at):
                yield _past_blanks(plain, at + len(lead)), over, backdates


def _past_blanks(plain: str, at: int) -> int:
    found = re.compile(r"[\s:]*").match(plain, at)
    return found.end() if found else at


def _moment(plain: str, at: int, today: date, *, over: bool) -> Past | None:
    """A day and a time in either order, or one of them."""
    if day := _day(plain, at, today, over=over):
        clock = _clock(plain, _past_gap(plain, day.end))
        if clock is None:
            return Past(day.on, None, day.end, day.sure)
        return Past(day.on, clock.at, clock.end, day.sure and not clock.vague)
    clock = _clock(plain, _past_lead(plain, at))
    if clock is None:
        return None
    start = _past_gap(plain, clock.end)
    days = (
        _day(plain, begun, today, over=said) for begun, said, _backdates in _starts(plain, start)
    )
    if joined := next(filter(None, days), None):
        return Past(joined.on, clock.at, joined.end, joined.sure and not clock.vague)
    if clock.vague and not (over or _of_today(plain, at, clock.end)):
        return None  # "in the morning" alone says no day
    return Past(today, clock.at, clock.end, not clock.vague and _named(plain, at, clock.end))


def _of_today(plain: str, at: int, end: int) -> bool:
    """Whether a part of the day is today's: "this morning"."""
    return plain[at:end].endswith(line_words("past").texts("this"))


def _named(plain: str, at: int, end: int) -> bool:
    """Whether a time alone is surely one: with a word beside it, or a colon. 10.30 alone may be a
    number.
    """
    return re.fullmatch(r"\d{1,2}\.\d\d", plain[at:end].strip()) is None


# Days.


def _day(plain: str, at: int, today: date, *, over: bool) -> _Day | None:
    for read in (_counted_back, _by_word, _by_date):
        if found := read(plain, at, today):
            return found
    return _by_weekday(plain, at, today, over=over)


def _by_word(plain: str, at: int, today: date) -> _Day | None:
    """Yesterday, last night, a moment ago."""
    for distance, pattern in _relative():
        if found := pattern.match(plain, at):
            return _Day(today - timedelta(days=distance), found.end())
    if found := _words("night").match(plain, at):
        return _Day(today - timedelta(days=1), found.end(), sure=False)
    found = _words("just_now").match(plain, at)
    return _Day(today, found.end()) if found else None


@cache
def _words(key: str) -> re.Pattern[str]:
    return re.compile(any_word("past", key), re.IGNORECASE)


@cache
def _relative() -> tuple[tuple[int, re.Pattern[str]], ...]:
    """The words for days that are over, the furthest (and longest) first, glued to what follows or
    not.
    """
    table = words("dates").table("relative")
    spelt = [
        (-int(key), word) for key in table.values for word in table.texts(key) if int(key) <= 0
    ]
    ordered = sorted(spelt, key=lambda one: -len(one[1]))
    return tuple(
        (distance, re.compile(re.escape(word), re.IGNORECASE)) for distance, word in ordered
    )


def _by_date(plain: str, at: int, today: date) -> _Day | None:
    """A date, perhaps behind its weekday."""
    lead = _before_date().match(plain, at)
    start = lead.end() if lead else at
    on, end = date_at(plain, start, today) or (None, 0)
    if on is None:
        return None
    sure = _is_likely(on, today, named=_has_year(plain[start:end]))
    if lead and int(key_of("weekdays", lead["weekday"])) != on.weekday():
        sure = False
    return _Day(on, end, sure)


def _is_likely(on: date, today: date, *, named: bool) -> bool:
    """Whether a day so long ago is surely meant; `named` = its year was typed, which is easily one
    too small.
    """
    age = today - on
    if age <= HALF_A_YEAR:
        return True
    slipped = on.year == today.year - 1 and age <= 3 * HALF_A_YEAR
    return named and not slipped and age <= LONG_AGO


def _has_year(typed: str) -> bool:
    """Whether a date names its year: behind a month's name or as its third number."""
    return len(re.findall(r"[0-9]+", typed)) >= (2 if any(map(str.isalpha, typed)) else 3)


def _counted_back(plain: str, at: int, today: date) -> _Day | None:
    """Two days ago."""
    found = _ago_pattern().match(plain, at)
    count = number_of(found["n"]) if found else 0
    return _Day(today - timedelta(days=count), found.end()) if found and 0 < count <= 60 else None


@cache
def _ago_pattern() -> re.Pattern[str]:
    numbers = "|".join(map(re.escape, sorted(all_of("numbers"), key=len, reverse=True)))
    return re.compile(
        rf"(?P<n>\d{{1,2}}|{numbers})\s*{any_word('past', 'days')}\s*{any_word('past', 'ago')}",
        re.IGNORECASE,
    )


def _by_weekday(plain: str, at: int, today: date, *, over: bool) -> _Day | None:
    """The latest one before today; sure where no other can be meant."""
    found = _weekday_pattern().match(plain, at)
    if found is None or found["this"]:
        return None
    weekday = int(key_of("weekdays", found["weekday"]))
    back = (today.weekday() - weekday) % 7
    on = today - timedelta(days=back or 7)
    if weekday == 6 and not found["day"] and found["last"]:
        return None  # the word for Sunday is that for a week, too
    sure = over or bool(found["last"])
    if found["last"] and not over:
        # "Last Friday" on a Saturday may be yesterday or eight days ago.
        sure = on.isocalendar()[:2] != today.isocalendar()[:2]
    return _Day(on, found.end(), sure and back != 0)


@cache
def _before_date() -> re.Pattern[str]:
    return re.compile(rf"{_weekday()}(?:{any_word('past', 'of_date')})?[\s,]*", re.IGNORECASE)


@cache
def _weekday() -> str:
    names = "|".join(map(re.escape, sorted(all_of("weekdays"), key=len, reverse=True)))
    return rf"(?P<day>{re.escape(line_words('past').text('day'))})?(?P<weekday>{names})"


def _qualifier() -> str:
    return rf"\s?(?:(?P<last>{any_word('past', 'last')})|(?P<this>{any_word('past', 'this')}))"


@cache
def _weekday_pattern() -> re.Pattern[str]:
    return re.compile(rf"{_weekday()}(?:{_qualifier()})?", re.IGNORECASE)


# Times of day.


def _clock(plain: str, at: int) -> _Clock | None:
    """A time of day; none that begins a span of hours."""
    found = time_at(plain, at, after_day=True)
    if found is None or found.at is None or _span().match(plain, found.end):
        return None
    return _Clock(found.at, found.end, found.vague)


@cache
def _span() -> re.Pattern[str]:
    return re.compile(rf"\s*{any_word('past', 'until')}\s*\d")


def _past_gap(plain: str, at: int) -> int:
    """Where the words go on behind blanks and what may stand between a day and its time."""
    found = _gap(r"[\s,]*").match(plain, at)
    return found.end() if found else at


def _past_lead(plain: str, at: int) -> int:
    found = _gap("").match(plain, at)
    return found.end() if found else at


@cache
def _gap(before: str) -> re.Pattern[str]:
    return re.compile(rf"{before}(?:{any_word('past', 'at')}\s*)*", re.IGNORECASE)
