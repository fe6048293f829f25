"""Makes the segments of the search's index: of words that are new, and anew where sounds or counts
are out of date.

One process of the desk does so at a time. Whatever is cut off leaves segments as they were, and
chunks of none that the next making drops."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from store.engine import leases
from store.engine.database import Database, Reader, Tx, count
from store.search.maker import MakerProcess
from store.search.segment import FORMAT, rules_digest
from store.search.segments import (
    SegmentRow,
    drop_left_over,
    find_incomplete,
    list_segments,
    replace_segments,
    write_chunks,
)
from store.search.words import covering, end_of

LEASE = "search.segments"
MOST_WORDS = 1 << 17
"""Words of one segment: large ones are searched faster, small ones made in less memory."""
LEAST_WAITING = 5_000
"""Words without a segment from which one is made of them."""
GROWTH = 4
"""Customers are counted anew once the register has so many times the words it had then."""
PAGE = 500
MOST_COUNTED = 4_096
"""Of a commoner word it is enough to know that it is so common."""
KEEP_EVERY = leases.TTL / 3


@dataclass(frozen=True, slots=True)
class Span:
    """Words of which one segment is to be made: ids above `after_id` and not above `up_to_id`;
    `replaces` are the segments that it takes the place of, `known` is how many words the register
    has.
    """

    after_id: int
    up_to_id: int
    known: int
    replaces: tuple[str, ...] = ()


class _Lost(Exception):
    """Another process holds the lease by now."""


@dataclass(slots=True)
class _Lease:
    """The right to make segments, held for as long as `keep` is called."""

    db: Database
    owner: str
    clock: Callable[[], datetime]
    kept_at: datetime | None = None

    async def take(self) -> bool:
        now = self.clock()
        self.kept_at = now
        return await self.db.write(lambda tx: leases.take(tx, LEASE, self.owner, now))

    async def keep(self) -> None:
        """Extend it where it is time; _Lost where it is gone."""
        now = self.clock()
        if self.kept_at is not None and abs(now - self.kept_at) <= KEEP_EVERY:
            return
        self.kept_at = now
        # Never taken anew: who had it meanwhile dropped what was written so far.
        if not await self.db.write(lambda tx: leases.extend(tx, LEASE, self.owner, now)):
            raise _Lost

    async def release(self) -> None:
        await self.db.write(lambda tx: leases.release(tx, LEASE, self.owner))


@dataclass(slots=True)
class Building:
    """One making of what is to be made; `advance` is told of so many more words, of `total`."""

    db: Database
    owner: str
    clock: Callable[[], datetime]
    least: int = LEAST_WAITING
    processes: int = 1
    advance: Callable[[int, int], None] = lambda words, total: None
    _total: int = field(default=0, init=False)
    _found: frozenset[str] | None = field(default=None, init=False)
    """The segments that were there at the first look."""

    async def run(self) -> bool:
        """Make all segments that are wanted; returns whether there were any. Nothing where another
        process is about it.

        Raises StoreUnavailable, MakerFailed."""
        if not await self.find_spans():
            return False
        lease = _Lease(self.db, self.owner, self.clock)
        if not await lease.take():
            return False
        try:
            await drop_left_over(self.db)
            while spans := await self.find_spans():
                await self._make_all(spans, lease)
            await drop_left_over(self.db)
        except _Lost:
            return True
        finally:
            await lease.release()
        return True

    async def find_spans(self) -> list[Span]:
        """What is to be made, the words that no segment has first."""
        last = await _last_id(self.db)
        rows = await list_segments(self.db)
        standing = await self._find_standing(rows)
        waiting = await _count_words(self.db, end_of(standing), last)
        known = waiting + sum(row.words for row in standing)
        spans: list[Span] = []
        if waiting >= self.least:
            joined = _joined(standing, waiting)
            standing = standing[: len(standing) - len(joined)]
            spans = await _spans(self.db, end_of(standing), last, known)
            gone = [row.id for row in rows if row not in standing]
            spans[0] = replace(spans[0], replaces=tuple(gone))
        for row in standing:
            if self._is_stale(row, known):
                span = Span(row.after_id, row.up_to_id, known, (row.id,))
                spans.append(span)
        return spans

    async def _find_standing(self, rows: Sequence[SegmentRow]) -> list[SegmentRow]:
        """Those of these that are read; one of which chunks are missing is to be made anew."""
        if self._found is None:
            self._found = frozenset(row.id for row in rows)
        incomplete = await find_incomplete(self.db)
        return covering([row for row in rows if row.id not in incomplete])

    def _is_stale(self, row: SegmentRow, known: int) -> bool:
        if known > GROWTH * row.counted_words:
            return True
        # One that has come since is a newer desk's, beside this one: each would make the other's
        # anew without end.
        is_old = self._found is not None and row.id in self._found
        return is_old and row.rules != rules_digest()

    async def _make_all(self, spans: Sequence[Span], lease: _Lease) -> None:
        self._total = 0
        for span in spans:
            self._total += await _count_words(self.db, span.after_id, span.up_to_id)
        left = iter(spans)
        makers = [
            asyncio.create_task(self._make_some(left, lease))
            for _number in range(min(self.processes, len(spans)))
        ]
        try:
            await asyncio.gather(*makers)
        finally:
            # What one of them raised, or who gave all of it up, ends the others.
            for maker in makers:
                maker.cancel()
            await asyncio.gather(*makers, return_exceptions=True)

    async def _make_some(self, left: Iterator[Span], lease: _Lease) -> None:
        async with MakerProcess() as process:
            for span in left:
                await self._make(span, process, lease)

    async def _make(self, span: Span, process: MakerProcess, lease: _Lease) -> None:
        words = 0
        last = span.after_id
        while page := await _page(self.db, last, span.up_to_id):
            counted = [(row.word, row.customers) for row in page]
            await process.add(counted)
            last = page[-1].id
            words += len(page)
            self.advance(len(page), self._total)
            await lease.keep()
        segment_id = uuid4().hex
        chunks = 0
        data = await process.made()
        async for written in write_chunks(self.db, segment_id, data):
            chunks = written
            await lease.keep()
        segment = SegmentRow(
            segment_id,
            span.after_id,
            span.up_to_id,
            words,
            chunks,
            span.known,
            FORMAT,
            rules_digest(),
        )

        async def work(tx: Tx) -> bool:
            # Whoever took the lease meanwhile may have made the same; nobody takes it before the
            # end of this.
            if not await leases.extend(tx, LEASE, lease.owner, lease.clock()):
                return False
            return await replace_segments(tx, segment, span.replaces)

        if not await self.db.write(work):
            raise _Lost


@dataclass(frozen=True, slots=True)
class _CountedWord:
    id: int
    word: str
    customers: int


async def _page(db: Reader, after_id: int, up_to_id: int) -> list[_CountedWord]:
    some = (
        "SELECT 1 AS one FROM customer_keys k "
        f"WHERE k.kind = 'word' AND k.key = w.word LIMIT {MOST_COUNTED}"
    )
    rows = await db.fetch(
        f"SELECT w.id, w.word, (SELECT count(*) FROM ({some}) AS holders) AS customers "
        f"FROM search_words w WHERE w.id > ? AND w.id <= ? ORDER BY w.id LIMIT {PAGE}",
        after_id,
        up_to_id,
    )
    return [_CountedWord(row["id"], row["word"], row["customers"]) for row in rows]


async def _last_id(db: Reader) -> int:
    return await count(db, "SELECT COALESCE(max(id), 0) AS n FROM search_words")


async def _count_words(db: Reader, after_id: int, up_to_id: int) -> int:
    return await count(
        db,
        "SELECT count(*) AS n FROM search_words WHERE id > ? AND id <= ?",
        after_id,
        up_to_id,
    )


def _joined(standing: Sequence[SegmentRow], waiting: int) -> list[SegmentRow]:
    """The last segments that are made anew together with the waiting words: such as are no larger,
    so that there are never many small ones.
    """
    joined: list[SegmentRow] = []
    size = waiting
    for row in reversed(standing):
        if row.words > size or row.words + size > MOST_WORDS:
            break
        joined.insert(0, row)
        size += row.words
    return joined


async def _spans(db: Reader, after_id: int, last: int, known: int) -> list[Span]:
    """The words from there on, as many in each span as one segment has."""
    spans: list[Span] = []
    while after_id < last:
        row = await db.fetch_one(
            f"SELECT id FROM search_words WHERE id > ? ORDER BY id LIMIT 1 OFFSET {MOST_WORDS - 1}",
            after_id,
        )
        up_to = row["id"] if row else last
        spans.append(Span(after_id, up_to, known))
        after_id = up_to
    return spans
