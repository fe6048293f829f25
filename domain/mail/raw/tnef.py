"""Outlook's own envelope, winmail.dat (MS-OXTNEF): the text and the files in it. Pure.

Its one reader in Python had its last release in January 2021, takes any length as it is told, and
does not unpack the text.
"""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.mail.raw.rtf import rtf_text

MARK = b"\x78\x9f\x3e\x22"
_HEAD = 6
_ATTRIBUTE = struct.Struct("<BII")
_LONG = struct.Struct("<I")
_PROPERTY = struct.Struct("<HH")
_CHECKSUM = 2
_MOST = 5_000
"""Attributes that are read, and properties of each."""
_DEPTH = 3
"""Envelopes within envelopes."""
_FILE_BEGINS = 0x00069002
_FILE_TITLE = 0x00018010
_FILE_DATA = 0x0006800F
_FILE_PROPERTIES = 0x00069005
_BODY = 0x0002800C
_PROPERTIES = 0x00069003
_CODEPAGE = 0x00069007
_OF_MESSAGE = (_BODY, _PROPERTIES, _CODEPAGE)
_TEXT = 0x1000
_RTF = 0x1009
_PAGE = 0x1013
_LONG_NAME = 0x3707
_NAME = 0x3704
_SHOWN_NAME = 0x3001
_MIME = 0x370E
_CONTENT = 0x3701
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4}
_SIZES |= {0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of the values whose size is known, by type."""
_SHORT = 0x02
_STRING = 0x1E
_UNICODE = 0x1F
_OBJECT = 0x0D
_BINARY = 0x102
_OF_ANY_SIZE = (_STRING, _UNICODE, _OBJECT, _BINARY)
_MANY = 0x1000
_NAMED = 0x8000
_GUID = 16
_UNPACKED = 400_000
"""Bytes of a packed text that are unpacked: it is done byte by byte."""
_PACKED_HEAD = struct.Struct("<IIII")
_PACKED = 0x75465A4C
_NOT_PACKED = 0x414C454D
_WINDOW = 4_096
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


@dataclass(slots=True)
class TnefFile:
    """A file in the envelope; its name may be ""."""

    name: str = ""
    mime: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What was found. `text` = what a person wrote, where it is in there, `page` the same as HTML;
    `packed` = the same as packed RTF.
    """

    codec: str = "cp1252"
    text: str = ""
    packed: bytes = b""
    page: bytes = b""
    files: list[TnefFile] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Returns whether there is nothing that a person would see."""
        return not (self.text.strip() or self.page or self.files)


def read_tnef(data: bytes, depth: int = 0) -> Tnef:
    """Returns what is in the envelope, as far as it can be read, whatever its bytes are."""
    found = Tnef()
    for kind, value in _attributes(data):
        if kind in _OF_MESSAGE:
            _take_of_message(found, kind, value)
        elif kind == _FILE_BEGINS:
            found.files.append(TnefFile())
        elif found.files:
            _take_of_file(found, kind, value, depth)
    if not found.text.strip():
        found.text = rtf_text(unpacked(found.packed))
    found.files = [file for file in found.files if file.content or file.name]
    return found


def _take_of_message(found: Tnef, kind: int, value: bytes) -> None:
    if kind == _CODEPAGE:
        found.codec = _codec(value)
    elif kind == _BODY:
        found.text = found.text or _string(value, found.codec)
    else:
        _take_text(found, dict(_properties(value, found.codec)))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD
    for _attribute in range(_MOST):
        if at + _ATTRIBUTE.size > len(data):
            return
        _level, kind, size = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        yield kind, data[at : at + size]
        at += size + _CHECKSUM


def _take_text(found: Tnef, said: dict[int, bytes | str]) -> None:
    """Takes the message's own text, in the plainest form that there is."""
    text = said.get(_TEXT, "")
    if isinstance(text, str) and text.strip():
        found.text = text
    page = said.get(_PAGE, b"")
    found.page = page.encode() if isinstance(page, str) else page
    packed = said.get(_RTF, b"")
    if isinstance(packed, bytes):
        found.packed = packed


def _take_of_file(found: Tnef, kind: int, value: bytes, depth: int) -> None:
    file = found.files[-1]
    if kind == _FILE_TITLE:
        file.name = file.name or _string(value, found.codec)
    elif kind == _FILE_DATA:
        file.content = value
    elif kind == _FILE_PROPERTIES:
        said = dict(_properties(value, found.codec))
        names = (said.get(each) for each in (_LONG_NAME, _NAME, _SHOWN_NAME))
        file.name = next((str(name) for name in names if name), file.name)
        file.mime = str(said.get(_MIME, "")).lower()
        content = said.get(_CONTENT, b"")
        if isinstance(content, bytes) and content:
            _take_content(found, file, content, depth)


def _take_content(found: Tnef, file: TnefFile, content: bytes, depth: int) -> None:
    """Takes a file's bytes; of a message that is attached its text and files."""
    inner = content[_GUID:]
    if not inner.startswith(MARK) or depth >= _DEPTH:
        file.content = content
        return
    message = read_tnef(inner, depth + 1)
    file.mime = "text/plain"
    file.name = f"{file.name or 'message'}.txt"
    file.content = message.text.encode("utf-8", "replace") or message.page
    found.files.extend(message.files)


def _properties(data: bytes, codec: str) -> Iterator[tuple[int, bytes | str]]:
    """Yields texts and bytes by the number of their property; what has another value is stepped
    over.
    """
    try:
        yield from _read_properties(data, codec)
    except struct.error:
        return


def _read_properties(data: bytes, codec: str) -> Iterator[tuple[int, bytes | str]]:
    at = _LONG.size
    for _property in range(min(_LONG.unpack_from(data)[0], _MOST)):
        kind, number = _PROPERTY.unpack_from(data, at)
        at += _PROPERTY.size
        if number >= _NAMED:
            at = _after_name(data, at)
        plain = kind & ~_MANY
        if plain not in _OF_ANY_SIZE:
            at = _after_fixed(data, at, plain, is_many=plain != kind)
            continue
        count = _LONG.unpack_from(data, at)[0]
        at += _LONG.size
        for _value in range(min(count, _MOST)):
            size = _LONG.unpack_from(data, at)[0]
            at += _LONG.size
            if size > len(data) - at:
                raise struct.error("cut")
            value = data[at : at + size]
            at += _padded(size)
            yield number, _value_of(plain, value, codec)


def _after_name(data: bytes, at: int) -> int:
    at += _GUID
    is_text = _LONG.unpack_from(data, at)[0]
    size = _LONG.unpack_from(data, at + _LONG.size)[0] if is_text else 0
    return at + 2 * _LONG.size + _padded(size)


def _after_fixed(data: bytes, at: int, kind: int, is_many: bool) -> int:
    size = _SIZES.get(kind)
    if size is None:
        raise struct.error("unknown type")
    if not is_many:
        return at + size
    count = _LONG.unpack_from(data, at)[0]
    each = _SHORT if kind == _SHORT else size
    return at + _LONG.size + _padded(count * each)


def _value_of(kind: int, value: bytes, codec: str) -> bytes | str:
    if kind == _STRING:
        return _string(value, codec)
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return value


def _string(value: bytes, codec: str) -> str:
    return value.rstrip(b"\0").decode(codec, "replace")


def _codec(value: bytes) -> str:
    """Returns the charset that the envelope names by number."""
    number = int.from_bytes(value[: _LONG.size], "little")
    name = f"cp{number}"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _padded(size: int) -> int:
    return size + -size % _LONG.size


def unpacked(data: bytes) -> bytes:
    """Returns RTF as it was before it was packed (MS-OXRTFCP), its beginning where it is long."""
    if len(data) < _PACKED_HEAD.size:
        return b""
    _packed, size, kind, _checksum = _PACKED_HEAD.unpack_from(data)
    rest = data[_PACKED_HEAD.size :]
    if kind == _NOT_PACKED:
        return rest[: min(size, _UNPACKED)]
    if kind != _PACKED:
        return b""
    return _unpack(rest, min(size, _UNPACKED))


def _unpack(data: bytes, size: int) -> bytes:
    """Returns what runs of letters stand for: each is one, or a place in the last 4,096 with how
    many come from there.
    """
    text = bytearray(_DICTIONARY)
    end = len(text) + size
    at = 0
    while at < len(data) and len(text) < end:
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                text += data[at : at + 1]
                at += 1
                continue
            pair = int.from_bytes(data[at : at + 2], "big")
            at += 2
            back = (len(text) - (pair >> 4)) % _WINDOW
            if not back or at > len(data):
                return bytes(text[len(_DICTIONARY) : end])
            for _letter in range((pair & 0xF) + 2):
                text.append(text[-back] if back <= len(text) else 0)
    return bytes(text[len(_DICTIONARY) : end])
