"""Registers as tables: which column means which field, what a cell says, and what no spreadsheet may run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from domain.catalogue import Catalogue
from domain.data import Table, read_document
from domain.errors import InvalidInput
from domain.text import clean, digits
from domain.tickets import Complexity, Mood, Status, Urgency

Cells = Mapping[str, str]
"""One row: field -> what its cell says, clean; empty cells are missing."""

TEXT_LIMIT, LONG_LIMIT, NAME_LIMIT = 500, 20_000, 200
UNKNOWN = "9"
"""Typed where an answer is not known (DOMAIN.md section 1)."""

_FORMULA = re.compile("'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
_DEFUSED = re.compile("'+[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")


class Register(StrEnum):
    """What is imported and exported."""

    CUSTOMERS = "customers"
    TICKETS = "tickets"


class Outcome(StrEnum):
    """What a table does to one record."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known field stands in a row, and the headings that mean nothing here."""

    places: Mapping[str, int]
    unknown: tuple[str, ...]
    width: int

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """The row's cells by field; InvalidInput("row_wide") where it has more than the heading."""
        if any(cell.strip() for cell in row[self.width :]):
            raise InvalidInput("row_wide", width=self.width)
        width = len(row)
        given = ((field, row[place]) for field, place in self.places.items() if place < width and row[place])
        return {field: text for field, cell in given if (text := clean(cell))}


def defuse(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: an apostrophe in front; `undefuse` takes it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def undefuse(text: str) -> str:
    """What `defuse` was given."""
    return text[1:] if _DEFUSED.match(text) else text


def read_columns(register: Register, header: Sequence[str]) -> Columns:
    """Which field each heading means, in any order, case and of the two languages.

    Raises InvalidInput: "file_header" where the columns that every table needs are missing, "file_twice" where
    two columns mean one field.
    """
    names = _column_names(register)
    places: dict[str, int] = {}
    unknown = []
    for place, heading in enumerate(header):
        field = names.get(_plain(heading))
        if field in places:
            raise InvalidInput("file_twice", column=heading)
        if field:
            places[field] = place
        elif heading.strip() and _plain(heading) not in ("line", "reason"):
            unknown.append(heading.strip())
    needed = ("no",) if register is Register.TICKETS else ("code", "name")
    if not any(field in places for field in needed):
        raise InvalidInput("file_header", columns=" / ".join(needed))
    return Columns(places, tuple(unknown), len(header))


def column_names(register: Register) -> tuple[str, ...]:
    """The fields of a register in the order in which it is exported."""
    return tuple(_table().table(register).values)


@cache
def _table() -> Table:
    document = read_document(Path(__file__).with_name("data") / "transfer.toml", "transfer.toml")
    return Table(document.values, (), (document,))


@lru_cache(maxsize=4096)
def _plain(heading: str) -> str:
    return re.sub(r"[\s_]+", "", clean(heading)).casefold()


@cache
def _column_names(register: Register) -> Mapping[str, str]:
    table = _table().table(register)
    return {_plain(name): field for field in table.values for name in (field, *table.texts(field))}


@cache
def _value_names(field: str) -> Mapping[str, str]:
    table = _table().table(field)
    return {_plain(name): value for value in table.values for name in (value, *table.texts(value))}


def named_value(field: str, text: str) -> str:
    """The value of a field with a fixed list, by itself or by its Thai name; InvalidInput("cell_value")."""
    value = _value_names(field).get(_plain(text))
    if value is None:
        raise InvalidInput("cell_value", field=field, text=text[:40])
    return value


def value_fields() -> Mapping[str, type[StrEnum]]:
    """The ticket's fields with a fixed list of values."""
    return {"urgency": Urgency, "mood": Mood, "complexity": Complexity, "status": Status}


def limited(field: str, text: str, limit: int = TEXT_LIMIT) -> str:
    """The text, if it is not too long; InvalidInput("cell_long")."""
    if len(text) > limit:
        raise InvalidInput("cell_long", field=field, length=len(text), limit=limit)
    return text


@dataclass(frozen=True, slots=True)
class Names:
    """The catalogue's codes by what people call them."""

    channels: Mapping[str, str]
    subjects: Mapping[str, str]
    customer_types: Mapping[str, str]

    def code(self, kind: str, text: str) -> str:
        """The code meant; `kind` is a field of this class. InvalidInput("cell_value")."""
        names: Mapping[str, str] = getattr(self, kind)
        found = names.get(_plain(digits(text)))
        if found is None:
            raise InvalidInput("cell_value", field=kind, text=text[:60])
        return found


def read_names(catalogue: Catalogue) -> Names:
    """Channels, subjects (those no longer in use too) and customer types by code, name, label and word."""
    channels = [(name, one.code) for one in catalogue.channels.values() for name in (one.code, one.name, *one.words)]
    subjects = [
        (name, one.code)
        for one in catalogue.subjects.values()
        if one.selectable
        for name in {one.code, one.name, one.label}
    ]
    types = [(name, one.code) for one in catalogue.customer_types.values() for name in (one.code, one.name)]
    return Names(_unambiguous(channels), _unambiguous(subjects), _unambiguous(types))


def _unambiguous(pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Code by name, without the names that several share."""
    codes: dict[str, set[str]] = {}
    for name, code in pairs:
        codes.setdefault(_plain(name), set()).add(code)
    return {name: next(iter(found)) for name, found in codes.items() if len(found) == 1}
