"""What changed rules would do to the reminders that are planned: the same reckoning as when they
take effect, and nothing is written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.dates.working_calendar import WorkingCalendar
from domain.owed.rules import Owed, Rule, next_reminder


def planned_anew(
    rules: Mapping[str, Rule],
    calendar: WorkingCalendar,
    rows: Iterable[Owed],
    now: datetime,
) -> list[Owed]:
    """Returns the things owed whose next reminder moves, each with the new one: None where no
    rule names it any longer, or nothing more is to be said.

    Raises InvalidInput("holiday_year") as the calendar does."""
    moved = []
    for row in rows:
        rule = rules.get(row.rule)
        at = None
        if rule is not None:
            at = next_reminder(rule, row, calendar, now)
        # What is due already is told, whatever the rule says by now.
        pending = row.next_at is None or row.next_at > now
        if pending and at != row.next_at:
            moved.append(replace(row, next_at=at))
    return moved


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What changed rules would do: reminders that move, by rule, and the first day on which one
    comes that moves; of how many things nobody would be reminded any longer.
    """

    moved: Mapping[str, int] = field(default_factory=dict)
    ended: int = 0
    first_at: datetime | None = None

    @property
    def count(self) -> int:
        """How many reminders change in all."""
        return sum(self.moved.values()) + self.ended

    def with_more(self, rows: Sequence[Owed]) -> "RuleEffect":
        """Returns the same with these rows, which `planned_anew` returned."""
        moved = Counter(self.moved)
        times = [self.first_at] if self.first_at else []
        ended = self.ended
        for row in rows:
            if row.next_at is None:
                ended += 1
                continue
            moved[row.rule] += 1
            times.append(row.next_at)
        return RuleEffect(dict(moved), ended, min(times, default=None))
