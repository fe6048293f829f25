"""Which of the things owed a list shows, as people say it: whose, what, begun when, how old."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from domain.dates.periods import Period, take_span
from domain.errors import InvalidInput
from domain.owed.rules import CalendarSpan
from domain.staff import StaffId
from domain.text import clean, digits, shorten, words

VIEWS = ("officers", "week", "ignored", "letters", "risk")
"""The lists of a lead, beside that of everything that is owed."""
FORMATS = ("xlsx", "csv")
NOBODY = StaffId(0)
"""Stands for the officer of what nobody looks after."""
UNREAD = 40
"""So much of what says nothing is repeated."""
SOME_DAY = date(2026, 1, 1)
"""Today, where only the shape of a text counts."""
_UNITS = {
    "day": CalendarSpan(0, 1),
    "week_unit": CalendarSpan(0, 7),
    "month": CalendarSpan(1, 0),
    "year": CalendarSpan(12, 0),
}
_NUMBER = re.compile(r"\s*(\d{1,4})\s*")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What of the open things owed is wanted: everything where nothing is set.

    `officer` looks after it, and not `but`; `rule` = its kind; `period` = when it began; `before` =
    it began before that day; `unchased` = so many reminders, at least, went without a chase.
    """

    officer: StaffId | None = None
    rule: str = ""
    overdue: bool = False
    period: Period | None = None
    before: date | None = None
    unchased: int = 0
    but: StaffId | None = None


EVERYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class AskedList:
    """What was typed: a list ("" = of what is owed) and what narrows it; to whom that is to be
    handed over; as which kind of file it is wanted.
    """

    view: str = ""
    wanted: Narrowing = field(default_factory=Narrowing)
    to: StaffId | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who asks when, and what can be named: people by id, kinds of things owed by name."""

    me: StaffId
    today: date
    people: Mapping[StaffId, str]
    rules: Mapping[str, object]


_Taken = tuple[AskedList, str] | None
"""What was asked with what a text begins with, and the rest of the text."""


def read_asked(text: str, speaker: Speaker) -> AskedList:
    """Reads words in any order, glued or apart.

    Raises InvalidInput("owed_list") with the first words that say nothing.
    """
    asked = AskedList()
    rest = clean(text)
    while rest:
        taken = _next(asked, rest, speaker)
        if taken is None:
            raise InvalidInput("owed_list", text=shorten(rest, UNREAD))
        asked, rest = taken
    return asked


def begins_filter(text: str) -> bool:
    """Returns whether a text that is glued to a command's word goes on as what narrows its
    list.
    """
    if take_span(text, SOME_DAY) is not None:
        return True
    return any(text.casefold().startswith(spelling) for spelling, _key in _spellings())


def is_filter(text: str) -> bool:
    """Returns whether a text says nothing but what narrows a list, nobody's name among it."""
    rules = dict(words("owed_kinds").values)
    nobody = Speaker(
        NOBODY,
        SOME_DAY,
        {},
        rules,
    )
    try:
        read_asked(text, nobody)
    except InvalidInput:
        return False
    return True


def begins_age(text: str) -> bool:
    """Returns whether a text goes on as the age of what is owed."""
    lower = text.strip().casefold()
    first = next((key for spelling, key in _spellings() if lower.startswith(spelling)), "")
    return first == "older"


def _next(
    asked: AskedList,
    text: str,
    speaker: Speaker,
) -> _Taken:
    for read in _READERS:
        taken = read(asked, text, speaker)
        if taken is not None:
            return taken
    return None


def _by_word(
    asked: AskedList,
    text: str,
    speaker: Speaker,
) -> _Taken:
    """Reads what a word of the office's tables begins: the longest that reads to an end."""
    lower = text.casefold()
    for spelling, key in _spellings():
        if not lower.startswith(spelling):
            continue
        rest = text[len(spelling) :].strip()
        taken = _reader_of(key)(asked, rest, speaker)
        if taken is not None:
            return taken
    return None


def _by_name(
    asked: AskedList,
    text: str,
    speaker: Speaker,
) -> _Taken:
    """Reads a colleague's whole name, unless it is as well a word of the lists."""
    found = _named(text, speaker)
    if found is None or speaker.people[found[0]].casefold() in dict(_spellings()):
        return None
    officer, rest = found
    return _narrow(asked, officer=officer), rest


def _by_person(
    asked: AskedList,
    text: str,
    speaker: Speaker,
) -> _Taken:
    found = _person(text, speaker)
    if found is None:
        return None
    officer, rest = found
    return _narrow(asked, officer=officer), rest


def _by_period(
    asked: AskedList,
    text: str,
    speaker: Speaker,
) -> _Taken:
    found = take_span(text, speaker.today)
    if found is None:
        return None
    period, rest = found
    return _narrow(asked, period=period), rest


_READERS = (_by_period, _by_name, _by_word, _by_person)
_Reader = Callable[[AskedList, str, Speaker], _Taken]


def _narrow(asked: AskedList, **narrower: object) -> AskedList:
    """Narrows by one thing more.

    Raises InvalidInput("owed_twice") where it is narrowed by another of the same already.
    """
    for name, value in narrower.items():
        if getattr(asked.wanted, name) not in (getattr(EVERYTHING, name), value):
            raise InvalidInput("owed_twice")
    wanted = replace(asked.wanted, **narrower)  # type: ignore[arg-type]
    return replace(asked, wanted=wanted)


def _reader_of(key: str) -> _Reader:
    special = _SPECIAL.get(key)
    if special is not None:
        return special
    if key in VIEWS:
        return lambda asked, rest, _speaker: (replace(asked, view=key), rest)
    if key in FORMATS:
        return lambda asked, rest, _speaker: (replace(asked, file=key), rest)
    return lambda asked, rest, speaker: _of_kind(
        asked,
        rest,
        key,
        speaker,
    )


def _of_kind(
    asked: AskedList,
    rest: str,
    key: str,
    speaker: Speaker,
) -> _Taken:
    """Narrows to a kind of thing owed, if the office has such a rule."""
    if key not in speaker.rules:
        return None
    return _narrow(asked, rule=key), rest


def _overdue(
    asked: AskedList,
    rest: str,
    _speaker: Speaker,
) -> _Taken:
    return _narrow(asked, overdue=True), rest


def _mine(
    asked: AskedList,
    rest: str,
    speaker: Speaker,
) -> _Taken:
    return _narrow(asked, officer=speaker.me), rest


def _nobodys(
    asked: AskedList,
    rest: str,
    _speaker: Speaker,
) -> _Taken:
    return _narrow(asked, officer=NOBODY), rest


def _to(
    asked: AskedList,
    rest: str,
    speaker: Speaker,
) -> _Taken:
    found = _person(rest, speaker)
    if found is None:
        return None
    officer, rest = found
    return replace(asked, to=officer), rest


def _skip(
    asked: AskedList,
    rest: str,
    _speaker: Speaker,
) -> _Taken:
    return asked, rest


def _older(
    asked: AskedList,
    rest: str,
    speaker: Speaker,
) -> _Taken:
    """Reads an age: `90 days`, `2 years`; without a number it is one."""
    number = _NUMBER.match(digits(rest))
    amount = 1
    if number is not None:
        amount = int(number[1])
        rest = rest[number.end() :]
    lower = rest.casefold()
    for unit, span in _UNITS.items():
        for word in words("owed_lists").texts(unit):
            if lower.startswith(word):
                before = _ago(speaker.today, span, amount)
                return _narrow(asked, before=before), rest[len(word) :].strip()
    return None


def _ago(
    today: date,
    span: CalendarSpan,
    amount: int,
) -> date:
    """Returns the day so long before today."""
    # No debt of the office is older than a century.
    months = min(span.months * amount, 1200)
    return CalendarSpan(-months, -span.days * amount).after(today)


_SPECIAL: Mapping[str, _Reader] = {
    "overdue": _overdue,
    "mine": _mine,
    "nobody": _nobodys,
    "of": _skip,
    "to": _to,
    "older": _older,
    "skip": _skip,
}


def _named(text: str, speaker: Speaker) -> tuple[StaffId, str] | None:
    """Finds whose whole name leads the text, the longest first."""
    lower = text.casefold()
    for officer, name in sorted(speaker.people.items(), key=lambda pair: -len(pair[1])):
        if lower.startswith(name.casefold()):
            return officer, text[len(name) :].strip()
    return None


def _person(text: str, speaker: Speaker) -> tuple[StaffId, str] | None:
    """Finds whose name leads the text, or whom alone its first word names."""
    found = _named(text, speaker)
    if found is not None:
        return found
    word, _blank, rest = text.partition(" ")
    meant = [one for one, name in speaker.people.items() if word.casefold() in name.casefold()]
    if len(word) < 2 or len(meant) != 1:
        return None
    return meant[0], rest.strip()


@cache
def _spellings() -> list[tuple[str, str]]:
    """Returns each way to write a word with what it stands for, the longest first."""
    lists = words("owed_lists")
    kinds = words("owed_kinds")
    keys = (*VIEWS, *FORMATS, *_SPECIAL)
    pairs: list[tuple[str, str]] = []
    for table, names in ((lists, keys), (kinds, kinds.values)):
        for key in names:
            for one in table.texts(key):
                pairs.append((one.casefold(), key))
    return sorted(pairs, key=lambda pair: -len(pair[0]))
