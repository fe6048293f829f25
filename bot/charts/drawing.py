"""Draws charts as PNG with Pillow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from bot.charts.fonts import MISSING, sarabun, sets_thai_right
from domain.reports.charts import Chart
from domain.text import graphemes

WIDTH = 1080
MARGIN = 48
TITLE = 46
PLAIN = 36
SMALL = 31
"""Pixels; a telephone shows the picture at about a third of its size."""
PATCH = PLAIN * 0.72
"""Side of a colour's patch in the legend."""
BAR = 46
GAP = 20
LINE = 1.42
"""Height of a line: Thai has marks above marks, and vowels below."""
SIDE = 330
"""Widest labels that stand beside their bars; longer ones stand above them."""
BASELINE = 0.76
SMALL_BASELINE = 0.74
"""Parts of a bar's height at which the baselines of plain and of small words lie: there they look
to be in its middle.
"""
LABEL_LINES = 2
GROUND = "#ffffff"
INK = "#10263a"
MUTED = "#51606e"
AXIS = "#9aa7b4"
TONES = (
    ("#0072b2", "#ffffff"),
    ("#e69f00", "#10263a"),
    ("#009e73", "#ffffff"),
    ("#cc79a7", "#10263a"),
)
"""Okabe and Ito's colours, told apart by everybody and in grey as well; and what is written on
each.
"""
ELLIPSIS = "…"
NOWHERE = "\U0010fffd"
"""A letter that no font has; drawn, it is the box that stands for all of them."""


class CannotLetter(Exception):
    """This machine would set Thai wrong."""

    safe_text = True


@dataclass(frozen=True, slots=True)
class _Words:
    """A line of text: where its baseline begins (or ends, with `end`), from the upper left
    corner.
    """

    x: float
    y: float
    text: str
    size: int = PLAIN
    colour: str = INK
    bold: bool = False
    end: bool = False

    def put(self, canvas: ImageDraw.ImageDraw, pen: "_Pen") -> None:
        """Put the words on whole pixels, where their strokes are sharp."""
        start = (round(self.x), round(self.y))
        anchor = "rs" if self.end else "ls"
        font = pen.font(self.size, bold=self.bold)
        canvas.text(start, self.text, self.colour, font, anchor)


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    colour: str

    def put(self, canvas: ImageDraw.ImageDraw, _pen: "_Pen") -> None:
        """Fill the whole pixels; Pillow counts the last ones in."""
        right = round(self.x + self.width) - 1
        bottom = round(self.y + self.height) - 1
        canvas.rectangle((round(self.x), round(self.y), right, bottom), self.colour)


Shape = _Words | _Box


class _Pen:
    """Measures text in the one font that the pictures use."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, bool], FreeTypeFont] = {}
        self._single = sarabun(PLAIN, shaped=False)
        self._lacking = self._glyph(NOWHERE)

    def font(self, size: int, *, bold: bool) -> FreeTypeFont:
        """The font at this size in pixels."""
        if (size, bold) not in self._fonts:
            self._fonts[size, bold] = sarabun(size, bold=bold)
        return self._fonts[size, bold]

    def drawable(self, text: str) -> str:
        """Without what the font lacks: emoji, control characters."""
        kept = (each if self._has(each) else " " for each in text)
        return " ".join("".join(kept).split())

    def _has(self, letter: str) -> bool:
        return letter.isprintable() and self._glyph(letter) != self._lacking

    def _glyph(self, letter: str) -> tuple[tuple[int, int], bytes]:
        """A letter's own picture: its size and its shades."""
        mask = self._single.getmask(letter)
        return mask.size, bytes(mask)

    def width(self, text: str, size: int = PLAIN, *, bold: bool = False) -> float:
        """In pixels."""
        return self.font(size, bold=bold).getlength(text)

    def wrap(
        self,
        text: str,
        size: int,
        room: float,
        lines: int,
        *,
        bold: bool = False,
    ) -> list[str]:
        """At most so many lines, broken at spaces where there are some, never between a letter and
        its marks.
        """
        wrapped = [""]
        for piece in self._pieces(text, size, room, bold=bold):
            longer = (wrapped[-1] + piece).lstrip()
            if wrapped[-1] and self.width(longer, size, bold=bold) > room:
                wrapped.append(piece.lstrip())
            else:
                wrapped[-1] = longer
            if len(wrapped) > lines:
                break
        if len(wrapped) > lines:
            last = wrapped[lines - 1]
            wrapped[lines - 1 :] = [self._cut(last, size, room, bold=bold)]
        return wrapped

    def _cut(
        self,
        line: str,
        size: int,
        room: float,
        *,
        bold: bool,
    ) -> str:
        """The line as far as there is room, with a sign that there is more."""
        letters = graphemes(line)
        while letters:
            cut = "".join(letters) + ELLIPSIS
            if self.width(cut, size, bold=bold) <= room:
                return cut
            letters.pop()
        return ELLIPSIS

    def _pieces(
        self,
        text: str,
        size: int,
        room: float,
        *,
        bold: bool,
    ) -> Iterator[str]:
        """Words with the space before them; of a word that fills no line alone, its letters."""
        for word in text.split():
            if self.width(word, size, bold=bold) <= room:
                yield f" {word}"
                continue
            first, *others = graphemes(word)
            yield f" {first}"
            yield from others


@dataclass(slots=True)
class _Page:
    """Marks from the top down; `y` = how far it is filled, in pixels."""

    pen: _Pen
    marks: list[Shape]
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
        """A paragraph over the whole width."""
        room = WIDTH - 2 * MARGIN
        for line in self.pen.wrap(text, size, room, most, bold=bold):
            self.y += size * LINE
            baseline = self.y - size * (LINE - 1)
            self.marks.append(_Words(MARGIN, baseline, line, size, colour, bold))


def draw(chart: Chart) -> bytes:
    """The chart as PNG, 1080 pixels wide and as high as its bars need. The same chart gives the
    same bytes. Raises CannotLetter.
    """
    if not sets_thai_right():
        raise CannotLetter(MISSING)
    pen = _Pen()
    chart = _drawable(chart, pen)
    page = _Page(pen, [])
    page.lines(chart.title, TITLE, INK, 2, bold=True)
    page.lines(chart.subtitle, SMALL, MUTED, 2)
    page.y += GAP / 2
    if len(chart.series) > 1:
        _legend(page, chart)
    page.y += 1.5 * GAP
    _bars(page, chart)
    return _png(page)


def _drawable(chart: Chart, pen: _Pen) -> Chart:
    return replace(
        chart,
        title=pen.drawable(chart.title),
        subtitle=pen.drawable(chart.subtitle),
        categories=tuple(pen.drawable(name) for name in chart.categories),
        series=tuple(replace(each, name=pen.drawable(each.name)) for each in chart.series),
        unit=pen.drawable(chart.unit),
    )


def _legend(page: _Page, chart: Chart) -> None:
    """Which colour is what, in the order of the parts of a bar."""
    x: float = MARGIN
    room = WIDTH - 2 * MARGIN - PLAIN
    page.y += PLAIN * LINE
    for each in chart.series:
        text, *_rest = page.pen.wrap(each.name, PLAIN, room, 1)
        width = PLAIN + page.pen.width(text)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x = MARGIN
            page.y += PLAIN * LINE
        ground, _ink = _tone(each.tone)
        page.marks.append(_Box(x, page.y - PATCH, PATCH, PATCH, ground))
        page.marks.append(_Words(x + PLAIN, page.y, text))
        x += width + 2 * GAP


def _tone(place: int) -> tuple[str, str]:
    return TONES[place % len(TONES)]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How the bars are laid out: where they begin, pixels for one of what is counted, and whether
    the labels stand beside them.
    """

    left: float
    unit: float
    beside: bool


def _scale(pen: _Pen, chart: Chart, amounts: Sequence[str]) -> _Scale:
    """The longest bar and its amount fill the width."""
    labels = max(pen.width(name) for name in chart.categories)
    beside = labels <= SIDE
    left = MARGIN + labels + GAP if beside else MARGIN
    widest = max(pen.width(amount, bold=True) for amount in amounts)
    room = WIDTH - MARGIN - left - GAP / 2 - widest
    return _Scale(left, room / max(1, *chart.totals), beside)


def _bars(page: _Page, chart: Chart) -> None:
    """One bar a category, its label beside it where all labels are short, else above."""
    amounts = [f"{total:,} {chart.unit}".strip() for total in chart.totals]
    scale = _scale(page.pen, chart, amounts)
    top = page.y
    for place, name in enumerate(chart.categories):
        if scale.beside:
            label = _Words(scale.left - GAP, page.y + BAR * BASELINE, name, end=True)
            page.marks.append(label)
        else:
            page.lines(name, PLAIN, INK, LABEL_LINES)
            page.y += GAP / 4
        end = _bar(page, chart, place, scale)
        colour = INK if chart.totals[place] else MUTED
        baseline = page.y + BAR * BASELINE
        amount = _Words(
            end + GAP / 2,
            baseline,
            amounts[place],
            colour=colour,
            bold=True,
        )
        page.marks.append(amount)
        page.y += BAR + GAP
    if scale.beside:
        height = page.y - top - GAP / 2
        page.marks.append(_Box(scale.left - 3, top - GAP / 4, 3, height, AXIS))


def _bar(
    page: _Page,
    chart: Chart,
    place: int,
    scale: _Scale,
) -> float:
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
        ground, ink = _tone(each.tone)
        page.marks.append(_Box(x, page.y, max(2.0, width - 2), BAR, ground))
        number = f"{value:,}"
        needed = page.pen.width(number, SMALL, bold=True)
        if several and needed + 12 <= width:
            middle = x + (width - needed) / 2
            page.marks.append(
                _Words(
                    middle,
                    page.y + BAR * SMALL_BASELINE,
                    number,
                    SMALL,
                    ink,
                    bold=True,
                )
            )
        x += width
    return x


def _png(page: _Page) -> bytes:
    height = round(page.y + MARGIN - GAP)
    picture = Image.new("RGB", (WIDTH, height), GROUND)
    canvas = ImageDraw.Draw(picture)
    for mark in page.marks:
        mark.put(canvas, page.pen)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
