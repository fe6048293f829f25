"""Finding customers: exact code, telephone, e-mail, else a name, however it is written.

Everything is bounded; each hit says why it was found. One behaviour on both engines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers.phones import format_phone
from domain.customers.records import Contact, Customer
from domain.search.queries import LEAST_DIGITS, CustomerQuery, near_addresses, read_query
from domain.text import fold
from store.customers.keys import DIALLED, phone_key
from store.customers.records import list_customers, list_whole
from store.engine.database import Database, is_one_of
from store.search.beside import NAME_WORDS, count_in, list_words, name_others, words_of_a_name
from store.search.names import find_by_name
from store.search.rank import LIMIT, NameMatch
from store.search.reached import find_reached_contacts
from store.search.sentences import find_named_within
from store.search.words import SearchWords

__all__ = ["LIMIT", "Hit", "Hits", "MatchReason", "find_customers", "find_likely_duplicates"]

ALIKE = 92
"""Percent from which two whole names may be one person's."""
TWINS = 10
CODE_WIDTHS = (1, 5, 6)
"""Digits of codes that are filled up with noughts."""
NEARLY_WHOLE = 7
"""Digits of a telephone of which hardly anybody types a part."""
SENTENCE = 3
"""Words that may say more than a name."""
MOST_COMPARED = 400
"""Customers whose telephones end alike, of whom those are looked for that have a name."""


class MatchReason(StrEnum):
    """Why a customer was found, strongest first."""

    CODE = "code"
    PHONE = "phone"
    PHONE_START = "phone_start"
    EMAIL = "email"
    NEAR_EMAIL = "near_email"
    NAME = "name"
    PREFIX = "prefix"
    PART = "part"
    LAYOUT = "layout"
    ROMAN = "roman"
    FORMER = "former"
    SIMILAR = "similar"


REACHED = frozenset(
    {
        MatchReason.PHONE,
        MatchReason.PHONE_START,
        MatchReason.EMAIL,
        MatchReason.NEAR_EMAIL,
    }
)
WHOLE = frozenset({MatchReason.CODE, MatchReason.PHONE, MatchReason.EMAIL})


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that was found, why, how surely in percent, and whether it is no more than a
    guess; by a code with contacts and addresses, else without.
    """

    customer: Customer
    why: MatchReason
    score: int = 100
    weak: bool = False
    contact: Contact | None = None
    """Whose name, telephone or e-mail was found, where it is not the customer's own; with name and
    id.
    """
    left_out: str = ""
    """What was typed that the customer does not have."""
    by_part: bool = False
    """Whether only a part of a telephone or address was typed, by which nobody is meant for
    certain.
    """


class Hits(list[Hit]):
    """Hits, best first; `partial` where the register's words are still being read, so that others
    may be missing.
    """

    def __init__(
        self,
        hits: Iterable[Hit] = (),
        *,
        partial: bool = False,
    ) -> None:
        super().__init__(hits)
        self.partial = partial

    @property
    def only(self) -> Hit | None:
        """The only hit, where it is no guess."""
        if len(self) != 1 or self[0].weak or self.partial:
            return None
        return self[0]

    @property
    def sole(self) -> Hit | None:
        """The hit that is meant for certain: the only one, and nobody else was named with it."""
        only = self.only
        if only is None or only.left_out or only.by_part:
            return None
        return only


async def find_customers(
    db: Database,
    words: SearchWords,
    text: str,
) -> Hits:
    """Customers for whatever was typed, best first; at most LIMIT. Weak hits follow the others.

    `words` are those of this database. DeskError("register_unread"): see `find_by_name`."""
    query = read_query(text)
    found = await _found(db, words, query, text)
    hits = await _with_contacts(db, query, found)
    if text.lstrip().startswith("@"):
        # Where mail comes from is shared by many.
        hits = _by_part(hits)
    return Hits(hits, partial=found.partial)


async def _found(
    db: Database,
    words: SearchWords,
    query: CustomerQuery,
    text: str,
) -> "Hits":
    if query.is_exact:
        found = await _by_what_is_whole(db, words, query) or await _by_near_address(db, text)
        if found or not query.words:
            return Hits(found)
        # A telephone nobody has is no part of a name, and a sentence around it is none either.
        if len(query.words.split()) > NAME_WORDS:
            return Hits(await _by_name_within(db, query.words))
        named = await _by_name(db, words, query.words)
        unknown = next(iter((*map(format_phone, query.phones), *query.emails, *query.codes)))
        near = (replace(hit, weak=True, left_out=unknown) for hit in named)
        return Hits(near, partial=named.partial)
    found = await _by_parts(db, query) or await _by_near_address(db, text)
    if found and not query.beside:
        return Hits(found)
    named = await _by_name(db, words, query.words)
    within = await _by_name_within(db, query.words, named)
    return Hits(_once([*found, *within, *named]), partial=named.partial)


async def _by_name_within(db: Database, said: str, named: Sequence[Hit] = ()) -> list[Hit]:
    """Those whose whole name stands within a sentence, which says more than a name; nobody where
    somebody is surely named by all of it.
    """
    if len(said.split()) < SENTENCE or not all(hit.weak for hit in named):
        return []
    others = await find_named_within(db, said)
    found = []
    for hit in await _hits(db, list(others), MatchReason.NAME):
        left_out = others.get(hit.customer.code, said)
        found.append(replace(hit, weak=True, left_out=left_out))
    return found


async def _by_name(
    db: Database,
    words: SearchWords,
    text: str,
) -> "Hits":
    found = await find_by_name(db, words, text)
    return Hits(map(_hit, found.matches), partial=found.partial)


def _hit(found: NameMatch) -> Hit:
    why = MatchReason(found.why)
    return Hit(
        found.customer,
        why,
        found.score,
        found.weak,
        found.contact,
        found.left_out,
    )


async def _with_contacts(
    db: Database,
    query: CustomerQuery,
    hits: Sequence[Hit],
) -> list[Hit]:
    """The hits, each with the contact whose telephone or address was found, where it is not the
    customer's own.
    """
    reached = [hit.customer for hit in hits if hit.why in REACHED]
    contacts = await find_reached_contacts(db, query, reached)
    return [replace(hit, contact=contacts.get(hit.customer.code, hit.contact)) for hit in hits]


async def _by_what_is_whole(db: Database, words: SearchWords, query: CustomerQuery) -> list[Hit]:
    """Those of the codes, else those who have one of the telephones or addresses; who is named
    beside them first.
    """
    if query.codes:
        return await _by_code(db, query.codes)
    hits: list[Hit] = []
    for phone in query.phones:
        key = phone_key(phone)
        codes = await _codes_with(
            db,
            MatchReason.PHONE,
            [key],
        )
        if not codes:
            # It may be kept with something before it.
            codes = await _codes_beginning(db, MatchReason.PHONE, key)
        hits += await _hits(db, codes, MatchReason.PHONE)
    codes = await _codes_with(
        db,
        MatchReason.EMAIL,
        query.emails,
    )
    hits += await _hits(db, codes, MatchReason.EMAIL)
    hits = _once(hits)
    if not query.words:
        return hits
    await words.refreshed(db)
    theirs = await list_words(db, [hit.customer.code for hit in hits])
    typed = words_of_a_name(query.words)
    hits = [_said_of(hit, query.words, theirs[hit.customer.code], words) for hit in hits]
    return sorted(hits, key=lambda hit: -count_in(typed, theirs[hit.customer.code]))


def _said_of(hit: Hit, said: str, theirs: Sequence[str], words: SearchWords) -> Hit:
    """The hit with those of the words beside it that name somebody else."""
    return replace(hit, left_out=name_others(said, theirs, words.__contains__))


def _once(hits: Iterable[Hit]) -> list[Hit]:
    """Who was found twice stands where he was found first, and for that reason."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.customer.code, hit)
    return [*first.values()][:LIMIT]


async def _by_code(db: Database, codes: Sequence[str]) -> list[Hit]:
    """These customers, else those whose codes differ by no more than leading noughts."""
    found = await list_whole(db, codes)
    if found:
        return [Hit(customer, MatchReason.CODE) for customer in found]
    numbers = [code[1:].lstrip("0") for code in codes]
    padded = [f"C{number:0>{width}}" for number in numbers for width in CODE_WIDTHS]
    found = await list_whole(db, padded)
    return [Hit(customer, MatchReason.CODE, weak=True) for customer in found]


async def _by_near_address(db: Database, text: str) -> list[Hit]:
    """Those whose address is nearly the one that was typed."""
    codes = await _codes_with(db, MatchReason.EMAIL, near_addresses(text))
    hits = await _hits(db, codes, MatchReason.NEAR_EMAIL)
    return [replace(hit, weak=True) for hit in hits]


async def _by_parts(db: Database, query: CustomerQuery) -> list[Hit]:
    """By the digits or letters that a code, a telephone or an address begins or ends with."""
    if query.beside:
        return await _by_words_and_digits(db, query)
    if query.first_digits:
        codes = await _codes_with_digits(db, query)
        return _by_part(await _hits(db, codes, MatchReason.PHONE))
    if query.digits:
        return await _by_digits(db, query.digits)
    if not query.email_start:
        return []
    # Without its sign it may be half a name.
    why = MatchReason.EMAIL if "@" in query.email_start else MatchReason.NEAR_EMAIL
    codes = await _codes_with(db, MatchReason.EMAIL, query.glued)
    codes += await _codes_beginning(db, MatchReason.EMAIL, query.email_start)
    return _by_part(await _hits(db, codes, why))


def _by_part(hits: Iterable[Hit]) -> list[Hit]:
    return [replace(hit, by_part=True) for hit in hits]


async def _by_digits(db: Database, typed: str) -> list[Hit]:
    """A code without its letter, then telephones that end so, then those that begin so."""
    hits = await _by_code(db, [f"C{typed}"])
    if len(typed) < LEAST_DIGITS:
        return hits
    ending = await _codes_beginning(
        db,
        MatchReason.PHONE,
        typed[::-1],
    )
    hits += _by_part(await _hits(db, ending, MatchReason.PHONE))
    if typed.startswith("0"):
        codes = await _codes_beginning(db, DIALLED, typed)
        begun = _by_part(await _hits(db, codes, MatchReason.PHONE_START))
        # Nearly a whole number: rather than a beginning it may be one with a slip.
        slip = len(typed) >= NEARLY_WHOLE
        hits += [replace(hit, weak=slip) for hit in begun]
    return _once(hits)


async def _by_words_and_digits(db: Database, query: CustomerQuery) -> list[Hit]:
    """Those who are named by the words and have a code of these digits, or a telephone that ends or
    begins with them.
    """
    hits: list[Hit] = []
    if not query.first_digits:
        hits += await _by_code(db, [f"C{query.digits}"])
    hits += await _hits(
        db,
        await _codes_with_digits(db, query),
        MatchReason.PHONE,
    )
    theirs = await list_words(db, [hit.customer.code for hit in hits])
    typed = words_of_a_name(query.beside)
    counts = {code: count_in(typed, words) for code, words in theirs.items()}
    # All the words, or of several most.
    most = max(counts.values(), default=0)
    if 2 * most <= len(typed):
        return []
    return _once(hit for hit in hits if counts.get(hit.customer.code) == most)


async def _codes_with_digits(db: Database, query: CustomerQuery) -> list[str]:
    """Codes of the customers with a telephone that ends or, from a nought, begins with the
    digits.
    """
    ending = await _codes_beginning(
        db,
        MatchReason.PHONE,
        query.digits[::-1],
        most=MOST_COMPARED,
        then=query.first_digits[::-1],
    )
    if query.first_digits or not query.digits.startswith("0"):
        return ending
    beginning = await _codes_beginning(
        db,
        DIALLED,
        query.digits,
        most=MOST_COMPARED,
    )
    return [*ending, *beginning]


async def _hits(
    db: Database,
    codes: Sequence[str],
    why: MatchReason,
) -> list[Hit]:
    once = list(dict.fromkeys(codes))
    return [Hit(customer, why) for customer in await list_customers(db, once)]


async def _codes_with(
    db: Database,
    kind: str,
    keys: Sequence[str],
) -> list[str]:
    """Codes of the customers that have exactly one of these telephones or addresses."""
    if not keys:
        return []
    return await _codes(
        db,
        kind,
        is_one_of("key", keys),
        *keys,
    )


async def _codes_beginning(
    db: Database, kind: str, beginning: str, *, most: int = LIMIT, then: str = ""
) -> list[str]:
    """Codes of the customers with a telephone or e-mail whose key begins so, and ends with
    `then`.
    """
    behind_all = beginning + "\U0010ffff"
    return await _codes(
        db,
        kind,
        "key >= ? AND key < ? AND key LIKE ?",
        beginning,
        behind_all,
        f"%{then}",
        most=most,
    )


async def _codes(
    db: Database, kind: str, condition: str, *params: str, most: int = LIMIT
) -> list[str]:
    rows = await db.fetch(
        f"SELECT customer_code FROM customer_keys WHERE kind = ? AND {condition} "
        f"ORDER BY key, customer_code LIMIT {most}",
        kind,
        *params,
    )
    return list(dict.fromkeys(row["customer_code"] for row in rows))


async def find_likely_duplicates(
    db: Database,
    words: SearchWords,
    customer: Customer,
) -> list[Hit]:
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
    likely = await find_by_name(
        db,
        words,
        customer.name,
        near=True,
    )
    for like in likely.matches:
        score = round(token_sort_ratio(name, fold(like.customer.name)))
        if score < ALIKE or like.customer.code in passed_over:
            continue
        why = MatchReason.SIMILAR
        if score == 100 and not like.weak:
            why = MatchReason.NAME
        hits.append(
            Hit(
                like.customer,
                why,
                min(score, like.score),
                like.weak,
            )
        )
    return hits[:TWINS]


async def _reasons_by_reach(db: Database, customer: Customer) -> dict[str, MatchReason]:
    """Who has one of a customer's telephones or its e-mail: why, by code."""
    phones = [*filter(None, map(phone_key, (customer.phone, customer.mobile)))]
    emails = [*filter(None, [customer.email.lower()])]
    by_email = await _codes_with(db, MatchReason.EMAIL, emails)
    by_phone = await _codes_with(db, MatchReason.PHONE, phones)
    found = dict.fromkeys(by_phone, MatchReason.PHONE)
    return found | dict.fromkeys(
        (code for code in by_email if code not in found), MatchReason.EMAIL
    )
