"""The monthly quota of paid messages: asked for now and then, and administrators warned before it
is spent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from bot.log import get_logger, where
from domain.staff import Platform, Role
from handlers import system
from handlers.chat import Notice
from handlers.desk import Outcome
from store.chat import push_use
from store.chat.push_use import PushUse, month_of
from store.engine.database import Database, Write

QUOTA = "push-quota:"
"""The key of a notice about the quota begins so; each is told once a month."""
WARN_AT = (90, 70)
"""Percent of the quota, the most urgent first."""
ASK_EVERY = 900.0
"""Seconds."""

log = get_logger()
AskQuota = Callable[[], Awaitable[tuple[int, int | None]]]
PostOutcome = Callable[..., Awaitable[None]]


def spent_notice(platform: Platform, now: datetime) -> Notice:
    """To administrators: nothing more can be pushed this month."""
    return Notice(
        partial(system.quota_spent, platform),
        f"{QUOTA}{platform}:{month_of(now)}:spent",
        role=Role.ADMIN,
    )


def warnings(platform: Platform, use: PushUse, now: datetime) -> list[Notice]:
    """What administrators are to hear of this use: the highest mark that it has reached, or
    nothing.
    """
    percent = use.percent()
    if percent is None or use.quota is None:
        return []
    if percent >= 100:
        return [spent_notice(platform, now)]
    mark = next((mark for mark in WARN_AT if percent >= mark), None)
    if mark is None:
        return []
    make = partial(system.quota_warning, platform, percent, use.total(), use.quota)
    return [Notice(make, f"{QUOTA}{platform}:{month_of(now)}:{mark}", role=Role.ADMIN)]


class QuotaWatch:
    """Asks a platform for its quota, keeps the answer, and warns."""

    def __init__(
        self,
        platform: Platform,
        ask: AskQuota,
        db: Database,
        post: PostOutcome,
        clock: Callable[[], datetime],
    ) -> None:
        self._platform = platform
        self._ask = ask
        self._db = db
        self._post = post
        self._clock = clock

    async def run_forever(self) -> None:
        """Until cancelled; a platform that does not answer is asked again next time."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the platform or the store is away; messages go on
                log.warning("quota unknown", platform=self._platform, **where(error))
            await asyncio.sleep(ASK_EVERY)

    async def look(self) -> None:
        """Ask once, and warn where it is time to."""
        used, quota = await self._ask()
        now = self._clock()
        before = await push_use.get_use(self._db, self._platform, now)
        use = PushUse(before.counted, used, before.counted, quota, now)
        note: Write = partial(push_use.note, platform=self._platform, use=use, now=now)
        await self._post(Outcome(None, notices=tuple(warnings(self._platform, use, now))), note)
