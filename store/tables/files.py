"""Tables as files: CSV in the encodings and delimiters that offices have, and XLSX; read sheet by
sheet, row by row.
"""

import codecs
import csv
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from domain.errors import InvalidInput
from domain.tables.columns import find_heading
from domain.tables.tables import Register, unescape_formula

HEAD = 30
"""Rows among which the heading stands."""

MOST_UNPACKED = 2 * 1024**3
"""Bytes of an XLSX unpacked."""

MOST_STRINGS = 300 * 1024**2
"""Bytes of its table of texts, which is held in memory."""

MOST_RATIO = 200
"""Unpacked to packed, of a file that is not small."""

BANNER = 3
"""Columns that a cell goes across which is a line between rows and no row."""

_CHUNK = 1 << 16
_DELIMITERS = ",;\t|"
_END = "\0end"
_QUOTED = re.compile(r'="(.*)"', re.DOTALL)
"""How a CSV keeps a spreadsheet from taking a text for a number."""
_THAI = re.compile("[\u0e01-\u0e5b]")
_UNTHAI = re.compile(
    "(?<![\u0e01-\u0e2e\u0e31-\u0e3a\u0e47-\u0e4e])[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]"
    "|[\u0e40-\u0e44](?![\u0e01-\u0e2e])|[\u0e4f\u0e5a\u0e5b]|[A-Za-z][\u0e01-\u0e2e]|[\u0e01-\u0e2e][A-Za-z]"
)
"""A mark or a following vowel on nothing, a leading vowel before nothing, rare signs, letters glued
to Latin ones.
"""
_WRITTEN = re.compile("[\t\r\n -~\u0e01-\u0e5b\u2010-\u2026\u00a0-\u00ff]")

_BROKEN = (
    BadZipFile,
    ParseError,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    OSError,
)

_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_HIDDEN = re.compile(rb'<(?:\w+:)?row [^>]*?hidden="(?:1|true)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_LONGEST_TAG = 400


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: its line, its cells, and which of them hold a formula whose value the file does not
    have.

    `filled` = cells that belong to one which stands further up and goes over several rows; `banner`
    = one cell goes across the row, which is then a line between rows."""

    line: int
    cells: list[str]
    formulas: tuple[int, ...] = ()
    filled: tuple[int, ...] = ()
    banner: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its rows, which are read once; of a CSV the name is empty."""

    name: str
    rows: Iterator[FileRow]
    visible: bool = True
    hidden_rows: int = 0


@contextmanager
def table_sheets(path: Path) -> Iterator[Iterator[Sheet]]:
    """The sheets of a file, one after the other; formulas that an export defused are as they were.

    Raises InvalidInput("file_…") where the file as a whole cannot be taken: missing, empty, half
    written, not CSV or XLSX, in a strange encoding, packed beyond reason."""
    if path.is_dir():
        raise InvalidInput("file_directory")
    if not path.is_file():
        raise InvalidInput("file_missing")
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        raise InvalidInput("file_unreadable") from None
    if not start:
        raise InvalidInput("file_empty")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput("file_kind")
    packed = start.startswith(b"PK") or path.suffix.lower() == ".xlsx"
    sheets = _xlsx_sheets(path) if packed else iter([Sheet("", _csv_rows(path))])
    try:
        yield sheets
    finally:
        if hasattr(sheets, "close"):
            sheets.close()


def _plain(cell: str) -> str:
    """A cell as it was before an export or a spreadsheet's habit wrapped it."""
    if cell[:2] == '="' and (found := _QUOTED.fullmatch(cell)):
        return found[1].replace('""', '"')
    return unescape_formula(cell)


# CSV.


def _csv_rows(path: Path) -> Iterator[FileRow]:
    with path.open(encoding=_encoding(path), newline="") as file:
        head = list(islice(file, HEAD))
        named = re.fullmatch(r"sep=(.)\s*", head[0]) if head else None
        delimiter = named[1] if named else _delimiter(head)
        reader = csv.reader(chain(head[bool(named) :], file, [_END]), delimiter=delimiter)
        before = line = 1 + bool(named)
        try:
            for row in reader:
                if row == [_END]:
                    return
                if row and row[-1].endswith(_END):
                    break
                yield FileRow(line, [_plain(cell) for cell in row])
                line = reader.line_num + before
        except csv.Error:
            pass
        # A quote that is never closed swallowed the rest, or a cell is longer than any text.
        raise InvalidInput("file_quotes", line=line)


def _delimiter(head: Sequence[str]) -> str:
    """The delimiter by which most headings are known, else the one that the first line has most
    of.
    """
    first = next((line for line in head if line.strip()), "")
    first = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=lambda one: (_known(head, one), first.count(one)))


def _known(head: Sequence[str], delimiter: str) -> int:
    rows = []
    with suppress(csv.Error):
        rows = list(csv.reader(head, delimiter=delimiter))
    found = (find_heading(register, rows) for register in Register)
    return max((heading.known for heading in found if heading), default=0)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 (a spreadsheet's "Unicode text") or CP874 (which holds TIS-620), by the whole
    file.

    InvalidInput("file_encoding").
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chain(_chunks(path), [b""]):
            if b"\0" in chunk:
                return _wide_encoding(path)
            decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        if _is_thai(path):
            return "cp874"
        return _wide_encoding(path)
    return "utf-8-sig"


def _wide_encoding(path: Path) -> str:
    """UTF-16 with or without its mark, where nearly all of it is what people write;
    InvalidInput("file_encoding").
    """
    with path.open("rb") as file:
        start = file.read(2)
    marked = start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-16-le", "utf-16-be"):
        decoder = codecs.getincrementaldecoder(encoding)()
        written = signs = 0
        try:
            for chunk in chain(_chunks(path), [b""]):
                text = decoder.decode(chunk, final=not chunk)
                written += len(_WRITTEN.findall(text))
                signs += len(text)
        except UnicodeDecodeError:
            continue
        if signs and written * 10 >= signs * 9:
            return encoding
    raise InvalidInput("file_encoding")


def _is_thai(path: Path) -> bool:
    """Whether the file reads as Thai in CP874: marks stand on letters, and it is no UTF-8 with a
    wrong byte.
    """
    decoder = codecs.getincrementaldecoder("cp874")()
    letters = lost = unlikely = 0
    try:
        for chunk in _chunks(path):
            if b"\0" in chunk:
                return False
            text = decoder.decode(chunk)
            letters += len(_THAI.findall(text))
            lost += len(_UNTHAI.findall(text))
            # What the bytes E0 B8 and E0 B9, which begin each Thai letter of UTF-8, are in CP874.
            unlikely += len(re.findall("\u0e40[\u0e18\u0e19]", text))
    except UnicodeDecodeError:
        return False
    return letters > 0 and lost * 10 <= letters and unlikely * 6 <= letters


# XLSX.


def _xlsx_sheets(path: Path) -> Iterator[Sheet]:
    try:
        _check_archive(path)
        # Opened here: a file that lies under its hash has no ending to tell the library what it is.
        with path.open("rb") as file:
            yield from _book_sheets(file)
    except _BROKEN as error:
        raise InvalidInput("file_broken") from error


def _unbroken(rows: Iterator[FileRow]) -> Iterator[FileRow]:
    try:
        yield from rows
    except _BROKEN as error:
        raise InvalidInput("file_broken") from error


def _book_sheets(file: IO[bytes]) -> Iterator[Sheet]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that are not read anyway
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                yield Sheet(sheet.title, iter(()), visible=False)
                continue
            marks = _read_marks(sheet)
            yield Sheet(
                sheet.title, _unbroken(_sheet_rows(sheet, marks)), hidden_rows=marks.hidden_rows
            )
    finally:
        book.close()


@dataclass(slots=True)
class _Marks:
    """What a sheet says of its cells beside their values; columns and rows are counted from 0 and
    1.
    """

    joined: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Cells that are one: first column and row, last column and row."""
    formulas: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Row -> columns whose formula has no value in the file."""
    hidden_rows: int = 0


def _read_marks(sheet: Any) -> _Marks:
    """Read through the sheet's bytes: the library tells none of this of a sheet that it reads row
    by row.
    """
    marks = _Marks()
    formulas = False
    rest = b""
    with sheet.parent._archive.open(sheet._worksheet_path) as file:
        while chunk := file.read(1 << 20):
            text = rest + chunk
            # A tag that goes over the border is met again as a whole.
            end = max(text.rfind(b"<", max(0, len(text) - _LONGEST_TAG)), 0) or len(text)
            text, rest = text[:end], text[end:]
            _note_marks(marks, text)
            formulas = formulas or _FORMULA.search(text) is not None
    _note_marks(marks, rest)
    if formulas:
        with sheet.parent._archive.open(sheet._worksheet_path) as file:
            marks.formulas = _unvalued(file)
    return marks


def _note_marks(marks: _Marks, text: bytes) -> None:
    if b"mergeCell " in text:
        for left, top, right, bottom in _MERGED.findall(text):
            marks.joined.append((_column(left), int(top), _column(right), int(bottom)))
    if b'hidden="' in text:
        marks.hidden_rows += len(_HIDDEN.findall(text))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _unvalued(file: IO[bytes]) -> dict[int, tuple[int, ...]]:
    """Row -> columns of formulas that were never reckoned; one whose value is an empty text was."""
    from openpyxl.worksheet._reader import CELL_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG
    from openpyxl.xml.functions import iterparse

    found: dict[int, tuple[int, ...]] = {}
    line = 0
    for _event, row in iterparse(file):
        if row.tag != ROW_TAG:
            continue
        line = int(row.get("r", line + 1))
        places = []
        at = -1
        for cell in row.iter(CELL_TAG):
            name = re.match(r"[A-Z]+", cell.get("r", ""))
            at = _column(name[0].encode()) if name else at + 1
            if (
                cell.find(FORMULA_TAG) is not None
                and not cell.findtext(VALUE_TAG)
                and cell.get("t") != "str"
            ):
                places.append(at)
        if places:
            found[line] = tuple(places)
        row.clear()
    return found


def _sheet_rows(sheet: Any, marks: _Marks) -> Iterator[FileRow]:
    sheet.reset_dimensions()
    down = _Joined([one for one in marks.joined if one[3] > one[1]])
    banners = {
        top
        for left, top, right, bottom in marks.joined
        if right - left + 1 >= BANNER and top == bottom
    }
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_plain(_text(value)) for value in values]
        filled = down.fill(line, cells)
        yield FileRow(
            line,
            cells,
            marks.formulas.get(line, ()),
            filled,
            banner=line in banners,
        )


class _Joined:
    """Cells that go over several rows: what the first row says holds for the others."""

    def __init__(self, joined: list[tuple[int, int, int, int]]) -> None:
        self._waiting = sorted(joined, key=lambda one: one[1], reverse=True)
        self._open: list[tuple[int, int, str]] = []

    def fill(self, line: int, cells: list[str]) -> tuple[int, ...]:
        """Fill the row's cells that belong to one further up; which they are."""
        if not self._waiting and not self._open:
            return ()
        self._open = [one for one in self._open if one[1] >= line]
        filled = self._fill_from_above(cells)
        while self._waiting and self._waiting[-1][1] <= line:
            left, _top, _right, bottom = self._waiting.pop()
            text = cells[left] if left < len(cells) else ""
            self._open.append((left, bottom, text))
        return tuple(filled)

    def _fill_from_above(self, cells: list[str]) -> list[int]:
        filled = []
        for column, _last, text in self._open:
            missing = column + 1 - len(cells)
            cells.extend([""] * missing)
            if not cells[column] and text:
                cells[column] = text
                filled.append(column)
        return filled


def _check_archive(path: Path) -> None:
    """InvalidInput("file_bomb") for an archive that unpacks beyond reason, before anything is
    unpacked.
    """
    with ZipFile(path) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    strings = sum(
        member.file_size
        for member in members
        if member.filename.lower().endswith("sharedstrings.xml")
    )
    packed = max(1, path.stat().st_size)
    if (
        unpacked > MOST_UNPACKED
        or strings > MOST_STRINGS
        or (unpacked > 50 << 20 and unpacked > packed * MOST_RATIO)
    ):
        raise InvalidInput("file_bomb", megabytes=unpacked >> 20)


def _text(value: object) -> str:
    """A sheet's cell as text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == time()
            else value.strftime("%Y-%m-%d %H:%M:%S")
        )
    return value.isoformat() if isinstance(value, date | time) else str(value)
