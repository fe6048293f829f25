"""A place within a transaction where a test looks on from outside."""

import asyncio
import threading

from store.engine.database import Tx
from tests.fakes.clock import PATIENCE


class Halfway:
    """Lets a test look on while a transaction is halfway, in whichever thread that is: it waits
    from `reached` until the `gate` is set.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.reached = asyncio.Event()
        self.gate = threading.Event()

    async def wait(self, tx: Tx) -> None:
        """Called by the transaction's work."""
        self._loop.call_soon_threadsafe(self.reached.set)
        if tx.engine == "sqlite":
            self.gate.wait(PATIENCE)
        while not self.gate.is_set():
            await asyncio.sleep(0)
