"""Reports written as files: a workbook fed piece by piece, and a page with its picture."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import IO

from domain.reports.charts import Picture
from domain.reports.documents import ReportDocument, TicketRows


async def write_workbook(
    file: Path | IO[bytes],
    document: ReportDocument,
    tickets: TicketRows | None,
    advance: Callable[[int], None] = lambda rows: None,
) -> None:
    """Write it in threads, in short pieces: chats go on meanwhile. `advance` hears of the rows."""
    # Late: openpyxl takes its time and its memory.
    from bot.reports.workbook import ReportWorkbook

    book = await asyncio.to_thread(ReportWorkbook, file, document, tickets)
    if tickets is not None:
        async for piece in tickets.pieces:
            await asyncio.to_thread(book.write, piece)
            advance(len(piece))
    await asyncio.to_thread(book.close)


async def make_page(document: ReportDocument, picture: Picture | None) -> bytes:
    """The report as a PDF of one page. Raises PdfMissing, CannotLetter."""
    return await asyncio.to_thread(_page, document, picture)


def _page(document: ReportDocument, picture: Picture | None) -> bytes:
    from bot.charts.drawing import draw
    from bot.reports.pdf import report_page

    drawn = None if picture is None else draw(picture)
    return report_page(document, drawn)
