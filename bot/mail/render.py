"""A mail as bytes (RFC 5322): headers that nothing typed can break out of, Thai in RFC 2047 and
base64. Pure.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
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

ReadBytes = Callable[[str], bytes]
"""Gives the bytes of a file that is attached, by their hash."""

LONGEST_PLAIN = 60
SIGNS = frozenset('"\\()<>,;:@[]')
"""What means something in a header of addresses."""
BREAKS = frozenset("\r\n\0")


def mail_bytes(
    payload: Payload,
    name: str,
    address: str,
    read: ReadBytes | None = None,
) -> bytes:
    """The whole mail from `name` <address>, with what is attached. InvalidInput or ValueError where
    it cannot be said in a header; NotFound("file") where a file is gone.
    """
    content = _content(payload["body"])
    if payload["files"]:
        content = _with_files(payload, content, read)
    head = [
        ("From", _sender(name, address)),
        ("To", check_address(payload["to"])),
        *_copies(payload.get("cc", ())),
        ("Subject", _encoded(check_subject(payload["subject"]), "Subject")),
        ("Date", _date(payload["written_at"])),
        ("Message-ID", payload["message_id"]),
        *_thread(payload["thread"]),
        ("Content-Language", payload["language"]),
        # What comes back with it is known for our own.
        ("X-Loop", address),
    ]
    if payload["automatic"]:
        head.append(("Auto-Submitted", "auto-generated"))
    lines = [_line(*header) for header in head]
    return b"".join(lines) + content.as_bytes()


def _copies(addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Who gets a copy, an address a line."""
    if not addresses:
        return []
    return [("Cc", ",\r\n ".join(map(check_address, addresses)))]


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


def _with_files(payload: Payload, text: EmailMessage, read: ReadBytes | None) -> EmailMessage:
    """The text and what is attached; sent again it is the same bytes, as its boundary goes by its
    Message-ID.
    """
    if read is None:
        raise ValueError("files")  # never without what it says is attached
    whole = EmailMessage(policy=SMTP)
    mark = hashlib.sha256(payload["message_id"].encode())
    whole["Content-Type"] = f'multipart/mixed; boundary="={mark.hexdigest()[:40]}"'
    whole["MIME-Version"] = "1.0"
    del text["MIME-Version"]
    whole.attach(text)
    for file in payload["files"]:
        whole.attach(_attachment(file, read(file["sha256"])))
    return whole


def _attachment(file: Payload, content: bytes) -> EmailMessage:
    """One file as a part of its own, with its name in any letters."""
    part = EmailMessage(policy=SMTP)
    kind, _slash, detail = file["mime"].partition("/")
    part.set_content(content, kind, detail or "octet-stream", filename=_one_line(file["name"]))
    del part["MIME-Version"]
    return part


def _one_line(name: str) -> str:
    """A file's name without what may not stand in a header."""
    return "".join(letter if letter.isprintable() else "_" for letter in name)
