"""vCards (RFC 6350, and versions 2.1 and 3.0): contacts as address books give them away. Pure."""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.text import clean

MOST = 50
"""Contacts that are read of one file."""
_PROPERTY = re.compile(
    rb'(?:[\w-]+\.)?(?P<name>[A-Za-z-]+)(?P<how>(?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(?P<value>.*)',
    re.DOTALL,
)
_FOLD = re.compile(rb"(?<!=)\r?\n[ \t]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPLIT = re.compile(r"(?<!\\);")
_TEL = re.compile(r"(?i)^tel:")
_MAILTO = re.compile(r"(?i)^mailto:")


@dataclass(slots=True)
class VCard:
    """One contact, its telephones and e-mail addresses as they are written there."""

    name: str = ""
    organisation: str = ""
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


def is_vcard(data: bytes) -> bool:
    """Returns whether these bytes begin as a vCard does."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:11].upper() == b"BEGIN:VCARD"


def read_vcards(data: bytes) -> list[VCard]:
    """Reads the contacts in a file that name somebody or tell how to reach them; what is no vCard
    has none.
    """
    cards: list[VCard] = []
    for name, how, value in _properties(data):
        if name == "BEGIN" and len(cards) < MOST:
            cards.append(VCard())
        elif cards:
            _take(cards[-1], name, _decoded(how, value))
    return [card for card in cards if card.name or card.phones or card.emails]


def _properties(data: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """Yields each line's name, parameters and value; quoted-printable lines go on behind a sign of
    equality.
    """
    unfolded = _FOLD.sub(b"", data.removeprefix(b"\xef\xbb\xbf"))
    waiting = b""
    for line in unfolded.replace(b"\r\n", b"\n").split(b"\n"):
        # A soft break within quoted-printable goes on in the next line.
        whole = waiting + line.lstrip() if waiting else line
        waiting = b""
        if whole.endswith(b"=") and b"QUOTED-PRINTABLE" in whole.partition(b":")[0].upper():
            waiting = whole[:-1]
            continue
        found = _PROPERTY.fullmatch(whole)
        if found:
            name = found["name"].decode("ascii").upper()
            yield name, found["how"].upper(), found["value"]


def _decoded(how: bytes, value: bytes) -> str:
    if b"QUOTED-PRINTABLE" in how:
        value = quopri.decodestring(value)
    # Old telephones in Thailand write their own code page, and do not say so.
    for encoding in ("utf-8", "cp874"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("utf-8", "replace")


def _take(card: VCard, name: str, value: str) -> None:
    """Puts a property into the card. FN is how a name is shown; N has it in parts, the surname
    first, and stands in where FN is empty.
    """
    parts = [_plain(part) for part in _SPLIT.split(value)]
    if not any(parts):
        return
    match name:
        case "FN":
            card.name = _plain(value) or card.name
        case "N":
            card.name = card.name or _whole_name(parts)
        case "ORG":
            card.organisation = " ".join(filter(None, parts))
        case "TEL":
            card.phones.append(_plain(_TEL.sub("", value)))
        case "EMAIL":
            card.emails.append(_plain(_MAILTO.sub("", value)))


def _whole_name(parts: list[str]) -> str:
    """Returns the parts of N in the order in which they are said."""
    surname, given, middle, title, *_more = [*parts, "", "", "", ""]
    return " ".join(filter(None, (title, given, middle, surname)))


def _plain(value: str) -> str:
    """Returns a value on one line, without what protects its commas and semicolons."""
    unescaped = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(clean(unescaped).split())
