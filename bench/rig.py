"""The rig: fakes that note when they handed over and were answered, and programs as processes of
their own.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

import aiohttp
from aiohttp import web

from tests.fakes.line import FakeLine
from tests.fakes.telegram import SENDS, FakeTelegram
from tests.fakes.wire import Call

ROOT = Path(__file__).parents[1]
CORES = sorted(os.sched_getaffinity(0))
RIG_CORES = CORES[:-1] or CORES
PROGRAMS_CORES = CORES[-1:]
"""What is measured has the last core, the rig with its fakes has the others."""
PATIENCE = 60.0
"""Seconds after which a program that does not answer is broken, not slow."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A message that the program under test sent; `at` is when its request reached the fake."""

    at: float
    text: str


class TimedTelegram(FakeTelegram):
    """Telegram's fake; `handed_at` is when it last answered a getUpdates with updates in it."""

    def __init__(self) -> None:
        super().__init__(strict=False, clock=time.time)
        self.handed_at = 0.0
        self.polls = 0
        self.answers: SimpleQueue[Answer] = SimpleQueue()

    async def read(self, request: web.BaseRequest) -> Call:
        at = perf_counter()
        call = await super().read(request)
        if call.method in SENDS:
            words = call.params.get("text") or call.params["rich_message"]["html"]
            self.answers.put(Answer(at, str(words)))
        self.polls += call.method == "getUpdates"
        return call

    async def answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        response = await super().answer(request, call)
        if call.method == "getUpdates" and self.updates:
            self.handed_at = perf_counter()
        return response

    def next_answer(self) -> Answer:
        """The next message that the program sends; raises queue.Empty after PATIENCE."""
        return self.answers.get(timeout=PATIENCE)

    def ask(self, user: int, text: str) -> tuple[float, Answer]:
        """Seconds from the update handed over to the answer's arrival, and the answer."""
        self.say(user, text)
        answer = self.next_answer()
        return answer.at - self.handed_at, answer


class TimedLine(FakeLine):
    """LINE's fake with a client of its own that keeps its connections."""

    def __init__(self) -> None:
        super().__init__(strict=False, clock=time.time)
        self.handed_at = 0.0
        self.answers: SimpleQueue[Answer] = SimpleQueue()
        self._client: aiohttp.ClientSession

    async def opened(self) -> None:
        await super().opened()
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def closing(self) -> None:
        await self._client.close()
        await super().closing()

    async def read(self, request: web.BaseRequest) -> Call:
        at = perf_counter()
        call = await super().read(request)
        if call.method in ("reply", "push"):
            self.answers.put(Answer(at, str(call.params["messages"])))
        return call

    def next_answer(self) -> Answer:
        """The next message that the program sends; raises queue.Empty after PATIENCE."""
        return self.answers.get(timeout=PATIENCE)

    async def send(self, user: str, text: str) -> float:
        """Deliver a webhook request with one event; seconds until it was acknowledged."""
        body, headers = self.signed([self.text_event(user, text)])
        self.handed_at = handed_at = perf_counter()
        async with self._client.post(self.webhook_url, data=body, headers=headers) as response:
            await response.read()
        if response.status != 200:
            raise RuntimeError(f"webhook answered {response.status}")
        return perf_counter() - handed_at

    def start(self, user: str, text: str) -> "Future[float]":
        """`send` without waiting for it."""
        return asyncio.run_coroutine_threadsafe(self.send(user, text), self._loop)

    def ask(self, user: str, text: str) -> tuple[float, Answer]:
        """Seconds from the webhook request to the answer's arrival, and the answer."""
        acknowledged = self.start(user, text)
        answer = self.next_answer()
        acknowledged.result(PATIENCE)
        return answer.at - self.handed_at, answer

    async def paced(self, users: Sequence[str], text: str, rate: float) -> list[float]:
        """One webhook to each, `rate` a second whether or not the last one was acknowledged;
        seconds of each.
        """
        started_at = perf_counter()
        sent = []
        for n, user in enumerate(users):
            await asyncio.sleep(max(0.0, started_at + n / rate - perf_counter()))
            sent.append(asyncio.create_task(self.send(user, text)))
        return await asyncio.gather(*sent)

    async def flood(self, users: Sequence[str], text: str, each: int) -> None:
        """All people write at once, `each` times, the next time when the last one was
        acknowledged.
        """
        await asyncio.gather(*(self.in_a_row([user] * each, text) for user in users))

    async def in_a_row(self, users: Sequence[str], text: str) -> list[float]:
        """One webhook to each, the next as soon as the last one was acknowledged; seconds of
        each.
        """
        return [await self.send(user, text) for user in users]


@contextmanager
def on_cores(cores: Sequence[int]) -> Iterator[None]:
    """This thread, and the threads and processes that it starts meanwhile, have these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """A local port that nobody uses just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def http_status(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> int:
    """The status of one local HTTP request; 0 where nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body or None, dict(headers or {}))
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


class Program:
    """A program under test, in a process of its own, what it says going to `log`."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("DESKBOT_")}
        self._log = log
        with log.open("wb") as out, on_cores(PROGRAMS_CORES):
            self.started_at = perf_counter()
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**own, **environment},
                stdout=out,
                stderr=out,
            )

    def rss(self) -> float:
        """Resident memory in MB."""
        return self._status("VmRSS:") / 1000

    def most_rss(self) -> float:
        """The most resident memory so far in MB."""
        return self._status("VmHWM:") / 1000

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = next(line for line in status.splitlines() if line.startswith(name))
        return int(found.split()[1])

    def cpu_seconds(self) -> float:
        """Processor time used so far."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat")
            .read_text(encoding="ascii")
            .rpartition(") ")[2]
            .split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def said(self, words: str) -> int:
        """How often the program logged these words."""
        return self._log.read_text(encoding="utf-8", errors="replace").count(words)

    def must_be_sane(self) -> None:
        """RuntimeError where a desk failed on the way: then it was not measured."""
        for words in ("event failed", "store unavailable", "not sent yet", "message refused"):
            if self.said(words):
                raise RuntimeError(f"the desk logged: {words}")

    def wait(self, done: Callable[[], bool]) -> float:
        """Seconds from the process's start until `done`; RuntimeError where the program ended or
        never gets there.
        """
        until = perf_counter() + PATIENCE
        while not done():
            if self._process.poll() is not None or perf_counter() > until:
                raise RuntimeError(
                    f"the program did not get ready: {self._log.read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.002)
        return perf_counter() - self.started_at

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that is not enough."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
