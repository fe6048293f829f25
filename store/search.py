"""Finding customers: exact code, telephone, e-mail, else a name, however it is written.

Everything is bounded; each hit says why it was found. One behaviour on both engines.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers import Customer
from domain.errors import InvalidInput
from domain.phones import looks_like_email, looks_like_phone, parse_phone
from domain.text import digits, fold
from store.customers import list_customers, phone_key
from store.database import Database
from store.search_names import find_by_name
from store.search_rank import LIMIT, Found

__all__ = ["LIMIT", "Hit", "Why", "find_customers", "find_twins"]

ALIKE = 92
"""Percent from which two whole names may be one person's."""
TWINS = 10


class Why(StrEnum):
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
    """A customer that was found, why, how surely in percent, and whether it is no more than a guess."""

    customer: Customer
    why: Why
    score: int = 100
    weak: bool = False


async def find_customers(db: Database, text: str) -> list[Hit]:
    """Customers for whatever was typed, best first; at most LIMIT. Weak hits follow the others."""
    typed = digits(text).strip()
    if re.fullmatch(r"[Cc]\d{1,12}", typed):
        return [Hit(c, Why.CODE) for c in await list_customers(db, [typed.upper()])]
    if looks_like_phone(typed):
        return await _by_phone(db, typed)
    if re.fullmatch(r"\d{4,}", typed):
        codes = await _codes_by_key(db, "phone", typed[::-1])
        return [Hit(c, Why.PHONE) for c in await list_customers(db, codes)]
    if looks_like_email(typed) or re.fullmatch(r"[\w.+-]{3,}@[\w.-]*", typed):
        codes = await _codes_by_key(db, "email", typed.lower())
        return [Hit(c, Why.EMAIL) for c in await list_customers(db, codes)]
    return [_hit(found) for found in await find_by_name(db, text)]


def _hit(found: Found) -> Hit:
    return Hit(found.customer, Why(found.why), found.score, found.weak)


async def _by_phone(db: Database, typed: str) -> list[Hit]:
    try:
        key = phone_key(parse_phone(typed))
    except InvalidInput:
        key = re.sub(r"\D", "", typed)[::-1]
    codes = await _codes_by_key(db, "phone", key, exact=True) or await _codes_by_key(db, "phone", key)
    return [Hit(c, Why.PHONE) for c in await list_customers(db, codes)]


async def _codes_by_key(db: Database, kind: str, prefix: str, *, exact: bool = False) -> list[str]:
    sql, params = ("key = ?", (prefix,)) if exact else ("key >= ? AND key < ?", (prefix, prefix + "\U0010ffff"))
    rows = await db.fetch(
        f"SELECT customer_code FROM customer_keys WHERE kind = ? AND {sql} ORDER BY key, customer_code LIMIT {LIMIT}",
        kind,
        *params,
    )
    return list(dict.fromkeys(row["customer_code"] for row in rows))


async def find_twins(db: Database, customer: Customer) -> list[Hit]:
    """Customers already in the register that share a telephone, an e-mail or (nearly) the whole name, surest first."""
    found: dict[str, Why] = {}
    for phone in filter(None, map(phone_key, (customer.phone, customer.mobile))):
        for code in await _codes_by_key(db, "phone", phone, exact=True):
            found.setdefault(code, Why.PHONE)
    if customer.email:
        for code in await _codes_by_key(db, "email", customer.email.lower(), exact=True):
            found.setdefault(code, Why.EMAIL)
    codes = [code for code in found if code != customer.code][:TWINS]
    hits = [Hit(c, found[c.code]) for c in await list_customers(db, codes)]
    name = fold(customer.name)
    for like in await find_by_name(db, customer.name, near=True) if name else []:
        score = round(token_sort_ratio(name, fold(like.customer.name)))
        if score >= ALIKE and like.customer.code not in (customer.code, *found):
            why = Why.NAME if score == 100 and not like.weak else Why.SIMILAR
            hits.append(Hit(like.customer, why, min(score, like.score), like.weak))
    return hits[:TWINS]
