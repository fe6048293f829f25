"""The terminal: a person types, cards and lists are drawn with rich, buttons are pressed as #1,
#2.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as RichText

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
from store.chat.inbox import Event
from store.chat.outbox import Message

CHUNK = 1 << 16
PRESS = re.compile(r"#(\d{1,3})")
FILE = re.compile(
    r"""/file\s+(?:(?P<quote>["'])(?P<quoted>.+?)(?P=quote)|(?P<plain>\S+))(?P<caption>\s.*)?"""
)
"""A file of this computer is sent with its path, and perhaps some words."""
NUMBER = re.compile(r"\bC\d+\b|\bR\d{10}\b")
"""Of a customer or a ticket."""
MOST_SHOWN = 500
"""Numbers that can be completed: those shown last."""


class TerminalAdapter:
    """See `bot.platform.Adapter`. The chat is the user's own name; there is one a process.

    `for_all` = it takes what is for others, too, and shows it to nobody: a demo's staff sit at no
    terminal."""

    platform = Platform.TERMINAL

    def __init__(
        self,
        console: Console | None = None,
        blobs: Blobs | None = None,
        user: str = "",
        *,
        for_all: bool = False,
    ) -> None:
        self._blobs = blobs
        self._for_all = for_all
        self.user = user
        self.shown: dict[str, None] = {}
        self.console = console or Console(highlight=False, soft_wrap=False)
        self._tokens: list[str] = []
        self._answered = False

    def begin_answer(self) -> None:
        """What is shown from now on answers the line that was typed: its buttons are `#1` on."""
        self._answered = False

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
        """Only its user's: what is somebody else's waits for their terminal, unless nobody sits
        there.
        """
        return self._for_all or chat == self.user

    async def pace(self, chat: str) -> None:
        """A terminal takes as much as it is given."""

    async def show_busy(self, chat: str) -> None:
        """Say that it takes a little longer."""
        self.console.print("…", style="dim")

    async def deliver(self, message: Message) -> Delivery:
        """Draw it. An answer's buttons are numbered anew; those of what nobody asked for come
        behind, so that no number changes its meaning between reading and typing.
        """
        if self._for_all and message.chat != self.user:
            return Sent()
        reply = reply_from_json(message.payload)
        if not self._answered:
            self._tokens = []
            self._answered = True
        self._remember(message.payload)
        for part in reply.parts:
            self.console.print(self._drawn(part))
        return Sent()

    def _remember(self, payload: str) -> None:
        """Note the numbers that stand in it, the latest ones last."""
        for number in NUMBER.findall(payload):
            self.shown.pop(number, None)
            self.shown[number] = None
        for number in list(self.shown)[:-MOST_SHOWN]:
            del self.shown[number]

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

    def event(self, line: str, now: datetime) -> Event:
        """A typed line as an inbox row; `#2` is the second button of the last answer, any other
        text is text.
        """
        raw = json.dumps(self._told(line))
        order = int(now.timestamp() * 1_000_000)
        return Event(
            self.platform,
            uuid4().hex,
            f"terminal:{self.user}",
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
    if card.facts:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for fact in card.facts:
            table.add_row(RichText(fact.label), RichText(fact.value))
        inside.append(table)
    if card.note:
        inside.append(RichText(card.note, style="yellow"))
    title = RichText(card.title, style="bold")
    return Panel(Group(*inside, *below), title=title, title_align="left")
