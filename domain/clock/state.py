"""The clock of a ticket: when it is due, how much of its time is spent, who is to be told when.
Pure.

Everything is computed from the ticket's own history (creation, pauses, present channel and
complexity), so that nothing stored can drift (DOMAIN.md section 5). Instants in are aware; instants
out are in Asia/Bangkok. The clock counts whole minutes: seconds are dropped, so that a sum adds up
as people read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.configuration import Configuration
from domain.dates.working_calendar import WorkingCalendar
from domain.tickets.records import Ticket
from domain.time_standard import Limit


class State(StrEnum):
    """How a ticket stands to its time standard; WAITING = the clock stands still, for the
    customer.
    """

    NO_DEADLINE = "no_deadline"
    IN_TIME = "in_time"
    DUE_SOON = "due_soon"
    WAITING = "waiting"
    OVERDUE = "overdue"
    KEPT = "kept"
    MISSED = "missed"


class Stage(StrEnum):
    """What is told of a deadline, and when: to the assignee, at last to the supervisors."""

    SOON = "soon"
    OVER = "over"
    SUPERVISORS = "supervisors"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which the clock does not run; `until` None = it has not ended.

    `closed` = it began with closing, `reopened` = it ended with reopening; else it waited for the
    customer."""

    since: datetime
    until: datetime | None
    closed: bool
    reopened: bool


def minute(at: datetime) -> datetime:
    """Returns the instant without its seconds."""
    return at.replace(second=0, microsecond=0)


def limit(configuration: Configuration, ticket: Ticket) -> Limit | None:
    """Returns the cell of the time standard; None where it sets no time."""
    subject = configuration.catalogue.subjects.get(ticket.subject)
    table = subject.time_table if subject else None
    return configuration.time_standard.limit(table, ticket.complexity, ticket.channel)


def due_at(configuration: Configuration, ticket: Ticket) -> datetime | None:
    """Returns when the ticket is due; None where no time is set, or while it waits with time left.

    Always within working hours or at a closing. Raises InvalidInput("holiday_year") as the
    calendar does."""
    cell = limit(configuration, ticket)
    if cell is None:
        return None
    amount = timedelta(minutes=cell.working_minutes)
    return reached_at(configuration.calendar, ticket, amount)


def reached_at(calendar: WorkingCalendar, ticket: Ticket, amount: timedelta) -> datetime | None:
    """Returns when so much (more than none) of the ticket's working time is spent; None = never,
    while it waits.
    """
    cursor = minute(ticket.created_at)
    left = amount
    for stop in stops(ticket):
        run = calendar.between(cursor, stop.since)
        # Spent before the pause began: what follows no longer matters.
        if run >= left:
            break
        if stop.until is None:
            return None
        left -= run
        cursor = stop.until
    return calendar.add(cursor, left)


def elapsed(configuration: Configuration, ticket: Ticket, at: datetime) -> timedelta:
    """Returns the working time that counts, from the ticket's creation to `at`, or to its closing
    where that was earlier.
    """
    calendar = configuration.calendar
    end = minute(min(at, ticket.closed_at or at))
    cursor = minute(ticket.created_at)
    total = timedelta()
    for stop in stops(ticket):
        total += calendar.between(cursor, min(stop.since, end))
        if stop.until is None:
            return total
        cursor = stop.until
    return total + calendar.between(cursor, end)


def state(configuration: Configuration, ticket: Ticket, now: datetime) -> State:
    """Returns how the ticket stands now. One closed with its first save under a standard shorter
    than a day was kept.

    Such a ticket was recorded after the service was given; when that was, nobody typed, so
    nothing is held against it (decided here)."""
    cell = limit(configuration, ticket)
    if cell is None:
        return State.NO_DEADLINE
    due = due_at(configuration, ticket)
    if ticket.closed_at is not None:
        in_time = due is None or minute(ticket.closed_at) <= due
        kept = in_time or is_recorded_afterwards(configuration, ticket)
        return State.KEPT if kept else State.MISSED
    if due is not None and due < minute(now):
        return State.OVERDUE
    if ticket.waiting_since is not None:
        return State.WAITING
    soon = _until_soon(configuration, cell)
    return State.DUE_SOON if elapsed(configuration, ticket, now) >= soon else State.IN_TIME


def _until_soon(configuration: Configuration, cell: Limit) -> timedelta:
    """Returns how much working time is spent when a ticket is due soon."""
    lead = cell.working_minutes * configuration.notice_rules.share
    return timedelta(minutes=float(cell.working_minutes - lead))


def is_recorded_afterwards(configuration: Configuration, ticket: Ticket) -> bool:
    """Returns whether it was closed with its first save under a standard shorter than a working
    day.
    """
    cell = limit(configuration, ticket)
    if cell is None or ticket.closed_at is None:
        return False
    short = cell.working_minutes < configuration.calendar.day_minutes
    return short and ticket.closed_at <= ticket.recorded_at


def notice_times(configuration: Configuration, ticket: Ticket) -> Mapping[Stage, datetime]:
    """Returns when whom to tell of the ticket's deadline, by the rules of `deadline_notices`; empty
    once it is closed.
    """
    cell = limit(configuration, ticket)
    due = due_at(configuration, ticket)
    if cell is None or due is None or ticket.is_done:
        return {}
    rules = configuration.notice_rules
    calendar = configuration.calendar
    ends = [pause.until for pause in ticket.pauses if pause.until]
    begun = max([ticket.recorded_at, *ends])
    quiet_until = calendar.add(begun, rules.quiet.working_minutes)
    # Nobody is scolded for a ticket that was recorded or answered a moment ago.
    over = max(due, quiet_until)
    times = {
        Stage.OVER: over,
        Stage.SUPERVISORS: calendar.add(over, rules.supervisors_after.working_minutes),
    }
    if cell.working_minutes >= rules.soon_from.working_minutes:
        soon = reached_at(calendar, ticket, _until_soon(configuration, cell))
        if soon is not None and max(soon, quiet_until) < due:
            times[Stage.SOON] = max(soon, quiet_until)
    return times


def stops(ticket: Ticket) -> Iterator[Stop]:
    """Yields the ticket's pauses after its creation, in order and apart, those that touch or
    overlap as one.
    """
    held: Stop | None = None
    for stop in _pauses(ticket):
        if held is None:
            held = stop
        elif held.until is not None and stop.since > held.until:
            yield held
            held = stop
        else:
            held = _joined(held, stop)
    if held is not None:
        yield held


def _pauses(ticket: Ticket) -> Iterator[Stop]:
    """Yields the ticket's pauses in order, as far as they lie after its creation; they may
    overlap.
    """
    begin = minute(ticket.created_at)
    for pause in sorted(ticket.pauses, key=lambda pause: pause.since):
        since = max(minute(pause.since), begin)
        end = pause.until or ticket.closed_at
        until = minute(end) if end else None
        if until is None or until > since:
            yield Stop(since, until, pause.closed, pause.closed)


def _joined(stop: Stop, later: Stop) -> Stop:
    """Returns two stops that touch or overlap as one, which ends as the last of them does."""
    if later.until is None:
        return replace(stop, until=None, reopened=later.reopened)
    # The longer of the two decides how it ends.
    if stop.until is None or later.until < stop.until:
        return stop
    return replace(stop, until=later.until, reopened=later.reopened)
