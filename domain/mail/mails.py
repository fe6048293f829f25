"""Mails: what may stand in a header, and the number that every subject carries."""

import re
import unicodedata

from domain.customers.phones import looks_like_email
from domain.errors import InvalidInput

SUBJECT_LIMIT = 300
BODY_LIMIT = 50_000
"""Characters."""
_CONTROLS = ("Cc", "Zl", "Zp", "Cs")
"""Unicode's categories of characters that end a line, or are none."""
_CUSTOMER = re.compile(r"C\d+")
_TICKET = re.compile(r"R\d{10}")


def check_address(address: str) -> str:
    """Returns the address, which may stand in a header; raises InvalidInput("email"), also where a
    line break would add a header.
    """
    if address != address.strip() or not looks_like_email(address):
        raise InvalidInput("email", text=" ".join(address.split())[:100])
    return address


def check_subject(subject: str) -> str:
    """Returns the subject as one line for a header; raises InvalidInput("mail_subject") where it is
    empty, too long or holds a control character.
    """
    broken = any(unicodedata.category(letter) in _CONTROLS for letter in subject)
    if broken or not subject.strip() or len(subject) > SUBJECT_LIMIT:
        raise InvalidInput("mail_subject", limit=SUBJECT_LIMIT)
    return subject


def is_ticket_no(record: str) -> bool:
    """Returns whether what a mail is about is a ticket."""
    return _TICKET.fullmatch(record) is not None


def is_customer(record: str) -> bool:
    """Returns whether what a mail is found by is whom it went to."""
    return _CUSTOMER.fullmatch(record) is not None


def subject_line(subject: str, ticket: str) -> str:
    """Returns `[R2611000123] subject`; the number stands there once, and only a ticket's (an answer
    is matched by it).
    """
    tag = f"[{ticket}]"
    if tag in subject or not is_ticket_no(ticket):
        return subject
    return f"{tag} {subject}"
