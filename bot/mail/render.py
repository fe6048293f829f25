"""A mail as bytes (RFC 5322): headers that nothing typed can break out of, Thai in RFC 2047 and
base64. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from domain.dates.days import BANGKOK
from domain.mail.mails import check_address, check_subject

Payload = Mapping[str, Any]
"""What store.mail.payload_of wrote."""

LONGEST_PLAIN = 60
SIGNS = frozenset('"\\()<>,;:@[]')
"""What means something in a header of addresses."""
BREAKS = frozenset("\r\n\0")


def mail_bytes(payload: Payload, name: str, address: str) -> bytes:
    """The whole mail from `name` <address>. InvalidInput or ValueError where it cannot be said in a
    header.
    """
    if payload["files"]:
        raise ValueError("files")  # never without what it says is attached
    head = [
        ("From", _sender(name, address)),
        ("To", check_address(payload["to"])),
        ("Subject", _encoded(check_subject(payload["subject"]), "Subject")),
        ("Date", _date(payload["written_at"])),
        ("Message-ID", payload["message_id"]),
        *_thread(payload["thread"]),
        ("Content-Language", payload["language"]),
    ]
    if payload["automatic"]:
        head.append(("Auto-Submitted", "auto-generated"))
    lines = [_line(*header) for header in head]
    return b"".join(lines) + _content(payload["body"]).as_bytes()


def _sender(name: str, address: str) -> str:
    if not name:
        return address
    return f"{_encoded(name, 'From')} <{address}>"


def _date(written_at: str) -> str:
    at = datetime.fromisoformat(written_at)
    return format_datetime(at.astimezone(BANGKOK))


def _line(name: str, value: str) -> bytes:
    """One header; whatever holds a line break other than our own folding is no header."""
    unfolded = value.replace("\r\n ", "")
    if BREAKS & set(unfolded):
        raise ValueError(name)
    return f"{name}: {value}\r\n".encode("ascii")


def _encoded(text: str, name: str) -> str:
    """One line of text for a header: as it is where it is short ASCII, else all of it in encoded
    words.

    All of it, since the email package loses blanks between an encoded and a plain word.
    """
    short = text.isascii() and len(text) < LONGEST_PLAIN
    # In a subject no sign means anything; beside an address many do.
    harmless = name == "Subject" or SIGNS.isdisjoint(text)
    if short and harmless and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _thread(thread: Sequence[str]) -> list[tuple[str, str]]:
    if not thread:
        return []
    return [("In-Reply-To", thread[-1]), ("References", "\r\n ".join(thread))]


def _content(body: str) -> EmailMessage:
    """The text as a MIME part; lines never exceed 76 characters once they are encoded."""
    part = EmailMessage(policy=SMTP)
    text = body.rstrip("\n") + "\n"
    part.set_content(text, cte=None if body.isascii() else "base64")
    return part
