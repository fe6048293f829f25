"""The register's distinct words, kept in memory: which of them a typed word may mean, and how
surely.

Most of them stand in segments that were made once and are read as they are; those that were added
since are read one by one before each search, whichever process added them."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from domain.customers.romanise import Sound, latin_sound, thai_sounds
from domain.search.organisations import standard_organisations
from domain.text.keyboard import has_thai
from store.engine.database import Reader
from store.search import letters
from store.search.memory import PATIENCE, Memory
from store.search.recent import RecentWords
from store.search.segment import FORMAT, Segment
from store.search.segments import SegmentRow, list_segments, read_chunks
from store.search.sieve import passes, sieve_of, together
from store.search.sounds import Candidates, Sounding, alike, consonant_slips, soundings

BATCH = 5_000
MOST_RECENT = 20_000
"""Words outside the segments that are taken in; of more the segments must be made first."""
AT_ONCE = 20
"""Words that are heard without letting others run in between: some milliseconds."""
MOST_SOUNDS = 60
MOST_HEARD = 2
"""Ways to read a Thai word that are looked for."""
MOST = 900
"""Most words that one typed word stands for."""
ALLOWED_SLIPS = (0, 0, 0, 1, 1, 2, 2, 2, 2)
"""How many letters may be wrong, by the length of the word; of longer ones MOST_SLIPS."""
MOST_SLIPS = 3


NO_WORDS = sieve_of(())


@dataclass(slots=True)
class _Known:
    """What is known at one time: the segments by their ids, the words of segments that have foreign
    letters, the recent ones, and the id of the last word.
    """

    segments: dict[str, Segment] = field(default_factory=dict)
    foreign: RecentWords = field(default_factory=RecentWords)
    recent: RecentWords = field(default_factory=RecentWords)
    last: int = 0
    sieve: bytes = NO_WORDS

    @property
    def few(self) -> tuple[RecentWords, RecentWords]:
        """The words that stand in no packing."""
        return self.recent, self.foreign


class SearchWords(Memory):
    """The dictionary of one database. Methods other than `refreshed` see what the last refresh
    saw.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known = _Known()
        self._must_look = True
        self._must_forget = False
        self._forgotten: int | None = None
        """How often words of the register were forgotten, when it was looked at last."""
        self.organisations = standard_organisations()
        """What typed names of organisations may mean; whoever has an office's puts it here."""
        self.is_read = False
        """Whether a first reading has ended."""
        self.is_complete = False
        """Whether every word of the register is known: else nobody can say that a name is not
        there.
        """

    def __contains__(self, word: str) -> bool:
        known = self._known
        if word in known.recent or word in known.foreign:
            return True
        packed = letters.one_byte(word)
        if packed is None or not passes(known.sieve, packed):
            return False
        return any(packed in segment for segment in known.segments.values())

    def __iter__(self) -> Iterator[str]:
        for some in self._known.few:
            yield from some
        for segment in self._known.segments.values():
            yield from segment

    def __len__(self) -> int:
        known = self._known
        packed = sum(segment.words.count for segment in known.segments.values())
        return packed + sum(len(some) for some in known.few)

    async def refreshed(self, db: Reader, patience: float | None = PATIENCE) -> bool:
        """Read what was added since the last time; False where that takes longer than `patience`
        (None: any time), and while words are unknown because no segment has them yet.

        Raises StoreUnavailable.
        """
        return await super().refreshed(db, patience) and self.is_complete

    def look_again(self) -> None:
        """The next refresh looks whether there are other segments."""
        self._must_look = True

    async def _read(self, db: Reader) -> None:
        if self._must_look or not self.is_complete:
            is_new = await self._look(db)
            if self.is_read and not self.is_complete and not is_new:
                # Only other segments can bring the words that are missing.
                return
        await self._read_recent(db, self._known)
        if self._must_forget:
            # Whoever was erased is in no memory any more; what is kept of words is read anew.
            self._must_forget = False
            self.is_complete = False
            await self._look(db, anew=True)
            await self._read_recent(db, self._known)
        self.is_read = True

    async def _look(self, db: Reader, *, anew: bool = False) -> bool:
        """Take in the segments that there are; returns whether they are others than before."""
        self._must_look = False
        rows = covering(await list_segments(db))
        segments = await self._read_segments(db, rows)
        if len(segments) < len(rows):
            # Dropped while they were read: others have taken their place. What cannot be read then
            # either is as if it were not there, until it is made anew.
            rows = covering(await list_segments(db))
            segments = await self._read_segments(db, rows)
        if list(segments) == list(self._known.segments) and not anew:
            return False
        sieve = together(segment.sieve for segment in segments.values())
        known = _Known(segments, last=end_of(rows[: len(segments)]), sieve=sieve)
        for segment in segments.values():
            await _take_in(known.foreign, segment.foreign)
        if self.is_complete:
            # Whoever searches meanwhile does so in what was known before.
            await self._read_recent(db, known)
        self._known = known
        return True

    async def _read_segments(self, db: Reader, rows: Sequence[SegmentRow]) -> dict[str, Segment]:
        """Those that can be read, up to the first of which chunks are missing."""
        segments: dict[str, Segment] = {}
        for row in rows:
            segment = self._known.segments.get(row.id)
            if segment is None:
                data = await read_chunks(db, row)
                if data is None:
                    break
                segment = await asyncio.to_thread(Segment.read, data)
            segments[row.id] = segment
        return segments

    async def _read_recent(self, db: Reader, known: _Known) -> None:
        """Take in the words that no segment has, unless they are too many."""
        while True:
            # There is always one row, whether or not there are words.
            found = await db.fetch(
                "SELECT s.forgotten, w.id, w.word FROM search_state s "
                f"LEFT JOIN search_words w ON w.id > ? ORDER BY w.id LIMIT {BATCH}",
                known.last,
            )
            if self._are_outdated(found[0]["forgotten"]):
                return
            rows = [row for row in found if row["id"] is not None]
            if len(rows) == BATCH and await self._are_too_many(db, known):
                self.is_complete = False
                return
            await _take_in(known.recent, (row["word"] for row in rows))
            if rows:
                known.last = rows[-1]["id"]
            if len(rows) < BATCH:
                break
        self.is_complete = True

    def _are_outdated(self, forgotten: int) -> bool:
        """Whether words were forgotten since the last look."""
        if self._forgotten not in (None, forgotten):
            self._must_forget = True
        self._forgotten = forgotten
        return self._must_forget

    async def _are_too_many(self, db: Reader, known: _Known) -> bool:
        waiting = await db.fetch_one(
            "SELECT count(*) AS n FROM search_words WHERE id > ?", known.last
        )
        return waiting is not None and len(known.recent) + waiting["n"] > MOST_RECENT

    def add(self, words: Iterable[str]) -> None:
        """Know these words too."""
        for word in words:
            if word not in self:
                self._known.recent.add(word)

    def has_beginning(self, part: str) -> bool:
        """Whether some word begins with `part`."""
        for some in self._known.few:
            if any(True for _word in some.beginning(part)):
                return True
        packed = letters.one_byte(part)
        if packed is None:
            return False
        return any(segment.words.has_beginning(packed) for segment in self._known.segments.values())

    def holding(self, part: str, most: int = MOST) -> list[str]:
        """Words with `part` within, shortest first."""
        packed = letters.one_byte(part)
        found: list[str] = []
        for some in self._known.few:
            found += some.holding(part)
        if packed is None:
            return _shortest(found)[:most]
        segments = self._known.segments.values()
        # Each segment gives its words in this order, and goes no further than it is asked.
        in_order = merge(
            *(segment.words.holding(packed) for segment in segments), key=_length_and_letters
        )
        found += map(letters.text, islice(in_order, most))
        return _shortest(found)[:most]

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
        is_thai = has_thai(word)
        found: dict[str, float] = {}
        for other, distance in self._within(word, slips):
            # Of Thai and other letters none can be a slip of the other.
            if has_thai(other) == is_thai:
                longer = max(len(word), len(other))
                found[other] = 100 * (1 - distance / longer)
        best = sorted(found, key=lambda choice: (-found[choice], choice))
        return {choice: found[choice] for choice in best[:MOST]}

    def _within(self, word: str, slips: int) -> Iterator[tuple[str, int]]:
        for some in self._known.few:
            yield from some.within(word, slips)
        asked = letters.asked(word)
        for segment in self._known.segments.values():
            for number, distance in segment.words.within(asked, slips):
                other = segment.words.word(number)
                yield letters.text(other), distance

    def sounding(self, latin: str) -> dict[str, float]:
        """Thai words that may be what somebody writes so in Latin letters, with their likeness in
        percent; the likeliest first.
        """
        wanted = latin_sound(latin)
        if not wanted.is_thai():
            return {}
        few = self._few_near(wanted)
        return _likeliest(wanted, few, [*self._known.segments.values()])

    async def heard(self, latin: str) -> dict[str, float]:
        """The same as `sounding`, while others have their turn."""
        wanted = latin_sound(latin)
        if not wanted.is_thai():
            return {}
        few = self._few_near(wanted)
        segments = [*self._known.segments.values()]
        if not segments:
            return _likeliest(wanted, few, segments)
        # Tens of milliseconds where there are many words; segments never change.
        return await asyncio.to_thread(_likeliest, wanted, few, segments)

    def _few_near(self, wanted: Sound) -> list[Candidates]:
        slips = consonant_slips(wanted)
        return [some.candidates(wanted, slips) for some in self._known.few]

    def heard_alike(self, word: str) -> dict[str, float]:
        """Thai words that people hear as they hear this one (a search key), with their likeness in
        percent.
        """
        alike_words: dict[str, float] = {}
        for sound in thai_sounds(word)[:MOST_HEARD]:
            some = [few.candidates(sound, 0) for few in self._known.few]
            some += [segment.candidates(sound, 0) for segment in self._known.segments.values()]
            for candidates in some:
                for each in alike(sound, candidates):
                    known = alike_words.get(each.word, 0.0)
                    alike_words[each.word] = max(known, each.percent)
        likeliest = sorted(alike_words, key=lambda other: (-alike_words[other], other))
        return {other: alike_words[other] for other in likeliest[:MOST_SOUNDS]}


def _likeliest(
    wanted: Sound, few: Sequence[Candidates], segments: Sequence[Segment]
) -> dict[str, float]:
    """The words that are likeliest meant, among few candidates and those of segments."""
    candidates = [*few]
    for segment in segments:
        candidates.append(segment.candidates(wanted, consonant_slips(wanted)))
    likeliest: dict[str, Sounding] = {}
    for sounding in soundings(wanted, candidates):
        likeliest.setdefault(sounding.word, sounding)
    best = sorted(likeliest.values(), key=lambda sounding: sounding.order)
    return {sounding.word: sounding.percent for sounding in best[:MOST_SOUNDS]}


def covering(rows: Sequence[SegmentRow]) -> list[SegmentRow]:
    """The segments that can be read and follow each other from the register's first word on."""
    readable = [row for row in rows if row.format == FORMAT]
    chosen: list[SegmentRow] = []
    end = 0
    for row in sorted(readable, key=lambda row: (row.after_id, row.up_to_id)):
        if row.after_id == end:
            chosen.append(row)
            end = row.up_to_id
    return chosen


def end_of(rows: Sequence[SegmentRow]) -> int:
    """The last word that these stand for."""
    if not rows:
        return 0
    return rows[-1].up_to_id


async def _take_in(some: RecentWords, words: Iterable[str]) -> None:
    for number, word in enumerate(words, start=1):
        some.add(word)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def _length_and_letters(word: bytes) -> tuple[int, bytes]:
    return len(word), word


def _shortest(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (len(word), word))[:MOST]


def allowed_slips(word: str) -> int:
    """How many letters of a word of this length may be wrong: none of two, three of nine."""
    if len(word) >= len(ALLOWED_SLIPS):
        return MOST_SLIPS
    return ALLOWED_SLIPS[len(word)]
