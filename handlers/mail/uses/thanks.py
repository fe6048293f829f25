"""A mail that only thanks: one tap records it as a closed ticket of the subject for that (1.5, 4.4,
6.5, 7.14, 8.6, 9.2).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import orjson

from domain.clock import pauses
from domain.mail.incoming import IncomingMail
from domain.mail.uses import MailPurpose, MailUse
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Reply, confirm
from handlers.desk import Context, Work
from handlers.i18n import _, language, speaking
from handlers.mail.uses.using import (
    add_beside,
    note,
    save_in_place,
    ticket_beside,
    told_before,
    undo_button,
    uses_of,
)
from handlers.registry import CardAddition, action, on_mail_card, on_reply_card
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets.saves import what_follows
from store.mail import incoming
from store.owed import requests
from store.tickets import records as tickets


@on_mail_card(place=11)
@on_reply_card(place=11)
async def _on_card(work: Work, mail: IncomingMail, ticket: Ticket) -> Callable[[], CardAddition]:
    """[บันทึกขอบคุณ 6.5], until that was done."""
    if not mail.reading.thanks:
        return CardAddition
    subject = _subject(work, mail, ticket)
    used = await uses_of(work, mail, MailPurpose.THANKS)
    use = used.get(0)
    is_over = mail.reading.opened and ticket.is_done
    if not subject or (use is None and is_over):
        return CardAddition
    return partial(_addition, mail, subject, use)


def _subject(work: Work, mail: IncomingMail, ticket: Ticket) -> str:
    """The subject of thanks: that of the ticket's group, else the likeliest by the mail's words."""
    rules = work.configuration.mail
    suggested: list[str] = orjson.loads(mail.reading.suggested_subjects)
    known = set(rules.thanks.values())
    of_ticket = "" if mail.reading.opened else rules.thanks_subject(ticket.subject)
    return of_ticket or next(filter(known.__contains__, suggested), "")


def _addition(mail: IncomingMail, subject: str, use: MailUse | None) -> CardAddition:
    if use is not None:
        said = _("บันทึกแล้วที่ %(no)s", no=use.ticket)
        return CardAddition([(_("ขอบคุณ"), said)])
    label = _("บันทึกขอบคุณ %(subject)s", subject=subject)
    args = {"mail": str(mail.id)}
    thank = Button(label, "mail.thanks", args)
    return CardAddition((), (thank,))


@action("mail.thanks")
async def thanks_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Record the thanks: in the mail's own ticket, else in one beside that which it answers."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    used = await uses_of(ctx, mail, MailPurpose.THANKS)
    for use in used.values():
        return await told_before(ctx, use)
    ticket = await tickets.get_ticket(ctx.db, mail.reading.ticket or "")
    is_own = mail.reading.opened
    if is_own and ticket.is_done:
        return await ticket_cards.present_state(ctx, ticket)
    make = _in_place if is_own else _beside
    saved = await make(ctx, mail, ticket)
    note(ctx, mail, MailPurpose.THANKS, saved.no)
    number = await ctx.belonging(requests.find_request_of, ticket.no, None)
    followed = await what_follows(ctx, saved, made_for=str(number or ""))
    text = _(
        "✅ บันทึกคำขอบคุณแล้ว %(no)s (%(subject)s) ปิดแล้ว",
        no=saved.no,
        subject=ctx.catalogue.subject_label(saved.subject, language()),
    )
    undo = undo_button(mail, MailPurpose.THANKS, saved)
    return confirm(text, undo, ticket_buttons.show_button(saved)).followed_by(*followed)


async def _in_place(ctx: Context, mail: IncomingMail, ticket: Ticket) -> Ticket:
    """The mail's own ticket, closed as thanks."""
    with speaking("th"):
        result = _("ผู้รับบริการขอบคุณ")
    thanked = replace(
        pauses.closed(ticket, ctx.now),
        subject=_subject(ctx, mail, ticket),
        assignee=ticket.assignee or ctx.staff.id,
        result=result,
    )
    return await save_in_place(ctx, ticket, thanked)


async def _beside(ctx: Context, mail: IncomingMail, ticket: Ticket) -> Ticket:
    """A ticket of its own, of the same customer and about the same data; it came and was done when
    the mail came.
    """
    with speaking("th"):
        result = _("ผู้รับบริการขอบคุณสำหรับใบงาน %(no)s", no=ticket.no)
    beside = await ticket_beside(ctx, mail, ticket, _subject(ctx, mail, ticket))
    thanked = replace(
        beside,
        contact_id=ticket.contact_id,
        projects=ticket.projects,
        data_years=ticket.data_years,
        result=result,
        status=Status.CLOSED,
        closed_at=mail.arrived_at,
    )
    return await add_beside(ctx, thanked)
