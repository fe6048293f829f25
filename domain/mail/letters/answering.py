"""What an answer takes over from the mail that it answers: its thread, its subject, whom it was
copied to, its words as a quote. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from domain.customers.phones import looks_like_email
from domain.mail.giving import DELIVERED, MOST
from domain.mail.mails import SUBJECT_LIMIT
from domain.mail.raw.types import ReadMail
from domain.mail.senders import OfficeAddresses, local_of
from domain.mail.sorting_rules import MailRules
from domain.text import ELLIPSIS, clean, shorten

THREAD = 20
"""Message-IDs that an answer names: of a longer conversation the first one and the last ones."""
COPIES = 20
"""Addresses that get a copy, at most."""
QUOTED_LINES = 80
QUOTED = 6_000
"""Lines and letters that are quoted of a question: more is no reminder of what was asked."""
READ = 1_000
"""Letters of a subject that are read."""
NUMBER = 20
"""Letters that the ticket's number takes of a subject."""
MARK = "> "
_ID = re.compile(r"<[!-;=?-~]{3,500}>")
"""A Message-ID that may stand in a header as it is: visible ASCII letters, shorter than a line."""
_NUMBERS = re.compile(r"\s*\[\s*R\s*\d[\d\s]{8,14}\]\s*", re.IGNORECASE)
"""Numbers of tickets in brackets, ours and others'."""
_PREFIX = re.compile(
    r"\s*(?P<word>[^\s:\uff1a\[\](\d][^:\uff1a\[\](\d]{0,15}?)\s?"
    r"(?:[\[(]\d{1,3}[\])])?\s?[:\uff1a]\s*"
)
"""What programs put before a subject that is answered, perhaps counted: `Re[2]:`"""


def answer_thread(message_id: str, followed: Iterable[str]) -> tuple[str, ...]:
    """Returns the Message-IDs that an answer follows, oldest first: those that the mail followed,
    and its own; nothing where its own may not stand in a header.
    """
    if not _ID.fullmatch(message_id):
        return ()
    ids = dict.fromkeys(each for each in followed if _ID.fullmatch(each))
    ids.pop(message_id, None)
    earlier = list(ids)
    del earlier[1 : len(earlier) - THREAD + 2]
    return (*earlier, message_id)


def answer_subject(subject: str, rules: MailRules) -> str:
    """Returns `Re: ` and the subject without what answers and tickets put before it; "" where
    nothing else stands there.
    """
    bare = " ".join(clean(subject[:READ]).split())
    bare = _NUMBERS.sub(" ", bare).strip()
    while found := _PREFIX.match(bare):
        if not rules.is_one("reply_prefixes", found["word"].strip()):
            break
        bare = bare[found.end() :]
    if not bare:
        return ""
    return shorten(f"Re: {bare}", SUBJECT_LIMIT - NUMBER)


def quote(text: str) -> str:
    """Returns a question with a mark before each line, as mail programs quote it; a long one is
    cut.
    """
    words = shorten(text.strip(), QUOTED)
    lines = words.split("\n")
    if len(lines) > QUOTED_LINES:
        lines[QUOTED_LINES:] = [ELLIPSIS]
    return "\n".join(f"{MARK}{line}".rstrip() for line in lines)


def copied_to(read: ReadMail) -> list[str]:
    """Returns whom else than us a mail's writer sent it to, by what its server says of us."""
    delivered = {
        one.strip(" <>").casefold() for name in DELIVERED for one in read.headers.get(name, ())
    }
    found = [address.email for address in (*read.to, *read.cc)]
    others = [email for email in found if email and email.casefold() not in delivered]
    return list(dict.fromkeys(others))[:MOST]


def copies_for(
    addresses: Iterable[str],
    without: Iterable[str],
    office: OfficeAddresses,
    rules: MailRules,
) -> tuple[str, ...]:
    """Returns who else got a mail and is a person: none of the desk's own addresses, of those that
    pass mails on to it, of machines, and of those that are written to anyway.
    """
    apart = {each.casefold() for each in (*office.own, *rules.forwarders, *without)}
    people = {each.casefold(): each for each in _people(addresses, apart, rules)}
    return tuple(islice(people.values(), COPIES))


def _people(addresses: Iterable[str], apart: set[str], rules: MailRules) -> Iterator[str]:
    for address in addresses:
        local = local_of(address)
        is_machine = rules.is_one("postmasters", local) or rules.has("robots", local)
        if looks_like_email(address) and address.casefold() not in apart and not is_machine:
            yield address
