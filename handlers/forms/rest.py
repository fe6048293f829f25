"""What one screen of a telephone has no room for is shown here, at a press: the further buttons of
a card, and what it says beside.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.tickets.references import ReferenceKind, find_references
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    ReplyPart,
    presses,
    reply_from_json,
    reply_to_json,
)
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import ACTIONS, FURTHER, action, check_right

READS = {ReferenceKind.TICKET: "ticket.read", ReferenceKind.CUSTOMER: "customer.read"}
"""What is entered into the audit log where facts of such a record are shown again."""


def rest_button(rest: ReplyPart) -> Button:
    """[เพิ่มเติม], whose press shows the rest of a part; its buttons have their tokens."""
    return Button(_("เพิ่มเติม"), "part.rest", {"rest": reply_to_json(Reply((rest,)))})


@action("part.rest", aside=True)
async def rest_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The rest of a card, and what its own button of that kind leads to."""
    (rest,) = reply_from_json(args["rest"]).parts
    assert isinstance(rest, Paragraph | Card)
    rest = replace(rest, whole=True)
    if isinstance(rest, Card) and rest.fields:
        _audit(ctx, rest.title)
    for button in presses(rest.buttons):
        if button.action in FURTHER:
            return await _with_further(ctx, rest, button)
    return Reply((rest,))


async def _with_further(ctx: Context, rest: Paragraph | Card, leading: Button) -> Reply:
    """The rest, with the buttons to which one of its own leads in the place of that."""
    entered = ACTIONS[leading.action]
    check_right(ctx.staff, entered)
    reply = await entered.run(ctx, leading.args)
    first, *others = reply.parts
    kept = tuple(button for button in rest.buttons if button is not leading)
    joined = replace(rest, buttons=(*kept, *first.buttons))
    return Reply((joined, *others))


def _audit(ctx: Context, title: str) -> None:
    for reference in find_references(title):
        if reference.kind in READS:
            ctx.audit(READS[reference.kind], reference.value)
