"""Heat maps, and maps of tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from bot.charts.page import AXIS, GAP, GROUND, INK, MARGIN, MUTED, WIDTH, Box, Page, Words
from bot.charts.pen import LINE, PLAIN, SMALL
from bot.charts.shades import divided_unit, draw_scale, in_cells, ink_on, shade
from domain.reports.charts import HeatMap, MapTile, TileMap

BETWEEN = 5
CELL = 56
TILE = 98
LABEL = 300
"""Widest label of a row."""
UNKNOWN = "–"
MIDDLE = 0.33
"""How far below the middle of a box the baseline lies, in parts of the letters' size."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of a heat map begin, and how wide each is with what lies between."""

    left: float
    slot: float

    def x(self, place: int) -> float:
        """Where a column's box begins."""
        return self.left + self.slot * place

    @property
    def width(self) -> float:
        """Of a box."""
        return self.slot - BETWEEN

    def middle(self, place: int) -> float:
        """Of a column's box."""
        return self.x(place) + self.width / 2


def draw_heat_map(page: Page, chart: HeatMap) -> None:
    """The rows below one another, their labels on the left, those of the columns above."""
    pen = page.pen
    labels = [pen.wrap(name, SMALL, LABEL, 1)[0] for name in chart.rows]
    widest = max(pen.width(label, SMALL) for label in labels)
    left = MARGIN + widest + GAP / 2
    slot = (WIDTH - MARGIN - left) / len(chart.columns)
    columns = _Columns(left, slot)
    values = list(chain.from_iterable(chart.values))
    most = max(values)
    divisor, texts = in_cells(pen, values, columns.width - BETWEEN)
    _unit(page, chart.unit, divisor)
    _headings(page, chart.columns, columns)
    shown = iter(texts)
    for label, row in zip(labels, chart.values, strict=True):
        baseline = page.y + CELL / 2 + SMALL * MIDDLE
        end = left - GAP / 2
        page.marks.append(Words(end, baseline, label, SMALL, MUTED, anchor="rs"))
        for place, value in enumerate(row):
            colour = shade(value, most)
            _cell(page, columns, place, baseline, colour, next(shown))
        page.y += CELL + BETWEEN
    draw_scale(page, most, chart.unit)


def _cell(
    page: Page,
    columns: _Columns,
    place: int,
    baseline: float,
    colour: str,
    text: str,
) -> None:
    """A box with its number."""
    ink = ink_on(colour)
    box = Box(columns.x(place), page.y, columns.width, CELL, colour)
    middle = columns.middle(place)
    number = Words(middle, baseline, text, SMALL, ink, anchor="ms")
    page.marks += [box, number]


def _headings(page: Page, names: Sequence[str], columns: _Columns) -> None:
    page.y += SMALL * LINE
    for place, name in enumerate(names):
        text, *_rest = page.pen.wrap(name, SMALL, columns.width, 1, bold=True)
        middle = columns.middle(place)
        page.marks.append(Words(middle, page.y, text, SMALL, bold=True, anchor="ms"))
    page.y += GAP


def draw_tile_map(page: Page, chart: TileMap) -> None:
    """A tile each, its letters above its number."""
    slot = (WIDTH - 2 * MARGIN) / (1 + max(tile.column for tile in chart.tiles))
    known = [tile.value or 0 for tile in chart.tiles]
    divisor, texts = in_cells(page.pen, known, slot - 2 * BETWEEN)
    _unit(page, chart.unit, divisor)
    page.y += GAP
    for tile, text in zip(chart.tiles, texts, strict=True):
        x = MARGIN + slot * tile.column
        y = page.y + (TILE + BETWEEN) * tile.row
        box = _tile(tile, x, y, slot - BETWEEN, max(known))
        _tile_words(page, tile, box, text)
    page.y += (TILE + BETWEEN) * (1 + max(tile.row for tile in chart.tiles))
    draw_scale(page, max(known), chart.unit)
    page.lines(chart.note, SMALL, INK, 3)


def _unit(page: Page, unit: str, divisor: int) -> None:
    """What the numbers count, on the right above them."""
    page.y += GAP / 2 + SMALL
    text = divided_unit(unit, divisor)
    page.marks.append(Words(WIDTH - MARGIN, page.y, text, SMALL, MUTED, anchor="rs"))


def _tile(tile: MapTile, x: float, y: float, width: float, most: int) -> Box:
    if tile.value is None:
        return Box(x, y, width, TILE, GROUND, AXIS)
    return Box(x, y, width, TILE, shade(tile.value, most))


def _tile_words(page: Page, tile: MapTile, box: Box, text: str) -> None:
    middle = box.x + box.width / 2
    number = UNKNOWN if tile.value is None else text
    ink = ink_on(box.colour)
    letters = Words(middle, box.y + TILE * 0.44, tile.name, PLAIN, ink, True, "ms")
    below = Words(middle, box.y + TILE * 0.85, number, SMALL, ink, False, "ms")
    page.marks += [box, letters, below]
