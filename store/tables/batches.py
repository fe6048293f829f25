"""One batch of a table's rows: which of them are taken, and what they change in the register."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from domain.customers.records import Customer
from domain.errors import InvalidInput
from domain.tables.columns import NOTED
from domain.tables.tables import Cells, RecordOutcome, Remark
from domain.tickets.records import Ticket
from store.engine.database import Reader, Tx
from store.tables.tables import Place, Staged, TableRow

PAGE = 1000
"""Records read at once to be written to a table."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: where it stands, what it says, and why."""

    place: Place
    row: list[str]
    error: InvalidInput


@dataclass(frozen=True, slots=True)
class Remarked:
    """A row of which something is read otherwise than it is written."""

    place: Place
    remark: Remark


@dataclass(slots=True)
class RecordRows:
    """The rows about one record that are taken so far; `outcome` is what earlier batches counted it
    as.
    """

    place: Place
    rows: list[Cells] = field(default_factory=list)
    outcome: RecordOutcome | None = None

    def result(self, fresh: bool, changed: bool) -> RecordOutcome:
        """What the table does to the record, all in all."""
        if self.outcome in (RecordOutcome.NEW, RecordOutcome.CHANGED):
            return self.outcome
        if fresh:
            return RecordOutcome.NEW
        return RecordOutcome.CHANGED if changed else RecordOutcome.UNCHANGED

    def as_text(self, outcome: RecordOutcome) -> str:
        """For the scratch file."""
        return json.dumps([self.place, self.rows, outcome])


def group_of(text: str | None, place: Place) -> RecordRows:
    """The rows that the scratch file remembers of a record, or none yet; `place` is where its first
    one stands.
    """
    if text is None:
        return RecordRows(place)
    first, rows, outcome = json.loads(text)
    return RecordRows(Place(*first), rows, RecordOutcome(outcome))


@dataclass(slots=True)
class Decision:
    """What one batch comes to: outcomes by record, what to write, what to remember."""

    rejected: list[Rejected] = field(default_factory=list)
    remarked: list[Remarked] = field(default_factory=list)
    last_code: str = ""
    groups: dict[str, RecordRows] = field(default_factory=dict)
    outcomes: dict[str, RecordOutcome] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    last_number: int = 0
    new_customers: list[Customer] = field(default_factory=list)
    changed_customers: list[tuple[Customer, Customer]] = field(default_factory=list)
    new_tickets: list[Ticket] = field(default_factory=list)
    changed_tickets: list[tuple[Ticket, Ticket]] = field(default_factory=list)

    def remembered(self) -> dict[str, str]:
        """What the scratch file shall know of each record."""
        return {key: self.groups[key].as_text(outcome) for key, outcome in self.outcomes.items()}


class ImportRules(Protocol):
    """One register's rules over the store; `decide` may run again and keeps nothing."""

    counter: str

    async def decide(self, db: Reader, tx: Tx | None, batch: list[TableRow]) -> Decision:
        """What the rows come to; with a transaction, the numbers that it gives are held for it."""
        ...

    async def write(self, tx: Tx, decision: Decision) -> None:
        """Write that."""
        ...

    def done(self, decision: Decision) -> None:
        """It is written, or would be: remember it for the batches to come."""
        ...


def cells_of(
    table: Staged, batch: list[TableRow], decision: Decision
) -> Iterator[tuple[TableRow, dict[str, str]]]:
    """The rows' cells; a formula without a value is told."""
    for line in batch:
        try:
            cells = table.columns.cells(line.cells)
        except InvalidInput as error:
            decision.rejected.append(Rejected(line.place, line.cells, error))
            continue
        for column in line.formulas:
            heading = table.header[column].strip() if column < len(table.header) else ""
            decision.remarked.append(Remarked(line.place, Remark("cell_unreckoned", heading)))
        if NOTED in cells:
            decision.remarked.append(Remarked(line.place, Remark("row_over", text=cells[NOTED])))
        yield line, cells


def place_name(place: Place) -> str:
    """A row as another one of its table is told of it."""
    return f"{place.sheet}!{place.line}" if place.sheet else str(place.line)
