"""The team's group as a board: a sign or a button on a ticket's line takes it, closes it or makes
it urgent. What more is asked, and the ticket itself, is for the private chat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.reach.board import Deed
from domain.tickets.records import Status, Urgency
from handlers.chat import Button, Masked, Reacted, Reply
from handlers.desk import Context
from handlers.i18n import _, speaking
from handlers.registry import ACTIONS, action, check_right, on_group_line
from handlers.staff.groups import SHOW, TICKET, find
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from store.chat import cards as shown_cards
from store.tickets import records as tickets

NAMES = {deed: f"board.{deed}" for deed in Deed}
"""The action of each deed."""


@on_group_line(place=10)
def _buttons(line: Masked) -> Sequence[Button]:
    """What the signs do, as buttons."""
    if line.action != TICKET or line.done:
        return ()
    with speaking("th"):
        labels = {
            Deed.TAKE: _("👀 รับงาน"),
            Deed.CLOSE: _("👍 ปิดใบงาน"),
            Deed.URGENT: _("🔥 เร่งด่วน"),
        }
    return [
        Button(label, SHOW, {**line.args, "show": NAMES[deed]}, typed=line.typed)
        for deed, label in labels.items()
    ]


@action(NAMES[Deed.TAKE])
async def take_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the ticket; what a new mail brought is matched on the way."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if found.status is Status.NEW:
        take = ACTIONS["mail.take"]
        return await take.run(ctx, args)
    give = ACTIONS["hand.give"]
    to_me = {**args, "to": str(ctx.staff.id)}
    return await give.run(ctx, to_me)


@action(NAMES[Deed.CLOSE])
async def close_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Close it, or ask in private for what is missing."""
    return await ACTIONS["ticket.close"].run(ctx, args)


@action(NAMES[Deed.URGENT])
async def urgent_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Make it urgent."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if found.is_done or found.urgency is Urgency.URGENT:
        return await ticket_cards.present_state(ctx, found)
    wanted = replace(found, urgency=Urgency.URGENT)
    urgent = await ticket_saves.save(ctx, found, wanted)
    ctx.audit("ticket.changed", found.no)
    return await ticket_cards.saved(ctx, urgent)


async def reacted(ctx: Context, body: Reacted) -> Reply | None:
    """A sign on a ticket's line in an enrolled group, which is answered in private: rights are
    looked at as at a press; any other is none of ours.
    """
    rules = ctx.desk.configuration.board
    deed = rules.deed(body.signs)
    if deed is None or await find(ctx) is None:
        return None
    incoming = ctx.incoming
    shown = await shown_cards.find_card(ctx.db, incoming.platform, incoming.chat, incoming.message)
    if shown is None:
        return None
    wanted = ACTIONS[NAMES[deed]]
    check_right(ctx.staff, wanted)
    ctx.group_answer = Reply((), reaction=rules.noted)
    return await wanted.run(ctx, {"no": shown.record})
