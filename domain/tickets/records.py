"""Tickets: their fields, their states, and what closing one needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import NewType

from domain.customers.records import Customer, CustomerCode
from domain.dates.data_years import read_kept
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.text import digits, words

SEPARATOR = "\n"
"""Between the projects of a ticket where they are one text, and between its lines of years."""

MOST_BAHT = 10**9
_CONTRACT_NO = re.compile(r"\s*+(?P<number>\d{1,5})\s*+/\s*+(?P<year>\d{4}|\d{2})\s*+")

Days = tuple[date, date]
"""The first and the last day of a span."""
TicketNo = NewType("TicketNo", str)
"""`R` + YYMM (Gregorian) + six digits that run on from month to month, e.g. R2002590795."""


class Status(StrEnum):
    """DOMAIN.md section 1: new = nobody has worked on it; open from an officer's first save until
    closing.

    Voided = it was saved by mistake: the number stays, and it counts nowhere.
    """

    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"
    VOIDED = "voided"


class Urgency(StrEnum):
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Mood(StrEnum):
    HAPPY = "happy"
    GOOD = "good"
    NORMAL = "normal"
    BAD = "bad"
    ANGRY = "angry"


class Complexity(StrEnum):
    """With the channel it picks the time standard (DOMAIN.md section 5)."""

    SIMPLE = "simple"
    COMPLEX = "complex"
    VERY_COMPLEX = "very_complex"
    EXCEPTIONAL = "exceptional"


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that the clock does not count: it waits for the customer, or (`closed`) it was closed
    and reopened.

    `until` None = it still waits.
    """

    since: datetime
    until: datetime | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """One piece of service, with every field of DOMAIN.md section 3.

    `created_at` may lie in the past (backdated), never in the future. `unknown` names fields
    answered with 9. `price` is in baht. `projects` are names of the office's surveys, 0 to 10;
    `data_years` are lines, each of periods (domain.data_years) or of a project's name, a colon and
    its own periods. `province`, `user_count` and `counted_on` (a month's first day) are a
    provincial office's number of users. `pauses` are in order, and only the last may still last
    (domain/clock/pauses.py). `void_reason` says why it was voided. `unsent_at` = when a message
    that it came from was taken back by its sender (saves leave it as it is). `version` counts
    saves."""

    no: TicketNo
    channel: str
    subject: str
    details: str
    created_at: datetime
    recorded_at: datetime
    recorded_by: StaffId | None
    assignee: StaffId | None
    customer: CustomerCode | None = None
    contact_id: int | None = None
    reply_email: str = ""
    urgency: Urgency = Urgency.NORMAL
    mood: Mood = Mood.NORMAL
    complexity: Complexity = Complexity.SIMPLE
    status: Status = Status.OPEN
    projects: tuple[str, ...] = ()
    data_years: str = ""
    result: str = ""
    letter_no: str = ""
    letter_on: date | None = None
    contract_no: str = ""
    contract_on: date | None = None
    price: Decimal | None = None
    receipt_no: str = ""
    receipt_on: date | None = None
    purpose: str = ""
    agency: str = ""
    link: str = ""
    remarks: str = ""
    province: str = ""
    user_count: int | None = None
    counted_on: date | None = None
    unknown: frozenset[str] = frozenset()
    closed_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    void_reason: str = ""
    unsent_at: datetime | None = None
    version: int = 1

    @property
    def is_done(self) -> bool:
        """Nothing is to be done about it any more: it is closed, or was voided."""
        return self.status in (Status.CLOSED, Status.VOIDED)

    @property
    def is_of_a_day(self) -> bool:
        """It was written up later: another ticket of the same moment may have come first."""
        return self.closed_at is not None and self.closed_at < self.recorded_at

    @property
    def waiting_since(self) -> datetime | None:
        """Since when it waits for the customer; None where it does not."""
        if not self.pauses:
            return None
        last = self.pauses[-1]
        return last.since if last.until is None else None


@dataclass(frozen=True, slots=True)
class DataUse:
    """One stretch of data that a ticket is about: for reports. `project` is "", the days None where
    none is named.
    """

    project: str
    from_on: date | None
    to_on: date | None


def data_uses(projects: Sequence[str], data_years: str) -> list[DataUse]:
    """A ticket's projects and years as days: each project with its own years, else with those named
    for all.
    """
    spans: dict[str, list[Days]] = {}
    for line in data_years.splitlines():
        project, periods = split_years(line)
        found = spans.setdefault(project, [])
        for period in read_kept(periods):
            found += period.spans()
    shared = spans.get("", [])
    uses = []
    for project in projects or ("",):
        # What was said for all holds for a project of which nothing else was said.
        meant = spans.get(project) or shared
        uses += [DataUse(project, first, last) for first, last in meant]
        if project and not meant:
            uses.append(DataUse(project, None, None))
    return list(dict.fromkeys(uses))


def reply_addresses(ticket: Ticket, customer: Customer | None) -> list[str]:
    """Where an answer to a ticket may go, the likeliest first."""
    addresses = [ticket.reply_email]
    if customer is not None:
        contacts = customer.contacts
        addresses += [contact.email for contact in contacts if contact.id == ticket.contact_id]
        addresses.append(customer.email)
        addresses += [contact.email for contact in contacts if contact.main]
        addresses += [contact.email for contact in contacts]
    return list(dict.fromkeys(filter(None, addresses)))


def lines_of(text: str) -> list[str]:
    """The projects, or the lines of years, of one text."""
    return [*filter(None, text.split(SEPARATOR))]


def split_years(line: str) -> tuple[str, str]:
    """A line of `data_years`: the project it is about, "" for all, and its periods or words."""
    project, colon, periods = line.rpartition(": ")
    return (project, periods) if colon else ("", line)


def join_years(years: Mapping[str, str]) -> str:
    """`data_years` from periods by project ("" = all of them)."""
    return "\n".join(
        f"{project}: {periods}" if project else periods
        for project, periods in years.items()
        if periods
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a record's history: who changed which field, when, from what to what (as
    stored).
    """

    at: datetime
    by: StaffId | None
    field: str
    old: str
    new: str
    version: int


def ticket_no(running: int, created_at: datetime) -> TicketNo:
    """The number for running number `running` of a ticket created at the local time
    `created_at`.
    """
    return TicketNo(f"R{created_at:%y%m}{running:06d}")


def parse_price(text: str) -> Decimal:
    """An amount in baht as people type it, 0 = free, with thousands, units, `.-`;
    InvalidInput("price").

    Nothing is rounded: what is no amount of baht and satang, or more than one, is refused.
    """
    plain = digits(text).strip()
    if plain.casefold() in words("money").texts("free"):
        return Decimal("0.00")
    found = _amount().fullmatch(plain)
    if found is None:
        raise InvalidInput("price", text=text[:40])
    amount = Decimal(re.sub(r"[,\s]", "", found["baht"]))
    if found["satang"]:
        amount += Decimal(found["satang"]) / 100
    if amount >= MOST_BAHT:
        raise InvalidInput("price", text=text[:40])
    return amount.quantize(Decimal("0.01"))


def parse_contract_no(text: str) -> str:
    """`81/2563`, also from `81/63`; InvalidInput("contract_no")."""
    found = _CONTRACT_NO.fullmatch(digits(text))
    if found is None:
        raise InvalidInput("contract_no")
    number = int(found["number"])
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2500
    # Any other year is a Christian one, or a slip of the finger.
    if number == 0 or not 2400 <= year <= 2700:
        raise InvalidInput("contract_no")
    return f"{number}/{year}"


@cache
def _amount() -> re.Pattern[str]:
    """One amount: thousands parted by commas or blanks, the word or sign for baht, `.-`, satang."""
    table = words("money")
    before = _any_of(*table.texts("before"))
    units = _any_of(*table.texts("baht"), *table.texts("short_baht"))
    whole = _any_of(*table.texts("whole"))
    satang = _any_of(*table.texts("satang"))
    return re.compile(
        rf"(?:(?:{before})\s*+)*(?:{units})?\s*+"
        r"(?P<baht>(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?: \d{3})+|\d+)(?:\.\d\d?)?)"
        rf"\s*+(?:[.,/]?-)?\s*+(?:{units})?\s*+(?:{whole})?"
        rf"(?:\s*+(?P<satang>\d\d?)\s*+(?:{satang}))?",
        re.IGNORECASE,
    )


def _any_of(*spellings: str) -> str:
    longest_first = sorted(spellings, key=len, reverse=True)
    return "|".join(map(re.escape, longest_first))
