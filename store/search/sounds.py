"""How Thai words sound in Latin letters, packed: the words that somebody's Latin spelling may mean,
without a look at the others.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from domain.customers.romanise import Sound
from store.search.packed import PackedWords, Packing, pack

LEAST_SOUND = 80.0
"""Percent; of 265 real names in Latin letters, 98 in 100 sound at least so much like the Thai."""
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


def likely(wanted: Sound, letters: Sequence[str], consonants: float) -> Iterator[tuple[int, float]]:
    """Which of these sounds are likely enough, by their places, with their likeness in percent;
    `consonants` is how alike their consonants are.
    """
    # Half of the likeness is that of the consonants: the letters must bring the rest.
    least = 2 * LEAST_SOUND - consonants
    if least > 100:
        return
    for _letters, alike, place in extract(
        wanted.letters,
        letters,
        scorer=ratio,
        score_cutoff=max(0.0, least),
        limit=None,
    ):
        yield place, (alike + consonants) / 2


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

    def like(self, wanted: Sound) -> Iterator[tuple[int, float]]:
        """Numbers of the words that may sound so, with their likeness in percent; one word may come
        several times.
        """
        asked = wanted.consonants.encode("ascii")
        slips = consonant_slips(wanted)
        alike: defaultdict[float, list[int]] = defaultdict(list)
        for group, _distance in self._consonants.within(asked, slips):
            consonants = self._consonants.word(group)
            percent = ratio(asked, consonants)
            alike[percent].append(group)
        for percent, groups in alike.items():
            yield from self._likely(wanted, groups, percent)

    def _likely(
        self, wanted: Sound, groups: Sequence[int], percent: float
    ) -> Iterator[tuple[int, float]]:
        letters: list[str] = []
        numbers: list[int] = []
        for group in groups:
            start = self._letters + self._places[group]
            end = self._letters + self._places[group + 1] - 1
            text = self._data[start:end].decode("ascii")
            letters += text.split(_SEPARATOR)
            first = self._firsts[group]
            behind = self._firsts[group + 1]
            numbers += self._numbers[first:behind]
        for place, likeness in likely(wanted, letters, percent):
            number = numbers[place]
            yield number, likeness


def _numbers(data: bytes, start: int, count: int) -> "memoryview[int]":
    end = start + count * _NUMBER_SIZE
    return memoryview(data)[start:end].cast("I")
