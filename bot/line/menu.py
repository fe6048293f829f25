"""The LINE rich menu: its picture, drawn here so that labels can change, and its definition."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

from bot.charts.fonts import sarabun
from domain.text import graphemes, shorten

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

WIDTH = 2500
HEIGHT = 843
COLUMNS = 3
ROWS = 2
NAME = "deskbot-"
"""Before the hash in the names of our menus; what others put up stays."""
LABEL_LIMIT = 20
BAR_LIMIT = 14
"""What LINE takes of an action's label and of the chat bar's text, in characters as people count
them.
"""

_GROUND = "#d5dfe8"
_TILE = "#ffffff"
_HALO = "#e4eef7"
_INK = "#174f80"
_TEXT = "#10263a"
_GAP = 16
_CORNER = 36
_ICON = 126
_HALO_WIDTH = 188
_ICON_MIDDLE = 0.31  # of a tile's height, as the next
_BASELINE = 0.83
_LARGEST_TEXT = 94
_TEXT_MARGIN = 48
_OVERSAMPLING = 4  # Pillow's shapes have hard edges: draw large, then shrink
_WHITE = 255
_BLACK = 0

TileLabels: TypeAlias = Sequence[tuple[str, str]]
"""Pictogram and word of each tile, row by row."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's place in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> float:
        """From left to right."""
        return self.x + self.width / 2

    @property
    def icon_line(self) -> float:
        """The height at which the pictogram's middle lies."""
        return self.y + self.height * _ICON_MIDDLE


class _Pen:
    """Draws round strokes on a square of 100 x 100 units."""

    def __init__(self, draw: "ImageDraw.ImageDraw", unit: float) -> None:
        self.draw = draw
        self.unit = unit

    def scaled(self, *values: float) -> list[float]:
        """Units as pixels."""
        return [value * self.unit for value in values]

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        ink: int = _WHITE,
    ) -> None:
        edges = self.scaled(
            x - radius,
            y - radius,
            x + radius,
            y + radius,
        )
        self.draw.ellipse(edges, ink)

    def ring(
        self,
        x: float,
        y: float,
        radius: float,
        stroke: float = 8,
    ) -> None:
        self.dot(x, y, radius + stroke / 2)
        self.dot(x, y, radius - stroke / 2, _BLACK)

    def line(self, *points: tuple[float, float], stroke: float = 8, ink: int = _WHITE) -> None:
        corners = [(x * self.unit, y * self.unit) for x, y in points]
        width = round(stroke * self.unit)
        self.draw.line(corners, ink, width)
        # Round ends and corners.
        for x, y in points:
            self.dot(x, y, stroke / 2, ink)

    def box(
        self,
        x: float,
        y: float,
        right: float,
        bottom: float,
        corner: float,
        stroke: float = 8,
    ) -> None:
        self.draw.rounded_rectangle(
            self.scaled(x, y, right, bottom),
            corner * self.unit,
            None,
            _WHITE,
            round(stroke * self.unit),
        )

    def plus(self, x: float, y: float) -> None:
        """A badge with a plus, set off from what lies beneath."""
        arm = 11
        self.dot(x, y, 29, _BLACK)
        self.dot(x, y, 22)
        self.line((x - arm, y), (x + arm, y), stroke=7, ink=_BLACK)
        self.line((x, y - arm), (x, y + arm), stroke=7, ink=_BLACK)


def _find(pen: _Pen) -> None:
    """A magnifying glass."""
    pen.ring(42, 42, 30, stroke=10)
    pen.line((66, 66), (92, 92), stroke=14)


def _open(pen: _Pen) -> None:
    """A written sheet, and one more."""
    pen.box(14, 4, 78, 92, 10)
    pen.line((30, 28), (62, 28), stroke=7)
    pen.line((30, 46), (62, 46), stroke=7)
    pen.line((30, 64), (46, 64), stroke=7)
    pen.plus(76, 76)


def _my(pen: _Pen) -> None:
    """A clipboard with a list."""
    pen.box(12, 10, 88, 96, 10)
    clip = pen.scaled(32, 2, 68, 20)
    pen.draw.rounded_rectangle(clip, 7 * pen.unit, _WHITE)
    for y in (40, 59, 78):
        pen.dot(31, y, 6)
        pen.line((46, y), (70, y), stroke=7)


def _new(pen: _Pen) -> None:
    """A person, and one more."""
    pen.dot(43, 25, 21)
    shoulders = pen.scaled(4, 54, 82, 136)
    pen.draw.pieslice(shoulders, 180, 360, _WHITE)
    pen.plus(77, 75)


def _menu(pen: _Pen) -> None:
    """Three bars."""
    for y in (22, 50, 78):
        pen.line((12, y), (88, y), stroke=13)


def _help(pen: _Pen) -> None:
    """A question mark in a ring."""
    pen.ring(50, 50, 44)
    bow = pen.scaled(31, 19, 69, 57)
    pen.draw.arc(bow, 175, 450, _WHITE, round(10 * pen.unit))
    pen.dot(36, 37, 5)
    pen.line((50, 52), (50, 60), stroke=10)
    pen.dot(50, 75, 6.5)


_PICTOGRAMS: dict[str, Callable[[_Pen], None]] = {
    "find": _find,
    "open": _open,
    "my": _my,
    "new": _new,
    "menu": _menu,
    "help": _help,
}


def _tiles() -> list[Tile]:
    """The tiles, row by row; together they are the whole picture."""
    lefts = _edges(WIDTH, COLUMNS)
    tops = _edges(HEIGHT, ROWS)
    tiles = []
    for row in range(ROWS):
        height = tops[row + 1] - tops[row]
        for column in range(COLUMNS):
            width = lefts[column + 1] - lefts[column]
            tiles.append(Tile(lefts[column], tops[row], width, height))
    return tiles


def _edges(length: int, parts: int) -> list[int]:
    """Where each of so many equal parts begins, and the end."""
    return [round(length * part / parts) for part in range(parts + 1)]


def _fitting_font(labels: Sequence[str], width: int) -> "ImageFont.FreeTypeFont":
    """One size for all labels: that in which the widest fits."""
    largest = sarabun(_LARGEST_TEXT, bold=True)
    widest = max(largest.getlength(label) for label in labels)
    if widest <= width:
        return largest
    return sarabun(int(_LARGEST_TEXT * width / widest), bold=True)


def _pictogram(key: str) -> "Image.Image":
    """The pictogram as a mask."""
    from PIL import Image, ImageDraw

    side = _ICON * _OVERSAMPLING
    mask = Image.new("L", (side, side))
    pen = _Pen(ImageDraw.Draw(mask), side / 100)
    _PICTOGRAMS[key](pen)
    return mask.resize((_ICON, _ICON), Image.Resampling.LANCZOS)


def _grounds() -> "Image.Image":
    """The empty tiles with the circles on which the pictograms stand."""
    from PIL import Image, ImageDraw

    half = _OVERSAMPLING // 2
    picture = Image.new("RGB", (WIDTH * half, HEIGHT * half), _GROUND)
    draw = ImageDraw.Draw(picture)
    radius = _HALO_WIDTH / 2
    for tile in _tiles():
        ground = (
            tile.x + _GAP / 2,
            tile.y + _GAP / 2,
            tile.x + tile.width - _GAP / 2,
            tile.y + tile.height - _GAP / 2,
        )
        halo = (
            tile.middle - radius,
            tile.icon_line - radius,
            tile.middle + radius,
            tile.icon_line + radius,
        )
        draw.rounded_rectangle([edge * half for edge in ground], _CORNER * half, _TILE)
        draw.ellipse([edge * half for edge in halo], _HALO)
    return picture.reduce(half)


def draw_menu(labels: TileLabels) -> bytes:
    """The picture as PNG, 2500 x 843 pixels, for six (pictogram, label) pairs, row by row.

    The same labels give the same bytes. Raises ValueError for another number of labels, KeyError
    for a pictogram that is none of find, open, my, new, menu, help."""
    from PIL import ImageDraw

    picture = _grounds()
    draw = ImageDraw.Draw(picture)
    tiles = _tiles()
    words = [label for _, label in labels]
    font = _fitting_font(words, tiles[0].width - _GAP - 2 * _TEXT_MARGIN)
    for (key, label), tile in zip(labels, tiles, strict=True):
        middle = tile.x + tile.width // 2
        left = middle - _ICON // 2
        top = round(tile.icon_line) - _ICON // 2
        picture.paste(_INK, (left, top), _pictogram(key))
        baseline = tile.y + round(tile.height * _BASELINE)
        draw.text(
            (middle, baseline),
            label,
            _TEXT,
            font,
            anchor="ms",
        )
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _cut(text: str, limit: int) -> str:
    return shorten(text, limit, units=lambda shown: len(graphemes(shown)))


def menu_definition(labels: TileLabels, texts: Sequence[str]) -> dict[str, object]:
    """What LINE's "create rich menu" takes; a tap on a tile says its text, `texts` standing as
    `labels` do.

    `name` changes whenever picture or areas do, so a menu of this name on LINE is this menu. The
    chat bar shows the label of the tile "menu". Raises as `draw_menu`."""
    areas = []
    for tile, (_, label), text in zip(_tiles(), labels, texts, strict=True):
        bounds = {
            "x": tile.x,
            "y": tile.y,
            "width": tile.width,
            "height": tile.height,
        }
        action = {
            "type": "message",
            "label": _cut(label, LABEL_LIMIT),
            "text": text,
        }
        areas.append({"bounds": bounds, "action": action})
    content = draw_menu(labels) + json.dumps(areas, sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"{NAME}{digest[:12]}",
        "chatBarText": _cut(dict(labels)["menu"], BAR_LIMIT),
        "areas": areas,
    }
