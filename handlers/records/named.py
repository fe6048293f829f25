"""The records that a text names: which of them there are, shown, and what the other words may be
meant for.
"""

from collections.abc import Sequence
from dataclasses import replace

from domain.customers.phones import format_phone, read_reach
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from domain.tickets.references import (
    Reference,
    ReferenceKind,
    ends_in_question,
    find_references,
    is_courtesy,
    take_reference,
)
from handlers.chat import Button, Choice, Paragraph, Reply
from handlers.customers import cards as customer_cards
from handlers.desk import Context
from handlers.i18n import _
from handlers.owed import request_cards
from handlers.publicity import cards as publicity_cards
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store.customers import records as customers
from store.owed import contracts
from store.publicity import publications
from store.search import customers as search
from store.tickets import records as tickets

MOST = 8
"""Records of one text that are offered."""


async def find_named(ctx: Context, text: str) -> list[Reference]:
    """The records that there are among those that a text names, in the order in which it names
    them, each once.
    """
    found = list(find_references(text))
    if not found and (bare := take_reference(text, ReferenceKind.TICKET)):
        found = [bare[0]]
    there = [one for one in found if await _exists(ctx, one)]
    known = {one.value for one in there}
    return [*there, *(one for one in await _by_reach(ctx, text) if one.value not in known)][:MOST]


async def _exists(ctx: Context, one: Reference) -> bool:
    if one.kind is ReferenceKind.TICKET:
        return await tickets.find_ticket(ctx.db, one.value) is not None
    if one.kind is ReferenceKind.CUSTOMER:
        return bool(await customers.list_customers(ctx.db, [one.value]))
    return bool(
        await contracts.find_contract(ctx.db, one.value)
        or await tickets.list_by_contract(ctx.db, one.value)
    )


async def _by_reach(ctx: Context, text: str) -> list[Reference]:
    """The customers whose telephone or address stands among other words; alone it is a search."""
    reach = read_reach(text)
    if not any(map(str.isalpha, reach.words)):
        return []
    hits = [
        hit
        for key in (*reach.phones, *reach.emails)
        for hit in await search.find_customers(ctx.db, ctx.words, key)
    ]
    codes = dict.fromkeys(hit.customer.code for hit in hits)
    return [Reference(ReferenceKind.CUSTOMER, code, 0, 0) for code in codes]


async def show(ctx: Context, one: Reference) -> Reply:
    """The record's card; NotFound where there is none."""
    if one.kind is ReferenceKind.TICKET:
        ticket = await tickets.get_ticket(ctx.db, one.value)
        ctx.audit("ticket.read", ticket.no)
        return Reply((await ticket_cards.card(ctx, ticket),))
    if one.kind is ReferenceKind.PUBLICATION:
        return Reply((await publicity_cards.card(ctx, await publications.get(ctx.db, one.value)),))
    if one.kind is ReferenceKind.CONTRACT:
        return await by_contract(ctx, one.value)
    return Reply((await customer_cards.card(ctx, await customers.get_customer(ctx.db, one.value)),))


async def by_contract(ctx: Context, contract_no: str) -> Reply:
    """A microdata contract with its request; for one that only tickets name, those."""
    if contract := await contracts.find_contract(ctx.db, contract_no):
        return await request_cards.show(ctx, contract.request_id)
    found = await tickets.list_by_contract(ctx.db, contract_no)
    if found:
        return ticket_list(ctx, _("📄 สัญญา %(no)s", no=contract_no), found)
    lists = Button(_("รายการสัญญา"), "owed.list", {"list": "contracts"})
    return Reply((Paragraph(_("ไม่พบสัญญา %(no)s ตรวจเลขที่อีกครั้ง", no=contract_no), (lists,)),))


def ticket_list(
    ctx: Context, title: str, found: Sequence[Ticket], buttons: tuple[Button, ...] = ()
) -> Reply:
    """Tickets to choose from, or that there are none."""
    if not found:
        return Reply((Paragraph(f"{title}\n{_('ยังไม่มีใบงาน')}", buttons),))
    options = tuple(
        ticket_buttons.show_button(
            each, ticket_cards.ticket_line(ctx, each, ticket_cards.due_state(ctx, each))
        )
        for each in found
    )
    return Reply((Choice(title, options, buttons),))


async def offer(
    ctx: Context, named: Sequence[Reference], buttons: tuple[Button, ...] = ()
) -> Reply:
    """Several records of one text: which is meant."""
    options = [await _option(ctx, one) for one in named]
    question = _("ข้อความนี้มี %(count)s รายการ เลือกที่ต้องการ", count=len(named))
    return Reply((Choice(question, tuple(options), buttons),))


async def _option(ctx: Context, one: Reference) -> Button:
    if one.kind is ReferenceKind.TICKET:
        ticket = await tickets.get_ticket(ctx.db, one.value)
        ctx.audit("ticket.listed", ticket.no)
        return ticket_buttons.show_button(ticket, ticket_cards.ticket_line(ctx, ticket))
    if one.kind is ReferenceKind.CUSTOMER:
        customer = await customers.get_customer(ctx.db, one.value)
        ctx.audit("customer.listed", customer.code)
        return Button(customer_cards.line(customer), "customer.show", {"code": customer.code})
    return Button(_("📄 สัญญา %(no)s", no=one.value), "find.text", {"text": one.value})


async def show_within(
    ctx: Context, text: str, one: Reference, buttons: tuple[Button, ...] = ()
) -> Reply:
    """The record that a longer text names, and what its other words may be meant for."""
    reply = await show(ctx, one)
    if one.kind is ReferenceKind.TICKET:
        rest = _beside(text)
        ticket = await tickets.get_ticket(ctx.db, one.value)
        buttons = (*(answer_buttons(ticket, rest) if rest else ()), *buttons)
    if one.kind is not ReferenceKind.CUSTOMER and not buttons:
        return reply
    said = Paragraph(_("พบจาก %(key)s", key=_found_by(text, one)), buttons)
    return replace(reply, parts=(said, *reply.parts))


def _found_by(text: str, one: Reference) -> str:
    """What of the text leads to the record: its number, or a customer's telephone or address."""
    if one.end:
        return one.value
    reach = read_reach(text)
    return ", ".join((*map(format_phone, reach.phones), *reach.emails))


def _beside(text: str) -> str:
    """What is said of a ticket beside its number; nothing for a mere question."""
    taken = take_reference(text, ReferenceKind.TICKET)
    rest = taken[1] if taken else ""
    return "" if is_courtesy(rest) or ends_in_question(rest) else rest


def answer_buttons(ticket: Ticket, text: str) -> tuple[Button, ...]:
    """What a text that names no command may be for a ticket: each button names it, and acts on no
    other.
    """
    if ticket.status is Status.VOIDED:
        return ()
    args = {"no": ticket.no, "text": shorten(text, 4000)}
    label = _("ใช้เป็นหมายเหตุของ %(no)s", no=ticket.no)
    remark = Button(label, "ticket.remark", args, ticket.no, ticket.version, once=True)
    if ticket.status is Status.CLOSED or ticket.result:
        return (remark,)
    return (
        Button(_("ใช้เป็นผลและปิด %(no)s", no=ticket.no), "ticket.answer", {**args, "close": "1"}),
        Button(_("ใช้เป็นผลของ %(no)s", no=ticket.no), "ticket.answer", args),
        remark,
    )
