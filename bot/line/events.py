"""What LINE tells: an event as a row of the inbox, and the row read again as what came in. Pure."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from bot.line import overheard
from bot.line.text import words_of
from bot.platform import HEARD
from domain.staff import Platform
from handlers.chat import (
    Attachment,
    Body,
    Edited,
    Incoming,
    Joined,
    Left,
    Other,
    Press,
    Text,
    Unsent,
)
from store.chat.inbox import UNSEND, Event

REPLY_WINDOW = timedelta(seconds=50)
"""A reply token is good for a minute; ten seconds are left for the way there."""
CONTENT = frozenset({"image", "file", "video", "audio"})
"""Messages with bytes to fetch."""
CHATS = {"user": "userId", "group": "groupId", "room": "roomId"}
"""Which id of a source is its chat's, by its type; one that names another chat beside it is not
believed.
"""


def row_of(event: Any) -> Event:
    """An event as an inbox row; whatever it is, it can be kept."""
    raw = json.dumps(event)  # ASCII: NULs and lone surrogates stay escaped
    known = event if isinstance(event, dict) else {}
    event_id = known.get("webhookEventId")
    event_id = event_id if _is_plain(event_id) else hashlib.sha256(raw.encode()).hexdigest()
    chat, timestamp = _chat_of(known), known.get("timestamp")
    if chat is None or type(timestamp) is not int or not 0 <= timestamp < 2**53:
        return Event(Platform.LINE, event_id, "line:?", 0, raw, "unparsable")
    return Event(
        Platform.LINE, event_id, f"line:{chat}", timestamp, raw, message=_message_of(known)
    )


def _message_of(event: dict[str, Any]) -> str:
    """The id of the message that an event brings or takes back, as the inbox names it."""
    for part, name, before in (("message", "id", ""), ("unsend", "messageId", UNSEND)):
        told = event.get(part)
        message = told.get(name) if isinstance(told, dict) else None
        if event.get("type") == part and _is_plain(message):
            return before + message
    return ""


def _chat_of(event: dict[str, Any]) -> str | None:
    source = event.get("source")
    if not isinstance(source, dict):
        return None
    own = CHATS.get(str(source.get("type")), "")
    if any(other in source for other in CHATS.values() if other not in (own, "userId")):
        return None
    return source[own] if _is_plain(source.get(own)) else None


def _is_plain(value: object) -> TypeGuard[str]:
    """An id as LINE makes them, which every database can keep."""
    return (
        isinstance(value, str) and 0 < len(value) <= 100 and value.isascii() and value.isprintable()
    )


def incoming(event: Event, data: dict[str, Any], now: datetime) -> Incoming:
    """The event as the desk sees it; kinds that LINE invents later are Other."""
    source = data["source"]
    private = source.get("type") == "user"
    # In standby another module answers this chat.
    body = (
        Other() if data.get("mode") == "standby" or not (private or _is_ours(data)) else _body(data)
    )
    who = source.get("userId")
    return Incoming(
        id=event.event_id,
        at=datetime.fromtimestamp(data["timestamp"] / 1000, UTC),
        platform=Platform.LINE,
        chat=str(_chat_of(data)),
        private=private,
        who=who if isinstance(who, str) else None,
        body=body,
        reply_token=str(data.get("replyToken") or ""),
        reply_until=(event.received_at or now) + REPLY_WINDOW,
        unsendable=bool(event.message),
    )


def _is_ours(data: dict[str, Any]) -> bool:
    """Whether an event of a group is one that the desk hears, see `bot.line.overheard`."""
    return (
        bool(data.get(HEARD))
        if data.get("type") == "message"
        else overheard.of_line(data) is not None
    )


def _body(data: dict[str, Any]) -> Body:
    kind = data.get("type")
    if kind == "message":
        message = data["message"]
        return _said(message) if message["type"] == "text" else _attachment(message)
    if kind == "postback":
        return Press(str(data["postback"]["data"]))
    if kind == "unsend":
        return Unsent(str(data["unsend"]["messageId"]))
    simple: dict[str, Body] = {
        "follow": Joined(),
        "join": Joined(),
        "unfollow": Left(),
        "leave": Left(),
    }
    simple["messageEdited"] = Edited()
    return simple.get(str(kind), Other())


def _said(message: dict[str, Any]) -> Body:
    """What was typed; LINE's own emoji alone are a sticker."""
    words = words_of(message)
    return Text(words) if words or not message["text"] else Attachment("sticker")


def _attachment(message: dict[str, Any]) -> Attachment:
    """Bytes that lie elsewhere (`external`) are not fetched: anybody could name any address."""
    message_id = str(message.get("id", ""))
    ours = message.get("contentProvider", {}).get("type", "line") == "line"
    fetchable = (
        message["type"] in CONTENT and ours and message_id.isascii() and message_id.isdigit()
    )
    album = message.get("imageSet") or {}
    size, total = message.get("fileSize"), album.get("total")
    return Attachment(
        _kind(message["type"]),
        reference=message_id if fetchable else "",
        name=str(message.get("fileName", "")),
        size=size if isinstance(size, int) else None,
        message=message_id,
        album=str(album["id"]) if _is_plain(album.get("id")) else "",
        album_size=total if isinstance(total, int) else None,
    )


def _kind(line_type: str) -> str:
    return {"image": "photo", "file": "document", "audio": "voice"}.get(line_type, line_type)
