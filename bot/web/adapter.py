"""The browser's adapter: what a page posts is read, and what the desk says is laid where pages show
it from.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson

from bot.platform import Delivery, Sent, Unparsable
from bot.web.live import Live
from domain.errors import NotFound
from domain.files import LARGEST
from domain.staff import Platform
from handlers.chat import (
    Attachment,
    Body,
    Filled,
    Incoming,
    Press,
    Reply,
    ReplyPart,
    Text,
    reply_from_json,
    reply_to_json,
)
from store.blobs import Blobs
from store.chat.inbox import Event
from store.chat.outbox import Message

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class WebLimits:
    """A page's numbers: characters of a text that is posted, bytes of a form without its file and
    of a file, and of what was said that the page begins with.
    """

    text: int = 10_000
    form: int = 1_000_000
    file: int = LARGEST
    said: int = 24_000


LIMITS = WebLimits()


@dataclass(frozen=True, slots=True)
class Saying:
    """What one message of the desk shows. `at` = the earlier message whose place it takes;
    `retires` = the one whose buttons are spent; `redraws` = earlier messages, as they are by now.
    """

    parts: tuple[ReplyPart, ...]
    at: str = ""
    retires: str = ""
    redraws: tuple[tuple[str, ReplyPart], ...] = ()


def saying_of(reply: Reply, replaces: str) -> Saying:
    """What of a reply stands where."""
    unplaced = tuple(each.part for each in reply.earlier if not each.message)
    placed = tuple((each.message, each.part) for each in reply.earlier if each.message)
    return Saying(
        (*unplaced, *reply.parts),
        replaces if reply.in_place else "",
        replaces if reply.retires else "",
        placed,
    )


def saying_to_json(saying: Saying) -> str:
    """As the outbox keeps it."""
    redraws = [(message, reply_to_json(Reply((part,)))) for message, part in saying.redraws]
    said = {
        "reply": reply_to_json(Reply(saying.parts)),
        "at": saying.at,
        "retires": saying.retires,
        "redraws": redraws,
    }
    return orjson.dumps(said).decode()


def saying_from_json(text: str) -> Saying:
    """The reverse of `saying_to_json`."""
    said = orjson.loads(text)
    redraws = [(message, reply_from_json(part).parts[0]) for message, part in said["redraws"]]
    return Saying(
        reply_from_json(said["reply"]).parts,
        said["at"],
        said["retires"],
        tuple(redraws),
    )


class WebAdapter:
    """See `bot.platform.Adapter`. A chat is a member of staff: all browsers of that person."""

    platform = Platform.WEB

    def __init__(self, live: Live, blobs: Blobs | None = None) -> None:
        self._live = live
        self._blobs = blobs

    def parse(self, event: Event) -> Incoming:
        """What was posted, as the desk sees it."""
        user = event.conversation.partition(":")[2]
        try:
            told = json.loads(event.raw)
            body = _body(told, event.event_id)
        except (ValueError, KeyError, TypeError) as error:
            raise Unparsable(type(error).__name__) from error
        return Incoming(
            id=event.event_id,
            at=event.came_at,
            platform=self.platform,
            chat=user,
            private=True,
            who=user,
            body=body,
            message=str(told.get("message", "")),
        )

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """The whole reply is one message."""
        return [saying_to_json(saying_of(reply, replaces))]

    def serves(self, chat: str) -> bool:
        """Every chat: pages look into the store, whichever process laid it there."""
        return True

    async def pace(self, chat: str) -> None:
        """A page takes as much as it is given."""

    async def show_busy(self, chat: str) -> None:
        """Say that it takes a little longer."""
        self._live.tell_busy(chat)

    async def deliver(self, message: Message) -> Delivery:
        """It stands in the outbox already: whoever has a page open is shown it."""
        self._live.wake(message.chat)
        saying = saying_from_json(message.payload)
        return Sent(external_id=saying.at or str(message.id))

    async def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The bytes that a page posted, which were stored as they came."""
        if self._blobs is None:
            raise NotFound("file")
        path = self._blobs.existing(attachment.reference)
        with await asyncio.to_thread(path.open, "rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk


def _body(told: dict[str, Any], event_id: str) -> Body:
    if "draft" in told:
        return Filled(told["draft"], told["answers"], told["saves"])
    if "press" in told:
        return Press(told["press"])
    if "text" in told:
        return Text(told["text"])
    return Attachment(
        "document",
        reference=told["file"],
        name=told["name"],
        mime=told["mime"],
        caption=told["caption"],
        message=event_id,
    )
