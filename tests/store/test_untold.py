"""What could not be told, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import Conflict
from domain.reach.untold import Untold
from domain.staff import Platform, Role, StaffId
from store import due, staff
from store.chat import outbox, untold
from store.chat.outbox import Message
from store.engine.database import Database

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def officer(db: Database) -> StaffId:
    return await db.write(lambda tx: staff.add_staff(tx, "นก", Role.OFFICER, NOW))


def one(officer: StaffId, key: str = "owed.tell:1:1") -> Untold:
    return Untold(key, officer, '{"parts": []}', NOW)


async def kept(db: Database, officer: StaffId, *rows: Untold) -> list[Untold]:
    await db.write(lambda tx: untold.add(tx, rows or [one(officer)]))
    return await untold.list_waiting(db, officer)


async def brings(db: Database, rows: list[Untold], state: str = "queued") -> UUID:
    """A message that brings these, in this state."""
    message = Message(uuid4(), Platform.LINE, "U1", "{}", carries=True)

    async def work(tx) -> None:
        await outbox.add(tx, [message], NOW)
        await untold.take(tx, rows, message.id)
        await tx.execute("UPDATE outbox SET state = ? WHERE id = ?", state, str(message.id))

    await db.write(work)
    return message.id


async def test_it_is_kept_once_and_found_by_whom_it_is_for(db, officer):
    (found,) = await kept(db, officer, one(officer), one(officer))
    assert found == replace(one(officer), id=found.id)
    assert await untold.list_waiting(db, StaffId(officer + 1)) == []
    waiting = await due.list_waiting(db, untold.CLIMB)
    assert [row.due_at for row in waiting] == [NOW]


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        *((state, 0) for state in ("queued", "sending", "sent")),
        *((state, 1) for state in ("dead", "dropped", "moved", "doubtful")),
    ],
)
async def test_what_is_on_its_way_waits_no_longer_until_that_ends(db, officer, state, waits):
    await brings(db, await kept(db, officer), state)
    assert len(await untold.list_waiting(db, officer)) == waits


async def test_two_answers_at_once_do_not_both_bring_it(db, officer):
    rows = await kept(db, officer)
    await brings(db, rows)
    with pytest.raises(Conflict):
        await brings(db, rows)
    with pytest.raises(Conflict):
        await db.write(lambda tx: untold.reclaim(tx, rows))


async def test_once_it_was_brought_it_is_told_and_reached(db, officer):
    message_id = await brings(db, await kept(db, officer))
    notices = await db.write(lambda tx: untold.note_brought(tx, message_id, NOW + HOUR))
    assert notices == ['{"parts": []}']
    assert await db.write(lambda tx: untold.note_brought(tx, message_id, NOW + HOUR)) == []
    assert await untold.list_climbing(db) == []
    found = await staff.find_by_identity(db, Platform.LINE, "U1")
    assert found is None


async def test_who_was_reached_instead_does_not_end_the_officers_own(db, officer):
    (found,) = await kept(db, officer)
    await db.write(lambda tx: untold.note_all_reached(tx, [found.id], NOW + HOUR))
    assert await untold.list_climbing(db) == []
    assert await untold.list_unreached(db, 9) == []
    (still,) = await untold.list_waiting(db, officer)
    assert still.reached_at == NOW + HOUR


async def test_what_is_only_held_climbs_to_nobody_and_is_pushed_at_its_time(db, officer):
    held = replace(one(officer), held_until_at=NOW + HOUR)
    await kept(db, officer, held)
    assert await untold.list_climbing(db) == await untold.list_unreached(db, 9) == []
    assert await untold.list_held(db, NOW) == []
    (found,) = await untold.list_held(db, NOW + HOUR)
    await db.write(lambda tx: untold.reclaim(tx, [found]))
    await db.write(lambda tx: untold.note_failed(tx, [found.id], NOW + 2 * HOUR))
    (failed,) = await untold.list_climbing(db)
    assert (failed.since_at, failed.held_until_at) == (NOW + 2 * HOUR, None)


async def test_a_mail_that_came_back_told_nobody(db, officer):
    (found,) = await kept(db, officer)
    mail = Message(uuid4(), Platform.MAIL, "nok@nso.example", "{}", dedupe_key=f"{found.key}:mail")
    await db.write(lambda tx: outbox.add(tx, [mail], NOW))
    await db.write(lambda tx: untold.note_reached(tx, found.key, NOW))
    assert await untold.list_climbing(db) == []
    await db.write(lambda tx: untold.note_came_back(tx, str(mail.id), NOW + HOUR))
    assert len(await untold.list_climbing(db)) == 1


async def test_what_is_tried_again_and_again_climbs_and_is_told_when_it_is_taken(db, officer):
    message = Message(uuid4(), Platform.LINE, "U1", "{}", officer, "{}", dedupe_key="owed.tell:1:1")
    await db.write(lambda tx: outbox.add(tx, [message], NOW))
    row = replace(one(officer), message_id=str(message.id))
    await db.write(lambda tx: untold.note_trying(tx, row))
    assert await untold.list_waiting(db, officer) == []
    assert len(await untold.list_climbing(db)) == 1
    found = await outbox.next_message(db, Platform.LINE, "U1")
    assert found is not None
    assert found.carries


async def test_who_has_no_access_any_more_is_nobodys_trouble(db, officer):
    await kept(db, officer)
    await db.write(lambda tx: staff.set_blocked(tx, officer, NOW))
    assert await untold.list_climbing(db) == await untold.list_unreached(db, 9) == []


async def test_what_was_told_is_forgotten_after_a_while_and_nothing_else(db, officer):
    rows = await kept(db, officer, one(officer), one(officer, "morning:1:1"))
    await db.write(lambda tx: untold.end(tx, rows[:1], NOW))
    assert (await untold.forget(db, NOW)).touched == 0
    assert (await untold.forget(db, NOW + HOUR)).touched == 1
    assert len(await untold.list_waiting(db, officer)) == 1
