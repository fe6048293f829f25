"""`run_bot.py backup`: a whole desk in one archive, taken while it runs."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from bot.operating.archive import (
    CALLS,
    CONFIGURATION,
    ERASURES,
    FORMAT,
    HEAD,
    KEY,
    PIECE,
    ArchiveWriter,
    new_archive,
)
from bot.operating.erasures import note_erasures, read_erasures
from bot.operating.refused import refuse_no_desk
from bot.queues.calls import believed_notes
from bot.settings import Settings, secret_key
from store.blobs import Blobs
from store.engine.failpoints import failpoint
from store.moving.opening import is_served, snapshot
from store.moving.rows import Snapshot, TableShape
from store.opening import engine_name

APPLIED = "SELECT version, checksum FROM schema_migrations ORDER BY version"
APPLIED_BEFORE = "SELECT version, NULL FROM schema_migrations ORDER BY version"


async def back_up(
    settings: Settings,
    path: Path,
    now: datetime,
    recipient: str | None = None,
    *,
    with_files: bool = True,
) -> str:
    """Write the archive; returns what is in it, and what is amiss, in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable."""
    await refuse_no_desk(settings.database_url)
    is_running = await is_served(settings.database_url)
    erasures = read_erasures(settings.data_dir / ERASURES)
    with new_archive(path, recipient) as archive:
        async with snapshot(settings.database_url) as state:
            shapes = await state.shapes()
            # What the desk was, for whoever restores it.
            head = {
                "format": FORMAT,
                "made_at": now.isoformat(),
                "engine": engine_name(settings.database_url),
                "served": is_running,
                "migrations": await _applied(state, shapes),
                "tables": {shape.name: shape.columns for shape in shapes},
            }
            archive.add(HEAD, orjson.dumps(head))
            tables = {shape.name: await _add_table(archive, state, shape) for shape in shapes}
            numbers = await state.numbers()
        # After the rows: what they name was on disk before they were, and stays for a day.
        damaged = _add_files(archive, settings.data_dir) if with_files else []
        failpoint("backup.files")
        _add_secrets(archive, settings)
        if erasures:
            archive.add(ERASURES, orjson.dumps(erasures))
        archive.finish({**head, "rows": tables, "numbers": numbers, "damaged": damaged})
    # Beside older archives as well: what is restored of them lacks whoever was erased since.
    note_erasures(path.parent, erasures)
    rows = sum(table["rows"] for table in tables.values())
    told = f"backup: {len(tables)} tables, {rows} rows: {path}"
    return f"{told}; damaged on disk: {', '.join(damaged)}" if damaged else told


async def _applied(state: Snapshot, shapes: Sequence[TableShape]) -> dict[str, str | None]:
    own = next(shape for shape in shapes if shape.name == "schema_migrations")
    sql = APPLIED if "checksum" in own.columns else APPLIED_BEFORE
    return {str(version): checksum for version, checksum in await state.find(sql)}


async def _add_table(archive: ArchiveWriter, state: Snapshot, shape: TableShape) -> dict[str, Any]:
    rows = 0
    parts = 0
    async for lines in _pieces(state.lines(shape)):
        rows += len(lines)
        parts += 1
        archive.add_rows(shape.name, parts, lines)
        failpoint("backup.rows")
    # What the rows say, the hashes of the members hold.
    return {"rows": rows, "digest": ""}


async def _pieces(pages: AsyncGenerator[list[bytes]]) -> AsyncGenerator[list[bytes]]:
    """So many lines together as are one member."""
    lines: list[bytes] = []
    size = 0
    async for page in pages:
        lines += page
        size += sum(map(len, page))
        if size >= PIECE:
            yield lines
            lines = []
            size = 0
    if lines:
        yield lines


def _add_files(archive: ArchiveWriter, data_dir: Path) -> list[str]:
    """All bytes of files; returns those that are others than their name says."""
    return [path.name for path in Blobs(data_dir).all() if not archive.add_file(path)]


def _add_secrets(archive: ArchiveWriter, settings: Settings) -> None:
    archive.add(KEY, secret_key(settings).encode("ascii"))
    if settings.config is not None:
        archive.add(CONFIGURATION, settings.config.read_bytes())
    for name, notes in believed_notes(settings.data_dir):
        archive.add(f"{CALLS}{name}", notes)
