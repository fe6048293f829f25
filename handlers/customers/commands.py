"""Commands and buttons that find, show, create and edit customers."""

from collections.abc import Mapping, Sequence

from domain.customers.phones import format_phone
from domain.errors import InvalidInput
from domain.one_line.reading import Vocabulary, parse_one_line, small_talk
from domain.one_line.slips import find_slip
from domain.publicity.links import is_link
from domain.search.whose import whose
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from domain.tickets.references import ReferenceKind, is_courtesy, read_alone, take_reference
from handlers.chat import (
    Button,
    Choice,
    Paragraph,
    Reply,
    say,
    turn_buttons,
)
from handlers.customers import cards as customer_cards
from handlers.customers.fields import from_query
from handlers.customers.form import edit_customer, new_customer, passed_over
from handlers.customers.hits import hit_buttons
from handlers.customers.named import named_other
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import FormAnswer, with_values
from handlers.forms.engine import FRESH, start
from handlers.i18n import _
from handlers.messages import sentence, unread_note
from handlers.records import named as named_records
from handlers.registry import (
    ANYTHING,
    action,
    command,
    spoken,
    text_action,
)
from handlers.spoken import near_command
from handlers.tickets.cards import by_due, contact_of
from handlers.tickets.form import habit_defaults, new_ticket
from handlers.tickets.lists import ticket_list
from handlers.tickets.named import answer_buttons
from store import audit
from store.customers import records as customers
from store.search import customers as search
from store.tickets import records as tickets

PAGE = 8
HISTORY_PAGE = 10
MANY = 50
"""Hits from which nobody counts on: the search stops a little above."""


@text_action("find.text")
@spoken(
    "ค้นหาลูกค้า",
    "ค้นหาผู้รับบริการ",
    "ค้นหา",
    "หาลูกค้า",
    "หาผู้รับบริการ",
    "หาเบอร์โทร",
    "หาเบอร์",
    "หาชื่อ",
    "หาอีเมล",
    fits=ANYTHING,
    joined=ANYTHING,
)
@command(
    "find",
    "ค้นหา",
    "หา",
    "find",
    about="ค้นหาผู้รับบริการ ใบงาน หรือสัญญา",
    also=("ค้น", "search"),
)
async def find(ctx: Context, args: str) -> Reply:
    """Shows the ticket, contract or customer that is named exactly; searches for anything else."""
    if not args.strip():
        return say(_("พิมพ์ชื่อ เบอร์โทร อีเมล รหัสผู้รับบริการ หรือเลขใบงานที่ต้องการค้นหา"))
    one = read_alone(args)
    if one and one.kind is not ReferenceKind.CUSTOMER:
        return await named_records.show(ctx, one)
    # A code alone is a search, whose single hit is the card.
    named = [] if one else await named_records.find_named(ctx, args)
    if len(named) > 1:
        return await named_records.offer(ctx, named, _line_buttons(ctx, args))
    if named:
        buttons = _line_buttons(ctx, args)
        return await named_records.show_within(
            ctx,
            args,
            named[0],
            buttons,
        )
    return await find_page(ctx, args, 0)


@command(
    "code",
    "ขอรหัส",
    about="ขอรหัสของผู้รับบริการ หรือรหัสเชื่อมอีกแอปของคุณ",
    joined=ANYTHING,
)
async def code(ctx: Context, args: str) -> Reply:
    """Searches for a customer's code; without a name it asks which code is meant."""
    if args:
        return await find(ctx, args)
    link = Button(
        _("รหัสเชื่อมอีกแอป"),
        "menu.run",
        {"command": "link"},
    )
    return say(_("ขอรหัสผู้รับบริการ พิมพ์ ขอรหัส ตามด้วยชื่อหรือเบอร์โทร"), link)


def _is_ticket_alone(args: str) -> bool:
    """Whether a ticket is named, and no more is said of it."""
    taken = take_reference(args, ReferenceKind.TICKET)
    return taken is not None and is_courtesy(taken[1])


@command(
    "ticket",
    "ใบงาน",
    about="ดูใบงาน เช่น ใบงาน R2611000124",
    fits=_is_ticket_alone,
)
async def ticket(ctx: Context, args: str) -> Reply:
    """Shows a ticket, and offers what the words beside its number may be meant for. Raises
    InvalidInput("ticket_no").
    """
    taken = take_reference(args, ReferenceKind.TICKET)
    if taken is None:
        raise InvalidInput("ticket_no")
    return await named_records.show_within(ctx, args, taken[0])


async def find_page(ctx: Context, text: str, page: int) -> Reply:
    """Shows one page of hits, counted from 0. A single hit is shown as its card; without any hit a
    new customer is offered.
    """
    hits, text, hint = await _search(ctx, text)
    if not hits:
        ctx.audit("customer.searched", "0")
        return await _nothing_found(ctx, text, hint)
    only = hits.only
    if only:
        return await _only_card(ctx, only, hint)
    shown = hits[page * PAGE : (page + 1) * PAGE]
    wrong = _slip_text(text) if hits[0].weak else ""
    told = (wrong, _result_text(hits, page), unread_note(ctx.is_register_unread), hint)
    question = "\n".join(filter(None, told))
    buttons = turn_buttons(
        "find.page",
        {"text": text},
        page,
        more=len(hits) > (page + 1) * PAGE,
    )
    if hits[0].left_out:
        buttons += _line_buttons(ctx, text)
    if not hits.partial:
        buttons += _new_buttons(text)
    if len(shown) > 1:
        codes = ",".join(hit.customer.code for hit in shown)
        buttons.append(
            Button(
                _("รายงานรหัสซ้ำ"),
                "duplicate.choose",
                {"codes": codes},
            )
        )
    return Reply(
        (
            Choice(
                question,
                hit_buttons(ctx, shown),
                tuple(buttons),
            ),
        )
    )


async def _only_card(ctx: Context, hit: search.Hit, hint: str) -> Reply:
    """The card of the only one, below what is to be told of the search."""
    customer = await ctx.customer(hit.customer.code)
    card = await customer_cards.card(ctx, customer, contact_of(hit))
    others = named_other(hit.left_out)
    told = [Paragraph(text) for text in (hint, others) if text]
    return Reply((*told, card))


def _result_text(hits: Sequence[search.Hit], page: int) -> str:
    """How many were found, or that none has the very name; and which page it is."""
    if hits[0].left_out:
        text = _('ไม่มีรายใดมี "%(word)s" ด้วย · รายที่มีคำอื่นครบ', word=shorten(hits[0].left_out, 40))
    elif hits[0].weak and hits[0].why in search.REACHED | search.WHOLE:
        text = _("ไม่พบที่ตรงกัน · ใกล้เคียง")
    elif hits[0].weak:
        text = _("ไม่พบชื่อที่ตรงกัน · ชื่อใกล้เคียง")
    else:
        # The search stops at its limit: there may be more.
        count = f"{MANY}+" if len(hits) >= MANY else str(len(hits))
        text = _("ผลลัพธ์: %(count)s", count=count)
    if len(hits) > PAGE:
        text += _(
            " · หน้า %(page)s/%(pages)s",
            page=page + 1,
            pages=-(-len(hits) // PAGE),
        )
    return text


async def _search(ctx: Context, text: str) -> tuple[search.Hits, str, str]:
    """Hits for all that was typed; else for what follows a command's word that does not fit, and a
    word on that; else for the name that other words surround.

    Returns the text that was searched for, too.
    """
    hits = await ctx.find_customers(text)
    if _has_hit(hits):
        return hits, text, ""
    behind, hint = _behind_command(ctx, text)
    for name in dict.fromkeys((behind, whose(behind or text))):
        if len(name) < 2 or name == text:
            continue
        named = await ctx.find_customers(name)
        if _has_hit(named):
            return named, name, _("พบจาก %(key)s", key=name)
    return hits, text, hint


def _behind_command(ctx: Context, text: str) -> tuple[str, str]:
    """What follows a command's word that does not fit, and a word on that command."""
    near = near_command(text)
    if near is None:
        return "", ""
    wanted, rest, is_plain = near
    if wanted.name == "find":
        return rest, ""
    if not is_plain:
        return "", ""
    may = ctx.staff.role.covers(wanted.role)
    return rest, _(wanted.about) if may else ""


def _has_hit(hits: Sequence[search.Hit]) -> bool:
    """Whether somebody was found who is more than a guess."""
    return bool(hits) and not hits[0].weak


async def _nothing_found(ctx: Context, text: str, hint: str) -> Reply:
    """Small talk gets a hint; else what can be done: a ticket of the line, a new customer, a search
    in tickets, the answer to the last ticket.
    """
    wrong = _slip_text(text)
    nothing = "\n".join(filter(None, (_("ผลลัพธ์: 0"), wrong, hint)))
    told = from_query(ctx, text)
    says_nothing = not wrong and not told and not hint
    if says_nothing and small_talk(text, ctx.today):
        return say(f"{nothing} · {_('พิมพ์ชื่อ เบอร์โทร อีเมล หรือเลขใบงานได้เลย')}")
    line_buttons = _line_buttons(ctx, text)
    meant = take_reference(text, ReferenceKind.TICKET)
    if meant and meant[0].sure and not line_buttons:
        # It says that there is no such ticket.
        return await named_records.show(ctx, meant[0])
    buttons = [*line_buttons]
    if told and not read_alone(text):
        buttons += _new_buttons(text)
    find = Button(_("ค้นในใบงาน"), "tickets.find", {"text": shorten(text, 400)})
    # A name that is not found is hardly the result of the ticket before it.
    return say(nothing, *buttons, find, *await _answer_buttons(ctx, text))


def _slip_text(text: str) -> str:
    """Says what is wrong with a code or telephone that was typed amiss; "" for anything else."""
    slip = find_slip(text)
    if slip is None:
        return ""
    return f"⚠️ {sentence(fields.refusal(slip))}"


async def _answer_buttons(ctx: Context, text: str) -> Sequence[Button]:
    """The offer to take the text for the result of the ticket that the officer had open."""
    latest = await _latest_ticket(ctx)
    return answer_buttons(latest, text) if latest else ()


async def _latest_ticket(ctx: Context) -> Ticket | None:
    """The ticket that the officer saved or looked at last, if that was just now and nothing else
    was opened since.
    """
    record = await audit.find_latest_record(ctx.db, ctx.staff.id, ctx.now - FRESH)
    if not record.startswith("R"):
        return None
    found = await tickets.find_ticket(ctx.db, record)
    if found is None or found.status is not Status.OPEN or found.result:
        return None
    return found


def _line_buttons(ctx: Context, text: str) -> tuple[Button, ...]:
    """The offer to make a ticket of a line that was typed without its command."""
    vocabulary = Vocabulary.of(ctx.desk.configuration.catalogue)
    read = parse_one_line(text, vocabulary, ctx.today)
    about_ticket = read.channel or read.subject or read.result
    if not read.counts and not (read.customer and about_ticket):
        return ()
    # A button's arguments are stored: a text is no longer than a message may be.
    args = {"text": shorten(text, 4000)}
    return (Button(_("สร้างใบงานจากข้อความนี้"), "ticket.from_line", args),)


def _new_buttons(text: str) -> tuple[Button, ...]:
    """The offer to record somebody of this name; nobody is called by an address of the web."""
    return () if is_link(text) else (_new_button(text),)


def _new_button(text: str) -> Button:
    name = shorten(format_phone(" ".join(text.split())), 40)
    label = _('ผู้รับบริการใหม่ "%(name)s"', name=name)
    return Button(
        label,
        "customer.new",
        {"query": shorten(text, 500)},
    )


@action("find.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows another page of the same search."""
    return await find_page(ctx, args["text"], int(args["page"]))


@action("customer.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the customer's card, with the contact who was found."""
    customer = await customers.get_customer(ctx.db, args["code"])
    card = await customer_cards.card(ctx, customer, args.get("contact", ""))
    return Reply((card,))


@action("customer.open")
async def open_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Begins a ticket for this customer and the contact who was found, with the channel and subject
    that the officer usually has.
    """
    customer = await customers.get_customer(ctx.db, args["code"])
    habit = await habit_defaults(ctx)
    people = {"customer": customer.code, "contact": args.get("contact", "")}
    answer = habit | FormAnswer(people)
    return await start(ctx, new_ticket(ctx, answer))


@action("customer.history", in_place=True, aside=True)
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the customer's tickets, the newest first."""
    page = int(args.get("page", "0"))
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.history", customer.code)
    start_at = page * HISTORY_PAGE
    # One more than is shown says whether there is a next page.
    found = await tickets.list_by_customer(
        ctx.db,
        customer.code,
        HISTORY_PAGE + 1,
        start_at,
    )
    more = len(found) > HISTORY_PAGE
    title = _("ประวัติการติดต่อ · %(customer)s", customer=f"{customer.code} {customer.name}")
    buttons = _list_buttons(
        "customer.history",
        customer.code,
        page,
        more=more,
    )
    return ticket_list(
        ctx,
        title,
        found[:HISTORY_PAGE],
        buttons,
    )


@action("customer.unfinished", in_place=True)
async def unfinished_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lists the customer's tickets that are not closed, those due first at the top."""
    page = int(args.get("page", "0"))
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.history", customer.code)
    found = by_due(ctx, await tickets.list_unfinished_by_customer(ctx.db, customer.code))
    shown = found[page * HISTORY_PAGE : (page + 1) * HISTORY_PAGE]
    more = len(found) > (page + 1) * HISTORY_PAGE
    title = _("ใบงานค้าง · %(customer)s", customer=f"{customer.code} {customer.name}")
    buttons = _list_buttons(
        "customer.unfinished",
        customer.code,
        page,
        more=more,
    )
    return ticket_list(ctx, title, shown, buttons)


def _list_buttons(
    action: str,
    code: str,
    page: int,
    *,
    more: bool,
) -> tuple[Button, ...]:
    """Back to the customer, and the pages beside this one."""
    back = Button(
        _("ผู้รับบริการ"),
        "customer.show",
        {"code": code},
    )
    return (
        back,
        *turn_buttons(
            action,
            {"code": code},
            page,
            more=more,
        ),
    )


@action("customer.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Opens the form that changes the customer's data."""
    customer = await customers.get_customer(ctx.db, args["code"])
    ctx.audit("customer.read", customer.code)
    return await start(ctx, edit_customer(ctx, customer), "+more")


@command(
    "new",
    "เพิ่มผู้รับบริการ",
    about="เพิ่มผู้รับบริการ แล้วสร้างใบงานต่อ",
    also=(
        "เพิ่มผู้รับบริการใหม่",
        "ผู้รับบริการใหม่",
        "สร้างผู้รับบริการ",
        "เพิ่มลูกค้าใหม่",
        "เพิ่มลูกค้า",
        "ลูกค้าใหม่",
        "สร้างลูกค้า",
        "new customer",
        "add customer",
    ),
    joined=ANYTHING,
)
async def new(ctx: Context, args: str) -> Reply:
    """Creates a customer, then goes on to a ticket."""
    return await start(ctx, new_customer(ctx, args))


@action("customer.new")
async def new_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Creates a customer from a search that found nobody."""
    query = args.get("query", "")
    draft = new_customer(ctx, query, args.get("then", ""))
    passed = await passed_over(ctx, query)
    return await start(ctx, with_values(draft, passed))
