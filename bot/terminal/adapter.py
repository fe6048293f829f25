"""The terminal: a person types, cards and lists are drawn with rich, buttons are pressed as #1,
#2.
"""

import asyncio
import json
import os
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as RichText

from bot.clock import Clock
from bot.platform import Delivery, Sent
from domain.errors import NotFound
from domain.staff import Platform
from domain.text import clean
from handlers.chat import (
    Attachment,
    Body,
    Card,
    Choice,
    Document,
    Incoming,
    Paragraph,
    Press,
    Reply,
    Text,
    buttons_of,
    reply_from_json,
    reply_to_json,
)
from store.blobs import Blobs
from store.chat import inbox
from store.chat.inbox import Event
from store.chat.outbox import Message
from store.engine.database import Database, StoreUnavailable

QUIT = "/quit"
TICK_SECONDS = 2.0
CHUNK = 1 << 16
PRESS = re.compile(r"#(\d{1,3})")
FILE = re.compile(
    r"""/file\s+(?:(?P<quote>["'])(?P<quoted>.+?)(?P=quote)|(?P<plain>\S+))(?P<caption>\s.*)?"""
)
"""A file of this computer is sent with its path, and perhaps some words."""


class TerminalAdapter:
    """See `bot.platform.Adapter`. The chat is the user's own name; there is one a process."""

    platform = Platform.TERMINAL

    def __init__(
        self, console: Console | None = None, blobs: Blobs | None = None, user: str = ""
    ) -> None:
        self._blobs = blobs
        self.user = user
        self.prompted = False
        self.console = console or Console(highlight=False, soft_wrap=False)
        self._tokens: list[str] = []

    def parse(self, event: Event) -> Incoming:
        """The line as the desk sees it."""
        data = json.loads(event.raw)
        user = event.conversation.partition(":")[2]
        body: Body
        if "file" in data:
            path = Path(data["file"]).expanduser()
            body = Attachment(
                "document", str(path), path.name, caption=data["caption"], message=event.event_id
            )
        else:
            body = Press(data["press"]) if "press" in data else Text(data["text"])
        return Incoming(event.event_id, event.came_at, self.platform, user, True, user, body)

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """The whole reply is one drawing."""
        return [reply_to_json(reply)]

    def serves(self, chat: str) -> bool:
        """Only its user's: what is somebody else's waits for their terminal."""
        return chat == self.user

    async def pace(self, chat: str) -> None:
        """A terminal takes as much as it is given."""

    async def show_busy(self, chat: str) -> None:
        """Say that it takes a little longer."""
        self.console.print("…", style="dim")

    async def deliver(self, message: Message) -> Delivery:
        """Draw it; its buttons are numbered anew and the earlier ones are forgotten."""
        reply = reply_from_json(message.payload)
        if self.prompted:
            # Something that nobody asked for, on the line where the user may be typing.
            self.console.print()
            self.prompted = False
        self._tokens = [button.token for part in reply.parts for button in buttons_of(part)]
        number = 0
        for part in reply.parts:
            buttons = buttons_of(part)
            labels = [f"#{number + n} {button.label}" for n, button in enumerate(buttons, 1)]
            number += len(buttons)
            self.console.print(
                self._draw_file(part, labels) if isinstance(part, Document) else _draw(part, labels)
            )
        return Sent()

    def _draw_file(self, file: Document, labels: list[str]) -> Group:
        """Where the bytes lie: whoever sits here may copy them."""
        path = str(self._blobs.path(file.sha256).resolve()) if self._blobs else file.no_link
        below = [RichText(label, style="bold cyan") for label in labels]
        return Group(RichText(file.caption), RichText(path, style="dim", overflow="fold"), *below)

    async def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """From this computer's disk, with the rights of whoever sits here."""
        try:
            file = await asyncio.to_thread(_open, Path(attachment.reference))
            with file:
                while chunk := await asyncio.to_thread(file.read, CHUNK):
                    yield chunk
        except OSError:
            raise NotFound("file_missing") from None

    def event(self, user: str, line: str, now: datetime) -> Event:
        """A typed line as an inbox row; `#2` is the second button of the last answer, any other
        text is text.
        """
        match = PRESS.fullmatch(clean(line))
        if match:
            n = int(match.group(1))
            token = self._tokens[n - 1] if 0 < n <= len(self._tokens) else "?"
            raw = json.dumps({"press": token})
        elif sent := FILE.fullmatch(line.strip()):
            raw = json.dumps(
                {
                    "file": sent["quoted"] or sent["plain"],
                    "caption": (sent["caption"] or "").strip(),
                }
            )
        else:
            raw = json.dumps({"text": line})
        order = int(now.timestamp() * 1_000_000)
        return Event(self.platform, uuid4().hex, f"terminal:{user}", order, raw)


def _open(path: Path) -> BinaryIO:
    """Devices and pipes may never end."""
    if not path.is_file():
        raise FileNotFoundError
    return path.open("rb")


def _draw(part: Paragraph | Card | Choice, labels: list[str]) -> Panel | Group:
    """One part of a reply."""
    below = [RichText(label, style="bold cyan") for label in labels]
    if isinstance(part, Card):
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for label, value in part.fields:
            table.add_row(RichText(label), RichText(value))
        note = [RichText(part.note, style="yellow")] if part.note else []
        inner = Group(*([table] if part.fields else []), *note, *below)
        return Panel(inner, title=RichText(part.title, style="bold"), title_align="left")
    if isinstance(part, Choice):
        return Group(RichText(part.question, style="bold"), *below)
    return Group(RichText(part.text), *below)


def _read_lines(put: Callable[[str | None], None]) -> None:
    """Give every line of standard input to `put`, then None. Unbuffered, so that exiting never
    waits for it.
    """
    rest = b""
    while block := os.read(0, 65_536):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            put(line.decode("utf-8", "replace").rstrip("\r"))
    if rest:
        put(rest.decode("utf-8", "replace"))
    put(None)


async def chat(
    adapter: TerminalAdapter,
    db: Database,
    owner: str,
    user: str,
    wake: Callable[[list[str]], None],
    idle: Callable[[], Awaitable[None]],
    tick: Callable[[], Awaitable[object]],
    clock: Clock,
) -> None:
    """Read a line, commit it, wait for its answer; until the end of the input, /quit or Ctrl-C.

    While nothing is typed, what is due is done: so a reminder rings between two answers, never
    within one, and a script whose lines are all there already meets none."""
    interactive = sys.stdin.isatty()
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def put(line: str | None) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    with suppress(NotImplementedError):  # no signal handlers on Windows' loops
        loop.add_signal_handler(signal.SIGINT, lines.put_nowait, None)
    threading.Thread(target=_read_lines, args=(put,), daemon=True).start()
    while True:
        if interactive and not adapter.prompted:
            adapter.console.print("› ", end="", style="green")
            adapter.prompted = True
        try:
            line = await asyncio.wait_for(lines.get(), TICK_SECONDS)
        except TimeoutError:
            with suppress(StoreUnavailable):  # what is due waits until the store is back
                await tick()
            await idle()
            continue
        adapter.prompted = False
        if line is None or clean(line) == QUIT:
            return
        if not clean(line):
            continue
        if not interactive:
            adapter.console.print(f"› {line}", style="green", markup=False)
        now = clock()
        wake(await inbox.receive(db, [adapter.event(user, line, now)], owner, now))
        await idle()
