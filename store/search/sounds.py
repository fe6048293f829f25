"""How Thai words sound in Latin letters, packed: the words that somebody's Latin spelling may mean,
without a look at the others.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from domain.customers.romanise import Sound, outlines
from domain.customers.spelt import likely
from store.search.packed import PackedWords, Packing, pack

LEAST_SOUND = 80.0
"""Percent; of 265 real names in Latin letters, 98 in 100 sound at least so much like the Thai."""
LEAST_ALIKE = 88.0
"""Percent; of 90 Thai names written as they were heard, nine in ten sound so much like the name."""
LONG_CONSONANTS = 6
_SEPARATOR = "\n"
_NUMBER_SIZE = 4


@dataclass(frozen=True, slots=True)
class Sounding:
    """A word that may be meant: `percent` = how alike it sounds, `commonness` = about how often the
    register has it (each step is twice as often).
    """

    word: str
    percent: float
    commonness: int

    @property
    def order(self) -> tuple[float, int, str]:
        """The likeliest first; of words that sound equally alike the commonest."""
        return -self.percent, -self.commonness, self.word


def consonant_slips(wanted: Sound) -> int:
    """How many consonants may be others than those that were typed."""
    return 1 if len(wanted.consonants) < LONG_CONSONANTS else 2


@dataclass(frozen=True, slots=True)
class Candidates:
    """Sounds of which some may be meant: the letters of each, and whose they are."""

    letters: Sequence[str]
    owners: Sequence[int]
    word_of: Callable[[int], tuple[str, int]]
    """The word that an owner is, and how common it is."""


def soundings(wanted: Sound, candidates: Sequence[Candidates]) -> Iterator[Sounding]:
    """The candidates that are likely enough, the likeliest first; a word may come several times."""
    letters: list[str] = []
    ends: list[int] = []
    for some in candidates:
        letters += some.letters
        ends.append(len(letters))
    for place, percent in likely(wanted, letters):
        if percent < LEAST_SOUND:
            break
        number = bisect_right(ends, place)
        some = candidates[number]
        within = place - ends[number] + len(some.letters)
        word, commonness = some.word_of(some.owners[within])
        yield Sounding(word, percent, commonness)


def alike(sound: Sound, some: Candidates) -> Iterator[Sounding]:
    """Those of some Thai sounds, with its consonants, that people hear as they hear this one."""
    (outline,) = outlines([sound.letters])
    others = outlines(some.letters)
    near = extract(outline, others, scorer=ratio, score_cutoff=LEAST_ALIKE, limit=None)
    for _other, percent, place in near:
        word, commonness = some.word_of(some.owners[place])
        yield Sounding(word, percent, commonness)


@dataclass(frozen=True, slots=True)
class SoundPacking:
    """What describes packed sounds: their consonants, how many sounds, bytes of all letters."""

    consonants: Packing
    sounds: int
    letters: int


def pack_sounds(sounds: Iterable[tuple[Sound, int]]) -> tuple[SoundPacking, bytes]:
    """Pack sounds, each with the number of its word."""
    letters: defaultdict[bytes, list[str]] = defaultdict(list)
    numbers: defaultdict[bytes, list[int]] = defaultdict(list)
    for sound, number in sounds:
        consonants = sound.consonants.encode("ascii")
        letters[consonants].append(sound.letters)
        numbers[consonants].append(number)
    packing, ordered, packed = pack(letters)
    texts = [_SEPARATOR.join(letters[each]) for each in ordered]
    groups = [numbers[each] for each in ordered]
    joined = _SEPARATOR.join(texts).encode("ascii")
    # Each group's letters are parted from the next one's as they are from each other.
    places = accumulate((len(text) + 1 for text in texts), initial=0)
    firsts = accumulate(map(len, groups), initial=0)
    every_number = array("I")
    for group in groups:
        every_number.extend(group)
    parts = [
        packed,
        joined,
        array("I", places).tobytes(),
        array("I", firsts).tobytes(),
        every_number.tobytes(),
    ]
    described = SoundPacking(packing, len(every_number), len(joined))
    return described, b"".join(parts)


class PackedSounds:
    """Looks for sounds in `data`, where they begin at `start`."""

    def __init__(self, packing: SoundPacking, data: bytes, start: int) -> None:
        self._data = data
        self._consonants = PackedWords(packing.consonants, data, start)
        self._letters = self._consonants.end
        groups = self._consonants.count + 1
        at = self._letters + packing.letters
        self._places = _numbers(data, at, groups)
        at += groups * _NUMBER_SIZE
        self._firsts = _numbers(data, at, groups)
        at += groups * _NUMBER_SIZE
        self._numbers = _numbers(data, at, packing.sounds)

    def near(self, wanted: Sound, slips: int) -> tuple[list[str], list[int]]:
        """Letters of the sounds that have these consonants but for so many, and numbers of their
        words.
        """
        asked = wanted.consonants.encode("ascii")
        letters: list[str] = []
        numbers: list[int] = []
        for group, _distance in self._consonants.within(asked, slips):
            start = self._letters + self._places[group]
            end = self._letters + self._places[group + 1] - 1
            letters += self._data[start:end].decode("ascii").split(_SEPARATOR)
            numbers += self._numbers[self._firsts[group] : self._firsts[group + 1]]
        return letters, numbers


def _numbers(data: bytes, start: int, count: int) -> "memoryview[int]":
    end = start + count * _NUMBER_SIZE
    return memoryview(data)[start:end].cast("I")
