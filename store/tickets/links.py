"""Tickets that belong together: one continues another, or is a part of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import Conflict, InvalidInput
from domain.staff import StaffId
from domain.tickets.records import Change
from store.engine.database import Reader, Row, Tx
from store.records import changes


class TicketLinkKind(StrEnum):
    """What a ticket is to the other."""

    CONTINUES = "continues"
    BELONGS = "belongs"


@dataclass(frozen=True, slots=True)
class TicketLink:
    """Ticket `no` continues, or belongs to, ticket `other`."""

    no: str
    kind: TicketLinkKind
    other: str


async def list_links(db: Reader, no: str) -> list[TicketLink]:
    """A ticket's links, those of others to it among them, oldest first."""
    rows = await db.fetch(
        "SELECT ticket_no, kind, other_no FROM ticket_links WHERE ticket_no = ? OR other_no = ? "
        "ORDER BY linked_at, ticket_no, other_no",
        no,
        no,
    )
    return [_link(row) for row in rows]


def _link(row: Row) -> TicketLink:
    return TicketLink(row["ticket_no"], TicketLinkKind(row["kind"]), row["other_no"])


async def add_link(
    tx: Tx,
    link: TicketLink,
    by: StaffId,
    now: datetime,
) -> None:
    """Tie two tickets; InvalidInput("link_itself"), Conflict("tickets_linked") where they are tied
    already.
    """
    if link.no == link.other:
        raise InvalidInput("link_itself")
    pair = {link.no, link.other}
    # The tickets' rows are locked in one order, so that two who tie the same pair at once see each
    # other.
    versions = {no: await _hold(tx, no) for no in sorted(pair)}
    for old in await list_links(tx, link.no):
        if {old.no, old.other} == pair:
            raise Conflict("tickets_linked", no=link.no, other=link.other)
    await tx.execute(
        "INSERT INTO ticket_links (ticket_no, kind, other_no, linked_at, linked_by) "
        "VALUES (?, ?, ?, ?, ?)",
        link.no,
        link.kind,
        link.other,
        now,
        by,
    )
    for no, other in ((link.no, link.other), (link.other, link.no)):
        line = Change(now, by, "linked", "", other, versions[no])
        await changes.add(tx, no, [line])


async def _hold(tx: Tx, no: str) -> int:
    """The version of a ticket, which nobody else changes until the transaction ends."""
    row = await tx.fetch_one(
        "UPDATE tickets SET version = version WHERE no = ? RETURNING version", no
    )
    return int(row["version"]) if row else 0


async def remove_link(
    tx: Tx,
    no: str,
    other: str,
    by: StaffId,
    now: datetime,
) -> None:
    """Untie two tickets, whichever way they are tied; Conflict("link_gone") where they are not."""
    removed = await tx.execute(
        "DELETE FROM ticket_links "
        "WHERE (ticket_no = ? AND other_no = ?) OR (ticket_no = ? AND other_no = ?)",
        no,
        other,
        other,
        no,
    )
    if not removed:
        raise Conflict("link_gone")
    for one, gone in ((no, other), (other, no)):
        row = await tx.fetch_one("SELECT version FROM tickets WHERE no = ?", one)
        version = int(row["version"]) if row else 0
        line = Change(now, by, "linked", gone, "", version)
        await changes.add(tx, one, [line])
