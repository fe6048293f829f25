"""What a connection may take before its request is known: time, room and a place among the others.
uvicorn bounds none of it.
"""

import asyncio
from itertools import chain
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from domain.reach.strangers import CONNECTIONS, HEAD_BYTES, HEADERS, REQUEST_SECONDS

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\n"
    b"connection: close\r\n\r\n"
)


class TooLarge(Exception):
    """The headers of a request are more than anybody needs."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's reading of a connection, within the bounds of `domain.reach.strangers`."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.since = self.loop.time()
        """Since when it waits, for a request or for the rest of one."""
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_bytes = 0
        self._is_too_large = False

    @property
    def waits(self) -> bool:
        """Whether a request is still to come, or to be whole."""
        if self.cycle is None or self._deadline is not None:
            return True
        return self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_deadline()
        if len(self.connections) > CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_deadline()
        super().connection_lost(exc)

    def _make_room(self) -> None:
        """Whoever has waited longest with a request that is not there goes; else the newest."""
        others = cast("set[LimitedProtocol]", self.connections)
        waiting = [each for each in others if each.waits]
        oldest = min(waiting, key=lambda each: each.since)
        self.connections.discard(oldest)
        oldest.transport.abort()

    def _begin_deadline(self) -> None:
        self.since = self.loop.time()
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._deadline is None:
            # Whatever comes after a request is another one, or nothing that anybody needs.
            self._begin_deadline()
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._begin_deadline()

    def send_400_response(self, msg: str) -> None:
        if self._is_too_large:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self.transport.write(TOO_LARGE)
        self.transport.close()

    def on_headers_complete(self) -> None:
        self._in_head = False
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers)))
        self._is_too_large = size > HEAD_BYTES or len(self.headers) > HEADERS
        if self._is_too_large:
            raise TooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._end_deadline()
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.since = self.loop.time()
        super().on_response_complete()
