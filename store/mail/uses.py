"""What officers made of mails that came in: each use once, until it is taken back."""

from domain.errors import Conflict
from domain.mail.uses import MailPurpose, MailUse
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx

_USES = RecordColumns(MailUse)


async def add(tx: Tx, use: MailUse) -> None:
    """A mail was used; Conflict("mail_used") where it was already."""
    touched = await tx.execute(
        f"{_USES.insert('mail_uses')} ON CONFLICT DO NOTHING", *_USES.values(use)
    )
    if not touched:
        raise Conflict("mail_used")


async def remove(tx: Tx, use: MailUse) -> None:
    """A use was taken back; Conflict("mail_used") where it was before."""
    touched = await tx.execute(
        "DELETE FROM mail_uses WHERE mail_id = ? AND purpose = ? AND about = ? AND ticket = ?",
        use.mail_id,
        use.purpose,
        use.about,
        use.ticket,
    )
    if not touched:
        raise Conflict("mail_used")


async def list_of_mail(db: Reader, mail_id: int) -> list[MailUse]:
    """What was made of a mail, oldest first."""
    rows = await db.fetch(
        f"SELECT {_USES.listed} FROM mail_uses WHERE mail_id = ? ORDER BY used_at, purpose, about",
        mail_id,
    )
    return [_USES.of(row) for row in rows]


async def list_joined(db: Reader, no: str) -> list[MailUse]:
    """The mails that were joined to this ticket."""
    rows = await db.fetch(
        f"SELECT {_USES.listed_of('u')} FROM mail_uses u "
        "JOIN incoming_mails m ON m.id = u.mail_id "
        "WHERE u.purpose = ? AND m.ticket = ? ORDER BY u.mail_id",
        MailPurpose.JOINED,
        no,
    )
    return [_USES.of(row) for row in rows]


async def find_joined(db: Reader, no: str) -> str | None:
    """The ticket that the mail of this ticket was joined to."""
    row = await db.fetch_one(
        "SELECT m.ticket AS ticket FROM mail_uses u JOIN incoming_mails m ON m.id = u.mail_id "
        "WHERE u.ticket = ? AND u.purpose = ?",
        no,
        MailPurpose.JOINED,
    )
    return None if row is None else row["ticket"]
