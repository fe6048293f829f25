"""Customers with their contacts and addresses, and what a record needs before it is saved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

CustomerCode = NewType("CustomerCode", str)
"""`C` and digits, e.g. C81554 (DOMAIN.md section 1)."""


class Gender(StrEnum):
    """Asked of people only; organisations have none."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact person at the customer. `id` is None until saved; telephones are E.164 or as
    typed; `letter_language` = the one that was chosen for this person, None where the customer's
    holds.
    """

    name: str
    phone: str = ""
    mobile: str = ""
    email: str = ""
    main: bool = False
    id: int | None = None
    letter_language: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """One address, as one text."""

    text: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or organisation that the desk serves. `english_name` = what letters in English call
    it, `letter_language` = the one that was chosen for it.

    `phone` and `mobile` are E.164 with an optional ";ext=203". `unknown` names the fields that were
    answered with 9, "not known" (DOMAIN.md section 1): such a field is empty here. `merged_into`
    says that the record was merged into another one. `version` counts saves."""

    code: CustomerCode
    name: str
    kind: str = ""  # a customer type of the catalogue
    gender: Gender | None = None
    organisation: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    note: str = ""
    english_name: str = ""
    letter_language: str | None = None
    unknown: frozenset[str] = frozenset()
    contacts: tuple[Contact, ...] = ()
    addresses: tuple[Address, ...] = ()
    created_at: datetime | None = None
    merged_into: CustomerCode | None = None
    version: int = 1
