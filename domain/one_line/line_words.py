"""The words of the one line of /open, out of data/one_line.toml, and patterns made of them."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document
from domain.text import MARKS

WORD_END = rf"(?![^\W\d_]|[{MARKS}])"
"""A pattern: no letter follows."""


@cache
def line_words(section: str) -> TomlTable:
    """One table of data/one_line.toml."""
    document = read_document(Path(__file__).parents[1] / "data" / "one_line.toml", "one_line.toml")
    return TomlTable(document.values, (), (document,)).table(section)


@cache
def listed(section: str, *keys: str) -> tuple[str, ...]:
    """The words under these keys, the longest first, in small letters."""
    table = line_words(section)
    words = {word.casefold() for key in keys for word in table.texts(key)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def any_word(section: str, *keys: str) -> str:
    """A pattern for any of the words under these keys."""
    return one_of(listed(section, *keys))


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first."""
    longest_first = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, longest_first))})"
