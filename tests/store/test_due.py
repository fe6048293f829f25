"""What is due: planned once, claimed by one, done once."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict
from store import due
from store.due import Claimable, Due
from store.engine import leases

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KINDS = ["remind"]


def at(
    minutes: int, occurrence: str = "1", kind: str = "remind", subject: str = "R2611000001"
) -> Due:
    return Due(kind, subject, occurrence, NOW + timedelta(minutes=minutes))


async def plan(db, *rows):
    await db.write(lambda tx: due.plan(tx, rows))


async def claim(db, owner="me", now=NOW, limit=10):
    return await db.write(lambda tx: due.claim(tx, db.engine, Claimable(KINDS, now), owner, limit))


async def test_what_is_due_is_claimed_oldest_first_and_nothing_else(db):
    await plan(db, at(0, "now"), at(-5, "earlier"), at(1, "later"), at(-9, kind="other"))
    assert [row.occurrence for row in await claim(db)] == ["earlier", "now"]


async def test_a_claimed_occurrence_is_nobody_elses_until_its_lease_ends(db):
    await plan(db, at(0))
    assert len(await claim(db, "me")) == 1
    assert not await due.has_claimable(db, Claimable(KINDS, NOW))
    assert await claim(db, "you") == []
    later = NOW + due.LEASE + timedelta(seconds=1)
    assert len(await claim(db, "you", later)) == 1


async def test_a_claim_takes_no_more_than_asked(db):
    await plan(db, *(at(-n, str(n)) for n in range(5)))
    assert len(await claim(db, limit=3)) == 3
    assert len(await claim(db, limit=3)) == 2


async def test_planning_again_moves_what_waits_and_leaves_what_was_done(db):
    await plan(db, at(5))
    await plan(db, at(0))
    rows = await claim(db)
    assert len(rows) == 1
    await db.write(lambda tx: due.finish(tx, rows, "me", NOW))
    await plan(db, at(0))
    assert await claim(db) == []
    assert await due.is_planned(db, "remind", "R2611000001", "1")


async def test_what_was_cancelled_meanwhile_cannot_be_finished(db):
    await plan(db, at(0))
    rows = await claim(db)
    assert await db.write(lambda tx: due.cancel(tx, "remind", "R2611000001")) == 1
    with pytest.raises(Conflict, match="due"):
        await db.write(lambda tx: due.finish(tx, rows, "me", NOW))


async def test_what_somebody_else_took_over_cannot_be_finished(db):
    await plan(db, at(0))
    rows = await claim(db, "slow")
    await claim(db, "quick", NOW + due.LEASE * 2)
    with pytest.raises(Conflict, match="due"):
        await db.write(lambda tx: due.finish(tx, rows, "slow", NOW))


async def test_a_failure_is_tried_again_at_its_time_and_at_last_never(db):
    await plan(db, at(0))
    (row,) = await claim(db)
    again = NOW + timedelta(minutes=10)
    await db.write(lambda tx: due.note_failure(tx, row, "AB12", again))
    assert await claim(db, now=NOW + timedelta(minutes=9)) == []
    (row,) = await claim(db, now=NOW + timedelta(minutes=11))
    assert row.attempts == 1
    await db.write(lambda tx: due.note_failure(tx, row, "AB12", None))
    assert await claim(db, now=NOW + timedelta(days=9)) == []


async def test_what_is_released_can_be_claimed_at_once(db):
    await plan(db, at(0))
    (row,) = await claim(db)
    await db.write(lambda tx: due.release(tx, row, "me"))
    assert len(await claim(db, "you")) == 1


async def test_only_what_was_done_long_ago_is_forgotten(db):
    await plan(db, at(0, "old"), at(0, "waiting"))
    old = [row for row in await claim(db) if row.occurrence == "old"]
    await db.write(lambda tx: due.finish(tx, old, "me", NOW))
    assert (await due.forget(db, NOW)).touched == 0
    assert (await due.forget(db, NOW + timedelta(seconds=1))).touched == 1
    assert [row.occurrence for row in await due.list_waiting(db, "remind")] == ["waiting"]


async def test_whoever_works_on_keeps_the_lease_and_nobody_else(db):
    await plan(db, at(0))
    rows = await claim(db, "me")
    soon, later = NOW + due.LEASE * 0.8, NOW + due.LEASE * 1.6
    await db.write(lambda tx: due.extend(tx, rows, "you", soon))
    assert await due.has_claimable(db, Claimable(KINDS, later))
    await db.write(lambda tx: due.extend(tx, rows, "me", soon))
    assert await claim(db, "you", later) == []
    await db.write(lambda tx: due.finish(tx, rows, "me", later))


async def test_what_is_moved_while_somebody_works_on_it_can_no_longer_be_finished(db):
    await plan(db, at(0))
    rows = await claim(db)
    await plan(db, at(30))
    with pytest.raises(Conflict, match="due"):
        await db.write(lambda tx: due.finish(tx, rows, "me", NOW))
    assert len(await claim(db, now=NOW + timedelta(minutes=30))) == 1


async def test_planning_the_same_again_disturbs_nobody(db):
    await plan(db, at(0))
    rows = await claim(db)
    await plan(db, at(0))
    await db.write(lambda tx: due.finish(tx, rows, "me", NOW))


async def test_a_lease_from_a_clock_that_was_ahead_holds_nobody_up(db):
    await plan(db, at(0))
    assert await claim(db, "wrong", NOW + timedelta(days=300))
    assert len(await claim(db, "right", NOW)) == 1


async def test_what_is_older_than_asked_for_stays(db):
    await plan(db, at(-60, "old"), at(-1, "new"))
    recent = Claimable(KINDS, NOW, NOW - timedelta(minutes=30))
    assert await due.has_claimable(db, recent)
    rows = await db.write(lambda tx: due.claim(tx, db.engine, recent, "me", 9))
    assert [row.occurrence for row in rows] == ["new"]
    assert not await due.has_claimable(db, recent)


async def test_what_a_process_held_that_ended_is_free_at_once_but_not_what_waits_after_a_failure(
    db,
):
    await plan(db, at(0, "held"), at(0, "failed"))
    held, failed = sorted(await claim(db, "serve:1"), key=lambda row: row.occurrence, reverse=True)
    await db.write(lambda tx: due.note_failure(tx, failed, "AB12", NOW + timedelta(minutes=5)))
    await leases.release_all(db, "serve:")
    assert [row.occurrence for row in await claim(db, "serve:2")] == [held.occurrence]


async def test_what_was_done_can_be_planned_again_and_is_taken_from_who_works_on_it(db):
    await plan(db, at(0))
    claimed = await claim(db)
    await db.write(lambda tx: due.finish(tx, claimed, "me", NOW))
    assert await due.last_done_by_subject(db, "remind", ["R2611000001", "other"]) == {
        "R2611000001": NOW
    }
    for minutes in (1, 2):
        await db.write(lambda tx, minutes=minutes: due.plan_again(tx, [at(minutes)]))
        (again,) = await claim(db, now=NOW + timedelta(minutes=5))
    assert again.due_at == NOW + timedelta(minutes=2)
    assert await due.last_done_by_subject(db, "remind", ["R2611000001"]) == {"R2611000001": NOW}
    await db.write(lambda tx: due.plan_again(tx, [at(3)]))
    with pytest.raises(Conflict):
        await db.write(lambda tx: due.finish(tx, [again], "me", NOW))


async def test_what_is_done_with_other_work_is_taken_from_who_claimed_it_and_must_still_be_due(db):
    await plan(db, at(-5, "a"), at(-4, "b"), at(5, "later"))
    claimed = await claim(db)
    rows = await due.list_due(db, "remind", NOW)
    assert [row.occurrence for row in rows] == ["a", "b"]
    await plan(db, at(5, "b"))  # it was put off meanwhile
    with pytest.raises(Conflict):
        await db.write(lambda tx: due.finish_elsewhere(tx, rows, NOW))
    assert [row.occurrence for row in await due.list_due(db, "remind", NOW)] == ["a"], (
        "nothing of it was written"
    )
    await db.write(lambda tx: due.finish_elsewhere(tx, rows[:1], NOW))
    with pytest.raises(Conflict):
        await db.write(lambda tx: due.finish(tx, claimed[:1], "me", NOW))
    assert await due.list_due(db, "remind", NOW) == []


async def test_what_was_done_is_listed_by_record_and_what_waits_is_cancelled_for_several(db):
    await plan(db, at(-5, "a"), at(-4, "b", subject="R2"), at(-3, "c", subject="R3"))
    await db.write(lambda tx: due.finish_elsewhere(tx, [], NOW))
    (first, *_rest) = await claim(db, limit=1)
    await db.write(lambda tx: due.finish(tx, [first], "me", NOW))
    assert await due.list_done(db, "remind", ["R2611000001", "R2"]) == {"R2611000001": ["a"]}
    assert await due.list_done(db, "remind", []) == {}
    await db.write(lambda tx: due.cancel_all(tx, "remind", ["R2", "R2611000001"]))
    assert [row.subject for row in await due.list_waiting(db, "remind")] == ["R3"]
