"""What every desk under test begins with: the office's data, read once, and a database that is
copied, not migrated.
"""

import atexit
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

from domain.configuration import load_configuration
from store.engine.database import Database, Tx
from store.opening import open_database

T = TypeVar("T")

OFFICE = load_configuration()
"""Nothing changes it: a test that wants another office replaces what it needs in a copy."""

_templates: dict[object, tuple[Path, object]] = {}
_numbers = count(1)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="deskbot-templates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


async def _nothing(_tx: Tx) -> None:
    pass


async def new_database(path: Path) -> Path:
    """A desk's database that nobody has used, at this place."""
    await copy_of(_nothing, path)
    return path


async def copy_of(fill: Callable[[Tx], Awaitable[T]], path: Path) -> T:
    """The same with what `fill` writes; it runs once a process, and what it returned is returned
    every time.
    """
    if fill not in _templates:
        template = _folder() / f"{next(_numbers)}.db"
        # Only the first of all is migrated.
        if fill is not _nothing:
            await new_database(template)
        db = await open_database(f"sqlite:///{template}")
        try:
            result = await db.write(fill)
        finally:
            await db.close()
        _templates[fill] = template, result
    template, result = _templates[fill]
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, path)
    return result  # type: ignore[return-value]


async def open_new(path: Path) -> Database:
    """A desk that nobody has used, open."""
    return await open_database(f"sqlite:///{await new_database(path)}")
