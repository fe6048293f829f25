"""Mails that came in: taken with how far the mailbox was read, and read later, each once."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any

from domain.errors import Conflict, NotFound
from domain.mail.incoming import IncomingMail, MailReading, TakenMail, WaitingMail
from domain.mail.sorted_mail import MACHINES, Apart
from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Row, Tx, count, is_one_of, marks

_TAKEN = RecordColumns(TakenMail)
_WAITING = RecordColumns(WaitingMail)
_READING = RecordColumns(MailReading)
_FLAGS = ("whole", "opened", "thanks", "cleared")
_PAGE = 25
"""Mails that are read at a time: each may hold some 400,000 characters."""
_APART = {
    Apart.SPAM: "kind = 'spam_like' AND read_at IS NOT NULL",
    Apart.MACHINES: (
        "kind IN ('auto_reply', 'bounce', 'own_loop') AND ticket IS NULL AND read_at IS NOT NULL"
    ),
}
_MACHINES = tuple(sorted(MACHINES))
_SUSPECT = "(begun > CASE WHEN begun_by = ? THEN 1 ELSE 0 END)"
_WAITING_BEHIND = (
    f"SELECT {_WAITING.listed} FROM incoming_mails "
    "WHERE read_at IS NULL AND id > ? {condition} ORDER BY id LIMIT {limit}"
)
_REQUESTS = ("new", "forward", "spam_like")
"""Kinds of mails that make a ticket."""
_OPENED = "opened = 1 AND read_at IS NOT NULL"
"""Holds for mails that made a ticket."""
_UNCLAIMED = "t.status = 'new' AND EXISTS (SELECT 1 FROM incoming_mails m WHERE m.ticket = t.no)"


def _values(columns: RecordColumns[Any], record: object) -> list[object]:
    """What the columns hold; the databases have no column for yes and no."""
    values = columns.stored(record)
    return [int(bool(value)) if name in _FLAGS else value for name, value in values.items()]


def _plain(row: Row) -> Row:
    """The row with its flags as yes and no."""
    flags = {name: bool(row[name]) for name in _FLAGS if name in row}
    return {**row, **flags}


async def take(tx: Tx, mail: TakenMail) -> bool:
    """A mail whose bytes are stored waits to be read; False where it was taken before.

    It is the same mail under the same number of its mailbox, and after a new numbering where its
    bytes are the same: then the row has the new number from now on, so that of two equal mails
    each is known again once. Of those with a Message-ID that say the same there is one anyway,
    whichever way and into whichever mailbox they came.
    """
    if await _is_known(tx, mail):
        return False
    # On PostgreSQL the command line may take the same mail at this moment.
    taken = await tx.execute(
        f"{_TAKEN.insert('incoming_mails')} ON CONFLICT (mailbox, uidvalidity, uid) DO NOTHING",
        *_values(_TAKEN, mail),
    )
    return bool(taken)


async def _is_known(tx: Tx, mail: TakenMail) -> bool:
    rows = await tx.fetch(
        "SELECT id, mailbox, uidvalidity, uid FROM incoming_mails "
        "WHERE mailbox = ? AND uidvalidity = ? AND uid = ? "
        "UNION SELECT id, mailbox, uidvalidity, uid FROM incoming_mails "
        "WHERE mailbox = ? AND raw_sha256 = ? "
        "UNION SELECT id, mailbox, uidvalidity, uid FROM incoming_mails "
        "WHERE message_id = ? AND message_id <> '' "
        "AND content_sha256 = ? AND content_sha256 <> '' ORDER BY 1",
        mail.mailbox,
        mail.uidvalidity,
        mail.uid,
        mail.mailbox,
        mail.raw_sha256,
        mail.message_id,
        mail.content_sha256,
    )
    here = [row for row in rows if row["mailbox"] == mail.mailbox]
    place = (mail.uidvalidity, mail.uid)
    if any((row["uidvalidity"], row["uid"]) == place for row in here):
        return True
    earlier = [row["id"] for row in here if row["uidvalidity"] != mail.uidvalidity]
    if earlier:
        await tx.execute(
            "UPDATE incoming_mails SET uidvalidity = ?, uid = ? WHERE id = ?", *place, earlier[0]
        )
        return True
    return bool(rows and mail.message_id)


async def lay_before(tx: Tx, mailbox: str, fingerprints: Collection[str]) -> None:
    """These lay in the mailbox before the desk first saw it."""
    await tx.execute_many(
        "INSERT INTO mails_before (mailbox, fingerprint) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(mailbox, each) for each in sorted(fingerprints)],
    )


async def lies_before(db: Reader, mailbox: str, fingerprint: str) -> bool:
    """Whether such a mail lay in the mailbox before the desk first saw it."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM mails_before WHERE mailbox = ? AND fingerprint = ?",
        mailbox,
        fingerprint,
    )
    return row is not None


async def list_waiting(db: Reader, after: int, limit: int) -> list[WaitingMail]:
    """The first mails behind this one that wait to be read, in the order of their taking."""
    rows = await db.fetch(_WAITING_BEHIND.format(condition="", limit=limit), after)
    return [_WAITING.of(_plain(row)) for row in rows]


async def list_harmless(db: Reader, owner: str, after: int, limit: int) -> list[WaitingMail]:
    """Those of them that no process began to read, but for this one."""
    condition = f"AND NOT {_SUSPECT}"
    rows = await db.fetch(_WAITING_BEHIND.format(condition=condition, limit=limit), after, owner)
    return [_WAITING.of(_plain(row)) for row in rows]


async def list_suspects(db: Reader, owner: str, after: int, limit: int) -> list[WaitingMail]:
    """The others: a process began to read them and did not come to their end."""
    condition = f"AND {_SUSPECT}"
    rows = await db.fetch(_WAITING_BEHIND.format(condition=condition, limit=limit), after, owner)
    return [_WAITING.of(_plain(row)) for row in rows]


async def begin(tx: Tx, ids: Sequence[int], owner: str) -> None:
    """This process begins to read these, which it does once, however often it tries."""
    await tx.execute(
        "UPDATE incoming_mails SET begun = begun + 1, begun_by = ? "
        f"WHERE begun_by <> ? AND {is_one_of('id', ids)}",
        owner,
        owner,
        *ids,
    )


async def count_waiting(db: Reader) -> int:
    """How many mails wait to be read."""
    return await count(db, "SELECT count(*) AS n FROM incoming_mails WHERE read_at IS NULL")


async def settle(tx: Tx, mail_id: int, reading: MailReading, now: datetime) -> None:
    """What came of a mail; Conflict("mail_read") where somebody else has read it.

    Of one that made no ticket nobody need be told.
    """
    told_at = None if reading.opened else now
    kept = ", ".join(f"{name} = ?" for name in _READING.names)
    touched = await tx.execute(
        f"UPDATE incoming_mails SET read_at = ?, told_at = ?, {kept} "
        "WHERE id = ? AND read_at IS NULL",
        now,
        told_at,
        *_values(_READING, reading),
        mail_id,
    )
    if not touched:
        raise Conflict("mail_read")


async def list_untold(db: Reader, limit: int, after: int = 0) -> list[IncomingMail]:
    """Mails that made a ticket of which nobody was told, oldest first, behind this one."""
    rows = await db.fetch(
        f"SELECT {_SHOWN} FROM incoming_mails WHERE told_at IS NULL AND {_OPENED} AND id > ? "
        f"ORDER BY id LIMIT {limit}",
        after,
    )
    return [_incoming(row) for row in rows]


async def count_told_between(db: Reader, since: datetime, until: datetime) -> int:
    """How many mails that made a ticket were told of in that time."""
    return await count(
        db,
        "SELECT count(*) AS n FROM incoming_mails "
        f"WHERE told_at >= ? AND told_at <= ? AND {_OPENED}",
        since,
        until,
    )


async def note_told(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    """The office was told of these; Conflict("mail_told") where of one it was meanwhile."""
    touched = await tx.execute(
        f"UPDATE incoming_mails SET told_at = ? WHERE told_at IS NULL AND {is_one_of('id', ids)}",
        now,
        *ids,
    )
    if touched != len(ids):
        raise Conflict("mail_told")


_KEPT = ("id", "raw_sha256", "arrived_at", "read_at", "second_ticket", "possible")
_SHOWN = ", ".join((*_KEPT, *_READING.names))


def _incoming(row: Row) -> IncomingMail:
    kept = {name: row[name] for name in _KEPT}
    return IncomingMail(**kept, reading=_READING.of(_plain(row)))


async def keep_possible(tx: Tx, mail_id: int, codes: Sequence[str]) -> None:
    """The customers that a search found for a mail; it is searched once."""
    await tx.execute(
        "UPDATE incoming_mails SET possible = ? WHERE id = ? AND possible IS NULL",
        " ".join(codes),
        mail_id,
    )


async def read_all(db: Reader) -> AsyncIterator[IncomingMail]:
    """All mails that were read, in the order of their taking, page by page."""
    after = 0
    while True:
        rows = await db.fetch(
            f"SELECT {_SHOWN} FROM incoming_mails WHERE id > ? AND read_at IS NOT NULL "
            f"ORDER BY id LIMIT {_PAGE}",
            after,
        )
        for row in rows:
            yield _incoming(row)
        if len(rows) < _PAGE:
            return
        after = int(rows[-1]["id"])


async def list_unclaimed(db: Reader, limit: int, offset: int = 0) -> list[str]:
    """The numbers of the tickets that mail brought and nobody has worked on, oldest first."""
    rows = await db.fetch(
        f"SELECT t.no AS no FROM tickets t WHERE {_UNCLAIMED} "
        f"ORDER BY t.created_at, t.no LIMIT {limit} OFFSET {offset}"
    )
    return [row["no"] for row in rows]


async def count_unclaimed(db: Reader) -> int:
    """How many they are."""
    return await count(db, f"SELECT count(*) AS n FROM tickets t WHERE {_UNCLAIMED}")


async def count_unclaimed_by_assignee(db: Reader) -> dict[StaffId | None, int]:
    """How many they are, by whose they are: None = nobody's."""
    rows = await db.fetch(
        "SELECT t.assignee_id AS assignee, count(*) AS n FROM tickets t "
        f"WHERE {_UNCLAIMED} GROUP BY t.assignee_id"
    )
    return {row["assignee"]: int(row["n"]) for row in rows}


async def list_apart(
    db: Reader,
    which: Apart,
    limit: int,
    offset: int = 0,
) -> list[IncomingMail]:
    """Mails that make no ticket, the newest first."""
    rows = await db.fetch(
        f"SELECT {_SHOWN} FROM incoming_mails WHERE {_APART[which]} "
        f"ORDER BY id DESC LIMIT {limit} OFFSET {offset}"
    )
    return [_incoming(row) for row in rows]


async def count_apart(db: Reader, which: Apart) -> int:
    """How many they are."""
    return await count(db, f"SELECT count(*) AS n FROM incoming_mails WHERE {_APART[which]}")


async def find_apart(db: Reader, mail_id: int) -> Apart | None:
    """Where a mail is listed that makes no ticket; None where it is not."""
    for which, held in _APART.items():
        if await count(
            db, f"SELECT count(*) AS n FROM incoming_mails WHERE id = ? AND {held}", mail_id
        ):
            return which
    return None


async def clear(tx: Tx, mail_id: int, which: Apart) -> None:
    """A mail that was set apart is read anew, as one that a person wrote; Conflict("mail_cleared")
    where somebody said so before.
    """
    touched = await tx.execute(
        "UPDATE incoming_mails SET cleared = 1, read_at = NULL, begun = 0 "
        f"WHERE id = ? AND {_APART[which]}",
        mail_id,
    )
    if not touched:
        raise Conflict("mail_cleared")


async def get_taken(db: Reader, mail_id: int) -> WaitingMail:
    """A mail as it was taken; NotFound("mail")."""
    row = await db.fetch_one(f"SELECT {_WAITING.listed} FROM incoming_mails WHERE id = ?", mail_id)
    if row is None:
        raise NotFound("mail")
    return _WAITING.of(_plain(row))


async def list_of_tickets(db: Reader, nos: Sequence[str]) -> dict[str, IncomingMail]:
    """By ticket the mail that made it, of those that a mail made."""
    rows = await db.fetch(
        f"SELECT {_SHOWN} FROM incoming_mails WHERE {is_one_of('ticket', nos)} AND {_OPENED} "
        f"UNION SELECT {_SHOWN} FROM incoming_mails WHERE {is_one_of('second_ticket', nos)} "
        "ORDER BY id",
        *nos,
        *nos,
    )
    made: dict[str, IncomingMail] = {}
    for mail in map(_incoming, rows):
        for no in (mail.reading.ticket, mail.second_ticket):
            if no is not None and no in nos:
                made[no] = mail
    return made


async def list_of_caller(
    db: Reader,
    sender: str,
    since: datetime,
    until: datetime,
) -> list[str]:
    """The unfinished tickets of the requests that came from this address at that time, oldest
    first.
    """
    rows = await db.fetch(
        "SELECT m.ticket AS ticket FROM incoming_mails m JOIN tickets t ON t.no = m.ticket "
        "WHERE m.from_email = ? AND m.opened = 1 AND m.kind = 'new' "
        "AND m.arrived_at >= ? AND m.arrived_at <= ? AND t.status IN ('new', 'open') "
        "ORDER BY m.arrived_at, m.id",
        sender,
        since,
        until,
    )
    return [str(row["ticket"]) for row in rows]


async def move(tx: Tx, old: str, new: str) -> None:
    """All mails of a ticket belong to another one from now on."""
    await tx.execute(
        "UPDATE incoming_mails SET ticket = ?, opened = 0 WHERE ticket = ?",
        new,
        old,
    )


async def move_back(tx: Tx, mail_id: int, no: str) -> None:
    """A mail that was moved is its own ticket's again."""
    await tx.execute(
        "UPDATE incoming_mails SET ticket = ?, "
        f"opened = CASE WHEN kind IN ({marks(_REQUESTS)}) THEN 1 ELSE 0 END WHERE id = ?",
        no,
        *_REQUESTS,
        mail_id,
    )


async def set_second_ticket(tx: Tx, mail_id: int, old: str | None, new: str | None) -> None:
    """The second ticket of what a colleague passed on; Conflict("mail_used") where that is not
    `old` any more.
    """
    touched = await tx.execute(
        "UPDATE incoming_mails SET second_ticket = ? "
        "WHERE id = ? AND COALESCE(second_ticket, '') = ?",
        new,
        mail_id,
        old or "",
    )
    if not touched:
        raise Conflict("mail_used")


async def list_of_ticket(db: Reader, no: str) -> list[IncomingMail]:
    """The mails of a ticket, oldest first: the one that made it, or that it is the second ticket
    of, and what people and machines answered to it since.
    """
    rows = await db.fetch(
        f"SELECT {_SHOWN} FROM incoming_mails WHERE ticket = ? "
        f"UNION SELECT {_SHOWN} FROM incoming_mails WHERE second_ticket = ? ORDER BY id LIMIT 50",
        no,
        no,
    )
    return [_incoming(row) for row in rows]


async def get_mail(db: Reader, mail_id: int) -> IncomingMail:
    """A mail that was read; NotFound("mail")."""
    row = await db.fetch_one(
        f"SELECT {_SHOWN} FROM incoming_mails WHERE id = ? AND read_at IS NOT NULL", mail_id
    )
    if row is None:
        raise NotFound("mail")
    return _incoming(row)


async def find_newest(db: Reader, no: str) -> IncomingMail | None:
    """The last mail that somebody sent about a ticket: the one that made it, or that it is the
    second ticket of, or an answer to it.
    """
    row = await db.fetch_one(
        f"SELECT {_SHOWN} FROM incoming_mails WHERE ticket = ? AND (opened = 1 OR kind = 'reply') "
        "AND read_at IS NOT NULL "
        f"UNION SELECT {_SHOWN} FROM incoming_mails WHERE second_ticket = ? "
        "ORDER BY id DESC LIMIT 1",
        no,
        no,
    )
    return None if row is None else _incoming(row)


async def find_ticket_of(db: Reader, message_id: str, sender: str) -> str | None:
    """The ticket of the mail with this Message-ID that came in from this sender."""
    row = await db.fetch_one(
        "SELECT ticket FROM incoming_mails WHERE message_id = ? AND message_id <> '' "
        "AND lower(from_email) = ? AND ticket IS NOT NULL ORDER BY id DESC LIMIT 1",
        message_id,
        sender.lower(),
    )
    return None if row is None else str(row["ticket"])


async def count_answers(db: Reader, no: str, sender: str, since: datetime) -> tuple[int, int]:
    """How many answers to this ticket were taken since then, and how many of this sender, of the
    last thousand mails.
    """
    rows = await db.fetch(
        "SELECT (SELECT count(*) FROM incoming_mails "
        "WHERE ticket = ? AND kind = 'reply' AND taken_at >= ?) AS of_ticket, "
        "(SELECT count(*) FROM (SELECT from_email, kind, taken_at FROM incoming_mails "
        "ORDER BY id DESC LIMIT 1000) AS lately "
        "WHERE lower(from_email) = ? AND kind = 'reply' AND taken_at >= ?) AS of_sender",
        no,
        since,
        sender.lower(),
        since,
    )
    return int(rows[0]["of_ticket"]), int(rows[0]["of_sender"])


async def list_writers(db: Reader, no: str) -> set[str]:
    """Who wrote the mails of a ticket, and where to answer them; machines write to nobody."""
    rows = await db.fetch(
        "SELECT from_email, reply_to FROM incoming_mails "
        f"WHERE ticket = ? AND kind NOT IN ({marks(_MACHINES)})",
        no,
        *_MACHINES,
    )
    return {str(row[name]) for row in rows for name in ("from_email", "reply_to") if row[name]}


async def list_named(db: Reader, hashes: Sequence[str]) -> set[str]:
    """Those of these hashes that are a mail's bytes."""
    rows = await db.fetch(
        f"SELECT raw_sha256 FROM incoming_mails WHERE {is_one_of('raw_sha256', hashes)}", *hashes
    )
    return {str(row["raw_sha256"]) for row in rows}


async def forget_bytes(tx: Tx, ids: Sequence[int]) -> None:
    """These mails keep no bytes any more."""
    await tx.execute(
        f"UPDATE incoming_mails SET raw_sha256 = '' WHERE {is_one_of('id', ids)}",
        *ids,
    )
