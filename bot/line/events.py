"""What LINE tells: an event as a row of the inbox, and the row read again as what came in. Pure."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from bot.line import group_messages
from bot.line.actions import PICKED, picked
from bot.line.text import words_of
from bot.platform import HEARD
from bot.web.answers import as_number, as_object, as_text, within
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
KINDS = {"image": "photo", "file": "document", "audio": "voice"}
"""What the desk calls some of LINE's types; the others are called alike."""
LONGEST_ID = 100
LAST_TIMESTAMP = 2**53
"""Milliseconds; JSON's numbers are exact up to there."""
CHATS = {"user": "userId", "group": "groupId", "room": "roomId"}
"""Which id of a source is its chat's, by its type; one that names another chat beside it is not
believed.
"""


def row_of(event: Any) -> Event:
    """An event as an inbox row; whatever it is, it can be kept."""
    raw = json.dumps(event)  # ASCII: NULs and lone surrogates stay escaped
    known = as_object(event) or {}
    event_id = known.get("webhookEventId")
    if not _is_plain(event_id):
        event_id = hashlib.sha256(raw.encode()).hexdigest()
    chat = _chat_of(known)
    timestamp = known.get("timestamp")
    if chat is None or type(timestamp) is not int or not 0 <= timestamp < LAST_TIMESTAMP:
        return unreadable(event_id, raw)
    conversation = f"{Platform.LINE}:{chat}"
    message = _message_of(known)
    return Event(
        Platform.LINE,
        event_id,
        conversation,
        timestamp,
        raw,
        message=message,
    )


def unreadable(event_id: str, raw: str) -> Event:
    """What cannot be read is kept, too, in a conversation of its own."""
    return Event(
        Platform.LINE,
        event_id,
        f"{Platform.LINE}:?",
        0,
        raw,
        "unparsable",
    )


def _message_of(event: dict[str, Any]) -> str:
    """The id of the message that an event brings or takes back, as the inbox names it."""
    kind = event.get("type")
    if kind == "message":
        message = within(event, "message", "id")
        return message if _is_plain(message) else ""
    if kind == "unsend":
        message = within(event, "unsend", "messageId")
        return f"{UNSEND}{message}" if _is_plain(message) else ""
    return ""


def _chat_of(event: dict[str, Any]) -> str | None:
    source = as_object(event.get("source"))
    if source is None:
        return None
    own = CHATS.get(str(source.get("type")), "")
    # A person is named beside the group in which they speak.
    others = {*CHATS.values()} - {own, "userId"}
    if not others.isdisjoint(source):
        return None
    chat = source.get(own)
    return chat if _is_plain(chat) else None


def _is_plain(value: object) -> TypeGuard[str]:
    """An id as LINE makes them, which every database can keep."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        return False
    return value.isascii() and value.isprintable()


def incoming(event: Event, data: dict[str, Any], now: datetime) -> Incoming:
    """The event as the desk sees it; kinds that LINE invents later are Other."""
    source = data["source"]
    private = source.get("type") == "user"
    received_at = event.received_at or now
    return Incoming(
        id=event.event_id,
        at=datetime.fromtimestamp(data["timestamp"] / 1000, UTC),
        platform=Platform.LINE,
        chat=str(_chat_of(data)),
        private=private,
        who=as_text(source.get("userId")),
        body=_body(data) if private or _is_ours(data) else Other(),
        reply_token=str(data.get("replyToken") or ""),
        reply_until=received_at + REPLY_WINDOW,
        unsendable=bool(event.message),
    )


def _is_ours(data: dict[str, Any]) -> bool:
    """Whether an event of a group is one that the desk hears, see `bot.line.group_messages`."""
    if data.get("type") == "message":
        return bool(data.get(HEARD))
    return group_messages.of_line(data) is not None


def _body(data: dict[str, Any]) -> Body:
    if data.get("mode") == "standby":
        # Another module answers this chat.
        return Other()
    match data.get("type"):
        case "message":
            return _message(data["message"])
        case "postback":
            return _postback(data["postback"])
        case "unsend":
            return Unsent(str(data["unsend"]["messageId"]))
        case "messageEdited":
            return Edited()
        case "follow" | "join":
            return Joined()
        case "unfollow" | "leave":
            return Left()
        case _:
            return Other()


def _postback(postback: dict[str, Any]) -> Body:
    """A press; what was picked is what would have been typed."""
    pressed = str(postback["data"])
    if not pressed.startswith(PICKED):
        return Press(pressed)
    params = as_object(postback.get("params")) or {}
    value = as_text(params.get("datetime")) or as_text(params.get("date"))
    return Text(picked(pressed, value)) if value else Other()


def _message(message: dict[str, Any]) -> Body:
    if message["type"] != "text":
        return _attachment(message)
    words = words_of(message)
    # LINE's own emoji alone are a sticker.
    if message["text"] and not words:
        return Attachment("sticker")
    return Text(words)


def _attachment(message: dict[str, Any]) -> Attachment:
    message_id = str(message.get("id", ""))
    album = message.get("imageSet") or {}
    place = [as_text(message.get(name)) for name in ("title", "address")]
    album_id = album.get("id")
    return Attachment(
        KINDS.get(message["type"], message["type"]),
        reference=message_id if _is_fetchable(message, message_id) else "",
        name=str(message.get("fileName", "")),
        size=as_number(message.get("fileSize")),
        caption=" ".join(filter(None, place)),
        message=message_id,
        album=album_id if _is_plain(album_id) else "",
        album_size=as_number(album.get("total")),
    )


def _is_fetchable(message: dict[str, Any], message_id: str) -> bool:
    """Bytes that lie elsewhere (`external`) are not fetched: anybody could name any address."""
    provider = message.get("contentProvider", {}).get("type", "line")
    has_bytes = message["type"] in CONTENT and provider == "line"
    return has_bytes and message_id.isascii() and message_id.isdigit()
