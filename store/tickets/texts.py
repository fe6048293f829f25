"""What tickets' texts are found by: one short key a ticket, written with it, and which blocks of
tickets have which parts of three letters, written later, when nobody waits.

A block is 32 numbers of tickets that follow each other, a segment 64 blocks, which are the bits of
a number. Bits are only ever added: one too many makes a search read a block in vain.
"""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice

from domain.tickets.fields import SEARCHED
from domain.tickets.records import Ticket
from domain.tickets.text import text_key, trigrams
from store.engine.database import Database, Reader, Row, Tx, is_one_of
from store.engine.rows import two_columns

BLOCK = 32
BLOCKS = 64
SEGMENT = BLOCK * BLOCKS
UNINDEXED = 20_000
"""The newest keys, which a search reads anyhow: so many need no index."""
SLICE = 32
"""Keys that are taken apart before others get their turn."""
AT_ONCE = 400
"""Rows that one transaction writes."""


async def keep(tx: Tx, tickets: Iterable[Ticket]) -> None:
    """Write the keys of these tickets as they are now."""
    await tx.execute_many(
        "INSERT INTO ticket_texts (id, folded) VALUES (?, ?) "
        "ON CONFLICT (id) DO UPDATE SET folded = excluded.folded, indexed = 0",
        [(text_id(ticket.no), _key(ticket)) for ticket in tickets],
    )


async def find_stale(tx: Tx, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those of these tickets whose key is not what it should be."""
    ids = [text_id(ticket.no) for ticket in tickets]
    asked = is_one_of("id", ids)
    rows = await tx.fetch(f"SELECT id, folded FROM ticket_texts WHERE {asked}", *ids)
    found = two_columns(rows, "id", "folded")
    stale: list[Ticket] = []
    for row_id, ticket in zip(ids, tickets, strict=True):
        if found.get(row_id) != _key(ticket):
            stale.append(ticket)
    return stale


def _key(ticket: Ticket) -> str:
    texts = [getattr(ticket, field) for field in SEARCHED]
    return text_key(*texts)


def text_id(no: str) -> int:
    """The row of a ticket: its number's digits, which grow with time."""
    return int(no[1:])


async def index_segment(db: Database) -> int:
    """Index the keys of the oldest segment that has some which are not, unless few enough are left;
    returns how many there were.
    """
    first = await _oldest_to_index(db)
    if first is None:
        return 0
    rows = await db.fetch(
        "SELECT id, folded FROM ticket_texts WHERE indexed = 0 AND id >= ? AND id < ? ORDER BY id",
        first,
        first + SEGMENT,
    )
    blocks = await _blocks_by_trigram(rows)
    segment = first // SEGMENT
    # In the order of the table, so that those of one transaction lie side by side.
    written = [(segment, trigram, _signed(blocks[trigram])) for trigram in sorted(blocks)]
    for at in range(0, len(written), AT_ONCE):
        await db.write(partial(_add_blocks, rows=written[at : at + AT_ONCE]))
    # Last of all: until then a search reads them without the index.
    for at in range(0, len(rows), AT_ONCE):
        await db.write(partial(_mark_indexed, rows=rows[at : at + AT_ONCE]))
    return len(rows)


async def _oldest_to_index(db: Reader) -> int | None:
    """The first number of the segment to be indexed, if there is one."""
    newest = await db.fetch_one(
        f"SELECT id FROM ticket_texts WHERE indexed = 0 ORDER BY id DESC LIMIT 1 OFFSET {UNINDEXED}"
    )
    if newest is None:
        return None
    oldest = await db.fetch_one("SELECT id FROM ticket_texts WHERE indexed = 0 ORDER BY id LIMIT 1")
    first = int((oldest or newest)["id"]) // SEGMENT * SEGMENT
    if first + SEGMENT > int(newest["id"]):
        return None
    return first


async def _blocks_by_trigram(rows: Iterable[Row]) -> dict[int, int]:
    """By trigram, the blocks of a segment with a key that has it, as bits."""
    blocks: dict[int, int] = {}
    left = iter(rows)
    while some := list(islice(left, SLICE)):
        for row in some:
            bit = 1 << (row["id"] % SEGMENT // BLOCK)
            for trigram in trigrams(row["folded"]):
                blocks[trigram] = blocks.get(trigram, 0) | bit
        await asyncio.sleep(0)
    return blocks


def _signed(bits: int) -> int:
    """64 bits as a number of the database, whose highest bit is its sign."""
    return int.from_bytes(bits.to_bytes(8), signed=True)


async def _add_blocks(tx: Tx, rows: Sequence[tuple[int, int, int]]) -> None:
    await tx.execute_many(
        "INSERT INTO ticket_trigrams (segment, trigram, blocks) VALUES (?, ?, ?) "
        "ON CONFLICT (segment, trigram) DO UPDATE SET "
        "blocks = ticket_trigrams.blocks | excluded.blocks",
        rows,
    )


async def _mark_indexed(tx: Tx, rows: Sequence[Row]) -> None:
    # One that was saved meanwhile is indexed another time.
    await tx.execute_many(
        "UPDATE ticket_texts SET indexed = 1 WHERE id = ? AND folded = ?",
        [(row["id"], row["folded"]) for row in rows],
    )


async def forget_index(tx: Tx, nos: Sequence[str]) -> None:
    """The index of the segments of these tickets is made anew: its bits are never taken back."""
    segments = sorted({text_id(no) // SEGMENT for no in nos})
    await tx.execute_many(
        "DELETE FROM ticket_trigrams WHERE segment = ?",
        [(segment,) for segment in segments],
    )
    await tx.execute_many(
        "UPDATE ticket_texts SET indexed = 0 WHERE id >= ? AND id < ?",
        [(segment * SEGMENT, (segment + 1) * SEGMENT) for segment in segments],
    )
