"""Customers: find, show, history, create, edit."""

from collections.abc import Mapping

from domain.customers.phones import format_phone
from domain.errors import InvalidInput
from domain.one_line.reading import Vocabulary, parse_one_line, small_talk
from domain.one_line.slips import find_slip
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from domain.tickets.references import ReferenceKind, is_courtesy, read_alone, take_reference
from handlers.chat import Button, Choice, Paragraph, Reply, say, turn_buttons
from handlers.customers import cards as customer_cards
from handlers.customers.fields import from_query
from handlers.customers.form import edit_customer, new_customer, passed_over
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.engine import FRESH, FormAnswer, start, with_values
from handlers.i18n import _
from handlers.labels import why_label
from handlers.messages import sentence
from handlers.records import named as named_records
from handlers.registry import ANYTHING, action, command, spoken, text_action
from handlers.spoken import near_command
from handlers.tickets.cards import by_due
from handlers.tickets.form import habit_defaults, new_ticket
from handlers.tickets.lists import ticket_list
from handlers.tickets.named import answer_buttons
from store import audit
from store.customers import records as customers
from store.search import customers as search
from store.tickets import records as tickets

PAGE = 8
HISTORY_PAGE = 10


@text_action("find.text")
@spoken(
    *(
        "ค้นหาลูกค้า",
        "ค้นหาผู้รับบริการ",
        "ค้นหา",
        "หาลูกค้า",
        "หาผู้รับบริการ",
        "หาเบอร์โทร",
        "หาเบอร์",
        "หาชื่อ",
        "หาอีเมล",
    ),
    fits=ANYTHING,
    joined=ANYTHING,
)
@command("find", "ค้นหา", "หา", "find", about="ค้นหาผู้รับบริการ ใบงาน หรือสัญญา", also=("ค้น", "search"))
async def find(ctx: Context, args: str) -> Reply:
    """Whatever was typed: a ticket, contract or customer that is named exactly, else a search."""
    if not args.strip():
        return say(_("พิมพ์ชื่อ เบอร์โทร อีเมล รหัสผู้รับบริการ หรือเลขใบงานที่ต้องการค้นหา"))
    one = read_alone(args)
    if one and one.kind is not ReferenceKind.CUSTOMER:
        return await named_records.show(ctx, one)
    named = [] if one else await named_records.find_named(ctx, args)
    if len(named) > 1:
        return await named_records.offer(ctx, named, _line_buttons(ctx, args))
    if named:
        return await named_records.show_within(ctx, args, named[0], _line_buttons(ctx, args))
    return await find_page(ctx, args, 0)


@command("code", "ขอรหัส", about="ขอรหัสของผู้รับบริการ หรือรหัสเชื่อมอีกแอปของคุณ", joined=ANYTHING)
async def code(ctx: Context, args: str) -> Reply:
    """A customer's code; without a name, which code is meant."""
    if args:
        return await find(ctx, args)
    link = Button(_("รหัสเชื่อมอีกแอป"), "menu.run", {"command": "link"})
    return say(_("ขอรหัสผู้รับบริการ พิมพ์ ขอรหัส ตามด้วยชื่อหรือเบอร์โทร"), link)


def _is_ticket_alone(args: str) -> bool:
    """Whether a ticket is named, and no more is said of it."""
    taken = take_reference(args, ReferenceKind.TICKET)
    return taken is not None and is_courtesy(taken[1])


@command("ticket", "ใบงาน", about="ดูใบงาน เช่น ใบงาน R2611000124", fits=_is_ticket_alone)
async def ticket(ctx: Context, args: str) -> Reply:
    """A ticket's card, and what the words beside its number may be meant for;
    InvalidInput("ticket_no").
    """
    taken = take_reference(args, ReferenceKind.TICKET)
    if taken is None:
        raise InvalidInput("ticket_no")
    return await named_records.show_within(ctx, args, taken[0])


async def find_page(ctx: Context, text: str, page: int) -> Reply:
    """One page of hits; a single hit is its card, none is the offer to create."""
    hits, text, hint = await _search(ctx, text)
    if not hits:
        ctx.audit("customer.searched", "0")
        return await _nothing_found(ctx, text, hint)
    if len(hits) == 1 and not hits[0].weak:
        card = await customer_cards.card(
            ctx, await customers.get_customer(ctx.db, hits[0].customer.code)
        )
        return Reply((Paragraph(hint), card) if hint else (card,))
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
    question = "\n".join(filter(None, (question, hint)))
    buttons = [
        *turn_buttons("find.page", {"text": text}, page, more=len(hits) > (page + 1) * PAGE),
        _new_button(text),
    ]
    if len(shown) > 1:
        codes = ",".join(hit.customer.code for hit in shown)
        buttons.append(Button(_("รายงานรหัสซ้ำ"), "duplicate.choose", {"codes": codes}))
    return Reply((Choice(question, options, tuple(buttons)),))


async def _search(ctx: Context, text: str) -> tuple[list[search.Hit], str, str]:
    """Hits for all that was typed; else for what follows a command's word that does not fit, and a
    word on that.

    Returns the text that was searched for, too.
    """
    hits = await search.find_customers(ctx.db, ctx.words, text)
    if hits and not hits[0].weak:
        return hits, text, ""
    near = near_command(text)
    if near is None:
        return hits, text, ""
    wanted, rest, is_plain = near
    hint = (
        _(wanted.about)
        if is_plain and wanted.name != "find" and ctx.staff.role.covers(wanted.role)
        else ""
    )
    if len(rest) > 1 and (is_plain or wanted.name == "find"):
        named = await search.find_customers(ctx.db, ctx.words, rest)
        if named and not named[0].weak:
            return named, rest, "\n".join(filter(None, (_("พบจาก %(key)s", key=rest), hint)))
    return hits, text, hint


async def _nothing_found(ctx: Context, text: str, hint: str) -> Reply:
    """Small talk gets a hint; else the ways on: a ticket's line, the answer to the last ticket, a
    new customer.
    """
    slip = find_slip(text)
    wrong = f"⚠️ {sentence(fields.refusal(slip))}" if slip else ""
    nothing = "\n".join(filter(None, (_("ผลลัพธ์: 0"), wrong, hint)))
    told = from_query(text, ctx.today)
    if not (slip or told or hint) and small_talk(text, ctx.today):
        return say(f"{nothing} · {_('พิมพ์ชื่อ เบอร์โทร อีเมล หรือเลขใบงานได้เลย')}")
    buttons = [*_line_buttons(ctx, text)]
    meant = take_reference(text, ReferenceKind.TICKET)
    if meant and meant[0].sure and not buttons:
        return await named_records.show(ctx, meant[0])  # says that there is none
    if latest := await _latest_ticket(ctx):
        buttons += answer_buttons(latest, text)
    buttons.append(Button(_("ค้นในใบงาน"), "tickets.find", {"text": shorten(text, 400)}))
    if not read_alone(text) and told:
        buttons.append(_new_button(text))
    return say(nothing, *buttons)


async def _latest_ticket(ctx: Context) -> Ticket | None:
    """The ticket that the officer saved or looked at last, if that was just now and nothing else
    was opened since.
    """
    record = await audit.find_latest_record(ctx.db, ctx.staff.id, ctx.now - FRESH)
    found = await tickets.find_ticket(ctx.db, record) if record.startswith("R") else None
    return found if found and found.status is Status.OPEN and not found.result else None


def _line_buttons(ctx: Context, text: str) -> tuple[Button, ...]:
    """The offer to make a ticket of a line that was typed without its command."""
    read = parse_one_line(text, Vocabulary.of(ctx.desk.configuration.catalogue), ctx.today)
    if not read.counts and not (read.customer and (read.channel or read.subject or read.result)):
        return ()
    return (Button(_("สร้างใบงานจากข้อความนี้"), "ticket.from_line", {"text": shorten(text, 4000)}),)


def _new_button(text: str) -> Button:
    name = shorten(format_phone(" ".join(text.split())), 40)
    return Button(
        _('ผู้รับบริการใหม่ "%(name)s"', name=name), "customer.new", {"query": shorten(text, 500)}
    )


@action("find.page", in_place=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the same search."""
    return await find_page(ctx, args["text"], int(args["page"]))


@action("customer.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The customer's card."""
    return Reply(
        (await customer_cards.card(ctx, await customers.get_customer(ctx.db, args["code"])),)
    )


@action("customer.open")
async def open_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A new ticket for this customer, channel and subject as the officer usually has them."""
    customer = await customers.get_customer(ctx.db, args["code"])
    return await start(
        ctx, new_ticket(ctx, await habit_defaults(ctx) | FormAnswer({"customer": customer.code}))
    )


@action("customer.history", in_place=True)
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The customer's tickets, newest first."""
    page = int(args.get("page", "0"))
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.history", customer.code)
    found = await tickets.list_by_customer(
        ctx.db, customer.code, HISTORY_PAGE + 1, page * HISTORY_PAGE
    )
    buttons = [Button(_("ผู้รับบริการ"), "customer.show", {"code": customer.code})]
    buttons += turn_buttons(
        "customer.history", {"code": customer.code}, page, more=len(found) > HISTORY_PAGE
    )
    title = _("ประวัติการติดต่อ · %(customer)s", customer=f"{customer.code} {customer.name}")
    return ticket_list(ctx, title, found[:HISTORY_PAGE], tuple(buttons))


@action("customer.unfinished", in_place=True)
async def unfinished_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The customer's tickets that are not closed, the due ones first."""
    page = int(args.get("page", "0"))
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.history", customer.code)
    found = by_due(ctx, await tickets.list_unfinished_by_customer(ctx.db, customer.code))
    shown = found[page * HISTORY_PAGE : (page + 1) * HISTORY_PAGE]
    buttons = [Button(_("ผู้รับบริการ"), "customer.show", {"code": customer.code})]
    more = len(found) > (page + 1) * HISTORY_PAGE
    buttons += turn_buttons("customer.unfinished", {"code": customer.code}, page, more=more)
    title = _("ใบงานค้าง · %(customer)s", customer=f"{customer.code} {customer.name}")
    return ticket_list(ctx, title, shown, tuple(buttons))


@action("customer.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Change the customer's data."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    return await start(ctx, edit_customer(ctx, customer), "+more")


@command(
    "new",
    "เพิ่มผู้รับบริการ",
    about="เพิ่มผู้รับบริการ แล้วสร้างใบงานต่อ",
    also=(
        *(
            "เพิ่มผู้รับบริการใหม่",
            "ผู้รับบริการใหม่",
            "สร้างผู้รับบริการ",
            "เพิ่มลูกค้าใหม่",
            "เพิ่มลูกค้า",
            "ลูกค้าใหม่",
            "สร้างลูกค้า",
        ),
        *("new customer", "add customer"),
    ),
    joined=ANYTHING,
)
async def new(ctx: Context, args: str) -> Reply:
    """Create a customer, then go on to a ticket."""
    return await start(ctx, new_customer(ctx, args))


@action("customer.new")
async def new_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Create a customer out of a fruitless search."""
    query = args.get("query", "")
    draft = new_customer(ctx, query, args.get("then", ""))
    return await start(ctx, with_values(draft, await passed_over(ctx, query)))
