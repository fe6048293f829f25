"""The demo desk in a browser of this machine, beside its terminal, which does not wait for it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING

from bot.web.live import Live
from bot.web.settings import WebSettings
from domain.staff import StaffId

if TYPE_CHECKING:
    from bot.parts import RunningDesk

MOST_TRIED = 20
"""Ports that are tried, one after the other."""
BACKLOG = 64


def first_free(settings: WebSettings) -> socket.socket | None:
    """The configured port of this machine, else the next that nobody has; None where there is
    none.
    """
    for port in range(settings.http_port, settings.http_port + MOST_TRIED):
        with suppress(OSError, OverflowError):
            return socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    return None


def address_of(listening: socket.socket) -> str:
    """What a browser opens."""
    host, port = listening.getsockname()
    return f"http://{host}:{port}/"


@asynccontextmanager
async def demo_pages(
    running: "Callable[[], RunningDesk]",
    live: Live,
    listening: socket.socket,
    person: StaffId,
) -> AsyncIterator[None]:
    """The pages are served while this lasts; everybody who opens them is this person."""
    serving = asyncio.ensure_future(_serve(running, live, listening, person))
    try:
        yield
    finally:
        serving.cancel()
        live.end()
        with suppress(asyncio.CancelledError):
            await serving


async def _serve(
    running: "Callable[[], RunningDesk]",
    live: Live,
    listening: socket.socket,
    person: StaffId,
) -> None:
    # What the pages are made with takes a moment to load, which who never opens them is spared.
    await _asked(listening)
    loaded = await asyncio.to_thread(import_module, "bot.web.demo_server")
    await loaded.serve(running(), live, listening, person)


async def _asked(listening: socket.socket) -> None:
    """Until somebody knocks, who then waits for that moment."""
    loop = asyncio.get_running_loop()
    knocked = asyncio.Event()
    loop.add_reader(listening, knocked.set)
    try:
        await knocked.wait()
    finally:
        loop.remove_reader(listening)
