"""A lease has one holder at a time, ends by itself, and can be given back."""

from datetime import UTC, datetime, timedelta

from store.engine import leases
from store.engine.database import Database

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
TICK = timedelta(microseconds=1)


async def take(db: Database, owner: str, now: datetime = NOW, name: str = "poll:telegram") -> bool:
    return await db.write(lambda tx: leases.take(tx, name, owner, now))


async def test_a_lease_has_one_holder(db: Database) -> None:
    assert await take(db, "a") is True
    assert await take(db, "b") is False
    assert await take(db, "b", name="poll:other") is True


async def test_a_lease_ends_and_is_then_anybodys(db: Database) -> None:
    await take(db, "a")

    assert await take(db, "b", NOW + leases.TTL) is False
    assert await take(db, "b", NOW + leases.TTL + TICK) is True
    assert await take(db, "a", NOW + leases.TTL + TICK) is False


async def test_a_lease_that_ends_later_than_any_may_is_nobodys(db: Database) -> None:
    await take(db, "a", NOW + leases.TTL)
    await take(db, "a", NOW + leases.TTL + TICK, name="ahead")

    # The clock was set back since: one may be another machine's, whose clock is a little ahead.
    assert await take(db, "b") is False
    assert await take(db, "b", name="ahead") is True
    assert await take(db, "a", name="ahead") is False


async def test_the_holder_extends_it(db: Database) -> None:
    await take(db, "a")

    assert await take(db, "a", NOW + leases.TTL) is True
    assert await take(db, "b", NOW + leases.TTL + TICK) is False
    assert await take(db, "b", NOW + 2 * leases.TTL + TICK) is True


async def test_the_leases_of_a_kind_of_process_are_forgotten_at_once(db: Database) -> None:
    for number, owner in enumerate(("serve:1", "serve:2", "chat:1")):
        await take(db, owner, name=f"in:{number}")

    await leases.release_all(db, "serve:")

    assert [await take(db, "new", name=f"in:{number}") for number in range(3)] == [
        True,
        True,
        False,
    ]


async def test_of_several_leases_those_are_taken_that_nobody_else_holds(db):
    assert await db.write(lambda tx: leases.take_many(tx, ["b"], "you", NOW)) == {"b"}
    assert await db.write(lambda tx: leases.take_many(tx, ["c", "b", "a"], "me", NOW)) == {"a", "c"}
    assert await db.write(lambda tx: leases.take_many(tx, [], "me", NOW)) == set()


async def test_leases_under_which_nothing_is_left_to_do_are_given_back_together(db):
    await db.write(lambda tx: leases.take_many(tx, ["done", "busy"], "me", NOW))
    await take(db, "you", name="theirs")
    idle = [
        leases.Idle("done", "NOT EXISTS (SELECT 1 FROM inbox WHERE conversation = ?)", ("x",)),
        leases.Idle("busy", "EXISTS (SELECT 1 FROM inbox WHERE conversation = ?)", ("x",)),
        leases.Idle("theirs", "1 = 1", ()),
    ]
    later = NOW + leases.TTL

    assert await db.write(lambda tx: leases.give_back(tx, idle, "me", later)) == {"busy"}
    assert await db.write(lambda tx: leases.give_back(tx, [], "me", later)) == set()
    assert await take(db, "new", NOW, name="theirs") is False
    assert await take(db, "new", later, name="done") is True
    # What is kept is kept for longer.
    assert await take(db, "new", later + TICK, name="busy") is False
