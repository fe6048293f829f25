"""HTTP for python-telegram-bot over aiohttp, telling what was surely not accepted from what perhaps
was.

Several times quicker than the library's own transport, and the one place that sees Telegram's raw
answers."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from telegram.error import BadRequest, NetworkError
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.web.answers import body_of, is_yes, object_of, within

CONNECT = 5.0
ANSWER = 15.0
UPLOAD = 24.0
"""Seconds to connect, to wait for an answer, and for one to a file that is sent."""

CHUNK = 1 << 16
JSON_HEADERS = {"Content-Type": "application/json"}
TAKEN = b'{"ok":true,"result":true}'


class NotAccepted(NetworkError):
    """Telegram surely did not take the call: no connection, or it said so."""

    safe_text = True


class PerhapsAccepted(NetworkError):
    """The connection broke, or a gateway answered: Telegram may have taken the call."""

    safe_text = True


class TelegramRequest(BaseRequest):
    """See `telegram.request.BaseRequest`."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return ANSWER

    async def initialize(self) -> None:
        """Open the connection pool."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=15)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """One call; raises NotAccepted or PerhapsAccepted where there is no answer to read."""
        files = request_data is not None and bool(request_data.multipart_data)
        seconds = UPLOAD if files else ANSWER
        status, body = await self.call(url, seconds, **_body(request_data))
        if is_yes(status) and _is_message(url):
            return _outcome(body, named=_is_text(url))
        return status, body

    async def say(self, url: str, params: Mapping[str, Any]) -> str:
        """One call of a message's, as it stands; returns what Telegram calls the message, "" where
        it does not say; raises the library's errors.

        The library's own way would first make objects of all of it, and then read them out again.
        """
        parameters = [RequestParameter(name, value, None) for name, value in params.items()]
        result = await self.post(url, RequestData(parameters))
        return "" if result is True else str(result)

    async def call(self, url: str, seconds: float = ANSWER, **kwargs: Any) -> tuple[int, bytes]:
        """POST and read the whole answer."""
        await self.initialize()
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=seconds)
        try:
            async with self._session.post(url, timeout=timeout, **kwargs) as response:
                body = await body_of(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotAccepted(type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise PerhapsAccepted(type(error).__name__) from None
        if response.status >= 500:
            # Telegram's own error is a plain no; a gateway's page says nothing about what happened
            # behind it.
            kind = NotAccepted if _is_refusal(body) else PerhapsAccepted
            raise kind(f"status {response.status}")
        return response.status, body

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """GET a file piece by piece; raises NotAccepted, and BadRequest where it is not there."""
        await self.initialize()
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=ANSWER)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status == 404:
                    raise BadRequest("file not found")
                if response.status != 200:
                    raise NotAccepted(f"status {response.status}")
                async for chunk in response.content.iter_chunked(CHUNK):
                    yield chunk
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NotAccepted(type(error).__name__) from None


def _body(request_data: RequestData | None) -> dict[str, Any]:
    """What the library wants sent, with its files, as aiohttp takes it."""
    if request_data is None:
        return {}
    files = request_data.multipart_data
    if not files:
        # As a form each Thai letter would be nine signs, each of them made by Python.
        return {"data": json.dumps(request_data.parameters).encode(), "headers": JSON_HEADERS}
    # Telegram shows a quoted name as it stands: %E0%B9%81…
    form = aiohttp.FormData(request_data.json_parameters, quote_fields=False)
    for name, (filename, content, mime) in files.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}


def _is_refusal(body: bytes) -> bool:
    """Whether Telegram itself says no, in so many words."""
    return within(object_of(body), "ok") is False


def _is_message(url: str) -> bool:
    """Whether the call puts something into a chat: then all that matters is that Telegram took
    it.
    """
    method = url.rpartition("/")[2]
    return method.startswith(("send", "edit", "answer"))


def _is_text(url: str) -> bool:
    """Whether it is a text, whose id is kept: it can be changed later."""
    return url.endswith(("/sendMessage", "/sendRichMessage", "/editMessageText"))


def _outcome(body: bytes, *, named: bool = False) -> tuple[int, bytes]:
    """Tells whether an answer of 2xx means that the call was taken, as status and body.

    It was, unless Telegram itself says no in so many words; whatever else the answer says, the
    library gets nothing to stumble on. `named` = the message's id is the result, where it is told.
    """
    if not _is_refusal(body):
        return 200, _taken(body) if named else TAKEN
    code = within(object_of(body), "error_code")
    if isinstance(code, int) and 400 <= code < 600:
        return code, body
    return 400, body


def _taken(body: bytes) -> bytes:
    number = within(object_of(body), "result", "message_id")
    if type(number) is not int:
        return TAKEN
    return json.dumps({"ok": True, "result": number}).encode()
