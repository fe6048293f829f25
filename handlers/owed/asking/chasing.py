"""What is owed is followed up here, by a drafted letter or by other means. Each follow-up gets a
ticket of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from domain.customers.records import Customer
from domain.mail.mails import subject_line
from domain.owed.requests import Life
from domain.owed.rules import OwedState
from domain.tickets.records import TicketNo
from handlers.chat import (
    Button,
    Paragraph,
    Reply,
    ReplyPart,
    in_lines,
    say,
)
from handlers.desk import Context
from handlers.forms.engine import own_draft, proceed
from handlers.i18n import _, speaking
from handlers.mail.asking.receivers import remember
from handlers.mail.letters.commands import preview_written
from handlers.mail.letters.drafts import draft_mail, written_anew
from handlers.mail.letters.sending import on_send
from handlers.mail.letters.writing import language_button, look_at
from handlers.owed import request_cards
from handlers.owed.asking.follow_ups import follow_up_all
from handlers.owed.asking.letters import (
    CHASE,
    NEXT,
    SPLIT,
    address_of,
    addressee_of,
    load_things,
    owed_together,
    write_chase,
)
from handlers.owed.cards import among
from handlers.owed.presses import moved_on
from handlers.owed.proofs import Loaded, load
from handlers.registry import action
from store.mail import mails
from store.mail.mails import NewMail
from store.tickets import records as tickets

SENT = "owed.letter_sent"


@action("owed.chase")
async def chase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Drafts the letter about all that the person owes, which one tap sends; `alone` = about this
    thing only. Without a mail server it shows the words to copy, and a button that records the
    follow-up.
    """
    first = await load(ctx, args)
    row, life, _rule = first
    if row.state is not OwedState.OPEN:
        return await moved_on(ctx, args, row)
    # Its name and address stand in the letter.
    customer = await ctx.customer(life.request.customer)
    ctx.audit("customer.read", customer.code)
    by_hand = request_cards.owed_button(
        _("ติดตามทางอื่นแล้ว"),
        "owed.chased",
        row,
        among(ctx, args),
        changes=True,
    )
    if not address_of(life, customer) and not args.get("ask"):
        return _ask_address(ctx, args, customer, by_hand)
    things = [first] if args.get("alone") else await owed_together(ctx, first)
    new = await _mail_about(ctx, args, things, customer)
    if ctx.desk.mail_from:
        return await preview_written(ctx, new, await write_chase(ctx, new))
    return await _to_copy(ctx, args, things, new, by_hand)


async def _to_copy(
    ctx: Context,
    args: Mapping[str, str],
    things: Sequence[Loaded],
    new: NewMail,
    by_hand: Button,
) -> Reply:
    """The letter as words to copy, with a press that says that it went, and one for other means.

    Looking at it makes no ticket, and so takes no number."""
    shown = await preview_written(
        ctx,
        _named(new, things),
        await write_chase(ctx, _named(new, things)),
        language_button(new.language, CHASE, dict(args)),
    )
    look = await look_at(ctx, new)
    of_letter = {**by_hand.args, "also": _written(new.also)}
    sent = replace(
        by_hand,
        label=_("ส่งเองแล้ว"),
        action=SENT,
        args={**of_letter, "to": new.to, "language": new.language},
    )
    text = in_lines(look.note, _("ส่งจดหมายนี้เอง หรือติดตามทางอื่นแล้ว แตะที่นี่"))
    presses = Paragraph(text, (sent, replace(by_hand, args=of_letter)))
    return replace(shown, parts=(*shown.parts, presses))


def _named(new: NewMail, things: Sequence[Loaded]) -> NewMail:
    """The letter under the number of the ticket with which it began to be owed: that of its own
    ticket is not known before it went.
    """
    row, life, _rule = things[0]
    return replace(new, ticket=row.ticket_no or life.tickets[-1].no)


@action(SENT, in_place=True)
async def sent_by_hand_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer sent the letter without the desk: it counts as one that the desk sent, and what
    has to be confirmed of a letter is asked here.
    """
    first = await load(ctx, args)
    if first[0].state is not OwedState.OPEN:
        return await moved_on(ctx, args, first[0])
    things = await _still_open(ctx, first, args)
    customer = await ctx.customer(first[1].request.customer)
    new = replace(await _mail_about(ctx, args, things, customer), to=args["to"])
    look = await look_at(ctx, new)
    if look.question and args.get("confirmed") != look.question:
        again = {**args, "confirmed": look.question}
        once_more = Button(_("ยืนยันว่าส่งแล้ว"), SENT, again, once=True)
        return say(in_lines(look.note, f"⚠️ {look.question}"), once_more)
    numbers = [await _number_for(ctx, loaded) for loaded in things]
    letter = await _as_copied(ctx, new, things, numbers)
    ctx.change(mails.put_by_hand, new=letter, mail_id=uuid4(), by=ctx.staff.id, now=ctx.now)
    for record, _ticket in letter.things:
        ctx.audit("mail.sent", record)
    with speaking("th"):
        result = _("ส่งจดหมายเองถึง %(to)s: %(subject)s", to=letter.to, subject=letter.subject)
    return await follow_up_all(ctx, args, things, result, numbers)


async def _as_copied(
    ctx: Context,
    new: NewMail,
    things: Sequence[Loaded],
    numbers: Sequence[str],
) -> NewMail:
    """The letter in the words that were copied, about the tickets that it makes."""
    named = _named(new, things)
    written = await write_chase(ctx, named)
    records = [record for record, _ticket in new.things]
    (_record, ticket), *also = zip(records, numbers, strict=True)
    return replace(
        new,
        ticket=ticket,
        also=tuple(also),
        subject=subject_line(written.subject, named.ticket),
        body=written.before + written.text + written.after,
    )


async def _number_for(ctx: Context, loaded: Loaded) -> str:
    """The number of the ticket that a follow-up makes; "" where it makes none."""
    _row, life, rule = loaded
    if not ctx.desk.configuration.steps.pick(life.request.kind, rule.chase):
        return ""
    return await ctx.new_ticket_no()


async def _mail_about(
    ctx: Context,
    args: Mapping[str, str],
    things: Sequence[Loaded],
    customer: Customer,
) -> NewMail:
    """The letter about these things, not written yet, in the language of the customer or the one
    that is chosen for them.
    """
    _row, life, _rule = things[0]
    codes = tuple(dict.fromkeys((customer.code, *(one.request.customer for _r, one, _u in things))))
    for code in codes[1:]:
        ctx.audit("customer.read", code)
    language = args.get("language") or addressee_of(ctx, life, customer).language
    if args.get("language"):
        await remember(ctx, codes, language, _contact(life))
    number = await _number(ctx, args.get("alone", ""))
    also = [(f"O{row.id}", await _number(ctx)) for row, _life, _rule in things[1:]]
    return NewMail(
        f"O{things[0][0].id}",
        address_of(life, customer),
        "",
        "",
        CHASE,
        language,
        number,
        aside={"among": among(ctx, args), NEXT: args.get(NEXT, "")},
        customers=codes,
        also=tuple(also),
        contact=_contact(life),
    )


async def _number(ctx: Context, given: str = "") -> str:
    """The number of the ticket that a follow-up makes once the desk has sent its letter: that which
    was given out for it already; a button that is pressed once more may name one that is used up.
    """
    if not ctx.desk.mail_from:
        return ""
    if given and not await tickets.find_ticket(ctx.db, given):
        return TicketNo(given)
    return await ctx.new_ticket_no(later=True)


def _contact(life: Life) -> int | None:
    """The id of the contact whom the contract names."""
    return life.contract.contact_id if life.contract else None


def _written(things: Sequence[tuple[str, str]]) -> str:
    """Things owed with the numbers of their tickets, as a button carries them."""
    return " ".join(f"{record}:{ticket}" for record, ticket in things)


def _read(text: str) -> list[tuple[str, str]]:
    pairs = (each.partition(":") for each in text.split())
    return [(record, ticket) for record, _colon, ticket in pairs]


@action(SPLIT, in_place=True)
async def split_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The letter about several things becomes one about the first; the others follow it, each in a
    letter of its own.
    """
    draft = await own_draft(ctx, args)
    whole = draft_mail(draft)
    aside = {**whole.aside, NEXT: _written(whole.also)}
    first = replace(whole, also=(), aside=aside)
    return await proceed(ctx, await written_anew(ctx, draft, first))


def _next_letter(mail: NewMail) -> tuple[ReplyPart, ...]:
    """[ร่างฉบับต่อไป], where a letter was parted and others wait."""
    waiting = _read(mail.aside.get(NEXT, ""))
    if not waiting:
        return ()
    (record, ticket), *others = waiting
    args = {
        "owed": record.removeprefix("O"),
        "alone": ticket,
        NEXT: _written(others),
        "among": mail.aside.get("among", ""),
    }
    text = _("เหลืออีก %(count)s ฉบับ", count=len(waiting))
    return (Paragraph(text, (Button(_("ร่างฉบับต่อไป"), CHASE, args),)),)


def _ask_address(
    ctx: Context,
    args: Mapping[str, str],
    customer: Customer,
    by_hand: Button,
) -> Reply:
    """No e-mail of the customer is known: one for this letter, one for good, or other means."""
    text = _("%(code)s ไม่มีอีเมล พิมพ์อีเมลสำหรับฉบับนี้ หรือติดตามทางอื่น", code=customer.code)
    again = {**args, "among": among(ctx, args), "ask": "1"}
    return say(
        f"⚠️ {text}",
        Button(_("พิมพ์อีเมล"), "owed.chase", again),
        Button(
            _("แก้ไขผู้รับบริการ"),
            "customer.edit",
            {"code": customer.code},
        ),
        by_hand,
    )


@on_send(CHASE)
async def chase_sent(ctx: Context, mail: NewMail) -> tuple[ReplyPart, ...]:
    """The letter was sent: a ticket is recorded and closed for each thing it asks for, and the next
    reminders are planned.
    """
    things = await load_things(ctx, mail)
    with speaking("th"):
        result = _(
            "ส่งอีเมลถึง %(to)s: %(subject)s",
            to=mail.to,
            subject=mail.subject,
        )
    reply = await follow_up_all(
        ctx,
        {"among": mail.aside.get("among", "")},
        things,
        result,
        [ticket for _record, ticket in mail.things],
    )
    return (*reply.parts, *_next_letter(mail))


@action("owed.chased", in_place=True)
async def chased_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer has followed it up by other means: that is recorded in the same way, of all that
    the letter asked for.
    """
    first = await load(ctx, args)
    if first[0].state is not OwedState.OPEN:
        return await moved_on(ctx, args, first[0])
    things = await _still_open(ctx, first, args)
    with speaking("th"):
        result = _("ติดตามทางโทรศัพท์หรือทางอื่น")
    return await follow_up_all(ctx, args, things, result, [""] * len(things))


async def _still_open(ctx: Context, first: Loaded, args: Mapping[str, str]) -> list[Loaded]:
    """What a letter asked for, as it is now, without what is over by now."""
    things = [first]
    for record, _ticket in _read(args.get("also", "")):
        other = await load(ctx, {"owed": record.removeprefix("O")})
        if other[0].state is OwedState.OPEN:
            things.append(other)
    return things
