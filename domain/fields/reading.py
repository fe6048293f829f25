"""Reading what people type for a plain field."""

import re

from domain.errors import InvalidInput
from domain.text import digits

MOST_DIGITS = 9
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")


def parse_number(text: str) -> int:
    """A whole number with or without commas; InvalidInput("number")."""
    plain = digits(text).strip()
    number = plain.replace(",", "").lstrip("0")
    # Python itself refuses to read thousands of digits.
    if not _NUMBER.fullmatch(plain) or len(number) > MOST_DIGITS:
        raise InvalidInput("number", text=text[:40])
    return int(number or "0")
