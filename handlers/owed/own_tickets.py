"""Tickets that the desk opens, fills and closes by itself: for a proof that was received, for a
follow-up, for a user's thanks.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from domain.clock import pauses
from domain.owed.requests import Life
from domain.owed.rules import Owed
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.desk import Context
from handlers.owed.requests import save_context, settled
from handlers.tickets import saves as ticket_saves
from store.owed import requests


@dataclass(frozen=True, slots=True)
class ProofCame:
    """When a proof came, and the ticket in which it did, if that is of nothing else."""

    at: datetime
    ticket: Ticket | None = None


async def record(
    ctx: Context,
    life: Life,
    subject: str,
    details: str,
    result: str,
    no: str = "",
    came: ProofCame | None = None,
) -> tuple[Ticket, Life, list[Owed]]:
    """Records a ticket on this request, and closes it unless its subject insists on more. Returns
    the ticket, the request after it, and the things owed that it changes.

    `details` and `result` are for the office's records: in Thai, whoever presses. `no` = the number
    that was given out for it already. `came` = with what it came, if that is on record.
    """
    catalogue = ctx.desk.configuration.catalogue
    customer = await ctx.customer(life.request.customer)
    at = ctx.now if came is None else came.at
    own = None if came is None else came.ticket
    if own is None:
        number = TicketNo(no) if no else await ctx.new_ticket_no()
        own = _blank(ctx, number, subject, details, at)
    ticket = replace(
        _of_life(own, life),
        subject=subject,
        assignee=own.assignee or ctx.staff.id,
        status=Status.OPEN,
        result=result,
    )
    # What the subject insists on may be unknown here: the ticket stays open for the officer then.
    needed = catalogue.required_for_closing(
        subject,
        ticket.channel,
        customer.kind,
        None,
    )
    if all(getattr(ticket, name) for name in needed):
        ticket = pauses.closed(ticket, at)
    ticket = await _saved(ctx, ticket, came)
    change = partial(
        requests.set_request,
        ticket_no=ticket.no,
        request_id=life.request.id,
        context=save_context(ctx),
    )
    ctx.change(change)
    after, changed = settled(ctx, life, ticket)
    return ticket, after, changed


def _blank(ctx: Context, no: TicketNo, subject: str, details: str, at: datetime) -> Ticket:
    """A new ticket by the channel of its subject, by mail where that is one."""
    catalogue = ctx.desk.configuration.catalogue
    channels = catalogue.subject(subject).channels or tuple(catalogue.channels)
    return Ticket(
        no=no,
        channel="email" if "email" in channels else channels[0],
        subject=subject,
        details=details,
        created_at=at,
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
    )


def _of_life(ticket: Ticket, life: Life) -> Ticket:
    """The ticket with the customer, the data and the contract of a request."""
    known = replace(
        ticket,
        customer=life.request.customer,
        projects=ticket.projects or projects(life),
        data_years=ticket.data_years or data_years(life),
    )
    if life.contract is None:
        return known
    return replace(
        known,
        contact_id=life.contract.contact_id,
        contract_no=life.contract.no,
        contract_on=life.contract.signed_on,
    )


async def _saved(ctx: Context, ticket: Ticket, came: ProofCame | None) -> Ticket:
    """A new ticket, or the one in which it came; returns it as it will be."""
    if came is not None and came.ticket is not None:
        ctx.audit("ticket.changed", ticket.no)
        return await ticket_saves.save(ctx, came.ticket, ticket)
    ctx.audit("ticket.created", ticket.no)
    await ticket_saves.add(ctx, ticket)
    return ticket


def projects(life: Life) -> tuple[str, ...]:
    """Returns the projects of a request: those of its contract, else those of the last ticket that
    names some.
    """
    if life.contract and life.contract.projects:
        return life.contract.projects
    return next((ticket.projects for ticket in reversed(life.tickets) if ticket.projects), ())


def data_years(life: Life) -> str:
    """Returns the years of a request's data, from its contract or else from its last ticket that
    names some.
    """
    if life.contract and life.contract.data_years:
        return life.contract.data_years
    return next((ticket.data_years for ticket in reversed(life.tickets) if ticket.data_years), "")
