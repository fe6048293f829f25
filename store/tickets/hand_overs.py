"""Offers of tickets to people and teams, and the leaves that some of them belong to."""

from collections.abc import Sequence
from datetime import date, datetime

from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from domain.tickets.hand_over import Leave, Offer, OfferState
from domain.tickets.records import TicketNo
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx, is_one_of

_OFFERS = RecordColumns(
    Offer,
    ticket="ticket_no",
    giver="giver_id",
    receiver="receiver_id",
    leave="leave_id",
)
_LEAVES = RecordColumns(Leave, staff="staff_id")


async def add_offers(tx: Tx, offers: Sequence[Offer]) -> None:
    """New offers; an older one of the same ticket that nobody took is ended."""
    for offer in offers:
        await end_offers(tx, offer.ticket, offer.offered_at)
    await tx.execute_many(_OFFERS.insert("hand_overs"), map(_OFFERS.values, offers))


async def end_offers(tx: Tx, no: TicketNo, now: datetime) -> None:
    """What was offered of a ticket and nobody took is over: it went another way."""
    await tx.execute(
        "UPDATE hand_overs SET state = 'ended', decided_at = ? "
        "WHERE ticket_no = ? AND state = 'offered'",
        now,
        no,
    )


async def list_stand_ins(db: Reader, nos: Sequence[TicketNo]) -> list[Offer]:
    """What of these tickets was accepted for a leave that has not ended."""
    if not nos:
        return []
    rows = await db.fetch(
        f"SELECT {_OFFERS.listed} FROM hand_overs WHERE state = 'accepted' "
        "AND leave_id IN (SELECT id FROM leaves WHERE ended_at IS NULL) "
        f"AND {is_one_of('ticket_no', nos)}",
        *nos,
    )
    return [_OFFERS.of(row) for row in rows]


async def get_offer(db: Reader, offer_id: str) -> Offer:
    """One offer; NotFound("offer")."""
    row = await db.fetch_one(f"SELECT {_OFFERS.listed} FROM hand_overs WHERE id = ?", offer_id)
    if row is None:
        raise NotFound("offer")
    return _OFFERS.of(row)


async def decide_offer(
    tx: Tx,
    offer: Offer,
    state: OfferState,
    receiver: StaffId | None,
    now: datetime,
) -> None:
    """The offer is taken, returned or over; Conflict("offer") where it is no longer as it was
    read.
    """
    touched = await tx.execute(
        "UPDATE hand_overs SET state = ?, receiver_id = ?, decided_at = ? "
        "WHERE id = ? AND state = ?",
        state,
        receiver,
        now,
        offer.id,
        offer.state,
    )
    if not touched:
        raise Conflict("offer")


async def list_offers_of_leave(db: Reader, leave_id: str) -> list[Offer]:
    """Every offer of a leave, by ticket."""
    rows = await db.fetch(
        f"SELECT {_OFFERS.listed} FROM hand_overs WHERE leave_id = ? ORDER BY ticket_no", leave_id
    )
    return [_OFFERS.of(row) for row in rows]


# Leaves.


async def add_leave(tx: Tx, leave: Leave, now: datetime) -> None:
    """Somebody will be away."""
    await tx.execute(
        "INSERT INTO leaves (id, staff_id, first_on, last_on, entered_at) VALUES (?, ?, ?, ?, ?)",
        leave.id,
        leave.staff,
        leave.first_on,
        leave.last_on,
        now,
    )


async def get_leave(db: Reader, leave_id: str) -> Leave:
    """One leave; NotFound("leave")."""
    row = await db.fetch_one(f"SELECT {_LEAVES.listed} FROM leaves WHERE id = ?", leave_id)
    if row is None:
        raise NotFound("leave")
    return _LEAVES.of(row)


async def list_leaves(db: Reader, first_on: date, last_on: date) -> list[Leave]:
    """Who is away on some day of a span, and has not come back."""
    rows = await db.fetch(
        f"SELECT {_LEAVES.listed} FROM leaves "
        "WHERE first_on <= ? AND last_on >= ? AND ended_at IS NULL ORDER BY first_on, id",
        last_on,
        first_on,
    )
    return [_LEAVES.of(row) for row in rows]


async def end_leave(tx: Tx, leave_id: str, now: datetime) -> None:
    """The leave is over; Conflict("leave") where it was already."""
    ended = await tx.execute(
        "UPDATE leaves SET ended_at = ? WHERE id = ? AND ended_at IS NULL", now, leave_id
    )
    if not ended:
        raise Conflict("leave")
