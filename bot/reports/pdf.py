"""A report as one page for the office's files: A4, a picture, and the figures beside the rows.

fpdf2 and HarfBuzz set Thai right. What is drawn are glyphs in the order of the eye; what the page
says is written beside them (`ActualText`), so that searching and copying give the text back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from io import BytesIO

from PIL import Image

from bot.charts.fonts import REGULAR, SEMIBOLD
from bot.charts.pen import Pen
from domain.dates.days import format_date, format_datetime
from domain.reports.documents import Cell, CellRow, DocumentTable, ReportDocument

MARGIN = 12.0
WIDTH = 210 - 2 * MARGIN
"""Millimetres, as all lengths here."""
TITLE = 18
PLAIN = 9.5
SMALL = 8.5
TINY = 7.5
HEADINGS = 8.4
HEADING_LINE = 3.4
POINT = 25.4 / 72
BASELINE = 0.3
"""How far below its place a cell without height puts the baseline, in parts of the size."""
LINE = 4.9
PICTURE = 92.0
TALL_PICTURE = 125.0
"""Greatest height of the picture, and of one that is much higher than wide."""
BOTTOM = 285.0
BETWEEN = 6.0
INK = (16, 38, 58)
MUTED = (81, 96, 110)
HEAD = (230, 240, 248)
NAMES = {2: 0.72, 3: 0.56, 4: 0.46, 5: 0.4, 6: 0.36}
"""The part of a table's width that names have, by how many columns there are."""
FONT = "Sarabun"
MEASURED = 36
"""Pixels at which the width of a text is measured before it is cut."""


class PdfMissing(Exception):
    """The libraries that make pages are not installed."""

    safe_text = True


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table: which cell of a row, where it begins and how wide it is, and whether its
    numbers stand at its end.
    """

    cell: int
    left: float
    width: float
    end: bool


class _Sheet:
    """The page, on which text is put at a place from the upper left corner."""

    def __init__(self) -> None:
        try:
            from fpdf import FPDF
        except ImportError:
            raise PdfMissing("pip install fpdf2 uharfbuzz") from None
        self._pdf = FPDF(format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.add_page()
        folder = resources.files("fontpkg_sarabun") / "files"
        for style, name in (("", REGULAR), ("B", SEMIBOLD)):
            with resources.as_file(folder / name) as path:
                self._pdf.add_font(FONT, style, path)
        self._pdf.set_font(FONT, "", PLAIN)
        self._pdf.set_text_shaping(True)
        self._pdf.c_margin = 0
        self._pen = Pen()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = PLAIN,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        room: float = WIDTH,
        end: bool = False,
    ) -> None:
        """A line on its baseline, cut to its room; with `end` it ends where its room does."""
        shown = self.wrapped(text, size, room, 1, bold=bold)[0]
        if not shown:
            return
        self._pdf.set_font(FONT, "B" if bold else "", size)
        self._pdf.set_text_color(*colour)
        # A cell, and not `text`, which leaves the marks where they lie upon each other.
        self._pdf.set_xy(x, y - BASELINE * size * POINT)
        with self._said(shown):
            self._pdf.cell(room, 0, shown, align="R" if end else "L")

    def wrapped(
        self,
        text: str,
        size: float,
        room: float,
        lines: int,
        *,
        bold: bool = False,
    ) -> list[str]:
        """The text in at most so many lines, without what the font lacks."""
        pixels = room / (size * POINT) * MEASURED
        return self._pen.wrap(self._pen.drawable(text), MEASURED, pixels, lines, bold=bold)

    @contextmanager
    def _said(self, text: str) -> Iterator[None]:
        """What is drawn within reads as this text."""
        letters = f"\ufeff{text}".encode("utf-16-be").hex()
        self._pdf._out(f"/Span <</ActualText <{letters}>>> BDC")
        yield
        self._pdf._out("EMC")

    def picture(self, png: bytes, y: float) -> float:
        """The picture in the middle, as large as fits; returns its height."""
        with Image.open(BytesIO(png)) as image:
            across, down = image.size
        tallest = TALL_PICTURE if down > 1.3 * across else PICTURE
        height = min(tallest, WIDTH * down / across)
        width = height * across / down
        left = MARGIN + (WIDTH - width) / 2
        self._pdf.image(BytesIO(png), left, y, width, height)
        return height

    def band(self, x: float, y: float, width: float, height: float) -> None:
        """A coloured band behind headings."""
        self._pdf.set_fill_color(*HEAD)
        self._pdf.rect(x, y, width, height, "F")

    def describe(self, document: ReportDocument, at: datetime | None) -> None:
        """What a reader of the file is told of it."""
        self._pdf.set_title(f"{document.title} · {document.subtitle}")
        self._pdf.set_lang(document.language)
        if at is not None:
            self._pdf.set_creation_date(at)

    def saved(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())


def report_page(document: ReportDocument, picture: bytes | None = None) -> bytes:
    """The report as a PDF of one page; raises PdfMissing. Blocks."""
    sheet = _Sheet()
    moments = [value for _label, value in document.about if isinstance(value, datetime)]
    sheet.describe(document, moments[-1] if moments else None)
    y = MARGIN + TITLE * POINT
    sheet.text(MARGIN, y, document.title, TITLE, bold=True)
    y += 7
    sheet.text(MARGIN, y, document.subtitle, PLAIN, colour=MUTED)
    for line in sheet.wrapped(_about_text(document), SMALL, WIDTH, 2):
        y += LINE
        sheet.text(MARGIN, y, line, SMALL, colour=MUTED)
    y += 3
    if picture is not None:
        y += sheet.picture(picture, y) + 3
    _tables(sheet, document, y)
    return sheet.saved()


def _about_text(document: ReportDocument) -> str:
    """What the report is of, in one paragraph."""
    return " · ".join(f"{label} {_shown(value)}" for label, value in document.about)


def _tables(sheet: _Sheet, document: ReportDocument, y: float) -> None:
    """The figures with their units on the left, the rows on the right where there are any."""
    figures = document.figures
    unit = len(figures.headings) - 1
    if document.rows is None:
        columns = _columns(MARGIN, WIDTH, (*range(1, unit), unit))
        _table(sheet, figures, columns, y)
        return
    # The change in per cent, behind this time, the one before and a year ago, has no room here.
    left = WIDTH * 0.65
    columns = _columns(MARGIN, left, (*range(1, min(5, unit)), unit))
    _table(sheet, figures, columns, y)
    columns = _columns(MARGIN + left + BETWEEN, WIDTH - left - BETWEEN, (1, 2))
    _table(sheet, document.rows, columns, y)


def _columns(left: float, width: float, cells: Sequence[int]) -> list[_Column]:
    """The name has what the others leave."""
    name = width * NAMES[len(cells)]
    each = (width - name) / (len(cells) - 1)
    first, *others = cells
    columns = [_Column(first, left, name, end=False)]
    for place, cell in enumerate(others):
        columns.append(_Column(cell, left + name + place * each, each, end=True))
    return columns


def _table(
    sheet: _Sheet,
    table: DocumentTable,
    columns: Sequence[_Column],
    y: float,
) -> None:
    """As many rows as the page has room for, and how many more there are."""
    last = columns[-1]
    sheet.band(columns[0].left, y, last.left + last.width - columns[0].left, HEADINGS)
    for column in columns:
        _heading(sheet, table.headings[column.cell], column, y)
    y += HEADINGS
    room = int((BOTTOM - y) / LINE)
    fitting = len(table.rows) if len(table.rows) <= room else room - 1
    for row in table.rows[:fitting]:
        y += LINE
        _row(sheet, row, columns, y)
    left_out = len(table.rows) - fitting
    if left_out:
        sheet.text(columns[0].left, y + LINE, f"… +{left_out:,}", SMALL, colour=MUTED)


def _heading(sheet: _Sheet, text: str, column: _Column, y: float) -> None:
    """In two lines at most, the last of which lies above the rows."""
    lines = sheet.wrapped(text, TINY, column.width - 2, 2, bold=True)
    y += HEADINGS - 1.5 - (len(lines) - 1) * HEADING_LINE
    for place, line in enumerate(lines):
        below = y + place * HEADING_LINE
        room = column.width - 2
        sheet.text(column.left + 1, below, line, TINY, bold=True, room=room, end=column.end)


def _row(
    sheet: _Sheet,
    cells: CellRow,
    columns: Sequence[_Column],
    y: float,
) -> None:
    for column in columns:
        shown = _shown(cells[column.cell])
        sheet.text(
            column.left + 1,
            y,
            shown,
            SMALL,
            room=column.width - 2,
            end=column.end,
        )


def _shown(value: Cell) -> str:
    """A cell in words; thousands are set apart, and a part of a whole has two figures."""
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, float):
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, int):
        return f"{value:,}"
    return value or "–"
