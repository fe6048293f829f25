"""What stands on a picture: words, boxes and lines, put on the page from the top down."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from math import hypot

from PIL import Image, ImageDraw

from bot.charts.pen import LINE, PLAIN, Pen

WIDTH = 1080
MARGIN = 48
GAP = 20
GROUND = "#ffffff"
"""The picture brings its own ground, so that it is the same in a light chat and in a dark one."""
INK = "#10263a"
MUTED = "#51606e"
AXIS = "#9aa7b4"
TONES = (
    ("#0072b2", "#ffffff"),
    ("#e69f00", "#10263a"),
    ("#009e73", "#ffffff"),
    ("#cc79a7", "#10263a"),
    ("#56b4e9", "#10263a"),
    ("#a33e00", "#ffffff"),
    ("#f0e442", "#10263a"),
    ("#6b7280", "#ffffff"),
)
"""Okabe and Ito's colours, told apart by everybody, the first ones in grey as well; and what is
written on each.
"""
FINER = 4
"""Lines are drawn so many times larger and then reduced, which smooths their edges."""

CLEARED = 5
"""Pixels of ground around letters that lie upon lines."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Paper:
    """Where marks are put: the picture, its canvas, and the pen."""

    picture: Image.Image
    canvas: ImageDraw.ImageDraw
    pen: Pen


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text on its baseline, which begins at `x`; `anchor` as Pillow has it: "ms" = its
    middle is there, "rs" = its end.
    """

    x: float
    y: float
    text: str
    size: int = PLAIN
    colour: str = INK
    bold: bool = False
    anchor: str = "ls"
    clear: bool = False
    """Whether the ground shows around the letters, where they lie upon lines."""

    def put(self, paper: Paper) -> None:
        """Put the words on whole pixels, where their strokes are sharp."""
        start = (round(self.x), round(self.y))
        font = paper.pen.font(self.size, bold=self.bold)
        around = CLEARED if self.clear else 0
        paper.canvas.text(
            start,
            self.text,
            self.colour,
            font,
            self.anchor,
            stroke_width=around,
            stroke_fill=GROUND,
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    outline: str | None = None

    def put(self, paper: Paper) -> None:
        """Fill the whole pixels; Pillow counts the last ones in."""
        right = round(self.x + self.width) - 1
        bottom = round(self.y + self.height) - 1
        corners = (round(self.x), round(self.y), right, bottom)
        paper.canvas.rectangle(corners, self.colour, self.outline, 2)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through the points with round ends, `width` pixels wide; `dash` = pixels drawn and
    pixels left out.
    """

    points: tuple[Point, ...]
    colour: str
    width: float
    dash: Point | None = None

    def put(self, paper: Paper) -> None:
        """Draw the line larger into a mask of its own, and colour the picture through it."""
        across = [x for x, _y in self.points]
        down = [y for _x, y in self.points]
        left = int(min(across) - self.width)
        top = int(min(down) - self.width)
        right = int(max(across) + self.width) + 2
        bottom = int(max(down) + self.width) + 2
        wide = (right - left) * FINER
        high = (bottom - top) * FINER
        mask = Image.new("L", (wide, high))
        canvas = ImageDraw.Draw(mask)
        width = round(self.width * FINER)
        for piece in self._pieces():
            larger = [((x - left) * FINER, (y - top) * FINER) for x, y in piece]
            canvas.line(larger, 255, width, "curve")
            for end in (larger[0], larger[-1]):
                canvas.circle(end, width / 2, 255)
        paper.picture.paste(self.colour, (left, top), mask.reduce(FINER))

    def _pieces(self) -> Iterator[Sequence[Point]]:
        """The whole line, or its dashes."""
        if self.dash is None:
            yield self.points
            return
        drawn, left_out = self.dash
        phase = 0.0
        for start, end in pairwise(self.points):
            length = hypot(end[0] - start[0], end[1] - start[1])
            # A dash that began before this corner goes on behind it.
            at = -phase
            while at < length:
                first = max(at, 0.0)
                last = min(at + drawn, length)
                if first < last:
                    yield _between(start, end, first / length), _between(start, end, last / length)
                at += drawn + left_out
            phase = length - at + drawn + left_out


def _between(start: Point, end: Point, part: float) -> Point:
    x = start[0] + (end[0] - start[0]) * part
    y = start[1] + (end[1] - start[1]) * part
    return x, y


Mark = Words | Box | Stroke


@dataclass(slots=True)
class Page:
    """Marks from the top down; `y` = how far it is filled, in pixels."""

    pen: Pen
    marks: list[Mark] = field(default_factory=list)
    y: float = MARGIN

    def lines(
        self,
        text: str,
        size: int,
        colour: str,
        most: int,
        *,
        bold: bool = False,
    ) -> None:
        """A paragraph over the whole width; without words it takes no room."""
        room = WIDTH - 2 * MARGIN
        if not text:
            return
        for line in self.pen.wrap(text, size, room, most, bold=bold):
            self.y += size * LINE
            baseline = self.y - size * (LINE - 1)
            self.marks.append(Words(MARGIN, baseline, line, size, colour, bold))

    def legend(
        self,
        names: Sequence[str],
        wide: float,
        sample: Callable[[int, float, float], Mark],
    ) -> None:
        """Which sample (`wide` pixels, given its number, its left and the baseline) is what."""
        x: float = MARGIN
        room = WIDTH - 2 * MARGIN - wide - GAP / 2
        self.y += PLAIN * LINE
        for place, name in enumerate(names):
            text, *_rest = self.pen.wrap(name, PLAIN, room, 1)
            width = wide + GAP / 2 + self.pen.width(text)
            if x > MARGIN and x + width > WIDTH - MARGIN:
                x = MARGIN
                self.y += PLAIN * LINE
            self.marks.append(sample(place, x, self.y))
            self.marks.append(Words(x + wide + GAP / 2, self.y, text))
            x += width + 2 * GAP

    def png(self) -> bytes:
        """The picture, as high as it is filled."""
        height = round(self.y + MARGIN - GAP)
        picture = Image.new("RGB", (WIDTH, height), GROUND)
        paper = Paper(picture, ImageDraw.Draw(picture), self.pen)
        for mark in self.marks:
            mark.put(paper)
        file = BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()


def tone(place: int) -> tuple[str, str]:
    """A colour by its place, and what is written on it."""
    return TONES[place % len(TONES)]
