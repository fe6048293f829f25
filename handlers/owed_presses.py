"""What is done about a thing owed: it was received, followed up by mail, put off, handed on, or given up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from domain.contracts import check_due_on
from domain.customers import Contact, Customer
from domain.dates import format_date, parse_date
from domain.errors import InvalidInput, NotAllowed, NotFound
from domain.owed import Owed, OwedState, Rule, next_reminder
from domain.requests import Life
from domain.staff import StaffId
from domain.text import has_letters
from domain.tickets import Status
from handlers import fields, mail, own_tickets, request_cards
from handlers.chat import Button, Paragraph, Part, Reply, say
from handlers.desk import Context
from handlers.forms import Field, Option, end, enter_form, new_draft, start
from handlers.i18n import _, speaking
from handlers.labels import value_label
from handlers.one_field import OneField
from handlers.owed import list_entries, list_part
from handlers.registry import action, state
from handlers.requests import ground
from store import owed, requests, staff
from store.forms import Draft
from store.mail import NewMail

CHASE = "owed.chase"


async def _load(ctx: Context, args: Mapping[str, str]) -> tuple[Owed, Life, Rule]:
    """The thing owed that a button means, with its request and rule; audited."""
    row = await owed.get_owed(ctx.db, int(args["owed"]))
    rule = ctx.desk.configuration.rules.get(row.rule)
    if rule is None:
        raise NotFound("owed")
    ctx.audit("request.read", requests.record(row.request_id))
    return row, await requests.get_life(ctx.db, row.request_id), rule


@state("O")
async def present_owed(ctx: Context, record: str, version: int | None) -> Reply | None:
    """How a thing owed stands now, where it is no longer as a button showed it."""
    row = await owed.get_owed(ctx.db, int(record[1:]))
    return await _present(ctx, row) if version is None or row.version != version else None


async def _present(ctx: Context, row: Owed) -> Reply:
    """What became of it, and by whom where it is no longer open, with the whole request below."""
    life = await requests.get_life(ctx.db, row.request_id)
    card = await request_cards.life_card(ctx, life)
    if row.state is OwedState.OPEN:
        return Reply((card,))
    names = await staff.staff_names(ctx.db)
    text = f"{value_label('owed', row.rule)}: {request_cards.owed_state(ctx, row, names)}"
    return Reply((Paragraph(text), card))


@action("owed.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One thing owed, with all that can be done."""
    row, life, rule = await _load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _present(ctx, row)
    line = request_cards.owed_line(ctx, life, row, (await request_cards.customer_names(ctx, [life]))[life.request.customer])
    show = Button(_("ดูคำขอ"), "request.show", {"request": str(row.request_id)})
    return say(line, *request_cards.owed_buttons(row, rule), show)


# It was received.


@action("owed.received", in_place=True)
async def received_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The proof is there: its ticket is recorded, the chain ends, the next begins.

    A file or photo of the proof belongs to the ticket that `receive` returns.
    """
    row, life, rule = await _load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _present(ctx, row)
    after, lines, changed = await receive(ctx, row, life, rule)
    buttons = []
    if after.contract and any(each.rule == "research" and each.state is OwedState.OPEN for each in changed):
        buttons.append(request_cards.button(_("เปลี่ยนวัน"), "contract.research_due", after))
    part = request_cards.outcome(ctx, after, lines, buttons)
    return Reply((*await _list_again(ctx, args, changed), part), confirms=True)


async def receive(ctx: Context, row: Owed, life: Life, rule: Rule) -> tuple[Life, list[str], list[Owed]]:
    """End what is owed: by the ticket of its proof, or by the officer's word where the rule wants none.

    Returns the request after it, what to say, and the things owed that changed.
    """
    subject = ctx.desk.configuration.steps.pick(life.request.kind, rule.proof)
    what = value_label("owed", row.rule)
    by_word = replace(row, state=OwedState.RECEIVED, ended_at=ctx.now, snoozed_on=None)
    change = partial(requests.change_owed, old=row, new=by_word, ground=ground(ctx))
    if not subject:
        ctx.change(change)
        return _with(life, [by_word]), [_("✅ ได้รับ%(what)sแล้ว หยุดเตือน", what=what)], [by_word]
    with speaking("th"):
        details = _("%(what)s %(title)s", what=value_label("owed", row.rule), title=request_cards.title(life))
        result = _("ได้รับ%(what)sแล้ว", what=value_label("owed", row.rule))
    ticket, after, changed = await own_tickets.record(ctx, life, subject, details, result)
    lines = request_cards.told(ctx.desk, life, changed, ctx.now)
    label = ctx.desk.configuration.catalogue.subject_label(subject)
    if ticket.status is Status.CLOSED:
        return after, [*lines, _("%(no)s (%(subject)s) ปิดแล้ว", no=ticket.no, subject=label)], changed
    # The subject insists on more than is known here: the word ends it, the ticket waits for the rest.
    ctx.change(change)
    told = _("✅ ได้รับ%(what)sแล้ว หยุดเตือน · %(no)s ยังเปิดอยู่ ใส่ข้อมูลที่ขาดแล้วปิด", what=what, no=ticket.no)
    return _with(after, [by_word]), [told], [by_word]


def _with(life: Life, changed: Sequence[Owed]) -> Life:
    ids = {row.id for row in changed}
    return replace(life, owed=(*(row for row in life.owed if row.id not in ids), *changed))


async def _list_again(ctx: Context, args: Mapping[str, str], changed: Sequence[Owed]) -> tuple[Part, ...]:
    """The list that the button stood in, with what is dealt with ticked."""
    ids = [int(each) for each in args.get("among", "").split(",") if each]
    if len(ids) < 2:
        return ()
    now = {row.id: row for row in changed if row.id}
    rows = [now.get(row.id, row) for row in await owed.list_by_ids(ctx.db, ids)]
    left = sum(row.state is OwedState.OPEN for row in rows)
    head = _("⏰ %(date)s · ค้างส่ง %(count)s เรื่อง", date=format_date(ctx.today), count=left)
    return (list_part(ctx, head, await list_entries(ctx, rows)),)


@action("owed.continue", in_place=True)
async def continue_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All reminders were sent, and the officer wants more of them."""
    row, life, rule = await _load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _present(ctx, row)
    return _changed(ctx, life, row, replace(row, extra=row.reminders), rule)


def _changed(ctx: Context, life: Life, row: Owed, new: Owed, rule: Rule, *lines: str) -> Reply:
    """Save a change and tell when the next reminder is due."""
    ctx.change(partial(requests.change_owed, old=row, new=new, ground=ground(ctx)))
    ctx.audit("request.changed", requests.record(row.request_id))
    at = next_reminder(rule, new, ctx.desk.configuration.calendar, ctx.now)
    told = [_("จะเตือนอีก %(date)s", date=request_cards.day(at))] if at else []
    what = value_label("owed", row.rule)
    return Reply((request_cards.outcome(ctx, _with(life, [new]), [what, *lines, *told]),), confirms=True)


# Followed up by mail.


@action("owed.chase")
async def chase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The drafted letter; one tap sends it."""
    row, life, rule = await _load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _present(ctx, row)
    customer = await ctx.customer(life.request.customer)
    ctx.audit("customer.read", customer.code)
    contact = next((each for each in customer.contacts if life.contract and each.id == life.contract.contact_id), None)
    to = _address(customer, contact)
    if not to:
        edit = Button(_("แก้ไขผู้รับบริการ"), "customer.edit", {"code": customer.code})
        show = Button(_("ดูคำขอ"), "request.show", {"request": str(row.request_id)})
        text = _("%(code)s ไม่มีอีเมล เพิ่มอีเมลก่อน หรือติดตามทางโทรศัพท์แล้วเลื่อนวันเตือน", code=customer.code)
        snooze = request_cards.owed_button(_("เลื่อน…"), "owed.snooze", row)
        return say(f"⚠️ {text}", edit, snooze, show)
    name = (contact.name if contact else "") or customer.name or customer.organisation
    language = "th" if has_letters(f"{customer.name}{customer.organisation}") else "en"
    letter = _letter(ctx, row, life, rule, name, language)
    no = await _ticket_no(ctx, life, rule)
    return await mail.preview(ctx, NewMail(f"O{row.id}", to, letter.subject, letter.body, CHASE, language, no))
