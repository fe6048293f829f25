"""A SQLite desk's file, and whether it is still the one that was opened: what is written to one
without a name is lost with the process.
"""

import os
import stat
from pathlib import Path

PUT_BACK = "stop the desk and put it back, or restore a backup"
GONE = f"its file is gone: {PUT_BACK}"
REPLACED = f"its file is not the one that was opened: {PUT_BACK}, then start"
READ_ONLY = "its file is read-only: let the desk's user write to it"
LOG_GONE = "its write-ahead log is gone: stop the desk with SIGTERM, never kill it, and start it"
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class DatabaseFile:
    """A SQLite file as it was when it was opened.

    It is asked for by name alone: a file that is opened and closed here would take SQLite's locks
    with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._path = os.fspath(path)
        self._log = f"{self._path}-wal"
        self._file = _identity(_found(self._path))
        self._log_file = _identity(_found(self._log))
        self._kept: tuple[int, int, int, int] | None = None
        """What was found last where nothing was wrong."""

    def damage(self) -> str:
        """What is wrong with it, "" where nothing is."""
        found = _found(self._path)
        if found is None:
            return GONE
        if _identity(found) != self._file:
            return REPLACED
        if not found.st_mode & WRITABLE:
            return READ_ONLY
        return self._log_damage()

    def loses(self) -> str:
        """Why what is written now would be lost, "" where it would not be."""
        try:
            file = os.stat(self._path)  # noqa: PTH116 - before each COMMIT: pathlib takes its time
            log = os.stat(self._log)  # noqa: PTH116
        except OSError:
            return self._loses()
        found = (file.st_dev, file.st_ino, log.st_dev, log.st_ino)
        if found == self._kept:
            return ""
        loses = self._loses()
        if not loses:
            self._kept = found
        return loses

    def _loses(self) -> str:
        found = self.damage()
        return "" if found == READ_ONLY else found

    def _log_damage(self) -> str:
        """Whatever is written into a log without a name is lost with the process."""
        found = _identity(_found(self._log))
        if self._log_file is None:
            # It is made with the first write.
            self._log_file = found
        return "" if found == self._log_file else LOG_GONE


def _found(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - see above
    except OSError:
        return None


def _identity(found: os.stat_result | None) -> tuple[int, int] | None:
    """By what a file is known, whatever it is called; None where there is none."""
    if found is None:
        return None
    return found.st_dev, found.st_ino
