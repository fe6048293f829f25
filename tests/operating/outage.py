"""People who type on while a database fails: what they brought, how it was taken, and what became of it."""

import asyncio
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from store.opening import Opening, open_database
from tests.e2e.harness import OFFICERS, SAVED, DeskProcess, eventually, one_line
from tests.fakes.line import FakeLine

TAKEN = (200, 503)
"""What a webhook is answered: it is kept, or to be brought again."""
LATEST = 60.0
"""Seconds within which all is well again after the end of an outage."""


class Load:
    """Officers who open tickets on LINE one after another; LINE brings again what was not taken."""

    def __init__(
        self, desk: DeskProcess, line: FakeLine, *, every: float = 0.1, first: int = 0
    ) -> None:
        """`every` = seconds between two tickets; `first` = the number of the first."""
        self._first = first
        self._desk = desk
        self._line = line
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.missed: list[str] = []
        self.brought: list[str] = []
        self.statuses: Counter[int] = Counter()

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self._say()
            self._bring_again()

    def _say(self) -> None:
        number = self._first + len(self.brought)
        details = f"ล่ม {number:04}"
        event = self._line.text_event(OFFICERS[number % len(OFFICERS)].line, one_line(details))
        self.brought.append(details)
        self._note(self._line.events([event]).status, event["webhookEventId"])

    def _bring_again(self) -> None:
        for event_id in self.missed[:3]:
            self.missed.remove(event_id)
            self._note(self._line.redeliver(event_id).status, event_id)

    def _note(self, status: int, event_id: str) -> None:
        self.statuses[status] += 1
        if status != 200:
            self.missed.append(event_id)

    def wait_for(self, more: int) -> None:
        """Until so many more were brought."""
        until = len(self.brought) + more
        eventually(lambda: len(self.brought) >= until, f"{until} brought", LATEST)

    def settle(self) -> None:
        """Everything was taken, handled once and answered once, and nothing was called failed."""
        self._stopping.set()
        self._thread.join()
        end = time.monotonic() + LATEST
        while self.missed:
            self._bring_again()
            assert time.monotonic() < end, (self.statuses, self._desk.stderr()[-3000:])
        url = self._desk.settings["DATABASE_URL"]
        look: Callable[[], bool] = lambda: rows(url, WAITING) == [0]  # noqa: E731
        try:
            eventually(look, "all handled and sent", LATEST)
        finally:
            states = rows(url, STATES)
        assert set(states) == {"done"}, (states, self.statuses)
        told = rows(url, "SELECT details AS found FROM tickets ORDER BY details")
        assert told == self.brought, Counter(told) - Counter(self.brought)
        texts = [
            message.text
            for officer in OFFICERS
            for message in self._line.messages(officer.line)
            if SAVED in message.text
        ]
        answers = Counter(details for text in texts for details in self.brought if details in text)
        # A call that was cut off from its record may be repeated, and says so.
        assert set(answers) == set(self.brought)
        self.repeated = sum(answers.values()) - len(answers)


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A disk of its own, with so much room; skips the test where none can be mounted."""
    folder = Path(mkdtemp(prefix="deskbot-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def fill_disk(folder: Path) -> None:
    """Nothing more goes onto it until the file `other` goes."""
    with (folder / "other").open("wb", buffering=0) as other, suppress(OSError):
        while other.write(b"x" * 4096):
            pass


WAITING = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') "
    "+ (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')) AS found"
)
STATES = "SELECT state AS found FROM inbox"


def rows(url: str, sql: str) -> list[object]:
    """The column `found`, looked at beside the desk."""

    async def look() -> list[object]:
        db = await open_database(url, opening=Opening.LOOK)
        try:
            return [row["found"] for row in await db.fetch(sql)]
        finally:
            await db.close()

    return asyncio.run(look())
