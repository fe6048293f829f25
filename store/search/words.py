"""The register's distinct words, kept in memory: which of them a typed word may mean, and how
surely.

One copy a process, read from `search_words` when the first name is looked for, in the
background; later searches read only what has been added since, by whichever process."""

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from rapidfuzz.fuzz import ratio

from domain.customers.romanise import latin_sound, thai_sounds
from domain.keyboard import has_thai
from store.engine.database import Reader
from store.search.memory import Memory
from store.search.slips import SlipIndex

BATCH = 5_000
LEAST_SOUND = 80.0
"""Percent; of 265 real names in Latin letters, 98 in 100 sound at least so much like the Thai."""
MOST_SOUNDS = 60
LONG_CONSONANTS = 6
MOST = 900
"""Most words that one typed word stands for."""
ALLOWED_SLIPS = (0, 0, 0, 1, 1, 2, 2, 2, 2)
"""How many letters may be wrong, by the length of the word; of longer ones MOST_SLIPS."""
MOST_SLIPS = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """The words in order, and as one text with a newline before and after each, in which parts are
    looked for.
    """

    words: tuple[str, ...]
    text: str
    starts: "array[int]"

    @staticmethod
    def of(words: Iterable[str]) -> "Listing":
        """A listing of sorted words; its containers are such as the garbage collector need not walk
        through.
        """
        words = tuple(words)
        starts = array("I")
        at = 0
        for word in words:
            starts.append(at)
            at += len(word) + 1
        joined = "\n".join(words)
        return Listing(words, f"\n{joined}\n", starts)

    def beginning(self, part: str) -> tuple[str, ...]:
        """Words that begin with `part`."""
        behind_all = part + "\U0010ffff"
        first = bisect_left(self.words, part)
        end = bisect_right(self.words, behind_all, lo=first)
        end = min(end, first + MOST)
        return self.words[first:end]

    def holding(self, part: str) -> Iterator[str]:
        """Words with `part` anywhere."""
        at = self.text.find(part)
        while at >= 0:
            number = bisect_right(self.starts, at - 1) - 1
            word = self.words[number]
            yield word
            end = self.starts[number] + 1 + len(word)
            at = self.text.find(part, end)


class SearchWords(Memory):
    """The dictionary of one database. Methods other than `refreshed` see what the last refresh
    saw.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last = 0
        self._known: set[str] = set()
        self._thai = SlipIndex()
        self._others = SlipIndex()
        self._listing = Listing.of(())
        self._sounds: list[tuple[str, str]] = []
        # Tuples, for a hundred thousand lists would cost each full garbage collection 0.1 s.
        self._consonants: dict[str, tuple[int, ...]] = {}
        self._like_consonants = SlipIndex()

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def __len__(self) -> int:
        return len(self._known)

    async def _read(self, db: Reader) -> None:
        added: list[str] = []
        while True:
            rows = await db.fetch(
                f"SELECT id, word FROM search_words WHERE id > ? ORDER BY id LIMIT {BATCH}",
                self._last,
            )
            for row in rows:
                added.append(row["word"])
                self._last = row["id"]
            if len(rows) < BATCH:
                break
        # Many take seconds, in which others would wait.
        if len(added) > BATCH:
            await asyncio.to_thread(self.add, added)
        elif added:
            self.add(added)

    def add(self, words: Iterable[str]) -> None:
        """Know these words too."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        for word in new:
            if has_thai(word):
                self._thai.add(word)
                self._add_sounds(word)
            else:
                self._others.add(word)
        self._listing = self._listing_with(new)
        self._known.update(new)

    def _add_sounds(self, word: str) -> None:
        """Know a Thai word by how people write it in Latin letters."""
        for sound in thai_sounds(word):
            alike = self._consonants.get(sound.consonants)
            if alike is None:
                self._like_consonants.add(sound.consonants)
                alike = ()
            self._consonants[sound.consonants] = (*alike, len(self._sounds))
            self._sounds.append((word, sound.letters))

    def _listing_with(self, new: Sequence[str]) -> Listing:
        known = self._listing.words
        if len(new) <= BATCH:
            return Listing.of(sorted([*known, *new]))
        # One sort of everything would hold up every other thread; a merge of sorted pieces lets
        # them in.
        pieces = [sorted(new[at : at + BATCH]) for at in range(0, len(new), BATCH)]
        return Listing.of(merge(known, *pieces))

    def beginning(self, part: str) -> list[str]:
        """Words that begin with `part`, shortest first."""
        return sorted(self._listing.beginning(part), key=len)

    def holding(self, part: str) -> list[str]:
        """Words with `part` within, shortest first."""
        found: list[str] = []
        for word in self._listing.holding(part):
            found.append(word)
            if len(found) == MOST:
                break
        return sorted(found, key=len)

    def like(self, word: str, most: int = 3, more: int = 0) -> dict[str, float]:
        """Words that differ from `word` by few slips, at most `most`, with their likeness in
        percent.

        As many as its length allows, and `more`, but never above half of its letters.
        """
        allowed = allowed_slips(word)
        half = len(word) // 2
        slips = min(most, allowed + more, max(allowed, half))
        if not slips:
            return {}
        index = self._thai if has_thai(word) else self._others
        found: dict[str, float] = {}
        for other, distance in index.within(word, slips):
            longer = max(len(word), len(other))
            found[other] = 100 * (1 - distance / longer)
        best = sorted(found, key=lambda choice: (-found[choice], choice))
        return {choice: found[choice] for choice in best[:MOST]}

    def sounding(self, latin: str) -> dict[str, float]:
        """Thai words that may be what somebody writes so in Latin letters, with their likeness in
        percent.
        """
        wanted = latin_sound(latin)
        if not wanted.is_thai():
            return {}
        likeness: dict[str, float] = {}
        met: dict[str, int] = {}
        slips = 1 if len(wanted.consonants) < LONG_CONSONANTS else 2
        for consonants, _distance in self._like_consonants.within(wanted.consonants, slips):
            alike = ratio(wanted.consonants, consonants)
            for number in self._consonants[consonants]:
                word, letters = self._sounds[number]
                percent = (ratio(wanted.letters, letters) + alike) / 2
                if percent >= LEAST_SOUND and percent > likeness.get(word, 0):
                    likeness[word] = percent
                    met[word] = number
        # Of words that sound the same those come first that the register met first: they are the
        # commoner.
        best = sorted(likeness, key=lambda word: (-likeness[word], met[word]))
        return {word: likeness[word] for word in best[:MOST_SOUNDS]}


def allowed_slips(word: str) -> int:
    """How many letters of a word of this length may be wrong: none of two, three of nine."""
    if len(word) >= len(ALLOWED_SLIPS):
        return MOST_SLIPS
    return ALLOWED_SLIPS[len(word)]
