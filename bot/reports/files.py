"""Reports written as files: a workbook fed piece by piece, and a page with its picture."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from domain.reports.charts import Picture
from domain.reports.documents import CellRow, ReportDocument, TicketRows

if TYPE_CHECKING:
    from bot.reports.workbook import ReportWorkbook


async def write_workbook(
    file: Path | IO[bytes],
    document: ReportDocument,
    tickets: TicketRows | None,
    advance: Callable[[int], None] = lambda rows: None,
) -> None:
    """Write it in threads, in short pieces: chats go on meanwhile. `advance` hears of the rows."""
    book = await asyncio.to_thread(_opened, file, document, tickets)
    if tickets is not None:
        async for piece in tickets.pieces:
            advance(await asyncio.to_thread(_written, book, piece))
    await asyncio.to_thread(book.close)


def _opened(
    file: Path | IO[bytes], document: ReportDocument, tickets: TicketRows | None
) -> "ReportWorkbook":
    # In the thread as well: importing openpyxl takes longer than the event loop may be held.
    from bot.reports.workbook import ReportWorkbook

    return ReportWorkbook(file, document, tickets)


def _written(book: "ReportWorkbook", piece: Callable[[], Sequence[CellRow]]) -> int:
    rows = piece()
    book.write(rows)
    return len(rows)


async def make_page(document: ReportDocument, picture: Picture | None) -> bytes:
    """The report as a PDF of one page. Raises PdfMissing, CannotLetter."""
    return await asyncio.to_thread(_page, document, picture)


def _page(document: ReportDocument, picture: Picture | None) -> bytes:
    from bot.charts.drawing import draw
    from bot.reports.pdf import report_page

    drawn = None if picture is None else draw(picture)
    return report_page(document, drawn)
