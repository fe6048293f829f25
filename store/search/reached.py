"""Which contact of a customer is meant by a telephone or e-mail that was found, and by a name
beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from domain.customers.records import Contact, Customer
from domain.search.queries import CustomerQuery
from domain.text import fold
from store.customers.keys import phone_key
from store.engine.database import Database, is_one_of
from store.search.beside import count_in, words_of_a_name


async def find_reached_contacts(
    db: Database, query: CustomerQuery, customers: Sequence[Customer]
) -> dict[str, Contact]:
    """By the code of each customer the contact who is reached so, or named beside the customer's
    own telephone; with name and id alone. Where one is reached and another one named, none.
    """
    typed = words_of_a_name(query.words)
    own = {one.code for one in customers if _is_reached(query, one)}
    codes = [one.code for one in customers if typed or one.code not in own]
    if not codes:
        return {}
    found: dict[str, Contact] = {}
    contacts = await _list_contacts(db, codes)
    for code, of_customer in contacts.items():
        meant = _one_meant(query, typed, of_customer, code in own)
        if meant is not None:
            found[code] = meant
    return found


async def _list_contacts(db: Database, codes: Sequence[str]) -> dict[str, list[Contact]]:
    wanted = is_one_of("customer_code", codes)
    rows = await db.fetch(
        "SELECT customer_code, id, name, phone, mobile, email FROM contacts "
        f"WHERE removed = 0 AND {wanted} ORDER BY main DESC, id",
        *codes,
    )
    contacts = defaultdict[str, list[Contact]](list)
    for row in rows:
        contact = Contact(
            row["name"],
            row["phone"],
            row["mobile"],
            row["email"],
            id=int(row["id"]),
        )
        code = row["customer_code"]
        contacts[code].append(contact)
    return contacts


def _one_meant(
    query: CustomerQuery, typed: Sequence[str], contacts: Sequence[Contact], is_own: bool
) -> Contact | None:
    """The one contact who is meant; of two with one telephone nobody knows who is."""
    reached = [one for one in contacts if _is_reached(query, one)]
    named = [one for one in contacts if _is_named(typed, one.name)]
    meant = _meant(reached, named, is_own)
    if len(meant) != 1:
        return None
    return Contact(meant[0].name, id=meant[0].id)


def _meant(reached: Sequence[Contact], named: Sequence[Contact], is_own: bool) -> Sequence[Contact]:
    """Who is reached and named; where the telephone is the customer's own, who is named."""
    if reached and named:
        return [one for one in reached if one in named]
    return named if named or is_own else reached


def _is_named(typed: Sequence[str], name: str) -> bool:
    """Whether the words name somebody whole: each word of the name is among them."""
    words = fold(name).split()
    return bool(typed) and bool(words) and count_in(words, typed) == len(words)


def _is_reached(query: CustomerQuery, one: Customer | Contact) -> bool:
    """Whether somebody has a telephone or address that was asked for."""
    phones = [phone_key(phone) for phone in (one.phone, one.mobile) if phone]
    return _has_phone(query, phones) or _has_email(query, one.email.lower())


def _has_phone(query: CustomerQuery, keys: Iterable[str]) -> bool:
    """Of telephones as keys: their digits from the last to the first."""
    ends = [phone_key(phone) for phone in query.phones]
    begins = []
    if query.digits:
        ends.append(query.digits[::-1])
        begins.append(query.digits)
    return any(key.startswith(tuple(ends)) or key[::-1].startswith(tuple(begins)) for key in keys)


def _has_email(query: CustomerQuery, email: str) -> bool:
    if query.email_start and email.startswith(query.email_start):
        return True
    return email in {*query.emails, *query.glued} - {""}
