"""Parts of regular expressions of which several readers are made: words out of the data, and where
a word ends.
"""

import re
from collections.abc import Iterable

import regex  # type: ignore[import-untyped]

from domain.text import MARKS

WORD_END = rf"(?![^\W\d_]|[{MARKS}])"
"""No letter follows, and no mark of one."""


def one_of(spellings: Iterable[str]) -> str:
    """Returns a pattern for any of the spellings, the longest first."""
    longest_first = sorted(spellings, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, longest_first))})"


def one_word_of(spellings: Iterable[str]) -> str:
    """Returns a pattern for any of the spellings, where one in Latin letters is followed by no
    further letter.
    """
    ways = []
    for spelling in sorted(spellings, key=len, reverse=True):
        latin = spelling[-1].isascii() and spelling[-1].isalpha()
        end = "(?![a-z])" if latin else ""
        ways.append(re.escape(spelling) + end)
    return f"(?:{'|'.join(ways)})"


def one_dotted(spellings: Iterable[str], *, parted: bool = True) -> str:
    """Returns a pattern for any of the abbreviations, whose dots may be missing, or followed by a
    blank; `parted` = both.
    """
    between = r"\.?\s?" if parted else r"(?:\.\s?)?"
    ways = []
    for spelling in sorted(spellings, key=len, reverse=True):
        parts = spelling.rstrip(".").split(".")
        ways.append(between.join(map(re.escape, parts)) + r"\.?")
    return f"(?:{'|'.join(ways)})"


BLANKS_BEFORE = r"(?:(?<!\s)\s++)?"
"""Blanks before what is searched for: as `\\s*`, but tried only from where they begin."""


def at_end(pattern: str) -> regex.Pattern[str]:
    """Returns what matches a text's end, read from there backwards: `match` it.

    A search for the same with the end behind it begins anew at every blank of a text of blanks.
    """
    return regex.compile(rf"(?r)(?:{pattern})", regex.IGNORECASE)


def without_end(ending: regex.Pattern[str], text: str) -> str:
    """Returns the text without the end that `at_end` describes, if it has one."""
    found = ending.match(text)
    return text[: found.start()] if found else text


def skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Returns where the text goes on behind what the pattern matches at `at`, if anything."""
    found = pattern.match(text, at)
    return found.end() if found else at
