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
from handlers.chat import Button, Masked, Paragraph, Reply, confirm, in_lines, in_one_line
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
    return in_one_line(record, await ticket_cards.customer_title(ctx, ticket.customer or ""))


@in_thai
def masked_line(found: Reminder) -> Masked:
    """Of a personal reminder only which record it is about: its words are its owner's."""
    record = found.record
    text = in_one_line(_("⏰ รายการเตือนส่วนตัว"), record)
    if is_ticket(record):
        return Masked(text, "ticket.show", {"no": record}, record)
    return Masked(text, "customer.show", {"code": record}, record) if record else Masked(text)


def moved(found: Reminder, at: datetime) -> Reminder:
    """As it is after it was moved."""
    return replace(found, due_at=at, state="waiting", version=found.version + 1)


def button(label: str, action: str, found: Reminder, **args: str) -> Button:
    """A button that means this reminder as it is now."""
    return Button(label, action, {"id": found.id, "version": str(found.version), **args})


def saved(ctx: Context, found: Reminder) -> Reply:
    """When it will ring, and a way out where that is no working day."""
    return Reply((shown(ctx, found),), confirms=True)


def shown(ctx: Context, found: Reminder) -> Paragraph:
    """One reminder that waits, with what can be done with it."""
    what = in_one_line(found.record, shorten(found.text, 500))
    lines = [_("⏰ จะเตือน %(when)s", when=weekday_when(found.due_at)), what]
    buttons = []
    calendar = ctx.desk.configuration.calendar
    working = next_working_day(found.due_at, calendar)
    if working != found.due_at:
        on = found.due_at.astimezone(BANGKOK).date()
        name = calendar.holiday_name(on) or _(
            "วัน%(weekday)s", weekday=value_label("free_day", str(on.weekday()))
        )
        lines.append(_("⚠️ ตรงกับวันหยุด (%(name)s)", name=name))
        label = _("เลื่อนเป็น %(when)s", when=weekday_when(working))
        buttons.append(button(label, "remind.to", found, at=working.isoformat()))
    buttons += [
        button(_("เปลี่ยนเวลา"), "remind.move", found),
        button(_("ลบ"), "remind.delete", found),
    ]
    return Paragraph(in_lines(*lines), (*buttons, *record_button(found)))


def record_button(found: Reminder) -> tuple[Button, ...]:
    """[ดูใบงาน] or [ผู้รับบริการ]."""
    if is_ticket(found.record):
        return (Button(_("ดูใบงาน"), "ticket.show", {"no": found.record}),)
    return (Button(_("ผู้รับบริการ"), "customer.show", {"code": found.record}),) if found.record else ()


def line(found: Reminder) -> str:
    """One line of a list."""
    what = in_one_line(found.record, shorten(" ".join(found.text.split()), 50))
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
    ticket = known.get(found.record)
    code = (ticket.customer or "") if ticket else found.record
    customer = f"{code} {ticket_cards.shown_name(names[code])}" if code in names else code
    behind = ticket_cards.ticket_line(work, ticket, customer=customer) if ticket else customer
    lines = [f"⏰ {found.text or _('ถึงเวลาที่ให้เตือน')}", behind or found.record]
    if late:
        lines.append(
            _("ถึงกำหนดตั้งแต่ %(when)s (แจ้งช้าเพราะระบบหยุดทำงาน)", when=weekday_when(found.due_at))
        )
    snoozes = (_("อีก 10 นาที"), _("อีก 1 ชม."), _("พรุ่งนี้ 9.00"))
    buttons = [
        button(label, "remind.snooze", found, by=by)
        for label, by in zip(snoozes, SNOOZES, strict=True)
    ]
    buttons.append(button(_("เสร็จแล้ว"), "remind.done", found))
    return confirm(in_lines(*lines), *buttons, *record_button(found))
