"""Mails to customers: what was written, kept for good; the outbox's message of the same id sends it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.mail import subject_line
from domain.staff import Platform, StaffId
from store import outbox
from store.database import Reader, Row, Tx

THREAD = 10
"""How many earlier mails a mail names."""


class MailState(StrEnum):
    """A mail's way: `doubtful` = nobody can know whether it was accepted, a person decides; `dead` = refused;
    `dropped` = another was written in its place.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DOUBTFUL = "doubtful"
    DEAD = "dead"
    DROPPED = "dropped"


STUCK = (MailState.DOUBTFUL, MailState.DEAD)
"""The states that only a person ends."""


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail about to be written.

    `record` = the ticket, contract or customer that it is about; `ticket` = the ticket whose number stands in the
    subject, where that is not the record. `purpose` names what is done when it is sent (handlers.mail.on_send) and
    `language` is that of the letter. `text` = the part of the body between greeting and closing, once somebody saw
    it. `files` = ids of attachments. `automatic` = no person approved it.
    """

    record: str
    to: str
    subject: str
    body: str
    purpose: str
    language: str
    ticket: str = ""
    files: tuple[str, ...] = ()
    automatic: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was written, and how far it came. `thread` = the Message-IDs it follows, oldest first.

    `error` says why it is not sent: a step and the server's codes, never its words (bot/mail.py).
    """

    id: UUID
    record: str
    ticket: str
    to: str
    subject: str
    body: str
    purpose: str
    language: str
    files: tuple[str, ...]
    automatic: bool
    message_id: str
    thread: tuple[str, ...]
    staff_id: StaffId | None
    written_at: datetime
    state: MailState = MailState.QUEUED
    sent_at: datetime | None = None
    next_at: datetime | None = None
    error: str = ""


_SELECT = (
    "SELECT m.id, m.record, m.ticket, m.address, m.subject, m.body, m.purpose, m.language, m.files, m.automatic, "
    "m.message_id, m.thread, m.staff_id, m.written_at, o.state, o.sent_at, o.next_at, o.error "
    "FROM mails m JOIN outbox o ON o.id = m.id"
)


def _mail(row: Row) -> Mail:
    return Mail(
        UUID(row["id"]),
        row["record"],
        row["ticket"],
        row["address"],
        row["subject"],
        row["body"],
        row["purpose"],
        row["language"],
        tuple(row["files"].split()),
        bool(row["automatic"]),
        row["message_id"],
        tuple(row["thread"].split()),
        None if row["staff_id"] is None else StaffId(row["staff_id"]),
        row["written_at"],
        MailState(row["state"]),
        row["sent_at"],
        row["next_at"],
        row["error"],
    )


async def put_mail(tx: Tx, new: NewMail, mail_id: UUID, domain: str, by: StaffId | None, now: datetime) -> Mail:
    """Keep a mail and queue it: each goes out once, in order for each address.

    `domain` = the part of the sender's address after the @, for the Message-ID.
    """
    mail = Mail(
        mail_id,
        new.record,
        new.ticket,
        new.to,
        subject_line(new.subject, new.ticket or new.record),
        new.body,
        new.purpose,
        new.language,
        new.files,
        new.automatic,
        f"<{mail_id}@{domain}>",
        await _earlier(tx, new),
        by,
        now,
    )
    await outbox.add(tx, [outbox.Message(mail.id, Platform.MAIL, mail.to, payload_of(mail), staff_id=by)], now)
    await tx.execute(
        "INSERT INTO mails (id, record, ticket, address, subject, body, purpose, language, files, automatic, "
        "message_id, thread, staff_id, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        str(mail.id),
        mail.record,
        mail.ticket,
        mail.to,
        mail.subject,
        mail.body,
        mail.purpose,
        mail.language,
        " ".join(mail.files),
        mail.automatic,
        mail.message_id,
        " ".join(mail.thread),
        by,
        now,
    )
    return mail


async def _earlier(tx: Tx, new: NewMail) -> tuple[str, ...]:
    """The Message-IDs of what this address was already written about the same record or ticket."""
    about = (new.record, new.ticket or new.record)
    rows = await tx.fetch(
        "SELECT m.message_id FROM mails m JOIN outbox o ON o.id = m.id "
        "WHERE (m.record IN (?, ?) OR m.ticket IN (?, ?)) "
        f"AND m.address = ? AND o.state NOT IN ('dead', 'dropped') ORDER BY o.seq DESC LIMIT {THREAD}",
        *about,
        *about,
        new.to,
    )
    return tuple(row["message_id"] for row in reversed(rows))


def payload_of(mail: Mail) -> str:
    """What bot/mail.py sends, as JSON."""
    return json.dumps(
        {
            "to": mail.to,
            "subject": mail.subject,
            "body": mail.body,
            "language": mail.language,
            "message_id": mail.message_id,
            "thread": list(mail.thread),
            "files": list(mail.files),
            "automatic": mail.automatic,
            "written_at": mail.written_at.isoformat(),
        },
        ensure_ascii=False,
    )


async def find_mail(db: Reader, mail_id: str) -> Mail | None:
    """One mail, if there is one with this id."""
    row = await db.fetch_one(f"{_SELECT} WHERE m.id = ?", mail_id)
    return None if row is None else _mail(row)


async def get_mail(db: Reader, mail_id: str) -> Mail:
    """One mail; NotFound("mail")."""
    mail = await find_mail(db, mail_id)
    if mail is None:
        raise NotFound("mail")
    return mail


async def list_mails(db: Reader, record: str, limit: int = 5) -> list[Mail]:
    """What was written about a ticket, contract or customer, the newest first."""
    rows = await db.fetch(
        f"{_SELECT} WHERE m.record = ? OR m.ticket = ? ORDER BY o.seq DESC LIMIT {int(limit)}", record, record
    )
    return [_mail(row) for row in rows]


async def send_again(tx: Tx, mail: Mail, now: datetime) -> None:
    """Queue a refused or doubtful mail once more, as it was; Conflict("mail_moved") where it is neither any more."""
    await _from(
        tx,
        mail,
        STUCK,
        "state = 'queued', payload = ?, attempts = 0, created_at = ?, next_at = ?",
        payload_of(mail),
        now,
        now,
    )


async def assume_sent(tx: Tx, mail: Mail, now: datetime) -> None:
    """A person decided that a doubtful mail was sent; Conflict("mail_moved") where it is no longer doubtful."""
    await _from(tx, mail, (MailState.DOUBTFUL,), "state = 'sent', payload = '', sent_at = ?", now)


async def replace_by_new(tx: Tx, mail: Mail) -> None:
    """Another mail goes in the place of a refused one; Conflict("mail_moved") where it was sent again meanwhile."""
    await _from(tx, mail, STUCK, "state = 'dropped', payload = ''")


async def _from(tx: Tx, mail: Mail, states: Sequence[MailState], change: str, *params: object) -> None:
    marks = ", ".join("?" for _ in states)
    touched = await tx.execute(
        f"UPDATE outbox SET {change}, unclear = ?, error = '' WHERE id = ? AND state IN ({marks})",
        *params,
        False,
        str(mail.id),
        *states,
    )
    if not touched:
        raise Conflict("mail_moved")
