"""Whether the desk can do its work: what is wrong, and since when."""

from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Desk
from store.engine.database import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `what` begins with a word for the part of the desk."""

    what: str
    since: datetime


class Health:
    """Looks at one desk each time somebody asks; a problem's moment is when it was first seen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._since: dict[str, datetime] = {}

    async def problems(self) -> list[Problem]:
        """All that is wrong now; the desk is ready where nothing is."""
        now = self._desk.clock()
        found = await self._found()
        self._since = {what: self._since.get(what, now) for what in found}
        return [Problem(what, since) for what, since in self._since.items()]

    async def _found(self) -> list[str]:
        try:
            await self._desk.db.ping()
        except StoreUnavailable:
            return ["database unavailable"]
        # That an index is being made is no problem of the desk's: all else works, and what is asked
        # by name is answered as far as it can be.
        if not self._desk.words.is_read:
            return ["search is being read"]
        return []
