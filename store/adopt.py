"""Requests for tickets that came without: those of the demo, or of an import."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from domain.contracts import Contract
from domain.owed import settle
from domain.requests import Life, Request, RequestKind, Steps, place
from domain.tickets import Ticket
from store import contracts, counters, owed, requests
from store.database import Tx
from store.requests import Ground


async def adopt(tx: Tx, tickets: Sequence[Ticket], steps: Steps, ground: Ground) -> int:
    """Hang tickets on requests made for them, as if each had been saved in its turn; returns how many requests.

    The tickets are saved already and hang on none. Where two requests are possible, the likelier is taken.
    """
    lives = defaultdict[tuple[str, RequestKind], list[Life]](list)
    taken: set[str] = set()
    last = await counters.read_counter(tx, "request")
    for ticket in sorted(tickets, key=lambda ticket: (ticket.created_at, ticket.no)):
        kind = steps.find_kind(ticket.subject)
        if kind is None or ticket.customer is None:
            continue
        own = lives[ticket.customer, kind]
        ends = [rule.name for rule in ground.rules.values() if ticket.subject in rule.ends]
        found = place(steps, ticket, own, ends, ticket.created_at)
        life = found.life or (found.asked[0] if found.waits else None)
        if life is None:
            last += 1
            life = Life(Request(last, kind, ticket.customer, ticket.created_at, ticket.created_at))
            own.append(life)
        own[own.index(life)] = _with_ticket(life, ticket, taken, ground)
    await counters.raise_counter(tx, "request", last)
    every = [life for own in lives.values() for life in own]
    for life in every:
        await _write(tx, life, ground)
    return len(every)


def _with_ticket(life: Life, ticket: Ticket, taken: set[str], ground: Ground) -> Life:
    """The request with one ticket more, the contract that it names, and what is owed by then."""
    contract = life.contract
    if contract is None and ticket.contract_no and ticket.contract_no not in taken:
        taken.add(ticket.contract_no)
        contract = Contract(
            ticket.contract_no,
            life.request.id,
            ticket.contact_id,
            ticket.contract_on,
            ticket.projects,
            ticket.data_years,
            ticket.purpose,
        )
    hung = (*life.tickets, ticket)
    debts = settle(ground.rules.values(), hung, (), life.request.id, {}, ground.now)
    request = replace(life.request, touched_at=ticket.closed_at or ticket.created_at)
    return replace(life, request=request, tickets=hung, contract=contract, owed=tuple(debts))


async def _write(tx: Tx, life: Life, ground: Ground) -> None:
    await requests.add_request(tx, life.request)
    await tx.execute_many(
        "INSERT INTO request_tickets (ticket_no, request_id) VALUES (?, ?)",
        [(ticket.no, life.request.id) for ticket in life.tickets],
    )
    if life.contract:
        await contracts.add_contract(tx, life.contract, ground.by, life.request.touched_at)
    await owed.save(tx, life.owed, ground.rules, ground.calendar, ground.now)
