"""The history of a ticket: each change with who, when, from what to what, newest first, by pages."""

from collections.abc import Mapping

from domain.tickets import Change
from handlers import change_text, ticket_buttons
from handlers.chat import Card, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.pages import turn_buttons
from handlers.registry import action
from store import changes, tickets

SAVES = 6
"""Saves on a page."""


@action("ticket.history")
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The latest changes of the ticket."""
    return await _history(ctx, args["no"], 0)


@action("ticket.history_page", in_place=True)
async def history_page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of them."""
    return await _history(ctx, args["no"], int(args["page"]))


async def _history(ctx: Context, no: str, page: int) -> Reply:
    found = await tickets.get_ticket(ctx.db, no)
    ctx.audit("ticket.read", no)
    saves: dict[int, list[Change]] = {}
    for change in await changes.list_changes(ctx.db, no):
        saves.setdefault(change.version, []).append(change)
    newest = sorted(saves, reverse=True)
    lines = []
    for version in newest[page * SAVES : (page + 1) * SAVES]:
        told = await change_text.lines(ctx, saves[version])
        lines.append((told[0][0], "\n".join(text for _head, text in told)))
    turns = turn_buttons("ticket.history_page", {"no": no}, page, more=len(newest) > (page + 1) * SAVES)
    undo = () if await tickets.find_before_last_change(ctx.db, found) is None else (ticket_buttons.undo_button(found),)
    title = _("ประวัติใบงาน %(no)s", no=no)
    note = "" if lines else _("ยังไม่มีการแก้ไข")
    return Reply((Card(title, tuple(lines), note, (*undo, *turns, ticket_buttons.show_button(found))),))
