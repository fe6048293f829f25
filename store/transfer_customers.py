"""Customers in and out: rows laid over the register batch by batch, and the register written as rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.configuration import Configuration
from domain.customers import Contact, Customer, CustomerCode
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.transfer import Cells, Names, Register, column_names, read_names
from domain.transfer_customers import customer_rows, merge_customer, parse_code, parse_name, reaches
from store import counters, customers
from store.database import Database, Reader, Tx
from store.scratch import Scratch
from store.tables import Sink, Staged
from store.transfer_batches import PAGE, Decision, Group, Import, Line, Rejected, cells_of, group_of


class CustomerImport(Import):
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
        rows = list(cells_of(self._table, batch, decision, "code", parse_code))
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
        group = self.decision.groups.get(code) or group_of(self.met.get(code), line)
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
