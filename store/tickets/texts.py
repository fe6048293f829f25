"""What tickets' texts are found by: one short key a ticket, written with it."""

from collections.abc import Iterable, Sequence

from domain.tickets.fields import SEARCHED
from domain.tickets.records import Ticket
from domain.tickets.text import text_key
from store.engine.database import Tx, is_one_of


async def keep(tx: Tx, tickets: Iterable[Ticket]) -> None:
    """Write the keys of these tickets as they are now."""
    await tx.execute_many(
        "INSERT INTO ticket_texts (id, folded) VALUES (?, ?) "
        "ON CONFLICT (id) DO UPDATE SET folded = excluded.folded",
        [(text_id(ticket.no), _key(ticket)) for ticket in tickets],
    )


async def find_stale(tx: Tx, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those of these tickets whose key is not what it should be."""
    ids = [text_id(ticket.no) for ticket in tickets]
    asked = is_one_of("id", ids)
    rows = await tx.fetch(f"SELECT id, folded FROM ticket_texts WHERE {asked}", *ids)
    found = {row["id"]: row["folded"] for row in rows}
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
