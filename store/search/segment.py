"""One segment of the search's index: some hundred thousand words at most, made once and never
changed.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from importlib import resources
from typing import Any

from domain.customers.romanise import Sound, thai_sounds
from domain.text.keyboard import has_thai
from store.search import letters
from store.search.packed import Length, PackedWords, Packing, pack
from store.search.sieve import SIZE, sieve_of
from store.search.sounds import Candidates, PackedSounds, SoundPacking, pack_sounds

FORMAT = f"2 {sys.byteorder}"
"""Changes whenever a segment that stands in a database could no longer be read."""
_HEADER_SIZE = 4
_RULES = (
    ("domain.customers", "romanise.py"),
    ("domain.data", "romanise.toml"),
    ("store.search", "sounds.py"),
)


def _read_rules() -> str:
    digest = blake2b(digest_size=16)
    for package, name in _RULES:
        digest.update((resources.files(package) / name).read_bytes())
    return digest.hexdigest()


_RULES_DIGEST = _read_rules()
"""Of the rules that this process runs, whatever becomes of their files under it."""


def rules_digest() -> str:
    """Changes whenever the sounds of a word may have changed."""
    return _RULES_DIGEST


def made_by() -> str:
    """What a segment depends on that this process makes: its format, and the rules of sounds."""
    return f"{FORMAT} {rules_digest()}"


class SegmentMaker:
    """Makes one segment of words and of how many customers each has."""

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._sounds: dict[bytes, list[Sound]] = {}
        self._foreign: list[str] = []

    def add(self, words: Iterable[tuple[str, int]]) -> None:
        """Take these words in; working out how they sound takes nearly all of the time."""
        for word, count in words:
            packed = letters.one_byte(word)
            if packed is None:
                self._foreign.append(word)
                continue
            self._counts[packed] = count
            if has_thai(word):
                self._sounds[packed] = thai_sounds(word)

    def made(self) -> bytes:
        """The segment."""
        words, numbered, packed = pack(self._counts)
        counts = [self._counts[word] for word in numbered]
        commonness = bytes(map(_commonness, counts))
        heard = [
            (sound, number)
            for number, word in enumerate(numbered)
            for sound in self._sounds.get(word, ())
        ]
        sounds, packed_sounds = pack_sounds(heard)
        foreign = "\n".join(self._foreign).encode()
        header = {
            "words": asdict(words),
            "sounds": asdict(sounds),
            "foreign": len(foreign),
        }
        described = json.dumps(header).encode()
        size = len(described)
        parts = [
            size.to_bytes(_HEADER_SIZE, "big"),
            described,
            packed,
            commonness,
            sieve_of(numbered),
            packed_sounds,
            foreign,
        ]
        return b"".join(parts)


def _commonness(count: int) -> int:
    return min(255, count.bit_length())


@dataclass(frozen=True, slots=True)
class Segment:
    """Words and sounds of one segment; `foreign` are the words with letters neither Thai nor ASCII,
    which stand in no packing.
    """

    words: PackedWords
    sounds: PackedSounds
    foreign: tuple[str, ...]
    sieve: memoryview
    _commonness: memoryview

    @classmethod
    def read(cls, data: bytes) -> "Segment":
        """The segment that `SegmentMaker` made; of `data` only foreign words are copied."""
        size = int.from_bytes(data[:_HEADER_SIZE], "big")
        start = _HEADER_SIZE + size
        header = json.loads(data[_HEADER_SIZE:start])
        packing = _packing(header["words"])
        words = PackedWords(packing, data, start)
        behind = words.end + words.count
        commonness = memoryview(data)[words.end : behind]
        sound_packing = _sound_packing(header["sounds"])
        sounds = PackedSounds(sound_packing, data, behind + SIZE)
        first_foreign = len(data) - header["foreign"]
        foreign = data[first_foreign:].decode()
        return cls(
            words,
            sounds,
            tuple(foreign.split()),
            memoryview(data)[behind : behind + SIZE],
            commonness,
        )

    def __contains__(self, word: bytes) -> bool:
        return self.words.number(word) is not None

    def __iter__(self) -> Iterator[str]:
        for word in self.words:
            yield letters.text(word)

    def candidates(self, wanted: Sound, slips: int) -> Candidates:
        """Sounds that have the consonants of the wanted one but for so many."""
        near, numbers = self.sounds.near(wanted, slips)
        return Candidates(near, numbers, self._word)

    def _word(self, number: int) -> tuple[str, int]:
        """The word of this number, and how common it is."""
        return letters.text(self.words.word(number)), self._commonness[number]


def _packing(table: Mapping[str, Any]) -> Packing:
    lengths: Sequence[Length] = table["lengths"]
    return Packing(lengths)


def _sound_packing(table: Mapping[str, Any]) -> SoundPacking:
    return SoundPacking(
        _packing(table["consonants"]),
        table["sounds"],
        table["letters"],
    )
