"""The ways in which a text may be read as words: spellings, other gaps, words written as one."""

import re
from collections.abc import Container, Iterator, Sequence

from domain.text import clean, fold, spellings
from domain.text.keyboard import as_thai_keys, count_misplaced, has_thai
from domain.text.titles import strip_titles
from store.customers.keys import WORD_LENGTH
from store.search.rank import MOST_WORDS

MISPLACED = 2
"""Thai signs that slips may have misplaced."""
_NO_LATIN_NAME = re.compile(r"[a-z](?:[;=\[\]\\]|[0-9]+)[a-z]", re.IGNORECASE)
MOST_READINGS = 12
"""Most ways to set the gaps otherwise that are tried."""
LONGEST_PIECE = 30
MOST_PIECES = 5
MOST_CUTS = 8
"""A text without gaps is cut into so many words of so many letters, at most so many ways."""


class NameQuery:
    """A name as typed, and as it was meant if the keyboard stood on English."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.thai_keys = ""
        keys = ""
        if not has_thai(text):
            keys = as_thai_keys(text)
            self.thai_keys = strip_titles(keys)
        self._misplaced = count_misplaced(clean(text)), count_misplaced(keys)

    def texts(self, slips: int = 0) -> tuple[tuple[str, str], ...]:
        """Both texts, each with the reason why somebody is found by it; "" where more Thai signs
        are misplaced than so many slips do. What was cut out of a word may begin with one.
        """
        in_text, in_keys = self._misplaced
        text = self.text if in_text <= max(slips, 1) else ""
        keys = self.thai_keys if in_keys <= slips else ""
        return (text, ""), (keys, "layout")

    def is_well_formed(self) -> bool:
        """Whether no Thai sign stands where Thai has none."""
        in_text, _in_keys = self._misplaced
        return in_text == 0

    def is_latin(self) -> bool:
        """Whether something of it is written in Latin letters, and no word with a digit within or a
        key that is a letter on the Thai layout alone.
        """
        if _NO_LATIN_NAME.search(self.text):
            return False
        return any("a" <= letter <= "z" for letter in fold(self.text))


def spelt(text: str) -> list[list[str]]:
    """The typed words as search keys, in one or two spellings."""
    readings: list[list[str]] = []
    for key in spellings(text):
        words = [word[:WORD_LENGTH] for word in key.split()]
        readings.append(words[:MOST_WORDS])
    return readings


def side_by_side(readings: Sequence[Sequence[str]]) -> list[list[list[str]]]:
    """For each number of words, the readings' words at each place, so that they are asked for
    together.
    """
    by_length: dict[int, list[Sequence[str]]] = {}
    for reading in readings:
        by_length.setdefault(len(reading), []).append(reading)
    return [
        [list(dict.fromkeys(words)) for words in zip(*alike, strict=True)]
        for alike in by_length.values()
    ]


def neighbours_joined(typed: Sequence[str]) -> Iterator[list[str]]:
    """The typed words with each pair of neighbours written as one."""
    for at in range(len(typed) - 1):
        yield [*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]]


def other_gaps(text: str, known: Container[str]) -> list[list[str]]:
    """Readings in which every word is a known one: neighbours joined, or the whole cut
    elsewhere.
    """
    readings: list[list[str]] = []
    typed = text.split()
    for joined in neighbours_joined(typed):
        for reading in spelt(" ".join(joined)):
            if all(word in known for word in reading):
                readings.append(reading)
    for key in spellings("".join(typed)):
        whole = key.replace(" ", "")
        readings += _cuts(whole[:WORD_LENGTH], known)
    different = dict.fromkeys(tuple(reading) for reading in readings)
    return [list(reading) for reading in different][:MOST_READINGS]


def _cuts(whole: str, known: Container[str]) -> list[list[str]]:
    """The ways to cut a text into two to five known words, the fewest first."""
    # At [n] the ways to cut the first n letters.
    ends: list[list[list[str]]] = [[] for _ in range(len(whole) + 1)]
    ends[0] = [[]]
    for end in range(1, len(whole) + 1):
        ways: list[list[str]] = []
        for start in range(max(0, end - LONGEST_PIECE), end - 1):
            piece = whole[start:end]
            if ends[start] and piece in known:
                ways += [[*way, piece] for way in ends[start] if len(way) < MOST_PIECES]
        ends[end] = sorted(ways, key=len)[:MOST_CUTS]
    return ends[-1]


def near_cuts(whole: str, known: Container[str]) -> Iterator[tuple[str, str, bool]]:
    """A text cut in two where the first side (else the second: swapped) is a known word."""
    cuts = range(2, len(whole) - 1)
    firsts = [at for at in reversed(cuts) if whole[:at] in known]
    for at in firsts[:3]:
        yield whole[:at], whole[at:], False
    seconds = [at for at in cuts if whole[at:] in known]
    for at in seconds[:3]:
        yield whole[at:], whole[:at], True
