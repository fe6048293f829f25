"""The words of a LINE message without LINE's own emoji, which stand among them as words in
brackets. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TextSpan = tuple[int, int]
"""From where to where, in UTF-16 units, in which LINE counts."""


def words_of(message: Mapping[str, Any]) -> str:
    """What was typed, without emoji and without the bot's own name where it was mentioned."""
    units = str(message.get("text", "")).encode("utf-16-le", "surrogatepass")
    end_of_text = len(units) // 2
    emoji = _spans(message.get("emojis"), end_of_text)
    own_name = _spans(filter(_is_self, mentionees(message)), end_of_text)
    words = ""
    at = 0
    for start, end in sorted([*emoji, *own_name]):
        if start >= at:
            words = _joined(words, _text(units, (at, start)))
            at = end
    rest = _text(units, (at, end_of_text))
    # Blanks at the edges are only touched where something was cut out.
    return _joined(words, rest) if at else rest


def is_mentioned(message: Mapping[str, Any]) -> bool:
    """Whether the bot is named in it."""
    return any(map(_is_self, mentionees(message)))


def mentionees(message: Mapping[str, Any]) -> Iterator[Any]:
    """Who is named in it."""
    mention = message.get("mention")
    if not isinstance(mention, dict):
        return
    named = mention.get("mentionees")
    if isinstance(named, list):
        yield from named


def _is_self(named: Any) -> bool:
    return isinstance(named, dict) and named.get("isSelf") is True


def _spans(marked: Any, units: int) -> list[TextSpan]:
    """Where the marked parts stand; one that says so of no part of the text is not believed."""
    if isinstance(marked, str) or not isinstance(marked, Iterable):
        return []
    spans = []
    for each in marked:
        span = _span(each)
        if span is not None and 0 <= span[0] < span[1] <= units:
            spans.append(span)
    return spans


def _span(marked: Any) -> TextSpan | None:
    if not isinstance(marked, dict):
        return None
    index = marked.get("index")
    length = marked.get("length")
    # A bool is an int to Python, but no number to LINE.
    if type(index) is not int or type(length) is not int:
        return None
    return index, index + length


def _text(units: bytes, span: TextSpan) -> str:
    start, end = span
    return units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


def _joined(before: str, after: str) -> str:
    """Two parts with one blank between them, since what stood there kept words and numbers
    apart.
    """
    before = before.rstrip(" ")
    after = after.lstrip(" ")
    if not before or not after:
        return before + after
    if before.endswith("\n") or after.startswith("\n"):
        return before + after
    return f"{before} {after}"
