"""Tickets as rows: what a ticket is printed as, and what a row changes in the ticket that is
there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import regex  # type: ignore[import-untyped]

from domain.clock import pauses
from domain.customers.provinces import find_province, parse_users
from domain.customers.records import CustomerCode
from domain.dates.data_years import kept, parse_periods
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET, parse_date
from domain.dates.working_calendar import OPENING, WorkingCalendar
from domain.errors import InvalidInput
from domain.fields.rows import SHEET, FieldRow
from domain.patterns import at_end, without_end
from domain.staff import StaffId
from domain.tables.cells import PLAIN_CELLS
from domain.tables.customers import parse_code
from domain.tables.tables import (
    NAME_LIMIT,
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

MOST_PROJECTS = 10
NEEDED = ("channel", "subject", "details", "created_at")
"""What a new ticket cannot do without."""
LATEST_CHRISTIAN = 2400
"""A year above this is a Buddhist one."""
_CLOCK = at_end(
    r"(?:[T ]+)(\d{1,2})[:.](\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:\u0e19\.)?(Z|[+-]\d\d:?\d\d)?"
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
    calendar: WorkingCalendar


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


def _opening(on: date) -> datetime:
    """A date without a time begins with the working day (DOMAIN.md section 5)."""
    return datetime.combine(on, OPENING, BANGKOK)


def parse_instant(
    text: str,
    now: datetime,
    of_day: Callable[[date], datetime] = _opening,
) -> datetime:
    """A date with or without a time of day, in Bangkok where no zone is named; not in the future.

    Any writing of parse_date, or ISO; `of_day` = what a date alone means, today's not before it is
    past. Raises InvalidInput("date") and InvalidInput("future_date")."""
    plain = digits(text).strip()
    clock = _CLOCK.match(plain)
    if clock is None:
        return min(of_day(parse_past_day(plain, now)), now)
    day = parse_past_day(plain[: clock.start()], now)
    try:
        at = _at_clock(day, clock)
    except ValueError:
        raise InvalidInput("date", text=text[:40]) from None
    if at > now:
        raise InvalidInput("future_date")
    return at


def _at_clock(day: date, clock: regex.Match) -> datetime:
    """That day at a time of day, in the zone that is named; ValueError for a time that none is."""
    hour, minute, second, zone = clock.groups()
    clock_time = time(
        int(hour),
        int(minute),
        int(second or 0),
    )
    at = datetime.combine(day, clock_time, BANGKOK)
    if not zone:
        return at
    return datetime.fromisoformat(at.strftime("%Y-%m-%dT%H:%M:%S") + zone)


def parse_past_day(text: str, now: datetime) -> date:
    """A day that is not in the future; raises as parse_instant does, and
    InvalidInput("date_era").
    """
    today = now.astimezone(BANGKOK).date()
    text = _with_christian_year(without_end(_CLOCK, text.strip()))
    on = parse_date(text[:60], today)
    if _of_either_era(text, on):
        raise InvalidInput("date_era", text=text[:40])
    if on > today:
        raise InvalidInput("future_date")
    return on


def _with_christian_year(text: str) -> str:
    """A sheet's cell may hold a Buddhist year as if it were a Christian one."""
    iso = _ISO_DAY.fullmatch(text)
    if iso is None:
        return text
    year, month, day = iso.groups()
    if int(year) <= LATEST_CHRISTIAN:
        return text
    return f"{int(year) - BUDDHIST_OFFSET}-{month}-{day}"


def _of_either_era(text: str, on: date) -> bool:
    """Whether two digits of a year were read in one era and can be meant in the other: `5/3/27`,
    `5-Mar-69`.
    """
    plain = digits(text)
    year = _SHORT_YEAR.search(plain)
    if year is None or re.search(r"\d{4}", plain):
        return False
    if on.year < OLDEST:
        return True
    is_other_era = on.year % 100 != int(year[1])
    return is_other_era and re.search("[A-Za-z]", text) is not None


def ticket_row(ticket: Ticket, labels: Labels) -> dict[str, str]:
    """The ticket as a row of a table."""
    row = {"no": str(ticket.no)}
    for name in TICKET.standing(SHEET):
        row[name] = _printed(ticket, name, labels)
    for name in ticket.unknown:
        if name in ASKING_ORDER and not row.get(name):
            row[name] = UNKNOWN
    return {name: text for name, text in row.items() if text}


def _printed(ticket: Ticket, name: str, labels: Labels) -> str:
    row = TICKET.rows[name]
    printer = _PRINTERS.get(row.type)
    if printer is None:
        return TICKET.text(ticket, name)
    return printer(getattr(ticket, row.attribute), labels)


def _printed_time(at: datetime | None) -> str:
    if at is None:
        return ""
    return f"{at.astimezone(BANGKOK):%Y-%m-%d %H:%M:%S}"


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
    lines = filter(None, map(str.strip, text.splitlines()))
    found = [_read_pause(line, desk.now) for line in lines]
    for at, pause in enumerate(found):
        end = pause.until or desk.now
        is_last = at + 1 == len(found)
        following = desk.now if is_last else found[at + 1].since
        if not pause.since <= end <= following:
            raise InvalidInput("row_pauses", text=_printed_pause(pause))
    return tuple(found)


def _read_pause(line: str, now: datetime) -> Pause:
    """One line: since when, until when or nothing, and perhaps that it was closed meanwhile."""
    parts = [part.strip() for part in _STROKE.split(line)]
    if len(parts) not in (2, 3):
        raise InvalidInput("row_pauses", text=line[:60])
    since, until, closed = [*parts, ""][:3]
    if closed not in ("", Status.CLOSED):
        raise InvalidInput("row_pauses", text=line[:60])
    ended = parse_instant(until, now) if until else None
    return Pause(parse_instant(since, now), ended, bool(closed))


def merge_ticket(
    old: Ticket | None,
    cells: Cells,
    desk: CellLookups,
    labels: Labels,
) -> Ticket:
    """The ticket after its row; equal to `old` where the row says nothing new.

    A cell replaces what was there, an empty one leaves it. Raises InvalidInput: of the cell that
    cannot be read, "row_needs" for a new ticket without channel, subject, details or creation time,
    "no_taken" where the record of this number is plainly another one."""
    no = parse_ticket_no(cells.get("no", ""))
    values = _merged_values(old, cells, desk, labels)
    if old is None:
        made = _new(no, values)
    else:
        made = replace(old, **values)  # type: ignore[arg-type]
        if _taken(old, made):
            raise InvalidInput("no_taken", no=no)
    _check(made)
    if made.status is not Status.CLOSED:
        return made
    if made.closed_at is not None and made.closed_at < made.created_at:
        made = replace(made, closed_at=made.created_at)
    if made.closed_at is None and old is None:
        return pauses.closed(made, _closing(made, cells, desk))
    if made.waiting_since is None:
        return made
    ended = pauses.closed(made, made.closed_at or desk.now)
    return replace(made, pauses=ended.pauses)


def _closing(made: Ticket, cells: Cells, desk: CellLookups) -> datetime:
    """When a new ticket was closed of which the row says only that it is: when it came, or at the
    end of that day's work (docs/decisions/0052).
    """
    if _names_time(cells["created_at"]):
        return made.created_at
    on = made.created_at.astimezone(BANGKOK).date()
    return min(desk.calendar.closing(on), desk.now)


def _merged_values(
    old: Ticket | None,
    cells: Cells,
    desk: CellLookups,
    labels: Labels,
) -> dict[str, object]:
    """What the row says that the ticket does not say yet, by attribute."""
    unknown = set(old.unknown if old else ())
    shown = ticket_row(old, labels) if old else {}
    values: dict[str, object] = {}
    for name, text in cells.items():
        if name == "no" or clean(shown.get(name, "")) == text:
            continue
        if text == UNKNOWN and name in ASKING_ORDER:
            # What is known here stays, though the table does not know it.
            if name not in shown:
                unknown.add(name)
            continue
        values |= _read(name, text, cells, desk, old)
        unknown.discard(name)
    values["unknown"] = frozenset(unknown)
    if _moves(old, values):
        # The contact was one of the other customer's.
        values.setdefault("contact_id", None)
    return values


def _moves(old: Ticket | None, values: Mapping[str, object]) -> bool:
    """Whether a ticket gets another customer."""
    if old is None or "customer" not in values:
        return False
    return values["customer"] != old.customer


def _new(no: TicketNo, values: dict[str, object]) -> Ticket:
    unknown = values["unknown"]
    assert isinstance(unknown, frozenset)
    if "details" in unknown:
        values.setdefault("details", "")
    missing = [name for name in NEEDED if name not in values]
    if missing:
        raise InvalidInput("row_needs", fields=missing)
    base = {
        "status": Status.CLOSED if "closed_at" in values else Status.OPEN,
        "recorded_at": values["created_at"],
        "recorded_by": None,
        "assignee": None,
    }
    return Ticket(no, **{**base, **values})  # type: ignore[arg-type]


def _check(ticket: Ticket) -> None:
    """InvalidInput where its times contradict its status or each other."""
    if not ticket.closed_at:
        return
    if not ticket.is_done:
        raise InvalidInput("row_not_closed")
    # Sheets print no seconds: within the minute nobody knows which was first.
    if ticket.closed_at + timedelta(minutes=1) <= ticket.created_at:
        raise InvalidInput("row_closed_before")


def _taken(old: Ticket, new: Ticket) -> bool:
    """Whether the row is about other work: not its details, and not its customer or its day."""
    if old.details == new.details:
        return False
    old_day = old.created_at.astimezone(BANGKOK).date()
    new_day = new.created_at.astimezone(BANGKOK).date()
    return old.customer != new.customer or old_day != new_day


def _read(
    name: str,
    text: str,
    cells: Cells,
    desk: CellLookups,
    old: Ticket | None,
) -> dict[str, object]:
    """The cell's field and value, if it is another one than the ticket's."""
    row = TICKET.rows[name]
    if row.type == "moment":
        of_day = desk.calendar.closing if name == "closed_at" else _opening
        at = parse_instant(text, desk.now, of_day)
        before: datetime | None = getattr(old, row.attribute) if old else None
        same = _same_minute if _names_time(text) else _same_day
        return {} if same(at, before) else {row.attribute: at}
    return {
        row.attribute: _value(
            row,
            text,
            cells,
            desk,
            old,
        )
    }


def _value(
    row: FieldRow,
    text: str,
    cells: Cells,
    desk: CellLookups,
    old: Ticket | None,
) -> object:
    if row.type == "contact":
        customer = _customer_of(cells, old)
        return _contact(text, desk.contacts.get(customer, {}))
    if row.type not in PLAIN_CELLS:
        return _READERS[row.type](row, text, desk)
    value = PLAIN_CELLS[row.type](row, text)
    return TICKET.value(row.name, str(value)) if row.type == "choice" else value


def _names_time(text: str) -> bool:
    return _CLOCK.match(digits(text).strip()) is not None


def _same_day(at: datetime, before: datetime | None) -> bool:
    """A day alone says nothing new of a moment of that day."""
    if before is None:
        return False
    return at.astimezone(BANGKOK).date() == before.astimezone(BANGKOK).date()


def _same_minute(at: datetime, before: datetime | None) -> bool:
    """Sheets print no seconds: the same minute is the same time."""
    if before is None:
        return False
    local = before.astimezone(BANGKOK)
    return at.replace(second=0) == local.replace(second=0, microsecond=0)


def _customer_of(cells: Cells, old: Ticket | None) -> str:
    if "customer" in cells:
        return parse_code(cells["customer"])
    if old is None:
        return ""
    return old.customer or ""


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
    parts = [part.strip() for part in re.split(r"[\n;|]", text)]
    names = [_project(part, desk.projects) for part in parts if part]
    chosen = tuple(dict.fromkeys(names))
    if len(chosen) > MOST_PROJECTS:
        raise InvalidInput("projects_count")
    return chosen


def _project(text: str, projects: tuple[Project, ...]) -> str:
    found = find_projects(projects, text)
    exact = [project for project in found if project.name == text] or found
    if len(exact) == 1:
        return exact[0].name
    if exact or similar_projects(projects, text):
        raise InvalidInput("projects", text=text[:60])
    return " ".join(text.split())[:NAME_LIMIT]


def _years(text: str, desk: CellLookups) -> str:
    """Years line by line in the form in which they are kept; words that are no years as they
    are.
    """
    today = desk.now.astimezone(BANGKOK).date()
    lines = []
    for line in limited("data_years", text).splitlines():
        project, years = split_years(line)
        try:
            periods = kept(parse_periods(years, today))
        except InvalidInput:
            lines.append(line)
        else:
            lines.append(join_years({project: periods}))
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
