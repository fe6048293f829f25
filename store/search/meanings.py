"""What the words of one query may mean among those of the register."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.text import fold
from domain.text.keyboard import has_thai
from store.search.rank import BASE, BEGINS, HOLDS, NEAR, WHOLE
from store.search.words import MOST, SearchWords

Meaning = tuple[int, float]
"""How a register's word matches a typed one: WHOLE to NEAR, and the likeness in percent."""
LEAST_PART = 2
LEAST_PART_ALONE = 3
"""Letters of a part of a word: two letters alone are held by too many."""
MOST_GUESSED = 200
"""Words that hold a word where nobody is surely found; of longer ones it is the lesser share."""
LETTERS_A_SLIP = 4
"""Of a word alone: what is less alike may be like something by chance."""
LEAST_HEARD = 4
"""Letters of a word that is looked for by how it is heard: shorter ones sound alike by chance."""
A_LITTLE = 0.001
"""Percent by which, of words that sound alike, each stands behind the one that is commoner."""


@dataclass(slots=True)
class Meanings:
    """What one typed word may mean: words of the register, and all words that begin so."""

    words: dict[str, Meaning] = field(default_factory=dict)
    beginnings: dict[str, Meaning] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words or self.beginnings)

    def of(self, word: str) -> Meaning | None:
        """How this word of the register is meant; None where it is not."""
        known = self.words.get(word)
        if known is not None:
            return known
        for beginning, meaning in self.beginnings.items():
            if word.startswith(beginning):
                return meaning
        return None

    def others(self) -> list[str]:
        """Words that are not among the beginnings."""
        beginnings = tuple(self.beginnings)
        return [word for word in self.words if not word.startswith(beginnings)]

    def unlikeness(self, word: str) -> tuple[int, float]:
        """By which its words are ordered: the likelier, the smaller."""
        kind, likeness = self.words[word]
        return kind, -likeness

    def length(self) -> int:
        """Letters of the shortest word that is meant."""
        return min(map(len, (*self.words, *self.beginnings)))


Reading = Sequence[Meanings]
"""What was typed as words, each with what it may mean."""


def unmeant(words: Sequence[str]) -> Reading:
    """A reading of words of which one means nothing: nobody has them all."""
    return [Meanings() for _word in words]


def itself(word: str) -> Meanings:
    """What a word means that is taken as it stands."""
    return Meanings({word: (WHOLE, BASE[WHOLE])})


def beginning(word: str) -> Meanings:
    """What a word means that is looked for without the dictionary."""
    return Meanings({word: (WHOLE, BASE[WHOLE])}, {word: (BEGINS, BASE[BEGINS])})


class WordMeanings:
    """The dictionary as one query asks it.

    One word stands in many readings of a query, and going through the register's words for it takes
    milliseconds, so each is looked for once."""

    def __init__(self, words: SearchWords) -> None:
        self.words = words
        self._meant: dict[str, Meanings] = {}
        self._begun: dict[str, bool] = {}
        self._parts: dict[tuple[str, int], list[str]] = {}
        # By the word, the most slips, and how many more than its length allows.
        self._likes: dict[tuple[str, int, int], dict[str, float]] = {}

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self.words

    def whole(self, words: Sequence[str]) -> Meanings:
        """What these spellings of a word mean as they are."""
        known = [word for word in words if word in self.words]
        return Meanings(dict.fromkeys(known, (WHOLE, BASE[WHOLE])))

    def begins(self, words: Sequence[str]) -> Meanings:
        """What they may mean as they are, and as beginnings."""
        found = self.whole(words)
        begun = filter(self._begins_one, words)
        found.beginnings = dict.fromkeys(begun, (BEGINS, BASE[BEGINS]))
        return found

    def _begins_one(self, word: str) -> bool:
        if word not in self._begun:
            self._begun[word] = word in self.words or self.words.has_beginning(word)
        return self._begun[word]

    def holds(
        self,
        words: Sequence[str],
        *,
        alone: bool = False,
        most: int = MOST,
    ) -> Meanings:
        """What they may mean as parts of `most` words, too; alone without what they mean as
        beginnings.
        """
        found = Meanings() if alone else self.begins(words)
        least = LEAST_PART_ALONE if alone else LEAST_PART
        for word in words:
            if len(word) >= least:
                for key in self._holding(word, most):
                    found.words.setdefault(key, (HOLDS, BASE[HOLDS]))
        return found

    def _holding(self, word: str, most: int) -> list[str]:
        asked = (word, most)
        if asked not in self._parts:
            self._parts[asked] = self.words.holding(word, most)
        return self._parts[asked]

    def all_of(self, word: str) -> Meanings:
        """All that a word may mean without slips, each at its surest."""
        if word not in self._meant:
            self._meant[word] = self.holds([word], most=MOST_GUESSED)
        return self._meant[word]

    async def all_meant(
        self, words: Sequence[str], meant: Callable[[str], Awaitable[Meanings]]
    ) -> Reading:
        """What each of the words means by `meant`; of words that nobody has one may mean nothing,
        so these are asked for first, and no others then.
        """
        found: dict[str, Meanings] = {}
        for word in sorted(words, key=self.__contains__):
            found[word] = await meant(word)
            if not found[word]:
                return unmeant(words)
        return [found[word] for word in words]

    async def known_or_near(
        self,
        word: str,
        most: int = 3,
        more: int = 0,
    ) -> Meanings:
        """What a word of the register may mean without slips, any other with some."""
        if word in self.words:
            return await self._all_of_in_turn(word)
        return await self.near(word, most, more)

    async def _all_of_in_turn(self, word: str) -> Meanings:
        if word not in self._meant:
            await asyncio.sleep(0)  # as in `_like`
        return self.all_of(word)

    async def near(
        self,
        word: str,
        most: int = 3,
        more: int = 0,
    ) -> Meanings:
        """What a word may mean with at most so many slips, `more` than its length allows."""
        return _with(
            await self._all_of_in_turn(word),
            await self._like(
                word,
                most,
                more,
            ),
        )

    async def near_alone(self, word: str) -> Meanings:
        """The same where it was the only word, and whom it finds without slips is known."""
        slips = max(1, len(word) // LETTERS_A_SLIP)
        return _with(self.whole([word]), await self._like(word, slips))

    async def _like(
        self,
        word: str,
        most: int = 3,
        more: int = 0,
    ) -> dict[str, float]:
        asked = (word, most, more)
        if asked not in self._likes:
            self._likes[asked] = self.words.like(
                word,
                most,
                more,
            )
            await asyncio.sleep(0)  # some ms of work are enough in a row: others wait
        return self._likes[asked]

    async def known_or_heard(self, word: str) -> Meanings:
        """What a word of the register may mean without slips, any other by how it is heard."""
        if word in self.words:
            return await self._all_of_in_turn(word)
        if len(word) < LEAST_HEARD or not has_thai(word):
            return Meanings()
        await asyncio.sleep(0)  # as in `_like`
        return _with(Meanings(), self.words.heard_alike(word))

    async def sounding(
        self,
        word: str,
        *,
        alone: bool = False,
    ) -> Meanings:
        """What a word in Latin letters may mean by its sound; one in Thai letters with slips."""
        if has_thai(word):
            return await self.near(fold(word))
        sounding = await self.words.heard(word)
        await asyncio.sleep(0)  # as in `_like`
        # The likeliest come first: commoner ones before others that sound alike.
        likeness = {
            key: percent - place * A_LITTLE for place, (key, percent) in enumerate(sounding.items())
        }
        meanings = Meanings() if alone else self.all_of(fold(word))
        return _with(meanings, likeness)


def _with(meanings: Meanings, near: Mapping[str, float]) -> Meanings:
    """These meanings, and words that are near, with their likeness."""
    words = {key: (NEAR, likeness) for key, likeness in near.items()}
    return Meanings(words | meanings.words, meanings.beginnings)
