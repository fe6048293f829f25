"""Open pages: they sleep until something came in their chat, in this process or another one."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.log import get_logger, where
from store.chat import shown
from store.chat.shown import ShownUpTo
from store.engine.database import Database, StoreUnavailable

LOOK_EVERY = 1.0
"""Seconds between looks at what other processes brought."""
LONGEST_SLEEP = 15.0
"""Seconds after which a page that nothing wakes is looked after: is it still somebody's?"""

log = get_logger()


class Watcher:
    """One open page."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self.busy = False
        self.over = False

    def wake(self) -> None:
        """Something came for it."""
        self._woken.set()

    async def sleep(self) -> None:
        """Until something came, or it is time to look after it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SLEEP):
                await self._woken.wait()
        self._woken.clear()


class Live:
    """The pages that are open in this process, by the chat that they show."""

    def __init__(self) -> None:
        self._open: dict[str, set[Watcher]] = defaultdict(set)

    @contextmanager
    def watching(self, chat: str) -> Iterator[Watcher]:
        """A page that is open as long as this lasts."""
        watcher = Watcher()
        self._open[chat].add(watcher)
        try:
            yield watcher
        finally:
            self._open[chat].discard(watcher)
            if not self._open[chat]:
                del self._open[chat]

    @property
    def count(self) -> int:
        """How many pages are open."""
        return sum(map(len, self._open.values()))

    def wake(self, chat: str) -> None:
        """Something came in this chat."""
        for watcher in self._open.get(chat, ()):
            watcher.busy = False
            watcher.wake()

    def tell_busy(self, chat: str) -> None:
        """An answer in this chat takes a little longer."""
        for watcher in self._open.get(chat, ()):
            watcher.busy = True
            watcher.wake()

    def end(self) -> None:
        """No page is open any more: browsers come back by themselves."""
        for watchers in self._open.values():
            for watcher in watchers:
                watcher.over = True
                watcher.wake()

    async def look_forever(self, db: Database) -> None:
        """Wake whose messages another process laid into the store; at the end, everybody."""
        seen = ShownUpTo()
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY)
                if self._open and db.engine != "sqlite":
                    seen = await self._look(db, seen)
        finally:
            self.end()

    async def _look(self, db: Database, seen: ShownUpTo) -> ShownUpTo:
        try:
            chats, newest = await shown.chats_since(db, seen)
        except StoreUnavailable as error:
            log.warning("pages wait", **where(error))
            return seen
        for chat in chats:
            self.wake(chat)
        return newest
