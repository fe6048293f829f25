"""The customer register: records with their contacts and addresses."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.customers import Address, Contact, Customer, CustomerCode, Gender
from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from domain.text import fold, spellings
from domain.tickets import Change
from store import changes
from store.database import Reader, Row, Tx

FIELDS = ("name", "kind", "gender", "organisation", "phone", "mobile", "email", "note", "unknown")
WORD_LENGTH = 60
_COLUMNS = f"code, {', '.join(FIELDS)}, created_at, version"


def _customer(row: Row, contacts: Sequence[Row] = (), addresses: Sequence[Row] = ()) -> Customer:
    return Customer(
        code=CustomerCode(row["code"]),
        name=row["name"],
        kind=row["kind"],
        gender=Gender(row["gender"]) if row["gender"] else None,
        organisation=row["organisation"],
        phone=row["phone"],
        mobile=row["mobile"],
        email=row["email"],
        note=row["note"],
        unknown=frozenset(filter(None, row["unknown"].split(","))),
        contacts=tuple(
            Contact(c["name"], c["phone"], c["mobile"], c["email"], bool(c["main"]), int(c["id"])) for c in contacts
        ),
        addresses=tuple(Address(a["address"], bool(a["main"]), int(a["id"])) for a in addresses),
        created_at=row["created_at"],
        version=int(row["version"]),
    )


def as_stored(customer: Customer) -> dict[str, str | None]:
    """The record's own fields as they are written, in the order of FIELDS."""
    return {
        "name": customer.name,
        "kind": customer.kind,
        "gender": customer.gender,
        "organisation": customer.organisation,
        "phone": customer.phone,
        "mobile": customer.mobile,
        "email": customer.email,
        "note": customer.note,
        "unknown": ",".join(sorted(customer.unknown)),
    }


async def get_customer(db: Reader, code: str) -> Customer:
    """One customer with contacts and addresses, the main ones first; NotFound("customer")."""
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM customers WHERE code = ?", code)
    if row is None:
        raise NotFound("customer", code=code)
    contacts = await db.fetch(
        "SELECT id, name, phone, mobile, email, main FROM contacts WHERE customer_code = ? ORDER BY main DESC, id",
        code,
    )
    addresses = await db.fetch(
        "SELECT id, address, main FROM addresses WHERE customer_code = ? ORDER BY main DESC, id", code
    )
    return _customer(row, contacts, addresses)


async def list_customers(db: Reader, codes: Sequence[str]) -> list[Customer]:
    """These customers, without contacts and addresses, in the order asked for."""
    if not codes:
        return []
    marks = ", ".join("?" for _ in codes)
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM customers WHERE code IN ({marks})", *codes)
    found = {row["code"]: _customer(row) for row in rows}
    return [found[code] for code in codes if code in found]


async def get_customers(db: Reader, codes: Sequence[str]) -> dict[str, Customer]:
    """Those of these customers that there are, with contacts and addresses, by code."""
    if not codes:
        return {}
    marks = ", ".join("?" for _ in codes)
    return await _whole(db, await db.fetch(f"SELECT {_COLUMNS} FROM customers WHERE code IN ({marks})", *codes))


async def list_customers_after(db: Reader, code: str, limit: int) -> list[Customer]:
    """The next customers of the register in the order of their codes, with contacts and addresses."""
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM customers WHERE code > ? ORDER BY code LIMIT {int(limit)}", code)
    return list((await _whole(db, rows)).values())


async def _whole(db: Reader, rows: Sequence[Row]) -> dict[str, Customer]:
    """Customers' rows with what belongs to them, in the order of the rows."""
    codes = [row["code"] for row in rows]
    contacts, addresses = defaultdict[str, list[Row]](list), defaultdict[str, list[Row]](list)
    if codes:
        where = f"WHERE customer_code IN ({', '.join('?' for _ in codes)}) ORDER BY main DESC, id"
        columns = "customer_code, id, name, phone, mobile, email, main"
        for one in await db.fetch(f"SELECT {columns} FROM contacts {where}", *codes):
            contacts[one["customer_code"]].append(one)
        for one in await db.fetch(f"SELECT customer_code, id, address, main FROM addresses {where}", *codes):
            addresses[one["customer_code"]].append(one)
    return {row["code"]: _customer(row, contacts[row["code"]], addresses[row["code"]]) for row in rows}


async def list_codes_by_reach(db: Reader, reaches: Sequence[str]) -> list[tuple[str, str]]:
    """(reach, code) of every customer that has one of these telephones (E.164) or e-mails."""
    keys = {("email", reach.lower()) if "@" in reach else ("phone", phone_key(reach)): reach for reach in reaches}
    found = []
    for kind in ("phone", "email"):
        wanted = [key for one, key in keys if one == kind]
        if wanted:
            marks = ", ".join("?" for _ in wanted)
            found += await db.fetch(
                f"SELECT kind, key, customer_code FROM customer_keys WHERE kind = ? AND key IN ({marks})", kind, *wanted
            )
    return [(keys[row["kind"], row["key"]], row["customer_code"]) for row in found]


def phone_key(phone: str) -> str:
    """The national number's digits, reversed, so that the last are a prefix: +66812345678 -> 8765432180."""
    number = phone.split(";", 1)[0]
    national = "0" + number[3:] if number.startswith("+66") else number
    return re.sub(r"\D", "", national)[::-1]


def _keys(customer: Customer) -> list[tuple[str, str]]:
    people: list[Customer | Contact] = [customer, *customer.contacts]
    phones = {phone_key(phone) for who in people for phone in (who.phone, who.mobile) if phone}
    emails = {who.email.lower() for who in people if who.email}
    return [
        *(("phone", key) for key in sorted(phones) if key),
        *(("email", key) for key in sorted(emails)),
        *(("word", key) for key in sorted(words_of(customer))),
    ]


def words_of(customer: Customer) -> set[str]:
    """The search keys of all words of name, organisation and contacts, at most WORD_LENGTH characters each."""
    names = [customer.name, customer.organisation, *(c.name for c in customer.contacts)]
    return {word[:WORD_LENGTH] for name in names for key in spellings(name) for word in key.split()}


def _folded(customer: Customer) -> str:
    """What a part of a word is looked for in: the words of name, organisation and contacts."""
    return " ".join(fold(part) for part in (customer.name, customer.organisation, *(c.name for c in customer.contacts)))


async def _write_parts(tx: Tx, customer: Customer) -> None:
    """Contacts are updated in place (tickets point at them), addresses and keys written anew."""
    for contact in customer.contacts:
        values = (contact.name, contact.phone, contact.mobile, contact.email, contact.main)
        if contact.id is None:
            await tx.execute(
                "INSERT INTO contacts (name, phone, mobile, email, main, customer_code) VALUES (?, ?, ?, ?, ?, ?)",
                *values,
                customer.code,
            )
        else:
            await tx.execute(
                "UPDATE contacts SET name = ?, phone = ?, mobile = ?, email = ?, main = ? "
                "WHERE id = ? AND customer_code = ?",
                *values,
                contact.id,
                customer.code,
            )
    await tx.execute("DELETE FROM addresses WHERE customer_code = ?", customer.code)
    await tx.execute_many(
        "INSERT INTO addresses (customer_code, address, main) VALUES (?, ?, ?)",
        [(customer.code, address.text, address.main) for address in customer.addresses],
    )
    await _write_keys(tx, customer)


async def _write_keys(tx: Tx, customer: Customer) -> None:
    """All keys anew but those of former names, and the dictionary's new words."""
    keys = _keys(customer)
    await tx.execute("DELETE FROM customer_keys WHERE customer_code = ? AND kind <> 'former'", customer.code)
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES (?, ?, ?)",
        [(kind, key, customer.code) for kind, key in keys],
    )
    await _add_words(tx, [key for kind, key in keys if kind == "word"])


async def _add_words(tx: Tx, words: Sequence[str]) -> None:
    if not words:
        return
    rows = await tx.fetch(f"SELECT word FROM search_words WHERE word IN ({', '.join('?' for _ in words)})", *words)
    if new := sorted(set(words) - {row["word"] for row in rows}):
        await tx.execute("UPDATE search_state SET additions = additions + 1")
        await tx.execute_many(
            "INSERT INTO search_words (word) VALUES (?) ON CONFLICT (word) DO NOTHING", [(w,) for w in new]
        )


async def _keep_former(tx: Tx, old: Customer, new: Customer) -> None:
    """A name that changed stays findable by the words it lost."""
    lost = sorted(words_of(replace(old, contacts=())) - words_of(new))
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES ('former', ?, ?) ON CONFLICT DO NOTHING",
        [(word, new.code) for word in lost],
    )


async def reindex(tx: Tx) -> None:
    """Write the search keys of every customer anew, after the rules for them have changed."""
    last = ""
    while rows := await tx.fetch("SELECT code FROM customers WHERE code > ? ORDER BY code LIMIT 500", last):
        for row in rows:
            await _write_keys(tx, await get_customer(tx, row["code"]))
        last = rows[-1]["code"]


async def add_customer(tx: Tx, customer: Customer, now: datetime) -> None:
    """A new record; Conflict("exists") where the code is taken."""
    stored = as_stored(customer)
    await tx.execute(
        f"INSERT INTO customers (code, {', '.join(stored)}, folded, created_at, updated_at, version) "
        f"VALUES (?, {', '.join('?' for _ in stored)}, ?, ?, ?, 1)",
        customer.code,
        *stored.values(),
        _folded(customer),
        customer.created_at or now,
        now,
    )
    await _write_parts(tx, customer)


async def add_customers(tx: Tx, customers: Sequence[Customer], now: datetime) -> None:
    """Many new records at once (an import); Conflict("exists") where a code is taken."""
    fields = ", ".join(FIELDS)
    await tx.execute_many(
        f"INSERT INTO customers (code, {fields}, folded, created_at, updated_at, version) "
        f"VALUES (?, {', '.join('?' for _ in FIELDS)}, ?, ?, ?, 1)",
        [(c.code, *as_stored(c).values(), _folded(c), c.created_at or now, now) for c in customers],
    )
    await tx.execute_many(
        "INSERT INTO contacts (name, phone, mobile, email, main, customer_code) VALUES (?, ?, ?, ?, ?, ?)",
        [(p.name, p.phone, p.mobile, p.email, p.main, c.code) for c in customers for p in c.contacts],
    )
    await tx.execute_many(
        "INSERT INTO addresses (customer_code, address, main) VALUES (?, ?, ?)",
        [(c.code, address.text, address.main) for c in customers for address in c.addresses],
    )
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES (?, ?, ?)",
        [(kind, key, c.code) for c in customers for kind, key in _keys(c)],
    )


def _differences(old: Customer, new: Customer, by: StaffId | None, now: datetime) -> list[Change]:
    before, after = as_stored(old), as_stored(new)
    pairs = [(field, before[field] or "", after[field] or "") for field in before]
    pairs.append(("address", " | ".join(a.text for a in old.addresses), " | ".join(a.text for a in new.addresses)))
    pairs.append(("contacts", _contacts_text(old), _contacts_text(new)))
    return [Change(now, by, field, a, b, new.version) for field, a, b in pairs if a != b]


def _contacts_text(customer: Customer) -> str:
    return " | ".join(" ".join(filter(None, (c.name, c.phone, c.mobile, c.email))) for c in customer.contacts)


async def update_customer(tx: Tx, old: Customer, new: Customer, by: StaffId | None, now: datetime) -> None:
    """Save changes to a record read at `old.version`; Conflict("changed") where it has moved on."""
    new = replace(new, version=old.version + 1)
    stored = as_stored(new)
    touched = await tx.execute(
        f"UPDATE customers SET {', '.join(f'{field} = ?' for field in stored)}, folded = ?, updated_at = ?, "
        "version = version + 1 WHERE code = ? AND version = ?",
        *stored.values(),
        _folded(new),
        now,
        new.code,
        old.version,
    )
    if not touched:
        raise Conflict("changed", record=new.code)
    await _write_parts(tx, new)
    await _keep_former(tx, old, new)
    await changes.add(tx, new.code, _differences(old, new, by, now))
