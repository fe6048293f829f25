"""The morning's message: what each person's day begins with, and everything else that is to be told
at that minute.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from functools import partial
from itertools import islice

from domain.clock import state as clock
from domain.clock.state import Stage, State
from domain.dates.days import BANGKOK
from domain.owed.rules import Owed
from domain.reach.routes import told_on
from domain.reach.untold import Untold
from domain.staff import Platform, StaffId
from domain.tickets.records import Ticket, TicketNo
from handlers.chat import (
    Button,
    Choice,
    Masked,
    Reply,
    ReplyPart,
    in_lines,
    in_one_line,
)
from handlers.clock import deadlines
from handlers.desk import Work
from handlers.i18n import _, date_text, time_text
from handlers.labels import value_label
from handlers.mail.incoming_cards import list_button
from handlers.mail.telling.hearers import at_work
from handlers.owed import reminders as reminders_of_owed
from handlers.owed.cards import Entry, list_entries
from handlers.owed.request_cards import owed_line
from handlers.registry import due
from handlers.reminders.cards import subjects_of
from handlers.staff.masked import also, in_thai
from handlers.staff.rides import Riding, as_it_was, rides
from handlers.staff.stand_in import Availability, who_is_there
from handlers.tickets import cards as ticket_cards
from handlers.work import weekly
from store import reminders, staff
from store.customers import records as customers
from store.due import Due
from store.mail import incoming
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
    """One person's day: how much there is of each kind, lines for what comes first of it, all its
    tickets, and what the chat of the team hears of it beside the sums.
    """

    counts: Counter[Section] = field(default_factory=Counter)
    lines: list[MorningLine] = field(default_factory=list)
    tickets: set[TicketNo] = field(default_factory=set)
    masked: list[Masked] = field(default_factory=list)
    mails: int = 0
    """New mails that this person may take up."""

    def add(self, more: "Day") -> None:
        """Put more into it."""
        self.counts.update(more.counts)
        self.lines += more.lines
        self.tickets |= more.tickets

    @property
    def sums(self) -> dict[Section, int]:
        """How much there is of each kind that there is anything of."""
        return {section: self.counts[section] for section in Section if self.counts[section]}


@due(deadlines.MORNING, daily_at=time(8, 30))
async def queue(work: Work, rows: Sequence[Due]) -> None:
    """Everybody's day, silent where it is empty: overdue, due today, owed, reminders, and what
    waits for customers.

    The work of who is away or gone stands in the day of who stands in, or in the supervisors'.
    Deadlines that came due since yesterday are told in it, and what the supervisors hear weekly:
    one push, and nothing twice."""
    there = await who_is_there(work)
    names = await staff.staff_names(work.db)
    queue = MorningQueue(
        work,
        there,
        names,
        key=f"morning:{rows[-1].occurrence}",
        late=any(row.is_late(work.now) for row in rows),
    )
    await queue.add_tickets()
    await queue.add_deadlines()
    await queue.add_owed()
    week = await weekly.week(work)
    await queue.add_mails()
    for person in [*queue.days]:
        await queue.add_reminders(person)
        queue.tell(person, week if person in there.supervisors else None)
    for person in {*there.supervisors} - queue.days.keys():
        queue.tell(person, week)
    until = work.configuration.reach.line.waits_until(reminders_of_owed.TELL, work.now)
    if until is not None:
        waiting = await _on_line(work)
        await reminders_of_owed.remind_early(work, there, until, waiting)


async def _on_line(work: Work) -> set[StaffId]:
    """Those to whom every push costs."""
    accounts = await staff.list_all_identities(work.db)
    return {who for who, mine in accounts.items() if told_on(mine) == {Platform.LINE}}


@rides(deadlines.MORNING)
async def last_day(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """The last day that could not be told: what is left of those before it stands in it, too."""
    return [replace(as_it_was(waiting[-1]), told=tuple(waiting))]


class MorningQueue:
    """The days that are told of in one morning, by person."""

    def __init__(
        self,
        work: Work,
        there: Availability,
        names: Mapping[StaffId, str],
        *,
        key: str,
        late: bool,
    ) -> None:
        self.days = {person: Day() for person in there.people}
        self._work = work
        self._there = there
        self._names = names
        self._key = key
        self._late = late

    def _add(self, person: StaffId, more: Day) -> None:
        self.days.setdefault(person, Day()).add(more)

    def _whose(self, officer: StaffId | None, reader: StaffId) -> str:
        """The colleague's name who is stood in for; "" for one's own work."""
        if officer is None or officer == reader:
            return ""
        return self._names.get(officer, "")

    async def add_tickets(self) -> None:
        """What is unfinished of each officer."""
        unfinished = await _unfinished(self._work)
        for officer, mine in unfinished.items():
            for person in self._there.receivers(officer):
                whose = self._whose(officer, person)
                day = await _ticket_day(self._work, mine, whose)
                self._add(person, day)

    async def add_deadlines(self) -> None:
        """What came due since yesterday, also for the chat of the team."""
        told_by_now = await deadlines.told_by_now(self._work)
        for person, told in told_by_now.items():
            day = self.days.setdefault(person, Day())
            for _stage, ticket in islice(told.values(), deadlines.SHOWN):
                line = ticket_cards.masked_line(self._work, ticket)
                day.masked.append(line)
            news = [each for no, each in told.items() if no not in day.tickets]
            due = await _deadline_day(self._work, person, news, self._names)
            day.add(due)

    async def add_owed(self) -> None:
        """What the desk is owed, and should have been there by now."""
        work = self._work
        rules = [*work.desk.configuration.rules]
        asked = await owed.list_asked_for(work.db, rules, work.today, SHOWN)
        for officer, (count, some) in asked.items():
            for person in self._there.receivers(officer):
                whose = self._whose(officer, person)
                self._add(person, await _owed_day(work, count, some, whose))

    async def add_reminders(self, person: StaffId) -> None:
        """What a person who is there wanted to be reminded of today."""
        if person in self._there.people:
            self._add(person, await _reminder_day(self._work, person))

    async def add_mails(self) -> None:
        """New mails that nobody took up: whose they are hears of them, and of nobody's whoever has
        a day, answers for the desk, or is told for nothing.
        """
        waiting = await incoming.count_unclaimed_by_assignee(self._work.db)
        shared = waiting.pop(None, 0)
        for officer, count in waiting.items():
            for person in self._there.receivers(officer):
                self.days.setdefault(person, Day()).mails += count
        if not shared:
            return
        there = await at_work(self._work)
        asked = {*there.in_free_chats(), *self._there.supervisors}
        asked |= {person for person, day in self.days.items() if day.counts}
        for person in asked & self._there.people.keys():
            self.days.setdefault(person, Day()).mails += shared

    def tell(self, person: StaffId, week: Callable[[], ReplyPart] | None) -> None:
        """The message of one person; what the chat of the team is told of it, the sums lead."""
        day = self.days.get(person, Day())
        day.lines = _first_lines(day)
        for line in day.lines:
            if line.action == "ticket.show":
                self._work.audit("ticket.told", line.args["no"])
        parts: list[Callable[[], ReplyPart]] = []
        if day.counts or day.mails:
            parts.append(
                partial(
                    _part,
                    self._work,
                    day,
                    late=self._late,
                )
            )
        if week is not None:
            parts.append(week)
        if not parts:
            return
        sums = day.sums
        lines = [_masked_line(sums), *day.masked] if sums else []
        make = also(lambda: Reply(tuple(part() for part in parts), confirms=True), lines)
        self._work.notify(make, self._key, staff_id=person)


def _first_lines(day: Day) -> list[MorningLine]:
    """What is shown of a day, in the order of the sections."""
    order = [*Section]
    lines = sorted(day.lines, key=lambda line: order.index(line.section))
    return lines[:SHOWN]


@in_thai
def _masked_line(sums: Mapping[Section, int]) -> Masked:
    """Of a person's day only how much there is of each kind."""
    return Masked(_("☀️ งานวันนี้: %(sums)s", sums=_sums_text(sums)))


def _sums_text(sums: Mapping[Section, int]) -> str:
    """`เกินกำหนด 2 · ค้างส่งสำนักงาน 1`"""
    return in_one_line(*(f"{_section_label(kind)} {count}" for kind, count in sums.items()))


def _section_label(section: Section) -> str:
    return value_label("morning", section)


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
    by_section = _by_section(work, mine)
    shown = []
    for section, found in by_section.items():
        shown += [(section, ticket) for ticket in found[:SHOWN]]
    names = await _customer_names(work, [ticket for _section, ticket in shown])
    lines = []
    for section, ticket in shown:
        text = in_one_line(_ticket_text(work, section, ticket, names), whose)
        lines.append(
            MorningLine(
                section,
                text,
                "ticket.show",
                {"no": ticket.no},
            )
        )
    day = Day(lines=lines)
    for section, found in by_section.items():
        day.counts[section] = len(found)
        day.tickets.update(ticket.no for ticket in found)
    return day


def _by_section(work: Work, mine: Sequence[Ticket]) -> dict[Section, list[Ticket]]:
    """The tickets that stand in the day, by why they do, in the order of their due times."""
    chosen = []
    for ticket in mine:
        section = section_of(work, ticket)
        if section is not None:
            chosen.append((section, ticket))
    chosen.sort(key=lambda pair: ticket_cards.due(work, pair[1]) or pair[1].created_at)
    sections = {section for section, _ticket in chosen}
    found: dict[Section, list[Ticket]] = {each: [] for each in Section if each in sections}
    for section, ticket in chosen:
        found[section].append(ticket)
    return found


async def _customer_names(work: Work, found: Sequence[Ticket]) -> dict[str, str]:
    codes = [ticket.customer for ticket in found if ticket.customer]
    people = await customers.follow_customers(work.db, codes)
    return {code: one.name for code, one in people.items()}


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
    lines = []
    for stage, ticket in told:
        mine = ticket.assignee == person
        section = Section.SOON
        if stage is not Stage.SOON:
            section = Section.OVERDUE if mine else Section.TEAM
        customer = names.get(ticket.customer or "", "")
        words = ticket_cards.ticket_words(work, ticket, customer)
        whose = ""
        if ticket.assignee and not mine:
            whose = officers.get(ticket.assignee, "")
        state = deadlines.state_text(work, stage, ticket)
        text = in_one_line(f"🎫 {words}", state, whose)
        lines.append(
            MorningLine(
                section,
                text,
                "ticket.show",
                {"no": ticket.no},
            )
        )
    counts = Counter(line.section for line in lines)
    return Day(counts, lines, {ticket.no for _stage, ticket in told})


def section_of(work: Work, ticket: Ticket) -> Section | None:
    """Why a ticket stands in the day; None where it does not."""
    state = clock.state(work.desk.configuration, ticket, work.now)
    if state is State.WAITING:
        return Section.WAITING
    if state is State.OVERDUE:
        return Section.OVERDUE
    due_at = ticket_cards.due(work, ticket)
    if due_at is None or due_at.astimezone(BANGKOK).date() > work.today:
        return None
    return Section.TODAY


def _ticket_text(
    work: Work,
    section: Section,
    ticket: Ticket,
    names: Mapping[str, str],
) -> str:
    due_at = ticket_cards.due(work, ticket)
    until = ""
    if section is Section.TODAY and due_at:
        until = _("ถึง %(time)s", time=time_text(due_at))
    customer = names.get(ticket.customer or "", "")
    words = ticket_cards.ticket_words(work, ticket, customer)
    return in_one_line(f"🎫 {words}", until)


async def _owed_day(
    work: Work,
    count: int,
    some: Sequence[Owed],
    whose: str,
) -> Day:
    """What is owed and should have been there by now; what its own reminder tells today is not
    among it.
    """
    lines = []
    for entry in await list_entries(work, some):
        text = in_one_line(_owed_text(work, entry), whose)
        args = {"owed": str(entry.row.id)}
        lines.append(MorningLine(Section.OWED, text, "owed.show", args))
    return Day(Counter({Section.OWED: count}), lines)


def _owed_text(work: Work, entry: Entry) -> str:
    return owed_line(
        work,
        entry.life,
        entry.row,
        entry.name,
        reminding=True,
    )


async def _reminder_day(work: Work, person: StaffId) -> Day:
    listed = await reminders.list_reminders(work.db, person, MOST)
    end_of_day = datetime.combine(work.today, time.max, BANGKOK)
    # What is due by now rings by itself, at this very tick.
    found = [one for one in listed if work.now < one.due_at <= end_of_day]
    subjects = await subjects_of(work, found[:SHOWN])
    lines = []
    for one in found[:SHOWN]:
        at = time_text(one.due_at)
        what = in_one_line(one.text, subjects.about(work, one.record))
        text = _("⏰ %(time)s %(text)s", time=at, text=what)
        lines.append(
            MorningLine(
                Section.REMINDER,
                text,
                "remind.show",
                {"id": one.id},
            )
        )
    counts = Counter({Section.REMINDER: len(found)} if found else {})
    return Day(counts, lines)


def _part(work: Work, today: Day, *, late: bool) -> ReplyPart:
    count = today.counts.total()
    on = {
        "day": value_label("free_day", str(work.today.weekday())),
        "date": date_text(work.today),
    }
    head = "☀️ {day} {date}".format(**on)
    if count:
        head = _("☀️ %(day)s %(date)s · งานของคุณ %(count)s เรื่อง", **on, count=count)
    if late:
        head += _(" · ส่งช้ากว่ากำหนด")
    options = []
    for line in today.lines:
        label = f"{_section_label(line.section)} · {line.text}"
        options.append(Button(label, line.action, line.args))
    buttons = [Button(_("ใบงานของฉัน"), "menu.run", {"command": "my"})]
    if today.counts[Section.OWED]:
        buttons.append(
            Button(
                _("ค้างส่งทั้งหมด"),
                "owed.all",
                {"mine": "1"},
            )
        )
    mails = ""
    if today.mails:
        mails = _("📬 อีเมลใหม่รอรับเรื่อง %(count)s ฉบับ", count=today.mails)
        buttons.append(list_button())
    left = count - len(today.lines)
    more = _("และอีก %(count)s เรื่อง", count=left) if left else ""
    text = in_lines(head, _sums_text(today.sums), mails, more)
    return Choice(text, tuple(options), tuple(buttons))
