"""Imports and exports of tickets: rows change the register batch by batch, and the register is
written as rows.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from domain.configuration import Configuration
from domain.customers.records import Customer
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tables.columns import column_names
from domain.tables.tables import Register, Remark, read_names
from domain.tables.tickets import (
    CellLookups,
    Labels,
    merge_ticket,
    parse_ticket_no,
    ticket_row,
)
from domain.text import digits
from domain.tickets.records import Ticket, TicketNo
from domain.tickets.references import read_code
from store import staff, ticket_saves
from store.customers import records as customers
from store.engine.database import Database, Reader, Tx
from store.engine.scratch import Scratch
from store.records.save_context import SaveContext
from store.tables.batches import (
    PAGE,
    Decision,
    ImportRules,
    RecordRows,
    Rejected,
    Remarked,
    cells_of,
    group_of,
    place_name,
)
from store.tables.tables import Sink, Staged, TableRow
from store.tickets import records as tickets


class TicketImport(ImportRules):
    """Tickets' rows: each is about the ticket of its number."""

    counter = "ticket"

    def __init__(
        self,
        table: Staged,
        configuration: Configuration,
        scratch: Scratch,
        now: datetime,
        by: StaffId | None,
    ) -> None:
        self._table = table
        self._configuration = configuration
        self._scratch = scratch
        self._now = now
        self._by = by
        self._names = read_names(configuration.catalogue)

    async def decide(self, db: Reader, tx: Tx | None, batch: list[TableRow]) -> Decision:
        decision = Decision()
        rows = [
            (line, cells)
            for line, cells in cells_of(self._table, batch, decision)
            if _read_keys(line, cells, decision)
        ]
        nos = sorted({cells["no"] for _line, cells in rows})
        olds = await tickets.get_tickets(db, nos)
        desk, labels = await self._desk(db, [cells for _line, cells in rows], list(olds.values()))
        met = self._scratch.get(nos)
        made: dict[str, Ticket] = {}
        for line, cells in rows:
            no = TicketNo(cells["no"])
            group = decision.groups.get(no) or group_of(met.get(no), line.place)
            try:
                made[no] = _merged(olds.get(no), group, cells, desk, labels)
            except InvalidInput as error:
                decision.rejected.append(Rejected(line.place, line.cells, error))
                continue
            group.rows = group.rows or [cells]
            decision.groups[no] = group
        self._finish(decision, olds, made)
        return decision

    def _finish(
        self, decision: Decision, olds: Mapping[str, Ticket], made: Mapping[str, Ticket]
    ) -> None:
        for no, ticket in made.items():
            old = olds.get(no)
            if old is None:
                decision.new_tickets.append(ticket)
            elif ticket != old:
                decision.changed_tickets.append((old, ticket))
            decision.outcomes[no] = decision.groups[no].result(old is None, ticket != old)

    async def _desk(
        self, db: Reader, rows: list[dict[str, str]], olds: list[Ticket]
    ) -> tuple[CellLookups, Labels]:
        codes = {cells["customer"] for cells in rows if "customer" in cells}
        survivors = await customers.find_survivors(db, sorted(codes))
        for cells in rows:
            if cells.get("customer") in survivors:
                cells["customer"] = survivors[cells["customer"]]
        codes.update(old.customer for old in olds if old.customer)
        codes.update(survivors.values())
        found = await customers.get_customers(db, sorted(codes))
        names = await staff.staff_names(db)
        contacts = {code: _contacts_by_name(customer) for code, customer in found.items()}
        people = {name: person for person, name in names.items()}
        projects = self._configuration.projects
        desk = CellLookups(
            self._names,
            projects,
            people,
            frozenset(found),
            contacts,
            self._now,
            self._configuration.calendar,
        )
        return desk, _labels(self._configuration, names, found)

    async def write(self, tx: Tx, decision: Decision) -> None:
        context = SaveContext(self._configuration, self._by, self._now, late=True)
        await ticket_saves.add_tickets(tx, decision.new_tickets, context)
        for old, new in decision.changed_tickets:
            await ticket_saves.update_imported(tx, old, new, context)

    def done(self, decision: Decision) -> None:
        self._scratch.put(decision.remembered())


def _read_keys(line: TableRow, cells: dict[str, str], decision: Decision) -> bool:
    """Put the ticket's number, its customer's code and the address for replies into their one form.

    False where there is no number: the row is rejected. What cannot be read of the others is
    refused with its field."""
    try:
        cells["no"] = parse_ticket_no(cells.get("no", ""))
    except InvalidInput as error:
        decision.rejected.append(Rejected(line.place, line.cells, error))
        return False
    text = cells.get("customer", "")
    code = read_code(text, bare=True)
    if code is not None:
        cells["customer"] = code
        if digits(text).upper() != code:
            remark = Remark("cell_read", "customer", text, (("customer", code),))
            decision.remarked.append(Remarked(line.place, remark))
    return True


def _merged(
    old: Ticket | None,
    group: RecordRows,
    cells: dict[str, str],
    desk: CellLookups,
    labels: Labels,
) -> Ticket:
    """The ticket after one more row about it: the first speaks for it, a later one may only repeat
    that.
    """
    if not group.rows:
        return merge_ticket(old, cells, desk, labels)
    ticket = merge_ticket(old, group.rows[0], desk, labels)
    if merge_ticket(ticket, cells, desk, labels) != ticket:
        raise InvalidInput("no_twice", no=ticket.no, line=place_name(group.place))
    return ticket


def _contacts_by_name(customer: Customer) -> dict[str, int]:
    """The ids of a customer's contacts; of two with one name that of the main one is meant."""
    # The main one stands first, so it is laid over the others.
    return {one.name: one.id for one in reversed(customer.contacts) if one.id is not None}


def _labels(
    configuration: Configuration, staff_names: Mapping[StaffId, str], found: Mapping[str, Customer]
) -> Labels:
    catalogue = configuration.catalogue
    return Labels(
        {one.code: one.name for one in catalogue.channels.values()},
        # With its number: a sheet takes 7.10 alone for 7.1.
        {one.code: one.label for one in catalogue.subjects.values()},
        staff_names,
        {
            one.id: one.name
            for customer in found.values()
            for one in customer.contacts
            if one.id is not None
        },
    )


async def export_tickets(
    db: Database,
    configuration: Configuration,
    sink: Sink,
    advance: Callable[[int], None] = lambda rows: None,
) -> int:
    """Every ticket as a row that the import understands; returns how many."""
    columns = column_names(Register.TICKETS)
    names = await staff.staff_names(db)
    sink.write(columns)
    count = 0
    no = ""
    while page := await tickets.list_tickets_after(db, no, PAGE):
        found = await customers.get_customers(
            db, sorted({one.customer for one in page if one.customer})
        )
        labels = _labels(configuration, names, found)
        for ticket in page:
            row = ticket_row(ticket, labels)
            sink.write([row.get(column, "") for column in columns])
        count += len(page)
        no = page[-1].no
        advance(len(page))
    return count
