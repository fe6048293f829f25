"""kill -9 at every step between receiving from Telegram and answering: nothing lost, nothing done
twice.
"""

import pytest

from tests.e2e.harness import (
    ADMIN,
    NOK,
    RESENT,
    SAVED,
    DeskProcess,
    eventually,
    missing_ticket,
    one_line,
)
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

BEFORE_SENDING = ["event.received", "event.committed", "event.handled", "event.finished"]


def ask_and_crash(
    desk: DeskProcess, telegram: FakeTelegram, failpoint: str, text: str
) -> list[str]:
    """The answers to `text` when the desk dies at the failpoint and is started again."""
    desk.start(failpoint)
    telegram.say(NOK.telegram, text)
    desk.restart_after_kill()
    desk.settle()
    return [message.text for message in telegram.messages(NOK.telegram)]


@pytest.mark.parametrize("failpoint", [*BEFORE_SENDING, "message.sent"])
def test_a_ticket_is_saved_once_and_answered_once(
    telegram_desk: DeskProcess, telegram: FakeTelegram, failpoint: str
) -> None:
    details = f"สอบถามรายได้ครัวเรือน {failpoint}"
    (answer,) = ask_and_crash(telegram_desk, telegram, failpoint, one_line(details))
    assert SAVED in answer
    assert RESENT not in answer
    assert telegram_desk.tickets(details) == 1


@pytest.mark.parametrize("failpoint", ["event.received", "event.committed"])
def test_a_webhook_update_is_handled_once(
    webhook_desk: DeskProcess, telegram: FakeTelegram, failpoint: str
) -> None:
    details = f"สอบถามการใช้ไฟฟ้า {failpoint}"
    webhook_desk.start(failpoint)
    eventually(lambda: telegram.webhook, "setWebhook")
    telegram.say(NOK.telegram, one_line(details))
    webhook_desk.restart_after_kill()
    webhook_desk.settle()
    (answer,) = telegram.messages(NOK.telegram)
    assert SAVED in answer.text
    assert webhook_desk.tickets(details) == 1


def test_an_answer_cut_off_before_the_call_is_sent_once_and_marked(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    """Nobody can know that Telegram did not get it, so the one that arrives says so."""
    (answer,) = ask_and_crash(
        telegram_desk, telegram, "message.sending", one_line("สอบถามประชากรแฝง")
    )
    assert answer.startswith(RESENT)
    assert SAVED in answer
    assert telegram_desk.tickets("สอบถามประชากรแฝง") == 1


def test_an_answer_cut_off_after_the_call_is_repeated_and_marked(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    first, second = ask_and_crash(
        telegram_desk, telegram, "message.accepted", one_line("สอบถามแรงงานนอกระบบ")
    )
    assert SAVED in first
    assert second == RESENT + first
    assert telegram_desk.tickets("สอบถามแรงงานนอกระบบ") == 1


@pytest.mark.parametrize("failpoint", ["event.handled:3", "message.accepted:3"])
def test_of_five_messages_none_is_lost_and_the_order_holds(
    telegram_desk: DeskProcess, telegram: FakeTelegram, failpoint: str
) -> None:
    telegram_desk.start(failpoint)
    for number in (1, 2):
        telegram.say(NOK.telegram, missing_ticket(number))
    telegram_desk.settle()
    for number in (3, 4, 5):
        telegram.say(NOK.telegram, missing_ticket(number))
    telegram_desk.restart_after_kill()
    telegram_desk.settle()
    answers = [message.text for message in telegram.messages(NOK.telegram)]
    told = [
        (answer.startswith(RESENT), int(answer.split("R", 1)[1].split()[0])) for answer in answers
    ]
    repeats = [(True, 3)] if failpoint.startswith("message.accepted") else []
    assert told == [(False, 1), (False, 2), (False, 3), *repeats, (False, 4), (False, 5)]


def test_a_desk_that_dies_again_and_again_still_answers_once(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram_desk.start("event.received")
    telegram.say(NOK.telegram, one_line("สอบถามดัชนีราคา"))
    for failpoint in ("event.committed", "event.handled", "event.finished"):
        telegram_desk.wait_killed()
        telegram_desk.start(failpoint)
    telegram_desk.restart_after_kill()
    telegram_desk.settle()
    (answer,) = telegram.messages(NOK.telegram)
    assert SAVED in answer.text
    assert telegram_desk.tickets("สอบถามดัชนีราคา") == 1


@pytest.mark.parametrize("failpoint", ["event.handled", "event.finished"])
def test_a_press_that_changes_something_works_once(
    telegram_desk: DeskProcess, telegram: FakeTelegram, failpoint: str
) -> None:
    details = "สอบถามสำมะโนเกษตร"
    telegram_desk.start(f"{failpoint}:2")
    telegram.say(NOK.telegram, one_line(details))
    telegram_desk.settle()
    (saved,) = telegram.messages(NOK.telegram)
    telegram.press(NOK.telegram, saved.message_id, "เปิดใบงานอีกครั้ง")
    telegram_desk.restart_after_kill()
    telegram_desk.settle()
    assert telegram_desk.rows("SELECT status, version FROM tickets WHERE details = ?", details) == [
        ("open", 2)
    ]
    first, second = telegram.messages(NOK.telegram)
    assert SAVED in second.text
    assert first.buttons == ()


def test_a_form_goes_on_after_a_kill(telegram_desk: DeskProcess, telegram: FakeTelegram) -> None:
    """What was typed before the kill is kept, and what was typed at the kill completes it."""
    details = "ขอข้อมูลจำนวนนักท่องเที่ยว"
    telegram_desk.start("event.finished:2")
    telegram.say(NOK.telegram, "/open C81554 โทร 1.1")
    telegram_desk.settle()
    (asking,) = telegram.messages(NOK.telegram)
    assert SAVED not in asking.text
    telegram.say(NOK.telegram, details)
    telegram_desk.restart_after_kill()
    telegram_desk.settle()
    assert SAVED in telegram.messages(NOK.telegram)[-1].text
    assert len(telegram.messages(NOK.telegram)) == 2
    assert telegram_desk.tickets(details) == 1


def test_a_notice_survives_the_crash_between_its_cause_and_its_sending(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    """A stranger's request and what the administrator hears of it are one transaction."""
    telegram_desk.start("event.finished:2")
    telegram.say(9001, "สวัสดี")
    telegram_desk.settle()
    (sentence,) = telegram.messages(9001)
    telegram.press(9001, sentence.message_id, "ขอสิทธิ์ใช้งาน")
    telegram_desk.restart_after_kill()
    telegram_desk.settle()
    (notice,) = telegram.messages(ADMIN.telegram)
    assert "มีผู้ขอสิทธิ์ใช้งาน" in notice.text
    assert len(telegram.messages(9001)) == 2
