"""What stands in the pages of a SQLite file and belongs to no row: the room between the rows of a
page, in which moving them leaves copies, and pages that are free. See the file format of SQLite,
"B-tree pages" and "The freelist".
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from

MAGIC = b"SQLite format 3\0"
_FILE_HEADER = 100
_LARGEST_PAGE = 65_536
_PAGE_SIZE = 16
"""Where the header says how long a page is."""
_FREE_LIST = 32
"""Where the header names the first page of the list of free ones."""
_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""By the kind of a page of rows how long its header is."""
_SHORTEST = 4
"""Fewer bytes say nothing."""
CHUNK = 1 << 20


def leftovers(file: Path) -> Iterator[bytes]:
    """All of it, some at a time, and whole files that are no database."""
    if not file.exists() or not file.stat().st_size:
        return
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        some: list[bytes] = []
        size = 0
        for piece in _pieces(content):
            some.append(piece)
            size += len(piece)
            if size >= CHUNK:
                yield b"\n".join(some)
                some = []
                size = 0
        yield b"\n".join(some)


def _pieces(content: mmap.mmap) -> Iterator[bytes]:
    if content[:16] != MAGIC:
        yield content[:]
        return
    (size,) = unpack_from(">H", content, _PAGE_SIZE)
    if size == 1:
        # It does not fit there.
        size = _LARGEST_PAGE
    free = set(_free_pages(content, size))
    for number in range(len(content) // size):
        start = number * size
        if number in free:
            yield content[start : start + size].strip(b"\0")
        else:
            yield from _rooms(content, start, size)


def _rooms(content: mmap.mmap, start: int, size: int) -> Iterator[bytes]:
    """Between the rows of a page; all of a page that has no rows of its own."""
    header = start
    if start == 0:
        header = _FILE_HEADER
    kind, free, rows, first = unpack_from(">BHHH", content, header)
    if kind not in _HEADERS:
        end = start + size
        yield content[start:end].strip(b"\0")
        return
    begins = header + _HEADERS[kind] + 2 * rows
    ends = start + (first or _LARGEST_PAGE)
    room = content[begins:ends].strip(b"\0")
    if len(room) >= _SHORTEST:
        yield room
    yield from _freed(content, start, free, size)


def _freed(content: mmap.mmap, start: int, free: int, size: int) -> Iterator[bytes]:
    """What rows left that were taken out of a page."""
    while 0 < free <= size - _SHORTEST:
        begins = start + free
        following, length = unpack_from(">HH", content, begins)
        ends = begins + length
        room = content[begins + _SHORTEST : ends].strip(b"\0")
        if len(room) >= _SHORTEST:
            yield room
        if following <= free:
            return
        free = following


def _free_pages(content: mmap.mmap, size: int) -> Iterator[int]:
    """The pages that nothing uses, counted from 0; what is written meanwhile may lead nowhere."""
    pages = len(content) // size
    seen: set[int] = set()
    (trunk,) = unpack_from(">I", content, _FREE_LIST)
    while 0 < trunk <= pages and trunk not in seen:
        seen.add(trunk)
        start = (trunk - 1) * size
        following, count = unpack_from(">II", content, start)
        yield trunk - 1
        most = size // 4 - 2
        listed = min(count, most)
        for each in unpack_from(f">{listed}I", content, start + 8):
            yield each - 1
        trunk = following
