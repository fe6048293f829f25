"""Imports and exports of customers: rows change the register batch by batch, and the register is
written as rows.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from domain.configuration import Configuration
from domain.customers.records import Contact, Customer, CustomerCode
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tables.columns import NOTED, column_label, column_names
from domain.tables.customers import (
    check_row,
    contact_details_in,
    customer_rows,
    finished,
    is_about,
    merge_customer,
    news,
    row_name,
)
from domain.tables.merge import CustomerMerge, is_blank, is_unknown
from domain.tables.tables import (
    Cells,
    Names,
    RecordOutcome,
    Register,
    Remark,
    read_names,
)
from domain.text import digits
from domain.tickets.references import read_code
from store.customers import records as customers
from store.engine.database import Database, Reader, Tx
from store.engine.scratch import Scratch
from store.records import counters
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
from store.tables.tables import Place, Sink, Staged, TableRow

MOST_ROWS = 1000
"""Rows of one table about one customer; a table that brings more is not about customers."""


class CustomerImport(ImportRules):
    """Customers' rows: one with a code is about that customer, one without about who has its name
    and a telephone or e-mail.

    A row without either is about the customer of its name of whom it says nothing new, else about a
    new one; so is a row whose code belongs to somebody else."""

    counter = "customer"

    def __init__(
        self,
        table: Staged,
        configuration: Configuration,
        scratch: Scratch,
        now: datetime,
        by: StaffId | None,
    ) -> None:
        self._table = table
        self._scratch = scratch
        self._now = now
        self._by = by
        self._names = read_names(configuration.catalogue)
        self._labels = configuration.catalogue.type_names
        self._last = table.highest
        self._last_code = ""

    async def decide(self, db: Reader, tx: Tx | None, batch: list[TableRow]) -> Decision:
        decision = Decision(last_code=self._last_code)
        rows = self._read(batch, decision)
        codes = {row.cells["code"] for row in rows if "code" in row.cells}
        if self._last_code:
            codes.add(self._last_code)
        olds = await customers.get_customers(db, sorted(codes))
        work = _CustomerBatch(
            decision,
            self._names,
            self._labels,
            self._scratch.get(codes),
            olds,
            self._table.nameless,
        )
        if strangers := work.strangers(rows):
            await self._look_up(db, work, strangers)
            decision.last_number = max(self._last, await self._last_number(db, tx))
        await self._follow_merges(db, work)
        for row in rows:
            try:
                work.take(row)
            except InvalidInput as error:
                decision.rejected.append(Rejected(row.line.place, row.line.cells, error))
        work.finish()
        return decision

    def _read(self, batch: list[TableRow], decision: Decision) -> "list[_Row]":
        """The rows of which a customer can be made, their code in its one form."""
        rows = []
        name = self._table.columns.places.get("name", ())
        for line, cells in cells_of(self._table, batch, decision):
            try:
                if "name" not in cells and not set(name).isdisjoint(line.formulas):
                    raise InvalidInput("row_formula")
                check_row(cells)
            except InvalidInput as error:
                decision.rejected.append(Rejected(line.place, line.cells, error))
                continue
            if remark := _read_code(cells):
                decision.remarked.append(Remarked(line.place, remark))
            rows.append(_Row(line, cells))
        return rows

    async def _last_number(self, db: Reader, tx: Tx | None) -> int:
        if tx is not None:
            return await counters.hold_counter(tx, self.counter)
        return await counters.read_counter(db, self.counter)

    async def _follow_merges(self, db: Reader, work: "_CustomerBatch") -> None:
        """The customers to whom merged codes lead."""
        merged = [code for code, old in work.olds.items() if old.merged_into]
        if merged:
            work.survivors = await customers.find_survivors(db, sorted(merged))
            codes = set(work.survivors.values())
            work.olds |= await customers.get_customers(db, sorted(codes - work.olds.keys()))
            work.met |= self._scratch.get(codes)

    async def _look_up(
        self, db: Reader, work: "_CustomerBatch", rows: list[dict[str, str]]
    ) -> None:
        """Who may be meant by rows that no code leads to."""
        work.known = self._scratch.get({alias for cells in rows for alias in _aliases(cells)})
        details: set[str] = set()
        names: set[str] = set()
        for cells in rows:
            found = contact_details_in(cells)
            details.update(found)
            if not found:
                names.add(row_name(cells))
        for detail, code in await customers.list_codes_by_contact_details(db, list(details)):
            work.reached[detail].append(code)
        for name, code in await customers.list_codes_by_name(db, sorted(names - {""})):
            work.named[name].append(code)
        codes = set(work.known.values())
        codes.update(*work.reached.values(), *work.named.values())
        work.olds |= await customers.get_customers(db, sorted(codes - work.olds.keys()))
        work.met |= self._scratch.get(codes)

    async def write(self, tx: Tx, decision: Decision) -> None:
        await customers.add_customers(tx, decision.new_customers, self._now)
        for old, new in decision.changed_customers:
            await customers.update_customer(tx, old, new, self._by, self._now)
        if decision.last_number:
            await counters.raise_counter(tx, self.counter, decision.last_number)

    def done(self, decision: Decision) -> None:
        self._last = max(self._last, decision.last_number)
        self._last_code = decision.last_code
        self._scratch.put(decision.remembered() | decision.aliases)


def _read_code(cells: dict[str, str]) -> Remark | None:
    """Put the row's code into its one form, or among what is noted where it is none; what is to be
    told of it.
    """
    text = cells.pop("code", "")
    if is_blank(text) or is_unknown(text):
        return None
    code = read_code(text, bare=True)
    if code is None:
        _note_code(cells, text)
        return Remark("code_noted", "code", text)
    cells["code"] = code
    if digits(text).upper() == code:
        return None
    return Remark("cell_read", "code", text, (("code", code),))


def _note_code(cells: dict[str, str], text: str) -> None:
    cells[f"{NOTED}{column_label(Register.CUSTOMERS, 'code')}"] = text


def _aliases(cells: Cells) -> list[str]:
    """What this table knows the row's customer by: its name with each telephone and e-mail, or all
    that it says.
    """
    found = contact_details_in(cells)
    if not found:
        whole = json.dumps(sorted(cells.items())).encode()
        return [f"row\n{blake2b(whole, digest_size=16).hexdigest()}"]
    return [_alias(row_name(cells), detail) for detail in found]


def _alias(name: str, detail: str) -> str:
    return f"{name.casefold()}\n{detail}"


@dataclass(slots=True)
class _Row:
    """A row with its cells; `own_code` = the customer of its code is the one that it is about."""

    line: TableRow
    cells: dict[str, str]
    own_code: bool = True


@dataclass(slots=True)
class _CustomerBatch:
    """One batch of customers' rows, row by row, over what was read for all of them at once.

    `met` = what the scratch file remembers of codes that this table named before; `olds` = the
    records of the register; `survivors` = where merged codes lead. `known` = codes by what this
    table knows a customer by, `reached` and `named` = codes of the register by telephone or e-mail,
    and by name. `merges` = the records while rows are laid over them, `merged` = as they are now.
    `remember` = later rows may name a customer without its code.
    """

    decision: Decision
    names: Names
    labels: Mapping[str, str]
    met: dict[str, str]
    olds: dict[str, Customer]
    remember: bool
    survivors: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    reached: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    merges: dict[str, CustomerMerge] = field(default_factory=dict)
    merged: dict[str, Customer] = field(default_factory=dict)

    def strangers(self, rows: "list[_Row]") -> list[dict[str, str]]:
        """What those rows say that no code leads to, or a code that is somebody else's."""
        first: dict[str, Customer] = {}
        found = []
        for row in rows:
            code = row.cells.get("code")
            if code is None:
                if not row.line.continues:
                    found.append(row.cells)
                continue
            holder = self.olds.get(code) or first.get(code) or self._met_customer(code)
            if holder is None:
                name = " ".join(row.cells.get("name", "").split())
                first[code] = Customer(CustomerCode(code), name)
            elif not is_about(holder, row.cells):
                row.own_code = False
                found.append(_without_code(row.cells))
        return found

    def _met_customer(self, code: str) -> Customer | None:
        """Whom earlier rows of this table made of a code that is not in the register."""
        return self._merge_of(code).made() if code in self.met else None

    def take(self, row: _Row) -> None:
        """One row; InvalidInput where it is not taken, and then nothing of it is."""
        found, cells, told = self._whose(row)
        number = self.decision.last_number + (found is None)
        code = found or CustomerCode(f"C{number}")
        group = self._group(code, row.line.place)
        if len(group.rows) >= MOST_ROWS:
            raise InvalidInput("row_contacts", limit=MOST_ROWS)
        merge = self._merge_of(code)
        remarks = merge.lay(cells, place_name(row.line.place))
        try:
            made = finished(merge)
        except InvalidInput:
            del self.merges[code]
            raise
        self.merged[code] = made
        self.decision.last_number = number
        self.decision.last_code = code
        group.rows.append(cells)
        self.decision.groups[code] = group
        told = [replace(one, read=(("code", code),)) for one in told]
        self.decision.remarked += [Remarked(row.line.place, one) for one in (*told, *remarks)]
        if self.remember or "code" not in cells:
            self._remember(code, made, cells)

    def _whose(self, row: _Row) -> tuple[CustomerCode | None, dict[str, str], list[Remark]]:
        """Whom the row is about (None = somebody new), what it says of them, and what is to be told
        of its code.
        """
        cells = row.cells
        told: list[Remark] = []
        if not row.own_code:
            code = cells["code"]
            holder = self.olds.get(code)
            told.append(Remark("code_taken", "code", code, other=holder.name if holder else ""))
            cells = _without_code(cells)
        code = cells.get("code", "")
        if not code and row.line.continues:
            code = self.decision.last_code
        if not code:
            code = self._find(cells) or ""
        old = self.olds.get(code)
        if old is not None and old.merged_into:
            told.append(Remark("code_merged", "code", code))
            cells = news(cells, old, self.names, self.labels)
            code = self.survivors.get(code, code)
        return CustomerCode(code) if code else None, cells, told

    def _find(self, cells: Cells) -> CustomerCode | None:
        """Whom a row without a code is about: of this table, else of the register; None = somebody
        new.
        """
        if "name" not in cells:
            raise InvalidInput("row_name")
        name = row_name(cells)
        found = contact_details_in(cells)
        if not name and not found:
            raise InvalidInput("row_nameless")
        for alias in _aliases(cells):
            code = self.decision.aliases.get(alias) or self.known.get(alias)
            if code:
                return CustomerCode(code)
        if found:
            code = self._of_details(name, found, cells)
        else:
            # By its name alone only somebody is meant of whom the row says nothing new.
            code = self._first_silent(self._named(name), cells)
        return CustomerCode(code) if code else None

    def _of_details(self, name: str, found: Sequence[str], cells: Cells) -> str | None:
        """The customer of that name who has one of these telephones and e-mails."""
        codes = {code for detail in found for code in self.reached.get(detail, ())}
        named = _in_order(code for code in codes if self._is_called(code, name))
        # A merged record only where nobody else is meant.
        standing = [code for code in named if not self.olds[code].merged_into]
        named = standing or named
        # Of several, the one of whom the row says nothing new: that it was made from.
        return self._first_silent(named, cells) or next(iter(named), None)

    def _first_silent(self, codes: Iterable[str], cells: Cells) -> str | None:
        """The first of these customers of whom a row says nothing new."""
        return next((code for code in codes if self._says_nothing(code, cells)), None)

    def _named(self, name: str) -> list[str]:
        """Customers of the register with this name, but for those that this table has just made."""
        called = [code for code in self.named.get(name, ()) if self._is_called(code, name)]
        standing = [code for code in called if not self.olds[code].merged_into]
        return _in_order(code for code in standing if not self._is_new(code))

    def _is_called(self, code: str, name: str) -> bool:
        return self.olds[code].name.casefold() == name

    def _is_new(self, code: str) -> bool:
        if code not in self.met:
            return False
        return group_of(self.met[code], Place(0, 0)).outcome is RecordOutcome.NEW

    def _says_nothing(self, code: str, cells: Cells) -> bool:
        old = self.olds[code]
        merged = merge_customer(old, old.code, [cells], self.names, self.labels)
        return merged == old

    def _group(self, code: str, place: Place) -> RecordRows:
        return self.decision.groups.get(code) or group_of(self.met.get(code), place)

    def _merge_of(self, code: str) -> CustomerMerge:
        """The record with all rows about it that are taken so far."""
        if code not in self.merges:
            merge = CustomerMerge(self.olds.get(code), CustomerCode(code), self.names, self.labels)
            group = self._group(code, Place(0, 0))
            for cells in group.rows:
                merge.lay(cells, place_name(group.place))
            self.merges[code] = merge
        return self.merges[code]

    def _remember(self, code: str, made: Customer, cells: Cells) -> None:
        """By what later rows without a code lead to this customer."""
        people: list[Customer | Contact] = [made, *made.contacts]
        reached = [one for who in people for one in (who.phone, who.mobile, who.email) if one]
        aliases = [_alias(made.name, detail) for detail in reached]
        if "code" not in cells and not contact_details_in(cells):
            aliases += _aliases(cells)
        for alias in aliases:
            if alias not in self.known:
                self.decision.aliases.setdefault(alias, code)

    def finish(self) -> None:
        """What all of it comes to for each customer."""
        for code, made in self.merged.items():
            old = self.olds.get(code)
            if old is None:
                self.decision.new_customers.append(made)
            elif made != old:
                self.decision.changed_customers.append((old, made))
            group = self.decision.groups[code]
            self.decision.outcomes[code] = group.result(old is None, made != old)


def _in_order(codes: Iterable[str]) -> list[str]:
    """Codes by their numbers."""
    return sorted(codes, key=lambda code: (len(code), code))


def _without_code(cells: Cells) -> dict[str, str]:
    """The row as one whose code is no more than a note."""
    rest = {column: text for column, text in cells.items() if column != "code"}
    _note_code(rest, cells["code"])
    return rest


async def export_customers(
    db: Database,
    configuration: Configuration,
    sink: Sink,
    advance: Callable[[int], None] = lambda rows: None,
) -> int:
    """Every customer as rows that the import understands; returns how many customers."""
    columns = column_names(Register.CUSTOMERS)
    labels = configuration.catalogue.type_names
    sink.write(columns)
    count = 0
    code = ""
    while page := await customers.list_customers_after(db, code, PAGE):
        for customer in page:
            for row in customer_rows(customer, labels):
                sink.write([row.get(column, "") for column in columns])
        count += len(page)
        code = page[-1].code
        advance(len(page))
    return count
