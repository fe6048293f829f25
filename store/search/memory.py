"""What a process keeps in memory of the database: read in the background at first, then only what
was added.
"""

import asyncio

from store.engine.database import Reader

PATIENCE = 0.4
"""Seconds that a question waits for a reading; a large one takes longer, and who can does without
meanwhile.
"""


class Memory:
    """One copy a process for each database; whoever made it closes it before the database."""

    def __init__(self) -> None:
        self._reading: asyncio.Task[None] | None = None

    async def refreshed(self, db: Reader, patience: float | None = PATIENCE) -> bool:
        """Read what was added since the last time; False where that takes longer than `patience`
        (None: any time).

        Raises StoreUnavailable.
        """
        # One that is under way may have begun before what is asked for was written.
        if not await self._finished(patience):
            return False
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read(db))
        return await self._finished(patience)

    async def _finished(self, patience: float | None) -> bool:
        reading = self._reading
        if reading is None:
            return True
        await asyncio.wait({reading}, timeout=patience)
        if not reading.done():
            return False
        if self._reading is reading:
            self._reading = None
        # For what it raised.
        await reading
        return True

    async def close(self) -> None:
        """Give up a reading that goes on."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
            self._reading = None

    async def _read(self, db: Reader) -> None:
        raise NotImplementedError
