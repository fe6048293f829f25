"""The demo desk's customers: invented people and organisations, put together from demo.toml."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bot.demo.words import DemoWords
from domain.customers.records import (
    Address,
    Contact,
    Customer,
    CustomerCode,
    Gender,
)

_FIRST_CODE = 81000
AGES = (400, 1500)
"""Days since somebody became a customer, at least and at most."""
_TONE = re.compile("[\u0e48-\u0e4b]")


class DemoCustomers:
    """Invents customers."""

    def __init__(self, words: DemoWords, rng: Random, now: datetime) -> None:
        self.words = words
        self.rng = rng
        self.now = now
        self.provinces: list[str] = words["places"]["provinces"]
        self.names: set[str] = set()
        # The known customers' numbers begin with 9.
        self.lines = iter(rng.sample(range(1000, 9000), 2000))

    def customers(self) -> list[Customer]:
        """All, by code; codes rise with time, and all are older than the desk's year."""
        known = [_known(row) for row in self.words["known"]]
        codes = self._codes({_number(customer) for customer in known})
        invented = []
        for kind, name in self._wanted():
            code = next(codes)
            one = self._organisation(kind, name, code) if name else self.person(kind, code)
            invented.append(one)
        everyone = [*known, *invented, *self._twins(invented, codes)]
        everyone.sort(key=_number)
        ages = sorted((self.rng.uniform(*AGES) for _ in everyone), reverse=True)
        dated = []
        for customer, age in zip(everyone, ages, strict=True):
            created_at = self.now - timedelta(days=int(age))
            dated.append(replace(customer, created_at=created_at))
        return dated

    def _wanted(self) -> list[tuple[str, str]]:
        """Type and name of everybody to be invented, mixed; people's names are invented later."""
        wanted: list[tuple[str, str]] = []
        for kind, count in self.words["people"].items():
            wanted += [(kind, "")] * count
        wanted += self._organisation_names()
        self.rng.shuffle(wanted)
        return wanted

    def _codes(self, taken: set[int]) -> Iterator[int]:
        code = _FIRST_CODE
        while True:
            if code not in taken:
                yield code
            code += self.rng.choice((1, 1, 1, 2, 3))

    def person(self, kind: str, code: int) -> Customer:
        """Somebody whose name nobody else has."""
        rng = self.rng
        gender, name, latin = self._name(kind)
        office = rng.choice(self.words["organisations"]["academic"][:7])
        province = rng.choice(self.provinces)
        settled = rng.random() < 0.85
        person = Customer(
            CustomerCode(f"C{code}"),
            name,
            kind,
            Gender(gender),
            organisation=office if kind in ("academic", "student") else "",
            phone=self._line(203 + code % 90) if kind == "academic" and settled else "",
            mobile=self._mobile(),
            email=self._email(kind, latin, code) if rng.random() < 0.9 else "",
        )
        if settled:
            address = Address(self._address(province), main=True)
            return replace(person, addresses=(address,))
        return replace(person, unknown=frozenset({"address"}))

    def _name(self, kind: str) -> tuple[str, str, str]:
        """Gender, the name with its title, and the first name in Latin letters."""
        names = self.words["names"]
        while True:
            gender = self.rng.choice(("female", "male"))
            first, latin = self.rng.choice(names[gender]).split()
            surname = self.rng.choice(names["surnames"])
            full = f"{first} {surname}"
            if full not in self.names:
                break
        self.names.add(full)
        titles = self.words["titles"]["academic" if kind == "academic" else gender]
        return gender, self.rng.choice(titles) + full, latin

    def _organisation_names(self) -> list[tuple[str, str]]:
        """Type and name of as many organisations as there are to be."""
        names: list[tuple[str, str]] = []
        for kind, count in self.words["organisation_counts"].items():
            possible = [
                name
                for form in self.words["organisations"][kind]
                for name in self._in_provinces(form)
            ]
            names += [(kind, name) for name in self.rng.sample(possible, count)]
        return names

    def _in_provinces(self, form: str) -> list[str]:
        """A name that has a province in it, for some of them; others stand once."""
        if "{" not in form:
            return [form]
        outside = self.provinces[1:]
        some = self.rng.sample(outside, 20)
        return [form.format(province=province) for province in some]

    def _organisation(self, kind: str, name: str, code: int) -> Customer:
        province = next((place for place in self.provinces if place in name), self.provinces[0])
        count = self.rng.choice((1, 1, 2, 3))
        contacts = tuple(self._contact(kind, code, main=number == 0) for number in range(count))
        return Customer(
            CustomerCode(f"C{code}"),
            name,
            kind,
            phone=self._line(100 + code % 90),
            email=self._email(kind, "contact", code),
            # A faculty is of a customer type whose gender is asked.
            unknown=frozenset({"gender"}) if kind == "academic" else frozenset(),
            contacts=contacts,
            addresses=(Address(self._address(province), main=True),),
        )

    def _contact(self, kind: str, code: int, *, main: bool) -> Contact:
        _, name, latin = self._name("citizen")
        email = self._email(kind, latin, code)
        return Contact(name, mobile=self._mobile(), email=email, main=main)

    def _twins(self, invented: Sequence[Customer], codes: Iterator[int]) -> list[Customer]:
        """People entered twice: a tone mark is missing, and so is most of the rest."""
        row = self.words["twins"]
        marked = [one for one in invented if one.gender and _TONE.search(one.name)]
        twins = []
        for number, one in enumerate(self.rng.sample(marked, row["count"])):
            twins.append(
                Customer(
                    CustomerCode(f"C{next(codes)}"),
                    _TONE.sub("", one.name, count=1),
                    one.kind,
                    mobile=one.mobile if number % 2 else "",
                    note=row["note"],
                    unknown=frozenset(row["unknown"]),
                )
            )
        return twins

    def _mobile(self) -> str:
        return f"+6680000{next(self.lines)}"

    def _line(self, extension: int) -> str:
        return f"+662000{next(self.lines)};ext={extension}"

    def _email(self, kind: str, latin: str, code: int) -> str:
        domains = self.words["e_mail"]
        domain = domains.get(kind, domains["other"])
        number = code or self.rng.randrange(100, 1000)
        return f"{latin}{number}@{domain}"

    def _address(self, province: str) -> str:
        capital = province == self.provinces[0]
        forms = self.words["places"]["address"]
        form: str = forms["capital" if capital else "province"]
        house = self.rng.randrange(1, 300)
        part = self.rng.randrange(1, 60)
        village = self.rng.randrange(1, 13)
        return form.format(number=f"{house}/{part}", village=village, province=province)


def _number(customer: Customer) -> int:
    return int(customer.code[1:])


def _known(row: DemoWords) -> Customer:
    """A customer who stands in the data file."""
    texts = {key: row.get(key, "") for key in ("organisation", "phone", "mobile", "email")}
    gender = row.get("gender")
    address = row.get("address")
    return Customer(
        CustomerCode(row["code"]),
        row["name"],
        row["kind"],
        Gender(gender) if gender else None,
        unknown=frozenset(row.get("unknown", ())),
        addresses=(Address(address, main=True),) if address else (),
        **texts,
    )
