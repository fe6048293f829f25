"""A mail is taken, and matched with a customer: what is saved, what is said of it, and what a press
gets that came too late.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import orjson

from domain.customers.records import Contact, Customer
from domain.mail.incoming import IncomingMail
from domain.mail.matching.candidates import Writer
from domain.mail.matching.matched import is_known, matched_fields
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.chat import Button, Paragraph, Reply, ReplyPart, confirm, in_lines, in_one_line, say
from handlers.desk import Context
from handlers.i18n import _, language
from handlers.labels import doer_label, when
from handlers.mail.candidates import is_free, writer_of
from handlers.mail.incoming_cards import additions
from handlers.mail.other_subjects import other_subjects
from handlers.mail.uses import two_tickets
from handlers.registry import ACTIONS, action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.saves import what_follows
from store import staff
from store.mail import incoming, matches
from store.mail.matches import MailMatch
from store.records import changes
from store.tickets import records as tickets

TAKEN = ("assignee_id", "status")
PROOFS = ("mail.proof", "mail.no_proof")
"""What the buttons do that ask whether a mail is what is owed."""
NOTHING_BROUGHT = "[]"
GIVEN = "customer_code"
"""Columns of a ticket that say, in its history, who took it, and who named its customer."""


async def mail_of(ctx: Context, no: str) -> IncomingMail | None:
    """The mail that made a ticket."""
    found = await incoming.list_of_tickets(ctx.db, [no])
    return found.get(no)


async def writer_of_ticket(ctx: Context, no: str) -> Writer:
    """Who wrote the mail that made a ticket."""
    mail = await mail_of(ctx, no)
    return Writer() if mail is None else writer_of(mail.reading)


MailPress = Callable[[Context, Ticket, Mapping[str, str]], Awaitable[Reply]]


def mail_action(name: str) -> Callable[[MailPress], MailPress]:
    """Enter what a button of a mail's card does while the ticket waits for its customer; later, a
    press is told how things are.
    """

    def enter(run: MailPress) -> MailPress:
        async def pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
            ticket = await tickets.get_ticket(ctx.db, args["no"])
            late = await too_late(ctx, ticket)
            if late is None:
                return await run(ctx, ticket, args)
            return late

        action(name)(pressed)
        return run

    return enter


# Taking.


@mail_action("mail.take")
async def take_pressed(
    ctx: Context,
    ticket: Ticket,
    args: Mapping[str, str],
) -> Reply:
    """Whoever takes a mail answers for it from now on."""
    if not may_take(ctx, ticket):
        return await who_was_first(ctx, ticket, TAKEN)
    saved = await save(ctx, ticket, taken(ctx, ticket))
    done = Paragraph(_("✅ คุณรับเรื่อง %(no)s แล้ว", no=ticket.no))
    card = await ticket_cards.card(ctx, saved)
    return Reply((done, card, *await what_follows(ctx, saved)), confirms=True)


def may_take(ctx: Context, ticket: Ticket) -> bool:
    """Whether the mail is still to be taken, and was not given to somebody else."""
    return is_free(ticket) and ticket.assignee in (None, ctx.staff.id)


def taken(ctx: Context, ticket: Ticket) -> Ticket:
    """The ticket in work, this person's unless it is somebody's."""
    return replace(
        ticket,
        assignee=ticket.assignee or ctx.staff.id,
        status=Status.OPEN,
    )


async def save(
    ctx: Context,
    old: Ticket,
    new: Ticket,
) -> Ticket:
    """Save it as any change of a ticket; what this event says of it is as it will be."""
    saved = await ticket_saves.save(ctx, old, new)
    ctx.audit("ticket.changed", saved.no)
    ctx.remember(saved, tickets.get_ticket, str(saved.no))
    ctx.remember(saved, tickets.find_ticket, str(saved.no))
    return saved


# Matching.


@mail_action("mail.match")
async def match_pressed(
    ctx: Context,
    ticket: Ticket,
    args: Mapping[str, str],
) -> Reply:
    """Take the mail for this customer's, and ask at once what is answered; `shared` = it stays with
    the colleague who took it.
    """
    if ticket.assignee not in (None, ctx.staff.id) and not args.get("shared"):
        anyway = Button(
            _("จับคู่ให้เพื่อนร่วมงาน"),
            "mail.match",
            {**args, "shared": "1"},
        )
        return await who_was_first(ctx, ticket, TAKEN, anyway)
    customer = await ctx.customer(args["code"])
    return await match_ticket(
        ctx,
        ticket,
        customer,
        int(args.get("contact") or 0),
    )


async def too_late(ctx: Context, ticket: Ticket) -> Reply | None:
    """What a press gets on a ticket that is closed, voided, or somebody's by now; None where it
    still waits for its customer.
    """
    if ticket.is_done:
        return await ticket_cards.present_state(ctx, ticket)
    if not ticket.customer:
        return None
    return await who_was_first(ctx, ticket, (GIVEN,))


async def who_was_first(
    ctx: Context,
    ticket: Ticket,
    columns: tuple[str, ...],
    *buttons: Button,
) -> Reply:
    """Who was quicker and when, in one sentence, with what still makes sense."""
    ctx.audit("ticket.read", ticket.no)
    show = ticket_buttons.show_button(ticket)
    told = await _told(ctx, ticket, columns)
    if columns != (GIVEN,):
        text = _("%(who)sรับเรื่อง %(no)s ไปแล้ว %(at)s", **told)
        return say(text.strip(), *buttons, show)
    customer = await ticket_cards.customer_title(ctx, ticket.customer or "")
    text = _(
        "%(who)sจับคู่ %(no)s กับ %(customer)s แล้ว %(at)s",
        **told,
        customer=customer,
    )
    further: list[Button] = []
    if ticket.assignee == ctx.staff.id:
        further.append(ticket_buttons.answer_button(ticket))
    if await matches.find_match(ctx.db, ticket.no):
        further.append(unmatch_button(ticket))
    return say(text.strip(), *further, show)


async def _told(
    ctx: Context,
    ticket: Ticket,
    columns: Sequence[str],
) -> dict[str, str]:
    """Who did it and when, as far as the ticket's history says."""
    names = await ctx.once(staff.staff_names)
    made = await changes.list_changes(ctx.db, ticket.no)
    done = [change for change in made if change.field in columns]
    doer = ticket.assignee
    at = ""
    if done:
        last = done[-1]
        doer = last.by
        at = when(last.at)
    return {
        "who": doer_label(names, doer, ctx.staff.id),
        "no": ticket.no,
        "at": at,
    }


async def match_ticket(
    ctx: Context,
    ticket: Ticket,
    customer: Customer,
    contact_id: int = 0,
) -> Reply:
    """The ticket is this customer's, and whoever has it is asked for the answer at once. What a
    colleague passed on becomes two tickets: the second is the customer's.
    """
    contacts = [one for one in customer.contacts if one.id == contact_id]
    given = contact_id if contacts else None
    mail = await mail_of(ctx, ticket.no)
    led: tuple[ReplyPart, ...] = ()
    if mail is not None and _asks_for_another(mail, ticket, customer):
        closed, saved = await two_tickets.split(ctx, mail, ticket, customer.code, given)
        _keep_match(ctx, replace(saved, customer=None, contact_id=None), saved)
        led = (_said_of_split(mail, closed, saved),)
    else:
        known = taken(ctx, ticket)
        new = replace(known, customer=customer.code, contact_id=given)
        saved = await save(ctx, ticket, new)
        _keep_match(ctx, ticket, saved)
    followed = await what_follows(ctx, saved)
    # The answer's form stays open while its officer decides about the address.
    before = set(ctx.drafts)
    answer = await _asked_answer(ctx, saved)
    opened = next(iter(ctx.drafts - before), "")
    said = await _said_of_match(
        ctx,
        ticket,
        saved,
        customer,
        contacts,
        opened,
    )
    others = other_subjects(ctx, saved, mail, opened)
    said = replace(said, buttons=(*said.buttons, *others))
    brought = await _brought(ctx, mail, saved)
    return Reply((*led, said, *brought, *followed, *answer), confirms=True)


async def _brought(
    ctx: Context,
    mail: IncomingMail | None,
    ticket: Ticket,
) -> tuple[Paragraph, ...]:
    """Whether the mail is what this customer owes, now that it is known who that is."""
    if mail is None or mail.reading.proofs == NOTHING_BROUGHT:
        return ()
    added = (await additions(ctx, mail, ticket))()
    buttons = [button for button in added.buttons if button.action in PROOFS]
    if not buttons:
        return ()
    return (Paragraph(_("ใช่หลักฐานนี้ไหม"), tuple(buttons)),)


def _asks_for_another(
    mail: IncomingMail,
    ticket: Ticket,
    customer: Customer,
) -> bool:
    """Whether a colleague passed on what this customer asks, and it is not the colleague's own."""
    own = is_known(customer, mail.reading.from_email.casefold())
    return two_tickets.is_undivided(mail, ticket) and not own


def _said_of_split(
    mail: IncomingMail,
    closed: Ticket,
    real: Ticket,
) -> Paragraph:
    """Which ticket was closed with what, and how that is undone."""
    told = _("✅ %(no)s ปิดแล้ว · ผล: %(result)s", no=closed.no, result=closed.result)
    undo = two_tickets.undo_split(mail, real)
    return Paragraph(told, undo.buttons)


async def _asked_answer(ctx: Context, ticket: Ticket) -> tuple[ReplyPart, ...]:
    """Whoever has the ticket is asked what is answered."""
    if ticket.assignee != ctx.staff.id:
        return ()
    reply = await ACTIONS["mail.answer"].run(ctx, {"no": ticket.no})
    return reply.parts


def _keep_match(
    ctx: Context,
    before: Ticket,
    saved: Ticket,
) -> None:
    """It can be taken back."""
    was = orjson.dumps(matched_fields(before))
    became = orjson.dumps(matched_fields(saved))
    match = MailMatch(
        saved.no,
        was.decode(),
        became.decode(),
        kept="",
        matched_by=ctx.staff.id,
        matched_at=ctx.now,
    )
    ctx.change(matches.put_match, match=match)


async def _said_of_match(
    ctx: Context,
    before: Ticket,
    ticket: Ticket,
    customer: Customer,
    contacts: Sequence[Contact],
    opened: str,
) -> Paragraph:
    """What was done, how it is undone, and whether the address shall be kept."""
    ctx.audit("customer.named", customer.code)
    named = [_("ผู้ติดต่อ %(name)s", name=contact.name) for contact in contacts]
    who = in_one_line(f"{customer.code} {ticket_cards.shown_name(customer)}", *named)
    done = _(
        "✅ จับคู่ %(no)s กับ %(customer)s แล้ว",
        no=ticket.no,
        customer=who,
    )
    if is_free(before):
        done = _(
            "✅ รับเรื่อง %(no)s และจับคู่กับ %(customer)s แล้ว",
            no=ticket.no,
            customer=who,
        )
    label = ctx.catalogue.subject_label(ticket.subject, language())
    subject = _("เรื่อง %(subject)s", subject=label)
    asked = await address_question(ctx, before.no, customer)
    return Paragraph(
        in_lines(done, subject, asked),
        (unmatch_button(ticket), *(address_buttons(ticket.no, opened) if asked else ())),
    )


def unmatch_button(ticket: Ticket) -> Button:
    """[เลิกจับคู่]"""
    return Button(
        _("เลิกจับคู่"),
        "mail.unmatch",
        {"no": ticket.no},
    )


# The address, which is asked about once.


async def address_question(
    ctx: Context,
    no: TicketNo,
    customer: Customer,
) -> str:
    """Whether the address of the writer of a ticket's mail shall be kept with the customer; ""
    where it is known, or somebody said that it shall not.
    """
    writer = await writer_of_ticket(ctx, no)
    if not writer.emails or is_known(customer, writer.emails[0]):
        return ""
    address = writer.emails[0]
    if await matches.was_refused(ctx.db, address, customer.code):
        return ""
    return _(
        "จำ %(email)s ไว้กับ %(code)s ไหม",
        email=address,
        code=customer.code,
    )


def address_buttons(no: TicketNo, opened: str) -> tuple[Button, ...]:
    """[จำอีเมลนี้] [ไม่จำ], beside the draft that is open."""
    args = {"no": no, "draft": opened}
    return (
        Button(
            _("จำอีเมลนี้"),
            "mail.keep_address",
            args,
        ),
        Button(
            _("ไม่จำ"),
            "mail.leave_address",
            args,
        ),
    )


def not_matched(ticket: Ticket) -> Reply:
    """What a press gets where a match was taken back."""
    text = _("%(no)s ไม่ได้จับคู่อยู่แล้ว", no=ticket.no)
    return confirm(text, ticket_buttons.show_button(ticket))
