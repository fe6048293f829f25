"""A Telegram Bot API server as strict as its manual, with people and chats that a test moves."""

import asyncio
import itertools
import json
import re
from collections import deque
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.fakes.schema import Issue, Upload
from tests.fakes.telegram_chat import MEDIA, Message
from tests.fakes.telegram_rules import TELEGRAM, check_telegram, decode_telegram, telegram_sentence
from tests.fakes.telegram_world import TelegramWorld
from tests.fakes.wire import Call, Fault, Status, form_of, json_response

_ANSWER_SECONDS = 15.0
_MOST_DOWN, _MOST_UP, _MOST_PHOTO = 20_000_000, 50_000_000, 10_000_000  # bytes
SENDS = frozenset({"sendMessage", "sendRichMessage"})
_NO_MESSAGES = {"sendChatAction", "sendMessageDraft", "sendRichMessageDraft"}
_SENT_BY_TEXT = {*SENDS, *(f"send{kind.title()}" for kind in MEDIA)}
_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"
_STALE = "Bad Request: query is too old and response timeout expired or query ID is invalid"
_CONFLICT_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_CONFLICT_HOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
)


class Refused(Exception):
    """The call is answered with an error; str() is Telegram's description."""

    def __init__(
        self,
        description: str,
        code: int = 400,
        retry_after: int | None = None,
        migrate_to: int | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.retry_after = retry_after
        self.migrate_to = migrate_to


class FakeTelegram(TelegramWorld):
    """`with FakeTelegram(token) as telegram:` base_url is telegram.url + "/bot"."""

    async def opened(self) -> None:
        await self._courier.opened()

    async def closing(self) -> None:
        await self._courier.closed()

    async def _get_updates(self, params: dict[str, Any]) -> web.Response:
        if self.webhook:
            raise Refused(_CONFLICT_HOOK, 409)
        if self._poller is not None and not self._poller.done():
            self._poller.set_result("conflict")
        with self.lock:
            self._allowed = params.get("allowed_updates", self._allowed)
            self._confirm(params.get("offset", 0))
            self.expire()
        seconds = min(params.get("timeout", 0), 50)
        if not self.updates and seconds > 0:
            self._poller = poller = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):
                if await asyncio.wait_for(poller, seconds) == "conflict":
                    raise Refused(_CONFLICT_POLL, 409)
        with self.lock:
            self.expire()
            batch = [
                update.raw for update in itertools.islice(self.updates, params.get("limit", 100))
            ]
        body = b'{"ok":true,"result":[' + b",".join(batch) + b"]}"
        return web.Response(body=body, content_type="application/json")

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.updates) > -offset:
                self.updates.popleft()
        elif offset > 0 and any(update.update_id < offset for update in self.updates):
            self.updates = deque(update for update in self.updates if update.update_id >= offset)

    # ---- calls

    async def read(self, request: web.BaseRequest) -> Call:
        method = request.path.rsplit("/", 1)[1]
        if request.path.startswith("/file/bot"):
            return Call("download", {"file_id": method}, self.now())
        raw: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            with suppress(ValueError, TypeError):
                raw |= json.loads(await request.read())
        elif request.can_read_body:
            for name, value in (await form_of(request)).items():
                if isinstance(value, web.FileField):
                    raw[name] = Upload(value.filename, value.content_type, value.file.read())
                else:
                    raw[name] = value if isinstance(value, str) else bytes(value).decode()
        return Call(method, decode_telegram(method, raw), self.now())

    async def answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        try:
            if request.path.startswith("/file/bot"):
                return self._download(request.path)
            self._authorise(request.path, call)
            if call.method == "getUpdates":
                return await self._get_updates(call.params)
            with self.lock:
                result = self._carry_out(call)
                self._courier.wake()
            return json_response({"ok": True, "result": result})
        except Refused as refusal:
            if refusal.migrate_to is not None:
                parameters = {"migrate_to_chat_id": refusal.migrate_to}
                body = {
                    "ok": False,
                    "error_code": refusal.code,
                    "description": str(refusal),
                    "parameters": parameters,
                }
                return json_response(body, refusal.code)
            return self.error(Status(refusal.code, str(refusal), refusal.retry_after))

    def error(self, fault: Status) -> web.Response:
        words = {
            400: "Bad Request",
            401: "Unauthorized",
            403: "Forbidden: bot was blocked by the user",
            404: "Not Found",
        }
        words |= {409: _CONFLICT_POLL, 429: f"Too Many Requests: retry after {fault.retry_after}"}
        text = (
            fault.body
            if isinstance(fault.body, str)
            else words.get(fault.code, "Internal Server Error")
        )
        body: dict[str, Any] = {"ok": False, "error_code": fault.code, "description": text}
        if fault.retry_after is not None:
            body["parameters"] = {"retry_after": fault.retry_after}
        return json_response(body, fault.code)

    def _authorise(self, path: str, call: Call) -> None:
        token = path.removeprefix("/bot").rsplit("/", 1)[0]
        if not path.startswith("/bot") or not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise Refused("Not Found", 404)
        if token != self.token:
            raise Refused("Unauthorized", 401)
        if call.method not in TELEGRAM["methods"]:
            self.violated(call, [Issue("", "method not found")])
            raise Refused("Not Found: method not found", 404)
        if call.method in self.unknown_methods:
            raise Refused("Not Found: method not found", 404)
        call.params = self._as_old_server(call.params)
        if self.strict and (issues := check_telegram(call.method, call.params)):
            self.violated(call, issues)
            raise Refused(telegram_sentence(issues[0]))

    def _take_fault(self, method: str) -> Fault | None:
        """A fault of "sendMessage" strikes a message however it is said."""
        fault = super()._take_fault(method)
        if fault is None and method in SENDS:
            return super()._take_fault("sendMessage")
        return fault

    def _as_old_server(self, params: dict[str, Any]) -> dict[str, Any]:
        """An old server passes over parameters that it does not know."""
        if "sendRichMessage" not in self.unknown_methods:
            return params
        return {name: value for name, value in params.items() if name != "rich_message"}

    def _download(self, path: str) -> web.Response:
        file_id = path.rsplit("/", 1)[1]
        if not path.startswith(f"/file/bot{self.token}/") or file_id not in self.files:
            raise Refused("Not Found", 404)
        return web.Response(body=self.files[file_id])

    def _carry_out(self, call: Call) -> Any:
        method, params = call.method, call.params
        if "chat_id" in params and method.startswith(("send", "edit", "copy", "forward")):
            self._admit(method, params["chat_id"])
            self._admit_topic(params)
        if method in _SENT_BY_TEXT:
            return self._send(params)
        handler = getattr(self, "_do_" + re.sub("([A-Z])", r"_\1", method).lower(), None)
        return handler(params) if handler else True

    def _admit(self, method: str, chat_id: Any) -> None:
        if self.limits and (
            seconds := self._flood.wait(chat_id, self.now(), method not in _NO_MESSAGES)
        ):
            raise Refused(f"Too Many Requests: retry after {seconds}", 429, seconds)
        if chat_id in self.blocked:
            raise Refused("Forbidden: bot was blocked by the user", 403)
        if chat_id in self.kicked:
            kind = "supergroup" if str(chat_id).startswith("-100") else "group"
            raise Refused(f"Forbidden: bot was kicked from the {kind} chat", 403)
        if chat_id in self.migrated:
            raise Refused(_UPGRADED, migrate_to=self.migrated[chat_id])
        if not isinstance(chat_id, int) or chat_id == 0:
            raise Refused("Bad Request: chat not found")
        if method.endswith("Draft") and chat_id < 0:
            raise Refused("Bad Request: drafts can be sent to private chats only")

    def _admit_topic(self, params: dict[str, Any]) -> None:
        """Only a forum has topics, and General is none that can be named."""
        topic, chat_id = params.get("message_thread_id"), params["chat_id"]
        if topic is not None and topic not in self.forums.get(chat_id, ()):
            raise Refused("Bad Request: message thread not found")
        if (chat_id, topic or 1) in self.closed_topics:
            raise Refused("Bad Request: TOPIC_CLOSED")

    def _send(self, params: dict[str, Any]) -> dict[str, Any]:
        media = next((kind for kind in MEDIA if kind in params), None)
        message_id = next(self._message_ids)
        message = Message(message_id, params["chat_id"], int(self.now()), params, media=media)
        if media:
            content = params[media]
            if isinstance(content, Upload):
                self._check_upload(media, content)
            stored = (
                self._stored(content.data)
                if isinstance(content, Upload)
                else {"file_id": str(content)}
            )
            message.file_id = stored["file_id"]
        self._sent[message_id] = self._by_chat[message.chat_id][message_id] = message
        return self._wire_message(message)

    def _check_upload(self, media: str, content: Upload) -> None:
        """Sizes, and whether a photo is one: Telegram makes it anew and cannot from anything
        else.
        """
        if not content.data:
            raise Refused("Bad Request: file must be non-empty")
        if len(content.data) > (_MOST_PHOTO if media == "photo" else _MOST_UP):
            raise Refused("Request Entity Too Large", 413)
        if media == "photo" and not content.data.startswith(
            (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")
        ):
            raise Refused("Bad Request: IMAGE_PROCESS_FAILED")

    def _editable(self, params: dict[str, Any]) -> Message:
        message = self._sent.get(params.get("message_id", 0))
        if message is None or message.chat_id != params.get("chat_id"):
            raise Refused("Bad Request: message to edit not found")
        return message

    def _edited(self, message: Message, params: dict[str, Any]) -> dict[str, Any]:
        before, old = message.content(), message.params
        message.params = params
        if message.content() == before:
            message.params = old
            raise Refused(_NOT_MODIFIED)
        message.edits += 1
        return self._wire_message(message)

    def _do_edit_message_text(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(params)
        if ("text" in params) == ("rich_message" in params):
            raise Refused("Bad Request: message text is empty")
        if message.media:
            raise Refused("Bad Request: there is no text in the message to edit")
        return self._edited(message, params)

    def _do_edit_message_caption(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(params)
        if not message.media:
            raise Refused("Bad Request: there is no caption in the message to edit")
        return self._edited(message, params)

    def _do_edit_message_reply_markup(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(params)
        rest = {key: value for key, value in message.params.items() if key != "reply_markup"}
        markup = params.get("reply_markup")
        return self._edited(message, rest | ({"reply_markup": markup} if markup else {}))

    def _do_set_message_reaction(self, params: dict[str, Any]) -> bool:
        message = self._sent.get(params["message_id"])
        if message is None or message.chat_id != params["chat_id"]:
            raise Refused("Bad Request: message to react not found")
        if params["chat_id"] in self.without_reactions:
            raise Refused("Bad Request: REACTION_INVALID")
        if len(params.get("reaction", ())) > 1:
            raise Refused("Bad Request: REACTIONS_TOO_MANY")
        own = self.reactions.setdefault(message.message_id, {})
        own.pop(self.bot["id"], None)
        for each in params.get("reaction", ()):
            own[self.bot["id"]] = each["emoji"]
        return True

    def _do_delete_message(self, params: dict[str, Any]) -> bool:
        message = self._sent.get(params["message_id"])
        if message is None or message.chat_id != params["chat_id"]:
            raise Refused("Bad Request: message to delete not found")
        del self._sent[message.message_id], self._by_chat[message.chat_id][message.message_id]
        return True

    def _do_answer_callback_query(self, params: dict[str, Any]) -> bool:
        pressed_at = self._queries.pop(params["callback_query_id"], None)
        if pressed_at is None or self.now() - pressed_at > _ANSWER_SECONDS:
            raise Refused(_STALE)
        return True

    def _do_answer_inline_query(self, params: dict[str, Any]) -> bool:
        asked_at = self._queries.get(
            params["inline_query_id"]
        )  # answering again is allowed while it is fresh
        if asked_at is None or self.now() - asked_at > _ANSWER_SECONDS:
            raise Refused(_STALE)
        self.offered[params["inline_query_id"]] = params
        return True

    def _do_get_me(self, params: dict[str, Any]) -> dict[str, Any]:
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        return self.bot | dict.fromkeys(abilities, False) | {"supports_inline_queries": True}

    def _do_get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        file_id = params["file_id"]
        if file_id not in self.files:
            raise Refused("Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[file_id]) > _MOST_DOWN:
            raise Refused("Bad Request: file is too big")
        name = {"file_path": f"documents/{file_id}", "file_unique_id": f"u-{file_id}"}
        return {"file_id": file_id, "file_size": len(self.files[file_id])} | name

    def _scope(self, params: dict[str, Any]) -> tuple[str, str]:
        scope = json.dumps(params.get("scope", {"type": "default"}), sort_keys=True)
        return scope, params.get("language_code", "")

    def _do_set_my_commands(self, params: dict[str, Any]) -> bool:
        self.commands[self._scope(params)] = params["commands"]
        return True

    def _do_get_my_commands(self, params: dict[str, Any]) -> list[dict[str, str]]:
        return self.commands.get(self._scope(params), [])

    def _do_delete_my_commands(self, params: dict[str, Any]) -> bool:
        self.commands.pop(self._scope(params), None)
        return True

    # ---- webhook

    def _do_set_webhook(self, params: dict[str, Any]) -> bool:
        url = params["url"]
        if url and not re.match(r"https://|http://(?:127\.0\.0\.1|localhost)[:/]", url):
            raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if params.get("drop_pending_updates"):
            self.updates.clear()
        self._allowed = params.get("allowed_updates", self._allowed)
        self.webhook = {"max_connections": 40} | params if url else {}
        if self._poller is not None and not self._poller.done():
            self._poller.set_result("conflict")
        return True

    def _do_delete_webhook(self, params: dict[str, Any]) -> bool:
        return self._do_set_webhook({"url": "", **params})

    def _do_get_webhook_info(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": self.pending_updates,
            **({"max_connections": self.webhook["max_connections"]} if self.webhook else {}),
            **({"allowed_updates": self._allowed} if self._allowed else {}),
            **self._courier.last_error,
        }
