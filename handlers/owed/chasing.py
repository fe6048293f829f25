"""What is owed is followed up here, by a drafted letter or by other means. Each follow-up gets a
ticket of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain.customers.records import Customer
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.chat import (
    Button,
    Paragraph,
    Reply,
    ReplyPart,
    say,
)
from handlers.desk import Context
from handlers.forms.engine import own_draft, proceed
from handlers.i18n import _, speaking
from handlers.labels import value_label
from handlers.mail.asking.receivers import remember
from handlers.mail.letters.commands import preview_written
from handlers.mail.letters.drafts import draft_mail, written_anew
from handlers.mail.letters.sending import on_send
from handlers.mail.letters.writing import language_button, look_at
from handlers.owed import own_tickets, request_cards
from handlers.owed.cards import among, list_again
from handlers.owed.letters import (
    CHASE,
    NEXT,
    SPLIT,
    address_of,
    addressee_of,
    load_things,
    owed_together,
    write_chase,
)
from handlers.owed.presses import moved_on
from handlers.owed.proofs import Loaded, load, with_changed
from handlers.owed.requests import save_context
from handlers.registry import action
from store.mail.mails import NewMail
from store.owed import requests
from store.tickets import records as tickets

NUMBERS = "numbers"
"""What a button carries of the tickets' numbers that its letter was given."""


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
    shown = await preview_written(
        ctx,
        new,
        await write_chase(ctx, new),
        language_button(new.language, CHASE, {**args, NUMBERS: _written(new.things)}),
    )
    if ctx.desk.mail_from:
        return shown
    look = await look_at(ctx, new)
    # The tickets of the follow-up get the numbers that were given out for the letter.
    also = _written(new.also)
    by_hand = replace(by_hand, args={**by_hand.args, "no": new.ticket, "also": also})
    text = "\n".join(filter(None, (look.note, _("ส่งเองแล้วแตะที่นี่"))))
    return replace(shown, parts=(*shown.parts, Paragraph(text, (by_hand,))))


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
    given = dict(_read(args.get(NUMBERS, "")))
    first = f"O{things[0][0].id}"
    number = await _number(ctx, args.get("alone") or given.get(first, ""))
    also = []
    for row, _life, _rule in things[1:]:
        record = f"O{row.id}"
        also.append((record, await _number(ctx, given.get(record, ""))))
    return NewMail(
        first,
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


async def _number(ctx: Context, given: str) -> TicketNo:
    """The number of a follow-up's ticket: that which its letter was given already, in another
    language; a button that is pressed once more may name one that is used up.
    """
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
    reply = await _chased(
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
    things = [first]
    numbers = [args.get("no", "")]
    for record, ticket in _read(args.get("also", "")):
        other = await load(ctx, {"owed": record.removeprefix("O")})
        if other[0].state is OwedState.OPEN:
            things.append(other)
            numbers.append(ticket)
    with speaking("th"):
        result = _("ติดตามทางโทรศัพท์หรือทางอื่น")
    return await _chased(ctx, args, things, result, numbers)


@dataclass(frozen=True, slots=True)
class _FollowUp:
    """What one follow-up came to: the request after it, what to say, the things owed that
    changed.
    """

    life: Life
    lines: list[str]
    changed: Sequence[Owed]


async def _chased(
    ctx: Context,
    args: Mapping[str, str],
    things: Sequence[Loaded],
    result: str,
    numbers: Sequence[str],
) -> Reply:
    """One follow-up more of each of these things: its ticket, under the number that was given out
    for it, and the next reminder counted from now.
    """
    lives: dict[int, Life] = {}
    done: list[_FollowUp] = []
    for (row, life, rule), no in zip(things, numbers, strict=True):
        # Of two things on one request the second comes after the first.
        life = lives.get(life.request.id, life)
        one = await _follow_up(ctx, (row, life, rule), result, no)
        lives[life.request.id] = one.life
        done.append(one)
    changed = [row for one in done for row in one.changed]
    listed = await list_again(ctx, args, changed)
    return Reply((*listed, _told(ctx, done)), confirms=True)


async def _follow_up(
    ctx: Context,
    loaded: Loaded,
    result: str,
    no: str,
) -> _FollowUp:
    row, life, rule = loaded
    lines: list[str] = []
    changed: Sequence[Owed] = ()
    counted = False
    subject = ctx.desk.configuration.steps.pick(life.request.kind, rule.chase)
    if subject:
        details = _details(row, life)
        ticket, life, changed = await own_tickets.record(
            ctx,
            life,
            subject,
            details,
            result,
            no,
        )
        lines.append(_ticket_line(ctx, ticket))
        counted = ticket.status is Status.CLOSED
    if row.state is not OwedState.OPEN:
        # The proof came while the letter was being looked at: it went out, and nothing is owed any
        # more.
        return _FollowUp(life, [*lines, value_label("got", row.rule)], changed)
    if not counted:
        # Nothing but a closed ticket of the follow-up counts by itself.
        new = _count(ctx, row)
        changed = [new]
        life = with_changed(life, changed)
        lines.insert(0, value_label("owed", row.rule))
    return _FollowUp(life, [*lines, *_next_reminder(ctx, row.rule, changed)], changed)


def _count(ctx: Context, row: Owed) -> Owed:
    """Counts the follow-up of a thing owed; returns it as it is then."""
    new = row.chased_without_ticket(ctx.now)
    ctx.change(
        partial(
            requests.change_owed,
            old=row,
            new=new,
            context=save_context(ctx),
        )
    )
    ctx.audit("request.changed", requests.record(row.request_id))
    return replace(new, version=row.version + 1)


def _details(row: Owed, life: Life) -> str:
    """What the ticket of a follow-up says, in Thai, whoever presses."""
    with speaking("th"):
        what = f"{value_label('owed', row.rule)} · {request_cards.plain_title(life)}"
        return _("ติดตาม%(what)s", what=what)


def _ticket_line(ctx: Context, ticket: Ticket) -> str:
    label = ctx.desk.configuration.catalogue.subject_label(ticket.subject)
    if ticket.status is Status.CLOSED:
        return _("%(no)s (%(subject)s) ปิดแล้ว", no=ticket.no, subject=label)
    return _("%(no)s (%(subject)s) ยังเปิดอยู่", no=ticket.no, subject=label)


def _next_reminder(ctx: Context, rule: str, changed: Sequence[Owed]) -> list[str]:
    """When the thing owed under this rule is reminded of next; [] where it is not."""
    for row in changed:
        if row.rule == rule:
            at = requests.next_of(row, save_context(ctx))
            return [_("จะเตือนอีก %(date)s", date=request_cards.day(at))] if at else []
    return []


def _told(ctx: Context, done: Sequence[_FollowUp]) -> ReplyPart:
    """What the follow-ups came to, below the list that they were pressed in."""
    if len(done) == 1:
        (one,) = done
        return request_cards.outcome(ctx, one.life, one.lines)
    return Paragraph("\n\n".join(_lines(one) for one in done))


def _lines(one: _FollowUp) -> str:
    return "\n".join((request_cards.title(one.life), *one.lines))
