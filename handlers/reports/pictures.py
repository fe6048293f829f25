"""The picture of a report: a map of provinces, a week by its hours, a course over time, or bars."""

from collections.abc import Callable, Mapping, Sequence

from domain.configuration import Configuration
from domain.reports.charts import (
    MOST_CATEGORIES,
    Chart,
    HeatMap,
    Picture,
    Series,
    TileMap,
)
from domain.reports.comparing import largest_rows
from domain.reports.figures import KINDS, Figure
from domain.reports.province_map import province_tiles
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import Dimension
from handlers.i18n import _, period_text
from handlers.reports.asked import key_name, weekday_name
from handlers.reports.courses import COURSES, course_picture
from handlers.reports.labels import dimension_label, figure_label, unit_label
from handlers.reports.stacks import STANDARDS, standards_picture
from handlers.reports.summary import with_unit

MOST_BARS = 20
MAPPED = (Dimension.PROVINCE, Dimension.WEEKDAY_HOUR)
DAYS_A_WEEK = 7
"""Rows that are drawn; a longer picture is read by nobody."""
Drawer = Callable[[Configuration, Report, Figure, str, str], Picture | None]


def picture_of(
    office: Configuration,
    report: Report,
    figure: Figure,
    others: Sequence[Report] = (),
) -> Picture | None:
    """The picture of one figure of a report by something; None where there is nothing to draw. Days
    and months are drawn beside those of the `others`.
    """
    by = report.request.by
    if by is None or not any(row.figures.get(figure) for row in report.rows):
        return None
    title = _("%(figure)s ตาม%(by)s", figure=figure_label(figure), by=dimension_label(by))
    stacked = figure in STANDARDS and by not in MAPPED
    total = with_unit(Figure.TICKETS_CREATED if stacked else figure, report.figures)
    subtitle = f"{period_text(report.request.period)} · {total}"
    if stacked:
        return standards_picture(office, report, by, subtitle)
    if by in COURSES:
        return course_picture(office, figure, (report, *others), title, subtitle)
    draw = _DRAWERS.get(by, _bars)
    return draw(
        office,
        report,
        figure,
        title,
        subtitle,
    )


def _value(row: ReportRow, figure: Figure) -> int:
    return round(row.figures.get(figure) or 0)


def _bars(
    office: Configuration,
    report: Report,
    figure: Figure,
    title: str,
    subtitle: str,
) -> Picture | None:
    """Bars, the largest first."""
    by = report.request.by
    assert by is not None
    rows = largest_rows(report.rows, figure)[: min(MOST_BARS, MOST_CATEGORIES)]
    names = tuple(key_name(office, by, row.key) for row in rows)
    values = tuple(_value(row, figure) for row in rows)
    unit = unit_label(KINDS[figure].unit)
    series = Series(figure_label(figure), values)
    return Chart(
        title,
        subtitle,
        names,
        (series,),
        unit,
    )


def _map(
    _office: Configuration,
    report: Report,
    figure: Figure,
    title: str,
    subtitle: str,
) -> Picture | None:
    """The map of the provinces; what has none is told below it."""
    numbers: Mapping[str, int | None] = {row.key: _value(row, figure) for row in report.rows}
    unit = unit_label(KINDS[figure].unit)
    note = ""
    if numbers.get(""):
        note = _("ไม่ระบุจังหวัด %(number)s", number=f"{numbers['']:,}")
    return TileMap(
        title,
        subtitle,
        province_tiles(numbers),
        unit,
        note,
    )


def _week(
    _office: Configuration,
    report: Report,
    figure: Figure,
    title: str,
    subtitle: str,
) -> Picture | None:
    """The days of the week by their hours; only hours in which something was."""
    numbers = {row.key: _value(row, figure) for row in report.rows}
    hours = sorted({key.partition("-")[2] for key in numbers})
    columns = tuple(weekday_name(day) for day in range(1, DAYS_A_WEEK + 1))
    rows: Sequence[tuple[int, ...]] = [
        tuple(numbers.get(f"{day}-{hour}", 0) for day in range(1, DAYS_A_WEEK + 1))
        for hour in hours
    ]
    unit = unit_label(KINDS[figure].unit)
    return HeatMap(
        title,
        subtitle,
        columns,
        tuple(_("%(hour)s น.", hour=int(hour)) for hour in hours),
        tuple(rows),
        unit,
    )


_DRAWERS: Mapping[Dimension, Drawer] = {
    Dimension.PROVINCE: _map,
    Dimension.WEEKDAY_HOUR: _week,
}
