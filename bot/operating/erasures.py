"""The list of erasures: `erasures.json` in the data folder, and beside each backup."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from bot.operating.archive import ERASURES
from bot.operating.refused import VerbRefused


def read_erasures(path: Path) -> list[dict[str, Any]]:
    """The list at this path; none where there is no file. Raises VerbRefused."""
    if not path.exists():
        return []
    try:
        found = orjson.loads(path.read_bytes())
        return [{**entry, "code": str(entry["code"])} for entry in found]
    except (orjson.JSONDecodeError, TypeError, KeyError):
        raise VerbRefused(f"{path} is no list of erasures") from None


def note_erasures(folder: Path, entries: Sequence[dict[str, Any]]) -> None:
    """Add to the list in a folder what it lacks."""
    path = folder / ERASURES
    there = read_erasures(path)
    new = [entry for entry in entries if entry not in there]
    if new:
        write_private(path, orjson.dumps([*there, *new], option=orjson.OPT_INDENT_2))


def write_private(path: Path, data: bytes) -> None:
    """A file for its owner alone, whole or not at all."""
    path.parent.mkdir(
        parents=True,
        exist_ok=True,
        mode=0o700,
    )
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(
        os.open(
            part,
            os.O_CREAT | os.O_EXCL | os.O_WRONLY,
            0o600,
        ),
        "wb",
    ) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
