"""Tickets of which nobody says to which request they belong (the demo's, those of an import) are
put on their requests.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import chain

from domain.customers.records import CustomerCode
from domain.owed.contracts import Contract, has_begun
from domain.owed.requests import Life, Placement, Request, RequestKind, place, rejoin
from domain.owed.rules import Owed
from domain.owed.settling import settle
from domain.tickets.records import Status, Ticket
from store.engine.database import Reader, Tx, is_one_of
from store.engine.rows import column
from store.owed import contracts, requests
from store.owed import rows as owed
from store.records import counters
from store.records.save_context import SaveContext
from store.tickets.records import get_tickets


async def place_tickets(
    tx: Tx,
    tickets: Sequence[Ticket],
    context: SaveContext,
    corrected: Collection[str] = (),
) -> int:
    """Hang tickets that are saved already, as if each had been in its turn; returns how many
    requests that made. `corrected` = those whose customer was another before.

    What is where it belongs stays there. One that may end what is owed on several requests is put
    nowhere until an officer says: a wrong guess would end a chain in silence (docs/decisions/0016).
    """
    # One that was voided stays on its request, for the day it is restored.
    standing = [ticket for ticket in tickets if ticket.status is not Status.VOIDED]
    nos = [ticket.no for ticket in standing]
    request_of = await requests.find_requests_of(tx, nos)
    belonging = {ticket.no: ticket for ticket in standing if _kind(ticket, context)}
    for no in request_of.keys() - belonging.keys():
        await requests.set_request(tx, no, None, context)
    if not belonging:
        return 0
    in_turn = sorted(belonging.values(), key=_turn)
    placing = await _begin_placing(tx, in_turn, context)
    placing.corrected = corrected
    placing.known = request_of.keys() | await owed.list_known(tx, nos)
    for ticket in in_turn:
        placing.take(ticket, request_of.get(ticket.no))
    await placing.write(tx, request_of)
    return len(placing.new)


async def place_strays(tx: Tx, customers: Sequence[str], context: SaveContext) -> None:
    """Tickets that are on a request of one of these customers and are another's, as the undoing of
    a merge leaves them, go to a request of their own customer, or take theirs along.
    """
    of_these = is_one_of("r.customer_code", customers)
    rows = await tx.fetch(
        "SELECT t.no FROM requests r JOIN request_tickets h ON h.request_id = r.id "
        "JOIN tickets t ON t.no = h.ticket_no "
        f"WHERE {of_these} AND t.customer_code <> r.customer_code AND t.status <> 'voided'",
        *customers,
    )
    found = await get_tickets(tx, [row["no"] for row in rows])
    for ticket in found.values():
        await requests.ticket_corrected(tx, ticket, ticket, context)
    await place_tickets(tx, [*found.values()], context)


async def place_merged(
    tx: Tx,
    survivor: str,
    moved: Collection[int],
    context: SaveContext,
) -> None:
    """A ticket that names the contract of a request which was the other record's before the merge
    goes to that request; `moved` = the requests that came with the merge.
    """
    rows = await tx.fetch(
        "SELECT t.no, h.request_id AS here, c.request_id AS there "
        "FROM requests r JOIN request_tickets h ON h.request_id = r.id "
        "JOIN tickets t ON t.no = h.ticket_no JOIN contracts c ON c.no = t.contract_no "
        "JOIN requests o ON o.id = c.request_id AND o.kind = r.kind AND o.id <> r.id "
        "WHERE r.customer_code = ? AND o.customer_code = ? AND t.status <> 'voided' ORDER BY t.no",
        survivor,
        survivor,
    )
    for row in rows:
        came = row["here"] in moved
        if came != (row["there"] in moved):
            await requests.set_request(tx, row["no"], int(row["there"]), context)


async def place_left(
    tx: Tx,
    after: str,
    limit: int,
    context: SaveContext,
) -> list[str]:
    """Put tickets that belong to a request and are on none where they belong, those of so many
    customers; returns the codes of these, in their order.

    They are of an older release, or of subjects that make no request until now. What waits for an
    officer to say where it belongs goes on waiting."""
    subjects = _subjects(context)
    unplaced = (
        f"FROM tickets t WHERE {is_one_of('t.subject', subjects)} AND t.status <> 'voided' "
        "AND NOT EXISTS (SELECT 1 FROM request_tickets h WHERE h.ticket_no = t.no)"
    )
    rows = await tx.fetch(
        f"SELECT DISTINCT t.customer_code {unplaced} AND t.customer_code > ? "
        f"ORDER BY t.customer_code LIMIT {int(limit)}",
        *subjects,
        after,
    )
    codes = column(rows, "customer_code")
    if not codes:
        return []
    of_these = is_one_of("t.customer_code", codes)
    rows = await tx.fetch(f"SELECT t.no {unplaced} AND {of_these}", *subjects, *codes)
    found = await get_tickets(tx, column(rows, "no"))
    await place_tickets(tx, [*found.values()], replace(context, late=True))
    return codes


def _subjects(context: SaveContext) -> list[str]:
    steps = context.configuration.steps
    return sorted(chain.from_iterable(map(steps.subjects, steps.kinds)))


async def is_placed(db: Reader, context: SaveContext) -> bool:
    """Whether tickets were put on requests by the subjects that belong to one now."""
    row = await db.fetch_one("SELECT digest FROM placed_subjects")
    return row is not None and row["digest"] == _digest(context)


async def note_placed(tx: Tx, context: SaveContext) -> None:
    """Note that they were."""
    await tx.execute("DELETE FROM placed_subjects")
    await tx.execute(
        "INSERT INTO placed_subjects (digest) VALUES (?) ON CONFLICT DO NOTHING", _digest(context)
    )


def _digest(context: SaveContext) -> str:
    return sha256(" ".join(_subjects(context)).encode()).hexdigest()


def _kind(ticket: Ticket, context: SaveContext) -> RequestKind | None:
    if not ticket.customer:
        return None
    return context.configuration.steps.find_kind(ticket.subject)


def _turn(ticket: Ticket) -> tuple[datetime, str]:
    """Tickets come to their requests in the order in which they were created."""
    return ticket.created_at, ticket.no


async def _begin_placing(tx: Tx, tickets: Sequence[Ticket], context: SaveContext) -> "_Placing":
    """What is there already of the customers and contracts of these tickets."""
    codes = {ticket.customer for ticket in tickets if ticket.customer}
    named = [ticket.contract_no for ticket in tickets]
    placing = _Placing(context, await counters.read_counter(tx, "request"))
    for life in await requests.list_by_customers(tx, sorted(codes)):
        placing.know(life)
    placing.taken = await contracts.list_existing(tx, named)
    return placing


@dataclass(slots=True)
class _Placing:
    """The requests of some customers while tickets are put on them, one by one.

    `last` = the last number given; `taken` = numbers of contracts that nobody else can have; `new`
    = requests that are yet to be written; `chosen` = by ticket the request that it is put on, None
    where an officer has to say; `known` = tickets that were on a request, or that something owed is
    known by; `corrected` = tickets whose customer was another before."""

    context: SaveContext
    last: int
    taken: set[str] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    contracts: list[Contract] = field(default_factory=list)
    chosen: dict[str, int | None] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    corrected: Collection[str] = ()
    _lives: dict[tuple[CustomerCode, RequestKind], list[Life]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _stored_owed: dict[int, tuple[Owed, ...]] = field(default_factory=dict)

    def know(self, life: Life) -> None:
        """A request that was there before."""
        self._lives[life.request.customer, life.request.kind].append(life)
        self._stored_owed[life.request.id] = life.owed

    def take(self, ticket: Ticket, current: int | None) -> None:
        """Find the request of a ticket, which is on `current` or on none yet."""
        kind = _kind(ticket, self.context)
        assert kind is not None
        assert ticket.customer is not None
        own = self._lives[ticket.customer, kind]
        stays = [life for life in own if life.request.id == current and life.may_hold(ticket)]
        found = self._placement(ticket, own, stays)
        if found.waits:
            self.chosen[ticket.no] = None
            return
        if found.life in stays:
            return
        life = found.life or self._begin(own, ticket, kind)
        self.chosen[ticket.no] = life.request.id
        at = own.index(life)
        own[at] = self._with_ticket(life, ticket)

    def _placement(self, ticket: Ticket, own: Sequence[Life], stays: Sequence[Life]) -> Placement:
        """Where a ticket belongs; `stays` = the request that it is on, if it may stay there."""
        if stays and ticket.no not in self.corrected:
            return Placement(stays[0])
        rules = self.context.rules.values()
        ends = [rule.name for rule in rules if ticket.subject in rule.ends]
        steps = self.context.configuration.steps
        if stays:
            return rejoin(steps, ticket, stays[0], own, ends, ticket.created_at)
        return place(steps, ticket, own, ends, ticket.created_at)

    def _begin(self, own: list[Life], ticket: Ticket, kind: RequestKind) -> Life:
        assert ticket.customer is not None
        self.last += 1
        request = Request(
            id=self.last,
            kind=kind,
            customer=ticket.customer,
            started_at=ticket.created_at,
            touched_at=ticket.created_at,
        )
        life = Life(request)
        own.append(life)
        self.new.add(self.last)
        return life

    def _with_ticket(self, life: Life, ticket: Ticket) -> Life:
        """The request with one ticket more, the contract that it names, and what is owed by
        then.
        """
        contract = life.contract or self._contract(life, ticket)
        tickets = sorted((*life.tickets, ticket), key=_turn)
        request = replace(life.request, touched_at=ticket.closed_at or ticket.created_at)
        # Rows that are not stored yet have no id to be told apart by: each time all follows anew
        # from those that are.
        before = self._stored_owed.get(request.id, ())
        changed = settle(
            self.context.rules.values(),
            tickets,
            before,
            request.id,
            requests.agreed_days(contract),
        )
        changed_ids = {row.id for row in changed if row.id}
        unchanged = [row for row in before if row.id not in changed_ids]
        return replace(
            life,
            request=request,
            tickets=tuple(tickets),
            contract=contract,
            owed=(*unchanged, *changed),
        )

    def _contract(self, life: Life, ticket: Ticket) -> Contract | None:
        """The contract that a ticket names, where nobody has it and its year has begun."""
        no = ticket.contract_no
        if not no or no in self.taken or not has_begun(no, self.context.today):
            return None
        self.taken.add(no)
        made = Contract(
            no=no,
            request_id=life.request.id,
            contact_id=ticket.contact_id,
            signed_on=ticket.contract_on,
            projects=ticket.projects,
            data_years=ticket.data_years,
            purpose=ticket.purpose,
        )
        self.contracts.append(made)
        return made

    async def write(self, tx: Tx, request_of: dict[str, int]) -> None:
        """Write the requests that are new, and what was put on those that were there."""
        await counters.raise_counter(tx, "request", self.last)
        for life in chain.from_iterable(self._lives.values()):
            if life.request.id in self.new:
                await self._write_new(tx, life)
        for contract in self.contracts:
            if contract.request_id not in self.new:
                await requests.add_contract(tx, contract, self.context)
        for no, request_id in self.chosen.items():
            moved = request_id != request_of.get(no)
            if moved and request_id not in self.new:
                await requests.set_request(tx, no, request_id, self.context)

    async def _write_new(self, tx: Tx, life: Life) -> None:
        context = self.context
        await requests.add_request(tx, life.request)
        if life.contract:
            await contracts.add_contract(tx, life.contract, context.by, life.request.touched_at)
        new = [ticket.no for ticket in life.tickets if ticket.no not in self.known]
        await tx.execute_many(
            "INSERT INTO request_tickets (ticket_no, request_id) VALUES (?, ?)",
            [(no, life.request.id) for no in new],
        )
        if len(new) < len(life.tickets):
            for ticket in life.tickets:
                await requests.set_request(tx, ticket.no, life.request.id, context)
            return
        await owed.save(
            tx,
            [requests.as_begun(row, context) for row in life.owed],
            context.rules,
            context.calendar,
            context.now,
        )
