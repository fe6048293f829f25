"""The monthly quota of paid messages: asked for now and then, and administrators warned before it
is spent.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial

from bot.log import get_logger, where
from bot.queues.alarms import quota_used
from domain.dates.working_calendar import WorkingCalendar
from domain.reach.plan import quota_ends_on
from domain.staff import Platform
from handlers.desk import Outcome
from store.chat import push_use
from store.chat.push_use import PushUse
from store.engine.database import Database, Write

ASK_EVERY = 900.0
"""Seconds."""

log = get_logger()
AskQuota = Callable[[], Awaitable[tuple[int, int | None]]]
"""Gives how many messages were used this month, and the quota, None where there is none."""
PostOutcome = Callable[..., Awaitable[None]]


def gauge_line(
    platform: Platform,
    use: PushUse,
    today: date,
    calendar: WorkingCalendar,
) -> str:
    """What an operator reads of the month's quota; "" where there is none."""
    if use.quota is None:
        return ""
    used = f"{platform}: {use.total()} of {use.quota} pushes of this month used"
    ends_on = quota_ends_on(use.total(), use.quota, today, calendar)
    if ends_on is None:
        return f"{used}; at this rate they last until its end"
    return f"{used}; at this rate the last is used on {ends_on}"


class QuotaWatch:
    """Asks a platform for its quota, keeps the answer, and warns."""

    def __init__(
        self,
        platform: Platform,
        ask: AskQuota,
        db: Database,
        post: PostOutcome,
        clock: Callable[[], datetime],
        calendar: WorkingCalendar,
    ) -> None:
        self._platform = platform
        self._ask = ask
        self._db = db
        self._post = post
        self._clock = clock
        self._calendar = calendar

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
        # What is counted from now on is added to what the platform says.
        use = PushUse(
            counted=before.counted,
            used=used,
            counted_then=before.counted,
            quota=quota,
            asked_at=now,
        )
        warning = quota_used(self._platform, use, now, self._calendar)
        notices = () if warning is None else (warning,)
        note: Write = partial(push_use.note, platform=self._platform, use=use, now=now)
        await self._post(Outcome(notices=notices), note)
