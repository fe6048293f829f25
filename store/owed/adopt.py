"""Tickets that came without a word on where they belong (the demo's, an import's) put on their
requests.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.customers.records import CustomerCode
from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.owed.contracts import DUE_DATES, Contract, check_year
from domain.owed.requests import Life, Request, RequestKind, place
from domain.owed.rules import Owed, settle
from domain.tickets.records import Status, Ticket
from store.engine.database import Tx
from store.owed import contracts, requests
from store.owed import rows as owed
from store.records import counters
from store.records.save_context import SaveContext


async def adopt(tx: Tx, tickets: Sequence[Ticket], context: SaveContext) -> int:
    """Hang tickets that are saved already, as if each had been in its turn; returns how many
    requests that made.

    What is where it belongs stays there. One that may end what is owed on several requests is put
    nowhere until an officer says: a wrong guess would end a chain in silence (docs/decisions/0016).
    """
    # One that was voided stays on its request, for the day it is restored.
    standing = [ticket for ticket in tickets if ticket.status is not Status.VOIDED]
    request_of = await requests.find_requests_of(tx, [ticket.no for ticket in standing])
    belonging = {ticket.no: ticket for ticket in standing if _kind(ticket, context)}
    for no in request_of.keys() - belonging.keys():
        await requests.set_request(tx, no, None, context)
    if not belonging:
        return 0
    codes = sorted({ticket.customer for ticket in belonging.values() if ticket.customer})
    adoption = _Adoption(context, await counters.read_counter(tx, "request"))
    for life in await requests.list_by_customers(tx, codes):
        adoption.know(life)
    adoption.taken = await contracts.list_existing(
        tx, [each.contract_no for each in belonging.values()]
    )
    for ticket in sorted(belonging.values(), key=lambda ticket: (ticket.created_at, ticket.no)):
        adoption.take(ticket, request_of.get(ticket.no))
    await adoption.write(tx, request_of)
    return len(adoption.new)


def _kind(ticket: Ticket, context: SaveContext) -> RequestKind | None:
    return context.configuration.steps.find_kind(ticket.subject) if ticket.customer else None


@dataclass(slots=True)
class _Adoption:
    """The requests of some customers while tickets are put on them, one by one; `last` = the last
    number given.
    """

    context: SaveContext
    last: int
    taken: set[str] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    contracts: list[Contract] = field(default_factory=list)
    chosen: dict[str, int | None] = field(default_factory=dict)
    _lives: dict[tuple[CustomerCode, RequestKind], list[Life]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _owed: dict[int, tuple[Owed, ...]] = field(default_factory=dict)

    def know(self, life: Life) -> None:
        """A request that was there before."""
        self._lives[life.request.customer, life.request.kind].append(life)
        self._owed[life.request.id] = life.owed

    def take(self, ticket: Ticket, current: int | None) -> None:
        """Find the request of a ticket, which is on `current` or on none yet."""
        kind = _kind(ticket, self.context)
        assert kind is not None
        assert ticket.customer is not None
        own = self._lives[ticket.customer, kind]
        life = next((each for each in own if each.request.id == current), None)
        if life and not (life.contract and ticket.contract_no not in ("", life.contract.no)):
            return
        ends = [rule.name for rule in self.context.rules.values() if ticket.subject in rule.ends]
        found = place(self.context.configuration.steps, ticket, own, ends, ticket.created_at)
        if found.waits:
            self.chosen[ticket.no] = None
            return
        life = found.life or self._begin(own, ticket, kind)
        self.chosen[ticket.no] = life.request.id
        own[own.index(life)] = self._with_ticket(life, ticket)

    def _begin(self, own: list[Life], ticket: Ticket, kind: RequestKind) -> Life:
        assert ticket.customer is not None
        self.last += 1
        life = Life(Request(self.last, kind, ticket.customer, ticket.created_at, ticket.created_at))
        own.append(life)
        self.new.add(self.last)
        return life

    def _with_ticket(self, life: Life, ticket: Ticket) -> Life:
        """The request with one ticket more, the contract that it names, and what is owed by
        then.
        """
        contract = life.contract or self._contract(life, ticket)
        tickets = tuple(sorted((*life.tickets, ticket), key=lambda one: (one.created_at, one.no)))
        request = replace(life.request, touched_at=ticket.closed_at or ticket.created_at)
        before = self._owed.get(request.id, ())
        agreed = {name: getattr(contract, name) for name in DUE_DATES} if contract else {}
        changed = settle(
            self.context.rules.values(), tickets, before, request.id, agreed, self.context.now
        )
        ids = {row.id for row in changed if row.id}
        debts = (*(row for row in before if row.id not in ids), *changed)
        return replace(life, request=request, tickets=tickets, contract=contract, owed=debts)

    def _contract(self, life: Life, ticket: Ticket) -> Contract | None:
        """The contract that a ticket names, where nobody has it and its year has begun."""
        no = ticket.contract_no
        if not no or no in self.taken:
            return None
        try:
            check_year(no, self.context.now.astimezone(BANGKOK).date())
        except InvalidInput:
            return None
        self.taken.add(no)
        made = Contract(
            no,
            life.request.id,
            ticket.contact_id,
            ticket.contract_on,
            ticket.projects,
            ticket.data_years,
            ticket.purpose,
        )
        self.contracts.append(made)
        return made

    async def write(self, tx: Tx, request_of: dict[str, int]) -> None:
        """Write the requests that are new, and what was put on those that were there."""
        await counters.raise_counter(tx, "request", self.last)
        every = [life for lives in self._lives.values() for life in lives]
        for life in every:
            if life.request.id in self.new:
                await self._write_new(tx, life, request_of)
        for contract in self.contracts:
            if contract.request_id not in self.new:
                await requests.add_contract(tx, contract, self.context)
        for no, request_id in self.chosen.items():
            if request_id not in self.new and request_id != request_of.get(no):
                await requests.set_request(tx, no, request_id, self.context)

    async def _write_new(self, tx: Tx, life: Life, request_of: dict[str, int]) -> None:
        context = self.context
        await requests.add_request(tx, life.request)
        for ticket in life.tickets:
            if ticket.no in request_of:
                await requests.set_request(tx, ticket.no, None, context)
        await tx.execute_many(
            "INSERT INTO request_tickets (ticket_no, request_id) VALUES (?, ?)",
            [(ticket.no, life.request.id) for ticket in life.tickets],
        )
        if life.contract:
            await contracts.add_contract(tx, life.contract, context.by, life.request.touched_at)
        await owed.save(tx, life.owed, context.rules, context.calendar, context.now)
