"""The bytes of files, on disk under their SHA-256: written whole before a row names them, never
changed.
"""

import asyncio
import hashlib
import mmap
import os
import re
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Sequence,
)
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from zipfile import BadZipFile, ZipFile

from domain.errors import InvalidInput, NotFound
from domain.files import LARGEST, FileKind, FileRefusal, sniff

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PARTS = "parts"
_FOLDER = "[0-9a-f][0-9a-f]"
_TRASH = ".trash"
"""Behind the name of a file that is about to be removed."""
_MOST_MEMBERS = 20_000
_AT_ONCE = 500
Named = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Tells which of some hashes a row names."""


@dataclass(frozen=True, slots=True)
class ReceivedBytes:
    """Bytes that came whole and are not kept yet."""

    path: Path
    sha256: str
    size: int

    def discard(self) -> None:
        """They are not wanted."""
        self.path.unlink(missing_ok=True)


class Blobs:
    """The folder `files` of the data folder; made when the first file comes."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "files"
        # Folders whose names this process has seen to be on the disk.
        self._named: set[Path] = set()

    def path(self, sha256: str) -> Path:
        """Where these bytes lie, `ab/cd/abcd…`; ValueError for what is no hash."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("no SHA-256")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def existing(self, sha256: str) -> Path:
        """The same, and they are there; NotFound("file")."""
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound("file")
        return path

    def all(self) -> Iterator[Path]:
        """Where all bytes lie that are kept, in the order of their hashes."""
        for folder in sorted(self._root.glob(f"{_FOLDER}/{_FOLDER}")):
            for path in sorted(folder.iterdir()):
                if _SHA256.fullmatch(path.name):
                    yield path

    def of_folder(self, folder: str) -> Iterator[Path]:
        """Those in one of `folders`."""
        for path in sorted((self._root / folder).glob(f"{_FOLDER}/*")):
            if _SHA256.fullmatch(path.name):
                yield path

    def new_part(self) -> tuple[int, Path]:
        """An empty temporary file beside the others: its handle and path."""
        folder = self._root / _PARTS
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(dir=folder)
        return handle, Path(name)

    async def receive(self, chunks: AsyncIterator[bytes], largest: int = LARGEST) -> ReceivedBytes:
        """Write what comes to a temporary file; InvalidInput("file_large") as soon as it is too
        much.
        """
        handle, path = await asyncio.to_thread(self.new_part)
        digest = hashlib.sha256()
        size = 0
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > largest:
                        raise InvalidInput(FileRefusal.LARGE, limit=largest // 1_000_000)
                    digest.update(chunk)
                    file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return ReceivedBytes(path, digest.hexdigest(), size)

    async def keep(self, part: ReceivedBytes) -> None:
        """Its bytes are on disk under their hash when this returns, whatever crashes afterwards."""
        await asyncio.to_thread(self._keep, part)

    def _keep(self, part: ReceivedBytes) -> None:
        target = self.path(part.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            # Young again: whoever tidies up leaves it until the row that names it is written.
            os.utime(target)
            part.discard()
            return
        with part.path.open("rb") as file:
            os.fsync(file.fileno())
        part.path.replace(target)
        _sync_folder(target.parent)
        # A folder's own name is on disk once for all: none is ever removed.
        for folder in (target.parent, target.parent.parent):
            if folder not in self._named:
                _sync_folder(folder.parent)
                self._named.add(folder)

    def renew(self, sha256: str) -> bool:
        """Whether these bytes are there: if so they are young again, and stay until a row names
        them.
        """
        with suppress(FileNotFoundError):
            os.utime(self.path(sha256))
            return True
        return False

    # Tidying up.

    async def sweep(self, older_than: float, named: Named) -> int:
        """Remove the bytes that no row names and nobody touched for so many seconds; returns how
        many files.
        """
        removed = 0
        for folder in await self.folders():
            removed += await self.sweep_folder(folder, older_than, named)
        return removed

    async def folders(self) -> list[str]:
        """What a sweep goes through, one by one, in their order."""
        return await asyncio.to_thread(self._folders)

    def _folders(self) -> list[str]:
        if not self._root.is_dir():
            return []
        hashes = [path.name for path in self._root.glob(_FOLDER)]
        return sorted([*hashes, _PARTS])

    async def sweep_folder(self, folder: str, older_than: float, named: Named) -> int:
        """As `sweep`, in one of the folders.

        A file is first moved aside and then looked
        at again, so one that comes at this very moment stays, or is written anew."""
        before = await asyncio.to_thread(self._disk_time) - older_than
        old = await asyncio.to_thread(lambda: list(self._old(folder, before)))
        removed = 0
        for start in range(0, len(old), _AT_ONCE):
            some = old[start : start + _AT_ONCE]
            kept = await named([_hash(path) for path in some])
            unnamed = [path for path in some if path.name not in kept]
            aside = await asyncio.to_thread(_put_aside, unnamed)
            # A row may have been written while it was moved.
            kept = await named([_hash(path) for path in aside])
            removed += await asyncio.to_thread(_end, aside, kept, before)
        return removed

    async def overwrite(
        self,
        hashes: Sequence[str],
        older_than: float,
        named: Named,
    ) -> list[str]:
        """Write over those of these bytes that no row names, and remove them; returns those that
        somebody touched within so many seconds, who may be about to name them.
        """
        before = await asyncio.to_thread(self._disk_time) - older_than
        paths = [self.path(sha256) for sha256 in dict.fromkeys(hashes)]
        young = await asyncio.to_thread(_younger, paths, before)
        old = [path for path in paths if path not in young]
        aside = await asyncio.to_thread(_put_aside, old)
        kept = await named([_hash(path) for path in aside])
        await asyncio.to_thread(_end, aside, kept, before, overwrite_file)
        return [path.name for path in young]

    def _disk_time(self) -> float:
        """The time by the clock that dates the files, which is a server's where the disk is one."""
        handle, path = self.new_part()
        try:
            return os.fstat(handle).st_mtime
        finally:
            os.close(handle)
            path.unlink()

    def _old(self, folder: str, before: float) -> Iterator[Path]:
        # Another process tidies up as well, and a part becomes a file: what vanishes meanwhile is
        # no fault.
        if folder == _PARTS:
            for part in (self._root / _PARTS).glob("*"):
                with suppress(FileNotFoundError):
                    if part.stat().st_mtime < before:
                        part.unlink()
            return
        for path in (self._root / folder).glob(f"{_FOLDER}/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    yield path


def _hash(path: Path) -> str:
    """The hash that a file lies under, moved aside or not."""
    return path.name.removesuffix(_TRASH)


def overwrite_file(path: Path) -> None:
    """Remove a file, of whose bytes nothing is left on the disk."""
    with path.open("r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        os.fsync(file.fileno())
    path.unlink()


def _younger(paths: Sequence[Path], before: float) -> list[Path]:
    return [path for path in paths if path.is_file() and path.stat().st_mtime >= before]


def _put_aside(paths: Sequence[Path]) -> list[Path]:
    aside: list[Path] = []
    for path in paths:
        target = path.with_name(_hash(path) + _TRASH)
        with suppress(FileNotFoundError):
            path.replace(target)
            aside.append(target)
    return aside


def _end(
    aside: Sequence[Path],
    kept: set[str],
    before: float,
    remove: Callable[[Path], object] = Path.unlink,
) -> int:
    removed = 0
    for path in aside:
        back = path.with_name(_hash(path))
        with suppress(FileNotFoundError):
            if back.name in kept or path.stat().st_mtime >= before:
                path.replace(back)
            else:
                remove(path)
                removed += 1
    return removed


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sniff_file(path: Path, name: str) -> FileKind:
    """`domain.files.sniff` of a file on disk, which is mapped and not read into memory."""
    if not path.stat().st_size:
        return sniff(b"", name)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        members = None
        if content[:2] == b"PK":
            members = _members(path)
        return sniff(content, name, members)


def _members(path: Path) -> list[str] | None:
    """The names within an archive, nothing of it unpacked; None where it cannot be read or has too
    many.
    """
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return None
    if len(names) > _MOST_MEMBERS:
        return None
    return names
