"""Tickets by a part of what stands in them: details, result, remarks, letter and receipt
numbers.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.text import shorten
from domain.tickets.fields import SEARCHED
from domain.tickets.records import Ticket
from domain.tickets.references import ReferenceKind, read_alone
from domain.tickets.text import snippet
from handlers.chat import Button, Choice, Reply, say, turn_buttons
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


@action("tickets.page", in_place=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the same search."""
    return await _page(ctx, args["text"], int(args["page"]))


async def _page(ctx: Context, text: str, page: int) -> Reply:
    found, keys = await ticket_search.find_tickets(ctx.db, text)
    asked = shorten(" ".join(text.split()), 400)
    if not found:
        ctx.audit("ticket.searched", "0")
        name = shorten(asked, 30)
        label = _('ค้นผู้รับบริการ "%(name)s"', name=name)
        return say(
            f"{_('ผลลัพธ์: 0')} · {_('ไม่มีใบงานที่มีคำนี้')}", Button(label, "find.text", {"text": asked})
        )
    if len(found) == 1:
        return await _card(ctx, found[0])
    shown = found[page * PAGE : (page + 1) * PAGE]
    people = await customers.list_customers(
        ctx.db, [each.customer for each in shown if each.customer]
    )
    names = {str(customer.code): customer.name for customer in people}
    options = []
    for each in shown:
        ctx.audit("ticket.listed", each.no)
        line = ticket_cards.ticket_line(
            ctx, _where_found(each, keys), customer=names.get(each.customer or "", "")
        )
        options.append(ticket_buttons.show_button(each, line))
    count = f"{len(found)}+" if len(found) >= ticket_search.LIMIT else str(len(found))
    question = _("ผลลัพธ์: %(count)s", count=count)
    if len(found) > PAGE:
        question += _(" · หน้า %(page)s/%(pages)s", page=page + 1, pages=-(-len(found) // PAGE))
    buttons = turn_buttons(
        "tickets.page", {"text": asked}, page, more=len(found) > (page + 1) * PAGE
    )
    return Reply((Choice(question, tuple(options), tuple(buttons)),))


async def _card(ctx: Context, ticket: Ticket) -> Reply:
    ctx.audit("ticket.read", ticket.no)
    return Reply((await ticket_cards.card(ctx, ticket),))


def _where_found(ticket: Ticket, keys: list[str]) -> Ticket:
    """The ticket with the words around what was found instead of its details' first ones."""
    parts = (snippet(getattr(ticket, field), keys) for field in SEARCHED)
    return replace(ticket, details=next(filter(None, parts), "") or ticket.details)
