"""Reports as stored files: workbooks and pages, made in threads, one after the other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.log import get_logger, where
from bot.reports.files import make_page, write_workbook
from domain.reports.charts import Picture
from domain.reports.documents import ReportDocument, TicketRows
from handlers.desk import Drawn, NotDrawn
from handlers.messages import new_reference
from store.blobs import Blobs

CHUNK = 256 * 1024
LARGEST_REPORT = 50_000_000
"""Bytes of a workbook: what Telegram lets a bot send."""

log = get_logger()


class StoredReports:
    """See `handlers.desk.ReportFiles`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._turn = asyncio.Lock()
        self._written: dict[str, int] = {}

    def written(self, key: str) -> int | None:
        """How many tickets are written, as far as this process makes it."""
        return self._written.get(key)

    async def workbook(
        self,
        document: ReportDocument,
        tickets: TicketRows | None,
        key: str = "",
    ) -> Drawn:
        """Its rows go to disk as they come, so that a year of tickets takes no more memory than a
        day.
        """

        def advance(rows: int) -> None:
            self._written[key] = self._written.get(key, 0) + rows

        try:
            async with self._turn:
                with TemporaryDirectory(prefix="deskbot-report-") as folder:
                    path = Path(folder) / "report.xlsx"
                    await write_workbook(path, document, tickets, advance)
                    return await self._keep(_chunks(path))
        except Exception as error:  # noqa: BLE001 - whatever broke, the numbers are told without it
            raise _not_made(error) from None
        finally:
            self._written.pop(key, None)

    async def page(self, document: ReportDocument, picture: Picture | None) -> Drawn:
        """The page with its picture."""
        try:
            async with self._turn:
                content = await make_page(document, picture)
            return await self._keep(_whole(content))
        except Exception as error:  # noqa: BLE001 - likewise
            raise _not_made(error) from None

    async def _keep(self, chunks: AsyncIterator[bytes]) -> Drawn:
        part = await self._blobs.receive(chunks, LARGEST_REPORT)
        await self._blobs.keep(part)
        return Drawn(part.sha256, part.size)


def _not_made(error: Exception) -> NotDrawn:
    reference = new_reference()
    log.error("report not made", reference=reference, **where(error))
    return NotDrawn(reference)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
