"""The places where a desk keeps things: room on their disks."""

import os
from pathlib import Path

from domain.reach.health import Room


def room_at(path: Path) -> Room:
    """What is left where this lies; nothing where no more files may be made, or nothing may be
    written.
    """
    found = os.statvfs(path)
    total = found.f_blocks * found.f_frsize
    is_shut = bool(found.f_flag & os.ST_RDONLY) or (found.f_files > 0 and found.f_favail == 0)
    free = 0 if is_shut else found.f_bavail * found.f_frsize
    return Room(free, total)
