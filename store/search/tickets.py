"""Tickets by a part of their text: all keys are read, newest first, a stretch at a time, until
enough are found.

One byte a letter makes that cheap enough to need no index: one behaviour on both engines, letters
of one or two too."""

from collections.abc import Sequence

from domain.keyboard import as_thai_keys, has_thai
from domain.tickets.records import Status, Ticket
from domain.tickets.text import query_keys
from store.engine.database import Database
from store.tickets import records as tickets

LIMIT = 50
"""Most tickets that one search returns; who looks for an older one types one more word."""
STRETCH = 20_000
"""Keys read by one statement: most searches end there, and SQLite's one reader serves others in
between.
"""


async def find_tickets(db: Database, text: str) -> tuple[list[Ticket], list[str]]:
    """Tickets whose texts hold every word typed, as parts of words too, newest number first; at
    most LIMIT.

    With them the keys they were found by; voided ones are left out. Where nothing holds them and no
    Thai was typed, the same keys of the Thai layout are tried."""
    readings = [query_keys(text)]
    if any(map(str.isalpha, text)) and not has_thai(text):
        readings.append(query_keys(as_thai_keys(text)))
    for keys in filter(None, readings):
        if found := await _holding(db, keys):
            listed = await tickets.get_tickets(db, found)
            meant = [
                listed[no]
                for no in found
                if no in listed and listed[no].status is not Status.VOIDED
            ]
            return meant, keys
    return [], []


async def _holding(db: Database, keys: Sequence[str]) -> list[str]:
    """Numbers of the newest tickets whose key holds all of these."""
    holds, sign = ("folded LIKE ?", "%") if db.engine == "postgresql" else ("folded GLOB ?", "*")
    where = " AND ".join(holds for _key in keys)
    patterns = [f"{sign}{key}{sign}" for key in keys]
    newest = await db.fetch_one("SELECT max(id) AS id FROM ticket_texts")
    above = int(newest["id"] or 0) + 1 if newest else 0
    found: list[str] = []
    below = await _stretch_below(db, above)
    while above and len(found) < LIMIT:
        rows = await db.fetch(
            f"SELECT id FROM ticket_texts WHERE id < ? AND id >= ? AND {where} "
            f"ORDER BY id DESC LIMIT {LIMIT - len(found)}",
            above,
            below,
            *patterns,
        )
        found += [f"R{row['id']:010d}" for row in rows]
        above = below
        # PostgreSQL reads side by side: behind the first stretch, all the rest at once is quicker.
        below = await _stretch_below(db, above) if db.engine == "sqlite" else 0
    return found


async def _stretch_below(db: Database, above: int) -> int:
    """The id with which the stretch below `above` ends; 0 where it is the last."""
    row = await db.fetch_one(
        f"SELECT id FROM ticket_texts WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET {STRETCH - 1}",
        above,
    )
    return int(row["id"]) if row else 0
