"""Counts what a desk does that is the same on every machine: statements, commits, changes of
thread, compiled patterns, calls.
"""

import os
import random
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import aiosqlite
import asyncpg
import regex

ROOT = Path(__file__).parents[2]
OURS = tuple(
    f"{ROOT / room}{os.sep}" for room in ("bot", "domain", "handlers", "scheduler", "store")
)
"""Where the code stands whose calls are counted."""
BEGINNINGS = ("BEGIN", "START TRANSACTION")
ROUND_TRIPS = {"bind", "bind_execute", "bind_execute_many", "execute", "prepare", "query"}
"""What asyncpg's protocol asks the server, and waits for."""
INLINED = {"<listcomp>", "<dictcomp>", "<setcomp>"}
"""What newer Pythons do where it stands, and older ones call."""
SEED = 2569


@dataclass(slots=True)
class Tally:
    """What was counted so far.

    `statements` are those that read or write, one for each row of `executemany`; `hops` are changes
    to a thread of SQLite's, on PostgreSQL the round trips; `calls` are those that our code makes
    and those that it gets.
    """

    statements: int = 0
    commits: int = 0
    hops: int = 0
    compiled: int = 0
    calls: int = 0

    def statement(self, sql: str) -> None:
        """One statement that begins to run."""
        words = sql.lstrip().upper()
        if words.startswith("COMMIT"):
            self.commits += 1
        # What triggers and full-text tables do within a statement comes as a comment.
        elif not words.startswith(("--", *BEGINNINGS)):
            self.statements += 1

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """For sys.setprofile: a call of ours, and what ours calls of Python's or C's."""
        if frame.f_code.co_name in INLINED and event == "call":
            return
        caller = frame if event == "c_call" else frame.f_back
        if event in {"call", "c_call"} and (_is_ours(frame) or _is_ours(caller)):
            self.calls += 1


def _is_ours(frame: FrameType | None) -> bool:
    return frame is not None and _has_ours(frame.f_code.co_filename)


@cache
def _has_ours(file: str) -> bool:
    return file.startswith(OURS)


@contextmanager
def counting(tally: Tally) -> Iterator[None]:
    """Count what this process does but its calls, in databases that are opened meanwhile."""
    with ExitStack() as stack:
        stack.enter_context(_replaced(sqlite3, "connect", _sqlite_connect(tally)))
        stack.enter_context(_replaced(aiosqlite.Connection, "_execute", _hop(tally)))
        stack.enter_context(_replaced(asyncpg, "create_pool", _create_pool(tally)))
        for module in (re._compiler, regex._regex):
            stack.enter_context(_replaced(module, "compile", _compile(tally, module.compile)))
        yield


@contextmanager
def counting_calls(tally: Tally) -> Iterator[None]:
    """Count the calls of this thread, and of those that begin meanwhile: it makes all of them slow."""
    threading.setprofile(tally.profile)
    sys.setprofile(tally.profile)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@contextmanager
def _replaced(place: Any, name: str, what: object) -> Iterator[None]:
    before = getattr(place, name)
    setattr(place, name, what)
    try:
        yield
    finally:
        setattr(place, name, before)


def _sqlite_connect(tally: Tally) -> Callable[..., sqlite3.Connection]:
    connect = sqlite3.connect

    def counted(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(tally.statement)
        # What is written is told by the length of the log, which must not be cut meanwhile.
        connection.execute("PRAGMA wal_autocheckpoint=0")
        return connection

    return counted


def _hop(tally: Tally) -> Callable[..., Any]:
    hop: Callable[..., Any] = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *arguments: Any, **options: Any) -> Any:
        tally.hops += 1
        return await hop(self, *arguments, **options)

    return counted


def _compile(tally: Tally, compile_: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*arguments: Any, **options: Any) -> Any:
        tally.compiled += 1
        return compile_(*arguments, **options)

    return counted


def _create_pool(tally: Tally) -> Callable[..., Any]:
    create_pool = asyncpg.create_pool

    class Protocol:
        """asyncpg's own, whose questions to the server are counted."""

        def __init__(self, protocol: Any) -> None:
            self._protocol = protocol

        def __getattr__(self, name: str) -> Any:
            found = getattr(self._protocol, name)
            if name not in ROUND_TRIPS:
                return found

            def counted(*arguments: Any, **options: Any) -> Any:
                tally.hops += 1
                if name == "query":
                    tally.statement(arguments[0])
                elif name != "prepare":
                    tally.statements += 1
                return found(*arguments, **options)

            return counted

    class Connection(asyncpg.Connection):
        """asyncpg's own, over that protocol."""

        def __init__(self, protocol: Any, *arguments: Any, **options: Any) -> None:
            super().__init__(Protocol(protocol), *arguments, **options)

    def counted(*arguments: Any, **options: Any) -> Any:
        return create_pool(*arguments, connection_class=Connection, **options)

    return counted


@contextmanager
def same_dice() -> Iterator[None]:
    """Each thread throws its own dice, the same ones in every run: into which page of an index a
    random key falls is then no matter of luck.
    """
    dice = threading.local()

    def throw(size: int) -> bytes:
        if not hasattr(dice, "rng"):
            dice.rng = random.Random(f"{SEED} {threading.current_thread().name}")
        thrown: bytes = dice.rng.randbytes(size)
        return thrown

    with _replaced(os, "urandom", throw), _replaced(random, "_urandom", throw):
        yield
