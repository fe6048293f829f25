"""What a colleague passed on makes two tickets with one tap: its own is closed and names the other,
which is the customer's who wrote (DOMAIN.md section 4).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import orjson

from domain.clock import pauses
from domain.customers.phones import looks_like_email
from domain.customers.records import Customer, CustomerCode
from domain.errors import Conflict, InvalidInput
from domain.mail.forwards import bare_subject
from domain.mail.incoming import IncomingMail, MailReading
from domain.mail.mails import check_address
from domain.tables.tables import LONG_LIMIT
from domain.text import shorten
from domain.tickets import voiding
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.chat import Button, Paragraph, Reply, confirm, say
from handlers.desk import Context, Work
from handlers.files.copies import copy_files
from handlers.i18n import _, speaking
from handlers.mail.incoming_cards import writer
from handlers.registry import CardAddition, TicketEvent, action, on_mail_card
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import pair as ticket_pair
from handlers.tickets import saves as ticket_saves
from handlers.tickets.saves import what_follows
from store.mail import incoming
from store.tickets import records as tickets

FORWARD = "forward"
"""The kind of a mail that a colleague passed on."""


# What the card says.


@on_mail_card(place=12)
async def _on_mail_card(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
) -> Callable[[], CardAddition]:
    if mail.reading.kind != FORWARD:
        return CardAddition
    return partial(_addition, mail, ticket)


def _addition(mail: IncomingMail, ticket: Ticket) -> CardAddition:
    """Who wrote what was passed on, and the second ticket, or the way to it."""
    read = mail.reading
    original = replace(
        read,
        from_name=read.forwarded_name,
        from_email=read.forwarded_email,
    )
    lines = [(_("ผู้เขียนเดิม"), writer(original))]
    if mail.second_ticket == ticket.no:
        lines.append((_("ส่งต่อมาในใบงาน"), str(read.ticket)))
    elif mail.second_ticket is not None:
        lines.append((_("ใบงานของผู้รับบริการ"), mail.second_ticket))
    elif not ticket.is_done:
        return CardAddition(lines, (split_button(mail),))
    return CardAddition(lines)


def split_button(mail: IncomingMail) -> Button:
    """[แยกเป็นสองใบงาน]"""
    args = {"mail": str(mail.id)}
    return Button(_("แยกเป็นสองใบงาน"), "mail.split", args)


# One tap.


@action("mail.split")
async def split_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Close the colleague's ticket, and open the customer's, which it names."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    first = await tickets.get_ticket(ctx.db, mail.reading.ticket or "")
    if mail.second_ticket is not None:
        return await _split_before(ctx, first, mail.second_ticket)
    if first.is_done:
        return await ticket_cards.present_state(ctx, first)
    customer = await _customer_of(ctx, mail.reading.forwarded_email)
    closed, real = await split(ctx, mail, first, _moved(first, customer))
    reply = await ticket_pair.saved(ctx, closed, real)
    followed = await what_follows(ctx, real)
    return reply.followed_by(*followed, undo_split(mail, real))


def is_undivided(mail: IncomingMail, ticket: Ticket) -> bool:
    """Whether a ticket still is a colleague's, who passed on what somebody else asks."""
    passed_on = mail.reading.kind == FORWARD and mail.reading.forwarded_email != ""
    return passed_on and mail.second_ticket is None and ticket.no == mail.reading.ticket


async def split(
    ctx: Context,
    mail: IncomingMail,
    first: Ticket,
    customer: CustomerCode | None,
    contact_id: int | None = None,
) -> tuple[Ticket, Ticket]:
    """The colleague's ticket closed, and the one of this customer, which it names."""
    no = await ctx.new_ticket_no()
    real = await _real(ctx, mail, first, no, customer, contact_id)
    closed = await _closed(ctx, mail, first, real)
    ctx.change(
        incoming.set_second_ticket,
        mail_id=mail.id,
        old=None,
        new=no,
    )
    divided = replace(mail, second_ticket=no)
    ctx.remember([divided], incoming.list_of_ticket, no)
    ctx.remember(divided, incoming.find_newest, no)
    ctx.remember(real, tickets.get_ticket, str(no))
    return closed, real


def undo_split(mail: IncomingMail, real: Ticket) -> Paragraph:
    """[เลิกแยก], while nobody has worked on the second ticket."""
    again = Button(
        _("เลิกแยก"),
        "mail.unsplit",
        {"mail": str(mail.id)},
        real.no,
        real.version,
        once=True,
    )
    text = _("ถ้าแยกผิด แตะเลิกแยก ใบงานเดิมจะเปิดอยู่เหมือนเดิม")
    return Paragraph(text, (again,))


async def _split_before(ctx: Context, first: Ticket, second: str) -> Reply:
    """Who did it already, and where it goes on."""
    text = _("%(no)s แยกไปแล้ว เรื่องของผู้รับบริการอยู่ที่ %(second)s", no=first.no, second=second)
    found = await tickets.get_ticket(ctx.db, second)
    ctx.audit("ticket.read", found.no)
    return say(text, ticket_buttons.show_button(found))


async def _real(
    ctx: Context,
    mail: IncomingMail,
    first: Ticket,
    no: TicketNo,
    customer: CustomerCode | None,
    contact_id: int | None,
) -> Ticket:
    """The second ticket, of whoever wrote, with the files; it came when the mail came."""
    read = mail.reading
    given = {row.attribute: getattr(first, row.attribute) for row in ticket_pair.PAIRED}
    given |= {
        "details": _question(read),
        "subject": _subject(ctx, read),
        "reply_email": _address(read.forwarded_email),
    }
    real = Ticket(
        no=no,
        created_at=first.created_at,
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=await ticket_pair.assignee_of(ctx, first.assignee),
        customer=customer,
        contact_id=contact_id,
        **given,
    )
    await ticket_saves.add(ctx, real)
    ctx.audit("ticket.created", real.no)
    await copy_files(ctx, first.no, real)
    return real


def _moved(first: Ticket, customer: Customer | None) -> CustomerCode | None:
    """Whose the second ticket is: whoever was matched with the first already, else the customer who
    is known by the address.
    """
    if first.customer is not None:
        return first.customer
    return None if customer is None else customer.code


def _question(read: MailReading) -> str:
    """What the customer asked; where that cannot be told apart, all that was passed on."""
    return shorten(read.original_text or read.body_text or read.subject, LONG_LIMIT)


def _subject(ctx: Context, read: MailReading) -> str:
    """The likeliest subject of what was passed on; the forward has its own."""
    subjects = ctx.catalogue.subjects
    for code in orjson.loads(read.suggested_subjects):
        if code in subjects and not subjects[code].forwards:
            return str(code)
    return ctx.configuration.intake.subject


def _address(email: str) -> str:
    """An address that can be written to, or none."""
    try:
        return check_address(email)
    except InvalidInput:
        return ""


async def _customer_of(ctx: Context, email: str) -> Customer | None:
    """The only customer who is known by this address."""
    if not looks_like_email(email):
        return None
    sole = (await ctx.find_customers(email)).sole
    return None if sole is None else sole.customer


async def _closed(ctx: Context, mail: IncomingMail, first: Ticket, real: Ticket) -> Ticket:
    """The first ticket closed: of the colleague who passed it on, its result says who asked for
    what, and where that is dealt with.
    """
    read = mail.reading
    rules = ctx.configuration.mail
    colleague = await _customer_of(ctx, read.from_email)
    subject = rules.forwarders.get(read.from_email.casefold(), rules.other_forwarder)
    with speaking("th"):
        name = await _who_wrote(ctx, read, real)
        result = ticket_pair.told(name, _about(read), real.no)
    closed = replace(
        pauses.closed(first, ctx.now),
        subject=subject,
        customer=None if colleague is None else colleague.code,
        contact_id=None,
        assignee=real.assignee,
        result=result,
        # What the customer wants is counted once: with the second ticket.
        projects=(),
        data_years="",
    )
    ticket_saves.write(ctx, first, closed, ctx.staff.id)
    ctx.audit("ticket.changed", first.no)
    return replace(closed, version=first.version + 1)


async def _who_wrote(ctx: Context, read: MailReading, real: Ticket) -> str:
    if real.customer is not None:
        return ticket_cards.shown_name(await ctx.customer(real.customer))
    return read.forwarded_name or read.forwarded_email or _("(ไม่ทราบชื่อ)")


def _about(read: MailReading) -> str:
    """What it is about: the subject without what forwarding put before it, else the text."""
    return bare_subject(read.subject) or " ".join(_question(read).split())


# Taken back.


@action("mail.unsplit", in_place=True, aside=True)
async def unsplit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The first ticket is as it was, and the second one void."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    first = await tickets.get_ticket(ctx.db, mail.reading.ticket or "")
    if mail.second_ticket is None:
        return await ticket_cards.present_state(ctx, first)
    second = await tickets.get_ticket(ctx.db, mail.second_ticket)
    before = await tickets.find_before_last_change(ctx.db, first)
    if before is None or first.status is not Status.CLOSED:
        raise Conflict("ticket_not_last", no=first.no)
    ticket_saves.write(ctx, first, before, ctx.staff.id)
    with speaking("th"):
        voided = voiding.voided(second, _("เลิกแยกเป็นสองใบงาน"))
    ticket_saves.write(ctx, second, voided, ctx.staff.id)
    ctx.change(
        incoming.set_second_ticket,
        mail_id=mail.id,
        old=second.no,
        new=None,
    )
    ctx.audit("ticket.changed", first.no)
    ctx.audit("ticket.voided", second.no)
    followed = await what_follows(ctx, second, TicketEvent.VOIDED)
    text = _(
        "✅ เลิกแยกแล้ว %(no)s กลับมาเปิดอยู่ และยกเลิก %(second)s แล้ว",
        no=first.no,
        second=second.no,
    )
    show = ticket_buttons.show_button(replace(before, version=first.version + 1))
    return confirm(text, split_button(mail), show).followed_by(*followed)
