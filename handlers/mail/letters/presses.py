"""Mails that were written: shown, sent again, taken for sent, written anew."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace

from domain.mail.mails import is_customer
from handlers.chat import Card, CardLine, Reply, confirm, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import fact, field_label
from handlers.mail import cards as mail_cards
from handlers.mail.cards import text_lines
from handlers.mail.letters.commands import preview
from handlers.registry import action
from store.mail import mails
from store.mail.mails import Mail, MailState, NewMail


@action("mail.list", aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The mails about a record, the newest first, each with its text and state."""
    found = await mails.list_mails(ctx.db, args["record"])
    ctx.audit("mail.read", args["record"])
    if not found:
        return say(_("ยังไม่มีอีเมลที่ส่ง"))
    cards = [_card(ctx, mail) for mail in found]
    return Reply(tuple(cards))


def _card(ctx: Context, mail: Mail) -> Card:
    lines: tuple[CardLine, ...] = (
        fact("mail_to", mail.to),
        (field_label("status"), mail_cards.state_text(ctx, mail)),
        *text_lines(mail.body),
    )
    buttons = mail_cards.stuck_buttons(mail)
    return Card(f"📧 {mail.subject}", lines, buttons=buttons)


@action("mail.again")
async def again_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Send a mail that is stuck once more, as it was."""
    mail = await mails.get_mail(ctx.db, args["mail"])
    told = _("📧 กำลังส่งอีเมลถึง %(to)s", to=mail.to)
    return _audited(ctx, mail, mails.STUCK, mails.send_again, "mail.sent_again", told)


@action("mail.assume")
async def assume_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer decides that a doubtful mail was sent."""
    mail = await mails.get_mail(ctx.db, args["mail"])
    told = _("บันทึกว่าส่งอีเมลถึง %(to)s แล้ว", to=mail.to)
    doubtful = (MailState.DOUBTFUL,)
    return _audited(ctx, mail, doubtful, mails.assume_sent, "mail.assumed_sent", told)


def _audited(
    ctx: Context,
    mail: Mail,
    states: Collection[MailState],
    change: Callable[..., Awaitable[None]],
    audited: str,
    told: str,
) -> Reply:
    """What an officer decides about a mail in one of these states; in another one, how it is."""
    if mail.state not in states:
        return _now(ctx, mail)
    ctx.change(change, mail=mail, now=ctx.now)
    ctx.audit(audited, mail.record)
    return confirm(told)


def _now(ctx: Context, mail: Mail) -> Reply:
    """How a mail is now, for a press that came late."""
    text = f"📧 {mail.to} · {mail_cards.state_text(ctx, mail)}"
    return say(text, *mail_cards.stuck_buttons(mail))


@action("mail.rewrite")
async def rewrite_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A mail that did not arrive as a new draft; `ask` = for another address first. What sending
    did is not redone.
    """
    mail = await mails.get_mail(ctx.db, args["mail"])
    if mail.state not in (MailState.DEAD, MailState.BOUNCED):
        return _now(ctx, mail)
    new = await _written_before(ctx, mail)
    if args.get("ask"):
        new = replace(new, to="")
    return await preview(ctx, new, instead_of=args["mail"])


async def _written_before(ctx: Context, mail: Mail) -> NewMail:
    """The same mail to the same people, about the same things."""
    number = mail.ticket or mail.record
    subject = mail.subject.removeprefix(f"[{number}] ")
    customers = []
    also = []
    for record in await mails.list_records(ctx.db, mail):
        if is_customer(record):
            customers.append(record)
        elif record not in (mail.record, mail.ticket):
            also.append((record, ""))
    return NewMail(
        mail.record,
        mail.to,
        subject,
        mail.body,
        mail.purpose,
        mail.language,
        mail.ticket,
        mail.files,
        customers=tuple(customers),
        also=tuple(also),
        cc=mail.cc,
        thread=mail.thread,
    )
