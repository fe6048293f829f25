"""Offers are decided once, a new one ends the old, and leaves are found by their days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import Conflict, NotFound
from domain.staff import Role, StaffId
from domain.tickets.hand_over import Leave, Offer, OfferState
from domain.tickets.records import Ticket, TicketNo
from store.engine.database import Database
from store.staff import add_staff
from store.tickets import hand_overs
from store.tickets.records import add_ticket, get_ticket, update_ticket

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NO = TicketNo("R2611000001")


@pytest.fixture
async def malee(db: Database, officer: StaffId) -> StaffId:
    """A colleague, and a ticket of the officer's."""
    ticket = Ticket(NO, "email", "6.1", "", NOW, NOW, officer, officer)
    await db.write(lambda tx: add_ticket(tx, ticket))
    return await db.write(lambda tx: add_staff(tx, "มาลี", Role.OFFICER, NOW))


async def test_an_offer_comes_back_as_it_was_made(
    db: Database, officer: StaffId, malee: StaffId
) -> None:
    for offer in (
        Offer("a", NO, officer, malee, NOW),
        Offer("b", NO, None, None, NOW, team="ทีมข้อมูล"),
    ):
        await db.write(lambda tx, offer=offer: hand_overs.add_offers(tx, [offer]))
        assert await hand_overs.get_offer(db, offer.id) == offer
    with pytest.raises(NotFound, match="offer"):
        await hand_overs.get_offer(db, "c")


async def test_two_who_accept_at_once_do_not_both_get_it(
    db: Database, officer: StaffId, malee: StaffId
) -> None:
    offer = Offer("a", NO, officer, None, NOW, team="ทีมข้อมูล")
    await db.write(lambda tx: hand_overs.add_offers(tx, [offer]))

    async def accept(person: StaffId) -> None:
        await db.write(
            lambda tx: hand_overs.decide_offer(tx, offer, OfferState.ACCEPTED, person, NOW)
        )

    await accept(malee)
    with pytest.raises(Conflict, match="offer"):
        await accept(officer)
    assert await hand_overs.get_offer(db, "a") == replace(
        offer, state=OfferState.ACCEPTED, receiver=malee
    )


async def test_a_new_offer_ends_one_that_nobody_took(
    db: Database, officer: StaffId, malee: StaffId
) -> None:
    for name in ("a", "b"):
        await db.write(
            lambda tx, name=name: hand_overs.add_offers(tx, [Offer(name, NO, officer, malee, NOW)])
        )
    assert (await hand_overs.get_offer(db, "a")).state is OfferState.ENDED
    assert (await hand_overs.get_offer(db, "b")).state is OfferState.OFFERED


async def test_a_ticket_that_goes_another_way_ends_what_was_offered(
    db: Database, officer: StaffId, malee: StaffId
) -> None:
    for name in ("a", "b"):
        await db.write(
            lambda tx, name=name: hand_overs.add_offers(
                tx, [Offer(name, NO, officer, None, NOW, "ทีม")]
            )
        )
    found = await get_ticket(db, NO)
    await db.write(
        lambda tx: update_ticket(tx, found, replace(found, result="ส่งแล้ว"), officer, NOW)
    )
    assert (await hand_overs.get_offer(db, "b")).state is OfferState.OFFERED
    found = await get_ticket(db, NO)
    await db.write(
        lambda tx: update_ticket(tx, found, replace(found, assignee=malee), officer, NOW)
    )
    assert (await hand_overs.get_offer(db, "b")).state is OfferState.ENDED


async def test_stand_ins_are_those_of_leaves_that_last(
    db: Database, officer: StaffId, malee: StaffId
) -> None:
    await db.write(
        lambda tx: hand_overs.add_leave(tx, Leave("l", officer, NOW.date(), NOW.date()), NOW)
    )
    made = Offer("a", NO, officer, malee, NOW, leave="l")
    await db.write(lambda tx: hand_overs.add_offers(tx, [made]))
    assert await hand_overs.list_stand_ins(db, [NO]) == []
    await db.write(lambda tx: hand_overs.decide_offer(tx, made, OfferState.ACCEPTED, malee, NOW))
    assert await hand_overs.list_stand_ins(db, [NO]) == [replace(made, state=OfferState.ACCEPTED)]
    assert await hand_overs.list_stand_ins(db, []) == []
    await db.write(lambda tx: hand_overs.end_leave(tx, "l", NOW))
    assert await hand_overs.list_stand_ins(db, [NO]) == []


async def test_leaves_are_found_by_any_of_their_days_until_they_end(
    db: Database, officer: StaffId
) -> None:
    away = Leave("l", officer, date(2026, 12, 12), date(2026, 12, 14))
    await db.write(lambda tx: hand_overs.add_leave(tx, away, NOW))
    assert await hand_overs.get_leave(db, "l") == away
    for first, last, found in ((14, 20, 1), (1, 12, 1), (13, 13, 1), (15, 20, 0), (1, 11, 0)):
        listed = await hand_overs.list_leaves(db, date(2026, 12, first), date(2026, 12, last))
        assert len(listed) == found
    await db.write(lambda tx: hand_overs.end_leave(tx, "l", NOW + timedelta(days=1)))
    assert await hand_overs.list_leaves(db, date(2026, 12, 13), date(2026, 12, 13)) == []
    with pytest.raises(Conflict, match="leave"):
        await db.write(lambda tx: hand_overs.end_leave(tx, "l", NOW))
    with pytest.raises(NotFound, match="leave"):
        await hand_overs.get_leave(db, "m")
