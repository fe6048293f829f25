"""LINE's one design: its colours and measures, and the Flex components of which all messages are
made. Pure.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

from domain.text import graphemes, shorten
from handlers.chat import ButtonStyle, Tone

LineJson = dict[str, Any]
TONES = {
    Tone.NEUTRAL: "#174F80",
    Tone.FRESH: "#0A66C2",
    Tone.RUNNING: "#0F766E",
    Tone.WAITING: "#8A5A00",
    Tone.OVERDUE: "#B3261E",
    Tone.DONE: "#5B6470",
}
"""The ground of a head, on which white words are read well."""
WHITE = "#FFFFFF"
INK = "#1F2933"
MUTED = "#66707C"
ACCENT = "#0B5C8E"
DANGER = "#B3261E"
GROUNDS = {ButtonStyle.PLAIN: "#E9EEF3", ButtonStyle.DANGER: "#FCEBEA"}
INKS = {ButtonStyle.PLAIN: "#174F80", ButtonStyle.DANGER: DANGER}
"""Ground and words of a button that is not the primary one."""
TALL = 44
"""Pixels: a finger needs so much."""
PRIMARY = 52
"""Pixels of LINE's own button."""
GAP = 6
"""Pixels between buttons."""
SMALL_LINE = 20
"""Pixels of a line of small words."""
LINE_GRAPHEMES = 33
"""Characters of small words in a line of a bubble on a small telephone."""
NOTHING = "-"
"""LINE takes no empty text."""
LONGEST_TEXT = 5000


def lines_of(text: str, width: int) -> int:
    """How many lines so wide a text takes."""
    return sum(_lines_of_row(row, width) for row in text.split("\n"))


def _lines_of_row(row: str, width: int) -> int:
    # There are never more characters than code points, which need no counting.
    if len(row) <= width:
        return 1
    return max(1, ceil(count(row) / width))


def count(text: str) -> int:
    """Characters as people count them."""
    return len(graphemes(text))


def box(contents: Sequence[LineJson], layout: str = "vertical", **style: Any) -> LineJson:
    """Components below or beside each other."""
    return {"type": "box", "layout": layout, **style, "contents": [*contents]}


def text(words: str, **style: Any) -> LineJson:
    """Words that wrap."""
    shown = shorten(words.strip(), LONGEST_TEXT) or NOTHING
    return {"type": "text", "text": shown, "wrap": True, **style}


def small(words: str, **style: Any) -> LineJson:
    """Words of the usual size on a card."""
    return text(words, **{"size": "sm", "color": INK, **style})


def bubble(body: Sequence[LineJson], head: LineJson | None, foot: Sequence[LineJson]) -> LineJson:
    """A bubble as wide as a telephone: a head where there is one, the body, and its buttons."""
    made: LineJson = {"type": "bubble", "size": "giga"}
    if head is not None:
        made["header"] = head
    if body:
        made["body"] = box(body, spacing="4px", paddingAll="12px")
    if foot:
        made["footer"] = box(foot, spacing=f"{GAP}px", paddingAll="8px")
    return made


def head(title: str, tone: Tone, copy: LineJson | None = None) -> LineJson:
    """The title on the state's colour; what can be copied of it is copied by a tap on it."""
    words = text(title, weight="bold", color=WHITE, flex=1)
    made = box(
        [words],
        "horizontal",
        backgroundColor=TONES[tone],
        paddingAll="12px",
        spacing="sm",
    )
    if copy is not None:
        hint = small(copy["label"], size="xs", color=WHITE, flex=0, gravity="center")
        made["contents"].append(hint)
        made["action"] = copy
    return made


def first_words(made: LineJson) -> LineJson:
    """The first text of a bubble, which a mark may precede."""
    component: LineJson = made["header"] if "header" in made else made["body"]
    while component["type"] == "box":
        component = component["contents"][0]
    return component
