"""Draws every kind of picture as PNG with Pillow, in one style."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.charts.bars import draw_bars
from bot.charts.columns import draw_columns
from bot.charts.fonts import MISSING, sets_thai_right
from bot.charts.lines import draw_lines
from bot.charts.maps import draw_heat_map, draw_tile_map
from bot.charts.page import GAP, INK, MUTED, Page
from bot.charts.pen import SMALL, TITLE, Pen
from domain.reports.charts import Chart, ColumnChart, HeatMap, LineChart, Picture, TileMap


class CannotLetter(Exception):
    """This machine would set Thai wrong."""

    safe_text = True


_KINDS: Mapping[type[Picture], Callable[[Page, Any], None]] = {
    Chart: draw_bars,
    ColumnChart: draw_columns,
    LineChart: draw_lines,
    HeatMap: draw_heat_map,
    TileMap: draw_tile_map,
}


def draw(chart: Picture) -> bytes:
    """The chart as PNG, 1080 pixels wide and as high as it needs. The same chart gives the same
    bytes. Raises CannotLetter.
    """
    if not sets_thai_right():
        raise CannotLetter(MISSING)
    pen = Pen()
    chart = pen.cleaned(chart)
    page = Page(pen)
    page.lines(chart.title, TITLE, INK, 2, bold=True)
    page.lines(chart.subtitle, SMALL, MUTED, 2)
    page.y += GAP / 2
    _KINDS[type(chart)](page, chart)
    return page.png()
