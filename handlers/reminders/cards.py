"""How personal reminders are shown: what it is about, what was just set, a line in a list, and when
it rings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.customers.records import Customer
from domain.dates.days import BANGKOK
from domain.dates.when import next_working_day
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import (
    Button,
    Masked,
    Paragraph,
    Reply,
    confirm,
    in_lines,
    in_one_line,
)
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.labels import value_label, weekday_when
from handlers.staff.masked import in_thai
from handlers.tickets import cards as ticket_cards
from store.customers import records as customers
from store.reminders import Reminder
from store.tickets import records as tickets

LIMIT = 500
"""Characters of what to remind of."""
SNOOZES = ("10", "60", "tomorrow")


def is_ticket(record: str) -> bool:
    """Whether a reminder's record is a ticket; else a customer or nothing."""
    return record.startswith("R")


async def about(ctx: Context, record: str) -> str:
    """Whom and what it is about; NotFound where there is no such record."""
    if not is_ticket(record):
        return await ticket_cards.customer_title(ctx, record)
    ticket = await tickets.get_ticket(ctx.db, record)
    title = await ticket_cards.customer_title(ctx, ticket.customer or "")
    return ticket_cards.ticket_words(ctx, ticket, title)


@dataclass(frozen=True, slots=True)
class ReminderSubjects:
    """What reminders are about: tickets by number, and customers by each code that leads to
    them.
    """

    tickets: Mapping[str, Ticket]
    people: Mapping[str, Customer]

    def whom(self, code: str) -> str:
        """`C81554 นายสมชาย ใจดี`, as far as it is known."""
        person = self.people.get(code)
        if person is None:
            return code
        return f"{person.code} {ticket_cards.shown_name(person)}"

    def about(self, work: Work, record: str) -> str:
        """The customer, or the ticket with its customer, its subject and its first words."""
        ticket = self.tickets.get(record)
        if ticket is None:
            return self.whom(record)
        return ticket_cards.ticket_words(work, ticket, self.whom(ticket.customer or ""))


async def subjects_of(work: Work, found: Iterable[Reminder]) -> ReminderSubjects:
    """What these reminders are about."""
    records = {each.record for each in found if each.record}
    numbers = sorted(filter(is_ticket, records))
    known = await tickets.get_tickets(work.db, numbers)
    codes = records.difference(known)
    for ticket in known.values():
        if ticket.customer:
            codes.add(ticket.customer)
    people = await customers.follow_customers(work.db, sorted(codes))
    named = {str(person.code) for person in people.values()}
    for code in sorted(named):
        work.audit("customer.named", code)
    return ReminderSubjects(known, people)


@in_thai
def masked_line(found: Reminder) -> Masked:
    """Of a personal reminder only which record it is about: its words are its owner's."""
    record = found.record
    text = in_one_line(_("⏰ รายการเตือนส่วนตัว"), record)
    if not record:
        return Masked(text)
    if is_ticket(record):
        return Masked(text, "ticket.show", {"no": record}, record)
    return Masked(text, "customer.show", {"code": record}, record)


def moved(found: Reminder, at: datetime) -> Reminder:
    """As it is after it was moved."""
    return replace(
        found,
        due_at=at,
        state="waiting",
        version=found.version + 1,
    )


def button(label: str, action: str, found: Reminder, **args: str) -> Button:
    """A button that means this reminder as it is now."""
    own = {"id": found.id, "version": str(found.version)}
    return Button(label, action, {**own, **args})


async def saved(ctx: Context, found: Reminder) -> Reply:
    """When it will ring, and a way out where that is no working day."""
    return Reply((await shown(ctx, found),), confirms=True)


async def whole(ctx: Context, found: Reminder) -> str:
    """Whom and what it is about, and its words."""
    subjects = await subjects_of(ctx, [found])
    return in_one_line(subjects.about(ctx, found.record), shorten(found.text, LIMIT))


async def shown(ctx: Context, found: Reminder) -> Paragraph:
    """One reminder that waits, with what can be done with it."""
    what = await whole(ctx, found)
    lines = [_("⏰ จะเตือน %(when)s", when=weekday_when(found.due_at)), what]
    buttons = []
    working = next_working_day(found.due_at, ctx.desk.configuration.calendar)
    if working != found.due_at:
        lines.append(_("⚠️ ตรงกับวันหยุด (%(name)s)", name=_free_day(ctx, found)))
        label = _("เลื่อนเป็น %(when)s", when=weekday_when(working))
        buttons.append(
            button(
                label,
                "remind.to",
                found,
                at=working.isoformat(),
            )
        )
    buttons.append(button(_("เปลี่ยนเวลา"), "remind.move", found))
    buttons.append(button(_("ลบ"), "remind.delete", found))
    return Paragraph(in_lines(*lines), (*buttons, *record_button(found)))


def _free_day(ctx: Context, found: Reminder) -> str:
    """The holiday's name, or the weekday on which the office is closed."""
    on = found.due_at.astimezone(BANGKOK).date()
    name = ctx.desk.configuration.calendar.holiday_name(on)
    if name:
        return name
    return _("วัน%(weekday)s", weekday=value_label("free_day", str(on.weekday())))


def record_button(found: Reminder) -> tuple[Button, ...]:
    """[ดูใบงาน] or [ผู้รับบริการ]."""
    record = found.record
    if not record:
        return ()
    if is_ticket(record):
        return (Button(_("ดูใบงาน"), "ticket.show", {"no": record}),)
    return (Button(_("ผู้รับบริการ"), "customer.show", {"code": record}),)


def line(work: Work, found: Reminder, subjects: ReminderSubjects) -> str:
    """One line of a list."""
    words = " ".join(found.text.split())
    about_ = subjects.about(work, found.record)
    return in_one_line(weekday_when(found.due_at), about_, shorten(words, 50))


def ring(
    work: Work,
    found: Reminder,
    subjects: ReminderSubjects,
    *,
    late: bool,
) -> Reply:
    """What is said when its time has come."""
    ticket = subjects.tickets.get(found.record)
    lines = [
        f"⏰ {found.text or _('ถึงเวลาที่ให้เตือน')}",
        in_one_line(
            subjects.about(work, found.record),
            ticket_cards.status_line(ticket) if ticket else "",
        ),
    ]
    if late:
        since = weekday_when(found.due_at)
        lines.append(_("ถึงกำหนดตั้งแต่ %(when)s (แจ้งช้าเพราะระบบหยุดทำงาน)", when=since))
    snoozes = (_("อีก 10 นาที"), _("อีก 1 ชม."), _("พรุ่งนี้ 9.00"))
    buttons = []
    for label, by in zip(snoozes, SNOOZES, strict=True):
        buttons.append(button(label, "remind.snooze", found, by=by))
    buttons.append(button(_("เสร็จแล้ว"), "remind.done", found))
    return confirm(in_lines(*lines), *buttons, *record_button(found))
