"""Work that begins once something takes long; most never does."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Later:
    """Begins work after some seconds, unless it is over by then; then the work is cancelled.

    Until it begins it is no task: nearly all that is waited for is over before.
    """

    def __init__(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._begun: asyncio.Task[None] | None = None
        self._beginning = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _begin(self) -> None:
        self._begun = asyncio.create_task(self._work())

    def over(self) -> None:
        """Nobody needs it any more."""
        self._beginning.cancel()
        if self._begun is not None:
            self._begun.cancel()
