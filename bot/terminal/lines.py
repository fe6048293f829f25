"""What is typed at a terminal, line by line: with editing, history and completion where a person
sits, as it comes where a script is read.
"""

import asyncio
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.shortcuts import CompleteStyle

PROMPT = FormattedText([("ansigreen", "› ")])
WORD = re.compile(r"\S+$")
BLOCK = 65_536
"""Bytes read at once."""


class Lines(Protocol):
    """Where typed lines come from."""

    async def next(self) -> str | None:
        """The next line, which may hold line breaks; None at the end, Ctrl-C or Ctrl-D."""
        ...

    def shown(self) -> AbstractContextManager[object]:
        """Within it, what is printed does not tear what is being typed."""
        ...


def open_lines(words: Callable[[], Sequence[str]]) -> Lines:
    """The lines of standard input; `words` are what may be completed now."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return TypedLines(words)
    return ReadLines()


class TypedLines:
    """A person types: arrows edit, Up brings back, Tab completes, Alt+Enter begins a new line.

    What was typed is remembered until the end of the process only: it may be about people."""

    def __init__(self, words: Callable[[], Sequence[str]]) -> None:
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            completer=_Words(words),
            complete_style=CompleteStyle.READLINE_LIKE,
            complete_while_typing=False,
            key_bindings=_keys(),
        )

    async def next(self) -> str | None:
        """See `Lines`."""
        try:
            return await self._session.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """See `Lines`. What is typed while an answer is awaited waits for the next prompt."""
        with patch_stdout(raw=True), self._session.input.raw_mode():
            yield


class _Words(Completer):
    """Completes the word before the cursor."""

    def __init__(self, words: Callable[[], Sequence[str]]) -> None:
        self._words = words

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """The words that begin as this one does."""
        begun = WORD.search(document.text_before_cursor)
        if begun is None:
            return
        start = begun[0].lower()
        for word in self._words():
            if word.lower().startswith(start):
                yield Completion(word, -len(start))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


class ReadLines:
    """Standard input as it comes, in a thread of its own; Ctrl-C ends it, too."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        with suppress(NotImplementedError):  # no signal handlers on Windows' loops
            self._loop.add_signal_handler(signal.SIGINT, self._lines.put_nowait, None)
        threading.Thread(target=_read_lines, args=(self._put,), daemon=True).start()

    async def next(self) -> str | None:
        """See `Lines`."""
        return await self._lines.get()

    def shown(self) -> AbstractContextManager[object]:
        """See `Lines`."""
        return nullcontext()

    def _put(self, line: str | None) -> None:
        self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _read_lines(put: Callable[[str | None], None]) -> None:
    """Give every line of standard input to `put`, then None. Unbuffered, so that exiting never
    waits for it.
    """
    rest = b""
    while block := os.read(0, BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            put(line.decode("utf-8", "replace").rstrip("\r"))
    if rest:
        put(rest.decode("utf-8", "replace"))
    put(None)
