"""Tickets: open on one line or by form, show, close, reopen."""

import re
from collections.abc import Mapping

from domain import pauses
from domain.errors import InvalidInput
from domain.one_line import CustomerRef, OneLine, parse_one_line, read_result
from domain.text import digits
from domain.tickets import Status, Ticket
from handlers import ticket_cards, ticket_saves
from handlers.chat import Card, Reply
from handlers.desk import Context
from handlers.forms import advance, park_open, start
from handlers.i18n import _
from handlers.labels import when
from handlers.registry import action, command
from handlers.ticket_form import edit_ticket, habit_defaults, new_ticket
from handlers.ticket_lists import my
from store import changes, search, staff, tickets

NUMBER = r"[Rr][\d๐-๙]{10}"


@command(
    "open",
    "สร้างใบงาน",
    "เปิดใบงาน",
    about="สร้างใบงาน พิมพ์ต่อในบรรทัดเดียวได้ เช่น สร้างใบงาน C81554 โทร 1.1 รายละเอียด => ผล ปิด",
)
async def open_ticket(ctx: Context, args: str) -> Reply:
    """A ticket's card when its number is given; else a new ticket from one line, asking for what is missing."""
    if re.fullmatch(NUMBER, args):
        return await ticket(ctx, args)
    if not args:
        return await start(ctx, new_ticket(ctx, await habit_defaults(ctx)), "customer")
    read = parse_one_line(args, ctx.desk.configuration.catalogue.vocabulary(), ctx.today)
    values = await _from_line(ctx, read)
    if not read.channel and not read.subject:
        values = {**await habit_defaults(ctx, read.details), **values}
    await park_open(ctx)
    return await advance(ctx, new_ticket(ctx, values))


@action("ticket.from_line")
async def from_line_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was typed without the command was one line of a ticket."""
    return await open_ticket(ctx, args["text"])


async def _from_line(ctx: Context, read: OneLine) -> dict[str, str]:
    """What the line said as the form's values; a customer who is not one and only stays a query."""
    values = {
        "channel": read.channel,
        "subject": read.subject,
        "details": read.details,
        "result": read.result,
        "created_on": read.created_on.isoformat() if read.created_on else "",
        "close": "1" if read.close else "",
    }
    if read.customer:
        hits = await search.find_customers(ctx.db, read.customer)
        sure = len(hits) == 1 and (read.customer_kind is not CustomerRef.NAME or hits[0].why is search.Why.NAME)
        values |= {"customer": hits[0].customer.code} if sure else {"customer_query": read.customer}
    return {name: value for name, value in values.items() if value}


@command("ticket", "ใบงาน", about="ดูใบงาน เช่น ใบงาน R2611000124", fits=rf"{NUMBER}\s*$")
async def ticket(ctx: Context, args: str) -> Reply:
    """A ticket's card."""
    found = await tickets.get_ticket(ctx.db, read_number(args))
    ctx.audit("ticket.read", found.no)
    return Reply((await ticket_cards.card(ctx, found),))


def read_number(text: str) -> str:
    """A ticket's number as typed; InvalidInput("ticket_no")."""
    number = digits(text).strip().upper()
    if not re.fullmatch(r"R\d{10}", number):
        raise InvalidInput("ticket_no")
    return number


@action("ticket.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A ticket's card."""
    return await ticket(ctx, args["no"])


@command(
    "close",
    "ปิดใบงาน",
    about="ปิดใบงาน เช่น ปิดใบงาน R2611000124 ส่งข้อมูลทางอีเมลแล้ว",
    fits=rf"{NUMBER}(\s|$)|$",
)
async def close(ctx: Context, args: str) -> Reply:
    """Close a ticket with its result, asking for whatever the subject still wants; without a number, which one."""
    if not args.strip():
        return await my(ctx, "")
    number, _blank, result = args.strip().partition(" ") if " " in args.strip() else args.strip().partition("\n")
    found = await tickets.get_ticket(ctx.db, read_number(number))
    values = {"result": read_result(result).result} if result.strip() else {}
    return await _close(ctx, found, values)


async def _close(ctx: Context, found: Ticket, values: Mapping[str, str]) -> Reply:
    if found.status is Status.CLOSED:
        ctx.audit("ticket.read", found.no)
        return await ticket_cards.present_state(ctx, found)
    ctx.audit("ticket.read", found.no)
    await park_open(ctx)
    # A result that stands already may have been only the state of things: it is shown before it closes.
    look = not values and bool(found.result or "result" in found.unknown)
    return await advance(ctx, edit_ticket(ctx, found, {**values, "close": "1"}, look=look))


@action("ticket.answer")
async def answer_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was typed after saving was the result: keep it, and close where that was pressed."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if found.status is Status.CLOSED:
        return await ticket_cards.present_state(ctx, found)
    values = {"result": read_result(args["text"]).result, **({"close": "1"} if args.get("close") else {})}
    return await advance(ctx, edit_ticket(ctx, found, values, look=False))


@action("ticket.close")
async def close_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Close it: the result is asked for, if it is not there yet."""
    return await _close(ctx, await tickets.get_ticket(ctx.db, args["no"]), {})


@action("ticket.reopen")
async def reopen_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Open a closed ticket again; its result stays."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if found.status is not Status.CLOSED:
        return await ticket_cards.present_state(ctx, found)
    again = await ticket_saves.save(ctx, found, pauses.reopened(found, ctx.now))
    ctx.audit("ticket.reopened", found.no)
    return await ticket_cards.saved(ctx, again)


@action("ticket.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Change the ticket's fields."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    return await start(ctx, edit_ticket(ctx, found, {}, look=True), "+more")


@action("ticket.history")
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Every change of the ticket: who, when, from, to."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    names = await staff.staff_names(ctx.db)
    lines = []
    for change in (await changes.list_changes(ctx.db, found.no))[-20:]:
        who = names.get(change.by, "-") if change.by is not None else "-"
        lines.append((f"{when(change.at)} {who}", await ticket_cards.change_text(ctx, change)))
    title = _("ประวัติใบงาน %(no)s", no=found.no)
    return Reply((Card(title, tuple(lines), buttons=(ticket_cards.show_button(found),)),))
