"""Registers as tables: which column means which field, what a cell says, and what no spreadsheet
may run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from domain.catalogue import Catalogue
from domain.data import TomlTable, read_document
from domain.errors import InvalidInput
from domain.fields.rows import field_row
from domain.text import clean, digits

Cells = Mapping[str, str]
"""One row: field -> what its cell says, clean; empty cells are missing."""

TEXT_LIMIT = 500
LONG_LIMIT = 20_000
NAME_LIMIT = 200
UNKNOWN = "9"
"""Typed where an answer is not known (DOMAIN.md section 1)."""

_FORMULA = re.compile("'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
_DEFUSED = re.compile("'+[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")


class Register(StrEnum):
    """What is imported and exported."""

    CUSTOMERS = "customers"
    TICKETS = "tickets"


class RecordOutcome(StrEnum):
    """What a table does to one record."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a table said that was read otherwise than it is written; the sentence for `code` is in
    handlers/tables/text.py.

    `field` is the column, `text` what its cell says, `read` what it was taken for: fields and their
    printed values."""

    code: str
    field: str = ""
    text: str = ""
    read: tuple[tuple[str, str], ...] = ()
    other: str = ""


def escape_formula(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula: an apostrophe in front;
    `unescape_formula` takes it back.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """What `escape_formula` was given."""
    return text[1:] if _DEFUSED.match(text) else text


@cache
def _table() -> TomlTable:
    document = read_document(Path(__file__).parents[1] / "data" / "transfer.toml", "transfer.toml")
    return TomlTable(document.values, (), (document,))


def register_table(register: Register, what: str = "") -> TomlTable:
    """The names of a register's columns, or those of its `parts`, or those that are `ignored`."""
    return _table().table(f"{register}_{what}" if what else register)


@cache
def cell_words(key: str) -> frozenset[str]:
    """Words of cells in small letters: for `unknown` and for `none`, what `totals` are called and
    what is `counted`.
    """
    return frozenset(word.casefold() for word in _table().table("cells").texts(key))


@lru_cache(maxsize=4096)
def _plain(heading: str) -> str:
    return re.sub(r"[\s_]+", "", clean(heading)).casefold()


@cache
def _value_names(field: str) -> Mapping[str, str]:
    """The values of a field with a fixed list, by themselves and by all their words."""
    row = field_row(field)
    if row is not None and row.values is not None:
        values = row.values
    else:
        table = _table().table(field)
        values = {value: table.texts(value) for value in table.values}
    names = {}
    for value, words in values.items():
        for name in (value, *words):
            names[_plain(name)] = value
    return names


def named_value(field: str, text: str) -> str:
    """The value of a field with a fixed list, by itself or by its Thai name;
    InvalidInput("cell_value").
    """
    value = _value_names(field).get(_plain(text))
    if value is None:
        raise InvalidInput("cell_value", field=field, text=text[:40])
    return value


def limited(field: str, text: str, limit: int = TEXT_LIMIT) -> str:
    """The text, if it is not too long; InvalidInput("cell_long")."""
    if len(text) > limit:
        raise InvalidInput(
            "cell_long",
            field=field,
            length=len(text),
            limit=limit,
        )
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
    """Channels, subjects (those no longer in use too) and customer types with their groups by code,
    name and word.
    """
    channels = _Codes()
    for channel in catalogue.channels.values():
        channels.add(channel.code, channel.name, *channel.words)
    subjects = _Codes()
    for subject in catalogue.subjects.values():
        if subject.selectable:
            subjects.add(subject.code, subject.name, subject.label)
    types = _Codes()
    for kind in catalogue.customer_types.values():
        types.add(kind.code, kind.name, *kind.words)
    for group in catalogue.customer_groups.values():
        types.add(group.code, group.name)
    return Names(channels.by_name(), subjects.by_name(), types.by_name())


class _Codes:
    """Codes by the names of what they stand for."""

    def __init__(self) -> None:
        self._codes: dict[str, set[str]] = {}

    def add(self, code: str, *names: str) -> None:
        """A code, which is a name too."""
        for name in (code, *names):
            self._codes.setdefault(_plain(name), set()).add(code)

    def by_name(self) -> dict[str, str]:
        """Without the names that several share."""
        named = {}
        for name, codes in self._codes.items():
            if len(codes) == 1:
                (named[name],) = codes
        return named
