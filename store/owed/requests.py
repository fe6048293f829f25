"""Requests for microdata and special tabulations: the tickets, the contract and the debts that
belong to each.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from domain.dates.days import BANGKOK
from domain.errors import Conflict, NotFound
from domain.owed.contracts import DUE_DATES, Contract, has_begun
from domain.owed.fields import CONTRACT
from domain.owed.requests import Life, Request, RequestKind, StepMark
from domain.owed.rules import (
    Owed,
    OwedState,
    Rule,
    next_reminder,
)
from domain.owed.settling import digest, settle
from domain.staff import StaffId
from domain.tickets.records import Change, Status, Ticket
from store.customers.records import hold_survivors
from store.engine.columns import RecordColumns
from store.engine.database import (
    Database,
    Reader,
    Tx,
    count,
    is_one_of,
)
from store.owed import contracts
from store.owed import rows as owed
from store.records import changes
from store.records.counters import reserve
from store.records.save_context import SaveContext
from store.tickets import records as tickets

_REQUESTS = RecordColumns(Request, customer="customer_code")

_MEANT = (
    "(EXISTS (SELECT 1 FROM request_tickets h JOIN tickets t ON t.no = h.ticket_no "
    f"WHERE h.request_id = requests.id AND t.{tickets.COUNTS}) "
    "OR EXISTS (SELECT 1 FROM contracts c WHERE c.request_id = requests.id) "
    "OR EXISTS (SELECT 1 FROM owed o WHERE o.request_id = requests.id AND o.state <> 'void'))"
)
"""Holds for requests but those whose tickets were all voided or went elsewhere."""


def record(request_id: int) -> str:
    """What a request is called in the list of changes, the audit log, and on buttons."""
    return f"Q{request_id}"


async def get_life(db: Reader, request_id: int) -> Life:
    """One request with all that belongs to it; NotFound("request")."""
    row = await db.fetch_one(f"SELECT {_REQUESTS.listed} FROM requests WHERE id = ?", request_id)
    if row is None:
        raise NotFound("request")
    return (await _lives(db, [_REQUESTS.of(row)]))[0]


async def list_by_customer(
    db: Reader, customer: str, kind: RequestKind | None = None
) -> list[Life]:
    """A customer's requests, the latest last; of one kind where it is named."""
    where = f"customer_code = ? AND {_MEANT}"
    params = [customer]
    if kind is not None:
        where += " AND kind = ?"
        params.append(kind)
    return await _list_lives(db, where, params)


async def list_by_customers(db: Reader, customers: Sequence[str]) -> list[Life]:
    """All requests of these customers, the latest last."""
    where = f"{is_one_of('customer_code', customers)} AND {_MEANT}"
    return await _list_lives(db, where, customers)


async def _list_lives(db: Reader, where: str, params: Sequence[str]) -> list[Life]:
    rows = await db.fetch(
        f"SELECT {_REQUESTS.listed} FROM requests WHERE {where} ORDER BY started_at, id", *params
    )
    return await _lives(db, [_REQUESTS.of(row) for row in rows])


OF_CUSTOMER = f"SELECT count(*) AS n FROM requests WHERE customer_code = ? AND {_MEANT}"


async def count_by_customer(db: Reader, customer: str) -> int:
    """How many requests the customer has."""
    return await count(db, OF_CUSTOMER, customer)


async def list_bare(db: Reader, request_ids: Sequence[int]) -> dict[int, Life]:
    """These requests by id, each with its contract alone."""
    if not request_ids:
        return {}
    asked = is_one_of("id", request_ids)
    rows = await db.fetch(f"SELECT {_REQUESTS.listed} FROM requests WHERE {asked}", *request_ids)
    papers = await _contracts(db, request_ids)
    found = [_REQUESTS.of(row) for row in rows]
    return {each.id: Life(each, contract=papers.get(each.id)) for each in found}


async def _contracts(db: Reader, request_ids: Sequence[int]) -> dict[int, Contract]:
    asked = is_one_of("request_id", request_ids)
    rows = await db.fetch(f"SELECT {contracts.COLUMNS} FROM contracts WHERE {asked}", *request_ids)
    return {int(row["request_id"]): contracts.contract(row) for row in rows}


async def find_request_of(db: Reader, ticket_no: str) -> int | None:
    """The request that a ticket is on."""
    row = await db.fetch_one(
        "SELECT request_id FROM request_tickets WHERE ticket_no = ?", ticket_no
    )
    if row is None:
        return None
    return int(row["request_id"])


async def find_requests_of(db: Reader, ticket_nos: Sequence[str]) -> dict[str, int]:
    """The requests that these tickets are on, of those that are on one."""
    asked = is_one_of("ticket_no", ticket_nos)
    rows = await db.fetch(
        f"SELECT ticket_no, request_id FROM request_tickets WHERE {asked}", *ticket_nos
    )
    return {row["ticket_no"]: int(row["request_id"]) for row in rows}


async def _lives(db: Reader, requests: Sequence[Request]) -> list[Life]:
    if not requests:
        return []
    ids = [request.id for request in requests]
    on_request = await _tickets(db, ids)
    ticked = await _marks(db, ids)
    debts = defaultdict[int, list[Owed]](list)
    for row in await owed.list_of_requests(db, ids):
        debts[row.request_id].append(row)
    papers = await _contracts(db, ids)
    return [
        Life(
            request=each,
            tickets=tuple(on_request[each.id]),
            marks=tuple(ticked[each.id]),
            contract=papers.get(each.id),
            owed=tuple(debts[each.id]),
        )
        for each in requests
    ]


async def _tickets(db: Reader, request_ids: Sequence[int]) -> dict[int, list[Ticket]]:
    """The tickets of each of these requests, the oldest first, without those that were voided."""
    rows = await db.fetch(
        f"SELECT * FROM request_tickets WHERE {is_one_of('request_id', request_ids)}", *request_ids
    )
    on_request = defaultdict[int, list[Ticket]](list)
    if not rows:
        return on_request
    request_of = {row["ticket_no"]: int(row["request_id"]) for row in rows}
    found = await tickets.get_tickets(db, list(request_of))
    meant = [ticket for ticket in found.values() if ticket.status is not Status.VOIDED]
    for ticket in sorted(meant, key=lambda ticket: (ticket.created_at, ticket.no)):
        on_request[request_of[ticket.no]].append(ticket)
    return on_request


async def _marks(db: Reader, request_ids: Sequence[int]) -> dict[int, list[StepMark]]:
    """The steps of each of these requests that somebody ticked."""
    asked = is_one_of("request_id", request_ids)
    rows = await db.fetch(
        f"SELECT * FROM request_marks WHERE {asked} ORDER BY marked_at", *request_ids
    )
    ticked = defaultdict[int, list[StepMark]](list)
    for row in rows:
        mark = StepMark(row["step"], row["marked_at"], row["staff_id"])
        ticked[int(row["request_id"])].append(mark)
    return ticked


async def reserve_request_id(db: Database) -> int:
    """The id of a new request."""
    return await reserve(db, "request")


async def add_request(tx: Tx, request: Request) -> None:
    """A new request, without anything on it; of a customer who was merged meanwhile it is the
    survivor's.
    """
    survivors = await hold_survivors(tx, [request.customer])
    await tx.execute(
        "INSERT INTO requests (id, kind, customer_code, started_at, touched_at) "
        "VALUES (?, ?, ?, ?, ?)",
        request.id,
        request.kind,
        survivors.get(request.customer, request.customer),
        request.started_at,
        request.touched_at,
    )


async def note(
    tx: Tx,
    request_id: int,
    context: SaveContext,
    fields: Sequence[tuple[str, str, str]],
) -> None:
    """Count one change of the request, and write what changed into the list of changes."""
    row = await tx.fetch_one(
        "UPDATE requests SET version = version + 1, touched_at = ? WHERE id = ? RETURNING version",
        context.now,
        request_id,
    )
    if row is None:
        raise NotFound("request")
    version = int(row["version"])
    lines = [
        Change(context.now, context.by, field, old, new, version) for field, old, new in fields
    ]
    await changes.add(tx, record(request_id), lines)


async def note_moved(
    tx: Tx,
    request_ids: Sequence[int],
    old: str,
    new: str,
    by: StaffId,
    now: datetime,
) -> None:
    """Note that these requests went from one customer to another, those that did."""
    for number in request_ids:
        row = await tx.fetch_one(
            "UPDATE requests SET version = version + 1 "
            "WHERE id = ? AND customer_code = ? RETURNING version",
            number,
            new,
        )
        if row is not None:
            line = Change(
                now,
                by,
                "customer_code",
                old,
                new,
                int(row["version"]),
            )
            await changes.add(tx, record(number), [line])


async def set_request(
    tx: Tx,
    ticket_no: str,
    request_id: int | None,
    context: SaveContext,
) -> None:
    """Put a ticket on a request, or on none, and settle what is owed on it and where it was
    before.

    What is owed from it goes along, with all that was decided about that."""
    before, known = await _whereabouts(tx, ticket_no)
    if before != request_id:
        await _relink(tx, ticket_no, before, request_id, context)
    if request_id is not None and known - {request_id}:
        await owed.move(tx, ticket_no, request_id)
    touched = {each for each in (before, *known, request_id) if each is not None}
    # In one order, so that two who move tickets to and fro wait for each other.
    for each in sorted(touched):
        await settle_request(tx, each, context)


async def _relink(
    tx: Tx,
    ticket_no: str,
    before: int | None,
    request_id: int | None,
    context: SaveContext,
) -> None:
    """The ticket goes from one request, or from none, to another, and takes its contract along."""
    if before is not None:
        await tx.execute("DELETE FROM request_tickets WHERE ticket_no = ?", ticket_no)
        await note(tx, before, context, [("request_ticket", ticket_no, "")])
    if request_id is not None:
        await note(tx, request_id, context, [("request_ticket", "", ticket_no)])
        await tx.execute(
            "INSERT INTO request_tickets (ticket_no, request_id) VALUES (?, ?)",
            ticket_no,
            request_id,
        )
    if before is not None:
        await _contract_follows(tx, before, ticket_no, request_id, context)


async def _contract_follows(
    tx: Tx,
    before: int,
    ticket_no: str,
    request_id: int | None,
    context: SaveContext,
) -> None:
    """Where no other ticket speaks of the contract, it goes with the one that left; one that has
    nowhere to go is laid by, and its number is free.
    """
    ticket = await tickets.get_ticket(tx, ticket_no)
    left = await get_life(tx, before)
    if left.contract is None or not left.gives_up_contract(ticket):
        return
    there = None
    if request_id is not None:
        there = await get_life(tx, request_id)
    if there is None or there.contract is not None:
        if not left.tickets:
            await _lay_by(tx, left, context)
        return
    contract = replace(left.contract, request_id=there.request.id)
    if there.request.customer != left.request.customer:
        contract = replace(contract, contact_id=ticket.contact_id)
    await contracts.update_contract(tx, contract)
    await note(tx, before, context, [("contract_no", contract.no, "")])
    await note(tx, there.request.id, context, [("contract_no", "", contract.no)])


async def _lay_by(tx: Tx, life: Life, context: SaveContext) -> None:
    """Nothing speaks of this contract any more."""
    assert life.contract is not None
    await contracts.lay_by(tx, life.contract)
    await note(tx, life.request.id, context, [("contract_no", life.contract.no, "")])


async def ticket_corrected(
    tx: Tx,
    old: Ticket,
    new: Ticket,
    context: SaveContext,
) -> None:
    """The request follows its only ticket to another customer, and its contract the number that
    only this ticket names, unless another contract has that.
    """
    request_id = await find_request_of(tx, new.no)
    if request_id is None:
        return
    life = await get_life(tx, request_id)
    after = life.corrected(old, new)
    fields: list[tuple[str, str, str]] = []
    if after.request.customer != life.request.customer:
        await tx.execute(
            "UPDATE requests SET customer_code = ? WHERE id = ?",
            after.request.customer,
            request_id,
        )
        fields.append(("customer_code", life.request.customer, after.request.customer))
    fields += await _contract_corrected(tx, life, after, new, context)
    if fields:
        await note(tx, request_id, context, fields)


async def _contract_corrected(
    tx: Tx,
    life: Life,
    after: Life,
    ticket: Ticket,
    context: SaveContext,
) -> list[tuple[str, str, str]]:
    if life.contract is None or after.contract is None:
        return []
    contract = after.contract
    if after.request.customer != life.request.customer:
        contract = replace(contract, contact_id=ticket.contact_id)
    if contract.no != life.contract.no and not await _is_free(tx, contract.no, context):
        contract = replace(contract, no=life.contract.no)
    if contract == life.contract:
        return []
    await contracts.update_contract(tx, contract)
    different = CONTRACT.differences(life.contract, contract)
    return [(field, *values) for field, values in different.items()]


async def _is_free(db: Reader, no: str, context: SaveContext) -> bool:
    return has_begun(no, context.today) and await contracts.find_contract(db, no) is None


async def _whereabouts(db: Reader, ticket_no: str) -> tuple[int | None, set[int]]:
    """The request that a ticket is on, and those where something is known by it."""
    rows = await db.fetch(
        "SELECT request_id, 'on' AS place FROM request_tickets WHERE ticket_no = ? "
        "UNION ALL SELECT request_id, 'known' FROM owed WHERE known_by = ?",
        ticket_no,
        ticket_no,
    )
    on = [int(row["request_id"]) for row in rows if row["place"] == "on"]
    known = {int(row["request_id"]) for row in rows if row["place"] == "known"}
    return next(iter(on), None), known


async def ticket_voided(tx: Tx, ticket_no: str, context: SaveContext) -> None:
    """Settle what is owed on the request of this ticket, now that it counts no more.

    A contract that only voided tickets speak of goes with them: its number is free again.
    """
    request_id = await find_request_of(tx, ticket_no)
    if request_id is None:
        return
    await note(tx, request_id, context, [("request_ticket", ticket_no, "")])
    await settle_request(tx, request_id, context)
    life = await get_life(tx, request_id)
    if life.contract is not None and not life.tickets:
        await _lay_by(tx, life, context)


async def leave_unsettled(tx: Tx, context: SaveContext) -> None:
    """Have every request settled anew, where the rules say otherwise than when all were last."""
    said = digest(context.rules.values())
    if await _are_settled(tx, said):
        return
    await tx.execute(
        "INSERT INTO unsettled (request_id) SELECT id FROM requests WHERE 1 = 1 "
        "ON CONFLICT DO NOTHING"
    )
    await tx.execute("DELETE FROM settled_rules")
    await tx.execute("INSERT INTO settled_rules (digest) VALUES (?) ON CONFLICT DO NOTHING", said)


async def _are_settled(db: Reader, said: str) -> bool:
    known = await db.fetch_one("SELECT digest FROM settled_rules")
    return known is not None and known["digest"] == said


async def is_settled(db: Reader, context: SaveContext) -> bool:
    """Whether every request was settled by these rules."""
    waiting = await db.fetch_one("SELECT 1 AS n FROM unsettled LIMIT 1")
    return waiting is None and await _are_settled(db, digest(context.rules.values()))


async def settle_some(tx: Tx, context: SaveContext, limit: int) -> int:
    """Settle requests that are waiting to be settled anew; returns how many were. What should have
    been there by now is offered, if it begins with that.
    """
    context = replace(context, late=True)
    rows = await tx.fetch(
        f"SELECT request_id FROM unsettled ORDER BY request_id LIMIT {int(limit)}"
    )
    for row in rows:
        await settle_request(tx, int(row["request_id"]), context)
        await tx.execute("DELETE FROM unsettled WHERE request_id = ?", row["request_id"])
    return len(rows)


async def want(
    tx: Tx,
    request_id: int,
    rule: str,
    ticket_no: str,
    context: SaveContext,
) -> None:
    """An officer says that something is owed from this ticket, though the proof was there."""
    await owed.want(tx, request_id, rule, ticket_no, context.now)
    await settle_request(tx, request_id, context)


async def settle_ticket(tx: Tx, ticket_no: str, context: SaveContext) -> None:
    """Settle what is owed on the request of this ticket."""
    request_id = await find_request_of(tx, ticket_no)
    if request_id is not None:
        await settle_request(tx, request_id, context)


def as_begun(row: Owed, context: SaveContext) -> Owed:
    """What begins to be owed: where it was found so late that its first reminder would be over, the
    office is asked whether to follow it up.
    """
    is_asked = context.late and row.state is OwedState.OPEN and row.answered_at is None
    if is_asked and row.is_overdue(context.rules[row.rule], context.now):
        return row.offered(context.now)
    return row


async def settle_request(tx: Tx, request_id: int, context: SaveContext) -> None:
    """Bring what is owed on a request in line with its tickets and its contract."""
    # The row is touched first, so that two who change the same request see each other.
    await tx.execute("UPDATE requests SET version = version WHERE id = ?", request_id)
    life = await get_life(tx, request_id)
    before = {row.id: row.state for row in life.owed}
    rows = []
    for row in settlement(life, context.rules):
        begins = row.state is OwedState.OPEN and before.get(row.id) is not OwedState.OPEN
        rows.append(as_begun(row, context) if begins else row)
    await owed.save(
        tx,
        rows,
        context.rules,
        context.calendar,
        context.now,
    )
    fields: list[tuple[str, str, str]] = []
    for row in rows:
        old = before.get(row.id, "")
        fields.append((f"owed_{row.rule}", str(old), str(row.state)))
    moved = _different(fields)
    if moved:
        await note(tx, request_id, context, moved)


def _different(fields: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Of fields with what they were and what they are, those that changed."""
    return [(field, old, new) for field, old, new in fields if old != new]


def settlement(life: Life, rules: Mapping[str, Rule]) -> list[Owed]:
    """What changes among the things owed on a request, from its tickets and contract."""
    return settle(
        rules.values(),
        life.tickets,
        life.owed,
        life.request.id,
        agreed_days(life.contract),
    )


def agreed_days(contract: Contract | None) -> dict[str, date | None]:
    """The days by which a contract says that what is owed is due; none without a contract."""
    if contract is None:
        return {}
    return {name: getattr(contract, name) for name in DUE_DATES}


def next_of(row: Owed, context: SaveContext) -> datetime | None:
    """When a thing owed is reminded of next; None where it is not."""
    rule = context.rules.get(row.rule)
    if rule is None:
        return None
    return next_reminder(rule, row, context.calendar, context.now)


async def change_owed(
    tx: Tx,
    old: Owed,
    new: Owed,
    context: SaveContext,
) -> None:
    """An officer's change of one thing owed, read at `old.version`; Conflict("changed") where it
    has moved on.
    """
    fields = [
        (f"owed_{old.rule}", str(old.state), str(new.state)),
        ("assignee_id", str(old.assignee or ""), str(new.assignee or "")),
        ("snoozed_on", str(old.snoozed_on or ""), str(new.snoozed_on or "")),
        ("chased", str(old.chased), str(new.chased)),
        ("reason", old.reason, new.reason),
    ]
    if new.word is not None and old.word is new.word:
        fields.append(("received_on", _local_day(old.ended_at), _local_day(new.ended_at)))
    await owed.hold(tx, old)
    # A word counts from when it came true; what else is decided, from now.
    decided_at = context.now if new.word is None else new.ended_at
    saved = replace(new, version=old.version + 1, decided_at=decided_at)
    if new.assignee != old.assignee:
        saved = replace(saved, handed_to=new.assignee)
    if not await owed.is_known_by(tx, old.rule, old.ticket_no):
        # The ticket that it was known by starts it no longer.
        saved = replace(saved, known_by=old.ticket_no)
    await owed.save(
        tx,
        [saved],
        context.rules,
        context.calendar,
        context.now,
    )
    await note(tx, old.request_id, context, _different(fields))


def _local_day(at: datetime | None) -> str:
    return "" if at is None else str(at.astimezone(BANGKOK).date())


async def hand_over(
    tx: Tx,
    rows: Sequence[Owed],
    to: Mapping[int, StaffId | None],
    context: SaveContext,
) -> None:
    """Things owed go to whom `to` names for each, all or none, and each request notes it;
    Conflict("changed") where one has moved on.
    """
    await owed.hand_over(tx, rows, to, context.now)
    by_request = defaultdict[int, list[Owed]](list)
    for row in rows:
        by_request[row.request_id].append(row)
    # In one order, so that two who do the same do not wait for each other.
    for request_id, theirs in sorted(by_request.items()):
        fields = [("assignee_id", str(row.assignee or ""), str(to[row.id] or "")) for row in theirs]
        await note(tx, request_id, context, fields)


async def add_contract(tx: Tx, contract: Contract, context: SaveContext) -> None:
    """A contract for a request; Conflict("exists") where the number is taken, or the request has
    one.
    """
    await contracts.add_contract(tx, contract, context.by, context.now)
    await note(tx, contract.request_id, context, [("contract_no", "", contract.no)])
    await settle_request(tx, contract.request_id, context)


async def change_contract(
    tx: Tx,
    old: Contract,
    new: Contract,
    version: int,
    context: SaveContext,
) -> None:
    """Save a contract's fields, its request read at `version`; Conflict("changed") where it has
    moved on.
    """
    held = await tx.execute(
        "UPDATE requests SET version = version WHERE id = ? AND version = ?",
        old.request_id,
        version,
    )
    if not held:
        raise Conflict("changed", record=old.no)
    await contracts.update_contract(tx, new)
    different = [(field, *values) for field, values in CONTRACT.differences(old, new).items()]
    await note(tx, old.request_id, context, different)
    await settle_request(tx, old.request_id, context)


async def mark(
    tx: Tx,
    request_id: int,
    step: str,
    context: SaveContext,
) -> None:
    """Tick a step that no ticket does; Conflict("exists") where it is ticked."""
    await tx.execute(
        "INSERT INTO request_marks (request_id, step, marked_at, staff_id) VALUES (?, ?, ?, ?)",
        request_id,
        step,
        context.now,
        context.by,
    )
    await note(tx, request_id, context, [("request_step", "", step)])


async def end_request(
    tx: Tx,
    request_id: int,
    reason: str,
    context: SaveContext,
) -> None:
    """Nothing more is expected of a request: what is still owed on it is dropped for the same
    reason.
    """
    life = await get_life(tx, request_id)
    for row in life.owed:
        if row.is_owed:
            await change_owed(tx, row, dropped(row, reason, context.now), context)
    await tx.execute(
        "UPDATE requests SET ended_at = ?, ended_reason = ? WHERE id = ?",
        context.now,
        reason,
        request_id,
    )
    await note(tx, request_id, context, [("ended_at", "", context.now.isoformat())])


async def resume_request(tx: Tx, request_id: int, context: SaveContext) -> None:
    """A request that was ended goes on; what was dropped stays dropped."""
    await tx.execute(
        "UPDATE requests SET ended_at = NULL, ended_reason = '' WHERE id = ?", request_id
    )
    await note(tx, request_id, context, [("ended_at", context.now.isoformat(), "")])


def dropped(row: Owed, reason: str, now: datetime) -> Owed:
    """The thing owed, given up."""
    return row.ended_by_word(OwedState.DROPPED, now, reason)
