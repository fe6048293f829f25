"""Finds tickets by a part of their text: the keys of all tickets are read, the newest first, part
by part, until enough are found.

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
    where, patterns = _condition(db.engine, keys)
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
        below = 0
        # PostgreSQL reads side by side: behind the first stretch, all the rest at once is quicker.
        if db.engine == "sqlite":
            below = await _stretch_below(db, above)
    return found


def _condition(engine: str, keys: Sequence[str]) -> tuple[str, list[str]]:
    """A condition that a ticket's key holds all of these, with its parameters."""
    # Of both ways to look for a part the quicker one of each engine.
    holds = "folded GLOB ?"
    sign = "*"
    if engine == "postgresql":
        holds = "folded LIKE ?"
        sign = "%"
    where = " AND ".join([holds] * len(keys))
    return where, [f"{sign}{key}{sign}" for key in keys]


async def _stretch_below(db: Database, above: int) -> int:
    """The id with which the stretch below `above` ends; 0 where it is the last."""
    row = await db.fetch_one(
        f"SELECT id FROM ticket_texts WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET {STRETCH - 1}",
        above,
    )
    return int(row["id"]) if row else 0
