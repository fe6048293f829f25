"""Registers in and out: a staged table laid over the store batch by batch, and the store written to a table."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from domain.configuration import Configuration
from domain.customers import Contact, Customer, CustomerCode
from domain.errors import Conflict, InvalidInput
from domain.staff import StaffId
from domain.text import digits
from domain.tickets import Ticket
from domain.transfer import Cells, Names, Outcome, Register, column_names, read_names
from domain.transfer_customers import customer_rows, merge_customer, parse_code, parse_name, reaches
from domain.transfer_tickets import Desk, Labels, merge_ticket, parse_ticket_no, ticket_row
from store import audit, counters, customers, staff, tickets
from store.database import Database, Reader, Tx
from store.failpoints import failpoint
from store.scratch import Scratch
from store.tables import Sink, Staged

BATCH = 500
"""Rows in one transaction."""

PAGE = 1000
ATTEMPTS = 5

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """Who brings a table, and by what event of which platform: for the audit log and the lists of changes."""

    by: StaffId | None
    platform: str
    event: str


COMMAND = Source(None, "command", "")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: where it stands, what it says, and why."""

    line: int
    row: list[str]
    error: InvalidInput


@dataclass(slots=True)
class Counts:
    """What a table did: records, and rows that were rejected."""

    records: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    rejected: int = 0


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


def _group(text: str | None, line: int) -> Group:
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


class _Import(Protocol):
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


async def import_table(
    db: Database,
    configuration: Configuration,
    register: Register,
    table: Staged,
    now: datetime,
    *,
    dry_run: bool = False,
    source: Source = COMMAND,
    rows_a_batch: int = 0,
    counts: Counts | None = None,
    reject: Callable[[Rejected], None] = lambda rejected: None,
    advance: Callable[[int], None] = lambda rows: None,
) -> Counts:
    """Lay a table over the register, so many rows in a transaction each; the same table again changes nothing.

    So one that was cut off is simply run again. `dry_run` decides everything and writes nothing. `reject` is told
    of each row that is not taken, `advance` of the rows that are done with, after each batch. `counts` is filled
    along the way.
    """
    scratch = Scratch()
    kind: type[_Customers] | type[_Tickets] = _Customers if register is Register.CUSTOMERS else _Tickets
    job: _Import = kind(table, configuration, scratch, now, source.by)
    counts = counts or Counts()
    try:
        if not dry_run:
            await db.write(lambda tx: _begin(tx, job, register, table, now, source))
        rows = table.rows()
        while batch := list(islice(rows, rows_a_batch or BATCH)):
            decision = await _batch(db, job, batch, dry_run=dry_run)
            _count(counts, decision)
            for rejected in decision.rejected:
                reject(rejected)
            job.done(decision)
            advance(len(batch))
            failpoint("import.batch")
    finally:
        scratch.close()
    return counts


async def _begin(tx: Tx, job: _Import, register: Register, table: Staged, now: datetime, source: Source) -> None:
    """From here on running numbers go on above those of the table, whoever asks for one."""
    await counters.raise_counter(tx, job.counter, table.highest)
    entry = audit.AuditEntry(now, source.by, f"{register}.imported", "", source.platform, source.event)
    await audit.add(tx, [entry])


async def _batch(db: Database, job: _Import, batch: list[Line], *, dry_run: bool) -> Decision:
    if dry_run:
        return await job.decide(db, None, batch)

    async def work(tx: Tx) -> Decision:
        decision = await job.decide(tx, tx, batch)
        await job.write(tx, decision)
        return decision

    for attempt in range(ATTEMPTS):
        try:
            return await db.write(work)
        except Conflict:
            # Somebody saved one of these records at the same moment: decide again on what is there now.
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _count(counts: Counts, decision: Decision) -> None:
    counts.rejected += len(decision.rejected)
    for key, outcome in decision.outcomes.items():
        before = decision.groups[key].outcome
        if before is not None:
            counts.records[before] -= 1
        counts.records[outcome] += 1


def _cells(
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


class _Customers:
    """Customers' rows: one with a code is about that customer, one without about who has its name and reach."""

    counter = "customer"

    def __init__(
        self, table: Staged, configuration: Configuration, scratch: Scratch, now: datetime, by: StaffId | None
    ) -> None:
        self._table, self._scratch, self._now, self._by = table, scratch, now, by
        self._names = read_names(configuration.catalogue)
        self._labels = {one.code: one.name for one in configuration.catalogue.customer_types.values()}
        self._last = table.highest

    async def decide(self, db: Reader, tx: Tx | None, batch: list[Line]) -> Decision:
        decision = Decision()
        rows = list(_cells(self._table, batch, decision, "code", parse_code))
        work = _CustomerBatch(decision, self._names, self._labels, remember=self._table.nameless)
        nameless = [cells for _line, _row, cells in rows if "code" not in cells]
        work.known = self._scratch.get({alias for cells in nameless for alias in _aliases(cells)})
        reached = await customers.list_codes_by_reach(db, list({one for cells in nameless for one in reaches(cells)}))
        for reach, code in reached:
            work.reached.setdefault(reach, []).append(code)
        if nameless:
            last = (
                await counters.hold_counter(tx, self.counter) if tx else await counters.read_counter(db, self.counter)
            )
            decision.last_number = max(self._last, last)
        codes = {cells["code"] for _line, _row, cells in rows if "code" in cells}
        codes |= set(work.known.values()) | {code for _reach, code in reached}
        work.olds = await customers.get_customers(db, sorted(codes))
        work.met = self._scratch.get(codes)
        for line, row, cells in rows:
            try:
                work.take(line, cells)
            except InvalidInput as error:
                decision.rejected.append(Rejected(line, row, error))
        work.finish()
        decision.rejected.sort(key=lambda one: one.line)
        return decision

    async def write(self, tx: Tx, decision: Decision) -> None:
        await customers.add_customers(tx, decision.new_customers, self._now)
        for old, new in decision.changed_customers:
            await customers.update_customer(tx, old, new, self._by, self._now)
        if decision.last_number:
            await counters.raise_counter(tx, self.counter, decision.last_number)

    def done(self, decision: Decision) -> None:
        self._last = max(self._last, decision.last_number)
        groups = {key: decision.groups[key].as_text(outcome) for key, outcome in decision.outcomes.items()}
        self._scratch.put(groups | decision.aliases)


def _aliases(cells: Cells) -> list[str]:
    name = parse_name(cells.get("name", "")).casefold()
    return [_alias(name, reach) for reach in reaches(cells)]


def _alias(name: str, reach: str) -> str:
    return f"{name.casefold()}\n{reach}"


@dataclass(slots=True)
class _CustomerBatch:
    """One batch of customers' rows, row by row, over what was read for all of them at once."""

    decision: Decision
    names: Names
    labels: Mapping[str, str]
    remember: bool
    known: Mapping[str, str] = field(default_factory=dict)
    reached: dict[str, list[str]] = field(default_factory=dict)
    olds: Mapping[str, Customer] = field(default_factory=dict)
    met: Mapping[str, str] = field(default_factory=dict)
    merged: dict[str, Customer] = field(default_factory=dict)

    def take(self, line: int, cells: Cells) -> None:
        """One row; InvalidInput where it is not taken, and then nothing of it is."""
        number = self.decision.last_number
        code = CustomerCode(cells["code"]) if "code" in cells else self._find(cells)
        if code is None:
            number += 1
            code = CustomerCode(f"C{number}")
        if (old := self.olds.get(code)) and old.merged_into:
            raise InvalidInput("row_merged", code=code, survivor=old.merged_into)
        group = self.decision.groups.get(code) or _group(self.met.get(code), line)
        made = self._merge(code, group, cells)
        self.decision.last_number = number
        group.rows.append(cells)
        self.decision.groups[code] = group
        self.merged[code] = made
        if self.remember:
            people: list[Customer | Contact] = [made, *made.contacts]
            for reach in (one for who in people for one in (who.phone, who.mobile, who.email) if one):
                alias = _alias(made.name, reach)
                if alias not in self.known:
                    self.decision.aliases.setdefault(alias, code)

    def _merge(self, code: CustomerCode, group: Group, cells: Cells) -> Customer:
        try:
            return merge_customer(self.olds.get(code), code, [*group.rows, cells], self.names, self.labels)
        except InvalidInput as error:
            if error.code == "row_differs":
                error.params["line"] = group.line
            raise

    def _find(self, cells: Cells) -> CustomerCode | None:
        """Whom a row without a code is about: of this table, else of the register; None = somebody new."""
        if "name" not in cells:
            raise InvalidInput("row_name")
        found = reaches(cells)
        if not found:
            raise InvalidInput("row_nameless")
        for alias in _aliases(cells):
            code = self.decision.aliases.get(alias) or self.known.get(alias)
            if code:
                return CustomerCode(code)
        name = parse_name(cells["name"]).casefold()
        codes = {code for reach in found for code in self.reached.get(reach, ())}
        named = sorted((code for code in codes if self.olds[code].name.casefold() == name), key=lambda c: (len(c), c))
        # A signpost only where nobody else is meant: its row is then told where it leads.
        named = [code for code in named if not self.olds[code].merged_into] or named
        # Of several, the one of whom the row says nothing new: that it was made from.
        return (
            CustomerCode(next(filter(lambda code: self._says_nothing(code, cells), named), named[0])) if named else None
        )

    def _says_nothing(self, code: str, cells: Cells) -> bool:
        old = self.olds[code]
        try:
            return merge_customer(old, old.code, [cells], self.names, self.labels) == old
        except InvalidInput:
            return False

    def finish(self) -> None:
        """What is to be written for the rows that were taken."""
        for code, made in self.merged.items():
            old = self.olds.get(code)
            if old is None:
                self.decision.new_customers.append(made)
            elif made != old:
                self.decision.changed_customers.append((old, made))
            self.decision.outcomes[code] = self.decision.groups[code].result(old is None, made != old)


class _Tickets:
    """Tickets' rows: each is about the ticket of its number."""

    counter = "ticket"

    def __init__(
        self, table: Staged, configuration: Configuration, scratch: Scratch, now: datetime, by: StaffId | None
    ) -> None:
        self._table, self._configuration, self._scratch, self._now = table, configuration, scratch, now
        self._by = by
        self._names = read_names(configuration.catalogue)

    async def decide(self, db: Reader, tx: Tx | None, batch: list[Line]) -> Decision:
        decision = Decision()
        rows = list(_cells(self._table, batch, decision, "no", parse_ticket_no))
        nos = sorted({cells["no"] for _line, _row, cells in rows if "no" in cells})
        olds = await tickets.get_tickets(db, nos)
        desk, labels = await self._desk(db, [cells for _line, _row, cells in rows], list(olds.values()))
        met = self._scratch.get(nos)
        made: dict[str, Ticket] = {}
        for line, row, cells in rows:
            try:
                no = parse_ticket_no(cells.get("no", ""))
                group = decision.groups.get(no) or _group(met.get(no), line)
                ticket = merge_ticket(olds.get(no), group.rows[0] if group.rows else cells, desk, labels)
                if group.rows and merge_ticket(ticket, cells, desk, labels) != ticket:
                    raise InvalidInput("no_twice", no=no, line=group.line)
            except InvalidInput as error:
                decision.rejected.append(Rejected(line, row, error))
                continue
            group.rows = group.rows or [cells]
            decision.groups[no], made[no] = group, ticket
        self._finish(decision, olds, made)
        decision.rejected.sort(key=lambda one: one.line)
        return decision

    def _finish(self, decision: Decision, olds: Mapping[str, Ticket], made: Mapping[str, Ticket]) -> None:
        for no, ticket in made.items():
            old = olds.get(no)
            if old is None:
                decision.new_tickets.append(ticket)
            elif ticket != old:
                decision.changed_tickets.append((old, ticket))
            decision.outcomes[no] = decision.groups[no].result(old is None, ticket != old)

    async def _desk(self, db: Reader, rows: list[dict[str, str]], olds: list[Ticket]) -> tuple[Desk, Labels]:
        for cells in rows:
            if "customer" in cells:
                cells["customer"] = digits(cells["customer"]).upper()
        codes = {cells["customer"] for cells in rows if "customer" in cells}
        roads = await customers.find_survivors(db, sorted(codes))
        for cells in rows:
            if cells.get("customer") in roads:
                cells["customer"] = roads[cells["customer"]]
        codes |= {old.customer for old in olds if old.customer} | set(roads.values())
        found = await customers.get_customers(db, sorted(codes))
        names = await staff.staff_names(db)
        # Of two contacts with one name the main one, which stands first, is meant.
        contacts = {
            code: {one.name: one.id for one in reversed(customer.contacts) if one.id is not None}
            for code, customer in found.items()
        }
        people = {name: person for person, name in names.items()}
        projects = self._configuration.projects
        desk = Desk(self._names, projects, people, frozenset(found), contacts, self._now)
        return desk, _labels(self._configuration, names, found)

    async def write(self, tx: Tx, decision: Decision) -> None:
        await tickets.add_tickets(tx, decision.new_tickets)
        for old, new in decision.changed_tickets:
            await tickets.update_ticket(tx, old, new, self._by, self._now)

    def done(self, decision: Decision) -> None:
        self._scratch.put({key: decision.groups[key].as_text(outcome) for key, outcome in decision.outcomes.items()})


def _labels(configuration: Configuration, staff_names: Mapping[StaffId, str], found: Mapping[str, Customer]) -> Labels:
    catalogue = configuration.catalogue
    return Labels(
        {one.code: one.name for one in catalogue.channels.values()},
        # With its number: a sheet takes 7.10 alone for 7.1.
        {one.code: one.label for one in catalogue.subjects.values()},
        staff_names,
        {one.id: one.name for customer in found.values() for one in customer.contacts if one.id is not None},
    )


async def export_customers(
    db: Database, configuration: Configuration, sink: Sink, advance: Callable[[int], None] = lambda rows: None
) -> int:
    """Every customer as rows that the import understands; returns how many customers."""
    columns = column_names(Register.CUSTOMERS)
    labels = {one.code: one.name for one in configuration.catalogue.customer_types.values()}
    sink.write(columns)
    count, code = 0, ""
    while page := await customers.list_customers_after(db, code, PAGE):
        for customer in page:
            for row in customer_rows(customer, labels):
                sink.write([row.get(column, "") for column in columns])
        count, code = count + len(page), page[-1].code
        advance(len(page))
    return count


async def export_tickets(
    db: Database, configuration: Configuration, sink: Sink, advance: Callable[[int], None] = lambda rows: None
) -> int:
    """Every ticket as a row that the import understands; returns how many."""
    columns = column_names(Register.TICKETS)
    names = await staff.staff_names(db)
    sink.write(columns)
    count, no = 0, ""
    while page := await tickets.list_tickets_after(db, no, PAGE):
        found = await customers.get_customers(db, sorted({one.customer for one in page if one.customer}))
        labels = _labels(configuration, names, found)
        for ticket in page:
            row = ticket_row(ticket, labels)
            sink.write([row.get(column, "") for column in columns])
        count, no = count + len(page), page[-1].no
        advance(len(page))
    return count
