"""Tickets that were saved by mistake: voided with a reason, and restored to what they were.
Pure.
"""

from dataclasses import replace

from domain.errors import Conflict
from domain.tickets.records import Status, Ticket


def voided(ticket: Ticket, reason: str) -> Ticket:
    """Returns the ticket as one that was never meant: it keeps all its fields. Raises
    Conflict("voided") where it is so already.
    """
    if ticket.status is Status.VOIDED:
        raise Conflict("voided", no=ticket.no)
    return replace(ticket, status=Status.VOIDED, void_reason=reason)


def restored(ticket: Ticket) -> Ticket:
    """Returns the voided ticket as it stood before; raises Conflict("not_voided") where it is none.

    One that nobody had worked on comes back open, since an officer has looked at it by now."""
    if ticket.status is not Status.VOIDED:
        raise Conflict("not_voided", no=ticket.no)
    before = Status.OPEN if ticket.closed_at is None else Status.CLOSED
    return replace(ticket, status=before, void_reason="")
