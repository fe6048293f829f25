"""Finds tickets by a part of their text: the keys of the newest tickets are read, then those of the
blocks of older ones that have all parts of the words, until enough are found.

One byte a letter makes that cheap: one behaviour on both engines, letters of one or two too."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.text.keyboard import as_thai_keys, has_thai
from domain.tickets.records import Status, Ticket
from domain.tickets.text import query_keys, trigrams_of_query
from store.engine.database import Database, Reader, is_one_of
from store.tickets import records as tickets
from store.tickets.texts import BLOCK, BLOCKS, SEGMENT

LIMIT = 50
"""Most tickets that one search returns; who looks for an older one types one more word."""
STRETCH = 20_000
"""Keys read by one statement: most searches end there, and SQLite's one reader serves others in
between.
"""
MOST_TRIGRAMS = 16
"""Of a long text some parts say enough."""
READ_TOGETHER = 60
"""Blocks read by one statement."""
MANY = {"sqlite": 2, "postgresql": 8}
"""Where one of so many blocks is to be read, reading all at once is quicker: PostgreSQL plans
each range anew.
"""
SEGMENTS_TOGETHER = 64
"""Segments in which one statement looks for trigrams: more than a hundred thousand tickets."""


async def find_tickets(db: Database, text: str) -> tuple[list[Ticket], list[str]]:
    """Tickets whose texts hold every word typed, as parts of words too, newest number first; at
    most LIMIT.

    With them the keys they were found by; voided ones are left out. Where nothing holds them and no
    Thai was typed, the same keys of the Thai layout are tried."""
    for keys in filter(None, _readings(text)):
        found = await _holding(db, keys)
        if found:
            return await _not_voided(db, found), keys
    return [], []


def _readings(text: str) -> list[list[str]]:
    """The keys of what was typed, and of the same keys of the Thai layout."""
    readings = [query_keys(text)]
    if any(map(str.isalpha, text)) and not has_thai(text):
        readings.append(query_keys(as_thai_keys(text)))
    return readings


async def _not_voided(db: Database, found: Sequence[str]) -> list[Ticket]:
    listed = await tickets.get_tickets(db, found)
    in_order = [listed[no] for no in found if no in listed]
    return [ticket for ticket in in_order if ticket.status is not Status.VOIDED]


async def _holding(db: Database, keys: Sequence[str]) -> list[str]:
    """Numbers of the newest tickets whose key holds all of these."""
    texts = _Texts.holding(db.engine, keys)
    newest = await db.fetch_one("SELECT max(id) AS id FROM ticket_texts")
    above = int(newest["id"] or 0) + 1 if newest else 0
    below = await _stretch_below(db, above)
    found = await texts.read(db, "id < ? AND id >= ?", above, below, limit=LIMIT)
    left = LIMIT - len(found)
    if left and below:
        older = await _not_indexed(db, texts, below, left)
        older += await _in_blocks(db, texts, keys, below, left)
        found += sorted(older, reverse=True)[:left]
    return [f"R{number:010d}" for number in found]


@dataclass(frozen=True, slots=True)
class _Texts:
    """The keys for which a condition with its parameters holds."""

    condition: str
    params: tuple[str, ...]

    @classmethod
    def holding(cls, engine: str, keys: Sequence[str]) -> "_Texts":
        """Keys that hold all of these."""
        # Of both ways to look for a part the quicker one of each engine.
        holds = "folded GLOB ?"
        sign = "*"
        if engine == "postgresql":
            holds = "folded LIKE ?"
            sign = "%"
        condition = " AND ".join([holds] * len(keys))
        return cls(condition, tuple(f"{sign}{key}{sign}" for key in keys))

    async def read(self, db: Reader, where: str, *params: object, limit: int) -> list[int]:
        """The newest of them within a part of all keys, by their ids."""
        rows = await db.fetch(
            f"SELECT id FROM ticket_texts WHERE {where} AND {self.condition} "
            f"ORDER BY id DESC LIMIT {limit}",
            *params,
            *self.params,
        )
        return [int(row["id"]) for row in rows]

    async def read_indexed(
        self, db: Reader, ranges: Sequence[tuple[int, int]], limit: int
    ) -> list[int]:
        """The newest of them that are indexed, within ranges of ids."""
        # Joined so, and not by OR or from a list, for which an engine reads the whole table.
        one = (
            "SELECT id FROM ticket_texts "
            f"WHERE id >= ? AND id < ? AND indexed = 1 AND {self.condition}"
        )
        params = [value for each in ranges for value in (*each, *self.params)]
        rows = await db.fetch(" UNION ALL ".join([one] * len(ranges)), *params)
        # Here, since the engines sort each range before they join them.
        return sorted((int(row["id"]) for row in rows), reverse=True)[:limit]


async def _not_indexed(db: Reader, texts: _Texts, above: int, limit: int) -> list[int]:
    """The newest of those below an id that no block is known to have."""
    found: list[int] = []
    while above and len(found) < limit:
        below = await _stretch_below(db, above, "indexed = 0 AND ")
        found += await texts.read(
            db,
            "indexed = 0 AND id < ? AND id >= ?",
            above,
            below,
            limit=limit - len(found),
        )
        above = below
    return found


async def _in_blocks(
    db: Database, texts: _Texts, keys: Sequence[str], above: int, limit: int
) -> list[int]:
    """The newest of those below an id that are indexed."""
    found: list[int] = []
    segments = await _segments(db)
    for start in range(0, len(segments), SEGMENTS_TOGETHER):
        some = segments[start : start + SEGMENTS_TOGETHER]
        for ranges in _ranges(some, await _blocks(db, keys, some), above, MANY[db.engine]):
            found += await texts.read_indexed(db, ranges, limit - len(found))
            if len(found) >= limit:
                return found
    return found


def _ranges(
    segments: Sequence[int], blocks: Sequence[int], above: int, many: int
) -> Iterator[list[tuple[int, int]]]:
    """The ids that are to be read, below one, the newest first: some ranges for each statement."""
    firsts = blocks
    size = BLOCK
    if len(blocks) * many > len(segments) * BLOCKS:
        firsts = [segment * SEGMENT for segment in segments]
        size = SEGMENT
    ranges = [(first, min(first + size, above)) for first in firsts if first < above]
    together = max(1, min(READ_TOGETHER, STRETCH // size))
    for at in range(0, len(ranges), together):
        yield ranges[at : at + together]


async def _segments(db: Reader) -> list[int]:
    """All segments, the newest first."""
    # From one to the next: of each the index has thousands of trigrams.
    rows = await db.fetch(
        "WITH RECURSIVE segments (segment) AS (SELECT max(segment) FROM ticket_trigrams UNION ALL "
        "SELECT (SELECT max(segment) FROM ticket_trigrams t WHERE t.segment < segments.segment) "
        "FROM segments WHERE segments.segment IS NOT NULL) "
        "SELECT segment FROM segments WHERE segment IS NOT NULL"
    )
    return [int(row["segment"]) for row in rows]


async def _blocks(db: Reader, keys: Sequence[str], segments: Sequence[int]) -> list[int]:
    """The first ids of those blocks of these segments that have all the trigrams of the keys, the
    newest first.
    """
    ranges = _asked(keys)
    blocks = dict.fromkeys(segments, _ALL)
    exact = [first for first, last in ranges if first == last]
    if exact:
        blocks = _both(blocks, await _blocks_with_all(db, segments, exact))
    for first, last in ranges:
        if first != last:
            blocks = _both(blocks, await _blocks_with_any(db, segments, first, last))
    return list(_first_ids(blocks))


_ALL = (1 << BLOCKS) - 1


def _asked(keys: Sequence[str]) -> list[tuple[int, int]]:
    """Some of the trigrams of these keys, of each key as many: the shortest may be the rarest."""
    most = max(1, MOST_TRIGRAMS // len(keys))
    asked: dict[tuple[int, int], None] = {}
    for key in keys:
        ranges = trigrams_of_query([key])
        # Spread over the word: parts beside each other go together anyway.
        step = -(-len(ranges) // most)
        asked.update(dict.fromkeys(ranges[::step]))
    return list(asked)


async def _blocks_with_all(
    db: Reader, segments: Sequence[int], exact: Sequence[int]
) -> dict[int, int]:
    """By segment, the blocks that have each of these trigrams, as bits."""
    rows = await db.fetch(
        "SELECT segment, blocks FROM ticket_trigrams "
        f"WHERE {is_one_of('segment', segments)} AND {is_one_of('trigram', exact)}",
        *segments,
        *exact,
    )
    blocks: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for row in rows:
        segment = row["segment"]
        blocks[segment] = blocks.get(segment, _ALL) & row["blocks"]
        counts[segment] += 1
    wanted = len(exact)
    return {segment: bits for segment, bits in blocks.items() if counts[segment] == wanted}


async def _blocks_with_any(
    db: Reader, segments: Sequence[int], first: int, last: int
) -> dict[int, int]:
    """By segment, the blocks that have one of the trigrams from the first to the last, as bits."""
    rows = await db.fetch(
        "SELECT segment, blocks FROM ticket_trigrams "
        f"WHERE {is_one_of('segment', segments)} AND trigram >= ? AND trigram <= ?",
        *segments,
        first,
        last,
    )
    blocks: dict[int, int] = {}
    for row in rows:
        segment = row["segment"]
        blocks[segment] = blocks.get(segment, 0) | (row["blocks"] & _ALL)
    return blocks


def _both(some: dict[int, int], others: dict[int, int]) -> dict[int, int]:
    return {segment: bits & others.get(segment, 0) for segment, bits in some.items()}


def _first_ids(blocks: dict[int, int]) -> Iterator[int]:
    """The first id of each of these blocks, the newest first."""
    for segment in sorted(blocks, reverse=True):
        for block in reversed(range(BLOCKS)):
            if blocks[segment] >> block & 1:
                yield segment * SEGMENT + block * BLOCK


async def _stretch_below(db: Reader, above: int, only: str = "") -> int:
    """The id with which the stretch below `above` ends; 0 where it is the last."""
    row = await db.fetch_one(
        f"SELECT id FROM ticket_texts WHERE {only}id < ? "
        f"ORDER BY id DESC LIMIT 1 OFFSET {STRETCH - 1}",
        above,
    )
    return int(row["id"]) if row else 0
