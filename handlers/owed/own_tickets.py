"""Tickets that the desk opens, fills and closes by itself: for a proof that was received, for a
follow-up, for a user's thanks.
"""

from dataclasses import replace
from functools import partial

from domain.owed.requests import Life
from domain.owed.rules import Owed
from domain.tickets.records import Status, Ticket, TicketNo
from handlers.desk import Context
from handlers.owed.requests import save_context, settled
from handlers.tickets import saves as ticket_saves
from store.owed import requests


async def record(
    ctx: Context,
    life: Life,
    subject: str,
    details: str,
    result: str,
    no: str = "",
) -> tuple[Ticket, Life, list[Owed]]:
    """Records a ticket on this request, and closes it unless its subject insists on more. Returns
    the ticket, the request after it, and the things owed that it changes.

    `details` and `result` are for the office's records: in Thai, whoever presses. `no` = the number
    that was given out for it already.
    """
    catalogue = ctx.desk.configuration.catalogue
    customer = await ctx.customer(life.request.customer)
    channels = catalogue.subject(subject).channels or tuple(catalogue.channels)
    channel = "email" if "email" in channels else channels[0]
    number = TicketNo(no) if no else await ctx.new_ticket_no()
    ticket = Ticket(
        no=number,
        channel=channel,
        subject=subject,
        details=details,
        created_at=ctx.now,
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        assignee=ctx.staff.id,
        customer=life.request.customer,
        projects=projects(life),
        data_years=data_years(life),
        result=result,
    )
    if life.contract:
        ticket = replace(
            ticket,
            contact_id=life.contract.contact_id,
            contract_no=life.contract.no,
            contract_on=life.contract.signed_on,
        )
    # What the subject insists on may be unknown here: the ticket stays open for the officer then.
    needed = catalogue.required_for_closing(
        subject,
        channel,
        customer.kind,
        None,
    )
    if all(getattr(ticket, name) for name in needed):
        ticket = replace(ticket, status=Status.CLOSED, closed_at=ctx.now)
    await ticket_saves.add(ctx, ticket)
    change = partial(
        requests.set_request,
        ticket_no=ticket.no,
        request_id=life.request.id,
        context=save_context(ctx),
    )
    ctx.change(change)
    ctx.audit("ticket.created", ticket.no)
    after, changed = settled(ctx, life, ticket)
    return ticket, after, changed


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
