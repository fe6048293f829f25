"""Pauses: begun, ended, corrected and taken away, and what cannot be one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.clock import pauses
from domain.dates.working_calendar import BANGKOK
from domain.errors import Conflict, DeskError, InvalidInput
from domain.tickets.records import Pause, Status, Ticket, TicketNo

NOW = datetime(2026, 12, 8, 10, 0, tzinfo=BANGKOK)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


OPEN = Ticket(TicketNo("R2612000124"), "email", "6.1", "", ago(50), ago(50), None, None)
TWICE = replace(OPEN, pauses=(Pause(ago(40), ago(30)), Pause(ago(20), ago(10))))


def test_waiting_begins_and_ends() -> None:
    waits = pauses.wait(replace(OPEN, status=Status.NEW), ago(3), NOW)
    assert (waits.status, waits.waiting_since) == (Status.OPEN, ago(3))
    goes_on = pauses.answered(waits, ago(1), NOW)
    assert goes_on.waiting_since is None
    assert goes_on.pauses == (Pause(ago(3), ago(1)),)


def test_pressed_and_taken_back_at_once_is_no_pause() -> None:
    assert pauses.answered(pauses.wait(OPEN, NOW, NOW), NOW, NOW).pauses == ()


def test_closing_ends_the_waiting() -> None:
    closed = pauses.closed(pauses.wait(TWICE, ago(3), NOW), NOW)
    assert (closed.status, closed.closed_at, closed.waiting_since) == (Status.CLOSED, NOW, None)
    assert closed.pauses == (*TWICE.pauses, Pause(ago(3), NOW))


def test_closed_and_reopened_twice() -> None:
    once = pauses.reopened(pauses.closed(OPEN, ago(9)), ago(8))
    twice = pauses.reopened(pauses.closed(once, ago(2)), ago(1))
    assert twice.pauses == (Pause(ago(9), ago(8), closed=True), Pause(ago(2), ago(1), closed=True))


@pytest.mark.parametrize(
    ("ticket", "do", "code"),
    [
        (pauses.closed(OPEN, ago(1)), lambda t: pauses.wait(t, NOW, NOW), "closed"),
        (pauses.wait(OPEN, ago(1), NOW), lambda t: pauses.wait(t, NOW, NOW), "waiting"),
        (OPEN, lambda t: pauses.answered(t, NOW, NOW), "not_waiting"),
        (OPEN, lambda t: pauses.corrected(t, 0, None, NOW), "no_pause"),
        (OPEN, lambda t: pauses.wait(t, ago(-1), NOW), "pause_future"),
        (OPEN, lambda t: pauses.wait(t, ago(51), NOW), "pause_before"),
        (pauses.wait(OPEN, ago(3), NOW), lambda t: pauses.answered(t, ago(4), NOW), "pause_order"),
        (TWICE, lambda t: pauses.corrected(t, 0, Pause(ago(40), ago(15)), NOW), "pause_overlap"),
        (TWICE, lambda t: pauses.corrected(t, 0, Pause(ago(40)), NOW), "pause_overlap"),
        (TWICE, lambda t: pauses.wait(t, ago(35), NOW), "pause_overlap"),
    ],
)
def test_what_cannot_be_is_refused_by_name(ticket: Ticket, do, code: str) -> None:
    with pytest.raises(DeskError) as caught:
        do(ticket)
    assert caught.value.code == code
    assert isinstance(caught.value, InvalidInput if code.startswith("pause_") else Conflict)


def test_one_of_two_is_corrected_or_taken_away() -> None:
    assert pauses.corrected(TWICE, 1, Pause(ago(25), ago(10)), NOW).pauses[1].since == ago(25)
    assert pauses.corrected(TWICE, 0, None, NOW).pauses == TWICE.pauses[1:]


def test_a_ticket_redated_behind_its_pause_can_still_be_answered() -> None:
    waits = replace(pauses.wait(OPEN, ago(3), NOW), created_at=ago(2))
    assert pauses.answered(replace(waits, pauses=(*waits.pauses,)), NOW, NOW).pauses == (
        Pause(ago(3), NOW),
    )


def test_one_that_an_import_closed_while_it_waited_waits_no_more_when_reopened() -> None:
    imported = replace(OPEN, status=Status.CLOSED, closed_at=ago(5), pauses=(Pause(ago(9)),))
    again = pauses.reopened(imported, ago(1))
    assert again.pauses == (Pause(ago(9), ago(5)), Pause(ago(5), ago(1), closed=True))
