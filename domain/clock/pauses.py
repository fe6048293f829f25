"""The pauses of a ticket: waiting for the customer, closed for a while; begun, ended, corrected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from domain.errors import Conflict, InvalidInput
from domain.tickets.records import Pause, Status, Ticket


def wait(ticket: Ticket, since: datetime, now: datetime) -> Ticket:
    """The ticket as it waits for the customer since then (DOMAIN.md section 1, status).

    Raises Conflict("closed") and Conflict("waiting") where it cannot begin to wait, else as
    `corrected` does. A ticket that nobody had worked on is open from now on."""
    if ticket.is_done:
        raise Conflict("closed", no=ticket.no)
    if ticket.waiting_since is not None:
        raise Conflict("waiting", no=ticket.no)
    return replace(
        ticket, status=Status.OPEN, pauses=_checked(ticket, [*ticket.pauses, Pause(since)], now)
    )


def answered(ticket: Ticket, until: datetime, now: datetime) -> Ticket:
    """The ticket whose customer answered then: the clock goes on; Conflict("not_waiting"), else as
    `corrected`.
    """
    if ticket.waiting_since is None:
        raise Conflict("not_waiting", no=ticket.no)
    ended = replace(ticket.pauses[-1], until=until)
    return replace(ticket, pauses=_checked(ticket, [*ticket.pauses[:-1], ended], now))


def corrected(ticket: Ticket, position: int, pause: Pause | None, now: datetime) -> Ticket:
    """The ticket with one of its pauses replaced, or taken away (None).

    Raises InvalidInput: "pause_future" (after now), "pause_order" (ends before it begins),
    "pause_before" (begins before the ticket), "pause_overlap" (runs into another);
    Conflict("no_pause") where there is none to correct."""
    if not 0 <= position < len(ticket.pauses):
        raise Conflict("no_pause", no=ticket.no)
    pauses = [
        *ticket.pauses[:position],
        *([pause] if pause else []),
        *ticket.pauses[position + 1 :],
    ]
    return replace(ticket, pauses=_checked(ticket, pauses, now))


def closed(ticket: Ticket, at: datetime) -> Ticket:
    """The ticket closed at that instant; one that waited waits no more."""
    last = ticket.pauses[-1:]
    ended = [
        replace(pause, until=max(pause.since, at)) if pause.until is None else pause
        for pause in last
    ]
    return replace(ticket, status=Status.CLOSED, closed_at=at, pauses=(*ticket.pauses[:-1], *ended))


def reopened(ticket: Ticket, at: datetime) -> Ticket:
    """The closed ticket open again: the time while it was closed is not the desk's."""
    ticket = closed(ticket, ticket.closed_at or at)  # an import may have closed one that waited
    begun = max(
        filter(None, [ticket.closed_at, *[pause.until for pause in ticket.pauses]]), default=at
    )
    gap = (Pause(begun, at, closed=True),) if begun < at else ()
    return replace(ticket, status=Status.OPEN, closed_at=None, pauses=(*ticket.pauses, *gap))


def _checked(ticket: Ticket, pauses: Sequence[Pause], now: datetime) -> tuple[Pause, ...]:
    """In order and apart; one without length is none, as when a button was pressed by mistake and
    taken back.
    """
    kept = sorted(
        (pause for pause in pauses if pause.until != pause.since), key=lambda pause: pause.since
    )
    known = {pause.since for pause in ticket.pauses}
    for pause in kept:
        if max(pause.since, pause.until or pause.since) > now:
            raise InvalidInput("pause_future")
        if pause.until is not None and pause.until < pause.since:
            raise InvalidInput("pause_order")
        if pause.since < ticket.created_at and pause.since not in known:
            raise InvalidInput("pause_before", at=ticket.created_at)
    for earlier, later in pairwise(kept):
        if earlier.until is None or earlier.until > later.since:
            raise InvalidInput("pause_overlap")
    return tuple(kept)
