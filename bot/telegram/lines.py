"""A reply as lines of HTML text, which every server and client of Telegram knows. Pure."""

import html
from collections.abc import Sequence

from bot.telegram.limits import LIMITS
from domain.text import split_text, utf16_length
from handlers.chat import Card, Choice, Paragraph

MarkedLine = tuple[str, str]
"""A line as people see it, and as HTML."""
Worded = Paragraph | Card | Choice
"""A part that is said in words."""
LONGEST_LINE = LIMITS.text // 2


def escaped(text: str) -> str:
    """The text where HTML is expected."""
    return html.escape(text, quote=False)


def lines_of(part: Worded, keys: Sequence[str]) -> list[MarkedLine]:
    """All that a part says; `keys` stand before the options that the text lists."""
    match part:
        case Paragraph():
            return plain_lines(part.text)
        case Card():
            return _card(part)
        case Choice():
            return _list(part, keys)


def plain_lines(text: str) -> list[MarkedLine]:
    """A text without marks."""
    pieces = [piece for line in text.split("\n") for piece in _fit(line)]
    return [(piece, escaped(piece)) for piece in pieces]


def _fit(line: str) -> list[str]:
    return split_text(line, LONGEST_LINE) or [""]


def bold_lines(text: str) -> list[MarkedLine]:
    """A title."""
    lines = []
    for piece, marked_piece in plain_lines(text):
        bold = f"<b>{marked_piece}</b>" if piece else ""
        lines.append((piece, bold))
    return lines


def labelled_lines(label: str, value: str) -> list[MarkedLine]:
    """A label with its value beside it."""
    (plain, marked_value), *rest = plain_lines(value)
    first = (f"{label}: {plain}", f"<i>{escaped(label)}</i>: {marked_value}")
    return [first, *rest]


def _card(card: Card) -> list[MarkedLine]:
    lines = bold_lines(card.title)
    for fact in card.facts:
        lines += labelled_lines(fact.label, fact.value)
    if card.note:
        lines += plain_lines(card.note)
    return lines


def _list(choice: Choice, keys: Sequence[str]) -> list[MarkedLine]:
    """The question, and each option that has a key in full."""
    question, _newline, more = choice.question.partition("\n")
    lines = bold_lines(question)
    if more:
        lines += plain_lines(more)
    # Without keys the buttons say it all.
    for key, option in zip(keys, choice.options, strict=False):
        own_key = option.label.startswith(key)
        lines += plain_lines(option.label if own_key else f"{key}. {option.label}")
    return lines


def packed(lines: Sequence[MarkedLine]) -> list[str]:
    """Whole lines to as few messages as possible; tags never span lines, so none is cut."""
    texts: list[str] = []
    current: list[MarkedLine] = []
    size = 0
    for plain, marked_line in lines:
        # Tags do not count, and the line break does.
        units = utf16_length(plain) + 1
        if current and size + units > LIMITS.text:
            texts.append(_text(current))
            current = []
            size = 0
        current.append((plain, marked_line))
        size += units
    texts.append(_text(current))
    return [text for text in texts if text.strip()] or ["…"]


def _text(lines: Sequence[MarkedLine]) -> str:
    """The lines as one text; "" where people would see nothing of it, tags or not."""
    if not any(plain.strip() for plain, _marked in lines):
        return ""
    return "\n".join(marked for _plain, marked in lines).strip("\n")
