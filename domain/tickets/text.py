"""The search key of a ticket's texts: written in one spelling, as names are, and one byte a letter,
so that a search can read all of them.
"""

import re
from collections.abc import Iterable
from functools import cache

from domain.text import ELLIPSIS, clean, digits, fold

PART = 3
_BITS = 7
_LETTER = (1 << _BITS) - 1
MOST_WORDS = 8
LOOKED_AT = 400
"""Words of a text among which a snippet is looked for."""

# Thai letters that `fold` leaves, as capitals and signs that a folded text does not have; those a
# pattern of LIKE or GLOB would read (%, _, \, *, ?, [) are not among them. The order is stored in
# every key: never change it.
_THAI = (
    "\u0e01\u0e02\u0e03\u0e04\u0e05\u0e07\u0e08\u0e09\u0e0a\u0e0b\u0e0c\u0e14\u0e15\u0e16"
    "\u0e17\u0e19\u0e1a\u0e1b\u0e1c\u0e1d\u0e1e\u0e1f\u0e21\u0e22\u0e23\u0e24\u0e25\u0e26"
    "\u0e27\u0e2a\u0e2b\u0e2d\u0e2e\u0e30\u0e31\u0e32\u0e33\u0e34\u0e36\u0e38"
    "\u0e40\u0e41\u0e42\u0e44\u0e45\u0e46"
)
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#$&'()+,-./:;<=>@^"
_WITHIN_NUMBERS = re.compile(r"(?<=\d)[./,-](?=\d)")


def text_key(*texts: str) -> str:
    """Returns one key for all the texts; signs within a number do not count (0504/513 is
    0504513).
    """
    # Cleaned before its digits change: a mark behind a blank belongs to the Thai around it.
    plain = digits(clean("\n".join(filter(None, texts))))
    return fold(_WITHIN_NUMBERS.sub("", plain)).translate(_table())


def query_keys(text: str) -> list[str]:
    """Returns the words of a query as they stand in keys, the longest first, since it decides
    soonest.
    """
    words = text_key(text).split()[:MOST_WORDS]
    return sorted(dict.fromkeys(words), key=len, reverse=True)


def trigrams(key: str) -> set[int]:
    """Returns the parts of three letters that a key has, each as a number, and its last one and two
    letters with nothing behind them.
    """
    codes = [ord(letter) & _LETTER for letter in key]
    codes += [0, 0]
    return {_trigram(*three) for three in zip(codes, codes[1:], codes[2:], strict=False)}


def trigrams_of_query(keys: Iterable[str]) -> list[tuple[int, int]]:
    """Returns what a ticket's trigrams must have for it to hold all of these keys: of each range,
    both ends counted, at least one.

    Other letters than those of keys share a number with some: what has the trigrams need not have
    the keys."""
    found: dict[tuple[int, int], None] = {}
    for key in keys:
        codes = [ord(letter) & _LETTER for letter in key]
        if len(codes) < PART:
            # The beginning of any trigram.
            missing = PART - len(codes)
            first = _trigram(*codes, *[0] * missing)
            last = _trigram(*codes, *[_LETTER] * missing)
            found[first, last] = None
            continue
        for three in zip(codes, codes[1:], codes[2:], strict=False):
            found[_trigram(*three), _trigram(*three)] = None
    return list(found)


def _trigram(one: int, two: int, three: int) -> int:
    return (one << 2 * _BITS) | (two << _BITS) | three


def snippet(text: str, keys: list[str]) -> str:
    """Returns the text's lines from the first word that holds one of the keys; "" where none
    does.
    """
    pieces = text.split()
    for at, piece in enumerate(pieces[:LOOKED_AT]):
        plain = text_key(piece)
        if any(key in plain for key in keys):
            rest = " ".join(pieces[at:])
            return f"{ELLIPSIS} {rest}" if at else rest
    return ""


@cache
def _table() -> dict[int, str]:
    return dict(zip(map(ord, _THAI), _SIGNS, strict=True))
