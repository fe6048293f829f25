"""What the desk keeps is for its owner alone: what it makes, and what was there before."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.settings import Settings
from store.opening import sqlite_path

FOLDERS = ("files", "erasures", "backups", "calls")
"""In the data folder."""
OTHERS = 0o077
BESIDE = ("", "-wal", "-shm")
"""Behind the name of the database's file."""


def make_private(settings: Settings) -> None:
    """Nobody else reads or writes what is made from here on, nor what an earlier start made."""
    os.umask(OTHERS)
    for path in _kept(settings):
        _close(path)


def _kept(settings: Settings) -> Iterator[Path]:
    """What is there of it, a folder last."""
    database = sqlite_path(settings.database_url)
    if database is not None:
        yield from (database.with_name(f"{database.name}{end}") for end in BESIDE)
    yield from settings.data_dir.glob("secret.key")
    for pattern in ("*.json", "calls-*", "demo.db*"):
        yield from settings.data_dir.glob(pattern)
    for name in FOLDERS:
        folder = settings.data_dir / name
        # Once it is closed, whatever is within was made by who closed it.
        if folder.is_dir() and folder.stat().st_mode & OTHERS:
            yield from folder.rglob("*")
            yield folder


def _close(path: Path) -> None:
    # A file of somebody else's is not the desk's to close, and what vanishes needs no closing.
    with suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            path.chmod(mode & ~OTHERS)
