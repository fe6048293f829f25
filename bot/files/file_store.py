"""Takes in a file that somebody sends: it is fetched from its platform, checked, and on disk before
a row of the store names it.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.queues.outgoing import Adapters
from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.files import CSV, LARGEST, XLSX, FileRefusal, safe_name
from domain.staff import Platform
from handlers.chat import Attachment, Incoming
from handlers.desk import Fetched, FetchFailed
from store.blobs import Blobs, sniff_file
from store.chat import inbox
from store.engine.database import Database
from store.engine.failpoints import failpoint
from store.tables.tables import table_file

LONGEST = 25.0
"""Seconds that one try may take; a conversation's lease is longer."""
ALBUM_PAUSE = 1.0
"""Seconds in which the pictures of an album follow one another; nothing marks the last one."""
REMEMBERED = 64
LARGEST_WRITTEN = 50_000_000
"""Bytes of a file that the desk itself writes: what Telegram lets a bot send."""


class FileStore:
    """See `handlers.desk.Files`."""

    def __init__(
        self,
        db: Database,
        adapters: Adapters,
        blobs: Blobs,
        *,
        has_links: bool = False,
        album_pause: float = ALBUM_PAUSE,
    ) -> None:
        self.blobs = blobs
        self.has_links = has_links
        self._db = db
        self._adapters = adapters
        self._album_pause = album_pause
        self._fetched: OrderedDict[tuple[Platform, str], Fetched] = OrderedDict()

    async def fetch(self, incoming: Incoming, attachment: Attachment) -> Fetched:
        """A handler that decides afresh after a conflict finds it here already."""
        key = (incoming.platform, incoming.id)
        # Its bytes may have been swept away meanwhile: then it is fetched once more.
        known = self._fetched.get(key)
        if known is not None and self.blobs.path(known.sha256).exists():
            return known
        if (attachment.size or 0) > LARGEST:
            raise InvalidInput(FileRefusal.LARGE, limit=LARGEST // 1_000_000)
        chunks = self._adapters[incoming.platform].download(attachment)
        try:
            async with asyncio.timeout(LONGEST):
                fetched = await self._store(chunks, attachment, incoming.at)
        except TimeoutError:
            raise FetchFailed("too slow") from None
        self._fetched[key] = fetched
        if len(self._fetched) > REMEMBERED:
            self._fetched.popitem(last=False)
        failpoint("file.stored")
        return fetched

    async def _store(
        self, chunks: AsyncIterator[bytes], attachment: Attachment, at: datetime
    ) -> Fetched:
        part = await self.blobs.receive(chunks)
        try:
            kind = await asyncio.to_thread(sniff_file, part.path, attachment.name)
            came_at = f"{at.astimezone(BANGKOK):%Y-%m-%d-%H%M%S}"
            name = safe_name(attachment.name, kind, f"{attachment.kind}-{came_at}")
            failpoint("file.received")
            await self.blobs.keep(part)
        finally:
            part.discard()
        return Fetched(part.sha256, part.size, kind.mime, name)

    async def keep(self, name: str, content: bytes, mime: str) -> Fetched:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        part = await self.blobs.receive(chunks(), LARGEST_WRITTEN)
        await self.blobs.keep(part)
        return Fetched(part.sha256, part.size, mime, name)

    async def keep_table(self, name: str, rows: Iterable[Sequence[str]]) -> Fetched:
        content = await asyncio.to_thread(_as_table, name, rows)
        kind = XLSX if name.endswith(".xlsx") else CSV
        return await self.keep(name, content, kind.mime)

    async def more_of_album(self, incoming: Incoming, attachment: Attachment) -> bool:
        """Looked for in the inbox: at once, and again after a moment."""
        mark = json.dumps(attachment.album)
        if await self._waits(incoming, mark):
            return True
        await asyncio.sleep(self._album_pause)
        return await self._waits(incoming, mark)

    async def _waits(self, incoming: Incoming, mark: str) -> bool:
        conversation = f"{incoming.platform}:{incoming.chat}"
        return await inbox.has_pending(self._db, conversation, incoming.id, mark)


def _as_table(name: str, rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a table with these rows."""
    with TemporaryDirectory(prefix="deskbot-table-") as folder:
        path = Path(folder) / f"table{Path(name).suffix}"
        with table_file(path) as sink:
            for row in rows:
                sink.write(row)
        return path.read_bytes()
