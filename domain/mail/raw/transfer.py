"""How bytes travel in a mail: base64, quoted-printable, uuencode, and all of them broken. Pure."""

import binascii
import re
from dataclasses import dataclass

from domain.mail.raw.notes import BROKEN_ENCODING, Notes

_NOT_64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_IS_64 = re.compile(rb"[A-Za-z0-9+/\s]++={0,2}")
_SHORT = 1_000
_PADDING = re.compile(rb"=+")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/]+")
_ALSO_64 = bytes.maketrans(b"-_", b"+/")
_LINES_64 = re.compile(rb"(?:[A-Za-z0-9+/]*=*[ \t]*(?:\r?\n|\Z))*+")
_FOOTER = b"__"
"""How lists' servers begin what they write below a mail."""
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?$\n?", re.MULTILINE)
_UU_LINE = re.compile(rb"[\x20-\x60]{1,100}")


@dataclass(frozen=True, slots=True)
class UuFile:
    """A file that stood within a text."""

    name: bytes
    content: bytes


def decode_body(data: bytes, encoding: str, notes: Notes) -> bytes:
    """Returns a part's bytes as they were before they travelled; unknown encodings are none."""
    if encoding == "base64":
        return _base64_body(data, notes)
    if encoding == "quoted-printable":
        return decode_quoted(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        files, _rest = take_uuencoded(data)
        return b"".join(file.content for file in files) or data
    return data


def decode_quoted(data: bytes) -> bytes:
    """Returns quoted-printable bytes decoded; what is none stays as it is."""
    return binascii.a2b_qp(data)


def decode_base64(data: bytes) -> bytes:
    """Returns base64 decoded, whatever stands between, without padding or with it in the middle."""
    whole = data.rstrip()
    if _IS_64.fullmatch(whole) and len(whole) > _SHORT:
        # A long file is not copied where nothing is wrong with it.
        return _whole(whole)
    return _pieces(data)


def _whole(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        return _pieces(data)


def _pieces(data: bytes) -> bytes:
    blocks = _PADDING.split(data.translate(_ALSO_64))
    return b"".join(map(_block, blocks))


def _block(data: bytes) -> bytes:
    bare = _FOREIGN.sub(b"", data)
    left = len(bare) % 4
    # One letter alone holds no byte.
    if left == 1:
        bare = bare[:-1]
        left = 0
    return binascii.a2b_base64(bare + b"=" * (-left % 4))


def _base64_body(data: bytes, notes: Notes) -> bytes:
    """Returns a body in base64; as it is where it is none, and with what a list's server wrote
    below.
    """
    stripped = data.strip()
    found = _LINES_64.match(stripped)
    end = found.end() if found else 0
    if end == len(stripped):
        return decode_base64(stripped)
    before = stripped[:end].rstrip()
    below = stripped[end:].lstrip(b"\r\n")
    if before and below.startswith(_FOOTER):
        return decode_base64(before) + b"\n" + below
    notes.add(BROKEN_ENCODING)
    foreign = len(_NOT_64.findall(stripped))
    if foreign * 20 > len(stripped):
        return data
    return decode_base64(stripped)


def take_uuencoded(data: bytes) -> tuple[list[UuFile], bytes]:
    """Returns the files that stand in a text (uuencode), and the text without them."""
    files: list[UuFile] = []
    kept: list[bytes] = []
    at = 0
    while (begin := _UU_BEGIN.search(data, at)) is not None:
        end = _UU_END.search(data, begin.end())
        if end is None:
            break
        content = _uudecoded(data[begin.end() : end.start()])
        kept.append(data[at : begin.start()])
        if content is None:
            kept.append(data[begin.start() : end.end()])
        else:
            files.append(UuFile(begin[1], content))
        at = end.end()
    kept.append(data[at:])
    return files, b"".join(kept)


def _uudecoded(data: bytes) -> bytes | None:
    """Returns the bytes of all lines; None where one of them is none of uuencode's."""
    lines = [line for line in data.splitlines() if line]
    if not all(map(_UU_LINE.fullmatch, lines)):
        return None
    try:
        return b"".join(map(_uu_line, lines))
    except binascii.Error:
        return None


def _uu_line(line: bytes) -> bytes:
    """Returns a line's bytes, without what old programs add behind its letters."""
    size = (line[0] - 32) & 63
    return binascii.a2b_uu(line[: 1 + (size + 2) // 3 * 4])
