"""A report that was drawn: its figures, and a row for each key of what it is by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.reports.requests import ReportRequest

Figures = Mapping[str, int | float | None]
"""Figures by their names (`Figure`); None where there is nothing of which one could be said (the
median of no tickets).
"""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row: its key (a code such as `6.1`, a name, `2026-10`, `1-09`; "" for tickets that have
    none), its name for people, and its figures.

    `figures` has those of `OF_ROWS`; the row's tickets are `tickets_created`.
    """

    key: str
    name: str
    figures: Figures

    @property
    def tickets(self) -> int:
        """How many tickets were created."""
        return int(self.figures.get("tickets_created") or 0)


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `figures` has every `Figure`, of the whole filtered period.

    Rows are in the order of their keys where these are days, months or hours, else the most tickets
    first; those without a key come last.
    """

    request: ReportRequest
    figures: Figures
    rows: tuple[ReportRow, ...] = field(default=())
