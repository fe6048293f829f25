"""A Telegram of before: what it does not know is said in the older form, tried once, and told to
administrators once.
"""

import json

import pytest

from tests.bot.conftest import MAY, NOK, WiredDesk
from tests.fakes.wire import Status

CARD = "👤 C81554 นายสมชาย ใจดี\nประเภท: ประชาสังคม/ประชาชน"


def tries(wired: WiredDesk) -> int:
    return sum(call.method == "sendRichMessage" for call in wired.telegram.calls)


async def test_a_server_without_rich_messages_gets_lines_and_is_asked_once(
    wired: WiredDesk,
) -> None:
    told: list[str] = []
    wired.adapters[0].tell_lack = told.append
    wired.telegram.unknown_methods.add("sendRichMessage")
    for _time in range(3):
        wired.telegram.say(NOK, "C81554")
        await wired.turn()
    texts = wired.telegram_texts()
    assert [text.startswith(CARD) for text in texts] == [True] * 3
    assert tries(wired) == 1
    assert told == ["rich"]
    assert all("callback_data" in str(message.params) for message in wired.telegram.messages(NOK))


async def test_a_card_in_the_place_of_another_is_lines_there_too(wired: WiredDesk) -> None:
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    wired.telegram.unknown_methods.add("sendRichMessage")
    (card,) = wired.telegram.messages(NOK)
    before = card.edits
    wired.telegram.press(NOK, card.message_id, "แก้ไข")
    await wired.turn()
    *_earlier, last = wired.telegram.messages(NOK)
    assert last.edits > before or last.message_id != card.message_id
    assert "rich_message" not in last.params


@pytest.mark.parametrize(
    "words", ["Bad Request: rich messages are unsupported", "Bad Request: can't parse entities: x"]
)
async def test_a_refused_rich_message_is_said_in_lines(wired: WiredDesk, words: str) -> None:
    body = json.dumps({"ok": False, "error_code": 400, "description": words}).encode()
    wired.telegram.fail("sendRichMessage", Status(400, body))
    for person in (NOK, MAY):
        wired.telegram.say(person, "C81554")
        await wired.turn()
    assert [text.startswith(CARD) for text in wired.telegram_texts()] == [True]
    assert tries(wired) == (1 if "unsupported" in words else 2)


async def test_a_wrong_token_is_no_old_server(wired: WiredDesk) -> None:
    wired.telegram.fail("sendRichMessage", Status(401, "Unauthorized"))
    wired.telegram.fail("sendMessage", Status(401, "Unauthorized"))
    wired.telegram.say(NOK, "C81554")
    await wired.turn()
    assert wired.adapters[0].lacking == set()


async def test_what_takes_long_is_a_draft_and_typing_on_an_old_server(wired: WiredDesk) -> None:
    adapter = wired.adapters[0]
    await adapter.show_busy(str(NOK))
    wired.telegram.unknown_methods.add("sendMessageDraft")
    for _time in range(2):
        await adapter.show_busy(str(NOK))
    methods = [call.method for call in wired.telegram.calls]
    assert methods == ["sendMessageDraft", "sendMessageDraft", "sendChatAction", "sendChatAction"]
