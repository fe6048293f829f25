"""Rows of a sheet as XML, written without a library: half a million of them are to be made while
chats go on.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from domain.dates.days import BANGKOK
from domain.reports.documents import Cell, CellRow
from domain.tables.tables import escape_formula

SAMPLES: Sequence[tuple[type, Cell]] = (
    (str, None),
    (int, 1),
    (float, 1.5),
    (date, date(2026, 10, 1)),
    (datetime, datetime(2026, 10, 1, 9, tzinfo=BANGKOK)),
)
"""One cell of each kind: the row of them, styled as the others are to be, is what they replace."""
MOST_LETTERS = 32_767
"""Letters of a cell; with more, Excel calls the file broken."""
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=BANGKOK)
_SECONDS = 86_400
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEEDS_CARE = re.compile("[<>&\r]")


def safe_text(text: str) -> str:
    """What a cell may hold: no formula, nothing that XML has no letter for, not too long."""
    return _NO_XML.sub("", escape_formula(text))[:MOST_LETTERS]


class RowWriter:
    """Makes the XML of rows; `styles` = the number of the style of each kind of cell."""

    def __init__(self, styles: Mapping[type, str]) -> None:
        self._text = f' s="{styles[str]}" t="inlineStr"><is><t xml:space="preserve">'
        self._numbers = {
            kind: f' s="{styles[kind]}"><v>' for kind, _sample in SAMPLES if kind is not str
        }
        self._values: Mapping[type, Callable[..., float]] = {
            int: int,
            float: float,
            date: _day_number,
            datetime: _moment_number,
        }

    def row(self, number: int, cells: CellRow) -> str:
        """One row, the `number`-th of its sheet."""
        parts = [f'<row r="{number}">']
        for letter, value in zip(_LETTERS, cells, strict=False):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                parts.append(f'<c r="{letter}{number}"{self._text}{_xml(value)}</t></is></c>')
                continue
            kind = type(value)
            shown = self._values[kind](value)
            parts.append(f'<c r="{letter}{number}"{self._numbers[kind]}{shown!r}</v></c>')
        parts.append("</row>")
        return "".join(parts)


def _xml(text: str) -> str:
    safe = safe_text(text)
    if _NEEDS_CARE.search(safe):
        return escape(safe, {"\r": "&#13;"})
    return safe


def _day_number(day: date) -> int:
    """Days as Excel counts them."""
    return day.toordinal() - _FIRST_DAY.toordinal()


def _moment_number(at: datetime) -> float:
    """The same, with the part of the day, by Bangkok's clock."""
    since = at - _FIRST_DAY
    return since.days + round(since.seconds / _SECONDS, 9)


def _column_letters() -> tuple[str, ...]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (*alphabet, *(f"A{letter}" for letter in alphabet))


_LETTERS = _column_letters()
