"""What administrators hear of the desk's health: once when a trouble begins and once when it is
over, by a platform that has none.
"""

from collections.abc import Awaitable, Callable, Collection
from functools import partial

from bot.queues.administrators import AdministratorNotices
from bot.queues.pulses import Pulses
from domain.reach.health import DISK, find_problems
from domain.staff import Platform
from handlers.chat import Reply
from handlers.desk import Desk
from handlers.staff import troubles

PLATFORMS = frozenset(Platform)
MAILBOX = "mailbox"
"""Whoever reads it tells by itself what keeps it from being read, step by step."""
TOLD = PLATFORMS | {DISK, MAILBOX}
AGAIN_AFTER = 600
"""Seconds in which the same trouble is told once, by however many processes."""
GOOD_LOOKS = 3
"""Looks in a row that must find nothing until it is told that a trouble is over."""


class HealthTelling:
    """Remembers what was told, and of what is over since how many looks."""

    def __init__(self, desk: Desk, pulses: Pulses, post: Callable[..., Awaitable[None]]) -> None:
        self._desk = desk
        self._pulses = pulses
        self._notices = AdministratorNotices(post)
        self._lasting: dict[str, set[str]] = {}
        self._good: dict[str, int] = {}

    async def look(self) -> None:
        """Tell what began and what is over; what cannot be written now is told later."""
        rules = self._desk.configuration.health
        measured = self._pulses.measured()
        found = find_problems(measured, rules)
        parts = [what.partition(": ") for what in found]
        now = [(subject, said) for subject, _, said in parts if subject in TOLD]
        avoided = PLATFORMS.intersection(subject for subject, _said in now)
        for subject, said in now:
            self._begin(subject, said, avoided)
        for subject in self._lasting.keys() - {subject for subject, _said in now}:
            self._end(subject, avoided)
        await self._notices.tell()

    def _begin(self, subject: str, said: str, avoided: Collection[Platform]) -> None:
        self._good[subject] = 0
        known = self._lasting.setdefault(subject, set())
        if said in known:
            return
        known.add(said)
        if subject != MAILBOX:
            make = partial(troubles.began, subject, said)
            self._add(make, f"{subject}:{said}", avoided)

    def _end(self, subject: str, avoided: Collection[Platform]) -> None:
        self._good[subject] += 1
        if self._good[subject] < GOOD_LOOKS:
            return
        del self._lasting[subject]
        # Where it was told that it began.
        told_elsewhere = PLATFORMS.intersection({subject, *avoided})
        self._add(partial(troubles.over, subject), f"{subject}:over", told_elsewhere)

    def _add(
        self,
        make: Callable[[], Reply],
        what: str,
        avoided: Collection[Platform],
    ) -> None:
        moment = int(self._desk.clock().timestamp()) // AGAIN_AFTER
        self._notices.add(f"health:{what}:{moment}", make, avoided)
