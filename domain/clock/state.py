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
    """The instant without its seconds."""
    return at.replace(second=0, microsecond=0)


def limit(configuration: Configuration, ticket: Ticket) -> Limit | None:
    """The cell of the time standard; None where it sets no time."""
    subject = configuration.catalogue.subjects.get(ticket.subject)
    table = subject.time_table if subject else None
    return configuration.time_standard.limit(table, ticket.complexity, ticket.channel)


def due_at(configuration: Configuration, ticket: Ticket) -> datetime | None:
    """When the ticket is due; None where no time is set, or while it waits with time left.

    Always within working hours or at a closing. Raises InvalidInput("holiday_year") as the calendar
    does."""
    cell = limit(configuration, ticket)
    return (
        reached_at(configuration.calendar, ticket, timedelta(minutes=cell.working_minutes))
        if cell
        else None
    )


def reached_at(calendar: WorkingCalendar, ticket: Ticket, amount: timedelta) -> datetime | None:
    """When so much (more than none) of the ticket's working time is spent; None = never, while it
    waits.
    """
    cursor, left = minute(ticket.created_at), amount
    for stop in stops(ticket):
        run = calendar.between(cursor, stop.since)
        if run >= left:
            break
        if stop.until is None:
            return None
        left -= run
        cursor = stop.until
    return calendar.add(cursor, left)


def elapsed(configuration: Configuration, ticket: Ticket, at: datetime) -> timedelta:
    """Working time that counts, from the ticket's creation to `at`, or to its closing where that
    was earlier.
    """
    end = minute(min(at, ticket.closed_at) if ticket.closed_at else at)
    cursor, total = minute(ticket.created_at), timedelta()
    for stop in stops(ticket):
        total += configuration.calendar.between(cursor, min(stop.since, end))
        if stop.until is None:
            return total
        cursor = stop.until
    return total + configuration.calendar.between(cursor, end)


def state(configuration: Configuration, ticket: Ticket, now: datetime) -> State:
    """How the ticket stands now. Closed with its first save under a standard shorter than a day =
    kept.

    Such a ticket was recorded after the service was given; when that was, nobody typed, so nothing
    is held against it (decided here)."""
    cell = limit(configuration, ticket)
    if cell is None:
        return State.NO_DEADLINE
    due = due_at(configuration, ticket)
    if ticket.closed_at is not None:
        kept = (
            due is None
            or minute(ticket.closed_at) <= due
            or is_recorded_afterwards(configuration, ticket)
        )
        return State.KEPT if kept else State.MISSED
    if due is not None and due < minute(now):
        return State.OVERDUE
    if ticket.waiting_since is not None:
        return State.WAITING
    lead = cell.working_minutes * configuration.notice_rules.share
    spent = elapsed(configuration, ticket, now)
    return (
        State.DUE_SOON
        if spent >= timedelta(minutes=float(cell.working_minutes - lead))
        else State.IN_TIME
    )


def is_recorded_afterwards(configuration: Configuration, ticket: Ticket) -> bool:
    """Whether it was closed with its first save under a standard shorter than a working day."""
    cell = limit(configuration, ticket)
    short = cell is not None and cell.working_minutes < configuration.calendar.day_minutes
    return short and ticket.closed_at is not None and ticket.closed_at <= ticket.recorded_at


def notice_times(configuration: Configuration, ticket: Ticket) -> Mapping[Stage, datetime]:
    """When whom to tell of the ticket's deadline, by the rules of `deadline_notices`; empty once it
    is closed.
    """
    cell, due = limit(configuration, ticket), due_at(configuration, ticket)
    if cell is None or due is None or ticket.is_done:
        return {}
    rules, calendar = configuration.notice_rules, configuration.calendar
    begun = max([ticket.recorded_at, *[pause.until for pause in ticket.pauses if pause.until]])
    quiet_until = calendar.add(begun, rules.quiet.working_minutes)
    over = max(due, quiet_until)
    times = {
        Stage.OVER: over,
        Stage.SUPERVISORS: calendar.add(over, rules.supervisors_after.working_minutes),
    }
    if cell.working_minutes >= rules.soon_from.working_minutes:
        amount = timedelta(minutes=float(cell.working_minutes * (1 - rules.share)))
        soon = reached_at(calendar, ticket, amount)
        if soon is not None and max(soon, quiet_until) < due:
            times[Stage.SOON] = max(soon, quiet_until)
    return times


def stops(ticket: Ticket) -> Iterator[Stop]:
    """The ticket's pauses after its creation, in order and apart, those that touch or overlap as
    one.
    """
    begin = minute(ticket.created_at)
    held: Stop | None = None
    for pause in sorted(ticket.pauses, key=lambda pause: pause.since):
        since, until = max(minute(pause.since), begin), pause.until or ticket.closed_at
        until = minute(until) if until else None
        if until is not None and until <= since:
            continue
        if held is None or (held.until is not None and since > held.until):
            if held is not None:
                yield held
            held = Stop(since, until, pause.closed, pause.closed)
        else:
            last = until is None or (held.until is not None and until >= held.until)
            held = replace(held, until=until, reopened=pause.closed) if last else held
    if held is not None:
        yield held
