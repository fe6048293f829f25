"""Columns over time, each made of parts that stand upon one another."""

from bot.charts.axes import Frame, draw_frame, draw_labels
from bot.charts.bars import series_legend
from bot.charts.page import Box, Page, Words, tone
from bot.charts.pen import SMALL
from domain.reports.charts import ColumnChart

WIDEST = 150
FILLED = 0.74
"""Part of its place that a column fills."""


def draw_columns(page: Page, chart: ColumnChart) -> None:
    """One column a category, its sum above it where there is room for that, else above the highest
    alone.
    """
    series_legend(page, chart.series)
    frame = draw_frame(page, max(chart.totals), chart.unit)
    slot = frame.width / len(chart.categories)
    middles = [frame.left + slot * (place + 0.5) for place in range(len(chart.categories))]
    width = min(WIDEST, slot * FILLED)
    for place, middle in enumerate(middles):
        _column(page, frame, chart, place, middle - width / 2, width)
    _sums(page, frame, chart, middles)
    draw_labels(page, chart.categories, middles)


def _column(
    page: Page,
    frame: Frame,
    chart: ColumnChart,
    place: int,
    left: float,
    width: float,
) -> None:
    below = 0
    for each in chart.series:
        value = each.values[place]
        if not value:
            continue
        below += value
        ground, _ink = tone(each.tone)
        height = max(2.0, frame.height_of(value))
        page.marks.append(Box(left, frame.y(below), width, height, ground))


def _sums(page: Page, frame: Frame, chart: ColumnChart, middles: list[float]) -> None:
    texts = [f"{total:,}" for total in chart.totals]
    widths = [page.pen.width(text, SMALL, bold=True) for text in texts]
    slot = frame.width / len(texts)
    highest = chart.totals.index(max(chart.totals))
    fits = max(widths) + 6 <= slot
    for place, text in enumerate(texts):
        if not fits and place != highest:
            continue
        half = widths[place] / 2
        middle = min(middles[place], frame.left + frame.width - half)
        middle = max(middle, frame.left + half)
        y = frame.y(chart.totals[place]) - 8
        page.marks.append(Words(middle, y, text, SMALL, bold=True, anchor="ms"))
