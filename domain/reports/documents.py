"""A report as a document: its words in the reader's language and its numbers, before a workbook or
a page is made of it.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | float | date | datetime | None
"""What stands in a cell; a datetime is aware."""
CellRow = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableChart:
    """A chart of a table: from which column its series are taken, up to which, and how many of the
    rows it shows. `over_time` = the rows follow one another in time.
    """

    title: str
    first: int
    last: int
    rows: int
    over_time: bool = False


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table with its headings; `names` = the column in which the name of a row stands."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[CellRow, ...]
    names: int = 0
    chart: TableChart | None = None


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A report. `language` is that of its words; `cover` is what its first sheet is called.

    `about` says what the report is of, line by line: period, filters, who drew it, when. `meanings`
    says what each figure means. `rows` is the report's rows, where it is by something.
    """

    language: str
    cover: str
    title: str
    subtitle: str
    about: tuple[tuple[str, Cell], ...]
    figures: DocumentTable
    meanings: DocumentTable
    rows: DocumentTable | None = None


@dataclass(frozen=True, slots=True)
class TicketRows:
    """The tickets behind a report, piece by piece; `expected` = about how many rows come.

    A piece makes its rows when it is called, which takes its time: in a thread.
    """

    title: str
    headings: tuple[str, ...]
    expected: int
    pieces: AsyncIterator[Callable[[], Sequence[CellRow]]]
