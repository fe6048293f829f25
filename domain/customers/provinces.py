"""The 77 provinces, and the reports of their numbers of users: province, number and month out of
one line.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from domain.data import TomlTable, read_document
from domain.dates.days import format_month, search_month
from domain.errors import InvalidInput
from domain.patterns import at_end, one_of, without_end
from domain.text import clean, digits, fold, words

GLUED = 5
"""Letters that a name needs to be recognised inside an unbroken line; a shorter one must stand
alone.
"""
ALIKE = 75
"""How alike (0-100) a misspelt name must be to be offered."""
MOST_USERS = 1_000_000_000
FIRST_YEAR = 2000
"""A report of an earlier month is a slip of the finger."""

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_DAY = at_end(r"(?<!\d)\d\d?\s*")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0e31\u0e34-\u0e4e.])*")


@dataclass(frozen=True, slots=True)
class UserCount:
    """What a provincial office reports; `month` is its first day, None where no month is named."""

    province: str = ""
    users: int | None = None
    month: date | None = None


def list_provinces() -> tuple[str, ...]:
    """Returns all provinces, in dictionary order but for the capital."""
    return tuple(_table().table("provinces").values)


def province_words(name: str) -> tuple[str, ...]:
    """Returns all that a province may be typed as, its name first."""
    return (name, *_table().table("provinces").texts(name))


def find_province(text: str) -> str:
    """Returns the province that is meant by its name, a short form or a known slip; "" where it is
    none of these.
    """
    return _names().get(_bare(clean(text)), "")


def similar_provinces(text: str, limit: int = 5) -> list[str]:
    """Returns provinces whose names begin with, hold, or are spelt much like what was typed,
    likeliest first.
    """
    bare = _bare(clean(text))
    if not bare:
        return []
    begun = [name for key, name in _names().items() if _holds(key, bare)]
    alike = process.extract(
        fold(bare),
        _folded_names(),
        scorer=fuzz.ratio,
        score_cutoff=ALIKE,
        limit=limit * 2,
    )
    spelt_alike = [_names()[key] for _text, _score, key in alike]
    return list(dict.fromkeys([*begun, *spelt_alike]))[:limit]


def _holds(name: str, typed: str) -> bool:
    """Returns whether a name begins with what was typed, or holds it where that is long enough."""
    return name.startswith(typed) or (len(typed) > 2 and typed in name)


def read_user_count(text: str, today: date) -> UserCount:
    """Reads what is certain in a report: the one province, the one number, and the month; each is
    empty where it is not.

    `krabi 1600`, or a whole sentence (DOMAIN.md section 4, incoming-mail subjects)."""
    text = digits(clean(text))
    month, rest = _month(text, today)
    provinces = provinces_in(text)
    province = provinces[0] if len(provinces) == 1 else ""
    numbers = [found[0] for found in _NUMBER.finditer(rest)]
    users = _users(numbers[0]) if len(numbers) == 1 else None
    return UserCount(province, users, month)


def _users(number: str) -> int | None:
    """Reads a whole number as it stands in a sentence; returns None for any other."""
    try:
        return parse_users(number.rstrip(","))
    except InvalidInput:
        return None


def parse_users(text: str) -> int:
    """Reads a number of users, with or without commas and what it counts; raises
    InvalidInput("users").
    """
    found = _counted_number().fullmatch(digits(clean(text)))
    if found is None:
        raise InvalidInput("users", text=text[:40])
    number = found["number"].replace(",", "").replace(" ", "").lstrip("0")
    # Python itself refuses to read thousands of digits.
    if len(number) >= len(str(MOST_USERS)):
        raise InvalidInput("users", text=text[:40])
    return int(number or "0")


@cache
def _counted_number() -> re.Pattern[str]:
    counted = one_of(words("answers").texts("counted"))
    number = r"(?P<number>\d{1,3}(?:[, ]\d{3})+|\d+)"
    return re.compile(rf"{counted}?\s*+{number}\s*+{counted}?")


def count_text(province: str, users: int, month: date | None) -> str:
    """Returns the result of a ticket that such a report is, in the office's words."""
    table = words("results")
    text = table.text("user_count") % (province, f"{users:,}")
    if month is None:
        return text
    return f"{text} {table.text('user_count_month') % format_month(month, full=True)}"


def _month(text: str, today: date) -> tuple[date | None, str]:
    """Returns the month that the text names, and the text without it and without any other year."""
    found = search_month(text, today)
    if found is None:
        return None, _year_of_something().sub(" ", text)
    month, before, behind = found
    before = without_end(_DAY, before)  # the day of a date, or a number: not certain
    rest = _year_of_something().sub(" ", f"{before} {behind}")
    if not FIRST_YEAR <= month.year <= today.year + 1:
        return None, rest
    return month, rest


def provinces_in(text: str) -> list[str]:
    """Returns the provinces that a text names: by whole words, or by a long official name inside
    one.
    """
    return list(dict.fromkeys(name for _start, _end, name in provinces_at(text)))


def provinces_at(text: str) -> list[tuple[int, int, str]]:
    """Returns where in a text which province is named, in the order in which they stand."""
    found: dict[int, tuple[int, str]] = {}
    taken = [False] * len(text)
    for start, typed in _long_names_in(text):
        end = start + len(typed)
        if not any(taken[start:end]):
            taken[start:end] = [True] * len(typed)
            found[start] = (end, find_province(typed))
    for match in _WORD.finditer(text):
        start, end = match.span()
        name = "" if any(taken[start:end]) else find_province(match[0])
        if name:
            found[start] = (end, name)
    return [(start, end, name) for start, (end, name) in sorted(found.items())]


def _bare(text: str) -> str:
    text = " ".join(text.split()).casefold().strip(" .,:")
    for title in _table().table("titles").texts("before"):
        if text.startswith(title) and len(text) > len(title):
            return text.removeprefix(title).strip()
    return text


@cache
def _table() -> TomlTable:
    path = Path(__file__).parents[1] / "data" / "provinces.toml"
    document = read_document(path, "provinces.toml")
    return TomlTable(document.values, (), (document,))


@cache
def _names() -> dict[str, str]:
    """Returns every province by everything that it may be typed as."""
    table = _table().table("provinces")
    names: dict[str, str] = {}
    for name in table.values:
        for typed in (name, *table.texts(name)):
            names[_bare(typed)] = name
    return names


@cache
def _folded_names() -> dict[str, str]:
    """Returns what each of these names sounds like."""
    return {typed: fold(typed) for typed in _names()}


def _long_names_in(text: str) -> list[tuple[int, str]]:
    """Returns where in a text which name stands that is recognised inside an unbroken line: the
    longest first, for some names stand within others.
    """
    standing: list[tuple[int, str]] = []
    pattern = _long_name()
    match = pattern.search(text)
    while match is not None:
        standing.append((match.start(), match[0]))
        # From the next letter on: names may overlap.
        match = pattern.search(text, match.start() + 1)
    return sorted(standing, key=lambda each: -len(each[1]))


@cache
def _long_name() -> re.Pattern[str]:
    """Returns what matches any of these names, the longest of those that begin alike."""
    official = list_provinces()
    long = [
        typed for typed in _names() if len(typed) >= (GLUED if typed in official else GLUED * 2)
    ]
    # A short name is recognised there, too, where it says that it is a province.
    titles = [title for title in _table().table("titles").texts("before") if len(title) >= GLUED]
    long += [f"{title}{name}" for title in titles for name in official]
    longest_first = sorted(long, key=lambda typed: -len(typed))
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


@cache
def _year_of_something() -> re.Pattern[str]:
    marks = one_of(words("data_years").texts("year_marks"))
    return re.compile(rf"{marks}\s*+\d{{4}}(?!\d)")
