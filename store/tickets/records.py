"""Tickets, with the history of every save."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.customers.records import CustomerCode
from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from domain.tickets.fields import SEARCHED, TICKET
from domain.tickets.records import (
    Change,
    Status,
    Ticket,
    TicketNo,
    data_uses,
)
from store.customers.records import hold, hold_survivors
from store.engine.database import Reader, Row, Tx, count, is_one_of, marks
from store.engine.rows import column
from store.records import changes, counters
from store.tickets import hand_overs
from store.tickets import texts as ticket_texts

AT_ONCE = 5000
"""Tickets in one statement; both engines take some 32,000 parameters."""

_SELECT = f"SELECT {', '.join(('no', *TICKET.columns, 'version'))} FROM tickets"
_LISTED = ("assignee_id", "status", "created_at", "subject")
_DATA = ("ticket_no", "project", "from_on", "to_on", *_LISTED)
UNSENT = "unsent_at"
COUNTS = "status <> 'voided'"
"""Holds for tickets that lists, sums and habits are made of: one that was voided was never
meant.
"""


@dataclass(frozen=True, slots=True)
class Habit:
    """What an officer recorded lately: one channel and subject."""

    channel: str
    subject: str


def _ticket(row: Row) -> Ticket:
    return Ticket(
        no=TicketNo(row["no"]),
        version=int(row["version"]),
        **TICKET.loaded(row),
    )


def as_stored(ticket: Ticket) -> dict[str, object]:
    """The ticket's columns as saves write them: all but `no`, `version` and `unsent_at`."""
    return TICKET.stored(ticket)


async def _listed(db: Reader, where: str, *params: object) -> list[Ticket]:
    """The tickets for which that holds, in the order that it says."""
    rows = await db.fetch(f"{_SELECT} WHERE {where}", *params)
    return [_ticket(row) for row in rows]


async def find_ticket(db: Reader, no: str) -> Ticket | None:
    """One ticket, if there is one with this number."""
    row = await db.fetch_one(f"{_SELECT} WHERE no = ?", no)
    return None if row is None else _ticket(row)


async def get_ticket(db: Reader, no: str) -> Ticket:
    """One ticket; NotFound("ticket")."""
    ticket = await find_ticket(db, no)
    if ticket is None:
        raise NotFound("ticket", no=no)
    return ticket


async def get_tickets(db: Reader, nos: Sequence[str]) -> dict[str, Ticket]:
    """Those of these tickets that there are, by number."""
    found = {}
    for at in range(0, len(nos), AT_ONCE):
        some = nos[at : at + AT_ONCE]
        for row in await db.fetch(f"{_SELECT} WHERE no IN ({marks(some)})", *some):
            found[row["no"]] = _ticket(row)
    return found


async def list_tickets_after(db: Reader, no: str, limit: int) -> list[Ticket]:
    """The next tickets in the order of their numbers."""
    return await _listed(db, f"no > ? ORDER BY no LIMIT {int(limit)}", no)


async def add_ticket(tx: Tx, ticket: Ticket) -> None:
    """A new ticket, its status the first line of its history; Conflict("exists") where the number
    is taken.
    """
    ticket = await _add_row(tx, ticket)
    await _add_derived(tx, [ticket])
    first = Change(
        ticket.recorded_at,
        ticket.recorded_by,
        "status",
        "",
        ticket.status,
        1,
    )
    await changes.add(tx, ticket.no, [first])


async def add_tickets(tx: Tx, tickets: Sequence[Ticket]) -> Sequence[Ticket]:
    """Many tickets at once, without history; returns them as they are, at the customers who are
    there by now.
    """
    if not tickets:
        return []
    tickets = await _settled(tx, tickets)
    rows = [_all_stored(ticket) for ticket in tickets]
    names = ", ".join(rows[0])
    await tx.execute_many(
        f"INSERT INTO tickets ({names}) VALUES ({marks(rows[0])})",
        [tuple(row.values()) for row in rows],
    )
    await _add_derived(tx, tickets)
    return tickets


async def _add_row(tx: Tx, ticket: Ticket) -> Ticket:
    """The row of a new ticket; returns it as it is, at the customer who is there by now."""
    await hold(tx, [ticket.customer] if ticket.customer else [], alone=False)
    row = _all_stored(ticket)
    # Asked with the writing: hardly ever was the customer merged between the decision and this.
    added = await tx.fetch_one(
        f"INSERT INTO tickets ({', '.join(row)}) VALUES ({marks(row)}) RETURNING "
        "(SELECT merged_into FROM customers WHERE code = tickets.customer_code) AS merged_into",
        *row.values(),
    )
    assert added is not None
    if added["merged_into"] is None:
        return ticket
    (settled,) = await _settled(tx, [ticket])
    await tx.execute(
        "UPDATE tickets SET customer_code = ? WHERE no = ?",
        settled.customer,
        settled.no,
    )
    return settled


async def _add_derived(tx: Tx, tickets: Sequence[Ticket]) -> None:
    """What follows from new tickets."""
    await _add_data(tx, tickets)
    await ticket_texts.keep(tx, tickets)
    await counters.raise_above(tx, "ticket", [ticket.no for ticket in tickets])


def _all_stored(ticket: Ticket) -> dict[str, object]:
    """The columns of a new ticket."""
    return {
        "no": ticket.no,
        **as_stored(ticket),
        "version": ticket.version,
    }


async def _settled(tx: Tx, tickets: Sequence[Ticket]) -> Sequence[Ticket]:
    """The tickets, those of a customer who was merged meanwhile at the survivor's."""
    codes = {ticket.customer for ticket in tickets if ticket.customer}
    survivors = await hold_survivors(tx, codes)
    if not survivors:
        return tickets
    settled = []
    for ticket in tickets:
        survivor = survivors.get(ticket.customer or "")
        if survivor:
            ticket = replace(ticket, customer=CustomerCode(survivor))
        settled.append(ticket)
    return settled


async def write_derived(tx: Tx, tickets: Sequence[Ticket]) -> None:
    """Everything that is derived from tickets as they stand, for those that no save has just
    written.
    """
    await _write_data(tx, tickets)
    await ticket_texts.keep(tx, tickets)


async def find_stale(tx: Tx, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those of these tickets of which something derived is not what it should be."""
    nos = [ticket.no for ticket in tickets]
    rows = await tx.fetch(
        f"SELECT {', '.join(_DATA)} FROM ticket_data WHERE {is_one_of('ticket_no', nos)}",
        *nos,
    )
    kept: dict[str, Counter[tuple[object, ...]]] = {no: Counter() for no in nos}
    for row in rows:
        kept[row["ticket_no"]][tuple(row[column] for column in _DATA)] += 1
    stale = {ticket.no for ticket in await ticket_texts.find_stale(tx, tickets)}
    for ticket in tickets:
        if kept[ticket.no] != Counter(_data_rows(ticket)):
            stale.add(ticket.no)
    return [ticket for ticket in tickets if ticket.no in stale]


def _data_rows(ticket: Ticket) -> list[tuple[object, ...]]:
    """A row for each period of each project, with what the lists of a project look at."""
    stored = as_stored(ticket)
    listed = [stored[column] for column in _LISTED]
    uses = data_uses(ticket.projects, ticket.data_years)
    return [(ticket.no, use.project, use.from_on, use.to_on, *listed) for use in uses]


async def _write_data(tx: Tx, tickets: Sequence[Ticket]) -> None:
    for at in range(0, len(tickets), AT_ONCE):
        nos = tuple(ticket.no for ticket in tickets[at : at + AT_ONCE])
        await tx.execute_many(
            f"DELETE FROM ticket_data WHERE {is_one_of('ticket_no', nos)}",
            [nos],
        )
    await _add_data(tx, tickets)


async def _add_data(tx: Tx, tickets: Sequence[Ticket]) -> None:
    """The same for tickets that have none yet."""
    rows = [row for ticket in tickets for row in _data_rows(ticket)]
    await tx.execute_many(
        f"INSERT INTO ticket_data ({', '.join(_DATA)}) VALUES ({marks(_DATA)})", rows
    )


async def _update_data(tx: Tx, ticket: Ticket) -> None:
    """What the lists of the ticket's projects look at, as it is now."""
    stored = as_stored(ticket)
    assignments = ", ".join(f"{column} = ?" for column in _LISTED)
    await tx.execute(
        f"UPDATE ticket_data SET {assignments} WHERE ticket_no = ?",
        *(stored[column] for column in _LISTED),
        ticket.no,
    )


def differences(old: Ticket, new: Ticket) -> dict[str, tuple[str, str]]:
    """Columns that differ, as text: column -> (from, to)."""
    return TICKET.differences(old, new)


async def update_ticket(
    tx: Tx,
    old: Ticket,
    new: Ticket,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Save changes to a ticket read at `old.version`; Conflict("changed") where it has moved on."""
    if new.customer != old.customer:
        (new,) = await _settled(tx, [new])
    changed = differences(old, new)
    await _write_changed(tx, old, new, changed.keys())
    await _write_what_follows(tx, new, changed.keys(), now)
    version = old.version + 1
    history = [
        Change(now, by, column, before, after, version)
        for column, (before, after) in changed.items()
    ]
    await changes.add(tx, old.no, history)


async def _write_changed(
    tx: Tx,
    old: Ticket,
    new: Ticket,
    columns: Collection[str],
) -> None:
    """The columns that changed, and one save more."""
    stored = as_stored(new)
    assignments = [*(f"{column} = ?" for column in columns), "version = version + 1"]
    touched = await tx.execute(
        f"UPDATE tickets SET {', '.join(assignments)} WHERE no = ? AND version = ?",
        *(stored[column] for column in columns),
        old.no,
        old.version,
    )
    # Somebody saved it since `old` was read.
    if not touched:
        raise Conflict("changed", record=old.no)


async def _write_what_follows(
    tx: Tx,
    ticket: Ticket,
    changed: Collection[str],
    now: datetime,
) -> None:
    """What is derived from a ticket, as far as these columns bear upon it."""
    if "projects" in changed or "data_years" in changed:
        await _write_data(tx, [ticket])
    elif ticket.projects and not set(_LISTED).isdisjoint(changed):
        await _update_data(tx, ticket)
    if "assignee_id" in changed or ticket.status is Status.VOIDED:
        await hand_overs.end_offers(tx, ticket.no, now)
    if not set(SEARCHED).isdisjoint(changed):
        await ticket_texts.keep(tx, [ticket])


async def note_unsent(
    tx: Tx,
    no: str,
    by: StaffId,
    now: datetime,
) -> None:
    """Say on a ticket that a message it came from was taken back: no save, so that nobody's edit
    meets a conflict.
    """
    row = await tx.fetch_one(
        "UPDATE tickets SET unsent_at = ? WHERE no = ? RETURNING version",
        now,
        no,
    )
    if row is None:
        return
    version = int(row["version"])
    noted = Change(now, by, UNSENT, "", now.isoformat(), version)
    await changes.add(tx, no, [noted])


async def find_before_last_change(db: Reader, ticket: Ticket) -> Ticket | None:
    """The ticket as it was before its last save, at the version it has now.

    None where that save made it, or changed something that is no field of its own, as a link does.
    """
    last = [
        one
        for one in await changes.list_changes(db, ticket.no, ticket.version - 1)
        if one.field != UNSENT
    ]
    if ticket.version == 1 or not last:
        return None
    # A link or a file that came with that save cannot be taken back by fields.
    if not all(TICKET.has_column(change.field) for change in last):
        return None
    before = dict(TICKET.from_history(change.field, change.old) for change in last)
    return replace(ticket, **before)


async def list_by_customer(
    db: Reader,
    code: str,
    limit: int,
    offset: int = 0,
) -> list[Ticket]:
    """The customer's contact history, newest first."""
    return await _listed(
        db,
        f"customer_code = ? AND {COUNTS} "
        f"ORDER BY created_at DESC, no DESC LIMIT {int(limit)} OFFSET {int(offset)}",
        code,
    )


UNFINISHED = 200
"""A customer's tickets that are not closed are listed up to so many."""
_UNFINISHED = "customer_code = ? AND status IN ('new', 'open') ORDER BY created_at, no LIMIT "


async def list_unfinished_by_customer(
    db: Reader, code: str, limit: int = UNFINISHED
) -> list[Ticket]:
    """The customer's tickets that are not closed, oldest first."""
    return await _listed(db, f"{_UNFINISHED}{int(limit)}", code)


async def list_latest_and_unfinished(db: Reader, code: str, latest: int) -> list[Ticket]:
    """The customer's last tickets, so many, and those that are not closed, oldest first."""
    last = (
        f"SELECT no FROM tickets WHERE customer_code = ? AND {COUNTS} "
        f"ORDER BY created_at DESC, no DESC LIMIT {int(latest)}"
    )
    unfinished = f"SELECT no FROM tickets WHERE {_UNFINISHED}{UNFINISHED}"
    return await _listed(
        db,
        f"no IN (SELECT no FROM ({last}) AS latest UNION "
        f"SELECT no FROM ({unfinished}) AS unfinished) ORDER BY created_at, no",
        code,
        code,
    )


OF_CUSTOMER = f"SELECT count(*) AS n FROM tickets WHERE customer_code = ? AND {COUNTS}"


async def count_by_customer(db: Reader, code: str) -> int:
    """How many tickets the customer has."""
    return await count(db, OF_CUSTOMER, code)


async def find_last_recorded(db: Reader, recorded_by: StaffId) -> Ticket | None:
    """The ticket that an officer recorded last."""
    row = await db.fetch_one(
        f"{_SELECT} WHERE recorded_by = ? AND {COUNTS} ORDER BY recorded_at DESC, no DESC LIMIT 1",
        recorded_by,
    )
    return None if row is None else _ticket(row)


async def list_all_unfinished(db: Reader) -> list[Ticket]:
    """Everybody's tickets that are not closed, by number."""
    return await _listed(db, "status IN ('new', 'open') ORDER BY no")


async def count_unfinished(db: Reader) -> Mapping[StaffId, int]:
    """How many tickets that are not closed each person has."""
    rows = await db.fetch(
        "SELECT assignee_id, count(*) AS n FROM tickets "
        "WHERE status IN ('new', 'open') AND assignee_id IS NOT NULL GROUP BY assignee_id"
    )
    return {StaffId(row["assignee_id"]): int(row["n"]) for row in rows}


async def list_touched(db: Reader, by: StaffId, limit: int) -> list[Ticket]:
    """The tickets that a person recorded or answers for, the newest first: each kind as its index
    has them.
    """
    newest = [
        f"recorded_by = ? AND {COUNTS} ORDER BY recorded_at DESC",
        *(
            f"assignee_id = ? AND status = '{status}' ORDER BY created_at DESC"
            for status in Status
            if status is not Status.VOIDED
        ),
    ]
    nos = " UNION ".join(
        "SELECT no FROM "
        f"(SELECT no FROM tickets WHERE {which}, no DESC LIMIT {int(limit)}) AS listed"
        for which in newest
    )
    found = await _listed(db, f"no IN ({nos}) AND {COUNTS}", *([by] * len(newest)))
    found.sort(key=lambda ticket: (ticket.recorded_at, ticket.no), reverse=True)
    return found[:limit]


async def list_by_contract(db: Reader, contract_no: str, limit: int = 50) -> list[Ticket]:
    """The tickets that name a microdata contract, oldest first."""
    return await _listed(
        db,
        f"contract_no = ? AND contract_no <> '' AND {COUNTS} "
        f"ORDER BY created_at, no LIMIT {int(limit)}",
        contract_no,
    )


async def list_by_receipt(
    db: Reader,
    receipt_no: str,
    but: str = "",
    limit: int = 3,
) -> list[str]:
    """The numbers of other tickets that name this receipt, newest first."""
    rows = await db.fetch(
        "SELECT no FROM tickets "
        f"WHERE receipt_no = ? AND receipt_no <> '' AND no <> ? AND {COUNTS} "
        f"ORDER BY created_at DESC, no DESC LIMIT {int(limit)}",
        receipt_no,
        but,
    )
    return column(rows, "no")


async def list_habits(db: Reader, recorded_by: StaffId, limit: int = 60) -> list[Habit]:
    """Channel and subject of the tickets an officer recorded lately, newest first."""
    rows = await db.fetch(
        f"SELECT channel, subject FROM tickets WHERE recorded_by = ? AND {COUNTS} "
        f"ORDER BY recorded_at DESC LIMIT {int(limit)}",
        recorded_by,
    )
    return [Habit(row["channel"], row["subject"]) for row in rows]


async def list_assignees(db: Reader, recorded_by: StaffId, limit: int = 60) -> list[StaffId]:
    """To whom the tickets went that an officer recorded lately, newest first."""
    rows = await db.fetch(
        "SELECT assignee_id FROM tickets "
        f"WHERE recorded_by = ? AND assignee_id IS NOT NULL AND {COUNTS} "
        f"ORDER BY recorded_at DESC LIMIT {int(limit)}",
        recorded_by,
    )
    return [StaffId(row["assignee_id"]) for row in rows]
