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


def mail_bytes(payload: Payload, name: str, address: str) -> bytes:
    """The whole mail from `name` <address>. InvalidInput or ValueError where it cannot be said in a
    header.
    """
    if payload["files"]:
        raise ValueError("files")  # never without what it says is attached
    head = [
        ("From", f"{_encoded(name, 'From')} <{address}>" if name else address),
        ("To", check_address(payload["to"])),
        ("Subject", _encoded(check_subject(payload["subject"]), "Subject")),
        (
            "Date",
            format_datetime(datetime.fromisoformat(payload["written_at"]).astimezone(BANGKOK)),
        ),
        ("Message-ID", payload["message_id"]),
        *_thread(payload["thread"]),
        ("Content-Language", payload["language"]),
    ]
    if payload["automatic"]:
        head.append(("Auto-Submitted", "auto-generated"))
    return b"".join(_line(*header) for header in head) + _content(payload["body"]).as_bytes()


def _line(name: str, value: str) -> bytes:
    """One header; whatever holds a line break other than our own folding is no header."""
    if any(letter in line for line in value.split("\r\n ") for letter in "\r\n\0"):
        raise ValueError(name)
    return f"{name}: {value}\r\n".encode("ascii")


def _encoded(text: str, name: str) -> str:
    """One line of text for a header: as it is where it is short ASCII, else all of it in encoded
    words.

    All of it, since the email package loses blanks between an encoded and a plain word.
    """
    plain = (
        text.isascii()
        and len(text) < 60
        and "=?" not in text
        and not set(text) & set('"\\()<>,;:@[]')
    )
    if plain or (name == "Subject" and text.isascii() and len(text) < 60 and "=?" not in text):
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _thread(thread: Sequence[str]) -> list[tuple[str, str]]:
    if not thread:
        return []
    return [("In-Reply-To", thread[-1]), ("References", "\r\n ".join(thread))]


def _content(body: str) -> EmailMessage:
    """The text as a MIME part; lines never exceed 76 characters once they are encoded."""
    part = EmailMessage(policy=SMTP)
    part.set_content(body.rstrip("\n") + "\n", cte=None if body.isascii() else "base64")
    return part
