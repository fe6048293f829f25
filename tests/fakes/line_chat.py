"""What LINE shows people and what it tells the bot of them: sent messages flattened, webhook events
built.
"""

import base64
import hashlib
import hmac
import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_serial = itertools.count(1)
_VALUE_OF = {"postback": "data", "datetimepicker": "data", "richmenuswitch": "data"} | {
    "message": "text",
    "uri": "uri",
    "clipboard": "clipboardText",
}


@dataclass(frozen=True, slots=True)
class SentLineMessage:
    """One message object that reached a chat."""

    id: str
    type: str
    text: str  # Flex and templates: all their texts, a line each
    alt_text: str | None
    buttons: tuple[tuple[str, str], ...]  # (label, data, text or address); quick replies last
    via: str  # reply or push
    raw: dict[str, Any] = field(repr=False)

    def actions(self) -> list[dict[str, Any]]:
        """The action objects behind the buttons."""
        return list(_actions(self.raw))


def flattened(message_id: str, raw: dict[str, Any], via: str) -> SentLineMessage:
    """A message object as tests want to read it."""
    texts = (
        [raw["text"]]
        if "text" in raw
        else list(_texts(raw.get("contents") or raw.get("template") or {}))
    )
    buttons = tuple((action.get("label", ""), action_value(action)) for action in _actions(raw))
    return SentLineMessage(
        message_id, raw["type"], "\n".join(texts), raw.get("altText"), buttons, via, raw
    )


def action_value(action: dict[str, Any]) -> str:
    """What a tap yields: the postback data, the text said, the address opened."""
    return str(action.get(_VALUE_OF.get(action["type"], ""), ""))


def _texts(node: Any) -> Iterator[str]:
    """Texts in reading order; the labels of buttons are not among them."""
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        if node.get("type") == "text" and node.get("contents"):
            yield "".join(span.get("text", "") for span in node["contents"])
            return
        yield from (node[key] for key in ("title", "text") if isinstance(node.get(key), str))
        # A bubble's foot has buttons alone, some of them boxes.
        for key in ("header", "hero", "body", "contents", "columns"):
            yield from _texts(node.get(key))


def _actions(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for child in node:
            yield from _actions(child)
    elif isinstance(node, dict):
        keys = (
            "action",
            "actions",
            "template",
            "header",
            "hero",
            "body",
            "contents",
            "columns",
            "footer",
        )
        for key in (*keys, "quickReply", "items"):
            child = node.get(key)
            if key == "action" and isinstance(child, dict):
                yield child
            elif key == "actions":
                yield from child or ()
            else:
                yield from _actions(child)


def line_id(name: str, kind: str = "U") -> str:
    """A well-formed id for a person (U), group (C) or room (R) of that name; always the same
    one.
    """
    return kind + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def ulid(seconds: float) -> str:
    """26 characters: the time in ms, then what makes it unique."""
    number = (int(seconds * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> (5 * place)) & 31] for place in range(25, -1, -1))


def numeric_id() -> str:
    """An id of a message: digits, unique."""
    return str(461_230_966_842_064_000 + next(_serial))


def event(kind: str, user_id: str, chat_id: str | None, now: float, **body: Any) -> dict[str, Any]:
    """An event with all common fields. `chat_id` names a group or room; None is the private chat.

    In a group or room a person is named in message events only, and "" is one whom LINE does not
    name there."""
    source = {"type": "user", "userId": user_id}
    if chat_id is not None and chat_id != user_id:
        place = "group" if chat_id.startswith("C") else "room"
        named = {"userId": user_id} if user_id and kind == "message" else {}
        source = {"type": place, place + "Id": chat_id, **named}
    built: dict[str, Any] = {
        "type": kind,
        "mode": "active",
        "timestamp": int(now * 1000),
        "source": source,
        "webhookEventId": ulid(now),
        "deliveryContext": {"isRedelivery": False},
        **body,
    }
    if kind not in ("unfollow", "unsend", "leave"):
        built["replyToken"] = secrets.token_hex(16)
    return built


def sign(channel_secret: str, body: bytes) -> str:
    """The x-line-signature of a body."""
    return base64.b64encode(hmac.digest(channel_secret.encode(), body, "sha256")).decode()
