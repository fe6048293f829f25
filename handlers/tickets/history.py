"""The history of a ticket: each change with who, when, from what to what, newest first, by
pages.
"""

from collections.abc import Mapping, Sequence

from domain.errors import InvalidInput
from domain.tickets.records import Change
from domain.tickets.references import ReferenceKind, is_named, take_reference
from handlers.chat import Card, Reply, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.records import changes as change_text
from handlers.registry import ACTIONS, action, command
from handlers.tickets import buttons as ticket_buttons
from store.records import changes
from store.tickets import records as tickets

SAVES = 6
"""Saves on a page."""


@command(
    "history",
    "ประวัติ",
    about="ประวัติของใบงานหรือผู้รับบริการ เช่น ประวัติ C81554",
    fits=is_named(ReferenceKind.TICKET, ReferenceKind.CUSTOMER),
    also=("ประวัติการติดต่อ", "ประวัติการแก้ไข", "ประวัติใบงาน", "ประวัติลูกค้า", "ประวัติผู้รับบริการ", "history"),
)
async def history(ctx: Context, args: str) -> Reply:
    """A ticket's changes, or a customer's tickets; InvalidInput("named")."""
    taken = take_reference(args, ReferenceKind.TICKET, ReferenceKind.CUSTOMER)
    if taken is None:
        raise InvalidInput("named")
    named, _rest = taken
    if named.kind is ReferenceKind.TICKET:
        return await _history(ctx, named.value, 0)
    return await ACTIONS["customer.history"].run(ctx, {"code": named.value})


@action("ticket.history", aside=True)
@action("ticket.history_page", in_place=True, aside=True)
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The latest changes of the ticket, or another page of them."""
    return await _history(
        ctx,
        args["no"],
        int(args.get("page", "0")),
    )


async def _history(ctx: Context, no: str, page: int) -> Reply:
    found = await tickets.get_ticket(ctx.db, no)
    ctx.audit("ticket.read", no)
    saves: dict[int, list[Change]] = {}
    for change in await changes.list_changes(ctx.db, no):
        saves.setdefault(change.version, []).append(change)
    newest = sorted(saves, reverse=True)[page * SAVES :]
    lines = [await _save_line(ctx, saves[version]) for version in newest[:SAVES]]
    more = len(newest) > SAVES
    turns = turn_buttons(
        "ticket.history_page",
        {"no": no},
        page,
        more=more,
    )
    buttons = [*turns, ticket_buttons.show_button(found)]
    # A link or a file is no change of a field: there is nothing to go back to.
    if await tickets.find_before_last_change(ctx.db, found) is not None:
        buttons.insert(0, ticket_buttons.undo_button(found))
    card = Card(
        _("ประวัติใบงาน %(no)s", no=no),
        tuple(lines),
        "" if lines else _("ยังไม่มีการแก้ไข"),
        tuple(buttons),
    )
    return Reply((card,))


async def _save_line(ctx: Context, save: Sequence[Change]) -> tuple[str, str]:
    """When and by whom, and every change of one save."""
    told = await change_text.lines(ctx, save)
    head = told[0][0]
    return head, "\n".join(text for _head, text in told)
