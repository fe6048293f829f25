"""A report as a workbook: a cover, the figures, the rows, native charts, and the tickets row by
row.

openpyxl makes the small sheets and, of each sheet of tickets, its head and one row of samples in
the place of which the rows are laid, as they come, when all is packed.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.reports.rows import SAMPLES, RowWriter, safe_text
from domain.dates.days import BANGKOK
from domain.reports.documents import (
    Cell,
    CellRow,
    DocumentTable,
    ReportDocument,
    TableChart,
    TicketRows,
)

FONT = "TH Sarabun New"
"""The font of Thai offices; who lacks it sees another one."""
SIZE = 14
TITLE_SIZE = 20
COVER_WIDTHS = {"A": 38, "B": 62, "C": 16, "D": 24}
HEAD = PatternFill("solid", fgColor="0A3558")
INK = "FFFFFF"
SHEET_ROWS = 1_048_000
"""Rows of one sheet of tickets; Excel has some more."""
LONGEST_NAME = 31
WIDEST = 60
NARROWEST = 10
DATES = {"th": "[$-107041E]d mmm yyyy", "en": "d mmm yyyy"}
"""How days are shown; in Thai by the Buddhist calendar, though a cell holds a plain day."""
LEVEL = 6
"""How hard is packed: a year of tickets stays below what platforms let a bot send."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_SAMPLE_ROW = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
_STYLE = re.compile(rb'<c r="[A-Z]+2" s="(\d+)"')
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_END = b"</sheetData>"
_TYPES = "[Content_Types].xml"


class ReportWorkbook:
    """A workbook that is being written: `write` takes the tickets, `close` ends it. Both block."""

    def __init__(
        self,
        file: Path | IO[bytes],
        document: ReportDocument,
        tickets: TicketRows | None = None,
    ) -> None:
        book = _Book(document)
        before = book.add_small_sheets()
        titles = [] if tickets is None else _sheet_titles(tickets)
        for title in titles:
            book.add_ticket_sheet(title, tickets.headings)  # type: ignore[union-attr]
        self._small = ZipFile(BytesIO(book.saved()))
        places = range(before + 1, before + len(titles) + 1)
        self._unwritten = [f"xl/worksheets/sheet{place}.xml" for place in places]
        self._by_rows = frozenset(self._unwritten)
        self._sheet: _TicketSheet | None = None
        self._out = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=LEVEL)
        self._out.writestr(_TYPES, self._small.read(_TYPES))
        self._next_sheet()

    def write(self, rows: Sequence[CellRow]) -> None:
        """The next tickets; those for which one sheet has no room stand in the next."""
        while rows and self._sheet is not None:
            taken = rows[: self._sheet.room]
            self._sheet.write(taken)
            rows = rows[len(taken) :]
            if not self._sheet.room:
                self._next_sheet()

    def close(self) -> None:
        """The workbook is whole."""
        while self._sheet is not None:
            self._next_sheet()
        for name in self._small.namelist():
            if name != _TYPES and name not in self._by_rows:
                self._out.writestr(name, self._small.read(name))
        self._out.close()

    def _next_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.end()
            self._sheet = None
        if self._unwritten:
            name = self._unwritten.pop(0)
            file = self._out.open(name, "w", force_zip64=True)
            self._sheet = _TicketSheet(file, self._small.read(name))


class _TicketSheet:
    """One sheet of tickets, from its head on."""

    def __init__(self, file: IO[bytes], xml: bytes) -> None:
        samples = _SAMPLE_ROW.search(xml)
        assert samples is not None
        styles = [number.decode() for number in _STYLE.findall(samples[0])]
        kinds = [kind for kind, _sample in SAMPLES]
        self._rows = RowWriter(dict(zip(kinds, styles, strict=True)))
        self._file = file
        self._tail = xml[samples.end() :]
        self._last_column = get_column_letter(xml[: samples.start()].count(b"<c "))
        self._number = 1
        # Its size is not known yet; a reader counts the rows itself.
        file.write(_DIMENSION.sub(b"", xml[: samples.start()]))

    @property
    def room(self) -> int:
        """How many more rows it takes."""
        return SHEET_ROWS - self._number

    def write(self, rows: Sequence[CellRow]) -> None:
        """The next rows."""
        first = self._number + 1
        made = [self._rows.row(number, row) for number, row in enumerate(rows, first)]
        self._number += len(rows)
        self._file.write("".join(made).encode())

    def end(self) -> None:
        """What stands below the rows: their filter, too."""
        ref = f"A1:{self._last_column}{self._number}"
        whole = _END + f'<autoFilter ref="{ref}"/>'.encode()
        self._file.write(self._tail.replace(_END, whole))
        self._file.close()


class _Book:
    """The small sheets, and the heads of the large ones."""

    def __init__(self, document: ReportDocument) -> None:
        self._document = document
        self._book = Workbook()
        self._book.remove(self._book.active)
        self._formats: dict[type, str] = {
            str: "@",
            int: "#,##0",
            float: "#,##0.00",
            date: DATES[document.language],
            datetime: f"{DATES[document.language]} hh:mm",
        }

    def add_small_sheets(self) -> int:
        """The cover, the figures and the rows; returns how many sheets these are."""
        document = self._document
        self._add_cover()
        for table in (document.figures, document.rows):
            if table is not None:
                self._add_table(table)
        return len(self._book.worksheets)

    def add_ticket_sheet(self, title: str, headings: Sequence[str]) -> None:
        """The head of a sheet of tickets, and a row with a cell of each kind."""
        sheet = self._sheet(title)
        self._put_headings(sheet, 1, headings)
        for place, (kind, sample) in enumerate(SAMPLES, 1):
            self._put(sheet, 2, place, sample, kind)
        for place in range(1, len(headings) + 1):
            sheet.column_dimensions[get_column_letter(place)].width = 18
        sheet.freeze_panes = "B2"

    def saved(self) -> bytes:
        """The file of all this."""
        file = BytesIO()
        self._book.save(file)
        return file.getvalue()

    def _add_cover(self) -> None:
        document = self._document
        sheet = self._sheet(document.cover)
        title = sheet.cell(1, 1, safe_text(document.title))
        title.font = Font(FONT, TITLE_SIZE, bold=True)
        bold = Font(FONT, SIZE, bold=True)
        for number, (label, value) in enumerate(document.about, 3):
            self._put(sheet, number, 1, label).font = bold
            shown = self._put(sheet, number, 2, value)
            shown.alignment = Alignment("left", "top", wrap_text=True)
        meanings = document.meanings
        below = len(document.about) + 4
        self._put(sheet, below, 1, meanings.title).font = bold
        self._put_rows(sheet, below + 1, meanings)
        for letter, width in COVER_WIDTHS.items():
            sheet.column_dimensions[letter].width = width
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4

    def _add_table(self, table: DocumentTable) -> None:
        sheet = self._sheet(table.title)
        self._put_rows(sheet, 1, table)
        for place, heading in enumerate(table.headings):
            shown = [heading, *(str(row[place]) for row in table.rows)]
            width = max(len(text) for text in shown) + 3
            letter = get_column_letter(place + 1)
            sheet.column_dimensions[letter].width = min(WIDEST, max(NARROWEST, width))
        # Names stay in sight with the heads.
        sheet.freeze_panes = sheet.cell(2, table.names + 2)
        last = get_column_letter(len(table.headings))
        sheet.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"
        if table.chart is not None and table.rows:
            _add_chart(sheet, table, table.chart)

    def _put_rows(self, sheet: Worksheet, top: int, table: DocumentTable) -> None:
        self._put_headings(sheet, top, table.headings)
        for number, row in enumerate(table.rows, top + 1):
            for place, value in enumerate(row, 1):
                self._put(sheet, number, place, value)

    def _put_headings(self, sheet: Worksheet, row: int, headings: Sequence[str]) -> None:
        for place, heading in enumerate(headings, 1):
            cell = self._put(sheet, row, place, heading)
            cell.font = Font(FONT, SIZE, bold=True, color=INK)
            cell.fill = HEAD
            cell.alignment = Alignment("center", "center", wrap_text=True)

    def _put(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: Cell,
        kind: type | None = None,
    ) -> Any:
        """One cell of its kind; text is never a formula."""
        cell = sheet.cell(row, column)
        if isinstance(value, datetime):
            cell.value = value.astimezone(BANGKOK).replace(tzinfo=None)
        elif isinstance(value, str):
            cell.value = safe_text(value)
            cell.data_type = "s"
        else:
            cell.value = value
        cell.number_format = self._formats.get(kind or type(value), "General")
        cell.font = Font(FONT, SIZE)
        return cell

    def _sheet(self, title: str) -> Worksheet:
        """A sheet by this name, as far as Excel takes it."""
        name = _FORBIDDEN.sub(" ", title).strip()[:LONGEST_NAME]
        return self._book.create_sheet(name)


def _sheet_titles(tickets: TicketRows) -> list[str]:
    """As many sheets as the tickets may need, and one at least."""
    count = 1 + tickets.expected // (SHEET_ROWS - 1)
    return [tickets.title, *(f"{tickets.title} {place}" for place in range(2, count + 1))]


def _add_chart(sheet: Worksheet, table: DocumentTable, wanted: TableChart) -> None:
    """A chart that Excel draws itself, on the right of the table."""
    chart: Any = LineChart() if wanted.over_time else BarChart()
    if not wanted.over_time:
        # Names read best beside their bars, from the first down.
        chart.type = "bar"
        chart.x_axis.scaling.orientation = "maxMin"
    chart.title = wanted.title
    last_row = 1 + min(wanted.rows, len(table.rows))
    data = Reference(sheet, wanted.first + 1, 1, wanted.last + 1, last_row)
    names = Reference(sheet, table.names + 1, 2, table.names + 1, last_row)
    chart.add_data(data, titles_from_data=True)
    chart.set_categories(names)
    chart.x_axis.delete = False
    chart.y_axis.delete = False
    chart.width = 24
    chart.height = max(9, min(24, last_row * 1.1))
    if wanted.first == wanted.last:
        chart.legend = None
    sheet.add_chart(chart, f"{get_column_letter(len(table.headings) + 2)}2")
