"""Looks for what should be nowhere in what a database's files hold beside their rows, in a process
of its own: where the desk's opens and closes a file of SQLite's, it loses its locks.

SQLite writes over what is deleted, but not over what it left behind where it moved rows from one
page to another; only VACUUM ends that, and it is seldom needed."""

import json
import os
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Iterable, Sequence
from pathlib import Path

from domain.customers.marks import PersonMarks, find_marks
from store.privacy.leftovers import leftovers
from store.privacy.sieve import MarkSieve

ROOT = Path(__file__).parents[2]
GENTLE = 10
"""How much later than others the process has its turn."""
SHORTEST_WORD = 4
FOUND = 3
"""The exit code where something was found."""


async def is_in_files(
    files: Sequence[Path],
    marks: PersonMarks,
    words: Iterable[str],
) -> bool:
    """Whether a mark, or one of these words that nobody has any more, stands there beside the rows;
    True where that could not be found out, too.
    """
    asked = {
        "files": [str(file) for file in files],
        "marks": marks.as_json(),
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
    finder = find_marks(PersonMarks.of_json(asked["marks"]))
    sieve = MarkSieve(finder.needles, ("utf-8",))
    words = [word.encode() for word in asked["words"]]
    for file in asked["files"]:
        for some in leftovers(Path(file)):
            if any(word in some for word in words):
                return FOUND
            if not sieve.may_hold(some):
                continue
            text = some.decode("utf-8", "ignore")
            if finder.is_in(text):
                return FOUND
    return 0


if __name__ == "__main__":
    sys.exit(main())
