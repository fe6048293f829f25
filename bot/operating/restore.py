"""`run_bot.py restore`: a desk out of its archive into an empty place, every hash looked at."""

import gzip
import hashlib
import os
import re
import shutil
import zlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

import orjson

from bot.operating.archive import (
    CALLS,
    CHUNK,
    CONFIGURATION,
    FILES,
    FORMAT,
    HEAD,
    KEY,
    MANIFEST,
    TABLES,
    Member,
    open_archive,
)
from bot.operating.refused import VerbRefused
from bot.queues.calls import restore_notes
from bot.settings import Settings
from store.blobs import Blobs
from store.moving.opening import clear, refuse_other_migrations, target
from store.moving.rows import PAGE, RowTally, RowValues, TableShape, Target, values_of
from store.opening import sqlite_path

UNFINISHED = ".restoring"
"""The folder in the data folder, and the end of the name of the database, until all is there."""
MOVED = "moved"
"""A file in that folder once what lies in the data folder is this restoring's own."""
AFTER_SERVING = (
    # What waited when a desk that went on was backed up has gone out since: it is in doubt.
    "UPDATE outbox SET state = 'sending' WHERE state = 'queued'",
)
NAME = re.compile("[a-z][a-z0-9_]*")
HASH = re.compile("[0-9a-f]{64}")
MANIFEST_KEYS = ("members", "files", "rows", "damaged", "migrations", "numbers", "served")
ALWAYS = ("DELETE FROM leases",)


def from_json(data: bytes, keys: Sequence[str]) -> dict[str, Any]:
    """An object with these keys; VerbRefused for anything else."""
    try:
        found: dict[str, Any] = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise VerbRefused("this is no archive of a desk, or damaged") from None
    if not isinstance(found, dict) or not found.keys() >= set(keys):
        raise VerbRefused("this is no archive of a desk, or damaged")
    return found


class ArchiveReading:
    """An archive as it is read: what it said it was, and whether that is so."""

    def __init__(self, members: Iterator[Member]) -> None:
        self._members = members
        self._next: Member | None = None
        self.hashes: dict[str, str] = {}
        self.files = 0
        self.bytes = 0
        self.damaged: list[str] = []
        self.tables: dict[str, dict[str, Any]] = {}
        self.head: dict[str, Any] = self._read_head()

    def _read_head(self) -> dict[str, Any]:
        first = next(self._members, None)
        if first is None or first.name != HEAD:
            raise VerbRefused("this is no archive of a desk")
        head = from_json(self.small(first), ("format", "migrations", "tables", "served"))
        if head["format"] > FORMAT:
            raise VerbRefused("the archive was written by a newer deskbot: use that one")
        names = chain(head["tables"], *head["tables"].values())
        if not all(NAME.fullmatch(name) for name in names):
            raise VerbRefused("this is no archive of a desk")
        return head

    def small(self, member: Member) -> bytes:
        """A member's bytes, noted."""
        data = member.read()
        self.hashes[member.name] = hashlib.sha256(data).hexdigest()
        return data

    def peek(self) -> Member | None:
        """What comes next; None at the end."""
        if self._next is None:
            self._next = next(self._members, None)
        return self._next

    def take(self) -> Member | None:
        """What comes next, and goes on."""
        found = self.peek()
        self._next = None
        return found

    async def pages(self, table: str) -> AsyncGenerator[list[RowValues]]:
        """The rows of a table, whose members come next."""
        tally = RowTally()
        while (member := self.peek()) is not None and _table(member.name) == table:
            self.take()
            page: list[RowValues] = []
            for line in _unpacked(self.small(member)).split(b"\n"):
                tally.add(line)
                page.append(values_of(line))
                if len(page) == PAGE:
                    yield page
                    page = []
            yield page
        self.tables[table] = {"rows": tally.rows, "digest": tally.digest}

    def keep(self, member: Member, folder: Path) -> None:
        """A file's bytes under their hash."""
        name = member.name.removeprefix(FILES)
        if not HASH.fullmatch(name):
            raise VerbRefused(f"{name} is no hash: this is no archive of a desk")
        path = Blobs(folder).path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            digest = _copied(member.content, file)
            os.fsync(file.fileno())
        self.files += 1
        self.bytes += member.size
        if digest != name:
            self.damaged.append(name)

    def verify(self, manifest: dict[str, Any]) -> None:
        """VerbRefused where anything is missing or other than the manifest says."""
        files = {"count": self.files, "bytes": self.bytes}
        is_whole = (
            manifest["members"] == self.hashes
            and manifest["files"] == files
            and manifest["rows"] == self.tables
            and manifest["damaged"] == self.damaged
        )
        if not is_whole:
            raise VerbRefused("the archive is damaged: a hash is not what its manifest says")


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise VerbRefused("the archive is damaged") from None


def _copied(source: IO[bytes], file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        file.write(chunk)
    return digest.hexdigest()


def _table(member: str) -> str:
    """The table that a member's rows belong to; "" for any other member."""
    if not member.startswith(TABLES):
        return ""
    return member.removeprefix(TABLES).split("/")[0]


def listed(path: Path, identity: Path | None) -> list[str]:
    """What an archive holds, as lines; nothing is made."""
    with open_archive(path, identity) as members:
        manifest = None
        for member in members:
            if member.name == MANIFEST:
                manifest = from_json(member.read(), MANIFEST_KEYS)
    if manifest is None:
        raise VerbRefused("the archive was cut off: it has no manifest")
    head = (
        f"made at {manifest['made_at']} from {manifest['engine']}, "
        f"schema {max(map(int, manifest['migrations']))}"
    )
    files = manifest["files"]
    rows = [f"{name}: {told['rows']}" for name, told in manifest["rows"].items() if told["rows"]]
    return [head, f"files: {files['count']}, {files['bytes']} bytes", *rows]


async def restore(settings: Settings, path: Path, now: datetime, identity: Path | None) -> str:
    """Make the desk of this archive; returns what there is now, in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable; then nothing is there that was not."""
    place = _Place(settings)
    place.refuse_used()
    place.begin()
    try:
        with open_archive(path, identity) as members:
            reading = ArchiveReading(members)
            refuse_other_migrations(reading.head["migrations"])
            async with target(
                place.url, [int(each) for each in reading.head["migrations"]], now
            ) as filling:
                manifest = await _fill(reading, filling, place)
                place.move_files()
                after = (*ALWAYS, *AFTER_SERVING) if manifest["served"] else ALWAYS
                await filling.finish(manifest["numbers"], after)
        place.end()
    except BaseException:
        await place.abandon()
        raise
    rows = sum(told["rows"] for told in manifest["rows"].values())
    return f"restored: {len(manifest['rows'])} tables, {rows} rows, {reading.files} files"


async def _fill(reading: ArchiveReading, filling: Target, place: "_Place") -> dict[str, Any]:
    """Everything in its unfinished place; returns the manifest, which is true."""
    columns = reading.head["tables"]
    for table in columns:
        async with aclosing(reading.pages(table)) as pages:
            await filling.fill(TableShape(table, tuple(columns[table])), pages)
    while (member := reading.take()) is not None:
        if member.name == MANIFEST:
            manifest = from_json(member.read(), MANIFEST_KEYS)
            reading.verify(manifest)
            return manifest
        if member.name.startswith(FILES):
            reading.keep(member, place.unfinished)
        else:
            place.keep(member.name, reading.small(member))
    raise VerbRefused("the archive was cut off: it has no manifest")


class _Place:
    """Where a desk is restored: its database and its data folder."""

    def __init__(self, settings: Settings) -> None:
        self._data = settings.data_dir
        self._blobs = Blobs(settings.data_dir)
        self._key = settings.data_dir / KEY
        self._keeps_key = settings.secret_key is None
        self._file = sqlite_path(settings.database_url)
        self.unfinished = self._data / UNFINISHED
        self._moved = self.unfinished / MOVED
        self.url = settings.database_url
        if self._file is not None:
            self.url = f"{settings.database_url}{UNFINISHED}"

    def refuse_used(self) -> None:
        """VerbRefused where something would be written over."""
        if self._file is not None and self._file.exists():
            raise VerbRefused(f"{self._file} is there already: a desk is restored into no other")
        if self._moved.exists():
            # What lies there is what an earlier restoring left that was killed.
            return
        if any(True for _path in self._blobs.all()):
            raise VerbRefused(f"{self._data} has files already: name an empty data folder")
        if self._keeps_key and self._key.exists():
            raise VerbRefused(f"{self._key} is there already: name an empty data folder")

    def begin(self) -> None:
        """Away with what an earlier restoring left that was killed."""
        self._remove_moved()
        self._remove_unfinished()
        self.unfinished.mkdir(parents=True, mode=0o700)

    def keep(self, name: str, data: bytes) -> None:
        """A small thing that is no row: the key, the configuration, notes of calls."""
        if name.startswith(CALLS):
            restore_notes(self.unfinished, Path(name).name, data)
            return
        if name in (KEY, CONFIGURATION):
            path = self.unfinished / name
            path.touch(mode=0o600)
            path.write_bytes(data)

    def move_files(self) -> None:
        """What lies in the unfinished folder goes where it belongs."""
        if not self._keeps_key:
            unused = self.unfinished / KEY
            unused.unlink(missing_ok=True)
        ours = sorted(self.unfinished.iterdir())
        self._moved.touch()
        for path in ours:
            path.replace(self._data / path.name)

    def end(self) -> None:
        """The database is whole: from here on it is the desk's."""
        if self._file is not None:
            unfinished = Path(f"{self._file}{UNFINISHED}")
            unfinished.chmod(0o600)
            unfinished.replace(self._file)
        self._remove_unfinished()

    async def abandon(self) -> None:
        """Leave nothing of it."""
        self._remove_moved()
        self._remove_unfinished()
        if self._file is None:
            await clear(self.url)

    def _remove_moved(self) -> None:
        """What was moved into the data folder before the end."""
        if not self._moved.exists():
            return
        shutil.rmtree(self._data / "files", ignore_errors=True)
        for name in (KEY, CONFIGURATION):
            moved = self._data / name
            moved.unlink(missing_ok=True)

    def _remove_unfinished(self) -> None:
        shutil.rmtree(self.unfinished, ignore_errors=True)
        if self._file is None:
            return
        # The file, and its log.
        for path in self._file.parent.glob(f"{self._file.name}{UNFINISHED}*"):
            path.unlink()
