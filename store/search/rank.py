"""Customers found by name in their order: how they match, how sure that is, how near the name is as
spelt.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from rapidfuzz.fuzz import ratio

from domain.customers.records import Customer
from domain.keyboard import as_thai_keys, has_thai
from domain.text import letters
from store.customers.records import follow_customers
from store.engine.database import Database, is_one_of

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

    @property
    def order(self) -> tuple[bool, int, float]:
        """The surer a match, the smaller."""
        return self.former, self.kind, -self.likeness


async def rank(db: Database, query: str, matches: Sequence[Match]) -> list[NameMatch]:
    """The customers, best first: how they match, how sure, how near the name is as spelt, the
    code.
    """
    best = sorted(matches, key=lambda match: (*match.order, match.code))[:LIMIT]
    typed = {"": letters(query), "layout": _on_thai_keys(query)}
    customers = await follow_customers(db, [match.code for match in best])
    of_spelling = [match.code for match in best if match.kind in (WHOLE, NEAR)]
    contacts = await _contacts(db, of_spelling)
    ranked: list[tuple[tuple[bool, bool, int, int], NameMatch]] = []
    for customer, match in _by_survivor(best, customers):
        found = _weigh(
            customer,
            match,
            query.casefold(),
            typed.get(match.why, typed[""]),
            contacts.get(match.code, ()),
        )
        ranked.append((_place(found, match), found))
    ranked.sort(key=lambda pair: pair[0])
    return [found for _at, found in ranked if found.score >= WORST]


def _by_survivor(
    matches: Iterable[Match], customers: Mapping[str, Customer]
) -> Iterator[tuple[Customer, Match]]:
    """The matches with whom they lead to; `customers` by the codes of the matches."""
    for match in matches:
        customer = customers.get(match.code)
        if customer is None:
            continue  # gone since
        if customer.code == match.code:
            yield customer, match
        elif customer.code not in customers:
            # Who is found under the own name too is not told twice.
            yield customer, replace(match, former=True)


def _on_thai_keys(query: str) -> list[str]:
    """The words that the same keys of the Thai layout give; none where Thai was typed."""
    if has_thai(query):
        return []
    return letters(as_thai_keys(query))


def _place(found: NameMatch, match: Match) -> tuple[bool, bool, int, int]:
    """Where it stands among the others: the smaller, the higher."""
    order = match.kind
    if found.why in WHY:
        order = WHY.index(found.why)
    return found.weak, match.former, order, -found.score


async def _contacts(db: Database, codes: Sequence[str]) -> dict[str, list[str]]:
    if not codes:
        return {}
    wanted = is_one_of("customer_code", codes)
    rows = await db.fetch(
        f"SELECT customer_code, name FROM contacts WHERE {wanted} ORDER BY id", *codes
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["customer_code"], []).append(row["name"])
    return found


def _weigh(
    customer: Customer,
    match: Match,
    query: str,
    typed: Sequence[str],
    contacts: Sequence[str],
) -> NameMatch:
    """A match with its score, which counts the spelling too where whole words are alike."""
    names = [customer.name, customer.organisation]
    if match.why == "roman":
        kind = match.kind
        score = match.likeness
        weak = score < SURE_SOUND
    elif match.kind in (WHOLE, NEAR) and not match.former:
        kind, score, weak = _weigh_spelling(match, typed, names, contacts)
    else:
        kind = match.kind
        score = match.likeness
        weak = match.kind == NEAR
        spelt = " ".join(names).casefold()
        if any(word not in spelt for word in query.split()):
            score -= 3  # begins or holds what sounds so, but is spelt otherwise
    why = match.why or WHY[kind]
    if match.former:
        why = "former"
    return NameMatch(customer, why, round(score), weak)


def _weigh_spelling(
    match: Match,
    typed: Sequence[str],
    names: Sequence[str],
    contacts: Sequence[str],
) -> tuple[int, float, bool]:
    """How whole words that are alike match by their spelling, how surely, and whether weakly."""
    own = _spelling(typed, names)
    with_contacts = _spelling(typed, [*names, *contacts])
    if match.kind == WHOLE and own == 100:
        return WHOLE, match.likeness, False
    if match.kind == WHOLE and with_contacts == 100:
        # Whole words, but of a contact: the customer's own come first.
        return HOLDS, BASE[HOLDS], False
    spelt = max(own, with_contacts - BEHIND_OWN)
    score = 0.7 * match.likeness + 0.3 * spelt
    return NEAR, min(99.0, score), True


def _spelling(typed: Sequence[str], names: Sequence[str]) -> float:
    """How alike the typed words are to a customer's as spelt, in percent; 100 where all stand
    there.
    """
    words = [letters(name) for name in names]
    every = set(chain.from_iterable(words))
    whole = "".join(typed)
    if every.issuperset(typed) or any(whole in _runs(some) for some in words):
        return 100.0
    likeness = [_nearest(word, every) for word in typed]
    by_words = sum(likeness) / len(likeness)
    by_name = ratio(whole, "".join(words[0]))
    return min(99.0, max(by_words, by_name))


def _nearest(word: str, others: Iterable[str]) -> float:
    """How alike a word is to that of the others which is most like it, in percent."""
    return max((ratio(word, other) for other in others), default=0.0)


def _runs(words: Sequence[str]) -> list[str]:
    """Every run of neighbouring words, written without gaps."""
    words = words[:MOST_WORDS]
    runs: list[str] = []
    for end in range(len(words) + 1):
        runs += ["".join(words[start:end]) for start in range(end)]
    return runs
