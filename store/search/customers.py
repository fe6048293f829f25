"""Finding customers: exact code, telephone, e-mail, else a name, however it is written.

Everything is bounded; each hit says why it was found. One behaviour on both engines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers.phones import (
    Reach,
    looks_like_email,
    looks_like_phone,
    read_phones,
    read_reach,
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
    typed = digits(text).strip()
    if code := read_code(text):
        return await _hits(db, [code], MatchReason.CODE)
    if named := await _hits(db, _codes_within(text), MatchReason.CODE):
        return named
    if looks_like_phone(typed):
        return await _by_phone(db, typed)
    if re.fullmatch(r"\d{4,}", typed):
        return await _hits(db, await _codes_by_key(db, "phone", typed[::-1]), MatchReason.PHONE)
    if looks_like_email(typed) or re.fullmatch(r"[\w.+-]{3,}@[\w.-]*", typed):
        return await _hits(db, await _codes_by_key(db, "email", typed.lower()), MatchReason.EMAIL)
    reach = read_reach(text)
    if (reach.phones or reach.emails) and not re.search(r"[^\W\d_]", reach.words):
        return await _by_reach(db, reach)
    return [_hit(found) for found in await find_by_name(db, words, text)]


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
    keys = [phone_key(number) for number in read_phones(typed).numbers] or [
        re.sub(r"\D", "", typed)[::-1]
    ]
    codes = [code for key in keys for code in await _codes_by_key(db, "phone", key, exact=True)]
    return await _hits(db, codes or await _codes_by_key(db, "phone", keys[0]), MatchReason.PHONE)


async def _by_reach(db: Database, reach: Reach) -> list[Hit]:
    """Those who have one of several telephones or addresses that were typed and nothing else."""
    hits: list[Hit] = []
    for phone in reach.phones:
        hits += await _hits(
            db, await _codes_by_key(db, "phone", phone_key(phone), exact=True), MatchReason.PHONE
        )
    for email in reach.emails:
        hits += await _hits(
            db, await _codes_by_key(db, "email", email, exact=True), MatchReason.EMAIL
        )
    return list({hit.customer.code: hit for hit in reversed(hits)}.values())[::-1]


async def _hits(db: Database, codes: Sequence[str], why: MatchReason) -> list[Hit]:
    return [Hit(customer, why) for customer in await list_customers(db, list(dict.fromkeys(codes)))]


async def _codes_by_key(db: Database, kind: str, prefix: str, *, exact: bool = False) -> list[str]:
    sql, params = (
        ("key = ?", (prefix,))
        if exact
        else ("key >= ? AND key < ?", (prefix, prefix + "\U0010ffff"))
    )
    rows = await db.fetch(
        f"SELECT customer_code FROM customer_keys WHERE kind = ? AND {sql} ORDER BY key, customer_code LIMIT {LIMIT}",
        kind,
        *params,
    )
    return list(dict.fromkeys(row["customer_code"] for row in rows))


async def find_likely_duplicates(db: Database, words: SearchWords, customer: Customer) -> list[Hit]:
    """Customers already in the register that share a telephone, an e-mail or (nearly) the whole
    name, surest first.
    """
    found: dict[str, MatchReason] = {}
    for phone in filter(None, map(phone_key, (customer.phone, customer.mobile))):
        for code in await _codes_by_key(db, "phone", phone, exact=True):
            found.setdefault(code, MatchReason.PHONE)
    if customer.email:
        for code in await _codes_by_key(db, "email", customer.email.lower(), exact=True):
            found.setdefault(code, MatchReason.EMAIL)
    codes = [code for code in found if code != customer.code][:TWINS]
    hits = [Hit(c, found[c.code]) for c in await list_customers(db, codes)]
    name = fold(customer.name)
    for like in await find_by_name(db, words, customer.name, near=True) if name else []:
        score = round(token_sort_ratio(name, fold(like.customer.name)))
        if score >= ALIKE and like.customer.code not in (customer.code, *found):
            why = MatchReason.NAME if score == 100 and not like.weak else MatchReason.SIMILAR
            hits.append(Hit(like.customer, why, min(score, like.score), like.weak))
    return hits[:TWINS]
