"""Rows of a sheet as XML, written without a library: half a million of them are to be made while
chats go on.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from types import NoneType
from typing import Any
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
EMPTY = "<c/>"
REMEMBERED = 20_000
"""Texts whose XML is kept: most cells say one of a few things."""
_FIRST_DAY = date(1899, 12, 30).toordinal()
_FIRST_MOMENT = datetime(1899, 12, 29, 17, tzinfo=UTC)
"""Where Excel begins to count, by Bangkok's clock of today: in those years it went otherwise."""
_SECONDS = 86_400
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEEDS_CARE = re.compile("[<>&\r]")


def safe_text(text: str) -> str:
    """What a cell may hold: no formula, nothing that XML has no letter for, not too long."""
    return _NO_XML.sub("", escape_formula(text))[:MOST_LETTERS]


class RowWriter:
    """Makes the XML of rows; `styles` = the number of the style of each kind of cell.

    No cell names its place, which the format leaves to its order: the file is a third smaller.
    """

    def __init__(self, styles: Mapping[type, str]) -> None:
        opened = f'<c s="{styles[str]}" t="inlineStr"><is><t xml:space="preserve">'

        @lru_cache(REMEMBERED)
        def text(value: str) -> str:
            if not value:
                return EMPTY
            return f"{opened}{_xml(value)}</t></is></c>"

        def numbers(kind: type, shown: Callable[[Any], float]) -> Callable[[Any], str]:
            style = styles[kind]
            return lambda value: f'<c s="{style}"><v>{shown(value)!r}</v></c>'

        self._cells: Mapping[type, Callable[[Any], str]] = {
            NoneType: lambda _value: EMPTY,
            str: text,
            int: numbers(int, int),
            float: numbers(float, float),
            date: numbers(date, _day_number),
            datetime: numbers(datetime, _moment_number),
        }

    def row(self, number: int, cells: CellRow) -> str:
        """One row, the `number`-th of its sheet."""
        made = self._cells
        parts = [made[type(value)](value) for value in cells]
        return f'<row r="{number}">{"".join(parts)}</row>'


def _xml(text: str) -> str:
    safe = safe_text(text)
    if _NEEDS_CARE.search(safe):
        return escape(safe, {"\r": "&#13;"})
    return safe


def _day_number(day: date) -> int:
    """Days as Excel counts them."""
    return day.toordinal() - _FIRST_DAY


def _moment_number(at: datetime) -> float:
    """The same, with the part of the day, by Bangkok's clock."""
    since = at - _FIRST_MOMENT
    return since.days + round(since.seconds / _SECONDS, 9)
