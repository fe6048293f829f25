"""What is owed is a function: whatever tickets went through, and in which order, the same is owed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.owed.rules import Owed, OwedState
from domain.owed.settling import settle
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from tests.fakes.office import OFFICE

RULES = OFFICE.rules
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NOS = [f"R{number:010}" for number in range(4)]
DAYS = st.integers(0, 30).map(lambda days: START + timedelta(days=days))


def ticket(no: str, subject: str, at: datetime) -> Ticket:
    return Ticket(TicketNo(no), "email", subject, "x", at, at, None, StaffId(1), closed_at=at)


def tickets_of(*rules: str) -> st.SearchStrategy[Ticket]:
    """Tickets that bear upon these rules, each subject as often as any other."""
    subjects = {subject for name in rules for subject in subjects_of(name)}
    return st.builds(ticket, st.sampled_from(NOS), st.sampled_from(sorted(subjects)), DAYS)


def subjects_of(name: str) -> list[str]:
    rule = RULES[name]
    return [*rule.starts[:1], *rule.ends[:1], *rule.chase[:1]]


DECISIONS: dict[str, Callable[[Owed, datetime], Owed]] = {
    "put off": lambda row, at: replace(row, snoozed_on=at.date(), decided_at=at),
    "handed over": lambda row, at: replace(
        row, assignee=StaffId(2), handed_to=StaffId(2), decided_at=at
    ),
    "reminded": lambda row, at: row.reminded(at),
    "given up": lambda row, at: row.ended_by_word(OwedState.DROPPED, at, "r"),
    "received by word": lambda row, at: row.ended_by_word(OwedState.RECEIVED, at),
    "followed up": lambda row, at: replace(row.chased_without_ticket(at), decided_at=at),
}


def steps_of(*rules: str) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """Histories of a request under these rules."""
    step = st.one_of(
        st.tuples(st.just("close"), tickets_of(*rules)),
        st.tuples(st.just("open again"), st.sampled_from(NOS)),
        st.tuples(st.just("decide"), st.sampled_from(sorted(DECISIONS)), st.integers(0, 1)),
    )
    return st.lists(step, min_size=4, max_size=16)


PAIRS = st.sampled_from(
    [("contract",), ("quotation",), ("contract", "research"), ("quotation", "fetch")]
)
MANY = settings(max_examples=3 * settings().max_examples)
"""Each is quick."""


class Request:
    """A request as the store keeps it: its tickets, and what is or was owed."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.rows: dict[int, Owed] = {}
        self.now = START + timedelta(days=40)

    def settle(self) -> None:
        tickets = [*self.tickets.values()]
        for row in settle(RULES.values(), tickets, [*self.rows.values()], 1, {}):
            number = row.id or len(self.rows) + 1
            self.rows[number] = replace(row, id=number)

    def step(self, step: tuple[str, ...]) -> None:
        self.now += timedelta(days=1)
        match step:
            case "close", Ticket() as closed:
                self.tickets[closed.no] = replace(closed, status=Status.CLOSED)
            case "open again", no:
                self.tickets.pop(no, None)
            case "decide", what, int() as place:
                rows = [row for row in self.rows.values() if row.state is OwedState.OPEN]
                for row in rows[place : place + 1]:
                    self.rows[row.id] = DECISIONS[what](row, self.now)
        self.settle()

    def owed(self) -> list[Owed]:
        rows = [row for row in self.rows.values() if row.state is not OwedState.VOID]
        return sorted(rows, key=lambda row: (row.rule, row.started_at, row.ticket_no))


def forgetful(row: Owed) -> Owed:
    """What was decided alone."""
    return replace(
        row,
        state=OwedState.VOID,
        started_at=START,
        ticket_no="",
        assignee=None,
        ended_at=None,
        proof_no="",
        chased=0,
        last_at=None,
        due_on=None,
    )


def plain(rows: list[Owed]) -> list[Owed]:
    return [replace(row, id=0, version=1, known_by="") for row in rows]


@MANY
@given(PAIRS.flatmap(lambda rules: steps_of(*rules)))
def test_step_by_step_is_as_from_scratch(steps: list[tuple[str, ...]]) -> None:
    request = Request()
    for step in steps:
        request.step(step)
        assert len({(row.rule, row.known_by) for row in request.rows.values()}) == len(request.rows)
        opened = [row.rule for row in request.owed() if row.state is OwedState.OPEN]
        assert len(opened) == len(set(opened)), "at most one thing of a kind is owed"
    before = dict(request.rows)
    request.settle()
    assert request.rows == before, "settling again changes nothing"
    scratch = Request()
    scratch.tickets = request.tickets
    scratch.rows = {row.id: forgetful(row) for row in request.rows.values()}
    scratch.settle()
    assert plain(scratch.owed()) == plain(request.owed())


@MANY
@given(
    st.lists(tickets_of("contract", "research", "quotation"), unique_by=lambda one: one.no),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_tickets_are_closed_the_same_is_owed(tickets, random) -> None:
    owed = []
    for _turn in range(2):
        request = Request()
        for one in tickets:
            request.step(("close", one))
        owed.append(plain(request.owed()))
        random.shuffle(tickets)
    assert owed[0] == owed[1]
