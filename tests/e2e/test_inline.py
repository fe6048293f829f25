"""Queries after the bot's name at the wire: for staff only, personal, never cached, never behind
the chat.
"""

import pytest

from tests.e2e.harness import NOK, SAVED, STRANGER, DeskProcess, one_line
from tests.fakes.telegram import SENDS, FakeTelegram
from tests.fakes.wire import DropBefore, Hold, Status


@pytest.fixture(params=["polling", "webhook"])
def desk(request: pytest.FixtureRequest) -> DeskProcess:
    name = "telegram_desk" if request.param == "polling" else "webhook_desk"
    made: DeskProcess = request.getfixturevalue(name)
    return made.start()


def test_staff_are_offered_customers_and_strangers_nothing(
    desk: DeskProcess, telegram: FakeTelegram
) -> None:
    answer = telegram.wait_offered(telegram.inquire(NOK.telegram, "สมช"))
    (result,) = answer["results"]
    assert result["title"] == "C81554 นายสมชาย ใจดี"
    assert result["input_message_content"]["message_text"] == "👤 C81554 สมชาย ใจ••• · 08•-•••-5678"
    fruitless = telegram.wait_offered(telegram.inquire(NOK.telegram, "ซซซซซซ"))
    stranger = telegram.wait_offered(telegram.inquire(STRANGER.telegram, "สมช"))
    for one in (answer, fruitless, stranger):
        assert (one["is_personal"], one["cache_time"], one["next_offset"]) == (True, 0, "")
        del one["inline_query_id"]
    assert stranger == fruitless
    assert desk.rows("SELECT record FROM audit") == [("C81554",)]
    assert telegram.messages(NOK.telegram) == telegram.messages(STRANGER.telegram) == []


def test_what_is_picked_in_the_chat_with_the_bot_opens_the_customer(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram_desk.start()
    telegram.say(NOK.telegram, "/open C81554")
    telegram.wait_messages(NOK.telegram, 1)
    (result,) = telegram.wait_offered(telegram.inquire(NOK.telegram, "สมช", chat_type="sender"))[
        "results"
    ]
    telegram.choose(NOK.telegram, result, chat_id=-1001)
    telegram.choose(NOK.telegram, result)
    card = telegram.wait_messages(NOK.telegram, 2)[-1]
    assert card.text.startswith("👤 C81554 นายสมชาย ใจดี")
    assert "081-234-5678" in card.text
    assert telegram.messages(-1001) == []


def test_a_query_waits_for_no_message_and_no_message_for_it(
    desk: DeskProcess, telegram: FakeTelegram
) -> None:
    held = Hold()
    telegram.fail("sendMessage", held)
    telegram.say(NOK.telegram, one_line("ขอผลสำรวจแรงงาน"))
    telegram.wait_for(lambda: any(call.method in SENDS for call in telegram.calls))
    telegram.wait_offered(telegram.inquire(NOK.telegram, "สมช"))
    assert telegram.messages(NOK.telegram) == []
    held.release()
    chat = f"telegram:{NOK.telegram}"
    lanes = desk.rows("SELECT DISTINCT conversation FROM inbox ORDER BY conversation")
    assert lanes == [(chat,), (f"telegram:inline:{NOK.telegram}",)]
    held = Hold()
    telegram.fail("answerInlineQuery", held)
    telegram.inquire(NOK.telegram, "สมชา")
    telegram.say(NOK.telegram, one_line("ขอผลสำรวจประชากร"))
    assert SAVED in telegram.wait_messages(NOK.telegram, 2)[-1].text
    held.release()


@pytest.mark.parametrize("fault", [Status(429, retry_after=1), Status(500), DropBefore()], ids=str)
def test_an_answer_that_fails_is_not_tried_again(
    telegram_desk: DeskProcess, telegram: FakeTelegram, fault: Status | DropBefore
) -> None:
    telegram_desk.start()
    telegram.fail("answerInlineQuery", fault)
    telegram.inquire(NOK.telegram, "สมช")
    telegram_desk.settle()
    assert telegram.offered == {}
    assert telegram_desk.rows("SELECT state FROM outbox") == [("dropped",)]
    telegram.wait_offered(telegram.inquire(NOK.telegram, "สมชา"))


def test_a_query_that_telegram_forgot_is_dropped_and_told_to_nobody(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    asked = telegram.inquire(NOK.telegram, "สมช")
    telegram.advance(16)
    telegram_desk.start().settle()
    assert asked not in telegram.offered
    assert telegram_desk.rows("SELECT state FROM outbox") == [("dropped",)]


def test_a_crash_between_query_and_answer_answers_nothing_stale(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram_desk.start("message.sending")
    telegram.inquire(NOK.telegram, "สมช")
    telegram_desk.wait_killed()
    telegram.advance(16)
    telegram_desk.start().settle()
    assert telegram.offered == {}
    assert telegram_desk.rows("SELECT state FROM outbox") == [("dropped",)]
