"""Whether a platform that calls us does: it is asked where it brings what comes, for a webhook that
stays silent looks like a quiet day.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.log import get_logger, where
from bot.queues.pulses import Pulses
from domain.reach.health import UNHEARD

EVERY = 25.0
"""Seconds."""

log = get_logger()


class Hearing:
    """Asks one platform."""

    def __init__(
        self,
        pulses: Pulses,
        name: str,
        is_brought: Callable[[], Awaitable[bool]],
    ) -> None:
        self._pulses = pulses
        self._name = name
        self._is_brought = is_brought

    async def run_forever(self) -> None:
        """Until cancelled; a platform that does not answer is the watch's to tell."""
        while True:
            # Not at once: a start may still be telling where the webhook is.
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Note what it says now."""
        try:
            is_brought = await self._is_brought()
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("platform not asked for its webhook", platform=self._name, **where(error))
            return
        known = self._pulses.of(self._name).deaf
        if not is_brought:
            self._pulses.deaf(self._name, UNHEARD)
        elif known == UNHEARD:
            # What else is wrong goes with the next call that is right.
            self._pulses.deaf(self._name, "")
