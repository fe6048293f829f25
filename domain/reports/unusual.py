"""Which days are unusual: a subject that came far more often than it does. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.operating.report_rules import UnusualRules
from domain.reports.reports import ReportRow


@dataclass(frozen=True, slots=True)
class UnusualSubject:
    """A subject's tickets of one day, and how many a working day has as a rule."""

    key: str
    tickets: int
    usual: float


def unusual_subjects(
    of_day: Iterable[ReportRow],
    of_before: Mapping[str, int],
    working_days: int,
    rules: UnusualRules,
) -> list[UnusualSubject]:
    """Returns the subjects of a day that came so much more often than on the working days before,
    the largest first.
    """
    found = []
    for row in of_day:
        usual = of_before.get(row.key, 0) / max(working_days, 1)
        if row.tickets >= rules.least and row.tickets >= rules.factor * usual:
            found.append(UnusualSubject(row.key, row.tickets, usual))
    return sorted(found, key=lambda one: -one.tickets)
