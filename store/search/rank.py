"""Customers found by name in their order: how they match, how sure that is, how near the name is as
spelt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio

from domain.customers.records import Customer
from domain.keyboard import as_thai_keys, has_thai
from domain.text import letters
from store.customers.records import follow_customers
from store.engine.database import Database

LIMIT = 60
"""Most hits that one search returns; a desk officer refines rather than reads on."""
MOST_WORDS = 8
WORST = 70.0
"""Percent below which nobody would recognise the name."""
SURE_SOUND = 95.0
"""Percent from which a name in Latin letters is no mere guess."""

BEHIND_OWN = 5.0
"""Percent that a contact's name, misspelt, stands behind the customer's own."""

WHOLE, BEGINS, HOLDS, NEAR = range(4)
WHY = ("name", "prefix", "part", "similar")
BASE = (100.0, 90.0, 80.0)


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A customer found by name; `why` is a value of store.search.customers.MatchReason."""

    customer: Customer
    why: str
    score: int
    weak: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A customer's code and how the typed words match it."""

    code: str
    kind: int
    likeness: float
    former: bool = False
    why: str = ""


async def rank(db: Database, query: str, matches: Sequence[Match]) -> list[NameMatch]:
    """The customers, best first: how they match, how sure, how near the name is as spelt, the
    code.
    """
    best = sorted(matches, key=lambda m: (m.former, m.kind, -m.likeness, m.code))[:LIMIT]
    typed = {"": letters(query), "layout": [] if has_thai(query) else letters(as_thai_keys(query))}
    customers = await follow_customers(db, [match.code for match in best])
    contacts = await _contacts(db, [match.code for match in best if match.kind in (WHOLE, NEAR)])
    ranked = []
    for match in best:
        customer = customers.get(match.code)
        if customer is None or (customer.code != match.code and customer.code in customers):
            continue  # gone since, or merged into somebody who is found under the own name too
        if customer.code != match.code:
            match = replace(match, former=True)
        found = _weigh(
            customer,
            match,
            query.casefold(),
            typed.get(match.why, typed[""]),
            contacts.get(match.code, ()),
        )
        order = WHY.index(found.why) if found.why in WHY else match.kind
        ranked.append(((found.weak, match.former, order, -found.score), found))
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0]) if found.score >= WORST]


async def _contacts(db: Database, codes: Sequence[str]) -> dict[str, list[str]]:
    if not codes:
        return {}
    marks = ", ".join("?" for _ in codes)
    rows = await db.fetch(
        f"SELECT customer_code, name FROM contacts WHERE customer_code IN ({marks}) ORDER BY id",
        *codes,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["customer_code"], []).append(row["name"])
    return found


def _weigh(
    customer: Customer, match: Match, query: str, typed: Sequence[str], contacts: Sequence[str]
) -> NameMatch:
    """A match with its score, which counts the spelling too where whole words are alike."""
    kind, score, weak = match.kind, match.likeness, match.kind == NEAR
    names = [customer.name, customer.organisation]
    if match.why == "roman":
        weak = score < SURE_SOUND
    elif kind in (WHOLE, NEAR) and not match.former:
        spelt, with_contacts = _spelling(typed, names), _spelling(typed, [*names, *contacts])
        if kind == WHOLE and spelt < 100 and with_contacts == 100:
            kind, score = (
                HOLDS,
                BASE[HOLDS],
            )  # whole words, but of a contact: the customer's own come first
        elif kind == NEAR or spelt < 100:
            spelt = max(spelt, with_contacts - BEHIND_OWN)
            kind, weak, score = NEAR, True, min(99.0, 0.7 * match.likeness + 0.3 * spelt)
    elif any(word not in " ".join(names).casefold() for word in query.split()):
        score -= 3  # begins or holds what sounds so, but is spelt otherwise
    why = "former" if match.former else match.why or WHY[kind]
    return NameMatch(customer, why, round(score), weak)


def _spelling(typed: Sequence[str], names: Sequence[str]) -> float:
    """How alike the typed words are to a customer's as spelt, in percent; 100 where all stand
    there.
    """
    words = [letters(name) for name in names]
    every = {word for some in words for word in some}
    whole = "".join(typed)
    if every.issuperset(typed) or whole in {run for some in words for run in _runs(some)}:
        return 100.0
    each = [max((ratio(word, other) for other in every), default=0.0) for word in typed]
    return min(99.0, max(sum(each) / len(each), ratio(whole, "".join(words[0]))))


def _runs(words: Sequence[str]) -> list[str]:
    """Every run of neighbouring words, written without gaps."""
    words = words[:MOST_WORDS]
    return ["".join(words[start:end]) for end in range(len(words) + 1) for start in range(end)]
