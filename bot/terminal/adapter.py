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
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from rich.console import Console, Group, RenderableType
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
    ReplyPart,
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
        user = event.conversation.partition(":")[2]
        return Incoming(
            id=event.event_id,
            at=event.came_at,
            platform=self.platform,
            chat=user,
            private=True,
            who=user,
            body=_body(event, json.loads(event.raw)),
        )

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
        self._tokens = []
        for part in reply.parts:
            self.console.print(self._drawn(part))
        return Sent()

    def _drawn(self, part: ReplyPart) -> Panel | Group:
        """One part of a reply, its buttons below it with their numbers."""
        below = []
        for button in buttons_of(part):
            self._tokens.append(button.token)
            label = f"#{len(self._tokens)} {button.label}"
            below.append(RichText(label, style="bold cyan"))
        match part:
            case Document():
                return self._file(part, below)
            case Card():
                return _card(part, below)
            case Choice():
                return Group(RichText(part.question, style="bold"), *below)
            case Paragraph():
                return Group(RichText(part.text), *below)

    def _file(self, file: Document, below: Sequence[RichText]) -> Group:
        """Where the bytes lie: whoever sits here may copy them."""
        path = file.no_link
        if self._blobs is not None:
            path = str(self._blobs.path(file.sha256).resolve())
        place = RichText(path, style="dim", overflow="fold")
        return Group(RichText(file.caption), place, *below)

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
        raw = json.dumps(self._told(line))
        order = int(now.timestamp() * 1_000_000)
        return Event(
            self.platform,
            uuid4().hex,
            f"terminal:{user}",
            order,
            raw,
        )

    def _told(self, line: str) -> dict[str, str]:
        """What a line is: a press, a file, or text."""
        if press := PRESS.fullmatch(clean(line)):
            return {"press": self._token(int(press[1]))}
        if sent := FILE.fullmatch(line.strip()):
            path = sent["quoted"] or sent["plain"]
            return {"file": path, "caption": (sent["caption"] or "").strip()}
        return {"text": line}

    def _token(self, number: int) -> str:
        """The button's; "?" where no button has this number, which the desk refuses."""
        if not 0 < number <= len(self._tokens):
            return "?"
        return self._tokens[number - 1]


def _body(event: Event, told: dict[str, str]) -> Body:
    if "press" in told:
        return Press(told["press"])
    if "file" not in told:
        return Text(told["text"])
    path = Path(told["file"]).expanduser()
    return Attachment(
        "document",
        reference=str(path),
        name=path.name,
        caption=told["caption"],
        message=event.event_id,
    )


def _open(path: Path) -> BinaryIO:
    """Devices and pipes may never end."""
    if not path.is_file():
        raise FileNotFoundError
    return path.open("rb")


def _card(card: Card, below: Sequence[RichText]) -> Panel:
    inside: list[RenderableType] = []
    if card.fields:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for label, value in card.fields:
            table.add_row(RichText(label), RichText(value))
        inside.append(table)
    if card.note:
        inside.append(RichText(card.note, style="yellow"))
    title = RichText(card.title, style="bold")
    return Panel(Group(*inside, *below), title=title, title_align="left")


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
    wake: Callable[[inbox.Woken], None],
    idle: Callable[[], Awaitable[None]],
    tick: Callable[[], Awaitable[object]],
    clock: Clock,
) -> None:
    """Read a line, commit it, wait for its answer; until the end of the input, /quit or Ctrl-C.

    While nothing is typed, what is due is done: so a reminder rings between two answers, never
    within one, and a script whose lines are all there already meets none."""
    interactive = sys.stdin.isatty()
    lines = _lines_typed()
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
        event = adapter.event(user, line, now)
        wake(await inbox.receive(db, [event], owner, now))
        await idle()


def _lines_typed() -> "asyncio.Queue[str | None]":
    """Standard input line by line, then None; Ctrl-C ends it, too."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def put(line: str | None) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    with suppress(NotImplementedError):  # no signal handlers on Windows' loops
        loop.add_signal_handler(signal.SIGINT, lines.put_nowait, None)
    threading.Thread(target=_read_lines, args=(put,), daemon=True).start()
    return lines
