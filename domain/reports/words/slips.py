"""Words that are often mistyped, put right before a question is read. Pure."""

import re
from functools import cache

from domain.patterns import one_of
from domain.reports.words.tables import question_words
from domain.text import MARKS


def without_slips(text: str) -> str:
    """Returns a clean text with such words as they are meant."""
    return _mistyped().sub(_as_meant, text)


def _as_meant(found: re.Match[str]) -> str:
    return _meant()[found[0]]


@cache
def _meant() -> dict[str, str]:
    """Returns what each spelling stands for, right ones for themselves: they may begin like a wrong
    one.
    """
    table = question_words("slips")
    wrong = {typed: right for right in table.values for typed in table.texts(right)}
    return {right: right for right in table.values} | wrong


@cache
def _mistyped() -> re.Pattern[str]:
    """Matches each of them, the longest first, where no mark follows that makes it another word."""
    return re.compile(f"{one_of(_meant())}(?![{MARKS}])")
