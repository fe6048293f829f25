"""The words of a LINE message: without LINE's own emoji, which stand in them as words in brackets.
Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TextSpan = tuple[int, int]
"""From where to where, in UTF-16 units, in which LINE counts."""


def words_of(message: Mapping[str, Any]) -> str:
    """What was typed, without emoji and without the bot's own name where it was mentioned."""
    units = str(message.get("text", "")).encode("utf-16-le", "surrogatepass")
    spans = _spans(message.get("emojis"), len(units) // 2)
    spans += _spans(filter(_is_self, mentionees(message)), len(units) // 2)
    words, at = "", 0
    for start, end in sorted(spans):
        if start >= at:
            words, at = _joined(words, _text(units, (at, start))), end
    return (
        _joined(words, _text(units, (at, len(units) // 2)))
        if at
        else _text(units, (0, len(units) // 2))
    )


def is_mentioned(message: Mapping[str, Any]) -> bool:
    """Whether the bot is named in it."""
    return any(map(_is_self, mentionees(message)))


def mentionees(message: Mapping[str, Any]) -> Iterator[Any]:
    """Who is named in it."""
    mention = message.get("mention")
    named = mention.get("mentionees") if isinstance(mention, dict) else None
    yield from named if isinstance(named, list) else ()


def _is_self(named: Any) -> bool:
    return isinstance(named, dict) and named.get("isSelf") is True


def _spans(marked: Any, units: int) -> list[TextSpan]:
    """Where the marked parts stand; one that says so of no part of the text is not believed."""
    spans = []
    for each in marked if isinstance(marked, Iterable) and not isinstance(marked, str) else ():
        index, length = (
            each.get(name) if isinstance(each, dict) else None for name in ("index", "length")
        )
        if type(index) is int and type(length) is int and 0 <= index < index + length <= units:
            spans.append((index, index + length))
    return spans


def _text(units: bytes, span: TextSpan) -> str:
    return units[2 * span[0] : 2 * span[1]].decode("utf-16-le", "surrogatepass")


def _joined(before: str, after: str) -> str:
    """Two parts with one blank between them, since what stood there kept words and numbers
    apart.
    """
    before, after = before.rstrip(" "), after.lstrip(" ")
    gap = "" if not before or not after or before.endswith("\n") or after.startswith("\n") else " "
    return f"{before}{gap}{after}"
