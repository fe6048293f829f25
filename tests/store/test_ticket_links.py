"""Links between tickets: seen from both sides, once a pair, in both histories, removable from
either side.
"""

from datetime import UTC, datetime

import pytest

from domain.errors import Conflict, InvalidInput
from domain.staff import StaffId
from domain.tickets.records import Ticket, TicketNo
from store.engine.database import Database
from store.records.changes import list_changes
from store.tickets import records as tickets
from store.tickets.links import TicketLink, TicketLinkKind, add_link, list_links, remove_link

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ONE, TWO, THREE = (TicketNo(f"R261100000{n}") for n in (1, 2, 3))


@pytest.fixture
async def three(db: Database, officer: StaffId) -> None:
    made = [
        Ticket(no, "phone", "1.1", "ถาม", NOW, NOW, officer, officer) for no in (ONE, TWO, THREE)
    ]
    await db.write(lambda tx: tickets.add_tickets(tx, made))


@pytest.mark.usefixtures("three")
async def test_a_link_is_seen_from_both_sides_and_in_both_histories(
    db: Database, officer: StaffId
) -> None:
    link = TicketLink(TWO, TicketLinkKind.CONTINUES, ONE)
    await db.write(lambda tx: add_link(tx, link, officer, NOW))
    assert await list_links(db, ONE) == await list_links(db, TWO) == [link]
    assert await list_links(db, THREE) == []
    for no, other in ((ONE, TWO), (TWO, ONE)):
        (change,) = await list_changes(db, no)
        assert (change.field, change.old, change.new, change.by) == ("linked", "", other, officer)
    assert (await tickets.get_ticket(db, ONE)).version == 1


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("again", [(TWO, ONE), (ONE, TWO)])
async def test_a_pair_is_tied_once(
    db: Database, officer: StaffId, again: tuple[TicketNo, TicketNo]
) -> None:
    await db.write(
        lambda tx: add_link(tx, TicketLink(TWO, TicketLinkKind.CONTINUES, ONE), officer, NOW)
    )
    with pytest.raises(Conflict, match="tickets_linked"):
        await db.write(
            lambda tx: add_link(
                tx, TicketLink(again[0], TicketLinkKind.BELONGS, again[1]), officer, NOW
            )
        )


@pytest.mark.usefixtures("three")
async def test_a_ticket_is_not_tied_to_itself(db: Database, officer: StaffId) -> None:
    with pytest.raises(InvalidInput, match="link_itself"):
        await db.write(
            lambda tx: add_link(tx, TicketLink(ONE, TicketLinkKind.BELONGS, ONE), officer, NOW)
        )


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("sides", [(ONE, TWO), (TWO, ONE)])
async def test_a_link_is_removed_from_either_side_once(
    db: Database, officer: StaffId, sides: tuple[TicketNo, TicketNo]
) -> None:
    await db.write(
        lambda tx: add_link(tx, TicketLink(TWO, TicketLinkKind.BELONGS, ONE), officer, NOW)
    )
    await db.write(
        lambda tx: add_link(tx, TicketLink(TWO, TicketLinkKind.BELONGS, THREE), officer, NOW)
    )
    await db.write(lambda tx: remove_link(tx, *sides, officer, NOW))
    assert [link.other for link in await list_links(db, TWO)] == [THREE]
    assert [(c.old, c.new) for c in await list_changes(db, ONE)] == [("", TWO), (TWO, "")]
    with pytest.raises(Conflict, match="link_gone"):
        await db.write(lambda tx: remove_link(tx, *sides, officer, NOW))
