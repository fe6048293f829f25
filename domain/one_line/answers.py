"""Short answers to a form's questions, as people type them: politely, in brackets, with a word for
none or for me.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import regex  # type: ignore[import-untyped]

from domain.dates.days import parse_month
from domain.one_line.line_words import listed
from domain.patterns import WORD_END, at_end, one_of, without_end
from domain.text import clean, digits, words
from domain.tickets.records import parse_price

_EDGES = " \t\n\"'\u201c\u201d()[]"
_DASHES = re.compile(r"[-\u2013\u2014.]+")
_SHORT_MONTH = re.compile(r"(\d\d?)\s*+/\s*+(\d\d)")
"""A month with a year of two digits: 10/69."""


def plain_answer(text: str) -> str:
    """Returns the answer without brackets, quotes and the polite words that end it; all of it where
    nothing else is left.
    """
    bare = clean(text).strip(_EDGES)
    return without_end(_polite(), bare).strip(_EDGES) or bare


def says_none(text: str) -> bool:
    """Returns whether the answer is that there is none, or that it is not known."""
    bare = plain_answer(text).casefold()
    return bare in words("answers").texts("none") or _DASHES.fullmatch(bare) is not None


def says_nobody(text: str) -> bool:
    """Returns whether the answer is that nobody is named, or wants to be."""
    bare = plain_answer(text).casefold()
    return says_none(text) or bare in listed("head", "nobody")


def price_of(text: str) -> Decimal:
    """Reads an amount in baht, 0 where the answer is that it cost nothing; raises
    InvalidInput("price").
    """
    bare = plain_answer(text)
    if bare.casefold() in words("money").texts("none"):
        return parse_price("0")
    return parse_price(bare)


def plain_date(text: str) -> str:
    """Returns a date without what may stand before it: received on, dated."""
    return _before_dates().sub("", plain_answer(text))


def month_of(text: str, today: date) -> date:
    """Reads a month as its first day; raises InvalidInput("month"), ("future_date")."""
    bare = plain_answer(text)
    this = today.replace(day=1)
    if bare.casefold() in words("periods").texts("this_month"):
        return this
    if bare.casefold() in words("periods").texts("last_month"):
        return (this - timedelta(days=1)).replace(day=1)
    if short := _SHORT_MONTH.fullmatch(digits(bare)):
        bare = f"{short[1]}/25{short[2]}"
    return parse_month(bare, today)


def plain_subject(text: str) -> str:
    """Returns a subject's number or words without the word for one before it."""
    bare = plain_answer(text)
    for word in words("answers").texts("before_subjects"):
        if bare.startswith(word):
            return bare.removeprefix(word).strip() or bare
    return bare


def says_me(text: str) -> bool:
    """Returns whether the answer is the one who types it."""
    return plain_answer(text).casefold() in words("answers").texts("me")


def named_person(text: str) -> str:
    """Returns a colleague's or a team's name without what people say before it."""
    bare = plain_answer(text).lstrip("@").strip()
    return _before_names().sub("", bare).strip() or bare


def chosen(field: str, text: str) -> str:
    """Returns the value of a field with named values for which people say this word or number; ""
    for none.
    """
    bare = " ".join(digits(plain_answer(text)).casefold().split())
    # What people say only as an answer comes first.
    for table in (words("answers").table(field), words("one_line").table(field)):
        for value in table.values:
            if bare in table.texts(value):
                return value
    return ""


@cache
def _polite() -> regex.Pattern[str]:
    """Matches polite words behind an answer, glued to it or not."""
    polite = one_of(words("answers").texts("polite"))
    return at_end(rf"(?:\s*+{polite}{WORD_END})+[.!]*")


@cache
def _before_dates() -> re.Pattern[str]:
    return re.compile(rf"^(?:{one_of(words('answers').texts('before_dates'))}\s*+)+")


@cache
def _before_names() -> re.Pattern[str]:
    return re.compile(rf"^{one_of(words('answers').texts('before_names'))}\s*+")
