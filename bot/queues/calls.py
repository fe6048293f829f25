"""Notes of the calls that are being made, beside the store: what a kill leaves of them is known.

The store says of a message that it is being sent from the moment of its decision on, and that it
was sent a little later than that happened. These notes tell what came to be in between. They cost
no wait, since they need not outlast the machine: a file that is written and not synced is kept by
the operating system when this process is killed. After a power cut there are none to be believed;
then the message is in doubt, as it is without them.
"""

import errno
import fcntl
import os
import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from bot.log import get_logger, where

NOTE = re.compile("([pba])([0-9a-f-]{36})")
"""A line: how far a call came, and its message's id."""
BOOT = Path("/proc/sys/kernel/random/boot_id")
"""Tells one start of the machine from the next."""
LONGEST = 1 << 18
"""Bytes after which a file of notes is written anew, without what is settled."""

log = get_logger()


class Call(StrEnum):
    """How far a call came."""

    PREPARED = "p"
    """Its message may be in the store as being sent; no call was made."""

    BEGUN = "b"
    ACCEPTED = "a"


class CallNotes:
    """The notes of one process: a file of its own in `folder`; None = nothing is noted."""

    def __init__(self, folder: Path | None, owner: str) -> None:
        self._folder = folder
        self._kind, _, self._name = owner.partition(":")
        self._file: int | None = None
        self._size = 0
        self._longest = LONGEST
        self._is_cut = False
        """Whether the last line of the file was not written to its end."""
        self._calls: dict[str, Call] = {}
        self._boot = _this_boot()

    def of(self, message: UUID) -> Call | None:
        """How far the call of this message came, in this process or one that is gone; None where
        nobody knows.
        """
        return self._calls.get(str(message))

    def note(self, message: UUID, call: Call) -> bool:
        """Note how far this message's call came: before it is made, and at once when it was.

        False where the notes may now say less than that.
        """
        self._calls[str(message)] = call
        return self._write([(str(message), call)])

    def note_begun(self, message: UUID) -> None:
        """Note that a call is made again of which there are notes."""
        if str(message) in self._calls:
            self.note(message, Call.BEGUN)

    def settled(self, messages: Iterable[UUID]) -> None:
        """The store knows as much by now."""
        for message in messages:
            self._calls.pop(str(message), None)
        if self._size > self._longest:
            self._write_anew()

    def keep(self, messages: Collection[str]) -> None:
        """Forget what is noted of any other message."""
        self._calls = {known: call for known, call in self._calls.items() if known in messages}

    def take_over(self) -> None:
        """Take over the notes of processes of this kind that are gone."""
        if self._folder is None or not self._boot:
            return
        for path in sorted(self._folder.glob(f"calls-{self._kind}-*")):
            try:
                self._take_over(path)
            except OSError as error:
                log.warning("notes of calls not read", **where(error))

    def _take_over(self, path: Path) -> None:
        with path.open("r+b") as file:
            try:
                # The lock of a process that is gone is free.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            boot, *lines = file.read().decode("ascii", "replace").split("\n")
            if boot == self._boot:
                # A line that was cut off is of a call that was not made.
                self._write(self._read(lines[:-1]))
            path.unlink(missing_ok=True)

    def _read(self, lines: Iterable[str]) -> list[tuple[str, Call]]:
        found = []
        steps = [None, *Call]
        for note in filter(None, map(NOTE.fullmatch, lines)):
            call = Call(note[1])
            message = note[2]
            # Several processes may have had to do with it: who came furthest knows most.
            if steps.index(self._calls.get(message)) < steps.index(call):
                self._calls[message] = call
                found.append((message, call))
        return found

    def close(self) -> None:
        """End the notes; what is not settled stays for the next process."""
        if self._file is None:
            return
        if not self._calls:
            self._path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = None

    @property
    def _path(self) -> Path:
        assert self._folder is not None
        return self._folder / f"calls-{self._kind}-{self._name}"

    def _write(self, notes: Iterable[tuple[str, Call]]) -> bool:
        """Whether all of it is in the file, as far as there is to be one."""
        if self._folder is None or not self._boot:
            return True
        try:
            if self._file is None:
                self._file = self._opened(self._path, ())
            # A line that was cut off is not to take this one along.
            start = "\n" if self._is_cut else ""
            text = start + _lines(notes)
            written = os.write(self._file, text.encode("ascii"))
        except OSError as error:
            # Without notes there is more doubt, and nothing else amiss.
            log.warning("calls not noted", **where(error))
            return False
        self._size += written
        self._is_cut = written < len(text)
        return not self._is_cut

    def _opened(self, path: Path, notes: Iterable[tuple[str, Call]]) -> int:
        """A new file of ours with these notes; OSError where it does not take all of them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"{self._boot}\n{_lines(notes)}"
        file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(file, text.encode("ascii")) < len(text):
                raise OSError(errno.ENOSPC, "cut short")
        except OSError:
            os.close(file)
            raise
        self._size = len(text)
        self._is_cut = False
        return file

    def _write_anew(self) -> None:
        """The same file with what is not settled alone; where that fails, it goes on as it is."""
        if self._file is None:
            return
        old = self._file
        anew = self._path.with_suffix(".new")
        try:
            self._file = self._opened(anew, self._calls.items())
            anew.replace(self._path)
            os.close(old)
        except OSError as error:
            log.warning("calls not noted", **where(error))
        # Not again with each message, however much of it is not settled.
        self._longest = max(LONGEST, 2 * self._size)


def _lines(notes: Iterable[tuple[str, Call]]) -> str:
    return "".join(f"{call}{message}\n" for message, call in notes)


def _this_boot() -> str:
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        # Where the machine does not say so, no notes are believed.
        return ""


def believed_notes(folder: Path) -> list[tuple[str, bytes]]:
    """By the names of their files the notes of this start of the machine, without its name: for a
    backup.
    """
    begins = _this_boot().encode("ascii") + b"\n"
    found: list[tuple[str, bytes]] = []
    for path in sorted(folder.glob("calls-*")):
        notes = path.read_bytes()
        if notes.startswith(begins):
            found.append((path.name, notes.removeprefix(begins)))
    return found


def restore_notes(folder: Path, name: str, notes: bytes) -> None:
    """Notes of a backup, as if this start of the machine had made them."""
    (folder / name).write_bytes(_this_boot().encode("ascii") + b"\n" + notes)
