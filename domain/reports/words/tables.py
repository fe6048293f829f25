"""The words of questions about figures, out of data/report_words.toml."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document
from domain.reports.figures import Figure

Parts = tuple[str, ...]
"""A phrase in small letters: between its parts blanks may stand, or none."""


@cache
def question_words(section: str) -> TomlTable:
    """Returns one table of data/report_words.toml."""
    path = Path(__file__).parents[2] / "data" / "report_words.toml"
    document = read_document(path, "report_words.toml")
    return TomlTable(
        document.values,
        (),
        (document,),
    ).table(section)


def phrases(section: str, key: str) -> Iterator[Parts]:
    """Yields the phrases under a key of a table."""
    for spelling in question_words(section).texts(key):
        yield parts_of(spelling)


def parts_of(spelling: str) -> Parts:
    """Returns a phrase out of its spelling, in which a bar or a blank stands between its parts."""
    return tuple(spelling.casefold().replace("|", " ").split())


@cache
def figures_of(noun: str) -> dict[str, tuple[Figure, ...]]:
    """Returns the figures of a noun by the state that is said of it, the first of them first."""
    table = question_words("figures").table(noun)
    return {state: tuple(map(Figure, table.texts(state))) for state in table.values}
