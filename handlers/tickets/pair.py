"""A forwarded mail: one form makes two tickets; the first is closed at once and names the second
(DOMAIN.md section 4).
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.clock import pauses
from domain.customers.records import CustomerCode
from domain.staff import StaffId
from domain.text import shorten, words
from domain.text.titles import strip_titles
from domain.tickets.fields import TICKET
from domain.tickets.records import Ticket, TicketNo
from handlers.chat import Paragraph, Reply, in_lines
from handlers.desk import Context
from handlers.i18n import _
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.closing import closing_of
from store import staff

PAIRED = [row for row in TICKET.rows.values() if row.paired]
"""What the second ticket has of the first."""

QUESTION = 300
"""Characters of the question that the first ticket's result repeats."""


async def forwarded(
    ctx: Context,
    ticket: Ticket,
    values: Mapping[str, str],
    no: TicketNo,
) -> Ticket:
    """The first ticket: closed, its result says who asked for what and where that is dealt with."""
    customer = await ctx.customer(values["real_customer"])
    subject = ctx.catalogue.subject(values["real_subject"])
    question = _without_name(ticket.details, customer.name) or subject.name
    said = told(ticket_cards.shown_name(customer), question, no)
    return replace(
        pauses.closed(ticket, closing_of(ctx, values)),
        result=in_lines(ticket.result, said),
        # What the customer wants is counted once: with the second ticket.
        projects=(),
        data_years="",
    )


def told(name: str, question: str, no: TicketNo) -> str:
    """Who asked for what, and in which ticket that is dealt with: for the office's records."""
    return words("results").text("forwarded") % (name, shorten(question, QUESTION), no)


def _without_name(details: str, name: str) -> str:
    """The question in one line, without the customer's name where it begins with that: the result
    begins with it.
    """
    question = " ".join(details.split())
    asked = strip_titles(question).split()
    named = strip_titles(name).split()
    same = 0
    while same < min(len(asked), len(named)) and asked[same] == named[same]:
        same += 1
    return " ".join(asked[same:]) if same else question


async def add_real(
    ctx: Context,
    first: Ticket,
    values: Mapping[str, str],
    no: TicketNo,
    before: StaffId | None = None,
) -> Ticket:
    """The second ticket, of the customer who wrote, in the same transaction; `first` as it was
    filled in, `before` = whose work the mail was.
    """
    real = Ticket(
        no=no,
        subject=values["real_subject"],
        created_at=first.created_at,
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=await _assignee(ctx, values.get("assignee", ""), before),
        customer=CustomerCode(values["real_customer"]),
        unknown=first.unknown & {"details"},
        **{row.attribute: getattr(first, row.attribute) for row in PAIRED},
    )
    await ticket_saves.add(ctx, real)
    ctx.audit("ticket.created", real.no)
    return real


async def _assignee(ctx: Context, chosen: str, before: StaffId | None) -> StaffId:
    """Who answers for the second ticket. A mail that lay with somebody who left since becomes the
    work of who closes it.
    """
    if not chosen:
        return ctx.staff.id
    assignee = StaffId(int(chosen))
    # Whoever fills in the form would not choose a colleague who has left.
    return await assignee_of(ctx, assignee) if assignee == before else assignee


async def assignee_of(ctx: Context, before: StaffId | None) -> StaffId:
    """Whose work it was, unless it was nobody's, or that person has left: then whoever does it."""
    if before is None:
        return ctx.staff.id
    person = await staff.get_staff(ctx.db, before)
    return ctx.staff.id if person.blocked_at is not None else before


async def saved(ctx: Context, first: Ticket, real: Ticket) -> Reply:
    """Both: the one that is to be answered as a card, the closed one in a line before it."""
    result = shorten(first.result, 300)
    told = _("✅ %(no)s ปิดแล้ว · ผล: %(result)s", no=first.no, result=result)
    show = ticket_buttons.show_button(first, first.no)
    reply = await ticket_cards.saved(ctx, real)
    return reply.led_by(Paragraph(told, (show,)))
