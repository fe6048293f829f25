"""A reply as blocks of a rich message: headings, tables of label and value, lists, and what is long
folded away. Pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from bot.telegram.limits import LIMITS
from bot.telegram.lines import Worded, escaped
from domain.dates.days import BANGKOK, find_date
from domain.text import MARKS, split_text, utf16_length
from handlers.chat import Card, Choice, CopyButton, Fact, FactKind, Paragraph
from handlers.system import further_lines

SCREEN_ROWS = 15
"""Rows of a small telephone's screen, less what the chat and the buttons take."""
WIDE = 36
"""Letters in such a row; a Thai mark takes no place of its own."""
LABEL = 7
VALUE = 22
"""Letters of a row of a table's two columns."""
LIST_ROWS = 12
"""A list of more rows has one row an option, behind which the rest of it is folded."""
LONG_ROWS = 3
"""A value of more rows may be folded away, where not all of it fits a screen."""
READ_ROWS = 2 * SCREEN_ROWS
"""A text of more rows is folded behind its first screen: the buttons below it are near again."""
PIECE = LIMITS.rich // 4
"""Signs of one text at most: a longer one is several blocks."""
SUMMARY = 60
"""Letters of a folded value that are told beside its label."""
PART = " · "
"""What an option says is parted by this."""
ROWS_A_BLOCK = 100
"""Rows of a table, or items of a list."""

_MARKS = re.compile(f"[{MARKS}]+")
_BLANKS = re.compile(r"(?m)^ +|  +")
_PHONE = re.compile(r"(?<![\d+])(?:\+\d|0)[\d -]{6,13}\d(?!\d)")
_TIME = re.compile(r"\D{0,3}(\d{1,2})[.:](\d{2})(?!\d)")
_ANY_DAY = date(2026, 1, 1)
THAILAND = "+66"
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its HTML, how many signs people see of it, and as how many blocks it counts."""

    html: str
    size: int
    count: int = 1


def blocks_of(part: Worded, keys: Sequence[str], first: int = 1) -> list[Block]:
    """All that a part says; `keys` stand before the options that the text lists, the first of
    which is number `first` of the message.
    """
    match part:
        case Paragraph():
            blocks = _read(part.text)
        case Card():
            blocks = _card(part)
        case Choice():
            blocks = list(_list(part, keys, first))
    return [*blocks, *_to_mark(part)]


def is_worth_it(parts: Iterable[Worded], keys: Sequence[Sequence[str]]) -> bool:
    """Whether a rich message says it better than lines of text: a card with lines, a list, or a
    text that fills more than a screen.
    """
    return any(_is_structured(part, named) for part, named in zip(parts, keys, strict=True))


def _is_structured(part: Worded, keys: Sequence[str]) -> bool:
    match part:
        case Paragraph(text):
            return rows_of(text) > READ_ROWS
        case Card():
            return bool(part.fields)
        case Choice():
            return bool(keys)


def packed_blocks(blocks: Iterable[Block]) -> list[str]:
    """Whole blocks to as few rich messages as possible."""
    messages: list[str] = []
    current: list[str] = []
    size = 0
    count = 0
    for block in blocks:
        is_full = size + block.size > LIMITS.rich or count + block.count > LIMITS.blocks
        if current and is_full:
            messages.append("".join(current))
            current = []
            size = 0
            count = 0
        current.append(block.html)
        size += block.size
        count += block.count
    if current:
        messages.append("".join(current))
    return messages


def mark_first(html: str, mark: str) -> str:
    """The message with a few words before its first ones."""
    for opening in ("<h4>", "<p>"):
        if html.startswith(opening):
            return f"{opening}{escaped(mark)}{html.removeprefix(opening)}"
    return f"<p>{escaped(mark)}</p>{html}"


def rows_of(text: str, wide: int = WIDE) -> int:
    """Rows that a text takes on a small telephone."""
    return sum(_rows_of_line(line, wide) for line in text.split("\n"))


def _rows_of_line(line: str, wide: int) -> int:
    if len(line) <= wide:
        return 1
    letters = len(_MARKS.sub("", line))
    return max(1, -(-letters // wide))


# Blocks.


def _heading(text: str) -> list[Block]:
    first, _newline, more = text.strip().partition("\n")
    if not first or utf16_length(first) > PIECE:
        return _paragraphs(text)
    blocks = [_block("h4", first)]
    if more.strip():
        blocks += _paragraphs(more)
    return blocks


def _block(tag: str, text: str) -> Block:
    return Block(f"<{tag}>{_inline(text)}</{tag}>", utf16_length(text))


def _inline(text: str) -> str:
    """The text within a block, where blanks side by side would be one and a line break none."""
    kept = _BLANKS.sub(_kept_blanks, escaped(text))
    return kept.replace("\n", "<br>")


def _kept_blanks(found: re.Match[str]) -> str:
    return "&nbsp;" * len(found[0])


def _paragraphs(text: str) -> list[Block]:
    """The text, where it is not blank; a blank line within it parts two blocks no more than a line
    break does, so that all of it stays as it was written.
    """
    pieces = split_text(text.strip("\n"), PIECE)
    return [_block("p", piece) for piece in pieces if piece.strip()]


def _read(text: str) -> list[Block]:
    """A text to be read: of a very long one the first screen, with the rest behind it."""
    rows = rows_of(text)
    if rows <= READ_ROWS:
        return _paragraphs(text)
    shown, folded = _first_rows(text)
    if not folded.strip():
        return _paragraphs(text)
    return [*_paragraphs(shown), *_folded(further_lines(rows - rows_of(shown)), folded)]


def _first_rows(text: str) -> tuple[str, str]:
    """Whole lines that fill less than a screen, and the others; a line that is longer is cut
    between words.
    """
    lines = text.strip("\n").split("\n")
    taken = 0
    rows = rows_of(lines[0])
    while taken < len(lines) and rows <= SCREEN_ROWS:
        taken += 1
        if taken < len(lines):
            rows += rows_of(lines[taken])
    if taken:
        return "\n".join(lines[:taken]), "\n".join(lines[taken:])
    first, *rest = split_text(lines[0], SCREEN_ROWS * WIDE)
    return first, "\n".join(["".join(rest), *lines[1:]])


def _folded(summary: str, text: str) -> list[Block]:
    """What is opened with a tap."""
    blocks = []
    for paragraph in _paragraphs(text):
        html = f"<details><summary>{_inline(summary)}</summary>{paragraph.html}</details>"
        size = paragraph.size + utf16_length(summary)
        blocks.append(Block(html, size, paragraph.count + 1))
    return blocks


# Cards.


def _card(card: Card) -> list[Block]:
    short, long = _parted(card)
    blocks = _heading(card.title)
    blocks += _tables(short)
    for fact in long:
        blocks += _folded(f"{fact.label}: {_beginning(fact.value)}", fact.value)
    if card.note.strip():
        blocks += _paragraphs(card.note)
    return blocks


def _parted(card: Card) -> tuple[list[Fact], list[Fact]]:
    """What stands in the table, and what is folded below it: of a card that fills more than a
    screen the long values, the longest first, until it does not.
    """
    facts = card.facts
    rows = sum(map(_rows_of_fact, facts))
    rows += rows_of(card.title) + rows_of(card.note)
    folded = []
    for fact in facts:
        if utf16_length(fact.value) > PIECE:
            folded.append(fact)
    rows -= sum(map(_rows_saved, folded))
    for fact in sorted(facts, key=_rows_of_fact, reverse=True):
        if rows <= SCREEN_ROWS or _rows_of_fact(fact) <= LONG_ROWS:
            break
        if fact not in folded:
            folded.append(fact)
            rows -= _rows_saved(fact)
    shown = [fact for fact in facts if fact not in folded]
    return shown, sorted(folded, key=facts.index)


def _rows_saved(fact: Fact) -> int:
    return _rows_of_fact(fact) - 1


def _rows_of_fact(fact: Fact) -> int:
    return max(rows_of(fact.label, LABEL), rows_of(fact.value, VALUE))


def _beginning(value: str) -> str:
    line, _newline, _rest = value.strip().partition("\n")
    if len(line) <= SUMMARY:
        return line
    return split_text(line, SUMMARY)[0] + "…"


def _tables(facts: Sequence[Fact]) -> Iterator[Block]:
    for some in _in_pieces(facts, _size_of_fact):
        rows = "".join(map(_table_row, some))
        size = sum(map(_size_of_fact, some))
        count = len(some) + 1
        yield Block(f"<table>{rows}</table>", size, count)


def _size_of_fact(fact: Fact) -> int:
    return utf16_length(fact.label) + utf16_length(fact.value)


def _in_pieces(items: Sequence[_Item], size_of: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """The items side by side, no more of them together than one block may hold."""
    piece: list[_Item] = []
    size = 0
    for item in items:
        own = size_of(item)
        if piece and (size + own > PIECE or len(piece) == ROWS_A_BLOCK):
            yield piece
            piece = []
            size = 0
        piece.append(item)
        size += own
    if piece:
        yield piece


def _table_row(fact: Fact) -> str:
    label = escaped(fact.label)
    return f'<tr><th align="left" valign="top">{label}</th><td>{_value(fact)}</td></tr>'


def _value(fact: Fact) -> str:
    text = _inline(fact.value)
    match fact.kind:
        case FactKind.PHONE:
            return _PHONE.sub(_callable, text)
        case FactKind.CODE:
            return f"<code>{text}</code>"
        case FactKind.DATE:
            return _dated(fact.value, text)
        case _:
            return text


def _callable(found: re.Match[str]) -> str:
    """A telephone that a tap calls, from anywhere."""
    shown = found[0]
    dialled = re.sub("[ -]", "", shown)
    if dialled.startswith("0"):
        dialled = THAILAND + dialled[1:]
    return f'<a href="tel:{dialled}">{shown}</a>'


def _dated(value: str, shown: str) -> str:
    """A moment that Telegram also tells in the reader's own zone and calendar; as it stands where
    no time is written.
    """
    found = find_date(value, _ANY_DAY)
    if found is None:
        return shown
    on, rest = found
    clock = _TIME.match(rest)
    if clock is None:
        return shown
    hour = int(clock[1])
    minute = int(clock[2])
    if hour > 23 or minute > 59:
        return shown
    at = datetime.combine(on, time(hour, minute), BANGKOK)
    unix = int(at.timestamp())
    return f'<tg-time unix="{unix}">{shown}</tg-time>'


# Lists, and what is longer than a button copies.


def _list(choice: Choice, keys: Sequence[str], first: int) -> Iterator[Block]:
    """The question, and each option that has a key in full; without keys the buttons say it all."""
    yield from _heading(choice.question)
    if not keys:
        return
    numbered = not choice.options[0].label.startswith(keys[0])
    labels = [option.label.strip() or "…" for option in choice.options]
    if sum(map(rows_of, labels)) > LIST_ROWS:
        for number, label in enumerate(labels, first):
            yield from _folded_item(f"{number}. {label}" if numbered else label)
        return
    for some in _in_pieces(labels, utf16_length):
        yield from _items(some, first if numbered else None)
        first += len(some)


def _folded_item(label: str) -> list[Block]:
    """An option's first row, and what it says beyond that behind it."""
    shown = ""
    parts = label.replace("\n", PART).split(PART)
    while parts and (not shown or rows_of(PART.join((shown, parts[0]))) == 1):
        shown = PART.join(filter(None, (shown, parts.pop(0))))
    if not parts:
        return _paragraphs(shown)
    return _folded(shown, PART.join(parts))


def _items(labels: Sequence[str], number: int | None) -> Iterator[Block]:
    """Options side by side, counted from `number` on; None = each has its own code."""
    size = sum(map(utf16_length, labels))
    if size > PIECE:
        # One that is longer than a block can be.
        yield from _paragraphs("\n".join(labels))
        return
    items = "".join(f"<li>{_inline(label)}</li>" for label in labels)
    html = f"<ul>{items}</ul>"
    if number is not None:
        html = f'<ol start="{number}">{items}</ol>'
    yield Block(html, size, 2 * len(labels) + 1)


def _to_mark(part: Worded) -> Iterator[Block]:
    """Texts that are too long for a button that copies: a tap on them copies them whole."""
    for button in part.buttons:
        if isinstance(button, CopyButton) and utf16_length(button.text) > LIMITS.copied:
            yield from _marked_whole(button)


def _marked_whole(button: CopyButton) -> Iterator[Block]:
    summary = f"<summary>{_inline(button.label)}</summary>"
    beside = utf16_length(button.label)
    for piece in split_text(button.text, PIECE):
        marked = f"<pre>{escaped(piece)}</pre>"
        size = utf16_length(piece) + beside
        yield Block(f"<details>{summary}{marked}</details>", size, 3)
