"""Queries that people wrote down with what they mean by them (misspelt.tsv, pasted.tsv), and the
customers whom they mean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.search.data import lines

AND = " + "
OR = " / "


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody means who pastes something: whichever of it was said."""

    name: str = ""
    organisation: str = ""
    phone: str = ""
    email: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class ListedQuery:
    """A text as it was written down; a hit has all of one of `wanted`, or the code."""

    text: str
    code: str
    wanted: tuple[tuple[str, ...], ...]


def misspelt_names() -> list[str]:
    """The names, rightly spelt, that misspelt.tsv misspells."""
    return list(dict.fromkeys(row[0] for row in lines("misspelt.tsv")))


def misspelt_queries() -> Iterator[ListedQuery]:
    """Somebody may bear the misspelt name, and is found then."""
    for name, typed in lines("misspelt.tsv"):
        yield ListedQuery(typed, "", ((name,), (typed,)))


def pasted_meanings() -> list[Meant]:
    """Whom pasted.tsv means, each once."""
    different = dict.fromkeys(row[0] for row in lines("pasted.tsv"))
    return [_meant(text) for text in different]


def pasted_queries() -> Iterator[ListedQuery]:
    """Of several that one text means, each is right."""
    for meant, typed in lines("pasted.tsv"):
        wanted = [tuple(_written(part) for part in choice.split(AND)) for choice in meant.split(OR)]
        code = _meant(meant).code
        if code:
            # It is right or wrong as a whole, and all else says nothing more.
            wanted = []
        elif _is_part(typed, wanted):
            # Whoever else has those digits is right too.
            wanted.append((_digits(typed),))
        yield ListedQuery(typed, code, tuple(wanted))


def _is_part(typed: str, wanted: list[tuple[str, ...]]) -> bool:
    """Whether some digits of a telephone were typed, and not all."""
    digits = _digits(typed)
    numbers = [one[0] for one in wanted if one[0].isdigit()]
    return bool(digits) and any(digits in number and digits != number for number in numbers)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _meant(text: str) -> Meant:
    """The parts of what is meant; of several choices the first."""
    found: dict[str, str] = {}
    for part in text.split(AND):
        value = _written(part.split(OR)[0])
        found[_field(value)] = value
    return Meant(**found)


def _field(value: str) -> str:
    if "@" in value:
        return "email"
    if re.fullmatch(r"C\d+", value):
        return "code"
    if value.isdigit():
        return "phone"
    return "name" if " " in value else "organisation"


def _written(part: str) -> str:
    """A telephone as its digits, without its extension, a code without zeros; anything else as it
    is.
    """
    if code := re.fullmatch(r"C0*(\d+)", part):
        return f"C{code[1]}"
    number = part.partition(" ต่อ ")[0].strip()
    digits = number.replace("-", "")
    return digits if digits.isdigit() else number
