"""Writes docs/owed.md, what every event does to every kind of thing owed, by doing each of them to it.

Run as `python -m tests.owed_table`; a test holds the page against the rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.owed.rules import Owed, OwedState, Rule
from domain.owed.settling import settle, unclaimed
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from tests.fakes.office import OFFICE

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "owed.md"
RULES = OFFICE.rules
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HEAD = """# What every event does to what is owed

Written by `python -m tests.owed_table`, which does each event to each kind of thing owed under the office's rules
(`domain/data/reminders.toml`) and says what came of it; a test holds the page against them. What is owed is a function of
the tickets of a request and of what officers decided (`domain/owed/settling.py`): only the tickets' own dates count, never the
order in which they were typed, saved, reopened or corrected.

"–" is: nothing. The proof is the ticket that ends it (`ends`), the start the one that begins it (`starts`).
"""
CLOSED = """
## A ticket is closed

What closing a ticket of each subject does, where nothing of the kind was owed yet, where it is owed, and where the proof is there
already (by the dates, whichever was typed first).
"""
DONE = """
## Something is done to a ticket, or decided by an officer

Each is done to a thing owed that was put off, handed over and reminded of twice. "As decided" is: with the day it was put off to,
the colleague and the count of its reminders.
"""
Step = Callable[["Chain"], None]


@dataclass
class Chain:
    """One request under one rule, played step by step as the store does."""

    rule: Rule
    kind: str = "7"
    tickets: dict[str, Ticket] = field(default_factory=dict)
    rows: dict[int, Owed] = field(default_factory=dict)
    now: datetime = START

    def subject(self, subjects: Sequence[str]) -> str:
        """The one of this kind of request."""
        own = [subject for subject in subjects if subject.startswith(self.kind)]
        return next(iter([*own, *subjects]))

    def close(self, name: str, subject: str, begun: datetime | None = None) -> None:
        self.now += timedelta(days=1)
        at = self.now
        self.tickets[name] = Ticket(
            TicketNo(name),
            "email",
            subject,
            "x",
            begun or at,
            begun or at,
            None,
            StaffId(1),
            status=Status.CLOSED,
            closed_at=at,
        )
        self.settle()

    def start(self, name: str = "start", begun: datetime | None = None) -> None:
        self.close(name, self.subject(self.rule.starts), begun)

    def prove(self, name: str = "proof") -> None:
        self.close(name, self.subject(self.rule.ends))

    def without(self, *names: str) -> None:
        """These are opened again, voided, corrected away, or moved to another request."""
        for name in names:
            del self.tickets[name]
        self.settle()

    def decide(self, change: Callable[[Owed, datetime], Owed]) -> None:
        self.now += timedelta(days=1)
        for row in self.rows.values():
            if row.state is OwedState.OPEN:
                self.rows[row.id] = replace(change(row, self.now), decided_at=self.now)
        self.settle()

    def decided(self) -> None:
        """Put off, handed over, and reminded of twice."""
        self.decide(lambda row, at: row.reminded(at))
        self.decide(lambda row, at: row.reminded(at))
        self.decide(lambda row, at: replace(row, snoozed_on=START.date(), handed_to=StaffId(2)))

    def settle(self) -> None:
        found = settle([self.rule], [*self.tickets.values()], [*self.rows.values()], 1, {})
        for row in found:
            number = row.id or len(self.rows) + 1
            self.rows[number] = replace(row, id=number)

    def state(self) -> str:
        """What is owed now, in words."""
        real = [row for row in self.rows.values() if row.state is not OwedState.VOID]
        if unclaimed(self.rule, [*self.tickets.values()], [*self.rows.values()]):
            return "nothing, the officer is asked"
        if not real:
            return "owed no longer"
        last = max(real, key=lambda row: (row.started_at, row.id))
        if last.state is not OwedState.OPEN:
            return {OwedState.RECEIVED: "received", OwedState.DROPPED: "given up"}[last.state]
        words = "owed" if len(real) == 1 else "owed anew"
        if last.chased:
            words += ", followed up once"
        is_kept = last.reminders >= 2 and last.handed_to and last.snoozed_on
        return f"{words}, as decided" if is_kept else words


def closings(rule: Rule, subject: str) -> str:
    """What closing a ticket of this subject does under this rule, by what was before."""
    told = []
    for before, play in SITUATIONS.items():
        chain = Chain(rule, subject[0])
        play(chain)
        stood = _facts(chain)
        chain.close("event", subject)
        if _facts(chain) != stood:
            told.append(f"{before}: {chain.state()}")
    return "; ".join(told) or "–"


def _facts(chain: Chain) -> tuple[object, ...]:
    tickets = [*chain.tickets.values()]
    rows = [*chain.rows.values()]
    asked = len(unclaimed(chain.rule, tickets, rows))
    return asked, [(row.state, row.started_at, row.chased) for row in rows]


def _owed(chain: Chain) -> None:
    chain.start()


def _proved(chain: Chain) -> None:
    chain.start()
    chain.prove()


SITUATIONS: Mapping[str, Step] = {
    "before": lambda chain: None,
    "owed": _owed,
    "proof there": _proved,
}


def _then(*steps: Step) -> Step:
    def play(chain: Chain) -> None:
        chain.start()
        chain.decided()
        for step in steps:
            step(chain)

    return play


def _chase(chain: Chain) -> None:
    chain.close("chase", chain.subject([s for s in chain.rule.chase if s not in chain.rule.starts]))


EVENTS: Mapping[str, Step] = {
    "the start is opened again, voided, or its subject corrected": _then(
        lambda c: c.without("start")
    ),
    "and closed anew, restored, or corrected back": _then(
        lambda c: c.without("start"), lambda c: c.start()
    ),
    "the start is imported with another date": _then(lambda c: c.start()),
    "a second start is closed while it is owed": _then(lambda c: c.start("second")),
    "and the first is opened again or voided": _then(
        lambda c: c.start("second"),
        lambda c: c.decided(),
        lambda c: c.without("start"),
    ),
    "the proof is closed": _then(lambda c: c.prove()),
    "and opened again, voided, or its subject corrected": _then(
        lambda c: c.prove(), lambda c: c.without("proof")
    ),
    "a start is closed after the proof": _then(lambda c: c.prove(), lambda c: c.start("second")),
    "a start that was begun before the proof is closed, or closed anew, after it": _then(
        lambda c: c.prove(), lambda c: c.without("start"), lambda c: c.start(begun=START)
    ),
    "a start is closed after the proof, which is opened again then": _then(
        lambda c: c.prove(), lambda c: c.start("second"), lambda c: c.without("proof")
    ),
    "a proof is written up later that came before the start": _then(
        lambda c: c.without("start"), lambda c: c.prove(), lambda c: c.start()
    ),
    "an officer gives it up": _then(
        lambda c: c.decide(lambda row, at: row.ended_by_word(OwedState.DROPPED, at, "r"))
    ),
    "and the start is closed anew": _then(
        lambda c: c.decide(lambda row, at: row.ended_by_word(OwedState.DROPPED, at, "r")),
        lambda c: c.without("start"),
        lambda c: c.start(),
    ),
    "and another start is closed": _then(
        lambda c: c.decide(lambda row, at: row.ended_by_word(OwedState.DROPPED, at, "r")),
        lambda c: c.start("second"),
    ),
    "an officer says that it came, without a ticket": _then(
        lambda c: c.decide(lambda row, at: row.ended_by_word(OwedState.RECEIVED, at))
    ),
    "the customer or the request of all its tickets changes, by hand or by a merge": _then(
        lambda c: c.settle()
    ),
}


def table(rows: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A table with a column for each rule."""
    yield f"| | {' | '.join(RULES)} |"
    yield "|---|" + "---|" * len(RULES)
    for name, cells in rows.items():
        yield f"| {name} | {' | '.join(cells[rule] for rule in RULES)} |"


def _done(rule: Rule, play: Step) -> str:
    chain = Chain(rule)
    play(chain)
    return chain.state()


def page() -> str:
    """The whole page."""
    subjects = sorted(
        {
            subject
            for steps in OFFICE.steps.kinds.values()
            for does in steps.values()
            for subject in does
        },
        key=lambda subject: [int(part) for part in subject.split(".")],
    )
    closed = {
        subject: {name: closings(rule, subject) for name, rule in RULES.items()}
        for subject in subjects
    }
    does_something = {
        subject: cells for subject, cells in closed.items() if set(cells.values()) != {"–"}
    }
    done = {
        event: {name: _done(rule, play) for name, rule in RULES.items()}
        for event, play in EVENTS.items()
    }
    nothing = [subject for subject in subjects if subject not in does_something]
    return "\n".join(
        [
            HEAD + CLOSED,
            *table(does_something),
            "",
            f"Nothing: {', '.join(nothing)}.",
            DONE,
            *table(done),
            "",
        ]
    )


if __name__ == "__main__":
    DOCUMENT.write_text(page(), encoding="utf-8")
