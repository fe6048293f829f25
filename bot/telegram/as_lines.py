"""A rich message as lines of HTML text, for a server that knows no rich messages. Pure."""

import re
from html.parser import HTMLParser

from bot.telegram.lines import MarkedLine, bold_lines, labelled_lines, plain_lines

_BOLD = frozenset({"h4", "summary"})
_TEXTS = frozenset({"h4", "p", "li", "summary", "pre"})
"""Blocks of one text each, among those that we write (`bot/telegram/rich.py`)."""
_SPACE = re.compile(r"\xa0")


def lines_of_rich(html: str) -> list[MarkedLine]:
    """The lines that say what this rich message of ours says."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.lines


class _Reader(HTMLParser):
    """Reads a rich message block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[MarkedLine] = []
        self._text = ""
        self._label = ""
        self._number: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins, or a line of one ends."""
        if tag == "br":
            self._text += "\n"
        elif tag == "ol":
            self._number = int(dict(attrs).get("start") or 1)
        elif tag in _TEXTS or tag in ("th", "td"):
            self._text = ""

    def handle_data(self, data: str) -> None:
        """What people see."""
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        """A block is whole."""
        text = _SPACE.sub(" ", self._text)
        if tag == "th":
            self._label = text
        elif tag == "td":
            self.lines += labelled_lines(self._label, text)
        elif tag == "ol":
            self._number = None
        elif tag in _BOLD:
            self.lines += bold_lines(text)
        elif tag in _TEXTS:
            self.lines += plain_lines(self._numbered(tag, text))

    def _numbered(self, tag: str, text: str) -> str:
        if tag != "li" or self._number is None:
            return text
        number = self._number
        self._number += 1
        return f"{number}. {text}"
