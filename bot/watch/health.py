"""Whether the desk can do its work: what is wrong, and since when."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot.queues.pulses import Pulses
from domain.reach.health import find_problems
from handlers.desk import Desk
from store.engine.database import StoreUnavailable

LONGEST_PING = 5.0
"""Seconds that a database may take to answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `what` begins with a word for the part of the desk."""

    what: str
    since: datetime


class Health:
    """Looks at one desk each time somebody asks; a problem's moment is when it was first seen."""

    def __init__(self, desk: Desk, pulses: Pulses) -> None:
        self._desk = desk
        self._pulses = pulses
        self._since: dict[str, datetime] = {}

    async def problems(self) -> list[Problem]:
        """All that is wrong now; the desk is ready where nothing is."""
        rules = self._desk.configuration.health
        measured = self._pulses.measured()
        found = find_problems(measured, rules)
        found += await self._database()
        now = self._desk.clock()
        self._since = {what: self._since.get(what, now) for what in found}
        return [Problem(*each) for each in self._since.items()]

    async def _database(self) -> list[str]:
        try:
            async with asyncio.timeout(LONGEST_PING):
                await self._desk.db.ping()
        except (StoreUnavailable, TimeoutError):
            return ["database: unavailable"]
        # That an index is being made is no problem of the desk's: all else works, and what is asked
        # by name is answered as far as it can be.
        if not self._desk.words.is_read:
            return ["database: search is being read"]
        return []
