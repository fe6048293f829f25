"""Which contact of a customer has the telephone or e-mail that was found."""

from collections.abc import Iterable, Sequence

from domain.customers.records import Contact, Customer
from domain.search.queries import CustomerQuery
from store.customers.keys import phone_key
from store.engine.database import Database, is_one_of


async def find_reached_contacts(
    db: Database, query: CustomerQuery, customers: Sequence[Customer]
) -> dict[str, Contact]:
    """By the code of each customer who is not reached so, the contact who is; with name and id
    alone.
    """
    others = [one.code for one in customers if not _is_reached(query, one)]
    if not others:
        return {}
    wanted = is_one_of("customer_code", others)
    rows = await db.fetch(
        "SELECT customer_code, id, name, phone, mobile, email FROM contacts "
        f"WHERE removed = 0 AND {wanted} ORDER BY main DESC, id",
        *others,
    )
    found: dict[str, list[Contact]] = {}
    for row in rows:
        contact = Contact(
            row["name"],
            row["phone"],
            row["mobile"],
            row["email"],
        )
        if _is_reached(query, contact):
            named = Contact(row["name"], id=int(row["id"]))
            found.setdefault(row["customer_code"], []).append(named)
    # Of two with one telephone nobody knows who is meant.
    return {code: some[0] for code, some in found.items() if len(some) == 1}


def _is_reached(query: CustomerQuery, one: Customer | Contact) -> bool:
    """Whether somebody has a telephone or address that was asked for."""
    phones = [phone_key(phone) for phone in (one.phone, one.mobile) if phone]
    return _has_phone(query, phones) or _has_email(query, one.email.lower())


def _has_phone(query: CustomerQuery, keys: Iterable[str]) -> bool:
    """Of telephones as keys: their digits from the last to the first."""
    wanted = [phone_key(phone) for phone in query.phones]
    for key in keys:
        if any(key.startswith(one) for one in wanted):
            return True
        ends = key.startswith(query.digits[::-1])
        begins = key[::-1].startswith(query.digits)
        if query.digits and (ends or begins):
            return True
    return False


def _has_email(query: CustomerQuery, email: str) -> bool:
    if not email:
        return False
    if email in (*query.emails, *query.glued):
        return True
    return bool(query.email_start) and email.startswith(query.email_start)
