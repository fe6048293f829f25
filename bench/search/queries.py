"""What officers type to find somebody of the register, by kind, and what makes a hit the right
one.
"""

import json
import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from bench.search.data import lines, toml
from bench.search.entries import Named, Registered, entries, latin_pairs
from bench.search.listed import misspelt_queries, pasted_queries
from bench.search.pasted import PASTED
from bench.search.slips import LAYOUT, MISSPELT, OTHER_ORDER, Slip

EXACT = "exact"
TYPED = "as typed"
ORDER = "marks, spaces, order, titles"
MISSPELT_KIND = "misspelt"
KEYBOARD = "keyboard layout"
LATIN = "Latin letters"
SHORT = "organisation in short"
PASTED_KIND = "as pasted"
BESIDE = "one word nobody has"
NONSENSE = "nonsense"
KINDS = (EXACT, TYPED, ORDER, MISSPELT_KIND, KEYBOARD, LATIN, SHORT, PASTED_KIND, BESIDE)
"""All that can be found."""
SAMPLED = 8000
"""Customers of whom queries are made."""
NONSENSE_LETTERS = (
    "กขคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธ",
    "กขคงจชดตทนบปพมยรลวสหอะาิีุูเแโไ่้์",
    "bcdfghjklmnpqrstvwxz",
    "abcdefghijklmnopqrstuvwxyz",
    "asdfjkl;qweruiop",
)
"""Letters of which nonsense is made: rare ones, all, and what falls under the hands."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One query of a kind (and of a sort of it), and whom it should find.

    A hit is right that has the code, or all texts of one of `wanted` anywhere in its record, blanks
    aside."""

    kind: str
    sort: str
    text: str
    code: str = ""
    wanted: tuple[tuple[str, ...], ...] = ()

    def is_right(self, code: str, record: str) -> bool:
        """Whether this customer is one that was meant; `record` as `squeezed` gives it."""
        if code == self.code:
            return True
        return any(all(text in record for text in texts) for texts in self.wanted)


Make = Callable[[Registered, random.Random], Sought | None]


def squeezed(text: str) -> str:
    """A text without blanks, in small letters."""
    return "".join(text.casefold().split())


def read_queries(path: Path) -> list[Sought]:
    """What `write_queries` wrote."""
    found: list[Sought] = []
    for line in path.read_text("utf-8").splitlines():
        values = json.loads(line)
        wanted = tuple(tuple(texts) for texts in values.pop("wanted"))
        found.append(Sought(**values, wanted=wanted))
    return found


def write_queries(path: Path, size: int, each: int) -> None:
    """The queries for a register of this size, about so many of each kind, one a line."""
    made = make_queries(size, each)
    text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in made)
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.rename(path)


def make_queries(size: int, each: int) -> list[Sought]:
    """The queries for a register of this size, about so many of each kind."""
    rng = random.Random(size)
    numbers = set(rng.sample(range(size), min(size, SAMPLED)))
    sample = [
        one for number, one in enumerate(entries(size)) if number in numbers or one.is_planted
    ]
    found: list[Sought] = []
    for kind, sorts in _sorts().items():
        share = max(1, each // len(sorts))
        for sort, make in sorts.items():
            found += _some(kind, sort, make, sample, rng, share)
    return [*found, *_listed(), *_nonsense(rng, each)]


def _some(
    kind: str,
    sort: str,
    make: Make,
    sample: Sequence[Registered],
    rng: random.Random,
    count: int,
) -> Iterator[Sought]:
    """So many queries of one sort, of different customers."""
    for one in rng.sample(sample, len(sample)):
        if count == 0:
            return
        sought = make(one, rng)
        if sought is None:
            continue
        count -= 1
        yield Sought(kind, sort, sought.text, sought.code, sought.wanted)


def _sorts() -> dict[str, dict[str, Make]]:
    """By kind, each sort and what makes a query of it."""
    return {
        EXACT: _EXACT,
        TYPED: _TYPED,
        ORDER: {sort: _slipped(slip) for sort, slip in OTHER_ORDER.items()}
        | {"title added": _title_added, "another title": _title_other},
        MISSPELT_KIND: {sort: _slipped(slip) for sort, slip in MISSPELT.items()},
        KEYBOARD: {sort: _slipped(slip) for sort, slip in LAYOUT.items()},
        LATIN: _LATIN,
        SHORT: {
            "of its form": _short,
            "as written down": _known_short,
            "English initials": _initials,
            "domain": _domain,
            "English name": _english,
        },
        PASTED_KIND: {sort: _pasted(paste) for sort, paste in PASTED.items()},
        BESIDE: {
            "behind a name": _beside_name,
            "before a name": _before_name,
            "behind an organisation": _beside_organisation,
        },
    }


def _by(text: str, one: Registered, *wanted: str) -> Sought | None:
    """A query for this customer, or whoever else has all that is wanted."""
    if not text.strip():
        return None
    return Sought("", "", text, one.code, (tuple(map(squeezed, wanted)),) if wanted else ())


def _thai(one: Registered) -> Named | None:
    """The person with a Thai name that a query is about."""
    if one.who is None or one.who.first.isascii():
        return None
    return one.who


def _slipped(slip: Slip) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        who = _thai(one)
        text = slip(who, rng) if who else None
        if who is None or text is None:
            return None
        alone = len(text) < len(who.name) * 0.75
        key = who.last if alone else who.name
        # Somebody may bear just the name that the slip made.
        wanted = ((squeezed(key),), (squeezed(text),))
        return Sought("", "", text, one.code, wanted)

    return make


def _pasted(paste: Callable[[Registered, random.Random], tuple[str, ...] | None]) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        pasted = paste(one, rng)
        if pasted is None:
            return None
        text, *wanted = pasted
        return _by(text, one, *wanted)

    return make


def _title_added(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    if who is None or one.title:
        return None
    return _by(rng.choice(_typed_titles()) + who.name, one, who.name)


def _title_other(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    if who is None or not one.title:
        return None
    return _by(f"{rng.choice(_typed_titles())} {who.name}", one, who.name)


@cache
def _typed_titles() -> list[str]:
    titles = list(toml("names.toml")["titles"]["typed"])
    return titles + [row[0] for row in lines("titles.tsv")]


def _exactly(value: Callable[[Registered], str]) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        found = value(one)
        return _by(found, one, found) if found else None

    return make


def dashed(phone: str) -> str:
    """A telephone as people write it."""
    if phone.startswith("02"):
        return f"{phone[:2]}-{phone[2:5]}-{phone[5:]}"
    return f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"


def _dashed(one: Registered, rng: random.Random) -> Sought | None:
    phone = one.mobile or one.phone
    return _by(dashed(phone), one, phone) if phone else None


_EXACT: dict[str, Make] = {
    "code": lambda one, rng: Sought("", "", one.code, one.code),
    "telephone": _dashed,
    "telephone, digits": _exactly(lambda one: one.mobile),
    "a contact's telephone": _exactly(lambda one: next((each.phone for each in one.contacts), "")),
    "e-mail": _exactly(lambda one: one.email.upper()),
}


def _surname(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    return _by(who.last, one, who.last) if who else None


def _name(one: Registered, rng: random.Random) -> Sought | None:
    return _by(one.who.name, one, one.who.name) if one.who else None


def _name_begun(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    if who is None or len(who.last) < 5:
        return None
    text = f"{who.first} {who.last[:3]}"
    return _by(text, one, text)


def _surname_begun(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    if who is None or len(who.last) < 7:
        return None
    return _by(who.last[:5], one, who.last[:5])


def _surname_part(one: Registered, rng: random.Random) -> Sought | None:
    """From a letter behind the third that begins a syllable."""
    who = _thai(one)
    if who is None or len(who.last) < 9:
        return None
    part = re.search(r"(?<=...)(?<![เแโไใ])[เแโไใก-ฮ](?!.{0,2}์).{4,6}", who.last)
    return _by(part[0], one, part[0]) if part else None


def _organisation(one: Registered, rng: random.Random) -> Sought | None:
    name = one.organisation.name
    return _by(name, one, name) if name else None


def _organisation_part(one: Registered, rng: random.Random) -> Sought | None:
    """The end of its first words: what is left without the form."""
    name = one.organisation.name.partition(" จำกัด")[0].removeprefix("บริษัท ")
    if len(name) < 14:
        return None
    return _by(name[-10:].strip(), one, name[-10:])


def _organisation_and_name(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    if who is None or not one.organisation.name:
        return None
    return _by(f"{who.first} {one.organisation.name}", one, who.first, one.organisation.name)


def _contact(one: Registered, rng: random.Random) -> Sought | None:
    if not one.contacts:
        return None
    name = rng.choice(one.contacts).who.name
    return _by(name, one, name)


def _contact_surname(one: Registered, rng: random.Random) -> Sought | None:
    if not one.contacts:
        return None
    name = one.contacts[0].who.last
    return _by(name, one, name)


_TYPED: dict[str, Make] = {
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


@cache
def _meant_by() -> dict[tuple[str, str], frozenset[str]]:
    """By part and Latin spelling, the Thai names that are written so."""
    found: dict[tuple[str, str], set[str]] = {}
    pairs = [(part, *names) for part, some in latin_pairs().items() for names in some]
    for first, last, latin_first, latin_last in (row[:4] for row in lines("people.tsv")):
        pairs += [("first", first, latin_first), ("last", last, latin_last)]
    for part, thai, latin in pairs:
        found.setdefault((part, latin.casefold()), set()).add(squeezed(thai))
    return {key: frozenset(thai) for key, thai in found.items()}


def _latin(text: Callable[[Named, random.Random], str], *parts: str) -> Make:
    def make(one: Registered, rng: random.Random) -> Sought | None:
        if one.who is None or not one.who.latin_first:
            return None
        typed = text(one.who, rng)
        firsts = _meant_by()["first", one.who.latin_first.casefold()]
        lasts = _meant_by()["last", one.who.latin_last.casefold()]
        names = {"first": firsts, "last": lasts}
        meant = {first + last for first in firsts for last in lasts}
        if len(parts) == 1:
            meant = set(names[parts[0]])
        # Some stand in the register in Latin letters too.
        wanted = [(name,) for name in sorted(meant)] + [(squeezed(typed),)]
        return Sought("", "", typed, one.code, tuple(wanted))

    return make


_LATIN: dict[str, Make] = {
    "name": _latin(lambda who, rng: f"{who.latin_first} {who.latin_last}"),
    "name in small letters": _latin(lambda who, rng: f"{who.latin_first} {who.latin_last}".lower()),
    "name in capitals": _latin(lambda who, rng: f"{who.latin_first} {who.latin_last}".upper()),
    "surname first": _latin(lambda who, rng: f"{who.latin_last}, {who.latin_first}"),
    "with a title": _latin(
        lambda who, rng: (
            rng.choice(("Mr. ", "Ms. ", "Mrs.", "Dr. ", "Miss "))
            + f"{who.latin_first} {who.latin_last}"
        )
    ),
    "surname": _latin(lambda who, rng: who.latin_last, "last"),
    "first name": _latin(lambda who, rng: who.latin_first, "first"),
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


def _strange(rng: random.Random) -> str:
    return str(rng.choice(toml("names.toml")["strange"]["words"].split()))


def _beside_name(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    return _by(f"{who.name} {_strange(rng)}", one, who.name) if who else None


def _before_name(one: Registered, rng: random.Random) -> Sought | None:
    who = _thai(one)
    return _by(f"{_strange(rng)} {who.name}", one, who.name) if who else None


def _beside_organisation(one: Registered, rng: random.Random) -> Sought | None:
    name = one.organisation.name
    return _by(f"{name} {_strange(rng)}", one, name) if name else None


def _listed() -> Iterator[Sought]:
    """The queries that were written down."""
    lists = ((MISSPELT_KIND, misspelt_queries()), (PASTED_KIND, pasted_queries()))
    for kind, some in lists:
        for one in some:
            wanted = tuple(tuple(map(squeezed, texts)) for texts in one.wanted)
            yield Sought(kind, "as written down", one.text, one.code, wanted)


def _nonsense(rng: random.Random, count: int) -> Iterator[Sought]:
    for letters in NONSENSE_LETTERS:
        for _ in range(count // len(NONSENSE_LETTERS)):
            text = "".join(rng.choice(letters) for _ in range(rng.randrange(6, 14)))
            yield Sought(NONSENSE, "letters at random", text)
