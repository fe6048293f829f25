"""What a report is compared with, and what of it is worth a sentence (docs/reports.md)."""

from datetime import date

import pytest

from domain.dates.periods import Period, fiscal_year_of, month_of
from domain.operating.report_rules import SummaryRules
from domain.reports.comparing import (
    StandsOut,
    change,
    findings,
    period_before,
    share,
    so_far,
    year_ago,
)
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import ReportRequest

TODAY = date(2026, 11, 23)
NOVEMBER = month_of(TODAY)
RULES = SummaryRules()


def report(tickets=None, **figures):
    """A report by subject: so many tickets of each, and further figures."""
    rows = [
        ReportRow(key, key, {"tickets_created": count}) for key, count in (tickets or {}).items()
    ]
    total = sum(row.tickets for row in rows)
    return Report(ReportRequest(NOVEMBER), {"tickets_created": total, **figures}, tuple(rows))


def found(now, before):
    return [(one.what, one.row.key if one.row else "") for one in findings(now, before, RULES)]


@pytest.mark.parametrize(
    ("period", "before", "ago"),
    [
        (
            NOVEMBER,
            Period(date(2026, 10, 1), date(2026, 10, 24)),
            Period(date(2025, 11, 1), date(2025, 11, 24)),
        ),
        (
            month_of(date(2026, 10, 5)),
            month_of(date(2026, 9, 5)),
            month_of(date(2025, 10, 5)),
        ),
        (
            fiscal_year_of(TODAY),
            Period(date(2025, 10, 1), date(2025, 11, 24)),
            Period(date(2025, 10, 1), date(2025, 11, 24)),
        ),
    ],
)
def test_what_still_runs_is_compared_with_as_many_days(period, before, ago):
    assert period_before(period, TODAY) == before
    assert year_ago(period, TODAY) == ago


def test_the_last_days_of_march_are_compared_with_all_of_february():
    march = month_of(date(2026, 3, 1))
    assert period_before(march, date(2026, 3, 30)) == month_of(date(2026, 2, 1))
    assert so_far(march, date(2026, 3, 31)) == march


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(5, 19, None), (5, 20, 25), (0, 0, None), (20, 20, 100)]
)
def test_no_percentage_is_told_of_few(part, whole, percent):
    assert share(part, whole, 20) == percent


def test_a_change_is_told_in_percent_of_what_was():
    assert change(412, 381, 20).percent == 8
    assert change(3, 1, 20).percent is None
    assert change(10, 40, 20).percent == -75


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (report({"6.1": 11, "7.1": 3}), report({"6.1": 1}), []),
        (
            report({"6.1": 60, "7.1": 40}),
            report({"6.1": 60, "7.1": 40}),
            [(StandsOut.MOSTLY, "6.1")],
        ),
        # Where nothing was before, nothing has grown.
        (report({"6.1": 30, "7.1": 25}), report(), [(StandsOut.MOSTLY, "6.1")]),
        (
            report({str(key): 10 for key in range(1, 10)} | {"6.1": 25}),
            report({str(key): 10 for key in range(1, 10)} | {"6.1": 25}),
            [(StandsOut.LARGEST, "6.1")],
        ),
        (
            report({str(key): 10 for key in range(1, 10)}),
            report({str(key): 6 for key in range(1, 10)}),
            [],
        ),
        (
            report({"1": 10, "2": 10, "3": 10, "4": 10, "5": 10, "6": 10, "7.4": 11}),
            report({"1": 10, "2": 10, "3": 10, "4": 10, "5": 10, "6": 10, "7.4": 1}),
            [(StandsOut.GREW, "7.4")],
        ),
        (report(standard_missed=2, standard_kept=10), report(), []),
        (report(standard_missed=2, standard_kept=38), report(), [(StandsOut.LATE, "")]),
        (report(standard_missed=1, standard_kept=60), report(), []),
        (report(standard_missed=0, standard_kept=60), report(), [(StandsOut.NONE_LATE, "")]),
        (report(tickets_open=30), report(tickets_open=20), [(StandsOut.BACKLOG, "")]),
        (report(tickets_open=21), report(tickets_open=20), []),
        (report(tickets_open=9), report(tickets_open=2), []),
    ],
)
def test_what_stands_out_goes_by_the_rule(now, before, told):
    assert found(now, before) == told


def test_three_sentences_at_most():
    now = report({"6.1": 60, "7.1": 3}, standard_missed=30, standard_kept=30, tickets_open=90)
    before = report({"6.1": 20, "7.1": 3}, tickets_open=30)
    assert found(now, before) == [
        (StandsOut.MOSTLY, "6.1"),
        (StandsOut.GREW, "6.1"),
        (StandsOut.LATE, ""),
    ]
