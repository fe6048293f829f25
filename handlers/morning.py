"""The morning's queue: what a day begins with, one message a person; and weekly what the desk is owed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from functools import partial

from domain import clock
from domain.clock import State
from domain.dates import BANGKOK, format_date, format_time
from domain.owed import Owed
from domain.staff import Staff, StaffId
from domain.tickets import Ticket
from handlers import ticket_cards
from handlers.chat import Button, Choice, Reply
from handlers.deadlines import supervisors
from handlers.desk import Work
from handlers.due import due
from handlers.i18n import _
from handlers.labels import value_label
from handlers.owed import Entry, list_entries
from handlers.request_cards import owed_line
from store import customers, owed, reminders, staff, tickets
from store.due import Due

SHOWN = 10
"""Lines of one message; the rest is counted, and a tap away."""
MOST = 500


class Section(StrEnum):
    """What a line is there for, in the order shown."""

    OVERDUE = "overdue"
    TODAY = "today"
    OWED = "owed"
    REMINDER = "reminder"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the day: why it is there, its words, and what a tap opens."""

    section: Section
    text: str
    action: str
    args: Mapping[str, str]


@due("morning", daily_at=time(8, 30))
async def queue(work: Work, rows: Sequence[Due]) -> None:
    """Everybody's day, silent where it is empty: overdue, due today, owed, reminders, and what waits for customers."""
    unfinished: dict[StaffId, list[Ticket]] = {}
    for ticket in await tickets.list_all_unfinished(work.db):
        if ticket.assignee is not None:
            unfinished.setdefault(ticket.assignee, []).append(ticket)
    late = any(row.is_late(work.now) for row in rows)
    for person in await staff.list_staff(work.db):
        if person.blocked_at is not None:
            continue
        lines = await _ticket_lines(work, unfinished.get(person.id, ()))
        lines += await _owed_lines(work, person)
        lines += await _reminder_lines(work, person)
        if lines:
            lines.sort(key=lambda line: [*Section].index(line.section))
            make = partial(_message, work, lines, late=late)
            work.notify(make, f"morning:{rows[-1].occurrence}", staff_id=person.id)


async def _ticket_lines(work: Work, mine: Sequence[Ticket]) -> list[Line]:
    chosen = [(section, ticket) for ticket in mine if (section := _section_of(work, ticket))]
    chosen.sort(key=lambda pair: ticket_cards.due(work, pair[1]) or pair[1].created_at)
    codes = [ticket.customer for _why, ticket in chosen if ticket.customer]
    names = {code: one.name for code, one in (await customers.follow_customers(work.db, codes[:MOST])).items()}
    for _why, ticket in chosen[:SHOWN]:
        work.audit("ticket.told", ticket.no)
    return [
        Line(section, _ticket_text(work, section, ticket, names), "ticket.show", {"no": ticket.no})
        for section, ticket in chosen
    ]


def _section_of(work: Work, ticket: Ticket) -> Section | None:
    state = clock.state(work.desk.configuration, ticket, work.now)
    if state is State.WAITING:
        return Section.WAITING
    if state is State.OVERDUE:
        return Section.OVERDUE
    due_at = ticket_cards.due(work, ticket)
    return Section.TODAY if due_at and due_at.astimezone(BANGKOK).date() <= work.today else None


def _ticket_text(work: Work, section: Section, ticket: Ticket, names: Mapping[str, str]) -> str:
    due_at = ticket_cards.due(work, ticket)
    until = ""
    if section is Section.TODAY and due_at:
        until = _("ถึง %(time)s", time=format_time(due_at))
    words = ticket_cards.ticket_words(work, ticket, names.get(ticket.customer or "", ""))
    return " · ".join(filter(None, (f"🎫 {words}", until)))


async def _owed_lines(work: Work, person: Staff) -> list[Line]:
    """What is owed and should have been there by now; what its own reminder tells today is not told twice."""
    rules = work.desk.configuration.rules
    rows = [
        row
        for row in await owed.list_of_officer(work.db, person.id, MOST)
        if row.rule in rules
        and (row.is_overdue(rules[row.rule], work.now) or row.reminders)
        and not (row.next_at and row.next_at.astimezone(BANGKOK).date() <= work.today)
    ]
    entries = await list_entries(work, rows)
    return [Line(Section.OWED, _owed_text(work, entry), "owed.show", {"owed": str(entry.row.id)}) for entry in entries]


def _owed_text(work: Work, entry: Entry) -> str:
    return owed_line(work, entry.life, entry.row, entry.name, reminding=True)


async def _reminder_lines(work: Work, person: Staff) -> list[Line]:
    end = work.now + timedelta(days=1)
    lines = []
    for one in await reminders.list_reminders(work.db, person.id, SHOWN):
        if one.due_at < end and one.due_at.astimezone(BANGKOK).date() <= work.today:
            text = _("⏰ %(time)s %(text)s", time=format_time(one.due_at), text=one.text or one.record)
            lines.append(Line(Section.REMINDER, text, "remind.show", {"id": one.id}))
    return lines


def _message(work: Work, lines: Sequence[Line], *, late: bool) -> Reply:
    counts = Counter(line.section for line in lines)
    sums = " · ".join(f"{value_label('morning', section)} {counts[section]}" for section in Section if counts[section])
    day = value_label("free_day", str(work.today.weekday()))
    head = _("☀️ %(day)s %(date)s · งานของคุณ %(count)s เรื่อง", day=day, date=format_date(work.today), count=len(lines))
    if late:
        head += _(" · ส่งช้ากว่ากำหนด")
    options = tuple(
        Button(f"{value_label('morning', line.section)} · {line.text}", line.action, line.args)
        for line in lines[:SHOWN]
    )
    buttons = [Button(_("ใบงานของฉัน"), "menu.run", {"command": "my"})]
    if counts[Section.OWED]:
        buttons.append(Button(_("ค้างส่งทั้งหมด"), "owed.list", {"list": "owed", "mine": "1"}))
    more = _("และอีก %(count)s เรื่อง", count=len(lines) - SHOWN) if len(lines) > SHOWN else ""
    return Reply((Choice("\n".join(filter(None, (head, sums, more))), options, tuple(buttons)),), confirms=True)


# Weekly.


@due("weekly", daily_at=time(8, 30))
async def week(work: Work, rows: Sequence[Due]) -> None:
    """On a week's first working day the supervisors hear what the desk is owed: the oldest first, and by customer."""
    calendar = work.desk.configuration.calendar
    if any(calendar.is_working_day(work.today - timedelta(days=n)) for n in range(1, work.today.weekday() + 1)):
        return
    found, last = list[Owed](), 0
    while page := await owed.list_open_after(work.db, last, MOST):
        found += page
        last = page[-1].id
    if not found:
        return
    found.sort(key=lambda row: (row.started_at, row.id))
    entries = await list_entries(work, found)
    for person in supervisors(await staff.list_staff(work.db)):
        work.notify(partial(_weekly, work, entries), f"weekly:{rows[-1].occurrence}", staff_id=person)


def _weekly(work: Work, entries: Sequence[Entry]) -> Reply:
    head = _("☀️ สิ่งที่ค้างส่งสำนักงาน %(count)s เรื่อง เก่าสุดก่อน", count=len(entries))
    by = Counter(f"{entry.life.request.customer} {entry.name}" for entry in entries).most_common(5)
    most = _("ค้างมากสุด: %(list)s", list=", ".join(f"{who} ({count})" for who, count in by))
    options = tuple(
        Button(_owed_text(work, entry), "owed.show", {"owed": str(entry.row.id)}) for entry in entries[:SHOWN]
    )
    buttons = (Button(_("ค้างส่งทั้งหมด"), "owed.list", {"list": "owed"}),)
    return Reply((Choice(f"{head}\n{most}", options, buttons),), confirms=True)
