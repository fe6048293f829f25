"""How personal reminders are shown: what it is about, what was just set, a line in a list, and when
it rings.
"""

from collections.abc import Mapping
from dataclasses import replace
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
from store.reminders import Reminder
from store.tickets import records as tickets

LIMIT = 500
"""Characters of what to remind of."""
SNOOZES = ("10", "60", "tomorrow")


def is_ticket(record: str) -> bool:
    """Whether a reminder's record is a ticket; else a customer or nothing."""
    return record.startswith("R")


async def about(ctx: Context, record: str) -> str:
    """Number or code and the name behind it; NotFound where there is no such record."""
    if not is_ticket(record):
        return await ticket_cards.customer_title(ctx, record)
    ticket = await tickets.get_ticket(ctx.db, record)
    title = await ticket_cards.customer_title(ctx, ticket.customer or "")
    return in_one_line(record, title)


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


def saved(ctx: Context, found: Reminder) -> Reply:
    """When it will ring, and a way out where that is no working day."""
    return Reply((shown(ctx, found),), confirms=True)


def shown(ctx: Context, found: Reminder) -> Paragraph:
    """One reminder that waits, with what can be done with it."""
    what = in_one_line(found.record, shorten(found.text, LIMIT))
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


def line(found: Reminder) -> str:
    """One line of a list."""
    words = " ".join(found.text.split())
    what = in_one_line(found.record, shorten(words, 50))
    return f"{weekday_when(found.due_at)} · {what}"


def ring(
    work: Work,
    found: Reminder,
    known: Mapping[str, Ticket],
    names: Mapping[str, Customer],
    *,
    late: bool,
) -> Reply:
    """What is said when its time has come."""
    lines = [
        f"⏰ {found.text or _('ถึงเวลาที่ให้เตือน')}",
        _behind(work, found, known, names),
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


def _behind(
    work: Work,
    found: Reminder,
    known: Mapping[str, Ticket],
    names: Mapping[str, Customer],
) -> str:
    """The record that it is about, as far as it is known."""
    ticket = known.get(found.record)
    code = found.record
    if ticket is not None:
        code = ticket.customer or ""
    customer = code
    if code in names:
        customer = f"{code} {ticket_cards.shown_name(names[code])}"
    if ticket is None:
        return customer
    return ticket_cards.ticket_line(work, ticket, customer=customer)
