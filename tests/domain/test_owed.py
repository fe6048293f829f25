"""What is owed: when it begins and ends, and when reminders come."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates.days import BANGKOK
from domain.owed.rules import CalendarSpan, Owed, OwedState, next_reminder
from domain.owed.settling import settle
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from tests.fakes.office import OFFICE

CONFIGURATION = OFFICE
CALENDAR, RULES = CONFIGURATION.calendar, CONFIGURATION.rules
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NOK = StaffId(1)


def ticket(no: int, subject: str, day: int, *, closed: bool = True) -> Ticket:
    at = START + timedelta(days=day)
    status, closed_at = (Status.CLOSED, at) if closed else (Status.OPEN, None)
    return Ticket(
        TicketNo(f"R{no}"),
        "email",
        subject,
        "x",
        at,
        at,
        NOK,
        NOK,
        status=status,
        closed_at=closed_at,
    )


def settled(tickets: list[Ticket], owed: list[Owed] | None = None, **agreed: date) -> list[Owed]:
    """All that is or was owed after settling, saved as the store would."""
    rows = {row.id: row for row in owed or []}
    for row in settle(RULES.values(), tickets, list(rows.values()), 1, agreed):
        number = row.id or len(rows) + 1
        rows[number] = replace(row, id=number)
    return list(rows.values())


def states(rows: list[Owed]) -> list[tuple[str, str]]:
    return [(row.rule, str(row.state)) for row in rows]


LIVES = {
    "sent": ([("7.9", 0)], [("contract", "open")]),
    "sent and returned": (
        [("7.9", 0), ("7.10", 5)],
        [("contract", "received"), ("research", "open")],
    ),
    "all of it": (
        [("7.9", 0), ("7.10", 5), ("7.13", 400)],
        [("contract", "received"), ("research", "received")],
    ),
    "returned before it was sent": ([("7.10", 0), ("7.9", 5)], [("research", "open")]),
    "returned twice": (
        [("7.9", 0), ("7.10", 5), ("7.10", 6)],
        [("contract", "received"), ("research", "open")],
    ),
    "sent twice": ([("7.9", 0), ("7.9", 3)], [("contract", "open")]),
    "sent again after the return": (
        [("7.9", 0), ("7.10", 5), ("7.9", 10)],
        [("contract", "received"), ("research", "open")],
    ),
    "quoted again after the payment": (
        [("8.2", 0), ("8.5", 5), ("8.2", 10)],
        [("quotation", "received"), ("quotation", "open")],
    ),
    "quotation paid": ([("7.3", 0), ("7.8", 5)], [("quotation", "received")]),
    "fetched by sending": ([("7.7", 0), ("7.9", 5)], [("fetch", "received"), ("contract", "open")]),
    "tabulation": (
        [("8.2", 0), ("8.5", 3), ("8.4", 4)],
        [("quotation", "received"), ("fetch", "open")],
    ),
    "thanks alone": ([("7.14", 0)], []),
}


@pytest.mark.parametrize(("life", "expected"), LIVES.values(), ids=LIVES.keys())
def test_what_is_owed_follows_from_the_closed_tickets(
    life: list[tuple[str, int]], expected: list[tuple[str, str]]
) -> None:
    rows: list[Owed] = []
    tickets: list[Ticket] = []
    for number, (subject, day) in enumerate(life):
        tickets.append(ticket(number, subject, day))
        rows = settled(tickets, rows)
    assert sorted(states(rows)) == sorted(expected)


def test_an_open_ticket_begins_and_ends_nothing() -> None:
    sent = ticket(1, "7.9", 0)
    assert settled([ticket(1, "7.9", 0, closed=False)]) == []
    assert states(settled([sent, ticket(2, "7.10", 5, closed=False)], settled([sent]))) == [
        ("contract", "open")
    ]


def test_a_proof_that_is_undone_is_owed_again_and_a_start_that_is_undone_is_not() -> None:
    sent, back = ticket(1, "7.9", 0), ticket(2, "7.10", 5)
    rows = settled([sent, back], settled([sent]))
    reopened = replace(back, status=Status.OPEN, closed_at=None)
    assert states(settled([sent, reopened], rows)) == [("contract", "open"), ("research", "void")]
    unsent = replace(sent, status=Status.OPEN, closed_at=None)
    assert states(settled([unsent], settled([sent]))) == [("contract", "void")]


def test_what_was_given_up_stays_given_up_until_it_is_sent_anew() -> None:
    sent = ticket(1, "7.9", 0)
    (row,) = settled([sent])
    dropped = row.ended_by_word(OwedState.DROPPED, START + timedelta(days=3))
    assert states(settled([sent], [dropped])) == [("contract", "dropped")]
    again = settled([sent, ticket(2, "7.9", 9)], [dropped])
    assert states(again) == [("contract", "dropped"), ("contract", "open")]


def test_follow_ups_since_it_began_are_counted_from_their_tickets() -> None:
    sent = ticket(2, "7.9", 1)
    tickets = [
        ticket(1, "7.11", 0),
        sent,
        ticket(3, "7.11", 5),
        ticket(4, "7.11", 9),
        ticket(5, "7.12", 10),
    ]
    (row,) = settled(tickets, settled([sent]))
    assert (row.chased, row.last_at) == (2, START + timedelta(days=9))


@given(st.permutations([("7.9", 0), ("7.10", 5), ("7.11", 3), ("7.13", 9), ("7.3", 1), ("7.8", 2)]))
def test_settling_twice_changes_nothing_more(life: list[tuple[str, int]]) -> None:
    tickets = [ticket(number, subject, day) for number, (subject, day) in enumerate(life)]
    rows = settled(tickets)
    assert settled(tickets, rows) == rows


# When reminders come.

CONTRACT = Owed(1, "contract", START, "R1", NOK)


def reminded(row: Owed, rule: str = "contract", now: datetime = START) -> str:
    at = next_reminder(RULES[rule], row, CALENDAR, now)
    return f"{at.astimezone(BANGKOK):%Y-%m-%d %H:%M}" if at else "never"


REMINDERS = {
    "after two weeks, past the holiday": (CONTRACT, "2026-12-08 09:00"),
    "weekly from the last": (
        replace(CONTRACT, reminders=1, last_at=datetime(2026, 12, 8, 2, 0, tzinfo=UTC)),
        "2026-12-15 09:00",
    ),
    "on the date agreed": (replace(CONTRACT, due_on=date(2027, 1, 20)), "2027-01-20 09:00"),
    "on Monday where the date agreed is a Saturday": (
        replace(CONTRACT, due_on=date(2027, 1, 23)),
        "2027-01-25 09:00",
    ),
    "when the officer wants": (replace(CONTRACT, snoozed_on=date(2027, 2, 1)), "2027-02-01 09:00"),
    "not after the last": (replace(CONTRACT, reminders=12, last_at=START), "never"),
    "once more when asked for": (
        replace(CONTRACT, reminders=12, extra=12, last_at=START),
        "2026-12-08 09:00",
    ),
    "not when it is there": (replace(CONTRACT, state=OwedState.RECEIVED), "never"),
}


@pytest.mark.parametrize(("row", "expected"), REMINDERS.values(), ids=REMINDERS.keys())
def test_reminders_come_on_working_days_at_nine(row: Owed, expected: str) -> None:
    assert reminded(row) == expected


def test_a_research_result_is_asked_for_after_a_year() -> None:
    assert reminded(Owed(1, "research", START), "research") == "2027-11-23 09:00"


@given(
    started=st.timedeltas(timedelta(), timedelta(days=2000)).map(
        lambda span: datetime(2024, 1, 1, tzinfo=UTC) + span
    ),
    later=st.timedeltas(timedelta(), timedelta(days=500)),
    rule=st.sampled_from(sorted(RULES)),
)
def test_a_reminder_is_always_in_the_future_on_a_working_day(
    started: datetime, later: timedelta, rule: str
) -> None:
    now = started + later
    at = next_reminder(RULES[rule], Owed(1, rule, started), CALENDAR, now)
    assert at is not None
    assert at > now
    assert CALENDAR.is_working_day(at.date())
    assert at.time() == RULES[rule].at
    # Looked at again at any time before it, it is the same: a restart moves nothing.
    assert (
        next_reminder(RULES[rule], Owed(1, rule, started), CALENDAR, at - timedelta(seconds=1))
        == at
    )


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.integers(0, 400))
def test_a_span_is_monotone_and_keeps_the_day_where_the_month_has_it(
    on: date, months: int, days: int
) -> None:
    after = CalendarSpan(months, 0).after(on)
    assert after.day == on.day or (after + timedelta(days=1)).day == 1
    assert CalendarSpan(months, days).after(on) == after + timedelta(days=days)
    assert CalendarSpan(months, 0).after(on + timedelta(days=1)) >= after


def test_a_leap_day_next_year_is_the_last_of_february() -> None:
    assert CalendarSpan(12, 0).after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_the_defaults_are_those_of_the_office() -> None:
    contract, research = RULES["contract"], RULES["research"]
    assert (contract.first, contract.every, contract.supervisor_after) == (
        CalendarSpan(0, 14),
        CalendarSpan(0, 7),
        3,
    )
    assert (research.first, research.every, research.supervisor_after) == (
        CalendarSpan(12, 0),
        CalendarSpan(0, 30),
        3,
    )
    assert RULES["quotation"].first == CalendarSpan(0, 14)
    assert RULES["fetch"].first == CalendarSpan(0, 7)
    assert {rule.at for rule in RULES.values()} == {time(9, 0)}


@pytest.mark.parametrize(
    ("chased", "unreached", "reached"), [(3, 1, 2), (1, 1, 0), (0, 0, 0), (1, 2, 0)]
)
def test_letters_that_came_back_do_not_count_as_followed_up(
    chased: int, unreached: int, reached: int
) -> None:
    assert replace(CONTRACT, chased=chased, unreached=unreached).reached() == reached
