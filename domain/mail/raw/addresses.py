"""Names and addresses of a header, and the ids of mails. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from domain.mail.raw.characters import safe_header
from domain.mail.raw.headers import read_words
from domain.mail.raw.limits import ADDRESSES, IDS
from domain.mail.raw.notes import Notes
from domain.mail.raw.types import NOBODY, MailAddress

_TOKEN = re.compile(
    r"""(?P<word>=\?[\w.:+*-]{1,80}\?[bBqQ]\?[^?]*+\?=)
    |"(?P<quoted>(?:[^"\\]|\\.)*+)"?
    |<(?P<angle>[^<>]*+)>?
    |(?P<sign>[(),;:>])
    |(?P<plain>(?:(?!=\?)[^"(),;:<>])++)
    |(?P<rest>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)")
_QUOTED = re.compile(r"""\A(["'])(.*)\1\Z""")
"""Quotes that a program encoded together with the name."""
_ADDRESS = re.compile(r"(?<![^\s<>()\[\],;:\"'])[^\s<>()\[\],;:\"'@]++@[^\s<>()\[\],;:\"']+")
_ID = re.compile(r"<([^<>]{1,998})>")
_BARE_ID = re.compile(r"[^\s<>]{1,500}@[^\s<>]{1,490}")


@dataclass(slots=True)
class _Entry:
    """What was met of one address so far."""

    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    email: str = ""
    depth: int = 0


def read_addresses(line: str, notes: Notes) -> tuple[MailAddress, ...]:
    """Returns the addresses of a header's line, whose encoded words still are encoded."""
    found: list[MailAddress] = []
    for entry in _entries(line):
        address = _address(entry, notes)
        if address == NOBODY:
            continue
        if address.email and found and not found[-1].email:
            # "Smith, John <john@example.org>": programs forget the quotes around a comma.
            surname = found.pop().name
            address = replace(address, name=f"{surname}, {address.name}".rstrip(", "))
        found.append(address)
        if len(found) == ADDRESSES:
            break
    return tuple(found)


def _entries(line: str) -> Iterator[_Entry]:
    entry = _Entry()
    for token in _TOKEN.finditer(line):
        sign = token["sign"]
        if sign in ("(", ")"):
            _comment(entry, sign)
        elif entry.depth:
            entry.comments.append(token[0])
        elif sign in (",", ";"):
            yield entry
            entry = _Entry()
        elif sign == ":":
            # The name of a group of addresses.
            entry = _Entry()
        else:
            _take(entry, token)
    yield entry


def _comment(entry: _Entry, sign: str) -> None:
    if sign == "(":
        entry.depth += 1
    elif entry.depth:
        entry.depth -= 1


def _take(entry: _Entry, token: re.Match[str]) -> None:
    angle = token["angle"]
    quoted = token["quoted"]
    if angle is not None:
        entry.email = entry.email or angle
    elif quoted is not None:
        name = _ESCAPED.sub(r"\1", quoted)
        entry.words.append(name)
    elif token["sign"] is None:
        entry.words.append(token[0])


def _address(entry: _Entry, notes: Notes) -> MailAddress:
    name = _QUOTED.sub(r"\2", read_words(_spaced(entry.words), notes))
    email = _email(read_words(entry.email, notes))
    if email:
        return MailAddress(name or _comments(entry, notes), email)
    # The address stands alone, or the program encoded it together with the name.
    alone = _ADDRESS.search(name)
    if alone is None:
        return MailAddress(name, "")
    rest = name[: alone.start()] + name[alone.end() :]
    before = rest.strip(" <>\"'") or _comments(entry, notes)
    return MailAddress(before, _email(alone[0]))


def _spaced(words: list[str]) -> str:
    """Returns the words of a name as they stood; encoded ones keep their distance."""
    return " ".join(word.strip() if word.strip() else word for word in words).strip()


def _comments(entry: _Entry, notes: Notes) -> str:
    return read_words("".join(entry.comments).strip(), notes)


def _email(text: str) -> str:
    """Returns an address with its domain in small letters, "" where it is none."""
    # "<@relay.example:user@example.org>" is how routes were written.
    _route, _sign, last = text.rpartition(":")
    bare = "".join(last.split()).strip("<>\"'")
    local, sign, domain = bare.rpartition("@")
    if not sign or not local or not domain:
        return ""
    return f"{local}@{domain.lower()}"


def read_ids(line: str) -> tuple[str, ...]:
    """Returns the ids of a header in their <>, each once; of many the first and the last ones."""
    found = _ID.findall(line) or _BARE_ID.findall(line)
    ids = list(dict.fromkeys(map(_id, found)))
    too_many = len(ids) - IDS
    if too_many > 0:
        del ids[1 : 1 + too_many]
    return tuple(ids)


def _id(text: str) -> str:
    """Returns an id without what folding put into it."""
    bare = "".join(text.split())
    return f"<{safe_header(bare)}>"
