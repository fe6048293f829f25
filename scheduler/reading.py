"""Sees, now and then, whether somebody read unusually much of customers' data: what was written of
it into the audit log since the last look.
"""

from collections import deque
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain.dates.days import BANGKOK
from domain.operating.reading import DAY, ReadEntry, ReadingFound, ReadingRules, usual_a_day
from domain.staff import StaffId
from store import audit
from store.audit import AuditEntry, AuditQuestion
from store.engine.database import Database

EVERY = timedelta(minutes=2)
PAGE = 500
"""Entries that are read in one go."""


class ReadingWatch:
    """Keeps a day of the log in memory, and whom it told of today."""

    def __init__(self, db: Database, rules: ReadingRules) -> None:
        self._db = db
        self._rules = rules
        self._readings = deque[ReadEntry]()
        self._last: int | None = None
        self._looked_at: datetime | None = None
        self._known: set[tuple[StaffId, date]] = set()
        self._waits = False
        """Whether something was found that could not be told yet."""

    async def look(self, now: datetime) -> list[ReadingFound]:
        """All that is unusual of those of whom nothing was told today."""
        if not self._rules.rules or not self._may_look(now):
            return []
        self._looked_at = now
        is_new = await self._read_on(now)
        if not is_new and not self._waits:
            return []
        found = []
        for one in self._rules.find(self._readings, now):
            is_known = (one.staff_id, _day(now)) in self._known
            if not is_known and await self._is_more_than_usual(one, now):
                found.append(one)
        self._waits = bool(found)
        return found

    def note_told(self, found: Iterable[ReadingFound], now: datetime) -> None:
        """Administrators hear of these readers, and no more of them today."""
        self._waits = False
        day = _day(now)
        self._known = {known for known in self._known if known[1] == day}
        self._known |= {(one.staff_id, day) for one in found}

    def _may_look(self, now: datetime) -> bool:
        # Compared both ways: a clock that was set back must not stop the looking.
        return self._looked_at is None or abs(now - self._looked_at) >= EVERY

    async def _read_on(self, now: datetime) -> bool:
        """What was written since; returns whether it was anything that a rule is about."""
        since = now - DAY
        while self._readings and self._readings[0].at < since:
            self._readings.popleft()
        if self._last is None:
            self._last = await audit.id_before(self._db, since)
        is_new = False
        while True:
            entries, self._last = await audit.list_after(
                self._db,
                AuditQuestion(),
                self._last,
                PAGE,
            )
            for reading in filter(None, map(_as_reading, entries)):
                if any(rule.fits(reading.action) for rule in self._rules.rules):
                    self._readings.append(reading)
                    is_new = True
            if len(entries) < PAGE:
                return is_new

    async def _is_more_than_usual(self, found: ReadingFound, now: datetime) -> bool:
        """Whether it is so many times what that person reads on other days, where a rule asks."""
        rule = found.rule
        if not rule.times_usual:
            return True
        before = AuditQuestion(staff_id=found.staff_id, before=now - DAY)
        last = await audit.id_before(self._db, now - timedelta(days=self._rules.usual_days))
        readings: list[ReadEntry] = []
        while True:
            entries, last = await audit.list_after(self._db, before, last, PAGE)
            readings += filter(None, map(_as_reading, entries))
            if len(entries) < PAGE:
                break
        return found.number > rule.times_usual * usual_a_day(rule, readings)


def _day(now: datetime) -> date:
    return now.astimezone(BANGKOK).date()


def _as_reading(entry: AuditEntry) -> ReadEntry | None:
    if entry.staff_id is None:
        return None
    return ReadEntry(
        entry.staff_id,
        entry.action,
        entry.record,
        entry.at,
    )
