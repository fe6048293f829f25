"""Which customers may have written a mail: the likeliest first, each with why, and whether one is
meant without doubt. Pure.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers.records import Contact, Customer
from domain.data import TomlTable
from domain.mail.addressees import is_one_person
from domain.mail.senders import DomainRules
from domain.text import fold
from domain.text.keyboard import has_thai

PEOPLE = 100
"""Contacts of one customer that are compared."""
WHOLE = 100
SOUNDS_SO = 95
"""Percent of a name that is written in the other language's letters."""


class Evidence(StrEnum):
    """Why somebody may have written a mail, the surest first."""

    EMAIL = "email"
    BEFORE = "before"
    PHONE = "phone"
    BESIDE = "beside"
    NAME = "name"
    ORGANISATION = "organisation"
    DOMAIN = "domain"


REACH = frozenset({Evidence.EMAIL, Evidence.BEFORE, Evidence.PHONE, Evidence.BESIDE})
"""What belongs to one person, mostly."""
ADDRESS = frozenset({Evidence.EMAIL, Evidence.BEFORE})
"""What is as good as the address itself."""
FROM = frozenset({Evidence.ORGANISATION, Evidence.DOMAIN})
"""Where somebody is from."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a mail, as it tells; telephones as they are stored, addresses in small letters: the
    first is where an answer goes, of the others anybody may write that they are his.
    """

    names: tuple[str, ...] = ()
    organisation: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchingRules:
    """`least_name` = percent from which a name is worth a look; `sure_name` = from which it may
    be meant without doubt; `shown` = candidates that a card has; `shared` = a domain of more
    customers says nothing alone. `weights` = points of each kind of evidence.
    """

    least_name: int
    sure_name: int
    shown: int
    shared: int
    weights: Mapping[Evidence, int]


@dataclass(frozen=True, slots=True)
class MailCandidate:
    """A customer who may have written; `likeness` = of the name in percent, 0 where it is none of
    the `evidence`. `contact` = whose address, telephone or name it is. `sure` = nobody else is
    meant.
    """

    customer: Customer
    evidence: tuple[Evidence, ...]
    likeness: int = 0
    contact: Contact | None = None
    sure: bool = False


def read_matching(root: TomlTable) -> MatchingRules:
    """Reads the table `matching`; the DataError it raises names the key."""
    table = root.table("matching")
    table.check_keys(("least_name", "sure_name", "shown", "shared", "weights"))
    weights = table.table("weights")
    weights.check_keys([kind.value for kind in Evidence])
    return MatchingRules(
        table.count("least_name"),
        table.count("sure_name"),
        table.count("shown"),
        table.count("shared"),
        {kind: weights.count(kind.value) for kind in Evidence},
    )


def rank_candidates(
    writer: Writer,
    customers: Iterable[Customer],
    before: Collection[str],
    rules: MatchingRules,
    domains: DomainRules,
) -> list[MailCandidate]:
    """Returns the customers who may have written, the likeliest first; `before` = the codes of
    those whom an officer took this writer for.
    """
    weigh = _Weighing(writer, frozenset(before), rules, domains)
    found = list(filter(None, map(weigh.candidate, customers)))
    likely = [one for one in found if not _is_one_of_many(one, found, rules)]
    likely.sort(key=weigh.order)
    if likely:
        first = likely[0]
        is_sure = _is_sure(first, likely[1:], rules)
        likely[0] = replace(first, sure=is_sure)
    return likely[: rules.shown]


def _is_one_of_many(
    one: MailCandidate,
    found: Sequence[MailCandidate],
    rules: MatchingRules,
) -> bool:
    """Returns whether nothing but a domain that many have speaks for somebody."""
    if one.evidence != (Evidence.DOMAIN,):
        return False
    return sum(Evidence.DOMAIN in each.evidence for each in found) > rules.shared


def _is_sure(
    first: MailCandidate,
    others: Sequence[MailCandidate],
    rules: MatchingRules,
) -> bool:
    """Returns whether nobody else can be meant: the address, or two things that agree, and no
    rival who is reached or named so.
    """
    evidence = set(first.evidence)
    if any(not REACH.isdisjoint(other.evidence) for other in others):
        return False
    if not evidence.isdisjoint(ADDRESS):
        return True
    if Evidence.PHONE in evidence:
        return len(evidence) > 1
    named = [one for one in (first, *others) if one.likeness >= rules.sure_name]
    return named == [first] and not evidence.isdisjoint(FROM)


@dataclass(frozen=True, slots=True)
class _Weighing:
    """What customers are compared with."""

    writer: Writer
    before: frozenset[str]
    rules: MatchingRules
    domains: DomainRules

    def candidate(self, customer: Customer) -> MailCandidate | None:
        """Returns what speaks for a customer; None where nothing does, or no more than that it is
        somebody else of the same organisation.
        """
        people: list[Customer | Contact] = [customer, *customer.contacts[:PEOPLE]]
        likeness, named = max(
            self._likenesses(people),
            key=_score,
            default=(0, customer),
        )
        if likeness < self.rules.least_name:
            likeness = 0
        reached = [*filter(self._has_email, people), *filter(self._has_phone, people)]
        evidence = self._evidence(customer, people, likeness)
        is_colleague = evidence == (Evidence.ORGANISATION,) and not self._names_it(customer.name)
        if not evidence or is_colleague:
            return None
        meant = [*reached, named] if likeness else reached
        return MailCandidate(
            customer,
            evidence,
            likeness,
            _contact_of(customer, meant),
        )

    def _evidence(
        self,
        customer: Customer,
        people: Sequence[Customer | Contact],
        likeness: int,
    ) -> tuple[Evidence, ...]:
        """Returns what speaks for a customer."""
        # Whose address it is, nobody need be told that its domain is the same.
        emails = {one.email.lower() for one in people if self._has_email(one)}
        is_writers = not emails.isdisjoint(self.writer.emails[:1])
        told = {
            Evidence.EMAIL: is_writers,
            Evidence.BEFORE: not is_writers and customer.code in self.before,
            Evidence.PHONE: any(map(self._has_phone, people)),
            Evidence.BESIDE: bool(emails) and not is_writers,
            Evidence.NAME: likeness > 0,
            Evidence.ORGANISATION: any(map(self._names_it, (customer.name, customer.organisation))),
            Evidence.DOMAIN: not emails and self._has_domain(people),
        }
        return tuple(kind for kind, is_so in told.items() if is_so)

    def order(self, one: MailCandidate) -> tuple[float, str]:
        """Returns where a candidate stands: the lower, the likelier."""
        weights = self.rules.weights
        others = set(one.evidence) - {Evidence.NAME}
        points = sum(map(weights.__getitem__, others))
        points_of_name = weights[Evidence.NAME] * one.likeness / WHOLE
        return -(points + points_of_name), one.customer.code

    def _likenesses(
        self, people: Sequence[Customer | Contact]
    ) -> Iterator[tuple[int, Customer | Contact]]:
        """Yields how near each name is in percent, and whose it is."""
        for one, name in product(people, self.writer.names):
            yield _likeness(name, one.name), one

    def _has_email(self, one: Customer | Contact) -> bool:
        """Returns whether it is an address that the mail gives as its writer's."""
        return one.email.lower() in self.writer.emails

    def _has_phone(self, one: Customer | Contact) -> bool:
        """Returns whether it is one of the writer's telephones, extensions aside."""
        theirs = set(map(_bare, (one.phone, one.mobile)))
        ours = set(map(_bare, self.writer.phones))
        return bool(ours & theirs - {""})

    def _has_domain(self, people: Sequence[Customer | Contact]) -> bool:
        """Returns whether somebody has an address of the writer's organisation."""
        organisation = self.domains.organisation
        ours = set(map(organisation, self.writer.emails)) - {""}
        return any(organisation(one.email) in ours for one in people)

    def _names_it(self, name: str) -> bool:
        """Returns whether a name is the writer's organisation, or a whole part of what the mail
        calls it.
        """
        ours = fold(self.writer.organisation)
        theirs = fold(name)
        if not ours or not theirs:
            return False
        is_part = f" {theirs} " in f" {ours} "
        return is_part or token_sort_ratio(ours, theirs) >= SOUNDS_SO


def _score(pair: tuple[int, object]) -> int:
    return pair[0]


def _bare(phone: str) -> str:
    """Returns a telephone without the extension behind it."""
    return phone.partition(";")[0]


def _likeness(name: str, other: str) -> int:
    """Returns how near two names are, in percent."""
    ours = fold(name)
    theirs = fold(other)
    if not ours or not theirs:
        return 0
    # What is written in one alphabet is compared by its letters alone.
    is_foreign = has_thai(name) != has_thai(other)
    if is_foreign and is_one_person(name, other):
        return SOUNDS_SO
    return round(token_sort_ratio(ours, theirs))


def _contact_of(customer: Customer, meant: Sequence[Customer | Contact]) -> Contact | None:
    """Returns the one contact who is meant; None where it is the customer, or nobody knows who of
    several.
    """
    contacts = list(dict.fromkeys(one for one in meant if isinstance(one, Contact)))
    if customer in meant or len(contacts) != 1:
        return None
    return contacts[0]
