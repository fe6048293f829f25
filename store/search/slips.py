"""Words within a few slips of a typed one: found by the letters they share, so that few need to be
compared.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

Feature = tuple[str | int, int]
"""A letter and how often a word has it at least."""
Word = TypeVar("Word", str, bytes)


class SlipIndex:
    """Words by length; within one length a bit for each word says whether it has a letter (twice,
    …).
    """

    def __init__(self) -> None:
        self._words: defaultdict[int, list[str]] = defaultdict(list)
        self._bits: defaultdict[int, defaultdict[Feature, bytearray]] = defaultdict(
            lambda: defaultdict(bytearray)
        )
        self._read: dict[tuple[int, Feature], int] = {}

    def add(self, word: str) -> None:
        """Know this word too; it must be new."""
        words = self._words[len(word)]
        byte, bit = divmod(len(words), 8)
        words.append(word)
        for feature in features(word):
            row = self._bits[len(word)][feature]
            missing = byte + 1 - len(row)
            row.extend(bytes(max(0, missing)))
            row[byte] |= 1 << bit
        if self._read:
            self._read.clear()

    def within(self, word: str, slips: int) -> Iterator[tuple[str, int]]:
        """Words at most `slips` letters away, with how many; letters that changed places are one
        slip.
        """
        for length in lengths(word, slips):
            some = self._sharing(word, length, slips)
            for place, distance in nearest(word, some, slips):
                yield some[place], distance

    def _sharing(self, word: str, length: int, slips: int) -> list[str]:
        words = self._words.get(length)
        if not words:
            return []

        def row(feature: Feature) -> int:
            return self._row(length, feature)

        bits = sharing(word, length, slips, len(words), row)
        return [words[at] for at in ones(bits)]

    def _row(self, length: int, feature: Feature) -> int:
        row = self._read.get((length, feature))
        if row is None:
            row = int.from_bytes(self._bits[length].get(feature, b""), "little")
            self._read[length, feature] = row
        return row


def lengths(word: str | bytes, slips: int) -> range:
    """The lengths that words so near may have."""
    shortest = max(1, len(word) - slips)
    return range(shortest, len(word) + slips + 1)


def sharing(
    word: str | bytes,
    length: int,
    slips: int,
    count: int,
    row: Callable[[Feature], int],
) -> int:
    """A bit for each of `count` words of this length: whether it has all letters but so few that
    the others can be slips; `row` gives the bits of those that have a letter.
    """
    # Letters that a longer word has more than the typed one are slips already.
    allowed = slips - max(0, length - len(word))
    every_word = (1 << count) - 1
    # At [n] the words that lack at most n of the letters seen so far.
    lacking = [every_word] * (allowed + 1)
    for feature in features(word):
        has = row(feature)
        for n in range(allowed, 0, -1):
            lacking[n] = (lacking[n] & has) | lacking[n - 1]
        lacking[0] &= has
    return lacking[allowed]


def having_all(part: str | bytes, row: Callable[[Feature], int]) -> int:
    """A bit for each word that has all letters of a part; `row` as of `sharing`."""
    has = -1
    for feature in features(part):
        has &= row(feature)
        if not has:
            break
    return has


def nearest(word: Word, some: Sequence[Word], slips: int) -> Iterator[tuple[int, int]]:
    """The places of those of these words that are at most `slips` letters away, with how many."""
    if not some:
        return
    near = extract(
        word,
        some,
        scorer=OSA.distance,
        score_cutoff=slips,
        limit=None,
    )
    for _other, distance, place in near:
        yield place, int(distance)


@lru_cache(maxsize=64)
def features(word: str | bytes) -> Sequence[Feature]:
    """The letters that a word has, each as often as it has it; of one word they are asked for at
    every length.
    """
    counts: Counter[str | int] = Counter(word)
    return [(letter, times) for letter, count in counts.items() for times in range(1, count + 1)]


def ones(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    digits = bin(bits).removeprefix("0b")
    text = digits[::-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)
