"""A new mail in a group: its masked line, and the button by which a member of the staff takes it
there; the card is shown in private, and the group reads who took it.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Masked, Reply
from handlers.desk import Context
from handlers.i18n import _, speaking
from handlers.labels import person_label
from handlers.registry import ACTIONS, action
from handlers.staff.groups import SHOW, kept_true, lines_of
from handlers.tickets import cards as ticket_cards
from store import staff
from store.tickets import records as tickets

TAKE = "mail.take"
HERE = "mail.take_here"


def masked_notice(line: Masked) -> Reply:
    """What a group is told of one new mail."""
    with speaking("th"):
        told = lines_of(_("📬 อีเมลใหม่"), [line], buttons=(take_button(line),))
        return kept_true(told, line)


def take_button(line: Masked) -> Button:
    """[รับเรื่อง]: whoever presses it in the group is asked for at the press."""
    return Button(
        _("รับเรื่อง"),
        SHOW,
        {**line.args, "show": HERE},
        typed=line.typed,
    )


@action(HERE)
async def take_here_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take it as in private; the group's message says who has it by now."""
    reply = await ACTIONS[TAKE].run(ctx, args)
    ticket = await ctx.once(tickets.get_ticket, args["no"])
    if ticket.status is Status.NEW or ticket.assignee is None:
        return reply
    names = await ctx.once(staff.staff_names)
    name = names.get(ticket.assignee, "")
    ctx.group_answer = _taken(ctx, ticket, name)
    return reply


def _taken(ctx: Context, ticket: Ticket, name: str) -> Reply:
    """The line again, with who took it in the place of the button."""
    line = ticket_cards.masked_line(ctx, ticket)
    with speaking("th"):
        done = _("✅ %(who)sรับเรื่องแล้ว", who=person_label(name))
        return replace(lines_of(_("📬 อีเมลใหม่"), [line], done), in_place=True)
