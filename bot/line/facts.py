"""The lines of a card on LINE: label and value in two columns; what can be called or copied is
tapped. Pure.
"""

import re
from collections.abc import Iterator, Sequence

from bot.line import actions
from bot.line.design import (
    ACCENT,
    LINE_GRAPHEMES,
    MUTED,
    SMALL_LINE,
    TALL,
    LineJson,
    box,
    lines_of,
    small,
)
from domain.text import shorten
from handlers.chat import CopyButton, Fact, FactKind

LONGEST = 1500
"""Characters of a value that a bubble has room for."""
LABEL_SHARE = 3
VALUE_SHARE = 7
LABEL_GRAPHEMES = 10
VALUE_GRAPHEMES = 23
"""How a line is shared between label and value, and how many characters each has in a line."""
NARROW = 2
"""Lines of a long value that stands beside its label as others do."""
SPACE = 4
"""Pixels between lines."""
TAPPED = frozenset({FactKind.PHONE, FactKind.EMAIL, FactKind.CODE})
_APART = re.compile(r",\s+|\n")


def fact_lines(fact: Fact) -> Iterator[LineJson]:
    """The components of one fact."""
    if fact.kind in TAPPED:
        yield from _tapped(fact)
    elif is_wide(fact):
        yield box([_label(fact.label), small(shorten(fact.value, LONGEST))])
    else:
        yield _columns(fact.label, small(shorten(fact.value, LONGEST), flex=VALUE_SHARE))


def is_wide(fact: Fact) -> bool:
    """Whether a value has the whole width, its label above it."""
    return fact.kind is FactKind.LONG and lines_of(fact.value.strip(), VALUE_GRAPHEMES) > NARROW


def height(fact: Fact) -> int:
    """Pixels of a fact on a small telephone."""
    if fact.kind in TAPPED:
        return len(_pieces(fact.value)) * (TALL + SPACE)
    value = fact.value.strip()
    if is_wide(fact):
        lines = 1 + lines_of(value, LINE_GRAPHEMES)
    else:
        beside = lines_of(fact.label, LABEL_GRAPHEMES)
        lines = max(beside, lines_of(value, VALUE_GRAPHEMES))
    return SMALL_LINE * lines + SPACE


def _pieces(value: str) -> Sequence[str]:
    """The telephones or addresses of one value."""
    return [piece for piece in _APART.split(value.strip()) if piece]


def _tapped(fact: Fact) -> Iterator[LineJson]:
    label = fact.label
    for piece in _pieces(fact.value):
        value = small(
            piece,
            flex=VALUE_SHARE,
            color=ACCENT,
            decoration="underline",
        )
        columns = _columns(label, value)
        columns["alignItems"] = "center"
        columns["height"] = f"{TALL}px"
        yield {**columns, **_tap(fact.kind, piece)}
        # The label is said once.
        label = " "


def _tap(kind: FactKind, piece: str) -> LineJson:
    if kind is not FactKind.PHONE:
        return {"action": actions.copy(CopyButton(piece, piece))}
    call = actions.call(piece)
    return {} if call is None else {"action": call}


def _columns(label: str, value: LineJson) -> LineJson:
    return box([_label(label, flex=LABEL_SHARE), value], "horizontal", spacing="sm")


def _label(label: str, **style: object) -> LineJson:
    return {**small(label, size="xs", color=MUTED, **style), "text": label}
