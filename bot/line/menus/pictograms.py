"""The pictograms of LINE's menu, drawn from the strokes of pictograms.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

_OVERSAMPLING = 4  # Pillow's shapes have hard edges: draw large, then shrink
_UNITS = 100
_WHITE = 255
_BLACK = 0
_ARM = 11


@cache
def strokes() -> Mapping[str, Sequence[Sequence[Any]]]:
    """The strokes of each pictogram: what is drawn, and its numbers."""
    path = Path(__file__).with_suffix(".toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def pictogram(key: str, side: int) -> "Image.Image":
    """The pictogram as a mask of so many pixels; KeyError where there is none of this name."""
    from PIL import Image, ImageDraw

    large = side * _OVERSAMPLING
    mask = Image.new("L", (large, large))
    pen = _Pen(ImageDraw.Draw(mask), large / _UNITS)
    for shape, *numbers in strokes()[key]:
        getattr(pen, shape)(*numbers)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


class _Pen:
    """Draws round strokes; each method is a shape that the table may name."""

    def __init__(self, draw: "ImageDraw.ImageDraw", unit: float) -> None:
        self._draw = draw
        self._unit = unit

    def _scaled(self, *values: float) -> list[float]:
        """Units as pixels."""
        return [value * self._unit for value in values]

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        ink: int = _WHITE,
    ) -> None:
        edges = self._scaled(
            x - radius,
            y - radius,
            x + radius,
            y + radius,
        )
        self._draw.ellipse(edges, ink)

    def ring(
        self,
        x: float,
        y: float,
        radius: float,
        stroke: float,
    ) -> None:
        self.dot(x, y, radius + stroke / 2)
        self.dot(x, y, radius - stroke / 2, _BLACK)

    def line(self, stroke: float, *corners: float, ink: int = _WHITE) -> None:
        width = round(stroke * self._unit)
        self._draw.line(self._scaled(*corners), ink, width)
        # Round ends and corners.
        for x, y in zip(corners[::2], corners[1::2], strict=True):
            self.dot(x, y, stroke / 2, ink)

    def box(self, *numbers: float) -> None:
        *edges, corner, stroke = self._scaled(*numbers)
        self._draw.rounded_rectangle(
            edges,
            corner,
            None,
            _WHITE,
            round(stroke),
        )

    def plate(self, *numbers: float) -> None:
        *edges, corner = self._scaled(*numbers)
        self._draw.rounded_rectangle(edges, corner, _WHITE)

    def shoulders(self, *edges: float) -> None:
        self._draw.pieslice(self._scaled(*edges), 180, 360, _WHITE)

    def arc(self, *numbers: float) -> None:
        *edges, begin, end, stroke = numbers
        width = round(stroke * self._unit)
        self._draw.arc(
            self._scaled(*edges),
            begin,
            end,
            _WHITE,
            width,
        )

    def plus(self, x: float, y: float) -> None:
        """A badge with a plus, set off from what lies beneath."""
        self.dot(x, y, 29, _BLACK)
        self.dot(x, y, 22)
        across = (x - _ARM, y, x + _ARM, y)
        upright = (x, y - _ARM, x, y + _ARM)
        for corners in (across, upright):
            self.line(7, *corners, ink=_BLACK)
