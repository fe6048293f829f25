"""Webhooks that name the bot and are signed with another secret than ours. Anybody who knows the
bot's id can send one, so LINE itself is asked to bring one before anything is told.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from bot.log import get_logger, where
from bot.queues.pulses import Pulses, Steady
from domain.reach.health import UNSIGNED

LOOK_EVERY = 5.0
TRY_EVERY = 75.0
"""Seconds. LINE tries a webhook sixty times an hour at most."""
OURS = HTTPStatus.UNAUTHORIZED
"""What we answer to a wrong signature: LINE tells it of the webhook that it tried."""

log = get_logger()


class Signatures:
    """Of one platform; `try_webhook` has it bring one, and returns what we answered to that."""

    def __init__(
        self,
        pulses: Pulses,
        name: str,
        try_webhook: Callable[[], Awaitable[int]],
        steady: Steady = time.monotonic,
    ) -> None:
        self._pulses = pulses
        self._name = name
        self._try_webhook = try_webhook
        self._steady = steady
        self._is_doubted = False
        self._is_proven = False
        self._not_before = 0.0

    def right(self) -> None:
        """One came that is signed as it should be."""
        self._is_proven = True
        self._is_doubted = False
        self._pulses.deaf(self._name, "")

    def wrong(self) -> None:
        """One came that is not, and names the bot."""
        self._is_doubted = True

    async def run_forever(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Have what is doubted tried by the platform, as often as it lets us."""
        now = self._steady()
        if not self._is_doubted or now < self._not_before:
            return
        self._not_before = now + TRY_EVERY
        self._is_doubted = False
        if await self._is_wrong():
            self._pulses.deaf(self._name, UNSIGNED)

    async def _is_wrong(self) -> bool:
        try:
            answered = await self._try_webhook()
        except Exception as error:  # noqa: BLE001 - whatever it says, nothing is proven by it
            log.warning("webhook not tried", platform=self._name, **where(error))
            # A desk that never had a right one can only believe what comes.
            return not self._is_proven
        return answered == OURS
