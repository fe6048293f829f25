"""Customers by name: the words of the register that each typed word may mean, then who has them
all.

The attempts, the surest first; the first that finds somebody ends the search: as typed (whole
words, beginnings, parts) - as Thai keys - with other gaps - and last all guesses together."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from domain.errors import DeskError
from domain.keyboard import as_thai_keys, has_thai
from domain.text import fold, spellings, strip_titles
from store.customers.keys import WORD_LENGTH
from store.engine.database import Database, Row
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

LONG_PATIENCE = 20.0
"""Seconds that a question waits for the words where it cannot be answered without."""
GUESSES = 20
"""Most weak hits."""
BEHIND = 20
"""How many percent a guess may stand behind the best one."""
PROBE = 5_000
"""Up to how many customers of a word are counted; taken for granted where it may mean many
words.
"""
PROBE_COST = 30
"""As many customers are read in a row in the time that one is looked up."""
ROWS = 300
SLICE = 100

GOOD = 86.0
"""Percent from which no further reading of a guess is tried."""

Meaning = tuple[int, float]
"""How a register's word matches a typed one: WHOLE to NEAR, and the likeness in percent."""
Meanings = Mapping[str, Meaning]


async def find_by_name(
    db: Database, words: SearchWords, text: str, *, near: bool = False
) -> list[NameMatch]:
    """Customers whose words the typed ones may mean, best first; `near` adds guesses to what is
    found surely.

    DeskError("register_unread") where nobody can know yet: of "nothing found" a second record would
    come."""
    query = " ".join(strip_titles(text[:400]).split()[:MOST_WORDS])
    if not fold(query):
        return []
    short = len(fold(query)) <= 2
    if short or not await words.refreshed(db):
        found = await rank(db, query, await _begins_in_sql(db, query))
        if short or (found and not near):
            return found
        if not await words.refreshed(db, LONG_PATIENCE):
            raise DeskError("register_unread")
    search = _Search(db, words, query)
    matches = await search.surely()
    found = await rank(db, query, matches)
    if near or not found:
        codes = {match.code for match in matches}
        guesses = [match for match in await search.guesses() if match.code not in codes]
        ranked = await rank(db, query, guesses)
        best = ranked[0].score if ranked else 0
        found += [one for one in ranked if one.score >= best - BEHIND][:GUESSES]
    return found


class _Search:
    """One query and its readings."""

    def __init__(self, db: Database, words: SearchWords, query: str) -> None:
        self.db = db
        self.words = words
        self.query = query
        self._meant: dict[str, dict[str, Meaning]] = {}
        self._nears: dict[tuple[str, int, int], dict[str, Meaning]] = {}
        self.thai_keys = "" if has_thai(query) else strip_titles(as_thai_keys(query))

    async def surely(self) -> list[Match]:
        """By the words as typed, as Thai keys, and with other gaps between them."""
        for text, why in ((self.query, ""), (self.thai_keys, "layout")):
            matches: dict[str, Match] = {}
            for spelt in _side_by_side(_spelt(text)):
                await self._as_typed(text, spelt, matches)
            if matches:
                return [replace(match, why=why) for match in matches.values()]
        return []

    async def _as_typed(
        self, text: str, spelt: Sequence[Sequence[str]], matches: dict[str, Match]
    ) -> None:
        """By words that are, begin with or hold the typed ones; each level only where those before
        gave too few.
        """
        alone = len(spelt) == 1
        meanings: list[dict[str, Meaning]] = [{} for _ in spelt]
        for most in (WHOLE, BEGINS, HOLDS):
            if len(matches) >= LIMIT or (most == HOLDS and matches and not alone):
                break
            for means, words in zip(meanings, spelt, strict=True):
                for word in words:
                    for key in self._at(most, word, alone=alone):
                        means.setdefault(key, (most, BASE[most]))
            for match in await self._have(meanings):
                _keep(matches, match)
            if most == WHOLE and not matches:
                for reading in self._other_gaps(text):
                    for match in await self._have(
                        [{word: (WHOLE, BASE[WHOLE])} for word in reading]
                    ):
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
        return self.words.holding(word) if len(word) > (2 if alone else 1) else ()

    def _meanings(self, word: str) -> dict[str, Meaning]:
        """All of these, each at its surest."""
        if word not in self._meant:
            found: dict[str, Meaning] = {}
            for kind in (WHOLE, BEGINS, HOLDS):
                for key in self._at(kind, word):
                    found.setdefault(key, (kind, BASE[kind]))
            self._meant[word] = found
        return self._meant[word]

    def _other_gaps(self, text: str) -> list[list[str]]:
        """Readings in which every word is one of the register: neighbours joined, or the whole cut
        elsewhere.
        """
        readings: list[list[str]] = []
        typed = text.split()
        for at in range(len(typed) - 1):
            joined = " ".join([*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]])
            readings += [r for r in _spelt(joined) if all(word in self.words for word in r)]
        for whole in spellings("".join(typed)):
            readings += self._cuts(whole.replace(" ", "")[:WORD_LENGTH])
        return [list(reading) for reading in dict.fromkeys(map(tuple, readings))][:12]

    def _cuts(self, whole: str) -> list[list[str]]:
        """The ways to cut a text into two to five words of the register, the fewest first."""
        ends: list[list[list[str]]] = [[] for _ in range(len(whole) + 1)]
        ends[0] = [[]]
        for end in range(1, len(whole) + 1):
            ways = [
                [*way, whole[start:end]]
                for start in range(max(0, end - 30), end - 1)
                if ends[start] and whole[start:end] in self.words
                for way in ends[start]
                if len(way) < 5
            ]
            ends[end] = sorted(ways, key=len)[:8]
        return ends[-1]

    async def guesses(self) -> list[Match]:  # noqa: C901
        """By words that look like the typed ones, or sound like them where they are written in
        Latin letters.
        """
        matches: dict[str, Match] = {}
        typed_words = self.query.casefold().split()
        if any("a" <= letter <= "z" for letter in fold(self.query)):
            for match in await self._have([await self._sounding(word) for word in typed_words]):
                if (
                    len(typed_words) > 1 or match.likeness >= GOOD
                ):  # a word alone may sound like something by chance
                    _keep(matches, replace(match, kind=NEAR, why="roman"))
        if any(match.likeness >= GOOD for match in matches.values()):
            return list(matches.values())
        texts = ((self.query, ""), (self.thai_keys, "layout"))
        for text, why in texts:
            for typed in _spelt(text):
                async for meanings in self._near_readings(typed):
                    found = await self._have(meanings)
                    for match in found:
                        _keep(matches, replace(match, kind=NEAR, why=why))
                    if any(match.likeness >= GOOD for match in found):
                        break
        for text, why in () if matches else texts:
            for typed in _spelt(text):
                for match in await self._have(await self._beside_sure_ones(typed)):
                    _keep(matches, replace(match, kind=NEAR, why=why))
        return sorted(matches.values(), key=lambda m: (-m.likeness, m.code))[:LIMIT]

    async def _near_readings(self, typed: Sequence[str]) -> AsyncIterator[list[dict[str, Meaning]]]:
        known = [word in self.words for word in typed]
        for most in () if all(known) else (1, 3):
            yield [
                self._meanings(word) if sure else await self._near(word, most)
                for word, sure in zip(typed, known, strict=True)
            ]
        yield [await self._near(word) for word in typed]
        for at in range(len(typed) - 1):
            yield [
                await self._near(word)
                for word in (*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :])
            ]
        for sure, rest, swapped in self._near_cuts(typed[0]) if len(typed) == 1 else ():
            both = [{sure: (WHOLE, BASE[WHOLE])}, await self._near(rest)]
            yield both[::-1] if swapped else both

    async def _beside_sure_ones(self, typed: Sequence[str]) -> list[dict[str, Meaning]]:
        """Where some words are known, the others may have a slip more than is good for a word
        alone.
        """
        known = [word in self.words for word in typed]
        if all(known) or not any(known):
            return [{}]
        return [
            self._meanings(word) if sure else await self._near(word, more=1)
            for word, sure in zip(typed, known, strict=True)
        ]

    def _near_cuts(self, whole: str) -> Iterator[tuple[str, str, bool]]:
        """A text cut in two where the first side (else the second: swapped) is a word of the
        register.
        """
        cuts = range(2, len(whole) - 1)
        for at in [at for at in reversed(cuts) if whole[:at] in self.words][:3]:
            yield whole[:at], whole[at:], False
        for at in [at for at in cuts if whole[at:] in self.words][:3]:
            yield whole[at:], whole[:at], True

    async def _near(self, word: str, most: int = 3, more: int = 0) -> dict[str, Meaning]:
        if (word, most, more) not in self._nears:
            near = {
                key: (NEAR, likeness) for key, likeness in self.words.like(word, most, more).items()
            }
            self._nears[word, most, more] = near | self._meanings(word)
            await asyncio.sleep(0)  # some ms of work are enough in a row: others wait
        return self._nears[word, most, more]

    async def _sounding(self, word: str) -> dict[str, Meaning]:
        if has_thai(word):
            return await self._near(fold(word))
        sounds = {key: (NEAR, likeness) for key, likeness in self.words.sounding(word).items()}
        await asyncio.sleep(0)
        return sounds | self._meanings(fold(word))

    async def _have(self, meanings: Sequence[Meanings]) -> list[Match]:
        """Customers that have, for each typed word, one of the words it may mean."""
        if not all(meanings):
            return []
        rows = await (
            self._having(meanings[0]) if len(meanings) == 1 else self._having_all(meanings)
        )
        keys: dict[str, list[Row]] = {}
        for row in rows:
            keys.setdefault(row["code"], []).append(row)
        lengths = [min(map(len, each)) for each in meanings]
        return [_match(code, has, meanings, lengths) for code, has in keys.items()]

    async def _having(self, meanings: Meanings) -> list[Row]:
        """Which customers have what one typed word may mean, the likeliest first, until there are
        enough.
        """
        half = (
            "SELECT * FROM (SELECT customer_code AS code, key, kind FROM customer_keys "
            "WHERE kind = '{0}' AND key IN ({1}) ORDER BY key, customer_code LIMIT {2}) AS {0}s"
        )
        rows: list[Row] = []
        codes: set[str] = set()
        for keys in _alike(meanings):
            # Each half comes out of the index as it is ordered; both at once would have to be read
            # whole and sorted.
            sql = " UNION ALL ".join(
                half.format(kind, _marks(keys), ROWS) for kind in ("word", "former")
            )
            rows += await self.db.fetch(sql, *keys, *keys)
            codes.update(row["code"] for row in rows)
            if len(codes) >= LIMIT:
                break
        return rows

    async def _having_all(self, meanings: Sequence[Meanings]) -> list[Row]:
        """All words of the customers that have each of the typed ones."""
        counted = [(n, keys) for n, keys in enumerate(meanings) if len(keys) <= SLICE]
        counts = ", ".join(
            f"(SELECT count(*) FROM (SELECT 1 FROM customer_keys WHERE kind = 'word' AND key IN ({_marks(keys)}) "
            f"LIMIT {PROBE}) AS some{n}) AS n{n}"
            for n, keys in counted
        )
        known = (
            await self.db.fetch_one(
                f"SELECT {counts}", *(key for _, keys in counted for key in keys)
            )
            if counts
            else {}
        )
        by_size = sorted(
            ((known or {}).get(f"n{n}", PROBE), len(keys), n) for n, keys in enumerate(meanings)
        )
        ordered = [meanings[n] for _, _, n in by_size]
        rare = by_size[0][0] * PROBE_COST < sum(size for size, _, _ in by_size)
        codes = _probed(ordered) if rare else _intersected(ordered)
        return await self.db.fetch(
            f"SELECT customer_code AS code, key, kind FROM customer_keys WHERE customer_code IN ({codes}) "
            "AND kind || '' IN ('word', 'former')",
            *(key for keys in ordered for key in keys),
        )


def _alike(meanings: Meanings) -> Iterator[list[str]]:
    """A typed word's meanings in pieces to ask for at once: equally likely ones, likeliest
    first.
    """
    ordered = sorted(meanings, key=lambda key: (meanings[key][0], -meanings[key][1]))
    for _, group in groupby(ordered, key=meanings.__getitem__):
        keys = list(group)
        yield from (keys[at : at + SLICE] for at in range(0, len(keys), SLICE))


def _match(
    code: str, has: Sequence[Row], meanings: Sequence[Meanings], lengths: Sequence[int]
) -> Match:
    """How a customer with these words matches: for each typed word by the one that means it most
    surely.
    """
    best = [
        min(
            (row["kind"] == "former", meant[row["key"]][0], -meant[row["key"]][1])
            for row in has
            if row["key"] in meant
        )
        for meant in meanings
    ]
    likeness = -sum(each[2] * length for each, length in zip(best, lengths, strict=True)) / sum(
        lengths
    )
    return Match(code, max(each[1] for each in best), likeness, any(each[0] for each in best))


def _marks(keys: Iterable[str]) -> str:
    return ", ".join("?" for _ in keys)


def _among(keys: Iterable[str]) -> str:
    return f"kind IN ('word', 'former') AND key IN ({_marks(keys)})"


def _probed(ordered: Sequence[Meanings]) -> str:
    """Codes: each customer of the first word is asked for the others; best where it is a rare one.

    `|| ''` keeps both engines from entering the index by any word but the first.
    """
    others = "".join(
        f" AND EXISTS (SELECT 1 FROM customer_keys k WHERE k.customer_code = first.customer_code "
        f"AND k.kind || '' IN ('word', 'former') AND k.key || '' IN ({_marks(keys)}))"
        for keys in ordered[1:]
    )
    return (
        f"SELECT first.customer_code FROM customer_keys first WHERE {_among(ordered[0])}{others} "
        f"ORDER BY first.customer_code LIMIT {ROWS}"
    )


def _intersected(ordered: Sequence[Meanings]) -> str:
    """Codes: the lists of all words, each read in one go; best where all are common."""
    lists = " INTERSECT ".join(
        f"SELECT customer_code FROM customer_keys WHERE {_among(keys)}" for keys in ordered
    )
    return f"{lists} ORDER BY customer_code LIMIT {ROWS}"


def _keep(found: dict[str, Match], match: Match) -> None:
    """Of two ways to the same customer the surer."""
    known = found.get(match.code)
    if known is None or (match.former, match.kind, -match.likeness) < (
        known.former,
        known.kind,
        -known.likeness,
    ):
        found[match.code] = match


def _spelt(text: str) -> list[list[str]]:
    """The typed words as search keys, in one or two spellings."""
    return [[word[:WORD_LENGTH] for word in key.split()][:MOST_WORDS] for key in spellings(text)]


def _side_by_side(readings: Sequence[Sequence[str]]) -> list[list[list[str]]]:
    """For each number of words, the readings' words at each place, so that they are asked for
    together.
    """
    lengths = dict.fromkeys(map(len, readings))
    return [
        [list(dict.fromkeys(at)) for at in zip(*(r for r in readings if len(r) == n), strict=True)]
        for n in lengths
    ]


_CUSTOMER = "JOIN customers c ON c.code = k.customer_code "
_HAS = "AND c.folded LIKE ? ESCAPE '!' "


async def _begins_in_sql(db: Database, query: str) -> list[Match]:
    """Without the dictionary, or for one or two letters: the longest word begins so, the others
    occur.
    """
    typed = sorted(fold(query).split(), key=len, reverse=True)
    first, others = typed[0][:WORD_LENGTH], [word[:WORD_LENGTH] for word in typed[1:]]
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
        kind = WHOLE if row["word"] == first and not others else BEGINS
        _keep(found, Match(row["code"], kind, BASE[kind]))
    return list(found.values())


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
