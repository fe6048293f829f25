"""The demo desk's customers: invented people and organisations, put together from
data/demo.toml.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from domain.customers.records import Address, Contact, Customer, CustomerCode, Gender

DemoWords = Mapping[str, Any]
"""The data file's tables, or one of them."""

_FIRST_CODE = 81000
_TONE = re.compile("[\u0e48-\u0e4b]")


class DemoCustomers:
    """Invents customers."""

    def __init__(self, words: DemoWords, rng: Random, now: datetime) -> None:
        self.words = words
        self.rng = rng
        self.now = now
        self.names: set[str] = set()
        self.lines = iter(
            rng.sample(range(1000, 9000), 2000)
        )  # the known customers' numbers begin with 9

    def customers(self) -> list[Customer]:
        """All, by code; codes rise with time, and all are older than the desk's year."""
        known = [_known(row) for row in self.words["known"]]
        codes = self._codes({int(customer.code[1:]) for customer in known})
        people = [(kind, "") for kind, count in self.words["people"].items() for _ in range(count)]
        wanted = [*people, *self._organisation_names()]
        self.rng.shuffle(wanted)
        invented = [
            self._organisation(kind, name, next(codes)) if name else self.person(kind, next(codes))
            for kind, name in wanted
        ]
        everyone = sorted(
            [*known, *invented, *self._twins(invented, codes)], key=lambda one: int(one.code[1:])
        )
        ages = sorted((self.rng.uniform(400, 1500) for _ in everyone), reverse=True)
        return [
            replace(one, created_at=self.now - timedelta(days=int(age)))
            for one, age in zip(everyone, ages, strict=True)
        ]

    def _codes(self, taken: set[int]) -> Iterator[int]:
        code = _FIRST_CODE
        while True:
            if code not in taken:
                yield code
            code += self.rng.choice((1, 1, 1, 2, 3))

    def person(self, kind: str, code: int) -> Customer:
        """Somebody whose name nobody else has."""
        gender, name, latin = self._name(kind)
        office = self.rng.choice(self.words["organisations"]["academic"][:7])
        province = self.rng.choice(self.words["places"]["provinces"])
        settled = self.rng.random() < 0.85
        return Customer(
            CustomerCode(f"C{code}"),
            name,
            kind,
            Gender(gender),
            organisation=office if kind in ("academic", "student") else "",
            phone=self._line(203 + code % 90) if kind == "academic" and settled else "",
            mobile=self._mobile(),
            email=self._email(kind, latin, code) if self.rng.random() < 0.9 else "",
            unknown=frozenset() if settled else frozenset({"address"}),
            addresses=(Address(self._address(province), main=True),) if settled else (),
        )

    def _name(self, kind: str) -> tuple[str, str, str]:
        while True:
            gender = self.rng.choice(("female", "male"))
            first, latin = self.rng.choice(self.words["names"][gender]).split()
            full = f"{first} {self.rng.choice(self.words['names']['surnames'])}"
            if full not in self.names:
                self.names.add(full)
                titles = self.words["titles"]["academic" if kind == "academic" else gender]
                return gender, self.rng.choice(titles) + full, latin

    def _organisation_names(self) -> list[tuple[str, str]]:
        provinces = self.words["places"]["provinces"]
        names: list[tuple[str, str]] = []
        for kind, count in self.words["organisation_counts"].items():
            pool = [
                name.format(province=province)
                for name in self.words["organisations"][kind]
                for province in (self.rng.sample(provinces[1:], 20) if "{" in name else [""])
            ]
            names += [(kind, name) for name in self.rng.sample(pool, count)]
        return names

    def _organisation(self, kind: str, name: str, code: int) -> Customer:
        provinces = self.words["places"]["provinces"]
        province = next((place for place in provinces if place in name), provinces[0])
        contacts = []
        for number in range(self.rng.choice((1, 1, 2, 3))):
            _, contact, latin = self._name("citizen")
            email = self._email(kind, latin, code)
            contacts.append(Contact(contact, mobile=self._mobile(), email=email, main=number == 0))
        return Customer(
            CustomerCode(f"C{code}"),
            name,
            kind,
            phone=self._line(100 + code % 90),
            email=self._email(kind, "contact", code),
            # A faculty is of a customer type whose gender is asked.
            unknown=frozenset({"gender"}) if kind == "academic" else frozenset(),
            contacts=tuple(contacts),
            addresses=(Address(self._address(province), main=True),),
        )

    def _twins(self, invented: Sequence[Customer], codes: Iterator[int]) -> list[Customer]:
        """People entered twice: a tone mark is missing, and so is most of the rest."""
        row = self.words["twins"]
        marked = [one for one in invented if one.gender and _TONE.search(one.name)]
        return [
            Customer(
                CustomerCode(f"C{next(codes)}"),
                _TONE.sub("", one.name, count=1),
                one.kind,
                mobile=one.mobile if number % 2 else "",
                note=row["note"],
                unknown=frozenset(row["unknown"]),
            )
            for number, one in enumerate(self.rng.sample(marked, row["count"]))
        ]

    def _mobile(self) -> str:
        return f"+6680000{next(self.lines)}"

    def _line(self, extension: int) -> str:
        return f"+662000{next(self.lines)};ext={extension}"

    def _email(self, kind: str, latin: str, code: int) -> str:
        domains = self.words["e_mail"]
        return (
            f"{latin}{code or self.rng.randrange(100, 1000)}@{domains.get(kind, domains['other'])}"
        )

    def _address(self, province: str) -> str:
        forms = self.words["places"]["address"]
        capital = province == self.words["places"]["provinces"][0]
        number = f"{self.rng.randrange(1, 300)}/{self.rng.randrange(1, 60)}"
        form: str = forms["capital" if capital else "province"]
        return form.format(number=number, village=self.rng.randrange(1, 13), province=province)


def _known(row: DemoWords) -> Customer:
    gender, address = row.get("gender"), row.get("address")
    texts = {key: row.get(key, "") for key in ("organisation", "phone", "mobile", "email")}
    return Customer(
        CustomerCode(row["code"]),
        row["name"],
        row["kind"],
        Gender(gender) if gender else None,
        unknown=frozenset(row.get("unknown", ())),
        addresses=(Address(address, main=True),) if address else (),
        **texts,
    )
