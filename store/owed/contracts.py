"""Microdata contracts: one a request, each with a number of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.errors import NotFound
from domain.owed.contracts import Contract, split_no
from domain.owed.fields import CONTRACT
from domain.staff import StaffId
from store.engine.database import (
    Reader,
    Row,
    Tx,
    count,
    is_one_of,
    marks,
)

COLUMNS = ", ".join(("id", "request_id", *CONTRACT.columns))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of a list are wanted: everything where nothing is set. `year` is Buddhist."""

    overdue_before: date | None = None
    assignee: StaffId | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list of contracts or of things owed."""

    request_id: int
    customer: str
    contract_no: str
    research_title: str
    signed_on: date | None
    rule: str
    state: str
    started_at: datetime | None
    expected_on: date | None
    ended_at: datetime | None
    told: int
    next_at: datetime | None


def contract(row: Row) -> Contract:
    """A contract out of its columns."""
    return Contract(
        id=int(row["id"]),
        request_id=int(row["request_id"]),
        **CONTRACT.loaded(row),
    )


def _columns(contract: Contract) -> dict[str, object]:
    """The columns of a contract's fields; the number and year go with its `no`."""
    number, year = split_no(contract.no)
    return {**CONTRACT.stored(contract), "number": number, "year": year}


async def find_contract(db: Reader, no: str) -> Contract | None:
    """The contract with this number."""
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM contracts WHERE no = ?", no)
    if row is None:
        return None
    return contract(row)


async def get_contract(db: Reader, no: str) -> Contract:
    """The contract with this number; NotFound("contract")."""
    found = await find_contract(db, no)
    if found is None:
        raise NotFound("contract", no=no)
    return found


async def list_existing(db: Reader, nos: Sequence[str]) -> set[str]:
    """Those of these numbers that some contract has."""
    rows = await db.fetch(f"SELECT no FROM contracts WHERE {is_one_of('no', nos)}", *nos)
    return {row["no"] for row in rows}


async def find_owner(db: Reader, no: str) -> str:
    """The code of the customer whose contract this is; "" where there is none."""
    row = await db.fetch_one(
        "SELECT r.customer_code FROM contracts c JOIN requests r ON r.id = c.request_id "
        "WHERE c.no = ?",
        no,
    )
    return row["customer_code"] if row else ""


async def is_of_ticket(db: Reader, no: str, ticket_no: str) -> bool:
    """Whether a contract is that of the request that a ticket is on."""
    row = await db.fetch_one(
        "SELECT 1 AS n FROM contracts c JOIN request_tickets h ON h.request_id = c.request_id "
        "WHERE c.no = ? AND h.ticket_no = ?",
        no,
        ticket_no,
    )
    return row is not None


async def list_taken(db: Reader, year: int) -> list[str]:
    """The numbers of a Buddhist year that contracts have, or that tickets name."""
    rows = await db.fetch(
        "SELECT no FROM contracts WHERE year = ? "
        "UNION SELECT contract_no FROM tickets "
        "WHERE contract_no <> '' AND contract_no LIKE ? AND status <> 'voided'",
        year,
        f"%/{year}",
    )
    return [row["no"] for row in rows]


async def add_contract(
    tx: Tx,
    contract: Contract,
    by: StaffId | None,
    now: datetime,
) -> None:
    """A new contract; Conflict("exists") where the number is taken, or the request has one."""
    stored = {
        **_columns(contract),
        "request_id": contract.request_id,
        "created_at": now,
        "created_by": by,
    }
    await tx.execute(
        f"INSERT INTO contracts ({', '.join(stored)}) VALUES ({marks(stored)})", *stored.values()
    )


async def update_contract(tx: Tx, contract: Contract) -> None:
    """Save a contract's fields and its request; Conflict("exists") where its number is taken."""
    stored = {**_columns(contract), "request_id": contract.request_id}
    columns = ", ".join(f"{name} = ?" for name in stored)
    await tx.execute(
        f"UPDATE contracts SET {columns} WHERE id = ?",
        *stored.values(),
        contract.id,
    )


async def lay_by(tx: Tx, contract: Contract) -> None:
    """A contract that nothing speaks of any more: its number is free, and what was known of it
    waits for its ticket to come back.
    """
    await tx.execute("DELETE FROM contracts WHERE id = ?", contract.id)
    await tx.execute(
        "INSERT INTO laid_by_contracts (request_id, no, fields) VALUES (?, ?, ?) "
        "ON CONFLICT (request_id, no) DO UPDATE SET fields = excluded.fields",
        contract.request_id,
        contract.no,
        json.dumps(CONTRACT.texts(contract, CONTRACT.rows)),
    )


async def find_laid_by(db: Reader, request_id: int, no: str) -> Contract | None:
    """What was known of a contract of this number when it was laid by on this request."""
    row = await db.fetch_one(
        "SELECT fields FROM laid_by_contracts WHERE request_id = ? AND no = ?", request_id, no
    )
    if row is None:
        return None
    values = CONTRACT.values(json.loads(row["fields"]), CONTRACT.rows)
    return replace(Contract(no, request_id), **values)


_LISTED = (
    "r.id AS request_id, r.customer_code AS customer, COALESCE(c.no, '') AS contract_no, "
    "COALESCE(c.research_title, '') AS research_title, c.signed_on, COALESCE(o.rule, '') AS rule, "
    "COALESCE(o.state, '') AS state, o.started_at, o.expected_on, o.ended_at, "
    "COALESCE(o.reminders - o.untold, 0) AS told, o.next_at"
)
_CONTRACTS = (
    "FROM requests r LEFT JOIN contracts c ON c.request_id = r.id LEFT JOIN owed o ON o.id = "
    "(SELECT max(id) FROM owed WHERE request_id = r.id AND rule = 'contract' AND state <> 'void')"
)
_OWED = (
    "FROM owed o JOIN requests r ON r.id = o.request_id "
    "LEFT JOIN contracts c ON c.request_id = r.id"
)


def _where(wanted: Filter, first: str, *params: object) -> tuple[str, list[object]]:
    clauses = [first]
    values = [*params]
    if wanted.overdue_before is not None:
        clauses.append("o.state = 'open' AND o.expected_on < ?")
        values.append(wanted.overdue_before)
    if wanted.assignee is not None:
        clauses.append("COALESCE(o.assignee_id, c.created_by) = ?")
        values.append(wanted.assignee)
    if wanted.year is not None:
        clauses.append("c.year = ?")
        values.append(wanted.year)
    return " AND ".join(clauses), values


async def list_contracts(
    db: Reader,
    wanted: Filter,
    limit: int,
    offset: int,
) -> tuple[list[Listed], dict[str, int]]:
    """A page of contracts, the newest number first, and how many there are in all by the state of
    what is owed.

    One that is owed and has no number yet comes before them.
    """
    where, params = _where(wanted, "(c.id IS NOT NULL OR o.state = 'open')")
    order = "CASE WHEN c.id IS NULL THEN 0 ELSE 1 END, c.year DESC, c.number DESC, r.id DESC"
    return await _list(db, _CONTRACTS, where, params, order, limit, offset)


async def list_owed(
    db: Reader,
    rules: Sequence[str],
    wanted: Filter,
    limit: int,
    offset: int,
    *,
    only_open: bool = True,
) -> tuple[list[Listed], dict[str, int]]:
    """A page of what is owed under these rules, the longest expected first, and how many by
    state.
    """
    states = "o.state = 'open'" if only_open else "o.state <> 'void'"
    where, params = _where(wanted, f"{states} AND {is_one_of('o.rule', rules)}", *rules)
    order = "CASE WHEN o.state = 'open' THEN 0 ELSE 1 END, o.expected_on, o.id"
    return await _list(db, _OWED, where, params, order, limit, offset)


async def _list(
    db: Reader,
    source: str,
    where: str,
    params: list[object],
    order: str,
    limit: int,
    offset: int,
) -> tuple[list[Listed], dict[str, int]]:
    rows = await db.fetch(
        f"SELECT {_LISTED} {source} WHERE {where} "
        f"ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}",
        *params,
    )
    counts = await db.fetch(
        f"SELECT COALESCE(o.state, '') AS state, count(*) AS n {source} WHERE {where} GROUP BY 1",
        *params,
    )
    return [Listed(**dict(row)) for row in rows], {row["state"]: int(row["n"]) for row in counts}


async def list_years(db: Reader) -> list[int]:
    """The Buddhist years that have contracts, the latest first."""
    rows = await db.fetch("SELECT DISTINCT year FROM contracts ORDER BY year DESC")
    return [int(row["year"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer who owes something: how much, and since when."""

    customer: str
    count: int
    overdue: int
    since: datetime


async def list_debtors(
    db: Reader,
    today: date,
    limit: int,
    offset: int,
) -> tuple[list[Debtor], int]:
    """A page of the customers who owe something, the oldest debt first, and how many there are."""
    rows = await db.fetch(
        "SELECT r.customer_code AS customer, count(*) AS n, min(o.started_at) AS since_at, "
        "SUM(CASE WHEN o.expected_on < ? THEN 1 ELSE 0 END) AS overdue "
        "FROM owed o JOIN requests r ON r.id = o.request_id WHERE o.state = 'open' "
        "GROUP BY r.customer_code ORDER BY since_at, r.customer_code "
        f"LIMIT {int(limit)} OFFSET {int(offset)}",
        today,
    )
    total = await count(
        db,
        "SELECT count(DISTINCT r.customer_code) AS n "
        "FROM owed o JOIN requests r ON r.id = o.request_id WHERE o.state = 'open'",
    )
    found = [
        Debtor(
            customer=row["customer"],
            count=int(row["n"]),
            overdue=int(row["overdue"]),
            since=row["since_at"],
        )
        for row in rows
    ]
    return found, total
