"""The pauses of a ticket: waiting for the customer, closed for a while; begun, ended, corrected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from domain.errors import Conflict, InvalidInput
from domain.tickets.records import Pause, Status, Ticket


def wait(ticket: Ticket, since: datetime, now: datetime) -> Ticket:
    """Returns the ticket as it waits for the customer since then (DOMAIN.md section 1, status).

    Raises Conflict("closed") and Conflict("waiting") where it cannot begin to wait, else as
    `corrected` does. A ticket that nobody had worked on is open from now on."""
    if ticket.is_done:
        raise Conflict("closed", no=ticket.no)
    if ticket.waiting_since is not None:
        raise Conflict("waiting", no=ticket.no)
    pauses = _checked(ticket, [*ticket.pauses, Pause(since)], now)
    return replace(ticket, status=Status.OPEN, pauses=pauses)


def answered(ticket: Ticket, until: datetime, now: datetime) -> Ticket:
    """Returns the ticket whose customer answered then: the clock goes on; raises
    Conflict("not_waiting"), else as `corrected`.
    """
    if ticket.waiting_since is None:
        raise Conflict("not_waiting", no=ticket.no)
    *before, last = ticket.pauses
    pauses = _checked(ticket, [*before, replace(last, until=until)], now)
    return replace(ticket, pauses=pauses)


def corrected(
    ticket: Ticket,
    position: int,
    pause: Pause | None,
    now: datetime,
) -> Ticket:
    """Returns the ticket with one of its pauses replaced, or taken away (None).

    Raises InvalidInput: "pause_future" (after now), "pause_order" (ends before it begins),
    "pause_before" (begins before the ticket), "pause_overlap" (runs into another);
    Conflict("no_pause") where there is none to correct."""
    if not 0 <= position < len(ticket.pauses):
        raise Conflict("no_pause", no=ticket.no)
    pauses = list(ticket.pauses)
    pauses[position : position + 1] = [pause] if pause else []
    return replace(ticket, pauses=_checked(ticket, pauses, now))


def closed(ticket: Ticket, at: datetime) -> Ticket:
    """Returns the ticket closed at that instant, or when it came, where a clock was set back since;
    one that waited waits no more.
    """
    at = max(at, ticket.created_at)
    pauses = list(ticket.pauses)
    if pauses and pauses[-1].until is None:
        last = pauses.pop()
        pauses.append(replace(last, until=max(last.since, at)))
    return replace(ticket, status=Status.CLOSED, closed_at=at, pauses=tuple(pauses))


def check_closing(ticket: Ticket, at: datetime) -> None:
    """Raises InvalidInput("closed_early") where the ticket was still worked on after that instant:
    it began to wait later, or was opened again.
    """
    known = [pause.until if pause.closed else pause.since for pause in ticket.pauses]
    latest = max(filter(None, known), default=at)
    if at < latest:
        raise InvalidInput("closed_early")


def reopened(ticket: Ticket, at: datetime) -> Ticket:
    """Returns the closed ticket open again: the time while it was closed is not the desk's."""
    ticket = closed(ticket, ticket.closed_at or at)  # an import may have closed one that waited
    ends = [ticket.closed_at, *(pause.until for pause in ticket.pauses)]
    begun = max(filter(None, ends), default=at)
    pauses = list(ticket.pauses)
    if begun < at:
        pauses.append(Pause(begun, at, closed=True))
    return replace(ticket, status=Status.OPEN, closed_at=None, pauses=tuple(pauses))


def _checked(ticket: Ticket, pauses: Sequence[Pause], now: datetime) -> tuple[Pause, ...]:
    """Returns the pauses in order and apart; one without length is none, as when a button was
    pressed by mistake and taken back.
    """
    kept = [pause for pause in pauses if pause.until != pause.since]
    kept.sort(key=lambda pause: pause.since)
    for pause in kept:
        _check(ticket, pause, now)
    for earlier, later in pairwise(kept):
        if earlier.until is None or earlier.until > later.since:
            raise InvalidInput("pause_overlap")
    return tuple(kept)


def _check(ticket: Ticket, pause: Pause, now: datetime) -> None:
    """Refuses a pause to come, one that ends before it begins, or a new one before the ticket."""
    end = pause.until or pause.since
    if max(pause.since, end) > now:
        raise InvalidInput("pause_future")
    if end < pause.since:
        raise InvalidInput("pause_order")
    if pause.since >= ticket.created_at:
        return
    # A ticket whose beginning was corrected keeps the pauses that were right until then.
    if pause.since not in {known.since for known in ticket.pauses}:
        raise InvalidInput("pause_before", at=ticket.created_at)
