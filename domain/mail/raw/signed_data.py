"""What stands within an S/MIME signature that envelops its text (CMS signed-data): the signature is
not checked. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_OCTETS = 0x04
_OCTETS_IN_PIECES = 0x24
_LONG = 0x80
_PIECES = 60_000
"""Pieces that are read: most programs cut a mail into some thousands of bytes each."""
_DEPTH = 20
_MOST_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of the encoding. `end` is None where it ends with an empty element."""

    tag: int
    begin: int
    end: int | None


def signed_content(data: bytes) -> bytes | None:
    """Returns the mail within the signature; None where there is none, or it is encrypted."""
    try:
        return _content(data)
    except (IndexError, ValueError):
        return None


def _content(data: bytes) -> bytes | None:
    whole = _element(data, 0)
    if not data.startswith(_SIGNED_DATA, whole.begin):
        return None
    wrapper = _element(data, whole.begin + len(_SIGNED_DATA))
    signed = _element(data, wrapper.begin)
    algorithms = _after(data, signed.begin)
    content = _element(data, _after(data, algorithms))
    if not data.startswith(_DATA, content.begin):
        return None
    explicit = _element(data, content.begin + len(_DATA))
    return b"".join(_pieces(data, _element(data, explicit.begin)))


def _element(data: bytes, at: int) -> _Element:
    """Returns the element that begins here; IndexError or ValueError for what is none."""
    tag = data[at]
    size = data[at + 1]
    begin = at + 2
    if size == _LONG:
        return _Element(tag, begin, None)
    if size > _LONG:
        count = size - _LONG
        if count > _MOST_LENGTH_BYTES:
            raise ValueError("length")
        size = int.from_bytes(data[begin : begin + count], "big")
        begin += count
    if begin + size > len(data):
        raise ValueError("cut")
    return _Element(tag, begin, begin + size)


def _after(data: bytes, at: int, depth: int = 0) -> int:
    """Returns where the element that begins here is over."""
    element = _element(data, at)
    if element.end is not None:
        return element.end
    if depth > _DEPTH:
        raise ValueError("depth")
    inner = element.begin
    for _piece in range(_PIECES):
        if data[inner : inner + 2] == b"\0\0":
            return inner + 2
        inner = _after(data, inner, depth + 1)
    raise ValueError("pieces")


def _pieces(data: bytes, content: _Element) -> Iterator[bytes]:
    if content.tag == _OCTETS:
        yield data[content.begin : content.end]
        return
    if content.tag != _OCTETS_IN_PIECES:
        raise ValueError("no octets")
    at = content.begin
    end = content.end or len(data)
    for _piece in range(_PIECES):
        if at >= end or data[at] != _OCTETS:
            return
        piece = _element(data, at)
        yield data[piece.begin : piece.end]
        at = piece.end or end
    raise ValueError("pieces")
