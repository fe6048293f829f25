"""Which days are unusual: a subject that came far more often than it does. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.reports.reports import ReportRow
from domain.reports.words.tables import question_words


@dataclass(frozen=True, slots=True)
class UnusualSubject:
    """A subject's tickets of one day, and how many a working day has as a rule."""

    key: str
    tickets: int
    usual: float


def usual_days() -> int:
    """Returns how many days before are looked at for what is usual."""
    return question_words("unusual").count("days")


def unusual_subjects(
    of_day: Iterable[ReportRow], of_before: Mapping[str, int], working_days: int
) -> list[UnusualSubject]:
    """Returns the subjects of a day that came so much more often than on the working days before,
    the largest first.
    """
    rule = question_words("unusual")
    found = []
    for row in of_day:
        usual = of_before.get(row.key, 0) / max(working_days, 1)
        if row.tickets >= rule.count("least") and row.tickets >= rule.count("factor") * usual:
            found.append(UnusualSubject(row.key, row.tickets, usual))
    return sorted(found, key=lambda one: -one.tickets)
