"""A desk that serves and is asked something again and again, while something goes on beside it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from types import TracebackType
from typing import Self

from bench.operate.place import PEOPLE, environment_of
from bench.programs import TELEGRAM_USERS
from bench.report import percentile
from bench.rig import (
    RIG_CORES,
    ROOT,
    Program,
    TimedTelegram,
    free_port,
    http_status,
    on_cores,
)
from bench.search.watched import NOTES

EVERY = 0.1
"""Seconds from one question to the next."""
CODE = "C100000"


@dataclass(slots=True)
class Beside:
    """How long answers took, in milliseconds, how late the loop was at most, and how long by its
    own processor time.
    """

    answers: list[float] = field(default_factory=list)
    late: float = 0.0
    held: float = 0.0

    @property
    def told(self) -> str:
        """For a row."""
        p50 = percentile(self.answers, 50)
        p95 = percentile(self.answers, 95)
        loop = f"loop held {self.held:.0f} ms at most (late {self.late:.0f})"
        return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, {loop}"


class ServingDesk:
    """The desk on Telegram's fake, in a process of its own, which notes how long its loop is
    held.
    """

    def __init__(self, folder: Path) -> None:
        self._holds = folder / "holds.txt"
        self._telegram = TimedTelegram()
        self._folder = folder

    def __enter__(self) -> Self:
        self._telegram.__enter__()
        port = free_port()
        settings = environment_of(self._folder) | {
            "DESKBOT_TELEGRAM_TOKEN": self._telegram.token,
            "DESKBOT_TELEGRAM_API_URL": self._telegram.url,
            "DESKBOT_HTTP_PORT": str(port),
            NOTES: str(self._holds),
        }
        log = self._folder / "desk.log"
        self._program = Program(["-m", "bench.search.watched"], settings, log)
        self._program.wait(lambda: http_status(port, "GET", "/readyz") == 200)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.stop()
        self._telegram.__exit__(kind, error, trace)

    def asked_for(self, seconds: float) -> Beside:
        """Ask for so long."""
        return self.asked_while(lambda: sleep(seconds))

    def asked_while(self, work: Callable[[], object]) -> Beside:
        """Ask for as long as the work takes."""
        beside = Beside()
        done = threading.Event()
        since = perf_counter()
        asking = threading.Thread(target=self._ask, args=(beside, done))
        asking.start()
        try:
            work()
        finally:
            done.set()
            asking.join()
        beside.late, beside.held = self._held_since(since)
        return beside

    def _ask(self, beside: Beside, done: threading.Event) -> None:
        while not done.is_set():
            user = TELEGRAM_USERS[len(beside.answers) % PEOPLE]
            seconds, answer = self._telegram.ask(user, CODE)
            if CODE not in answer.text:
                raise RuntimeError(f"not the answer expected: {answer.text[:200]}")
            beside.answers.append(seconds * 1000)
            sleep(EVERY)

    def _held_since(self, since: float) -> tuple[float, float]:
        """By the clock, and by the processor, in milliseconds."""
        lines = self._holds.read_text(encoding="ascii").splitlines()
        noted = [tuple(map(float, line.split())) for line in lines]
        held = [(late, worked) for at, late, worked in noted if at >= since]
        if not held:
            return 0.0, 0.0
        return max(late for late, _ in held), max(worked for _, worked in held)


def run_program(words: Sequence[str], settings: dict[str, str] | None = None) -> float:
    """Seconds that a program takes; RuntimeError where it fails."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("DESKBOT_")}
    began = perf_counter()
    with on_cores(RIG_CORES):
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=own | (settings or {}),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{words[-2:]}: {done.stderr[-500:]}")
    return perf_counter() - began


def run_verb(folder: Path, *words: str) -> float:
    """Seconds that `run_bot.py` takes with these words, on the desk in this folder."""
    return run_program([sys.executable, "run_bot.py", *words], environment_of(folder))
