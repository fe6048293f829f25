"""What a chat shows: messages of both sides as they went over the wire, and how many pixels a
telephone has for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class PhoneSize(NamedTuple):
    """A telephone in CSS pixels."""

    width: int
    height: int


SMALL = PhoneSize(360, 640)
"""The small telephone that everything has to fit on."""
LARGE = PhoneSize(390, 844)
ROWS = 22
"""Rows of about 36 characters that one screen of the small telephone has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message. `own` = the person's at the telephone; `payload` = its object on the wire:
    Telegram's parameters, LINE's message object, or {"text": …} of what was typed."""

    payload: Mapping[str, Any]
    own: bool = False
    at: str = ""
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that one chat shows, and what its pictures' addresses lead to."""

    platform: str
    messages: Sequence[Shown]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    menu: bytes = b""
    """The rich menu's picture."""
    language: str = "th"
    """Of the telephone."""
    pressed: str = ""
    """The label of the button of the last message on which a finger lies."""
