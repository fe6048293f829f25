"""An HTML page of a mail as text: links kept, tables readable, nothing hidden, nothing fetched.
Pure.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, islice

from domain.mail.raw.limits import TAGS
from domain.mail.raw.tags import Tag, read_tags


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DROPPED = _names(
    "script style title template textarea iframe noembed noframes head object embed applet svg "
    "math audio video canvas select datalist xml map frameset"
)
"""Elements whose inside nobody reads in a mail."""
_VOID = _names("area base br col embed hr img input link meta param source track wbr o:p")
_BLOCKS = _names(
    "address article aside blockquote body center dd details div dl dt fieldset figure footer form "
    "header legend li main nav ol pre section summary table tbody tfoot thead tr ul "
    "h1 h2 h3 h4 h5 h6 p"
)
_LISTS = _names("ol ul")
_PARAGRAPHS = _names("h1 h2 h3 h4 h5 h6 p")
_CLOSED_BY = {
    "li": _names("li p"),
    "td": _names("td th p"),
    "th": _names("td th p"),
    "tr": _names("td th tr p"),
    "p": _names("p"),
    "div": _names("p"),
    "table": _names("p"),
    "dd": _names("dd dt p"),
    "dt": _names("dd dt p"),
}
"""Which elements end where one of these begins, when nobody closed them."""
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*1(?:px|pt)|(?:font-size|max-height|opacity)\s*:\s*0+(?:\.0+)?\s*(?:px|pt|em|rem|%|!|;|$)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"\b(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra)\b")
_LINK = re.compile(r"(?:https?|ftp|mailto|tel):[^\s<>\"]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_NO_PHONE = re.compile(r"[\s+().-]")
_PHONE_END = 8
"""Digits that are the same with and without the country's."""
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_HARD_SPACE = "\xa0"
_NO_MARGIN = re.compile(r"margin(?:-top)?\s*:\s*0", re.IGNORECASE)
_NO_MARGIN_CLASS = "Mso"
"""Outlook's paragraphs, which are lines."""
_RULE = "_" * 32
_BETWEEN_CELLS = " | "
_QUOTE = "> "
_DEEPEST_TABLE = 8
_DEEPEST = 1_000
"""Elements within elements: what is deeper has no tags."""
_LINK_WORDS = 100
"""Pieces of text of a link that are looked at."""
_DEEPEST_QUOTE = 8


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as text; `rows` = how many lines of it are rows of a table."""

    text: str
    rows: int


@dataclass(slots=True)
class _Element:
    name: str
    is_hidden: bool = False
    is_quote: bool = False
    is_spaced: bool = False
    """A blank line stands before and behind it."""
    is_cell: bool = False
    """It has a sheet of its own."""
    href: str = ""
    link_at: int = 0
    number: int = 0
    """Of the last item of a list that counts."""


@dataclass(slots=True)
class _Sheet:
    """Lines that are being written: the page's own, or those of one cell."""

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def end_line(self, prefix: str) -> None:
        line = "".join(self.words).strip(" ")
        self.words.clear()
        if line:
            self.lines.append(prefix + line)

    def blank_line(self, prefix: str) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(prefix.rstrip())


@dataclass(slots=True)
class _Table:
    cells: list[_Sheet] = field(default_factory=list)


class _Writer:
    """Follows the tags and writes what a reader would see."""

    def __init__(self) -> None:
        self.sheets = [_Sheet()]
        self.tables: list[_Table] = []
        self.elements: list[_Element] = []
        self.open: Counter[str] = Counter()
        self.hidden = 0
        self.quotes = 0
        self.rows = 0

    @property
    def sheet(self) -> _Sheet:
        return self.sheets[-1]

    def text(self, text: str) -> None:
        if self.hidden:
            return
        if self.open["pre"]:
            self._pre(text)
            return
        plain = _SPACE.sub(" ", text)
        words = self.sheet.words
        if plain == " " and not words and _HARD_SPACE in text:
            self.sheet.blank_line(self.prefix)
            return
        if plain.startswith(" ") and (not words or words[-1].endswith(" ")):
            plain = plain[1:]
        if plain:
            words.append(plain)

    def _pre(self, text: str) -> None:
        first, *others = text.expandtabs().split("\n")
        self.sheet.words.append(first)
        for line in others:
            self.break_line()
            self.sheet.words.append(line)

    @property
    def prefix(self) -> str:
        # A quote within a cell gets its signs when the cell is written.
        return _QUOTE * min(self.quotes, _DEEPEST_QUOTE) if len(self.sheets) == 1 else ""

    def end_line(self) -> None:
        self.sheet.end_line(self.prefix)

    def break_line(self) -> None:
        if "".join(self.sheet.words).strip():
            self.end_line()
        else:
            self.sheet.words.clear()
            self.sheet.blank_line(self.prefix)

    def begin(self, tag: Tag) -> None:
        for name in self._closed_by(tag.name):
            self.end(name)
        void = _VOIDS.get(tag.name)
        if void is not None:
            if not self.hidden:
                void(self, tag)
            return
        if tag.name in _VOID or len(self.elements) >= _DEEPEST:
            return
        element = _element(tag)
        self._open_block(element)
        element.link_at = len(self.sheet.words)
        self.elements.append(element)
        self.open[tag.name] += 1
        self.hidden += element.is_hidden
        self.quotes += element.is_quote
        starts = _STARTS.get(tag.name)
        if starts is not None and not self.hidden:
            starts(self, element)

    def _closed_by(self, name: str) -> list[str]:
        closed = _CLOSED_BY.get(name, frozenset())
        names = []
        for element in reversed(self.elements[-3:]):
            if element.name not in closed:
                break
            names.append(element.name)
        return names

    def _open_block(self, element: _Element) -> None:
        if self.hidden or element.name not in _BLOCKS:
            return
        self.end_line()
        if element.is_spaced:
            self.sheet.blank_line(self.prefix)

    def end(self, name: str) -> None:
        """Closes the element, and those within it that nobody closed."""
        if not self.open[name]:
            return
        while True:
            element = self.elements.pop()
            self._close(element)
            if element.name == name:
                return

    def _close(self, element: _Element) -> None:
        if not self.hidden:
            self._end_block(element)
        self.open[element.name] -= 1
        self.hidden -= element.is_hidden
        self.quotes -= element.is_quote

    def _end_block(self, element: _Element) -> None:
        if element.href:
            self._link(element)
        if element.name in _BLOCKS:
            self.end_line()
        if element.is_spaced:
            self.sheet.blank_line(self.prefix)
        ends = _ENDS.get(element.name)
        if ends is not None:
            ends(self, element)

    def _link(self, element: _Element) -> None:
        words = self.sheet.words
        seen = "".join(words[element.link_at : element.link_at + _LINK_WORDS]).strip()
        if _bare_link(seen) == _bare_link(element.href):
            return
        words.append(f" <{element.href}> " if seen else f"<{element.href}> ")

    def rule(self, _tag: Tag) -> None:
        self.end_line()
        self.sheet.lines.append(self.prefix + _RULE)

    def picture(self, tag: Tag) -> None:
        said = " ".join(tag.said("alt").split())
        if said:
            self.text(f"[{said}]")

    def line_break(self, _tag: Tag) -> None:
        self.break_line()

    def begin_table(self, _element: _Element) -> None:
        self.tables.append(_Table())

    def end_table(self, element: _Element) -> None:
        self.end_row(element)
        if self.tables:
            self.tables.pop()

    def begin_cell(self, element: _Element) -> None:
        if self.tables and len(self.sheets) <= _DEEPEST_TABLE:
            cell = _Sheet()
            self.tables[-1].cells.append(cell)
            self.sheets.append(cell)
            element.is_cell = True
        else:
            self.end_line()

    def end_cell(self, element: _Element) -> None:
        self.end_line()
        if element.is_cell:
            self.sheets.pop()

    def end_row(self, _element: _Element) -> None:
        if not self.tables:
            return
        table = self.tables[-1]
        cells = [_without_edges(cell.lines) for cell in table.cells]
        table.cells.clear()
        prefix = self.prefix
        lines = self.sheet.lines
        lines.extend(prefix + line for line in self._row(cells))

    def _row(self, cells: list[list[str]]) -> list[str]:
        """Returns a row as one line where each cell is one, else what stands in the cells."""
        filled = [lines for lines in cells if lines]
        longest = max(map(len, filled), default=0)
        if len(filled) < 2 or longest > 1:
            return list(chain.from_iterable(filled))
        self.rows += 1
        texts = map("".join, cells)
        return [_BETWEEN_CELLS.join(texts).strip()]

    def begin_item(self, _element: _Element) -> None:
        near = self.elements[-4:]
        lists = [each for each in near if each.name in _LISTS]
        if not lists or lists[-1].name == "ul":
            self.text("- ")
            return
        counted = lists[-1]
        counted.number += 1
        self.text(f"{counted.number}. ")


_VOIDS: dict[str, Callable[[_Writer, Tag], None]] = {
    "br": _Writer.line_break,
    "hr": _Writer.rule,
    "img": _Writer.picture,
}
_STARTS: dict[str, Callable[[_Writer, _Element], None]] = {
    "table": _Writer.begin_table,
    "td": _Writer.begin_cell,
    "th": _Writer.begin_cell,
    "li": _Writer.begin_item,
}
_ENDS: dict[str, Callable[[_Writer, _Element], None]] = {
    "table": _Writer.end_table,
    "td": _Writer.end_cell,
    "th": _Writer.end_cell,
    "tr": _Writer.end_row,
}


def read_page(page: str) -> PageText:
    """Returns a page as text."""
    writer = _Writer()
    for piece in islice(read_tags(page), TAGS):
        if isinstance(piece, str):
            writer.text(piece)
        elif piece.is_end:
            writer.end(piece.name)
        else:
            writer.begin(piece)
    while writer.elements:
        writer.end(writer.elements[-1].name)
    writer.end_line()
    return PageText("\n".join(writer.sheets[0].lines), writer.rows)


def _element(tag: Tag) -> _Element:
    style = _HIDDEN.search(tag.said("style"))
    dropped = tag.name in _DROPPED or "hidden" in tag.attributes
    hidden = dropped or style is not None
    link = None
    if tag.name == "a":
        link = _LINK.match(tag.said("href").strip())
    element = _Element(tag.name, hidden, _is_quote(tag), _is_spaced(tag))
    if link is not None:
        element.href = link[0]
    return element


def _is_spaced(tag: Tag) -> bool:
    if tag.name not in _PARAGRAPHS:
        return False
    if _NO_MARGIN_CLASS in tag.said("class"):
        return False
    return _NO_MARGIN.search(tag.said("style")) is None


def _is_quote(tag: Tag) -> bool:
    """Returns whether an element holds what somebody else wrote."""
    if tag.name != "blockquote":
        return False
    if tag.said("type").lower() == "cite" or "cite" in tag.attributes:
        return True
    return _QUOTES.search(tag.said("class")) is not None


def _bare_link(text: str) -> str:
    """Returns what a link leads to, without what its words may leave out."""
    found = _SCHEME.match(text)
    scheme = found[0] if found else ""
    rest = text[len(scheme) :]
    if scheme == "mailto:":
        rest, _sign, _more = rest.partition("?")
    bare = _NO_PHONE.sub("", rest)
    if scheme == "tel:" or bare.isdecimal():
        # 081-234-5678 and +66812345678 are one telephone.
        return bare[-_PHONE_END:]
    return rest.rstrip("/").casefold()


def _without_edges(lines: list[str]) -> list[str]:
    """Returns lines without the empty ones before and behind them."""
    text = "\n".join(lines).strip()
    return text.split("\n") if text else []
