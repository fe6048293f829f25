"""Mails that a mailbox's server did not hand out: kept in mind until it does, or they are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx, count


@dataclass(frozen=True, slots=True)
class RefusedMail:
    """A mail by its number. `refused_at` = when the desk went on without it, `tried_at` = when it
    was asked for last.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    refused_at: datetime
    tried_at: datetime


_COLUMNS = RecordColumns(RefusedMail)


async def refuse(tx: Tx, mail: RefusedMail) -> None:
    """The server does not give this mail; again, where it is known."""
    await tx.execute(
        f"{_COLUMNS.insert('mails_refused')} "
        "ON CONFLICT (mailbox, uidvalidity, uid) DO UPDATE SET tried_at = excluded.tried_at",
        *_COLUMNS.values(mail),
    )


async def give(tx: Tx, mail: RefusedMail) -> None:
    """It was given, or is gone."""
    await tx.execute(
        "DELETE FROM mails_refused WHERE mailbox = ? AND uidvalidity = ? AND uid = ?",
        mail.mailbox,
        mail.uidvalidity,
        mail.uid,
    )


async def list_refused(db: Reader, mailbox: str) -> Sequence[RefusedMail]:
    """Those of this mailbox, the one that was asked for longest ago first."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS.listed} FROM mails_refused WHERE mailbox = ? "
        "ORDER BY tried_at, uid LIMIT 1000",
        mailbox,
    )
    return [_COLUMNS.of(row) for row in rows]


async def forget_numbers(tx: Tx, mailbox: str) -> None:
    """The mailbox was numbered anew, and is read again from before the first of them came."""
    await tx.execute("DELETE FROM mails_refused WHERE mailbox = ?", mailbox)


async def count_refused(db: Reader) -> int:
    """How many mails the server keeps from us."""
    return await count(db, "SELECT count(*) AS n FROM mails_refused")
