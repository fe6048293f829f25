"""A real HTTP server on a free local port, in a thread of its own, with scripted faults: under both
fakes.
"""

import asyncio
import json
import socket
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from io import BytesIO
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import BodyPartReader, web

from tests.fakes.clock import CLOCK, PATIENCE
from tests.fakes.schema import Issue

T = TypeVar("T")
_MAX_BODY = 60_000_000  # bytes; the largest upload that either platform takes is 50 MB


async def form_of(request: web.BaseRequest) -> dict[str, Any]:
    """The fields of a form; its files are read into memory, so that a caller who is killed leaves
    none open.
    """
    if request.content_type != "multipart/form-data":
        return dict(await request.post())
    fields: dict[str, Any] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        assert part.name
        content = bytes(await part.read(decode=True))
        if part.filename:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            fields[part.name] = web.FileField(
                part.name, part.filename, BytesIO(content), kind, part.headers
            )
        else:
            fields[part.name] = content.decode()
    return fields


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with this HTTP status. Without a body: the platform's own JSON error."""

    code: int
    body: str | bytes | None = None
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class DropBefore:
    """Close the connection without doing anything."""


@dataclass(frozen=True, slots=True)
class DropAfter:
    """Do what is asked, then close the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait before doing what is asked."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait until the test lets it go on, before doing what is asked."""

    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Now."""
        self.released.set()


@dataclass(frozen=True, slots=True)
class Hang:
    """Accept the request, do nothing, never answer."""


@dataclass(frozen=True, slots=True)
class Garbled:
    """Do what is asked, say yes, and answer with this in place of what belongs there; `cut` = as
    its first part.
    """

    body: bytes
    cut: bool = False


Fault = Status | DropBefore | DropAfter | Delay | Hold | Hang | Garbled


@dataclass(slots=True)
class Call:
    """One request as it arrived. `status` is the HTTP status answered, 0 while there is none (or
    for ever).
    """

    method: str
    params: dict[str, Any]
    at: float
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    status: int = 0


class WireServer:
    """Thread, socket, faults, the list of calls. A platform fills in `read`, `answer` and `error`.

    All public methods are plain and thread-safe, and those that wait block: next to a bot in the
    same event loop call them with asyncio.to_thread."""

    def __init__(
        self, *, strict: bool = True, clock: Callable[[], float] = CLOCK.timestamp
    ) -> None:
        self.strict = strict
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.lock = threading.Condition(threading.RLock())
        self._clock = clock
        self._ahead = 0.0
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._loop: asyncio.AbstractEventLoop
        self._http: web.Server
        self._listener: asyncio.Server | None = None
        self._socket = _bound(0)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    # ---- for the platforms

    async def read(self, request: web.BaseRequest) -> Call:
        """Name and parameters of a request."""
        raise NotImplementedError

    async def answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        """Do what is asked."""
        raise NotImplementedError

    def error(self, fault: Status) -> web.Response:
        """The platform's own error answer with that status."""
        raise NotImplementedError

    async def opened(self) -> None:
        """Called in the server's loop before the first request."""

    async def closing(self) -> None:
        """Called in the server's loop after the last one."""

    # ---- life

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name=type(self).__name__, daemon=True
        )
        self._thread.start()
        ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.submit(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._socket.close()

    def _run(self, ready: threading.Event) -> None:
        self._loop = _new_loop()
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _start(self) -> None:
        self._http = web.Server(self._handle, handler_cancellation=True, request_factory=_request)
        await self.opened()
        await self._listen()

    async def _stop(self) -> None:
        await self._refuse()
        await self.closing()
        await self._http.shutdown(0)
        mine = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not mine]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = await self._loop.create_server(self._http, sock=self._socket)

    async def _refuse(self) -> None:
        """Stop listening and cut all connections, but keep the port (bound, not listening:
        refused).
        """
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        for connection in list(self._http.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)
        self._socket.close()
        self._socket = _bound(self.port)

    def submit(self, work: Coroutine[Any, Any, T], timeout: float = PATIENCE) -> T:
        """Run a coroutine in the server's loop and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    # ---- for tests

    def down(self) -> None:
        """Refuse connections (the process is gone, its state is kept)."""
        self.submit(self._refuse())

    def up(self) -> None:
        """Listen again, on the same port."""
        self.submit(self._listen())

    def fail(self, method: str, *faults: Fault) -> None:
        """One fault for each of the next calls of the method; "*" is any method without a fault of
        its own.
        """
        with self.lock:
            self._faults[method].extend(faults)

    def calm(self) -> None:
        """No more faults."""
        with self.lock:
            self._faults.clear()

    def now(self) -> float:
        """The fake's clock, in seconds since the epoch."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the fake's clock forward; queries, tokens and keys grow old, long polls do not."""
        self._ahead += seconds

    def wait_for(self, predicate: Callable[[], T], timeout: float = PATIENCE) -> T:
        """The first true value of the predicate, which is tried again as each call starts and ends.

        Raises TimeoutError.
        """
        with self.lock:
            value = self.lock.wait_for(predicate, timeout)
            if not value:
                last = ", ".join(f"{call.method} {call.status}" for call in self.calls[-12:])
                raise TimeoutError(
                    f"not within {timeout} s; last calls: {last or 'none'}; {self.violations}"
                )
            return value

    # ---- the way of a request

    def violated(self, call: Call, issues: list[Issue]) -> None:
        """Note what no client may send."""
        self.violations.extend(f"{call.method}: {issue.path}: {issue.message}" for issue in issues)

    def _take_fault(self, method: str) -> Fault | None:
        for key in (method, "*"):
            if self._faults.get(key):
                return self._faults[key].popleft()
        return None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        call = await self.read(request)
        with self.lock:
            self.calls.append(call)
            self.lock.notify_all()
            fault = self._take_fault(call.method) if self._faults else None
        if isinstance(fault, Hang):
            await asyncio.get_running_loop().create_future()
        if isinstance(fault, Delay):
            await asyncio.sleep(fault.seconds)
        if isinstance(fault, Hold):
            await asyncio.to_thread(fault.released.wait, PATIENCE)
        response: web.StreamResponse = web.Response()
        if isinstance(fault, Status):
            response = self._scripted(fault)
        elif not isinstance(fault, DropBefore):
            response = await self.answer(request, call)
        if isinstance(fault, Garbled):
            response = await _garbled(request, response, fault)
        dropped = isinstance(fault, DropBefore | DropAfter) or (
            isinstance(fault, Garbled) and fault.cut
        )
        with self.lock:
            call.status = 0 if dropped else response.status
            self.lock.notify_all()
        if dropped and request.transport is not None:
            request.transport.close()
        return response

    def _scripted(self, fault: Status) -> web.Response:
        if fault.body is None:
            return self.error(fault)
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        kind = "application/json" if body[:1] == b"{" else "text/html"
        return web.Response(status=fault.code, body=body, content_type=kind)


async def _garbled(
    request: web.BaseRequest, response: web.StreamResponse, fault: Garbled
) -> web.StreamResponse:
    """The answer with another body; one that is cut says that more would come."""
    garbled = web.StreamResponse(
        status=response.status, headers={"Content-Type": "application/json"}
    )
    garbled.headers.update(
        {name: value for name, value in response.headers.items() if name.startswith("x-")}
    )
    garbled.content_length = len(fault.body) + (100 if fault.cut else 0)
    await garbled.prepare(request)
    await garbled.write(fault.body)
    if not fault.cut:
        await garbled.write_eof()
    return garbled


def json_response(
    body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A JSON answer in compact UTF-8."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    return web.Response(status=status, body=raw, content_type="application/json", headers=headers)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=_MAX_BODY
    )


def _bound(port: int) -> socket.socket:
    """A bound socket that does not listen yet: the port is ours, connections are refused."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    return sock


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()
