"""Tables on disk: read row by row and refused as a whole where they cannot be trusted, and
written.
"""

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from domain.errors import InvalidInput
from domain.tables.columns import Columns, find_heading, read_columns
from domain.tables.customers import running_number
from domain.tables.tables import Register, escape_formula
from store.tables.files import HEAD, FileRow, Sheet, table_sheets

MOST_COLUMNS = 60
FEWEST_KNOWN = 2
SHEET_ROWS = 1_048_575
MOST_OUTSIDE = 100
"""Lines outside a table that are told."""


class Place(NamedTuple):
    """Where a row stands; the sheet is named where rows were taken from several."""

    number: int
    line: int
    sheet: str = ""


class TableRow(NamedTuple):
    """A row of a table, in the order of its heading.

    `formulas` = columns whose formula has no value in the file; `continues` = the row belongs to
    the record of the one above, whose cell of the code or name goes over both."""

    place: Place
    cells: list[str]
    formulas: tuple[int, ...] = ()
    continues: bool = False


@dataclass(slots=True)
class Outside:
    """What of a file is no row of its table: lines above the heading and between rows, sheets
    passed over.
    """

    lines: list[tuple[Place, str]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    hidden_rows: int = 0


@dataclass(frozen=True, slots=True)
class Staged:
    """A table that was read to its end without trouble, kept in a temporary file.

    `highest` is the highest running number that it names, `nameless` whether some row has none that
    can be read."""

    header: tuple[str, ...]
    columns: Columns
    count: int
    highest: int
    nameless: bool
    outside: Outside
    file: IO[str]

    def rows(self) -> Iterator[TableRow]:
        """Each row with its line (or sheet row), blank ones left out."""
        self.file.seek(0)
        for text in self.file:
            number, line, cells, *marks = json.loads(text)
            formulas, continues = marks or ((), False)
            yield TableRow(self._place(number, line), cells, tuple(formulas), continues)

    def lines_outside(self) -> list[tuple[Place, str]]:
        """Lines of the file that are no rows of the table, and what they say."""
        return [(self._place(place.number, place.line), text) for place, text in self.outside.lines]

    def _place(self, number: int, line: int) -> Place:
        return Place(
            number, line, self.outside.taken[number] if len(self.outside.taken) > 1 else ""
        )


@contextmanager
def staged(
    path: Path, register: Register, check: Callable[[], None] = lambda: None
) -> Iterator[Staged]:
    """Read the whole table once before anything is done with it. `check` is called for each row and
    may raise.

    Of several sheets all are taken whose heading is the register's; each has its own. Raises
    InvalidInput("file_…") where the file as a whole cannot be taken: missing, empty, half written,
    not CSV or XLSX, in a strange encoding, packed beyond reason, too wide, without a heading that
    is known."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        staging = _Staging(register, file)
        with table_sheets(path) as sheets:
            for sheet in sheets:
                staging.take(sheet, check)
        yield staging.end()


def recognise(path: Path) -> Register | None:
    """The register whose fields a heading of the file names, two at least; None = some other table.

    Raises InvalidInput like `staged`, where the file cannot be read as a table at all.
    """
    known = dict.fromkeys(Register, 0)
    said: list[str] = []
    with table_sheets(path) as sheets:
        for sheet in sheets:
            head = _first_rows(sheet)
            if head:
                said = _header(head[0].cells)
            for register in Register:
                if heading := find_heading(register, [row.cells for row in head]):
                    columns = read_columns(register, _header(heading.header))
                    known[register] = max(known[register], columns.known)
    if not said:
        raise InvalidInput("file_empty")
    best = max(known, key=lambda register: known[register])
    return best if known[best] >= FEWEST_KNOWN else None


class _Staging:
    """The rows of one sheet after the other, their cells in the order of one heading."""

    def __init__(self, register: Register, file: IO[str]) -> None:
        self._register = register
        self._file = file
        self._header: list[str] = []
        self._places: dict[tuple[str, int], int] = {}
        self._outside = Outside()
        self._refusal = InvalidInput("file_empty")
        self._count = 0
        self._highest = 0
        self._nameless = False
        self._plain_order = list(range(MOST_COLUMNS))
        self._key_column = "no" if register is Register.TICKETS else "code"

    def end(self) -> Staged:
        """All of them; raises why there is no table, where there is none."""
        if not self._outside.taken:
            raise self._refusal
        columns = read_columns(self._register, self._header)
        header = tuple(self._header)
        return Staged(
            header,
            columns,
            self._count,
            self._highest,
            self._nameless,
            self._outside,
            self._file,
        )

    def take(self, sheet: Sheet, check: Callable[[], None]) -> None:
        """One sheet, if its heading is the register's."""
        head = _first_rows(sheet)
        heading = find_heading(self._register, [row.cells for row in head])
        if heading is None:
            self._pass_over(sheet, head)
            return
        number = len(self._outside.taken)
        self._outside.taken.append(sheet.name)
        self._outside.hidden_rows += sheet.hidden_rows
        for row in head[: heading.above]:
            self._leave_out(number, row)
        header = _header(heading.header)
        columns = read_columns(self._register, header)
        numbering = columns.numbering()
        order = self._order(columns, header)
        headings = [_bare(row.cells) for row in head[heading.above : heading.above + heading.rows]]
        for row in chain(head[heading.above + heading.rows :], sheet.rows):
            check()
            if not _says_something(row.cells, numbering):
                continue
            if _is_between(row, headings):
                self._leave_out(number, row)
                continue
            self._keep(number, row, columns, order)

    def _pass_over(self, sheet: Sheet, head: Sequence[FileRow]) -> None:
        if head or not sheet.visible:
            self._outside.passed_over.append(sheet.name)
        if head:
            self._refusal = _why_not(self._register, head[0])

    def _leave_out(self, number: int, row: FileRow) -> None:
        if len(self._outside.lines) < MOST_OUTSIDE:
            text = " ".join(" ".join(row.cells).split())
            self._outside.lines.append((Place(number, row.line), text))

    def _order(self, columns: Columns, header: Sequence[str]) -> list[int]:
        """Where each column of a sheet stands in the heading of all; those that are new to it are
        put behind.
        """
        fields = {place: name for name, places in columns.places.items() for place in places}
        met: dict[str, int] = {}
        order = []
        for place, heading in enumerate(header):
            name = fields.get(place) or heading.strip().casefold()
            met[name] = met.get(name, 0) + 1
            order.append(self._place_of(name, met[name], heading))
        return order

    def _place_of(self, name: str, count: int, heading: str) -> int:
        if (name, count) not in self._places:
            self._places[name, count] = len(self._header)
            self._header.append(heading)
        return self._places[name, count]

    def _keep(
        self,
        number: int,
        row: FileRow,
        columns: Columns,
        order: Sequence[int],
    ) -> None:
        """One row of the table, and what stands behind its last heading in columns without one."""
        cells = row.cells
        while cells and not cells[-1].strip():
            cells.pop()
        own = columns.places.get(self._key_column, ())
        key = cells[own[0]] if own and own[0] < len(cells) else ""
        continues = _continues(row, key, own, columns.places.get("name", ()))
        formulas = [order[place] for place in row.formulas if place < len(order)]
        self._count_record(key)
        if not self._is_in_order(cells, order):
            cells = self._in_order(cells, order)
        # Most rows have neither: they are kept short.
        marks = [formulas, continues] if formulas or continues else []
        self._file.write(json.dumps([number, row.line, cells, *marks]) + "\n")

    def _count_record(self, key: str) -> None:
        number = running_number(key) if key else 0
        self._highest = max(self._highest, number)
        self._nameless = self._nameless or not number
        self._count += 1

    def _is_in_order(self, cells: Sequence[str], order: Sequence[int]) -> bool:
        return len(cells) <= len(order) and order == self._plain_order[: len(order)]

    def _in_order(self, cells: Sequence[str], order: Sequence[int]) -> list[str]:
        further = [self._place_of("", HEAD + at, "") for at in range(len(cells) - len(order))]
        laid = [""] * len(self._header)
        for place, cell in zip((*order, *further), cells, strict=False):
            laid[place] = cell
        return laid


def _first_rows(sheet: Sheet) -> list[FileRow]:
    """The first rows that say something, among which the heading stands."""
    head: list[FileRow] = []
    for row in sheet.rows:
        if any(cell.strip() for cell in row.cells):
            head.append(row)
        if len(head) == HEAD:
            break
    return head


def _header(cells: Sequence[str]) -> list[str]:
    """A heading without blank cells at its end; InvalidInput("file_wide")."""
    header = list(cells[: len(_bare(cells))])
    if len(header) > MOST_COLUMNS:
        raise InvalidInput("file_wide", columns=len(header), limit=MOST_COLUMNS)
    return header


def _why_not(register: Register, first: FileRow) -> InvalidInput:
    """Why a sheet without a heading is none of the register."""
    try:
        columns = read_columns(register, _header(first.cells))
    except InvalidInput as error:
        return error
    raise AssertionError(columns)


def _says_something(cells: Sequence[str], numbering: frozenset[int]) -> bool:
    """Whether a row has more than a running number."""
    return any(cell and place not in numbering and cell.strip() for place, cell in enumerate(cells))


def _is_between(row: FileRow, headings: Sequence[list[str]]) -> bool:
    """Whether a row is none: a row of the heading once more, or one cell across the table that
    names what follows.
    """
    if row.banner and sum(bool(cell.strip()) for cell in row.cells) == 1:
        return True
    return any(row.cells[0].strip() == one[0] and _bare(row.cells) == one for one in headings)


def _bare(cells: Sequence[str]) -> list[str]:
    """Cells without outer blanks, and without blank ones at the end."""
    bare = [cell.strip() for cell in cells]
    while bare and not bare[-1]:
        bare.pop()
    return bare


def _continues(
    row: FileRow,
    key: str,
    own: Sequence[int],
    name: Sequence[int],
) -> bool:
    """Whether the cell that names the row's record is one with that of the row above."""
    if not row.filled:
        return False
    if own and own[0] in row.filled:
        return True
    return not key.strip() and any(place in row.filled for place in name)


class Sink(Protocol):
    """Where rows of texts go."""

    def write(self, row: Sequence[str]) -> None:
        """One row, its formulas defused."""


class _CsvSink:
    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file)

    def write(self, row: Sequence[str]) -> None:
        self._writer.writerow([escape_formula(cell) for cell in row])


class _XlsxSink:
    def __init__(self) -> None:
        import openpyxl
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        self._illegal: re.Pattern[str] = ILLEGAL_CHARACTERS_RE
        self.book = openpyxl.Workbook(write_only=True)
        self._sheet = self.book.create_sheet()
        self._rows = 0

    def write(self, row: Sequence[str]) -> None:
        self._rows += 1
        if self._rows > SHEET_ROWS:
            raise InvalidInput("file_rows", limit=SHEET_ROWS)
        self._sheet.append([self._illegal.sub("", escape_formula(cell)) or None for cell in row])


@contextmanager
def table_file(path: Path) -> Iterator[Sink]:
    """Write a table to `path` (.csv for Excel: UTF-8 with BOM; or .xlsx); it appears whole, or not
    at all.

    Readable by its owner alone. Raises InvalidInput("file_kind_out") and
    InvalidInput("file_unwritable")."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise InvalidInput("file_kind_out")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    except OSError:
        raise InvalidInput("file_unwritable") from None
    part = Path(name)
    try:
        if suffix == ".csv":
            with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
                yield _CsvSink(file)
        else:
            os.close(handle)
            sheet = _XlsxSink()
            yield sheet
            sheet.book.save(part)
        try:
            part.replace(path)
        except OSError:
            raise InvalidInput("file_unwritable") from None
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
