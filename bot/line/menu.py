"""The LINE rich menu: its picture, drawn here so that labels can change, and its definition."""

import hashlib
import json
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from bot.charts.fonts import sarabun
from domain.text import graphemes, shorten

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 2500, 843
COLUMNS, ROWS = 3, 2
LABEL_LIMIT, BAR_LIMIT = 20, 14
"""What LINE takes of an action's label and of the chat bar's text, in characters as people count
them.
"""

_GROUND, _TILE, _HALO, _INK, _TEXT = "#d5dfe8", "#ffffff", "#e4eef7", "#174f80", "#10263a"
_GAP, _CORNER = 16, 36
_ICON, _HALO_WIDTH = 126, 188
_ICON_MIDDLE, _BASELINE = 0.31, 0.83  # of a tile's height
_LARGEST_TEXT, _TEXT_MARGIN = 94, 48
_OVERSAMPLING = 4  # Pillow's shapes have hard edges: draw large, then shrink

Area = tuple[int, int, int, int]


class _Pen:
    """Draws round strokes on a square of 100 x 100 units."""

    def __init__(self, draw: "ImageDraw.ImageDraw", unit: float) -> None:
        self.draw = draw
        self.unit = unit

    def dot(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        self.draw.ellipse(
            [value * self.unit for value in (x - radius, y - radius, x + radius, y + radius)], ink
        )

    def ring(self, x: float, y: float, radius: float, stroke: float = 8) -> None:
        self.dot(x, y, radius + stroke / 2)
        self.dot(x, y, radius - stroke / 2, 0)

    def line(self, *points: tuple[float, float], stroke: float = 8, ink: int = 255) -> None:
        scaled = [(x * self.unit, y * self.unit) for x, y in points]
        self.draw.line(scaled, ink, round(stroke * self.unit))
        for x, y in points:
            self.dot(x, y, stroke / 2, ink)

    def box(
        self, x: float, y: float, right: float, bottom: float, corner: float, stroke: float = 8
    ) -> None:
        edges = [value * self.unit for value in (x, y, right, bottom)]
        self.draw.rounded_rectangle(edges, corner * self.unit, None, 255, round(stroke * self.unit))

    def plus(self, x: float, y: float) -> None:
        """A badge with a plus, set off from what lies beneath."""
        self.dot(x, y, 29, 0)
        self.dot(x, y, 22)
        self.line((x - 11, y), (x + 11, y), stroke=7, ink=0)
        self.line((x, y - 11), (x, y + 11), stroke=7, ink=0)


def _find(pen: _Pen) -> None:
    pen.ring(42, 42, 30, stroke=10)
    pen.line((66, 66), (92, 92), stroke=14)


def _open(pen: _Pen) -> None:
    pen.box(14, 4, 78, 92, 10)
    for y, right in ((28, 62), (46, 62), (64, 46)):
        pen.line((30, y), (right, y), stroke=7)
    pen.plus(76, 76)


def _my(pen: _Pen) -> None:
    pen.box(12, 10, 88, 96, 10)
    pen.draw.rounded_rectangle([value * pen.unit for value in (32, 2, 68, 20)], 7 * pen.unit, 255)
    for y in (40, 59, 78):
        pen.dot(31, y, 6)
        pen.line((46, y), (70, y), stroke=7)


def _new(pen: _Pen) -> None:
    pen.dot(43, 25, 21)
    pen.draw.pieslice([value * pen.unit for value in (4, 54, 82, 136)], 180, 360, 255)
    pen.plus(77, 75)


def _menu(pen: _Pen) -> None:
    for y in (22, 50, 78):
        pen.line((12, y), (88, y), stroke=13)


def _help(pen: _Pen) -> None:
    pen.ring(50, 50, 44)
    pen.draw.arc(
        [value * pen.unit for value in (31, 19, 69, 57)], 175, 450, 255, round(10 * pen.unit)
    )
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


def _areas() -> list[Area]:
    """The tiles as (x, y, width, height) in pixels, row by row; together they are the whole
    picture.
    """
    xs = [round(WIDTH * column / COLUMNS) for column in range(COLUMNS + 1)]
    ys = [round(HEIGHT * row / ROWS) for row in range(ROWS + 1)]
    return [
        (xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row])
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def _fitting_font(labels: Sequence[str], width: int) -> "ImageFont.FreeTypeFont":
    """One size for all labels: that in which the widest fits."""
    largest = sarabun(_LARGEST_TEXT, bold=True)
    widest = max(largest.getlength(label) for label in labels)
    return largest if widest <= width else sarabun(int(_LARGEST_TEXT * width / widest), bold=True)


def _pictogram(key: str) -> "Image.Image":
    """The pictogram as a mask."""
    from PIL import Image, ImageDraw

    side = _ICON * _OVERSAMPLING
    mask = Image.new("L", (side, side))
    _PICTOGRAMS[key](_Pen(ImageDraw.Draw(mask), side / 100))
    return mask.resize((_ICON, _ICON), Image.Resampling.LANCZOS)


def _grounds() -> "Image.Image":
    """The empty tiles with the circles on which the pictograms stand."""
    from PIL import Image, ImageDraw

    half = _OVERSAMPLING // 2
    picture = Image.new("RGB", (WIDTH * half, HEIGHT * half), _GROUND)
    draw = ImageDraw.Draw(picture)
    for x, y, width, height in _areas():
        tile = (x + _GAP / 2, y + _GAP / 2, x + width - _GAP / 2, y + height - _GAP / 2)
        draw.rounded_rectangle([value * half for value in tile], _CORNER * half, _TILE)
        middle, line, radius = x + width / 2, y + height * _ICON_MIDDLE, _HALO_WIDTH / 2
        circle = (middle - radius, line - radius, middle + radius, line + radius)
        draw.ellipse([value * half for value in circle], _HALO)
    return picture.reduce(half)


def draw_menu(labels: Sequence[tuple[str, str]]) -> bytes:
    """The picture as PNG, 2500 x 843 pixels, for six (pictogram, label) pairs, row by row.

    The same labels give the same bytes. Raises ValueError for another number of labels, KeyError
    for a pictogram that is none of find, open, my, new, menu, help."""
    from PIL import ImageDraw

    picture = _grounds()
    draw = ImageDraw.Draw(picture)
    areas = _areas()
    font = _fitting_font([label for _, label in labels], areas[0][2] - _GAP - 2 * _TEXT_MARGIN)
    for (key, label), (x, y, width, height) in zip(labels, areas, strict=True):
        middle = x + width // 2
        corner = (middle - _ICON // 2, round(y + height * _ICON_MIDDLE) - _ICON // 2)
        picture.paste(_INK, corner, _pictogram(key))
        draw.text((middle, y + round(height * _BASELINE)), label, _TEXT, font, anchor="ms")
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _cut(text: str, limit: int) -> str:
    return shorten(text, limit, units=lambda shown: len(graphemes(shown)))


def menu_definition(labels: Sequence[tuple[str, str]], texts: Sequence[str]) -> dict[str, object]:
    """What LINE's "create rich menu" takes; a tap on a tile says its text, `texts` standing as
    `labels` do.

    `name` changes whenever picture or areas do, so a menu of this name on LINE is this menu. The
    chat bar shows the label of the tile "menu". Raises as `draw_menu`."""
    areas = [
        {
            "bounds": {"x": x, "y": y, "width": width, "height": height},
            "action": {"type": "message", "label": _cut(label, LABEL_LIMIT), "text": text},
        }
        for (x, y, width, height), (_, label), text in zip(_areas(), labels, texts, strict=True)
    ]
    content = draw_menu(labels) + json.dumps(areas, sort_keys=True).encode()
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"deskbot-{hashlib.sha256(content).hexdigest()[:12]}",
        "chatBarText": _cut(dict(labels)["menu"], BAR_LIMIT),
        "areas": areas,
    }
