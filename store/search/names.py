"""Customers by name: the words of the register that each typed word may mean, then who has them
all.

The attempts, the surest first; the first that finds somebody surely ends the search: as typed
(whole words, beginnings, parts) - as Thai keys - with other gaps - all guesses together - and last
all words but one. What is written in Latin letters is also looked for by its sound."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from domain.errors import DeskError
from domain.text import clean, fold
from domain.text.keyboard import has_thai, is_cut_or_mistyped
from domain.text.titles import strip_titles
from store.customers.keys import whole_key
from store.engine.database import Database
from store.search.guesses import Found, Guesses, keep_all
from store.search.holders import find_holders
from store.search.meanings import Meanings, Reading, WordMeanings, beginning, itself
from store.search.rank import LIMIT, MOST_WORDS, WHOLE, Match, NameMatch, in_turn, rank
from store.search.readings import NameQuery, other_gaps, side_by_side, spelt
from store.search.words import SearchWords

MOST_TYPED = 400
"""Letters of what was typed that are looked at."""
UNHEARD = 2
"""So many times as many letters as are heard no name has."""
LEAST_CUT = 8
"""Letters from which one of them may stand where Thai has none."""
LEAST_KEYS = 6
"""Keys of the Thai layout that are looked for within a word: fewer stand in some word by chance."""
SHORT = 2
"""Letters that are looked for as the beginning of words alone."""
FEW = 3
"""Letters of an abbreviation that is looked for as a whole word alone."""
LONG_PATIENCE = 20.0
"""Seconds that a question waits for the words where it cannot be answered without."""
GUESSES = 20
"""Most weak hits."""
BEHIND = 20
"""How many percent a guess may stand behind the best one."""
FIRST = 3
"""Names as typed that stand before those which sound so."""


@dataclass(frozen=True, slots=True)
class NamesFound:
    """Who was found by name, best first; `partial` where the register's words are still being read,
    so that others may be missing.
    """

    matches: Sequence[NameMatch] = ()
    partial: bool = False


async def find_by_name(
    db: Database,
    words: SearchWords,
    text: str,
    *,
    near: bool = False,
) -> NamesFound:
    """Customers whose words the typed ones may mean, best first; `near` adds guesses to what is
    found surely.

    DeskError("register_unread") where nobody can know yet: of "nothing found" a second record would
    come."""
    text = text[:MOST_TYPED]
    query = _query(text)
    folded = fold(query)
    if _is_no_name(query, folded) or _is_chance(text):
        return NamesFound()
    meanings = WordMeanings(words)
    typed = _Search(db, meanings, query)
    if not near:
        meant = await _meant(db, meanings, text, typed)
        if meant:
            return NamesFound(meant)
    if len(folded) <= SHORT:
        return NamesFound(await _begun_so(db, query))
    if not await words.refreshed(db):
        found = await _begun_so(db, query)
        if found and not near:
            return NamesFound(found, partial=True)
        if not await words.refreshed(db, LONG_PATIENCE):
            raise DeskError("register_unread")
    return NamesFound(await typed.found(near=near))


async def _meant(
    db: Database,
    meanings: WordMeanings,
    text: str,
    typed: "_Search",
) -> Sequence[NameMatch]:
    """Who is surely found by one of the names of an organisation that were meant; nobody where no
    such name was typed.
    """
    readings = meanings.words.organisations.readings(text)
    if len(readings) == 1 or not await meanings.words.refreshed(db):
        return ()
    searches = [
        typed if reading == text else _Search(db, meanings, _query(reading)) for reading in readings
    ]
    # Parts are asked for where nobody is found by the words of any reading.
    for attempt in (_Search.by_words, _Search.by_parts):
        found: dict[str, NameMatch] = {}
        for search in searches:
            for match in await _surely_meant(search, attempt, is_typed=search is typed):
                code = match.customer.code
                known = found.get(code, match)
                if match.place <= known.place:
                    # What was typed says why; how surely it was meant says where it stands.
                    found[code] = replace(match, why=known.why)
        if found:
            return in_turn(list(found.values()))[:LIMIT]
    return ()


async def _surely_meant(
    search: "_Search", attempt: "Attempt", *, is_typed: bool
) -> Sequence[NameMatch]:
    """Who is surely found by a name that may be meant."""
    folded = fold(search.text)
    # One or two letters begin too many names.
    if is_typed and len(folded) <= SHORT:
        return ()
    found = await search.ranked(await attempt(search))
    sure = [match for match in found if not match.weak]
    if is_typed:
        return sure
    return [match for match in sure if not _is_by_chance(match, folded)]


def _is_by_chance(match: NameMatch, folded: str) -> bool:
    """Whether somebody has nothing to do with a name that nobody typed."""
    return match.why == "layout" or (len(folded) <= FEW and match.kind != WHOLE)


def _query(text: str) -> str:
    """What is looked for of a text: without titles, and no more than so many words."""
    typed = strip_titles(text).split()
    return " ".join(typed[:MOST_WORDS])


def _is_chance(text: str) -> bool:
    """Whether these few Thai letters were hit at random: what was cut out of a name, or has a slip,
    is longer.
    """
    typed = clean(text)
    return len(typed) < LEAST_CUT and is_cut_or_mistyped(typed)


def _is_no_name(query: str, folded: str) -> bool:
    """Whether nothing is left, or so little of Thai letters and marks that nobody meant a name with
    them.
    """
    if not folded:
        return True
    letters = sum(map(has_thai, query))
    return letters > UNHEARD * len(folded)


async def _begun_so(db: Database, query: str) -> Sequence[NameMatch]:
    """Without the dictionary, or for one or two letters: whose words begin as typed."""
    found: Found = {}
    for words in spelt(query):
        holders = await find_holders(db, [[*map(beginning, words)]])
        keep_all(found, holders.matches)
    return await rank(db, query, list(found.values()))


Collecting = Callable[[str, Sequence[Sequence[str]], Found], Awaitable[None]]
"""Adds who is found by words of a text, each in its spellings."""


class _Search:
    """One query and its readings."""

    def __init__(
        self,
        db: Database,
        meanings: WordMeanings,
        text: str,
    ) -> None:
        self.text = text
        self._db = db
        self._query = NameQuery(text)
        self._meanings = meanings
        self._by_words: list[Match] | None = None
        self._by_parts: list[Match] | None = None
        self._guesses = Guesses(
            db,
            self._query,
            self._meanings,
        )

    async def found(self, *, near: bool) -> list[NameMatch]:
        """Who is found surely, else guesses."""
        sure = [*await self.by_words(), *await self.by_parts()]
        found = await self.ranked(sure)
        is_sure = bool(found) and not found[0].weak
        if is_sure and not near:
            return await self._with_sounds(found)
        codes = {match.code for match in sure}
        likely = [match for match in await self._guesses.likely() if match.code not in codes]
        guesses = await self.ranked(likely)
        if is_sure:
            return found + _likeliest(guesses)
        found = _likeliest(
            in_turn([*found, *guesses]),
            GUESSES + len(found),
        )
        if found or near:
            return found
        return await self._without_one()

    async def ranked(self, matches: Sequence[Match]) -> list[NameMatch]:
        return await rank(
            self._db,
            self._query.text,
            matches,
        )

    async def _with_sounds(self, found: list[NameMatch]) -> list[NameMatch]:
        """A name in Latin letters may be written in Thai ones, and one customer who is written so
        is not all.
        """
        codes = {each.customer.code for each in found}
        sounding = [match for match in await self._guesses.by_sound() if match.code not in codes]
        sounds = _likeliest(await self.ranked(sounding))
        # Of many as typed some wait, so that others are on the first screen.
        first = found[:FIRST]
        sure = [each for each in sounds if not each.weak]
        turns = chain.from_iterable(zip_longest(sure, found[FIRST:]))
        near = [each for each in sounds if each.weak]
        return [*first, *filter(None, turns), *near]

    async def _without_one(self) -> list[NameMatch]:
        matches, left_out = await self._guesses.without_one()
        found = await self.ranked(matches)
        return [
            replace(
                each,
                left_out=left_out,
                weak=True,
            )
            for each in found
        ]

    async def by_words(self) -> list[Match]:
        """By the words as typed, as Thai keys, and with other gaps between them; asked once."""
        if self._by_words is None:
            self._by_words = await self._first_found(self._as_typed)
        return self._by_words

    async def by_parts(self) -> list[Match]:
        """By words that hold the typed ones, where nobody is found by words; asked once."""
        if await self.by_words():
            return []
        if self._by_parts is None:
            self._by_parts = await self._first_found(self._as_parts)
        return self._by_parts

    async def _first_found(self, attempt: Collecting) -> list[Match]:
        for text, why in self._likelier_first():
            found: Found = {}
            for words in side_by_side(spelt(text)):
                await attempt(text, words, found)
                if found:
                    return [replace(match, why=why) for match in found.values()]
        return []

    def _likelier_first(self) -> Sequence[tuple[str, str]]:
        """What was typed, then the keys of the Thai layout; they go first where they alone are
        words of the register.
        """
        typed, keys = self._query.texts()
        if self._are_known(keys[0]) and not self._are_known(typed[0]):
            return keys, typed
        return typed, keys

    def _are_known(self, text: str) -> bool:
        return any(all(word in self._meanings for word in words) for words in spelt(text))

    async def _as_typed(
        self,
        text: str,
        words: Sequence[Sequence[str]],
        found: Found,
    ) -> None:
        """By words that are, begin with or hold the typed ones; each level only where those before
        gave too few.
        """
        await self._that_begin(text, words, found)
        if not _count_whole(found):
            await asyncio.sleep(0)  # as below
            gaps = other_gaps(text, self._meanings)
            readings = [[itself(word) for word in reading] for reading in gaps]
            await self._collect(readings, found)
        # Parts of several words are many: they are asked for where nobody else is found.
        if len(words) == 1 and len(found) < LIMIT:
            await self._as_parts(text, words, found)

    async def _as_parts(
        self,
        text: str,
        words: Sequence[Sequence[str]],
        found: Found,
    ) -> None:
        alone = len(words) == 1
        if alone and text == self._query.thai_keys and len(text) < LEAST_KEYS:
            return
        held: list[Meanings] = []
        # The longest may be held by nobody: then the others need not be looked for.
        for spellings in sorted(words, key=_longest, reverse=True):
            await asyncio.sleep(0)  # some ms of work are enough in a row: others wait
            held.append(self._meanings.holds(spellings, alone=alone))
            if not held[-1]:
                return
        await self._collect([held], found)

    async def _that_begin(
        self,
        text: str,
        words: Sequence[Sequence[str]],
        found: Found,
    ) -> None:
        """Who has the very words, or words that begin so."""
        begins = [self._meanings.begins(spellings) for spellings in words]
        cut = await self._collect(
            [begins],
            found,
            whole_key(text),
        )
        if cut and len(words) > 1 and _count_whole(found) < LIMIT:
            # Of very many those who have the very words may have been left out.
            await self._collect(
                [[self._meanings.whole(spellings) for spellings in words]],
                found,
            )

    async def _collect(
        self,
        readings: Sequence[Reading],
        found: Found,
        whole: str = "",
    ) -> bool:
        """Add those who have what the typed words may mean; returns whether there may be more."""
        holders = await find_holders(self._db, readings, whole)
        keep_all(found, holders.matches)
        return holders.cut


Attempt = Callable[[_Search], Awaitable[Sequence[Match]]]


def _longest(spellings: Sequence[str]) -> int:
    return max(map(len, spellings))


def _count_whole(found: Found) -> int:
    return sum(match.kind == WHOLE for match in found.values())


def _likeliest(guesses: Sequence[NameMatch], most: int = GUESSES) -> list[NameMatch]:
    """Of guesses, best first, those that stand not far behind the best."""
    if not guesses:
        return []
    least = guesses[0].score - BEHIND
    near = [guess for guess in guesses if guess.score >= least]
    return near[:most]
