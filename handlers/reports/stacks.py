"""How tickets stand to their time standard, part upon part: over time, or row by row."""

from collections.abc import Mapping, Sequence

from domain.configuration import Configuration
from domain.reports.charts import MOST_CATEGORIES, Chart, ColumnChart, Series
from domain.reports.comparing import largest_rows
from domain.reports.figures import Figure, Unit
from domain.reports.reports import Figures, Report
from domain.reports.requests import Dimension
from handlers.i18n import _
from handlers.reports.asked import key_name
from handlers.reports.courses import COURSES, keys_with_rows
from handlers.reports.labels import dimension_label, figure_label, unit_label

STANDARDS = {
    Figure.STANDARD_KEPT: 2,
    Figure.STANDARD_MISSED: 5,
    Figure.STANDARD_RUNNING: 4,
    Figure.STANDARD_NONE: 7,
}
"""What a ticket's standing may be, and its place among the colours."""
MOST_BARS = 20
"""Bars that are drawn; a longer picture is read by nobody."""
NOTHING: Figures = {}


def standards_picture(
    configuration: Configuration,
    report: Report,
    by: Dimension,
    subtitle: str,
) -> Chart | ColumnChart:
    """Columns over days and months, else a bar for each of the largest rows."""
    title = _("%(figure)s ตาม%(by)s", figure=_("มาตรฐานเวลา"), by=dimension_label(by))
    unit = unit_label(Unit.TICKETS)
    known = {row.key: row.figures for row in report.rows}
    if by in COURSES:
        keys = keys_with_rows(report, by)[-MOST_CATEGORIES:]
    else:
        keys = [row.key for row in largest_rows(report.rows, Figure.TICKETS_CREATED)[:MOST_BARS]]
    names = tuple(key_name(configuration, by, key) for key in keys)
    series = _series([known.get(key, NOTHING) for key in keys], report.figures)
    if by in COURSES:
        return ColumnChart(title, subtitle, names, series, unit)
    return Chart(title, subtitle, names, series, unit)


def _series(rows: Sequence[Figures], whole: Mapping[str, int | float | None]) -> tuple[Series, ...]:
    """A part for each standing, named with how many there are of it in all."""
    series = []
    for figure, tone in STANDARDS.items():
        name = f"{figure_label(figure)} {round(whole.get(figure) or 0):,}"
        values = tuple(round(row.get(figure) or 0) for row in rows)
        series.append(Series(name, values, tone))
    return tuple(series)
