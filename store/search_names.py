"""Customers by name: the words of the register that each typed word may mean, then who has them all.

The attempts, the surest first; the first that finds somebody ends the search:
as typed (whole words, beginnings, parts) - as Thai keys - with other gaps - and last all guesses together.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio

from domain.customers import Customer
from domain.keyboard import as_thai_keys, has_thai
from domain.text import fold, letters, spellings, strip_titles
from store.customers import WORD_LENGTH, follow_customers
from store.database import Database
from store.words import Words

LIMIT = 200
"""Most hits that one search returns; a desk officer refines rather than reads on."""
GUESSES = 20
"""Most weak hits."""
BEHIND = 20
"""How many percent a guess may stand behind the best one."""
MOST_WORDS = 8
PROBE = 5_000
ROWS = 600
WORST = 60.0
"""Percent below which nobody would recognise the name."""

GOOD = 86.0
"""Percent from which no further reading of a guess is tried."""
SURE_SOUND = 95.0
"""Percent from which a name in Latin letters is no mere guess."""

WHOLE, BEGINS, HOLDS, NEAR = range(4)
WHY = ("name", "prefix", "part", "similar")
BASE = (100.0, 90.0, 80.0)

Meaning = tuple[int, float]
"""How a register's word matches a typed one: WHOLE to NEAR, and the likeness in percent."""
Meanings = Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class Found:
    """A customer found by name; `why` is a value of store.search.Why."""

    customer: Customer
    why: str
    score: int
    weak: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A customer's code and how the typed words match it."""

    code: str
    kind: int
    likeness: float
    former: bool = False
    why: str = ""


async def find_by_name(db: Database, text: str, *, near: bool = False) -> list[Found]:
    """Customers whose words the typed ones may mean, best first; `near` adds guesses to what is found surely."""
    query = " ".join(strip_titles(text[:400]).split()[:MOST_WORDS])
    if not fold(query):
        return []
    if not await db.words.refreshed(db) or len(fold(query)) <= 2:
        return await _rank(db, query, await _begins_in_sql(db, query))
    search = _Search(db, query)
    matches = await search.surely()
    found = await _rank(db, query, matches)
    if near or not found:
        codes = {match.code for match in matches}
        guesses = [match for match in await search.guesses() if match.code not in codes]
        ranked = await _rank(db, query, guesses)
        best = ranked[0].score if ranked else 0
        found += [one for one in ranked if one.score >= best - BEHIND][:GUESSES]
    return found


class _Search:
    """One query and its readings."""

    def __init__(self, db: Database, query: str) -> None:
        self.db = db
        self.words: Words = db.words
        self.query = query
        self._meant: dict[tuple[str, bool], dict[str, Meaning]] = {}
        self._nears: dict[tuple[str, int], dict[str, Meaning]] = {}
        self.thai_keys = "" if has_thai(query) else strip_titles(as_thai_keys(query))

    async def surely(self) -> list[Match]:
        """By the words as typed, as Thai keys, and with other gaps between them."""
        for text, why in ((self.query, ""), (self.thai_keys, "layout")):
            matches = await self._as_typed(text)
            if all(match.kind != WHOLE for match in matches.values()):
                for reading in self._other_gaps(text):
                    for match in await self._have([{word: (WHOLE, BASE[WHOLE])} for word in reading]):
                        _keep(matches, match)
            if matches:
                return [replace(match, why=why) for match in matches.values()]
        return []

    async def _as_typed(self, text: str) -> dict[str, Match]:
        matches: dict[str, Match] = {}
        for typed in _spelt(text):
            alone = len(typed) == 1
            meanings = [self._meanings(word, alone=alone) for word in typed]
            for most in (WHOLE, BEGINS, HOLDS):
                if len(matches) >= LIMIT or (most == HOLDS and matches and not alone):
                    break
                some = [{key: m for key, m in each.items() if m[0] <= most} for each in meanings]
                for match in await self._have(some) if all(some) else ():
                    _keep(matches, match)
        return matches

    def _meanings(self, word: str, *, alone: bool = False) -> dict[str, Meaning]:
        """Words of the register that are, begin with or hold a typed word; of one letter only beginnings."""
        if (word, alone) in self._meant:
            return self._meant[word, alone]
        found: dict[str, Meaning] = {}
        self._meant[word, alone] = found
        if not word:
            return found
        if word in self.words:
            found[word] = (WHOLE, BASE[WHOLE])
        for key in self.words.beginning(word):
            found.setdefault(key, (BEGINS, BASE[BEGINS]))
        if len(word) > (2 if alone else 1):
            for key in self.words.holding(word):
                found.setdefault(key, (HOLDS, BASE[HOLDS]))
        return found

    def _other_gaps(self, text: str) -> list[list[str]]:
        """Readings in which every word is one of the register: neighbours joined, or the whole cut elsewhere."""
        readings: list[list[str]] = []
        typed = text.split()
        for at in range(len(typed) - 1):
            joined = " ".join([*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]])
            readings += [r for r in _spelt(joined) if all(word in self.words for word in r)]
        for whole in spellings("".join(typed)):
            readings += self._cuts(whole.replace(" ", "")[:WORD_LENGTH])
        return readings[:12]

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

    async def guesses(self) -> list[Match]:
        """By words that look like the typed ones, or sound like them where they are written in Latin letters."""
        matches: dict[str, Match] = {}
        typed_words = self.query.casefold().split()
        if any("a" <= letter <= "z" for letter in fold(self.query)):
            for match in await self._have([await self._sounding(word) for word in typed_words]):
                _keep(matches, replace(match, kind=NEAR, why="roman"))
        if any(match.likeness >= GOOD for match in matches.values()):
            return list(matches.values())
        for text, why in ((self.query, ""), (self.thai_keys, "layout")):
            for typed in _spelt(text):
                async for meanings in self._near_readings(typed):
                    found = await self._have(meanings)
                    for match in found:
                        _keep(matches, replace(match, kind=NEAR, why=why))
                    if any(match.likeness >= GOOD for match in found):
                        break
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
            yield [await self._near(word) for word in (*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :])]
        for sure, rest, swapped in self._near_cuts(typed[0]) if len(typed) == 1 else ():
            both = [{sure: (WHOLE, BASE[WHOLE])}, await self._near(rest)]
            yield both[::-1] if swapped else both

    def _near_cuts(self, whole: str) -> Iterator[tuple[str, str, bool]]:
        """A text cut in two where the first side (else the second: swapped) is a word of the register."""
        cuts = range(2, len(whole) - 1)
        for at in [at for at in reversed(cuts) if whole[:at] in self.words][:3]:
            yield whole[:at], whole[at:], False
        for at in [at for at in cuts if whole[at:] in self.words][:3]:
            yield whole[at:], whole[:at], True

    async def _near(self, word: str, most: int = 3) -> dict[str, Meaning]:
        if (word, most) not in self._nears:
            near = {key: (NEAR, likeness) for key, likeness in self.words.like(word, most).items()}
            self._nears[word, most] = near | self._meanings(word)
            await asyncio.sleep(0)  # some 10 ms of work are enough in a row: others wait
        return self._nears[word, most]

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
        order = await self._rarest_first(meanings)
        rows = await self.db.fetch(*_join([meanings[at] for at in order]))
        lengths = [min(map(len, meanings[at])) for at in order]
        found: dict[str, Match] = {}
        for row in rows:
            each = [meanings[at][row[f"key{n}"]] for n, at in enumerate(order)]
            likeness = sum(m[1] * length for m, length in zip(each, lengths, strict=True)) / sum(lengths)
            former = any(row[f"kind{n}"] == "former" for n in range(len(order)))
            _keep(found, Match(row["code"], max(m[0] for m in each), likeness, former))
        return list(found.values())

    async def _rarest_first(self, meanings: Sequence[Meanings]) -> list[int]:
        """The places of the typed words, those that fewest customers have first."""
        if len(meanings) == 1:
            return [0]
        counts = ", ".join(
            "(SELECT count(*) FROM (SELECT 1 FROM customer_keys WHERE kind IN ('word', 'former') "
            f"AND key IN ({_marks(keys)}) LIMIT {PROBE}) AS some{n}) AS n{n}"
            for n, keys in enumerate(meanings)
        )
        row = await self.db.fetch_one(f"SELECT {counts}", *(key for keys in meanings for key in keys))
        sizes = [row[f"n{n}"] if row else 0 for n in range(len(meanings))]
        return sorted(range(len(meanings)), key=lambda at: (sizes[at], len(meanings[at])))


def _marks(keys: Iterable[str]) -> str:
    return ", ".join("?" for _ in keys)


def _join(meanings: Sequence[Meanings]) -> tuple[str, ...]:
    """The statement and its parameters. `|| ''` keeps both engines from entering the index by words but the first."""
    columns = ", ".join(f"k{n}.key AS key{n}, k{n}.kind AS kind{n}" for n in range(len(meanings)))
    tables = " CROSS JOIN ".join(f"customer_keys k{n}" for n in range(len(meanings)))
    where = [f"k0.kind IN ('word', 'former') AND k0.key IN ({_marks(meanings[0])})"]
    for n, keys in list(enumerate(meanings))[1:]:
        where.append(
            f"k{n}.customer_code = k0.customer_code AND k{n}.kind || '' IN ('word', 'former') "
            f"AND k{n}.key || '' IN ({_marks(keys)})"
        )
    order = "k0.key, k0.customer_code" if len(meanings) == 1 else "k0.customer_code"
    sql = f"SELECT k0.customer_code AS code, {columns} FROM {tables} WHERE {' AND '.join(where)}"
    return f"{sql} ORDER BY {order} LIMIT {ROWS}", *(key for keys in meanings for key in keys)


def _keep(found: dict[str, Match], match: Match) -> None:
    """Of two ways to the same customer the surer."""
    known = found.get(match.code)
    if known is None or (match.former, match.kind, -match.likeness) < (known.former, known.kind, -known.likeness):
        found[match.code] = match


def _spelt(text: str) -> list[list[str]]:
    """The typed words as search keys, in one or two spellings."""
    return [[word[:WORD_LENGTH] for word in key.split()][:MOST_WORDS] for key in spellings(text)]


_HAS = "AND c.folded LIKE ? ESCAPE '!' "


async def _begins_in_sql(db: Database, query: str) -> list[Match]:
    """Without the dictionary, or for one or two letters: the longest word begins so, the others occur."""
    typed = sorted(fold(query).split(), key=len, reverse=True)
    first, others = typed[0][:WORD_LENGTH], [word[:WORD_LENGTH] for word in typed[1:]]
    begins = "k.key LIKE ? ESCAPE '!'" if db.engine == "postgresql" else "k.key >= ? AND k.key < ?"
    span = [_like(first) + "%"] if db.engine == "postgresql" else [first, first + "\U0010ffff"]
    rows = await db.fetch(
        "SELECT k.customer_code AS code, k.key AS word "
        "FROM customer_keys k JOIN customers c ON c.code = k.customer_code "
        f"WHERE k.kind = 'word' AND {begins} {_HAS * len(others)}"
        f"ORDER BY k.key, k.customer_code LIMIT {LIMIT}",
        *span,
        *(f"%{_like(word)}%" for word in others),
    )
    found: dict[str, Match] = {}
    for row in rows:
        kind = WHOLE if row["word"] == first and not others else BEGINS
        _keep(found, Match(row["code"], kind, BASE[kind]))
    return list(found.values())


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


async def _rank(db: Database, query: str, matches: Sequence[Match]) -> list[Found]:
    """The customers, best first: how they match, how sure, how near the name is as spelt, the code."""
    best = sorted(matches, key=lambda m: (m.former, m.kind, -m.likeness, m.code))[:LIMIT]
    typed = {"": letters(query), "layout": [] if has_thai(query) else letters(as_thai_keys(query))}
    customers = await follow_customers(db, [match.code for match in best])
    contacts = await _contacts(db, [match.code for match in best if match.kind in (WHOLE, NEAR)])
    ranked = []
    for match in best:
        customer = customers.get(match.code)
        if customer is None or (customer.code != match.code and customer.code in customers):
            continue  # gone since, or a signpost to somebody who is found under the own name too
        if customer.code != match.code:
            match = replace(match, former=True)
        found = _weigh(customer, match, query.casefold(), typed.get(match.why, typed[""]), contacts.get(match.code, ()))
        order = WHY.index(found.why) if found.why in WHY else match.kind
        ranked.append(((found.weak, match.former, order, -found.score), found))
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0]) if found.score >= WORST]


async def _contacts(db: Database, codes: Sequence[str]) -> dict[str, list[str]]:
    if not codes:
        return {}
    rows = await db.fetch(
        f"SELECT customer_code, name FROM contacts WHERE customer_code IN ({_marks(codes)}) ORDER BY id", *codes
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["customer_code"], []).append(row["name"])
    return found


def _weigh(customer: Customer, match: Match, query: str, typed: Sequence[str], contacts: Sequence[str]) -> Found:
    """A match with its score, which counts the spelling too where whole words are alike."""
    kind, score, weak = match.kind, match.likeness, match.kind == NEAR
    names = [customer.name, customer.organisation]
    if match.why == "roman":
        weak = score < SURE_SOUND
    elif kind in (WHOLE, NEAR) and not match.former:
        spelt = _spelling(typed, names)
        if kind == WHOLE and spelt < 100 and _spelling(typed, [*names, *contacts]) == 100:
            kind, score = HOLDS, BASE[HOLDS]  # whole words, but of a contact: the customer's own come first
        elif kind == NEAR or spelt < 100:
            kind, weak, score = NEAR, True, min(99.0, 0.7 * match.likeness + 0.3 * spelt)
    elif any(word not in " ".join(names).casefold() for word in query.split()):
        score -= 3  # begins or holds what sounds so, but is spelt otherwise
    why = "former" if match.former else match.why or WHY[kind]
    return Found(customer, why, round(score), weak)


def _spelling(typed: Sequence[str], names: Sequence[str]) -> float:
    """How alike the typed words are to a customer's as spelt, in percent; 100 where all stand there."""
    words = [letters(name) for name in names]
    every = {word for some in words for word in some}
    whole = "".join(typed)
    if every.issuperset(typed) or whole in {run for some in words for run in _runs(some)}:
        return 100.0
    each = [max((ratio(word, other) for other in every), default=0.0) for word in typed]
    return min(99.0, max(sum(each) / len(each), ratio(whole, "".join(words[0]))))


def _runs(words: Sequence[str]) -> list[str]:
    """Every run of neighbouring words, written without gaps."""
    words = words[:MOST_WORDS]
    return ["".join(words[start:end]) for end in range(len(words) + 1) for start in range(end)]
