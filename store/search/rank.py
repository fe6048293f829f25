"""Customers found by name in their order: how they match, how sure that is, how near the name is as
spelt.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from rapidfuzz.fuzz import ratio

from domain.customers.other_names import other_names
from domain.customers.records import Contact, Customer
from domain.text import letter_readings, spellings
from domain.text.keyboard import as_thai_keys, has_thai
from store.customers.records import follow_customers
from store.engine.database import Database, Reader, is_one_of

LIMIT = 60
"""Most hits that one search returns; a desk officer refines rather than reads on."""
MOST_WORDS = 8
WORST = 70.0
"""Percent below which nobody would recognise the name."""
WORST_ALONE = 78.0
WORST_KEYS_ALONE = 82.0
"""The same of one word alone, and of one that was typed on the other layout besides: some name is
that near to letters at random.
"""
SURE_SOUND = 95.0
"""Percent from which a name in Latin letters is no mere guess."""

BEHIND_OWN = 5.0
"""Percent that a contact's name, misspelt, stands behind the customer's own."""
REPEATED = 3.0
REPEATED_ALONE = 8.0
"""Percent that each further customer of a name that is near stands behind the one before, and of
one word alone: else one common name would fill the screen.
"""

WHOLE, BEGINS, HOLDS, NEAR = range(4)
WHY = ("name", "prefix", "part", "similar")
BASE = (100.0, 90.0, 80.0)


_Place = tuple[bool, bool, int, float, bool, bool]
"""Where a hit stands among others: the smaller, the higher."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A customer found by name; `why` is a value of store.search.customers.MatchReason."""

    customer: Customer
    why: str
    score: int
    weak: bool
    contact: Contact | None = None
    """Whose name it is, where it is a contact's; with name and id alone."""
    words: tuple[str, ...] = ()
    """The words that were found, as they are spelt."""
    left_out: str = ""
    """The typed word that the customer does not have."""
    kind: int = WHOLE
    former: bool = False
    whole: bool = False
    """As of `Match`."""

    @property
    def place(self) -> _Place:
        """How it matches, how surely; then the whole name first, and a contact's last."""
        by_contact = self.contact is not None
        return self.weak, self.former, self.kind, -self.score, not self.whole, by_contact


@dataclass(frozen=True, slots=True)
class Match:
    """A customer's code and how the typed words match it."""

    code: str
    kind: int
    likeness: float
    former: bool = False
    why: str = ""
    words: tuple[str, ...] = ()
    """The register's words, one for each that was typed."""
    whole: bool = False
    """Whether the customer's own name is what was typed, and no more."""

    @property
    def order(self) -> tuple[bool, int, float, bool]:
        """The surer a match, the smaller."""
        return self.former, self.kind, -self.likeness, not self.whole


async def rank(
    db: Database,
    query: str,
    matches: Sequence[Match],
) -> list[NameMatch]:
    """The customers, best first: how they match, how sure, how near the name is as spelt, the
    code.
    """
    if not matches:
        return []
    typed = _Typed(query)
    pairs, contacts = await db.read(lambda reader: _records(reader, typed, matches))
    ranked: list[NameMatch] = []
    for customer, match in pairs:
        found = _weigh(
            customer,
            match,
            typed,
            contacts.get(customer.code, ()),
        )
        if found.score >= typed.worst(found):
            ranked.append(found)
    return in_turn(ranked)


async def _records(
    db: Reader, typed: "_Typed", matches: Sequence[Match]
) -> tuple[list[tuple[Customer, Match]], dict[str, list[Contact]]]:
    """The best matches with their customers, and the contacts by the customer's code."""
    best = await _best(db, typed, matches)
    customers = await follow_customers(db, [match.code for match in best])
    pairs = list(_by_survivor(best, customers))
    # Contacts are read only of those whose own names have not all that was typed.
    others = [customer.code for customer, _match in pairs if not typed.stands_in(customer)]
    return pairs, await _contacts(db, others)


async def _best(
    db: Reader,
    typed: "_Typed",
    matches: Sequence[Match],
) -> list[Match]:
    """The best matches, as many as are shown."""
    best = sorted(matches, key=lambda match: (*match.order, match.code))
    sure = [match for match in best if match.kind != NEAR]
    if len(sure) > LIMIT:
        return await _spelt_so_first(db, typed, sure)
    nth = Counter[tuple[str, ...]]()
    placed: list[tuple[tuple[bool, int, float], Match]] = []
    for match in best:
        unlikeness = -match.likeness
        if match.kind == NEAR:
            unlikeness += _behind(match.words, nth[match.words])
            nth[match.words] += 1
        placed.append(((match.former, match.kind, unlikeness), match))
    placed.sort(key=lambda pair: pair[0])
    return [match for _place, match in placed[:LIMIT]]


async def _spelt_so_first(
    db: Reader,
    typed: "_Typed",
    matches: Sequence[Match],
) -> list[Match]:
    """Of more than are shown who match alike, those first whose whole name it is, or who are spelt
    so.
    """
    codes = [match.code for match in matches]
    rows = await db.fetch(
        f"SELECT code, name, organisation FROM customers WHERE {is_one_of('code', codes)}", *codes
    )
    names = {row["code"]: (row["name"], row["organisation"]) for row in rows}
    spelt = {code for code, theirs in names.items() if typed.is_within(theirs)}

    def place(match: Match) -> tuple[bool, int, bool, bool]:
        return match.former, match.kind, not match.whole, match.code not in spelt

    return sorted(matches, key=place)[:LIMIT]


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


def in_turn(found: Sequence[NameMatch]) -> list[NameMatch]:
    """The hits in their order, where no name that is near fills the screen."""
    nth = Counter[tuple[str, ...]]()
    placed: list[tuple[_Place, NameMatch]] = []
    for each in sorted(found, key=lambda each: each.place):
        is_weak, is_former, kind, unlikeness, *rest = each.place
        if kind == NEAR:
            unlikeness += _behind(each.words, nth[each.words])
            nth[each.words] += 1
        is_part, by_contact = rest
        place = (is_weak, is_former, kind, unlikeness, is_part, by_contact)
        placed.append((place, each))
    placed.sort(key=lambda pair: pair[0])
    return [each for _place, each in placed]


def _behind(words: Sequence[str], nth: int) -> float:
    """How many percent somebody stands behind the first who has these words."""
    if len(words) == 1:
        return nth * REPEATED_ALONE
    return nth * REPEATED


async def _contacts(db: Reader, codes: Sequence[str]) -> dict[str, list[Contact]]:
    if not codes:
        return {}
    wanted = is_one_of("customer_code", codes)
    rows = await db.fetch(
        "SELECT customer_code, id, name, email FROM contacts "
        f"WHERE removed = 0 AND {wanted} ORDER BY main DESC, id",
        *codes,
    )
    found: dict[str, list[Contact]] = {}
    for row in rows:
        contact = Contact(row["name"], email=row["email"], id=int(row["id"]))
        found.setdefault(row["customer_code"], []).append(contact)
    return found


class _Typed:
    """What was typed, beside names as they are spelt. Each name is read once: many customers share
    an organisation.
    """

    def __init__(self, query: str) -> None:
        self._raw = query.casefold().split()
        self._letters = {"": letter_readings(query), "layout": letter_readings(query)}
        if not has_thai(query):
            self._letters["layout"] = letter_readings(as_thai_keys(query))
        self._spelt: dict[str, list[list[str]]] = {}
        self._heard: dict[str, set[str]] = {}

    def worst(self, found: NameMatch) -> float:
        """The score below which it is not the name."""
        if len(self._raw) > 1 or not found.weak:
            return WORST
        return WORST_KEYS_ALONE if found.why == "layout" else WORST_ALONE

    def is_within(self, names: Iterable[str]) -> bool:
        """Whether each word stands in one of the names, as it is written or as a part."""
        whole = " ".join(names).casefold()
        return all(word in whole for word in self._raw)

    def stands_in(self, customer: Customer) -> bool:
        """Whether all of it stands in the customer's own names."""
        return self.is_within((customer.name, customer.organisation))

    def likeness(
        self,
        why: str,
        names: Sequence[str],
    ) -> float:
        """How alike it is to names as spelt, in percent; 100 where all words stand there."""
        readings = self._letters.get(why, self._letters[""])
        return max(self._likeness(typed, names) for typed in readings)

    def _likeness(self, typed: Sequence[str], names: Sequence[str]) -> float:
        words = [words for name in names for words in self._spelt_words(name)]
        every = set(chain.from_iterable(words))
        whole = "".join(typed)
        if every.issuperset(typed) or any(whole in _runs(some) for some in words):
            return 100.0
        likeness = [_nearest(word, every) for word in typed]
        by_words = sum(likeness) / len(likeness)
        by_name = ratio(whole, "".join(words[0]))
        return min(99.0, max(by_words, by_name))

    def contact(
        self, customer: Customer, match: Match, contacts: Sequence[Contact]
    ) -> Contact | None:
        """Whose words were found, where they are one contact's and not the customer's own."""
        own = self._heard_words(customer.name) | self._heard_words(customer.organisation)
        foreign = [word for word in match.words if word not in own]
        best: Contact | None = None
        most = 0
        for contact in contacts:
            heard = self._heard_words(contact.name)
            shared = sum(word in heard for word in match.words)
            if heard.isdisjoint(foreign) or shared < most:
                continue
            # Of two who fit alike nobody knows who is meant.
            best = contact if shared > most else None
            most = shared
        if best:
            return replace(best, email="")
        return None

    def spelling(
        self,
        words: Sequence[str],
        names: Iterable[str],
    ) -> tuple[str, ...]:
        """Words of the register as they are spelt in these names."""
        spelt = [one for name in names for words in self._spelt_words(name) for one in words]
        heard = {word: one for one in reversed(spelt) for word in self._heard_words(one)}
        return tuple(heard.get(word, word) for word in words)

    def _spelt_words(self, name: str) -> list[list[str]]:
        known = self._spelt.get(name)
        if known is None:
            known = letter_readings(name)
            self._spelt[name] = known
        return known

    def _heard_words(self, name: str) -> set[str]:
        known = self._heard.get(name)
        if known is None:
            known = {word for key in spellings(name) for word in key.split()}
            self._heard[name] = known
        return known


def _weigh(
    customer: Customer, match: Match, typed: _Typed, contacts: Sequence[Contact]
) -> NameMatch:
    """A match with its score, which counts the spelling too where whole words are alike."""
    kind = match.kind
    score = match.likeness
    weak = match.kind == NEAR
    contact = None
    if contacts and not match.former:
        contact = typed.contact(customer, match, contacts)
    if match.why == "roman":
        weak = score < SURE_SOUND
    elif match.kind in (WHOLE, NEAR) and not match.former:
        kind, score, weak = _weigh_spelling(
            customer,
            match,
            typed,
            contacts,
        )
    elif not typed.stands_in(customer):
        score -= 3  # begins or holds what sounds so, but is spelt otherwise
    why = match.why or WHY[kind]
    if match.former:
        why = "former"
    order = match.kind
    words = match.words
    if kind == NEAR:
        order = NEAR
        words = typed.spelling(words, _names(customer, contact))
    return NameMatch(
        customer,
        why,
        round(score),
        weak,
        contact,
        words,
        kind=order,
        former=match.former,
        whole=match.whole,
    )


def _names(customer: Customer, contact: Contact | None) -> list[str]:
    names = [customer.name, customer.organisation]
    if contact:
        names.append(contact.name)
    return names


def _weigh_spelling(
    customer: Customer, match: Match, typed: _Typed, contacts: Sequence[Contact]
) -> tuple[int, float, bool]:
    """How whole words that are alike match by their spelling, how surely, and whether weakly."""
    names = [customer.name, customer.organisation]
    emails = [customer.email, *(contact.email for contact in contacts)]
    own = typed.likeness(match.why, names)
    if match.kind == WHOLE and own == 100:
        return WHOLE, match.likeness, False
    others = other_names(names, emails)
    if match.kind == WHOLE and typed.likeness(match.why, [*names, *others]) == 100:
        # Initials and where the mail comes from are shared by many.
        return WHOLE, match.likeness - BEHIND_OWN, False
    with_contacts = own
    if contacts:
        every = [*names, *(contact.name for contact in contacts)]
        with_contacts = typed.likeness(match.why, every)
    if match.kind == WHOLE and with_contacts == 100:
        # Whole words, but of a contact: the customer's own come first.
        return HOLDS, BASE[HOLDS], False
    spelt = max(own, with_contacts - BEHIND_OWN)
    score = 0.7 * match.likeness + 0.3 * spelt
    return NEAR, min(99.0, score), True


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
