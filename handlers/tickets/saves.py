"""Saving a ticket with all that follows: its history, what is told of its deadline, the person
it is given to.
"""

from dataclasses import replace
from functools import partial
from uuid import uuid4

from domain.errors import InvalidInput, NotAllowed
from domain.staff import Role, Staff, StaffId
from domain.tickets.hand_over import Offer
from domain.tickets.records import Ticket
from handlers.chat import (
    Button,
    Reply,
    ReplyPart,
    confirm,
    in_lines,
)
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.labels import doer_label, person_label, team_label
from handlers.registry import SavedTicket, TicketEvent, after_save
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store import staff
from store import ticket_saves as store_saves
from store.records.save_context import SaveContext
from store.tickets import hand_overs


async def add(ctx: Context, ticket: Ticket) -> None:
    """A new ticket; InvalidInput("assignee_left") where it is given to somebody without access."""
    if ticket.assignee != ctx.staff.id:
        await may_receive(ctx, ticket.assignee)
    write_new(ctx, ticket)
    offer(
        ctx,
        ctx.staff,
        ticket,
        before=ctx.staff.id,
    )


def write_new(work: Work, ticket: Ticket) -> None:
    """The bare new ticket with all that follows from it, for whoever has checked all else."""
    context = save_context(work, None)
    work.change(store_saves.add_ticket, ticket=ticket, context=context)


async def save(ctx: Context, old: Ticket, new: Ticket) -> Ticket:
    """Changes of a ticket; returns it as it will be.

    Raises NotAllowed("others_ticket") where an officer gives away a colleague's ticket (a
    supervisor may), and InvalidInput("assignee_left"); Conflict("changed") comes out of the
    transaction."""
    if new.assignee != old.assignee:
        await may_give(ctx, ctx.staff, old)
        await may_receive(ctx, new.assignee)
    write(ctx, old, new, ctx.staff.id)
    saved = replace(new, version=old.version + 1)
    offer(ctx, ctx.staff, saved, before=old.assignee)
    return saved


def write(
    work: Work,
    old: Ticket,
    new: Ticket,
    by: StaffId | None,
) -> None:
    """The bare change with all that follows from it, for whoever has checked all else."""
    context = save_context(work, by)
    work.change(
        store_saves.update_ticket,
        old=old,
        new=new,
        context=context,
    )


async def what_follows(
    ctx: Context,
    ticket: Ticket,
    event: TicketEvent = TicketEvent.CHANGED,
    *,
    made_for: str = "",
) -> tuple[ReplyPart, ...]:
    """Have the other nouns do what follows from a save that is collected already; returns what
    they say of it. See `SavedTicket`.
    """
    saved = SavedTicket(ticket, event, made_for)
    parts: list[ReplyPart] = []
    for follow in after_save:
        parts += await follow(ctx, saved)
    return tuple(parts)


def save_context(work: Work, by: StaffId | None) -> SaveContext:
    """What a save is decided on."""
    return SaveContext(work.configuration, by, work.now)


async def may_give(work: Work, giver: Staff, ticket: Ticket) -> None:
    """One's own ticket and nobody's may be given by anyone, a colleague's by a supervisor; else
    NotAllowed.
    """
    if ticket.assignee in (None, giver.id) or giver.role.covers(Role.SUPERVISOR):
        return
    names = await staff.staff_names(work.db)
    owner = doer_label(names, ticket.assignee, giver.id)
    raise NotAllowed("others_ticket", no=ticket.no, name=owner)


async def may_receive(work: Work, receiver: StaffId | None) -> None:
    """InvalidInput("assignee_left") for somebody whose access was taken away."""
    if receiver is None:
        return
    person = await staff.get_staff(work.db, receiver)
    if person.blocked_at is not None:
        raise InvalidInput("assignee_left", name=person_label(person.name))


def offer(
    ctx: Context,
    giver: Staff,
    ticket: Ticket,
    before: StaffId | None,
) -> None:
    """Somebody else was made responsible for what is to be done: that person is told, and may
    return it.
    """
    # Nobody is told of work that is done, or of what they gave themselves.
    if ticket.is_done or ticket.assignee in (None, before, giver.id):
        return
    made = Offer(
        uuid4().hex,
        ticket.no,
        giver.id,
        ticket.assignee,
        ctx.now,
    )
    ctx.change(hand_overs.add_offers, offers=[made])
    ctx.notify(
        partial(given_notice, ctx, giver.name, made, ticket),
        f"offer:{made.id}",
        staff_id=ticket.assignee,
    )


def given_notice(
    work: Work,
    giver: str,
    made: Offer,
    ticket: Ticket,
) -> Reply:
    """What the receiver of one ticket is told, of a team everyone in it."""
    _no, _dot, what = ticket_cards.ticket_words(work, ticket).partition(" · ")
    due = ticket_cards.due_line(work, ticket)
    lines = in_lines(
        _who_gave(giver, made),
        what,
        f"{_('กำหนดเสร็จ')} {due}" if due else "",
    )
    return confirm(lines, *offer_buttons(made, ticket))


def _who_gave(giver: str, made: Offer) -> str:
    who = person_label(giver)
    if not made.team:
        return _("🎫 %(who)sมอบหมายใบงาน %(no)s ให้คุณ", who=who, no=made.ticket)
    return _(
        "🎫 %(who)sฝากใบงาน %(no)s ให้%(team)s ผู้ที่กดรับก่อนเป็นผู้รับผิดชอบ",
        who=who,
        no=made.ticket,
        team=team_label(made.team),
    )


def offer_buttons(made: Offer, ticket: Ticket) -> tuple[Button, ...]:
    """[รับ] [คืน] [ดูใบงาน]; a team's offer needs no return."""
    args = {"offer": made.id}
    buttons = [Button(_("รับ"), "hand.accept", args)]
    if not made.team:
        buttons.append(Button(_("คืน"), "hand.return", args))
    buttons.append(ticket_buttons.show_button(replace(ticket, version=0)))
    return tuple(buttons)
