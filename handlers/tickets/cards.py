"""How tickets are shown: a line in a list, a card, what was just saved, what changed."""

from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.catalogue import name_in
from domain.clock import state as clock
from domain.clock.state import State
from domain.customers.phones import format_phone
from domain.customers.records import Customer
from domain.dates.days import BANGKOK
from domain.fields.rows import CARD
from domain.one_line.reading import is_salutation
from domain.text import shorten
from domain.tickets.fields import TICKET
from domain.tickets.records import SEPARATOR, Change, Status, Ticket
from handlers.chat import (
    AnyButton,
    Button,
    Card,
    CardLine,
    CopyButton,
    Fact,
    FactKind,
    Masked,
    Paragraph,
    Reply,
    ReplyPart,
    Tone,
)
from handlers.desk import Context, Work
from handlers.forms.projects import projects_text, years_text
from handlers.forms.values import said
from handlers.i18n import _, date_text, language, time_text
from handlers.labels import (
    closed_up,
    doer_label,
    fact,
    field_label,
    span,
    value_label,
    when,
)
from handlers.registry import on_ticket_card
from handlers.staff.masked import in_thai
from handlers.tickets.buttons import daily_buttons, files_button, more_button
from handlers.tickets.data import as_data
from handlers.tickets.rules import notes, want_buttons
from store import files, staff
from store.customers import records as customers
from store.records import changes
from store.search.customers import Hit
from store.tickets import links as ticket_links
from store.tickets.links import TicketLink, TicketLinkKind

SHOWN = 700
"""Characters of a long text on a card."""
SAVED = 200
"""Characters of a value in the confirmation of a save."""
WORDS = 50
"""Characters of a question in a list."""
SUBJECT = 20
"""Characters of a subject's name in a list."""
MASKED = 60
"""Characters of a subject's name in a line for a group."""


def shown_name(customer: Customer) -> str:
    """The name, or that it is not known."""
    return customer.name or _("(ไม่ทราบชื่อ)")


def customer_line(customer: Customer) -> str:
    """`C81554 นายสมชาย ใจดี · 081-234-5678`, or the organisation where there is no telephone."""
    named = f"{customer.code} {shown_name(customer)}"
    phone = customer.mobile or customer.phone
    reach = format_phone(phone) if phone else customer.email
    more = customer.organisation or reach
    return f"{named} · {more}" if more else named


def found_line(hit: Hit) -> str:
    """Returns `C70001 มหาวิทยาลัยเชียงใหม่ · 053-941-000 · ผู้ติดต่อ นางวิภา`."""
    line = customer_line(hit.customer)
    if hit.contact is None:
        return line
    return f"{line} · {_('ผู้ติดต่อ %(name)s', name=hit.contact.name)}"


def contact_of(hit: Hit) -> str:
    """Returns the contact's id as a draft holds it; "" for the customer itself."""
    if hit.contact is None:
        return ""
    return str(hit.contact.id)


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
    return clock.due_at(ctx.configuration, ticket)


def by_due(ctx: Work, found: Iterable[Ticket]) -> list[Ticket]:
    """The nearest due time first; at last those for which the time standard sets none."""

    def nearness(ticket: Ticket) -> tuple[bool, datetime, str]:
        due_time = due(ctx, ticket)
        return (due_time is None, due_time or ctx.now, ticket.no)

    return sorted(found, key=nearness)


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
    state = clock.state(ctx.configuration, ticket, ctx.now)
    cell = clock.limit(ctx.configuration, ticket)
    if state is State.WAITING and cell:
        # While it waits for the customer there is no due time, but so much time as is left.
        allowed = timedelta(minutes=cell.working_minutes)
        return _time_left(
            ctx,
            allowed - clock.elapsed(ctx.configuration, ticket, ctx.now),
        )
    due_time = clock.due_at(ctx.configuration, ticket)
    if due_time is None:
        return ""
    marks = {
        State.OVERDUE: _(" (เกินกำหนด)"),
        State.DUE_SOON: _(" (ใกล้กำหนด)"),
    }
    return when(due_time) + marks.get(state, "")


def _time_left(ctx: Work, left: timedelta) -> str:
    told = span(left, ctx.configuration.calendar.day_minutes)
    return closed_up(_("หยุดนับเวลา เหลือ %(left)s", left=told))


def status_line(ticket: Ticket) -> str:
    """`ปิด 2 ต.ค. 69 14.02 น.`"""
    label = value_label("status", ticket.status)
    if ticket.status is Status.VOIDED:
        return label
    if ticket.closed_at:
        return f"{label} {when(ticket.closed_at)}"
    if ticket.waiting_since is None:
        return label
    return _(
        "%(status)s · รอผู้รับบริการตั้งแต่ %(since)s",
        status=label,
        since=when(ticket.waiting_since),
    )


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
    parts = (
        ticket.no,
        customer,
        _short_subject(ctx, ticket.subject),
        _first_words(ticket.details),
    )
    return " · ".join(filter(None, parts))


def _first_words(details: str) -> str:
    """How the question begins, without its salutation."""
    lines = [line for line in details.splitlines() if line.strip()]
    if len(lines) > 1 and is_salutation(lines[0]):
        lines = lines[1:]
    words = " ".join(lines or [_("ไม่ทราบรายละเอียด")]).split()
    return shorten(" ".join(words), WORDS)


def _short_subject(ctx: Work, code: str) -> str:
    """A subject's number; of one without a number the beginning of its name."""
    subject = ctx.catalogue.subjects.get(code)
    if subject is None or code[:1].isdigit():
        return code
    return shorten(name_in(subject, language()), SUBJECT)


@in_thai
def masked_line(work: Work, found: Ticket, officer: str = "") -> Masked:
    """`🎫 R2611000124 · 1.1 … · กำหนด 24 พ.ย. 69 10.00 น. (เกินกำหนด)`: no customer, no details."""
    subject = work.catalogue.subject_label(found.subject, language())
    state = status_line(found)
    if due(work, found):
        limit = due_line(work, found)
        state = _("กำหนด %(date)s", date=limit) if limit else state
    parts = (f"🎫 {found.no}", shorten(subject, MASKED), state, officer)
    return Masked(
        " · ".join(filter(None, parts)),
        "ticket.show",
        {"no": found.no},
        found.no,
        found.version,
        done=found.is_done,
    )


async def contact_name(ctx: Context, code: str, contact_id: int) -> str:
    """The name of a customer's contact; empty where it is no contact of theirs."""
    if not code:
        return ""
    for contact in (await ctx.customer(code)).contacts:
        if contact.id == contact_id:
            return contact.name
    return ""


async def card(ctx: Context, ticket: Ticket) -> Card:
    """The whole ticket, with what can be done to it now."""
    shown: list[CardLine] = []
    for name in CARD_FIELDS:
        text = await _field_text(ctx, ticket, name)
        if text:
            shown.append(fact(name, text))
    if due_text := due_line(ctx, ticket):
        shown.append(Fact(_("กำหนดเสร็จ"), due_text, FactKind.DATE))
    links = await ctx.belonging(ticket_links.list_links, ticket.no, ())
    shown += [(field_label("linked"), line) for line in link_lines(ticket.no, links)]
    buttons: list[AnyButton] = []
    attached = await _files_buttons(ctx, ticket)
    for add in on_ticket_card:
        more = await add(ctx, ticket)
        shown += more.lines
        buttons += more.buttons
    buttons += [*await daily_buttons(ctx, ticket), *attached, more_button(ticket)]
    buttons.append(CopyButton(_("คัดลอกเลข"), ticket.no))
    return Card(
        f"🎫 {ticket.no} · {status_line(ticket)}",
        tuple(shown),
        buttons=tuple(buttons),
        tone=tone(ctx, ticket),
        record=ticket.no,
        version=ticket.version,
    )


def tone(ctx: Work, ticket: Ticket) -> Tone:
    """The colour of a ticket's state."""
    if ticket.is_done:
        return Tone.DONE
    state = clock.state(ctx.configuration, ticket, ctx.now)
    by_status = Tone.FRESH if ticket.status is Status.NEW else Tone.RUNNING
    return TONES.get(state, by_status)


TONES = {State.OVERDUE: Tone.OVERDUE, State.WAITING: Tone.WAITING}
"""What the clock says, where that is more than the status."""


async def _files_buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    """The button to a ticket's files, those of this event included, if it has any."""
    kept = await ctx.belonging(files.count_files, ticket.no, 0)
    count = kept + ctx.attached.get(ticket.no, 0)
    return (files_button(ticket.no, count),) if count else ()


def link_lines(no: str, links: Sequence[TicketLink]) -> list[str]:
    """What the ticket with this number is to each that it is tied to, a line each."""
    return [_link_line(no, link) for link in links]


def _link_line(no: str, link: TicketLink) -> str:
    if link.no == no:
        return f"{value_label('link_kind', link.kind)} {link.other}"
    if link.kind is TicketLinkKind.CONTINUES:
        return _("มีงานต่อเนื่อง %(no)s", no=link.no)
    return _("มีส่วนย่อย %(no)s", no=link.no)


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
    # What goes without saying, such as normal urgency, would only make every card longer.
    if TICKET.is_default(ticket, name) and not row.dated:
        return ""
    text = TICKET.text(ticket, name)
    if row.dated:
        return _numbered(text, getattr(ticket, row.dated))
    if not text:
        return ""
    told = said(ctx.configuration, row, text)
    return shorten(told, SHOWN) if row.type == "long_text" else told


async def _customer(ctx: Context, ticket: Ticket) -> str:
    title = await customer_title(ctx, ticket.customer or "")
    return title or _("ไม่มีผู้รับบริการ")


async def _contact(ctx: Context, ticket: Ticket) -> str:
    if not ticket.contact_id:
        return ""
    return await customers.contact_name(ctx.db, ticket.contact_id)


async def _assignee(ctx: Context, ticket: Ticket) -> str:
    if ticket.assignee is None:
        return ""
    if ticket.assignee == ctx.staff.id:
        return ctx.staff.name
    names = await ctx.once(staff.staff_names)
    return names.get(ticket.assignee, "")


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
    """`512 (24 ก.พ. 69)`, or what there is of both."""
    dated = f"({date_text(on)})" if on else ""
    return f"{number} {dated}".strip()


def channel_warning(ctx: Context, subject_code: str, channel_code: str) -> str:
    """A word when the channel is not one that the subject usually comes by; no wall (DOMAIN.md
    section 4).
    """
    catalogue = ctx.catalogue
    if subject_code not in catalogue.subjects or channel_code not in catalogue.channels:
        return ""
    if catalogue.fits(subject_code, channel_code):
        return ""
    return _(
        "⚠️ เรื่อง %(subject)s ปกติไม่ใช้ช่องทาง %(channel)s",
        subject=catalogue.subject_label(subject_code, language()),
        channel=catalogue.channel_name(channel_code, language()),
    )


async def saved(ctx: Context, ticket: Ticket) -> Reply:
    """The confirmation: the fixed word, the number, everything that was entered, and what comes
    next.
    """
    shown = await card(ctx, ticket)
    fields: list[CardLine]
    fields = [replace(fact, value=shorten(fact.value, SAVED)) for fact in shown.facts]
    state = _("สถานะ %(status)s", status=value_label("status", ticket.status))
    if ticket.status is Status.CLOSED:
        state = _("ปิดแล้ว")
        fields.append((field_label("status"), _("ปิด (งานที่ดำเนินการเสร็จแล้ว)")))
        fields += _closed_before(ctx, ticket)
    # What is done first stays first; what the subject still wants stands right beside it.
    first, *others = shown.buttons
    buttons = (first, *await want_buttons(ctx, ticket), *others)
    told = await notes(
        ctx,
        as_data(ticket),
        ticket.no,
        asking="",
    )
    confirmed = Card(
        f"{_('✅ บันทึกข้อมูลเรียบร้อย %(no)s', no=ticket.no)} · {state}",
        tuple(fields),
        "\n".join(told),
        buttons,
        shown.tone,
        record=ticket.no,
        version=ticket.version,
    )
    return Reply((confirmed,), confirms=True)


def _closed_before(ctx: Context, ticket: Ticket) -> list[tuple[str, str]]:
    """When it was closed, of a ticket that was written up later."""
    assert ticket.closed_at
    if clock.minute(ticket.closed_at) >= clock.minute(ctx.now):
        return []
    return [(field_label("closed_on"), when(ticket.closed_at))]


async def present_state(ctx: Context, ticket: Ticket) -> Reply:
    """What a late or second press gets: who was quicker and when, and the ticket as it is."""
    ctx.audit("ticket.read", ticket.no)
    # Of the last save alone: what came before it, whoever pressed has seen.
    before = ticket.version - 1
    latest = [
        change
        for change in await changes.list_changes(ctx.db, ticket.no, before)
        if change.field != "linked"
    ]
    parts: list[ReplyPart] = []
    if latest:
        parts.append(Paragraph(await _who_was_quicker(ctx, ticket, latest)))
    return Reply((*parts, await card(ctx, ticket)))


async def _who_was_quicker(ctx: Context, ticket: Ticket, latest: Sequence[Change]) -> str:
    """What these changes, the last of a ticket, did to it, and whose and when they were."""
    names = await ctx.once(staff.staff_names)
    last = latest[-1]
    is_today = last.at.astimezone(BANGKOK).date() == ctx.today
    told = {
        "who": doer_label(names, last.by, ctx.staff.id),
        "no": ticket.no,
        "at": time_text(last.at) if is_today else when(last.at),
    }
    statuses = {change.new for change in latest if change.field == "status"}
    if Status.VOIDED in statuses:
        return _("%(who)sยกเลิกใบงาน %(no)s แล้วเมื่อ %(at)s", **told)
    if Status.CLOSED in statuses:
        return _("%(who)sปิดใบงาน %(no)s แล้วเมื่อ %(at)s", **told)
    if Status.OPEN in statuses and len(latest) > 1:
        return _("%(who)sเปิดใบงาน %(no)s อีกครั้งแล้วเมื่อ %(at)s", **told)
    return _("%(who)sแก้ไขใบงาน %(no)s แล้วเมื่อ %(at)s", **told)
