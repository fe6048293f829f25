"""One batch of a table's rows: what is taken of them, and what it comes to for the register."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from domain.customers import Customer
from domain.errors import InvalidInput
from domain.tickets import Ticket
from domain.transfer import Cells, Outcome
from store.database import Reader, Tx
from store.tables import Staged

PAGE = 1000
"""Records read at once to be written to a table."""

Line = tuple[int, list[str]]
"""Where a row stands in its table, and its cells."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: where it stands, what it says, and why."""

    line: int
    row: list[str]
    error: InvalidInput


@dataclass(slots=True)
class Group:
    """The rows about one record that are taken so far; `outcome` is what earlier batches counted it as."""

    line: int
    rows: list[Cells] = field(default_factory=list)
    outcome: Outcome | None = None

    def result(self, fresh: bool, changed: bool) -> Outcome:
        """What the table does to the record, all in all."""
        if self.outcome in (Outcome.NEW, Outcome.CHANGED):
            return self.outcome
        return Outcome.NEW if fresh else Outcome.CHANGED if changed else Outcome.UNCHANGED

    def as_text(self, outcome: Outcome) -> str:
        """For the scratch file."""
        return json.dumps([self.line, self.rows, outcome])


def group_of(text: str | None, line: int) -> Group:
    """The rows that the scratch file remembers of a record, or none yet; `line` is where its first one stands."""
    if text is None:
        return Group(line)
    first, rows, outcome = json.loads(text)
    return Group(first, rows, Outcome(outcome))


@dataclass(slots=True)
class Decision:
    """What one batch comes to: outcomes by record, what to write, what to remember."""

    rejected: list[Rejected] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    last_number: int = 0
    new_customers: list[Customer] = field(default_factory=list)
    changed_customers: list[tuple[Customer, Customer]] = field(default_factory=list)
    new_tickets: list[Ticket] = field(default_factory=list)
    changed_tickets: list[tuple[Ticket, Ticket]] = field(default_factory=list)


class Import(Protocol):
    """One register's rules over the store; `decide` may run again and keeps nothing."""

    counter: str

    async def decide(self, db: Reader, tx: Tx | None, batch: list[Line]) -> Decision:
        """What the rows come to; with a transaction, the numbers that it gives are held for it."""
        ...

    async def write(self, tx: Tx, decision: Decision) -> None:
        """Write that."""
        ...

    def done(self, decision: Decision) -> None:
        """It is written, or would be: remember it for the batches to come."""
        ...


def cells_of(
    table: Staged, batch: list[Line], decision: Decision, key: str, parse: Callable[[str], str]
) -> Iterator[tuple[int, list[str], dict[str, str]]]:
    """The rows' cells, the record's code or number in its one form."""
    for line, row in batch:
        try:
            cells = table.columns.cells(row)
            if key in cells:
                cells[key] = parse(cells[key])
        except InvalidInput as error:
            decision.rejected.append(Rejected(line, row, error))
        else:
            yield line, row, cells
