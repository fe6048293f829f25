"""The frame of what is drawn over time: a scale on the left with lines across, labels below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.charts.page import AXIS, GAP, MARGIN, MUTED, WIDTH, Box, Page, Words
from bot.charts.pen import LINE, SMALL, Pen

HEIGHT = 620
MOST_TICKS = 5
FAINT = "#e3e8ed"
LABEL = 190
"""Widest label below the frame, unless there is more room for each."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the numbers from nought to `top_value` are drawn, in pixels."""

    left: float
    top: float
    top_value: float

    @property
    def width(self) -> float:
        """From the scale to the margin."""
        return WIDTH - MARGIN - self.left

    @property
    def bottom(self) -> float:
        """Where nought lies."""
        return self.top + HEIGHT

    def height_of(self, value: float) -> float:
        """How high a number stands above nought."""
        return HEIGHT * value / self.top_value

    def y(self, value: float) -> float:
        """Where a number lies on the page."""
        return self.bottom - self.height_of(value)


def tick_step(most: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, ... with which few ticks reach the greatest number."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if step * times * MOST_TICKS >= most:
                return step * times
        step *= 10


def draw_frame(page: Page, most: float, unit: str) -> Frame:
    """The scale and its lines; the page is filled down to the bottom of the frame."""
    step = tick_step(most)
    ticks = range(0, step * MOST_TICKS + 1, step)
    needed = next(count for count, tick in enumerate(ticks, 1) if tick >= max(most, 1))
    shown = ticks[:needed]
    labels = [f"{tick:,}" for tick in shown]
    widest = max(page.pen.width(label, SMALL) for label in labels)
    left = MARGIN + GAP / 2 + widest
    page.y += GAP + SMALL
    page.marks.append(Words(MARGIN, page.y, unit, SMALL, MUTED))
    frame = Frame(left, page.y + 1.6 * GAP, shown[-1])
    for tick, label in zip(shown, labels, strict=True):
        _tick(page, frame, tick, label)
    page.y = frame.bottom
    return frame


def _tick(page: Page, frame: Frame, tick: int, label: str) -> None:
    """A line across the frame, with its number on the left."""
    y = frame.y(tick)
    colour = FAINT if tick else AXIS
    line = Box(frame.left, y - 1, frame.width, 2, colour)
    end = frame.left - GAP / 2
    baseline = y + SMALL * 0.32
    number = Words(end, baseline, label, SMALL, MUTED, anchor="rs")
    page.marks += [line, number]


def draw_labels(page: Page, names: Sequence[str], middles: Sequence[float]) -> None:
    """The names below the frame, as many of them, evenly, as do not touch one another."""
    room = max(LABEL, (WIDTH - 2 * MARGIN) / len(names) - GAP)
    texts = [page.pen.wrap(name, SMALL, room, 1)[0] for name in names]
    placed = [_placed(page.pen, *each) for each in zip(texts, middles, strict=True)]
    every = next(step for step in range(1, len(names) + 1) if _apart(placed[::step]))
    page.y += SMALL * LINE
    for words in placed[::every]:
        page.marks.append(Words(words.left, page.y, words.text, SMALL, MUTED))
    page.y += GAP


@dataclass(frozen=True, slots=True)
class _Placed:
    text: str
    left: float
    right: float


def _placed(pen: Pen, text: str, middle: float) -> _Placed:
    """The text around its middle, within the margins."""
    width = pen.width(text, SMALL)
    left = min(middle - width / 2, WIDTH - MARGIN - width)
    left = max(left, MARGIN)
    return _Placed(text, left, left + width)


def _apart(placed: Sequence[_Placed]) -> bool:
    return all(left.right + GAP <= right.left for left, right in pairwise(placed))
