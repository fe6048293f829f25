"""The buttons of a request's card: its next steps, its tickets, its history, its end, and its
contract.
"""

from collections.abc import Mapping
from functools import partial

from domain.errors import InvalidInput
from domain.owed.requests import Life
from domain.tickets.records import parse_contract_no
from handlers.chat import Button, Card, Choice, Paragraph, Reply, say
from handlers.desk import Context
from handlers.forms.engine import FormAnswer, end, enter_form, new_draft, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import text_field
from handlers.i18n import _, speaking
from handlers.labels import value_label
from handlers.owed import contract_form, own_tickets, request_cards
from handlers.owed.requests import contract_from, save_context
from handlers.records import changes as change_text
from handlers.registry import action, state
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets.contract_no import check_owner, next_contract_no
from handlers.tickets.form import new_ticket
from store.chat.forms import Draft
from store.customers import records as customers
from store.owed import contracts, requests
from store.records import changes

HISTORY = 20


async def _load(ctx: Context, args: Mapping[str, str]) -> Life:
    life = await requests.get_life(ctx.db, int(args["request"]))
    ctx.audit("request.read", requests.record(life.request.id))
    return life


@state("Q")
async def present(ctx: Context, record: str, version: int | None) -> Reply | None:
    """How a request stands now, where it is no longer as a button showed it."""
    life = await requests.get_life(ctx.db, int(record[1:]))
    return (
        None if life.request.version == version else await request_cards.show(ctx, life.request.id)
    )


@action("request.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The card of the whole life."""
    return await request_cards.show(ctx, int(args["request"]))


@action("request.list")
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A customer's requests, the latest first."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.named", customer.code)
    options = []
    for life in reversed(await requests.list_by_customer(ctx.db, customer.code)):
        waits = [value_label("waits", row.rule) for row in life.owed if row.state == "open"]
        over = [_("จบแล้ว")] if life.request.ended_at else []
        line = " · ".join((request_cards.title(life), *waits, *over))
        options.append(Button(line, "request.show", {"request": str(life.request.id)}))
    title = _(
        "คำขอข้อมูล · %(customer)s", customer=f"{customer.code} {ticket_cards.shown_name(customer)}"
    )
    return Reply(
        (
            Choice(
                title,
                tuple(options),
                (Button(_("ผู้รับบริการ"), "customer.show", {"code": customer.code}),),
            ),
        )
    )


@action("request.tickets")
async def tickets_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The tickets that are on it, oldest first."""
    life = await _load(ctx, args)
    for ticket in life.tickets:
        ctx.audit("ticket.listed", ticket.no)
    options = tuple(
        ticket_buttons.show_button(each, ticket_cards.ticket_line(ctx, each))
        for each in life.tickets[-30:]
    )
    back = Button(_("ดูคำขอ"), "request.show", {"request": str(life.request.id)})
    return Reply((Choice(request_cards.title(life), options, (back,)),))


@action("request.history")
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Every change of the request, its contract and what is owed: who, when, from, to."""
    life = await _load(ctx, args)
    lines = await change_text.lines(
        ctx, (await changes.list_changes(ctx.db, requests.record(life.request.id)))[-HISTORY:]
    )
    back = Button(_("ดูคำขอ"), "request.show", {"request": str(life.request.id)})
    return Reply(
        (
            Card(
                _("ประวัติ %(title)s", title=request_cards.title(life)), tuple(lines), buttons=(back,)
            ),
        )
    )


# Steps.


@action("request.step")
async def step_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A new ticket for one step, with what the request already tells."""
    life = await _load(ctx, args)
    subject = ctx.desk.configuration.catalogue.subject(args["subject"])
    letter = "letter" in subject.channels
    values = {
        "customer": life.request.customer,
        "subject": subject.code,
        "channel": "letter"
        if letter
        else "email"
        if "email" in subject.channels or not subject.channels
        else subject.channels[0],
        "projects": contracts.SEPARATOR.join(own_tickets.projects(life)),
        "data_years": own_tickets.data_years(life),
        "contract_no": life.contract.no if life.contract else "",
        "contract_on": life.contract.signed_on.isoformat()
        if life.contract and life.contract.signed_on
        else "",
        "contact": str(life.contract.contact_id or "") if life.contract else "",
    }
    return await start(
        ctx,
        new_ticket(
            ctx,
            FormAnswer(
                {name: value for name, value in values.items() if value},
                guessed=frozenset({"channel"}),
            ),
            about={"request": str(life.request.id)},
        ),
    )


@action("request.steps")
async def steps_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Every step that may be recorded: by a ticket, or by the officer's tick."""
    life = await _load(ctx, args)
    steps = ctx.desk.configuration.steps
    options = []
    for step, subjects in steps.kinds[life.request.kind].items():
        label = value_label("step", step)
        if step == "thanks" and subjects:
            options.append(
                request_cards.button(
                    _("ผู้รับบริการขอบคุณ (%(no)s)", no=subjects[0]), "request.thanks", life
                )
            )
        elif subjects:
            options.append(
                request_cards.button(
                    f"{label} ({subjects[0]})", "request.step", life, subject=subjects[0]
                )
            )
        elif not steps.is_done(life, step):
            options.append(
                request_cards.once(_("%(step)sแล้ว", step=label), "request.mark", life, step=step)
            )
    return Reply((Choice(request_cards.title(life), tuple(options)),))


@action("request.mark", in_place=True)
async def mark_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A step without a ticket is done."""
    life = await _load(ctx, args)
    if not ctx.desk.configuration.steps.is_done(life, args["step"]):
        ctx.change(
            partial(
                requests.mark,
                request_id=life.request.id,
                step=args["step"],
                context=save_context(ctx),
            )
        )
        ctx.audit("request.changed", requests.record(life.request.id))
    line = f"✅ {value_label('step', args['step'])}"
    return Reply((request_cards.outcome(ctx, life, [line]),), confirms=True)


@action("request.thanks")
async def thanks_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The user's thanks: recorded and closed by itself (DOMAIN.md section 8, row 7)."""
    life = await _load(ctx, args)
    subject = next(
        iter(ctx.desk.configuration.steps.kinds[life.request.kind].get("thanks", ())), ""
    )
    if not subject:
        raise InvalidInput("choice")
    with speaking("th"):
        details = _("ผู้รับบริการขอบคุณ %(title)s", title=request_cards.plain_title(life))
        result = _("รับทราบคำขอบคุณ")
    ticket, after, _changed = await own_tickets.record(ctx, life, subject, details, result)
    line = _(
        "%(no)s (%(subject)s) ปิดแล้ว",
        no=ticket.no,
        subject=ctx.desk.configuration.catalogue.subject_label(subject),
    )
    return Reply(
        (request_cards.outcome(ctx, after, [line], (ticket_buttons.show_button(ticket),)),),
        confirms=True,
    )


# The end.


async def _heading(ctx: Context, draft: Draft) -> str:
    life = await requests.get_life(ctx.db, int(draft.record))
    waits = [value_label("waits", row.rule) for row in life.owed if row.state == "open"]
    return " · ".join((_("จบคำขอ %(title)s", title=request_cards.title(life)), *waits))


async def _end(ctx: Context, draft: Draft, reason: str) -> Reply:
    life = await requests.get_life(ctx.db, int(draft.record))
    end(ctx, draft, outcome=request_cards.title(life))
    if life.request.ended_at is None:
        ctx.change(
            partial(
                requests.end_request,
                request_id=life.request.id,
                reason=reason,
                context=save_context(ctx),
            )
        )
        ctx.audit("request.changed", requests.record(life.request.id))
    line = _("จบคำขอแล้ว หยุดเตือนทุกเรื่องของคำขอนี้")
    show = Button(_("ดูคำขอ"), "request.show", {"request": str(life.request.id)})
    return Reply((Paragraph(f"{request_cards.title(life)}\n{line}", (show,)),), confirms=True)


enter_form(OneField("request.end", text_field("reason", "พิมพ์เหตุผล"), _heading, _end))


@action("request.end")
async def end_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Why nothing more is expected."""
    life = await _load(ctx, args)
    draft = new_draft(
        ctx, "request.end", {}, record=str(life.request.id), record_version=life.request.version
    )
    return await start(ctx, draft)


@action("request.resume", in_place=True)
async def resume_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It goes on after all."""
    life = await _load(ctx, args)
    ctx.change(
        partial(requests.resume_request, request_id=life.request.id, context=save_context(ctx))
    )
    ctx.audit("request.changed", requests.record(life.request.id))
    return Reply((request_cards.outcome(ctx, life, [_("ทำคำขอนี้ต่อแล้ว")]),), confirms=True)


# The contract.


@action("contract.use", in_place=True)
async def use_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give the request the proposed number; the next one is proposed where somebody was quicker."""
    life = await _load(ctx, args)
    if life.contract:
        return await request_cards.show(ctx, life.request.id)
    no = parse_contract_no(args["no"])
    if await contracts.find_contract(ctx.db, no):
        no = await next_contract_no(ctx)
        again = request_cards.button(_("ใช้เลขสัญญา %(no)s", no=no), "contract.use", life, no=no)
        return say(_("⚠️ สัญญา %(no)s มีผู้ใช้แล้ว", no=args["no"]), again)
    await check_owner(ctx, no, life.request.customer)
    contract = contract_from(life, no)
    return await contract_form.save_contract(ctx, life, contract)


@action("contract.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The fields of the contract; its number where there is none yet."""
    life = await _load(ctx, args)
    known = life.contract is not None
    return await start(
        ctx, contract_form.edit_contract(ctx, life, look=known), "+more" if known else ""
    )


@action("contract.research_due")
async def research_due_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another date for the research result."""
    life = await _load(ctx, args)
    return await start(ctx, contract_form.edit_contract(ctx, life), "research_due_on")
