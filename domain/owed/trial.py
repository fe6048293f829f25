"""What changed rules would do to the reminders that are planned: the same reckoning as when they
take effect, and nothing is written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.dates.working_calendar import WorkingCalendar
from domain.owed.rules import Owed, Rule, next_reminder


@dataclass(frozen=True, slots=True)
class MovedReminder:
    """The next reminder of a thing owed moves to `at`: None where no rule names it any longer, or
    nothing more is to be said.
    """

    row: Owed
    at: datetime | None


def planned_anew(
    rules: Mapping[str, Rule],
    calendar: WorkingCalendar,
    rows: Iterable[Owed],
    now: datetime,
) -> list[MovedReminder]:
    """Returns which of these things owed are reminded of at another time than is planned.

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
            moved.append(MovedReminder(row, at))
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

    def with_more(self, reminders: Sequence[MovedReminder]) -> "RuleEffect":
        """Returns the same with these, which `planned_anew` returned."""
        moved = Counter(self.moved)
        times = [self.first_at] if self.first_at else []
        ended = self.ended
        for each in reminders:
            if each.at is None:
                ended += 1
                continue
            moved[each.row.rule] += 1
            times.append(each.at)
        return RuleEffect(dict(moved), ended, min(times, default=None))
