"""These functions find the request to which a ticket belongs, and say what is owed from then on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import TypeVar

from domain.errors import InvalidInput, NotFound
from domain.owed.contracts import Contract, check_year
from domain.owed.requests import (
    Life,
    Placement,
    Request,
    RequestKind,
    of_contract,
    place,
    rejoin,
)
from domain.owed.rules import Owed, OwedState, Rule
from domain.owed.settling import Unclaimed, closings, unclaimed
from domain.tickets.records import Status, Ticket
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
    ReplyPart,
)
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import value_label
from handlers.messages import sentence
from handlers.owed import request_cards
from handlers.registry import SavedTicket, TicketEvent, action, after_save
from handlers.tickets.contract_no import next_contract_no
from store.owed import contracts, requests
from store.records.save_context import SaveContext
from store.tickets import records as tickets

T = TypeVar("T")


def save_context(ctx: Context) -> SaveContext:
    """Returns what changes of requests are decided on: the office's data, the officer, and the
    time.
    """
    return SaveContext(ctx.desk.configuration, ctx.staff.id, ctx.now)


def _request_of(lives: Sequence[Life], number: int | None) -> Life | None:
    """The request with this number among these."""
    return next((life for life in lives if life.request.id == number), None)


@after_save(place=20)
async def _after_save(ctx: Context, saved: SavedTicket) -> tuple[ReplyPart, ...]:
    """A ticket comes onto its request, again onto the one that it was on, or goes off it."""
    if saved.event is TicketEvent.CHANGED:
        return await place_on_request(ctx, saved.ticket, saved.made_for)
    number = await requests.find_request_of(ctx.db, saved.ticket.no)
    if saved.event is TicketEvent.RESTORED:
        return await place_on_request(ctx, saved.ticket, str(number or ""))
    if number is None:
        return ()
    told = _("สิ่งที่ต้องติดตามของคำขอนี้คิดใหม่โดยไม่รวมใบงานที่ยกเลิก")
    return (Paragraph(told, (request_cards.request_button(number),)),)


async def place_on_request(ctx: Context, ticket: Ticket, chosen: str = "") -> tuple[ReplyPart, ...]:
    """Puts a saved ticket on the request to which it belongs, and says what came of it. Its own
    change is collected already.

    `chosen` = the request it was made for. Found from subject and customer; the officer is asked
    where several fit."""
    kind = ctx.desk.configuration.steps.find_kind(ticket.subject)
    current = await ctx.belonging(requests.find_request_of, ticket.no, None)
    if kind is None or ticket.customer is None:
        _leave(ctx, ticket, current)
        return () if kind is None else (_without_customer(ticket),)
    wanted = int(chosen) if chosen else current
    placement = await _placement(
        ctx,
        ticket,
        kind,
        wanted,
        current,
    )
    if placement.waits:
        _leave(ctx, ticket, current)
        return (_question(ctx, ticket, placement),)
    parts = await put(
        ctx,
        ticket,
        placement.life,
        kind,
    )
    others = [life for life in placement.asked if life is not placement.life]
    if others:
        parts = (*parts, _question(ctx, ticket, placement))
    return (*parts, *await _left_behind(ctx, ticket, placement.life, current))


async def _left_behind(
    ctx: Context,
    ticket: Ticket,
    life: Life | None,
    number: int | None,
) -> tuple[ReplyPart, ...]:
    """Asks whether the other tickets of the request that a ticket was on, if it has left that for
    another customer's, are that customer's as well. `life` = where it is now, None = on a new one.
    """
    if number is None or (life is not None and life.request.id == number):
        return ()
    left = (await requests.get_life(ctx.db, number)).without(ticket.no)
    if left.request.customer == ticket.customer or not left.tickets:
        return ()
    text = _(
        "คำขอเดิมยังมีใบงาน %(count)s ใบอยู่ที่ %(code)s",
        count=len(left.tickets),
        code=left.request.customer,
    )
    label = _("ย้ายทั้งคำขอมาที่ %(code)s", code=ticket.customer)
    args = {"ticket": ticket.no, "request": str(number), "code": ticket.customer or ""}
    bring = Button(
        label,
        "request.bring",
        args,
        once=True,
    )
    return (Paragraph(text, (bring,)),)


async def _placement(
    ctx: Context,
    ticket: Ticket,
    kind: RequestKind,
    wanted: int | None,
    current: int | None,
) -> Placement:
    """The request that a ticket belongs to: the one that is `wanted`, where its contract is no
    other; else the likeliest of its customer's.
    """
    assert ticket.customer is not None
    lives = await requests.list_by_customer(ctx.db, ticket.customer, kind)
    life = _request_of(lives, wanted)
    if life is None or not life.may_hold(ticket):
        life = of_contract(ticket.contract_no, lives)
    if life is not None:
        return Placement(life)
    configuration = ctx.desk.configuration
    ends = [rule.name for rule in configuration.rules.values() if ticket.subject in rule.ends]
    # The one that it is on follows its only ticket, which may have been another's, or voided.
    own = await _own_request(ctx, current, ticket, kind)
    if own is None:
        return place(configuration.steps, ticket, lives, ends, ctx.now)
    if _request_of(lives, current) is not None:
        return Placement(own)
    return rejoin(configuration.steps, ticket, own, lives, ends, ctx.now)


def _set_request(ctx: Context, ticket: Ticket, request_id: int | None) -> None:
    """Puts a ticket on this request, or on none."""
    change = partial(
        requests.set_request,
        ticket_no=ticket.no,
        request_id=request_id,
        context=save_context(ctx),
    )
    ctx.change(change)


def _leave(ctx: Context, ticket: Ticket, current: int | None) -> None:
    """Takes a ticket off the request that it is on, if it is on one."""
    if current is not None:
        _set_request(ctx, ticket, None)


async def _own_request(
    ctx: Context,
    number: int | None,
    ticket: Ticket,
    kind: RequestKind,
) -> Life | None:
    """The request that a ticket is on as it will be, if it is of its customer and kind by then and
    its contract is no other.
    """
    if number is None:
        return None
    life = await requests.get_life(ctx.db, number)
    life = life.corrected(await tickets.get_ticket(ctx.db, ticket.no), ticket)
    same = life.request.customer == ticket.customer and life.request.kind is kind
    return life if same and life.may_hold(ticket) else None


def _without_customer(ticket: Ticket) -> ReplyPart:
    """Nobody owes what is nobody's: said, so that it is not taken for followed up."""
    text = _("⚠️ ใบงาน %(no)s ไม่มีผู้รับบริการ จึงยังไม่มีการติดตามให้ เลือกผู้รับบริการในใบงาน", no=ticket.no)
    edit = Button(
        _("แก้ไข"),
        "ticket.edit",
        {"no": ticket.no},
    )
    return Paragraph(text, (edit,))


def _question(ctx: Context, ticket: Ticket, placement: Placement) -> Choice:
    """Which request it belongs to: asked only where it is not clear."""
    options = []
    for life in placement.asked:
        if life is not placement.life:
            args = {"ticket": ticket.no, "request": str(life.request.id)}
            options.append(Button(_request_line(life), "request.take", args))
    new = {"ticket": ticket.no, "request": ""}
    options.append(Button(_("คำขอใหม่"), "request.take", new))
    question = _("ถ้าใบงาน %(no)s เป็นของคำขออื่น เลือกที่นี่", no=ticket.no)
    if placement.waits:
        question = _("ใบงาน %(no)s เป็นของคำขอใด (ยังไม่หยุดเตือนรายการใด)", no=ticket.no)
    return Choice(question, tuple(options))


def _request_line(life: Life) -> str:
    """A request by its contract or day, its projects, and what is owed on it."""
    parts = [request_cards.title(life), ", ".join(life.projects())]
    for row in life.owed:
        if row.state is OwedState.OPEN:
            parts.append(value_label("waits", row.rule))
    return " · ".join(filter(None, parts))


async def put(
    ctx: Context,
    ticket: Ticket,
    life: Life | None,
    kind: RequestKind,
) -> tuple[ReplyPart, ...]:
    """Puts a ticket on a request, or on a new one for None; the contract that it names comes with
    it.
    """
    if life is None:
        life = await _new_request(ctx, ticket, kind)
    life, known = await _with_what_comes(ctx, life, ticket)
    lines: list[str] = []
    if ticket.contract_no and life.contract is None:
        life, lines = await _with_contract(ctx, life, ticket)
    _set_request(ctx, ticket, life.request.id)
    ctx.audit("request.changed", requests.record(life.request.id))
    after, changed = settled(ctx, replace(life, owed=(*life.owed, *known)), ticket)
    asked = _asked_again(ctx, after, ticket, changed)
    lines += request_cards.told(
        ctx.desk,
        life,
        [row for row in changed if row.known_by not in asked],
        ctx.now,
    )
    lines += _oddities(ctx, life, ticket, changed)
    buttons = await _put_buttons(
        ctx,
        kind,
        life,
        after,
        changed,
    )
    outcome = request_cards.outcome(
        ctx,
        after,
        lines,
        buttons,
    )
    return outcome, *(again_part(life, each) for each in asked.values())


async def _with_what_comes(
    ctx: Context,
    life: Life,
    ticket: Ticket,
) -> tuple[Life, list[Owed]]:
    """The request with the contract that comes along with a ticket from another request, and what
    is owed from that ticket there.
    """
    is_new = ticket.version == 1
    if is_new or ticket.no in {each.no for each in life.tickets}:
        return life, []
    number = await requests.find_request_of(ctx.db, ticket.no)
    if number in (None, life.request.id):
        return life, []
    left = (await requests.get_life(ctx.db, number)).without(ticket.no)
    known = [row for row in left.owed if row.known_by == ticket.no]
    if left.contract is None or life.contract is not None or not left.gives_up_contract(ticket):
        return life, known
    contract = replace(left.contract, request_id=life.request.id)
    return replace(life, contract=contract), known


def _asked_again(
    ctx: Context,
    after: Life,
    ticket: Ticket,
    changed: Sequence[Owed],
) -> dict[str, Unclaimed]:
    """By ticket, what is not owed again until the officer says so: from this ticket, or no longer
    since this one shows that the proof was there before.
    """
    touched = {ticket.no, *(row.known_by for row in changed)}
    return {one.ticket_no: one for one in own_unclaimed(ctx, after) if one.ticket_no in touched}


def own_unclaimed(ctx: Context, life: Life) -> list[Unclaimed]:
    """Returns the starts of a request from which nothing is owed until an officer says so."""
    found: list[Unclaimed] = []
    for rule in ctx.desk.configuration.rules.values():
        found += unclaimed(rule, life.tickets, life.owed)
    return found


def again_part(life: Life, found: Unclaimed) -> ReplyPart:
    """Returns the question whether something is owed again whose proof was there."""
    text = _(
        "ใบงาน %(no)s ไม่เริ่มรอ%(what)s เพราะได้รับแล้ว %(date)s · ถ้าต้องรออีกครั้ง หรือเป็นคำขอใหม่ แตะที่นี่",
        no=found.ticket_no,
        what=value_label("owed", found.rule),
        date=request_cards.day(found.proved_at),
    )
    new = Button(
        _("คำขอใหม่"),
        "request.take",
        {"ticket": found.ticket_no, "request": ""},
    )
    return Paragraph(text, (want_button(life, found), new))


def want_button(life: Life, found: Unclaimed) -> Button:
    """Returns the button by which an officer says that something is owed again."""
    args = {
        "request": str(life.request.id),
        "rule": found.rule,
        "ticket": found.ticket_no,
    }
    label = _("รอ%(what)sอีกครั้ง", what=value_label("owed", found.rule))
    return Button(label, "owed.want", args, once=True)


async def _new_request(ctx: Context, ticket: Ticket, kind: RequestKind) -> Life:
    """A request that begins with this ticket."""
    assert ticket.customer is not None
    number = await requests.reserve_request_id(ctx.db)
    request = Request(
        number,
        kind,
        ticket.customer,
        ticket.created_at,
        ctx.now,
    )
    ctx.change(partial(requests.add_request, request=request))
    ctx.audit("request.created", requests.record(number))
    return Life(request)


async def _put_buttons(
    ctx: Context,
    kind: RequestKind,
    life: Life,
    after: Life,
    changed: Sequence[Owed],
) -> list[Button]:
    """What a ticket more calls for: the contract's number once the letter came, another date for a
    research result that is owed from now on. `life` as it was before, `after` with the ticket.
    """
    buttons = []
    has_letter = ctx.desk.configuration.steps.is_done(after, "letter")
    if kind is RequestKind.MICRODATA and after.contract is None and has_letter:
        no = await next_contract_no(ctx)
        label = _("ใช้เลขสัญญา %(no)s", no=no)
        buttons.append(
            request_cards.button(
                label,
                "contract.use",
                life,
                no=no,
            )
        )
    if after.contract and begins_research(changed):
        buttons.append(
            request_cards.button(
                _("เปลี่ยนวัน"),
                "contract.research_due",
                life,
            )
        )
    return buttons


def begins_research(changed: Sequence[Owed]) -> bool:
    """Says whether the research result is owed from now on."""
    return any(row.rule == "research" and row.state is OwedState.OPEN for row in changed)


def settled(ctx: Context, life: Life, ticket: Ticket) -> tuple[Life, list[Owed]]:
    """Returns the request with this ticket as it is now, and the things owed that this changes."""
    tickets = [each for each in life.tickets if each.no != ticket.no]
    tickets.append(ticket)
    after = replace(life, tickets=tuple(tickets))
    changed = requests.settlement(after, ctx.desk.configuration.rules)
    ids = {row.id for row in changed if row.id}
    rows = [row for row in life.owed if row.id not in ids]
    rows += changed
    after = replace(after, owed=tuple(rows))
    return after, changed


async def _with_contract(ctx: Context, life: Life, ticket: Ticket) -> tuple[Life, list[str]]:
    """The contract that the ticket names: made here where there is none of that number, and its
    year has begun; else a line that says why not.
    """
    no = ticket.contract_no
    # A number of a year to come is a slip; the ticket keeps it, but it makes no contract.
    try:
        check_year(no, ctx.today)
    except InvalidInput as error:
        return life, [f"⚠️ {sentence(error)}"]
    owner = await contracts.find_owner(ctx.db, no)
    if owner:
        line = _(
            "⚠️ สัญญา %(no)s เป็นของ %(code)s แล้ว ตรวจเลขที่สัญญาในใบงาน",
            no=no,
            code=owner,
        )
        return life, [line]
    before = await contracts.find_laid_by(ctx.db, life.request.id, no)
    contract = before or contract_from(life, no, ticket)
    ctx.change(
        partial(
            requests.add_contract,
            contract=contract,
            context=save_context(ctx),
        )
    )
    return replace(life, contract=contract), []


def contract_from(life: Life, no: str, *more: Ticket) -> Contract:
    """Returns a contract with everything that the request's tickets tell, the later ones first."""
    known = [*more, *reversed(life.tickets)]
    same_no = [ticket for ticket in known if ticket.contract_no == no]
    return Contract(
        no,
        life.request.id,
        contact_id=_first((ticket.contact_id for ticket in known), None),
        signed_on=_first((ticket.contract_on for ticket in same_no), None),
        projects=_first((ticket.projects for ticket in known), ()),
        data_years=_first((ticket.data_years for ticket in known), ""),
        purpose=_first((ticket.purpose for ticket in known), ""),
    )


def _first(values: Iterable[T], otherwise: T) -> T:
    """The first value that says something."""
    return next(filter(None, values), otherwise)


def _oddities(
    ctx: Context,
    life: Life,
    ticket: Ticket,
    changed: Sequence[Owed],
) -> list[str]:
    """A proof of what was not owed: it came twice, or before it was sent. The ticket stays, and it
    is said.
    """
    if ticket.status is not Status.CLOSED:
        return []
    ended = {row.rule for row in changed}
    lines = []
    for rule in ctx.desk.configuration.rules.values():
        if ticket.subject in rule.proof and rule.name not in ended:
            lines.append(_oddity(rule, life, ticket))
    return [line for line in lines if line]


def _oddity(rule: Rule, life: Life, ticket: Ticket) -> str:
    """Why a proof under this rule ended nothing; "" where there is nothing odd about it."""
    what = value_label("owed", rule.name)
    others = [each for each in closings(life.tickets, rule.proof) if each.no != ticket.no]
    if others:
        earlier = min(others, key=attrgetter("at", "no"))
        args = {"what": what, "date": request_cards.day(earlier.at), "no": earlier.no}
        return _("⚠️ ได้รับ%(what)sแล้วตั้งแต่ %(date)s %(no)s ใบงานนี้เก็บไว้กับคำขอเดิม", **args)
    if rule.name != "contract" or any(row.rule == rule.name for row in life.owed):
        return ""
    return _("⚠️ ยังไม่มีใบงานส่ง%(what)sให้ผู้รับบริการ บันทึกการรับไว้แล้ว จะไม่เตือนเรื่องนี้", what=what)


@action("request.take", in_place=True)
async def take_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer says which request a ticket belongs to; an empty number means a new one. Raises
    NotFound("request") for another customer's.
    """
    ticket = await tickets.get_ticket(ctx.db, args["ticket"])
    kind = ctx.desk.configuration.steps.find_kind(ticket.subject)
    if kind is None or ticket.customer is None:
        raise NotFound("request")
    if not args["request"]:
        return Reply(
            await put(
                ctx,
                ticket,
                None,
                kind,
            ),
            confirms=True,
        )
    life = await requests.get_life(ctx.db, int(args["request"]))
    if life.request.customer != ticket.customer:
        raise NotFound("request")
    if ticket.no in {each.no for each in life.tickets}:
        return await request_cards.show(ctx, life.request.id)
    return Reply(
        await put(
            ctx,
            ticket,
            life,
            kind,
        ),
        confirms=True,
    )
