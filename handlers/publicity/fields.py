"""The fields of publicity that need no code of their own: as form fields, and as lines of cards."""

from collections.abc import Mapping

from domain.fields.rows import CARD, FORM
from domain.publicity.fields import PUBLICITY_ROWS
from domain.text import shorten
from handlers.desk import Work
from handlers.forms.engine import Field
from handlers.forms.fields import form_fields
from handlers.forms.values import said
from handlers.labels import field_label

SHOWN = 500
"""Characters of a text on a card."""
TOLD = ("text", "projects", "data_years", "published_on")
"""The fields of the table that have their own place in the forms and on the cards."""

_FURTHER = [row for row in PUBLICITY_ROWS.values() if row.name not in TOLD]

PUBLISHED_ON = form_fields([PUBLICITY_ROWS["published_on"]], {})["published_on"]
FURTHER_FIELDS: Mapping[str, Field] = form_fields(
    [row for row in _FURTHER if FORM in row.places], {}
)
"""What is asked for at the end of each form of publicity."""


def present_plain(work: Work, name: str, text: str) -> str:
    """A draft's value as people read it, where its type is all that says how."""
    row = PUBLICITY_ROWS.get(name)
    if row is None or not text:
        return text
    return said(work.desk.configuration, row, text)


def further_lines(work: Work, data: Mapping[str, str]) -> list[tuple[str, str]]:
    """The further fields that stand on cards and hold something, each with its label."""
    lines = []
    for row in _FURTHER:
        text = data.get(row.name, "")
        if text and CARD in row.places:
            shown = present_plain(work, row.name, text)
            lines.append((field_label(row.name), shorten(shown, SHOWN)))
    return lines
