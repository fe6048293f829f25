"""Microdata contracts: their number within the Buddhist year, their fields, and the next number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.dates.days import BUDDHIST_OFFSET
from domain.errors import InvalidInput
from domain.text import digits
from domain.tickets.records import parse_contract_no

DUE_DATES = ("return_due_on", "research_due_on")
"""When the signed contract, and when the research result, was agreed to be there."""
FURTHEST = timedelta(days=10 * 366)
"""A date agreed further ahead is a slip of the finger."""
_NUMBER = re.compile(r"(?<![\w/.-])(?P<number>[1-9]\d{0,4})\s?/\s?(?P<year>2[45]\d\d)(?![\d/])")


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of a microdata request (DOMAIN.md section 1). `contact_id` = the researcher,
    None = the customer.

    `signed_on` is its date. `id` is 0 until saved.
    """

    no: str
    request_id: int
    contact_id: int | None = None
    signed_on: date | None = None
    projects: tuple[str, ...] = ()
    data_years: str = ""
    purpose: str = ""
    research_title: str = ""
    return_due_on: date | None = None
    research_due_on: date | None = None
    id: int = 0


def split_no(no: str) -> tuple[int, int]:
    """Reads the number and the Buddhist year of `81/2563`; raises InvalidInput("contract_no")."""
    number, year = parse_contract_no(no).split("/")
    return int(number), int(year)


def numbers_in(text: str) -> list[str]:
    """Returns what may be contracts' numbers among other words, with their year in full, each
    once.
    """
    found = _NUMBER.finditer(digits(text))
    return list(dict.fromkeys(f"{int(one['number'])}/{one['year']}" for one in found))


def mentions(plain: str, no: str) -> bool:
    """Returns whether a text with Arabic digits holds a contract's number, its year in full or in
    two digits.
    """
    number, year = split_no(no)
    century, short = divmod(year, 100)
    written = rf"(?<![\d/]){number}\s?/\s?(?:{century})?{short:02}(?![\d/])"
    return re.search(written, plain) is not None


def check_year(no: str, today: date) -> str:
    """Returns the contract's number if its year has begun; else raises InvalidInput("contract_no")
    or ("contract_year").
    """
    _number, year = split_no(no)
    if year > today.year + BUDDHIST_OFFSET:
        raise InvalidInput("contract_year", no=no, year=year)
    return no


def has_begun(no: str, today: date) -> bool:
    """Returns whether this is the number of a contract whose year has begun."""
    try:
        check_year(no, today)
    except InvalidInput:
        return False
    return True


def next_no(taken: Iterable[str], today: date) -> str:
    """Returns the number after the highest one taken in today's Buddhist year."""
    year = today.year + BUDDHIST_OFFSET
    numbers = [number for number, other in map(split_no, taken) if other == year]
    return f"{max(numbers, default=0) + 1}/{year}"


def check_due_on(on: date, today: date) -> date:
    """Returns the date agreed upon if it is neither past nor absurdly far; else raises
    InvalidInput("past_date") or ("far_date").
    """
    if on < today:
        raise InvalidInput("past_date")
    if on > today + FURTHEST:
        raise InvalidInput("far_date")
    return on
