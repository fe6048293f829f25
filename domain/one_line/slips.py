"""Slips of the finger: what is written like a telephone or a customer's code and is none, and what
is wrong with it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.customers.phones import read_phones
from domain.dates.days import looks_like_date
from domain.text import clean, digits
from domain.tickets.references import ReferenceKind, find_references

FEWEST = 7
MOST = 12
"""So many digits behind a nought or a country's number are meant as a telephone."""

_NUMBER = re.compile(r"(?<![\w/.,+-])(?:\+?66|0[1-9])[\d\s()-]*\d(?![\w/]|[.,]\d)")
_MOBILE = re.compile(r"0[689]")
_COUNTRY = re.compile(r"^\+?66")
_NO_DIGIT = re.compile(r"[^\d+]")


class SlipKind(StrEnum):
    """What a slip was meant to be."""

    CODE = "code"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Slip:
    """`text` as typed, a code in capitals. `count` digits stand there, `off` more than a telephone
    has (-1: one less).

    A code is always a slip here: whether there is such a customer is for the store to say.
    """

    kind: SlipKind
    text: str
    count: int = 0
    off: int = 0


def find_slip(text: str) -> Slip | None:
    """Returns the first code, else the first telephone that is none, in a text; None where nothing
    is written like either.
    """
    for one in find_references(text):
        if one.kind is ReferenceKind.CUSTOMER and one.sure:
            return Slip(SlipKind.CODE, one.value)
    for number in _NUMBER.finditer(digits(clean(text))):
        slip = _phone(number[0].strip())
        if slip is not None:
            return slip
    return None


def _phone(written: str) -> Slip | None:
    """Returns what is wrong with one number; None where nothing is, or where it is hardly a
    telephone.
    """
    local = _COUNTRY.sub("0", _NO_DIGIT.sub("", written))
    if not FEWEST <= len(local) <= MOST:
        return None
    # 26 11 2569 looks like a telephone with a digit too few.
    if looks_like_date(written) or read_phones(written).numbers:
        return None
    wanted = 10 if _MOBILE.match(local) else 9
    return Slip(SlipKind.PHONE, written, count=len(local), off=len(local) - wanted)
