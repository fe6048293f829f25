"""The words of the one line of /open, out of data/one_line.toml, and patterns made of them."""

from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document
from domain.patterns import one_of


@cache
def line_words(section: str) -> TomlTable:
    """Returns one table of data/one_line.toml."""
    path = Path(__file__).parents[1] / "data" / "one_line.toml"
    document = read_document(path, "one_line.toml")
    return TomlTable(document.values, (), (document,)).table(section)


@cache
def listed(section: str, *keys: str) -> tuple[str, ...]:
    """Returns the words under these keys, the longest first, in small letters."""
    table = line_words(section)
    words = {word.casefold() for key in keys for word in table.texts(key)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def any_word(section: str, *keys: str) -> str:
    """Returns a pattern for any of the words under these keys."""
    return one_of(listed(section, *keys))
