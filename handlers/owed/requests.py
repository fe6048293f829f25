"""Where a ticket belongs: on which request of its customer, and what is owed from then on."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.errors import InvalidInput, NotFound
from domain.owed.contracts import Contract, check_year
from domain.owed.requests import Life, Placement, Request, RequestKind, place
from domain.owed.rules import Owed, OwedState, Rule
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Choice, Paragraph, Reply, ReplyPart
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


def save_context(ctx: Context) -> SaveContext:
    """What changes of requests are decided on."""
    return SaveContext(ctx.desk.configuration, ctx.staff.id, ctx.now)


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
    show = Button(_("ดูคำขอ"), "request.show", {"request": str(number)})
    told = _("สิ่งที่ต้องติดตามของคำขอนี้คิดใหม่โดยไม่รวมใบงานที่ยกเลิก")
    return (Paragraph(told, (show,)),)


async def place_on_request(ctx: Context, ticket: Ticket, chosen: str = "") -> tuple[ReplyPart, ...]:
    """After a ticket was saved (its change is collected already): put it on the request it belongs
    to, and say what came of it.

    `chosen` = the request it was made for. Found from subject and customer; the officer is asked
    where several fit."""
    steps = ctx.desk.configuration.steps
    kind = steps.find_kind(ticket.subject)
    current = await requests.find_request_of(ctx.db, ticket.no)
    if kind is None or ticket.customer is None:
        if current is not None:
            ctx.change(
                partial(
                    requests.set_request,
                    ticket_no=ticket.no,
                    request_id=None,
                    context=save_context(ctx),
                )
            )
        return () if kind is None else (_without_customer(ticket),)
    lives = await requests.list_by_customer(ctx.db, ticket.customer, kind)
    wanted = int(chosen) if chosen else current
    life = next((each for each in lives if each.request.id == wanted), None)
    if life is None and wanted is not None and wanted == current:
        # Its tickets were all voided until now, so that the customer's requests lack it.
        life = await _own_request(ctx, wanted, ticket, kind)
    if life and life.contract and ticket.contract_no not in ("", life.contract.no):
        life = None
    ends = [
        rule.name for rule in ctx.desk.configuration.rules.values() if ticket.subject in rule.ends
    ]
    placement = Placement(life) if life else place(steps, ticket, lives, ends, ctx.now)
    if placement.waits:
        return (_question(ctx, ticket, placement),)
    parts = await put(ctx, ticket, placement.life, kind)
    return (
        (*parts, _question(ctx, ticket, placement))
        if len(placement.asked) > (placement.life is not None)
        else parts
    )


async def _own_request(ctx: Context, number: int, ticket: Ticket, kind: RequestKind) -> Life | None:
    """The request that a ticket is on, if it is still of its customer and kind."""
    life = await requests.get_life(ctx.db, number)
    same = life.request.customer == ticket.customer and life.request.kind is kind
    return life if same and not life.tickets else None


def _without_customer(ticket: Ticket) -> ReplyPart:
    """Nobody owes what is nobody's: said, so that it is not taken for followed up."""
    text = _("⚠️ ใบงาน %(no)s ไม่มีผู้รับบริการ จึงยังไม่มีการติดตามให้ เลือกผู้รับบริการในใบงาน", no=ticket.no)
    return Paragraph(text, (Button(_("แก้ไข"), "ticket.edit", {"no": ticket.no}),))


def _question(ctx: Context, ticket: Ticket, placement: Placement) -> Choice:
    """Which request it belongs to: asked only where it is not clear."""
    options = [
        Button(
            _request_line(ctx, life),
            "request.take",
            {"ticket": ticket.no, "request": str(life.request.id)},
        )
        for life in placement.asked
        if life is not placement.life
    ]
    options.append(Button(_("คำขอใหม่"), "request.take", {"ticket": ticket.no, "request": ""}))
    if placement.waits:
        return Choice(
            _("ใบงาน %(no)s เป็นของคำขอใด (ยังไม่หยุดเตือนรายการใด)", no=ticket.no), tuple(options)
        )
    return Choice(_("ถ้าใบงาน %(no)s เป็นของคำขออื่น เลือกที่นี่", no=ticket.no), tuple(options))


def _request_line(ctx: Context, life: Life) -> str:
    projects = ", ".join({name: "" for ticket in life.tickets for name in ticket.projects})
    waits = [value_label("waits", row.rule) for row in life.owed if row.state is OwedState.OPEN]
    return " · ".join(filter(None, (request_cards.title(life), projects, *waits)))


async def put(
    ctx: Context, ticket: Ticket, life: Life | None, kind: RequestKind
) -> tuple[ReplyPart, ...]:
    """Put a ticket on a request, a new one for None; its contract comes with it."""
    assert ticket.customer is not None
    if life is None:
        number = await requests.reserve_request_id(ctx.db)
        request = Request(number, kind, ticket.customer, ticket.created_at, ctx.now)
        ctx.change(partial(requests.add_request, request=request))
        life = Life(request)
        ctx.audit("request.created", requests.record(number))
    lines: list[str] = []
    if ticket.contract_no and life.contract is None:
        life, lines = await _with_contract(ctx, life, ticket)
    ctx.change(
        partial(
            requests.set_request,
            ticket_no=ticket.no,
            request_id=life.request.id,
            context=save_context(ctx),
        )
    )
    ctx.audit("request.changed", requests.record(life.request.id))
    after, changed = settled(ctx, life, ticket)
    lines += request_cards.told(ctx.desk, life, changed, ctx.now)
    lines += _oddities(ctx, life, ticket, changed)
    buttons = []
    if (
        kind is RequestKind.MICRODATA
        and after.contract is None
        and ctx.desk.configuration.steps.is_done(after, "letter")
    ):
        no = await next_contract_no(ctx)
        buttons.append(
            request_cards.button(_("ใช้เลขสัญญา %(no)s", no=no), "contract.use", life, no=no)
        )
    if (
        any(row.rule == "research" and row.state is OwedState.OPEN for row in changed)
        and after.contract
    ):
        buttons.append(request_cards.button(_("เปลี่ยนวัน"), "contract.research_due", life))
    return (request_cards.outcome(ctx, after, lines, buttons),)


def settled(ctx: Context, life: Life, ticket: Ticket) -> tuple[Life, list[Owed]]:
    """The request with this ticket as it is now, and what that changes among the things owed."""
    others = tuple(each for each in life.tickets if each.no != ticket.no)
    after = replace(life, tickets=(*others, ticket))
    changed = requests.settlement(after, ctx.desk.configuration.rules, ctx.now)
    ids = {row.id for row in changed if row.id}
    return replace(
        after, owed=(*(row for row in life.owed if row.id not in ids), *changed)
    ), changed


async def _with_contract(ctx: Context, life: Life, ticket: Ticket) -> tuple[Life, list[str]]:
    """The contract that the ticket names: made here where there is none of that number, and its
    year has begun.
    """
    try:
        check_year(ticket.contract_no, ctx.today)
    except InvalidInput as error:
        return life, [f"⚠️ {sentence(error)}"]
    owner = await contracts.find_owner(ctx.db, ticket.contract_no)
    if owner:
        return life, [
            _(
                "⚠️ สัญญา %(no)s เป็นของ %(code)s แล้ว ตรวจเลขที่สัญญาในใบงาน",
                no=ticket.contract_no,
                code=owner,
            )
        ]
    contract = contract_from(life, ticket.contract_no, ticket)
    ctx.change(partial(requests.add_contract, contract=contract, context=save_context(ctx)))
    return replace(life, contract=contract), []


def contract_from(life: Life, no: str, *more: Ticket) -> Contract:
    """A contract with what the request's tickets already tell, the later ones first."""
    known = [*more, *reversed(life.tickets)]

    def first(name: str) -> object:
        return next((value for ticket in known if (value := getattr(ticket, name))), None)

    projects = first("projects")
    contact = first("contact_id")
    return Contract(
        no,
        life.request.id,
        contact if isinstance(contact, int) else None,
        next(
            (
                ticket.contract_on
                for ticket in known
                if ticket.contract_on and ticket.contract_no == no
            ),
            None,
        ),
        projects if isinstance(projects, tuple) else (),
        str(first("data_years") or ""),
        str(first("purpose") or ""),
    )


def _oddities(ctx: Context, life: Life, ticket: Ticket, changed: list[Owed]) -> list[str]:
    """A proof of what was not owed: it came twice, or before it was sent. The ticket stays, and it
    is said.
    """
    if ticket.status is not Status.CLOSED:
        return []
    lines = []
    for rule in ctx.desk.configuration.rules.values():
        if ticket.subject not in rule.proof or any(row.rule == rule.name for row in changed):
            continue
        before = [row for row in life.owed if row.rule == rule.name and row.proof_no != ticket.no]
        done = next((row for row in reversed(before) if row.state is OwedState.RECEIVED), None)
        what = value_label("owed", rule.name)
        if done and done.ended_at:
            args = {"what": what, "date": request_cards.day(done.ended_at), "no": done.proof_no}
            lines.append(_("⚠️ ได้รับ%(what)sแล้วตั้งแต่ %(date)s %(no)s ใบงานนี้เก็บไว้กับคำขอเดิม", **args))
        elif came := _first_proof(rule, life, ticket):
            args = {
                "what": what,
                "date": request_cards.day(came.closed_at or came.created_at),
                "no": came.no,
            }
            lines.append(_("⚠️ ได้รับ%(what)sแล้วตั้งแต่ %(date)s %(no)s ใบงานนี้เก็บไว้กับคำขอเดิม", **args))
        elif not before and rule.name == "contract":
            lines.append(
                _("⚠️ ยังไม่มีใบงานส่ง%(what)sให้ผู้รับบริการ บันทึกการรับไว้แล้ว จะไม่เตือนเรื่องนี้", what=what)
            )
    return lines


def _first_proof(rule: Rule, life: Life, ticket: Ticket) -> Ticket | None:
    """The ticket that recorded the proof before this one did, where that was before it was owed."""
    earlier = [
        each
        for each in life.tickets
        if each.subject in rule.proof
        and each.status is Status.CLOSED
        and each.no != ticket.no
        and each.closed_at
    ]
    owed = any(row.rule == rule.name and row.state is not OwedState.VOID for row in life.owed)
    return (
        None
        if owed
        else min(
            earlier, key=lambda each: (each.closed_at or each.created_at, each.no), default=None
        )
    )


@action("request.take", in_place=True)
async def take_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer says which request a ticket belongs to; "" = a new one."""
    ticket = await tickets.get_ticket(ctx.db, args["ticket"])
    kind = ctx.desk.configuration.steps.find_kind(ticket.subject)
    if kind is None or ticket.customer is None:
        raise NotFound("request")
    life = await requests.get_life(ctx.db, int(args["request"])) if args["request"] else None
    if life and life.request.customer != ticket.customer:
        raise NotFound("request")
    if life and ticket.no in {each.no for each in life.tickets}:
        return await request_cards.show(ctx, life.request.id)
    return Reply(await put(ctx, ticket, life, kind), confirms=True)
