"""A report as a document in the reader's language, from which a workbook or a page is made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.configuration import Configuration
from domain.reports.charts import Chart, Picture, Series
from domain.reports.documents import Cell, CellRow, DocumentTable, ReportDocument, TableChart
from domain.reports.figures import KINDS, OF_ROWS, Figure
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import Dimension, ReportRequest
from handlers.i18n import _, language, period_text
from handlers.reports.asked import key_name
from handlers.reports.labels import dimension_label, figure_label, figure_meaning, unit_label
from handlers.reports.pictures import picture_of

OVER_TIME = (Dimension.DAY, Dimension.MONTH)
WHOLE = (*OVER_TIME, Dimension.PROVINCE, Dimension.WEEKDAY_HOUR)
"""What a picture shows all rows of."""
CHARTED = 20
"""Rows that a chart beside them shows; of days and months all."""
MOST_CHARTED = 400
DRAWN = 8
"""Rows of the picture on a page."""
COMPARED = 3
"""Figures of the chart of what is compared: created, closed, open."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A report as it was drawn: by whom, when, and beside which others (None = not compared)."""

    report: Report
    by: str
    at: datetime
    before: Report | None = None
    year_ago: Report | None = None

    @property
    def request(self) -> ReportRequest:
        """What was asked for."""
        return self.report.request

    @property
    def others(self) -> tuple[Report, ...]:
        """The reports that it is compared with."""
        others: list[Report] = []
        for other in (self.before, self.year_ago):
            # A year's year before is what it was a year ago.
            seen = [each.request.period for each in others]
            if other is not None and other.request.period not in seen:
                others.append(other)
        return tuple(others)


def report_document(configuration: Configuration, drawing: Drawing) -> ReportDocument:
    """The document of a report."""
    request = drawing.request
    title = _("รายงานการให้บริการข้อมูล")
    period = period_text(request.period)
    rows = None
    if request.by is not None:
        rows = _rows(configuration, request.by, drawing.report.rows)
    return ReportDocument(
        language=language(),
        cover=_("ปก"),
        title=title,
        subtitle=f"{period} · {filters_text(configuration, request)}",
        about=_about(configuration, drawing),
        figures=_figures(drawing),
        meanings=_meanings(),
        rows=rows,
    )


def document_picture(configuration: Configuration, drawing: Drawing) -> Picture | None:
    """The picture of a page: what the rows are by, else this time beside others; None where nothing
    is.
    """
    report = drawing.report
    by = report.request.by
    if by is not None:
        if by not in WHOLE:
            report = replace(report, rows=report.rows[:DRAWN])
        return picture_of(configuration, report, Figure.TICKETS_CREATED)
    label = figure_label(Figure.TICKETS_CREATED)
    unit = unit_label(KINDS[Figure.TICKETS_CREATED].unit)
    names = []
    values = []
    for each in (report, *drawing.others):
        names.append(period_text(each.request.period))
        values.append(round(each.figures[Figure.TICKETS_CREATED] or 0))
    if not any(values):
        return None
    series = Series(label, tuple(values))
    return Chart(label, names[0], tuple(names), (series,), unit)


def filters_text(configuration: Configuration, request: ReportRequest) -> str:
    """Which tickets a report is of."""
    if not request.filters:
        return _("ใบงานทั้งหมด")
    texts = []
    for dimension, key in request.filters:
        name = key_name(configuration, dimension, key)
        texts.append(f"{dimension_label(dimension)}: {name}")
    return ", ".join(texts)


def _about(configuration: Configuration, drawing: Drawing) -> tuple[tuple[str, Cell], ...]:
    request = drawing.request
    last_day = request.period.until - timedelta(days=1)
    lines: list[tuple[str, Cell]] = [
        (_("ช่วงเวลา"), period_text(request.period)),
        (_("ตั้งแต่วันที่"), request.period.first),
        (_("ถึงวันที่"), last_day),
    ]
    for other in drawing.others:
        lines.append((_("เทียบกับ"), period_text(other.request.period)))
    if request.by is not None:
        lines.append((_("แยกตาม"), dimension_label(request.by)))
    lines += [
        (_("เงื่อนไข"), filters_text(configuration, request)),
        (_("ผู้จัดทำ"), drawing.by),
        (_("จัดทำเมื่อ"), drawing.at),
    ]
    return tuple(lines)


def _figures(drawing: Drawing) -> DocumentTable:
    """Each figure beside the same of other periods, and by how much it changed."""
    reports = (drawing.report, *drawing.others)
    periods = [period_text(each.request.period) for each in reports]
    headings = [_("รหัส"), _("ตัวเลข"), *periods]
    if drawing.before is not None:
        headings.append(_("เปลี่ยนจากช่วงก่อนร้อยละ"))
    headings.append(_("หน่วย"))
    rows = []
    for figure, kind in KINDS.items():
        values = [each.figures.get(figure) for each in reports]
        cells: list[Cell] = [figure.value, figure_label(figure), *values]
        if drawing.before is not None:
            cells.append(change(values[0], values[1]))
        rows.append((*cells, unit_label(kind.unit)))
    chart = TableChart(_("ใบงาน"), 2, 1 + len(reports), COMPARED)
    return DocumentTable(_("ตัวเลข"), tuple(headings), tuple(rows), 1, chart)


def change(value: float | None, before: float | None) -> float | None:
    """By how many per cent a figure changed; None where nothing was before."""
    if value is None or not before:
        return None
    return round(100 * (value - before) / before, 1)


def _meanings() -> DocumentTable:
    rows = tuple(
        (figure_label(figure), figure_meaning(figure), unit_label(kind.unit), figure.value)
        for figure, kind in KINDS.items()
    )
    headings = (_("ตัวเลข"), _("ความหมาย"), _("หน่วย"), _("รหัส"))
    return DocumentTable(_("ความหมายของตัวเลข"), headings, rows)


def _rows(configuration: Configuration, by: Dimension, rows: Sequence[ReportRow]) -> DocumentTable:
    """The rows with all of their figures, and a chart of the tickets created."""
    label = dimension_label(by)
    headings = (_("รหัส"), label, *(figure_label(figure) for figure in OF_ROWS))
    over_time = by in OVER_TIME
    shown = MOST_CHARTED if over_time else CHARTED
    created = 2 + OF_ROWS.index(Figure.TICKETS_CREATED)
    title = _("ใบงานตาม%(by)s", by=label)
    chart = TableChart(title, created, created, shown, over_time)
    cells: list[CellRow] = []
    for row in rows:
        numbers = [row.figures.get(figure) for figure in OF_ROWS]
        cells.append((row.key, key_name(configuration, by, row.key), *numbers))
    return DocumentTable(title, headings, tuple(cells), 1, chart)
