"""Tables on disk: CSV and XLSX, read row by row and refused as a whole where they cannot be trusted, and written."""

import codecs
import csv
import json
import os
import re
import tempfile
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from typing import IO, Protocol
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from domain.errors import InvalidInput
from domain.transfer import Columns, Register, defuse, read_columns, undefuse
from domain.transfer_customers import running_number

MOST_COLUMNS = 60
FEWEST_KNOWN = 2
MOST_UNPACKED, MOST_STRINGS, MOST_RATIO = 2 * 1024**3, 300 * 1024**2, 200
"""Bytes of an XLSX unpacked, of its table of texts (which is held in memory), and unpacked to packed."""

SHEET_ROWS = 1_048_575
_CHUNK = 1 << 16
_END = "\0end"
_THAI = re.compile("[\u0e01-\u0e5b]")
_UNTHAI = re.compile(
    "(?<![\u0e01-\u0e2e\u0e31-\u0e3a\u0e47-\u0e4e])[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]"
    "|[\u0e40-\u0e44](?![\u0e01-\u0e2e])|[\u0e4f\u0e5a\u0e5b]|[A-Za-z][\u0e01-\u0e2e]|[\u0e01-\u0e2e][A-Za-z]"
)
"""A mark or a following vowel on nothing, a leading vowel before nothing, rare signs, letters glued to Latin ones."""

_BROKEN = (BadZipFile, ParseError, zlib.error, KeyError, ValueError, TypeError, IndexError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Staged:
    """A table that was read to its end without trouble, kept in a temporary file.

    `highest` is the highest running number that it names, `nameless` whether some row has no code or number.
    """

    header: tuple[str, ...]
    columns: Columns
    count: int
    highest: int
    nameless: bool
    file: IO[str]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with its line (or sheet row), blank ones left out."""
        self.file.seek(0)
        for text in self.file:
            line, row = json.loads(text)
            yield line, row


@contextmanager
def staged(path: Path, register: Register, check: Callable[[], None] = lambda: None) -> Iterator[Staged]:
    """Read the whole table once before anything is done with it. `check` is called for each row and may raise.

    Raises InvalidInput("file_…") where the file as a whole cannot be taken: missing, empty, half written, not
    CSV or XLSX, in a strange encoding, packed beyond reason, too wide, without a heading that is known.
    """
    rows = _rows(path)
    header = _header(rows)
    columns = read_columns(register, header)
    key = columns.places.get("no" if register is Register.TICKETS else "code")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        count = highest = 0
        nameless = False
        for line, row in rows:
            check()
            while row and not row[-1].strip():
                row.pop()
            if not row:
                continue
            name = row[key] if key is not None and key < len(row) else ""
            highest = max(highest, running_number(name))
            nameless = nameless or not name.strip()
            count += 1
            file.write(json.dumps((line, row)) + "\n")
        yield Staged(tuple(header), columns, count, highest, nameless, file)


def _header(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    header: list[str] = next((row for _line, row in rows if any(cell.strip() for cell in row)), [])
    while header and not header[-1].strip():
        header.pop()
    if not header:
        raise InvalidInput("file_empty")
    if len(header) > MOST_COLUMNS:
        raise InvalidInput("file_wide", columns=len(header), limit=MOST_COLUMNS)
    return header


def recognise(path: Path) -> Register | None:
    """The register whose fields the heading names, two at least; None = some other table.

    Raises InvalidInput like `staged`, where the file cannot be read as a table at all.
    """
    with closing(_rows(path)) as rows:
        header = _header(rows)
    known: dict[Register, int] = {}
    for register in Register:
        try:
            known[register] = len(read_columns(register, header).places)
        except InvalidInput as error:
            if error.code == "file_twice":
                raise
    best = max(known, key=lambda register: known[register], default=None)
    return best if best is not None and known[best] >= FEWEST_KNOWN else None


def _rows(path: Path) -> Generator[tuple[int, list[str]], None, None]:
    """Line and cells of each row, formulas that an export defused as they were."""
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
    source = _xlsx_rows(path) if packed else _csv_rows(path)
    for line, row in source:
        yield line, [undefuse(cell) for cell in row]


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=_encoding(path), newline="") as file:
        first = next((line for line in file if line.strip()), "")
        delimiter = max(",;\t", key=re.sub(r'"[^"]*"', "", first).count)
        file.seek(0)
        reader = csv.reader(chain(file, [_END]), delimiter=delimiter)
        line = 1
        try:
            for row in reader:
                if row == [_END]:
                    return
                if row and row[-1].endswith(_END):
                    break
                yield line, row
                line = reader.line_num + 1
        except csv.Error:
            pass
        # A quote that is never closed swallowed the rest, or a cell is longer than any text.
        raise InvalidInput("file_quotes", line=line)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _encoding(path: Path) -> str:
    """UTF-8 or CP874 (which holds TIS-620), by the whole file; InvalidInput("file_encoding")."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chain(_chunks(path), [b""]):
            if b"\0" in chunk:
                raise InvalidInput("file_encoding")
            decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        if not _is_thai(path):
            raise InvalidInput("file_encoding") from None
        return "cp874"
    return "utf-8-sig"


def _is_thai(path: Path) -> bool:
    """Whether the file reads as Thai in CP874: marks stand on letters, and it is no UTF-8 with a wrong byte."""
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


def _xlsx_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        _check_archive(path)
        # Opened here: a file that lies under its hash has no ending to tell the library what it is.
        with path.open("rb") as file:
            yield from _sheet_rows(file)
    except _BROKEN as error:
        raise InvalidInput("file_broken") from error


def _sheet_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that are not read anyway
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    try:
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise InvalidInput("file_empty")
        sheet.reset_dimensions()
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, [_text(value) for value in values]
    finally:
        book.close()


def _check_archive(path: Path) -> None:
    """InvalidInput("file_bomb") for an archive that unpacks beyond reason, before anything is unpacked."""
    with ZipFile(path) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    strings = sum(member.file_size for member in members if member.filename.lower().endswith("sharedstrings.xml"))
    packed = max(1, path.stat().st_size)
    if unpacked > MOST_UNPACKED or strings > MOST_STRINGS or (unpacked > 50 << 20 and unpacked > packed * MOST_RATIO):
        raise InvalidInput("file_bomb", megabytes=unpacked >> 20)


def _text(value: object) -> str:
    """A sheet's cell as text; formulas stay the text they are."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.strftime("%Y-%m-%d %H:%M:%S")
    # An array formula is an object with its text.
    return value.isoformat() if isinstance(value, date | time) else str(getattr(value, "text", value))


class Sink(Protocol):
    """Where rows of texts go."""

    def write(self, row: Sequence[str]) -> None:
        """One row, its formulas defused."""


class _CsvSink:
    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file)

    def write(self, row: Sequence[str]) -> None:
        self._writer.writerow([defuse(cell) for cell in row])


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
        self._sheet.append([self._illegal.sub("", defuse(cell)) or None for cell in row])


@contextmanager
def table_file(path: Path) -> Iterator[Sink]:
    """Write a table to `path` (.csv for Excel: UTF-8 with BOM; or .xlsx); it appears whole, or not at all.

    Readable by its owner alone. Raises InvalidInput("file_kind_out") and InvalidInput("file_unwritable").
    """
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
