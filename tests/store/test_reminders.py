"""Personal reminders and the count of pushes, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from store import due, reminders
from store.chat import push_use
from store.chat.push_use import PushUse
from store.reminders import KIND, Reminder

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def one(owner, n=1, hours=1):
    return Reminder(f"r{n}", StaffId(owner), "R2611000001", f"ส่งไฟล์ {n}", NOW + hours * HOUR, NOW)


async def add(db, *rows):
    await db.write(lambda tx: reminders.add(tx, rows))


async def waiting(db):
    return [(row.subject, row.occurrence, row.due_at) for row in await due.list_waiting(db, KIND)]


async def test_what_was_set_comes_back_and_waits(db, officer):
    await add(db, one(officer))
    assert await reminders.get_reminder(db, "r1", officer) == one(officer)
    assert await waiting(db) == [("r1", "1", NOW + HOUR)]


async def test_it_is_nobody_elses(db, officer):
    await add(db, one(officer))
    with pytest.raises(NotFound, match="reminder"):
        await reminders.get_reminder(db, "r1", StaffId(officer + 1))


async def test_moved_it_rings_only_at_its_new_time_and_who_saw_the_old_one_is_refused(db, officer):
    await add(db, one(officer))
    seen = await reminders.get_reminder(db, "r1", officer)
    await db.write(lambda tx: reminders.move(tx, seen, NOW + 5 * HOUR))
    assert await waiting(db) == [("r1", "2", NOW + 5 * HOUR)]
    for change in (reminders.end, reminders.delete):
        with pytest.raises(Conflict, match="reminder"):
            await db.write(lambda tx, change=change: change(tx, seen))
    assert await waiting(db) == [("r1", "2", NOW + 5 * HOUR)]


async def test_rung_and_moved_it_waits_again(db, officer):
    await add(db, one(officer))
    await db.write(lambda tx: reminders.mark_rung(tx, ["r1"]))
    assert await reminders.list_reminders(db, officer, 9) == []
    rung = await reminders.get_reminder(db, "r1", officer)
    await db.write(lambda tx: reminders.move(tx, rung, NOW + 9 * HOUR))
    assert [each.due_at for each in await reminders.list_reminders(db, officer, 9)] == [
        NOW + 9 * HOUR
    ]


async def test_the_list_is_in_order_of_time_a_page_at_a_time(db, officer):
    await add(db, *(one(officer, n, hours=9 - n) for n in range(5)))
    assert [each.id for each in await reminders.list_reminders(db, officer, 2, 2)] == ["r2", "r1"]
    assert await reminders.count_reminders(db, officer) == 5


async def test_what_is_over_is_forgotten_and_what_waits_is_not(db, officer):
    await add(db, one(officer, 1), one(officer, 2))
    await db.write(lambda tx: reminders.mark_rung(tx, ["r1"]))
    assert (await reminders.forget(db, NOW + 2 * HOUR)).touched == 1
    assert set(await reminders.get_reminders(db, ["r1", "r2"])) == {"r2"}


async def test_pushes_are_counted_by_local_month(db):
    late = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)  # the first of December in Bangkok
    for at in (NOW, NOW, late):
        await db.write(lambda tx, at=at: push_use.count(tx, "line", at, 1))
    assert [(await push_use.get_use(db, "line", at)).counted for at in (NOW, late)] == [2, 1]


async def test_what_the_platform_says_counts_from_then_on(db):
    await db.write(lambda tx: push_use.count(tx, "line", NOW, 3))
    said = PushUse(3, 40, 3, 50, NOW)
    await db.write(lambda tx: push_use.note(tx, "line", said, NOW))
    assert await push_use.get_use(db, "line", NOW) == said
    await db.write(lambda tx: push_use.count(tx, "line", NOW, 5))
    use = await push_use.get_use(db, "line", NOW)
    assert (use.total(), use.percent()) == (45, 90)


@pytest.mark.parametrize(
    ("use", "percent"),
    [(PushUse(), None), (PushUse(quota=0), 100), (PushUse(used=349, quota=500), 69)],
)
def test_percent_of_the_quota(use, percent):
    assert use.percent() == percent
