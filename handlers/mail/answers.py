"""The answer to a ticket by mail: drafted from its result, in the customer's language."""

from collections.abc import Mapping

from domain.dates.days import BANGKOK
from domain.mail.addressees import Addressee
from domain.mail.templates import fill, letter_date
from domain.tickets.records import Ticket, reply_addresses
from handlers.chat import Button, Paragraph, Reply, ReplyPart
from handlers.desk import Context
from handlers.i18n import _
from handlers.mail import commands as mail
from handlers.mail.commands import on_send
from handlers.mail.receivers import addressee, greeting, remember
from handlers.mail.writing import Written, language_button, written_by
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from store.customers import records as customers
from store.mail.mails import NewMail
from store.tickets import records as tickets

ANSWER = "answer"
_RESULT = "\ufffc"
"""Stands for the text in a filled template; nothing that is typed holds it."""


@action("mail.answer")
async def answer_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Draft the answer to a ticket from its result; asks for the text where there is none yet.
    `language` = the one that was chosen for the customer.
    """
    ticket = await ctx.once(tickets.get_ticket, args["no"])
    ctx.audit("ticket.read", ticket.no)
    to = await _addressee(ctx, ticket)
    language = args.get("language") or to.language
    codes = (ticket.customer,) if ticket.customer else ()
    if args.get("language"):
        await remember(ctx, codes, language, ticket.contact_id)
    new = NewMail(
        ticket.no,
        to.emails[0],
        "",
        "",
        ANSWER,
        language,
        customers=codes,
        contact=ticket.contact_id,
    )
    return await mail.preview_written(
        ctx,
        new,
        await write_answer(ctx, new),
        language_button(language, "mail.answer", args),
    )


@written_by(ANSWER)
async def write_answer(ctx: Context, new: NewMail) -> Written:
    """The letter in its language; what stands in it as the answer is the ticket's result."""
    ticket = await ctx.once(tickets.get_ticket, new.record)
    language = new.language
    asked_on = ticket.created_at.astimezone(BANGKOK).date()
    values = {
        "name": greeting(ctx, await _addressee(ctx, ticket), language),
        "ticket": ticket.no,
        "date": letter_date(ctx.today, language),
        "officer": ctx.desk.configuration.letters.signed(ctx.staff.name, language),
        "asked_on": letter_date(asked_on, language),
        "details": ticket.details,
        "result": _RESULT,
    }
    letter = fill(ctx.desk.configuration.templates["answer"][language], values)
    before, _mark, after = letter.body.partition(_RESULT)
    return Written(letter.subject, before, ticket.result, after)


async def _addressee(ctx: Context, ticket: Ticket) -> Addressee:
    """Who asked: the contact, else the customer."""
    customer = await ctx.customer(ticket.customer) if ticket.customer else None
    contact = None
    if ticket.contact_id and customer:
        contact = await customers.find_contact(ctx.db, ticket.contact_id)
    email = next(iter(reply_addresses(ticket, customer)), "")
    return addressee(ctx, customer, contact, email)


@on_send(ANSWER)
async def answered(ctx: Context, mail: NewMail) -> tuple[ReplyPart, ...]:
    """What comes next: the ticket, and closing it."""
    ticket = await tickets.get_ticket(ctx.db, mail.record)
    buttons = [ticket_buttons.show_button(ticket)]
    if not ticket.is_done:
        buttons.insert(0, _closing(ticket, mail))
    return (Paragraph(f"🎫 {ticket.no}", tuple(buttons)),)


def _closing(ticket: Ticket, mail: NewMail) -> Button:
    """[ปิดใบงาน R2611000124], with what was written as the result where there is none yet."""
    if ticket.result:
        return ticket_buttons.close_button(ticket)
    label = _("ใช้เป็นผลและปิด %(no)s", no=ticket.no)
    args = {"no": ticket.no, "text": mail.text, "close": "1"}
    return Button(label, "ticket.answer", args)
