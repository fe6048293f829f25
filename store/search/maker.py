"""A process that makes segments of the search's index, so that the desk has its own to itself.

It is asked over its input and answers on its output: each message has its length before it. A list
of words with their counts is answered with nothing, an empty message with the segment that they
make. Asked who it is, it names the rules by which it makes them: they are not the desk's where
files were changed under a running desk. It ends with its input, and so never outlives the desk."""

import json
import os
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from store.search.segment import SegmentMaker, made_by

ROOT = Path(__file__).parents[2]
GENTLE = 10
"""How much later than others the process has its turn."""
_LENGTH_SIZE = 8
_WHO = b"who"
"""Asks for `made_by`."""


class MakerFailed(Exception):
    """The process ended without an answer."""

    safe_text = True


class MakerProcess:
    """One such process, for as long as the `async with` lasts."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        # In a thread: the event loop's own way would hold it up for the size of the whole process.
        self._process = await to_thread(_start)
        try:
            await self._agree()
        except BaseException:
            self._end()
            raise
        return self

    async def _agree(self) -> None:
        answer = await self._ask(_WHO)
        if answer.decode() != made_by():
            raise MakerFailed("made by other rules")

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # What it was not told any more is no loss.
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    async def add(self, words: Sequence[tuple[str, int]]) -> None:
        """Words of the segment, and of how many customers each is."""
        await self._ask(json.dumps(words).encode())

    async def made(self) -> bytes:
        """The segment of all words that were added since the last one."""
        return await self._ask(b"")

    async def _ask(self, message: bytes) -> bytes:
        if self._process is None:
            raise MakerFailed("not started")
        return await to_thread(_exchange, self._process, message)


def _start() -> "subprocess.Popen[bytes]":
    # Nothing of the desk's settings: the process needs to find this package, and on Windows itself.
    environment = {"PYTHONPATH": str(ROOT), "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    try:
        return subprocess.Popen(  # noqa: S603 - this Python, and this module
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            # Ctrl+C is for the desk, which ends this process itself.
            start_new_session=True,
        )
    except OSError as error:
        raise MakerFailed(type(error).__name__) from error


def _exchange(process: "subprocess.Popen[bytes]", message: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise MakerFailed("no pipes")
    try:
        _write(process.stdin, message)
        answer = _read(process.stdout)
    except OSError as error:
        raise MakerFailed(type(error).__name__) from error
    if answer is None:
        raise MakerFailed(f"exit code {process.poll()}")
    return answer


def _write(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(_LENGTH_SIZE, "big"))
    pipe.write(message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    """The next message, None where the other side is gone."""
    size = pipe.read(_LENGTH_SIZE)
    if len(size) < _LENGTH_SIZE:
        return None
    length = int.from_bytes(size, "big")
    message = pipe.read(length)
    if len(message) < length:
        return None
    return message


def main() -> None:
    """Answer until nobody asks."""
    if hasattr(os, "nice"):
        os.nice(GENTLE)
    asked = sys.stdin.buffer
    answers = sys.stdout.buffer
    # Who asked may be gone before the answer is ready.
    with suppress(BrokenPipeError):
        _answer_all(asked, answers)
    # Nothing is left to be written out, and the pipe may be gone.
    os._exit(0)


def _answer_all(asked: IO[bytes], answers: IO[bytes]) -> None:
    maker = SegmentMaker()
    while (message := _read(asked)) is not None:
        if message == _WHO:
            _write(answers, made_by().encode())
        elif message:
            maker.add(json.loads(message))
            _write(answers, b"")
        else:
            _write(answers, maker.made())
            maker = SegmentMaker()


if __name__ == "__main__":
    main()
