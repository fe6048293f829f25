"""A report that is asked for: its period, what its rows are by, and which tickets it is of."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from domain.dates.periods import Period
from domain.reports.figures import Figure


class Dimension(StrEnum):
    """What the rows of a report may be by, and what its tickets may be filtered by."""

    SUBJECT = "subject"
    SUBJECT_GROUP = "subject-group"
    CHANNEL = "channel"
    TYPE = "type"
    PROJECT = "project"
    PROVINCE = "province"
    OFFICER = "officer"
    TEAM = "team"
    COMPLEXITY = "complexity"
    URGENCY = "urgency"
    MOOD = "mood"
    DAY = "day"
    MONTH = "month"
    WEEKDAY_HOUR = "weekday-hour"


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """One report.

    `filters` are pairs of a dimension and a key, as rows have it ("" = those that have none). A
    ticket is in the report where every dimension that is named has one of the keys named for it.
    `wanted` = the figures that are looked at, `of_rows` = those of its rows, () for all of them:
    others may be missing.
    """

    period: Period
    by: Dimension | None = None
    filters: tuple[tuple[Dimension, str], ...] = ()
    wanted: tuple[Figure, ...] = ()
    of_rows: tuple[Figure, ...] = ()

    def over(self, period: Period) -> Self:
        """Returns the same report of another period."""
        return replace(self, period=period)

    def narrowed(self, key: str) -> Self:
        """Returns the report of what stands behind one of its rows."""
        if self.by is None:
            return self
        # Of several keys of one dimension any is enough, but a row is of one.
        others = [one for one in self.filters if one[0] is not self.by]
        return replace(self, by=None, filters=(*others, (self.by, key)))
