"""Draws charts as PNG with matplotlib, in a process of its own: run as a module, it answers on its
standard output.
"""

import os
import struct
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from domain.charts import Chart, chart_from_json
from domain.text import graphemes

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH, MARGIN = 1080, 48
TITLE, PLAIN, SMALL = 46, 36, 31
"""Pixels; a telephone shows the picture at about a third of its size."""
BAR, GAP = 46, 20
LINE = 1.42
"""Height of a line: Thai has marks above marks, and vowels below."""
SIDE = 330
"""Widest labels that stand beside their bars; longer ones stand above them."""
LABEL_LINES = 2
GROUND, INK, MUTED, AXIS = "#ffffff", "#10263a", "#51606e", "#9aa7b4"
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
HEAD = struct.Struct(">cI")
DRAWN, FAILED = b"P", b"E"
"""An answer begins with one of them and its length in bytes."""


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


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    colour: str


Mark = _Words | _Box


class _Pen:
    """Measures text in the one font that the pictures use: Sarabun, whose tone marks stand right
    through raqm.
    """

    @cached_property
    def _fonts(self) -> "dict[bool, FontProperties]":
        from matplotlib.font_manager import FontProperties

        folder = resources.files("fontpkg_sarabun") / "files"
        names = {False: "Sarabun-Regular.ttf", True: "Sarabun-SemiBold.ttf"}
        return {bold: FontProperties(fname=str(folder / name)) for bold, name in names.items()}

    @cached_property
    def _renderer(self) -> Any:
        from matplotlib.backends import backend_agg

        untyped: Any = backend_agg
        return untyped.RendererAgg(1, 1, 72)

    @cached_property
    def _letters(self) -> set[int]:
        from matplotlib.font_manager import get_font

        return set(get_font(str(self._fonts[False].get_file())).get_charmap())

    def font(self, size: int, *, bold: bool) -> "FontProperties":
        """The font at this size in pixels."""
        made = self._fonts[bold].copy()
        made.set_size(size)
        return made

    def drawable(self, text: str) -> str:
        """Without what the font lacks: emoji, control characters."""
        return " ".join(
            "".join(each if ord(each) in self._letters else " " for each in text).split()
        )

    def width(self, text: str, size: int = PLAIN, *, bold: bool = False) -> float:
        """In pixels."""
        if not text:
            return 0.0
        font = self.font(size, bold=bold)
        return float(self._renderer.get_text_width_height_descent(text, font, ismath=False)[0])

    def wrap(
        self, text: str, size: int, room: float, lines: int, *, bold: bool = False
    ) -> list[str]:
        """At most so many lines, broken at spaces where there are some, never between a letter and
        its marks.
        """
        wrapped = [""]
        for word in text.split():
            glue = " " if wrapped[-1] else ""
            for piece in [word] if self.width(word, size, bold=bold) <= room else graphemes(word):
                if wrapped[-1] and self.width(wrapped[-1] + glue + piece, size, bold=bold) > room:
                    wrapped.append("")
                    glue = ""
                wrapped[-1] += glue + piece
                glue = ""
        if len(wrapped) > lines:
            last = graphemes(wrapped[lines - 1])
            while last and self.width("".join(last) + ELLIPSIS, size, bold=bold) > room:
                last.pop()
            wrapped[lines - 1 :] = ["".join(last) + ELLIPSIS]
        return wrapped


@dataclass(slots=True)
class _Page:
    """Marks from the top down; `y` = how far it is filled, in pixels."""

    pen: _Pen
    marks: list[Mark]
    y: float = MARGIN

    def lines(self, text: str, size: int, colour: str, most: int, *, bold: bool = False) -> None:
        """A paragraph over the whole width."""
        for line in self.pen.wrap(text, size, WIDTH - 2 * MARGIN, most, bold=bold):
            self.y += size * LINE
            self.marks.append(_Words(MARGIN, self.y - size * (LINE - 1), line, size, colour, bold))


def draw(chart: Chart) -> bytes:
    """The chart as PNG, 1080 pixels wide and as high as its bars need. The same chart gives the
    same bytes.
    """
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
    page.y += PLAIN * LINE
    for each in chart.series:
        text = page.pen.wrap(each.name, PLAIN, WIDTH - 2 * MARGIN - PLAIN, 1)[0]
        needed = PLAIN + page.pen.width(text) + GAP
        if x > MARGIN and x + needed > WIDTH - MARGIN + GAP:
            x = MARGIN
            page.y += PLAIN * LINE
        page.marks.append(
            _Box(x, page.y - PLAIN * 0.72, PLAIN * 0.72, PLAIN * 0.72, _tone(each.tone)[0])
        )
        page.marks.append(_Words(x + PLAIN, page.y, text))
        x += needed + GAP


def _tone(place: int) -> tuple[str, str]:
    return TONES[place % len(TONES)]


def _bars(page: _Page, chart: Chart) -> None:
    """One bar a category, its label beside it where all labels are short, else above."""
    pen = page.pen
    side = max(pen.width(name) for name in chart.categories)
    beside = side <= SIDE
    left = MARGIN + side + GAP if beside else MARGIN
    amounts = [f"{total:,} {chart.unit}".strip() for total in chart.totals]
    room = WIDTH - MARGIN - left - GAP / 2 - max(pen.width(amount, bold=True) for amount in amounts)
    scale = room / max(1, *chart.totals)
    top = page.y
    for place, name in enumerate(chart.categories):
        if beside:
            page.marks.append(_Words(left - GAP, page.y + BAR * 0.76, name, end=True))
        else:
            page.lines(name, PLAIN, INK, LABEL_LINES)
            page.y += GAP / 4
        end = _bar(page, chart, place, left, scale)
        colour = INK if chart.totals[place] else MUTED
        page.marks.append(
            _Words(end + GAP / 2, page.y + BAR * 0.76, amounts[place], colour=colour, bold=True)
        )
        page.y += BAR + GAP
    if beside:
        page.marks.append(_Box(left - 3, top - GAP / 4, 3, page.y - top - GAP / 2, AXIS))


def _bar(page: _Page, chart: Chart, place: int, left: float, scale: float) -> float:
    """The parts of one bar side by side, each with its number where that fits; returns where the
    bar ends.
    """
    several = sum(each.values[place] > 0 for each in chart.series) > 1
    x = left
    for each in chart.series:
        value = each.values[place]
        if not value:
            continue
        width = max(4.0, value * scale)
        ground, ink = _tone(each.tone)
        page.marks.append(_Box(x, page.y, max(2.0, width - 2), BAR, ground))
        number = f"{value:,}"
        needed = page.pen.width(number, SMALL, bold=True)
        if several and needed + 12 <= width:
            middle = x + (width - needed) / 2
            page.marks.append(_Words(middle, page.y + BAR * 0.74, number, SMALL, ink, bold=True))
        x += width
    return x


def _png(page: _Page) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = round(page.y + MARGIN - GAP)
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor=GROUND)
    for mark in page.marks:
        _put(figure, page.pen, mark, height)
    file = BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(file, metadata={"Software": None})
    return file.getvalue()


def _put(figure: "Figure", pen: _Pen, mark: Mark, height: int) -> None:
    """Onto the figure, whose pixels are counted from the lower left corner. What is typed is never
    read as formulas.
    """
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text

    if isinstance(mark, _Box):
        corner = (mark.x, height - mark.y - mark.height)
        box = Rectangle(
            corner, mark.width, mark.height, facecolor=mark.colour, edgecolor="none", linewidth=0
        )
        figure.add_artist(box)
        box.set_transform(None)
        return
    text = Text(
        mark.x,
        height - mark.y,
        mark.text,
        color=mark.colour,
        fontproperties=pen.font(mark.size, bold=mark.bold),
        horizontalalignment="right" if mark.end else "left",
        verticalalignment="baseline",
        parse_math=False,
    )
    figure.add_artist(text)
    text.set_transform(None)


# The process.


def answer(requests: BinaryIO, answers: BinaryIO) -> None:
    """Draw one chart a request (its length in four bytes, then its text) until there are no
    more.
    """
    while len(head := requests.read(4)) == 4:
        try:
            kind, body = DRAWN, draw(chart_from_json(requests.read(int.from_bytes(head)).decode()))
        except Exception as error:  # noqa: BLE001 - whoever asked logs it, and goes on without a picture
            kind, body = FAILED, _place(error).encode()
        answers.write(HEAD.pack(kind, len(body)) + body)
        answers.flush()


def _place(error: BaseException) -> str:
    """The error without its words, which may be those of the chart: its type, what could not be
    imported, where.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return " ".join(filter(None, (type(error).__name__, getattr(error, "name", "") or "", at)))


def main() -> None:
    """Answer on the standard output, which nothing else may write to; give way to everybody else on
    the machine.
    """
    if hasattr(os, "nice"):
        os.nice(5)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        answer(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
