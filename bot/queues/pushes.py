"""Whether what is to be pushed waits for an answer that is free, since a push costs."""

from datetime import datetime

from domain.configuration import Configuration
from domain.reach.routes import Directory
from domain.reach.untold import kind_of
from domain.staff import Chat, Platform, Staff
from store.chat import push_use
from store.engine.database import Database

COSTS = Platform.LINE
"""The platform that counts pushes."""
SPENT = 100
"""Percent of a quota."""


class Pushes:
    """Goes by the office's rules for one moment; how much was pushed is read once."""

    def __init__(self, db: Database, configuration: Configuration, now: datetime) -> None:
        self._db = db
        self._configuration = configuration
        self._now = now
        self._scarce: bool | None = None

    async def held_until(self, chat: Chat, key: str) -> datetime | None:
        """Until when a notice with this key waits; None where it is pushed now."""
        plan = self._configuration.reach.line
        kind = kind_of(key)
        if chat[0] is not COSTS or kind not in plan.kinds:
            return None
        return plan.holds_until(
            kind,
            self._now,
            self._configuration.calendar,
            scarce=await self._is_scarce(),
        )

    async def _is_scarce(self) -> bool:
        """Whether so much of the month's quota is used that the most urgent goes first."""
        # Where all of it is used nothing waits: whoever is next hears of it.
        if self._scarce is None:
            use = await push_use.get_use(self._db, COSTS, self._now)
            scarce_from = self._configuration.reach.line.scarce_from
            self._scarce = scarce_from <= (use.percent() or 0) < SPENT
        return self._scarce


def free_chat(directory: Directory, person: Staff) -> Chat | None:
    """Another chat of the person's, where messages cost nothing."""
    for account in directory.accounts.get(person.id, ()):
        platform, chat = account.at
        if not account.takes_messages or platform is COSTS:
            continue
        if directory.serves(platform, chat):
            return account.at
    return None
