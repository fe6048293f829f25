"""How IMAP servers answer, and how names and marks are said to them."""

import imaplib
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.mail.server import TakenMark

SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_INTERNAL_DATE = re.compile(rb'INTERNALDATE " ?([^"]+)"')
_UID = re.compile(rb"\bUID (\d+)")
BODY = b"BODY[]"
_QUOTED = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(rb"\\(.)")
_ANY_FLAG = rb"\*"
_OTHER_SIGNS = re.compile(r"&|[^\x20-\x7e]+")
MARK = "mark"
"""The step that failed where a mailbox takes no flag, or nothing into a folder."""


class BoxFailed(Exception):
    """The mailbox cannot be read just now: connect, tls, login, mailbox, or read. Never the
    server's words.
    """

    safe_text = True


def said(answer: tuple[str, list[Any]], step: str = "read") -> list[Any]:
    """What a yes says; BoxFailed for everything else."""
    verdict, data = answer
    if verdict != "OK":
        raise BoxFailed(step)
    return [item for item in data if item is not None]


def give_marks(imap: imaplib.IMAP4, marks: TakenMark, span: str) -> None:
    """Flag these mails of the open mailbox, and move them."""
    if marks.flag:
        _name, allowed = imap.response("PERMANENTFLAGS")
        words = b" ".join(each for each in allowed if each).strip(b"()").lower().split()
        if words and marks.flag.lower().encode() not in words and _ANY_FLAG not in words:
            raise BoxFailed(MARK)
        said(imap.uid("STORE", span, "+FLAGS.SILENT", f"({marks.flag})"), MARK)
    if marks.folder:
        _move(imap, span, quoted(modified_utf7(marks.folder)))


def _move(imap: imaplib.IMAP4, span: str, folder: str) -> None:
    """Move these mails; a server that cannot gets copies of them, and they stay where they are."""
    verb = "MOVE" if "MOVE" in imap.capabilities else "COPY"
    verdict, _data = imap.uid(verb, span, folder)
    if verdict != "OK":
        # As a rule the folder is not there yet.
        said(imap.create(folder), MARK)
        said(imap.uid(verb, span, folder), MARK)


def quoted(name: str) -> str:
    """A mailbox's name as it travels."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def modified_utf7(name: str) -> str:
    """The name of a folder in any script, as IMAP writes it (RFC 3501, 5.1.3)."""
    return _OTHER_SIGNS.sub(_in_base64, name)


def _in_base64(signs: re.Match[str]) -> str:
    if signs[0] == "&":
        return "&-"
    coded = b64encode(signs[0].encode("utf-16-be")).decode().rstrip("=")
    return f"&{coded.replace('/', ',')}-"


def capabilities_of(imap: imaplib.IMAP4) -> tuple[str, ...]:
    """What the server can do, in capitals."""
    words = b" ".join(said(imap.capability()))
    return tuple(words.decode("ascii", "replace").upper().split())


def came_meanwhile(imap: imaplib.IMAP4) -> bool:
    """Whether the server told of something new while it answered something else."""
    _name, told = imap.response("EXISTS")
    return any(told)


def after_last(imap: imaplib.IMAP4) -> int:
    """The UID behind the last mail, for servers that do not say which one comes next."""
    last = said(imap.uid("FETCH", "*", "(UID)"))
    found = [int(each) for each in _UID.findall(told_of(last))]
    return max(found, default=0) + 1


def numbers_of(answer: tuple[str, list[Any]]) -> list[int]:
    """The numbers that a search found, which a server may tell in several lines."""
    return [int(number) for number in b" ".join(said(answer)).split()]


def told_of(found: Sequence[Any]) -> bytes:
    """What a server says of a mail beside its bytes."""
    return b" ".join(item[0] if isinstance(item, tuple) else item for item in found)


def literal_of(found: Sequence[Any], told: bytes) -> bytes:
    """A mail's bytes, which a server may also put between quotes; b"" where there are none."""
    for item in found:
        if isinstance(item, tuple):
            return bytes(item[1])
    quoted = _QUOTED.search(told)
    return _ESCAPED.sub(rb"\1", quoted[1]) if quoted else b""


def arrived_at_of(told: bytes) -> datetime | None:
    """When the server says that a mail came; None where it does not, or not in its own form."""
    found = _INTERNAL_DATE.search(told)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1].decode("ascii", "replace"), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None


def last_of(response: tuple[str, list[Any]]) -> Any:
    """What the server said of this at last; None where it said nothing."""
    _name, told = response
    return told[-1]
