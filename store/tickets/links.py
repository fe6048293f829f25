"""Tickets that belong together: one continues another, or is a part of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import Conflict, InvalidInput
from domain.staff import StaffId
from domain.tickets.records import Change
from store.engine.database import Reader, Tx
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
    return [
        TicketLink(row["ticket_no"], TicketLinkKind(row["kind"]), row["other_no"]) for row in rows
    ]


async def add_link(tx: Tx, link: TicketLink, by: StaffId, now: datetime) -> None:
    """Tie two tickets; InvalidInput("link_itself"), Conflict("tickets_linked") where they are tied
    already.
    """
    if link.no == link.other:
        raise InvalidInput("link_itself")
    # The tickets' rows are locked in one order, so that two who tie the same pair at once see each
    # other.
    versions = {}
    for no in sorted((link.no, link.other)):
        row = await tx.fetch_one(
            "UPDATE tickets SET version = version WHERE no = ? RETURNING version", no
        )
        versions[no] = int(row["version"]) if row else 0
    if any({link.no, link.other} == {old.no, old.other} for old in await list_links(tx, link.no)):
        raise Conflict("tickets_linked", no=link.no, other=link.other)
    await tx.execute(
        "INSERT INTO ticket_links (ticket_no, kind, other_no, linked_at, linked_by) VALUES (?, ?, ?, ?, ?)",
        link.no,
        link.kind,
        link.other,
        now,
        by,
    )
    for no, other in ((link.no, link.other), (link.other, link.no)):
        await changes.add(tx, no, [Change(now, by, "linked", "", other, versions[no])])


async def remove_link(tx: Tx, no: str, other: str, by: StaffId, now: datetime) -> None:
    """Untie two tickets, whichever way they are tied; Conflict("link_gone") where they are not."""
    removed = await tx.execute(
        "DELETE FROM ticket_links WHERE (ticket_no = ? AND other_no = ?) OR (ticket_no = ? AND other_no = ?)",
        no,
        other,
        other,
        no,
    )
    if not removed:
        raise Conflict("link_gone")
    for one, gone in ((no, other), (other, no)):
        row = await tx.fetch_one("SELECT version FROM tickets WHERE no = ?", one)
        await changes.add(
            tx, one, [Change(now, by, "linked", gone, "", int(row["version"]) if row else 0)]
        )
