"""One person's chat in a terminal: a line is committed, answered, and the next one read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from bot.terminal.adapter import TerminalAdapter
from bot.terminal.lines import Lines, ReadLines, open_lines
from domain.text import clean
from handlers.registry import COMMANDS
from store.chat import inbox
from store.engine.database import Database, StoreUnavailable

QUIT = "/quit"
FILE = "/file"
TICK_SECONDS = 2.0

Doing: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class TerminalChat:
    """Whoever sits at the terminal, and the desk that answers.

    `wake` tells it of an event, `idle` waits until all is answered; `meanwhile` is done again and
    again while nothing is typed; `own` words are done here and not by the desk."""

    adapter: TerminalAdapter
    db: Database
    owner: str
    wake: Callable[[inbox.Woken], None]
    idle: Doing
    clock: Callable[[], datetime]
    meanwhile: Doing | None = None
    own: Mapping[str, Doing] = field(default_factory=dict)

    async def run(self) -> None:
        """Until the end of the input, /quit or Ctrl-C.

        What is due rings between two answers, never within one, and a script whose lines are all
        there already meets none."""
        lines = open_lines(self._words)
        with lines.shown():
            while (line := await self._next(lines)) is not None:
                if clean(line) == QUIT:
                    return
                await self._answer(line, echo=isinstance(lines, ReadLines))

    async def _next(self, lines: Lines) -> str | None:
        typed = asyncio.ensure_future(lines.next())
        while True:
            done, _waiting = await asyncio.wait({typed}, timeout=TICK_SECONDS)
            if done:
                return typed.result()
            if self.meanwhile is not None:
                with suppress(StoreUnavailable):  # what is due waits until the store is back
                    await self.meanwhile()
                await self.idle()

    async def _answer(self, line: str, *, echo: bool) -> None:
        said = clean(line)
        if not said:
            return
        if echo:
            self.adapter.console.print(f"› {line}", style="green", markup=False)
        self.adapter.begin_answer()
        if own := self.own.get(said.lower()):
            await own()
        else:
            now = self.clock()
            event = self.adapter.event(line, now)
            self.wake(await inbox.receive(self.db, [event], self.owner, now))
        await self.idle()

    def _words(self) -> list[str]:
        """What may be completed: commands, and the codes and numbers that were shown."""
        commands = [f"/{name}" for name in sorted(COMMANDS)]
        return [*commands, FILE, QUIT, *self.own, *self.adapter.shown]
