"""Mails that were taken and are still to get the office's flag or folder in the mailbox."""

from collections.abc import Sequence

from domain.mail.incoming import TakenMail
from store.engine.database import Reader, Tx
from store.mail.inboxes import Position


async def add(tx: Tx, mail: TakenMail) -> None:
    """This one is to be marked."""
    await tx.execute(
        "INSERT INTO mails_to_mark (mailbox, uidvalidity, uid) VALUES (?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        mail.mailbox,
        mail.uidvalidity,
        mail.uid,
    )


async def list_to_mark(db: Reader, position: Position, limit: int) -> list[int]:
    """The UIDs of the first that are to be marked, in order."""
    rows = await db.fetch(
        f"SELECT uid FROM mails_to_mark WHERE mailbox = ? AND uidvalidity = ? "
        f"ORDER BY uid LIMIT {limit}",
        position.name,
        position.uidvalidity,
    )
    return [int(row["uid"]) for row in rows]


async def note_marked(tx: Tx, position: Position, uids: Sequence[int]) -> None:
    """These are marked, or gone; what has a number of former times is found under its new one."""
    await tx.execute_many(
        "DELETE FROM mails_to_mark WHERE mailbox = ? AND uidvalidity = ? AND uid = ?",
        [(position.name, position.uidvalidity, uid) for uid in uids],
    )
    await tx.execute(
        "DELETE FROM mails_to_mark WHERE mailbox = ? AND uidvalidity <> ?",
        position.name,
        position.uidvalidity,
    )
