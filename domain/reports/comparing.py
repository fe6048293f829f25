"""What a report is compared with, and what of it is worth a sentence: the rule of docs/reports.md.
Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.dates.periods import Period, before, year_before
from domain.operating.report_rules import PERCENT, SummaryRules
from domain.reports.figures import Figure
from domain.reports.reports import Figures, Report, ReportRow


class StandsOut(StrEnum):
    """What may stand out in a report."""

    MOSTLY = "mostly"
    LARGEST = "largest"
    GREW = "grew"
    LATE = "late"
    NONE_LATE = "none_late"
    BACKLOG = "backlog"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands out: its numbers, the percentage where one is told, and the row that
    it is about.
    """

    what: StandsOut
    count: int
    of: int
    percent: int | None = None
    row: ReportRow | None = None


@dataclass(frozen=True, slots=True)
class FigureChange:
    """What a figure was before; `percent` = by how much it has changed since, None where the
    numbers are too small to say.
    """

    was: float
    percent: int | None


def so_far(period: Period, today: date) -> Period:
    """Returns the days of a period that have begun."""
    tomorrow = today + timedelta(days=1)
    return Period(period.first, min(period.until, tomorrow))


def period_before(period: Period, today: date) -> Period:
    """Returns what a period is compared with: the one before it; of one that still runs as many
    days of that as have passed of this.
    """
    earlier = before(period)
    passed = so_far(period, today)
    if passed == period:
        return earlier
    return Period(earlier.first, min(earlier.until, earlier.first + (passed.until - passed.first)))


def year_ago(period: Period, today: date) -> Period:
    """Returns the same days of the year before; of a period that still runs those that have
    passed.
    """
    whole = year_before(period)
    passed = so_far(period, today)
    if passed == period:
        return whole
    return Period(whole.first, min(whole.until, whole.first + (passed.until - passed.first)))


def share(
    part: float,
    whole: float,
    least: int,
) -> int | None:
    """Returns the percentage; None where the whole is less than the least of which one is told."""
    if whole < least:
        return None
    return round(PERCENT * part / whole)


def change(
    now: float,
    was: float,
    least: int,
) -> FigureChange:
    """Returns how a figure has changed; of less than the `least` not by how many percent."""
    grown = share(now - was, was, least)
    return FigureChange(was, grown)


def findings(
    report: Report,
    earlier: Report,
    rules: SummaryRules,
) -> list[Finding]:
    """Returns what stands out in a report by subject, the most telling first; at most as many as
    the rule allows.
    """
    found = [*_mostly(report, rules), *_grown(report, earlier, rules)]
    found += _late(report.figures, rules)
    found += _backlog(report.figures, earlier.figures, rules)
    return found[: rules.most_findings]


def _number(figures: Figures, figure: Figure) -> int:
    return int(figures.get(figure) or 0)


def _mostly(report: Report, rules: SummaryRules) -> Iterator[Finding]:
    """Yields the largest subject, where it has its share of enough tickets."""
    total = _number(report.figures, Figure.TICKETS_CREATED)
    named = [row for row in report.rows if row.key]
    if not named:
        return
    largest = max(named, key=lambda row: row.tickets)
    part = share(largest.tickets, total, rules.least_for_percent)
    if part is None or part < rules.largest_percent:
        return
    what = StandsOut.LARGEST
    if part >= rules.mostly_percent:
        what = StandsOut.MOSTLY
    yield Finding(
        what,
        largest.tickets,
        total,
        part,
        largest,
    )


def _grown(
    report: Report,
    earlier: Report,
    rules: SummaryRules,
) -> Iterator[Finding]:
    """Yields the subject that grew most, where it has become some times as large."""
    # Where hardly anything was before, everything has grown.
    if _number(earlier.figures, Figure.TICKETS_CREATED) < rules.least_for_percent:
        return
    were = {row.key: row.tickets for row in earlier.rows}
    grown = [row for row in report.rows if _has_grown(row, were, rules)]
    if not grown:
        return
    most = max(grown, key=lambda row: row.tickets - were.get(row.key, 0))
    yield Finding(
        StandsOut.GREW,
        most.tickets,
        were.get(most.key, 0),
        row=most,
    )


def _has_grown(
    row: ReportRow,
    were: Mapping[str, int],
    rules: SummaryRules,
) -> bool:
    was = were.get(row.key, 0)
    enough = row.tickets - was >= rules.grew_least
    return bool(row.key) and enough and row.tickets >= rules.grew_times * was


def _late(figures: Figures, rules: SummaryRules) -> Iterator[Finding]:
    """Yields how many tickets missed their time standard, where that is a part worth telling, or
    that none did.
    """
    late = _number(figures, Figure.STANDARD_MISSED)
    judged = late + _number(figures, Figure.STANDARD_KEPT)
    part = share(late, judged, rules.least_for_percent)
    if part is None:
        return
    if not late:
        yield Finding(StandsOut.NONE_LATE, 0, judged)
    elif part >= rules.late_percent:
        yield Finding(StandsOut.LATE, late, judged, part)


def _backlog(
    now: Figures,
    was: Figures,
    rules: SummaryRules,
) -> Iterator[Finding]:
    """Yields that the work in hand has grown or shrunk by a part worth telling."""
    left = _number(now, Figure.TICKETS_OPEN)
    before_ = _number(was, Figure.TICKETS_OPEN)
    part = share(left - before_, before_, rules.least_for_percent)
    if part is not None and abs(part) >= rules.backlog_percent:
        yield Finding(StandsOut.BACKLOG, left, before_)


def smallest_rows(rows: Sequence[ReportRow], figure: Figure) -> list[ReportRow]:
    """Returns the rows that have something of a figure, the smallest first, what has no key
    last.
    """
    having = [row for row in rows if row.figures.get(figure)]
    return sorted(having, key=lambda row: (not row.key, row.figures[figure] or 0, row.key))


def largest_rows(rows: Sequence[ReportRow], figure: Figure) -> list[ReportRow]:
    """Returns the rows that have something of a figure, the largest first, what has no key last."""
    having = [row for row in rows if row.figures.get(figure)]
    return sorted(having, key=lambda row: (not row.key, -(row.figures[figure] or 0), row.key))
