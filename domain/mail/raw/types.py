"""A mail as a person reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Somebody in a header: `name` without quotes, `email` with its domain in small letters, ""
    where there is none.
    """

    name: str
    email: str


NOBODY = MailAddress("", "")


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file of a mail. `filename` has no folder and never is empty; `mime` is what the sender
    calls it; `dangerous` = it may run, or passes for something that it is not.
    """

    filename: str
    mime: str
    content: bytes
    dangerous: bool


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What a mail says. Every text is valid, NFC, without control characters; headers, names and
    file names are one line.

    `message_id` has its <>. `sent_at` = the Date header, None where it is missing or impossible.
    `text` = the writer's own words with the signature, `quoted` = the history below or around them
    (of a mail that was passed on, what was passed on). `forwarded` = mails that are attached as
    such. `headers` = by name in small letters, decoded. `notes` = codes of what could not be read,
    or had to be guessed."""

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: MailAddress
    reply_to: MailAddress | None
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    subject: str
    sent_at: datetime | None
    text: str
    quoted: str
    attachments: tuple[MailAttachment, ...]
    forwarded: tuple["ReadMail", ...]
    headers: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]
