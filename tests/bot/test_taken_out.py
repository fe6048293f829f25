"""What Telegram was shown of somebody who is erased is changed there, and where it is gone nothing is said."""

import json
from functools import partial

from bot.operating.shown import take_out
from tests.bot.conftest import NOK, NOK_LINE, WiredDesk
from tests.fakes.wire import Status

GONE = "ข้อความนี้ถูกนำออกตามคำขอลบข้อมูลส่วนบุคคล"


async def _taken_out(wired: WiredDesk) -> dict[str, int]:
    counts = await wired.db.write(partial(take_out, records=["C81554"], now=wired.now))
    await wired.sweep()
    return counts


async def test_a_card_says_nothing_any_more_and_others_stay(wired: WiredDesk) -> None:
    for said in ("C81554", "C90210"):
        wired.telegram.say(NOK, said)
        await wired.turn()
    card, other = wired.telegram.messages(NOK)
    assert "สมชาย" in card.text
    assert await _taken_out(wired) == {"chats changed": 1, "chats left": 0}
    changed, left = wired.telegram.messages(NOK)
    assert (changed.message_id, changed.text) == (card.message_id, GONE)
    assert not changed.buttons
    assert left.text == other.text
    assert await wired.value("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0


async def test_what_is_gone_there_is_not_said_anew(wired: WiredDesk) -> None:
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    before = wired.telegram_texts()
    no = {"ok": False, "error_code": 400, "description": "Bad Request: message to edit not found"}
    wired.telegram.fail("editMessageText", Status(400, json.dumps(no).encode()))
    await _taken_out(wired)
    assert wired.telegram_texts() == before
    assert await wired.value("SELECT state FROM outbox ORDER BY seq DESC") == "dropped"


async def test_line_cannot_change_what_it_showed(wired: WiredDesk) -> None:
    await wired.hears(wired.line.text_event(NOK_LINE, "C81554"))
    before = wired.line_texts()
    assert await _taken_out(wired) == {"chats changed": 0, "chats left": 1}
    assert wired.line_texts() == before
