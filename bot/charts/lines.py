"""Lines over time: what a chart is about, and fainter what it is compared with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.charts.axes import Frame, draw_frame, draw_labels
from bot.charts.page import GAP, INK, MARGIN, WIDTH, Page, Point, Stroke, Words
from bot.charts.pen import SMALL
from domain.reports.charts import Line, LineChart, Number

SAMPLE = 70
"""Pixels of a line in the legend."""
DOT = 15
FEW = 16
"""Points of a line that are marked one by one."""
MANY = 100
THIN = 3
"""Points that make a line thin, and how wide it is then."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How a line is drawn; told apart without its colour as well."""

    colour: str
    width: float
    dash: Point | None = None

    def stroke(self, points: Sequence[Point]) -> Stroke:
        width = self.width
        if len(points) > MANY:
            width = THIN
        return Stroke(tuple(points), self.colour, width, self.dash)

    def dot(self, point: Point) -> Stroke:
        return Stroke((point, point), self.colour, max(DOT, 2 * self.width))


STYLES = (
    _Style("#0072b2", 7),
    _Style("#c77700", 4, (22, 14)),
    _Style("#5f6b76", 4, (3, 12)),
)


def draw_lines(page: Page, chart: LineChart) -> None:
    """The first line lies above the others, its highest and its last number beside it."""
    if len(chart.lines) > 1:
        names = [line.name for line in chart.lines]
        page.legend(names, SAMPLE, _sample)
    every = chain.from_iterable(line.values for line in chart.lines)
    known = [value for value in every if value is not None]
    most = max(known, default=0)
    frame = draw_frame(page, most, chart.unit)
    slot = frame.width / len(chart.points)
    middles = [frame.left + slot * (place + 0.5) for place in range(len(chart.points))]
    for place, line in reversed(list(enumerate(chart.lines))):
        _line(page, frame, line, _style(place), middles)
    _numbers(page, frame, chart.lines[0], middles)
    draw_labels(page, chart.points, middles)


def _style(place: int) -> _Style:
    return STYLES[place % len(STYLES)]


def _line(
    page: Page,
    frame: Frame,
    line: Line,
    style: _Style,
    middles: Sequence[float],
) -> None:
    for run in _runs(line.values):
        points = [(middles[place], frame.y(value)) for place, value in run]
        if len(points) > 1:
            page.marks.append(style.stroke(points))
        if len(points) == 1 or (style is STYLES[0] and len(middles) <= FEW):
            page.marks += map(style.dot, points)


def _runs(values: Sequence[Number | None]) -> Iterator[list[tuple[int, Number]]]:
    """The places and numbers that follow one another without a gap."""
    run: list[tuple[int, Number]] = []
    for place, value in enumerate(values):
        if value is not None:
            run.append((place, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _sample(place: int, x: float, y: float) -> Stroke:
    """A line as the legend shows it."""
    middle = y - SMALL * 0.35
    ends = [(x, middle), (x + SAMPLE, middle)]
    return _style(place).stroke(ends)


def _numbers(page: Page, frame: Frame, line: Line, middles: Sequence[float]) -> None:
    """The highest number and the last one, where they do not touch one another."""
    known = [(place, value) for place, value in enumerate(line.values) if value is not None]
    if not known:
        return
    highest = max(known, key=lambda pair: pair[1])
    taken: list[tuple[float, float]] = []
    for place, value in (highest, known[-1]):
        text = f"{value:,}"
        half = page.pen.width(text, SMALL, bold=True) / 2
        middle = min(middles[place], WIDTH - MARGIN - half)
        middle = max(middle, frame.left + half)
        if any(abs(middle - other) < half + width + GAP for other, width in taken):
            continue
        taken.append((middle, half))
        words = Words(middle, frame.y(value) - GAP, text, SMALL, INK, True, "ms", True)
        page.marks.append(words)
