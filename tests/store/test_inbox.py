"""Events are committed once, handled in order by one process, and done exactly once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict
from store.chat import inbox
from store.chat.inbox import Event
from store.engine import leases, pieces
from store.engine.database import Database, Tx
from tests.fakes.halfway import Halfway

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
EXPIRED = NOW + leases.TTL + timedelta(microseconds=1)
CHAT = "telegram:1001"


def event(
    number: int, conversation: str = CHAT, order_key: int | None = None, **rest: str
) -> Event:
    return Event(
        "telegram", f"e{number}", conversation, order_key or number, f'{{"n": {number}}}', **rest
    )


async def receive(
    db: Database, *events: Event, owner: str = "a", now: datetime = NOW
) -> inbox.Woken:
    return await inbox.receive(db, events, owner, now)


async def finish_next(
    db: Database, conversation: str = CHAT, state: str = "done", reference: str = ""
) -> str:
    event = await inbox.next_pending(db, conversation)
    assert event is not None
    await db.write(lambda tx: inbox.finish(tx, event, NOW, state, reference))
    return event.event_id


async def test_an_event_before_which_nothing_waits_is_handed_on_as_it_is_kept(db: Database) -> None:
    first = await receive(db, event(1))
    assert first.only == {CHAT: await inbox.next_pending(db, CHAT)}

    assert (await receive(db, event(2))).only == {}
    assert (await receive(db, event(3, "telegram:2002"), owner="b")).only.keys() == {
        "telegram:2002"
    }
    assert (await receive(db, event(4, "telegram:2002"), owner="a")) == []


async def test_an_event_that_was_handled_already_is_not_handed_on_again(db: Database) -> None:
    handled = (await receive(db, event(1))).only[CHAT]
    await db.write(lambda tx: inbox.finish(tx, handled, NOW))
    assert (await receive(db, event(1))).only == {}

    waiting = await receive(db, event(1), event(2))
    assert waiting.only == {CHAT: replace(event(2), received_at=NOW)}


async def test_an_event_comes_back_as_it_was_handed_over(db: Database) -> None:
    first = event(1)

    assert await receive(db, first) == [CHAT]

    assert await inbox.next_pending(db, CHAT) == replace(first, received_at=NOW)
    assert await inbox.next_pending(db, "telegram:2002") is None


async def test_an_event_that_comes_twice_is_kept_once(db: Database) -> None:
    await receive(db, event(1))
    await receive(db, replace(event(1), raw="other", order_key=9), now=NOW + timedelta(minutes=1))

    assert await inbox.next_pending(db, CHAT) == replace(event(1), received_at=NOW)
    await finish_next(db)
    await receive(db, event(1))
    assert await inbox.next_pending(db, CHAT) is None
    rows = await db.fetch("SELECT state, count(*) AS n FROM inbox GROUP BY state")
    assert [(row["state"], row["n"]) for row in rows] == [("done", 1)]


async def test_the_same_id_on_another_platform_is_another_event(db: Database) -> None:
    await receive(db, event(1), replace(event(1), platform="line", conversation="line:U1"))

    assert await inbox.count_by_state(db) == {"pending": 2}


async def test_a_conversation_goes_by_order_key_then_by_arrival(db: Database) -> None:
    await receive(db, event(5, order_key=30), event(4, order_key=20), event(9, order_key=20))
    await receive(db, event(2, order_key=10), event(1, "telegram:2002", order_key=1))

    assert [await finish_next(db) for _ in range(4)] == ["e2", "e4", "e9", "e5"]


async def test_large_order_keys_fit(db: Database) -> None:
    key = 1_795_000_000_000_123_456

    await receive(db, event(1, order_key=key))

    assert (await inbox.next_pending(db, CHAT)).order_key == key  # type: ignore[union-attr]


async def test_an_event_is_done_once(db: Database) -> None:
    await receive(db, event(1))
    await finish_next(db)

    with pytest.raises(Conflict) as second:
        await db.write(lambda tx: inbox.finish(tx, event(1), NOW))
    assert second.value.code == "event_done"


async def test_a_second_ending_undoes_what_was_written_with_it(db: Database) -> None:
    await receive(db, event(1))
    await finish_next(db)

    async def work(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 77")
        await inbox.finish(tx, event(1), NOW)

    with pytest.raises(Conflict):
        await db.write(work)
    assert {row["value"] for row in await db.fetch("SELECT value FROM counters")} == {0}


async def test_a_conversation_is_handled_by_one_process_until_its_lease_ends(db: Database) -> None:
    assert await receive(db, event(1), owner="a") == [CHAT]
    assert await receive(db, event(2), event(3, "telegram:2002"), owner="b") == ["telegram:2002"]
    assert await receive(db, event(4), owner="b", now=NOW + leases.TTL) == []
    assert await receive(db, event(5), owner="a") == [CHAT]
    assert await receive(db, event(6), owner="b", now=EXPIRED) == [CHAT]
    assert await receive(db, event(7), owner="a", now=EXPIRED) == []


async def test_an_idle_conversation_is_given_back(db: Database) -> None:
    await receive(db, event(1), owner="a")
    await finish_next(db)

    assert await db.write(lambda tx: inbox.release_if_idle(tx, CHAT, "a", NOW)) is True
    assert await receive(db, event(2), owner="b") == [CHAT]


async def test_a_conversation_with_more_to_do_is_kept_for_longer(db: Database) -> None:
    await receive(db, event(1), event(2), owner="a")
    await finish_next(db)

    assert (
        await db.write(lambda tx: inbox.release_if_idle(tx, CHAT, "a", NOW + leases.TTL)) is False
    )
    assert await receive(db, event(3), owner="b", now=EXPIRED) == []


async def test_a_conversation_that_another_took_over_is_ours_no_longer(db: Database) -> None:
    await receive(db, event(1), owner="a")
    assert await receive(db, event(2), owner="b", now=EXPIRED) == [CHAT]

    assert await db.write(lambda tx: inbox.release_if_idle(tx, CHAT, "a", EXPIRED)) is True
    assert await receive(db, event(3), owner="c", now=EXPIRED) == []


async def test_what_another_process_receives_while_we_give_back_is_not_left_lying(
    url: str, db: Database, opening: Callable[[str], Awaitable[Database]]
) -> None:
    await receive(db, event(1), owner="a")
    await finish_next(db)
    other = await opening(url)
    halfway = Halfway()

    async def receive_slowly(tx: Tx) -> bool:
        await tx.execute(
            "INSERT INTO inbox (platform, event_id, conversation, order_key, received_at, raw, state) "
            "VALUES ('telegram', 'e2', ?, 2, ?, '', 'pending')",
            CHAT,
            NOW,
        )
        held = await leases.take(tx, inbox.lease_name(CHAT), "b", NOW)
        await halfway.wait(tx)
        return held

    receiving = asyncio.create_task(other.write(receive_slowly))
    await halfway.reached.wait()
    releasing = asyncio.create_task(db.write(lambda tx: inbox.release_if_idle(tx, CHAT, "a", NOW)))
    if db.engine == "postgresql":
        waiting = (
            "SELECT count(*) AS n FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        while not (await db.fetch(waiting))[0]["n"]:
            assert not releasing.done()
    halfway.gate.set()
    took, released = await receiving, await releasing

    assert (took, released) == (False, False)


async def test_waiting_conversations_are_listed_but_for_those_that_others_hold(
    db: Database,
) -> None:
    await receive(
        db,
        event(1),
        event(2),
        replace(event(3, "line:U1"), platform="line"),
        event(4, "telegram:9"),
    )
    await finish_next(db, "telegram:9")

    assert sorted(await inbox.list_waiting(db, NOW, "a")) == ["line:U1", CHAT]
    assert await inbox.list_waiting(db, NOW, "b") == []
    assert sorted(await inbox.list_waiting(db, NOW + timedelta(minutes=1), "b")) == [
        "line:U1",
        CHAT,
    ]


async def test_a_failed_event_can_be_handled_once_more(db: Database) -> None:
    await receive(db, event(1), event(2))
    await finish_next(db, state="failed", reference="REF-1")
    await finish_next(db, state="done", reference="REF-2")

    assert await db.write(lambda tx: inbox.requeue(tx, "REF-404")) is None
    assert await db.write(lambda tx: inbox.requeue(tx, "REF-2")) is None
    assert await db.write(lambda tx: inbox.requeue(tx, "REF-1")) == CHAT
    assert await db.write(lambda tx: inbox.requeue(tx, "REF-1")) is None
    assert await finish_next(db) == "e1"


async def test_an_event_that_nobody_can_read_is_kept_and_harms_no_other(db: Database) -> None:
    broken = replace(event(1), state="unparsable", conversation="")

    assert await receive(db, broken, event(2)) == [CHAT]

    assert await inbox.count_by_state(db) == {"unparsable": 1, "pending": 1}
    assert await inbox.next_pending(db, "") is None
    assert [
        row["raw"] for row in await db.fetch("SELECT raw FROM inbox WHERE state = 'unparsable'")
    ] == [broken.raw]


async def test_the_polling_cursor_follows_the_platform_even_to_lower_numbers(db: Database) -> None:
    assert await inbox.get_cursor(db, "telegram", NOW) == 0
    for value in (7_000_000_000, 5):
        await inbox.receive(db, [], "a", NOW, ("telegram", value))
        assert await inbox.get_cursor(db, "telegram", NOW) == value
    assert await inbox.get_cursor(db, "line", NOW) == 0


async def test_a_stale_polling_cursor_is_as_good_as_none(db: Database) -> None:
    await inbox.receive(db, [], "a", NOW, ("telegram", 5))

    assert await inbox.get_cursor(db, "telegram", NOW + timedelta(seconds=1)) == 0


async def test_events_and_cursor_are_committed_together(db: Database) -> None:
    broken = replace(event(2), order_key="not a number" if db.engine == "postgresql" else None)  # type: ignore[arg-type]

    with pytest.raises(Exception, match=r"(?i)order_key|not a number"):
        await inbox.receive(db, [event(1), broken], "a", NOW, ("telegram", 3))

    assert await inbox.get_cursor(db, "telegram", NOW) == 0
    assert await inbox.next_pending(db, CHAT) is None


async def test_what_people_typed_is_forgotten_but_repeats_are_still_known(db: Database) -> None:
    await receive(db, event(1), event(2), event(3))
    await finish_next(db)
    await finish_next(db, state="failed", reference="REF-1")

    assert (await inbox.forget_raw(db, NOW)).touched == 0
    assert (await inbox.forget_raw(db, NOW + timedelta(seconds=1))).touched == 1
    assert (await inbox.forget_raw(db, NOW + timedelta(seconds=1))).touched == 0
    rows = await db.fetch("SELECT event_id, raw FROM inbox ORDER BY seq")
    assert [(row["event_id"], row["raw"]) for row in rows] == [
        ("e1", ""),
        ("e2", '{"n": 2}'),
        ("e3", '{"n": 3}'),
    ]
    await receive(db, event(1))
    assert await inbox.count_by_state(db) == {"failed": 1, "pending": 1}


async def test_old_events_are_forgotten_some_at_a_time_but_never_one_still_to_be_handled(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 2)
    await receive(db, *(event(number) for number in range(1, 6)))
    await receive(db, event(6), now=EXPIRED)
    for _ in range(3):
        await finish_next(db)

    assert (await inbox.forget_events(db, NOW)).touched == 0
    piece = await inbox.forget_events(db, EXPIRED)
    assert (piece.touched, piece.more) == (2, True)
    piece = await inbox.forget_events(db, EXPIRED, piece.after)
    assert (piece.touched, piece.more) == (1, False)
    assert [await finish_next(db) for _ in range(3)] == ["e4", "e5", "e6"]


async def test_updates_of_which_nothing_is_kept_still_move_the_cursor(db: Database) -> None:
    assert await inbox.receive(db, [], "a", NOW, ("telegram:1", 42)) == []
    assert await inbox.get_cursor(db, "telegram:1", NOW) == 42


def said(number: int, **rest: str) -> Event:
    return Event(
        "line", f"m{number}", "line:U1", number, '{"text": "x"}', message=str(number), **rest
    )


def taken_back(number: int, conversation: str = "line:U1") -> Event:
    return Event(
        "line",
        f"u{number}",
        conversation,
        100 + number,
        '{"unsend": 1}',
        message=f"{inbox.UNSEND}{number}",
    )


async def rows_of(db: Database) -> dict[str, tuple[str, str]]:
    rows = await db.fetch("SELECT event_id, state, raw FROM inbox")
    return {row["event_id"]: (row["state"], row["raw"]) for row in rows}


@pytest.mark.parametrize("order", ["after", "before", "at once"])
async def test_a_message_that_was_taken_back_is_neither_kept_nor_handled(
    db: Database, order: str
) -> None:
    events = [said(1), taken_back(1)]
    if order == "at once":
        await receive(db, *events)
    else:
        for each in events if order == "after" else reversed(events):
            await receive(db, each)
    assert (await rows_of(db))["m1"] == ("dropped", "")
    assert await finish_next(db, "line:U1") == "u1"
    await receive(db, said(1))
    assert (await rows_of(db))["m1"] == ("dropped", "")


async def test_what_was_done_or_failed_keeps_no_words_once_they_are_taken_back(
    db: Database,
) -> None:
    await receive(db, said(1), said(2), said(3))
    await finish_next(db, "line:U1")
    await finish_next(db, "line:U1", "failed", "X1")
    await receive(db, taken_back(1), taken_back(2), taken_back(3, "line:U2"))
    rows = await rows_of(db)
    assert (rows["m1"], rows["m2"]) == (("done", ""), ("dropped", ""))
    assert rows["m3"] == ("pending", '{"text": "x"}'), (
        "nobody takes back what was said in another chat"
    )
    assert await db.write(lambda tx: inbox.requeue(tx, "X1")) is None
    assert await inbox.find_message(db, "line", "line:U1", "1") == "m1"
    assert await inbox.find_message(db, "line", "line:U2", "1") == ""


async def test_what_a_message_went_into_is_known_as_long_as_the_event(db: Database) -> None:
    await receive(db, event(1), event(2))
    for _ in range(2):
        await finish_next(db)
    await db.write(lambda tx: inbox.note_records(tx, ["e1", "e2"], ["R1", "C2"], NOW))
    await db.write(lambda tx: inbox.note_records(tx, ["e1"], ["R1"], NOW))
    assert await inbox.list_records(db, "e1") == ["C2", "R1"]
    await inbox.forget_events(db, NOW + timedelta(days=1))
    assert await inbox.list_records(db, "e1") == []
