"""Files by the record that they belong to; their bytes lie in `store.blobs`.

A record is a ticket number, or one that is not saved yet: a draft, a person who was asked where
files go, an import; or a chart, whose picture is kept as long as somebody may look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from domain.staff import StaffId
from domain.tickets.records import Change
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, count, is_one_of
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart
from store.records import changes

TEMPORARY = "record LIKE '%:%'"
"""Holds for files of what is no record of the desk (yet): an index has them apart."""
FIELD = "files"
"""The field under which a record's list of changes tells of them."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of one record. `message` and `album` are the platform's ids of what it came with."""

    id: str
    record: str
    name: str
    mime: str
    size: int
    sha256: str
    added_at: datetime
    added_by: StaffId | None
    caption: str = ""
    platform: str = ""
    message: str = ""
    album: str = ""


_FILES = RecordColumns(File)


def of_draft(draft_id: str) -> str:
    """The record of files that wait until a draft is saved."""
    return f"draft:{draft_id}"


def of_person(staff_id: StaffId) -> str:
    """The record of files that wait until a person says where they go."""
    return f"held:{staff_id}"


def of_import(import_id: str) -> str:
    """The record of a table that was sent, and of its rows that were not taken."""
    return f"import:{import_id}"


def of_chart(sha256: str) -> str:
    """The record of a picture that the desk drew to be shown."""
    return f"chart:{sha256}"


def of_list(sha256: str) -> str:
    """The record of a table that the desk wrote of a list, to be taken away."""
    return f"list:{sha256}"


def of_mail(sha256: str) -> str:
    """The record of a mail that came in, to be looked at as it is."""
    return f"mail:{sha256}"


async def get_file(db: Reader, file_id: str) -> File:
    """One file; NotFound("file")."""
    row = await db.fetch_one(f"SELECT {_FILES.listed} FROM files WHERE id = ?", file_id)
    if row is None:
        raise NotFound("file")
    return _FILES.of(row)


async def list_files(db: Reader, record: str) -> list[File]:
    """A record's files, oldest first."""
    rows = await db.fetch(
        f"SELECT {_FILES.listed} FROM files WHERE record = ? ORDER BY added_at, name, id", record
    )
    return [_FILES.of(row) for row in rows]


async def list_by_ids(db: Reader, ids: Sequence[str]) -> list[File]:
    """Those of these files that there are, oldest first."""
    if not ids:
        return []
    rows = await db.fetch(
        f"SELECT {_FILES.listed} FROM files WHERE {is_one_of('id', ids)} "
        "ORDER BY added_at, name, id",
        *ids,
    )
    return [_FILES.of(row) for row in rows]


async def list_album(
    db: Reader,
    platform: str,
    album: str,
    by: StaffId,
) -> list[File]:
    """What came so far of several pictures that a person sent as one, oldest first."""
    rows = await db.fetch(
        f"SELECT {_FILES.listed} FROM files WHERE platform = ? AND album = ? AND added_by = ? "
        "ORDER BY added_at, name, id",
        platform,
        album,
        by,
    )
    return [_FILES.of(row) for row in rows]


async def list_by_message(
    db: Reader,
    platform: str,
    message: str,
    by: StaffId,
) -> list[File]:
    """The files that came with one message of this person."""
    rows = await db.fetch(
        f"SELECT {_FILES.listed} FROM files "
        "WHERE platform = ? AND message = ? AND message <> '' AND added_by = ?",
        platform,
        message,
        by,
    )
    return [_FILES.of(row) for row in rows]


async def count_files(db: Reader, record: str) -> int:
    """How many files a record has."""
    return await count(db, "SELECT count(*) AS n FROM files WHERE record = ?", record)


async def has_any(db: Reader) -> bool:
    """Whether the desk has any file."""
    return await db.fetch_one("SELECT 1 AS one FROM files LIMIT 1") is not None


async def list_named(db: Reader, hashes: Sequence[str]) -> set[str]:
    """Those of these hashes that some row names."""
    if not hashes:
        return set()
    asked = is_one_of("sha256", hashes)
    rows = await db.fetch(f"SELECT sha256 FROM files WHERE {asked}", *hashes)
    return {str(row["sha256"]) for row in rows}


async def add(tx: Tx, file: File) -> None:
    """A file of a record that keeps no list of changes (yet)."""
    await tx.execute(_FILES.insert("files"), *_FILES.values(file))


async def attach(tx: Tx, file: File, version: int) -> None:
    """A file of a saved record, as a line of its list of changes at this version."""
    await add(tx, file)
    line = Change(
        file.added_at,
        file.added_by,
        FIELD,
        "",
        file.name,
        version,
    )
    await changes.add(tx, file.record, [line])


async def move(
    tx: Tx,
    ids: Sequence[str],
    start: str,
    record: str,
    version: int,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Files of the record `start` go to a saved one, each a line of its list of changes.

    Those that are no longer there are passed over. `ids` = which of them; none = all.
    """
    files = await list_files(tx, start)
    if ids:
        files = [file for file in files if file.id in ids]
    for file in files:
        await hand_over(tx, [file.id], record)
        line = Change(now, by, FIELD, "", file.name, version)
        await changes.add(tx, record, [line])


async def hand_over(tx: Tx, ids: Sequence[str], record: str) -> None:
    """Files go to another record that is not saved yet."""
    await tx.execute_many(
        "UPDATE files SET record = ? WHERE id = ?", [(record, file_id) for file_id in ids]
    )


async def remove(
    tx: Tx,
    file: File,
    version: int | None,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Take a file away; a line of the list of changes where the record has one (`version`)."""
    touched = await tx.execute("DELETE FROM files WHERE id = ?", file.id)
    if touched and version is not None:
        line = Change(now, by, FIELD, file.name, "", version)
        await changes.add(tx, file.record, [line])


async def remove_all(tx: Tx, record: str) -> None:
    """Take away what waits for a record that there will not be."""
    await tx.execute("DELETE FROM files WHERE record = ?", record)


_OF_ENDED_DRAFTS = Outdated(
    "files",
    "id",
    f"{TEMPORARY} AND substr(record, 1, 6) = 'draft:' AND NOT EXISTS (SELECT 1 FROM forms "
    "WHERE forms.id = substr(files.record, 7) AND forms.state IN ('open', 'parked'))",
    "added_at",
)
_UNCLAIMED = Outdated(
    "files",
    "id",
    f"{TEMPORARY} AND added_at < ? AND substr(record, 1, 6) <> 'draft:'",
    "added_at",
)


async def forget_of_drafts(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop the files of drafts that are done with, whenever they came."""
    return await _OF_ENDED_DRAFTS.drop(db)


async def forget_unclaimed(
    db: Database, held_before: datetime, after: PieceStart = BEGINNING
) -> Piece:
    """Drop the files that nobody claimed, or was shown, since before then."""
    return await _UNCLAIMED.drop(db, held_before)
