"""Mails that a colleague passes on: who wrote what was passed on, inline or attached, also twice.
Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.mail.raw.types import MailAddress, ReadMail
from domain.mail.senders import OfficeAddresses
from domain.mail.sorting_rules import MailRules

READ = 60_000
"""Letters that are read of a mail."""
LINES = 1_500
"""Lines that are read of a mail."""
HEAD = 9
"""Lines in which the head of a mail that is passed on stands."""
FEWEST = 2
"""Labels beside that of the sender, so that a line of a text is none."""
LONGEST = 300
"""Letters of a line of a head that are read."""
DEEP = 5
"""Mails within mails that are followed."""
_QUOTED = re.compile(r"[>|*\s\u200b\ufeff]*")
"""The marks of quoting before a line, and those of bold letters."""
_LABEL = re.compile(
    r"(?P<label>[^\s:\uff1a][^:\uff1a\n]{0,30}?)[\s*]{0,4}[:\uff1a][\s*]{0,8}(?P<value>.*)"
)
"""The label of a line, and what stands behind it."""
_DASHES = " \t-_=*>|:\uff1a."
"""Signs around the words that say that a mail is passed on."""
_TAGS = re.compile(r"\s*(?:\[[^\[\]]{1,40}\]\s*){0,4}")
"""What mail servers put before a subject: [EXTERNAL]."""
_PREFIX = re.compile(
    r"(?P<word>[^\s:\uff1a\[\](\d][^:\uff1a\[\](\d]{0,15}?)\s?[\[(]?\d{0,3}[\])]?\s?[:\uff1a]"
)
"""The first prefix of a subject, perhaps numbered: Re[2]:"""
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'=]{1,100}@[^\s<>()\[\],;:\"'=]{3,200}")
LONGEST_PREFIX = 12
"""Letters before the colon of a subject that are Fwd, Re and the like."""
_AROUND_NAME = " \t\"'<>[]()*,;"
"""Signs around a name that do not belong to it."""
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A mail that was passed on: who wrote it, and what it says."""

    sender: MailAddress
    text: str


@dataclass(frozen=True, slots=True)
class Forward:
    """What a colleague passes on; `original` is None where it does not say who wrote."""

    original: PassedOn | None


def find_forward(mail: ReadMail, office: OfficeAddresses, rules: MailRules) -> Forward | None:
    """Returns what a colleague's mail passes on; None for any other mail.

    A customer who passes something on asks for himself."""
    if not office.is_colleague(mail.sender.email):
        return None
    text = f"{mail.text}\n{mail.quoted}"[:READ]
    chain = _chain(mail, text, rules)
    if not _is_forward(mail, text, chain, rules):
        return None
    return Forward(_original(chain, office))


def _is_forward(
    mail: ReadMail,
    text: str,
    chain: Sequence[PassedOn],
    rules: MailRules,
) -> bool:
    """Returns whether a colleague passes on what stands in the mail, and does not answer it."""
    prefix = subject_prefix(mail.subject)
    if rules.is_one("forward_prefixes", prefix):
        return True
    # An answer quotes with the same head as a forward does.
    if rules.is_one("reply_prefixes", prefix):
        return False
    if mail.forwarded or _has_mark(text, rules):
        return bool(chain)
    return bool(chain) and not mail.in_reply_to


def subject_prefix(subject: str) -> str:
    """Returns the outermost prefix of a subject (Re, Fwd); "" without one."""
    begin = _TAGS.match(subject)
    found = _PREFIX.match(subject, begin.end() if begin else 0)
    return found["word"].strip().casefold() if found else ""


def bare_subject(subject: str) -> str:
    """Returns a subject without what forwarding and answering put before it."""
    bare = subject.strip()
    while prefix := subject_prefix(bare):
        if len(prefix) > LONGEST_PREFIX:
            break
        bare = bare.partition(":")[2].strip()
    return bare


def _has_mark(text: str, rules: MailRules) -> bool:
    """Returns whether a line says that a mail is passed on below."""
    lines = text.splitlines()[:LINES]
    return any(rules.begins("forward_marks", line.strip(_DASHES)) for line in lines)


def _original(chain: Sequence[PassedOn], office: OfficeAddresses) -> PassedOn | None:
    """Returns the first writer who is no colleague, from the outside in; else the innermost."""
    for one in chain:
        if not office.is_colleague(one.sender.email):
            return one
    return chain[-1] if chain else None


def _chain(mail: ReadMail, text: str, rules: MailRules, depth: int = 0) -> list[PassedOn]:
    """Returns all that is passed on, the outermost first."""
    inline = list(_inline(text, rules))
    if not mail.forwarded or depth == DEEP:
        return inline
    inner = mail.forwarded[0]
    inner_text = f"{inner.text}\n{inner.quoted}"[:READ]
    attached = PassedOn(inner.sender, inner.text)
    return [*inline, attached, *_chain(inner, inner_text, rules, depth + 1)]


def _inline(text: str, rules: MailRules) -> Iterator[PassedOn]:
    """Yields the mails whose heads stand in a text."""
    typed = text.splitlines()[:LINES]
    lines = [_plain(line) for line in typed]
    labels = [_label(line, rules) for line in lines]
    heads = [at for at in range(len(lines)) if _is_head(labels, at)]
    for at, end in pairwise((*heads, len(lines))):
        sender = _sender(lines, labels, at)
        if sender is None:
            continue
        begin = _head_end(labels, at)
        said = "\n".join(lines[begin:end])
        yield PassedOn(sender, said.strip())


def _plain(line: str) -> str:
    """Returns a line without the marks of quoting."""
    found = _QUOTED.match(line)
    return line[found.end() if found else 0 :].strip()


def _label(line: str, rules: MailRules) -> str:
    """Returns which label a line begins with: from, other, or none ("")."""
    found = _LABEL.match(line[:LONGEST])
    if found is None:
        return ""
    word = found["label"].strip(" *_\t")
    if rules.is_one("label_from", word):
        return "from"
    return "other" if rules.is_one("label_other", word) else ""


def _is_head(labels: Sequence[str], at: int) -> bool:
    """Returns whether the label of a sender stands in the head of a mail."""
    if labels[at] != "from":
        return False
    before = labels[max(0, at - 4) : at]
    behind = labels[at + 1 : at + HEAD]
    # The next head is another mail's.
    if "from" in behind:
        behind = behind[: behind.index("from")]
    return [*before, *behind].count("other") >= FEWEST


def _head_end(labels: Sequence[str], at: int) -> int:
    """Returns the line behind the last label of a head."""
    last = at
    for place in range(at, min(at + HEAD, len(labels))):
        if labels[place] == "other":
            last = place
    return last + 1


def _sender(lines: Sequence[str], labels: Sequence[str], at: int) -> MailAddress | None:
    """Returns who is named in a head, as far as three lines tell."""
    found = _LABEL.match(lines[at][:LONGEST])
    value = found["value"].strip() if found else ""
    following = at + 1
    # Some programs write the name below its label, and the address below the name.
    while following < len(lines) and following <= at + 2 and not labels[following]:
        if _ADDRESS.search(value):
            break
        value = f"{value} {lines[following]}".strip()
        following += 1
    return read_sender(value)


def read_sender(value: str) -> MailAddress | None:
    """Reads who is named behind a label: a name, an address, or both."""
    plain = _MAILTO.sub("", value[:LONGEST])
    found = _ADDRESS.search(plain)
    if found is None:
        name = plain.strip(_AROUND_NAME)
        return MailAddress(name, "") if name else None
    name = plain[: found.start()].strip(_AROUND_NAME)
    local, _sign, domain = found[0].rstrip(".").rpartition("@")
    return MailAddress(name, f"{local}@{domain.casefold()}")
