"""What administrators hear of deliveries: each under a key, so that it is told once."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.reach.plan import quota_ends_on
from domain.reach.routes import QUOTA, QUOTA_SPENT, UNDELIVERABLE, quota_mark
from domain.staff import Platform, Role, Staff
from handlers import system
from handlers.chat import Notice, Reply
from store.chat.outbox import Message
from store.chat.push_use import PushUse, month_of


def _alarm(key: str, make: Callable[[], Reply]) -> Notice:
    return Notice(make, key, role=Role.ADMIN)


def person_unreached(person: Staff, now: datetime) -> Notice:
    """A person can be told nowhere; once a day."""
    today = now.astimezone(BANGKOK).date()
    key = f"{UNDELIVERABLE}{person.id}:{today}"
    return _alarm(key, partial(system.nowhere_to_tell, person.name))


def message_undelivered(message: Message, error: str, person: Staff) -> Notice:
    """What was to be told to a person reached nobody."""
    key = f"{UNDELIVERABLE}{message.id}"
    if message.platform is Platform.MAIL:
        return _alarm(key, partial(system.nowhere_to_tell, person.name))
    return _alarm(key, partial(system.undeliverable, message.platform, error, person.name))


def platform_refuses(platform: Platform, error: str, now: datetime) -> Notice:
    """A platform will not take messages before an administrator does something; once a day."""
    key = f"{UNDELIVERABLE}{platform}:{error}:{now:%Y-%m-%d}"
    return _alarm(key, partial(system.undeliverable, platform, error))


def quota_spent(platform: Platform, now: datetime) -> Notice:
    """Nothing more can be pushed this month; once a month."""
    key = f"{QUOTA}{platform}:{month_of(now)}:spent"
    return _alarm(key, partial(system.quota_spent, platform))


def quota_used(
    platform: Platform,
    use: PushUse,
    now: datetime,
    calendar: WorkingCalendar,
) -> Notice | None:
    """The highest mark that the use of the month's quota has reached, once a month; None below the
    lowest, and where there is no quota.
    """
    percent = use.percent()
    if percent is None or use.quota is None:
        return None
    mark = quota_mark(percent)
    if mark is None:
        return None
    if mark == QUOTA_SPENT:
        return quota_spent(platform, now)
    key = f"{QUOTA}{platform}:{month_of(now)}:{mark}"
    words = partial(
        system.quota_warning,
        platform,
        percent,
        use.total(),
        use.quota,
        quota_ends_on(use.total(), use.quota, now.astimezone(BANGKOK).date(), calendar),
    )
    return _alarm(key, words)
