"""The fields of a ticket: its table, and types of its own, which contracts and news share."""

from domain.fields.records import RecordFields
from domain.fields.types import NUMBER, TEXT, kept_as_text
from domain.tickets import pause_texts
from domain.tickets.records import SEPARATOR, Ticket


def _lines_value(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(SEPARATOR)))


TICKET_TYPES = {
    "projects": kept_as_text(SEPARATOR.join, _lines_value, ()),
    "data_years": TEXT,
    "contract_no": TEXT,
    "users": NUMBER,
    "pauses": kept_as_text(pause_texts.as_text, pause_texts.from_text, ()),
}
TICKET = RecordFields(Ticket, "ticket", TICKET_TYPES)
"""Everything of a ticket but its number and its version."""

ASKING_ORDER = TICKET.names(
    lambda row: row.asked,
    first=("details", "result", "projects", "data_years", "agency", "link"),
)
"""The fields that a subject may ask for, in the order in which they are asked."""

SEARCHED = TICKET.names(
    lambda row: row.searched,
    first=("details", "result", "remarks", "purpose", "agency"),
)
"""The fields that tickets are found by; a snippet is looked for in this order."""
