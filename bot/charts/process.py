"""The process that draws: started when a chart is wanted, asked one at a time, ended when it is
idle or hangs.
"""

import asyncio
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from bot.charts.drawing import DRAWN, HEAD
from bot.log import get_logger
from domain.charts import Chart, chart_json
from handlers.desk import Drawn, NotDrawn
from handlers.messages import new_reference
from store.blobs import Blobs

COMMAND = (sys.executable, "-m", "bot.charts.drawing")
ROOT = Path(__file__).resolve().parents[2]
CHART_CACHE = "cache"
"""Folder of the data folder where matplotlib keeps its list of fonts; it makes it anew where it is
gone.
"""
LONGEST = 15.0
"""Seconds until a chart is given up, its turn included; a conversation's lease is longer."""
IDLE = 60.0
"""Seconds without a chart until the process ends: it holds 70 to 120 MB."""
LARGEST = 5_000_000
"""Bytes of a picture."""
REMEMBERED = 64

Child = subprocess.Popen[bytes]

log = get_logger()


class ChartProcess:
    """See `handlers.desk.Charts`. matplotlib would take half a second and 64 MB of the desk's own
    process.
    """

    def __init__(
        self,
        blobs: Blobs,
        cache: Path,
        command: Sequence[str] = COMMAND,
        *,
        longest: float = LONGEST,
        idle: float = IDLE,
    ) -> None:
        self._blobs = blobs
        self._cache = cache
        self._command = command
        self._longest = longest
        self._idle = idle
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._retiring: asyncio.Task[None] | None = None
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()

    async def draw(self, chart: Chart) -> Drawn:
        """A chart that was drawn before is the same picture; one that a handler decides afresh is
        here already.
        """
        wanted = chart_json(chart)
        known = self._drawn.get(wanted)
        if known is not None:
            there = await asyncio.to_thread(self._blobs.renew, known.sha256)
            if there:
                return known
        try:
            async with asyncio.timeout(self._longest), self._turn:
                picture = await self._ask(wanted.encode())
        except (TimeoutError, OSError, ValueError) as error:
            reference = new_reference()
            log.error(
                "chart not drawn",
                reference=reference,
                error=type(error).__name__,
                reason=_reason(error),
            )
            raise NotDrawn(reference) from None
        drawn = self._drawn[wanted] = await self._keep(picture)
        if len(self._drawn) > REMEMBERED:
            self._drawn.popitem(last=False)
        return drawn

    async def _ask(self, wanted: bytes) -> bytes:
        """One question and its answer; a child that did not answer in full is never asked again."""
        child = await self._running()
        answered = False
        try:
            kind, body = await asyncio.to_thread(_exchange, child, wanted)
            answered = True
        finally:
            if not answered:
                await self._end(child)
        self._rest = asyncio.get_running_loop().call_later(self._idle, self._retire, child)
        if kind != DRAWN:
            raise ChartError(body.decode("utf-8", "replace"))
        return body

    async def _running(self) -> Child:
        self._stay()
        if self._child is not None and self._child.poll() is not None:
            await self._end(self._child)
        if self._child is None:
            self._child = await asyncio.to_thread(self._start)
        return self._child

    def _start(self) -> Child:
        """In a thread, and by Popen: a loop's own way may copy the whole process's tables of pages
        while chats wait.
        """
        self._cache.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(  # noqa: S603 - our own module
            self._command,
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        """Nothing of the desk's settings; matplotlib keeps its list of fonts where the desk keeps
        its files.
        """
        others = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DESKBOT_", "MPL"))
        }
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return {
            **others,
            **threads,
            "MPLCONFIGDIR": str(self._cache.resolve()),
            "MPLBACKEND": "agg",
        }

    def _stay(self) -> None:
        if self._rest is not None:
            self._rest.cancel()

    def _retire(self, child: Child) -> None:
        self._retiring = asyncio.create_task(self._in_turn(child))

    async def _in_turn(self, child: Child) -> None:
        async with self._turn:
            await self._end(child)

    async def _end(self, child: Child) -> None:
        if self._child is child:
            self._child = None
        child.kill()
        await asyncio.to_thread(_finish, child)

    async def close(self) -> None:
        """End the process."""
        self._stay()
        if self._retiring is not None:
            await self._retiring
        if self._child is not None:
            await self._end(self._child)

    async def _keep(self, picture: bytes) -> Drawn:
        async def chunks() -> AsyncIterator[bytes]:
            yield picture

        part = await self._blobs.receive(chunks())
        await self._blobs.keep(part)
        return Drawn(part.sha256, part.size)


class ChartError(ValueError):
    """What the child said, or what is wrong with it: no words of a chart."""

    safe_text = True


def _exchange(child: Child, wanted: bytes) -> tuple[bytes, bytes]:
    """Waits as long as the child does: whoever loses patience ends the child, and with it the
    wait.
    """
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(len(wanted).to_bytes(4) + wanted)
    child.stdin.flush()
    head = child.stdout.read(HEAD.size)
    if len(head) < HEAD.size:
        raise ChartError("no answer")
    kind, size = HEAD.unpack(head)
    if size > LARGEST:
        raise ChartError("answer too long")
    body = child.stdout.read(size)
    if len(body) < size:
        raise ChartError("answer cut off")
    return kind, body


def _finish(child: Child) -> None:
    child.wait()
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):  # what was never read by a child that is gone
            if pipe is not None:
                pipe.close()


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, ChartError) else ""
