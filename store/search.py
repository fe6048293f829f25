"""Finding customers and tickets: exact code, telephone, e-mail, then words as prefix, then part of a word.

Everything is bounded; each hit says why it was found. One behaviour on both engines.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.customers import Customer
from domain.errors import InvalidInput
from domain.phones import looks_like_email, looks_like_phone, parse_phone
from domain.text import digits, fold
from store.customers import list_customers, phone_key
from store.database import Database, Row

LIMIT = 200
"""Most hits that one search returns; a desk officer refines rather than reads on."""


class Why(StrEnum):
    """Why a customer was found, strongest first."""

    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    PREFIX = "prefix"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that was found, and why."""

    customer: Customer
    why: Why


def _upper(prefix: str) -> str:
    """The first key after all that start with `prefix`, in code point order."""
    return prefix + "\U0010ffff"


async def _codes_by_key(db: Database, kind: str, prefix: str, *, exact: bool = False) -> list[str]:
    sql: str
    params: tuple[str, ...]
    if exact:
        sql, params = "key = ?", (prefix,)
    elif db.engine == "postgresql":
        sql, params = "key LIKE ? ESCAPE '!'", (_like(prefix) + "%",)
    else:
        sql, params = "key >= ? AND key < ?", (prefix, _upper(prefix))
    rows = await db.fetch(
        f"SELECT customer_code FROM customer_keys WHERE kind = ? AND {sql} ORDER BY key, customer_code LIMIT {LIMIT}",
        kind,
        *params,
    )
    return list(dict.fromkeys(row["customer_code"] for row in rows))


def _like(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


async def _codes_by_words(db: Database, words: list[str], *, whole: bool = False) -> list[str]:
    """Customers in whose folded text every word occurs (as a whole word, if so asked), whole names first."""
    text, edge = ("' ' || folded || ' '", " ") if whole else ("folded", "")
    where = " AND ".join(f"{text} LIKE ? ESCAPE '!'" for _ in words)
    rows = await db.fetch(
        f"SELECT code, folded FROM customers WHERE {where} ORDER BY code LIMIT {LIMIT}",
        *(f"%{edge}{_like(word)}{edge}%" for word in words),
    )
    return [row["code"] for row in sorted(rows, key=lambda row: _rank(row, words))]


def _rank(row: Row, words: list[str]) -> tuple[int, int]:
    found = row["folded"].split()
    whole = sum(word in found for word in words)
    starts = sum(any(other.startswith(word) for other in found) for word in words)
    return -whole, -starts


def _why(customer_words: list[str], words: list[str]) -> Why:
    if all(word in customer_words for word in words):
        return Why.NAME
    if all(any(other.startswith(word) for other in customer_words) for word in words):
        return Why.PREFIX
    return Why.PART


async def find_customers(db: Database, text: str) -> list[Hit]:
    """Customers for whatever was typed, best first; at most LIMIT."""
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
    return await _by_name(db, text)


async def _by_phone(db: Database, typed: str) -> list[Hit]:
    try:
        key = phone_key(parse_phone(typed))
    except InvalidInput:
        key = re.sub(r"\D", "", typed)[::-1]
    codes = await _codes_by_key(db, "phone", key, exact=True) or await _codes_by_key(db, "phone", key)
    return [Hit(c, Why.PHONE) for c in await list_customers(db, codes)]


async def _by_name(db: Database, text: str) -> list[Hit]:
    words = fold(text).split()[:8]
    if not words:
        return []
    if len(words) == 1 and len(words[0]) <= 2:
        # One or two characters: only the beginning of a word is meant, and only that is quick to find.
        codes = await _codes_by_key(db, "word", words[0])
    else:
        codes = await _codes_by_words(db, [word[:60] for word in words])
    hits = [Hit(c, _why(fold(f"{c.name} {c.organisation}").split(), words)) for c in await list_customers(db, codes)]
    order = list(Why)
    return sorted(hits, key=lambda hit: order.index(hit.why))


async def find_twins(db: Database, customer: Customer) -> list[Hit]:
    """Customers already in the register that share a telephone, an e-mail or the whole name."""
    found: dict[str, Why] = {}
    for phone in filter(None, map(phone_key, (customer.phone, customer.mobile))):
        for code in await _codes_by_key(db, "phone", phone, exact=True):
            found.setdefault(code, Why.PHONE)
    if customer.email:
        for code in await _codes_by_key(db, "email", customer.email.lower(), exact=True):
            found.setdefault(code, Why.EMAIL)
    words = fold(customer.name).split()[:8]
    if words:
        for code in await _codes_by_words(db, words, whole=True):
            found.setdefault(code, Why.NAME)
    codes = [code for code in found if code != customer.code][:10]
    return [Hit(c, found[c.code]) for c in await list_customers(db, codes)]
