"""The words at the edges of somebody new's name that are no part of it: the gender, and what kind
of customer it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from domain.patterns import one_of
from domain.text import words
from domain.text.titles import strip_titles

MOST_WORDS = 4
"""Nobody says more of somebody's gender and type at one edge."""


@dataclass(frozen=True, slots=True)
class EdgeWord:
    """One such word, taken off: the `field` that it tells, its `value`, and what stood `behind` it.

    `labelled`: it names its field itself, so that nothing else can be meant."""

    rest: str
    field: str
    value: str
    labelled: bool
    behind: str = ""


class EdgeWords:
    """Takes genders and customer types off the edges of a text, one at a time."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._meant = {}
        for word, code in kinds.items():
            self._meant[word.casefold()] = ("kind", code)
        genders = words("new_customer").table("genders")
        for gender in genders.values:
            for word in genders.texts(gender):
                self._meant[word] = ("gender", gender)
        label = rf"(?P<label>{_labels()}\s*+[:=]?\s*+)"
        word = rf"(?P<word>{one_of(self._meant)})"
        self._last = re.compile(
            rf"(?:^|(?<=[\s,])){label}?{word}\.?$",
            re.IGNORECASE,
        )
        self._first = re.compile(
            rf"{label}?{word}[\s,](?=\S)",
            re.IGNORECASE,
        )
        self._between = re.compile(
            rf"(?<=[\s,]){label}?{word}[\s,]",
            re.IGNORECASE,
        )

    def strip(self, text: str, take: Callable[[EdgeWord], bool]) -> str:
        """Returns a text without the words at its edges that `take` accepts, last ones first."""
        for find in (self._last_word, self._first_word):
            for _word in range(MOST_WORDS):
                edge = find(text)
                if edge is None or not take(edge):
                    break
                text = edge.rest
        return text

    def between(self, text: str) -> EdgeWord | None:
        """Returns the first such word among the others; None where there is none."""
        found = self._between.search(text)
        if found is None:
            return None
        word = self._edge_word(found, text[: found.start()])
        return replace(word, behind=text[found.end() :].strip(" ,"))

    def _last_word(self, text: str) -> EdgeWord | None:
        found = self._last.search(text)
        if found is None:
            return None
        return self._edge_word(found, text[: found.start()])

    def _first_word(self, text: str) -> EdgeWord | None:
        found = self._first.match(text)
        # A title belongs to the name.
        if found is None or strip_titles(text) != text:
            return None
        return self._edge_word(found, text[found.end() :])

    def _edge_word(self, found: re.Match[str], rest: str) -> EdgeWord:
        field, value = self._meant[found["word"].casefold()]
        labelled = found["label"] is not None
        return EdgeWord(rest.strip(" ,"), field, value, labelled)


@cache
def edge_words(kinds: tuple[tuple[str, str], ...]) -> EdgeWords:
    """Returns the reader for an office's customer types: word and code of each."""
    return EdgeWords(dict(kinds))


@cache
def _labels() -> str:
    table = words("new_customer").table("edge_labels")
    return one_of(label for field in table.values for label in table.texts(field))
