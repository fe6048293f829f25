"""`run_bot.py restore`: a desk out of its archive into an empty place, every hash looked at."""

import fcntl
import gzip
import hashlib
import io
import os
import re
import shutil
import zlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from bot.operating.archive import (
    CALLS,
    CHUNK,
    CONFIGURATION,
    ERASURES,
    FILES,
    FORMAT,
    HEAD,
    KEY,
    MANIFEST,
    TABLES,
    Member,
    open_archive,
)
from bot.operating.erasing import erase_codes
from bot.operating.erasures import note_erasures, read_erasures
from bot.operating.refused import VerbRefused
from bot.operating.told import ToldFiles, ToldHead, ToldManifest, ToldTable, told_in
from bot.queues.calls import restore_notes
from bot.settings import Settings
from store.blobs import Blobs
from store.engine.failpoints import failpoint
from store.moving.marks import EMPTY
from store.moving.opening import (
    clear,
    is_served,
    refuse_other_migrations,
    refuse_used,
    release,
    snapshot,
    target,
)
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
WITH_DIGESTS = 1
"""The format of archives in which each table's rows had a hash of their own."""
HASH = re.compile("[0-9a-f]{64}")
NOTES = re.compile(r"calls-[^/\\]{1,200}")
ALWAYS = ("DELETE FROM leases",)
LARGEST_MEMBER = 256_000_000
"""Bytes of a member that is held in memory, packed: a backup begins another after a few."""
LONGEST_ROW = 256_000_000
"""Bytes of a row's line: what is longer was packed to fill the memory."""
OTHER_LOGS = ("-wal", "-shm", "-journal")
"""The ends of the names of what SQLite leaves beside a file, and would read into another one."""


class ArchiveReading:
    """An archive as it is read: what it said it was, and whether that is so."""

    def __init__(self, members: Iterator[Member]) -> None:
        self._members = members
        self._next: Member | None = None
        self.hashes: dict[str, str] = {}
        self.files = 0
        self.bytes = 0
        self.damaged: list[str] = []
        self.tables: dict[str, ToldTable] = {}
        self.head: ToldHead = self._read_head()

    def _read_head(self) -> ToldHead:
        first = next(self._members, None)
        if first is None or first.name != HEAD:
            raise VerbRefused("this is no archive of a desk")
        head = told_in(self.small(first), ToldHead)
        if head.format > FORMAT:
            raise VerbRefused("the archive was written by a newer deskbot: use that one")
        return head

    def small(self, member: Member) -> bytes:
        """A member's bytes, noted."""
        data = _held(member)
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
        has_digest = self.head.format == WITH_DIGESTS
        while (member := self.peek()) is not None and _table(member.name) == table:
            self.take()
            page: list[RowValues] = []
            for line in _lines(self.small(member)):
                if has_digest:
                    tally.add(line)
                else:
                    tally.rows += 1
                page.append(values_of(line))
                if len(page) == PAGE:
                    yield page
                    page = []
            yield page
        digest = tally.digest if has_digest else ""
        self.tables[table] = ToldTable(rows=tally.rows, digest=digest)

    def keep(self, member: Member, folder: Path) -> None:
        """A file's bytes under their hash."""
        name = member.name.removeprefix(FILES)
        if not HASH.fullmatch(name):
            raise VerbRefused(f"{name} is no hash: this is no archive of a desk")
        path = Blobs(folder).path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _own_file(path) as file:
            digest = _copied(member.content, file)
        self.files += 1
        self.bytes += member.size
        if digest != name:
            self.damaged.append(name)

    def verify(self, manifest: ToldManifest) -> None:
        """VerbRefused where anything is missing or other than the manifest says."""
        is_whole = (
            manifest.members == self.hashes
            and manifest.files == ToldFiles(count=self.files, bytes=self.bytes)
            and manifest.rows == self.tables
            and manifest.damaged == self.damaged
        )
        if not is_whole:
            raise VerbRefused("the archive is damaged: a hash is not what its manifest says")


def _held(member: Member) -> bytes:
    """A member's bytes in memory."""
    if member.size > LARGEST_MEMBER:
        raise VerbRefused(f"{member.name} is too large: this is no archive of a desk")
    return member.read()


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines that were packed, unpacked one at a time, however many there are."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as rows:
        try:
            while line := rows.readline(LONGEST_ROW):
                if len(line) == LONGEST_ROW:
                    raise VerbRefused("the archive is damaged: a row has no end")
                yield line.removesuffix(b"\n")
        except (OSError, EOFError, zlib.error):
            raise VerbRefused("the archive is damaged") from None


def _own_file(path: Path) -> IO[bytes]:
    """A file to write that its owner alone can read."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")


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
                manifest = told_in(_held(member), ToldManifest)
    if manifest is None:
        raise VerbRefused("the archive was cut off: it has no manifest")
    head = (
        f"made at {manifest.made_at} from {manifest.engine}, "
        f"schema {max(map(int, manifest.migrations))}"
    )
    rows = [f"{name}: {told.rows}" for name, told in manifest.rows.items() if told.rows]
    return [head, f"files: {manifest.files.count}, {manifest.files.bytes} bytes", *rows]


async def restore(
    settings: Settings,
    path: Path,
    now: datetime,
    identity: Path | None,
    erasures: Path | None = None,
) -> str:
    """Make the desk of this archive, without whoever was erased by its own list, or by a later one
    (`erasures`); returns what there is now, in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable; then nothing is there that was not."""
    place = _Place(settings)
    later = _later_erasures(erasures)
    with place.alone():
        await place.refuse_used()
        place.begin()
        try:
            told = await _restored(place, path, now, identity)
            failpoint("restore.filled")
            # Before anybody can call it a desk.
            erased = await _erase_again(settings, place, now, later)
            failpoint("restore.erased")
            await release(place.url)
            place.end()
        except BaseException:
            await place.abandon()
            raise
    return f"{told}, {erased} erased again" if erased else told


async def _restored(place: "_Place", path: Path, now: datetime, identity: Path | None) -> str:
    """All of it where it belongs, but for the database's name; what there is, in one line."""
    with open_archive(path, identity) as members:
        reading = ArchiveReading(members)
        refuse_other_migrations(reading.head.migrations)
        versions = [int(each) for each in reading.head.migrations]
        async with target(place.url, versions, now) as filling:
            await _refuse_other_tables(reading.head, place.url)
            try:
                manifest = await _fill(reading, filling, place)
                place.move_files()
                after = (*ALWAYS, *AFTER_SERVING) if manifest.served else ALWAYS
                await filling.finish(manifest.numbers, (*after, EMPTY))
            except ValueError as error:
                raise VerbRefused("the archive is damaged: its rows do not fit") from error
    rows = sum(told.rows for told in manifest.rows.values())
    return f"restored: {len(manifest.rows)} tables, {rows} rows, {reading.files} files"


def _later_erasures(path: Path | None) -> list[dict[str, Any]]:
    if path is None:
        return []
    if not path.exists():
        raise VerbRefused(f"--erasures: {path} is not there")
    return read_erasures(path)


async def _erase_again(
    settings: Settings,
    place: "_Place",
    now: datetime,
    later: Sequence[dict[str, Any]],
) -> int:
    """Whoever was erased goes from what was restored; returns how many there were."""
    note_erasures(settings.data_dir, later)
    codes = [entry["code"] for entry in read_erasures(settings.data_dir / ERASURES)]
    if not codes:
        return 0
    return await erase_codes(place.url, settings.data_dir, list(dict.fromkeys(codes)), now)


async def _refuse_other_tables(head: ToldHead, url: str) -> None:
    """VerbRefused where the archive names a table or column that its migrations do not make, or
    lacks one that they do."""
    async with snapshot(url) as state:
        made = {shape.name: list(shape.columns) for shape in await state.shapes()}
    others = [name for name in made.keys() | head.tables if made.get(name) != head.tables.get(name)]
    if others:
        raise VerbRefused(
            f"the archive is damaged: its table {min(others)} is not what its migrations make"
        )


async def _fill(reading: ArchiveReading, filling: Target, place: "_Place") -> ToldManifest:
    """Everything in its unfinished place; returns the manifest, which is true."""
    columns = reading.head.tables
    for table in columns:
        async with aclosing(reading.pages(table)) as pages:
            await filling.fill(TableShape(table, tuple(columns[table])), pages)
        failpoint("restore.table")
    while (member := reading.take()) is not None:
        if member.name == MANIFEST:
            manifest = told_in(_held(member), ToldManifest)
            reading.verify(manifest)
            return manifest
        if member.name.startswith(FILES):
            reading.keep(member, place.unfinished)
            failpoint("restore.file")
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
        self.url = self._desk_url = settings.database_url
        if self._file is not None:
            self.url = f"{settings.database_url}{UNFINISHED}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """VerbRefused where another restoring goes on in the same data folder."""
        self._data.mkdir(parents=True, mode=0o700, exist_ok=True)
        folder = os.open(self._data, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise VerbRefused(f"another desk is being restored into {self._data}") from None
        finally:
            os.close(folder)

    async def refuse_used(self) -> None:
        """VerbRefused where something would be written over, or read into the desk."""
        if self._file is None:
            await refuse_used(self.url)
        else:
            await self._refuse_file(self._file)
        if self._moved.exists():
            # What lies there is what an earlier restoring left that was killed.
            return
        if any(True for _path in self._blobs.all()):
            raise VerbRefused(f"{self._data} has files already: name an empty data folder")
        if self._keeps_key and self._key.exists():
            raise VerbRefused(f"{self._key} is there already: name an empty data folder")
        configuration = self._data / CONFIGURATION
        if configuration.exists():
            raise VerbRefused(f"{configuration} is there already: put it elsewhere")

    async def _refuse_file(self, file: Path) -> None:
        beside = [file.with_name(f"{file.name}{end}") for end in ("", *OTHER_LOGS)]
        for path in beside:
            if path.exists():
                raise VerbRefused(f"{path} is there already: a desk is restored into no other")
        # Of a file that somebody took away under a desk that goes on.
        if file.with_suffix(".lock").exists() and await is_served(self._desk_url):
            raise VerbRefused(f"a desk serves {file}: stop it first")

    def begin(self) -> None:
        """Away with what an earlier restoring left that was killed."""
        self._remove_moved()
        self._remove_unfinished()
        self.unfinished.mkdir(mode=0o700)
        if self._file is not None:
            # SQLite makes its log with the rights that the file has.
            Path(f"{self._file}{UNFINISHED}").touch(mode=0o600)

    def keep(self, name: str, data: bytes) -> None:
        """A small thing that is no row: the key, the configuration, notes of calls."""
        if name.startswith(CALLS):
            notes = name.removeprefix(CALLS)
            if not NOTES.fullmatch(notes):
                raise VerbRefused(f"{name} is nothing of a desk: this is no archive of one")
            restore_notes(self.unfinished, notes, data)
            return
        if name in (KEY, CONFIGURATION, ERASURES):
            path = self.unfinished / name
            path.touch(mode=0o600)
            path.write_bytes(data)

    def move_files(self) -> None:
        """What lies in the unfinished folder goes where it belongs."""
        if not self._keeps_key:
            unused = self.unfinished / KEY
            unused.unlink(missing_ok=True)
        # Once for all of them, before anything names them.
        os.sync()
        ours = sorted(self.unfinished.iterdir())
        self._moved.touch()
        for path in ours:
            path.replace(self._data / path.name)
            failpoint("restore.moved")

    def end(self) -> None:
        """The database is whole: from here on it is the desk's."""
        if self._file is not None:
            unfinished = Path(f"{self._file}{UNFINISHED}")
            # Fails where somebody made a desk meanwhile, which a renaming would not.
            os.link(unfinished, self._file)
        failpoint("restore.named")
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
        for name in (KEY, CONFIGURATION, ERASURES):
            moved = self._data / name
            moved.unlink(missing_ok=True)

    def _remove_unfinished(self) -> None:
        shutil.rmtree(self.unfinished, ignore_errors=True)
        if self._file is None:
            return
        # The file, and its log.
        for path in self._file.parent.glob(f"{self._file.name}{UNFINISHED}*"):
            path.unlink()
