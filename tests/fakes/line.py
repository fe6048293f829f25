"""A LINE Messaging API server as strict as its reference, with people who write, tap, follow and
leave.
"""

import itertools
import json
import re
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

from tests.fakes.clock import CLOCK, PATIENCE
from tests.fakes.line_chat import (
    SentLineMessage,
    action_value,
    event,
    flattened,
    line_id,
    numeric_id,
    sign,
)
from tests.fakes.line_menus import Refused, RichMenus
from tests.fakes.line_rules import CHAT_ID, LINE, check_request, image_size
from tests.fakes.schema import Issue, utf16_length
from tests.fakes.wire import Call, Status, json_response

RATE_LIMITED = Status(429, '{"message":"The API rate limit has been exceeded. Try again later."}')
_MONTHLY = "You have reached your monthly limit."
_TOKEN_SECONDS, _TOKEN_LAST_SECONDS = 60.0, 20 * 60.0
_KEY_SECONDS = 24 * 3600.0
_MAX_BODY = 2 * 1024 * 1024  # bytes
_ROUTES: list[tuple[str, re.Pattern[str], str]] = [
    (verb, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), name)
    for name, (verb, path, _, _) in LINE["endpoints"].items()
]
_STATIC = {
    (verb, path): name for name, (verb, path, _, _) in LINE["endpoints"].items() if "{" not in path
}


class Delivery(NamedTuple):
    """How the bot took a webhook request. Status 0: it could not be reached or did not answer."""

    status: int
    body: str
    seconds: float


class _ReplyToken(NamedTuple):
    chat_id: str
    issued_at: float
    event_at: float


class _Accepted(NamedTuple):
    at: float
    request_id: str
    sent: list[dict[str, str]]


class FakeLine(RichMenus):
    """`with FakeLine() as line:` host is line.url; set line.webhook_url before anybody speaks."""

    def __init__(
        self,
        channel_secret: str = "5ec4e75ec4e75ec4e75ec4e75ec4e75e",
        access_token: str = "fake-channel-access-token",
        *,
        strict: bool = True,
        clock: Callable[[], float] = CLOCK.timestamp,
    ) -> None:
        super().__init__(strict=strict, clock=clock)
        self.channel_secret = channel_secret
        self.access_token = access_token
        self.webhook_url = ""
        self.bot_user_id = line_id("bot")
        self.quota: int | None = None  # pushed messages a month; None is no limit
        self.consumption = 0
        self.followers = 0
        self.broadcasts: dict[str, list[str]] = {}  # texts by request id
        self.broadcast_pictures: dict[
            str, list[dict[str, Any]]
        ] = {}  # image messages by request id
        self.ways: dict[str, str] = {}  # where an https address of the world is served here
        self.opens: dict[str, int] = {}  # how many opened a broadcast; else LINE does not say
        self.group_sizes: dict[
            str, int
        ] = {}  # recipients that a push to the group counts for; else 1
        self.read_mode = "auto"
        self.read_tokens: set[str] = set()
        self.was_read: list[str] = []
        self.strangers: set[str] = (
            set()
        )  # ids that do not exist for this channel: a push is refused
        self.blocked: set[str] = set()  # people who left: a push is accepted and goes nowhere
        self.names: dict[str, str] = {}  # user or group id -> its name
        self.endpoint = ""
        self.brings = True
        """Whether "Use webhook" is on."""
        self.sent_events: list[dict[str, Any]] = []
        self._contents: dict[str, tuple[str, bytes]] = {}
        self._unsent: set[str] = set()
        self.preparing: set[str] = set()  # ids of messages whose content is answered with 202
        self._tokens: dict[str, _ReplyToken] = {}
        self._first_with_key: dict[str, Call] = {}
        self._accepted: dict[str, _Accepted] = {}
        self._chats: defaultdict[str, list[SentLineMessage]] = defaultdict(list)
        self._session: aiohttp.ClientSession

    async def opened(self) -> None:
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(connector=connector)

    async def closing(self) -> None:
        await self._session.close()

    # ---- what people do

    def say(
        self, user_id: str, text: str, *, chat_id: str | None = None, mention: bool = False
    ) -> Delivery:
        """A person types, in private or in the group or room `chat_id`, perhaps after the bot's
        name.
        """
        return self.events([self.text_event(user_id, text, chat_id=chat_id, mention=mention)])

    def text_event(
        self,
        user_id: str,
        text: str,
        *,
        chat_id: str | None = None,
        mention: bool = False,
        emojis: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """The event of a typed text, not delivered yet. `emojis` = parts of it that are LINE's own:
        `(moon smile)`.
        """
        message: dict[str, Any] = {
            "id": numeric_id(),
            "type": "text",
            "quoteToken": secrets.token_urlsafe(24),
        }
        if self.read_mode == "manual":
            message["markAsReadToken"] = secrets.token_urlsafe(24)
            self.read_tokens.add(message["markAsReadToken"])
        message["text"] = f"@Deskbot {text}" if mention else text
        if mention:
            mentionee = {
                "type": "user",
                "index": 0,
                "length": 8,
                "userId": self.bot_user_id,
                "isSelf": True,
            }
            message["mention"] = {"mentionees": [mentionee]}
        if emojis:
            message["emojis"] = [emoji_at(message["text"], each) for each in emojis]
        return self.event("message", user_id, chat_id, message=message)

    def sticker(self, user_id: str, *, chat_id: str | None = None) -> Delivery:
        """A person sends a sticker."""
        message = {"id": numeric_id(), "type": "sticker", "quoteToken": secrets.token_urlsafe(24)}
        message |= {"packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC"}
        return self.events([self.event("message", user_id, chat_id, message=message)])

    def image(
        self,
        user_id: str,
        data: bytes = b"image",
        *,
        mime: str = "image/jpeg",
        chat_id: str | None = None,
    ) -> Delivery:
        """A person sends a picture; the bot can fetch `data` by the message id."""
        return self.events([self.content_event(user_id, data, mime=mime, chat_id=chat_id)])

    def album(self, user_id: str, *several: bytes) -> Delivery:
        """A person sends several pictures at once: one event each, of one set."""
        name = secrets.token_hex(32).upper()
        sets = [{"id": name, "index": n, "total": len(several)} for n in range(1, len(several) + 1)]
        pairs = zip(several, sets, strict=True)
        return self.events([self.content_event(user_id, data, imageSet=of) for data, of in pairs])

    def file(self, user_id: str, data: bytes, name: str, *, size: int | None = None) -> Delivery:
        """A person sends a file of that name; `size` is what the event says."""
        said = {"fileName": name, "fileSize": len(data) if size is None else size}
        return self.events(
            [self.content_event(user_id, data, "file", "application/octet-stream", **said)]
        )

    def content_event(
        self,
        user_id: str,
        data: bytes,
        kind: str = "image",
        mime: str = "image/jpeg",
        chat_id: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """The event of a message with bytes, not delivered yet. A file names no provider and no way
        to quote it.
        """
        message: dict[str, Any] = {"id": numeric_id(), "type": kind}
        if kind != "file":
            message |= {"contentProvider": {"type": "line"}}
        if kind in ("image", "video"):
            message["quoteToken"] = secrets.token_urlsafe(24)
        self._contents[str(message["id"])] = (mime, data)
        return self.event("message", user_id, chat_id, message=message | more)

    def follow(self, user_id: str) -> Delivery:
        """A person adds the account as a friend, or unblocks it."""
        was_blocked = user_id in self.blocked
        self.blocked.discard(user_id)
        return self.events([self.event("follow", user_id, follow={"isUnblocked": was_blocked})])

    def unfollow(self, user_id: str) -> Delivery:
        """A person blocks the account: pushes are accepted and go nowhere."""
        self.blocked.add(user_id)
        return self.events([self.event("unfollow", user_id)])

    def join(self, chat_id: str) -> Delivery:
        """Somebody invites the account to a group or room."""
        self.strangers.discard(chat_id)
        return self.events([self.event("join", "", chat_id)])

    def leave(self, chat_id: str) -> Delivery:
        """Somebody removes the account from a group or room: pushes there are refused."""
        self.strangers.add(chat_id)
        return self.events([self.event("leave", "", chat_id)])

    def unsend(
        self, user_id: str, message_id: str | None = None, *, chat_id: str | None = None
    ) -> Delivery:
        """A person takes back a message of theirs; without an id the last one."""
        mine = [
            e["message"]["id"]
            for e in self.sent_events
            if e["source"].get("userId") == user_id and "message" in e
        ]
        message_id = message_id or mine[-1]
        self._unsent.add(message_id)
        return self.events(
            [self.event("unsend", user_id, chat_id, unsend={"messageId": message_id})]
        )

    def press(
        self,
        user_id: str,
        button: str,
        *,
        chat_id: str | None = None,
        params: dict[str, str] | None = None,
    ) -> Delivery:
        """A person taps the button with that label or data, on the latest message that has it.

        `params` is what the date picker yields ({"date": "2026-11-23"}). Raises LookupError.
        """
        action = self._action(chat_id or user_id, button)
        if action["type"] == "message":
            return self.say(user_id, action["text"], chat_id=chat_id)
        if action["type"] not in ("postback", "datetimepicker", "richmenuswitch"):
            raise LookupError(f"a tap on {button!r} tells the bot nothing ({action['type']})")
        postback: dict[str, Any] = {"data": action["data"]} | ({"params": params} if params else {})
        return self.events([self.event("postback", user_id, chat_id, postback=postback)])

    def _action(self, chat_id: str, button: str) -> dict[str, Any]:
        with self.lock:
            menu = self.menus.get(
                self.linked_menus.get(chat_id) or self.default_menu or "", {"areas": []}
            )
            sources = [message.actions() for message in reversed(self._chats[chat_id])]
        on_menu: list[dict[str, Any]] = [area["action"] for area in menu["areas"]]
        for action in itertools.chain(*sources, on_menu):
            if button in (action.get("label"), action_value(action)):
                return action
        raise LookupError(f"no button {button!r}; there are {sources}")

    def event(
        self, kind: str, user_id: str, chat_id: str | None = None, **body: Any
    ) -> dict[str, Any]:
        """Any event with the common fields filled in and a live reply token. Raises ValueError for
        a bad id.
        """
        for each in filter(None, (user_id, chat_id or user_id)):
            if not CHAT_ID.fullmatch(each):
                raise ValueError(f"{each!r} is no LINE id: use line_id(name)")
        return event(kind, user_id, chat_id, self.now(), **body)

    def events(
        self,
        events: list[dict[str, Any]],
        *,
        signature: str | None = None,
        raw_body: bytes | None = None,
    ) -> Delivery:
        """Deliver one webhook request and wait for its answer.

        `signature`: None is right, "wrong" is well-formed but false, "missing" leaves the header
        out, anything else is sent as it is. `raw_body` replaces the JSON (and is signed instead).
        """
        body, headers = self.signed(events, raw_body)
        if signature == "missing":
            del headers["x-line-signature"]
        elif signature is not None:
            headers["x-line-signature"] = (
                sign(self.channel_secret + "x", body) if signature == "wrong" else signature
            )
        return self.submit(self._post(body, headers))

    def signed(
        self, events: list[dict[str, Any]], raw_body: bytes | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook request, for a client of your own; makes the reply tokens
        live.
        """
        with self.lock:
            for each in events:
                self._issue_token(each)
            self.sent_events.extend(events)
        whole = {"destination": self.bot_user_id, "events": events}
        body = json.dumps(whole, ensure_ascii=False).encode() if raw_body is None else raw_body
        kind = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
        }
        return body, kind | {"x-line-signature": sign(self.channel_secret, body)}

    def redeliver(self, event_id: str) -> Delivery:
        """The same event once more, marked as LINE marks it."""
        found: dict[str, Any] = next(e for e in self.sent_events if e["webhookEventId"] == event_id)
        return self.events([found | {"deliveryContext": {"isRedelivery": True}}])

    def _issue_token(self, each: dict[str, Any]) -> None:
        source, token = each.get("source", {}), each.get("replyToken")
        used = (
            bool(each.get("deliveryContext", {}).get("isRedelivery")) and token not in self._tokens
        )
        if token and not used:
            chat_id = source.get("groupId") or source.get("roomId") or source.get("userId", "")
            self._tokens[token] = _ReplyToken(chat_id, self.now(), each.get("timestamp", 0) / 1000)

    async def _post(self, body: bytes, headers: dict[str, str]) -> Delivery:
        started = time.perf_counter()
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with self._session.post(
                self.webhook_url, data=body, headers=headers, timeout=limit
            ) as answer:
                return Delivery(answer.status, await answer.text(), time.perf_counter() - started)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Delivery(0, repr(error), time.perf_counter() - started)

    # ---- what a test looks at

    def messages(self, chat_id: str) -> list[SentLineMessage]:
        """All message objects that reached the person, group or room, oldest first."""
        with self.lock:
            return list(self._chats[chat_id])

    def shown_pictures(self, request_id: str) -> list[tuple[bytes, bytes]]:
        """What followers see of a broadcast's pictures, fetched by their links: the whole one, and
        its preview.
        """
        return self.submit(self._fetch_pictures(request_id))

    async def _fetch_pictures(self, request_id: str) -> list[tuple[bytes, bytes]]:
        limits = {"originalContentUrl": 10_000_000, "previewImageUrl": 1_000_000}
        return [
            (
                await self._fetch(image, "originalContentUrl", limits),
                await self._fetch(image, "previewImageUrl", limits),
            )
            for image in self.broadcast_pictures[request_id]
        ]

    async def _fetch(self, image: dict[str, Any], name: str, limits: dict[str, int]) -> bytes:
        address: str = image[name]
        for world, here in self.ways.items():
            address = address.replace(world, here, 1)
        async with self._session.get(address) as answer:
            data = await answer.read()
            shape = image_size(data)
            if (
                answer.status != 200
                or shape is None
                or shape[0] != answer.content_type
                or len(data) > limits[name]
            ):
                told = f"{answer.status} {answer.content_type} {shape} {len(data)}"
                self.violations.append(f"broadcast: {name}: {told}")
        return data

    def wait_messages(
        self, chat_id: str, count: int, timeout: float = PATIENCE
    ) -> list[SentLineMessage]:
        """The chat's messages as soon as there are at least `count` of them in all. Raises
        TimeoutError.
        """
        self.wait_for(lambda: len(self._chats[chat_id]) >= count, timeout)
        return self.messages(chat_id)

    # ---- the API

    async def read(self, request: web.BaseRequest) -> Call:
        body = await request.read()
        name, params = _route(request.method, request.path)
        params |= request.query
        if body and request.content_type == "application/json":
            try:
                params |= json.loads(body)
            except (ValueError, TypeError):
                params["unparsed"] = body
        elif body:
            params["body"] = body
        headers = {key.lower(): value for key, value in request.headers.items()}
        headers.pop("authorization", None)
        return Call(name, params, self.now(), headers)

    async def answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        request_id = str(uuid.uuid4())
        try:
            with self.lock:
                self._admit(request, call)
                handler = getattr(self, "_do_" + call.method.replace(".", "_"))
                result = handler(call, request_id)
            if isinstance(result, Awaitable):
                result = await result
        except Refused as refusal:
            headers = {"x-line-request-id": request_id} | (refusal.headers or {})
            return json_response({"message": str(refusal)} | refusal.extra, refusal.code, headers)
        headers = {"x-line-request-id": request_id}
        if isinstance(result, web.Response):
            result.headers.update(headers)
            return result
        return json_response(result or {}, 202 if call.method == "loading" else 200, headers)

    def error(self, fault: Status) -> web.Response:
        words = {429: "The API rate limit has been exceeded. Try again later.", 404: "Not found"}
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else None
        return json_response(
            {"message": words.get(fault.code, "Internal server error")}, fault.code, headers
        )

    def _admit(self, request: web.BaseRequest, call: Call) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.access_token}":
            raise Refused("Authentication failed due to the following reason: invalid token.", 401)
        if call.method not in LINE["endpoints"]:
            self.violated(call, [Issue(request.path, f"no such endpoint for {request.method}")])
            raise Refused("Not found", 404)
        shape = LINE["endpoints"][call.method][2]
        if shape and request.content_type != "application/json":
            self.violated(call, [Issue("Content-Type", request.content_type)])
            raise Refused(f"The content type, {request.content_type}, is not supported", 415)
        if "unparsed" in call.params:
            self.violated(call, [Issue("", "no JSON")])
            raise Refused("The request body could not be parsed as JSON (line: 1, column: 1)")
        if shape and self.strict:
            self._check_body(call)

    def _check_body(self, call: Call) -> None:
        if (length := call.headers.get("content-length", "0")).isdigit() and int(
            length
        ) > _MAX_BODY:
            self.violated(call, [Issue("", "body is larger than 2 MB")])
            raise Refused("Request Entity Too Large", 413)
        in_path = re.findall(r"\{(\w+)\}", LINE["endpoints"][call.method][1])
        issues = check_request(
            call.method, {k: v for k, v in call.params.items() if k not in in_path}
        )
        if issues:
            self.violated(call, issues)
            details = [{"message": issue.message, "property": issue.path} for issue in issues]
            raise Refused(
                f"The request body has {len(issues)} error(s)", extra={"details": details}
            )

    def _deliver(self, chat_id: str, call: Call) -> list[dict[str, str]]:
        sent = []
        for raw in call.params["messages"]:
            message_id = numeric_id()
            sent.append({"id": message_id, "quoteToken": secrets.token_urlsafe(24)})
            if chat_id not in self.blocked:
                self._chats[chat_id].append(flattened(message_id, raw, call.method))
        return sent

    def _do_reply(self, call: Call, request_id: str) -> dict[str, Any]:
        if "x-line-retry-key" in call.headers:
            self.violated(call, [Issue("X-Line-Retry-Key", "not allowed on a reply")])
            raise Refused("The request header, X-Line-Retry-Key, is not supported")
        token, now = self._tokens.get(call.params["replyToken"]), self.now()
        ages = (
            ((now - token.issued_at, _TOKEN_SECONDS), (now - token.event_at, _TOKEN_LAST_SECONDS))
            if token
            else ()
        )
        if token is None or any(age > limit for age, limit in ages):
            raise Refused("Invalid reply token")
        del self._tokens[call.params["replyToken"]]
        return {"sentMessages": self._deliver(token.chat_id, call)}

    def _do_push(self, call: Call, request_id: str) -> dict[str, Any]:
        to, key = call.params["to"], call.headers.get("x-line-retry-key")
        if key is not None:
            self._check_key(call, key)
        if not CHAT_ID.fullmatch(to):
            self.violated(call, [Issue("to", "no id of a user, group or room")])
            raise Refused("The property, 'to', in the request body is invalid (line: -, column: -)")
        if to in self.strangers:
            raise Refused("Failed to send messages")
        counted = self.group_sizes.get(to, 1)
        if self.quota is not None and self.consumption + counted > self.quota:
            raise Refused(_MONTHLY, 429)
        self.consumption += counted
        sent = self._deliver(to, call)
        if key is not None:
            self._accepted[key] = _Accepted(self.now(), request_id, sent)
        return {"sentMessages": sent}

    def _do_broadcast(self, call: Call, request_id: str) -> dict[str, Any]:
        """To every follower; each of them counts."""
        key = call.headers.get("x-line-retry-key")
        if key is not None:
            self._check_key(call, key)
        if self.quota is not None and self.consumption + self.followers > self.quota:
            raise Refused(_MONTHLY, 429)
        self.consumption += self.followers
        messages = call.params["messages"]
        self.broadcasts[request_id] = [
            message["text"] for message in messages if message["type"] == "text"
        ]
        self.broadcast_pictures[request_id] = [
            message for message in messages if message["type"] == "image"
        ]
        if key is not None:
            self._accepted[key] = _Accepted(self.now(), request_id, [])
        return {}

    def _do_insight_followers(self, call: Call, request_id: str) -> dict[str, Any]:
        if not re.fullmatch(r"20\d{6}", call.params.get("date", "")):
            self.violated(call, [Issue("date", "must be yyyyMMdd")])
            raise Refused("The value for the 'date' parameter is invalid")
        return {
            "status": "ready",
            "followers": self.followers + 10,
            "targetedReaches": self.followers,
            "blocks": 10,
        }

    def _do_insight_event(self, call: Call, request_id: str) -> dict[str, Any]:
        asked = call.params.get("requestId", "")
        if asked not in self.broadcasts:
            raise Refused("Not found", 404)
        opened = self.opens.get(asked)
        overview = {"requestId": asked, "timestamp": int(self.now()), "delivered": self.followers}
        return {"overview": overview | {"uniqueImpression": opened}, "messages": [], "clicks": []}

    def _check_key(self, call: Call, key: str) -> None:
        """Whoever retries with the key of an accepted request is told so; another content is a
        violation.
        """
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", key):
            self.violated(call, [Issue("X-Line-Retry-Key", "must be a hexadecimal UUID")])
            raise Refused("The value of the request header, X-Line-Retry-Key, is invalid")
        first = self._first_with_key.setdefault(key, call)
        if first.params != call.params and call.at - first.at < _KEY_SECONDS:
            self.violated(
                call, [Issue("X-Line-Retry-Key", "used again with another body or recipient")]
            )
        before = self._accepted.get(key)
        if before is not None and self.now() - before.at < _KEY_SECONDS:
            headers = {"x-line-accepted-request-id": before.request_id}
            raise Refused(
                "The retry key is already accepted", 409, {"sentMessages": before.sent}, headers
            )

    def _do_loading(self, call: Call, request_id: str) -> None:
        if not re.fullmatch("U[0-9a-f]{32}", call.params["chatId"]):
            self.violated(call, [Issue("chatId", "only for private chats")])
            raise Refused(
                "The property, 'chatId', in the request body is invalid (line: -, column: -)"
            )
        if call.params.get("loadingSeconds", 20) % 5:
            self.violated(call, [Issue("loadingSeconds", "must be a multiple of 5")])
            raise Refused(
                "The property, 'loadingSeconds', in the request body is invalid (line: -, column: -)"
            )

    def _do_info(self, call: Call, request_id: str) -> dict[str, Any]:
        info = {"userId": self.bot_user_id, "basicId": "@000fake", "displayName": "Deskbot"}
        return info | {"chatMode": "bot", "markAsReadMode": self.read_mode}

    def _do_read(self, call: Call, request_id: str) -> None:
        token = call.params["markAsReadToken"]
        if token not in self.read_tokens:
            raise Refused("Invalid markAsReadToken")
        self.was_read.append(token)

    def _do_profile(self, call: Call, request_id: str) -> dict[str, Any]:
        user_id = call.params["userId"]
        if not CHAT_ID.fullmatch(user_id) or user_id in self.blocked | self.strangers:
            raise Refused("Not found", 404)
        return {
            "userId": user_id,
            "displayName": self.names.get(user_id, "Somchai"),
            "language": "th",
        }

    def _do_group_count(self, call: Call, request_id: str) -> dict[str, Any]:
        return self._members(call.params["groupId"])

    def _do_group_summary(self, call: Call, request_id: str) -> dict[str, Any]:
        group_id = call.params["groupId"]
        if not re.fullmatch("C[0-9a-f]{32}", group_id) or group_id in self.strangers:
            raise Refused("Not found", 404)
        return {"groupId": group_id, "groupName": self.names.get(group_id, "Data service desk")}

    def _do_room_count(self, call: Call, request_id: str) -> dict[str, Any]:
        return self._members(call.params["roomId"])

    def _members(self, chat_id: str) -> dict[str, Any]:
        if not CHAT_ID.fullmatch(chat_id) or chat_id in self.strangers:
            raise Refused("Not found", 404)
        return {"count": self.group_sizes.get(chat_id, 1)}

    def _do_content(self, call: Call, request_id: str) -> web.Response:
        message_id = call.params["messageId"]
        if message_id in self._unsent:
            raise Refused("The content is gone", 410)
        if message_id not in self._contents:
            raise Refused("Not found", 404)
        if message_id in self.preparing:
            return web.Response(status=202)
        mime, data = self._contents[message_id]
        return web.Response(body=data, content_type=mime)

    def _do_quota(self, call: Call, request_id: str) -> dict[str, Any]:
        return {"type": "none"} if self.quota is None else {"type": "limited", "value": self.quota}

    def _do_consumption(self, call: Call, request_id: str) -> dict[str, Any]:
        return {"totalUsage": self.consumption}

    def _do_endpoint_get(self, call: Call, request_id: str) -> dict[str, Any]:
        endpoint = self.endpoint or self.webhook_url
        if not endpoint:
            raise Refused("Not found", 404)
        return {"endpoint": endpoint, "active": self.brings}

    def _do_endpoint_set(self, call: Call, request_id: str) -> None:
        if not call.params["endpoint"].startswith("https://"):
            raise Refused("Invalid webhook endpoint URL")
        self.endpoint = call.params["endpoint"]

    async def _do_endpoint_test(self, call: Call, request_id: str) -> dict[str, Any]:
        done = await self._post(*self.signed([]))
        return {
            "success": done.status == 200,
            "timestamp": "2026-11-30T03:00:00Z",
            "statusCode": done.status,
            "reason": "OK" if done.status == 200 else "ERROR_STATUS_CODE",
            "detail": str(done.status),
        }


def emoji_at(text: str, shown: str) -> dict[str, Any]:
    """One of LINE's own emoji where it stands in a text, counted in UTF-16 units."""
    at = utf16_length(text[: text.index(shown)])
    return {
        "index": at,
        "length": utf16_length(shown),
        "productId": "5ac21a8c040ab15980c9b43f",
        "emojiId": "002",
    }


def _route(verb: str, path: str) -> tuple[str, dict[str, Any]]:
    if (verb, path) in _STATIC:
        return _STATIC[verb, path], {}
    for route_verb, pattern, name in _ROUTES:
        if route_verb == verb and (match := pattern.fullmatch(path)):
            return name, dict(match.groupdict())
    return f"{verb} {path}", {}
