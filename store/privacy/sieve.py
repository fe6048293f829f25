"""Says quickly of bytes that no mark stands in them: what may hold one is looked through by its
whole pattern, which takes a hundred times as long.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from math import prod

CHARSETS = ("utf-8", "cp874", "utf-16-le")
WINDOW = 1 << 20
"""Bytes that are looked at in one go: nobody else works in this process meanwhile."""
OVERLAP = 1 << 12
"""No mark is longer."""
MOST_CASES = 64
"""Ways of writing a word of other letters than ours and Thai, each small or large."""
_APART = re.compile(r"(?<!!)%")
_ESCAPED_SIGN = re.compile(r"!(.)")
_DIGITS = b"0123456789"
_ESCAPED_DIGIT = b"\\u0e5"
_ESCAPED_BLANK = re.compile(rb"\\u(?:20\d\d|00a0)")
_ESCAPES_OF_TWO = b"\\\x00u\x00"


def _kept(*firsts: int) -> tuple[bytes, bytes]:
    """How ten bytes from each of these on become digits, and which bytes are left out."""
    table = bytearray(range(256))
    kept = set()
    for first in firsts:
        for digit in range(10):
            table[first + digit] = _DIGITS[digit]
            kept.add(first + digit)
    return bytes(table), bytes(set(range(256)) - kept)


_READINGS = (_kept(0x30, 0xF0, 0x50), _kept(0x30, 0x90))
"""Digits, and Thai ones: as cp874 and UTF-16 write them, and as UTF-8 does, whose bytes are dashes
in the other two.
"""


class MarkSieve:
    """Made of the needles of a finder (`domain.customers.marks.MarkFinder`)."""

    def __init__(self, needles: Iterable[str], charsets: Sequence[str] = CHARSETS) -> None:
        """`charsets` = those in which the bytes may be written."""
        self._holds_any = False
        self._texts: list[str] = []
        self._literals: set[bytes] = set()
        known: list[str] = []
        for parts in map(_parts, needles):
            if len(parts) == 1:
                self._add_text(parts[0], charsets)
                continue
            number = _number(parts)
            if number is None:
                self._holds_any = True
            else:
                known.append(number)
        self._digits = set(map(self._whole, known))

    def _add_text(self, text: str, charsets: Iterable[str]) -> None:
        self._texts.append(text)
        cases = _cases(text)
        if not cases:
            self._holds_any = True
        for written in cases:
            forms = _forms(written, charsets)
            self._literals.update(forms)

    def _whole(self, last: str) -> bytes:
        """All digits of a telephone of which these are the last: they stand backwards as well."""
        backwards = [text[::-1] for text in self._texts if text.isascii() and text.isdigit()]
        found = [number for number in backwards if number.endswith(last)]
        return max([last, *found], key=len).encode("ascii")

    def may_hold(self, content: bytes) -> bool:
        """False where no mark stands there for certain."""
        if self._holds_any or _ESCAPES_OF_TWO in content:
            return True
        return any(map(self._is_in, _windows(content)))

    def _is_in(self, window: bytes) -> bool:
        small = window.lower()
        if any(map(small.__contains__, self._literals)):
            return True
        if not self._digits:
            return False
        plain = window
        if b"\\u" in small:
            plain = _ESCAPED_BLANK.sub(b"", small.replace(_ESCAPED_DIGIT, b""))
        for table, left_out in _READINGS:
            digits = plain.translate(table, left_out)
            if any(map(digits.__contains__, self._digits)):
                return True
        return False


def _windows(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), WINDOW):
        yield content[start : start + WINDOW + OVERLAP]


def _parts(needle: str) -> list[str]:
    """What stands between the signs for anything."""
    return [_ESCAPED_SIGN.sub(r"\1", part) for part in _APART.split(needle)]


def _number(parts: Sequence[str]) -> str | None:
    """The digits of a telephone, each a part; None where it is something else."""
    last = "".join(part[-1:] for part in parts)
    if not last.isdigit() or len(last) < len(parts):
        return None
    return "".join(map(str, map(int, last)))


def _cases(text: str) -> list[str]:
    """A text with each of its letters small and large, but for ASCII, which is made small in bytes;
    none where there are too many ways.
    """
    ways = list(map(_ways, text))
    if prod(map(len, ways)) > MOST_CASES:
        return []
    return list(map("".join, product(*ways)))


def _ways(sign: str) -> list[str]:
    if sign.isascii():
        return [sign]
    both = {sign.lower(), sign.upper()}
    return sorted(both)


def _forms(text: str, charsets: Iterable[str]) -> Iterator[bytes]:
    """The bytes of a text in each way of writing it that has its letters."""
    for encoded in map(partial(_encoded, text), charsets):
        if encoded is not None:
            yield encoded.lower()


def _encoded(text: str, charset: str) -> bytes | None:
    try:
        return text.encode(charset)
    except UnicodeEncodeError:
        return None
