"""What an officer made of a mail with one tap: noted with it, told to whoever presses later, and
taken back with one more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.dates.days import BANGKOK
from domain.errors import Conflict
from domain.mail.incoming import IncomingMail
from domain.mail.uses import MailPurpose, MailUse, of_purpose
from domain.tables.tables import LONG_LIMIT
from domain.text import shorten
from domain.tickets import voiding
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Reply, ReplyPart, confirm, say
from handlers.desk import Context, Work
from handlers.i18n import _, speaking, time_text
from handlers.labels import doer_label, when
from handlers.registry import TicketEvent, action
from handlers.tickets import saves as ticket_saves
from handlers.tickets.saves import what_follows
from store import staff
from store.mail import incoming, uses
from store.tickets import records as tickets


async def uses_of(work: Work, mail: IncomingMail, purpose: MailPurpose) -> dict[int, MailUse]:
    """What a mail was used for, by what it is about; read once for all that stands on a card."""
    return of_purpose(await work.once(uses.list_of_mail, mail.id), purpose)


def note(
    ctx: Context,
    mail: IncomingMail,
    purpose: MailPurpose,
    ticket: str,
    about: int = 0,
) -> None:
    """Note it, with whatever else this event writes: of two who press at once one is asked anew."""
    use = MailUse(
        mail.id,
        purpose,
        ticket,
        ctx.now,
        ctx.staff.id,
        about,
    )
    ctx.change(uses.add, use=use)


async def ticket_beside(ctx: Context, mail: IncomingMail, ticket: Ticket, subject: str) -> Ticket:
    """A ticket of the mail's own beside the one that it answers, of the same customer; it came when
    the mail came. Nothing is written yet.
    """
    return Ticket(
        no=await ctx.new_ticket_no(),
        channel="email",
        subject=subject,
        details=shorten(mail.reading.body_text or mail.reading.subject, LONG_LIMIT),
        created_at=mail.arrived_at,
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
        customer=ticket.customer,
        reply_email=mail.reading.from_email,
        status=Status.OPEN,
    )


async def add_beside(ctx: Context, made: Ticket) -> Ticket:
    """Writes a ticket beside the one that a mail answers."""
    await ticket_saves.add(ctx, made)
    ctx.audit("ticket.created", made.no)
    return made


async def save_in_place(ctx: Context, ticket: Ticket, changed: Ticket) -> Ticket:
    """Writes what becomes of the mail's own ticket."""
    saved = await ticket_saves.save(ctx, ticket, changed)
    ctx.audit("ticket.changed", saved.no)
    return saved


async def told_before(ctx: Context, use: MailUse) -> Reply:
    """Who did it already, and when."""
    names = await ctx.once(staff.staff_names)
    who = doer_label(names, use.used_by, ctx.staff.id)
    at = when(use.used_at)
    if use.used_at.astimezone(BANGKOK).date() == ctx.today:
        at = time_text(use.used_at)
    if not use.ticket:
        return say(_("%(who)sตอบเรื่องนี้ไปแล้วเมื่อ %(at)s", who=who, at=at))
    text = _("%(who)sบันทึกจากอีเมลนี้ไปแล้วเมื่อ %(at)s ที่ %(no)s", who=who, at=at, no=use.ticket)
    return say(text, Button(_("ดูใบงาน"), "ticket.show", {"no": use.ticket}))


def undo_button(
    mail: IncomingMail,
    purpose: MailPurpose,
    ticket: Ticket,
    about: int = 0,
) -> Button:
    """[เลิกที่บันทึก], while nobody has touched the ticket since."""
    return Button(
        _("เลิกที่บันทึก"),
        "mail.unuse",
        unuse_args(mail, purpose, about),
        ticket.no,
        ticket.version,
        once=True,
    )


def unuse_args(mail: IncomingMail, purpose: MailPurpose, about: int = 0) -> dict[str, str]:
    """What the button holds that takes a use back."""
    return {
        "mail": str(mail.id),
        "purpose": purpose.value,
        "about": str(about),
    }


@action("mail.unuse", in_place=True, aside=True)
async def unuse_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The tickets that came of it are void, or as they were before, and it may be done again."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    purpose = MailPurpose(args["purpose"])
    made = (await uses_of(ctx, mail, purpose)).values()
    # Several counts of one mail are taken back together.
    is_whole = purpose is MailPurpose.COUNT
    about = int(args["about"])
    meant = [use for use in made if is_whole or use.about == about]
    if not meant:
        return say(_("เลิกไปแล้ว ไม่ต้องกดซ้ำ"))
    parts: list[ReplyPart] = []
    for use in meant:
        ctx.change(uses.remove, use=use)
        parts += await _take_back(ctx, mail, use)
    nos = ", ".join(use.ticket for use in meant if use.ticket)
    text = _("✅ เลิกที่บันทึกแล้ว %(nos)s", nos=nos).strip()
    return confirm(text, *_shown(mail)).followed_by(*parts)


def _shown(mail: IncomingMail) -> Sequence[Button]:
    no = mail.reading.ticket
    if no is None:
        return ()
    return (Button(_("ดูใบงาน"), "ticket.show", {"no": no}),)


async def _take_back(ctx: Context, mail: IncomingMail, use: MailUse) -> tuple[ReplyPart, ...]:
    """The ticket of the mail itself is as it was; one that was made for this is void."""
    if not use.ticket:
        return ()
    ticket = await tickets.get_ticket(ctx.db, use.ticket)
    if ticket.no == mail.reading.ticket:
        return await _restored(ctx, ticket)
    with speaking("th"):
        voided = voiding.voided(ticket, _("เลิกที่บันทึกจากอีเมล"))
    ticket_saves.write(ctx, ticket, voided, ctx.staff.id)
    ctx.audit("ticket.voided", ticket.no)
    return await what_follows(ctx, ticket, TicketEvent.VOIDED)


async def _restored(ctx: Context, ticket: Ticket) -> tuple[ReplyPart, ...]:
    before = await tickets.find_before_last_change(ctx.db, ticket)
    if before is None:
        raise Conflict("ticket_not_last", no=ticket.no)
    ticket_saves.write(ctx, ticket, before, ctx.staff.id)
    ctx.audit("ticket.changed", ticket.no)
    return await what_follows(ctx, replace(before, version=ticket.version + 1))
