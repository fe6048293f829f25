"""The clock of a ticket: properties of any history, a hand-checked table of two fiscal years,
states and notices.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import pauses
from domain.clock import state as clock
from domain.clock.state import Stage, State
from domain.clock.sum import SumLineKind, explain
from domain.dates.working_calendar import BANGKOK
from domain.tickets.records import Complexity, Pause, Status, Ticket, TicketNo
from tests.fakes.office import OFFICE

CALENDAR = OFFICE.calendar
LEVELS = dict(zip("1234", Complexity, strict=True))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


def ticket(
    created_at: datetime, cell: str = "email2", subject: str = "6.1", **changes: object
) -> Ticket:
    """A ticket of one cell of the table: `email2` = by e-mail, second row."""
    plain = Ticket(
        no=TicketNo("R2612000124"),
        channel=cell[:-1],
        subject=subject,
        details="",
        created_at=created_at,
        recorded_at=created_at,
        recorded_by=None,
        assignee=None,
        complexity=LEVELS[cell[-1]],
    )
    return replace(plain, **changes)


# Properties.

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=3 * 365)).map(lambda later: FIRST + later)
cells = st.sampled_from(
    [
        "phone1",
        "phone2",
        "walk_in1",
        "walk_in2",
        "walk_in3",
        "letter1",
        "letter4",
        "email1",
        "email4",
    ]
)
gaps = st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=9)), max_size=8)


@st.composite
def waiting_tickets(draw: st.DrawFn) -> Ticket:
    """A ticket with up to four pauses that have ended."""
    created_at, between = draw(moments), draw(gaps)
    edges = [created_at]
    for gap in between:
        edges.append(edges[-1] + gap)
    held = tuple(
        Pause(since, until) for since, until in zip(edges[1::2], edges[2::2], strict=False)
    )
    return ticket(created_at, draw(cells), pauses=held)


def standard(one: Ticket) -> timedelta:
    cell = clock.limit(OFFICE, one)
    assert cell is not None
    return timedelta(minutes=cell.working_minutes)


@given(waiting_tickets())
def test_the_time_spent_until_the_due_time_is_the_standard(one: Ticket) -> None:
    due = clock.due_at(OFFICE, one)
    assert due is not None
    assert clock.elapsed(OFFICE, one, due) == standard(one)


@given(waiting_tickets())
def test_the_due_time_is_within_working_hours_and_in_no_pause(one: Ticket) -> None:
    due = clock.due_at(OFFICE, one)
    assert due is not None
    assert CALENDAR.is_open(due - timedelta(microseconds=1))
    assert not any(stop.since < due < (stop.until or due) for stop in clock.stops(one))
    assert (due.second, due.microsecond) == (0, 0)


@given(waiting_tickets(), st.timedeltas(timedelta(), timedelta(days=9)))
def test_a_later_start_is_never_due_earlier(one: Ticket, later: timedelta) -> None:
    due, moved = (
        clock.due_at(OFFICE, one),
        clock.due_at(OFFICE, replace(one, created_at=one.created_at + later)),
    )
    assert due is not None
    assert moved is not None
    assert due <= moved


@given(waiting_tickets(), st.floats(0, 1))
def test_splitting_a_pause_changes_nothing(one: Ticket, where: float) -> None:
    parts = []
    for pause in one.pauses:
        assert pause.until is not None
        middle = pause.since + (pause.until - pause.since) * where
        parts += [Pause(pause.since, middle), Pause(middle, pause.until)]
    split = replace(one, pauses=tuple(parts))
    assert clock.due_at(OFFICE, split) == clock.due_at(OFFICE, one)
    assert [*clock.stops(split)] == [*clock.stops(one)]


@given(waiting_tickets(), moments)
def test_time_spent_never_runs_backwards_and_stands_still_in_a_pause(
    one: Ticket, now: datetime
) -> None:
    assert clock.elapsed(OFFICE, one, now) <= clock.elapsed(OFFICE, one, now + timedelta(hours=1))
    for stop in clock.stops(one):
        assert stop.until is not None
        assert clock.elapsed(OFFICE, one, stop.since) == clock.elapsed(OFFICE, one, stop.until)


@given(waiting_tickets())
def test_history_told_step_by_step_gives_the_same(one: Ticket) -> None:
    """What was pressed one after the other, and what is stored in the end, count alike."""
    told = replace(one, pauses=())
    for pause in one.pauses:
        assert pause.until is not None
        told = pauses.answered(
            pauses.wait(told, pause.since, pause.since), pause.until, pause.until
        )
    assert clock.due_at(OFFICE, told) == clock.due_at(OFFICE, one)


@given(waiting_tickets(), moments)
def test_the_sum_that_is_shown_is_the_standard(one: Ticket, now: datetime) -> None:
    told = explain(OFFICE, one, now)
    counted = [
        step.amount * ((step.last - step.first).days + 1)
        for step in told.steps
        if step.kind is SumLineKind.COUNTED
    ]
    assert sum(counted, timedelta()) == standard(one)
    assert [step.first for step in told.steps] == sorted(step.first for step in told.steps)
    for step in told.steps:
        if step.kind is SumLineKind.FREE:
            days = [
                step.first + timedelta(days=n) for n in range((step.last - step.first).days + 1)
            ]
            assert not any(CALENDAR.is_working_day(day) for day in days)


@given(waiting_tickets())
def test_a_ticket_that_still_waits_is_due_when_time_was_up_before_or_never(one: Ticket) -> None:
    if not one.pauses:
        return
    waits = replace(one, pauses=(*one.pauses[:-1], Pause(one.pauses[-1].since)))
    due = clock.due_at(OFFICE, waits)
    spent = clock.elapsed(OFFICE, waits, one.pauses[-1].since)
    assert (due is None) == (spent < standard(one))
    assert clock.elapsed(OFFICE, waits, one.pauses[-1].since + timedelta(days=30)) == spent


# Two fiscal years by hand: created, channel and row of the table, due. Every holiday and
# substitution day of
# October 2568 to September 2570 lies in one of the spans, or at their edge.

TABLE = """
2025-10-01T08:30  letter3   2025-10-09T16:30
2025-10-10T16:00  email2    2025-10-14T16:00
2025-10-22T13:00  letter2   2025-10-27T12:00
2025-12-04T15:00  email1    2025-12-08T10:30
2025-12-09T16:00  email3    2025-12-15T16:00
2025-12-30T14:00  letter1   2026-01-05T10:00
2026-01-05T08:30  letter4   2026-02-04T16:30
2026-02-27T13:30  email4    2026-03-06T09:00
2026-03-02T16:25  phone2    2026-03-04T08:35
2026-04-03T10:00  letter3   2026-04-20T10:00
2026-04-10T16:20  walk_in1  2026-04-16T08:50
2026-05-01T16:00  email2    2026-05-05T16:00
2026-05-12T11:45  walk_in2  2026-05-12T13:35
2026-05-29T09:15  walk_in3  2026-06-04T13:45
2026-07-27T15:30  letter2   2026-08-03T15:30
2026-08-11T16:29  phone1    2026-08-13T08:34
2026-09-30T13:00  email3    2026-10-05T12:00
2026-10-12T08:30  email2    2026-10-12T16:30
2026-10-12T16:00  email1    2026-10-14T11:30
2026-10-22T12:30  email1    2026-10-22T16:30
2026-11-30T08:30  letter4   2027-01-05T16:30
2026-12-04T11:30  email2    2026-12-08T11:30
2026-12-30T16:00  letter1   2027-01-04T12:00
2027-02-19T10:30  letter3   2027-03-03T10:30
2027-04-05T14:00  email4    2027-04-12T09:30
2027-04-12T16:00  walk_in2  2027-04-16T08:50
2027-05-03T16:00  email2    2027-05-05T16:00
2027-05-19T16:00  letter2   2027-05-24T16:00
2027-06-02T16:00  email1    2027-06-04T11:30
2027-07-16T15:00  walk_in3  2027-07-23T10:30
2027-07-27T16:00  email1    2027-07-29T11:30
2027-08-11T13:00  email3    2027-08-17T12:00
2027-09-29T09:00  letter2   2027-10-01T09:00
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_due_times_of_fiscal_years_2569_and_2570_as_counted_by_hand(row: str) -> None:
    created, cell, due = row.split()
    assert clock.due_at(OFFICE, ticket(at(created).astimezone(UTC), cell)) == at(due)


@pytest.mark.parametrize(
    ("begins", "days"),
    [
        (date(2025, 10, 1), [21, 20, 20, 20, 20, 21, 18, 19, 20, 20, 20, 22]),
        (date(2026, 10, 1), [20, 21, 20, 20, 19, 23, 18, 19, 21, 19, 21, 22]),
    ],
    ids=["2569", "2570"],
)
def test_working_days_of_each_month_of_the_fiscal_year(begins: date, days: list[int]) -> None:
    counted = dict.fromkeys(range(12), 0)
    for number in range(365):
        on = begins + timedelta(days=number)
        counted[(on.month - begins.month) % 12] += CALENDAR.is_working_day(on)
    assert [*counted.values()] == days


# One ticket, told as a story.

STORY = ticket(
    at("2026-12-03T14:30:25"), pauses=(Pause(at("2026-12-04T11:30"), at("2026-12-08T10:00")),)
)


def test_the_sum_of_a_ticket_that_waited_over_a_long_weekend() -> None:
    told = explain(OFFICE, STORY, at("2026-12-08T11:00"))
    lines = [
        (step.kind, step.first.day, step.last.day, step.amount // timedelta(minutes=1))
        for step in told.steps
    ]
    assert lines == [
        (SumLineKind.COUNTED, 3, 3, 120),
        (SumLineKind.COUNTED, 4, 4, 180),
        (SumLineKind.STOPPED, 4, 4, 0),
        (SumLineKind.FREE, 5, 5, 0),
        (SumLineKind.FREE, 6, 6, 0),
        (SumLineKind.FREE, 7, 7, 0),
        (SumLineKind.GOES_ON, 8, 8, 0),
        (SumLineKind.COUNTED, 8, 8, 120),
    ]
    assert "ชดเชยวันชาติ" in told.steps[5].name
    assert (told.due, told.left) == (at("2026-12-08T12:00"), timedelta(hours=1))


def test_days_alike_are_one_line_and_free_days_in_a_long_pause_none() -> None:
    long = replace(
        STORY,
        complexity=Complexity.EXCEPTIONAL,
        pauses=(Pause(at("2026-12-11T08:30"), at("2027-01-08T08:30")),),
    )
    told = explain(OFFICE, long, at("2027-01-08T09:00"))
    assert [f"{step.kind} {step.first:%d}-{step.last:%d}" for step in told.steps] == [
        "counted 03-03",
        "counted 04-04",
        "free 05-05",
        "free 06-06",
        "free 07-07",
        "counted 08-09",
        "free 10-10",
        "stopped 11-11",
        "goes_on 08-08",
        "counted 08-08",
    ]
    assert told.due == at("2027-01-08T10:00")


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-12-05T12:00", State.WAITING),
        ("2026-12-08T10:35", State.IN_TIME),
        ("2026-12-08T10:36", State.DUE_SOON),  # a fifth of 7 hours is 84 minutes
        ("2026-12-08T12:00:59", State.DUE_SOON),
        ("2026-12-08T13:01", State.OVERDUE),
    ],
)
def test_states_of_an_open_ticket(now: str, state: State) -> None:
    waits = replace(STORY, pauses=(Pause(at("2026-12-04T11:30")),))
    assert (
        clock.state(OFFICE, waits if at(now) < at("2026-12-08T10:00") else STORY, at(now)) is state
    )


def test_waiting_after_the_time_is_up_is_overdue_all_the_same() -> None:
    late = pauses.wait(replace(STORY, pauses=()), at("2026-12-08T15:00"), at("2026-12-08T15:00"))
    assert clock.due_at(OFFICE, late) == at("2026-12-04T14:30")
    assert clock.state(OFFICE, late, at("2026-12-09T10:00")) is State.OVERDUE


@pytest.mark.parametrize(
    ("closed", "state"),
    [
        ("2026-12-08T12:00:59", State.KEPT),
        ("2026-12-08T12:01", State.MISSED),
        ("2026-12-05T09:00", State.KEPT),
    ],
)
def test_a_closed_ticket_kept_its_time_or_missed_it(closed: str, state: State) -> None:
    assert clock.state(OFFICE, pauses.closed(STORY, at(closed)), at("2027-06-01T09:00")) is state


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("phone1", State.KEPT),
        ("email1", State.KEPT),
        ("email2", State.MISSED),
        ("letter3", State.MISSED),
    ],
)
def test_closed_with_the_first_save_a_short_standard_is_kept(cell: str, state: State) -> None:
    recorded = at("2026-12-18T10:00")
    one = ticket(at("2026-12-01T08:30"), cell, recorded_at=recorded)
    assert clock.state(OFFICE, pauses.closed(one, recorded), recorded) is state


@pytest.mark.parametrize(
    ("subject", "cell"),
    [("8.3", "letter1"), ("10", "facebook1"), ("7.4", "letter2"), ("ไม่มี", "phone1")],
)
def test_where_no_time_is_set_there_is_no_deadline(subject: str, cell: str) -> None:
    one = ticket(at("2026-12-03T14:30"), cell, subject)
    assert clock.due_at(OFFICE, one) is None
    assert clock.state(OFFICE, one, at("2027-12-03T14:30")) is State.NO_DEADLINE
    assert clock.notice_times(OFFICE, one) == {}
    assert explain(OFFICE, one, at("2027-12-03T14:30")).steps == ()


def test_another_channel_or_complexity_counts_from_the_beginning_again() -> None:
    assert clock.due_at(OFFICE, replace(STORY, channel="letter")) == at("2026-12-09T12:00")
    assert clock.due_at(OFFICE, replace(STORY, complexity=Complexity.SIMPLE)) == at(
        "2026-12-04T10:00"
    )


def test_while_it_was_closed_the_clock_stood_still() -> None:
    closed = pauses.closed(STORY, at("2026-12-08T11:00"))
    again = pauses.reopened(closed, at("2031-12-09T09:00"))
    assert (again.status, again.closed_at) == (Status.OPEN, None)
    assert clock.due_at(OFFICE, again) == at("2031-12-09T10:00")


# Whom to tell, and when.


def test_notices_of_a_day_and_of_a_short_standard() -> None:
    times = clock.notice_times(OFFICE, STORY)
    assert times == {
        Stage.SOON: at("2026-12-08T10:36"),
        Stage.OVER: at("2026-12-08T12:00"),
        Stage.SUPERVISORS: at("2026-12-09T12:00"),
    }
    talk = ticket(at("2026-12-08T10:00"), "walk_in2")
    assert [*clock.notice_times(OFFICE, talk)] == [Stage.OVER, Stage.SUPERVISORS]
    call = ticket(at("2026-12-08T10:00"), "phone1")
    assert clock.notice_times(OFFICE, call) == {
        Stage.OVER: at("2026-12-08T10:30"),
        Stage.SUPERVISORS: at("2026-12-09T10:30"),
    }


def test_nobody_is_told_right_after_recording_reopening_or_an_answer() -> None:
    backdated = ticket(at("2026-12-01T08:30"), "email2", recorded_at=at("2026-12-03T16:20"))
    assert clock.notice_times(OFFICE, backdated)[Stage.OVER] == at("2026-12-04T08:50")
    answered = replace(STORY, pauses=(Pause(at("2026-12-04T14:15"), at("2026-12-08T10:00")),))
    assert clock.notice_times(OFFICE, answered)[Stage.OVER] == at("2026-12-08T10:30")
    assert Stage.SOON not in clock.notice_times(OFFICE, answered)  # due at 10.15


@pytest.mark.parametrize(
    "changed",
    [
        {"status": Status.CLOSED, "closed_at": at("2026-12-08T10:10")},
        {"pauses": (Pause(at("2026-12-04T11:30")),)},
    ],
)
def test_of_closed_and_waiting_tickets_nobody_is_told(changed: dict[str, object]) -> None:
    assert clock.notice_times(OFFICE, replace(STORY, **changed)) == {}


@given(waiting_tickets())
def test_notices_come_in_their_order_and_never_before_the_due_time(one: Ticket) -> None:
    times, due = clock.notice_times(OFFICE, one), clock.due_at(OFFICE, one)
    assert due is not None
    assert due <= times[Stage.OVER] < times[Stage.SUPERVISORS]
    assert Stage.SOON not in times or times[Stage.SOON] < due
