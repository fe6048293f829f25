"""The places where a desk keeps things: room on their disks, and whether the database's file is
still the one that was opened.
"""

import os
import stat
from pathlib import Path

from domain.reach.health import Room

GONE = "its file is gone"
REPLACED = "its file is not the one that was opened"
READ_ONLY = "its file is read-only"
LOG_GONE = "its write-ahead log is gone"
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class DatabaseFile:
    """A SQLite file as it was when it was opened.

    It is asked for by name alone: a file that is opened and closed here would take SQLite's locks
    with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._file = _identity(path)
        self._log_file = _identity(self._log)

    def damage(self) -> str:
        """What is wrong with it, "" where nothing is."""
        found = _identity(self.path)
        if found is None:
            return GONE
        if found != self._file:
            return REPLACED
        if not self.path.stat().st_mode & WRITABLE:
            return READ_ONLY
        return self._log_damage()

    def _log_damage(self) -> str:
        """Whatever is written into a log without a name is lost with the process."""
        found = _identity(self._log)
        if self._log_file is None:
            # It is made with the first write.
            self._log_file = found
        return "" if found == self._log_file else LOG_GONE


def _identity(path: Path) -> tuple[int, int] | None:
    """By what a file is known, whatever it is called; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def room_at(path: Path) -> Room:
    """What is left where this lies; nothing where no more files may be made, or nothing may be
    written.
    """
    found = os.statvfs(path)
    total = found.f_blocks * found.f_frsize
    is_shut = bool(found.f_flag & os.ST_RDONLY) or (found.f_files > 0 and found.f_favail == 0)
    free = 0 if is_shut else found.f_bavail * found.f_frsize
    return Room(free, total)
