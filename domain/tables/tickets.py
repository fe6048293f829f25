"""Tickets as rows: what a ticket is printed as, and what a row changes in the ticket that is
there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.clock import pauses
from domain.customers.provinces import find_province, parse_users
from domain.customers.records import CustomerCode
from domain.dates.data_years import kept, parse_periods
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET, parse_date
from domain.errors import InvalidInput
from domain.fields.rows import SHEET, FieldRow
from domain.staff import StaffId
from domain.tables.cells import PLAIN_CELLS
from domain.tables.customers import parse_code
from domain.tables.tables import (
    UNKNOWN,
    Cells,
    Names,
    limited,
)
from domain.text import clean, digits
from domain.tickets.fields import ASKING_ORDER, TICKET
from domain.tickets.projects import Project, find_projects, similar_projects
from domain.tickets.records import (
    Pause,
    Status,
    Ticket,
    TicketNo,
    join_years,
    parse_contract_no,
    split_years,
)
from domain.tickets.references import read_ticket_no

OPENING = time(8, 30)
"""A date without a time begins with the working day (DOMAIN.md section 5)."""

MOST_PROJECTS = 10
_CLOCK = re.compile(
    r"(?:[T ]+)(\d{1,2})[:.](\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:\u0e19\.)?(Z|[+-]\d\d:?\d\d)?$"
)
_SHORT_YEAR = re.compile(r"(?<!\d)(\d\d)\Z")
OLDEST = 1990
"""Tickets of earlier years than this are not brought in with two digits of a year: it may be one of
the other era.
"""
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_STROKE = re.compile(r"\s/(?:\s|$)")


@dataclass(frozen=True, slots=True)
class CellLookups:
    """What the cells of tickets may refer to; `contacts` and `customers` are those of the rows at
    hand.
    """

    names: Names
    projects: tuple[Project, ...]
    staff: Mapping[str, StaffId]
    customers: frozenset[str]
    contacts: Mapping[str, Mapping[str, int]]
    now: datetime


@dataclass(frozen=True, slots=True)
class Labels:
    """What a ticket's codes and ids are called in a table."""

    channels: Mapping[str, str]
    subjects: Mapping[str, str]
    staff: Mapping[StaffId, str]
    contacts: Mapping[int, str]


def parse_ticket_no(text: str) -> TicketNo:
    """`R2002590795`, however it is written; InvalidInput("row_no")."""
    no = read_ticket_no(text)
    if no is None:
        raise InvalidInput("row_no", no=text[:40])
    return no


def parse_instant(text: str, now: datetime) -> datetime:
    """A date with or without a time of day, in Bangkok where no zone is named; not in the future.

    Any writing of parse_date, or ISO. Raises InvalidInput("date") and InvalidInput("future_date").
    """
    plain = digits(text).strip()
    clock = _CLOCK.search(plain)
    day = parse_past_day(plain[: clock.start()] if clock else plain, now)
    at = datetime.combine(day, OPENING, BANGKOK)
    if clock:
        try:
            at = at.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0))
            if clock[4]:
                at = datetime.fromisoformat(at.strftime("%Y-%m-%dT%H:%M:%S") + clock[4])
        except ValueError:
            raise InvalidInput("date", text=text[:40]) from None
    elif day == now.astimezone(BANGKOK).date():
        return min(at, now)
    if at > now:
        raise InvalidInput("future_date")
    return at


def parse_past_day(text: str, now: datetime) -> date:
    """A day that is not in the future; raises as parse_instant does, and
    InvalidInput("date_era").
    """
    today = now.astimezone(BANGKOK).date()
    text = _CLOCK.sub("", text.strip())
    iso = _ISO_DAY.fullmatch(text)
    if (
        iso and int(iso[1]) > 2400
    ):  # a sheet's cell may hold a Buddhist year as if it were a Gregorian one
        text = f"{int(iso[1]) - BUDDHIST_OFFSET}-{iso[2]}-{iso[3]}"
    on = parse_date(text[:60], today)
    if _of_either_era(text, on):
        raise InvalidInput("date_era", text=text[:40])
    if on > today:
        raise InvalidInput("future_date")
    return on


def _of_either_era(text: str, on: date) -> bool:
    """Whether two digits of a year were read in one era and can be meant in the other: `5/3/27`,
    `5-Mar-69`.
    """
    year = _SHORT_YEAR.search(digits(text))
    if year is None or re.search(r"\d{4}", digits(text)):
        return False
    return on.year < OLDEST or (
        on.year % 100 != int(year[1]) and re.search("[A-Za-z]", text) is not None
    )


def ticket_row(ticket: Ticket, labels: Labels) -> dict[str, str]:
    """The ticket as a row of a table."""
    row = {"no": str(ticket.no)}
    row |= {name: _printed(ticket, name, labels) for name in TICKET.standing(SHEET)}
    row |= dict.fromkeys(
        (name for name in ticket.unknown if not row.get(name) and name in ASKING_ORDER), UNKNOWN
    )
    return {name: text for name, text in row.items() if text}


def _printed(ticket: Ticket, name: str, labels: Labels) -> str:
    row = TICKET.rows[name]
    printer = _PRINTERS.get(row.type)
    if printer is None:
        return TICKET.text(ticket, name)
    return printer(getattr(ticket, row.attribute), labels)


def _printed_time(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(BANGKOK):%Y-%m-%d %H:%M:%S}"


def _printed_pause(pause: Pause) -> str:
    """`2026-11-23 10:00:00 / 2026-11-24 09:00:00`; nothing behind the stroke while it lasts, `/
    closed` at last.
    """
    span = f"{_printed_time(pause.since)} / {_printed_time(pause.until)}".rstrip()
    return f"{span} / {Status.CLOSED}" if pause.closed else span


def _pauses(text: str, desk: CellLookups) -> tuple[Pause, ...]:
    """The reverse of what is printed; InvalidInput("row_pauses") where it is none, or they run into
    each other.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        since, *rest = (part.strip() for part in _STROKE.split(line))
        until, closed = [*rest, "", ""][:2]
        if len(rest) not in (1, 2) or closed not in ("", Status.CLOSED):
            raise InvalidInput("row_pauses", text=line[:60])
        ended = parse_instant(until, desk.now) if until else None
        found.append(Pause(parse_instant(since, desk.now), ended, bool(closed)))
    ends = [pause.until or desk.now for pause in found]
    starts = [*(pause.since for pause in found[1:]), desk.now]
    for pause, end, following in zip(found, ends, starts, strict=True):
        if not pause.since <= end <= following:
            raise InvalidInput("row_pauses", text=_printed_pause(pause))
    return tuple(found)


def merge_ticket(old: Ticket | None, cells: Cells, desk: CellLookups, labels: Labels) -> Ticket:
    """The ticket after its row; equal to `old` where the row says nothing new.

    A cell replaces what was there, an empty one leaves it. Raises InvalidInput: of the cell that
    cannot be read, "row_needs" for a new ticket without channel, subject, details or creation time,
    "no_taken" where the record of this number is plainly another one."""
    no = parse_ticket_no(cells.get("no", ""))
    values: dict[str, object] = {}
    unknown = set(old.unknown if old else ())
    shown = ticket_row(old, labels) if old else {}
    for name, text in cells.items():
        if name == "no" or clean(shown.get(name, "")) == text:
            continue
        if text == UNKNOWN and name in ASKING_ORDER:
            if name not in shown:
                unknown.add(name)
            continue
        values |= _read(name, text, cells, desk, old)
        unknown.discard(name)
    values["unknown"] = frozenset(unknown)
    if old and values.get("customer", old.customer) != old.customer:
        values.setdefault("contact_id", None)
    made = replace(old, **values) if old else _new(no, values)  # type: ignore[arg-type]
    if old and _taken(old, made):
        raise InvalidInput("no_taken", no=no)
    _check(made)
    if made.status is Status.CLOSED and made.waiting_since is not None:
        return replace(made, pauses=pauses.closed(made, made.closed_at or desk.now).pauses)
    return made


def _new(no: TicketNo, values: dict[str, object]) -> Ticket:
    unknown = values["unknown"]
    assert isinstance(unknown, frozenset)
    if "details" in unknown:
        values.setdefault("details", "")
    missing = [
        name for name in ("channel", "subject", "details", "created_at") if name not in values
    ]
    if missing:
        raise InvalidInput("row_needs", fields=missing)
    if "status" not in values:
        values["status"] = Status.CLOSED if "closed_at" in values else Status.OPEN
    base = {"recorded_at": values["created_at"], "recorded_by": None, "assignee": None}
    return Ticket(no, **{**base, **values})  # type: ignore[arg-type]


def _check(ticket: Ticket) -> None:
    if ticket.closed_at and not ticket.is_done:
        raise InvalidInput("row_not_closed")
    if ticket.closed_at and ticket.closed_at + timedelta(minutes=1) <= ticket.created_at:
        raise InvalidInput("row_closed_before")


def _taken(old: Ticket, new: Ticket) -> bool:
    """Whether the row is about other work: not its details, and not its customer or its day."""
    same_day = (
        old.created_at.astimezone(BANGKOK).date() == new.created_at.astimezone(BANGKOK).date()
    )
    return old.details != new.details and not (old.customer == new.customer and same_day)


def _read(
    name: str, text: str, cells: Cells, desk: CellLookups, old: Ticket | None
) -> dict[str, object]:
    """The cell's field and value, if it is another one than the ticket's."""
    row = TICKET.rows[name]
    if row.type == "moment":
        at = parse_instant(text, desk.now)
        before: datetime | None = getattr(old, row.attribute) if old else None
        return {} if _same_minute(at, before) else {row.attribute: at}
    if row.type == "contact":
        return {row.attribute: _contact(text, desk.contacts.get(_customer_of(cells, old), {}))}
    if row.type in PLAIN_CELLS:
        value = PLAIN_CELLS[row.type](row, text)
        return {row.attribute: TICKET.value(name, str(value)) if row.type == "choice" else value}
    return {row.attribute: _READERS[row.type](row, text, desk)}


def _same_minute(at: datetime, before: datetime | None) -> bool:
    """Sheets print no seconds: the same minute is the same time."""
    if before is None:
        return False
    return at.replace(second=0) == before.astimezone(BANGKOK).replace(second=0, microsecond=0)


def _customer_of(cells: Cells, old: Ticket | None) -> str:
    if "customer" in cells:
        return parse_code(cells["customer"])
    return (old.customer if old else None) or ""


def _contact(text: str, contacts: Mapping[str, int]) -> int:
    if text not in contacts:
        raise InvalidInput("row_contact", name=text[:60])
    return contacts[text]


def _customer(text: str, desk: CellLookups) -> CustomerCode:
    code = parse_code(text)
    if code not in desk.customers:
        raise InvalidInput("row_customer", code=code)
    return code


def _person(text: str, desk: CellLookups) -> StaffId:
    if text not in desk.staff:
        raise InvalidInput("row_staff", name=text[:60])
    return desk.staff[text]


def _projects(text: str, desk: CellLookups) -> tuple[str, ...]:
    """Names or short forms, one a line or with semicolons; one that the list lacks stays as it is
    written.

    What may be a slip of a listed one, or mean several, is InvalidInput("projects").
    """
    chosen: dict[str, None] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[\n;|]", text))):
        found = find_projects(desk.projects, part)
        exact = [project for project in found if project.name == part] or found
        if len(exact) > 1 or (not exact and similar_projects(desk.projects, part)):
            raise InvalidInput("projects", text=part[:60])
        chosen[exact[0].name if exact else " ".join(part.split())[:200]] = None
    if len(chosen) > MOST_PROJECTS:
        raise InvalidInput("projects_count")
    return tuple(chosen)


def _years(text: str, desk: CellLookups) -> str:
    """Years line by line in the form in which they are kept; words that are no years as they
    are.
    """
    today = desk.now.astimezone(BANGKOK).date()
    lines = []
    for line in limited("data_years", text).splitlines():
        project, years = split_years(line)
        try:
            lines.append(join_years({project: kept(parse_periods(years, today))}))
        except InvalidInput:
            lines.append(line)
    return "\n".join(filter(None, lines))


def _province(text: str) -> str:
    name = find_province(text)
    if not name:
        raise InvalidInput("province", text=text[:40])
    return name


_PRINTERS: Mapping[str, Callable[[Any, Labels], str]] = {
    "channel": lambda code, labels: labels.channels.get(code, code),
    "subject": lambda code, labels: labels.subjects.get(code, code),
    "person": lambda staff, labels: labels.staff.get(staff, ""),
    "contact": lambda contact, labels: labels.contacts.get(contact, ""),
    "moment": lambda at, labels: _printed_time(at),
    "pauses": lambda found, labels: "\n".join(map(_printed_pause, found)),
}
"""How the types of fields are printed whose cells are no drafts' texts."""

_READERS: Mapping[str, Callable[[FieldRow, str, CellLookups], object]] = {
    "day": lambda row, text, desk: parse_past_day(text, desk.now),
    "month": lambda row, text, desk: parse_past_day(text, desk.now),
    "customer": lambda row, text, desk: _customer(text, desk),
    "channel": lambda row, text, desk: desk.names.code("channels", text),
    "subject": lambda row, text, desk: desk.names.code("subjects", text),
    "person": lambda row, text, desk: _person(text, desk),
    "projects": lambda row, text, desk: _projects(text, desk),
    "data_years": lambda row, text, desk: _years(text, desk),
    "province": lambda row, text, desk: _province(text),
    "users": lambda row, text, desk: parse_users(text),
    "contract_no": lambda row, text, desk: parse_contract_no(text),
    "pauses": lambda row, text, desk: _pauses(text, desk),
}
"""How a cell of each type of field is read that is none of the plain ones."""
