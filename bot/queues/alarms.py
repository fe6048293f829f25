"""What administrators hear of deliveries: each under a key, so that it is told once."""

from datetime import datetime
from functools import partial

from domain.dates.days import BANGKOK
from domain.reach import QUOTA, QUOTA_SPENT, UNDELIVERABLE, quota_mark
from domain.staff import Platform, Role, Staff
from handlers import system
from handlers.chat import Notice
from store.chat.outbox import Message
from store.chat.push_use import PushUse, month_of


def person_unreached(person: Staff, now: datetime) -> Notice:
    """A person can be told nowhere; once a day."""
    key = f"{UNDELIVERABLE}{person.id}:{now.astimezone(BANGKOK).date()}"
    return Notice(partial(system.nowhere_to_tell, person.name), key, role=Role.ADMIN)


def message_undelivered(message: Message, error: str, person: Staff) -> Notice:
    """What was to be told to a person reached nobody."""
    make = partial(system.undeliverable, message.platform, error, person.name)
    if message.platform is Platform.MAIL:
        make = partial(system.nowhere_to_tell, person.name)
    return Notice(make, f"{UNDELIVERABLE}{message.id}", role=Role.ADMIN)


def platform_refuses(platform: Platform, error: str, now: datetime) -> Notice:
    """A platform will not take messages before an administrator does something; once a day."""
    key = f"{UNDELIVERABLE}{platform}:{error}:{now:%Y-%m-%d}"
    return Notice(partial(system.undeliverable, platform, error), key, role=Role.ADMIN)


def quota_spent(platform: Platform, now: datetime) -> Notice:
    """Nothing more can be pushed this month."""
    key = f"{QUOTA}{platform}:{month_of(now)}:spent"
    return Notice(partial(system.quota_spent, platform), key, role=Role.ADMIN)


def quota_used(platform: Platform, use: PushUse, now: datetime) -> Notice | None:
    """The highest mark that the use of the month's quota has reached; None below the lowest, and
    where there is no quota.
    """
    percent = use.percent()
    if percent is None or use.quota is None:
        return None
    mark = quota_mark(percent)
    if mark is None:
        return None
    if mark == QUOTA_SPENT:
        return quota_spent(platform, now)
    make = partial(system.quota_warning, platform, percent, use.total(), use.quota)
    return Notice(make, f"{QUOTA}{platform}:{month_of(now)}:{mark}", role=Role.ADMIN)
