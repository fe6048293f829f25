"""Mails to customers: what was written, kept for good; the outbox's message of the same id sends
it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.mail.mails import subject_line
from domain.staff import Platform, StaffId
from store import files as file_store
from store.chat import outbox
from store.engine.database import Reader, Row, Tx, count, insert, is_one_of
from store.files import File

THREAD = 10
"""How many earlier mails a mail names."""


class MailState(StrEnum):
    """A mail's way: `doubtful` = nobody can know whether it was accepted, a person decides; `dead`
    = refused; `bounced` = accepted, and later reported as not delivered; `dropped` = another was
    written in its place."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DOUBTFUL = "doubtful"
    DEAD = "dead"
    BOUNCED = "bounced"
    DROPPED = "dropped"


STUCK = (MailState.DOUBTFUL, MailState.DEAD, MailState.BOUNCED)
"""The states that only a person ends."""


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail about to be written.

    `record` = the ticket, contract, customer or thing owed that it is about; `ticket` = the ticket
    whose number stands in the subject, where that is not the record; `also` = further ones of both,
    where one letter is about several. `purpose` names what is done when it is
    sent (handlers.mail.on_send) and `language` is that of the letter. `text` = the part of the body
    between greeting and closing, once somebody saw it. `files` = ids of attachments. `automatic` =
    no person approved it. `aside` = what its purpose needs at the press that sends; it is not kept.
    `customers` = the codes of those who are written to, `contact` = whom of them, where that is one
    of an organisation's contacts. `cc` = the addresses that get a copy; `thread` = the Message-IDs
    of the mail that it answers, its own last, none where it answers no mail."""

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
    aside: Mapping[str, str] = field(default_factory=dict)
    customers: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    contact: int | None = None
    cc: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()

    @property
    def things(self) -> tuple[tuple[str, str], ...]:
        """All that it is about, each with its ticket."""
        return (self.record, self.ticket), *self.also

    @property
    def records(self) -> tuple[str, ...]:
        """What it is found by, each once: all that it is about, and whom it goes to."""
        about = (name for thing in self.things for name in thing)
        return tuple(dict.fromkeys(filter(None, (*about, *self.customers))))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was written, and how far it came. `thread` = the Message-IDs it follows, oldest
    first.

    `files` = the ids of what is attached. `error` says why it is not sent: a step and the server's
    codes, never its words (bot/mail/adapter.py), or those of the report that came back at
    `bounced_at`. `delayed_at` = a server reported then that it is still trying."""

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
    bounced_at: datetime | None = None
    delayed_at: datetime | None = None
    cc: tuple[str, ...] = ()


_HANDED_OVER = "('sent', 'doubtful')"
"""The outbox's states in which a report that it did not arrive says what became of a mail."""
_ARRIVED = "o.state NOT IN ('dead', 'dropped') AND m.bounced_at IS NULL"
"""Holds for mails that went out, or are on their way, as far as is known."""
_BY_DESK = "m.message_id LIKE '<%'"
"""Holds for mails that the desk sent: of those that an officer sent nobody knows the Message-ID."""
_COLUMNS = (
    "m.id, m.record, m.ticket, m.address, m.subject, m.body, m.purpose, m.language, "
    "m.files, m.automatic, m.message_id, m.thread, m.staff_id, m.written_at, "
    "o.state, o.sent_at, o.next_at, o.error, m.bounced_at, m.delayed_at, m.report, m.cc"
)
_SELECT = f"SELECT {_COLUMNS} FROM mails m JOIN outbox o ON o.id = m.id"


def _mail(row: Row) -> Mail:
    state = MailState(row["state"])
    error = row["error"]
    if row["bounced_at"] is not None and state in (MailState.SENT, MailState.DOUBTFUL):
        state = MailState.BOUNCED
        error = row["report"]
    return Mail(
        id=UUID(row["id"]),
        record=row["record"],
        ticket=row["ticket"],
        to=row["address"],
        subject=row["subject"],
        body=row["body"],
        purpose=row["purpose"],
        language=row["language"],
        files=tuple(row["files"].split()),
        automatic=bool(row["automatic"]),
        message_id=row["message_id"],
        thread=tuple(row["thread"].split()),
        staff_id=row["staff_id"],
        written_at=row["written_at"],
        state=state,
        sent_at=row["sent_at"],
        next_at=row["next_at"],
        error=error,
        bounced_at=row["bounced_at"],
        delayed_at=row["delayed_at"],
        cc=tuple(row["cc"].split()),
    )


async def put_mail(
    tx: Tx,
    new: NewMail,
    mail_id: UUID,
    domain: str,
    by: StaffId | None,
    now: datetime,
) -> Mail:
    """Keep a mail and queue it: each goes out once, in order for each address.

    `domain` = the part of the sender's address after the @, for the Message-ID.
    """
    files = await _copies(tx, mail_id, new.files)
    mail = Mail(
        id=mail_id,
        record=new.record,
        ticket=new.ticket,
        to=new.to,
        subject=subject_line(new.subject, new.ticket or new.record),
        body=new.body,
        purpose=new.purpose,
        language=new.language,
        files=tuple(file.id for file in files),
        automatic=new.automatic,
        message_id=f"<{mail_id}@{domain}>",
        thread=new.thread or await _earlier(tx, new),
        staff_id=by,
        written_at=now,
        cc=new.cc,
    )
    await outbox.add(tx, [_message(mail, payload_of(mail, files))], now)
    await _keep(tx, mail, new.records)
    return mail


async def put_by_hand(
    tx: Tx,
    new: NewMail,
    mail_id: UUID,
    by: StaffId,
    now: datetime,
) -> None:
    """Keep a letter that an officer has sent without the desk, as one that is out; `new.subject` is
    complete.
    """
    mail = Mail(
        id=mail_id,
        record=new.record,
        ticket=new.ticket,
        to=new.to,
        subject=new.subject,
        body=new.body,
        purpose=new.purpose,
        language=new.language,
        files=(),
        automatic=False,
        message_id=str(mail_id),
        thread=(),
        staff_id=by,
        written_at=now,
    )
    message = _message(mail, payload="")
    await outbox.add(tx, [message], now)
    await outbox.mark_sent(tx, message, now)
    await _keep(tx, mail, new.records)


def _message(mail: Mail, payload: str) -> outbox.Message:
    """The outbox's message of a mail."""
    return outbox.Message(mail.id, Platform.MAIL, mail.to, payload, staff_id=mail.staff_id)


async def _keep(tx: Tx, mail: Mail, records: Sequence[str]) -> None:
    """Write a mail, and what it is about."""
    await tx.execute(
        "INSERT INTO mails (id, record, ticket, address, subject, body, purpose, language, files, "
        "automatic, message_id, thread, staff_id, written_at, cc) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        mail.staff_id,
        mail.written_at,
        " ".join(mail.cc),
    )
    await insert(
        tx,
        "mail_records",
        ("record", "mail_id"),
        [(record, str(mail.id)) for record in records],
    )


async def _copies(tx: Tx, mail_id: UUID, ids: Sequence[str]) -> list[File]:
    """What is attached, as rows of the mail's own: what was sent stays, whatever becomes of the
    ticket's files. NotFound("file") where one is gone.
    """
    found = await file_store.list_by_ids(tx, ids)
    if len(found) != len(set(ids)):
        raise NotFound("file")
    copies = []
    for place, file in enumerate(found):
        copy = replace(
            file,
            id=f"{mail_id.hex}{place:02}",
            record=str(mail_id),
            message="",
            album="",
        )
        await file_store.add(tx, copy)
        copies.append(copy)
    return copies


async def _earlier(tx: Tx, new: NewMail) -> tuple[str, ...]:
    """The Message-IDs of what this address was already written about the same record or ticket."""
    about = [name for thing in new.things for name in thing if name]
    # What never arrived is no mail that an answer could belong to.
    rows = await tx.fetch(
        "SELECT m.message_id FROM mails m JOIN outbox o ON o.id = m.id "
        f"WHERE {_about(about)} AND m.address = ? AND {_ARRIVED} AND {_BY_DESK} "
        f"ORDER BY o.seq DESC LIMIT {THREAD}",
        *about,
        new.to,
    )
    return tuple(row["message_id"] for row in reversed(rows))


def notice_payload(
    to: str,
    subject: str,
    body: str,
    language: str,
    now: datetime,
    files: Sequence[Mapping[str, str]] = (),
) -> str:
    """What bot/mail/adapter.py sends to a member of staff; the Message-ID is that of the outbox's
    message. `files` = the name, mime and sha256 of what is attached.
    """
    return json.dumps(
        {
            "to": to,
            "subject": subject,
            "body": body,
            "language": language,
            "written_at": now.isoformat(),
            "message_id": "",
            "cc": [],
            "thread": [],
            "files": list(files),
            "automatic": True,
        },
        ensure_ascii=False,
    )


def payload_of(mail: Mail, files: Sequence[File]) -> str:
    """What bot/mail/adapter.py sends, as JSON; `files` = what is attached."""
    attached = [{"name": file.name, "mime": file.mime, "sha256": file.sha256} for file in files]
    return json.dumps(
        {
            "to": mail.to,
            "cc": list(mail.cc),
            "subject": mail.subject,
            "body": mail.body,
            "language": mail.language,
            "message_id": mail.message_id,
            "thread": list(mail.thread),
            "files": attached,
            "automatic": mail.automatic,
            "written_at": mail.written_at.isoformat(),
        },
        ensure_ascii=False,
    )


async def find_mail(db: Reader, mail_id: str) -> Mail | None:
    """One mail, if there is one with this id."""
    row = await db.fetch_one(f"{_SELECT} WHERE m.id = ?", mail_id)
    if row is None:
        return None
    return _mail(row)


async def get_mail(db: Reader, mail_id: str) -> Mail:
    """One mail; NotFound("mail")."""
    mail = await find_mail(db, mail_id)
    if mail is None:
        raise NotFound("mail")
    return mail


async def list_mails(db: Reader, record: str, limit: int = 5) -> list[Mail]:
    """What was written about a ticket, contract or thing owed, or to a customer, the newest
    first.
    """
    rows = await db.fetch(
        f"{_SELECT} WHERE {_about([record])} ORDER BY o.seq DESC LIMIT {int(limit)}", record
    )
    return [_mail(row) for row in rows]


async def find_newest(db: Reader, records: Sequence[str]) -> Mail | None:
    """The newest mail about any of these, if there is one."""
    row = await db.fetch_one(
        f"{_SELECT} WHERE {_about(records)} ORDER BY o.seq DESC LIMIT 1", *records
    )
    return None if row is None else _mail(row)


def _about(records: Sequence[str]) -> str:
    """Holds for mails about one of these records."""
    return f"m.id IN (SELECT mail_id FROM mail_records WHERE {is_one_of('record', records)})"


async def list_sent_to(
    db: Reader,
    address: str,
    customers: Sequence[str],
    purpose: str,
    since: datetime,
) -> list[Mail]:
    """The mails of a purpose that went to this address, or to one of these customers wherever they
    are written to, since an instant, the newest first; none that is known not to have arrived.
    """
    rows = await db.fetch(
        f"{_SELECT} WHERE (lower(m.address) = ? AND m.address <> '' OR {_about(customers)}) "
        f"AND m.purpose = ? AND m.written_at >= ? AND {_ARRIVED} ORDER BY o.seq DESC",
        address.lower(),
        *customers,
        purpose,
        since,
    )
    return [_mail(row) for row in rows]


async def list_records(db: Reader, mail: Mail) -> list[str]:
    """All that a mail is about, and whom it went to."""
    rows = await db.fetch(
        "SELECT record FROM mail_records WHERE mail_id = ? ORDER BY record", str(mail.id)
    )
    return [row["record"] for row in rows]


async def find_reported(db: Reader, message_id: str) -> Mail | None:
    """The mail with this Message-ID, if it is one of ours."""
    row = await db.fetch_one(f"{_SELECT} WHERE m.message_id = ?", message_id)
    if row is None:
        return None
    return _mail(row)


async def note_bounce(
    tx: Tx,
    mail: Mail,
    codes: str,
    now: datetime,
) -> None:
    """A server reported that it gave the mail up; Conflict("mail_moved") where that is no news any
    more.
    """
    # The message is held first: nobody sends it again meanwhile.
    held = await tx.execute(
        "UPDATE outbox SET error = error WHERE id = ? AND state IN ('sending', 'sent', 'doubtful')",
        str(mail.id),
    )
    noted = await tx.execute(
        "UPDATE mails SET bounced_at = ?, report = ? WHERE id = ? AND bounced_at IS NULL",
        now,
        f"bounce {codes}".strip(),
        str(mail.id),
    )
    if not held or not noted:
        raise Conflict("mail_moved")


async def note_delay(tx: Tx, mail: Mail, now: datetime) -> None:
    """A server reported that it is still trying."""
    await tx.execute(
        "UPDATE mails SET delayed_at = ? WHERE id = ? AND bounced_at IS NULL", now, str(mail.id)
    )


async def count_unreached(db: Reader, records: Sequence[str]) -> dict[str, int]:
    """How many mails about each of these did not arrive, for those where any did not."""
    if not records:
        return {}
    rows = await db.fetch(
        "SELECT r.record, count(*) AS n FROM mail_records r JOIN mails m ON m.id = r.mail_id "
        f"JOIN outbox o ON o.id = m.id WHERE {is_one_of('r.record', records)} "
        f"AND (o.state = 'dead' OR m.bounced_at IS NOT NULL AND o.state IN {_HANDED_OVER}) "
        "GROUP BY r.record",
        *records,
    )
    return {row["record"]: int(row["n"]) for row in rows}


async def send_again(tx: Tx, mail: Mail, now: datetime) -> None:
    """Queue a mail that is stuck once more, as it was; Conflict("mail_moved") where it is no
    longer.
    """
    await _from(
        tx,
        mail,
        STUCK,
        "state = 'queued', payload = ?, attempts = 0, created_at = ?, next_at = ?",
        payload_of(mail, await file_store.list_by_ids(tx, mail.files)),
        now,
        now,
    )


async def assume_sent(tx: Tx, mail: Mail, now: datetime) -> None:
    """A person decided that a doubtful mail was sent; Conflict("mail_moved") where it is no longer
    doubtful.
    """
    await _from(
        tx,
        mail,
        (MailState.DOUBTFUL,),
        "state = 'sent', payload = '', sent_at = ?",
        now,
    )


async def replace_by_new(tx: Tx, mail: Mail) -> None:
    """Another mail goes in the place of one that is stuck; Conflict("mail_moved") where it was sent
    again meanwhile.
    """
    await _from(tx, mail, STUCK, "state = 'dropped', payload = ''")


async def _from(
    tx: Tx,
    mail: Mail,
    states: Sequence[MailState],
    change: str,
    *params: object,
) -> None:
    """Change the message of a mail that is in one of these states, and forget what was reported of
    it.
    """
    bounced = (
        f"state IN {_HANDED_OVER} "
        "AND id IN (SELECT id FROM mails WHERE bounced_at IS NOT NULL AND id = ?)"
    )
    stands = is_one_of(f"CASE WHEN {bounced} THEN 'bounced' ELSE state END", states)
    touched = await tx.execute(
        f"UPDATE outbox SET {change}, unclear = ?, error = '' WHERE id = ? AND {stands}",
        *params,
        False,
        str(mail.id),
        str(mail.id),
        *states,
    )
    if not touched:
        raise Conflict("mail_moved")
    await tx.execute(
        "UPDATE mails SET bounced_at = NULL, delayed_at = NULL, report = '' WHERE id = ?",
        str(mail.id),
    )


_LOST = (
    # In this order: of all messages only those that failed are looked at.
    "FROM (SELECT id FROM mails WHERE bounced_at IS NOT NULL "
    "UNION SELECT id FROM outbox WHERE state IN ('dead', 'doubtful')) AS lost "
    "CROSS JOIN mails m CROSS JOIN outbox o WHERE m.id = lost.id AND o.id = m.id "
    f"AND (o.state = 'dead' OR m.bounced_at IS NOT NULL AND o.state IN {_HANDED_OVER}) "
    # Something that it was about was not written for again since, and did not come all the same.
    "AND EXISTS (SELECT 1 FROM mail_records a WHERE a.mail_id = m.id "
    "AND (a.record = m.record OR a.record LIKE 'O%') "
    "AND NOT EXISTS (SELECT 1 FROM mail_records b JOIN mails l ON l.id = b.mail_id "
    "JOIN outbox s ON s.id = l.id WHERE b.record = a.record AND s.seq > o.seq "
    "AND l.bounced_at IS NULL AND s.state IN ('queued', 'sending', 'sent', 'doubtful')) "
    "AND NOT EXISTS (SELECT 1 FROM owed w WHERE w.state <> 'open' "
    "AND w.id = CASE WHEN a.record LIKE 'O%' THEN CAST(substr(a.record, 2) AS BIGINT) END))"
)


def _lost_of(staffs: Sequence[StaffId] | None) -> tuple[str, Sequence[StaffId]]:
    if staffs is None:
        return _LOST, ()
    return f"{_LOST} AND {is_one_of('m.staff_id', staffs)}", staffs


async def list_lost(
    db: Reader,
    staffs: Sequence[StaffId] | None,
    limit: int,
    offset: int = 0,
) -> list[Mail]:
    """What these people (None = anybody, and the desk itself) wrote that did not arrive and was not
    sent again since, the latest first.
    """
    lost, people = _lost_of(staffs)
    rows = await db.fetch(
        f"SELECT {_COLUMNS} {lost} ORDER BY o.seq DESC LIMIT {int(limit)} OFFSET {int(offset)}",
        *people,
    )
    return [_mail(row) for row in rows]


async def count_lost(db: Reader, staffs: Sequence[StaffId] | None) -> int:
    """How many letters that are."""
    lost, people = _lost_of(staffs)
    return await count(db, f"SELECT count(*) AS n {lost}", *people)
