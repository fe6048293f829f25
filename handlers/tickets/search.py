"""Tickets by a part of what stands in them: details, result, remarks, letter and receipt
numbers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.text import shorten
from domain.tickets.fields import SEARCHED
from domain.tickets.records import Ticket
from domain.tickets.references import ReferenceKind, read_alone
from domain.tickets.text import snippet
from handlers.chat import (
    Button,
    Choice,
    Reply,
    in_one_line,
    say,
    turn_buttons,
)
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import ANYTHING, action, command, text_action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store.customers import records as customers
from store.search import tickets as ticket_search
from store.tickets import records as tickets

PAGE = 8


@text_action("tickets.find")
@command(
    "tickets",
    "ค้นใบงาน",
    "ค้นหาใบงาน",
    about="ค้นใบงานจากข้อความ เลขหนังสือ หรือเลขใบเสร็จ เช่น ค้นใบงาน รายได้ครัวเรือน",
    also=("หาใบงาน", "ค้นในใบงาน", "หาในใบงาน", "ค้นงาน", "หางาน", "search tickets", "find tickets"),
    joined=ANYTHING,
)
async def find(ctx: Context, args: str) -> Reply:
    """Tickets that hold every word, as a part of a word too."""
    if not args.strip():
        return say(_("พิมพ์คำที่อยู่ในใบงาน เช่น ค้นใบงาน รายได้ครัวเรือน กระบี่"))
    one = read_alone(args)
    if one and one.kind is ReferenceKind.TICKET:
        return await _card(ctx, await tickets.get_ticket(ctx.db, one.value))
    return await _page(ctx, args, 0)


@action("tickets.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the same search."""
    return await _page(ctx, args["text"], int(args["page"]))


async def _page(ctx: Context, text: str, page: int) -> Reply:
    found, keys = await ticket_search.find_tickets(ctx.db, text)
    asked = shorten(" ".join(text.split()), 400)
    if not found:
        return _none_found(ctx, asked)
    if len(found) == 1:
        return await _card(ctx, found[0])
    start = page * PAGE
    options = await _options(ctx, found[start : start + PAGE], keys)
    more = len(found) > start + PAGE
    turns = turn_buttons(
        "tickets.page",
        {"text": asked},
        page,
        more=more,
    )
    question = _how_many(len(found), page)
    return Reply((Choice(question, options, tuple(turns)),))


def _none_found(ctx: Context, asked: str) -> Reply:
    """That no ticket has these words; a customer may."""
    ctx.audit("ticket.searched", "0")
    label = _('ค้นผู้รับบริการ "%(name)s"', name=shorten(asked, 30))
    told = in_one_line(_("ผลลัพธ์: 0"), _("ไม่มีใบงานที่มีคำนี้"))
    return say(told, Button(label, "find.text", {"text": asked}))


def _how_many(found: int, page: int) -> str:
    """`ผลลัพธ์: 12 · หน้า 1/2`; of more than a search returns at most, that there are more."""
    count = str(found)
    # A search ends at its limit: how many more there are, nobody counted.
    if found >= ticket_search.LIMIT:
        count += "+"
    told = _("ผลลัพธ์: %(count)s", count=count)
    if found > PAGE:
        pages = math.ceil(found / PAGE)
        told += _(" · หน้า %(page)s/%(pages)s", page=page + 1, pages=pages)
    return told


async def _options(ctx: Context, shown: Sequence[Ticket], keys: list[str]) -> tuple[Button, ...]:
    """A line each, with the words around what was found."""
    codes = [each.customer for each in shown if each.customer]
    people = await customers.list_customers(ctx.db, codes)
    names = {str(customer.code): customer.name for customer in people}
    options = []
    for each in shown:
        ctx.audit("ticket.listed", each.no)
        customer = names.get(each.customer or "", "")
        line = ticket_cards.ticket_line(ctx, _where_found(each, keys), customer=customer)
        options.append(ticket_buttons.show_button(each, line))
    return tuple(options)


async def _card(ctx: Context, ticket: Ticket) -> Reply:
    ctx.audit("ticket.read", ticket.no)
    return Reply((await ticket_cards.card(ctx, ticket),))


def _where_found(ticket: Ticket, keys: list[str]) -> Ticket:
    """The ticket with the words around what was found instead of its details' first ones."""
    for field in SEARCHED:
        found = snippet(getattr(ticket, field), keys)
        if found:
            return replace(ticket, details=found)
    return ticket
