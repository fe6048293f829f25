"""Telegram's adapter: updates read, replies sent, with python-telegram-bot's client and parser."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

# The library's coming default; without it every 429 warns.
os.environ.setdefault("PTB_TIMEDELTA", "true")

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

from bot.log import get_logger
from bot.platform import (
    HEARD,
    ChatMoved,
    Delivery,
    Dropped,
    Refused,
    Retry,
    Sent,
    Unparsable,
)
from bot.telegram import group_messages
from bot.telegram import render as telegram_render
from bot.telegram.calendars import (
    is_turn,
    picked_text,
    read_shown,
    turned,
    without_calendar,
)
from bot.telegram.render import Means, TelegramCall
from bot.telegram.request import NotAccepted, PerhapsAccepted, TelegramRequest
from bot.telegram.updates import INLINE, incoming, plainly_said, row_of
from bot.web.answers import within
from domain.dates.working_calendar import WorkingCalendar
from domain.errors import DeskError, InvalidInput, NotFound
from domain.files import LARGEST, FileRefusal
from domain.staff import Platform
from handlers.chat import Attachment, Incoming, Reply
from handlers.desk import FetchFailed
from handlers.system import resent_mark
from store.blobs import Blobs
from store.chat.inbox import Event
from store.chat.outbox import Message

OfficeDays = Callable[[], Awaitable[tuple[WorkingCalendar, date]]]
UPDATES = [
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "message_reaction",
]
PER_SECOND = 28
PER_CHAT = (3, 3.0)
"""Calls a second in all (Telegram allows about 30), and calls in so many seconds to one chat (about
1 a second).
"""
PER_GROUP = (18, 60.0)
"""Calls in so many seconds to a group, of which Telegram takes 20 a minute."""
MOST_LIMITERS = 10_000
"""Chats whose pace is remembered; more are forgotten together."""
DRAFT = {"method": "sendMessageDraft", "params": {"draft_id": 1, "text": ""}}
"""A draft without words: what stands there is the telephone's own placeholder, for half a minute or
until the answer comes.
"""
TOPIC_GONE = ("thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
"""What Telegram says where a topic takes no messages."""
UNKNOWN = ("unsupported", "not supported", "method not found", "unknown")
"""What a server says to something that it does not know."""
NO_TEXT = "text is empty"
"""What an old server says to a rich message in the place of another: it looks for a text."""

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
        self._id = token.partition(":")[0]
        self._name = ""
        self.lacking: set[Means] = set()
        self._without_reactions: set[str] = set()
        """Chats where the bot may not react."""
        self.tell_lack: Callable[[Means], None] = _tell_nobody
        """Called once with what this server turns out not to know."""
        self.signs: Collection[str] = ()
        """What reactions mean anything to the desk; see `domain/reach/board.py`."""
        self.office_days: OfficeDays | None = None
        """Which days are worked, and today: what a calendar shows; None = there is no desk."""
        self._all = AsyncLimiter(PER_SECOND, 1.0)
        self._chats: dict[str, AsyncLimiter] = {}
        self._groups: dict[str, AsyncLimiter] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self.bot.shutdown()
        await self.request.shutdown()

    # In.

    async def events(self, updates: Sequence[Any]) -> list[Event]:
        """Updates as inbox rows, but for what a group's people say to each other; raises
        NameUnknown.
        """
        if not self._name and any(map(group_messages.needs_name, updates)):
            self._name = await self._ask_name()
        rows = []
        for update in updates:
            if is_turn(update):
                continue
            kept = self._kept(update)
            if kept is not None:
                rows.append(row_of(kept))
        return rows

    def _kept(self, update: Any) -> Any | None:
        """An update as it may be kept, None where nothing of it may."""
        if within(update, "message_reaction") is not None:
            return group_messages.reaction_kept(update, self.signs)
        return group_messages.of_telegram(update, self._id, self._name)

    async def _ask_name(self) -> str:
        try:
            bot = await self.bot.get_me()
        except TelegramError as error:
            raise NameUnknown(type(error).__name__) from None
        return str(bot.username)

    def parse(self, event: Event) -> Incoming:
        """The update as the desk sees it."""
        try:
            data = json.loads(event.raw)
            said = plainly_said(event, data)
            if said is not None:
                return said
            update = telegram.Update.de_json(data, self.bot)
            return incoming(event, update, self._id, heard=HEARD in data)
        except Exception as error:
            # Whatever the library stumbles on: the event is kept and counted, its chat goes on.
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
        """Stop the button's spinner, and show what is looked at in a calendar; too late or failing
        is of no consequence: a tap shows it again.
        """
        query_id = within(update, "callback_query", "id")
        if isinstance(query_id, str):
            with suppress(TelegramError):
                await self.bot.answer_callback_query(query_id)
                await self._turn_calendar(update["callback_query"])

    async def _turn_calendar(self, pressed: Any) -> None:
        """The calendar of the message that was tapped shows something else; it goes once a day was
        picked.
        """
        data = str(within(pressed, "data"))
        keyboard = within(pressed, "message", "reply_markup", "inline_keyboard")
        chat = within(pressed, "message", "chat", "id")
        if not isinstance(keyboard, list) or self.office_days is None:
            return
        shown = read_shown(data)
        if shown is not None:
            calendar, today = await self.office_days()
            rows = turned(shown, keyboard, calendar, today)
        elif picked_text(data) is not None:
            rows = without_calendar(keyboard)
        else:
            return
        await self.pace(str(chat))
        params = {
            "message_id": pressed["message"]["message_id"],
            "reply_markup": {"inline_keyboard": rows},
        }
        call = {"method": "editMessageReplyMarkup", "params": params}
        for known in telegram_render.as_known(call, self.lacking):
            await self._call(known, int(chat))

    # Out.

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """See `bot.telegram.render`."""
        payloads = telegram_render.render(reply, replaces, self.lacking)
        if topic:
            payloads = [telegram_render.in_topic(payload, int(topic)) for payload in payloads]
        return payloads

    def serves(self, chat: str) -> bool:
        """Every chat of the platform."""
        return True

    async def pace(self, chat: str) -> None:
        """About one message a second to a chat with a small burst, and 28 a second in all."""
        # The answer to a query is no message: nobody's chat grows by it.
        if not chat.startswith(INLINE):
            await self._limiter(chat).acquire()
        of_group = self._group_limiter(chat)
        if of_group is not None:
            await of_group.acquire()
        await self._all.acquire()

    def is_free(self, chat: str) -> bool:
        """Whether the pace allows a message to this chat now."""
        of_group = self._group_limiter(chat)
        if of_group is not None and not of_group.has_capacity():
            return False
        return self._limiter(chat).has_capacity() and self._all.has_capacity()

    def _limiter(self, chat: str) -> AsyncLimiter:
        limiter = self._chats.get(chat)
        if limiter is None:
            if len(self._chats) > MOST_LIMITERS:
                self._chats.clear()
            limiter = AsyncLimiter(*PER_CHAT)
            self._chats[chat] = limiter
        return limiter

    def _group_limiter(self, chat: str) -> AsyncLimiter | None:
        """Of a group's minute; None for another chat."""
        if not chat.startswith("-"):
            return None
        return self._groups.setdefault(chat, AsyncLimiter(*PER_GROUP))

    async def show_busy(self, chat: str) -> None:
        """A draft of the answer that says it is thought about, in the reader's own language; of a
        server that knows no drafts: typing…
        """
        # Groups have no drafts.
        in_private = not chat.startswith("-")
        if in_private and Means.DRAFTS not in self.lacking:
            try:
                await self._call(DRAFT, int(chat))
            except (BadRequest, InvalidToken):
                # Nobody misses a draft: administrators need not hear of it.
                self.lacking.add(Means.DRAFTS)
            else:
                return
        await self.bot.send_chat_action(chat, "typing")

    async def deliver(self, message: Message) -> Delivery:
        """Make the call; what Telegram says decides whether it is sent, to be retried, or
        refused.
        """
        call = json.loads(message.payload)
        if call["method"] == "answerInlineQuery":
            return await self._answer_query(call["params"])
        if message.unclear:
            call = telegram_render.marked(call, resent_mark())
        return await self._deliver(message, call)

    async def _deliver(self, message: Message, call: TelegramCall) -> Delivery:
        """The call by what this server knows, which may take several."""
        delivery: Delivery = Sent()
        for known in telegram_render.as_known(call, self.lacking_in(message.chat)):
            delivery = await self._deliver_one(message, known)
            if not isinstance(delivery, Sent):
                break
        return delivery

    def lacking_in(self, chat: str) -> set[Means]:
        """What is done without there: unknown to the server, or not allowed in the chat."""
        if chat in self._without_reactions:
            return {*self.lacking, Means.REACTIONS}
        return self.lacking

    async def _deliver_one(self, message: Message, call: TelegramCall) -> Delivery:
        try:
            external_id = await self._call(call, int(message.chat))
        except BadRequest as error:
            return await self._bad_request(message, call, error)
        except DeskError:
            return Refused("the file is gone")
        except InvalidToken as error:
            # So the library calls a method that is not found, too.
            for means in (Means.RICH, Means.REACTIONS):
                if telegram_render.needs(call, means):
                    return await self._without(message, call, means, str(error))
            return _verdict(error)
        except TelegramError as error:
            return _verdict(error)
        return Sent(external_id=external_id)

    async def _without(
        self, message: Message, call: TelegramCall, means: Means, error: str
    ) -> Delivery:
        """The same by older means; where it was the means, they are tried no more."""
        log.warning("older form", means=means, reason=error)
        delivery: Delivery = Sent()
        for known in telegram_render.as_known(call, {*self.lacking, means}):
            delivery = await self._deliver_one(message, known)
            if not isinstance(delivery, Sent):
                return delivery
        if means in self.lacking_in(message.chat):
            return delivery
        if _is_unknown(error):
            self.lacking.add(means)
            self.tell_lack(means)
        elif means is Means.REACTIONS:
            # Other groups may allow them.
            self._without_reactions.add(message.chat)
            self.tell_lack(means)
        return delivery

    async def _answer_query(self, params: dict[str, Any]) -> Delivery:
        """One attempt: Telegram forgets a query within seconds, and the next letter asks anew."""
        try:
            found = [_article(result) for result in params.pop("results")]
            await self.bot.answer_inline_query(results=found, **params)
        except BadRequest as error:
            if "query is too old" not in str(error).lower():
                log.error("query refused", reason=str(error))
            return Dropped(str(error))
        except TelegramError as error:
            return Dropped(str(error))
        return Sent()

    async def _call(self, call: Mapping[str, Any], chat: int) -> str:
        """Make it; returns what Telegram calls the message, where it is a text."""
        if "file" in call:
            params = dict(call["params"])
            params["reply_markup"] = self._keyboard(params.get("reply_markup"))
            await self._send_file(call, chat, params)
            return ""
        params = {"chat_id": chat, **_in_topic(call), **call["params"]}
        if "reply_markup" in params and not params["reply_markup"]["inline_keyboard"]:
            # No buttons are said by leaving the keyboard out.
            del params["reply_markup"]
        return await self.request.say(f"{self.api_url}/bot{self.token}/{call['method']}", params)

    async def _send_file(
        self, call: Mapping[str, Any], chat: int, params: Mapping[str, Any]
    ) -> None:
        content = await self._upload(call["file"])
        if call["method"] == "sendPhoto":
            await self.bot.send_photo(chat, content, **_in_topic(call), **params)
        else:
            await self.bot.send_document(chat, content, **_in_topic(call), **params)

    def _keyboard(self, keyboard: dict[str, Any] | None) -> telegram.InlineKeyboardMarkup | None:
        # The library cannot say "no buttons" but by leaving the keyboard out.
        if not keyboard or not keyboard["inline_keyboard"]:
            return None
        return telegram.InlineKeyboardMarkup.de_json(keyboard, self.bot)

    async def _upload(self, file: dict[str, str]) -> telegram.InputFile:
        if self._blobs is None:
            raise NotFound("file")
        path = self._blobs.existing(file["sha256"])
        content = await asyncio.to_thread(path.read_bytes)
        return telegram.InputFile(content, filename=file["name"])

    async def _bad_request(
        self, message: Message, call: dict[str, Any], error: BadRequest
    ) -> Delivery:
        """Much of what Telegram calls a bad request can be said in another way."""
        text = str(error).lower()
        if "not modified" in text:
            return Sent()
        means = _means_refused(call, text)
        if means is not None:
            return await self._without(message, call, means, str(error))
        if telegram_render.ONLY_THERE in call:
            # It was to change what stood there: where that is gone there is nothing to say.
            return Dropped(str(error))
        if "topic" in call and any(word in text for word in TOPIC_GONE):
            return await self._beside_topic(message, call, error)
        return await self._otherwise(message, call, error)

    async def _otherwise(self, message: Message, call: TelegramCall, error: BadRequest) -> Delivery:
        """The same as another kind of message, where that may go."""
        text = str(error).lower()
        match call["method"]:
            case "editMessageReplyMarkup":
                # The old message is gone or too old: its buttons no longer matter.
                return Sent()
            case "editMessageText" if "edit" in text or "not found" in text:
                return await self._as_new(message, call)
            case "sendPhoto" if "chat" not in text:
                # Too wide, too large or no picture after all: then as the document that it is.
                return await self._deliver(message, {**call, "method": "sendDocument"})
        return Refused(str(error), unreachable="chat not found" in text)

    async def _as_new(self, message: Message, call: TelegramCall) -> Delivery:
        """What cannot take the place of another message is a message of its own."""
        params = {name: value for name, value in call["params"].items() if name != "message_id"}
        method = "sendRichMessage" if "rich_message" in params else "sendMessage"
        return await self._deliver(message, {**call, "method": method, "params": params})

    async def _beside_topic(
        self, message: Message, call: TelegramCall, error: BadRequest
    ) -> Delivery:
        """A topic that was closed or deleted: in a private chat it is said beside the topics, a
        group hears nothing.
        """
        is_group = int(message.chat) < 0
        if is_group:
            return Refused(str(error))
        outside = {name: value for name, value in call.items() if name != "topic"}
        return await self._deliver(message, outside)

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

    async def offer_commands(self, chat: str, commands: Sequence[tuple[str, str]]) -> None:
        """A chat's own command list, none = that of all; whoever left the chat needs none."""
        scope = telegram.BotCommandScopeChat(int(chat))
        await self._all.acquire()
        with suppress(BadRequest, Forbidden):
            if commands:
                await self.bot.set_my_commands(list(commands), scope)
            else:
                await self.bot.delete_my_commands(scope)


def _tell_nobody(means: Means) -> None:
    """Nobody is told by an adapter without a desk."""


def _is_unknown(error: str) -> bool:
    """Whether a server says that it does not know something, and not that something is wrong."""
    said = error.lower()
    if "can't parse" in said:
        return False
    return NO_TEXT in said or said == "not found" or any(word in said for word in UNKNOWN)


_OF_CHAT = ("chat", "message to edit", "can't be edited", "thread", "topic", "not enough rights")
_OF_BUTTONS = ("button", "keyboard", "copy", "style", "reply_markup")


def _means_refused(call: TelegramCall, said: str) -> Means | None:
    """What of a call a server does not take; None where it is about the chat or the message."""
    if telegram_render.needs(call, Means.REACTIONS) and "message to react" not in said:
        return Means.REACTIONS
    if any(word in said for word in _OF_CHAT):
        return None
    about_buttons = any(word in said for word in _OF_BUTTONS)
    if about_buttons and telegram_render.needs(call, Means.LOOKS):
        return Means.LOOKS
    if telegram_render.needs(call, Means.RICH):
        return Means.RICH
    return None


def _in_topic(call: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent within a topic says so; what is edited stays where it is."""
    if "topic" not in call:
        return {}
    return {"message_thread_id": call["topic"]}


def _verdict(error: TelegramError) -> Delivery:
    """What an answer other than a yes means; a bad request is looked at by itself."""
    match error:
        case RetryAfter():
            return Retry("429", after=_seconds(error.retry_after))
        case PerhapsAccepted():
            return Retry(str(error), unclear=True)
        case NotAccepted():
            return Retry(str(error))
        case ChatMigrated():
            return ChatMoved(str(error.new_chat_id))
        case Forbidden():
            return Refused(str(error), unreachable=True)
        case InvalidToken() | Conflict() | NetworkError():
            return Retry(type(error).__name__)
        case _:
            return Refused(type(error).__name__)


def _article(result: dict[str, Any]) -> telegram.InlineQueryResultArticle:
    content = result["input_message_content"]
    preview = telegram.LinkPreviewOptions(**content["link_preview_options"])
    text = telegram.InputTextMessageContent(content["message_text"], link_preview_options=preview)
    return telegram.InlineQueryResultArticle(
        result["id"],
        result["title"],
        text,
        description=result["description"],
    )


def _seconds(value: Any) -> float:
    # The library gives a span of time, and a number where it is told otherwise.
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value)
