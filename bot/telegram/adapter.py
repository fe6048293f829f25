"""Telegram: our own polling loop or webhook in, python-telegram-bot's client and parser out.

The library's own Updater acknowledges before handling, so it is not used (docs/decisions/0002).
"""

import asyncio
import hmac
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault(
    "PTB_TIMEDELTA", "true"
)  # the library's coming default; without it every 429 warns

import telegram
from aiolimiter import AsyncLimiter
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.log import get_logger, where
from bot.platform import HEARD, ChatMoved, Delivery, Dropped, Refused, Retry, Sent, Unparsable
from bot.telegram import overheard
from bot.telegram import render as telegram_render
from bot.telegram.request import NotAccepted, PerhapsAccepted, TelegramRequest
from bot.telegram.updates import INLINE, incoming, row_of, update_id
from domain.errors import DeskError, InvalidInput, NotFound
from domain.files import LARGEST, FileRefusal
from domain.staff import Platform
from handlers.chat import Attachment, Incoming, Reply
from handlers.desk import FetchFailed
from handlers.system import resent_mark
from store.blobs import Blobs
from store.chat import inbox
from store.chat.inbox import Event
from store.chat.outbox import Message
from store.engine import leases
from store.engine.database import Database
from store.engine.failpoints import failpoint

UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
POLL_SECONDS = 15
LONGEST_PAUSE = 30.0
PER_SECOND = 28
PER_CHAT = (3, 3.0)
"""Calls a second in all (Telegram allows about 30), and calls in so many seconds to one chat (about
1 a second).
"""
TOPIC_GONE = ("thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
"""What Telegram says where a topic takes no messages."""
QUIET = timedelta(days=6)
"""After a week without updates Telegram may choose lower numbers anew: then it is asked without an
offset.
"""

log = get_logger()


class NameUnknown(Exception):
    """Telegram did not say our name just now, without which one cannot tell what a group says to
    us.
    """

    safe_text = True


class TelegramAdapter:
    """See `bot.platform.Adapter`."""

    platform = Platform.TELEGRAM

    def __init__(self, token: str, api_url: str, blobs: Blobs | None = None) -> None:
        self.api_url = api_url.rstrip("/")
        self.token = token
        self.request = TelegramRequest()
        self.bot = telegram.Bot(
            token,
            base_url=f"{self.api_url}/bot",
            base_file_url=f"{self.api_url}/file/bot",
            request=self.request,
            get_updates_request=TelegramRequest(),
        )
        self._blobs = blobs
        self._id, self._name = token.partition(":")[0], ""
        self._all = AsyncLimiter(PER_SECOND, 1.0)
        self._chats: dict[str, AsyncLimiter] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self.bot.shutdown()
        await self.request.shutdown()

    # In.

    async def events(self, updates: Sequence[Any]) -> list[Event]:
        """Updates as inbox rows, but for what a group's people say to each other; raises
        NameUnknown.
        """
        if not self._name and any(overheard.needs_name(update) for update in updates):
            try:
                self._name = str((await self.bot.get_me()).username)
            except TelegramError as error:
                raise NameUnknown(type(error).__name__) from None
        heard = [overheard.of_telegram(update, self._id, self._name) for update in updates]
        return [row_of(update) for update in heard if update is not None]

    def parse(self, event: Event) -> Incoming:
        """The update as the desk sees it."""
        try:
            data = json.loads(event.raw)
            return incoming(
                event,
                telegram.Update.de_json(data, self.bot),
                self._id,
                heard=HEARD in data,
            )
        except Exception as error:
            raise Unparsable(type(error).__name__) from error

    async def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """getFile names the place for an hour; then the bytes as they come."""
        try:
            file = await self.bot.get_file(attachment.reference)
            async for chunk in self.request.stream(str(file.file_path)):
                yield chunk
        except BadRequest as error:
            if "too big" in str(error).lower():
                raise InvalidInput(FileRefusal.LARGE, limit=LARGEST // 1_000_000) from None
            raise NotFound("file") from None
        except TelegramError as error:
            raise FetchFailed(type(error).__name__) from None

    async def answer_press(self, update: Any) -> None:
        """Stop the button's spinner; too late or failing is of no consequence."""
        query = update.get("callback_query") if isinstance(update, dict) else None
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            with suppress(TelegramError):
                await self.bot.answer_callback_query(query["id"])

    # Out.

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """See `bot.telegram.render`."""
        payloads = telegram_render.render(reply, replaces)
        return (
            [telegram_render.in_topic(payload, int(topic)) for payload in payloads]
            if topic
            else payloads
        )

    def serves(self, chat: str) -> bool:
        """Every chat of the platform."""
        return True

    async def pace(self, chat: str) -> None:
        """About one message a second to a chat with a small burst, and 28 a second in all."""
        if chat.startswith(INLINE):  # no message: nobody's chat grows by it
            await self._all.acquire()
            return
        limiter = self._chats.get(chat)
        if limiter is None:
            if len(self._chats) > 10_000:
                self._chats.clear()
            limiter = self._chats[chat] = AsyncLimiter(*PER_CHAT)
        await limiter.acquire()
        await self._all.acquire()

    async def show_busy(self, chat: str) -> None:
        """Typing…"""
        await self.bot.send_chat_action(chat, "typing")

    async def deliver(self, message: Message) -> Delivery:  # noqa: C901
        """Make the call; what Telegram says decides whether it is sent, to be retried, or
        refused.
        """
        payload = (
            telegram_render.marked(message.payload, resent_mark())
            if message.unclear
            else message.payload
        )
        call = json.loads(payload)
        if call["method"] == "answerInlineQuery":
            return await self._answer_query(call["params"])
        try:
            await self._call(call, int(message.chat))
        except RetryAfter as error:
            return Retry("429", after=_seconds(error.retry_after))
        except PerhapsAccepted as error:
            return Retry(str(error), unclear=True)
        except NotAccepted as error:
            return Retry(str(error))
        except ChatMigrated as error:
            return ChatMoved(str(error.new_chat_id))
        except Forbidden as error:
            return Refused(str(error), unreachable=True)
        except DeskError:
            return Refused("the file is gone")
        except BadRequest as error:
            return await self._bad_request(message, call, error)
        except (InvalidToken, Conflict, NetworkError) as error:
            return Retry(type(error).__name__)
        except TelegramError as error:
            return Refused(type(error).__name__)
        return Sent()

    async def _answer_query(self, params: dict[str, Any]) -> Delivery:
        """One attempt: Telegram forgets a query within seconds, and the next letter asks anew."""
        try:
            found = [_article(result) for result in params.pop("results")]
            await self.bot.answer_inline_query(results=found, **params)
        except TelegramError as error:
            if isinstance(error, BadRequest) and "query is too old" not in str(error).lower():
                log.error("query refused", reason=str(error))
            return Dropped(str(error))
        return Sent()

    async def _call(self, call: Mapping[str, Any], chat: int) -> None:
        method, file = call["method"], call.get("file")
        params = {name: value for name, value in call["params"].items() if name != "reply_markup"}
        if "topic" in call and method.startswith("send"):
            params["message_thread_id"] = call["topic"]
        keyboard = call["params"].get("reply_markup")
        # The library cannot say "no buttons" but by leaving the keyboard out.
        empty = not keyboard or not keyboard["inline_keyboard"]
        markup = None if empty else telegram.InlineKeyboardMarkup.de_json(keyboard, self.bot)
        if method == "sendMessage":
            await self.bot.send_message(chat, reply_markup=markup, **params)
        elif file is not None:
            content = await self._upload(file)
            if method == "sendPhoto":
                await self.bot.send_photo(chat, content, reply_markup=markup, **params)
            else:
                await self.bot.send_document(chat, content, reply_markup=markup, **params)
        elif method == "editMessageText":
            await self.bot.edit_message_text(chat_id=chat, reply_markup=markup, **params)
        else:
            await self.bot.edit_message_reply_markup(chat_id=chat, reply_markup=markup, **params)

    async def _upload(self, file: dict[str, str]) -> telegram.InputFile:
        if self._blobs is None:
            raise NotFound("file")
        content = await asyncio.to_thread(self._blobs.existing(file["sha256"]).read_bytes)
        return telegram.InputFile(content, filename=file["name"])

    async def _bad_request(
        self, message: Message, call: dict[str, Any], error: BadRequest
    ) -> Delivery:
        text = str(error).lower()
        if "not modified" in text:
            return Sent()
        if "topic" in call and any(word in text for word in TOPIC_GONE):
            return await self._beside_topic(message, call, error)
        if call["method"] == "editMessageReplyMarkup":
            return Sent()  # the old message is gone or too old: its buttons no longer matter
        if call["method"] == "editMessageText" and ("edit" in text or "not found" in text):
            fresh = json.loads(message.payload)
            fresh["params"].pop("message_id")
            payload = json.dumps({**fresh, "method": "sendMessage"}, ensure_ascii=False)
            return await self.deliver(replace(message, payload=payload))
        if call["method"] == "sendPhoto" and "chat" not in text:
            # Too wide, too large or no picture after all: then as the document that it is.
            payload = json.dumps({**call, "method": "sendDocument"}, ensure_ascii=False)
            return await self.deliver(replace(message, payload=payload))
        unreachable = "chat not found" in text
        return Refused(str(error), unreachable=unreachable)

    async def _beside_topic(
        self, message: Message, call: Mapping[str, Any], error: BadRequest
    ) -> Delivery:
        """A topic that was closed or deleted: in a private chat it is said beside the topics, a
        group hears nothing.
        """
        if int(message.chat) < 0:
            return Refused(str(error))
        outside = {name: value for name, value in call.items() if name != "topic"}
        return await self.deliver(replace(message, payload=json.dumps(outside, ensure_ascii=False)))

    # Setting up.

    async def set_up(self, commands: dict[str, Sequence[tuple[str, str]]]) -> str:
        """Say hello, and put up the command list in each language ("" = default); returns the bot's
        name.
        """
        await self.bot.initialize()
        for language, entries in commands.items():
            await self.bot.set_my_commands(list(entries), language_code=language or None)
        self._name = str(self.bot.username)
        return self._name


def _article(result: dict[str, Any]) -> telegram.InlineQueryResultArticle:
    content = result["input_message_content"]
    preview = telegram.LinkPreviewOptions(**content["link_preview_options"])
    text = telegram.InputTextMessageContent(content["message_text"], link_preview_options=preview)
    return telegram.InlineQueryResultArticle(
        result["id"], result["title"], text, description=result["description"]
    )


def _seconds(value: Any) -> float:
    return float(value.total_seconds() if hasattr(value, "total_seconds") else value)


# The ways in.


class Poller:
    """Long polling: updates are committed to the inbox before the next request confirms them to
    Telegram.
    """

    def __init__(
        self,
        adapter: TelegramAdapter,
        db: Database,
        owner: str,
        clock: Callable[[], datetime],
        wake: Callable[[list[str]], None],
    ) -> None:
        self._adapter = adapter
        self._db = db
        self._owner = owner
        self._clock = clock
        self._wake = wake
        self._cursor = f"telegram:{adapter.token.partition(':')[0]}"
        self._presses: set[asyncio.Task[None]] = set()
        self._leads_until = datetime.min.replace(tzinfo=UTC)

    async def run_forever(self) -> None:
        """Poll while this process is the leader; a failing platform or store is tried again for
        ever.
        """
        pause = 1.0
        while True:
            try:
                if not await self._lead():
                    await asyncio.sleep(2.0)
                    continue
                await self._poll_once()
                pause = 1.0
            except Exception as error:  # noqa: BLE001 - whatever an answer holds, polling goes on
                log.warning("polling failed", pause=pause, **where(error))
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _lead(self) -> bool:
        """One process polls: Telegram gives a second poller 409. A third of the lease's time is let
        pass unsaid.
        """
        now = self._clock()
        if now < self._leads_until:
            return True
        led = await self._db.write(lambda tx: leases.take(tx, "leader:telegram", self._owner, now))
        self._leads_until = now + leases.TTL / 3 if led else now
        return led

    async def _poll_once(self) -> None:
        offset = await inbox.get_cursor(self._db, self._cursor, self._clock() - QUIET)
        updates = await self._get_updates(offset)
        if not updates:
            return
        failpoint("event.received")
        events = await self._adapter.events(updates)
        last = max(update_id(update) or 0 for update in updates)
        if not last:
            raise ValueError("getUpdates: no update has an id")
        woken = await inbox.receive(
            self._db, events, self._owner, self._clock(), (self._cursor, last + 1)
        )
        failpoint("event.committed")
        self._wake(woken)
        for update in updates:
            task = asyncio.create_task(self._adapter.answer_press(update))
            self._presses.add(task)
            task.add_done_callback(self._presses.discard)

    async def _get_updates(self, offset: int) -> list[Any]:
        """The raw updates: the library would parse a whole batch or none of it."""
        url = f"{self._adapter.api_url}/bot{self._adapter.token}/getUpdates"
        after = {"offset": offset} if offset else {}
        wanted = {**after, "timeout": POLL_SECONDS, "limit": 100, "allowed_updates": UPDATES}
        status, body = await self._adapter.request.call(url, seconds=POLL_SECONDS + 10, json=wanted)
        answer = json.loads(body.decode("utf-8", "replace"))
        if status == 429 and isinstance(answer, dict):
            await asyncio.sleep(float(answer.get("parameters", {}).get("retry_after", 1)))
            return []
        if (
            status != 200
            or not isinstance(answer, dict)
            or not isinstance(answer.get("result"), list)
        ):
            raise NotAccepted(f"getUpdates: {status}")
        return list(answer["result"])


async def receive_webhook(
    adapter: TelegramAdapter, db: Database, owner: str, now: datetime, body: bytes
) -> tuple[list[str], Any]:
    """Commit the update of one webhook call; returns the conversations to wake, and the update."""
    try:
        update = json.loads(body.decode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    failpoint("event.received")
    events = await adapter.events([update])
    woken = await inbox.receive(db, events, owner, now) if events else []
    failpoint("event.committed")
    return woken, update


def secret_matches(expected: str, given: str | None) -> bool:
    """Compare the webhook's secret token in constant time."""
    return hmac.compare_digest(expected.encode(), (given or "").encode())
