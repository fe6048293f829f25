"""All tickets are saved here, whoever saves them, each with everything that follows from it.

What is searched and counted is written with the ticket itself (`store/tickets/records.py`); here
comes what the office's data say of it: what is told of its deadline, and what is owed on the
request that it is on."""

from collections.abc import Sequence

from domain.tickets.records import Status, Ticket
from store import due
from store.due import Due
from store.engine.database import Tx
from store.owed import requests
from store.owed.placing import place_tickets
from store.records.save_context import SaveContext
from store.reports import catching_up
from store.tickets import deadlines, redraws
from store.tickets import records as tickets


async def add_ticket(tx: Tx, ticket: Ticket, context: SaveContext) -> None:
    """A new ticket, its status the first line of its history; Conflict("exists") where the number
    is taken.
    """
    await tickets.add_ticket(tx, ticket)
    await _plan_new(tx, [ticket], context)


async def add_tickets(tx: Tx, several: Sequence[Ticket], context: SaveContext) -> None:
    """Many tickets that nobody is there to be asked about (an import, the demo), without history.

    They are put where they belong for certain.
    """
    added = await tickets.add_tickets(tx, several)
    await _plan_new(tx, added, context)
    await place_tickets(tx, added, context)
    await catching_up.want(tx, [ticket.no for ticket in added])


async def _plan_new(tx: Tx, several: Sequence[Ticket], context: SaveContext) -> None:
    rows: list[Due] = []
    for ticket in several:
        rows += deadlines.rows_for(context.configuration, ticket)
    await due.plan(tx, rows)


async def update_ticket(
    tx: Tx,
    old: Ticket,
    new: Ticket,
    context: SaveContext,
) -> None:
    """Save changes to a ticket read at `old.version`; Conflict("changed") where it has moved on."""
    await tickets.update_ticket(tx, old, new, context.by, context.now)
    await redraws.want(tx, new.no, context.now)
    told_before = deadlines.rows_for(context.configuration, old)
    told_now = deadlines.rows_for(context.configuration, new)
    if told_now != told_before:
        await deadlines.replan(tx, {new.no: told_now}, context.now)
    if new.status is Status.VOIDED and old.status is not Status.VOIDED:
        await requests.ticket_voided(tx, new.no, context)
        return
    if _of_contract(new) != _of_contract(old):
        # A customer who was merged meanwhile is the survivor by now.
        stored = await tickets.get_ticket(tx, new.no)
        await requests.ticket_corrected(tx, old, stored, context)
    if _of_request(new) != _of_request(old):
        await requests.settle_ticket(tx, new.no, context)


def _of_request(ticket: Ticket) -> tuple[object, ...]:
    """What its request, and what is owed on that, follow from."""
    return ticket.status, ticket.subject, ticket.created_at, ticket.closed_at, ticket.assignee


def _of_contract(ticket: Ticket) -> tuple[object, ...]:
    """Whose the request is, and what its contract is called."""
    is_voided = ticket.status is Status.VOIDED
    return ticket.customer, ticket.contract_no, ticket.contract_on, is_voided


async def update_imported(
    tx: Tx,
    old: Ticket,
    new: Ticket,
    context: SaveContext,
) -> None:
    """The same where nobody is there to be asked: it is put where it now belongs for certain."""
    await update_ticket(tx, old, new, context)
    stored = await tickets.get_ticket(tx, new.no)
    corrected = [new.no] if stored.customer != old.customer else []
    await place_tickets(tx, [stored], context, corrected)
