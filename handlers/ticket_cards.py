"""How tickets are shown: a line in a list, a card, what was just saved, what changed."""

from dataclasses import replace
from datetime import date, datetime

from domain.customers import Customer
from domain.dates import format_date, format_time
from domain.phones import format_phone
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets import Change, Status, Ticket
from domain.time_standard import due_at
from handlers.chat import Button, Card, Paragraph, Part, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label, value_label, when
from store import changes, staff

SHOWN = 700
"""Characters of a long text on a card."""


def customer_line(customer: Customer) -> str:
    """`C81554 นายสมชาย ใจดี · 081-234-5678`, or the organisation where there is no telephone."""
    phone = customer.mobile or customer.phone
    more = customer.organisation or (format_phone(phone) if phone else customer.email)
    return " · ".join(filter(None, (f"{customer.code} {customer.name}", more)))


async def customer_title(ctx: Context, code: str) -> str:
    """`C81554 นายสมชาย ใจดี`; empty for no customer."""
    if not code:
        return ""
    customer = await ctx.customer(code)
    ctx.audit("customer.named", code)
    return f"{customer.code} {customer.name}"


def due(ctx: Context, ticket: Ticket) -> datetime | None:
    """When the time standard wants it done; None where it sets no time (DOMAIN.md section 5)."""
    configuration = ctx.desk.configuration
    subject = configuration.catalogue.subjects.get(ticket.subject)
    return due_at(
        configuration.time_standard,
        configuration.calendar,
        subject.time_table if subject else None,
        ticket.complexity,
        ticket.channel,
        ticket.created_at,
    )


def status_line(ticket: Ticket) -> str:
    """`ปิด 2 ต.ค. 69 14.02 น.`"""
    label = value_label("status", ticket.status)
    return f"{label} {when(ticket.closed_at)}" if ticket.closed_at else label


def ticket_line(ctx: Context, ticket: Ticket, state: str = "") -> str:
    """One line of a list: number, subject, the question's first words, and its state (or the one given)."""
    subject = ctx.desk.configuration.catalogue.subjects.get(ticket.subject)
    label = subject.label if subject else ticket.subject
    details = shorten(" ".join(ticket.details.split()), 50)
    return " · ".join((ticket.no, shorten(label, 30), details, state or status_line(ticket)))


async def card(ctx: Context, ticket: Ticket) -> Card:
    """The whole ticket, with what can be done to it now."""
    catalogue = ctx.desk.configuration.catalogue
    people = await staff.staff_names(ctx.db)
    subject = catalogue.subjects.get(ticket.subject)
    channel = catalogue.channels.get(ticket.channel)
    due_time = due(ctx, ticket) if ticket.status is not Status.CLOSED else None
    lines: list[tuple[str, str]] = [
        ("customer", await customer_title(ctx, ticket.customer or "")),
        ("subject", subject.label if subject else ticket.subject),
        ("channel", channel.name if channel else ticket.channel),
        ("details", shorten(ticket.details, SHOWN)),
        ("result", shorten(ticket.result, SHOWN)),
        ("assignee", people.get(ticket.assignee, "") if ticket.assignee is not None else ""),
        ("created_at", when(ticket.created_at)),
    ]
    shown = [(field_label(name), value) for name, value in (*lines, *_further(ticket)) if value]
    if due_time:
        overdue = _(" (เกินกำหนด)") if due_time < ctx.now else ""
        shown.append((_("กำหนดเสร็จ"), when(due_time) + overdue))
    return Card(f"🎫 {ticket.no} · {status_line(ticket)}", tuple(shown), buttons=_buttons(ticket))


def _further(ticket: Ticket) -> list[tuple[str, str]]:
    """The fields that most tickets lack."""
    unknown = ", ".join(field_label(name) for name in sorted(ticket.unknown))
    return [
        ("urgency", value_label("urgency", ticket.urgency) if ticket.urgency != "normal" else ""),
        ("mood", value_label("mood", ticket.mood) if ticket.mood != "normal" else ""),
        ("complexity", value_label("complexity", ticket.complexity) if ticket.complexity != "simple" else ""),
        ("reply_email", ticket.reply_email),
        ("projects", ", ".join(ticket.projects)),
        ("data_years", ticket.data_years),
        ("letter_no", _numbered(ticket.letter_no, ticket.letter_on)),
        ("contract_no", _numbered(ticket.contract_no, ticket.contract_on)),
        ("price", "" if ticket.price is None else f"{ticket.price:,.2f}"),
        ("receipt_no", _numbered(ticket.receipt_no, ticket.receipt_on)),
        ("purpose", shorten(ticket.purpose, SHOWN)),
        ("agency", ticket.agency),
        ("link", ticket.link),
        ("remarks", shorten(ticket.remarks, SHOWN)),
        ("unknown", unknown),
    ]


def _numbered(number: str, on: date | None) -> str:
    return " ".join(filter(None, (number, f"({format_date(on)})" if on else "")))


def _button(label: str, action: str, ticket: Ticket, *, once: bool = False) -> Button:
    return Button(label, action, {"no": ticket.no}, ticket.no, ticket.version, once)


def show_button(ticket: Ticket, label: str = "") -> Button:
    """[ดูใบงาน]"""
    return _button(label or _("ดูใบงาน"), "ticket.show", ticket)


def _buttons(ticket: Ticket) -> tuple[Button, ...]:
    if ticket.status is Status.CLOSED:
        first = _button(_("เปิดใบงานอีกครั้ง"), "ticket.reopen", ticket, once=True)
    else:
        first = _button(_("ปิดใบงาน"), "ticket.close", ticket)
    buttons = [first, _button(_("แก้ไข"), "ticket.edit", ticket), _button(_("ประวัติ"), "ticket.history", ticket)]
    if ticket.customer:
        buttons.append(Button(_("ผู้รับบริการ"), "customer.show", {"code": ticket.customer}))
    return tuple(buttons)


def warning(ctx: Context, ticket: Ticket) -> str:
    """A word when the channel is not one that the subject usually comes by; no wall (DOMAIN.md section 4)."""
    catalogue = ctx.desk.configuration.catalogue
    if catalogue.fits(ticket.subject, ticket.channel):
        return ""
    subject, channel = catalogue.subject(ticket.subject), catalogue.channel(ticket.channel)
    return _("⚠️ เรื่อง %(subject)s มักไม่มาทาง %(channel)s", subject=subject.label, channel=channel.name)


async def saved(ctx: Context, ticket: Ticket) -> Reply:
    """The confirmation: the fixed word, the number, whose, and what comes next."""
    catalogue = ctx.desk.configuration.catalogue
    closed = ticket.status is Status.CLOSED
    state = _("ปิดแล้ว (งานที่ดำเนินการเสร็จแล้ว)") if closed else _("สถานะ เปิด")
    title = " · ".join(
        filter(
            None,
            (_("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=ticket.no), await customer_title(ctx, ticket.customer or ""), state),
        )
    )
    lines = [
        (field_label("subject"), catalogue.subject(ticket.subject).label),
        (field_label("channel"), catalogue.channel(ticket.channel).name),
        (field_label("details"), shorten(ticket.details, 200)),
    ]
    if ticket.result:
        lines.append((field_label("result"), shorten(ticket.result, 200)))
    due_time = None if closed else due(ctx, ticket)
    if due_time:
        lines.append((_("กำหนดเสร็จ"), when(due_time)))
    buttons = tuple(button for button in _buttons(ticket) if button.action != "ticket.history")
    return Reply((Card(title, tuple(lines), warning(ctx, ticket), buttons),), confirms=True)


async def present_state(ctx: Context, ticket: Ticket, by: StaffId | None = None) -> Reply:
    """What a late or second press gets: who was quicker and when, and the ticket as it is."""
    latest = await changes.list_changes(ctx.db, ticket.no, ticket.version - 1)
    parts: list[Part] = []
    if latest:
        names = await staff.staff_names(ctx.db)
        who = names.get(latest[-1].by, "") if latest[-1].by is not None else _("ระบบ")
        at = format_time(latest[-1].at)
        closing = any(change.field == "status" and change.new == Status.CLOSED for change in latest)
        told = {"who": who, "no": ticket.no, "at": at}
        if closing:
            parts.append(Paragraph(_("%(who)s ปิดใบงาน %(no)s แล้วเมื่อ %(at)s", **told)))
        else:
            parts.append(Paragraph(_("%(who)s แก้ไขใบงาน %(no)s แล้วเมื่อ %(at)s", **told)))
    return Reply((*parts, await card(ctx, ticket)))


async def change_text(ctx: Context, change: Change) -> str:
    """`สถานะ: เปิด → ปิด`"""

    async def text(value: str) -> str:
        if not value:
            return "-"
        if change.field == "assignee_id":
            return (await staff.staff_names(ctx.db)).get(StaffId(int(value)), value)
        if change.field in ("channel", "subject"):
            catalogue = ctx.desk.configuration.catalogue
            if change.field == "channel":
                return catalogue.channels[value].name if value in catalogue.channels else value
            return catalogue.subjects[value].label if value in catalogue.subjects else value
        if change.field.endswith("_at"):
            return when(datetime.fromisoformat(value))
        if change.field.endswith("_on"):
            return format_date(date.fromisoformat(value))
        return shorten(value_label(change.field, value.replace("\n", ", ")), 120)

    return f"{field_label(change.field)}: {await text(change.old)} → {await text(change.new)}"


def tell_assignee(ctx: Context, ticket: Ticket, before: StaffId | None) -> None:
    """Somebody else was made responsible: tell that person."""
    if ticket.assignee is None or ticket.assignee in (before, ctx.staff.id):
        return
    shown = replace(ticket, version=0)

    def notice() -> Reply:
        text = _("🎫 %(who)s มอบหมายใบงาน %(no)s ให้คุณ", who=ctx.staff.name, no=ticket.no)
        return Reply((Paragraph(text, (show_button(shown),)),), confirms=True)

    ctx.notify(notice, f"assigned:{ticket.no}:{ticket.assignee}:{ctx.incoming.id}", staff_id=ticket.assignee)
