"""The customers of an invented register: people and organisations with their contacts, telephones
and e-mails.

Among them stand those who were written down with the Latin spelling of their name, or with the
short form of their organisation."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.search.data import lines, toml
from bench.search.listed import Meant, misspelt_names, pasted_meanings
from bench.search.names import DrawnNames
from bench.search.organisations import Organisation, Organisations

SEED = 2569
ORGANISATIONS = 0.1
"""Share of customers that are organisations; of people, who belong to one (EMPLOYED)."""
EMPLOYED = 0.25
CONTACT = 0.05
"""Share of people who have a contact."""
LATIN = 0.03
"""Share of names in Latin letters, half of them of Thai people."""
PAIRS = 300
"""Customers whose first name and surname are drawn from latin.tsv and spellings.tsv of bench/data."""
PROVIDERS = ("gmail.com", "hotmail.com", "yahoo.com", "outlook.co.th", "icloud.com")
AREAS = ("02", "038", "053", "043", "044", "074", "045", "034")
_HEARD = (
    "k kh k ng j ch ch s y d t th n d t th t th n b p ph p f ph m y r l w s s s h o h "
    "a a i ee ue ue u oo e ae o ai ai am a"
)
_WRITTEN = "กขคงจฉชซญฎฏฐณดตถทธนบปผพฟภมยรลวศษสหอฮะาิีึืุูเแโไใำั"
SOUNDS = dict(zip(_WRITTEN, _HEARD.split(), strict=True))
MOBILE = ("061", "062", "063", "064", "065", "08", "09")


NOWHERE = Organisation("")


@dataclass(frozen=True, slots=True)
class Named:
    """A person's name; `latin` is how the bearer writes it, where that is known."""

    first: str
    last: str
    latin_first: str = ""
    latin_last: str = ""

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.last}".strip()

    @property
    def latin(self) -> str:
        """The same in Latin letters."""
        return f"{self.latin_first} {self.latin_last}"


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact of a customer."""

    who: Named
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Registered:
    """One customer of the register; an organisation has no `who`, `organisation` is its name."""

    code: str
    who: Named | None
    title: str
    organisation: Organisation
    phone: str
    mobile: str
    email: str
    contacts: tuple[Contacted, ...] = ()
    is_planted: bool = False

    @property
    def name(self) -> str:
        """As it stands in the register."""
        if self.who is None:
            return self.organisation.name
        return self.title + self.who.name


def latin_pairs() -> dict[str, list[tuple[str, str]]]:
    """First names and surnames (`first`, `last`), Thai and as their bearers write them."""
    pairs: dict[str, list[tuple[str, str]]] = {"first": [], "last": []}
    for part, thai, latin in lines("latin.tsv"):
        pairs[part].append((thai, latin))
    for thai, *spellings in lines("spellings.tsv"):
        pairs["first"] += [(thai, latin) for latin in spellings if latin]
    return pairs


@dataclass(frozen=True, slots=True)
class Planted:
    """Somebody whom the register holds at any size, and what is known of the record."""

    who: Named | None
    where: Organisation = NOWHERE
    phone: str = ""
    email: str = ""
    code: str = ""


def planted() -> list[Planted]:
    """The people and organisations of the lists in bench/data."""
    rng = random.Random(SEED)
    pairs = latin_pairs()
    some: list[Planted] = []
    for _ in range(PAIRS):
        first = rng.choice(pairs["first"])
        last = rng.choice(pairs["last"])
        some.append(Planted(Named(first[0], last[0], first[1], last[1])))
    some += [Planted(Named(*row[:4])) for row in lines("people.tsv")]
    some += [Planted(_named(name)) for name in misspelt_names()]
    some += [_of(meant, pairs, rng) for meant in pasted_meanings()]
    some += [Planted(None, one) for one in known_organisations()]
    return some


def _named(name: str) -> Named:
    first, _blank, last = name.partition(" ")
    return Named(first, last)


def _of(meant: Meant, pairs: dict[str, list[tuple[str, str]]], rng: random.Random) -> Planted:
    """A customer of whom just that is known; the name is somebody's, where it is not."""
    name = meant.name or f"{rng.choice(pairs['first'])[0]} {rng.choice(pairs['last'])[0]}"
    where = Organisation(meant.organisation)
    return Planted(_named(name), where, meant.phone, meant.email, meant.code)


def known_organisations() -> list[Organisation]:
    """Those of organisations.tsv; every third one's name stands there in English too."""
    found: list[Organisation] = []
    for number, row in enumerate(lines("organisations.tsv")):
        name, shorts, english, abbreviation, domain = row
        if number % 3 == 0:
            name = f"{name} ({english})"
        typed = tuple(filter(None, shorts.split("|")))
        domain = domain or f"office{number}.or.th"
        found.append(Organisation(name, typed, domain, abbreviation, known=True))
    return found


def entries(size: int) -> Iterator[Registered]:
    """The customers of a register of this size, the same ones each time; those planted stand
    evenly among them.
    """
    make = _Making(random.Random(SEED), size)
    fixed = planted()
    every = max(1, size // len(fixed))
    for number in range(size):
        at, rest = divmod(number, every)
        if rest == 0 and at < len(fixed):
            yield make.planted(number, fixed[at])
        else:
            yield make.anyone(number)


class _Making:
    """Makes customers one after the other."""

    def __init__(self, rng: random.Random, size: int) -> None:
        self._rng = rng
        self._size = size
        self._names = DrawnNames(rng)
        self._organisations = Organisations(self._names, rng)
        self._titles = toml("names.toml")["titles"]
        self._pairs = latin_pairs()

    def anyone(self, number: int) -> Registered:
        """A person or an organisation."""
        if self._rng.random() < ORGANISATIONS:
            return self.customer(number, None, self._organisations.draw())
        where = NOWHERE
        if self._rng.random() < EMPLOYED:
            where = self._organisations.draw()
        return self.customer(number, self._person(), where)

    def planted(self, number: int, fixed: Planted) -> Registered:
        """One of those with what is known of them; a code that is nobody's here is theirs."""
        made = replace(self.customer(number, fixed.who, fixed.where), is_planted=True)
        if fixed.phone.startswith(AREAS):
            made = replace(made, phone=fixed.phone)
        elif fixed.phone:
            made = replace(made, mobile=fixed.phone)
        if fixed.email:
            made = replace(made, email=fixed.email)
        if fixed.code and int(fixed.code[1:]) > self._size:
            made = replace(made, code=fixed.code)
        return made

    def customer(self, number: int, who: Named | None, where: Organisation) -> Registered:
        """This person or organisation with all that a record holds."""
        return Registered(
            f"C{number + 1}",
            who,
            self._title(who),
            where,
            self._phone() if who is None or self._rng.random() < 0.2 else "",
            self._mobile() if self._rng.random() < 0.9 else "",
            self._email(who, where),
            self._contacts(who, where),
        )

    def _person(self) -> Named:
        if self._rng.random() >= LATIN:
            return Named(self._names.first(), self._names.last())
        if self._rng.random() < 0.5:
            return Named(*self._names.foreigner())
        first, last = (self._rng.choice(self._pairs[part]) for part in ("first", "last"))
        return Named(first[1], last[1])

    def _title(self, who: Named | None) -> str:
        if who is None:
            return ""
        if self._rng.random() < 0.06:
            return str(self._rng.choice(self._titles["rare"])) + " "
        title = self._rng.choice(self._titles["common"])
        if who.first.isascii():
            return ""
        return str(title)

    def _contacts(self, who: Named | None, where: Organisation) -> tuple[Contacted, ...]:
        count = 0
        if who is None:
            count = self._rng.choice((0, 1, 1, 2, 3))
        elif self._rng.random() < CONTACT:
            count = 1
        people = [self._person() for _ in range(count)]
        return tuple(Contacted(one, self._mobile(), self._email(one, where)) for one in people)

    def _mobile(self) -> str:
        beginning = self._rng.choice(MOBILE)
        digits = 10 - len(beginning)
        return beginning + self._digits(digits)

    def _phone(self) -> str:
        area = self._rng.choice(AREAS)
        first = self._rng.choice("2345678")
        return area + first + self._digits(8 - len(area))

    def _digits(self, count: int) -> str:
        return f"{self._rng.randrange(10**count):0{count}d}"

    def _email(self, who: Named | None, where: Organisation) -> str:
        if who is not None and self._rng.random() < 0.2:
            return ""
        if who is None:
            return f"{self._rng.choice(('info', 'contact', 'saraban', 'admin'))}@{where.domain}"
        domain = self._rng.choice(PROVIDERS)
        if where.domain and self._rng.random() < 0.8:
            domain = where.domain
        first = sounded(who.first)
        last = sounded(who.last)
        local = self._rng.choice((f"{first}.{last[:1]}", f"{first}{last[:3]}", f"{last}_{first}"))
        return f"{local}{self._rng.randrange(1, 3000)}@{domain}"


def sounded(name: str) -> str:
    """A name in letters that an address may hold: consonant by consonant, as nobody reads it."""
    letters = [SOUNDS.get(letter, letter.lower()) for letter in name]
    local = "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
    return local[:14] or "x"
