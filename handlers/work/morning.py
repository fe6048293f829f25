"""The morning's queue: what a day begins with, one message a person, with all that is to be told at
its minute.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from functools import partial

from domain.clock import state as clock
from domain.clock.state import Stage, State
from domain.dates.days import BANGKOK, format_date, format_time
from domain.owed.rules import Owed
from domain.staff import StaffId
from domain.tickets.records import Ticket, TicketNo
from handlers.chat import Button, Choice, Masked, Reply, ReplyPart, in_lines, in_one_line
from handlers.clock import deadlines
from handlers.desk import Work
from handlers.i18n import _
from handlers.labels import value_label
from handlers.owed.cards import Entry, list_entries
from handlers.owed.request_cards import owed_line
from handlers.registry import due
from handlers.staff.masked import also, in_thai
from handlers.staff.stand_in import who_is_there
from handlers.tickets import cards as ticket_cards
from handlers.work import weekly
from store import reminders, staff
from store.customers import records as customers
from store.due import Due
from store.owed import rows as owed
from store.tickets import records as tickets

SHOWN = 10
"""Lines of one message; the rest is counted, and a tap away."""
MOST = 500


class Section(StrEnum):
    """What a line is there for, in the order shown."""

    OVERDUE = "overdue"
    TEAM = "team"
    TODAY = "today"
    SOON = "soon"
    OWED = "owed"
    REMINDER = "reminder"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class MorningLine:
    """One thing of the day: why it is there, its words, and what a tap opens."""

    section: Section
    text: str
    action: str
    args: Mapping[str, str]


@dataclass(slots=True)
class Day:
    """One person's day: how much there is of each kind, lines for what comes first of it, and all
    its tickets.
    """

    counts: Counter[Section] = field(default_factory=Counter)
    lines: list[MorningLine] = field(default_factory=list)
    tickets: set[TicketNo] = field(default_factory=set)


@due(deadlines.MORNING, daily_at=time(8, 30))
async def queue(work: Work, rows: Sequence[Due]) -> None:
    """Everybody's day, silent where it is empty: overdue, due today, owed, reminders, and what
    waits for customers.

    The work of who is away or gone stands in the day of who stands in, or in the supervisors'.
    Deadlines that came due since yesterday are told in it, and what the supervisors hear weekly:
    one push, and nothing twice."""
    there = await who_is_there(work)
    names = await staff.staff_names(work.db)
    days = {person: Day() for person in there.people}
    for officer, mine in (await _unfinished(work)).items():
        for person in there.receivers(officer):
            _add(
                days,
                person,
                await _ticket_day(work, mine, "" if person == officer else names.get(officer, "")),
            )
    group: dict[StaffId, list[Masked]] = {}
    for person, told in (await deadlines.told_by_now(work)).items():
        group[person] = [
            ticket_cards.masked_line(work, ticket)
            for _stage, ticket in [*told.values()][: deadlines.SHOWN]
        ]
        known = days.setdefault(person, Day()).tickets
        news = [each for no, each in told.items() if no not in known]
        _add(days, person, await _deadline_day(work, person, news, names))
    asked = await owed.list_asked_for(work.db, [*work.desk.configuration.rules], work.today, SHOWN)
    for who, (count, some) in asked.items():
        for person in there.receivers(who):
            whose = "" if who is None or person == who else names.get(who, "")
            _add(days, person, await _owed_day(work, count, some, whose))
    week = await weekly.week(work)
    late = any(row.is_late(work.now) for row in rows)
    key = f"morning:{rows[-1].occurrence}"
    for person, day in days.items():
        if person in there.people:
            _add(days, person, await _reminder_day(work, person))
        told_of = group.get(person, [])
        _tell(
            work,
            person,
            day,
            week if person in there.supervisors else None,
            key,
            told_of,
            late=late,
        )
    for person in {*there.supervisors} - days.keys():
        _tell(work, person, Day(), week, key, [], late=late)


def _tell(
    work: Work,
    person: StaffId,
    day: Day,
    week: Callable[[], ReplyPart] | None,
    key: str,
    group: Sequence[Masked],
    *,
    late: bool,
) -> None:
    """The message of one person; `group` = what the chat of the team is told of it beside the
    sums.
    """
    day.lines = sorted(day.lines, key=lambda line: [*Section].index(line.section))[:SHOWN]
    for line in day.lines:
        if line.action == "ticket.show":
            work.audit("ticket.told", line.args["no"])
    parts: list[Callable[[], ReplyPart]] = (
        [partial(_part, work, day, late=late)] if day.counts else []
    )
    parts += [week] if week else []
    sums = {str(section): day.counts[section] for section in Section if day.counts[section]}
    lines = [_masked_line(sums), *group] if sums else []
    if parts:
        make = also(lambda: Reply(tuple(part() for part in parts), confirms=True), lines)
        work.notify(make, key, staff_id=person)


@in_thai
def _masked_line(counts: Mapping[str, int]) -> Masked:
    """Of a person's day only how much there is of each kind (a value of "morning" in the
    labels).
    """
    sums = " · ".join(f"{value_label('morning', kind)} {count}" for kind, count in counts.items())
    return Masked(_("☀️ งานวันนี้: %(sums)s", sums=sums))


def _add(days: dict[StaffId, Day], person: StaffId, more: Day) -> None:
    day = days.setdefault(person, Day())
    day.counts.update(more.counts)
    day.lines += more.lines
    day.tickets |= more.tickets


async def _unfinished(work: Work) -> dict[StaffId, list[Ticket]]:
    found: dict[StaffId, list[Ticket]] = {}
    for ticket in await tickets.list_all_unfinished(work.db):
        if ticket.assignee is not None:
            found.setdefault(ticket.assignee, []).append(ticket)
    return found


async def _ticket_day(work: Work, mine: Sequence[Ticket], whose: str) -> Day:
    """What is overdue, due today and waiting among these; `whose` = the colleague's name who is
    stood in for.
    """
    chosen = [(section, ticket) for ticket in mine if (section := _section_of(work, ticket))]
    chosen.sort(key=lambda pair: ticket_cards.due(work, pair[1]) or pair[1].created_at)
    shown = [
        pair for section in Section for pair in [one for one in chosen if one[0] is section][:SHOWN]
    ]
    names = await _customer_names(work, [ticket for _why, ticket in shown])
    lines = [
        MorningLine(
            section,
            _joined(_ticket_text(work, section, ticket, names), whose),
            "ticket.show",
            {"no": ticket.no},
        )
        for section, ticket in shown
    ]
    return Day(
        Counter(section for section, _ticket in chosen),
        lines,
        {ticket.no for _why, ticket in chosen},
    )


async def _customer_names(work: Work, found: Sequence[Ticket]) -> dict[str, str]:
    codes = [ticket.customer for ticket in found if ticket.customer]
    return {
        code: one.name for code, one in (await customers.follow_customers(work.db, codes)).items()
    }


async def _deadline_day(
    work: Work,
    person: StaffId,
    told: Sequence[deadlines.TicketAtStage],
    officers: Mapping[StaffId, str],
) -> Day:
    """Deadlines that the day does not show for themselves: what is due soon, and what colleagues
    are late with.
    """
    names = await _customer_names(work, [ticket for _stage, ticket in told])
    found = []
    for stage, ticket in told:
        late = Section.OVERDUE if ticket.assignee == person else Section.TEAM
        section = Section.SOON if stage is Stage.SOON else late
        words = ticket_cards.ticket_words(work, ticket, names.get(ticket.customer or "", ""))
        whose = (
            officers.get(ticket.assignee, "")
            if ticket.assignee and ticket.assignee != person
            else ""
        )
        text = _joined(f"🎫 {words}", deadlines.state_text(work, stage, ticket), whose)
        found.append(MorningLine(section, text, "ticket.show", {"no": ticket.no}))
    return Day(
        Counter(line.section for line in found), found, {ticket.no for _stage, ticket in told}
    )


def _joined(*texts: str) -> str:
    return in_one_line(*texts)


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
    return in_one_line(f"🎫 {words}", until)


async def _owed_day(work: Work, count: int, some: Sequence[Owed], whose: str) -> Day:
    """What is owed and should have been there by now; what its own reminder tells today is not
    among it.
    """
    lines = [
        MorningLine(
            Section.OWED,
            _joined(_owed_text(work, entry), whose),
            "owed.show",
            {"owed": str(entry.row.id)},
        )
        for entry in await list_entries(work, some)
    ]
    return Day(Counter({Section.OWED: count}), lines)


def _owed_text(work: Work, entry: Entry) -> str:
    return owed_line(work, entry.life, entry.row, entry.name, reminding=True)


async def _reminder_day(work: Work, person: StaffId) -> Day:
    found = [
        one
        for one in await reminders.list_reminders(work.db, person, MOST)
        if one.due_at.astimezone(BANGKOK).date() <= work.today
    ]
    lines = []
    for one in found[:SHOWN]:
        text = _("⏰ %(time)s %(text)s", time=format_time(one.due_at), text=one.text or one.record)
        lines.append(MorningLine(Section.REMINDER, text, "remind.show", {"id": one.id}))
    return Day(Counter({Section.REMINDER: len(found)}) if found else Counter(), lines)


def _part(work: Work, today: Day, *, late: bool) -> ReplyPart:
    counts = today.counts
    count = today.counts.total()
    sums = " · ".join(
        f"{value_label('morning', section)} {counts[section]}"
        for section in Section
        if counts[section]
    )
    day = value_label("free_day", str(work.today.weekday()))
    head = _(
        "☀️ %(day)s %(date)s · งานของคุณ %(count)s เรื่อง",
        day=day,
        date=format_date(work.today),
        count=count,
    )
    if late:
        head += _(" · ส่งช้ากว่ากำหนด")
    options = tuple(
        Button(f"{value_label('morning', line.section)} · {line.text}", line.action, line.args)
        for line in today.lines
    )
    buttons = [Button(_("ใบงานของฉัน"), "menu.run", {"command": "my"})]
    if counts[Section.OWED]:
        buttons.append(Button(_("ค้างส่งทั้งหมด"), "owed.all", {"mine": "1"}))
    left = count - len(today.lines)
    more = _("และอีก %(count)s เรื่อง", count=left) if left else ""
    return Choice(in_lines(head, sums, more), options, tuple(buttons))
