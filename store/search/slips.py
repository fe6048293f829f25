"""Words within a few slips of a typed one: found by the letters they share, so that few need to be
compared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

Feature = tuple[str, int]
"""A letter and how often a word has it at least."""


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
        for feature in _features(word):
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
        shortest = max(1, len(word) - slips)
        longest = len(word) + slips
        for length in range(shortest, longest + 1):
            some = self._sharing(word, length, slips)
            if not some:
                continue
            near = extract(
                word,
                some,
                scorer=OSA.distance,
                score_cutoff=slips,
                limit=None,
            )
            for other, distance, _number in near:
                yield other, int(distance)

    def _sharing(self, word: str, length: int, slips: int) -> list[str]:
        """Words of this length that have all letters but so few that the others can be slips."""
        words = self._words.get(length)
        if not words:
            return []
        # Letters that a longer word has more than the typed one are slips already.
        allowed = slips - max(0, length - len(word))
        every_word = (1 << len(words)) - 1
        # At [n] the words that lack at most n of the letters seen so far.
        lacking = [every_word] * (allowed + 1)
        for feature in _features(word):
            has = self._row(length, feature)
            for n in range(allowed, 0, -1):
                lacking[n] = (lacking[n] & has) | lacking[n - 1]
            lacking[0] &= has
        return [words[at] for at in _ones(lacking[allowed])]

    def _row(self, length: int, feature: Feature) -> int:
        row = self._read.get((length, feature))
        if row is None:
            row = int.from_bytes(self._bits[length].get(feature, b""), "little")
            self._read[length, feature] = row
        return row


def _features(word: str) -> list[Feature]:
    counts = Counter(word).items()
    return [(letter, times) for letter, count in counts for times in range(1, count + 1)]


def _ones(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    digits = bin(bits).removeprefix("0b")
    text = digits[::-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)
