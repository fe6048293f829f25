"""Queries by what stands in the record: exactly, as officers type names, and organisations in
short.
"""

import random
import re
from collections.abc import Callable

from bench.search.entries import Registered
from bench.search.sought import Make, Sought, by, squeezed, thai


def _exactly(value: Callable[[Registered], str]) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        found = value(one)
        return by(found, one, found) if found else None

    return make


def dashed(phone: str) -> str:
    """A telephone as people write it."""
    if phone.startswith("02"):
        return f"{phone[:2]}-{phone[2:5]}-{phone[5:]}"
    return f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"


def _dashed(one: Registered, rng: random.Random) -> Sought | None:
    phone = one.mobile or one.phone
    return by(dashed(phone), one, phone) if phone else None


EXACTLY: dict[str, Make] = {
    "code": lambda one, rng: Sought("", "", one.code, one.code),
    "telephone": _dashed,
    "telephone, digits": _exactly(lambda one: one.mobile),
    "a contact's telephone": _exactly(lambda one: next((each.phone for each in one.contacts), "")),
    "e-mail": _exactly(lambda one: one.email.upper()),
}


def _surname(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    return by(who.last, one, who.last) if who else None


def _name(one: Registered, rng: random.Random) -> Sought | None:
    return by(one.who.name, one, one.who.name) if one.who else None


def _name_begun(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    if who is None or len(who.last) < 5:
        return None
    text = f"{who.first} {who.last[:3]}"
    return by(text, one, text)


def _surname_begun(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    if who is None or len(who.last) < 7:
        return None
    return by(who.last[:5], one, who.last[:5])


def _surname_part(one: Registered, rng: random.Random) -> Sought | None:
    """From a letter behind the third that begins a syllable."""
    who = thai(one)
    if who is None or len(who.last) < 9:
        return None
    part = re.search(r"(?<=...)(?<![เแโไใ])[เแโไใก-ฮ](?!.{0,2}์).{4,6}", who.last)
    return by(part[0], one, part[0]) if part else None


def _organisation(one: Registered, rng: random.Random) -> Sought | None:
    name = one.organisation.name
    return by(name, one, name) if name else None


def _organisation_part(one: Registered, rng: random.Random) -> Sought | None:
    """The end of its first words: what is left without the form."""
    name = one.organisation.name.partition(" จำกัด")[0].removeprefix("บริษัท ")
    if len(name) < 14:
        return None
    return by(name[-10:].strip(), one, name[-10:])


def _organisation_and_name(one: Registered, rng: random.Random) -> Sought | None:
    who = thai(one)
    if who is None or not one.organisation.name:
        return None
    return by(f"{who.first} {one.organisation.name}", one, who.first, one.organisation.name)


def _contact(one: Registered, rng: random.Random) -> Sought | None:
    if not one.contacts:
        return None
    name = rng.choice(one.contacts).who.name
    return by(name, one, name)


def _contact_surname(one: Registered, rng: random.Random) -> Sought | None:
    if not one.contacts:
        return None
    name = one.contacts[0].who.last
    return by(name, one, name)


AS_TYPED: dict[str, Make] = {
    "surname": _surname,
    "first name and surname": _name,
    "first name and beginning of surname": _name_begun,
    "beginning of surname": _surname_begun,
    "part of surname": _surname_part,
    "organisation": _organisation,
    "part of organisation": _organisation_part,
    "first name and organisation": _organisation_and_name,
    "contact": _contact,
    "contact's surname": _contact_surname,
}


def _short(one: Registered, rng: random.Random) -> Sought | None:
    where = one.organisation
    if where.known or not where.shorts:
        return None
    return _by_short(rng.choice(where.shorts), one)


def _known_short(one: Registered, rng: random.Random) -> Sought | None:
    where = one.organisation
    if not where.known or not where.shorts:
        return None
    return _by_short(rng.choice(where.shorts), one)


def _initials(one: Registered, rng: random.Random) -> Sought | None:
    initials = one.organisation.initials
    # Only the address says them.
    if not initials or initials.casefold() != one.organisation.domain.partition(".")[0]:
        return None
    return _by_short(initials, one)


def _domain(one: Registered, rng: random.Random) -> Sought | None:
    return _by_short(one.organisation.domain, one) if one.organisation.known else None


def _english(one: Registered, rng: random.Random) -> Sought | None:
    _name, bracket, english = one.organisation.name.partition(" (")
    if not one.organisation.known or not bracket:
        return None
    return _by_short(english.removesuffix(")"), one)


def _by_short(text: str, one: Registered) -> Sought:
    wanted = ((squeezed(one.organisation.name),), (squeezed(text),))
    return Sought("", "", text, one.code, wanted)


IN_SHORT: dict[str, Make] = {
    "of its form": _short,
    "as written down": _known_short,
    "English initials": _initials,
    "domain": _domain,
    "English name": _english,
}
