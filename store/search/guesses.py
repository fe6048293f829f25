"""Guesses at whom a query means: names that sound or look like it, or have all of its words but
one.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

from store.customers.keys import whole_key
from store.engine.database import Database
from store.search.holders import find_holders
from store.search.meanings import Reading, WordMeanings, itself
from store.search.rank import NEAR, Match
from store.search.readings import MISPLACED, NameQuery, near_cuts, neighbours_joined, spelt

SHORT_WORD = 8
SHORT_SOUND = 91.0
LONG_SOUND = 88.0
"""Percent from which a word alone in Latin letters may be meant, a short one and a longer one: of
588 names that were found so two are less like it, and more than half of the nonsense.
"""
HEARD_ALONE = 8
"""Letters from which a word alone is looked for by how it is heard: so long ones hardly sound alike
by chance.
"""
GOOD = 86.0
"""Percent from which no further reading of a guess is tried."""
MOST_WITHOUT = 20
"""Most customers that have all words but one: of more, the missing word would have told whom."""
WITHOUT_ONE = 85.0
"""Percent that such a customer is like what was typed."""
LEAST_LEFT = 3
"""Letters of a word by which alone somebody is found who does not have the other one."""

Found = dict[str, Match]
"""Matches by the customer's code."""


class Guesses:
    """The guesses at one query."""

    def __init__(
        self,
        db: Database,
        query: NameQuery,
        meanings: WordMeanings,
    ) -> None:
        self._db = db
        self._query = query
        self._meanings = meanings

    async def likely(self) -> list[Match]:
        """By words that sound like the typed ones, or look like them."""
        found: Found = {}
        by_sound = await self.by_sound()
        keep_all(found, by_sound)
        texts = self._query.texts(MISPLACED)
        if _are_good(by_sound):
            # Names in Latin letters may be near, too; another keyboard was not meant.
            texts = texts[:1]
        await self._by_slips(texts, found)
        if not found:
            await self._beside_known_words(found)
        if not _are_good(found.values()):
            await self._as_heard(found)
        return sorted(found.values(), key=lambda match: (-match.likeness, match.code))

    async def by_sound(self) -> list[Match]:
        """Those whose names sound as it was written in Latin letters."""
        if not self._query.is_latin():
            return []
        typed = self._query.text.casefold().split()
        alone = len(typed) == 1
        reading = [await self._meanings.sounding(word, alone=alone) for word in typed]
        matches = await self._near(reading, "roman")
        if not alone:
            return matches
        # A word alone may sound like something by chance, and the shorter it is, the likelier.
        least = SHORT_SOUND if len(typed[0]) <= SHORT_WORD else LONG_SOUND
        return [match for match in matches if match.likeness >= least]

    async def _near(self, reading: Reading, why: str) -> list[Match]:
        """Those who have what a reading may mean, which is a guess."""
        holders = await find_holders(self._db, [reading])
        return [replace(match, kind=NEAR, why=why) for match in holders.matches]

    async def _by_slips(
        self,
        texts: Iterable[tuple[str, str]],
        found: Found,
    ) -> None:
        for text, why in texts:
            for typed in spelt(text):
                async for reading in self._near_readings(typed):
                    matches = await self._near(reading, why)
                    keep_all(found, matches)
                    if _are_good(matches):
                        break

    async def _near_readings(self, typed: Sequence[str]) -> AsyncIterator[Reading]:
        """What the typed words may mean with slips: first few in words that nobody has, last with
        other gaps.
        """
        meanings = self._meanings
        if len(typed) == 1:
            yield [await meanings.near_alone(typed[0])]
            async for cut in self._cut_readings(typed[0]):
                yield cut
            return
        if any(word not in meanings for word in typed):
            for most in (1, 3):
                yield await meanings.all_meant(typed, partial(meanings.known_or_near, most=most))
        yield await meanings.all_meant(typed, meanings.near)
        for joined in neighbours_joined(typed):
            yield await meanings.all_meant(joined, meanings.near)

    async def _cut_readings(self, whole: str) -> AsyncIterator[Reading]:
        """A text without gaps read as two words of which one is known."""
        for known, rest, swapped in near_cuts(whole, self._meanings):
            both = [itself(known), await self._meanings.near(rest)]
            if swapped:
                both.reverse()
            yield both

    async def _beside_known_words(self, found: Found) -> None:
        """Where some words are known, the others may have a slip more than is good for a word
        alone.
        """
        for text, why in self._query.texts(MISPLACED):
            for typed in spelt(text):
                known = [word in self._meanings for word in typed]
                if all(known) or not any(known):
                    continue
                near = partial(self._meanings.known_or_near, more=1)
                reading = await self._meanings.all_meant(typed, near)
                keep_all(found, await self._near(reading, why))

    async def _as_heard(self, found: Found) -> None:
        """Where more letters differ than slips do, but the name was written as it was heard."""
        if not self._query.is_well_formed():
            return
        for typed in spelt(self._query.text):
            if len(typed) == 1 and len(typed[0]) < HEARD_ALONE:
                continue
            reading = await self._meanings.all_meant(typed, self._meanings.known_or_heard)
            keep_all(found, await self._near(reading, ""))

    async def without_one(self) -> tuple[list[Match], str]:
        """The few who have all of the typed words but one, and that one; nobody where there are
        many.
        """
        typed = self._query.text.split()
        fewest: list[Match] = []
        left_out = ""
        for place in self._places_to_leave_out(typed):
            rest = [*typed[:place], *typed[place + 1 :]]
            matches = await self._surely(rest)
            if len(matches) > MOST_WITHOUT:
                # Many belong to an organisation; it itself is told.
                matches = [match for match in matches if match.whole]
            if not matches or len(matches) > MOST_WITHOUT:
                continue
            if not fewest or len(matches) < len(fewest):
                fewest = matches
                left_out = typed[place]
        near = [replace(match, kind=NEAR, likeness=WITHOUT_ONE) for match in fewest]
        return near, left_out

    def _places_to_leave_out(self, typed: Sequence[str]) -> list[int]:
        """Which word may be left out: the one that nobody has; where all are known, each."""
        if len(typed) < 2:
            return []
        unknown = [place for place, word in enumerate(typed) if not self._is_known(word)]
        if not unknown:
            return [*range(len(typed))]
        return unknown if len(unknown) == 1 else []

    def _is_known(self, word: str) -> bool:
        """Whether it is a word of the register, or the beginning of one."""
        return any(self._meanings.begins(keys) for keys in spelt(word))

    async def _surely(self, rest: Sequence[str]) -> list[Match]:
        """Those who have all of these words; one alone must be a whole word."""
        text = " ".join(rest)
        found: Found = {}
        for words in spelt(text):
            reading = [self._meanings.begins([word]) for word in words]
            if len(words) == 1:
                keys = [word for word in words if len(word) >= LEAST_LEFT]
                reading = [self._meanings.whole(keys)]
            holders = await find_holders(self._db, [reading], whole_key(text))
            keep_all(found, holders.matches)
        return list(found.values())


def _are_good(matches: Iterable[Match]) -> bool:
    return any(match.likeness >= GOOD for match in matches)


def keep_all(found: Found, matches: Iterable[Match]) -> None:
    """Of two ways to the same customer the surer."""
    for match in matches:
        known = found.get(match.code, match)
        found[match.code] = min(known, match, key=attrgetter("order"))
