"""Decides which messages of a LINE group the desk keeps: only what is said to the bot. Everything
else is never stored. Pure.
"""

from typing import Any

from bot.line.text import is_mentioned, words_of
from bot.platform import HEARD
from bot.web.answers import within
from domain.text import clean

GROUPS = ("group", "room")
KEPT = ("postback", "join", "leave", "unsend")
"""Kinds of events that are the bot's whatever they say."""


def of_line(event: Any) -> Any | None:
    """The event as it may be kept, None where nothing of it may. What is from no group or room
    stays as it is.
    """
    if within(event, "source", "type") not in GROUPS:
        return event
    kind = event.get("type")
    if kind in KEPT:
        return event
    message = event.get("message")
    if kind != "message" or not isinstance(message, dict):
        return None
    text = _said(message)
    if text is None:
        return None
    kept = {name: message[name] for name in ("id",) if name in message}
    kept |= {"type": "text", "text": text}
    return {**event, "message": kept, HEARD: True}


def _said(message: dict[str, Any]) -> str | None:
    """What was said to the bot, without its name; None where it was said to others."""
    if message.get("type") != "text" or not isinstance(message.get("text"), str):
        return None
    words = clean(words_of(message))
    if words.startswith("/") or is_mentioned(message):
        return words
    return None
