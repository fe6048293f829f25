"""The columns of a table: what its headings mean, where the heading stands, and what a row says by
them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from domain.customers.fields import CONTACT, CUSTOMER
from domain.errors import InvalidInput
from domain.fields.records import RecordFields
from domain.fields.rows import SHEET
from domain.tables.tables import Register, cell_words, register_table
from domain.text import MARKS, clean, digits
from domain.tickets.fields import TICKET

NOTED = "note:"
"""Begins the key of a cell whose column is none of the register's: its heading follows."""

TOTAL = "total:"
"""The key of a cell of a running number that calls its row a sum."""

FIELDS: Mapping[Register, tuple[RecordFields, ...]] = {
    Register.CUSTOMERS: (CUSTOMER, CONTACT),
    Register.TICKETS: (TICKET,),
}
"""The fields of each register, which stand in domain/data/fields.toml."""

_LAST = ("phone", "mobile", "email", *CONTACT.rows, "note")
_ORDER = ("code", "no", "name", "type", "gender", "organisation", "address", *_LAST)
"""The columns of exports begin with these."""

REPEATED = ("phone", "mobile", "email", "contact_phone", "contact_mobile", "contact_email")
"""Fields that several columns may say; a second column of any other field is kept in the note."""

FEWEST_KNOWN = 2
"""Columns by which a heading is told from a line above it."""

_PUNCTUATION = re.compile(r"[\s_.,:;*!?\"'()\[\]\\\u2010-\u2015|-]+")
_FIGURES = re.compile(r"[\d,.\s:=]+")
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_NUMBERED = re.compile(r"\s*\d+\s*\Z")
_ALTERNATIVES = re.compile(r"[/&\n]|\u0e41\u0e25\u0e30|\u0e2b\u0e23\u0e37\u0e2d")
"""What stands between two names of a column; the Thai words are those for "and" and "or"."""
_THAI_END = re.compile(rf"[\u0e01-\u0e5b.{MARKS}]\Z")
_THAI_START = re.compile(r"[\u0e01-\u0e5b]")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the known fields stand in a row, which other columns are kept in the note, and which
    say nothing here.

    `before` and `after` = the places of the parts of a field, such as title and surname. A row that
    is wider than the heading is refused where it is `strict`; else what stands there is kept like
    the columns without a name. `numbers` = columns of running numbers."""

    places: Mapping[str, tuple[int, ...]]
    kept: Mapping[int, str]
    ignored: tuple[str, ...]
    width: int
    before: Mapping[str, tuple[int, ...]]
    after: Mapping[str, tuple[int, ...]]
    strict: bool = False
    numbers: tuple[int, ...] = ()

    @property
    def known(self) -> int:
        """How many headings are known."""
        return sum(len(places) for parts in self._parts() for places in parts.values())

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """The row's cells by field, clean; InvalidInput("row_wide") where it has more than the
        heading.
        """
        width = len(row)
        cells: dict[str, str] = {}
        for field, places in self.places.items():
            if len(places) > 1:
                text = "\n".join(filter(None, (_cell(row, place) for place in places)))
            else:
                text = clean(row[places[0]]) if places[0] < width and row[places[0]] else ""
            if text:
                cells[field] = text
        for field in {**self.before, **self.after}:
            self._assemble(field, cells, row)
        if self.kept or width > self.width:
            self._keep(cells, row)
        for place in self.numbers:
            if (text := _cell(row, place)) and not text[0].isdigit() and says_total(text):
                cells[TOTAL] = text
        return cells

    def numbering(self) -> frozenset[int]:
        """The columns that say no more than where a row stands."""
        told = {
            *self.kept,
            *(place for parts in self._parts() for places in parts.values() for place in places),
        }
        return frozenset(range(self.width)) - told

    def _parts(self) -> tuple[Mapping[str, tuple[int, ...]], ...]:
        return self.places, self.before, self.after

    def _assemble(self, field: str, cells: dict[str, str], row: Sequence[str]) -> None:
        """The field out of its parts; a title alone is no name."""
        before = [_cell(row, place) for place in self.before.get(field, ())]
        after = [_cell(row, place) for place in self.after.get(field, ())]
        behind = " ".join(filter(None, (cells.get(field, ""), *after)))
        if not behind:
            return
        title = " ".join(filter(None, before))
        glued = _THAI_END.search(title) and _THAI_START.match(behind)
        cells[field] = title + behind if glued else f"{title} {behind}".strip()

    def _keep(self, cells: dict[str, str], row: Sequence[str]) -> None:
        if self.strict and any(cell.strip() for cell in row[self.width :]):
            raise InvalidInput("row_wide", width=self.width)
        for place, heading in self.kept.items():
            if text := _cell(row, place):
                key = f"{NOTED}{heading}"
                cells[key] = f"{cells[key]}\n{text}" if key in cells else text
        if further := ", ".join(filter(None, map(clean, row[self.width :]))):
            cells[NOTED] = f"{cells[NOTED]}\n{further}" if NOTED in cells else further


def says_total(text: str) -> bool:
    """Whether a cell is the word for a sum, a figure with what is counted, or both."""
    said = [word.casefold() for word in _FIGURES.split(text) if word]
    known = set(said) <= cell_words("totals") | cell_words("counted")
    return known and bool(said) and (said[0] in cell_words("totals") or any(map(str.isdigit, text)))


def _cell(row: Sequence[str], place: int) -> str:
    return clean(row[place]) if place < len(row) and row[place] else ""


def read_columns(register: Register, header: Sequence[str]) -> Columns:
    """What each heading means, in any order, case and of the two languages.

    Raises InvalidInput: "file_header" where the columns that every table needs are missing,
    "file_twice" where two columns mean one field that can be said only once."""
    places: dict[str, list[int]] = {}
    parts: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
    kept: dict[int, str] = {}
    ignored: list[str] = []
    numbers: list[int] = []
    for place, heading in enumerate(header):
        meaning = _meaning(register, clean(heading))
        kind, field = meaning
        if kind == "field" and field in places and field not in REPEATED:
            if register is Register.TICKETS or field in ("code", "name"):
                raise InvalidInput("file_twice", column=heading)
            kind = ""
        if kind == "field":
            places.setdefault(field, []).append(place)
        elif kind in ("before", "after"):
            parts[kind == "after"].setdefault(field, []).append(place)
        elif kind == "ignored" or register is Register.TICKETS:
            numbers += [place] if kind == "ignored" else []
            ignored += [heading.strip()] if heading.strip() else []
        else:
            kept[place] = " ".join(clean(heading).split())
    _check_needed(register, places, parts[1])
    return Columns(
        _fixed(places),
        kept,
        tuple(one for one in ignored if _key(one) not in ("line", "reason")),
        len(header),
        _fixed(parts[0]),
        _fixed(parts[1]),
        strict=register is Register.TICKETS,
        numbers=tuple(numbers),
    )


def _fixed(places: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {field: tuple(found) for field, found in places.items()}


def _check_needed(
    register: Register, places: dict[str, list[int]], parts: Mapping[str, list[int]]
) -> None:
    """A register of organisations may name nobody else: then they are the customers."""
    needed = ("no",) if register is Register.TICKETS else ("code", "name")
    if any(field in places or field in parts for field in needed):
        return
    if register is Register.TICKETS or "organisation" not in places:
        raise InvalidInput("file_header", columns=" / ".join(needed))
    places["name"] = places.pop("organisation")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading of a table was found: the rows above it, its own cells, and how many rows
    it takes.

    `known` = how many columns it names.
    """

    above: int
    header: tuple[str, ...]
    rows: int
    known: int


def find_heading(register: Register, rows: Sequence[Sequence[str]]) -> Heading | None:
    """The heading among the first rows of a table: the one that names most columns; None where none
    does.

    A second row of headings, under one whose cells were joined, belongs to it.
    """
    best: tuple[int, int] | None = None
    for at, row in enumerate(rows):
        known = _known(register, row)
        if known and (best is None or known > best[0]):
            best = known, at
    if best is None or (
        best[0] < FEWEST_KNOWN and best[1] and sum(map(bool, map(str.strip, rows[best[1]]))) > 1
    ):
        return None
    at = best[1]
    header = tuple(rows[at])
    below = rows[at + 1] if at + 1 < len(rows) else ()
    joined = _joined(register, header, below)
    return Heading(at, joined or header, 2 if joined else 1, best[0])


def _known(register: Register, row: Sequence[str]) -> int:
    """How many columns the row names, 0 where it is no heading."""
    try:
        return read_columns(register, row).known
    except InvalidInput as error:
        return FEWEST_KNOWN if error.code == "file_twice" else 0


def _joined(register: Register, header: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """The heading with the second row of it that stands below; () where that is a row like any
    other.
    """
    named = [place for place, cell in enumerate(below) if cell.strip()]
    if not named or any(
        _meaning(register, clean(below[place]))[0] not in ("field", "after") for place in named
    ):
        return ()
    width = max(len(header), len(below))
    above = [*header, *[""] * (width - len(header))]
    under = [*below, *[""] * (width - len(below))]
    return tuple(
        second if second.strip() else first for first, second in zip(above, under, strict=True)
    )


def column_names(register: Register) -> tuple[str, ...]:
    """The fields of a register in the order in which it is exported."""
    return tuple(_headings(register))


def column_label(register: Register, field: str) -> str:
    """What a column is called in Thai, as a note names it."""
    return _headings(register)[field][0]


@cache
def _headings(register: Register) -> Mapping[str, tuple[str, ...]]:
    """The fields of a register with what their columns are called beside their own names."""
    table = register_table(register)
    named = {field: table.texts(field) for field in table.values}
    for fields in FIELDS[register]:
        rows = [fields.rows[name] for name in fields.standing(SHEET)]
        named |= {row.sheet: row.headings for row in rows}
    led = {field: named[field] for field in _ORDER if field in named}
    return {**led, **named}


@lru_cache(maxsize=4096)
def _meaning(register: Register, heading: str) -> tuple[str, str]:
    """What a heading means: ("field", its name), ("before" or "after", the field it is a part of),
    ("ignored", "").

    ("", "") for a heading that is not known. What stands in brackets or a number behind it may be
    left out; of several names the first is meant."""
    names = _names(register)
    bare = _NUMBERED.sub("", _BRACKETS.sub(" ", digits(heading)))
    for text in (digits(heading), bare):
        if found := names.get(_key(text)):
            return found
    several = [
        names.get(_key(_NUMBERED.sub("", part)), ("", "")) for part in _ALTERNATIVES.split(bare)
    ]
    return several[0] if len(several) > 1 and all(kind for kind, _field in several) else ("", "")


def _key(heading: str) -> str:
    return _PUNCTUATION.sub("", heading).casefold() or heading.strip()


@cache
def _names(register: Register) -> Mapping[str, tuple[str, str]]:
    names = {
        _key(name): ("field", field)
        for field, headings in _headings(register).items()
        for name in (field, *headings)
    }
    for field, part in register_table(register, "parts").tables():
        for kind in part.values:
            names |= {_key(name): (kind, field) for name in part.texts(kind)}
    ignored = register_table(register, "ignored")
    return {_key(name): ("ignored", "") for name in ignored.texts("number")} | names
