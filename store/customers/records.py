"""The customer register: records with their contacts and addresses."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.customers.fields import CONTACT, CUSTOMER
from domain.customers.records import Address, Contact, Customer, CustomerCode
from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from domain.tickets.records import Change
from store.customers import keys as customer_keys
from store.customers import revisions
from store.customers.keys import phone_key
from store.engine.database import Reader, Row, Tx, marks
from store.engine.rows import column, two_columns
from store.records import changes, counters

_COLUMNS = ", ".join(
    f"customers.{column}"
    for column in ("code", *CUSTOMER.columns, "created_at", "merged_into", "version")
)
_CONTACT = ", ".join(CONTACT.columns)
_NO_CONTACT = ", ".join("NULL" for _ in CONTACT.columns)
_PART = ("id", "main", *CONTACT.columns, "address")
_BESIDE = ", ".join(f"part.{column} AS part_{column}" for column in _PART)


def _customer(row: Row, parts: Sequence[Row] = ()) -> Customer:
    return Customer(
        code=CustomerCode(row["code"]),
        contacts=_contacts(parts),
        addresses=_addresses(parts),
        created_at=row["created_at"],
        merged_into=row["merged_into"],
        version=int(row["version"]),
        **CUSTOMER.loaded(row),
    )


def _contacts(parts: Sequence[Row]) -> tuple[Contact, ...]:
    return tuple(_contact(part) for part in parts if part["address"] is None)


def _addresses(parts: Sequence[Row]) -> tuple[Address, ...]:
    addresses = [part for part in parts if part["address"] is not None]
    return tuple(Address(part["address"], bool(part["main"])) for part in addresses)


def _contact(row: Row) -> Contact:
    return Contact(
        main=bool(row["main"]),
        id=int(row["id"]),
        **CONTACT.loaded(row),
    )


async def find_survivors(db: Reader, codes: Sequence[str]) -> dict[str, str]:
    """Who these merged codes belong to now, however many merges lie between: old code -> code."""
    if not codes:
        return {}
    rows = await db.fetch(
        "WITH RECURSIVE chain (origin, code, next) AS ("
        f"SELECT code, code, merged_into FROM customers WHERE code IN ({marks(codes)}) "
        "UNION ALL SELECT chain.origin, c.code, c.merged_into "
        "FROM chain JOIN customers c ON c.code = chain.next) "
        "SELECT origin, code FROM chain WHERE next IS NULL AND origin <> code",
        *codes,
    )
    return two_columns(rows, "origin", "code")


async def hold(tx: Tx, codes: Collection[str], *, alone: bool) -> None:
    """Keep these records from being merged or parted by others until the transaction ends.

    `alone` = and from being given anything that belongs to them; always in one order, so that
    nobody waits in a ring. SQLite has one writer at a time anyway."""
    if tx.engine == "postgresql" and codes:
        marks = ", ".join("?" for _ in codes)
        how = "UPDATE" if alone else "KEY SHARE"
        await tx.fetch(
            f"SELECT code FROM customers WHERE code IN ({marks}) ORDER BY code FOR {how}",
            *sorted(codes),
        )


async def hold_survivors(tx: Tx, codes: Collection[str]) -> dict[str, str]:
    """As `find_survivors`, and it stays so until the transaction ends: what is given to them is not
    left behind.
    """
    held: set[str] = set()
    survivors: dict[str, str] = {}
    while wanted := {*codes, *survivors.values()} - held:
        await hold(tx, wanted, alone=False)
        held |= wanted
        survivors = await find_survivors(tx, sorted(codes))
    return survivors


async def get_customer(db: Reader, code: str) -> Customer:
    """One customer with contacts and addresses, the main ones first; a merged code gives the
    survivor.

    NotFound("customer").
    """
    while (customer := await get_record(db, code)).merged_into is not None:
        # Taken back between the two readings, it leads to itself: read once more.
        code = (await find_survivors(db, [code])).get(code, code)
    return customer


async def get_record(db: Reader, code: str) -> Customer:
    """The record under exactly this code, also where it was merged; NotFound("customer")."""
    found = await get_customers(db, [code])
    if code not in found:
        raise NotFound("customer", code=code)
    return found[CustomerCode(code)]


async def list_customers(db: Reader, codes: Sequence[str]) -> list[Customer]:
    """These customers, without contacts and addresses, in the order asked for; survivors instead of
    merged records.
    """
    found = await follow_customers(db, codes)
    led = [found[code] for code in codes if code in found]
    by_code = {customer.code: customer for customer in led}
    return list(by_code.values())


async def list_whole(db: Reader, codes: Sequence[str]) -> list[Customer]:
    """The same, with contacts and addresses."""
    found = await get_customers(db, codes)
    wanted = [*dict.fromkeys(codes)]
    if any(customer.merged_into is not None for customer in found.values()):
        survivors = await list_customers(db, codes)
        wanted = [survivor.code for survivor in survivors]
        found = await get_customers(db, wanted)
    return [found[code] for code in wanted if code in found]


async def follow_customers(db: Reader, codes: Sequence[str]) -> dict[str, Customer]:
    """By each of these codes the customer it leads to, without contacts and addresses."""
    found = await _bare(db, codes)
    merged = [code for code, customer in found.items() if customer.merged_into is not None]
    survivors = await find_survivors(db, merged)
    wanted = set(survivors.values()) - found.keys()
    others = await _bare(db, list(wanted))
    every = found | others
    led = {}
    for code in merged:
        # One that was taken back between the readings leads nowhere: it is itself again.
        survivor = survivors.get(code, code)
        led[code] = every[survivor]
    return found | led


async def _bare(db: Reader, codes: Sequence[str]) -> dict[str, Customer]:
    if not codes:
        return {}
    marks = ", ".join("?" for _ in codes)
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM customers WHERE code IN ({marks})", *codes)
    return {row["code"]: _customer(row) for row in rows}


async def list_merged_codes(db: Reader, code: str) -> list[str]:
    """The old codes that lead to this customer, straight or over others."""
    rows = await db.fetch(
        "WITH RECURSIVE chain (code) AS (SELECT code FROM customers WHERE merged_into = ? "
        "UNION ALL SELECT c.code FROM chain JOIN customers c ON c.merged_into = chain.code) "
        "SELECT code FROM chain ORDER BY code",
        code,
    )
    return column(rows, "code")


async def get_customers(db: Reader, codes: Sequence[str]) -> dict[str, Customer]:
    """Those of these records that there are, merged ones too, with contacts and addresses, by
    code.
    """
    if not codes:
        return {}
    rows = await db.fetch(
        f"SELECT {_COLUMNS}, {_BESIDE} FROM customers LEFT JOIN ({_parts_of(codes)}) part "
        f"ON part.customer_code = customers.code WHERE customers.code IN ({marks(codes)}) "
        "ORDER BY part_main DESC, part_id",
        *codes,
        *codes,
        *codes,
    )
    parts = defaultdict[str, list[Row]](list)
    for row in rows:
        beside = parts[row["code"]]
        if row["part_id"] is not None:
            beside.append({column: row[f"part_{column}"] for column in _PART})
    bare = {row["code"]: row for row in rows}
    return {code: _customer(row, parts[code]) for code, row in bare.items()}


async def list_customers_after(db: Reader, code: str, limit: int) -> list[Customer]:
    """The next customers of the register in the order of their codes, with contacts and addresses;
    none that was merged.
    """
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM customers WHERE code > ? AND merged_into IS NULL "
        f"ORDER BY code LIMIT {int(limit)}",
        code,
    )
    return list((await _whole(db, rows)).values())


async def _whole(db: Reader, rows: Sequence[Row]) -> dict[str, Customer]:
    """Customers' rows with what belongs to them, in the order of the rows."""
    parts = await _list_parts(db, column(rows, "code"))
    return {row["code"]: _customer(row, parts[row["code"]]) for row in rows}


async def with_parts(db: Reader, bare: Customer) -> Customer:
    """A customer that was read without contacts and addresses, with them."""
    parts = await _list_parts(db, [bare.code])
    return replace(
        bare,
        contacts=_contacts(parts[bare.code]),
        addresses=_addresses(parts[bare.code]),
    )


async def _list_parts(db: Reader, codes: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """The rows of these customers' contacts and addresses, the main ones first."""
    parts = defaultdict[str, list[Row]](list)
    if not codes:
        return parts
    rows = await db.fetch(f"{_parts_of(codes)} ORDER BY main DESC, id", *codes, *codes)
    for row in rows:
        parts[row["customer_code"]].append(row)
    return parts


def _parts_of(codes: Sequence[str]) -> str:
    """A SELECT of contacts and addresses, which takes the codes twice: whoever shows a customer
    wants both.
    """
    theirs = f"customer_code IN ({marks(codes)})"
    return (
        f"SELECT customer_code, id, main, {_CONTACT}, NULL AS address FROM contacts "
        f"WHERE removed = 0 AND {theirs} "
        f"UNION ALL SELECT customer_code, id, main, {_NO_CONTACT}, address FROM addresses "
        f"WHERE {theirs}"
    )


async def find_contact(db: Reader, contact_id: int) -> Contact | None:
    """A contact, also one that was removed or belongs to a merged record: tickets still name it."""
    row = await db.fetch_one(f"SELECT id, main, {_CONTACT} FROM contacts WHERE id = ?", contact_id)
    return None if row is None else _contact(row)


async def contact_name(db: Reader, contact_id: int) -> str:
    """A contact's name, also of one that was removed or belongs to a merged record: tickets still
    name it.
    """
    row = await db.fetch_one("SELECT name FROM contacts WHERE id = ?", contact_id)
    return row["name"] if row else ""


async def list_codes_by_contact_details(
    db: Reader, details: Sequence[str]
) -> list[tuple[str, str]]:
    """(telephone or e-mail, code) of every customer that has one of these telephones (E.164) or
    e-mails.
    """
    emails = [one for one in details if "@" in one]
    phones = [one for one in details if "@" not in one]
    return [
        *await _list_codes(db, "phone", [(phone_key(phone), phone) for phone in phones]),
        *await _list_codes(db, "email", [(email.lower(), email) for email in emails]),
    ]


async def list_codes_by_name(db: Reader, names: Sequence[str]) -> list[tuple[str, str]]:
    """(name, code) of every customer whose whole name sounds like one of these."""
    return await _list_codes(
        db, "whole", [(key, name) for name in names if (key := customer_keys.whole_key(name))]
    )


async def _list_codes(
    db: Reader, kind: str, wanted: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """(what was asked for, code) by keys of one kind; `wanted` is (key, what is asked for)."""
    asked: dict[str, list[str]] = defaultdict(list)
    for key, what in wanted:
        asked[key].append(what)
    if not asked:
        return []
    marks = ", ".join("?" for _ in asked)
    sql = f"SELECT key, customer_code FROM customer_keys WHERE kind = ? AND key IN ({marks})"
    return [
        (what, row["customer_code"])
        for row in await db.fetch(sql, kind, *asked)
        for what in asked[row["key"]]
    ]


async def note_unsent(
    tx: Tx,
    code: str,
    by: StaffId,
    now: datetime,
) -> None:
    """Say in the customer's list of changes that a message it came from was taken back by its
    sender.
    """
    row = await tx.fetch_one("SELECT version FROM customers WHERE code = ?", code)
    if row is not None:
        await changes.add(
            tx,
            code,
            [
                Change(
                    now,
                    by,
                    "unsent_at",
                    "",
                    now.isoformat(),
                    int(row["version"]),
                )
            ],
        )


async def add_customer(tx: Tx, customer: Customer, now: datetime) -> None:
    """A new record; Conflict("exists") where the code is taken."""
    await add_customers(tx, [customer], now)


async def add_customers(tx: Tx, customers: Sequence[Customer], now: datetime) -> None:
    """New records, one as many, with all that is derived from them; Conflict("exists") where a code
    is taken.
    """
    if not customers:
        return
    names = list(_columns(customers[0]))
    await tx.execute_many(
        f"INSERT INTO customers (code, {', '.join(names)}, created_at, updated_at, version) "
        f"VALUES (?, {', '.join('?' for _ in names)}, ?, ?, 1)",
        [(c.code, *_columns(c).values(), c.created_at or now, now) for c in customers],
    )
    await _add_contacts(tx, [(c.code, contact) for c in customers for contact in c.contacts])
    await _add_addresses(tx, customers)
    await customer_keys.write(tx, customers)
    await counters.raise_above(tx, "customer", [customer.code for customer in customers])


def _columns(customer: Customer) -> dict[str, object]:
    return {**CUSTOMER.stored(customer), "folded": customer_keys.folded(customer)}


def _contact_columns(contact: Contact) -> dict[str, object]:
    return {**CONTACT.stored(contact), "main": contact.main}


async def write_derived(tx: Tx, customers: Sequence[Customer]) -> None:
    """Everything that is derived from records as they stand, for those that no save has just
    written.
    """
    await tx.execute_many(
        "UPDATE customers SET folded = ? WHERE code = ?",
        [(customer_keys.folded(c), c.code) for c in customers],
    )
    await customer_keys.write(tx, customers)


async def contacts_went(tx: Tx, codes: Sequence[str]) -> None:
    """Contacts of these records were taken away: whoever has one open meets a conflict."""
    await tx.execute_many(
        "UPDATE customers SET version = version + 1 WHERE code = ?", [(code,) for code in codes]
    )
    await write_derived(tx, [*(await get_customers(tx, codes)).values()])


async def _add_contacts(tx: Tx, contacts: Sequence[tuple[CustomerCode, Contact]]) -> None:
    await tx.execute_many(
        f"INSERT INTO contacts ({_CONTACT}, main, customer_code) "
        f"VALUES ({marks((*CONTACT.columns, 'main', 'customer_code'))})",
        [(*_contact_columns(one).values(), code) for code, one in contacts],
    )


async def _add_addresses(tx: Tx, customers: Sequence[Customer]) -> None:
    await tx.execute_many(
        "INSERT INTO addresses (customer_code, address, main) VALUES (?, ?, ?)",
        [(c.code, address.text, address.main) for c in customers for address in c.addresses],
    )


async def _change_parts(tx: Tx, old: Customer, new: Customer) -> None:
    """Contacts are updated in place and only marked when removed (tickets point at them), addresses
    written anew.
    """
    await _add_contacts(tx, [(new.code, contact) for contact in new.contacts if contact.id is None])
    await tx.execute_many(
        f"UPDATE contacts SET {', '.join(f'{name} = ?' for name in (*CONTACT.columns, 'main'))}, "
        "removed = 0 WHERE id = ? AND customer_code = ?",
        [
            (*_contact_columns(one).values(), one.id, new.code)
            for one in new.contacts
            if one.id is not None
        ],
    )
    kept = {contact.id for contact in new.contacts}
    await tx.execute_many(
        "UPDATE contacts SET removed = 1 WHERE id = ? AND customer_code = ?",
        [(one.id, new.code) for one in old.contacts if one.id not in kept],
    )
    await tx.execute_many("DELETE FROM addresses WHERE customer_code = ?", [(new.code,)])
    await _add_addresses(tx, [new])


def _differences(
    old: Customer,
    new: Customer,
    by: StaffId | None,
    now: datetime,
) -> list[Change]:
    pairs = [(field, a, b) for field, (a, b) in CUSTOMER.differences(old, new).items()]
    pairs.append(
        (
            "address",
            " | ".join(a.text for a in old.addresses),
            " | ".join(a.text for a in new.addresses),
        )
    )
    pairs.append(("contacts", _contacts_text(old), _contacts_text(new)))
    return [Change(now, by, field, a, b, new.version) for field, a, b in pairs if a != b]


def _contacts_text(customer: Customer) -> str:
    return " | ".join(map(_contact_text, customer.contacts))


def _contact_text(contact: Contact) -> str:
    language = CONTACT.rows["contact_language"].value_label(contact.letter_language or "")
    said = (contact.name, contact.phone, contact.mobile, contact.email, language)
    return " ".join(filter(None, said))


async def update_customer(
    tx: Tx,
    old: Customer,
    new: Customer,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Save changes to a record read at `old.version`; Conflict("changed") where it has moved on or
    was merged.

    The record as it was is kept, so that the change can be taken back.
    """
    new = replace(new, version=old.version + 1)
    columns = _columns(new)
    touched = await tx.execute(
        f"UPDATE customers SET {', '.join(f'{name} = ?' for name in columns)}, updated_at = ?, "
        "version = version + 1 WHERE code = ? AND version = ? AND merged_into IS NULL",
        *columns.values(),
        now,
        new.code,
        old.version,
    )
    if not touched:
        raise Conflict("changed", record=new.code)
    await _change_parts(tx, old, new)
    await customer_keys.write(tx, [new])
    await customer_keys.keep_former(tx, new.code, customer_keys.former_words([old, new]))
    await revisions.keep(tx, old)
    await changes.add(tx, new.code, _differences(old, new, by, now))
