"""An archive of a whole desk: a tar of its tables, files, key and configuration, streamed.

`head.json` comes first (what the desk was), then `tables/NAME/00001.jsonl.gz` (a row a line), the
rest, and `manifest.json` last: how many there are of each, and every hash. A file that was cut off
has no manifest. With a recipient the whole of it is encrypted (age, https://age-encryption.org)."""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import orjson

from bot.operating.refused import VerbRefused
from store.engine.failpoints import failpoint

FORMAT = 2
"""Of the first, a table's rows had a hash of their own beside those of its members."""
HEAD = "head.json"
MANIFEST = "manifest.json"
TABLES = "tables/"
FILES = "files/"
CALLS = "calls/"
KEY = "secret.key"
CONFIGURATION = "deskbot.toml"
ERASURES = "erasures.json"
AGE = b"age-encryption.org/v1"
PART = ".part"
PIECE = 8_000_000
"""Bytes of rows, before they are packed, in one member."""
CHUNK = 1 << 20
PACE = 16 << 20
"""Bytes after which an archive is brought to the disk."""
PACKED_AHEAD = 2
"""Members of rows that are packed, or wait for it, while others are read."""


@dataclass(slots=True)
class Member:
    """One thing in the archive; its bytes can be read once, before the next is asked for."""

    name: str
    size: int
    content: IO[bytes]

    def read(self) -> bytes:
        """All of it."""
        return self.content.read()


class ArchiveWriter:
    """Puts members one after another; `manifest` grows with them and is the last."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._hashes: dict[str, str] = {}
        self._files = 0
        self._bytes = 0
        self._packer = ThreadPoolExecutor(1)
        self._packing: deque[tuple[str, Future[_Packed]]] = deque()

    def close(self) -> None:
        """Nothing more is packed."""
        self._packer.shutdown(cancel_futures=True)

    def add(self, name: str, data: bytes) -> None:
        """A small one, from memory."""
        self._hashes[name] = hashlib.sha256(data).hexdigest()
        self._put(name, len(data), io.BytesIO(data))

    def add_rows(self, table: str, number: int, lines: Sequence[bytes]) -> None:
        """Rows of a table, as lines; they are packed while the next ones are read."""
        name = f"{TABLES}{table}/{number:05}.jsonl.gz"
        packing = self._packer.submit(_packed, lines)
        self._packing.append((name, packing))
        if len(self._packing) > PACKED_AHEAD:
            self._put_packed()

    def _put_packed(self) -> None:
        name, packing = self._packing.popleft()
        packed = packing.result()
        self._hashes[name] = packed.digest
        self._write(name, len(packed.data), io.BytesIO(packed.data))

    def add_file(self, path: Path) -> bool:
        """A file that lies under its hash; False where its bytes are others than that says."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            hashing = _Hashing(file)
            self._put(f"{FILES}{path.name}", size, cast("IO[bytes]", hashing))
        self._files += 1
        self._bytes += size
        return hashing.digest == path.name

    def finish(self, told: Mapping[str, Any]) -> None:
        """The manifest: what is told, and what was put in."""
        manifest = dict(told)
        manifest["files"] = {"count": self._files, "bytes": self._bytes}
        manifest["members"] = self._hashes
        data = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
        self._put(MANIFEST, len(data), io.BytesIO(data))

    def _put(self, name: str, size: int, content: IO[bytes]) -> None:
        """In the order in which they were added."""
        while self._packing:
            self._put_packed()
        self._write(name, size, content)

    def _write(self, name: str, size: int, content: IO[bytes]) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        info.mode = 0o600
        self._tar.addfile(info, content)


@dataclass(frozen=True, slots=True)
class _Packed:
    data: bytes
    digest: str


def _packed(lines: Sequence[bytes]) -> _Packed:
    whole = b"\n".join(lines)
    data = gzip.compress(whole, compresslevel=1, mtime=0)
    digest = hashlib.sha256(data)
    return _Packed(data, digest.hexdigest())


class _PacedFile:
    """A file of which little waits to be written to the disk at a time: whoever else writes there
    has to wait for all that does.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting = 0

    def write(self, data: bytes) -> int:
        written = self._file.write(data)
        self._waiting += written
        if self._waiting >= PACE:
            self.flush()
            os.fdatasync(self._file.fileno())
            self._waiting = 0
        return written

    def flush(self) -> None:
        self._file.flush()


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def new_archive(path: Path, recipient: str | None) -> Iterator[ArchiveWriter]:
    """An archive that appears at `path` when all of it is on disk, readable by its owner alone."""
    if path.exists():
        raise VerbRefused(f"{path} is there already: name a file that is not")
    _remove_leftovers(path)
    part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        with _new_file(part) as file:
            paced = cast("IO[bytes]", _PacedFile(file))
            with (
                _encrypted(paced, recipient) as sink,
                _writing(sink) as tar,
                closing(ArchiveWriter(tar)) as archive,
            ):
                yield archive
            file.flush()
            os.fsync(file.fileno())
        failpoint("backup.whole")
        # Fails where somebody made it meanwhile, which a renaming would not.
        os.link(part, path)
        failpoint("backup.named")
    except FileExistsError:
        raise VerbRefused(f"{path} is there already: name a file that is not") from None
    except OSError as error:
        raise VerbRefused(f"{path}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _new_file(part: Path) -> IO[bytes]:
    return os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _remove_leftovers(path: Path) -> None:
    """Of earlier backups to this place that were killed."""
    before = f"{path.name}."
    for part in path.parent.glob(f"{before}*{PART}"):
        number = part.name.removeprefix(before).removesuffix(PART)
        if number.isdigit() and not _lives(int(number)):
            part.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _writing(sink: IO[bytes]) -> Iterator[tarfile.TarFile]:
    with tarfile.open(
        fileobj=sink,
        mode="w|",
        bufsize=CHUNK,
        format=tarfile.PAX_FORMAT,
    ) as tar:
        # In steps of 16 KB unless it is told otherwise.
        tar.copybufsize = CHUNK  # type: ignore[attr-defined]
        yield tar


@contextmanager
def _encrypted(file: IO[bytes], recipient: str | None) -> Iterator[IO[bytes]]:
    """Where to write so that the file has it, encrypted where there is a recipient."""
    if recipient is None:
        yield file
        return
    import pyrage

    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise VerbRefused("--encrypt-to: must be a public key of age, age1…") from None
    reading, writing = os.pipe()

    def encrypt() -> None:
        with os.fdopen(reading, "rb") as source:
            pyrage.encrypt_io(source, file, [key])

    with ThreadPoolExecutor(1) as thread:
        encrypting = thread.submit(encrypt)
        try:
            with os.fdopen(writing, "wb") as sink:
                yield sink
        except BrokenPipeError:
            # Why nobody reads any more says the other end, below.
            pass
        encrypting.result()


# Reading.


@contextmanager
def open_archive(path: Path, identity: Path | None) -> Iterator[Iterator[Member]]:
    """The members of an archive, in their order; VerbRefused where it is none, or damaged."""
    try:
        with (
            path.open("rb") as file,
            _decrypted(file, identity) as source,
            tarfile.open(fileobj=source, mode="r|") as tar,
        ):
            yield _members(tar)
    except FileNotFoundError:
        raise VerbRefused(f"{path} is not there") from None
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise VerbRefused(f"{path} is no archive of a desk, or damaged") from error
    except OSError as error:
        raise VerbRefused(f"{path}: {error.strerror or 'damaged'}") from error


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    for info in tar:
        # One with holes says that it is longer than what lies there.
        is_plain = info.isreg() and not info.issparse()
        content = tar.extractfile(info) if is_plain else None
        if content is None:
            raise VerbRefused(f"{info.name} is no file: this is no archive of a desk")
        yield Member(info.name, info.size, content)


@contextmanager
def _decrypted(file: IO[bytes], identity: Path | None) -> Iterator[IO[bytes]]:
    head = file.read(len(AGE))
    file.seek(0)
    if head != AGE:
        yield file
        return
    if identity is None:
        raise VerbRefused("the archive is encrypted: name the file of its key with --identity")
    import pyrage

    keys = _identities(identity)
    reading, writing = os.pipe()

    def decrypt() -> None:
        with os.fdopen(writing, "wb") as sink:
            pyrage.decrypt_io(file, sink, keys)

    with ThreadPoolExecutor(1) as thread:
        decrypting = thread.submit(decrypt)
        try:
            with os.fdopen(reading, "rb") as source:
                yield source
        except (tarfile.TarError, EOFError) as error:
            # What came was cut off where it could not be decrypted.
            _refuse_undecrypted(decrypting)
            raise VerbRefused("the archive is damaged") from error
        _refuse_undecrypted(decrypting)


def _refuse_undecrypted(decrypting: "Future[None]") -> None:
    import pyrage

    try:
        decrypting.result()
    except pyrage.DecryptError:
        raise VerbRefused("the archive cannot be decrypted with this key, or is damaged") from None


def _identities(path: Path) -> list[Any]:
    """The secret keys in a file of age."""
    import pyrage

    lines = path.read_text(encoding="utf-8").split()
    try:
        return [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line.startswith("AGE-SECRET-KEY")
        ]
    except pyrage.IdentityError:
        raise VerbRefused(f"--identity: {path} holds no key of age") from None
