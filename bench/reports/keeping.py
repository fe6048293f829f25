"""Where the register of a benchmark lies: in a folder that is thrown away, or in one that is kept
and used again.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.postgresql import kept_server, own_server


@dataclass(frozen=True, slots=True)
class Place:
    """A database for a register. `filled` is the file that says that all of it is there."""

    url: str
    filled: Path

    @property
    def is_filled(self) -> bool:
        """Whether a run before has filled it."""
        return self.filled.exists()


@asynccontextmanager
async def sqlite_place(kept: Path | None, tickets: int) -> AsyncIterator[Place]:
    """A file of SQLite."""
    with tempfile.TemporaryDirectory() as thrown_away:
        folder = _folder(kept or Path(thrown_away), f"sqlite-{tickets}")
        yield Place(f"sqlite:///{folder}/desk.db", folder / "filled")


@asynccontextmanager
async def postgresql_place(kept: Path | None, tickets: int) -> AsyncIterator[Place]:
    """A database of a server that is durable, as in an office."""
    if kept is None:
        server = own_server(durable=True)
        url = await server.make_database()
    else:
        server = kept_server(_folder(kept, f"postgresql-{tickets}"))
        url = await server.the_database()
    try:
        yield Place(url, server.folder / "filled")
    finally:
        server.stop("fast")


def _folder(kept: Path, name: str) -> Path:
    folder = kept / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
