"""The course of a figure: days of which nothing is known, and other times laid beside it."""

from dataclasses import replace
from datetime import date

import pytest

from domain.dates.periods import Period, before, month_of
from domain.reports.charts import MOST_POINTS, Chart, ColumnChart, LineChart
from domain.reports.figures import Figure
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import Dimension, ReportRequest
from handlers.reports.courses import course_picture
from handlers.reports.pictures import picture_of
from tests.fakes.office import OFFICE

NOVEMBER = month_of(date(2026, 11, 1))


def report(period: Period, by: Dimension, **tickets: int) -> Report:
    rows = []
    for key, number in tickets.items():
        name = key.strip("d").replace("_", "-")
        rows.append(ReportRow(name, name, {"tickets_created": number}))
    return Report(ReportRequest(period, by), {}, tuple(rows))


def course(*reports: Report) -> LineChart:
    return course_picture(OFFICE, Figure.TICKETS_CREATED, reports, "ใบงาน", "")


def test_a_day_without_tickets_is_nought_and_days_to_come_are_not() -> None:
    now = report(NOVEMBER, Dimension.DAY, d2026_11_02=4, d2026_11_04=2)
    earlier = report(before(NOVEMBER), Dimension.DAY, d2026_10_01=1, d2026_10_06=3)
    drawn = course(now, earlier)
    assert drawn.points == tuple(f"{day} พ.ย. 69" for day in range(1, 7))
    assert drawn.lines[0].values == (0, 4, 0, 2, None, None)
    assert drawn.lines[1].values == (1, 0, 0, 0, 0, 3)
    assert [line.name for line in drawn.lines] == ["พ.ย. 69", "ต.ค. 69"]


def test_a_longer_month_before_ends_with_this_one() -> None:
    february = month_of(date(2026, 2, 1))
    drawn = course(
        report(february, Dimension.DAY, d2026_02_28=1),
        report(before(february), Dimension.DAY, d2026_01_31=1),
    )
    assert len(drawn.points) == len(drawn.lines[1].values) == 28


@pytest.mark.parametrize("years", [1, 2, 40])
def test_years_by_the_day_are_the_last_days_that_can_be_drawn(years: int) -> None:
    period = Period(date(2027 - years, 1, 1), date(2027, 1, 1))
    drawn = course(report(period, Dimension.DAY, d2026_12_31=5))
    assert len(drawn.points) == min(MOST_POINTS, (period.until - period.first).days)
    assert drawn.lines[0].values[-1] == 5


def test_months_are_in_the_order_of_the_calendar() -> None:
    period = Period(date(2025, 10, 1), date(2026, 10, 1))
    drawn = course(report(period, Dimension.MONTH, d2025_12=2, d2026_09=1))
    assert drawn.points[0] == "ต.ค. 68"
    assert drawn.lines[0].values == (0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def standing(name: str, **numbers: int) -> ReportRow:
    return ReportRow(name, name, {"tickets_created": 9, **numbers})


def test_how_tickets_stand_to_their_time_is_stacked() -> None:
    first = standing("2026-11-02", standard_kept=3, standard_missed=1)
    last = standing("2026-11-04", standard_running=2)
    figures = {
        "tickets_created": 18,
        "standard_kept": 3,
        "standard_missed": 1,
        "standard_running": 2,
    }
    request = ReportRequest(NOVEMBER, Dimension.DAY)
    drawn = picture_of(OFFICE, Report(request, figures, (first, last)), Figure.STANDARD_MISSED)
    assert isinstance(drawn, ColumnChart)
    assert drawn.totals == (0, 4, 0, 2)
    assert drawn.subtitle == "พ.ย. 69 · 18 ใบ"
    assert drawn.series[1].name == "เกินมาตรฐานเวลา 1"
    by_channel = replace(request, by=Dimension.CHANNEL)
    rows = (replace(first, key="phone"), replace(last, key="email"))
    beside = picture_of(OFFICE, Report(by_channel, figures, rows), Figure.STANDARD_KEPT)
    assert isinstance(beside, Chart)
    assert set(beside.categories) == {"โทรศัพท์", "E-Mail"}
    assert sorted(beside.totals) == [2, 4]
