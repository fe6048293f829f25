"""What the one line of /open is read with, and what is read out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from domain.catalogue import Catalogue
from domain.dates.data_years import DataPeriod
from domain.tickets.fields import ASKING_ORDER
from domain.tickets.projects import Project

TextField = Literal["details", "result"]
TEXT_FIELDS: tuple[TextField, ...] = ("details", "result")


class CustomerRef(StrEnum):
    """What the line names the customer by."""

    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that are to be shown before the ticket is saved, and the field that they may be about.

    `taken` = the field holds what they may mean; else they only stand in the text.
    """

    field: str
    words: str
    taken: bool = False


@dataclass(frozen=True, slots=True)
class OneLine:
    """What was understood. `customer` is a code in capitals, a canonical telephone, an e-mail, or a
    name as typed.

    `nobody` = the line says that there is no customer, or none who is known. `beside` are words at
    the beginning of `details` that stood beside the customer: perhaps the name. `created_on`,
    `closed_on`, `letter_on` and `receipt_on` are today or earlier; `created_time` is said for
    `created_on`, `closed_time` for `closed_on`.
    `assignee` is what stands behind @; `urgency`, `mood` and `complexity` are values of
    domain.tickets, "" where nothing is said. `years` are periods by project, "" for all. `price` is
    in baht. `close` may be said without a result. `counts` = the details are a province's number of
    users and nothing else. Where there are `doubts`, the ticket is shown before it is saved."""

    customer: str = ""
    customer_kind: CustomerRef | None = None
    nobody: bool = False
    beside: str = ""
    channel: str = ""
    subject: str = ""
    created_on: date | None = None
    created_time: time | None = None
    closed_on: date | None = None
    closed_time: time | None = None
    details: str = ""
    result: str = ""
    close: bool = False
    assignee: str = ""
    urgency: str = ""
    mood: str = ""
    complexity: str = ""
    projects: tuple[str, ...] = ()
    years: tuple[tuple[str, tuple[DataPeriod, ...]], ...] = ()
    price: Decimal | None = None
    receipt_no: str = ""
    receipt_on: date | None = None
    letter_no: str = ""
    letter_on: date | None = None
    contract_no: str = ""
    contract_on: date | None = None
    purpose: str = ""
    counts: bool = False
    doubts: tuple[Doubt, ...] = ()

    def steered(self, name: str, value: str) -> "OneLine":
        """Returns the line with `value` for one of the fields that a word alone may say: assignee,
        urgency, mood, complexity.
        """
        match name:
            case "assignee":
                return replace(self, assignee=value)
            case "urgency":
                return replace(self, urgency=value)
            case "mood":
                return replace(self, mood=value)
            case _:
                return replace(self, complexity=value)

    def text(self, where: TextField) -> str:
        """Returns the details, or the result."""
        return self.details if where == "details" else self.result

    def with_text(self, where: TextField, text: str) -> "OneLine":
        """Returns the line with this text as its details, or its result."""
        if where == "details":
            return replace(self, details=text)
        return replace(self, result=text)

    def doubting(
        self,
        field_: str,
        words: str,
        *,
        taken: bool = False,
    ) -> "OneLine":
        """Returns the line with one more doubt; the same words are shown once."""
        doubt = Doubt(field_, " ".join(words.split()), taken)
        if any(other.words == doubt.words for other in self.doubts):
            return self
        return replace(self, doubts=(*self.doubts, doubt))

    def without_doubts(self, field_: str) -> "OneLine":
        """Returns the line without the doubts that may be about this field."""
        left = tuple(doubt for doubt in self.doubts if doubt.field != field_)
        return replace(self, doubts=left)

    def doubts_of(self, field_: str) -> list[Doubt]:
        """Returns the doubts that may be about this field."""
        return [doubt for doubt in self.doubts if doubt.field == field_]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of the grammar.

    `channels` and `subject_words` lead from casefolded words to codes, `subjects` are the numbered
    subjects' codes; `wants` names the subjects that ask for a field (price, contract_no, projects),
    where alone it is looked for. `sales` are those that ask every customer for a price. `staff` are
    the names that may stand behind @."""

    channels: Mapping[str, str]
    subjects: frozenset[str]
    sales: frozenset[str] = frozenset()
    subject_words: Mapping[str, str] = field(default_factory=dict)
    wants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    projects: tuple[Project, ...] = ()
    staff: frozenset[str] = frozenset()

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Vocabulary":
        """Returns the words that the catalogue alone gives: no projects, and nobody's name."""
        wants = {
            name: frozenset(code for code in catalogue.subjects if catalogue.wants(code, name))
            for name in ASKING_ORDER
        }
        return cls(
            channels=catalogue.channel_words,
            subjects=catalogue.subject_numbers,
            sales=catalogue.sales,
            subject_words=catalogue.subject_words,
            wants=wants,
        )


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a line is read with: the office's words, on a day."""

    vocabulary: Vocabulary
    today: date
