"""How far each mailbox was read: it is written in the transaction of what a mail came to, by one
reader at a time.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.errors import Conflict
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx


class MailKind(StrEnum):
    """What a mail was: a report about one of ours, about none of ours, one that nobody can read, or
    another mail.
    """

    REPORT = "reports"
    STRAY = "strays"
    UNREADABLE = "unreadable"
    OTHER = ""


@dataclass(frozen=True, slots=True)
class Position:
    """`next_uid` = the first mail not dealt with yet; UIDs mean something only under their
    `uidvalidity`. Mails before `again_to` lay there when the mailbox was numbered anew.
    """

    name: str
    uidvalidity: int
    next_uid: int
    read_at: datetime
    again_to: int = 0


_POSITIONS = RecordColumns(Position)


async def find_position(db: Reader, name: str) -> Position | None:
    """How far this mailbox was read; None where it never was."""
    row = await db.fetch_one(f"SELECT {_POSITIONS.listed} FROM mail_inboxes WHERE name = ?", name)
    return None if row is None else _POSITIONS.of(row)


async def begin(tx: Tx, position: Position) -> None:
    """Read this mailbox from here on; nothing where another process was quicker."""
    await tx.execute(
        f"{_POSITIONS.insert('mail_inboxes')} ON CONFLICT (name) DO NOTHING",
        *_POSITIONS.values(position),
    )


async def move(tx: Tx, old: Position, new: Position) -> None:
    """Go on from `old` to `new`; Conflict("inbox_moved") where somebody else did."""
    moved = await tx.execute(
        "UPDATE mail_inboxes SET uidvalidity = ?, next_uid = ?, read_at = ?, again_to = ? "
        "WHERE name = ? AND uidvalidity = ? AND next_uid = ?",
        new.uidvalidity,
        new.next_uid,
        new.read_at,
        new.again_to,
        old.name,
        old.uidvalidity,
        old.next_uid,
    )
    if not moved:
        raise Conflict("inbox_moved")


async def note_found(tx: Tx, name: str, found: MailKind) -> None:
    """One more mail of this kind was read."""
    await tx.execute(
        f"UPDATE mail_inboxes SET {found.value} = {found.value} + 1 WHERE name = ?", name
    )


async def count_found(db: Reader) -> dict[MailKind, int]:
    """How many mails of each kind were read; empty where no mailbox is."""
    rows = await db.fetch("SELECT reports, strays, unreadable FROM mail_inboxes")
    return (
        {found: sum(int(row[found.value]) for row in rows) for found in MailKind if found}
        if rows
        else {}
    )


def later(position: Position, next_uid: int, now: datetime) -> Position:
    """The same mailbox, read up to there."""
    return replace(position, next_uid=next_uid, read_at=now)
