"""The buttons of a request's card: its next steps, its tickets, its history, its end, and its
contract.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.catalogue import Subject
from domain.errors import InvalidInput
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.tickets.records import SEPARATOR, Ticket, parse_contract_no
from handlers.chat import (
    Button,
    Card,
    Choice,
    Paragraph,
    Reply,
    say,
)
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer, end, new_draft
from handlers.forms.engine import enter_form, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import text_field
from handlers.i18n import _, language, speaking
from handlers.labels import value_label
from handlers.owed import contract_form, own_tickets, request_cards
from handlers.owed.requests import contract_from, own_unclaimed, save_context, want_button
from handlers.records import changes as change_text
from handlers.registry import CardAddition, action, on_ticket_card, state
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.contract_no import check_owner, next_contract_no
from handlers.tickets.form import new_ticket
from store.chat.forms import Draft
from store.customers import records as customers
from store.owed import contracts, requests
from store.records import changes
from store.tickets import records as tickets

HISTORY = 20


async def _load(ctx: Context, args: Mapping[str, str]) -> Life:
    life = await requests.get_life(ctx.db, int(args["request"]))
    ctx.audit("request.read", requests.record(life.request.id))
    return life


TICKETS = 30
"""So many of a request's tickets are listed: the latest."""


@state("Q")
async def present(ctx: Context, record: str, version: int | None) -> Reply | None:
    """Returns a request as it is now, if it is no longer as a button showed it; else None."""
    life = await requests.get_life(ctx.db, int(record[1:]))
    if life.request.version == version:
        return None
    return await request_cards.show(ctx, life.request.id)


@action("request.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the card of a request."""
    return await request_cards.show(ctx, int(args["request"]))


@on_ticket_card(place=5)
async def _on_ticket_card(ctx: Context, ticket: Ticket) -> CardAddition:
    """The way from a ticket to the request that it is a step of."""
    if ctx.configuration.steps.find_kind(ticket.subject) is None:
        return CardAddition()
    request_id = await ctx.belonging(requests.find_request_of, ticket.no, None)
    if request_id is None:
        return CardAddition()
    button = request_cards.request_button(request_id)
    return CardAddition(buttons=(button,))


@action("request.list", aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the requests of a customer below the message from which the button comes."""
    return await requests_of(ctx, args["code"])


async def requests_of(ctx: Context, code: str) -> Reply:
    """Lists the requests of a customer, the latest first."""
    customer = await customers.get_customer(ctx.db, code)
    ctx.audit("customer.named", customer.code)
    options = []
    for life in reversed(await requests.list_by_customer(ctx.db, customer.code)):
        opened = {"request": str(life.request.id)}
        options.append(Button(_summary(life), "request.show", opened))
    named = f"{customer.code} {ticket_cards.shown_name(customer)}"
    title = _("คำขอข้อมูล · %(customer)s", customer=named)
    back = Button(
        _("ผู้รับบริการ"),
        "customer.show",
        {"code": customer.code},
    )
    return Reply((Choice(title, tuple(options), (back,)),))


def _summary(life: Life) -> str:
    """A request in a list: its contract or day, what is owed on it, and whether it is over."""
    parts = [request_cards.title(life), *_waits(life)]
    if life.request.ended_at:
        parts.append(_("จบแล้ว"))
    return " · ".join(parts)


def _waits(life: Life) -> list[str]:
    """What is still owed on a request."""
    return [value_label("waits", row.rule) for row in life.owed if row.state is OwedState.OPEN]


@action("request.tickets", aside=True)
async def tickets_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the tickets of a request, the oldest first."""
    life = await _load(ctx, args)
    for ticket in life.tickets:
        ctx.audit("ticket.listed", ticket.no)
    options = []
    for ticket in life.tickets[-TICKETS:]:
        line = ticket_cards.ticket_line(ctx, ticket)
        options.append(ticket_buttons.show_button(ticket, line))
    back = request_cards.request_button(life.request.id)
    return Reply(
        (
            Choice(
                request_cards.title(life),
                tuple(options),
                (back,),
            ),
        )
    )


@action("request.history", aside=True)
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the latest changes of a request, its contract and what is owed: who changed what, when,
    from what to what.
    """
    life = await _load(ctx, args)
    record = requests.record(life.request.id)
    every = await changes.list_changes(ctx.db, record)
    lines = await change_text.lines(ctx, every[-HISTORY:])
    title = _("ประวัติ %(title)s", title=request_cards.title(life))
    back = request_cards.request_button(life.request.id)
    card = Card(title, tuple(lines), buttons=(back,))
    return Reply((card,))


# Steps.


@action("request.step")
async def step_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Begins a ticket for one step, with everything that the request already tells."""
    life = await _load(ctx, args)
    subject = ctx.desk.configuration.catalogue.subject(args["subject"])
    values = {
        "customer": life.request.customer,
        "subject": subject.code,
        "channel": _likely_channel(subject),
        "projects": SEPARATOR.join(own_tickets.projects(life)),
        "data_years": own_tickets.data_years(life),
    }
    if life.contract:
        values["contract_no"] = life.contract.no
        values["contact"] = str(life.contract.contact_id or "")
        if life.contract.signed_on:
            values["contract_on"] = life.contract.signed_on.isoformat()
    given = {name: value for name, value in values.items() if value}
    # The officer has not said by which channel it came.
    answer = FormAnswer(given, guessed=frozenset({"channel"}))
    draft = new_ticket(
        ctx,
        answer,
        about={"request": str(life.request.id)},
    )
    return await start(ctx, draft)


def _likely_channel(subject: Subject) -> str:
    """The channel by which a subject usually comes: a letter where it may, else e-mail."""
    channels = subject.channels or ("email",)
    for usual in ("letter", "email"):
        if usual in channels:
            return usual
    return channels[0]


@action("request.steps")
async def steps_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the steps that may be recorded, by a ticket or by the officer's word."""
    life = await _load(ctx, args)
    steps = ctx.desk.configuration.steps
    options = []
    for step, subjects in steps.kinds[life.request.kind].items():
        if subjects:
            options.append(_ticket_step(life, step, subjects[0]))
        elif not steps.is_done(life, step):
            label = _("%(step)sแล้ว", step=value_label("step", step))
            options.append(
                request_cards.once(
                    label,
                    "request.mark",
                    life,
                    step=step,
                )
            )
    for each in own_unclaimed(ctx, life):
        options.append(want_button(life, each))
    return Reply((Choice(request_cards.title(life), tuple(options)),))


@action("owed.want", in_place=True)
async def want_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer says that something is owed again, though it came before."""
    life = await _load(ctx, args)
    wanted = [each for each in own_unclaimed(ctx, life) if each.ticket_no == args["ticket"]]
    if args["rule"] not in {each.rule for each in wanted}:
        return await request_cards.show(ctx, life.request.id)
    want = partial(
        requests.want,
        request_id=life.request.id,
        rule=args["rule"],
        ticket_no=args["ticket"],
        context=save_context(ctx),
    )
    ctx.change(want)
    ctx.audit("request.changed", requests.record(life.request.id))
    after = _wanted(ctx, life, args["rule"], args["ticket"])
    lines = request_cards.told(
        ctx.desk,
        life,
        requests.settlement(after, ctx.configuration.rules),
        ctx.now,
    )
    return Reply((request_cards.outcome(ctx, life, lines),), confirms=True)


def _wanted(ctx: Context, life: Life, rule: str, ticket_no: str) -> Life:
    """The request once an officer says that something is owed from this ticket."""
    new = Owed(life.request.id, rule, ctx.now, known_by=ticket_no)
    known = {(row.rule, row.known_by): row for row in life.owed}
    row = replace(
        known.pop((rule, ticket_no), new),
        wanted_at=ctx.now,
        decided_at=ctx.now,
        word=None,
    )
    return replace(life, owed=(*known.values(), row))


@action("request.bring", in_place=True)
async def bring_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The other tickets of a request are another customer's as well, as one of them was: they come
    to the request that it is on by now.
    """
    ticket = await tickets.get_ticket(ctx.db, args["ticket"])
    number = await requests.find_request_of(ctx.db, ticket.no)
    left = await _load(ctx, args)
    # It may have gone on to somebody else since, or off any request.
    if number in (None, left.request.id) or ticket.customer != args.get("code"):
        return await request_cards.show(ctx, left.request.id)
    life = await requests.get_life(ctx.db, number)
    others = [one for one in left.tickets if life.may_hold(one)]
    for one in others:
        corrected = replace(one, customer=ticket.customer, contact_id=None)
        ticket_saves.write(ctx, one, corrected, ctx.staff.id)
        ctx.audit("ticket.changed", one.no)
    for one in others:
        change = partial(
            requests.set_request,
            ticket_no=one.no,
            request_id=number,
            context=save_context(ctx),
        )
        ctx.change(change)
    ctx.audit("request.changed", requests.record(number))
    line = _("✅ ย้ายใบงาน %(count)s ใบมาที่ %(code)s แล้ว", count=len(others), code=ticket.customer)
    return Reply((request_cards.outcome(ctx, life, [line]),), confirms=True)


def _ticket_step(life: Life, step: str, subject: str) -> Button:
    """The button of a step that a ticket of this subject does."""
    if step == "thanks":
        label = _("ผู้รับบริการขอบคุณ (%(no)s)", no=subject)
        return request_cards.button(label, "request.thanks", life)
    label = f"{value_label('step', step)} ({subject})"
    return request_cards.button(
        label,
        "request.step",
        life,
        subject=subject,
    )


@action("request.mark", in_place=True)
async def mark_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Writes down that a step without a ticket is done."""
    life = await _load(ctx, args)
    step = args["step"]
    if not ctx.desk.configuration.steps.is_done(life, step):
        mark = partial(
            requests.mark,
            request_id=life.request.id,
            step=step,
            context=save_context(ctx),
        )
        ctx.change(mark)
        ctx.audit("request.changed", requests.record(life.request.id))
    line = f"✅ {value_label('step', step)}"
    return Reply((request_cards.outcome(ctx, life, [line]),), confirms=True)


@action("request.thanks")
async def thanks_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Records the user's thanks in a ticket that is closed at once (DOMAIN.md section 8, row 7)."""
    life = await _load(ctx, args)
    subjects = ctx.desk.configuration.steps.kinds[life.request.kind].get("thanks", ())
    if not subjects:
        raise InvalidInput("choice")
    subject = subjects[0]
    with speaking("th"):
        details = _("ผู้รับบริการขอบคุณ %(title)s", title=request_cards.plain_title(life))
        result = _("รับทราบคำขอบคุณ")
    ticket, after, _changed = await own_tickets.record(
        ctx,
        life,
        subject,
        details,
        result,
    )
    label = ctx.desk.configuration.catalogue.subject_label(subject, language())
    line = _("%(no)s (%(subject)s) ปิดแล้ว", no=ticket.no, subject=label)
    show = ticket_buttons.show_button(ticket)
    part = request_cards.outcome(
        ctx,
        after,
        [line],
        (show,),
    )
    return Reply((part,), confirms=True)


# The end.


async def _heading(ctx: Context, draft: Draft) -> str:
    life = await requests.get_life(ctx.db, int(draft.record))
    title = _("จบคำขอ %(title)s", title=request_cards.title(life))
    return " · ".join((title, *_waits(life)))


async def _end(ctx: Context, draft: Draft, reason: str) -> Reply:
    life = await requests.get_life(ctx.db, int(draft.record))
    title = request_cards.title(life)
    end(ctx, draft, outcome=title)
    if life.request.ended_at is None:
        change = partial(
            requests.end_request,
            request_id=life.request.id,
            reason=reason,
            context=save_context(ctx),
        )
        ctx.change(change)
        ctx.audit("request.changed", requests.record(life.request.id))
    line = _("จบคำขอแล้ว หยุดเตือนทุกเรื่องของคำขอนี้")
    show = request_cards.request_button(life.request.id)
    return Reply((Paragraph(f"{title}\n{line}", (show,)),), confirms=True)


enter_form(
    OneField(
        "request.end",
        text_field("reason", "พิมพ์เหตุผล"),
        _heading,
        _end,
    )
)


@action("request.end", danger=True)
async def end_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks why nothing more is expected of this request."""
    life = await _load(ctx, args)
    draft = new_draft(
        ctx,
        "request.end",
        {},
        record=str(life.request.id),
        record_version=life.request.version,
    )
    return await start(ctx, draft)


@action("request.resume", in_place=True)
async def resume_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Goes on with a request that was ended."""
    life = await _load(ctx, args)
    number = life.request.id
    ctx.change(
        partial(
            requests.resume_request,
            request_id=number,
            context=save_context(ctx),
        )
    )
    ctx.audit("request.changed", requests.record(number))
    part = request_cards.outcome(ctx, life, [_("ทำคำขอนี้ต่อแล้ว")])
    return Reply((part,), confirms=True)


# The contract.


@action("contract.use", in_place=True)
async def use_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Gives the request the proposed contract number; if somebody was quicker, the next number is
    proposed.
    """
    life = await _load(ctx, args)
    if life.contract:
        return await request_cards.show(ctx, life.request.id)
    no = parse_contract_no(args["no"])
    if await contracts.find_contract(ctx.db, no):
        no = await next_contract_no(ctx)
        again = request_cards.button(
            _("ใช้เลขสัญญา %(no)s", no=no),
            "contract.use",
            life,
            no=no,
        )
        return say(_("⚠️ สัญญา %(no)s มีผู้ใช้แล้ว", no=args["no"]), again)
    await check_owner(ctx, no, life.request.customer)
    contract = contract_from(life, no)
    return await contract_form.save_contract(ctx, life, contract)


@action("contract.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Opens the form of the contract; it asks for the number if there is none yet."""
    life = await _load(ctx, args)
    known = life.contract is not None
    draft = contract_form.edit_contract(ctx, life, look=known)
    return await start(ctx, draft, "+more" if known else "")


@action("contract.research_due")
async def research_due_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks for another date of the research result."""
    life = await _load(ctx, args)
    draft = contract_form.edit_contract(ctx, life)
    return await start(ctx, draft, "research_due_on")
