"""A row that was not taken, as the table of such rows tells it."""

from collections.abc import Sequence

from handlers.tables.text import table_sentence
from store.tables.batches import Rejected


def rejected_header(header: Sequence[str]) -> list[str]:
    """The table's own columns, and two of ours."""
    return [*header, "line", "reason"]


def rejected_row(header: Sequence[str], rejected: Rejected) -> list[str]:
    """The row as it came, with its line and the reason: mended, the file can be sent back."""
    width = len(header)
    missing = [""] * (width - len(rejected.row))
    cells = [*rejected.row, *missing]
    line = str(rejected.place.line)
    # Cells without a heading stand behind ours.
    return [*cells[:width], line, table_sentence(rejected.error), *cells[width:]]
