"""The columns of a table: what its headings mean, where the heading stands, and what a row says by
them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest

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

LONGEST = 500
"""Signs of a heading; a cell with more holds a text, which is not searched for brackets."""

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
        return len(self._told())

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """The row's cells by field, clean; InvalidInput("row_wide") where it has more than the
        heading.
        """
        cells: dict[str, str] = {}
        for field, places in self.places.items():
            # Most fields have one column, and there are many rows.
            text = _cell(row, places[0]) if len(places) == 1 else _lines(row, places)
            if text:
                cells[field] = text
        for field in {**self.before, **self.after}:
            self._assemble(field, cells, row)
        if self.kept or len(row) > self.width:
            self._keep(cells, row)
        total = self._total(row)
        if total:
            cells[TOTAL] = total
        return cells

    def _total(self, row: Sequence[str]) -> str:
        """The cell of a running number that calls the row a sum; "" where none does."""
        total = ""
        for place in self.numbers:
            text = _cell(row, place)
            if text and not text[0].isdigit() and says_total(text):
                total = text
        return total

    def numbering(self) -> frozenset[int]:
        """The columns that say no more than where a row stands."""
        return frozenset(range(self.width)) - {*self.kept, *self._told()}

    def _told(self) -> list[int]:
        """The places of all columns that say something of a field."""
        parts = (self.places, self.before, self.after)
        return [place for part in parts for places in part.values() for place in places]

    def _assemble(
        self,
        field: str,
        cells: dict[str, str],
        row: Sequence[str],
    ) -> None:
        """The field out of its parts; a title alone is no name."""
        before = [_cell(row, place) for place in self.before.get(field, ())]
        after = [_cell(row, place) for place in self.after.get(field, ())]
        behind = _joined_words(cells.get(field, ""), *after)
        if not behind:
            return
        title = _joined_words(*before)
        # Thai writes a title and a name as one word.
        if _THAI_END.search(title) and _THAI_START.match(behind):
            cells[field] = title + behind
        else:
            cells[field] = f"{title} {behind}".strip()

    def _keep(self, cells: dict[str, str], row: Sequence[str]) -> None:
        """What stands in columns that are none of the register's, below their headings."""
        beyond = row[self.width :]
        if self.strict and any(cell.strip() for cell in beyond):
            raise InvalidInput("row_wide", width=self.width)
        for place, heading in self.kept.items():
            _add_line(cells, f"{NOTED}{heading}", _cell(row, place))
        further = [*filter(None, map(clean, beyond))]
        _add_line(cells, NOTED, ", ".join(further))


def _add_line(cells: dict[str, str], key: str, text: str) -> None:
    if not text:
        return
    before = cells.get(key)
    cells[key] = f"{before}\n{text}" if before else text


def _lines(row: Sequence[str], places: Sequence[int]) -> str:
    """What a field's columns say, a line each."""
    texts = [_cell(row, place) for place in places]
    return "\n".join(filter(None, texts))


def _joined_words(*texts: str) -> str:
    return " ".join(filter(None, texts))


def says_total(text: str) -> bool:
    """Whether a cell is the word for a sum, a figure with what is counted, or both."""
    totals = cell_words("totals")
    said = [word.casefold() for word in _FIGURES.split(text) if word]
    if not said or not set(said) <= totals | cell_words("counted"):
        return False
    return said[0] in totals or any(map(str.isdigit, text))


def _cell(row: Sequence[str], place: int) -> str:
    if place >= len(row) or not row[place]:
        return ""
    return clean(row[place])


def read_columns(register: Register, header: Sequence[str]) -> Columns:
    """What each heading means, in any order, case and of the two languages.

    Raises InvalidInput: "file_header" where the columns that every table needs are missing,
    "file_twice" where two columns mean one field that can be said only once."""
    read = _Header(register)
    for place, heading in enumerate(header):
        read.take(place, heading)
    read.check_needed()
    return Columns(
        _fixed(read.places),
        read.kept,
        tuple(one for one in read.ignored if _key(one) not in ("line", "reason")),
        len(header),
        _fixed(read.before),
        _fixed(read.after),
        strict=register is Register.TICKETS,
        numbers=tuple(read.numbers),
    )


class _Header:
    """The headings of a table as they are read one by one; see `Columns`."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.places: dict[str, list[int]] = {}
        self.before: dict[str, list[int]] = {}
        self.after: dict[str, list[int]] = {}
        self.kept: dict[int, str] = {}
        self.ignored: list[str] = []
        self.numbers: list[int] = []

    def take(self, place: int, heading: str) -> None:
        """One heading; InvalidInput("file_twice")."""
        kind, field = _meaning(self.register, clean(heading))
        if kind == "field" and self._is_said_already(field, heading):
            kind = ""
        if kind == "field":
            self.places.setdefault(field, []).append(place)
        elif kind == "before":
            self.before.setdefault(field, []).append(place)
        elif kind == "after":
            self.after.setdefault(field, []).append(place)
        elif kind == "ignored":
            self.numbers.append(place)
            self._ignore(heading)
        elif self.register is Register.TICKETS:
            self._ignore(heading)
        else:
            self.kept[place] = " ".join(clean(heading).split())

    def _is_said_already(self, field: str, heading: str) -> bool:
        """Whether another column says the field, and this one is kept in the note."""
        if field not in self.places or field in REPEATED:
            return False
        # A ticket has no note; and of two names nobody knows whose the row is.
        if self.register is Register.TICKETS or field in ("code", "name"):
            raise InvalidInput("file_twice", column=heading)
        return True

    def _ignore(self, heading: str) -> None:
        if heading.strip():
            self.ignored.append(heading.strip())

    def check_needed(self) -> None:
        """InvalidInput("file_header"). A register of organisations may name nobody else: then they
        are the customers.
        """
        needed = ("no",) if self.register is Register.TICKETS else ("code", "name")
        if any(field in self.places or field in self.after for field in needed):
            return
        if self.register is Register.TICKETS or "organisation" not in self.places:
            raise InvalidInput("file_header", columns=" / ".join(needed))
        self.places["name"] = self.places.pop("organisation")


def _fixed(places: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {field: tuple(found) for field, found in places.items()}


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
    known = [_known(register, row) for row in rows]
    most = max(known, default=0)
    if not most:
        return None
    at = known.index(most)
    if at and most < FEWEST_KNOWN and _full(rows[at]) > 1:
        return None
    header = tuple(rows[at])
    below = rows[at + 1] if at + 1 < len(rows) else ()
    joined = _joined(register, header, below)
    if joined:
        return Heading(at, joined, 2, most)
    return Heading(at, header, 1, most)


def _full(row: Sequence[str]) -> int:
    """How many cells of a row say something."""
    return sum(1 for cell in row if cell.strip())


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
    named = [clean(cell) for cell in below if cell.strip()]
    kinds = {_meaning(register, heading)[0] for heading in named}
    if not kinds or not kinds <= {"field", "after"}:
        return ()
    both = zip_longest(header, below, fillvalue="")
    return tuple(second if second.strip() else first for first, second in both)


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
    if len(heading) > LONGEST:
        return "", ""
    whole = digits(heading)
    bare = _NUMBERED.sub("", _BRACKETS.sub(" ", whole))
    for text in (whole, bare):
        found = names.get(_key(text))
        if found:
            return found
    parts = [_NUMBERED.sub("", part) for part in _ALTERNATIVES.split(bare)]
    several = [names[key] for key in map(_key, parts) if key in names]
    if len(parts) > 1 and len(several) == len(parts):
        return several[0]
    return "", ""


def _key(heading: str) -> str:
    return _PUNCTUATION.sub("", heading).casefold() or heading.strip()


@cache
def _names(register: Register) -> Mapping[str, tuple[str, str]]:
    """What each heading means that a register knows; see `_meaning`."""
    names = {}
    for heading in register_table(register, "ignored").texts("number"):
        names[_key(heading)] = ("ignored", "")
    for field, headings in _headings(register).items():
        for heading in (field, *headings):
            names[_key(heading)] = ("field", field)
    for field, part in register_table(register, "parts").tables():
        for kind in part.values:
            for heading in part.texts(kind):
                names[_key(heading)] = (kind, field)
    return names
