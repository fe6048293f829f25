"""What the one line of /open is read with, and what is read out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.data_years import DataPeriod
from domain.projects import Project


class CustomerRef(StrEnum):
    """What the line names the customer by."""

    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class OneLine:
    """What was understood. `customer` is a code in capitals, a canonical telephone, an e-mail, or a name as typed.

    `created_on`, `letter_on` and `receipt_on` are today or earlier. `result` never closes when it is empty.
    `assignee` is what stands behind @; `urgency`, `mood` and `complexity` are values of domain.tickets, "" where
    nothing is said. `years` are periods by project, "" for all. `price` is in baht. `counts` = the details are a
    province's number of users and nothing else. `unsure` names what was read but is to be shown before saving.
    """

    customer: str = ""
    customer_kind: CustomerRef | None = None
    channel: str = ""
    subject: str = ""
    created_on: date | None = None
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
    counts: bool = False
    unsure: frozenset[str] = frozenset()

    def steered(self, name: str, value: str) -> "OneLine":
        """With `value` for one of the fields that a word alone may say: assignee, urgency, mood, complexity."""
        if name == "assignee":
            return replace(self, assignee=value)
        if name == "urgency":
            return replace(self, urgency=value)
        return replace(self, mood=value) if name == "mood" else replace(self, complexity=value)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of the grammar.

    `channels` and `subject_words` lead from casefolded words to codes, `subjects` are the numbered subjects' codes;
    `wants` names the subjects that ask for a field (price, contract_no, projects), where alone it is looked for.
    `sales` are those that ask every customer for a price. `staff` are the names that may stand behind @.
    """

    channels: Mapping[str, str]
    subjects: frozenset[str]
    sales: frozenset[str] = frozenset()
    subject_words: Mapping[str, str] = field(default_factory=dict)
    wants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    projects: tuple[Project, ...] = ()
    staff: frozenset[str] = frozenset()
