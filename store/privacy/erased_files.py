"""The bytes of files that go with an erasure: his own, and those in which his marks stand."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from io import BytesIO
from pathlib import Path
from time import sleep
from zipfile import BadZipFile, ZipFile

from domain.customers.marks import MarkFinder
from store import files
from store.blobs import Blobs, overwrite_file
from store.engine.database import Reader, Tx, is_one_of
from store.engine.rows import column
from store.mail import incoming
from store.privacy.sieve import CHARSETS, MarkSieve

YOUNG = timedelta(minutes=1)
"""How long somebody who stored bytes takes at most until a row names them."""
LARGEST_LOOKED_THROUGH = 64_000_000
"""Bytes of a file, or of a member of an archive, that is looked through."""
PAUSE = 0.002
"""Seconds between two files."""
_EMPTIED = "read_at IS NOT NULL AND from_email = '' AND message_id = '' AND body_text = ''"
"""Mails that were erased: they keep the hash of their bytes, by which they are known again."""
_MAIL_HEADS = (b"\nFrom:", b"\nReceived:", b"\nSubject:", b"\nMessage-ID:", b"\nDate:")
_HEAD = 4_000


def overwrite(blobs: Blobs, hashes: Iterable[str]) -> int:
    """Write over these bytes and remove them; returns how many files there were."""
    count = 0
    for sha256 in dict.fromkeys(hashes):
        path = blobs.path(sha256)
        if path.is_file():
            overwrite_file(path)
            count += 1
    return count


async def unnamed(
    db: Reader,
    hashes: Sequence[str],
    mails: Sequence[int],
) -> list[str]:
    """Those of these hashes that no file has, and no mail but these and those that were emptied."""
    if not hashes:
        return []
    named = await db.fetch(
        f"SELECT sha256 AS named FROM files WHERE {is_one_of('sha256', hashes)}",
        *hashes,
    )
    others = await db.fetch(
        f"SELECT raw_sha256 AS named FROM incoming_mails WHERE {is_one_of('raw_sha256', hashes)} "
        f"AND NOT ({is_one_of('id', mails)}) AND NOT ({_EMPTIED})",
        *hashes,
        *mails,
    )
    kept = {*column(named, "named"), *column(others, "named")}
    return [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in kept]


async def list_named(db: Reader, hashes: Sequence[str]) -> set[str]:
    """Those of these hashes that a row names: a file's, or a mail's that came in."""
    named = await files.list_named(db, hashes)
    return named | await incoming.list_named(db, hashes)


async def hashes_of_mails(db: Reader, mails: Sequence[int]) -> list[str]:
    """The bytes of these mails that came in."""
    rows = await db.fetch(
        f"SELECT raw_sha256 FROM incoming_mails WHERE {is_one_of('id', mails)}", *mails
    )
    return column(rows, "raw_sha256")


async def mails_with(db: Reader, hashes: Sequence[str]) -> list[int]:
    """The mails that came in as these bytes, and were read."""
    rows = await db.fetch(
        f"SELECT id FROM incoming_mails WHERE {is_one_of('raw_sha256', hashes)} "
        "AND read_at IS NOT NULL",
        *hashes,
    )
    return column(rows, "id")


async def forget_files(tx: Tx, hashes: Sequence[str]) -> int:
    """The rows of files with these bytes go; returns how many."""
    return await tx.execute(
        f"DELETE FROM files WHERE {is_one_of('sha256', hashes)}",
        *hashes,
    )


def naming(paths: Iterable[Path], finder: MarkFinder) -> list[str]:
    """The hashes of those of these files in which a mark stands."""
    sieve = MarkSieve(finder.needles)
    found: list[str] = []
    for path in paths:
        if _names(path, finder, sieve):
            found.append(path.name)
        # Whoever chats in this process has a turn.
        sleep(PAUSE)
    return found


def _names(path: Path, finder: MarkFinder, sieve: MarkSieve) -> bool:
    if path.stat().st_size > LARGEST_LOOKED_THROUGH:
        return False
    content = path.read_bytes()
    for piece in filter(sieve.may_hold, _pieces(content)):
        for text in _texts(piece):
            if finder.is_in(text):
                return True
    return False


def _pieces(content: bytes) -> Iterator[bytes]:
    """The bytes, what an archive holds, and the parts of a mail."""
    yield content
    if content[:2] == b"PK":
        yield from _members(content)
    elif any(head in b"\n" + content[:_HEAD] for head in _MAIL_HEADS):
        yield from _parts(message_from_bytes(content))


def _members(content: bytes) -> Iterator[bytes]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.file_size <= LARGEST_LOOKED_THROUGH:
                    yield archive.read(member)
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        # What cannot be unpacked here nobody reads in it.
        return


def _parts(mail: Message) -> Iterator[bytes]:
    for part in mail.walk():
        decoded = part.get_payload(decode=True)
        if isinstance(decoded, bytes):
            yield from _members(decoded) if decoded[:2] == b"PK" else [decoded]
        yield "\n".join(map(str, part.values())).encode("utf-8", "replace")


def _texts(piece: bytes) -> Iterator[str]:
    for charset in CHARSETS:
        yield piece.decode(charset, "ignore")
