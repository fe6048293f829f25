"""What reports look at of a ticket: the plain facts of one row, as they follow from the ticket and
the office's rules. Pure.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version

from domain.clock import state as clock
from domain.clock.state import State
from domain.configuration import Configuration
from domain.customers.records import CustomerCode
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tickets.records import Complexity, Mood, Status, Ticket, TicketNo, Urgency

LASTS = timedelta(days=60)
"""A ticket that was open for longer is looked for among those that last."""
OPEN = "open"
KEPT = "kept"
MISSED = "missed"


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket that counts, in one row.

    `day` (2026-10-01) and `weekday_hour` (1-09 = Monday from nine) are of its creation in Bangkok.
    `standing` says how it stands to its time standard by now: "" where none is set, `OPEN`, `KEPT`
    or `MISSED`. `due_at` is None where it has all the time that there is.
    `working_minutes` are those from its creation to its closing, None while it is open. `lasts` =
    it is open, or was so for longer than `LASTS`."""

    no: TicketNo
    created_at: datetime
    closed_at: datetime | None
    day: str
    weekday_hour: str
    channel: str
    subject: str
    subject_group: str
    complexity: Complexity
    urgency: Urgency
    mood: Mood
    province: str
    assignee_id: StaffId | None
    customer_code: CustomerCode | None
    due_at: datetime | None
    standing: str
    working_minutes: int | None
    lasts: int


def facts_of(configuration: Configuration, ticket: Ticket) -> TicketFacts | None:
    """Returns what reports look at; None for a ticket that counts nowhere."""
    if ticket.status is Status.VOIDED:
        return None
    local = ticket.created_at.astimezone(BANGKOK)
    closed_at = ticket.closed_at
    timing = _timing(configuration, ticket)
    return TicketFacts(
        no=ticket.no,
        created_at=ticket.created_at,
        closed_at=closed_at,
        day=local.date().isoformat(),
        weekday_hour=f"{local.isoweekday()}-{local.hour:02d}",
        channel=ticket.channel,
        subject=ticket.subject,
        subject_group=subject_group(configuration, ticket.subject),
        complexity=ticket.complexity,
        urgency=ticket.urgency,
        mood=ticket.mood,
        province=ticket.province,
        assignee_id=ticket.assignee,
        customer_code=ticket.customer,
        due_at=timing.due_at,
        standing=timing.standing,
        working_minutes=timing.working_minutes,
        lasts=int(closed_at is None or closed_at - ticket.created_at > LASTS),
    )


def subject_group(configuration: Configuration, code: str) -> str:
    """Returns the subject that this one is a part of: 6 for 6.1, and itself where it is none."""
    subject = configuration.catalogue.subjects.get(code)
    if subject is None:
        return code.partition(".")[0]
    return subject.parent or code


@dataclass(frozen=True, slots=True)
class _Timing:
    """What the clock says of a ticket."""

    due_at: datetime | None = None
    standing: str = ""
    working_minutes: int | None = None


def _timing(configuration: Configuration, ticket: Ticket) -> _Timing:
    try:
        due_at = clock.due_at(configuration, ticket)
        standing = _standing(configuration, ticket)
        return _Timing(due_at, standing, _working_minutes(configuration, ticket))
    except InvalidInput:
        # In a year of which the calendar knows no holidays no clock runs.
        return _Timing()


def _standing(configuration: Configuration, ticket: Ticket) -> str:
    if clock.limit(configuration, ticket) is None:
        return ""
    if ticket.closed_at is None:
        return OPEN
    state = clock.state(configuration, ticket, ticket.closed_at)
    return KEPT if state is State.KEPT else MISSED


def _working_minutes(configuration: Configuration, ticket: Ticket) -> int | None:
    if ticket.closed_at is None:
        return None
    spent = clock.elapsed(configuration, ticket, ticket.closed_at)
    return int(spent / timedelta(minutes=1))


def rules_digest(configuration: Configuration) -> str:
    """Returns what is another one once facts of any ticket may be others, but for the office's own
    words on single days.
    """
    calendar = configuration.calendar
    catalogue = configuration.catalogue
    tables = [(one.code, one.parent, one.time_table) for one in catalogue.subjects.values()]
    cells = configuration.time_standard.limits.items()
    limits = [(*key, cell.working_minutes) for key, cell in cells]
    said = (
        _RULES,
        version("holidays"),
        calendar.week,
        calendar.leave_out,
        sorted(map(str, tables)),
        sorted(map(str, limits)),
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


_RULES = 1
"""Raised with every change of what follows from a ticket here."""


def days_said(calendar: WorkingCalendar) -> dict[str, bool]:
    """Returns the days of which the office says itself whether it works, in one spelling."""
    days = {*calendar.rules, *calendar.entered}
    return {day.isoformat(): calendar.is_working_day(day) for day in sorted(days)}


def days_between(before: Mapping[str, bool], after: Mapping[str, bool]) -> list[date]:
    """Returns the days of which something else, or nothing more, is said."""
    said = {*before, *after}
    changed = [day for day in said if before.get(day) != after.get(day)]
    return [date.fromisoformat(day) for day in sorted(changed)]
