"""Finding customers: exact code, telephone, e-mail, else a name, however it is written.

Everything is bounded; each hit says why it was found. One behaviour on both engines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers.phones import (
    ContactDetails,
    looks_like_email,
    looks_like_phone,
    read_contact_details,
    read_phones,
)
from domain.customers.records import Customer
from domain.text import digits, fold
from domain.tickets.references import ReferenceKind, find_references, read_code
from store.customers.keys import phone_key
from store.customers.records import list_customers
from store.engine.database import Database
from store.search.names import find_by_name
from store.search.rank import LIMIT, NameMatch
from store.search.words import SearchWords

__all__ = ["LIMIT", "Hit", "MatchReason", "find_customers", "find_likely_duplicates"]

ALIKE = 92
"""Percent from which two whole names may be one person's."""
TWINS = 10


class MatchReason(StrEnum):
    """Why a customer was found, strongest first."""

    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    PREFIX = "prefix"
    PART = "part"
    LAYOUT = "layout"
    ROMAN = "roman"
    FORMER = "former"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that was found, why, how surely in percent, and whether it is no more than a
    guess.
    """

    customer: Customer
    why: MatchReason
    score: int = 100
    weak: bool = False


async def find_customers(db: Database, words: SearchWords, text: str) -> list[Hit]:
    """Customers for whatever was typed, best first; at most LIMIT. Weak hits follow the others.

    `words` are those of this database. DeskError("register_unread"): see `find_by_name`."""
    if code := read_code(text):
        return await _hits(db, [code], MatchReason.CODE)
    named = await _hits(db, _codes_within(text), MatchReason.CODE)
    if named:
        return named
    typed = digits(text).strip()
    if looks_like_phone(typed):
        return await _by_phone(db, typed)
    if _END_OF_PHONE.fullmatch(typed):
        return await _by_key(db, typed[::-1], MatchReason.PHONE)
    if looks_like_email(typed) or _BEGINNING_OF_EMAIL.fullmatch(typed):
        return await _by_key(db, typed.lower(), MatchReason.EMAIL)
    contact_details = read_contact_details(text)
    if _stands_alone(contact_details):
        return await _by_contact_details(db, contact_details)
    return [_hit(found) for found in await find_by_name(db, words, text)]


def _stands_alone(contact_details: ContactDetails) -> bool:
    """Whether nothing was typed but telephones and addresses."""
    if not contact_details.phones and not contact_details.emails:
        return False
    return _LETTER.search(contact_details.words) is None


_END_OF_PHONE = re.compile(r"\d{4,}")
_BEGINNING_OF_EMAIL = re.compile(r"[\w.+-]{3,}@[\w.-]*")
_LETTER = re.compile(r"[^\W\d_]")


def _codes_within(text: str) -> list[str]:
    """The codes that stand among other words."""
    return [
        one.value
        for one in find_references(text)
        if one.kind is ReferenceKind.CUSTOMER and one.sure
    ]


def _hit(found: NameMatch) -> Hit:
    return Hit(found.customer, MatchReason(found.why), found.score, found.weak)


async def _by_phone(db: Database, typed: str) -> list[Hit]:
    """Those who have one of the telephones that were typed; what is none is looked for as the end
    of one.
    """
    keys = [phone_key(number) for number in read_phones(typed).numbers]
    if not keys:
        only_digits = re.sub(r"\D", "", typed)
        keys = [only_digits[::-1]]
    codes: list[str] = []
    for key in keys:
        codes += await _codes_with(db, MatchReason.PHONE, key)
    if not codes:
        codes = await _codes_beginning(db, MatchReason.PHONE, keys[0])
    return await _hits(db, codes, MatchReason.PHONE)


async def _by_key(db: Database, beginning: str, why: MatchReason) -> list[Hit]:
    return await _hits(db, await _codes_beginning(db, why, beginning), why)


async def _by_contact_details(db: Database, contact_details: ContactDetails) -> list[Hit]:
    """Those who have one of several telephones or addresses that were typed and nothing else."""
    hits: list[Hit] = []
    for phone in contact_details.phones:
        codes = await _codes_with(db, MatchReason.PHONE, phone_key(phone))
        hits += await _hits(db, codes, MatchReason.PHONE)
    for email in contact_details.emails:
        codes = await _codes_with(db, MatchReason.EMAIL, email)
        hits += await _hits(db, codes, MatchReason.EMAIL)
    # Who was found twice stands where he was found first, and for that reason.
    once = {hit.customer.code: hit for hit in reversed(hits)}
    return list(reversed(once.values()))


async def _hits(db: Database, codes: Sequence[str], why: MatchReason) -> list[Hit]:
    once = list(dict.fromkeys(codes))
    return [Hit(customer, why) for customer in await list_customers(db, once)]


async def _codes_with(db: Database, kind: MatchReason, key: str) -> list[str]:
    """Codes of the customers that have exactly this telephone or e-mail."""
    return await _codes(db, kind, "key = ?", key)


async def _codes_beginning(db: Database, kind: MatchReason, beginning: str) -> list[str]:
    """Codes of the customers with a telephone or e-mail whose key begins so."""
    behind_all = beginning + "\U0010ffff"
    return await _codes(
        db,
        kind,
        "key >= ? AND key < ?",
        beginning,
        behind_all,
    )


async def _codes(db: Database, kind: MatchReason, condition: str, *params: str) -> list[str]:
    rows = await db.fetch(
        f"SELECT customer_code FROM customer_keys WHERE kind = ? AND {condition} "
        f"ORDER BY key, customer_code LIMIT {LIMIT}",
        kind.value,
        *params,
    )
    return list(dict.fromkeys(row["customer_code"] for row in rows))


async def find_likely_duplicates(db: Database, words: SearchWords, customer: Customer) -> list[Hit]:
    """Customers already in the register that share a telephone, an e-mail or (nearly) the whole
    name, surest first.
    """
    found = await _reasons_by_reach(db, customer)
    codes = [code for code in found if code != customer.code][:TWINS]
    hits = [Hit(twin, found[twin.code]) for twin in await list_customers(db, codes)]
    name = fold(customer.name)
    if not name:
        return hits
    passed_over = {customer.code, *found}
    for like in await find_by_name(db, words, customer.name, near=True):
        score = round(token_sort_ratio(name, fold(like.customer.name)))
        if score < ALIKE or like.customer.code in passed_over:
            continue
        why = MatchReason.SIMILAR
        if score == 100 and not like.weak:
            why = MatchReason.NAME
        hits.append(Hit(like.customer, why, min(score, like.score), like.weak))
    return hits[:TWINS]


async def _reasons_by_reach(db: Database, customer: Customer) -> dict[str, MatchReason]:
    """Who has one of a customer's telephones or its e-mail: why, by code."""
    found: dict[str, MatchReason] = {}
    for phone in filter(None, map(phone_key, (customer.phone, customer.mobile))):
        for code in await _codes_with(db, MatchReason.PHONE, phone):
            found.setdefault(code, MatchReason.PHONE)
    if customer.email:
        for code in await _codes_with(db, MatchReason.EMAIL, customer.email.lower()):
            found.setdefault(code, MatchReason.EMAIL)
    return found
