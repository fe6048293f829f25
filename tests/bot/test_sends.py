"""A message that a platform took goes out once, whatever is wrong with the words in which it says
so.
"""

import pytest

from tests.bot.conftest import NOK, NOK_LINE, WiredDesk
from tests.fakes.wire import DropAfter, Garbled, Status

ODD_YES = (
    Garbled(b""),
    Garbled(b"ok"),
    Garbled(b"<html><body>200 OK</body></html>"),
    Garbled(b"[]"),
    Garbled(b"null"),
    Garbled(b'{"ok":true}'),
    Garbled(b'{"ok":true,"result":{"message_id":"x","chat":3}}'),
    Garbled(b'{"ok":true,"result":{"message_id":7,"da', cut=True),
    Garbled(b"", cut=True),
    Garbled(b'{"ok":true,"result":{"date":99999999999999999999}}'),
    Garbled(b"\xff\xfe\x00"),
    Garbled(b"[" * 100_000),
)
IDS = [f"{fault.body[:40]!r}{'…' if fault.cut else ''}" for fault in ODD_YES]


@pytest.mark.parametrize("fault", ODD_YES, ids=IDS)
async def test_telegrams_yes_counts_however_it_is_said(wired: WiredDesk, fault: Garbled) -> None:
    wired.telegram.fail("sendMessage", fault)
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    for _time in range(4):
        wired.wait(seconds=30)
        await wired.sweep()
    assert len(wired.telegram_texts()) == 1
    assert await wired.value("SELECT state FROM outbox") == "sent"


@pytest.mark.parametrize("fault", ODD_YES, ids=IDS)
async def test_lines_yes_counts_however_it_is_said(wired: WiredDesk, fault: Garbled) -> None:
    wired.line.fail("reply", fault)
    wired.line.fail("push", fault)
    await wired.hears(wired.line.text_event(NOK_LINE, "/open C81554 โทร 1.1 ขอข้อมูล => แล้ว ปิด"))
    event = wired.line.text_event(NOK_LINE, "C81554")
    await wired.hears(event | {"replyToken": ""})  # no free answer: a push
    for _time in range(4):
        wired.wait(seconds=30)
        await wired.sweep()
    assert len(wired.line_texts()) == 2
    assert [call.method for call in wired.line.calls if call.method in ("reply", "push")].count(
        "push"
    ) == 1
    assert {row["state"] for row in await wired.db.fetch("SELECT state FROM outbox")} == {"sent"}


async def test_an_edit_that_was_taken_is_not_made_anew(wired: WiredDesk) -> None:
    wired.telegram.say(NOK, "/menu")
    await wired.turn()
    (shown,) = wired.telegram.messages(NOK)
    button = shown.buttons[0][0][0]
    wired.telegram.fail("editMessageText", *[Garbled(b"x")] * 3)
    wired.telegram.fail("editMessageReplyMarkup", *[Garbled(b"x")] * 3)
    wired.telegram.press(NOK, shown.message_id, button)
    await wired.turn()
    before = len(wired.telegram.calls)
    wired.wait(minutes=1)
    await wired.sweep()
    assert len(wired.telegram.calls) == before


async def test_a_no_within_a_yes_is_a_no(wired: WiredDesk) -> None:
    body = '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":5}}'
    wired.telegram.fail("sendMessage", Status(200, body))
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    assert wired.telegram_texts() == []
    wired.wait(seconds=6)
    await wired.sweep()
    assert len(wired.telegram_texts()) == 1


async def test_where_nothing_was_said_there_is_doubt(wired: WiredDesk) -> None:
    wired.telegram.fail("sendMessage", DropAfter())
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    wired.wait(seconds=30)
    await wired.sweep()
    first, again = wired.telegram_texts()
    assert again == f"(ส่งซ้ำ) {first}"


async def test_lines_no_in_odd_bytes_is_a_no(wired: WiredDesk) -> None:
    # With what is newer, and without.
    wired.line.fail("push", *[Status(400, b"\xff\xfe")] * 2)
    event = wired.line.text_event(NOK_LINE, "C81554")
    await wired.hears(event | {"replyToken": ""})
    assert await wired.value("SELECT state FROM outbox WHERE platform = 'line'") == "dead"
