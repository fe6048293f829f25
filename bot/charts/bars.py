"""Bars below one another, and the legend of their parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.charts.page import AXIS, GAP, INK, MARGIN, MUTED, WIDTH, Box, Page, Words, tone
from bot.charts.pen import PLAIN, SMALL, Pen
from domain.reports.charts import Chart, Series

BAR = 46
PATCH = PLAIN * 0.72
"""Side of a colour's patch in the legend."""
SIDE = 330
"""Widest labels that stand beside their bars; longer ones stand above them."""
BASELINE = 0.76
SMALL_BASELINE = 0.74
"""Parts of a bar's height at which the baselines of plain and of small words lie: there they look
to be in its middle.
"""
LABEL_LINES = 2


@dataclass(frozen=True, slots=True)
class _Scale:
    """How the bars are laid out: where they begin, pixels for one of what is counted, and whether
    the labels stand beside them.
    """

    left: float
    unit: float
    beside: bool


def series_legend(page: Page, series: Sequence[Series]) -> None:
    """Which colour is what, in the order of the parts; one alone needs none."""
    if len(series) < 2:
        return

    def patch(place: int, x: float, y: float) -> Box:
        ground, _ink = tone(series[place].tone)
        return Box(x, y - PATCH, PATCH, PATCH, ground)

    page.legend([each.name for each in series], PATCH, patch)


def draw_bars(page: Page, chart: Chart) -> None:
    """One bar a category, its label beside it where all labels are short, else above."""
    series_legend(page, chart.series)
    page.y += 1.5 * GAP
    amounts = [f"{total:,} {chart.unit}".strip() for total in chart.totals]
    scale = _scale(page.pen, chart, amounts)
    top = page.y
    for place, name in enumerate(chart.categories):
        if scale.beside:
            left = scale.left - GAP
            page.marks.append(Words(left, page.y + BAR * BASELINE, name, anchor="rs"))
        else:
            page.lines(name, PLAIN, INK, LABEL_LINES)
            page.y += GAP / 4
        end = _bar(page, chart, place, scale)
        colour = INK if chart.totals[place] else MUTED
        baseline = page.y + BAR * BASELINE
        amount = Words(end + GAP / 2, baseline, amounts[place], colour=colour, bold=True)
        page.marks.append(amount)
        page.y += BAR + GAP
    if scale.beside:
        height = page.y - top - GAP / 2
        page.marks.append(Box(scale.left - 3, top - GAP / 4, 3, height, AXIS))


def _scale(pen: Pen, chart: Chart, amounts: Sequence[str]) -> _Scale:
    """The longest bar and its amount fill the width."""
    labels = max(pen.width(name) for name in chart.categories)
    beside = labels <= SIDE
    left = MARGIN + labels + GAP if beside else MARGIN
    widest = max(pen.width(amount, bold=True) for amount in amounts)
    room = WIDTH - MARGIN - left - GAP / 2 - widest
    return _Scale(left, room / max(1, *chart.totals), beside)


def _bar(page: Page, chart: Chart, place: int, scale: _Scale) -> float:
    """The parts of one bar side by side, each with its number where that fits; returns where the
    bar ends.
    """
    several = sum(each.values[place] > 0 for each in chart.series) > 1
    x = scale.left
    for each in chart.series:
        value = each.values[place]
        if not value:
            continue
        width = max(4.0, value * scale.unit)
        ground, ink = tone(each.tone)
        page.marks.append(Box(x, page.y, max(2.0, width - 2), BAR, ground))
        number = f"{value:,}"
        needed = page.pen.width(number, SMALL, bold=True)
        if several and needed + 12 <= width:
            middle = x + width / 2
            baseline = page.y + BAR * SMALL_BASELINE
            page.marks.append(Words(middle, baseline, number, SMALL, ink, True, "ms"))
        x += width
    return x
