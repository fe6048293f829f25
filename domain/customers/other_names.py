"""By what else a customer is known than by its names: where its mail comes from, and its initials
(data/other_names.toml).
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import filterfalse
from operator import itemgetter
from pathlib import Path

from domain.data import TomlTable, read_document

KNOWN_NAMES = 2048
"""Names whose initials are remembered: organisations stand in many records."""
LEAST_INITIALS = 2
MANY_WORDS = 3
"""Words in Latin letters from which a name has initials though nothing says what it is."""

_LATIN_WORDS = re.compile(r"[A-Za-z][A-Za-z'&-]*(?:[ .,]+[A-Za-z][A-Za-z'&-]*)+")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_FIRST_CONSONANT = "[\u0e40-\u0e44]?([\u0e01-\u0e2e])"


def other_names(names: Iterable[str], emails: Iterable[str]) -> list[str]:
    """Returns by what else somebody with these names and addresses of mail is known."""
    found: list[str] = []
    for name in names:
        found += _initials(name)
    for email in emails:
        host = host_of(email)
        if host:
            found.append(host)
    return list(dict.fromkeys(found))


def host_of(email: str) -> str:
    """Returns the name of who keeps an address of mail: egat of a@egat.co.th; "" where that says
    nothing of who writes.
    """
    _local, at, domain = email.lower().rpartition("@")
    if not at:
        return ""
    mail = _table("mail")
    bare = domain
    for end in mail.texts("ends"):
        bare = bare.removesuffix(f".{end}")
    if bare == domain:
        bare, _dot, _end = domain.rpartition(".")
    labels = bare.split(".")
    label = labels[-1]
    host = label.replace("-", "")
    if label in mail.texts("hosts") or host.isdigit() or len(host) < LEAST_INITIALS:
        return ""
    return host


@lru_cache(maxsize=KNOWN_NAMES)
def _initials(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for pattern, letter in _patterns():
        found += [letter + consonant for consonant in pattern.findall(name)]
    for run in _LATIN_WORDS.findall(name):
        found += _latin_initials(run)
    return tuple(found)


def _latin_initials(text: str) -> list[str]:
    """Returns initials with and without the small words of an English name."""
    words = _without("legal", _LATIN_WORD.findall(text.lower()))
    large = _without("small", words)
    if len(large) < MANY_WORDS and _some("organisation_words").isdisjoint(words):
        return []
    initials = ["".join(map(_first_letter, some)) for some in (large, words)]
    return [some for some in initials if len(some) >= LEAST_INITIALS]


def _without(kind: str, words: Iterable[str]) -> list[str]:
    """Returns the words that are not of this kind."""
    return [*filterfalse(_some(kind).__contains__, words)]


_first_letter = itemgetter(0)


@cache
def _some(name: str) -> frozenset[str]:
    return frozenset(_table("initials").texts(name))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Returns the patterns of names whose initials are regular, each with its first letter."""
    first = _table("initials").table("first_consonants")
    patterns: list[tuple[re.Pattern[str], str]] = []
    for beginning in first.values:
        pattern = re.compile(re.escape(beginning) + _FIRST_CONSONANT)
        patterns.append((pattern, first.text(beginning)))
    return patterns


@cache
def _table(name: str) -> TomlTable:
    path = Path(__file__).parents[1] / "data" / "other_names.toml"
    document = read_document(
        path,
        path.name,
    )
    return TomlTable(
        document.values,
        (),
        (document,),
    ).table(name)
