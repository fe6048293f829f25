"""LINE's adapter: events read, messages sent with line-bot-sdk's client: the free reply first, else
a push with a retry key.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.files.links import Links
from bot.line import group_messages
from bot.line import render as line_render
from bot.line.events import incoming, row_of, unreadable
from bot.line.folding import rest
from bot.line.groups import LineGroups
from bot.line.menus.rich_menus import LineMenu, LineMenus
from bot.line.older import LineMeans, means_of, without
from bot.line.unanswered import Unanswered
from bot.log import get_logger
from bot.platform import (
    Delivery,
    Dropped,
    Refused,
    Retry,
    Sent,
    Unparsable,
)
from bot.web.answers import body_of, is_yes, object_of
from domain.errors import NotFound
from domain.staff import Platform
from handlers.chat import Attachment, Incoming, Reply, ReplyPart
from handlers.desk import FetchFailed
from handlers.system import resent_mark
from store.chat.inbox import Event
from store.chat.outbox import Message

TIMEOUT = 10.0
LOADING_SECONDS = 20
READ_PATH = "/v2/bot/chat/markAsRead"
MONTHLY = "monthly limit"
LONGEST_REASON = 200
"""Characters of what LINE says against a message."""
CHUNK = 1 << 16
JSON_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}

log = get_logger()


class LineAdapter:
    """See `bot.platform.Adapter`."""

    platform = Platform.LINE

    def __init__(
        self,
        access_token: str,
        api_url: str,
        data_api_url: str,
        clock: Callable[[], datetime],
        links: Links | None = None,
    ) -> None:
        self._links = links
        self._session: aiohttp.ClientSession | None = None
        self._access_token = access_token
        self._api_url = api_url.rstrip("/")
        self._data_api_url = data_api_url.rstrip("/")
        self._clock = clock
        self._clients: tuple[Any, Any] | None = None
        self._opening = asyncio.Lock()
        self.unanswered = Unanswered()
        self.lacking: set[LineMeans] = set()
        self.tell_lack: Callable[[LineMeans], None] = _tell_nobody
        self._marks_read = False
        self._marking: set[asyncio.Task[None]] = set()
        self.groups = LineGroups(self._client, clock)
        self.menus = LineMenus(self._client, clock)
        self._bot_id = ""
        self.user_id = ""
        """The bot's own, which only LINE and the desk know; "" before LINE was asked."""

    async def _client(self) -> tuple[Any, Any]:
        """The SDK's clients; importing it takes most of a second, so that happens once, beside
        other work.
        """
        async with self._opening:
            if self._clients is None:
                sdk = await asyncio.to_thread(import_sdk)
                api = sdk.AsyncMessagingApi(self._api_client(sdk, self._api_url))
                blob = sdk.AsyncMessagingApiBlob(self._api_client(sdk, self._data_api_url))
                self._clients = (api, blob)
        return self._clients

    def _api_client(self, sdk: Any, host: str) -> Any:
        configuration = sdk.Configuration(access_token=self._access_token, host=host)
        return sdk.AsyncApiClient(configuration)

    async def close(self) -> None:
        """Close the connections."""
        for marking in self._marking:
            marking.cancel()
        if self._clients is not None:
            for api in self._clients:
                await api.api_client.close()
        if self._session is not None:
            await self._session.close()

    # In.

    def events(self, body: bytes) -> list[Event]:
        """The webhook's events as inbox rows, each on its own: one that is odd harms no other.

        What a group's people say to each other is not among them.
        """
        text = body.decode("utf-8", "replace")
        try:
            listed = json.loads(text)["events"]
            if not isinstance(listed, list):
                raise TypeError("events")
        except (ValueError, KeyError, TypeError, RecursionError):
            return [unreadable(hashlib.sha256(body).hexdigest(), json.dumps(text))]
        kept = [group_messages.of_line(event) for event in listed]
        rows = []
        for event in filter(None, kept):
            row = row_of(event)
            if row.state != "unparsable":
                self.unanswered.note(row.conversation, event)
            rows.append(row)
        return rows

    def parse(self, event: Event) -> Incoming:
        """The event as the desk sees it; kinds that LINE invents later are Other."""
        try:
            return incoming(event, json.loads(event.raw), self._clock())
        except Exception as error:
            # Whatever is odd about it: the event is kept and counted, its chat goes on.
            raise Unparsable(type(error).__name__) from error

    async def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The message's content; the SDK would read all of it into memory, however much it is."""
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._access_token}"}
            self._session = aiohttp.ClientSession(headers=headers)
        url = f"{self._data_api_url}/v2/bot/message/{attachment.reference}/content"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT, sock_read=TIMEOUT)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as response:
                _check_content(response.status)
                async for chunk in response.content.iter_chunked(CHUNK):
                    yield chunk
        except (TimeoutError, aiohttp.ClientError) as error:
            raise FetchFailed(type(error).__name__) from None

    # Out.

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """See `bot.line.render`."""
        link = self._links.url if self._links else None
        private = self._private if self._bot_id else None
        return line_render.render(reply, replaces, link=link, private=private)

    def rest(self, part: ReplyPart) -> ReplyPart | None:
        """See `bot.platform.ShowsAScreen`."""
        return rest(part)

    def _private(self, typed: str) -> str:
        """The address that opens the private chat with the bot, with this typed already."""
        return f"https://line.me/R/oaMessage/{self._bot_id}/?{quote(typed, safe='')}"

    def serves(self, chat: str) -> bool:
        """Every chat of the platform."""
        return True

    async def pace(self, chat: str) -> None:
        """LINE allows 2,000 calls a second: nothing to wait for."""

    def is_free(self, chat: str) -> bool:
        """Always, see `pace`."""
        return True

    async def show_busy(self, chat: str) -> None:
        """The loading animation, where LINE has one."""
        await self._aside(
            LineMeans.LOADING,
            "/v2/bot/chat/loading/start",
            {"chatId": chat, "loadingSeconds": LOADING_SECONDS},
        )

    async def _aside(self, means: LineMeans, path: str, body: dict[str, Any]) -> None:
        """A call without which everything goes on; a server that has none is asked once."""
        if means in self.lacking:
            return
        delivery = await self._post(path, body, "{}", {})
        if isinstance(delivery, Refused) and delivery.unreachable:
            self._lacks(means)

    def _lacks(self, means: LineMeans) -> None:
        if means not in self.lacking:
            self.lacking.add(means)
            self.tell_lack(means)

    async def deliver(self, message: Message) -> Delivery:
        """Reply while the free token may be good, else push under the message's id as retry key.

        A reply has no such key, but its token works once, so it may be tried again while it is
        fresh. When LINE calls it invalid after an unclear answer, nobody can know: a confirmation
        is then pushed once, marked, anything else is dropped."""
        if not message.reply_token:
            return await self._push(message, message.payload)
        # A token that is spent by now tells that the first try may have arrived.
        once_more = message.attempts == 1 and message.unclear
        if self._fresh(message) or once_more:
            delivery = await self._reply(message)
            if not _is_spent_token(delivery):
                self._answered(message)
                return delivery
        return await self._push_instead(message)

    async def _push_instead(self, message: Message) -> Delivery:
        """In place of a reply whose token is too old, or was spent."""
        if message.unclear and message.carries and self._fresh(message):
            # Its token was good until now: only the first try can have spent it.
            return Sent()
        if message.unclear and message.confirms:
            return await self._push(message, line_render.marked(message.payload, resent_mark()))
        if message.unclear:
            return Dropped("reply token used or expired")
        if message.staff_id is None and not message.confirms:
            return Dropped("too late for a free reply, and a stranger gets no paid push")
        return await self._push(message, message.payload)

    def _fresh(self, message: Message) -> bool:
        return message.reply_until_at is not None and self._clock() < message.reply_until_at

    async def _reply(self, message: Message) -> Delivery:
        payload = self.unanswered.quoting(message.reply_token, message.payload)
        return await self._say(
            "/v2/bot/message/reply", {"replyToken": message.reply_token}, payload, {}
        )

    def _answered(self, message: Message) -> None:
        """Mark what was answered as read, where LINE does not do that by itself."""
        token = self.unanswered.answered(message.reply_token)
        if not token or not self._marks_read:
            return
        body = {"markAsReadToken": token}
        marking = asyncio.create_task(self._aside(LineMeans.READ, READ_PATH, body))
        self._marking.add(marking)
        marking.add_done_callback(self._marking.discard)

    async def _push(self, message: Message, payload: str) -> Delivery:
        retry_key = {"X-Line-Retry-Key": str(message.id)}
        recipient = {"to": message.chat}
        delivery = await self._say("/v2/bot/message/push", recipient, payload, retry_key)
        if isinstance(delivery, Sent):
            return Sent(pushes=await self.groups.size(message.chat))
        if isinstance(delivery, Retry):
            # Its key makes another try harmless, so nothing about a push is ever in doubt.
            return replace(delivery, unclear=message.unclear)
        return delivery

    async def _say(
        self,
        path: str,
        to: dict[str, str],
        payload: str,
        headers: dict[str, str],
    ) -> Delivery:
        """One message by what this server knows: what it refuses is tried without newer means once,
        and that is remembered where it helps.
        """
        payload = without(payload, self.lacking)
        delivery = await self._post(path, to, payload, headers)
        means = means_of(payload)
        if not means or not _is_bad_request(delivery):
            return delivery
        plainly = await self._post(path, to, without(payload, means), headers)
        if isinstance(plainly, Sent):
            for each in means:
                self._lacks(each)
        return plainly

    async def _post(
        self,
        path: str,
        to: dict[str, Any],
        payload: str,
        headers: dict[str, str],
    ) -> Delivery:
        """One message call through the SDK's client; of the answer only the status says whether it
        was taken.

        The SDK would read the body as well, and its models would cost more than everything else
        together."""
        api, _blob = await self._client()
        client = api.api_client
        try:
            response = await client.request(
                "POST",
                self._api_url + path,
                headers={**client.default_headers, **JSON_HEADERS, **headers},
                body={**to, **json.loads(payload)},
                _preload_content=False,
                _request_timeout=TIMEOUT,
            )
            async with response:
                body = await body_of(response)
        except aiohttp.ClientConnectorError as error:
            return Retry(type(error).__name__)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Retry(type(error).__name__, unclear=True)
        return _verdict(response.status, body.decode("utf-8", "replace"))

    async def quota(self) -> tuple[int, int | None]:
        """Pushes that LINE counts for this month (it calls that approximate), and how many it
        allows (None: any).
        """
        api, _blob = await self._client()
        used = await api.get_message_quota_consumption(_request_timeout=TIMEOUT)
        allowed = await api.get_message_quota(_request_timeout=TIMEOUT)
        most = None if allowed.value is None else int(allowed.value)
        return int(used.total_usage), most

    # Setting up.

    @property
    def private_chat(self) -> str:
        """The link to the private chat with the bot, once LINE has said the bot's name."""
        if not self._bot_id:
            return ""
        return f"https://line.me/R/ti/p/{self._bot_id}"

    async def hello(self) -> str:
        """The bot's name, asked from LINE; proves the access token."""
        api, _blob = await self._client()
        info = await api.get_bot_info(_request_timeout=TIMEOUT)
        self._bot_id = quote(info.basic_id, safe="")
        self.user_id = str(info.user_id)
        self._marks_read = str(info.mark_as_read_mode) == "manual"
        return str(info.display_name)

    async def webhook(self) -> tuple[str, bool]:
        """Where LINE brings events, and whether it does; "" where nobody said."""
        api, _blob = await self._client()
        try:
            found = await api.get_webhook_endpoint(_request_timeout=TIMEOUT)
        except import_sdk().ApiException as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return "", False
        return str(found.endpoint), bool(found.active)

    async def try_webhook(self) -> int:
        """Have LINE bring an empty webhook; returns the status that was answered to it."""
        api, _blob = await self._client()
        tried = await api.test_webhook_endpoint(_request_timeout=TIMEOUT)
        return int(tried.status_code)

    async def set_up(self, menu: LineMenu) -> str:
        """Put up the menu of who has none of their own; returns the bot's name. MenuRefused."""
        bot_name = await self.hello()
        await self.menus.put_up(menu)
        return bot_name


def import_sdk() -> Any:
    """The SDK; the first import takes most of a second."""
    import linebot.v3.messaging as sdk

    return sdk


def _tell_nobody(means: LineMeans) -> None:
    """Until somebody listens."""


def _is_bad_request(delivery: Delivery) -> bool:
    """Whether LINE does not take the message itself."""
    is_refused = isinstance(delivery, Refused) and delivery.error.startswith("400")
    return is_refused and not _is_spent_token(delivery)


def _is_spent_token(delivery: Delivery) -> bool:
    """Whether LINE says that the reply token is good for nothing."""
    return isinstance(delivery, Refused) and "reply token" in delivery.error.lower()


def _verdict(status: int, body: str) -> Delivery:
    """What LINE's answer means (status 409 = this retry key was accepted before)."""
    if is_yes(status) or status == 409:
        return Sent()
    if status == 429:
        return _too_many(body)
    if status in (401, 403):
        log.error("LINE refuses DESKBOT_LINE_ACCESS_TOKEN", status=status)
        return Retry(f"{status} DESKBOT_LINE_ACCESS_TOKEN")
    if status >= 500:
        return Retry(f"status {status}", unclear=True)
    text = _message_of(body)
    unreachable = status == 404 or "failed to send" in text.lower()
    return Refused(f"{status} {text}", unreachable=unreachable)


def _too_many(body: str) -> Delivery:
    """Either too many just now, or more than the month allows: one status for both."""
    if MONTHLY in body:
        return Refused("429 monthly limit", spent=True)
    return Retry("429 rate")


def _check_content(status: int) -> None:
    """What the answer to a request for a message's content means, when it is not the content
    (200).
    """
    if status in (401, 403):
        log.error("LINE refuses DESKBOT_LINE_ACCESS_TOKEN", status=status)
    if status in (404, 410):
        raise NotFound("file")
    if status != 200:
        # 202: a film or a recording that LINE is still preparing.
        raise FetchFailed(f"status {status}")


def _message_of(body: str) -> str:
    answer = object_of(body.encode()) or {}
    return str(answer.get("message", ""))[:LONGEST_REASON]
