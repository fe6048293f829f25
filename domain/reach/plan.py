"""The office's rules of reaching people: who hears of what could not be told, and when; and when a
push waits because it costs. Pure.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.data import TomlTable
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.reach.untold import Untold


class Above(StrEnum):
    """Who hears of what could not be told to somebody."""

    SUPERVISORS = "supervisors"
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class ClimbStep:
    """Who hears, so many working days after the first failure at this time."""

    whom: Above
    days: int
    at: time

    def due_at(self, since: datetime, calendar: WorkingCalendar, later: int = 0) -> datetime:
        """Returns when they hear of what failed at `since`, so many working days `later`."""
        on = since.astimezone(BANGKOK).date()
        return datetime.combine(_after(on, self.days + later, calendar), self.at, BANGKOK)


def _after(on: date, working_days: int, calendar: WorkingCalendar) -> date:
    """Returns the day so many working days later."""
    for _day in range(working_days):
        on += timedelta(days=1)
        while not calendar.is_working_day(on):
            on += timedelta(days=1)
    return on


@dataclass(frozen=True, slots=True)
class PushPlan:
    """When a push that costs waits for an answer that is free; see domain/data/reach.toml."""

    held: frozenset[str]
    held_from: time
    held_until: time
    scarce_from: int
    rides: frozenset[str]
    waits: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of notices that may wait at all."""
        return self.held | self.rides | self.waits

    def waits_until(self, kind: str, now: datetime) -> datetime | None:
        """Returns until when a notice of this kind waits for an answer today; None where it does
        not.
        """
        local = now.astimezone(BANGKOK)
        if kind in self.held and self.held_from <= local.time() < self.held_until:
            return datetime.combine(local.date(), self.held_until, BANGKOK)
        return None

    def holds_until(
        self,
        kind: str,
        now: datetime,
        calendar: WorkingCalendar,
        *,
        scarce: bool,
    ) -> datetime | None:
        """Returns until when a notice of this kind waits; None where it is pushed now."""
        until = self.waits_until(kind, now)
        if until is None and (kind in self.waits or (scarce and kind in self.rides)):
            today = now.astimezone(BANGKOK).date()
            return datetime.combine(_after(today, 1, calendar), self.held_until, BANGKOK)
        return until


@dataclass(frozen=True, slots=True)
class ReachRules:
    """What climbs, through which steps, and how LINE's pushes are planned."""

    climbs: frozenset[str]
    steps: tuple[ClimbStep, ...]
    line: PushPlan

    def next_step(
        self, one: Untold, calendar: WorkingCalendar
    ) -> tuple[ClimbStep, datetime] | None:
        """Returns the step that is next for what could not be told, and when; after the last step
        it begins anew a working day later. None where nobody else hears of it.
        """
        if one.kind not in self.climbs or not self.steps:
            return None
        again, place = divmod(one.climbed, len(self.steps))
        step = self.steps[place]
        return step, step.due_at(one.since_at, calendar, later=again)


def quota_ends_on(
    used: int,
    quota: int,
    today: date,
    calendar: WorkingCalendar,
) -> date | None:
    """Returns the day of this month on which the quota ends, where each working day takes as much
    as those until today did on average; None where it lasts.
    """
    if used >= quota:
        return today
    days = _days_of_month(today)
    working = [day for day in days if calendar.is_working_day(day)]
    gone = max(1, sum(day <= today for day in working))
    for place, day in enumerate((day for day in working if day > today), 1):
        if used + used * place / gone >= quota:
            return day
    return None


def _days_of_month(today: date) -> list[date]:
    last = monthrange(today.year, today.month)[1]
    return [today.replace(day=day) for day in range(1, last + 1)]


def read_reach(root: TomlTable) -> ReachRules:
    """Reads the table `reach`; the DataError it raises names the key."""
    table = root.table("reach")
    table.check_keys(("climbs", "climb", "line", "board"))
    climb = table.table("climb")
    climb.check_keys([*Above])
    line = table.table("line")
    line.check_keys(("held", "held_from", "held_until", "scarce_from", "rides", "waits"))
    return ReachRules(
        climbs=frozenset(table.texts("climbs")),
        steps=tuple(_read_step(Above(name), row) for name, row in climb.tables()),
        line=PushPlan(
            held=frozenset(line.texts("held")),
            held_from=line.clock("held_from"),
            held_until=line.clock("held_until"),
            scarce_from=line.count("scarce_from"),
            rides=frozenset(line.texts("rides")),
            waits=frozenset(line.texts("waits")),
        ),
    )


def _read_step(whom: Above, row: TomlTable) -> ClimbStep:
    row.check_keys(("days", "at"))
    days = row.values.get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 30:
        raise row.refusal("must be a whole number from 0 to 30", "days")
    return ClimbStep(whom, days, row.clock("at"))
