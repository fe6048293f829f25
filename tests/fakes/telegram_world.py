"""The world behind the Telegram fake: who is there, what they do, what waits to be told to the
bot.
"""

import asyncio
import itertools
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from tests.fakes.clock import CLOCK, PATIENCE
from tests.fakes.schema import utf16_length
from tests.fakes.telegram_chat import Message, SentMessage, public
from tests.fakes.telegram_queue import Courier, Flood, Update
from tests.fakes.telegram_rich import blocks_of
from tests.fakes.telegram_rules import REACTIONS
from tests.fakes.wire import WireServer

_OFF_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_KEPT_SECONDS = {"callback_query": 150.0, "inline_query": 30.0}  # everything else: a day


class TelegramWorld(WireServer):
    """People, chats, messages and the queue of updates; telegram.py puts the API in front."""

    def __init__(
        self,
        token: str = "123456789:AAFakeTokenFakeTokenFakeTokenFake",
        *,
        strict: bool = True,
        limits: bool = False,
        clock: Callable[[], float] = CLOCK.timestamp,
    ) -> None:
        super().__init__(strict=strict, clock=clock)
        self.token = token
        self.limits = limits
        self.username = "deskbot_fake_bot"
        self.bot = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Deskbot",
            "username": self.username,
        }
        self.blocked: set[int] = set()  # people who blocked the bot: sends are answered with 403
        self.kicked: set[int] = set()  # groups that threw the bot out: sends are answered with 403
        self.forums: dict[int, set[int]] = {}  # groups with topics, and which of them there are
        self.closed_topics: set[tuple[int, int]] = (
            set()
        )  # sends there are answered with TOPIC_CLOSED
        self.migrated: dict[
            int, int
        ] = {}  # groups that became supergroups: sends are told the new chat
        self.unknown_methods: set[str] = set()  # what a server of an older version does not know
        self.reactions: dict[int, dict[int, str]] = {}  # by message who put which sign on it
        self.without_reactions: set[int] = set()  # groups in which the bot may not react
        self.webhook: dict[str, Any] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.files: dict[str, bytes] = {}  # file_id -> content
        self.updates: deque[Update] = deque()
        self._allowed: list[str] = []
        self._update_ids = itertools.count(810_000_001)
        self._message_ids = itertools.count(1)
        self._sent: dict[int, Message] = {}
        self._by_chat: defaultdict[int, dict[int, Message]] = defaultdict(dict)
        self._said: dict[int, dict[str, Any]] = {}  # update_id -> the person's message
        self._people: dict[int, dict[str, Any]] = {}
        self._queries: dict[str, float] = {}
        self.offered: dict[str, dict[str, Any]] = {}  # inline query id -> how it was answered
        self._poller: asyncio.Future[str] | None = None
        self._flood = Flood()
        self._courier = Courier(self)

    def allow(self, updates: list[str]) -> None:
        """The bot asked for these kinds of updates."""
        self._allowed = updates

    # ---- what people do

    def say(
        self,
        user_id: int,
        text: str,
        *,
        chat_id: int | None = None,
        reply_to: int | None = None,
        quoting: int | None = None,
        first_name: str = "Somchai",
        language_code: str | None = "th",
        links: dict[str, str] | None = None,
        topic: int | None = None,
        thread: int | None = None,
    ) -> int:
        """A person types. Returns the update_id. `chat_id` of a group is negative.

        `reply_to` names a message of the bot's that is answered, `quoting` the update of a
        person's; `links` are words of the text with an address behind them. `topic` is one of a
        forum, `thread` one of answers elsewhere."""
        content: dict[str, Any] = {"text": text}
        if topic is not None:
            content |= {"message_thread_id": topic, "is_topic_message": True}
        if thread is not None:
            content["message_thread_id"] = thread
        for words, url in (links or {}).items():
            at, length = utf16_length(text[: text.index(words)]), utf16_length(words)
            link = {"type": "text_link", "offset": at, "length": length, "url": url}
            content.setdefault("entities", []).append(link)
        if command := re.match(r"/\w+(?:@\w+)?", text):
            length = utf16_length(command[0])
            content.setdefault("entities", []).append(
                {"type": "bot_command", "offset": 0, "length": length}
            )
        for mention in re.finditer(rf"(?<!\w)@{self.username}\b", text):
            at, length = utf16_length(text[: mention.start()]), utf16_length(mention[0])
            content.setdefault("entities", []).append(
                {"type": "mention", "offset": at, "length": length}
            )
        if reply_to is not None:
            content["reply_to_message"] = self._wire_message(self._sent[reply_to])
        if quoting is not None:
            content["reply_to_message"] = self._said[quoting]
        return self._person_sends(user_id, chat_id, content, first_name, language_code)

    def contact(
        self, user_id: int, phone: str, first_name: str, last_name: str = "", vcard: str = ""
    ) -> int:
        """A person shares somebody out of the address book."""
        shared = {
            "phone_number": phone,
            "first_name": first_name,
            "last_name": last_name,
            "vcard": vcard,
        }
        return self._person_sends(
            user_id, None, {"contact": {name: each for name, each in shared.items() if each}}
        )

    def add_bot(
        self, user_id: int, chat_id: int, halves: tuple[str, ...] = ("member", "message")
    ) -> None:
        """A person takes the bot into a group: told as news of a member and as a message of the
        group.
        """
        self.kicked.discard(chat_id)
        self._told(halves, user_id, chat_id, ("left", "member"), {"new_chat_members": [self.bot]})

    def remove_bot(
        self, user_id: int, chat_id: int, halves: tuple[str, ...] = ("member", "message")
    ) -> None:
        """A person throws the bot out of a group, told likewise."""
        self.kicked.add(chat_id)
        self._told(halves, user_id, chat_id, ("member", "kicked"), {"left_chat_member": self.bot})

    def _told(
        self,
        halves: tuple[str, ...],
        user_id: int,
        chat_id: int,
        states: tuple[str, str],
        content: dict[str, Any],
    ) -> None:
        before, after = (
            {"status": each} | ({"until_date": 0} if each == "kicked" else {}) for each in states
        )
        for half in halves:
            if half == "member":
                self._member_update(user_id, chat_id, before, after)
            else:
                self._person_sends(user_id, chat_id, content)

    def _member_update(
        self, user_id: int, chat_id: int, before: dict[str, Any], after: dict[str, Any]
    ) -> int:
        with self.lock:
            update = {
                "chat": self._chat(chat_id),
                "from": self._person(user_id),
                "date": int(self.now()),
            }
            members = {
                "old_chat_member": before | {"user": self.bot},
                "new_chat_member": after | {"user": self.bot},
            }
            return self._push({"my_chat_member": update | members})

    def migrate(
        self, user_id: int, chat_id: int, to: int, halves: tuple[str, ...] = ("to", "from")
    ) -> None:
        """A group becomes a supergroup: told in the old chat and in the new one, as far as it is
        told at all.
        """
        self.migrated[chat_id] = to
        for half in halves:
            where, content = (
                (chat_id, {"migrate_to_chat_id": to})
                if half == "to"
                else (to, {"migrate_from_chat_id": chat_id})
            )
            self._person_sends(user_id, where, content)

    def sticker(self, user_id: int, *, chat_id: int | None = None) -> int:
        """A person sends a sticker."""
        file = {
            "file_id": "sticker-1",
            "file_unique_id": "s1",
            "width": 512,
            "height": 512,
            "type": "regular",
        }
        content = {"sticker": file | {"is_animated": False, "is_video": False, "emoji": "👍"}}
        return self._person_sends(user_id, chat_id, content)

    def photo(
        self,
        user_id: int,
        data: bytes = b"\xff\xd8\xff\xe0photo",
        *,
        caption: str | None = None,
        chat_id: int | None = None,
        reply_to: int | None = None,
        album: str | None = None,
    ) -> int:
        """A person sends a photo in its sizes, the largest last; the bot can fetch `data` with
        getFile.
        """
        small = self._stored(data[:4]) | {"width": 90, "height": 67}
        large = self._stored(data) | {"width": 1280, "height": 960}
        content: dict[str, Any] = {"photo": [small, large]}
        return self._person_sends(
            user_id, chat_id, content | self._around(caption, reply_to, album)
        )

    def _around(
        self, caption: str | None, reply_to: int | None, album: str | None
    ) -> dict[str, Any]:
        """What a message with a file may say beside it; pictures of one album share a media
        group.
        """
        around: dict[str, Any] = {"caption": caption} if caption else {}
        if album is not None:
            around["media_group_id"] = album
        if reply_to is not None:
            around["reply_to_message"] = self._wire_message(self._sent[reply_to])
        return around

    def document(
        self,
        user_id: int,
        data: bytes = b"document",
        *,
        name: str = "request.pdf",
        mime: str = "application/pdf",
        caption: str | None = None,
        chat_id: int | None = None,
        reply_to: int | None = None,
        album: str | None = None,
    ) -> int:
        """A person sends a file."""
        content: dict[str, Any] = {
            "document": self._stored(data) | {"file_name": name, "mime_type": mime}
        }
        return self._person_sends(
            user_id, chat_id, content | self._around(caption, reply_to, album)
        )

    def edit(self, update_id: int, text: str) -> int:
        """A person changes what they said in that update."""
        with self.lock:
            message = self._said[update_id] | {"text": text, "edit_date": int(self.now())}
            return self._push({"edited_message": message})

    def press(self, user_id: int, message_id: int, button: str) -> int:
        """A person taps the button with that text or callback_data. Raises LookupError if it is not
        there.
        """
        with self.lock:
            message = self._sent.get(message_id)
            rows = (message.markup() or {}).get("inline_keyboard", []) if message else []
            buttons = [each for row in rows for each in row if "callback_data" in each]
            data = next(
                (b["callback_data"] for b in buttons if button in (b["text"], b["callback_data"])),
                None,
            )
            if message is None or data is None:
                raise LookupError(
                    f"no button {button!r} on message {message_id}; there are {buttons}"
                )
            query_id = str(next(self._update_ids) * 7919)
            self._queries[query_id] = self.now()
            query = {
                "id": query_id,
                "from": self._person(user_id),
                "message": self._wire_message(message),
                "chat_instance": str(message.chat_id * 31),
                "data": data,
            }
            return self._push({"callback_query": query})

    def react(self, user_id: int, message_id: int, sign: str) -> int:
        """A person puts a sign on a message of the bot's. Raises ValueError for one that Telegram
        does not offer.
        """
        if sign not in REACTIONS:
            raise ValueError(f"Telegram offers no {sign}")
        with self.lock:
            message = self._sent[message_id]
            before = self.reactions.setdefault(message_id, {}).get(user_id)
            self.reactions[message_id][user_id] = sign
            update = {
                "chat": self._chat(message.chat_id),
                "message_id": message_id,
                "user": self._person(user_id),
                "date": int(self.now()),
                "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
                "new_reaction": [{"type": "emoji", "emoji": sign}],
            }
            return self._push({"message_reaction": update})

    def inquire(
        self, user_id: int, query: str, *, offset: str = "", chat_type: str = "group"
    ) -> str:
        """A person types after the bot's name in some chat. Returns the query's id."""
        with self.lock:
            query_id = str(next(self._update_ids) * 6007)
            self._queries[query_id] = self.now()
            asked = {
                "id": query_id,
                "from": self._person(user_id),
                "query": query,
                "offset": offset,
            }
            self._push({"inline_query": asked | {"chat_type": chat_type}})
            return query_id

    def wait_offered(self, query_id: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """How the query was answered, as soon as it is. Raises TimeoutError."""
        self.wait_for(lambda: query_id in self.offered, timeout)
        return self.offered[query_id]

    def choose(self, user_id: int, result: dict[str, Any], *, chat_id: int | None = None) -> int:
        """A person picks one of the bot's answers to a query: its text is said in the chat, "via"
        the bot.
        """
        text = result["input_message_content"]["message_text"]
        return self._person_sends(user_id, chat_id, {"text": text, "via_bot": self.bot})

    def push_raw(self, update: dict[str, Any] | bytes) -> int:
        """Queue any update. A dict gets an update_id if it has none; bytes go out as they are,
        valid or not.
        """
        with self.lock:
            if isinstance(update, dict):
                return self._push(update)
            found = re.search(rb'"update_id"\s*:\s*(\d+)', update)
            return self._queue(
                int(found[1]) if found else next(self._update_ids), update, "raw", "raw"
            )

    # ---- what a test looks at

    @property
    def pending_updates(self) -> int:
        """Updates that the bot has not confirmed, without those that Telegram has dropped by
        now.
        """
        with self.lock:
            self.expire()
            return len(self.updates)

    def messages(self, chat_id: int) -> list[SentMessage]:
        """All messages of the bot in the chat, oldest first, as they look now."""
        with self.lock:
            return [public(message) for message in self._by_chat[chat_id].values()]

    def history(self, chat_id: int) -> list[tuple[dict[str, Any], bool, int, bytes]]:
        """All that the chat shows, oldest first: what was sent, whether a person sent it, when,
        and its photo.
        """
        with self.lock:
            said = [
                (message["message_id"], message, True, message["date"], b"")
                for message in self._said.values()
                if message["chat"]["id"] == chat_id
            ]
            sent = [
                (message.message_id, message.params, False, message.date, self._photo(message))
                for message in self._by_chat[chat_id].values()
            ]
        return [row[1:] for row in sorted([*said, *sent], key=lambda row: row[0])]

    def _photo(self, message: Message) -> bytes:
        return self.files[str(message.file_id)] if message.media == "photo" else b""

    def wait_messages(
        self, chat_id: int, count: int, timeout: float = PATIENCE
    ) -> list[SentMessage]:
        """The chat's messages as soon as there are at least `count` of them in all. Raises
        TimeoutError.
        """
        self.wait_for(lambda: len(self._by_chat[chat_id]) >= count, timeout)
        return self.messages(chat_id)

    # ---- updates

    def _person(self, user_id: int) -> dict[str, Any]:
        return self._people.setdefault(
            user_id, {"id": user_id, "is_bot": False, "first_name": "Somchai"}
        )

    def _chat(self, chat_id: int) -> dict[str, Any]:
        if chat_id > 0:
            return {
                "id": chat_id,
                "type": "private",
                "first_name": self._person(chat_id)["first_name"],
            }
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        forum = {"is_forum": True} if chat_id in self.forums else {}
        return {"id": chat_id, "type": kind, "title": "Data service desk", **forum}

    def _person_sends(
        self,
        user_id: int,
        chat_id: int | None,
        content: dict[str, Any],
        first_name: str = "Somchai",
        language_code: str | None = "th",
    ) -> int:
        with self.lock:
            person = {"id": user_id, "is_bot": False, "first_name": first_name}
            self._people[user_id] = person | (
                {"language_code": language_code} if language_code else {}
            )
            message = {
                "message_id": next(self._message_ids),
                "from": self._people[user_id],
                "chat": self._chat(user_id if chat_id is None else chat_id),
                "date": int(self.now()),
                **content,
            }
            update_id = self._push({"message": message})
            self._said[update_id] = message
            return update_id

    def _push(self, update: dict[str, Any]) -> int:
        update = update if "update_id" in update else {"update_id": next(self._update_ids)} | update
        kind = next((key for key in update if key != "update_id"), "raw")
        body = update.get(kind)
        conversation = "raw"
        if isinstance(body, dict):  # order holds per chat for messages, per person for presses
            chat, person = body.get("chat"), body.get("from")
            conversation = f"{'chat' if chat else 'user'}:{json.dumps(chat or person)}"
        raw = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return self._queue(update["update_id"], raw, kind, conversation)

    def _queue(self, update_id: int, raw: bytes, kind: str, conversation: str) -> int:
        wanted = kind in self._allowed if self._allowed else kind not in _OFF_BY_DEFAULT
        if wanted or kind == "raw":
            expires = self.now() + _KEPT_SECONDS.get(kind, 86_400.0)
            self.updates.append(Update(update_id, raw, conversation, expires))
            self._loop.call_soon_threadsafe(self._wake)
        return update_id

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result("updates")
        self._courier.wake()

    def expire(self) -> None:
        now = self.now()
        if any(update.expires_at <= now for update in self.updates):
            self.updates = deque(update for update in self.updates if update.expires_at > now)

    def _wire_message(self, message: Message) -> dict[str, Any]:
        wire = {
            "message_id": message.message_id,
            "from": self.bot,
            "chat": self._chat(message.chat_id),
            "date": message.date,
        }
        if message.edits:
            wire["edit_date"] = message.date
        if (topic := message.params.get("message_thread_id")) is not None:
            wire |= {"message_thread_id": topic, "is_topic_message": True}
        if "inline_keyboard" in (message.markup() or {}):
            wire["reply_markup"] = message.markup()
        if message.is_rich:
            return wire | {"rich_message": {"blocks": blocks_of(message.source)}}
        if not message.media:
            return wire | {"text": message.shown()}
        file: dict[str, Any] = {
            "file_id": message.file_id,
            "file_unique_id": f"u{message.message_id}",
        }
        if message.media in ("photo", "sticker", "video", "animation"):
            file |= {
                "width": 640,
                "height": 480,
                "duration": 1,
                "is_animated": False,
                "is_video": False,
            }
        return wire | {
            message.media: [file] if message.media == "photo" else file,
            "caption": message.shown(),
        }

    def _stored(self, data: bytes) -> dict[str, Any]:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = data
        return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": len(data)}
