"""What is found to be owed long after it began (tickets of an import, of an older release, or of a
changed rule) is followed up only when the office says so, a few a day.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.data import TomlTable
from domain.dates.working_calendar import WorkingCalendar
from domain.owed.rules import CalendarSpan
from domain.staff import StaffId


@dataclass(frozen=True, slots=True)
class FollowUpRules:
    """`a_day` = so many of them are reminded of for the first time a day and officer; `at_once` =
    so many are decided on with one press; `undo_days` = for so long a decision can be taken back;
    `younger_months` = the ages that are offered as limits.
    """

    a_day: int = 5
    at_once: int = 500
    undo_days: int = 7
    younger_months: tuple[int, ...] = (6, 12, 36)


def read_follow_up_rules(root: TomlTable) -> FollowUpRules:
    """Reads the table `following_up`; the DataError it raises names the key."""
    table = root.table("following_up")
    table.check_keys(FollowUpRules.__slots__)
    months: list[int] = []
    for item in table.items("younger_months"):
        if not isinstance(item, int) or not 1 <= item <= 1200:
            raise table.refusal(f"{item!r} must be a number of months", "younger_months")
        months.append(item)
    return FollowUpRules(
        a_day=table.count("a_day"),
        at_once=table.count("at_once"),
        undo_days=table.count("undo_days"),
        younger_months=tuple(sorted(months)),
    )


def since_day(months: int, today: date) -> date:
    """Returns the day so many months ago; what began on it or later is younger."""
    return CalendarSpan(-months, 0).after(today)


def spread(
    officers: Iterable[StaffId | None],
    planned: Counter[tuple[StaffId | None, date]],
    today: date,
    a_day: int,
    calendar: WorkingCalendar,
) -> list[date]:
    """Returns for each of these officers' things, in their order, the working day after today on
    which the officer is reminded of it: no more than `a_day` on one, with what is `planned`.

    Raises InvalidInput("holiday_year") as the calendar does."""
    taken = Counter(planned)
    days = _WorkingDays(today, calendar)
    places = Counter[StaffId | None]()
    chosen = []
    for officer in officers:
        place = places[officer]
        while taken[officer, days.at(place)] >= a_day:
            place += 1
        places[officer] = place
        taken[officer, days.at(place)] += 1
        chosen.append(days.at(place))
    return chosen


class _WorkingDays:
    """The working days after today, as far as they were asked for."""

    def __init__(self, today: date, calendar: WorkingCalendar) -> None:
        self._days: list[date] = []
        self._last = today
        self._calendar = calendar

    def at(self, place: int) -> date:
        """The one at this place, counted from 0."""
        while place >= len(self._days):
            self._last += timedelta(days=1)
            if self._calendar.is_working_day(self._last):
                self._days.append(self._last)
        return self._days[place]
