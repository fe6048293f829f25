"""A button means what it was given to mean, to whom, until when, and works once."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict
from domain.staff import StaffId
from store.chat import buttons
from store.chat.buttons import StoredButton
from store.engine.database import Database

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_button_comes_back_as_it_was_made(db: Database, officer: StaffId) -> None:
    full = StoredButton(
        "t1",
        officer,
        "ticket.close",
        {"no": "R1", "why": 'ปิด "แล้ว" 👍'},
        "R1",
        3,
        True,
        NOW + DAY,
        event_id="e1",
    )
    free = StoredButton("t2", None, "menu", {}, "", 0, False, NOW + DAY)

    await db.write(lambda tx: buttons.add(tx, [full, free]))

    assert await buttons.find_button(db, "t1") == full
    assert await buttons.find_button(db, "t2") == free
    assert await buttons.find_button(db, "t3") is None
    assert len(fields(StoredButton)) == 11


async def test_a_button_is_used_up_by_the_first_press(db: Database, officer: StaffId) -> None:
    one = StoredButton("t1", officer, "ticket.close", {}, "R1", 3, True, NOW + DAY)
    other = replace(one, token="t2")
    await db.write(lambda tx: buttons.add(tx, [one, other]))

    await db.write(lambda tx: buttons.use(tx, "t1", officer, NOW))
    with pytest.raises(Conflict) as second:
        await db.write(lambda tx: buttons.use(tx, "t1", officer, NOW + DAY))

    assert second.value.code == "pressed"
    assert await buttons.find_button(db, "t1") == replace(one, used_at=NOW, used_by=officer)
    assert await buttons.find_button(db, "t2") == other
    with pytest.raises(Conflict):
        await db.write(lambda tx: buttons.use(tx, "unknown", officer, NOW))


async def test_expired_buttons_are_forgotten(db: Database) -> None:
    made = [
        StoredButton(f"t{days}", None, "menu", {}, "", 0, False, NOW + days * DAY)
        for days in (-1, 0, 1)
    ]
    await db.write(lambda tx: buttons.add(tx, made))

    assert (await buttons.forget(db, NOW)).touched == 1
    assert [await buttons.find_button(db, token) for token in ("t-1", "t0", "t1")] == [
        None,
        *made[1:],
    ]


async def test_buttons_with_words_of_a_message_that_was_taken_back_are_forgotten(
    db: Database,
) -> None:
    one = StoredButton(
        "t1", None, "find.text", {"text": "x"}, "", 0, False, NOW + DAY, event_id="e1"
    )
    record, other = (
        replace(one, token="t2", args={"no": "R1"}),
        replace(one, token="t3", event_id="e2"),
    )
    await db.write(lambda tx: buttons.add(tx, [one, record, other]))
    await db.write(lambda tx: buttons.unsay(tx, "e1"))
    assert await buttons.find_button(db, "t1") is None
    assert await buttons.find_button(db, "t2") == record
    assert await buttons.find_button(db, "t3") == other
