"""How few writes an answer takes, and what becomes of it where one of them fails."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.queues import sender as sending
from bot.queues import worker as working
from bot.queues.calls import Call, CallNotes
from bot.telegram import webhook
from domain.staff import Platform
from handlers.chat import Incoming
from handlers.desk import Desk, Outcome
from store.chat import outbox
from store.engine import leases
from store.engine.database import Database, StoreUnavailable, Tx
from tests.bot.conftest import NOK, NOK_LINE, WiredDesk
from tests.fakes.wire import DropAfter


@pytest.fixture
def writes(wired: WiredDesk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written since, by the function that did it; `fails` in it makes the next one fail."""
    seen: list[str] = []
    write = wired.db.write
    monkeypatch.setattr(sending, "SETTLE_AFTER", 60)
    monkeypatch.setattr(working, "PAUSE", 0.01)

    async def counted(work: Callable[[Tx], Awaitable[object]], **how: bool) -> Any:
        name = work.__qualname__.split(".<locals>")[0]
        if f"fails {name}" in seen:
            seen.remove(f"fails {name}")
            seen.append("failed")
            raise StoreUnavailable("disk full")
        seen.append(name)
        return await write(work, **how)

    monkeypatch.setattr(wired.db, "write", counted)
    return seen


async def states(db: Database) -> list[tuple[str, int]]:
    rows = await db.fetch("SELECT state, attempts FROM outbox ORDER BY seq")
    return [(row["state"], row["attempts"]) for row in rows]


async def ask(wired: WiredDesk, text: str) -> None:
    """Somebody asks on Telegram and is answered; that it was sent is not written down yet."""
    before = len(wired.telegram_texts())
    wired.telegram.say(NOK, text)
    raw = wired.telegram.updates.popleft().raw
    woken, _update = await webhook.receive_webhook(
        wired.adapters[0], wired.db, wired.engine.owner, wired.now, raw
    )
    wired.engine.worker.wake(woken)
    await wired.engine.worker.lanes.idle()
    await wired.engine.sender.lanes.idle()
    assert len(wired.telegram_texts()) == before + 1


async def test_an_event_is_two_writes(wired: WiredDesk, writes: list[str]) -> None:
    await ask(wired, "C81554")
    await ask(wired, "เมนู")
    await ask(wired, "/open C81554 โทร 1.1 ขอข้อมูล => แล้ว ปิด")

    assert writes == ["receive", "Worker._finish"] * 3
    assert await states(wired.db) == [("sent", 1), ("sent", 1), ("sending", 1)]


async def test_on_a_quiet_desk_it_is_written_down_after_a_while(
    wired: WiredDesk, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SETTLE_AFTER", 0.01)
    await ask(wired, "C81554")

    while await states(wired.db) != [("sent", 1)]:
        await asyncio.sleep(0.01)

    assert writes == ["receive", "Worker._finish", "Ride.write"]
    assert await wired.value("SELECT count(*) FROM leases") == 0


async def test_what_rode_along_in_vain_rides_again(wired: WiredDesk, writes: list[str]) -> None:
    await ask(wired, "C81554")
    writes.append("fails Worker._finish")
    wired.telegram.say(NOK, "เมนู")
    await wired.turn()
    await wired.engine.sender.settle()

    assert "failed" in writes
    assert [state for state, _attempts in await states(wired.db)] == ["sent", "sent"]
    assert len(wired.telegram_texts()) == 2


async def test_a_sweep_does_not_take_what_was_just_sent_for_a_crash(wired: WiredDesk) -> None:
    await ask(wired, "C81554")
    await wired.engine.sender.lanes.sweep()
    await wired.engine.sender.lanes.idle()

    assert len(wired.telegram_texts()) == 1


async def test_a_message_behind_one_that_was_just_sent_goes_out_in_its_turn(
    wired: WiredDesk,
) -> None:
    await ask(wired, "C81554")
    await ask(wired, "เมนู")
    await ask(wired, "R9999999999")
    await wired.engine.sender.settle()

    assert [state for state, _attempts in await states(wired.db)] == ["sent"] * 3
    assert len(wired.telegram_texts()) == 3


async def test_an_answer_in_doubt_is_said_again_and_marked(wired: WiredDesk) -> None:
    wired.telegram.fail("sendMessage", DropAfter())
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    wired.wait(seconds=30)
    await wired.sweep()

    assert "ส่งซ้ำ" in wired.telegram_texts()[-1]
    assert (await states(wired.db))[0] == ("sent", 2)


async def test_whether_the_platforms_pace_would_wait_is_known(wired: WiredDesk) -> None:
    telegram, line = wired.adapters
    assert telegram.is_free(str(NOK))
    while telegram.is_free(str(NOK)):
        await telegram.pace(str(NOK))

    assert telegram.is_free("another chat")
    assert line.is_free(NOK_LINE)


async def test_an_answer_that_was_only_queued_is_not_taken_for_one_that_nobody_called(
    wired: WiredDesk,
) -> None:
    """Another process holds its chat, calls it out and is killed."""
    name = outbox.lease_name(Platform.TELEGRAM, str(NOK))
    await wired.db.write(lambda tx: leases.take(tx, name, "another", wired.now))
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    message = await outbox.next_message(wired.db, Platform.TELEGRAM, str(NOK))
    assert message is not None
    assert await wired.db.write(lambda tx: outbox.begin_sending(tx, message, "another", wired.now))
    wired.wait(seconds=60)
    await wired.sweep()

    assert "ส่งซ้ำ" in wired.telegram_texts()[-1]


async def test_a_note_of_an_answer_that_was_not_written_is_dropped(
    wired: WiredDesk, writes: list[str]
) -> None:
    await ask(wired, "C81554")
    writes.append("fails Worker._finish")
    wired.telegram.say(NOK, "เมนู")
    await wired.turn()
    await wired.engine.sender.idle()

    assert "failed" in writes
    assert wired.engine.sender._notes._calls == {}


async def test_what_was_put_back_is_written_after_a_while(
    wired: WiredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SETTLE_AFTER", 0.01)
    await ask(wired, "C81554")
    sender = wired.engine.sender
    assert sender._settling is not None
    sender._settling.cancel()
    sender._settling = None
    with pytest.raises(ZeroDivisionError), sender.ride():
        raise ZeroDivisionError

    while await states(wired.db) != [("sent", 1)]:
        await asyncio.sleep(0.01)


async def test_an_odd_error_does_not_end_the_writing_of_what_was_sent(
    wired: WiredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST_PAUSE", 0.01)
    await ask(wired, "C81554")
    errors = [ZeroDivisionError()]
    mark = outbox.mark_all_sent

    async def fails_once(*what: Any) -> None:
        if errors:
            raise errors.pop()
        await mark(*what)

    monkeypatch.setattr(outbox, "mark_all_sent", fails_once)
    await wired.engine.sender.settle()

    assert await states(wired.db) == [("sent", 1)]


async def test_a_call_that_cannot_be_noted_is_written_down_before_it_is_made(
    wired: WiredDesk, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = wired.engine.sender._notes
    monkeypatch.setattr(notes, "_write", lambda _notes: False)
    await ask(wired, "C81554")

    assert await states(wired.db) == [("sent", 2)]
    assert "Sender._attempt" in writes


async def test_what_a_process_that_ended_since_knew_as_accepted_is_not_repeated(
    wired: WiredDesk, tmp_path: Path
) -> None:
    kind = wired.engine.owner.partition(":")[0]
    wired.engine.sender._notes._folder = tmp_path
    gone = CallNotes(tmp_path, f"{kind}:gone")
    name = outbox.lease_name(Platform.TELEGRAM, str(NOK))
    await wired.db.write(lambda tx: leases.take(tx, name, "gone", wired.now))
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    message = await outbox.next_message(wired.db, Platform.TELEGRAM, str(NOK))
    assert message is not None
    assert await wired.db.write(lambda tx: outbox.begin_sending(tx, message, "gone", wired.now))
    gone.note(message.id, Call.ACCEPTED)
    gone.close()
    wired.wait(seconds=60)
    await wired.sweep()

    assert wired.telegram_texts() == []
    assert [state for state, _attempts in await states(wired.db)] == ["sent"]


async def names_of_leases(db: Database) -> list[str]:
    rows = await db.fetch("SELECT name FROM leases ORDER BY name")
    return [row["name"] for row in rows]


async def test_what_another_process_receives_while_a_chat_is_still_held_is_handled(
    wired: WiredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SETTLE_AFTER", 60)
    await ask(wired, "C81554")
    assert await names_of_leases(wired.db) == [f"in:telegram:{NOK}", f"out:telegram:{NOK}"]

    wired.telegram.say(NOK, "เมนู")
    raw = wired.telegram.updates.popleft().raw
    woken, _update = await webhook.receive_webhook(
        wired.adapters[0], wired.db, "serve:another", wired.now, raw
    )
    assert list(woken) == []
    await wired.engine.sender.settle()
    await wired.engine.worker.lanes.sweep()
    await wired.engine.idle()

    assert len(wired.telegram_texts()) == 2
    assert await names_of_leases(wired.db) == []


async def test_what_another_process_queues_behind_an_answer_goes_out_after_it(
    wired: WiredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SETTLE_AFTER", 60)
    await ask(wired, "C81554")
    payload = '{"method": "sendMessage", "params": {"text": "ตามงาน"}}'
    notice = outbox.Message(uuid4(), Platform.TELEGRAM, str(NOK), payload)
    taken = await wired.db.write(lambda tx: outbox.put(tx, [notice], "serve:another", wired.now))
    assert taken == []
    await wired.engine.idle()

    assert [state for state, _attempts in await states(wired.db)] == ["sent"] * 2
    assert await names_of_leases(wired.db) == []


async def test_a_chat_whose_conversation_another_process_handles_is_not_kept(
    wired: WiredDesk,
) -> None:
    name = f"in:telegram:{NOK}"
    await wired.db.write(lambda tx: leases.take(tx, name, "serve:another", wired.now))
    wired.telegram.say(NOK, "เมนู")
    await wired.turn()

    assert await names_of_leases(wired.db) == [name]


async def test_an_answer_is_queued_where_its_chat_was_given_back_meanwhile(
    wired: WiredDesk,
) -> None:
    dispatch = working.dispatch

    async def gives_back(desk: Desk, incoming: Incoming, *more: Any) -> Outcome:
        outcome = await dispatch(desk, incoming, *more)
        if desk is wired.engine.desk:
            await wired.db.write(
                lambda tx: leases.release(tx, f"out:telegram:{NOK}", wired.engine.owner)
            )
        return outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working, "dispatch", gives_back)
        wired.telegram.say(NOK, "มานี")
        await wired.turn()

    assert len(wired.telegram_texts()) == 1
    assert await names_of_leases(wired.db) == []
