"""A SQLite file is served by one process at a time: who serves it holds a lock beside it."""

import fcntl
import os
from pathlib import Path


def take_lock(path: Path) -> int | None:
    """The lock of a database's file, to be closed in the end; None where another process has it."""
    # By its real path: under two names it is one desk.
    beside = path.resolve().with_suffix(".lock")
    beside.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(beside, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
