"""Why a ticket is due when it is: the sum day by day, with what was skipped and where the clock
stood still.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.clock import state as clock
from domain.clock.state import State, Stop
from domain.configuration import Configuration
from domain.dates.working_calendar import BANGKOK, WorkingCalendar
from domain.tickets.records import Ticket
from domain.time_standard import Limit

LONG_PAUSE = timedelta(days=8)
"""Free days within a longer pause are not told: they change nothing."""


class SumLineKind(StrEnum):
    COUNTED = "counted"
    FREE = "free"
    STOPPED = "stopped"
    GOES_ON = "goes_on"


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of the sum, for the local dates `first` to `last`.

    COUNTED: `amount` of working time on each of them; FREE: no work, `name` of the holiday or ""
    for a weekend; STOPPED and GOES_ON: at the instant `at`, `closed` where the ticket was closed
    and reopened."""

    kind: SumLineKind
    first: date
    last: date
    amount: timedelta = timedelta()
    name: str = ""
    at: datetime | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """The sum of `steps` is the limit where the ticket is due; while it waits, what was spent
    before.
    """

    limit: Limit | None
    start: datetime
    due: datetime | None
    steps: tuple[SumLine, ...]
    state: State
    spent: timedelta

    @property
    def left(self) -> timedelta:
        """Working time left; negative where it is overdue or was missed."""
        return timedelta(minutes=self.limit.working_minutes if self.limit else 0) - self.spent


def explain(configuration: Configuration, ticket: Ticket, now: datetime) -> Explanation:
    """Returns the sum behind the ticket's due time, as things are now (DOMAIN.md section 5)."""
    cell = clock.limit(configuration, ticket)
    due = clock.due_at(configuration, ticket)
    start = clock.minute(ticket.created_at).astimezone(BANGKOK)
    state = clock.state(configuration, ticket, now)
    spent = clock.elapsed(configuration, ticket, now)
    steps: tuple[SumLine, ...] = ()
    if cell is not None:
        steps = tuple(_merged(_steps(configuration.calendar, ticket, due)))
    return Explanation(cell, start, due, steps, state, spent)


def _steps(calendar: WorkingCalendar, ticket: Ticket, due: datetime | None) -> Iterator[SumLine]:
    """Yields the sum day by day, from the creation to the due time, or to the pause that has not
    ended.
    """
    # Pauses after the due time change nothing of the sum.
    stops = [stop for stop in clock.stops(ticket) if due is None or stop.since < due]
    end = due or max(stop.since for stop in stops)
    on = ticket.created_at.astimezone(BANGKOK).date()
    last = end.astimezone(BANGKOK).date()
    while on <= last:
        if not calendar.hours(on) and not _is_within_long(on, stops):
            yield SumLine(SumLineKind.FREE, on, on, name=calendar.holiday_name(on) or "")
        yield from _day(
            calendar,
            on,
            clock.minute(ticket.created_at),
            stops,
            end,
        )
        on += timedelta(days=1)


def _day(
    calendar: WorkingCalendar,
    on: date,
    start: datetime,
    stops: list[Stop],
    end: datetime,
) -> Iterator[SumLine]:
    midnight = datetime.combine(on, time(), BANGKOK)
    tomorrow = midnight + timedelta(days=1)
    cursor = max(midnight, start)
    for stop in stops:
        # Pauses of other days are told on their own days.
        if stop.since >= tomorrow or (stop.until is not None and stop.until < cursor):
            continue
        if stop.since >= midnight:
            yield from _counted(calendar, on, cursor, stop.since)
            yield SumLine(
                SumLineKind.STOPPED,
                on,
                on,
                at=stop.since,
                closed=stop.closed,
            )
        if stop.until is None or stop.until >= tomorrow:
            return
        yield SumLine(
            SumLineKind.GOES_ON,
            on,
            on,
            at=stop.until,
            closed=stop.reopened,
        )
        cursor = stop.until
    yield from _counted(calendar, on, cursor, min(tomorrow, end))


def _counted(
    calendar: WorkingCalendar,
    on: date,
    since: datetime,
    until: datetime,
) -> Iterator[SumLine]:
    amount = calendar.between(since, until)
    if amount:
        yield SumLine(SumLineKind.COUNTED, on, on, amount)


def _is_within_long(on: date, stops: list[Stop]) -> bool:
    """Returns whether that day lies in a long pause."""
    midnight = datetime.combine(on, time(), BANGKOK)
    for stop in stops:
        if stop.since > midnight:
            continue
        if stop.until is None:
            return True
        if midnight < stop.until and stop.until - stop.since > LONG_PAUSE:
            return True
    return False


def _merged(steps: Iterator[SumLine]) -> Iterator[SumLine]:
    """Yields days alike that follow each other as one step."""
    held: SumLine | None = None
    for step in steps:
        if held is not None and _follows(step, held):
            held = replace(held, last=step.last)
            continue
        if held is not None:
            yield held
        held = step
    if held is not None:
        yield held


def _follows(step: SumLine, held: SumLine) -> bool:
    """Returns whether a step is the next day of another, and else the same."""
    if step.at is not None or held.last + timedelta(days=1) != step.first:
        return False
    return replace(held, first=step.first, last=step.last) == step
