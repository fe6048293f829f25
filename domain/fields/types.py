"""The types of fields: how a value stands in drafts and the history, and how in the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args

SATANG = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FieldType:
    """How the values of one type of field are written.

    `text` makes of a value the text that drafts and the history hold, `value` reads it again;
    neither is asked for the empty text, which is the value `empty`. `stored` makes what a column
    holds and `loaded` reads it, None being left as it is; where they are missing, the column holds
    the value itself.
    """

    text: Callable[[Any], str] = str
    value: Callable[[str], Any] = str
    empty: object = None
    stored: Callable[[Any], object] | None = None
    loaded: Callable[[Any], Any] | None = None


def enumeration_of(hint: Any) -> type[StrEnum] | None:
    """The enumeration that an annotation names, alone or beside None; None where it names none."""
    for one in (hint, *get_args(hint)):
        if isinstance(one, type) and issubclass(one, StrEnum):
            return one
    return None


def kept_as_text(
    text: Callable[[Any], str], value: Callable[[str], Any], empty: object
) -> FieldType:
    """A type whose column holds the text that the history holds, "" for nothing."""
    return FieldType(text, value, empty, stored=text, loaded=value)


def _satang(amount: Decimal) -> Decimal:
    return amount.quantize(SATANG)


# SQLite knows days and moments by the ends of their columns' names, `_on` and `_at`; of other
# columns it brings the texts.


def _day(found: date | str) -> date:
    return date.fromisoformat(found) if isinstance(found, str) else found


def _moment(found: datetime | str) -> datetime:
    return datetime.fromisoformat(found) if isinstance(found, str) else found


def _names_text(names: frozenset[str]) -> str:
    return ",".join(sorted(names))


def _names_value(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


TEXT = FieldType(empty="")
NUMBER = FieldType(value=int, loaded=int)
REFERENCE = FieldType()
DAY = FieldType(
    text=date.isoformat,
    value=date.fromisoformat,
    loaded=_day,
)
MOMENT = FieldType(
    text=datetime.isoformat,
    value=datetime.fromisoformat,
    loaded=_moment,
)

PLAIN_TYPES: Mapping[str, FieldType] = {
    "text": TEXT,
    "long_text": TEXT,
    "email": TEXT,
    "numbered": TEXT,  # a number with its date: `dated` names the field of the date
    "choice": FieldType(),  # one of the values of its row; an attribute of a StrEnum makes that
    "number": NUMBER,
    "money": FieldType(
        text=lambda amount: str(_satang(amount)),
        value=Decimal,
        stored=_satang,
        loaded=Decimal,
    ),
    "day": DAY,
    "month": DAY,  # its first day
    "moment": MOMENT,
    "names": kept_as_text(_names_text, _names_value, frozenset()),
    "person": NUMBER,  # one of the staff
    "customer": REFERENCE,  # a customer's code
    "customer_type": TEXT,
    "phone": TEXT,  # E.164, or as typed
    "contact": NUMBER,  # one of the customer's contacts
    "channel": TEXT,
    "subject": TEXT,
    "province": TEXT,
}
"""The types that need nothing but the name of their field; a record adds its own."""
