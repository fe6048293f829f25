"""Delivery reports (RFC 3464): what a server says became of a mail, and which mail it means.
Pure.
"""

import email
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from domain.errors import InvalidInput

_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>")
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])[45]\d\d(?![\d.])")
_VAGUE = re.compile(r"[45]\.0\.0")
_RECIPIENT = re.compile(r"(?:^|;)[\s<]*([^\s<>;]{1,250}@[^\s<>;]{1,250})")
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One report. `failed` = it was given up; else it is only late, and still tried.

    `message_id` = the mail that came back with it; "" where none did, and `answers` = the mails
    that the report itself says it answers, the last one first. `codes` = `550 5.1.1`, never the
    server's words. `recipient` = whom it did not reach, as the mail was addressed; "" where no
    address is named."""

    failed: bool
    message_id: str
    answers: tuple[str, ...]
    codes: str
    recipient: str = ""


def is_report(head: bytes) -> bool:
    """Returns whether a mail with these headers calls itself a delivery report (RFC 6522)."""
    return _is_report(BytesHeaderParser().parsebytes(head))


def _is_report(mail: Message) -> bool:
    kind = str(mail.get_param("report-type", "")).lower()
    return mail.get_content_type() == "multipart/report" and kind == "delivery-status"


def read_report(raw: bytes) -> DeliveryReport | None:
    """Reads the report in a mail, perhaps cut off; returns None where nothing failed and nothing is
    late.

    InvalidInput("delivery_report") where it is none, or cannot be read."""
    try:
        return _read(email.message_from_bytes(raw))
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        # The parser of the standard library says so of what is broken, and of parts within parts
        # without end.
        raise InvalidInput("delivery_report") from error


def _read(mail: Message) -> DeliveryReport | None:
    parts = _parts(mail)
    statuses = _first_of(parts, _STATUSES)
    if statuses is None or not _is_report(mail):
        raise InvalidInput("delivery_report")
    recipients = [block for block in _blocks(statuses) if block["Action"]]
    # The first recipient of a kind counts: reversed, it is the last to be set.
    by_action = {_action(block): block for block in reversed(recipients)}
    told = by_action.get("failed") or by_action.get("delayed")
    if told is None:
        return None
    answers = _ID.findall(str(mail["In-Reply-To"] or ""))
    answers += reversed(_ID.findall(str(mail["References"])))
    return DeliveryReport(
        "failed" in by_action,
        _returned_id(parts),
        tuple(dict.fromkeys(answers)),
        _codes(told),
        _recipient(told),
    )


def read_reported(raw: bytes) -> str:
    """Returns the Message-ID of the mail that a readable report shows, whatever became of it; ""
    where it shows none.
    """
    return _returned_id(_parts(email.message_from_bytes(raw)))


def _returned_id(parts: Iterable[Message]) -> str:
    returned = _first_of(parts, _RETURNED)
    return _first_id(_headers(returned)) if returned is not None else ""


def _parts(mail: Message) -> list[Message]:
    content = mail.get_payload()
    if not isinstance(content, list):
        return []
    return [part for part in content if isinstance(part, Message)]


def _first_of(parts: Iterable[Message], kinds: Collection[str]) -> Message | None:
    """Returns the first part that is of one of these kinds."""
    return next((part for part in parts if part.get_content_type() in kinds), None)


def _action(block: Message) -> str:
    """Returns what became of one recipient's mail, without what a server adds in brackets."""
    return str(block["Action"]).split("(")[0].strip().lower()


def _recipient(block: Message) -> str:
    """Returns the address of one recipient, as it was written to where the report says that."""
    for field in ("Original-Recipient", "Final-Recipient"):
        found = _RECIPIENT.search(str(block[field] or ""))
        if found is not None:
            return found[1]
    return ""


def _blocks(part: Message) -> list[Message]:
    """Returns the groups of fields: of the whole mail first, then one a recipient."""
    if part.get_content_type() == _STATUSES[0]:
        return _parts(part)
    # The parser takes the kind with letters beyond ASCII (RFC 6533) for a mail of its own.
    first = next(iter(_parts(part)), part)
    rest = first.get_payload()
    texts = re.split(r"\r?\n\r?\n", rest) if isinstance(rest, str) else []
    return [first, *(email.message_from_string(text) for text in texts)]


def _headers(part: Message) -> Message:
    """Returns the headers of the mail that came back, whole or not."""
    for mail in _parts(part):
        return mail
    text = part.get_payload(decode=True)
    return BytesHeaderParser().parsebytes(text if isinstance(text, bytes) else b"")


def _first_id(mail: Message) -> str:
    found = _ID.search(str(mail["Message-ID"] or ""))
    return found[0] if found else ""


def codes_in(text: str) -> str:
    """Returns the first codes of a failure that a report tells in words, as `550 5.1.1`."""
    found = (_REPLY.search(text), _STATUS.search(text))
    return " ".join(match[0] for match in found if match)


def _codes(block: Message) -> str:
    """Returns the codes of SMTP and of RFC 3463; a status that says nothing gives way to the one in
    the server's answer.
    """
    diagnostic = str(block["Diagnostic-Code"] or "")
    said = diagnostic.replace("-", " ")
    reply = None
    if said.lower().startswith("smtp"):
        reply = _REPLY.search(said)
    status = _STATUS.search(str(block["Status"] or ""))
    if status is None or _VAGUE.fullmatch(status[0]):
        status = _STATUS.search(said) or status
    return " ".join(match[0] for match in (reply, status) if match)
