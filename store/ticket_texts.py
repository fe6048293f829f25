"""What tickets' texts are found by: one short key a ticket, written with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.ticket_text import text_key
from domain.tickets import Ticket
from store.database import Tx

FIELDS = ("details", "result", "remarks", "purpose", "agency", "letter_no", "receipt_no")
"""The fields that are searched; a snippet is looked for in this order."""
BATCH = 1000


async def keep(tx: Tx, tickets: Iterable[Ticket]) -> None:
    """Write the keys of these tickets as they are now."""
    await _write(tx, [(ticket.no, [getattr(ticket, field) for field in FIELDS]) for ticket in tickets])


async def reindex(tx: Tx) -> None:
    """Write the keys of all tickets, for a desk that has some from before there were keys."""
    last = ""
    while rows := await tx.fetch(
        f"SELECT no, {', '.join(FIELDS)} FROM tickets WHERE no > ? ORDER BY no LIMIT {BATCH}", last
    ):
        await _write(tx, [(row["no"], _texts(row)) for row in rows])
        last = rows[-1]["no"]


def _texts(row: Mapping[str, Any]) -> list[str]:
    return [row[field] for field in FIELDS]


async def _write(tx: Tx, texts: Sequence[tuple[str, list[str]]]) -> None:
    await tx.execute_many(
        "INSERT INTO ticket_texts (id, folded) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET folded = excluded.folded",
        [(text_id(no), text_key(*fields)) for no, fields in texts],
    )


def text_id(no: str) -> int:
    """The row of a ticket: its number's digits, which grow with time."""
    return int(no[1:])
