"""The course of a figure over days or months, beside the same of other times."""

from collections.abc import Sequence
from datetime import timedelta

from domain.configuration import Configuration
from domain.dates.periods import Period, months_of
from domain.reports.charts import MOST_POINTS, Line, LineChart, Number
from domain.reports.figures import KINDS, Figure
from domain.reports.names import row_name
from domain.reports.reports import Report
from domain.reports.requests import Dimension
from handlers.i18n import language
from handlers.reports.asked import span_text
from handlers.reports.labels import unit_label

COURSES = (Dimension.DAY, Dimension.MONTH)
"""What rows are by that follow one another in time."""


def course_picture(
    configuration: Configuration,
    figure: Figure,
    reports: Sequence[Report],
    title: str,
    subtitle: str,
) -> LineChart:
    """The first report's line, and fainter those of the others, laid over it from the first day on.

    A day of which there is no row is nought; after the last row the line ends, for the rest may
    still come. Of too many points the last ones are shown.
    """
    report = reports[0]
    by = report.request.by
    assert by is not None
    keys = _keys(report.request.period, by)
    lines = [_values(each, by, figure) for each in reports]
    points = min(len(keys), max(map(len, lines)))
    shown = slice(max(0, points - MOST_POINTS), points)
    names = tuple(row_name(configuration, by, key, language()) for key in keys[shown])
    drawn = []
    for each, values in zip(reports, lines, strict=True):
        ended = [None] * (points - len(values))
        whole: list[Number | None] = [*values, *ended]
        drawn.append(Line(span_text(each.request.period), tuple(whole[shown])))
    return LineChart(title, subtitle, names, tuple(drawn), unit_label(KINDS[figure].unit))


def _values(report: Report, by: Dimension, figure: Figure) -> list[Number]:
    """A number for each day or month, up to the last that has a row."""
    known = {row.key: row.figures.get(figure) or 0 for row in report.rows}
    return [known.get(key, 0) for key in keys_with_rows(report, by)]


def keys_with_rows(report: Report, by: Dimension) -> list[str]:
    """The days or months of a report, those without tickets too, up to the last that has any."""
    known = {row.key for row in report.rows}
    keys = _keys(report.request.period, by)
    last = max((place for place, key in enumerate(keys, 1) if key in known), default=1)
    return keys[:last]


def _keys(period: Period, by: Dimension) -> list[str]:
    """The keys of all days or months of a period."""
    if by is Dimension.MONTH:
        return [f"{month:%Y-%m}" for month in months_of(period, period.until)]
    days = (period.until - period.first).days
    return [(period.first + timedelta(days=place)).isoformat() for place in range(days)]
