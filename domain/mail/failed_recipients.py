"""Whom a mail did not reach, as a server's report says it in words. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.mail.raw.types import ReadMail
from domain.mail.senders import OfficeAddresses, local_of
from domain.mail.sorting_rules import MailRules

READ = 16_000
"""Letters of a report that are read."""
LINES = 400
"""Lines of a report that are read."""
_ADDRESS = re.compile(
    r"(?<![\w.!#$%&*+/=?^`{|}~@-])[\w!#$%&'*+/=?^`{|}~][\w.!#$%&'*+/=?^`{|}~-]{0,63}"
    r"@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}",
    re.IGNORECASE | re.ASCII,
)
_TOLD = ("text/plain", "message/delivery-status", "text/rfc822-headers")
"""What a server attaches that is to be read."""
_CODE = re.compile(r"(?<![\d.])(?:5\d\d[ -]|5\.\d{1,3}\.\d{1,3}|\(#5\.)")
"""Codes of a failure for good: of SMTP, and of RFC 3463."""
_NOBODY = re.compile(
    r"(?:message-?id|from|received|by|x-[a-z-]+|return-path|reply-to|cc)\s*:", re.I
)
"""Headers whose address is no recipient."""
_TO = re.compile(
    r"(?:to|recipient|recipients|rcpt to|failed recipient|original-recipient)\W{0,8}\Z", re.I
)
"""What stands directly before a recipient."""
_AROUND = " \t<>()[]:;,.\"'*|-"
"""Signs around an address that stands alone."""


@dataclass(frozen=True, slots=True)
class _Named:
    """An address in a report; the higher its `weight`, the likelier it is whom it is about."""

    address: str
    weight: int


def failed_recipient(mail: ReadMail, office: OfficeAddresses, rules: MailRules) -> str:
    """Returns the address that a report in words is about; "" where it names none."""
    for line in mail.headers.get("x-failed-recipients", ()):
        for address in _addresses(line, office, rules):
            return address
    text = report_text(mail)
    # What came back names others, too; it is read where the report itself names nobody.
    mark = rules.patterns["returned_begins"].search(text, 1)
    own = text[: mark.start()] if mark else text
    for part in (own, text):
        found = max(_named(part, office, rules), key=lambda one: one.weight, default=None)
        if found is not None:
            return found.address
    returned = next(iter(mail.forwarded), None)
    if returned is None:
        return ""
    return next((one.email for one in returned.to if one.email), "")


def report_text(mail: ReadMail) -> str:
    """Returns what a report says: its text, or the parts that some servers attach instead."""
    if mail.text or mail.quoted:
        return f"{mail.text}\n{mail.quoted}"[:READ]
    told = [one.content[:READ] for one in mail.attachments if one.mime in _TOLD]
    return b"\n".join(told)[:READ].decode("utf-8", "replace")


def _named(text: str, office: OfficeAddresses, rules: MailRules) -> Iterator[_Named]:
    """Yields the addresses of a report that may be the one that it is about."""
    lines = text.splitlines()[:LINES]
    for at, line in enumerate(lines):
        if "@" not in line or _NOBODY.match(line.lstrip(_AROUND)):
            continue
        near = "\n".join(lines[at : at + 4])
        before = "\n".join(lines[max(0, at - 3) : at])
        for address in _addresses(line, office, rules):
            yield _Named(address, _weight(line, address, near, before, rules))


def _weight(line: str, address: str, near: str, before: str, rules: MailRules) -> int:
    """Returns how surely a line is about this recipient: alone or first on it, with a code or the
    words of a failure beside it.
    """
    bare = line.strip(_AROUND)
    head, _address, _behind = line.partition(address)
    weight = 0
    if bare.startswith(address):
        weight += 2
    if bare == address:
        weight += 3
    if _TO.search(head[-40:]):
        weight += 2
    if _CODE.search(near):
        weight += 2
    if rules.has("bounce_texts", f"{before}\n{near}"):
        weight += 2
    return weight


def _addresses(line: str, office: OfficeAddresses, rules: MailRules) -> Iterator[str]:
    """Yields the addresses of a line that may be a recipient's: no server's, none of ours."""
    for found in _ADDRESS.finditer(line[:1_000]):
        address = found[0].rstrip(".-'")
        if office.is_own(address) or rules.is_one("postmasters", local_of(address)):
            continue
        yield address
