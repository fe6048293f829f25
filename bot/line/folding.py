"""What one screen of a small telephone has no room for: further buttons and the end of long cards
wait behind one button. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.line import buttons as line_buttons
from bot.line import facts as line_facts
from bot.line.design import LINE_GRAPHEMES, PRIMARY, SMALL_LINE, lines_of
from domain.text import shorten
from handlers.chat import (
    AnyButton,
    Button,
    Card,
    CopyButton,
    Document,
    Fact,
    FactKind,
    Paragraph,
    ReplyPart,
    presses,
)
from handlers.registry import FURTHER

SCREEN = 506
"""Pixels that a small telephone has for messages, less those beside a bubble."""
ROWS = 4
FEWEST_ROWS = 2
"""Rows of buttons at most, and below words that take most of a screen."""
EDGES = 64
"""Pixels around head, body and foot."""
HEAD_GRAPHEMES = 27
HEAD_LINE = 23
LONG_LINES = 2
"""Lines of a long value where there is no room for all of it."""
FEWEST = 2
"""Facts of a card that are always shown."""
_MORE = Button("…" * 8, "")
"""Stands for the button that shows the rest, while rows are counted."""


def rest(part: ReplyPart) -> ReplyPart | None:
    """What of a part is not shown at once; None where all of it is."""
    if isinstance(part, Document) or any(button.typed for button in presses(part.buttons)):
        return None
    _shown, hidden = folded(part)
    return hidden


def folded(part: ReplyPart) -> tuple[ReplyPart, ReplyPart | None]:
    """A part as one screen shows it, without the button to the rest, and the rest."""
    if isinstance(part, Document) or (isinstance(part, Paragraph | Card) and part.whole):
        return part, None
    kept, further = _buttons(part, _rows_below(part))
    if isinstance(part, Card):
        return _card(part, kept, further)
    shown = replace(part, buttons=(*kept, *_copied(part)))
    if not further:
        return part, None
    words = part.text if isinstance(part, Paragraph) else part.question
    head, *_others = words.split("\n", 1)
    return shown, Paragraph(head, tuple(further))


def _card(
    card: Card, kept: Sequence[Button], further: Sequence[Button]
) -> tuple[ReplyPart, ReplyPart | None]:
    facts = card.facts
    if not further:
        facts = _facts(card, kept)
        if facts == card.facts:
            return card, None
        kept, further = _buttons(card, always=True)
    facts = _facts(card, [*kept, _MORE])
    shown = replace(card, fields=facts, buttons=(*kept, *_copied(card)))
    hidden = tuple(fact for fact in card.facts if fact not in facts)
    return shown, Card(card.title, hidden, buttons=tuple(further), tone=card.tone)


def _copied(part: Card | ReplyPart) -> Sequence[AnyButton]:
    return [button for button in part.buttons if isinstance(button, CopyButton)]


def _rows_below(part: ReplyPart) -> int:
    """How many rows of buttons there is room for below a paragraph."""
    if not isinstance(part, Paragraph):
        return ROWS
    room = SCREEN - EDGES - SMALL_LINE * lines_of(part.text, LINE_GRAPHEMES)
    return max(FEWEST_ROWS, min(ROWS, room // line_buttons.height([[_MORE]])))


def _buttons(
    part: ReplyPart, most: int = ROWS, *, always: bool = False
) -> tuple[list[Button], list[Button]]:
    """The buttons that are shown and those that wait; `always` = there is a rest in any case."""
    every = line_buttons.in_order(presses(part.buttons))
    if not always and len(line_buttons.rows(every)) <= most:
        return every, []
    # A card's own button to what else can be done stands among the rest: one such is enough.
    kept = [button for button in every if button.action not in FURTHER]
    while len(line_buttons.rows([*kept, _MORE])) > most:
        kept.pop()
    return kept, [button for button in every if button not in kept]


def _facts(card: Card, kept: Sequence[Button]) -> tuple[Fact, ...]:
    """The facts that there is room for: long ones are cut first, then the last of the others are
    left out.
    """
    room = SCREEN - _around(card, kept)
    facts = card.facts
    height = _height(facts)
    if height > room:
        facts = tuple(map(_cut, facts))
        height = _height(facts)
    while len(facts) > FEWEST and height > room:
        short = [fact for fact in facts if fact.kind is not FactKind.LONG]
        least = [*facts, *short][-1]
        height -= line_facts.height(least)
        facts = tuple(fact for fact in facts if fact is not least)
    return facts


def _around(card: Card, kept: Sequence[Button]) -> int:
    """Pixels of all but the facts."""
    around = EDGES
    around += HEAD_LINE * lines_of(card.title, HEAD_GRAPHEMES)
    if card.note:
        around += SMALL_LINE * lines_of(card.note, LINE_GRAPHEMES)
    if card.asks is not None:
        around += PRIMARY
    rows = line_buttons.rows(kept)
    return around + line_buttons.height(rows)


def _height(facts: Sequence[Fact]) -> int:
    return sum(map(line_facts.height, facts))


def _cut(fact: Fact) -> Fact:
    """A long value in two lines; any other in four."""
    lines = LONG_LINES
    width = LINE_GRAPHEMES
    if fact.kind is not FactKind.LONG:
        lines = 2 * LONG_LINES
        width = line_facts.VALUE_GRAPHEMES
    if fact.kind in line_facts.TAPPED or lines_of(fact.value, width) <= lines:
        return fact
    words = " ".join(fact.value.split())
    value = shorten(words, width * lines - 1)
    return replace(fact, value=value.rstrip("…") + "…")
