"""The list of new mails, oldest first, with what may be joined of them."""

from collections.abc import Mapping

from domain.mail.incoming import IncomingMail
from domain.mail.sorted_mail import Apart
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import (
    Button,
    Card,
    Choice,
    Paragraph,
    Reply,
    in_one_line,
    say,
    turn_buttons,
)
from handlers.desk import Context
from handlers.i18n import _
from handlers.mail.apart import apart_button, set_apart
from handlers.mail.candidates import candidates_of
from handlers.mail.incoming_cards import WRITER, additions, mail_line, new_mail_card
from handlers.mail.uses.one_caller import offered_of
from handlers.registry import COMMANDS, action, command
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets.cards import shown_name
from store import staff
from store.mail import incoming
from store.tickets import records as tickets

PAGE = 8
SPAM_WORDS = ("สแปม", "เมลขยะ", "ขยะ", "spam", "junk")


@command(
    "inbox",
    "อีเมลใหม่",
    about="อีเมลที่ยังไม่มีคนรับเรื่อง เก่าสุดก่อน",
    fits=lambda args: args.casefold() in ("", *SPAM_WORDS),
    also=("เมลใหม่", "อีเมลเข้า", "เมลเข้า", "กล่องอีเมล", "กล่องเมล", "new mail", "new mails"),
)
async def inbox(ctx: Context, args: str) -> Reply:
    """The tickets that mail brought and nobody has worked on, oldest first; with a word for it the
    list of suspected spam.
    """
    if args:
        return await set_apart(ctx, Apart.SPAM)
    return await _page(ctx, 0)


@action("inbox.show")
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The list, below the message that has the button."""
    return await _page(ctx, 0)


@action("inbox.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the list."""
    return await _page(ctx, int(args["page"]))


async def _page(ctx: Context, page: int) -> Reply:
    nos = await incoming.list_unclaimed(ctx.db, PAGE + 1, page * PAGE)
    apart = await _apart(ctx)
    if not nos:
        return say(_("ไม่มีอีเมลใหม่ที่รอคนรับเรื่อง"), *apart)
    count = await incoming.count_unclaimed(ctx.db)
    shown = nos[:PAGE]
    found = await tickets.get_tickets(ctx.db, shown)
    mails = await incoming.list_of_tickets(ctx.db, shown)
    options = []
    for no in shown:
        ctx.audit("ticket.listed", no)
        line = await _whole_line(ctx, found[no], mails[no])
        options.append(ticket_buttons.show_button(found[no], line))
    more = len(nos) > PAGE
    turns = turn_buttons("inbox.page", {}, page, more=more)
    title = _("📬 อีเมลใหม่ %(count)s ฉบับ เก่าสุดก่อน", count=count)
    if count > 1:
        listed = Choice(title, tuple(options), (*turns, *apart))
        return Reply((listed, *await offered_of(ctx, mails.values())))
    only = shown[0]
    opened = await _opened(ctx, mails[only], found[only])
    return Reply((Paragraph(title, tuple(apart)), opened))


async def _opened(ctx: Context, mail: IncomingMail, ticket: Ticket) -> Card:
    """The card of the only mail that waits, as it was told: nothing is left to choose."""
    return new_mail_card(ctx, mail, ticket, await additions(ctx, mail, ticket))


async def _apart(ctx: Context) -> list[Button]:
    """The ways to what was set apart, where anything was, for whoever may see it."""
    lists = [one for one in Apart if ctx.staff.role.covers(COMMANDS[one].role)]
    counts = [await incoming.count_apart(ctx.db, one) for one in lists]
    return [apart_button(one, count) for one, count in zip(lists, counts, strict=True) if count]


async def _whole_line(ctx: Context, ticket: Ticket, mail: IncomingMail) -> str:
    """The line of a mail, with whom it is most likely from, and whose it is."""
    line = mail_line(ctx, ticket, mail.reading)
    likely = ""
    for one in (await candidates_of(ctx, mail))[:1]:
        customer = one.customer
        ctx.audit("customer.listed", customer.code)
        name = shorten(shown_name(customer), WRITER)
        likely = _("น่าจะเป็น %(customer)s", customer=f"{customer.code} {name}")
    names = await ctx.once(staff.staff_names)
    whose = names.get(ticket.assignee, "") if ticket.assignee else ""
    return in_one_line(line, likely, whose)
