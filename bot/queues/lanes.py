"""Lanes: for each key there is at most one task at a time, and different keys run side by side; a
key that is woken while its task ends gets a new one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Generic, TypeVar

from bot.log import get_logger, where

SWEEP = 0.5
"""Seconds between looks for work that nobody announced: a crash's remains, retries, other
processes'.
"""

K = TypeVar("K", bound=Hashable)
log = get_logger()


class Lanes(Generic[K]):
    """Runs `work(key)` for keys that are woken, and for those that `find` turns up now and then."""

    def __init__(
        self,
        name: str,
        work: Callable[[K], Awaitable[None]],
        find: Callable[[set[K]], Awaitable[list[K]]],
    ) -> None:
        self._name = name
        self._work = work
        self._find = find
        self._running: dict[K, asyncio.Task[None]] = {}
        self._again: set[K] = set()
        self.stopping = False

    def wake(self, keys: Iterable[K]) -> None:
        """Work on these keys, whose leases this process holds."""
        for key in keys:
            if key in self._running:
                self._again.add(key)
            elif not self.stopping:
                self._running[key] = asyncio.create_task(self._run(key))

    async def _run(self, key: K) -> None:
        try:
            await self._work(key)
        except Exception as error:  # noqa: BLE001 - one lane's trouble is no other's; the sweep tries again
            log.error("lane failed", lane=self._name, **where(error))
        finally:
            del self._running[key]
        if key in self._again:
            # Something came between the last look and the end.
            self._again.discard(key)
            self.wake([key])

    async def sweep(self) -> None:
        """Look for work once."""
        self.wake(await self._find(set(self._running)))

    async def sweep_forever(self) -> None:
        """Look for work until stopping; nothing that a look meets ends it."""
        while not self.stopping:
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - see the docstring
                log.error("sweep failed", lane=self._name, **where(error))
            await asyncio.sleep(SWEEP)

    async def idle(self) -> None:
        """Wait until nothing is being worked on."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def stop(self, seconds: float) -> None:
        """Finish what is in hand within so many seconds, start no more."""
        self.stopping = True
        tasks = list(self._running.values())
        if tasks:
            _done, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
