"""The tree of a mail's parts, found in its bytes without copying them; boundaries may be missing or
wrong. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.mail.raw import limits
from domain.mail.raw.headers import Headers, split_headers
from domain.mail.raw.notes import BROKEN_PARTS, CUT, Notes

_KIND = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}")
_SOME_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,198}?|-+[^\s-][^\r\n]{0,180}?)[ \t]*\r?\n(?=[\w-]{1,60}:|\r?\n)",
    re.MULTILINE,
)
_LOOKED_AT = 20_000
"""Bytes in which a boundary that was not declared is looked for."""
_LONGEST_BOUNDARY = 200
_LONGEST_REST = 100
"""Bytes behind a boundary on its line: blanks, as a rule none."""
_SIGNS = (b"", b"--", b"-")
"""What stands behind a boundary: nothing, or what closes; some programs forget half of it."""
_SCANNED = 500_000_000
_LOOKS = 100_000
PLAIN = "text/plain"
PAGE = "text/html"
UNKNOWN = "application/octet-stream"
MAIL = "message/rfc822"
_SHORT_KINDS = {"text": PLAIN, "plain": PLAIN, "html": PAGE}


@dataclass(slots=True)
class Budget:
    """What may still be spent on one mail with all the mails in it: parts, bytes that are gone
    through for boundaries, lines that look like one, files, envelopes that are opened, and
    characters of texts and of pages.
    """

    parts: int = limits.PARTS
    scanned: int = _SCANNED
    looks: int = _LOOKS
    attachments: int = limits.ATTACHMENTS
    envelopes: int = limits.ENVELOPES
    characters: int = 3 * limits.TEXT
    pages: int = limits.PAGES
    notes: Notes = field(default_factory=set)

    def is_spent(self) -> bool:
        """Returns whether something is used up, and notes it."""
        spent = min(self.parts, self.scanned, self.looks) <= 0
        if spent:
            self.notes.add(CUT)
        return spent


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its body is `data[start:end]`, `parts` those within it."""

    headers: Headers
    kind: str
    data: bytes
    start: int
    end: int
    parts: tuple["Part", ...] = ()

    @property
    def body(self) -> bytes:
        """Returns the body as it travelled."""
        return self.data[self.start : self.end]

    @property
    def encoding(self) -> str:
        """Returns the name of how the body travels."""
        return self.headers.value("content-transfer-encoding")


def read_part(
    data: bytes,
    start: int,
    end: int,
    budget: Budget,
    depth: int = 0,
    default: str = PLAIN,
) -> Part:
    """Returns the part in `data[start:end]` with all parts within it."""
    budget.parts -= 1
    headers, begin = split_headers(data, start, end)
    kind = _kind(headers, default)
    if not kind.startswith("multipart/"):
        return Part(headers, kind, data, begin, end)
    if depth >= limits.DEPTH:
        budget.notes.add(CUT)
        return Part(headers, UNKNOWN, data, begin, end)
    spans = _spans(headers, data, begin, end, budget)
    if not spans:
        return Part(headers, _unparted_kind(data, begin), data, begin, end)
    inner = MAIL if kind == "multipart/digest" else PLAIN
    parts: list[Part] = []
    for first, last in spans:
        if budget.is_spent():
            break
        parts.append(read_part(data, first, last, budget, depth + 1, inner))
    return Part(headers, kind, data, begin, end, tuple(parts))


def _kind(headers: Headers, default: str) -> str:
    value = headers.value("content-type")
    if _KIND.fullmatch(value):
        return value
    if value.startswith("multipart"):
        return "multipart/mixed"
    return _SHORT_KINDS.get(value, default)


def _unparted_kind(data: bytes, begin: int) -> str:
    """Returns what a body is that should have parts and has none."""
    head = data[begin : begin + 1000].lstrip().lower()
    return PAGE if head.startswith((b"<html", b"<!doctype", b"<div", b"<p")) else PLAIN


def _spans(
    headers: Headers,
    data: bytes,
    begin: int,
    end: int,
    budget: Budget,
) -> list[tuple[int, int]]:
    """Returns where the parts begin and end."""
    declared = headers.parameters("content-type", set()).get("boundary", "").rstrip()
    if declared:
        boundary = declared.encode("utf-8", "replace")[:_LONGEST_BOUNDARY]
        spans = list(_between(data, begin, end, boundary, budget))
        if spans:
            return spans
    budget.notes.add(BROKEN_PARTS)
    found = _SOME_BOUNDARY.search(data, begin, min(end, begin + _LOOKED_AT))
    if found is None:
        return []
    return list(_between(data, begin, end, found[1], budget))


def _between(
    data: bytes,
    begin: int,
    end: int,
    boundary: bytes,
    budget: Budget,
) -> Iterator[tuple[int, int]]:
    """Yields the places between boundaries; what follows the last one, closed or not, is the rest.

    A closing boundary ends nothing where more parts follow it."""
    budget.scanned -= end - begin
    opened: int | None = None
    for first, last, is_closing in _delimiters(data, begin, end, boundary, budget):
        if opened is not None:
            yield opened, _without_line_end(data, opened, first)
        opened = None if is_closing else last
    if opened is not None:
        budget.notes.add(BROKEN_PARTS)
        yield opened, end


def _delimiters(
    data: bytes,
    begin: int,
    end: int,
    boundary: bytes,
    budget: Budget,
) -> Iterator[tuple[int, int, bool]]:
    """Yields where each line of the boundary begins and ends, and whether it closes."""
    mark = b"--" + boundary
    at = begin if data.startswith(mark, begin, end) else _next(data, mark, begin, end)
    while at >= 0 and not budget.is_spent():
        budget.looks -= 1
        after = at + len(mark)
        stop = data.find(b"\n", after, end) + 1 or end
        rest = data[after : after + _LONGEST_REST]
        sign = rest.partition(b"\n")[0].strip()
        if sign in _SIGNS and stop - after < _LONGEST_REST:
            yield at, stop, sign != b""
        at = _next(data, mark, max(begin, stop - 1), end)


def _next(data: bytes, mark: bytes, begin: int, end: int) -> int:
    """Returns where the mark stands next at the beginning of a line, or -1."""
    found = data.find(b"\n" + mark, begin, end)
    return found + 1 if found >= 0 else -1


def _without_line_end(data: bytes, begin: int, end: int) -> int:
    """Returns the end of a part without the line end that belongs to the boundary."""
    for line_end in (b"\r\n", b"\n"):
        if data.endswith(line_end, begin, end):
            return end - len(line_end)
    return end
