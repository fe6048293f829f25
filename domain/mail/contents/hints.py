"""Which tickets a mail names, in the order in which they are trusted, and the telephones of who
wrote it. Pure.
"""

import re
from collections.abc import Iterable, Iterator

from domain.customers.phones import read_contact_details
from domain.mail.raw.types import ReadMail
from domain.mail.sorted_mail import HintKind, TicketHint
from domain.mail.sorting_rules import MailRules
from domain.text import clean
from domain.tickets.references import ReferenceKind, find_references

READ = 20_000
"""Letters of each text in which numbers of tickets are looked for."""
MOST = 40
"""Tickets that are looked up for one mail, at most."""
PHONE_LINES = 120
"""Lines with a telephone that are read: of many the first, and the last, where mails are signed."""
LONGEST = 300
"""Letters of a line that are read."""
FEWEST_DIGITS = 8
"""Figures that a telephone has at least."""
_OF_NUMBERS = "0123456789 \t:()+.-"
"""Signs of a number by which somebody was called."""
_RETURNED_ID = re.compile(r"message-id:\s{0,4}(<[^<>\s]{1,250}@[^<>\s]{1,250}>)", re.IGNORECASE)
"""The id of our mail in the text of a report."""


def find_hints(mail: ReadMail, reported: Iterable[str] = ()) -> tuple[TicketHint, ...]:
    """Returns the tickets that a mail may belong to, the surest first.

    `reported` = Message-IDs that a server's report names."""
    hints: dict[str, TicketHint] = {}
    for hint in (*_by_ids(mail, reported), *_by_number(mail)):
        hints.setdefault(hint.value, hint)
    return tuple(hints.values())[:MOST]


def _by_ids(mail: ReadMail, reported: Iterable[str]) -> Iterator[TicketHint]:
    """Yields the mails that it answers, or that came back with it, the nearest first."""
    ids = [*reported, *mail.in_reply_to, *reversed(mail.references)]
    ids += returned_ids(mail)
    for message_id in dict.fromkeys(ids):
        yield TicketHint(HintKind.MESSAGE_ID, message_id)


def returned_ids(mail: ReadMail) -> list[str]:
    """Returns the Message-IDs of mails that came back with a report: attached, or shown in its
    text, as servers do that report in words.
    """
    attached = [inner.message_id for inner in mail.forwarded if inner.message_id]
    return [*attached, *_RETURNED_ID.findall(f"{mail.text}\n{mail.quoted}"[:READ])]


def _by_number(mail: ReadMail) -> Iterator[TicketHint]:
    """Yields the numbers in its subject, its text, its files and what it quotes."""
    yield from _numbers(HintKind.SUBJECT, mail.subject)
    names = "\n".join(one.filename for one in mail.attachments)
    for text in (mail.text, names, mail.quoted):
        yield from _numbers(HintKind.TEXT, text)


def _numbers(kind: HintKind, text: str) -> Iterator[TicketHint]:
    """Yields the tickets' numbers of one text."""
    for one in find_references(clean(text[:READ])):
        if one.kind is ReferenceKind.TICKET:
            yield TicketHint(kind, one.value)


def find_phones(text: str, rules: MailRules) -> tuple[str, ...]:
    """Returns the telephones that a text gives as its writer's: none of the office's, none that
    somebody was called by.
    """
    lines = list(filter(_may_hold_phone, text.splitlines()))
    if len(lines) > PHONE_LINES:
        half = PHONE_LINES // 2
        lines[half:-half] = []
    called = rules.patterns["phones_of_others"]
    phones: list[str] = []
    for line in lines:
        own, *others = called.split(line[:LONGEST])
        rest = [other.lstrip(_OF_NUMBERS) for other in others]
        phones += read_contact_details(" ".join((own, *rest))).phones
    ours = rules.office_phones
    return tuple(dict.fromkeys(phone for phone in phones if not phone.startswith(ours)))


def _may_hold_phone(line: str) -> bool:
    """Returns whether a line has as many digits as a telephone."""
    return sum(map(str.isdigit, line[:LONGEST])) >= FEWEST_DIGITS
