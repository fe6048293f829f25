"""Numbers as shades of one colour: the darker the more."""

from collections.abc import Iterator, Sequence
from math import sqrt

from bot.charts.page import GAP, GROUND, INK, MARGIN, MUTED, WIDTH, Box, Page, Words
from bot.charts.pen import LINE, SMALL, Pen

SHADES = ("#e6f0f8", "#a8cde8", "#4f9bcb", "#0c66a4", "#0a3558")
STEPS = 60
SCALE = 30
"""Height of the scale, in pixels."""
DIVISORS = (1, 1_000, 1_000_000, 1_000_000_000)


def shade(value: int, most: int) -> str:
    """The colour of a number. The shades follow the square root: where one place has a hundred
    times as many as the others, these still differ.
    """
    return _shade_at(sqrt(value / max(1, most)))


def ink_on(colour: str) -> str:
    """What is read best on a colour."""
    return max((INK, GROUND), key=lambda ink: _contrast(ink, colour))


def draw_scale(page: Page, most: int, unit: str) -> None:
    """What the shades stand for."""
    page.y += GAP
    width = (WIDTH - 2 * MARGIN) / STEPS
    for step in range(STEPS):
        colour = _shade_at(step / (STEPS - 1))
        page.marks.append(Box(MARGIN + step * width, page.y, width + 1, SCALE, colour))
    page.y += SCALE + SMALL * LINE * 0.8
    for part, anchor in ((0.0, "ls"), (0.5, "ms"), (1.0, "rs")):
        number = round(most * part * part)
        text = f"{number:,} {unit}".strip()
        x = MARGIN + part * (WIDTH - 2 * MARGIN)
        page.marks.append(Words(x, page.y, text, SMALL, MUTED, False, anchor))
    page.y += GAP


def in_cells(pen: Pen, values: Sequence[int], room: float) -> tuple[int, list[str]]:
    """The numbers as they fit into cells, and what all of them are divided by for that."""
    for divisor in DIVISORS:
        texts = [_divided(value, divisor) for value in values]
        if max(pen.width(text, SMALL) for text in texts) <= room:
            break
    return divisor, texts


def _divided(value: int, divisor: int) -> str:
    part = value / divisor
    if value % divisor and part < 10:
        return f"{part:,.1f}"
    return f"{part:,.0f}"


def divided_unit(unit: str, divisor: int) -> str:
    """The unit, and by what the numbers in the cells are to be multiplied."""
    if divisor == 1:
        return unit
    return f"{unit} (× {divisor:,})".strip()


def _shade_at(part: float) -> str:
    """The colour at a part (0 to 1) of the way through the shades."""
    place = part * (len(SHADES) - 1)
    below = min(int(place), len(SHADES) - 2)
    pairs = zip(_channels(SHADES[below]), _channels(SHADES[below + 1]), strict=True)
    mixed = [round(low + (high - low) * (place - below)) for low, high in pairs]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Of sRGB, near enough."""
    red, green, blue = [float((channel / 255) ** 2.2) for channel in _channels(colour)]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Iterator[int]:
    return (int(colour[start : start + 2], 16) for start in (1, 3, 5))
