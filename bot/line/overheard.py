"""What of a LINE group's talk is the bot's: what is said to it. The rest is none of ours, and never
kept. Pure.
"""

from typing import Any

from bot.line.text import is_mentioned, words_of
from bot.platform import HEARD
from domain.text import clean

KEPT = ("postback", "join", "leave", "unsend")
"""Kinds of events that are the bot's whatever they say."""


def of_line(event: Any) -> Any | None:
    """The event as it may be kept, None where nothing of it may. What is from no group or room
    stays as it is.
    """
    source = event.get("source") if isinstance(event, dict) else None
    if not isinstance(source, dict) or source.get("type") not in ("group", "room"):
        return event
    if event.get("type") in KEPT:
        return event
    message = event.get("message")
    text = (
        _said_on_line(message)
        if event.get("type") == "message" and isinstance(message, dict)
        else None
    )
    if text is None:
        return None
    named = {"id": message["id"]} if "id" in message else {}
    return {**event, "message": {**named, "type": "text", "text": text}, HEARD: True}


def _said_on_line(message: dict[str, Any]) -> str | None:
    if message.get("type") != "text" or not isinstance(message.get("text"), str):
        return None
    words = clean(words_of(message))
    return words if words.startswith("/") or is_mentioned(message) else None
