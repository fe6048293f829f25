"""The segments of the search's index in the database: read, written in small steps, dropped."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, count, is_one_of

CHUNK = 1 << 18
"""Bytes that one transaction writes: an officer's message never waits long behind it."""
CHUNKS_READ = 4


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment that can be read: it stands for the words with ids above `after_id` and not above
    `up_to_id`.

    `counted_words` = the register's words when its customers were counted; `rules` and `format`
    = how it was made."""

    id: str
    after_id: int
    up_to_id: int
    words: int
    chunks: int
    counted_words: int
    format: str
    rules: str


_PIECES = RecordColumns(SegmentRow)


async def list_segments(db: Reader) -> list[SegmentRow]:
    """All that can be read, in the order of their words."""
    rows = await db.fetch(
        f"SELECT {_PIECES.listed} FROM search_segments ORDER BY after_id, up_to_id"
    )
    return [_PIECES.of(row) for row in rows]


async def find_incomplete(db: Reader) -> set[str]:
    """The ids of segments of which chunks are missing: nobody can read them."""
    there = "SELECT count(*) FROM search_chunks c WHERE c.segment_id = s.id"
    rows = await db.fetch(f"SELECT s.id FROM search_segments s WHERE s.chunks <> ({there})")
    return {row["id"] for row in rows}


async def read_chunks(db: Reader, segment: SegmentRow) -> bytes | None:
    """All bytes of a segment, None where somebody has dropped it meanwhile."""
    chunks: list[bytes] = []
    while len(chunks) < segment.chunks:
        rows = await db.fetch(
            "SELECT data FROM search_chunks WHERE segment_id = ? AND number >= ? "
            f"ORDER BY number LIMIT {CHUNKS_READ}",
            segment.id,
            len(chunks),
        )
        if not rows:
            return None
        chunks += [row["data"] for row in rows]
    return b"".join(chunks)


async def write_chunks(db: Database, segment_id: str, data: bytes) -> AsyncIterator[int]:
    """Write a segment's bytes, each chunk in a transaction of its own; gives how many stand there
    by then.
    """
    for number, start in enumerate(range(0, len(data), CHUNK)):
        row = (segment_id, number, data[start : start + CHUNK])

        async def work(tx: Tx, row: tuple[object, ...] = row) -> None:
            await tx.execute_many(
                "INSERT INTO search_chunks (segment_id, number, data) VALUES (?, ?, ?)", [row]
            )

        await db.write(work)
        yield number + 1


async def replace_segments(tx: Tx, segment: SegmentRow, replaced: Sequence[str]) -> bool:
    """From now on this segment can be read, and those that it replaces cannot; False, and nothing
    is done, where somebody dropped chunks of it.
    """
    there = await count(
        tx, "SELECT count(*) AS n FROM search_chunks WHERE segment_id = ?", segment.id
    )
    if there != segment.chunks:
        return False
    if replaced:
        gone = is_one_of("id", replaced)
        await tx.execute(f"DELETE FROM search_segments WHERE {gone}", *replaced)
    await tx.execute(_PIECES.insert("search_segments"), *_PIECES.values(segment))
    return True


async def drop_left_over(db: Database) -> None:
    """Drop chunks of no segment, few at a time; only for who holds the lease, for a segment that is
    being written has no row yet.
    """
    rows = await db.fetch(
        "SELECT DISTINCT segment_id FROM search_chunks "
        "WHERE segment_id NOT IN (SELECT id FROM search_segments)"
    )
    for row in rows:
        await _drop_chunks(db, row["segment_id"])


async def _drop_chunks(db: Database, segment_id: str) -> None:
    some = (
        f"SELECT number FROM search_chunks WHERE segment_id = ? ORDER BY number LIMIT {CHUNKS_READ}"
    )

    async def work(tx: Tx) -> int:
        return await tx.execute(
            f"DELETE FROM search_chunks WHERE segment_id = ? AND number IN ({some}) "
            # Somebody else's may have come to be read since it was found without a row.
            "AND segment_id NOT IN (SELECT id FROM search_segments)",
            segment_id,
            segment_id,
        )

    while await db.write(work):
        pass


async def drop_segments_of(tx: Tx, word_id: int) -> None:
    """Drop the segments that hold this word: they are made anew."""
    held = (word_id, word_id)
    which = "SELECT id FROM search_segments WHERE after_id < ? AND up_to_id >= ?"
    await tx.execute(f"DELETE FROM search_chunks WHERE segment_id IN ({which})", *held)
    await tx.execute("DELETE FROM search_segments WHERE after_id < ? AND up_to_id >= ?", *held)
