"""Customers by name: the words of the register that each typed word may mean, then who has them
all.

The attempts, the surest first; the first that finds somebody ends the search: as typed (whole
words, beginnings, parts) - as Thai keys - with other gaps - and last all guesses together."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

from domain.errors import DeskError
from domain.keyboard import as_thai_keys, has_thai
from domain.text import fold, spellings
from domain.text.titles import strip_titles
from store.customers.keys import WORD_LENGTH
from store.engine.database import Database
from store.search.holders import Meaning, Meanings, find_holders
from store.search.rank import (
    BASE,
    BEGINS,
    HOLDS,
    LIMIT,
    MOST_WORDS,
    NEAR,
    WHOLE,
    Match,
    NameMatch,
    rank,
)
from store.search.words import SearchWords

MOST_TYPED = 400
"""Letters of what was typed that are looked at."""
SHORT = 2
"""Letters that are looked for as the beginning of words alone."""
LONG_PATIENCE = 20.0
"""Seconds that a question waits for the words where it cannot be answered without."""
GUESSES = 20
"""Most weak hits."""
BEHIND = 20
"""How many percent a guess may stand behind the best one."""
MOST_READINGS = 12
"""Most ways to set the gaps otherwise that are tried."""
LONGEST_PIECE = 30
MOST_PIECES = 5
MOST_CUTS = 8
"""A text without gaps is cut into so many words of so many letters, at most so many ways."""

GOOD = 86.0
"""Percent from which no further reading of a guess is tried."""


async def find_by_name(
    db: Database,
    words: SearchWords,
    text: str,
    *,
    near: bool = False,
) -> list[NameMatch]:
    """Customers whose words the typed ones may mean, best first; `near` adds guesses to what is
    found surely.

    DeskError("register_unread") where nobody can know yet: of "nothing found" a second record would
    come."""
    typed = strip_titles(text[:MOST_TYPED]).split()
    query = " ".join(typed[:MOST_WORDS])
    folded = fold(query)
    if not folded:
        return []
    if len(folded) <= SHORT:
        return await rank(db, query, await _begins_in_sql(db, query))
    if not await words.refreshed(db):
        found = await rank(db, query, await _begins_in_sql(db, query))
        if found and not near:
            return found
        if not await words.refreshed(db, LONG_PATIENCE):
            raise DeskError("register_unread")
    return await _find_by_words(_Search(db, words, query), near=near)


async def _find_by_words(search: "_Search", *, near: bool) -> list[NameMatch]:
    matches = await search.surely()
    found = await rank(search.db, search.query, matches)
    if found and not near:
        return found
    codes = {match.code for match in matches}
    guesses = [match for match in await search.guesses() if match.code not in codes]
    return found + _likeliest(await rank(search.db, search.query, guesses))


def _likeliest(guesses: Sequence[NameMatch]) -> list[NameMatch]:
    """Of guesses, best first, those that stand not far behind the best."""
    if not guesses:
        return []
    least = guesses[0].score - BEHIND
    near = [guess for guess in guesses if guess.score >= least]
    return near[:GUESSES]


class _Search:
    """One query and its readings."""

    def __init__(self, db: Database, words: SearchWords, query: str) -> None:
        self.db = db
        self.words = words
        self.query = query
        # One word stands in many readings of a query, and going through the register's words for
        # it takes milliseconds, so each is looked for once: what `_meanings` found by the word, and
        # `_near` by the word, the most slips, and how many more than its length allows.
        self._meant: dict[str, dict[str, Meaning]] = {}
        self._nears: dict[tuple[str, int, int], dict[str, Meaning]] = {}
        self.thai_keys = ""
        if not has_thai(query):
            self.thai_keys = strip_titles(as_thai_keys(query))

    async def surely(self) -> list[Match]:
        """By the words as typed, as Thai keys, and with other gaps between them."""
        for text, why in self._texts():
            matches: dict[str, Match] = {}
            for spelt in _side_by_side(_spelt(text)):
                await self._as_typed(text, spelt, matches)
            if matches:
                return [replace(match, why=why) for match in matches.values()]
        return []

    def _texts(self) -> tuple[tuple[str, str], ...]:
        """What was typed, and what was meant if the keyboard stood on English, with the reason."""
        return (self.query, ""), (self.thai_keys, "layout")

    async def _as_typed(
        self,
        text: str,
        spelt: Sequence[Sequence[str]],
        matches: dict[str, Match],
    ) -> None:
        """By words that are, begin with or hold the typed ones; each level only where those before
        gave too few.
        """
        alone = len(spelt) == 1
        meanings: list[dict[str, Meaning]] = [{} for _word in spelt]
        for kind in (WHOLE, BEGINS, HOLDS):
            if len(matches) >= LIMIT:
                break
            if kind == HOLDS and matches and not alone:
                break
            for means, words in zip(meanings, spelt, strict=True):
                self._widen(means, kind, words, alone=alone)
            await self._collect(meanings, matches)
            if kind == WHOLE and not matches:
                await self._with_other_gaps(text, matches)

    def _widen(
        self,
        means: dict[str, Meaning],
        kind: int,
        words: Sequence[str],
        *,
        alone: bool = False,
    ) -> None:
        """Add what these words may mean at this level; what is there stays at its surer one."""
        for word in words:
            for key in self._at(kind, word, alone=alone):
                means.setdefault(key, (kind, BASE[kind]))

    async def _with_other_gaps(self, text: str, matches: dict[str, Match]) -> None:
        for reading in self._other_gaps(text):
            await self._collect([_itself(word) for word in reading], matches)

    async def _collect(self, meanings: Sequence[Meanings], matches: dict[str, Match]) -> None:
        """Add those who have what the typed words may mean."""
        for match in await find_holders(self.db, meanings):
            _keep(matches, match)

    def _at(self, kind: int, word: str, *, alone: bool = False) -> Sequence[str]:
        """Words of the register that are, begin with or hold a typed word; of one letter only
        beginnings.
        """
        if not word:
            return ()
        if kind == WHOLE:
            return (word,) if word in self.words else ()
        if kind == BEGINS:
            return self.words.beginning(word)
        # Two letters alone are held by too many words.
        least = 3 if alone else 2
        if len(word) < least:
            return ()
        return self.words.holding(word)

    def _meanings(self, word: str) -> dict[str, Meaning]:
        """All of these, each at its surest."""
        if word not in self._meant:
            found: dict[str, Meaning] = {}
            for kind in (WHOLE, BEGINS, HOLDS):
                self._widen(found, kind, [word])
            self._meant[word] = found
        return self._meant[word]

    def _other_gaps(self, text: str) -> list[list[str]]:
        """Readings in which every word is one of the register: neighbours joined, or the whole cut
        elsewhere.
        """
        readings: list[list[str]] = []
        typed = text.split()
        for joined in _neighbours_joined(typed):
            for reading in _spelt(" ".join(joined)):
                if all(word in self.words for word in reading):
                    readings.append(reading)
        for spelt in spellings("".join(typed)):
            whole = spelt.replace(" ", "")
            readings += self._cuts(whole[:WORD_LENGTH])
        different = dict.fromkeys(tuple(reading) for reading in readings)
        return [list(reading) for reading in different][:MOST_READINGS]

    def _cuts(self, whole: str) -> list[list[str]]:
        """The ways to cut a text into two to five words of the register, the fewest first."""
        # At [n] the ways to cut the first n letters.
        ends: list[list[list[str]]] = [[] for _ in range(len(whole) + 1)]
        ends[0] = [[]]
        for end in range(1, len(whole) + 1):
            ways: list[list[str]] = []
            for start in range(max(0, end - LONGEST_PIECE), end - 1):
                piece = whole[start:end]
                if ends[start] and piece in self.words:
                    ways += [[*way, piece] for way in ends[start] if len(way) < MOST_PIECES]
            ends[end] = sorted(ways, key=len)[:MOST_CUTS]
        return ends[-1]

    async def guesses(self) -> list[Match]:
        """By words that look like the typed ones, or sound like them where they are written in
        Latin letters.
        """
        matches: dict[str, Match] = {}
        await self._guess_by_sound(matches)
        if any(match.likeness >= GOOD for match in matches.values()):
            return list(matches.values())
        await self._guess_by_slips(matches)
        if not matches:
            await self._guess_beside_known_words(matches)
        best = sorted(matches.values(), key=lambda match: (-match.likeness, match.code))
        return best[:LIMIT]

    async def _guess_by_sound(self, matches: dict[str, Match]) -> None:
        if not any("a" <= letter <= "z" for letter in fold(self.query)):
            return
        typed = self.query.casefold().split()
        meanings = [await self._sounding(word) for word in typed]
        for match in await find_holders(self.db, meanings):
            # A word alone may sound like something by chance.
            if len(typed) > 1 or match.likeness >= GOOD:
                _keep(matches, replace(match, kind=NEAR, why="roman"))

    async def _guess_by_slips(self, matches: dict[str, Match]) -> None:
        for text, why in self._texts():
            for typed in _spelt(text):
                async for meanings in self._near_readings(typed):
                    found = await find_holders(self.db, meanings)
                    for match in found:
                        _keep(matches, replace(match, kind=NEAR, why=why))
                    if any(match.likeness >= GOOD for match in found):
                        break

    async def _guess_beside_known_words(self, matches: dict[str, Match]) -> None:
        for text, why in self._texts():
            for typed in _spelt(text):
                meanings = await self._beside_known_words(typed)
                for match in await find_holders(self.db, meanings):
                    _keep(matches, replace(match, kind=NEAR, why=why))

    async def _near_readings(self, typed: Sequence[str]) -> AsyncIterator[list[dict[str, Meaning]]]:
        """What the typed words may mean with slips: first few in words that nobody has, last with
        other gaps.
        """
        if any(word not in self.words for word in typed):
            for most in (1, 3):
                yield [await self._known_or_near(word, most) for word in typed]
        yield [await self._near(word) for word in typed]
        for joined in _neighbours_joined(typed):
            yield [await self._near(word) for word in joined]
        if len(typed) == 1:
            async for cut in self._cut_readings(typed[0]):
                yield cut

    async def _cut_readings(self, whole: str) -> AsyncIterator[list[dict[str, Meaning]]]:
        """A text without gaps read as two words of which one is known."""
        for known, rest, swapped in self._near_cuts(whole):
            both = [_itself(known), await self._near(rest)]
            if swapped:
                both.reverse()
            yield both

    async def _beside_known_words(self, typed: Sequence[str]) -> list[dict[str, Meaning]]:
        """Where some words are known, the others may have a slip more than is good for a word
        alone.
        """
        known = [word in self.words for word in typed]
        if all(known) or not any(known):
            return [{}]
        return [await self._known_or_near(word, more=1) for word in typed]

    def _near_cuts(self, whole: str) -> Iterator[tuple[str, str, bool]]:
        """A text cut in two where the first side (else the second: swapped) is a word of the
        register.
        """
        cuts = range(2, len(whole) - 1)
        firsts = [at for at in reversed(cuts) if whole[:at] in self.words]
        for at in firsts[:3]:
            yield whole[:at], whole[at:], False
        seconds = [at for at in cuts if whole[at:] in self.words]
        for at in seconds[:3]:
            yield whole[at:], whole[:at], True

    async def _known_or_near(self, word: str, most: int = 3, more: int = 0) -> dict[str, Meaning]:
        if word in self.words:
            return self._meanings(word)
        return await self._near(word, most, more)

    async def _near(self, word: str, most: int = 3, more: int = 0) -> dict[str, Meaning]:
        asked = (word, most, more)
        if asked not in self._nears:
            like = self.words.like(word, most, more)
            near = {key: (NEAR, likeness) for key, likeness in like.items()}
            self._nears[asked] = near | self._meanings(word)
            await asyncio.sleep(0)  # some ms of work are enough in a row: others wait
        return self._nears[asked]

    async def _sounding(self, word: str) -> dict[str, Meaning]:
        if has_thai(word):
            return await self._near(fold(word))
        sounding = self.words.sounding(word)
        sounds = {key: (NEAR, likeness) for key, likeness in sounding.items()}
        await asyncio.sleep(0)  # as in `_near`
        return sounds | self._meanings(fold(word))


def _itself(word: str) -> dict[str, Meaning]:
    """What a word means that is taken as it stands."""
    return {word: (WHOLE, BASE[WHOLE])}


def _neighbours_joined(typed: Sequence[str]) -> Iterator[list[str]]:
    """The typed words with each pair of neighbours written as one."""
    for at in range(len(typed) - 1):
        yield [*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]]


def _keep(found: dict[str, Match], match: Match) -> None:
    """Of two ways to the same customer the surer."""
    known = found.get(match.code)
    if known is None or match.order < known.order:
        found[match.code] = match


def _spelt(text: str) -> list[list[str]]:
    """The typed words as search keys, in one or two spellings."""
    readings: list[list[str]] = []
    for key in spellings(text):
        words = [word[:WORD_LENGTH] for word in key.split()]
        readings.append(words[:MOST_WORDS])
    return readings


def _side_by_side(readings: Sequence[Sequence[str]]) -> list[list[list[str]]]:
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


_CUSTOMER = "JOIN customers c ON c.code = k.customer_code "
_HAS = "AND c.folded LIKE ? ESCAPE '!' "


async def _begins_in_sql(db: Database, query: str) -> list[Match]:
    """Without the dictionary, or for one or two letters: the longest word begins so, the others
    occur.
    """
    typed = sorted(fold(query).split(), key=len, reverse=True)
    first, *others = [word[:WORD_LENGTH] for word in typed]
    rows = await db.fetch(
        "SELECT k.customer_code AS code, k.key AS word "
        f"FROM customer_keys k {_CUSTOMER if others else ''}"
        f"WHERE k.kind = 'word' AND k.key >= ? AND k.key < ? {_HAS * len(others)}"
        f"ORDER BY k.key, k.customer_code LIMIT {LIMIT}",
        first,
        first + "\U0010ffff",
        *(f"%{_like(word)}%" for word in others),
    )
    found: dict[str, Match] = {}
    for row in rows:
        whole = row["word"] == first and not others
        kind = WHOLE if whole else BEGINS
        _keep(found, Match(row["code"], kind, BASE[kind]))
    return list(found.values())


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
