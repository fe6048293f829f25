"""Customers as they were before a save: what taking a change or a merge back needs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from domain.customers.records import Address, Contact, Customer, Gender
from store.engine.database import Reader, Tx, is_one_of


def to_text(customer: Customer) -> str:
    """A whole record as JSON."""
    data = asdict(customer)
    data["unknown"] = sorted(customer.unknown)
    data["created_at"] = None
    return json.dumps(data, ensure_ascii=False)


def from_text(text: str) -> Customer:
    """The reverse of `to_text`, without the time of creation, which never changes."""
    data = json.loads(text)
    if data["gender"]:
        data["gender"] = Gender(data["gender"])
    data["unknown"] = frozenset(data["unknown"])
    data["contacts"] = tuple(Contact(**one) for one in data["contacts"])
    data["addresses"] = tuple(Address(**one) for one in data["addresses"])
    return Customer(**data)


async def keep(tx: Tx, customer: Customer) -> None:
    """Keep a record as it is before it is saved anew."""
    await tx.execute(
        "INSERT INTO revisions (record, version, state) VALUES (?, ?, ?)",
        customer.code,
        customer.version,
        to_text(customer),
    )


async def find(db: Reader, code: str, version: int) -> Customer | None:
    """The record as it was at a version, if that was kept."""
    row = await db.fetch_one(
        "SELECT state FROM revisions WHERE record = ? AND version = ?", code, version
    )
    if row is None:
        return None
    return from_text(row["state"])


async def list_by_codes(db: Reader, codes: Sequence[str]) -> dict[str, list[Customer]]:
    """All states that were kept of these records, oldest first, by code."""
    rows = await db.fetch(
        "SELECT record, state FROM revisions "
        f"WHERE {is_one_of('record', codes)} ORDER BY record, version",
        *codes,
    )
    found: dict[str, list[Customer]] = {}
    for row in rows:
        found.setdefault(row["record"], []).append(from_text(row["state"]))
    return found
