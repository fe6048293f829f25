"""Customers: find, show, history, create, edit."""

import re
from collections.abc import Mapping, Sequence

from domain.errors import DeskError
from domain.one_line import key_within, parse_one_line, small_talk
from domain.phones import format_phone
from domain.slips import find_slip
from domain.text import digits, shorten
from domain.tickets import Status, Ticket, parse_contract_no
from handlers import customer_cards, fields, publicity_cards, request_cards, ticket_buttons, ticket_cards
from handlers.chat import Button, Choice, Paragraph, Reply, say
from handlers.customer_form import edit_customer, from_query, new_customer
from handlers.desk import Context
from handlers.forms import FRESH, start
from handlers.i18n import _
from handlers.labels import why_label
from handlers.messages import sentence
from handlers.pages import turn_buttons
from handlers.registry import action, command
from handlers.ticket_form import habit_defaults, new_ticket
from store import contracts, customers, forms, publications, search, tickets

PAGE = 8
HISTORY_PAGE = 10
TICKET_NO = re.compile(r"[Rr]\d{10}")
PUBLICATION_NO = re.compile(r"[Pp]\d{1,9}")
CUSTOMER_CODE = re.compile(r"[Cc]\d{1,12}")


@command("find", "ค้นหา", "หา", "find", about="ค้นหาผู้รับบริการ ใบงาน หรือสัญญา")
async def find(ctx: Context, args: str) -> Reply:
    """Whatever was typed: a ticket, contract or customer that is named exactly, else a search."""
    if not args:
        return say(_("พิมพ์ชื่อ เบอร์โทร อีเมล รหัสผู้รับบริการ หรือเลขใบงานที่ต้องการค้นหา"))
    typed = digits(args).strip()
    if TICKET_NO.fullmatch(typed):
        ticket = await tickets.get_ticket(ctx.db, typed.upper())
        ctx.audit("ticket.read", ticket.no)
        return Reply((await ticket_cards.card(ctx, ticket),))
    if PUBLICATION_NO.fullmatch(typed):
        return Reply((await publicity_cards.card(ctx, await publications.get(ctx.db, typed.upper())),))
    try:
        return await by_contract(ctx, parse_contract_no(typed))
    except DeskError:
        return await find_page(ctx, args, 0)


async def by_contract(ctx: Context, contract_no: str) -> Reply:
    """A microdata contract with its request; for one that only tickets name, those."""
    if contract := await contracts.find_contract(ctx.db, contract_no):
        return await request_cards.show(ctx, contract.request_id)
    found = await tickets.list_by_contract(ctx.db, contract_no)
    if found:
        return await _ticket_list(ctx, _("📄 สัญญา %(no)s", no=contract_no), found)
    lists = Button(_("รายการสัญญา"), "owed.list", {"list": "contracts"})
    return Reply((Paragraph(_("ไม่พบสัญญา %(no)s ตรวจเลขที่อีกครั้ง", no=contract_no), (lists,)),))


async def find_page(ctx: Context, text: str, page: int) -> Reply:
    """One page of hits; a single hit is its card, none is the offer to create."""
    hits, found_by = await _search(ctx, text)
    if not hits:
        ctx.audit("customer.searched", "0")
        return await _nothing_found(ctx, text)
    if len(hits) == 1 and not hits[0].weak:
        card = await customer_cards.card(ctx, await customers.get_customer(ctx.db, hits[0].customer.code))
        return Reply((Paragraph(found_by, _line_buttons(ctx, text)), card) if found_by else (card,))
    shown = hits[page * PAGE : (page + 1) * PAGE]
    for hit in shown:
        ctx.audit("customer.listed", hit.customer.code)
    options = tuple(
        Button(
            f"{customer_cards.line(hit.customer)} · {why_label(hit.why, hit.score)}",
            "customer.show",
            {"code": hit.customer.code},
        )
        for hit in shown
    )
    if hits[0].weak:
        question = _("ไม่พบชื่อที่ตรงกัน · ชื่อใกล้เคียง")
    else:
        count = f"{len(hits)}+" if len(hits) >= search.LIMIT else str(len(hits))
        question = _("ผลลัพธ์: %(count)s", count=count)
    if len(hits) > PAGE:
        question += _(" · หน้า %(page)s/%(pages)s", page=page + 1, pages=-(-len(hits) // PAGE))
    question = "\n".join(filter(None, (question, found_by)))
    buttons = [*turn_buttons("find.page", {"text": text}, page, more=len(hits) > (page + 1) * PAGE), _new_button(text)]
    if len(shown) > 1:
        codes = ",".join(hit.customer.code for hit in shown)
        buttons.append(Button(_("รายงานรหัสซ้ำ"), "duplicate.choose", {"codes": codes}))
    return Reply((Choice(question, options, tuple(buttons)),))


async def _search(ctx: Context, text: str) -> tuple[list[search.Hit], str]:
    """Hits for all that was typed; else for a telephone, e-mail or code among it, and then a word on that."""
    hits = await search.find_customers(ctx.db, text)
    key = key_within(text, ctx.today)
    if (hits and not hits[0].weak) or not key or key == text:
        return hits, ""
    shown = format_phone(key) if key.startswith("+") else key
    return await search.find_customers(ctx.db, key), _("พบจาก %(key)s", key=shown)


async def _nothing_found(ctx: Context, text: str) -> Reply:
    """Small talk gets a hint; else the ways on: a ticket's line, the answer to the last ticket, a new customer."""
    slip = find_slip(text)
    wrong = f"⚠️ {sentence(fields.refusal(slip))}" if slip else ""
    nothing = "\n".join(filter(None, (_("ผลลัพธ์: 0"), wrong)))
    if not slip and small_talk(text, ctx.today):
        return say(f"{nothing} · {_('พิมพ์ชื่อ เบอร์โทร อีเมล หรือเลขใบงานได้เลย')}")
    buttons = [*_line_buttons(ctx, text)]
    last = await forms.find_last_saved(ctx.db, ctx.staff.id, ctx.now - FRESH)
    ticket = await tickets.find_ticket(ctx.db, last.outcome) if last else None
    if ticket and ticket.status is Status.OPEN and not ticket.result:
        args = {"no": ticket.no, "text": shorten(text, 4000)}
        buttons.append(Button(_("ใช้เป็นผลของ %(no)s", no=ticket.no), "ticket.answer", args))
        buttons.append(Button(_("ใช้เป็นผลและปิด"), "ticket.answer", {**args, "close": "1"}))
    buttons.append(Button(_("ค้นในใบงาน"), "tickets.find", {"text": shorten(text, 400)}))
    if not CUSTOMER_CODE.fullmatch(digits(text).strip()) and from_query(text, ctx.today):
        buttons.append(_new_button(text))
    return say(nothing, *buttons)


def _line_buttons(ctx: Context, text: str) -> tuple[Button, ...]:
    """The offer to make a ticket of a line that was typed without its command."""
    read = parse_one_line(text, ctx.desk.configuration.catalogue.vocabulary(), ctx.today)
    if not read.counts and not (read.customer and (read.channel or read.subject or read.result)):
        return ()
    return (Button(_("สร้างใบงานจากข้อความนี้"), "ticket.from_line", {"text": shorten(text, 4000)}),)


def _new_button(text: str) -> Button:
    name = shorten(" ".join(text.split()), 40)
    return Button(_('ผู้รับบริการใหม่ "%(name)s"', name=name), "customer.new", {"query": shorten(text, 500)})


@action("find.text")
async def find_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The text was meant as a search."""
    return await find(ctx, args["text"])


@action("find.page", in_place=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the same search."""
    return await find_page(ctx, args["text"], int(args["page"]))


@action("customer.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The customer's card."""
    return Reply((await customer_cards.card(ctx, await customers.get_customer(ctx.db, args["code"])),))


@action("customer.open")
async def open_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A new ticket for this customer, channel and subject as the officer usually has them."""
    customer = await customers.get_customer(ctx.db, args["code"])
    return await start(ctx, new_ticket(ctx, {**await habit_defaults(ctx), "customer": customer.code}))


@action("customer.history", in_place=True)
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The customer's tickets, newest first."""
    page = int(args.get("page", "0"))
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.history", customer.code)
    found = await tickets.list_by_customer(ctx.db, customer.code, HISTORY_PAGE + 1, page * HISTORY_PAGE)
    buttons = [Button(_("ผู้รับบริการ"), "customer.show", {"code": customer.code})]
    buttons += turn_buttons("customer.history", {"code": customer.code}, page, more=len(found) > HISTORY_PAGE)
    title = _("ประวัติการติดต่อ · %(customer)s", customer=f"{customer.code} {customer.name}")
    return await _ticket_list(ctx, title, found[:HISTORY_PAGE], tuple(buttons))


async def _ticket_list(ctx: Context, title: str, found: Sequence[Ticket], buttons: tuple[Button, ...] = ()) -> Reply:
    if not found:
        return Reply((Paragraph(f"{title}\n{_('ยังไม่มีใบงาน')}", buttons),))
    options = tuple(ticket_buttons.show_button(t, ticket_cards.ticket_line(ctx, t)) for t in found)
    return Reply((Choice(title, options, buttons),))


@action("customer.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Change the customer's data."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    return await start(ctx, edit_customer(ctx, customer), "+more")


@command("new", "เพิ่มผู้รับบริการ", about="เพิ่มผู้รับบริการ แล้วสร้างใบงานต่อ")
async def new(ctx: Context, args: str) -> Reply:
    """Create a customer, then go on to a ticket."""
    return await start(ctx, new_customer(ctx, args))


@action("customer.new")
async def new_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Create a customer out of a fruitless search."""
    return await start(ctx, new_customer(ctx, args.get("query", ""), args.get("then", "")))
