"""Charts as values: their words and their numbers. What draws pictures is elsewhere.

All words are in the reader's language already. A chart that has too little, too much or what does
not belong together to be drawn raises ValueError.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_CATEGORIES = 60
"""Bars of one chart; a taller picture is shrunk by the platforms until nobody can read it."""
MOST_SERIES = 8
"""Parts of a column; there are no more colours that everybody tells apart."""
MOST_POINTS = 400
"""Points of a line: the days of a year."""
MOST_CELLS = 12
MOST_CELL_ROWS = 31
"""Columns and rows of a heat map whose numbers a telephone still shows."""

Number = int | float


@dataclass(frozen=True, slots=True)
class Series:
    """One number for each category. `tone` = its place among the colours, the same in every
    chart.
    """

    name: str
    values: tuple[int, ...]
    tone: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below one another, in the order given, each made of one part a series. `unit` = what is
    counted.
    """

    title: str
    subtitle: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    totals: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "totals", _totals(self.categories, self.series))


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns beside one another, in the order of time, each made of one part a series."""

    title: str
    subtitle: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    totals: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        if len(self.series) > MOST_SERIES:
            raise ValueError("a column has too many parts")
        object.__setattr__(self, "totals", _totals(self.categories, self.series))


@dataclass(frozen=True, slots=True)
class Line:
    """One number for each point in time; None where there is none (yet)."""

    name: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over time. The first is what the chart is about; the others are what it is compared
    with, and fainter.
    """

    title: str
    subtitle: str
    points: tuple[str, ...]
    lines: tuple[Line, ...]
    unit: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.points) <= MOST_POINTS or not self.lines:
            raise ValueError("a line chart needs points, not too many of them, and a line")
        for each in self.lines:
            _check_numbers(each.values, len(self.points))


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A table of numbers, the darker the more: `values` has a row for each of `rows`, and in it a
    number for each of `columns`.
    """

    title: str
    subtitle: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]
    unit: str = ""

    def __post_init__(self) -> None:
        wide = 0 < len(self.columns) <= MOST_CELLS
        high = 0 < len(self.rows) <= MOST_CELL_ROWS
        if not wide or not high or len(self.values) != len(self.rows):
            raise ValueError("a heat map needs columns and rows, and not too many of them")
        for row in self.values:
            _check_numbers(row, len(self.columns))


@dataclass(frozen=True, slots=True)
class MapTile:
    """A square of a map: a name of a few letters, its place from the upper left corner, and its
    number; None where nothing is known.
    """

    name: str
    column: int
    row: int
    value: int | None


@dataclass(frozen=True, slots=True)
class TileMap:
    """A map of squares, the darker the more. `note` = a line below it, in words."""

    title: str
    subtitle: str
    tiles: tuple[MapTile, ...]
    unit: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        places = {(tile.column, tile.row) for tile in self.tiles}
        if not self.tiles or len(places) < len(self.tiles):
            raise ValueError("a map needs tiles, each at a place of its own")
        _check_numbers([tile.value for tile in self.tiles], len(self.tiles))


Picture = Chart | ColumnChart | LineChart | HeatMap | TileMap


def _totals(categories: tuple[str, ...], series: tuple[Series, ...]) -> tuple[int, ...]:
    """Returns the sum of each category; ValueError where it cannot be drawn."""
    if not 0 < len(categories) <= MOST_CATEGORIES or not series:
        raise ValueError("a chart needs categories, not too many of them, and a series")
    for each in series:
        _check_numbers(each.values, len(categories))
    by_category = zip(*(each.values for each in series), strict=True)
    return tuple(map(sum, by_category))


def _check_numbers(values: Sequence[Number | None], count: int) -> None:
    """Raises ValueError unless there are so many numbers, none of them below nought."""
    known = [value for value in values if value is not None]
    if len(values) != count or min(known, default=0) < 0:
        raise ValueError("one number, not below nought, is needed for each place")
