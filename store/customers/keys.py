"""What customers are found by, derived from their records and written here alone: keys, and the
register's words.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from domain.customers.other_names import other_names
from domain.customers.records import Contact, Customer, CustomerCode
from domain.text import spellings
from store.engine.database import Reader, Tx, is_one_of
from store.engine.rows import column

WORD_LENGTH = 60
WHOLE_LENGTH = 120
"""Characters of a search key: of a word, and of a whole name (by which pairs are found)."""

DIALLED = "dialled"
"""The kind of a key that holds a telephone's digits as they are dialled; of kind "phone" they are
reversed.
"""

AT_ONCE = 1000
"""Words, or customers, that one statement names."""


def phone_key(phone: str) -> str:
    """The national number's digits, reversed, so that the last are a prefix: +66812345678 ->
    8765432180.
    """
    number = phone.split(";", 1)[0]
    if number.startswith("+66"):
        number = "0" + number[3:]
    only_digits = re.sub(r"\D", "", number)
    return only_digits[::-1]


def keys_of(customer: Customer) -> list[tuple[str, str]]:
    """(kind, key) of everything that a record is found by, but its former names."""
    phones = _phone_keys(customer)
    keys = {
        "phone": phones,
        DIALLED: {key[::-1] for key in phones},
        "email": _email_keys(customer),
        "word": words_of(customer),
        "whole": {whole_key(customer.name)},
    }
    # Nothing is found by an empty key: of a telephone without digits, a name without letters.
    return [(kind, key) for kind, some in keys.items() for key in sorted(some) if key]


def _phone_keys(customer: Customer) -> set[str]:
    keys: set[str] = set()
    for who in _people(customer):
        keys.add(phone_key(who.phone))
        keys.add(phone_key(who.mobile))
    return keys


def _email_keys(customer: Customer) -> set[str]:
    return {who.email.lower() for who in _people(customer)}


async def is_known_email(db: Reader, email: str) -> bool:
    """Whether a customer, or a contact, has this address."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM customer_keys WHERE kind = 'email' AND key = ? LIMIT 1",
        email.lower(),
    )
    return bool(email) and row is not None


def _people(customer: Customer) -> list[Customer | Contact]:
    return [customer, *customer.contacts]


def whole_key(name: str) -> str:
    """What a whole name is found by, "" where nothing of it can be searched."""
    return _first_spelling(name)[:WHOLE_LENGTH]


def words_of(customer: Customer) -> set[str]:
    """The search keys of all words of name, organisation, contacts and by what else they are known,
    at most WORD_LENGTH characters each.
    """
    words: set[str] = set()
    emails = [who.email for who in _people(customer)]
    others = other_names((customer.name, customer.organisation), emails)
    for name in (*_names(customer), *others):
        for key in spellings(name):
            words.update(word[:WORD_LENGTH] for word in key.split())
    return words


def folded(customer: Customer) -> str:
    """What a part of a word is looked for in: the words of name, organisation and contacts."""
    return " ".join(_first_spelling(name) for name in _names(customer))


def _first_spelling(name: str) -> str:
    return next(iter(spellings(name)), "")


def _names(customer: Customer) -> list[str]:
    contacts = [contact.name for contact in customer.contacts]
    return [customer.name, customer.organisation, *contacts]


def former_words(states: Sequence[Customer]) -> set[str]:
    """Words of its own name and organisation that a record lost between the states that it had, in
    their order.
    """
    own = [words_of(replace(state, contacts=())) for state in states]
    lost: set[str] = set()
    for old, new in pairwise(own):
        lost |= old - new
    return lost


async def write(tx: Tx, customers: Sequence[Customer]) -> None:
    """Write all keys of these records anew, but those of former names, and learn the words that
    nobody had.
    """
    rows: list[tuple[str, str, str]] = []
    for customer in customers:
        rows += [(kind, key, customer.code) for kind, key in keys_of(customer)]
    for codes in _some([customer.code for customer in customers]):
        theirs = is_one_of("customer_code", codes)
        # Not `execute`: this waits for no answer and goes along with what is asked next.
        await tx.execute_many(
            f"DELETE FROM customer_keys WHERE {theirs} AND kind <> 'former'", [tuple(codes)]
        )
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES (?, ?, ?)", rows
    )
    words = [key for kind, key, _code in rows if kind == "word"]
    # In the order met: of words alike the search shows those first that came first.
    await _learn(tx, list(dict.fromkeys(words)))


async def keep_former(tx: Tx, code: str, words: Collection[str]) -> None:
    """A name that changed stays findable by the words it lost."""
    await tx.execute_many(
        "INSERT INTO customer_keys (kind, key, customer_code) VALUES ('former', ?, ?) "
        "ON CONFLICT DO NOTHING",
        [(word, code) for word in sorted(words)],
    )
    # Of a record whose keys were made by older rules nobody may have learnt them.
    await _learn(tx, sorted(words))


async def find_stale(
    db: Reader, customers: Sequence[Customer], former: Mapping[CustomerCode, set[str]]
) -> list[Customer]:
    """Those of these records whose keys are not what they should be; `former` = words that each has
    lost.
    """
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    lost: dict[str, set[str]] = defaultdict(set)
    for codes in _some([customer.code for customer in customers]):
        theirs = is_one_of("customer_code", codes)
        rows = await db.fetch(
            f"SELECT customer_code, kind, key FROM customer_keys WHERE {theirs}", *codes
        )
        for row in rows:
            code = row["customer_code"]
            if row["kind"] == "former":
                lost[code].add(row["key"])
            else:
                found[code].add((row["kind"], row["key"]))
    stale: list[Customer] = []
    for one in customers:
        missing = former.get(one.code, set()) - lost[one.code]
        if missing or found[one.code] != set(keys_of(one)):
            stale.append(one)
    return stale


async def learn_all(tx: Tx) -> int:
    """Learn every word that some customer has or had, the commonest first; returns how many were
    not known.
    """
    await tx.execute("UPDATE search_state SET additions = additions + 1")
    return await tx.execute(
        "INSERT INTO search_words (word) "
        "SELECT key FROM customer_keys WHERE kind IN ('word', 'former') "
        "GROUP BY key ORDER BY count(*) DESC, key ON CONFLICT (word) DO NOTHING"
    )


async def _learn(tx: Tx, words: Sequence[str]) -> None:
    """Words that are there already are read only, so that most saves hold up nobody else's."""
    new: list[str] = []
    for some in _some(words):
        new += await _unknown(tx, some)
    if not new:
        return
    # The row is locked: words get their ids in the order of the commits, so that a reader who goes
    # on from the last id it saw misses none.
    await tx.execute("UPDATE search_state SET additions = additions + 1")
    await tx.execute_many(
        "INSERT INTO search_words (word) VALUES (?) ON CONFLICT (word) DO NOTHING",
        [(word,) for word in new],
    )


async def _unknown(tx: Tx, words: Sequence[str]) -> list[str]:
    asked = is_one_of("word", words)
    rows = await tx.fetch(f"SELECT word FROM search_words WHERE {asked}", *words)
    known = set(column(rows, "word"))
    return [word for word in words if word not in known]


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


async def forget_words(tx: Tx, words: Sequence[str]) -> dict[str, int]:
    """Forget those of these words that no customer has any more; returns them with their numbers.

    Whoever keeps words in memory sees that some were forgotten, and reads them anew."""
    gone: dict[str, int] = {}
    for word in words:
        row = await tx.fetch_one(
            "DELETE FROM search_words WHERE word = ? AND NOT EXISTS "
            "(SELECT 1 FROM customer_keys WHERE key = ? AND kind IN ('word', 'former')) "
            "RETURNING id",
            word,
            word,
        )
        if row is not None:
            gone[word] = row["id"]
    if gone:
        await tx.execute("UPDATE search_state SET forgotten = forgotten + 1")
    return gone
