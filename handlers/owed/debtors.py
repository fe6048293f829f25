"""The command /owed: who owes what, by customer; whatever is typed behind it leads to the lists of
those who lead.
"""

from collections.abc import Awaitable, Callable, Mapping

from domain.customers.records import Customer
from domain.errors import InvalidInput
from domain.owed.contracts import numbers_in
from domain.owed.narrowing import (
    EVERYTHING,
    UNREAD,
    Narrowing,
    begins_age,
    begins_filter,
    is_filter,
)
from domain.text import shorten
from domain.tickets.references import ReferenceKind, take_reference
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
    in_one_line,
    turn_buttons,
)
from handlers.desk import Context
from handlers.i18n import _
from handlers.owed import (
    at_risk,
    handing,
    lead_lists,
    list_files,
    lost_letters,
    movement,
    narrowed,
    request_cards,
)
from handlers.owed.named import by_contract
from handlers.owed.request_presses import requests_of
from handlers.registry import ANYTHING, action, command, spoken
from handlers.tickets import cards as ticket_cards
from store.customers import records as register
from store.owed import contracts as store
from store.owed.contracts import Debtor

PAGE = 8
VIEWS: Mapping[str, Callable[[Context, Narrowing], Awaitable[Reply]]] = {
    "": lead_lists.show_lines,
    "officers": lead_lists.show_officers,
    "week": movement.show_movement,
    "risk": at_risk.show_risk,
    "letters": lost_letters.show_letters,
}
"""How each list begins."""


@spoken(
    "ใครค้างส่งอะไร",
    "ใครค้างส่ง",
    "ใครค้าง",
    "ของค้างส่ง",
    "ที่ค้างส่ง",
    "รายการค้างส่ง",
    "ใครยังไม่ส่ง",
    "ใครยังไม่คืน",
    fits=is_filter,
    joined=is_filter,
)
@spoken("ค้าง", fits=begins_age, joined=begins_age)
@command(
    "owed",
    "ค้างส่ง",
    about="ใครค้างส่งอะไร กรองได้ เช่น ค้างส่ง นก สัญญา ปีงบ 2569 หรือ ค้างส่ง ตามเจ้าหน้าที่",
    fits=ANYTHING,
    joined=begins_filter,
)
async def owed(ctx: Context, args: str) -> Reply:
    """Lists the customers who owe something, the oldest debt first; with words behind it the list
    that they ask for.
    """
    if not args.strip():
        return await show_debtors(ctx, 0)
    named = await _named(ctx, args)
    if named is not None:
        return named
    try:
        asked = await narrowed.read_words(ctx, args)
    except InvalidInput as error:
        return await _of_customer(ctx, args, error)
    if asked.to is not None:
        return await handing.preview(
            ctx,
            asked.wanted,
            asked.to,
        )
    if asked.file:
        return await list_files.send(ctx, asked)
    return await VIEWS[asked.view](ctx, asked.wanted)


async def _named(ctx: Context, args: str) -> Reply | None:
    """Shows the one contract, or the requests of the one customer, whose number was typed."""
    taken = take_reference(args, ReferenceKind.CUSTOMER)
    if taken is not None and not taken[1]:
        customer, _rest = taken
        return await requests_of(ctx, customer.value)
    numbers = numbers_in(args)
    if len(numbers) == 1 and await store.find_contract(ctx.db, numbers[0]):
        return await by_contract(ctx, numbers[0])
    return None


async def _of_customer(ctx: Context, name: str, error: InvalidInput) -> Reply:
    """Shows the requests of the one customer of this name; else the words were meant for a list,
    and are none.
    """
    nothing_read = error.params.get("text") == shorten(name, UNREAD)
    if not nothing_read:
        raise error
    hits = await ctx.find_customers(name)
    if len(hits) != 1 or hits[0].weak:
        raise error
    return await requests_of(ctx, hits[0].customer.code)


@action("owed.view")
async def view_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows a list below the message from which the button comes, which stays as it is."""
    return await VIEWS[args["view"]](ctx, EVERYTHING)


@action("owed.debtors", in_place=True)
async def debtors_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows another page of the customers who owe something."""
    return await show_debtors(ctx, int(args["page"]))


async def show_debtors(ctx: Context, page: int) -> Reply:
    """Shows one page of the customers who owe something, counted from 0."""
    found, total = await store.list_debtors(
        ctx.db,
        ctx.today,
        PAGE,
        page * PAGE,
    )
    codes = [debtor.customer for debtor in found]
    people: dict[str, Customer] = {
        each.code: each for each in await register.list_customers(ctx.db, codes)
    }
    options = []
    for debtor in found:
        ctx.audit("customer.listed", debtor.customer)
        customer = people.get(debtor.customer)
        name = ticket_cards.shown_name(customer) if customer else ""
        line = _debtor_line(debtor, name)
        options.append(
            Button(
                line,
                "request.list",
                {"code": debtor.customer},
            )
        )
    buttons = turn_buttons(
        "owed.debtors",
        {},
        page,
        more=total > (page + 1) * PAGE,
    )
    every = Button(
        _("ทั้งหมดตามวันที่"),
        "owed.list",
        {"list": "owed"},
    )
    buttons += [every, *lead_lists.lead_buttons()]
    _count, numbers = await lead_lists.numbers(ctx, EVERYTHING, None)
    head = in_one_line(numbers, _("%(count)s ราย", count=total))
    if not options:
        return Reply((Paragraph(f"{head}\n{_('ไม่มีรายการ')}", tuple(buttons)),))
    return Reply(
        (
            Choice(
                head,
                tuple(options),
                tuple(buttons),
            ),
        )
    )


def _debtor_line(debtor: Debtor, name: str) -> str:
    """`C81554 ผศ.ดร.กมลชนก · ค้าง 2 เรื่อง · เกินกำหนด 1 · ตั้งแต่ 3 พ.ย. 69`"""
    parts = [
        f"{debtor.customer} {name}",
        _("ค้าง %(count)s เรื่อง", count=debtor.count),
    ]
    if debtor.overdue:
        parts.append(_("เกินกำหนด %(count)s", count=debtor.overdue))
    parts.append(_("ตั้งแต่ %(date)s", date=request_cards.day(debtor.since)))
    return " · ".join(parts)
