"""Registered numbers with their days, as an answer has them: a receipt's, an incoming letter's, a
contract's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import regex  # type: ignore[import-untyped]

from domain.dates.days import looks_like_date
from domain.patterns import at_end, one_of, without_end
from domain.text import clean, digits, words

_EDGES = " \t\n,;:()[]="
_DAY_AND_MONTH = re.compile(r"\d+/\d+")
"""A date without its year is written like many a number."""
_LONGEST_DAY = 60
"""More signs than any date has, whatever stands between its parts."""


@dataclass(frozen=True, slots=True)
class NumberAndDay:
    """`no` without the words for a number before it; `day` as typed, whether or not there is such a
    day.
    """

    no: str
    day: str = ""


def read_numbered(kind: str, text: str) -> NumberAndDay:
    """Reads an answer: the number, and perhaps behind it its day, glued to it or not.

    `kind` is receipt, letter or contract. A receipt of a book is book and number: 12/45. Without
    a number: its day alone. Digits are Arabic."""
    plain = digits(clean(text)).strip(_EDGES)
    if looks_like_date(plain) and not _DAY_AND_MONTH.fullmatch(plain):
        return NumberAndDay("", plain)
    for head, day in _splits(plain):
        # What stands before the day must be a number itself.
        if any(map(str.isdigit, head)):
            return NumberAndDay(_number(kind, head), day)
    return NumberAndDay(_number(kind, plain))


def _splits(plain: str) -> Iterator[tuple[str, str]]:
    """Yields a text before each day that may end it, and that day; the longest day first."""
    for start in range(max(1, len(plain) - _LONGEST_DAY), len(plain)):
        behind = plain[start:]
        if _begins_day(plain, start) and looks_like_date(behind):
            before = without_end(_before_day(), plain[:start])
            yield before.rstrip(_EDGES), behind.lstrip(_EDGES)


def _begins_day(plain: str, at: int) -> bool:
    """Returns whether a day may begin here: behind a blank, a bracket or a word for a day."""
    return plain[at - 1] in _EDGES or _before_day().match(plain, 0, at) is not None


def _number(kind: str, head: str) -> str:
    """Returns the number without its labels."""
    if kind == "receipt":
        book = _book().fullmatch(head)
        if book:
            return f"{book['book']}/{book['number']}"
    return _labels(kind).sub("", head).strip(_EDGES) or head


@cache
def _labels(kind: str) -> re.Pattern[str]:
    """Matches words for such a number, and for a number, with which a text begins."""
    table = words("answers").table("numbers")
    label = one_of((*table.texts(kind), *table.texts("no")))
    return re.compile(rf"\A(?:{label}[\s.:=]*)+", re.IGNORECASE)


@cache
def _book() -> re.Pattern[str]:
    """Matches a receipt by the number of its book and its own."""
    table = words("answers").table("numbers")
    label = rf"(?:{one_of(table.texts('receipt'))}[\s.:=]*)?"
    book = rf"{one_of(table.texts('book'))}\s*+(?P<book>\d{{1,6}})"
    number = rf"{one_of(table.texts('no'))}\s*+(?P<number>\d{{1,6}})"
    return re.compile(rf"{label}{book}\s*+[,/]?\s*+{number}", re.IGNORECASE)


@cache
def _before_day() -> regex.Pattern[str]:
    """Matches a word for the day that follows, at the end of a text."""
    table = words("answers")
    before = one_of((*table.texts("before_dates"), *table.texts("before_days")))
    return at_end(rf"[\s,(]*{before}\s*")
