"""Messages are queued once, sent in order for each chat by one process, and end in one known
way.
"""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.errors import Conflict
from domain.staff import Platform, StaffId
from store.chat import outbox
from store.chat.outbox import Message
from store.engine import leases, pieces
from store.engine.database import Database

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EXPIRED = NOW + leases.TTL + SECOND
TELEGRAM, LINE = Platform.TELEGRAM, Platform.LINE


def message(
    number: int, chat: str = "1001", platform: Platform = TELEGRAM, **rest: object
) -> Message:
    return replace(Message(UUID(int=number), platform, chat, f'{{"n": {number}}}'), **rest)


async def put(
    db: Database, *messages: Message, owner: str = "a", now: datetime = NOW
) -> list[tuple[Platform, str]]:
    return await db.write(lambda tx: outbox.put(tx, messages, owner, now))


async def begin(db: Database, message: Message, owner: str = "a", now: datetime = NOW) -> bool:
    return await db.write(lambda tx: outbox.begin_sending(tx, message, owner, now))


async def next_message(db: Database, chat: str = "1001", platform: Platform = TELEGRAM) -> Message:
    found = await outbox.next_message(db, platform, chat)
    assert found is not None
    return found


async def release(db: Database, owner: str = "a", now: datetime = NOW) -> bool:
    return await db.write(lambda tx: outbox.release_if_idle(tx, TELEGRAM, "1001", owner, now))


async def states(db: Database) -> dict[str, int]:
    """How many messages are in each state."""
    rows = await db.fetch("SELECT state, count(*) AS n FROM outbox GROUP BY state")
    return {row["state"]: int(row["n"]) for row in rows}


async def test_every_field_of_a_message_comes_back(db: Database, officer: StaffId) -> None:
    full = Message(
        UUID("12345678-1234-5678-1234-567812345678"),
        LINE,
        "U1",
        '{"text": "บันทึกข้อมูลเรียบร้อย 👍"}',
        officer,
        '{"n": 1}',
        "digest:2026-11-23",
        "token",
        NOW + SECOND,
        confirms=True,
        event_id="e1",
        carries=True,
        card="R2611000124",
        card_version=3,
    )
    assert await put(db, full) == [(LINE, "U1")]

    assert await next_message(db, "U1", LINE) == replace(full, created_at=NOW, next_at=NOW)
    by_the_store = {
        "created_at",
        "next_at",
        "attempts",
        "unclear",
        "state",
        "is_revoked",
        "external_id",
    }
    assert {f.name for f in fields(Message) if getattr(full, f.name) == f.default} == by_the_store


async def test_a_chat_is_sent_to_in_the_order_of_queueing(db: Database) -> None:
    await put(
        db, message(3), message(1), message(9, "2002"), message(9_9, platform=LINE), message(2)
    )
    sent = []

    while found := await outbox.next_message(db, TELEGRAM, "1001"):
        sent.append(found.id.int)
        await db.write(lambda tx, found=found: outbox.mark_sent(tx, found, NOW))

    assert sent == [3, 1, 2]
    assert await outbox.next_message(db, LINE, "9999") is None


async def test_an_occasion_is_told_once(db: Database) -> None:
    await put(
        db, message(1, dedupe_key="digest"), message(2, dedupe_key="digest"), message(3), message(4)
    )
    await put(db, message(5, dedupe_key="digest"))
    first = await next_message(db)
    await db.write(lambda tx: outbox.mark_sent(tx, first, NOW))
    await put(db, message(6, dedupe_key="digest"))

    assert await states(db) == {"sent": 1, "queued": 2}
    assert (await next_message(db)).id.int == 3


async def test_an_id_is_used_once(db: Database) -> None:
    await put(db, message(1))

    with pytest.raises(Conflict) as refused:
        await put(db, message(1, "2002"))
    assert refused.value.code == "exists"


async def test_sending_is_written_down_before_the_call(db: Database) -> None:
    await put(db, message(1))
    first = await next_message(db)

    assert await begin(db, first) is True
    assert await next_message(db) == replace(first, state="sending", attempts=1)
    assert await begin(db, replace(first, unclear=True)) is True
    assert await next_message(db) == replace(first, state="sending", attempts=2, unclear=True)


async def take(db: Database, owner: str, now: datetime) -> bool:
    return await db.write(
        lambda tx: leases.take(tx, outbox.lease_name(TELEGRAM, "1001"), owner, now)
    )


async def test_only_the_holder_of_the_chat_sends(db: Database) -> None:
    assert await put(db, message(1), owner="a") == [(TELEGRAM, "1001")]
    assert await put(db, message(2), message(3, "2002"), owner="b") == [(TELEGRAM, "2002")]
    first = await next_message(db)

    assert await begin(db, first, owner="b") is False
    assert (await next_message(db)).state == "queued"
    assert await take(db, "b", EXPIRED) is True
    assert await begin(db, first, owner="b", now=EXPIRED) is True
    assert await begin(db, first, owner="a", now=EXPIRED) is False
    assert (await next_message(db)).attempts == 1


@pytest.mark.parametrize("end", ["sent", "dead", "dropped", "moved"])
async def test_what_has_ended_is_not_sent_again(db: Database, end: str) -> None:
    await put(db, message(1))
    first = await next_message(db)
    if end == "sent":
        await db.write(lambda tx: outbox.mark_sent(tx, first, NOW))
    else:
        await db.write(lambda tx: outbox.mark_ended(tx, first, end, "403 blocked"))

    assert await begin(db, first) is False
    assert await outbox.next_message(db, TELEGRAM, "1001") is None
    assert await states(db) == {end: 1}
    assert await outbox.count_by_state(db) == ({end: 1} if end == "dead" else {})


async def test_what_was_said_is_forgotten_once_sent_and_kept_when_dead(db: Database) -> None:
    await put(db, message(1, notice="n"), message(2, notice="n"))
    first, read = (
        await next_message(db),
        "SELECT payload, notice, sent_at, error, state FROM outbox ORDER BY seq",
    )
    await db.write(lambda tx: outbox.mark_retry(tx, first, NOW, unclear=False, error="500"))
    await db.write(lambda tx: outbox.mark_sent(tx, first, NOW))
    second = await next_message(db)
    await db.write(lambda tx: outbox.mark_ended(tx, second, "dead", "400 bad"))

    assert [tuple(row.values()) for row in await db.fetch(read)] == [
        ("", "", NOW, "", "sent"),
        ('{"n": 2}', "n", None, "400 bad", "dead"),
    ]


async def test_a_retry_waits_for_its_time_and_the_others_behind_it(db: Database) -> None:
    await put(db, message(1), message(2), message(3, "2002"))
    first = await next_message(db)
    await begin(db, first)
    await db.write(
        lambda tx: outbox.mark_retry(tx, first, NOW + SECOND, unclear=True, error="timeout")
    )

    waiting = await next_message(db)
    assert waiting == replace(first, attempts=1, unclear=True, next_at=NOW + SECOND)
    assert await outbox.list_waiting(db, [TELEGRAM, LINE], NOW) == [(TELEGRAM, "2002")]
    assert sorted(await outbox.list_waiting(db, [TELEGRAM], NOW + SECOND)) == [
        (TELEGRAM, "1001"),
        (TELEGRAM, "2002"),
    ]
    assert await outbox.list_waiting(db, [LINE], EXPIRED) == []
    assert await outbox.list_waiting(db, [], EXPIRED) == []


async def test_a_message_that_a_crash_left_in_sending_is_waiting(db: Database) -> None:
    await put(db, message(1))
    await begin(db, await next_message(db))

    assert await outbox.list_waiting(db, [TELEGRAM], NOW) == [(TELEGRAM, "1001")]


async def test_a_chat_is_given_back_when_nothing_can_be_sent(db: Database) -> None:
    await put(db, message(1), message(2))
    first = await next_message(db)
    assert await release(db) is False

    await db.write(
        lambda tx: outbox.mark_retry(tx, first, NOW + SECOND, unclear=False, error="429")
    )
    assert await release(db) is True
    assert await take(db, "b", NOW) is True
    assert await begin(db, first, owner="b") is True

    await db.write(lambda tx: outbox.mark_retry(tx, first, NOW, unclear=False, error="429"))
    assert await release(db, owner="b") is False
    for found in (first, replace(first, id=UUID(int=2))):
        await db.write(lambda tx, found=found: outbox.mark_sent(tx, found, NOW))
    assert await release(db, owner="b") is True


async def test_a_chat_that_another_took_over_is_ours_no_longer(db: Database) -> None:
    await put(db, message(1), owner="a")
    assert await take(db, "b", EXPIRED) is True
    assert await begin(db, await next_message(db), owner="b", now=EXPIRED) is True

    assert await release(db, owner="a", now=EXPIRED) is True
    assert await put(db, message(2), owner="c", now=EXPIRED) == []


async def test_a_chat_with_more_to_send_is_kept_for_longer(db: Database) -> None:
    await put(db, message(1), owner="a")

    assert await release(db, now=NOW + leases.TTL) is False
    assert await put(db, message(2), owner="b", now=EXPIRED) == []


async def test_ended_messages_are_forgotten_some_at_a_time_but_never_a_waiting_one(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 2)
    await put(db, *(message(number) for number in range(1, 6)))
    for _ in range(3):
        found = await next_message(db)
        await db.write(lambda tx, found=found: outbox.mark_ended(tx, found, "dead", "400"))

    assert (await outbox.forget_messages(db, NOW)).touched == 0
    piece = await outbox.forget_messages(db, NOW + SECOND)
    assert (piece.touched, piece.more) == (2, True)
    piece = await outbox.forget_messages(db, NOW + SECOND, piece.after)
    assert (piece.touched, piece.more) == (1, False)
    assert await outbox.count_by_state(db) == {"queued": 2}


async def test_what_given_up_messages_said_is_forgotten(db: Database) -> None:
    await put(db, message(1, notice="n"), message(2, notice="n"))
    first = await next_message(db)
    await db.write(lambda tx: outbox.mark_ended(tx, first, "dead", "400"))

    assert (await outbox.forget_payloads(db, NOW)).touched == 0
    assert (await outbox.forget_payloads(db, NOW + SECOND)).touched == 1
    rows = await db.fetch("SELECT payload, notice FROM outbox ORDER BY seq")
    assert [tuple(row.values()) for row in rows] == [("", ""), ('{"n": 2}', "n")]


async def test_a_notice_keeps_how_it_is_said_and_the_token_it_is_said_with(db: Database) -> None:
    await put(db, message(1, payload="", notice="n", reply_token="old"))
    first = await next_message(db)

    await db.write(lambda tx: outbox.set_payload(tx, replace(first, payload='{"said": 1}')))
    await begin(db, replace(first, reply_token=""))

    said = await next_message(db)
    assert (said.payload, said.notice, said.reply_token) == ('{"said": 1}', "n", "")


async def test_what_waits_for_a_group_follows_it_to_its_new_chat_in_order(db: Database) -> None:
    first, second, other = message(1, "-77"), message(2, "-77"), message(3, "-78")
    await put(db, first, second, other)
    assert await begin(db, first)
    ended = message(4, "-77")
    await put(db, ended)
    await db.write(lambda tx: outbox.mark_ended(tx, ended, "dead", "gone"))
    later = NOW + SECOND
    for _n in range(2):
        await db.write(lambda tx: outbox.move_chat(tx, TELEGRAM, "-77", "-10077", later))
    moved = await next_message(db, "-10077")
    assert (moved.id, moved.state, moved.next_at) == (first.id, "queued", later)
    await db.write(lambda tx: outbox.mark_sent(tx, moved, NOW))
    assert (await next_message(db, "-10077")).id == second.id
    assert (await next_message(db, "-78")).id == other.id
    assert await outbox.next_message(db, TELEGRAM, "-77") is None
    assert (await db.fetch("SELECT chat FROM outbox WHERE state = 'dead'"))[0]["chat"] == "-77"


async def test_the_rest_of_a_notice_that_is_told_elsewhere_is_not_sent(db: Database) -> None:
    first = message(1, notice="{}", dedupe_key="morning:1")
    rest = message(2, dedupe_key=outbox.rest_key(first, 1))
    elsewhere = message(3, chat="2002", dedupe_key=outbox.rest_key(first, 2))
    await put(db, first, rest, elsewhere, message(4, dedupe_key="morning:10"))
    await db.write(lambda tx: outbox.mark_ended(tx, first, "moved", ""))
    await db.write(lambda tx: outbox.drop_rest(tx, first))
    assert (await next_message(db)).id == UUID(int=4)
    assert (await next_message(db, "2002")).id == UUID(int=3)


async def test_what_answers_a_message_that_was_taken_back_is_not_said(db: Database) -> None:
    sending, waits, told, dead = (message(n, event_id="e1") for n in range(1, 5))
    other, foreign = message(5), message(6, chat="2002", event_id="e1")
    await put(db, sending, waits, dead, other, foreign, replace(told, chat="3003"))
    await begin(db, sending)
    for one in (dead, foreign):
        await db.write(lambda tx, one=one: outbox.mark_ended(tx, one, "dead", "no"))
    await db.write(lambda tx: outbox.unsay(tx, "e1", TELEGRAM, "1001"))
    rows = {
        row["id"][-1]: (row["state"], row["payload"] != "")
        for row in await db.fetch("SELECT * FROM outbox")
    }
    assert rows == {
        "1": ("sending", True),
        "2": ("dropped", False),
        "3": ("queued", True),  # a colleague's notice of the record goes out
        "4": ("dead", False),
        "5": ("queued", True),
        "6": ("dead", False),
    }
