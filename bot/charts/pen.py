"""Measures, wraps and cleans text in the one font that the pictures use."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import regex  # type: ignore[import-untyped]
from PIL.ImageFont import FreeTypeFont

from bot.charts.fonts import sarabun

TITLE = 46
PLAIN = 36
SMALL = 31
"""Pixels; a telephone shows the picture at about a third of its size."""
LINE = 1.42
"""Height of a line: Thai has marks above marks, and vowels below."""
ELLIPSIS = "…"
NOWHERE = "\U0010fffd"
"""A letter that no font has; drawn, it is the box that stands for all of them."""
_TOGETHER = regex.compile(r"[\u0e40-\u0e44]?\X[\u0e30\u0e32\u0e45\u0e46\u0e2f]*")
"""A letter with its marks, with the vowel that is written before it, and with what is written after
it and never begins a line.
"""


class Pen:
    """Measures text in the one font that the pictures use."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, bool], FreeTypeFont] = {}
        self._single = sarabun(PLAIN, shaped=False)
        self._lacking = self._glyph(NOWHERE)
        self._known: dict[str, bool] = {}

    def font(self, size: int, *, bold: bool) -> FreeTypeFont:
        """The font at this size in pixels."""
        if (size, bold) not in self._fonts:
            self._fonts[size, bold] = sarabun(size, bold=bold)
        return self._fonts[size, bold]

    def cleaned(self, value: Any) -> Any:
        """The same value, and in all of its texts only what the font has."""
        if isinstance(value, str):
            return self.drawable(value)
        if isinstance(value, tuple):
            return tuple(self.cleaned(each) for each in value)
        if not is_dataclass(value):
            return value
        given = [each.name for each in fields(value) if each.init]
        parts = {name: self.cleaned(getattr(value, name)) for name in given}
        return replace(value, **parts)  # type: ignore[type-var]

    def drawable(self, text: str) -> str:
        """Without what the font lacks: emoji, control characters."""
        kept = (each if self._has(each) else " " for each in text)
        return " ".join("".join(kept).split())

    def _has(self, letter: str) -> bool:
        if letter not in self._known:
            there = letter.isprintable() and self._glyph(letter) != self._lacking
            self._known[letter] = there
        return self._known[letter]

    def _glyph(self, letter: str) -> tuple[tuple[int, int], bytes]:
        """A letter's own picture: its size and its shades."""
        mask = self._single.getmask(letter)
        return mask.size, bytes(mask)

    def width(self, text: str, size: int = PLAIN, *, bold: bool = False) -> float:
        """In pixels."""
        return self.font(size, bold=bold).getlength(text)

    def wrap(
        self,
        text: str,
        size: int,
        room: float,
        lines: int,
        *,
        bold: bool = False,
    ) -> list[str]:
        """At most so many lines, broken at spaces where there are some, never between a letter and
        its marks.
        """
        wrapped = [""]
        for piece in self._pieces(text, size, room, bold=bold):
            longer = (wrapped[-1] + piece).lstrip()
            if wrapped[-1] and self.width(longer, size, bold=bold) > room:
                wrapped.append(piece.lstrip())
            else:
                wrapped[-1] = longer
            if len(wrapped) > lines:
                break
        if len(wrapped) > lines:
            last = wrapped[lines - 1]
            wrapped[lines - 1 :] = [self._cut(last, size, room, bold=bold)]
        return wrapped

    def _cut(
        self,
        line: str,
        size: int,
        room: float,
        *,
        bold: bool,
    ) -> str:
        """The line as far as there is room, with a sign that there is more."""
        letters = _TOGETHER.findall(line)
        while letters:
            cut = "".join(letters) + ELLIPSIS
            if self.width(cut, size, bold=bold) <= room:
                return cut
            letters.pop()
        return ELLIPSIS

    def _pieces(
        self,
        text: str,
        size: int,
        room: float,
        *,
        bold: bool,
    ) -> Iterator[str]:
        """Words with the space before them; of a word that fills no line alone, its letters."""
        for word in text.split():
            if self.width(word, size, bold=bold) <= room:
                yield f" {word}"
                continue
            space = " "
            for found in _TOGETHER.finditer(word):
                yield space + found[0]
                space = ""
