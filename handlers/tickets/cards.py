"""How tickets are shown: a line in a list, a card, what was just saved, what changed."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from domain.clock import state as clock
from domain.clock.state import State
from domain.customers.phones import format_phone
from domain.customers.records import Customer
from domain.dates.days import BANGKOK, format_date, format_time
from domain.fields.rows import CARD
from domain.one_line.reading import is_salutation
from domain.text import shorten
from domain.tickets.fields import TICKET
from domain.tickets.records import SEPARATOR, Status, Ticket
from handlers.chat import Button, Card, Masked, Paragraph, Reply, ReplyPart
from handlers.desk import Context, Work
from handlers.forms.values import said
from handlers.i18n import _
from handlers.labels import closed_up, doer_label, field_label, span, value_label, when
from handlers.projects.fields import projects_text, years_text
from handlers.registry import on_ticket_card
from handlers.staff.masked import in_thai
from handlers.tickets.buttons import daily_buttons, files_button, more_button
from handlers.tickets.data import as_data
from handlers.tickets.rules import notes, want_buttons
from store import files, staff
from store.customers import records as customers
from store.records import changes
from store.tickets import links as ticket_links
from store.tickets.links import TicketLink, TicketLinkKind

SHOWN = 700
"""Characters of a long text on a card."""
MASKED = 60
"""Characters of a subject's name in a line for a group."""


def shown_name(customer: Customer) -> str:
    """The name, or that it is not known."""
    return customer.name or _("(ไม่ทราบชื่อ)")


def customer_line(customer: Customer) -> str:
    """`C81554 นายสมชาย ใจดี · 081-234-5678`, or the organisation where there is no telephone."""
    phone = customer.mobile or customer.phone
    more = customer.organisation or (format_phone(phone) if phone else customer.email)
    return " · ".join(filter(None, (f"{customer.code} {shown_name(customer)}", more)))


async def customer_title(ctx: Context, code: str) -> str:
    """`C81554 นายสมชาย ใจดี`; empty for no customer."""
    if not code:
        return ""
    customer = await ctx.customer(code)
    ctx.audit("customer.named", code)
    return f"{customer.code} {shown_name(customer)}"


def due(ctx: Work, ticket: Ticket) -> datetime | None:
    """When the time standard wants it done; None where it sets no time, or while the clock stands
    still.
    """
    return clock.due_at(ctx.desk.configuration, ticket)


def by_due(ctx: Work, found: Iterable[Ticket]) -> list[Ticket]:
    """The nearest due time first; at last those for which the time standard sets none."""
    dated = [(due(ctx, ticket), ticket) for ticket in found]
    dated.sort(key=lambda pair: (pair[0] is None, pair[0] or ctx.now, pair[1].no))
    return [ticket for _due, ticket in dated]


def due_state(ctx: Work, ticket: Ticket) -> str:
    """`ถึง 24 พ.ย. 69 10.00 น.`, `เกินกำหนด …`; its status where it has no due time."""
    due_time = due(ctx, ticket)
    if due_time is None or ticket.is_done:
        return status_line(ticket)
    if due_time < ctx.now:
        return _("เกินกำหนด %(when)s", when=when(due_time))
    return _("ถึง %(when)s", when=when(due_time))


def due_line(ctx: Work, ticket: Ticket) -> str:
    """`8 ธ.ค. 69 12.00 น. (เกินกำหนด)`, or how much time is left while it waits; empty without a
    deadline.
    """
    if ticket.is_done:
        return ""
    configuration = ctx.desk.configuration
    state, cell = clock.state(configuration, ticket, ctx.now), clock.limit(configuration, ticket)
    due_time = clock.due_at(configuration, ticket)
    if state is State.WAITING and cell:
        left = timedelta(minutes=cell.working_minutes) - clock.elapsed(
            configuration, ticket, ctx.now
        )
        return closed_up(
            _("หยุดนับเวลา เหลือ %(left)s", left=span(left, configuration.calendar.day_minutes))
        )
    if due_time is None:
        return ""
    marks = {State.OVERDUE: _(" (เกินกำหนด)"), State.DUE_SOON: _(" (ใกล้กำหนด)")}
    return when(due_time) + marks.get(state, "")


def status_line(ticket: Ticket) -> str:
    """`ปิด 2 ต.ค. 69 14.02 น.`"""
    label = value_label("status", ticket.status)
    if ticket.status is Status.VOIDED:
        return label
    if ticket.waiting_since is not None and ticket.closed_at is None:
        return _(
            "%(status)s · รอผู้รับบริการตั้งแต่ %(since)s", status=label, since=when(ticket.waiting_since)
        )
    return f"{label} {when(ticket.closed_at)}" if ticket.closed_at else label


def ticket_line(
    ctx: Work,
    ticket: Ticket,
    state: str = "",
    customer: str = "",
) -> str:
    """One line of a list: number, whose, subject, the question's first words, and its state (or the
    one given).
    """
    return f"{ticket_words(ctx, ticket, customer)} · {state or status_line(ticket)}"


def ticket_words(ctx: Work, ticket: Ticket, customer: str = "") -> str:
    """Number, whose, subject and the question's first words."""
    words = [line for line in ticket.details.splitlines() if line.strip()] or [_("ไม่ทราบรายละเอียด")]
    if len(words) > 1 and is_salutation(words[0]):
        words = words[1:]
    details = shorten(" ".join(" ".join(words).split()), 50)
    subject = ctx.desk.configuration.catalogue.subjects.get(ticket.subject)
    code = (
        ticket.subject
        if ticket.subject[:1].isdigit() or subject is None
        else shorten(subject.name, 20)
    )
    return " · ".join(filter(None, (ticket.no, customer, code, details)))


@in_thai
def masked_line(work: Work, found: Ticket, officer: str = "") -> Masked:
    """`🎫 R2611000124 · 1.1 … · กำหนด 24 พ.ย. 69 10.00 น. (เกินกำหนด)`: no customer, no details."""
    subject = shorten(work.desk.configuration.catalogue.subject_label(found.subject), MASKED)
    limit = due_line(work, found) if due(work, found) else ""
    state = _("กำหนด %(date)s", date=limit) if limit else status_line(found)
    text = " · ".join(filter(None, (f"🎫 {found.no}", subject, state, officer)))
    return Masked(
        text,
        "ticket.show",
        {"no": found.no},
        found.no,
    )


async def contact_name(ctx: Context, code: str, contact_id: int) -> str:
    """The name of a customer's contact; empty where it is no contact of theirs."""
    people = (await ctx.customer(code)).contacts if code else ()
    return next((contact.name for contact in people if contact.id == contact_id), "")


async def card(ctx: Context, ticket: Ticket) -> Card:
    """The whole ticket, with what can be done to it now."""
    shown = [
        (field_label(name), text)
        for name in CARD_FIELDS
        if (text := await _field_text(ctx, ticket, name))
    ]
    if line := due_line(ctx, ticket):
        shown.append((_("กำหนดเสร็จ"), line))
    links = await ticket_links.list_links(ctx.db, ticket.no)
    shown += [(field_label("linked"), line) for line in link_lines(ticket.no, links)]
    count = await files.count_files(ctx.db, ticket.no) + ctx.attached.get(ticket.no, 0)
    attached = (files_button(ticket.no, count),) if count else ()
    first: list[Button] = []
    for add in on_ticket_card:
        more = await add(ctx, ticket)
        shown += more.lines
        first += more.buttons
    buttons = (*first, *await daily_buttons(ctx, ticket), *attached, more_button(ticket))
    return Card(f"🎫 {ticket.no} · {status_line(ticket)}", tuple(shown), buttons=buttons)


def link_lines(no: str, links: Sequence[TicketLink]) -> list[str]:
    """What the ticket with this number is to each that it is tied to, a line each."""
    lines = []
    for link in links:
        if link.no == no:
            lines.append(f"{value_label('link_kind', link.kind)} {link.other}")
        elif link.kind is TicketLinkKind.CONTINUES:
            lines.append(_("มีงานต่อเนื่อง %(no)s", no=link.no))
        else:
            lines.append(_("มีส่วนย่อย %(no)s", no=link.no))
    return lines


CARD_FIELDS = TICKET.standing(
    CARD,
    first=(
        "customer",
        "contact",
        "subject",
        "channel",
        "details",
        "result",
        "assignee",
        "created_at",
        "void_reason",
        "unsent_at",
        "urgency",
        "mood",
        "complexity",
    ),
)
"""The fields of the card in their order."""


async def _field_text(ctx: Context, ticket: Ticket, name: str) -> str:
    """A field as the card tells it; empty for one that it does not."""
    if own := _OWN_TEXT.get(name):
        return await own(ctx, ticket)
    row = TICKET.rows[name]
    text = TICKET.text(ticket, name)
    if row.dated:
        return _numbered(text, getattr(ticket, row.dated))
    if not text or (row.type == "choice" and TICKET.is_default(ticket, name)):
        return ""
    told = said(ctx.desk.configuration, row, text)
    return shorten(told, SHOWN) if row.type == "long_text" else told


async def _customer(ctx: Context, ticket: Ticket) -> str:
    return await customer_title(ctx, ticket.customer or "") or _("ไม่มีผู้รับบริการ")


async def _contact(ctx: Context, ticket: Ticket) -> str:
    if not ticket.contact_id:
        return ""
    return await customers.contact_name(ctx.db, ticket.contact_id)


async def _assignee(ctx: Context, ticket: Ticket) -> str:
    if ticket.assignee is None:
        return ""
    return (await staff.staff_names(ctx.db)).get(ticket.assignee, "")


async def _projects(ctx: Context, ticket: Ticket) -> str:
    return projects_text(SEPARATOR.join(ticket.projects), ticket.data_years)


async def _years(ctx: Context, ticket: Ticket) -> str:
    return years_text(ticket.data_years)


async def _unknown(ctx: Context, ticket: Ticket) -> str:
    return ", ".join(field_label(name) for name in sorted(ticket.unknown))


_OWN_TEXT: Mapping[str, Callable[[Context, Ticket], Awaitable[str]]] = {
    "customer": _customer,
    "contact": _contact,
    "assignee": _assignee,
    "projects": _projects,
    "data_years": _years,
    "unknown": _unknown,
}
"""Fields whose value alone does not tell what the card says."""


def _numbered(number: str, on: date | None) -> str:
    return " ".join(filter(None, (number, f"({format_date(on)})" if on else "")))


def channel_warning(ctx: Context, subject_code: str, channel_code: str) -> str:
    """A word when the channel is not one that the subject usually comes by; no wall (DOMAIN.md
    section 4).
    """
    catalogue = ctx.desk.configuration.catalogue
    known = subject_code in catalogue.subjects and channel_code in catalogue.channels
    if not known or catalogue.fits(subject_code, channel_code):
        return ""
    subject, channel = catalogue.subject_label(subject_code), catalogue.channel_name(channel_code)
    return _("⚠️ เรื่อง %(subject)s ปกติไม่ใช้ช่องทาง %(channel)s", subject=subject, channel=channel)


async def saved(ctx: Context, ticket: Ticket) -> Reply:
    """The confirmation: the fixed word, the number, everything that was entered, and what comes
    next.
    """
    closed = ticket.status is Status.CLOSED
    state = (
        _("ปิดแล้ว") if closed else _("สถานะ %(status)s", status=value_label("status", ticket.status))
    )
    title = f"{_('✅ บันทึกข้อมูลเรียบร้อย %(no)s', no=ticket.no)} · {state}"
    shown = await card(ctx, ticket)
    fields = [(label, shorten(value, 200)) for label, value in shown.fields]
    if closed:
        fields.append((field_label("status"), _("ปิด (งานที่ดำเนินการเสร็จแล้ว)")))
    buttons = (*shown.buttons[:1], *await want_buttons(ctx, ticket), *shown.buttons[1:])
    note = "\n".join(
        await notes(
            ctx,
            as_data(ticket),
            ticket.no,
            "",
        )
    )
    return Reply(
        (
            Card(
                title,
                tuple(fields),
                note,
                buttons,
            ),
        ),
        confirms=True,
    )


async def present_state(ctx: Context, ticket: Ticket) -> Reply:
    """What a late or second press gets: who was quicker and when, and the ticket as it is."""
    ctx.audit("ticket.read", ticket.no)
    latest = [
        c
        for c in await changes.list_changes(ctx.db, ticket.no, ticket.version - 1)
        if c.field != "linked"
    ]
    parts: list[ReplyPart] = []
    if latest:
        names = await staff.staff_names(ctx.db)
        by = latest[-1].by
        who = doer_label(names, by, ctx.staff.id)
        today = latest[-1].at.astimezone(BANGKOK).date() == ctx.today
        at = format_time(latest[-1].at) if today else when(latest[-1].at)
        told = {"who": who, "no": ticket.no, "at": at}
        statuses = {change.new for change in latest if change.field == "status"}
        if Status.VOIDED in statuses:
            parts.append(Paragraph(_("%(who)sยกเลิกใบงาน %(no)s แล้วเมื่อ %(at)s", **told)))
        elif Status.CLOSED in statuses:
            parts.append(Paragraph(_("%(who)sปิดใบงาน %(no)s แล้วเมื่อ %(at)s", **told)))
        elif Status.OPEN in statuses and len(latest) > 1:
            parts.append(Paragraph(_("%(who)sเปิดใบงาน %(no)s อีกครั้งแล้วเมื่อ %(at)s", **told)))
        else:
            parts.append(Paragraph(_("%(who)sแก้ไขใบงาน %(no)s แล้วเมื่อ %(at)s", **told)))
    return Reply((*parts, await card(ctx, ticket)))
