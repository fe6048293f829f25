"""Merging two customers into one and taking that back: pure sums over whole records (DOMAIN.md
section 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from rapidfuzz.fuzz import token_sort_ratio

from domain.customers.records import Address, Contact, Customer
from domain.text import fold

FIELDS = ("name", "kind", "gender", "organisation", "phone", "mobile", "email", "note")
"""What is chosen field by field; contacts and addresses are united."""
COUNTED = ("name", "kind", "organisation", "phone", "mobile", "email", "note")

T = TypeVar("T")
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
        fields = sum(bool(getattr(customer, name)) for name in COUNTED) + (
            customer.gender is not None
        )
        return fields + bool(customer.addresses) + len(customer.contacts)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Which customer to keep, and why: the fuller record, the later ticket."""

    keep: Candidate
    fuller: bool
    later: bool


def recommend(candidates: Sequence[Candidate]) -> Recommendation:
    """The one whose data are most complete and whose tickets are most recent (DOMAIN.md section 7).

    Where the two disagree the fuller record wins; where nothing tells them apart, the older code.
    """

    def rank(one: Candidate) -> tuple[int, float, int, int]:
        latest = one.latest_at.timestamp() if one.latest_at else 0.0
        return one.filled, latest, one.tickets, -int(one.customer.code[1:] or 0)

    keep = max(candidates, key=rank)
    others = [one for one in candidates if one is not keep]
    return Recommendation(
        keep,
        all(keep.filled > one.filled for one in others),
        keep.latest_at is not None
        and all(one.latest_at is None or keep.latest_at > one.latest_at for one in others),
    )


def differing(survivor: Customer, merged: Customer) -> list[str]:
    """The fields in which both say something, and not the same."""
    pairs = {name: (getattr(survivor, name), getattr(merged, name)) for name in FIELDS}
    return [name for name, (one, other) in pairs.items() if one and other and one != other]


LIKELY = 70
"""Percent from which two customers are worth an administrator's look."""


def likeness(one: Customer, other: Customer) -> int:
    """How likely two customers are one, in percent: how alike the names are, and what else they
    share or contradict.

    A shared telephone or e-mail says most; a telephone and an e-mail that both differ speak against
    it."""
    names = token_sort_ratio(fold(one.name), fold(other.name))
    phones = [{phone for phone in (who.phone, who.mobile) if phone} for who in (one, other)]
    emails = [{who.email.lower()} - {""} for who in (one, other)]
    if phones[0] & phones[1] or emails[0] & emails[1]:
        evidence = 40
    elif (phones[0] and phones[1]) or (emails[0] and emails[1]):
        evidence = 5
    else:
        evidence = 20
    if one.kind and other.kind and one.kind != other.kind:
        evidence -= 5
    return round(min(99.0, names * 0.6 + evidence))


@dataclass(frozen=True, slots=True)
class Union:
    """What a merge makes of the survivor, and the ids of the merged one's contacts that go over to
    it.

    A contact of the merged one who is there already stays behind: the survivor's is made fuller.
    """

    customer: Customer
    moved: tuple[int, ...]


def unite(survivor: Customer, merged: Customer, take: frozenset[str]) -> Union:
    """The survivor with what the merged one knows more; of the fields in `take` the merged one's
    value.
    """
    values = {
        name: getattr(merged, name) or getattr(survivor, name)
        if name in take
        else getattr(survivor, name) or getattr(merged, name)
        for name in FIELDS
    }
    contacts, moved = _unite_contacts(survivor, merged)
    known = {fold(address.text) for address in survivor.addresses}
    further = [replace(a, main=False) for a in merged.addresses if fold(a.text) not in known]
    addresses = _with_main((*survivor.addresses, *further))
    held = {name for name, value in values.items() if value} | ({"address"} if addresses else set())
    unknown = (survivor.unknown | merged.unknown) - held
    return Union(
        replace(survivor, contacts=contacts, addresses=addresses, unknown=unknown, **values), moved
    )


def _unite_contacts(
    survivor: Customer, merged: Customer
) -> tuple[tuple[Contact, ...], tuple[int, ...]]:
    contacts, moved = list(survivor.contacts), []
    for one in merged.contacts:
        same = next(
            (at for at in range(len(survivor.contacts)) if _is_same(contacts[at], one)), None
        )
        if same is None:
            contacts.append(replace(one, main=one.main and not survivor.contacts))
            moved += [one.id] if one.id is not None else []
        else:
            there = contacts[same]
            contacts[same] = replace(
                there,
                phone=there.phone or one.phone,
                mobile=there.mobile or one.mobile,
                email=there.email or one.email,
            )
    return tuple(contacts), tuple(moved)


def _is_same(one: Contact, other: Contact) -> bool:
    """One person: the same name, and nothing that contradicts it."""
    if fold(one.name) != fold(other.name):
        return False
    pairs = (
        (one.phone, other.phone),
        (one.mobile, other.mobile),
        (one.email.lower(), other.email.lower()),
    )
    return all(not a or not b or a == b for a, b in pairs)


def _with_main(ones: Sequence[P]) -> tuple[P, ...]:
    """These contacts or addresses, the first of them the main one where none is."""
    if not ones or any(one.main for one in ones):
        return tuple(ones)
    made = list(ones)
    made[0] = replace(made[0], main=True)
    return tuple(made)


def _one_main(ones: Sequence[P], before: tuple[P, ...]) -> tuple[P, ...]:
    """These, exactly one of them the main one; as they were before where nothing came or went."""
    if tuple(ones) == before:
        return before
    first = next((at for at, one in enumerate(ones) if one.main), 0)
    return tuple(replace(one, main=at == first) for at, one in enumerate(ones))


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
    """The fields of the survivor that somebody changed after the merge: of these the office has to
    decide.

    Includes "address" and "contacts". A new contact is no change: it stays with the survivor.
    """
    changed = [name for name in FIELDS if getattr(now, name) != getattr(merge.after, name)]
    if now.addresses != merge.after.addresses:
        changed.append("address")
    there = {contact.id: contact for contact in now.contacts}
    if any(there.get(contact.id) != contact for contact in merge.after.contacts):
        changed.append("contacts")
    return changed


def is_tied(merge: Merge, later: Merge) -> bool:
    """Whether a later merge into the same survivor found its contact in one that this merge
    brought.

    Taken back alone, this merge would take that contact away from both.
    """
    brought = [contact for contact in later.survivor.contacts if contact.id in merge.moved]
    left = [contact for contact in later.merged.contacts if contact.id not in later.moved]
    return any(_is_same(one, other) for one in brought for other in left)


def part(merge: Merge, now: Customer, *, keep: bool) -> Unmerged:
    """Take a merge back: the survivor without what came from the merged one, and the merged one as
    it was.

    What was changed since stays as it is now where `keep`, else all is as before the merge.
    Contacts made since stay with the survivor; those that came over go back, with what was changed
    of them where `keep`."""

    def settled(before: T, after: T, present: T) -> T:
        return present if present != after and keep else before

    values = {
        name: settled(getattr(merge.survivor, name), getattr(merge.after, name), getattr(now, name))
        for name in FIELDS
    }
    survivor = replace(
        now,
        contacts=_survivors_contacts(merge, now, keep=keep),
        addresses=_survivors_addresses(merge, now, keep=keep),
        unknown=settled(merge.survivor.unknown, merge.after.unknown, now.unknown),
        **values,
    )
    present = {contact.id: contact for contact in now.contacts}
    mine = [
        replace(present[one.id], main=one.main)
        if keep and one.id in merge.moved and one.id in present
        else one
        for one in merge.merged.contacts
        if not (keep and one.id in merge.moved and one.id not in present)
    ]
    return Unmerged(survivor, replace(merge.merged, contacts=tuple(mine)))


def _survivors_contacts(merge: Merge, now: Customer, *, keep: bool) -> tuple[Contact, ...]:
    known = {contact.id for contact in (*merge.survivor.contacts, *merge.merged.contacts)}
    new = [contact for contact in now.contacts if contact.id not in known]
    if not keep:
        return _one_main((*merge.survivor.contacts, *new), merge.survivor.contacts)
    before = {contact.id: contact for contact in merge.survivor.contacts}
    after = {contact.id: contact for contact in merge.after.contacts}
    own = [
        before[one.id] if one == after[one.id] else one for one in now.contacts if one.id in before
    ]
    return _one_main((*own, *new), merge.survivor.contacts)


def _survivors_addresses(merge: Merge, now: Customer, *, keep: bool) -> tuple[Address, ...]:
    if not keep or now.addresses == merge.after.addresses:
        return merge.survivor.addresses
    came = {a.text for a in merge.after.addresses} - {a.text for a in merge.survivor.addresses}
    return _one_main(
        [one for one in now.addresses if one.text not in came], merge.survivor.addresses
    )
