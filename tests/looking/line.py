"""Messages as LINE shows them on a telephone: texts, Flex, pictures, quick replies."""

from collections.abc import Sequence
from html import escape
from typing import Any

from tests.looking import flex
from tests.looking.shown import Shown


def drawn(messages: Sequence[Shown]) -> str:
    """The chat's messages as HTML, oldest first; the account's face stands beside the first of
    several.
    """
    out = []
    before_own = True
    for shown in messages:
        out.append(_message(shown, begins=before_own))
        before_own = shown.own
    return "\n".join(out)


def _message(shown: Shown, *, begins: bool) -> str:
    side = "own" if shown.own else "other"
    face = '<div class="face">ด</div>' if begins and not shown.own else ""
    body = _BODIES.get(shown.payload.get("type", "text"), _words)(shown.payload)
    return (
        f'<article class="message {side}" data-message>{face}{body}'
        f"<time>{escape(shown.at)}</time></article>"
    )


def _words(message: Any) -> str:
    quote = '<div class="quote">↩</div>' if "quoteToken" in message else ""
    return f'<div class="bubble">{quote}{escape(message.get("text", ""))}</div>'


def _flex(message: Any) -> str:
    return flex.container(message["contents"])


def _image(message: Any) -> str:
    return f'<img class="photo" alt="" src="{escape(message["previewImageUrl"])}">'


_BODIES = {"text": _words, "flex": _flex, "image": _image}


def quick_replies(messages: Sequence[Shown]) -> str:
    """The choices above the keyboard: those of the last message, and of no other."""
    if not messages:
        return ""
    items = messages[-1].payload.get("quickReply", {}).get("items", ())
    chips = [
        f'<div class="chip" data-tap>{escape(item["action"].get("label", ""))}</div>'
        for item in items
    ]
    return f'<div class="chips">{"".join(chips)}</div>' if chips else ""
