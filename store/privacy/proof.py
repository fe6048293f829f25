"""Looks through the bytes of a database's files for what should be nowhere in them, in a process of
its own: a file of SQLite's that is opened and closed in the desk's would lose the desk its locks.

SQLite writes over what is deleted, but not over what it left behind where it moved rows from one
page to another; only VACUUM ends that, and it is seldom needed."""

import json
import os
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from domain.customers.marks import MarkFinder, PersonMarks, find_marks, national_digits

ROOT = Path(__file__).parents[2]
GENTLE = 10
"""How much later than others the process has its turn."""
CHUNK = 1 << 24
AROUND = 600
"""Bytes before and behind a part of a mark in which the whole of it stands."""
SHORTEST_WORD = 4
LAST_DIGITS = 4
_THAI_ZERO = 0x0E50
FOUND = 3
"""The exit code where something was found."""


async def is_in_files(
    files: Sequence[Path],
    marks: PersonMarks,
    words: Iterable[str],
) -> bool:
    """Whether a mark, or one of these words that nobody has any more, stands in these bytes; True
    where that could not be found out, too.
    """
    asked = {
        "files": [str(file) for file in files],
        "marks": {name: sorted(some) for name, some in asdict(marks).items()},
        "words": [word for word in words if len(word) >= SHORTEST_WORD],
    }
    code = await to_thread(_ask, json.dumps(asked).encode())
    return code != 0


def _ask(asked: bytes) -> int:
    environment = {"PYTHONPATH": str(ROOT), "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    done = subprocess.run(  # noqa: S603 - this Python, and this module
        [sys.executable, "-m", __name__],
        input=asked,
        env=environment,
        check=False,
        start_new_session=True,
    )
    return done.returncode


def main() -> int:
    """Answer what standard input asks by the exit code."""
    if hasattr(os, "nice"):
        os.nice(GENTLE)
    asked = json.loads(sys.stdin.buffer.read())
    given = asked["marks"]
    marks = PersonMarks(**{name: frozenset(some) for name, some in given.items()})
    finder = find_marks(marks)
    words = [word.encode() for word in asked["words"]]
    parts = [*dict.fromkeys(_parts(marks))]
    found = any(
        _stands_in(chunk, words, parts, finder)
        for file in asked["files"]
        for chunk in _chunks(Path(file))
    )
    return FOUND if found else 0


def _chunks(file: Path) -> Iterator[bytes]:
    """The bytes of a file, each chunk with the end of the one before."""
    if not file.exists():
        return
    before = b""
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield before + chunk
            before = chunk[-2 * AROUND :]


def _stands_in(
    chunk: bytes,
    words: Sequence[bytes],
    parts: Sequence[bytes],
    finder: MarkFinder,
) -> bool:
    if any(word in chunk for word in words):
        return True
    return any(
        finder.is_in(chunk[max(0, at - AROUND) : at + AROUND].decode("utf-8", "ignore"))
        for part in parts
        for at in _places(chunk, part)
    )


def _places(chunk: bytes, part: bytes) -> Iterator[int]:
    at = chunk.find(part)
    while at >= 0:
        yield at
        at = chunk.find(part, at + AROUND)


def _parts(marks: PersonMarks) -> Iterator[bytes]:
    """What stands in the bytes wherever a mark does."""
    for text in (*marks.names, *marks.texts, *marks.emails):
        longest = max(text.split(), key=len, default="")
        for form in (longest, longest.lower(), json.dumps(longest)[1:-1]):
            if form:
                yield form.encode()
    for phone in marks.phones:
        digits = national_digits(phone)[-LAST_DIGITS:]
        thai = "".join(chr(_THAI_ZERO + int(digit)) for digit in digits)
        for form in (digits, digits[::-1], thai, json.dumps(thai)[1:-1]):
            if form:
                yield form.encode()


if __name__ == "__main__":
    sys.exit(main())
