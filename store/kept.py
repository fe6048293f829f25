"""What a process keeps in memory of the database: read in the background at first, then only what was added."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.database import Reader

PATIENCE = 0.4
"""Seconds that a question waits for the first reading; a large one takes longer, and does without meanwhile."""


class Kept:
    """One copy for each open database."""

    def __init__(self) -> None:
        self._reading: asyncio.Task[None] | None = None

    async def refreshed(self, db: "Reader") -> bool:
        """Read what was added since the last time; False while that still goes on. Raises StoreUnavailable."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read(db))
        reading = self._reading
        await asyncio.wait({reading}, timeout=PATIENCE)
        if not reading.done():
            return False
        if self._reading is reading:
            self._reading = None
        await reading
        return True

    async def close(self) -> None:
        """Give up a reading that goes on."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
            self._reading = None

    async def _read(self, db: "Reader") -> None:
        raise NotImplementedError
