"""Customers with their contacts and addresses, and what a record needs before it is saved."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.text import clean, digits, words

CustomerCode = NewType("CustomerCode", str)
"""`C` and digits, e.g. C81554 (DOMAIN.md section 1)."""

_WRITTEN = re.compile(r"(c[\s.:-]{0,2})?([0-9]{1,12})", re.IGNORECASE)
_FULL_WIDTH = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
_MARKS = " '\"=.:#"


def read_code(text: str, *, bare: bool = False) -> CustomerCode | None:
    """The code that the whole text is: `C81554`, `c 81554`, `C-81554`; None for any other text.

    `bare`: the text should be a code, so that its letter may be missing.
    """
    plain = digits(clean(text)).translate(_FULL_WIDTH).strip(_MARKS)
    for label in words("customers").texts("code_labels"):
        plain = plain.removeprefix(label).strip(_MARKS)
    found = _WRITTEN.fullmatch(plain)
    if found is None or not (found[1] or bare):
        return None
    return CustomerCode(f"C{found[2]}")


class Gender(StrEnum):
    """Asked of people only; organisations have none."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact person at the customer. `id` is None until saved; telephones are E.164 or as typed."""

    name: str
    phone: str = ""
    mobile: str = ""
    email: str = ""
    main: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """One address, as one text."""

    text: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or organisation that the desk serves.

    `phone` and `mobile` are E.164 with an optional ";ext=203". `unknown` names the fields that were
    answered with 9, "not known" (DOMAIN.md section 1): such a field is empty here. `merged_into` makes the record
    a signpost to another one. `version` counts saves.
    """

    code: CustomerCode
    name: str
    kind: str = ""  # a customer type of the catalogue
    gender: Gender | None = None
    organisation: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    note: str = ""
    unknown: frozenset[str] = frozenset()
    contacts: tuple[Contact, ...] = ()
    addresses: tuple[Address, ...] = ()
    created_at: datetime | None = None
    merged_into: CustomerCode | None = None
    version: int = 1
