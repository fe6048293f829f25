"""The office's canned answers: found by a word, their places filled in. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.errors import InvalidInput
from domain.text import fold

NAME_LIMIT = 80
TEXT_LIMIT = 8_000
"""Characters of a name, and of the words in one language."""
_PLACE = re.compile(r"\{([^{}\n]{1,60})\}")


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """An answer that is used again and again; `th` and `en` are its words, "" = none in it."""

    id: str
    name: str
    th: str
    en: str
    version: int = 1

    def words(self, language: str) -> str:
        """Returns what it says in a language; in the other one, where that is all it has."""
        said = {"th": self.th, "en": self.en}
        return said[language] or self.th or self.en


def check_places(text: str, places: Mapping[str, str]) -> str:
    """Returns the text; InvalidInput("canned_place") for a place that nothing fills. `places` = by
    what stands in braces, the name of what fills it.
    """
    for written in _PLACE.findall(text):
        if _key(written) not in places:
            known = ", ".join(f"{{{place}}}" for place in places)
            raise InvalidInput("canned_place", place=written, known=known)
    return text


def fill_places(text: str, places: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Returns the text with its places filled; what a value holds is never filled again."""

    def value(found: re.Match[str]) -> str:
        name = places.get(_key(found[1]))
        if name is None:
            return found[0]
        return values.get(name, "")

    return _PLACE.sub(value, text)


def _key(written: str) -> str:
    return " ".join(written.split()).casefold()


def read_places(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Returns by what may stand in braces the name of what fills it."""
    return {_key(written): name for name, several in names.items() for written in several}


def find_canned(answers: Sequence[CannedAnswer], text: str) -> list[CannedAnswer]:
    """Returns the answers that hold each word of a text, those first whose name does."""
    words = fold(text).split()
    named = []
    others = []
    for answer in answers:
        name = fold(answer.name)
        if all(word in name for word in words):
            named.append(answer)
            continue
        said = fold(f"{answer.name}\n{answer.th}\n{answer.en}")
        if all(word in said for word in words):
            others.append(answer)
    return named + others
