"""The bytes of a mail become what a person reads. Pure; never fails, takes a known time."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from domain.mail.raw.addresses import read_addresses, read_ids
from domain.mail.raw.bodies import Bodies, find_text, forwarded_span
from domain.mail.raw.files import attachment
from domain.mail.raw.headers import Headers
from domain.mail.raw.history import split_history
from domain.mail.raw.limits import FORWARDS, RAW, TEXT
from domain.mail.raw.notes import CUT, Notes
from domain.mail.raw.parts import MAIL, Budget, read_part
from domain.mail.raw.types import NOBODY, MailAddress, MailAttachment, ReadMail

__all__ = ["MailAddress", "MailAttachment", "ReadMail", "read_mail"]

_LONGEST_DATE = 200
_LEADING = re.compile(rb"(?:[ \t]*\r?\n)*")


def read_mail(raw: bytes) -> ReadMail:
    """Returns what a mail says, whatever its bytes are."""
    budget = Budget()
    if len(raw) > RAW:
        budget.notes.add(CUT)
        raw = raw[:RAW]
    # Old programs end lines with a carriage return alone.
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return _read(raw, 0, len(raw), budget, 0)


def _read(
    data: bytes,
    start: int,
    end: int,
    budget: Budget,
    depth: int,
) -> ReadMail:
    outer = budget.notes
    budget.notes = set()
    start = _begin(data, start, end)
    part = read_part(data, start, end, budget)
    found = find_text(part, budget)
    forwarded: list[ReadMail] = []
    for each in found.mails:
        if depth >= FORWARDS or budget.is_spent():
            budget.notes.add(CUT)
            found.files.append(attachment("", MAIL, each.body, 1))
        else:
            inner, first, last = forwarded_span(each, budget.notes)
            forwarded.append(_read(inner, first, last, budget, depth + 1))
    mail = _mail(part.headers, found, tuple(forwarded), budget.notes)
    budget.notes = outer
    return mail


def _begin(data: bytes, start: int, end: int) -> int:
    blank = _LEADING.match(data, start, end)
    return blank.end() if blank else start


def _mail(
    headers: Headers,
    found: Bodies,
    forwarded: tuple[ReadMail, ...],
    noted: Notes,
) -> ReadMail:
    text = "\n\n".join(found.texts.values())
    own, quoted = split_history(text)
    reply_to = _addresses(headers, "reply-to", noted)
    texts = headers.all_texts(set())
    return ReadMail(
        message_id=next(iter(_ids(headers, "message-id")), ""),
        in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references"),
        sender=_sender(headers, noted),
        reply_to=next(iter(reply_to), None),
        to=_addresses(headers, "to", noted),
        cc=_addresses(headers, "cc", noted),
        subject=headers.text("subject", noted),
        sent_at=_date(next(iter(texts.get("date", ())), "")),
        text=_cut(own, noted),
        quoted=_cut(quoted, noted),
        attachments=tuple(found.files),
        forwarded=forwarded,
        headers=texts,
        notes=tuple(sorted(noted)),
    )


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    return read_ids(headers.line(name, set()))


def _addresses(headers: Headers, name: str, noted: Notes) -> tuple[MailAddress, ...]:
    return read_addresses(headers.line(name, noted), noted)


def _sender(headers: Headers, noted: Notes) -> MailAddress:
    """Returns who wrote; who sent it, where nobody says that he wrote."""
    for name in ("from", "sender"):
        for address in _addresses(headers, name, noted):
            return address
    return NOBODY


def _date(line: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(line[:_LONGEST_DATE])
        if found.tzinfo is None:
            return found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _cut(text: str, noted: Notes) -> str:
    if len(text) <= TEXT:
        return text
    noted.add(CUT)
    return text[:TEXT].rstrip()
