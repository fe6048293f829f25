"""Merging two customers into one and taking that back: pure sums over whole records (DOMAIN.md
section 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers.fields import SAID
from domain.customers.records import Address, Contact, Customer
from domain.text import fold

COUNTED = tuple(name for name in SAID if name != "gender")
"""The fields that make a record the fuller one. All are chosen field by field; contacts and
addresses are united.
"""

P = TypeVar("P", Contact, Address)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be the one to keep, with how many tickets there are and when the last was
    made.
    """

    customer: Customer
    tickets: int = 0
    latest_at: datetime | None = None

    @property
    def filled(self) -> int:
        """How many parts of the record say something: fields, gender, an address, each contact."""
        customer = self.customer
        said = [getattr(customer, name) for name in COUNTED]
        said += [customer.gender is not None, customer.addresses]
        return sum(map(bool, said)) + len(customer.contacts)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Which customer to keep, and why: the fuller record, the later ticket."""

    keep: Candidate
    fuller: bool
    later: bool


def recommend(candidates: Sequence[Candidate]) -> Recommendation:
    """Returns the one whose data are most complete and whose tickets are most recent (DOMAIN.md
    section 7).

    Where the two disagree the fuller record wins; where nothing tells them apart, the older
    code."""

    def rank(one: Candidate) -> tuple[int, float, int, int]:
        # Older codes are lower, and better known: they win where all else is alike.
        latest = one.latest_at.timestamp() if one.latest_at else 0.0
        number = int(one.customer.code[1:] or 0)
        return one.filled, latest, one.tickets, -number

    keep = max(candidates, key=rank)
    others = [one for one in candidates if one is not keep]
    return Recommendation(
        keep,
        fuller=all(keep.filled > one.filled for one in others),
        later=_is_latest(keep.latest_at, [one.latest_at for one in others]),
    )


def _is_latest(latest_at: datetime | None, others: Sequence[datetime | None]) -> bool:
    """Returns whether a customer's last ticket is younger than those of the others."""
    if latest_at is None:
        return False
    return all(other is None or latest_at > other for other in others)


def differing(survivor: Customer, merged: Customer) -> list[str]:
    """Returns the fields in which both say something, and not the same."""
    pairs = {name: (getattr(survivor, name), getattr(merged, name)) for name in SAID}
    return [name for name, (one, other) in pairs.items() if one and other and one != other]


LIKELY = 70
"""Percent from which two customers are worth an administrator's look."""


def likeness(one: Customer, other: Customer) -> int:
    """Returns how likely two customers are one, in percent: how alike the names are, and what else
    they share or contradict.

    A shared telephone or e-mail says most; a telephone and an e-mail that both differ speak
    against it."""
    names = token_sort_ratio(fold(one.name), fold(other.name))
    evidence = _evidence_of_reach(one, other)
    if one.kind and other.kind and one.kind != other.kind:
        evidence -= 5
    return round(min(99.0, names * 0.6 + evidence))


def _evidence_of_reach(one: Customer, other: Customer) -> int:
    """Returns what telephones and e-mails say for it, in percent."""
    reach = (
        (_phones(one), _phones(other)),
        (_emails(one), _emails(other)),
    )
    # One shared number or address says more than others that differ.
    if any(ours & theirs for ours, theirs in reach):
        return 40
    if any(ours and theirs for ours, theirs in reach):
        return 5
    return 20


def _phones(customer: Customer) -> set[str]:
    return {customer.phone, customer.mobile} - {""}


def _emails(customer: Customer) -> set[str]:
    return {customer.email.lower()} - {""}


@dataclass(frozen=True, slots=True)
class Union:
    """What a merge makes of the survivor, and the ids of the merged one's contacts that go over to
    it.

    A contact of the merged one who is there already stays behind: the survivor's is made fuller.
    """

    customer: Customer
    moved: tuple[int, ...]


def unite(survivor: Customer, merged: Customer, take: frozenset[str]) -> Union:
    """Returns the survivor with what the merged one knows more; of the fields in `take` the merged
    one's value.
    """
    values = {}
    for name in SAID:
        first, second = (merged, survivor) if name in take else (survivor, merged)
        values[name] = getattr(first, name) or getattr(second, name)
    contacts, moved = _unite_contacts(survivor, merged)
    addresses = _unite_addresses(survivor, merged)
    held = {name for name, value in values.items() if value}
    if addresses:
        held.add("address")
    united = replace(
        survivor,
        contacts=contacts,
        addresses=addresses,
        unknown=(survivor.unknown | merged.unknown) - held,
        **values,
    )
    return Union(united, moved)


def _unite_addresses(survivor: Customer, merged: Customer) -> tuple[Address, ...]:
    """Returns the survivor's addresses, and those of the merged one that are others."""
    known = {fold(address.text) for address in survivor.addresses}
    united = [*survivor.addresses]
    for address in merged.addresses:
        if fold(address.text) not in known:
            other = replace(address, main=False)
            united.append(other)
    return _with_main(tuple(united))


def _unite_contacts(
    survivor: Customer, merged: Customer
) -> tuple[tuple[Contact, ...], tuple[int, ...]]:
    """Returns all contacts, each person once, and the ids of those that go over."""
    own = list(survivor.contacts)
    further: list[Contact] = []
    for one in merged.contacts:
        same = next((at for at, there in enumerate(own) if _is_same(there, one)), None)
        if same is None:
            further.append(one)
        else:
            own[same] = _made_fuller(own[same], one)
    came = [replace(one, main=one.main and not own) for one in further]
    moved = [one.id for one in further if one.id is not None]
    return (*own, *came), tuple(moved)


def _made_fuller(contact: Contact, other: Contact) -> Contact:
    """Returns a contact with what another record knows more of the same person."""
    return replace(
        contact,
        phone=contact.phone or other.phone,
        mobile=contact.mobile or other.mobile,
        email=contact.email or other.email,
        letter_language=contact.letter_language or other.letter_language,
    )


def _is_same(one: Contact, other: Contact) -> bool:
    """Returns whether both are one person: the same name, and nothing that contradicts it."""
    if fold(one.name) != fold(other.name):
        return False
    pairs = (
        (one.phone, other.phone),
        (one.mobile, other.mobile),
        (one.email.lower(), other.email.lower()),
    )
    return all(not a or not b or a == b for a, b in pairs)


def _with_main(ones: Sequence[P]) -> tuple[P, ...]:
    """Returns these contacts or addresses, the first of them the main one where none is."""
    if not ones or any(one.main for one in ones):
        return tuple(ones)
    first, *others = ones
    return (replace(first, main=True), *others)


def _one_main(ones: Sequence[P], before: tuple[P, ...]) -> tuple[P, ...]:
    """Returns these, exactly one of them the main one; as they were before where nothing came or
    went.
    """
    if tuple(ones) == before:
        return before
    main = [at for at, one in enumerate(ones) if one.main]
    first = main[0] if main else 0
    numbered = enumerate(ones)
    return tuple(replace(one, main=at == first) for at, one in numbered)


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge as it was done: both records before it, the survivor after it, the contacts that
    went over.
    """

    survivor: Customer
    merged: Customer
    after: Customer
    moved: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unmerged:
    """Both customers as taking a merge back leaves them."""

    survivor: Customer
    merged: Customer


def changed_since(merge: Merge, now: Customer) -> list[str]:
    """Returns the fields of the survivor that somebody changed after the merge: of these the office
    has to decide.

    Includes "address" and "contacts". A new contact is no change: it stays with the survivor."""
    changed = [name for name in SAID if getattr(now, name) != getattr(merge.after, name)]
    if now.addresses != merge.after.addresses:
        changed.append("address")
    there = {contact.id: contact for contact in now.contacts}
    if any(there.get(contact.id) != contact for contact in merge.after.contacts):
        changed.append("contacts")
    return changed


def is_tied(merge: Merge, later: Merge) -> bool:
    """Returns whether a later merge into the same survivor found its contact in one that this merge
    brought.

    Taken back alone, this merge would take that contact away from both."""
    brought = [contact for contact in later.survivor.contacts if contact.id in merge.moved]
    left = [contact for contact in later.merged.contacts if contact.id not in later.moved]
    return any(_is_same(one, other) for one in brought for other in left)


def part(merge: Merge, now: Customer, *, keep: bool) -> Unmerged:
    """Takes a merge back: returns the survivor without what came from the merged one, and the
    merged one as it was.

    What was changed since stays as it is now where `keep`, else all is as before the merge.
    Contacts made since stay with the survivor; those that came over go back, with what was
    changed of them where `keep`."""

    def settled(name: str) -> Any:
        """Returns what a field of the survivor holds afterwards."""
        present = getattr(now, name)
        changed = present != getattr(merge.after, name)
        return present if keep and changed else getattr(merge.survivor, name)

    survivor = replace(
        now,
        contacts=_survivors_contacts(merge, now, keep=keep),
        addresses=_survivors_addresses(merge, now, keep=keep),
        **{name: settled(name) for name in (*SAID, "unknown")},
    )
    # A contact that was deleted since is not brought back.
    contacts = _merged_ones_contacts(merge, now) if keep else merge.merged.contacts
    return Unmerged(survivor, replace(merge.merged, contacts=contacts))


def _merged_ones_contacts(merge: Merge, now: Customer) -> tuple[Contact, ...]:
    """Returns the merged one's contacts; those that went over as they are now, if they are still
    there.
    """
    present = {contact.id: contact for contact in now.contacts}
    mine = []
    for one in merge.merged.contacts:
        if one.id not in merge.moved:
            mine.append(one)
        elif one.id in present:
            mine.append(replace(present[one.id], main=one.main))
    return tuple(mine)


def _survivors_contacts(merge: Merge, now: Customer, *, keep: bool) -> tuple[Contact, ...]:
    known = {contact.id for contact in (*merge.survivor.contacts, *merge.merged.contacts)}
    new = [contact for contact in now.contacts if contact.id not in known]
    if not keep:
        return _one_main((*merge.survivor.contacts, *new), merge.survivor.contacts)
    before = {contact.id: contact for contact in merge.survivor.contacts}
    after = {contact.id: contact for contact in merge.after.contacts}
    own = []
    for one in now.contacts:
        if one.id in before:
            changed = one != after[one.id]
            own.append(one if changed else before[one.id])
    return _one_main((*own, *new), merge.survivor.contacts)


def _survivors_addresses(merge: Merge, now: Customer, *, keep: bool) -> tuple[Address, ...]:
    # Nobody touched the addresses: all is as before the merge.
    if not keep or now.addresses == merge.after.addresses:
        return merge.survivor.addresses
    own = {address.text for address in merge.survivor.addresses}
    came = {address.text for address in merge.after.addresses} - own
    left = [address for address in now.addresses if address.text not in came]
    return _one_main(left, merge.survivor.addresses)
