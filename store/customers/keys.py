"""What customers are found by, derived from their records and written here alone: keys, and the
register's words.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from domain.customers.records import Contact, Customer, CustomerCode
from domain.text import spellings
from store.engine.database import Tx

WORD_LENGTH = 60
WHOLE_LENGTH = 120
"""Characters of a search key: of a word, and of a whole name (by which pairs are found)."""

AT_ONCE = 1000
"""Words, or customers, that one statement names."""


def phone_key(phone: str) -> str:
    """The national number's digits, reversed, so that the last are a prefix: +66812345678 ->
    8765432180.
    """
    number = phone.split(";", 1)[0]
    national = "0" + number[3:] if number.startswith("+66") else number
    return re.sub(r"\D", "", national)[::-1]


def keys_of(customer: Customer) -> list[tuple[str, str]]:
    """(kind, key) of everything that a record is found by, but its former names."""
    people: list[Customer | Contact] = [customer, *customer.contacts]
    phones = {phone_key(phone) for who in people for phone in (who.phone, who.mobile) if phone}
    emails = {who.email.lower() for who in people if who.email}
    return [
        *(("phone", key) for key in sorted(phones) if key),
        *(("email", key) for key in sorted(emails)),
        *(("word", key) for key in sorted(words_of(customer))),
        *(("whole", key) for key in filter(None, [whole_key(customer.name)])),
    ]


def whole_key(name: str) -> str:
    """What a whole name is found by, "" where nothing of it can be searched."""
    return next(iter(spellings(name)), "")[:WHOLE_LENGTH]


def words_of(customer: Customer) -> set[str]:
    """The search keys of all words of name, organisation and contacts, at most WORD_LENGTH
    characters each.
    """
    return {
        word[:WORD_LENGTH]
        for name in _names(customer)
        for key in spellings(name)
        for word in key.split()
    }


def folded(customer: Customer) -> str:
    """What a part of a word is looked for in: the words of name, organisation and contacts."""
    return " ".join((spellings(name) or [""])[0] for name in _names(customer))


def _names(customer: Customer) -> list[str]:
    return [customer.name, customer.organisation, *(contact.name for contact in customer.contacts)]


def former_words(states: Sequence[Customer]) -> set[str]:
    """Words of its own name and organisation that a record lost between the states that it had, in
    their order.
    """
    own = [words_of(replace(state, contacts=())) for state in states]
    return {word for old, new in pairwise(own) for word in old - new}


async def write(tx: Tx, customers: Sequence[Customer]) -> None:
    """Write all keys of these records anew, but those of former names, and learn the words that
    nobody had.
    """
    keys = [(kind, key, customer.code) for customer in customers for kind, key in keys_of(customer)]
    for codes in _some([customer.code for customer in customers]):
        marks = ", ".join("?" for _ in codes)
        drop = f"DELETE FROM customer_keys WHERE customer_code IN ({marks}) AND kind <> 'former'"
        await tx.execute_many(drop, [tuple(codes)])
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES (?, ?, ?)", keys
    )
    await _learn(tx, list(dict.fromkeys(key for kind, key, _code in keys if kind == "word")))


async def keep_former(tx: Tx, code: str, words: Collection[str]) -> None:
    """A name that changed stays findable by the words it lost."""
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES ('former', ?, ?) ON CONFLICT DO NOTHING",
        [(word, code) for word in sorted(words)],
    )


async def find_stale(
    tx: Tx, customers: Sequence[Customer], former: Mapping[CustomerCode, set[str]]
) -> list[Customer]:
    """Those of these records whose keys are not what they should be; `former` = words that each has
    lost.
    """
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    lost: dict[str, set[str]] = defaultdict(set)
    for codes in _some([customer.code for customer in customers]):
        marks = ", ".join("?" for _ in codes)
        where = f"customer_code IN ({marks})"
        for row in await tx.fetch(
            f"SELECT customer_code, kind, key FROM customer_keys WHERE {where}", *codes
        ):
            if row["kind"] == "former":
                lost[row["customer_code"]].add(row["key"])
            else:
                found[row["customer_code"]].add((row["kind"], row["key"]))
    return [
        one
        for one in customers
        if found[one.code] != set(keys_of(one)) or not lost[one.code] >= former.get(one.code, set())
    ]


async def learn_all(tx: Tx) -> int:
    """Learn every word that some customer has or had, the commonest first; returns how many were
    not known.
    """
    await tx.execute("UPDATE search_state SET additions = additions + 1")
    return await tx.execute(
        "INSERT INTO search_words (word) SELECT key FROM customer_keys WHERE kind IN ('word', 'former') "
        "GROUP BY key ORDER BY count(*) DESC, key ON CONFLICT (word) DO NOTHING"
    )


async def _learn(tx: Tx, words: Sequence[str]) -> None:
    """Words that are there already are read only, so that most saves hold up nobody else's."""
    new = [word for some in _some(words) for word in await _unknown(tx, some)]
    if new:
        await tx.execute("UPDATE search_state SET additions = additions + 1")
        await tx.execute_many(
            "INSERT INTO search_words (word) VALUES (?) ON CONFLICT (word) DO NOTHING",
            [(word,) for word in new],
        )


async def _unknown(tx: Tx, words: Sequence[str]) -> list[str]:
    marks = ", ".join("?" for _ in words)
    rows = await tx.fetch(f"SELECT word FROM search_words WHERE word IN ({marks})", *words)
    known = {row["word"] for row in rows}
    return [word for word in words if word not in known]


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))
