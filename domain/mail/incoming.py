"""Mails that come in: how one is known again, what is kept of it, and how one looks to the outside
world. Pure.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(rb"\r?\n(?=[ \t])")
_TELLING = re.compile(rb"(?im)^(?:message-id|date|from|subject)[ \t]*:.*$")
_MESSAGE_ID = re.compile(rb"(?im)^message-id[ \t]*:[ \t]*(<[^<>\s]+>)")
_HEADER = re.compile(rb"(?m)^([!-9;-~]{1,100})[ \t]*:.*$")
_ON_THE_WAY = re.compile(
    rb"(?i)received(?:-spf)?|return-path|(?:delivered|envelope)-to|delivery-date|dkim-signature"
    rb"|authentication-results|arc-[a-z-]+|x-.*"
)
"""Headers that servers write above a mail on its way."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail whose bytes are stored; nobody has looked at them yet.

    `whole` is false where it was too large and only its headers were taken; `size` is the whole
    mail's. `message_id` is "" where it has none. Mails with one `content_sha256` say the same.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    raw_sha256: str
    size: int
    whole: bool
    arrived_at: datetime
    taken_at: datetime
    message_id: str
    content_sha256: str = ""


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that was taken and is not read yet; `id` counts them in the order of their taking.

    `cleared` = somebody said that it is no spam. `begun` = how many processes began to read it,
    `begun_by` = the last of them.
    """

    id: int
    mailbox: str
    raw_sha256: str
    size: int
    whole: bool
    arrived_at: datetime
    cleared: bool = False
    begun: int = 0
    begun_by: str = ""

    def ended(self, owner: str) -> int:
        """How many processes other than this one began to read it and never came to its end."""
        return self.begun - int(self.begun_by == owner)


@dataclass(frozen=True, slots=True)
class MailReading:
    """What came of a mail, as it is kept. Lists are JSON, as they go out again.

    `opened` = it made the ticket, `ticket` = that, or the one that it belongs to. `sent_at` = the
    Date header where it can be believed, else the arrival. `thread` = the Message-IDs that it
    follows, oldest first, one a line; `sent_to` = whom it was sent to, in small letters, likewise;
    `copied` = to whom else than us its writer sent it, likewise.
    `thanks` = it thanks, and says nothing else; `proofs` = what it seems to bring. What a colleague
    passed on says stands in `original_text`. `writer` = the address of whoever really wrote, in
    small letters; `signature` = who signed.
    """

    kind: str
    ticket: str | None = None
    opened: bool = False
    message_id: str = ""
    thread: str = ""
    from_name: str = ""
    from_email: str = ""
    reply_to: str = ""
    copied: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    body_text: str = ""
    quoted: str = ""
    attachments: str = "[]"
    phones: str = "[]"
    suggested_subjects: str = "[]"
    forwarded_name: str = ""
    forwarded_email: str = ""
    province_counts: str = "[]"
    failed_recipient: str = ""
    sent_to: str = ""
    thanks: bool = False
    proofs: str = "[]"
    original_text: str = ""
    writer: str = ""
    signature: str = "{}"


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail that came in, with what is known of it by now: the ticket's number of the second
    ticket where there is one, else None; `possible` = the codes of customers that were searched
    for once, with blanks between, None where nobody has looked yet.
    """

    id: int
    raw_sha256: str
    arrived_at: datetime
    read_at: datetime | None
    second_ticket: str | None
    reading: MailReading
    possible: str | None = None


def message_id_of(raw: bytes) -> str:
    """The Message-ID in a mail's headers with its brackets; "" where there is none."""
    found = _MESSAGE_ID.search(_unfolded_head(raw))
    return storable(found[1].decode("ascii", "replace")) if found else ""


def fingerprint(raw: bytes) -> str:
    """By what a mail is known that was never taken: its telling headers, as a hash."""
    lines = sorted(line.strip() for line in _TELLING.findall(_unfolded_head(raw)))
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def said_in_head(raw: bytes) -> str:
    """What the headers of a mail say, without those that were written on its way, as a hash."""
    lines = [
        line[0].strip()
        for line in _HEADER.finditer(_unfolded_head(raw))
        if not _ON_THE_WAY.fullmatch(line[1])
    ]
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def body_start(raw: bytes) -> int:
    """Where the headers of a mail end; at its end where they do not."""
    end = _HEAD_END.search(raw)
    return end.end() if end else len(raw)


def _unfolded_head(raw: bytes) -> bytes:
    end = _HEAD_END.search(raw)
    head = raw[: end.start()] if end else raw
    return _FOLDED.sub(b"", head)


def arrival(server_at: datetime | None, looked_at: datetime | None, now: datetime) -> datetime:
    """When a mail came that lay not there at `looked_at`: as its server says, unless that cannot
    be.
    """
    if server_at is None:
        return now
    # What somebody moves into the mailbox keeps the day on which it once came.
    if looked_at is not None and server_at < looked_at:
        return now
    return min(server_at, now)


def storable(text: str) -> str:
    """The text without what no database takes."""
    return _UNSTORABLE.sub("\ufffd", text)


def as_exported(mail: IncomingMail) -> Mapping[str, Any]:
    """A mail as the fixed interface to the outside has it: every field is always there."""
    read = mail.reading
    forwarded = None
    if read.forwarded_name or read.forwarded_email:
        forwarded = {
            "from_name": read.forwarded_name,
            "from_email": read.forwarded_email,
        }
    sent_at = read.sent_at or mail.arrived_at
    return {
        "message_id": read.message_id or None,
        "from_name": read.from_name,
        "from_email": read.from_email,
        "reply_to": read.reply_to,
        "subject": read.subject,
        "date_utc": f"{sent_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "body_text": read.body_text,
        "attachments": orjson.loads(read.attachments),
        "kind": read.kind,
        "ticket": read.ticket,
        "second_ticket": mail.second_ticket,
        "phones": orjson.loads(read.phones),
        "suggested_subjects": orjson.loads(read.suggested_subjects),
        "forwarded_original": forwarded,
        "province_counts": [_told(each) for each in orjson.loads(read.province_counts)],
        "failed_recipient": read.failed_recipient or None,
        "raw_sha256": mail.raw_sha256,
    }


def _told(count: Mapping[str, object]) -> dict[str, object]:
    """A province's number of users, without what only an officer is asked."""
    return {key: count[key] for key in ("province", "month", "count")}
