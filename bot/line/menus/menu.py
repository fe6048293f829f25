"""The LINE rich menu: its picture, drawn here so that labels can change, and its definition."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bot.charts.fonts import sarabun
from bot.line.menus.pictograms import pictogram
from domain.text import graphemes, shorten

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

WIDTH = 2500
HEIGHT = 843
GRIDS = {1: (1, 1), 6: (3, 2)}
"""Columns and rows of so many tiles."""
NAME = "deskbot-"
"""Before the hash in the names of our menus; what others put up stays."""
DRAWING = 2
"""Goes up whenever the same labels are drawn otherwise: a menu is then another one."""
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
_LATE = "#b3261e"
_BADGE_TEXT = 48
_BADGE_HEIGHT = 84

TileLabels: TypeAlias = Sequence[tuple[str, str]]
"""Pictogram and word of each tile, row by row."""


class Badge(NamedTuple):
    """What is told beside a pictogram; `is_late` = it should have been done by now."""

    text: str
    is_late: bool = False


NO_BADGES: Sequence[Badge] = ()


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


def _tiles(count: int) -> list[Tile]:
    """So many tiles, row by row; together they are the whole picture. ValueError for a number that
    no menu has.
    """
    if count not in GRIDS:
        raise ValueError(f"{count} tiles")
    columns, rows = GRIDS[count]
    lefts = _edges(WIDTH, columns)
    tops = _edges(HEIGHT, rows)
    tiles = []
    for row in range(rows):
        height = tops[row + 1] - tops[row]
        for column in range(columns):
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


def _grounds(tiles: Sequence[Tile]) -> "Image.Image":
    """The empty tiles with the circles on which the pictograms stand."""
    from PIL import Image, ImageDraw

    half = _OVERSAMPLING // 2
    picture = Image.new("RGB", (WIDTH * half, HEIGHT * half), _GROUND)
    draw = ImageDraw.Draw(picture)
    radius = _HALO_WIDTH / 2
    for tile in tiles:
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


def _draw_badge(draw: "ImageDraw.ImageDraw", tile: Tile, badge: Badge) -> None:
    """A pill in the tile's upper right corner."""
    font = sarabun(_BADGE_TEXT, bold=True)
    width = max(font.getlength(badge.text) + _BADGE_HEIGHT / 2, _BADGE_HEIGHT)
    right = tile.x + tile.width - _GAP * 2
    top = tile.y + _GAP * 2
    edges = (right - width, top, right, top + _BADGE_HEIGHT)
    ground = _LATE if badge.is_late else _INK
    draw.rounded_rectangle(edges, _BADGE_HEIGHT / 2, ground)
    middle = (right - width / 2, top + _BADGE_HEIGHT / 2)
    draw.text(middle, badge.text, _TILE, font, anchor="mm")


def draw_menu(labels: TileLabels, badges: Sequence[Badge] = NO_BADGES) -> bytes:
    """The picture as PNG, 2500 x 843 pixels, for (pictogram, label) pairs, row by row, and what is
    told beside each.

    The same labels give the same bytes. Raises ValueError for a number of labels that no menu has,
    KeyError for a pictogram that there is none of."""
    from PIL import ImageDraw

    tiles = _tiles(len(labels))
    picture = _grounds(tiles)
    draw = ImageDraw.Draw(picture)
    words = [label for _, label in labels]
    font = _fitting_font(words, tiles[0].width - _GAP - 2 * _TEXT_MARGIN)
    for (key, label), tile in zip(labels, tiles, strict=True):
        middle = tile.x + tile.width // 2
        left = middle - _ICON // 2
        top = round(tile.icon_line) - _ICON // 2
        picture.paste(_INK, (left, top), pictogram(key, _ICON))
        baseline = tile.y + round(tile.height * _BASELINE)
        draw.text(
            (middle, baseline),
            label,
            _TEXT,
            font,
            anchor="ms",
        )
    for tile, badge in zip(tiles, badges, strict=False):
        if badge.text:
            _draw_badge(draw, tile, badge)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _cut(text: str, limit: int) -> str:
    return shorten(text, limit, units=lambda shown: len(graphemes(shown)))


def menu_definition(
    labels: TileLabels, texts: Sequence[str], badges: Sequence[Badge] = NO_BADGES
) -> dict[str, object]:
    """What LINE's "create rich menu" takes; a tap on a tile says its text, `texts` and `badges`
    standing as `labels` do.

    `name` changes whenever picture or areas do, so a menu of this name on LINE is this menu. The
    chat bar shows the label of the tile "menu", else of the first. Raises as `draw_menu`."""
    areas = []
    tiles = _tiles(len(labels))
    for tile, (_, label), text in zip(tiles, labels, texts, strict=True):
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
    told = [labels, badges, areas, DRAWING]
    content = json.dumps(told, sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"{NAME}{digest[:12]}",
        "chatBarText": _cut(dict(labels).get("menu", labels[0][1]), BAR_LIMIT),
        "areas": areas,
    }
