"""A message that was taken back on LINE: its words leave the desk at once, and what it became says
so.
"""

import json
from typing import Any

import pytest

from tests.bot.conftest import LINE_GROUP, MAY_LINE, NOK, NOK_LINE, WiredDesk
from tests.fakes.wire import Status

WORDS = "ขอข้อมูลลับมาก"
LINE_OF = f"/open C81554 โทร 1.1 {WORDS} => ส่งแล้ว ปิด"
MARK = "ยกเลิกส่งข้อความต้นทาง"
TABLES = ("inbox", "outbox", "forms", "buttons", "audit", "due", "access_requests")
"""Where words may lie beside records."""


def unsent(
    wired: WiredDesk, said: dict[str, Any], who: str = NOK_LINE, chat: str | None = None
) -> dict[str, Any]:
    return wired.line.event("unsend", who, chat, unsend={"messageId": said["message"]["id"]})


async def lying_about(wired: WiredDesk, words: str = WORDS) -> list[str]:
    """The tables that hold these words, records aside."""
    found = []
    for table in TABLES:
        rows = await wired.db.fetch(f"SELECT * FROM {table}")
        text = "\n".join(str(value) for row in rows for value in dict(row).values())
        if words in text or json.dumps(words)[1:-1] in text:
            found.append(table)
    return found


async def test_the_ticket_says_so_and_the_words_are_gone(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, LINE_OF)
    await wired.hears(said)
    assert await lying_about(wired) == ["inbox"]
    wired.wait(minutes=10)
    await wired.hears(unsent(wired, said))
    assert await lying_about(wired) == []
    told = wired.line_texts()[-1]
    assert "R2611000124" in told
    assert "ยกเลิกใบงาน R2611000124" in told
    assert await wired.value("SELECT details FROM tickets") == WORDS, (
        "what became the record stays the office's"
    )
    await wired.hears(wired.line.text_event(NOK_LINE, "R2611000124"))
    assert MARK in wired.line_texts()[-1]
    assert "10.10 น." in wired.line_texts()[-1]
    assert await wired.value("SELECT count(*) FROM audit WHERE action = 'ticket.unsent'") == 1


async def test_its_list_of_changes_says_so_and_its_last_change_can_still_be_taken_back(
    wired: WiredDesk,
) -> None:
    said = wired.line.text_event(NOK_LINE, f"/open C81554 โทร 1.1 {WORDS}")
    await wired.hears(said)
    await wired.hears(wired.line.text_event(NOK_LINE, "/close R2611000124 ส่งลิงก์แล้ว"))
    assert await wired.value("SELECT status FROM tickets") == "closed"
    await wired.hears(unsent(wired, said))
    wired.telegram.say(NOK, "ประวัติ R2611000124")
    await wired.turn()
    assert MARK in "\n".join(wired.telegram_texts())
    version = await wired.value("SELECT version FROM tickets")
    wired.telegram.say(NOK, "แก้ R2611000124")
    await wired.turn()
    assert await wired.value("SELECT version FROM tickets") == version, (
        "the mark is no save that an edit runs into"
    )
    assert (
        await wired.value(
            "SELECT count(*) FROM changes WHERE field = 'unsent_at' AND version = ?", version
        )
        == 1
    )


async def test_what_only_looked_is_no_source(wired: WiredDesk) -> None:
    await wired.hears(wired.line.text_event(NOK_LINE, LINE_OF))
    looked = wired.line.text_event(NOK_LINE, "R2611000124")
    await wired.hears(looked)
    before = len(wired.line_texts())
    await wired.hears(unsent(wired, looked))
    assert await wired.value("SELECT unsent_at FROM tickets") is None
    assert len(wired.line_texts()) == before


@pytest.mark.parametrize("order", ["before it is handled", "first", "again"])
async def test_one_that_is_taken_back_at_once_does_nothing(wired: WiredDesk, order: str) -> None:
    said = wired.line.text_event(NOK_LINE, LINE_OF)
    gone = unsent(wired, said)
    if order == "first":
        await wired.hears(gone)
        await wired.hears(said)
    else:
        await wired.hears(said, gone)
    if order == "again":
        await wired.hears({**said, "deliveryContext": {"isRedelivery": True}})
    assert await wired.value("SELECT count(*) FROM tickets") == 0
    assert wired.line_texts() == []
    assert await lying_about(wired) == []


async def test_of_another_chat_nothing_is_taken_back(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, LINE_OF)
    await wired.hears(said)
    await wired.hears(unsent(wired, said, who=MAY_LINE))
    assert await lying_about(wired) == ["inbox"]
    assert await wired.value("SELECT unsent_at FROM tickets") is None


async def test_in_a_group_its_words_go_too(wired: WiredDesk) -> None:
    await wired.hears(wired.line.text_event(MAY_LINE, "/enroll", chat_id=LINE_GROUP))
    said = wired.line.text_event(NOK_LINE, f"/find {WORDS}", chat_id=LINE_GROUP)
    await wired.hears(said)
    assert await lying_about(wired) == ["inbox"]
    await wired.hears(unsent(wired, said, chat=LINE_GROUP))
    assert await lying_about(wired) == []


async def test_what_a_form_was_told_leaves_it(wired: WiredDesk) -> None:
    await wired.hears(wired.line.text_event(NOK_LINE, "/new"))
    said = wired.line.text_event(NOK_LINE, WORDS)
    await wired.hears(said)
    kind = await wired.value("SELECT token FROM buttons WHERE args LIKE '%citizen%'")
    await wired.hears(wired.line.event("postback", NOK_LINE, postback={"data": kind}))
    assert "forms" in await lying_about(wired)
    await wired.hears(unsent(wired, said))
    assert await lying_about(wired) == []
    assert "ลบข้อความที่ยกเลิกส่งออกจากแบบฟอร์มแล้ว" in "\n".join(wired.line_texts()[-2:])
    assert "citizen" in await wired.value("SELECT data FROM forms WHERE state = 'open'"), (
        "what was tapped stays"
    )
    assert await wired.value("SELECT asking FROM forms WHERE state = 'open'") == "name"


async def test_a_form_that_held_nothing_else_is_done_with(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, f"/new {WORDS}")
    await wired.hears(said)
    await wired.hears(unsent(wired, said))
    assert await lying_about(wired) == []
    assert await wired.value("SELECT count(*) FROM forms WHERE state = 'open'") == 0


async def test_a_ticket_that_a_form_made_knows_the_messages_it_came_from(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, f"/open โทร 1.1 {WORDS}")
    await wired.hears(said)
    assert "forms" in await lying_about(wired)
    await wired.hears(wired.line.text_event(NOK_LINE, "C81554"))
    assert await wired.value("SELECT details FROM tickets") == WORDS
    wired.wait(minutes=1)
    await wired.hears(unsent(wired, said))
    assert await wired.value("SELECT unsent_at FROM tickets") == wired.now


async def _token(wired: WiredDesk, action: str) -> str:
    row = await wired.db.fetch("SELECT token FROM buttons WHERE action = ?", action)
    return str(row[-1]["token"])


async def test_buttons_that_hold_the_words_go_and_those_of_records_stay(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, WORDS)
    await wired.hears(said)
    assert "buttons" in await lying_about(wired)
    await wired.hears(unsent(wired, said))
    assert await lying_about(wired) == []
    made = wired.line.text_event(NOK_LINE, LINE_OF)
    await wired.hears(made)
    await wired.hears(unsent(wired, made))
    assert await wired.value("SELECT count(*) FROM buttons WHERE args LIKE '%R2611000124%'") > 0


async def test_a_ticket_made_by_a_button_of_the_answer_says_so(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, f"C81554 โทร 1.1 {WORDS}")
    await wired.hears(said)
    await wired.hears(
        wired.line.event(
            "postback", NOK_LINE, postback={"data": await _token(wired, "ticket.from_line")}
        )
    )
    assert await wired.value("SELECT details FROM tickets") == WORDS
    await wired.hears(unsent(wired, said))
    assert await wired.value("SELECT unsent_at FROM tickets") == wired.now


async def test_an_answer_that_still_waits_is_not_said(wired: WiredDesk) -> None:
    wired.line.fail("reply", Status(503), Status(503))
    said = wired.line.text_event(NOK_LINE, LINE_OF)
    await wired.hears(said)
    assert "outbox" in await lying_about(wired)
    await wired.hears(unsent(wired, said))
    wired.wait(minutes=2)
    await wired.sweep()
    assert await lying_about(wired) == []
    assert not any(WORDS in text for text in wired.line_texts())


async def test_what_could_not_be_sent_is_forgotten(wired: WiredDesk) -> None:
    # With what is newer, and without.
    wired.line.fail("reply", Status(400), Status(400))
    said = wired.line.text_event(NOK_LINE, LINE_OF)
    await wired.hears(said)
    assert "outbox" in await lying_about(wired)
    await wired.hears(unsent(wired, said))
    assert "outbox" not in await lying_about(wired)


async def test_a_failed_event_cannot_be_tried_again(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, LINE_OF)
    await wired.hears(said)
    await wired.db.write(
        lambda tx: tx.execute("UPDATE inbox SET state = 'failed', reference = 'X1'")
    )
    await wired.hears(unsent(wired, said))
    assert await wired.value("SELECT state FROM inbox WHERE reference = 'X1'") == "dropped"


async def test_a_customer_that_a_message_made_says_so_in_its_changes(wired: WiredDesk) -> None:
    said = wired.line.text_event(NOK_LINE, "/new สมหญิง รักดี 086-123-4567")
    await wired.hears(said)
    await wired.db.write(
        lambda tx: tx.execute(
            "INSERT INTO event_records (event_id, record, noted_at) VALUES (?, 'C81554', ?)",
            said["webhookEventId"],
            wired.now,
        )
    )
    await wired.hears(unsent(wired, said))
    assert await wired.value("SELECT record FROM changes WHERE field = 'unsent_at'") == "C81554"
    assert await wired.value("SELECT count(*) FROM forms WHERE data LIKE '%สมหญิง%'") == 0
