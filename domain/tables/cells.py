"""Cells of the plain types of fields: how each is read."""

from collections.abc import Callable, Mapping

from domain.customers.phones import parse_email
from domain.fields.reading import parse_number
from domain.fields.rows import FieldRow
from domain.tables.tables import LONG_LIMIT, limited, named_value
from domain.tickets.records import parse_price

PLAIN_CELLS: Mapping[str, Callable[[FieldRow, str], object]] = {
    "text": lambda row, text: limited(row.name, text),
    "numbered": lambda row, text: limited(row.name, text),
    "long_text": lambda row, text: limited(row.name, text, LONG_LIMIT),
    "email": lambda _row, text: parse_email(text),
    "number": lambda _row, text: parse_number(text),
    "money": lambda _row, text: parse_price(text),
    "choice": lambda row, text: named_value(row.name, text),
}
"""The value that a cell says, of a choice its code; InvalidInput where it says none."""
