"""Whatever comes in, from friends and strangers: one clear sentence or silence; nothing crashes,
nothing is lost.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.harness import (
    ADMIN,
    DAO,
    NOK,
    ODD_NAME,
    OFFICERS,
    RESENT,
    SAVED,
    DeskProcess,
    Person,
    missing_ticket,
    one_line,
    person,
)
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_chat import SentMessage

pytestmark = pytest.mark.long

fresh: Iterator[Person] = iter(OFFICERS)


@pytest.fixture
def officer() -> Person:
    """An officer to whom nobody has spoken yet."""
    return next(fresh)


@pytest.fixture
def telegram(shared: DeskProcess) -> FakeTelegram:
    assert shared.telegram is not None
    return shared.telegram


@pytest.fixture
def line(shared: DeskProcess) -> FakeLine:
    assert shared.line is not None
    return shared.line


Ask = Callable[[Person, str], list[str]]


@pytest.fixture(params=["telegram", "line"])
def ask(
    request: pytest.FixtureRequest, shared: DeskProcess, telegram: FakeTelegram, line: FakeLine
) -> Ask:
    """Says something on one platform; returns all that this person was ever told there."""

    def on_telegram(who: Person, text: str) -> list[str]:
        telegram.say(who.telegram, text)
        shared.settle()
        return [message.text for message in telegram.messages(who.telegram)]

    def on_line(who: Person, text: str) -> list[str]:
        event = line.text_event(who.line, text)
        body, headers = line.signed([event], raw_body=None if text.isprintable() else b"")
        if not body:  # lone surrogates have no UTF-8; LINE escapes them
            raw = json.dumps({"destination": "x", "events": [event]}).encode()
            assert line.events([event], raw_body=raw).status == 200
        else:
            assert shared.request("POST", "/line/webhook", body, **_names(headers)) == 200
        shared.settle()
        return [message.text for message in line.messages(who.line)]

    return on_telegram if request.param == "telegram" else on_line


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


def is_one_thai_sentence(answers: list[str]) -> bool:
    return (
        len(answers) == 1
        and any("ก" <= letter <= "๙" for letter in answers[0])
        and "อ้างอิง" not in answers[0]
    )


ODD_TEXTS = {
    "5,000 letters": "ก" * 5000,
    "5,000 letters in words": "ขอข้อมูล " * 555,
    "only emoji": "😀👩‍👩‍👧‍👦🇹🇭" * 20,
    "only marks of direction": "\u200f\u202e\u2067\u200f",
    "NUL": "\x00",
    "NUL within": "ส\x00ม\x00ช",
    "a lone surrogate": "\ud800",
    "surrogates within": "สอบ\udfff\ud800ถาม",
    "only combining marks": "่้๊๋" * 30,
    "no such command": "/drop_tables",
    "markup": "<b>&<script>alert(1)</script>",
    "percent": "%(name)s %s {0} {name}",
    "SQL": "'; DROP TABLE customers; --",
    "a like pattern": "%_%\\",
    "a long number": "9" * 400,
    "only blanks and lines": " \n\t \u00a0 \u200b\n",
}


@pytest.mark.parametrize("case", ODD_TEXTS)
def test_an_odd_text_gets_one_thai_sentence(ask: Ask, officer: Person, case: str) -> None:
    answers = ask(officer, ODD_TEXTS[case])
    assert is_one_thai_sentence(answers), answers


def test_a_ticket_keeps_what_was_typed(shared: DeskProcess, ask: Ask, officer: Person) -> None:
    details = f"<i>ขอ</i> 😀 & ข้อมูล {officer.telegram}"
    assert SAVED in ask(officer, one_line(details))[0]
    assert shared.tickets(details) == 1


def test_names_with_markup_are_shown_as_they_are(ask: Ask, officer: Person) -> None:
    (answer,) = ask(officer, "C81555")
    assert ODD_NAME in answer


def test_a_form_keeps_its_values_through_stickers_and_junk(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    details = "ขอข้อมูลการย้ายถิ่น"
    telegram.say(officer.telegram, "/open C81554 โทร 1.1")
    telegram.sticker(officer.telegram)
    telegram.photo(officer.telegram)
    telegram.say(officer.telegram, "\u200f")
    shared.settle()
    asked, sticker, photo, nothing = (
        message.text for message in telegram.messages(officer.telegram)
    )
    assert "C81554" in asked
    assert "ข้อความเท่านั้น" in sticker
    assert "C81554" in sticker
    assert "C81554" in photo
    assert "ไม่มีข้อความให้อ่าน" in nothing
    telegram.say(officer.telegram, details)
    shared.settle()
    assert SAVED in telegram.messages(officer.telegram)[-1].text
    assert shared.tickets(details) == 1


def test_what_a_failed_line_said_stays_to_be_corrected(ask: Ask, officer: Person) -> None:
    """A customer whom nobody knows: the details typed with it are kept and shown."""
    answers = ask(officer, one_line("ขอข้อมูลที่พิมพ์ไว้แล้ว", code="C99999999"))
    assert len(answers) == 1
    assert "ขอข้อมูลที่พิมพ์ไว้แล้ว" in answers[0]


# Events.


def test_the_same_event_twice_is_one(shared: DeskProcess, line: FakeLine, officer: Person) -> None:
    event = line.text_event(officer.line, one_line("ขอสถิติการประมง"))
    for _again in range(2):
        assert line.events([event]).status == 200
        shared.settle()
    assert line.redeliver(event["webhookEventId"]).status == 200
    assert line.events([event, event]).status == 200
    shared.settle()
    assert len(line.messages(officer.line)) == 1
    assert shared.tickets("ขอสถิติการประมง") == 1


def test_events_out_of_order_within_a_batch_are_handled_in_order(
    shared: DeskProcess, line: FakeLine, officer: Person
) -> None:
    events = [line.text_event(officer.line, missing_ticket(number)) for number in (1, 2, 3)]
    for later, event in enumerate(events):
        event["timestamp"] += later
    assert line.events([events[2], events[0], events[1]]).status == 200
    shared.settle()
    assert [m.text.split("R", 1)[1][9] for m in line.messages(officer.line)] == ["1", "2", "3"]


BAD_EVENTS: list[Any] = [
    7,
    None,
    "text",
    [],
    {},
    {"type": "message"},
    {
        "type": "message",
        "webhookEventId": "x1",
        "timestamp": "soon",
        "source": {"type": "user", "userId": NOK.line},
    },
    {
        "type": "message",
        "webhookEventId": "x2",
        "timestamp": 1,
        "source": {"type": "user", "userId": NOK.line},
    },
    {
        "type": "message",
        "webhookEventId": "x3",
        "timestamp": 10**30,
        "source": {"type": "user", "userId": NOK.line},
    },
    {
        "type": "message",
        "webhookEventId": "x4\ud800",
        "timestamp": 1,
        "source": {"type": "user", "userId": NOK.line},
    },
    {
        "type": "message",
        "webhookEventId": "x5",
        "timestamp": 1,
        "source": {"type": "user", "userId": "U\ud800\x00"},
    },
    {
        "type": "holiday",
        "webhookEventId": "x6",
        "timestamp": 1,
        "source": {"type": "user", "userId": NOK.line},
    },
    {"type": "postback", "webhookEventId": "x7", "timestamp": True, "source": 5, "postback": None},
]


@pytest.mark.parametrize("bad", BAD_EVENTS, ids=range(len(BAD_EVENTS)))
def test_an_event_that_cannot_be_read_harms_no_other(
    shared: DeskProcess, line: FakeLine, officer: Person, bad: Any
) -> None:
    other = next(fresh) if officer is OFFICERS[-1] else DAO
    before = len(line.messages(other.line))
    good = [
        line.text_event(officer.line, missing_ticket(1)),
        line.text_event(other.line, missing_ticket(2)),
    ]
    line.signed(good)
    raw = json.dumps({"destination": "x", "events": [good[0], bad, good[1]]}).encode()
    kept = shared.rows("SELECT count(*) FROM inbox")[0][0]
    assert line.events(good, raw_body=raw).status == 200
    shared.settle()
    assert len(line.messages(officer.line)) == 1
    assert len(line.messages(other.line)) == before + 1
    assert shared.rows("SELECT count(*) FROM inbox")[0][0] >= kept + 2


BAD_UPDATES: list[dict[str, Any]] = [
    {"message": None},
    {"message": {"chat": {"id": "x"}}},
    {
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": NOK.telegram, "type": "private"},
            "text": 5,
        }
    },
    {"message": {"message_id": 1, "date": 10**17, "chat": {"id": NOK.telegram, "type": "private"}}},
    {
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 10**40, "type": "\ud800"},
            "text": "\ud800\x00",
        }
    },
    {"callback_query": {"id": "\ud800", "from": {"id": NOK.telegram}, "data": "\ud800\x00"}},
    {"inline_query": None},
    {"inline_query": {"id": "1", "query": "x", "offset": ""}},
    {
        "inline_query": {
            "id": "1",
            "from": {"id": NOK.telegram, "is_bot": False, "first_name": "x"},
            "query": 7,
        }
    },
    {
        "inline_query": {
            "id": "\ud800",
            "from": {"id": NOK.telegram, "is_bot": False, "first_name": "x"},
            "query": "\ud800\x00" * 200,
            "offset": "\ud800",
        }
    },
    {"invented": {}},
]


@pytest.mark.parametrize("bad", BAD_UPDATES, ids=range(len(BAD_UPDATES)))
def test_an_update_that_cannot_be_read_harms_no_other(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person, bad: dict[str, Any]
) -> None:
    telegram.say(officer.telegram, missing_ticket(1))
    kept = telegram.push_raw(bad)
    telegram.say(officer.telegram, missing_ticket(2))
    shared.settle()
    assert [m.text.split("R", 1)[1][9] for m in telegram.messages(officer.telegram)] == ["1", "2"]
    allowed = (
        [(0,)] if "invented" in bad else [(1,)]
    )  # the fake, like Telegram, brings what was asked for
    assert shared.rows("SELECT count(*) FROM inbox WHERE event_id = ?", str(kept)) == allowed


@pytest.mark.parametrize("signature", ["wrong", "missing", "", "ก", "x" * 5000])
def test_a_body_that_line_did_not_sign_is_401_and_stores_nothing(
    shared: DeskProcess, line: FakeLine, signature: str
) -> None:
    before = shared.rows("SELECT count(*) FROM inbox")
    event = line.text_event(NOK.line, one_line("ปลอม"))
    body, headers = line.signed([event])
    if signature in ("wrong", "missing"):
        assert line.events([event], signature=signature).status == 401
    else:
        headers["x-line-signature"] = signature.encode().decode("latin-1")
        assert shared.request("POST", "/line/webhook", body, **_names(headers)) == 401
    assert shared.rows("SELECT count(*) FROM inbox") == before


def test_a_body_of_three_megabytes_is_413(
    shared: DeskProcess, line: FakeLine, officer: Person
) -> None:
    assert shared.request("POST", "/line/webhook", b"x" * 3_000_000, X_Line_Signature="x") == 413
    assert shared.request("POST", "/line/webhook", b"x" * 3_000_000) == 401
    # What others forged in the bot's name before is over with the next call that LINE signed.
    assert line.events([line.text_event(officer.line, "เมนู")]).status == 200
    assert shared.health() == 200


def test_an_unknown_way_in_says_nothing(shared: DeskProcess) -> None:
    # Polling: there is no webhook, and whoever is not logged in learns no more.
    assert shared.request("POST", "/telegram/webhook", b"{}") == 401
    assert shared.request("GET", "/line/webhook") == 303


# Presses.


def open_ticket(
    shared: DeskProcess, telegram: FakeTelegram, who: Person, details: str
) -> SentMessage:
    telegram.say(who.telegram, one_line(details))
    shared.settle()
    return telegram.messages(who.telegram)[-1]


def press(
    shared: DeskProcess, telegram: FakeTelegram, who: Person, token: str, message: SentMessage
) -> str:
    """What this person is told when their app sends that token; it may be a forged press."""
    before = len(telegram.messages(who.telegram))
    query = {
        "id": f"{message.message_id}{who.telegram}{before}",
        "from": {"id": who.telegram, "is_bot": False, "first_name": "x"},
        "message": {
            "message_id": message.message_id,
            "date": 1,
            "chat": {"id": who.telegram, "type": "private"},
        },
        "chat_instance": "1",
        "data": token,
    }
    telegram.push_raw({"callback_query": query})
    shared.settle()
    (answer,) = telegram.messages(who.telegram)[before:]
    return answer.text


def token_of(message: SentMessage, label: str) -> str:
    return next(data or "" for row in message.buttons for text, data in row if text == label)


REOPEN = "เปิดใบงานอีกครั้ง"


def status_of(shared: DeskProcess, details: str) -> tuple[Any, ...]:
    return shared.rows("SELECT status, version FROM tickets WHERE details = ?", details)[0]


def test_a_button_works_once_and_then_shows_how_things_are(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    message = open_ticket(shared, telegram, officer, "กดสองครั้งติดกัน")
    token = token_of(message, REOPEN)
    assert SAVED in press(shared, telegram, officer, token, message)
    assert SAVED not in press(shared, telegram, officer, token, message)
    assert status_of(shared, "กดสองครั้งติดกัน") == ("open", 2)


def test_a_used_button_leaves_the_message(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    message = open_ticket(shared, telegram, officer, "ปุ่มที่ใช้แล้วหายไป")
    telegram.press(officer.telegram, message.message_id, REOPEN)
    shared.settle()
    assert telegram.messages(officer.telegram)[0].buttons == ()


def test_somebody_elses_button_does_nothing(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    message = open_ticket(shared, telegram, officer, "ปุ่มของคนอื่นกดไม่ได้")
    answer = press(shared, telegram, next(fresh), token_of(message, REOPEN), message)
    assert answer == "⚠️ ปุ่มนี้เป็นของเจ้าหน้าที่คนอื่น เปิดรายการด้วยตนเองเพื่อทำต่อ"
    assert status_of(shared, "ปุ่มของคนอื่นกดไม่ได้") == ("closed", 1)


@pytest.mark.parametrize(
    "token", ["", "expired", "no-such-token", "x" * 3000, "\ud800", "1' OR '1'='1"]
)
def test_an_expired_or_invented_button_says_so(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person, token: str
) -> None:
    details = f"ปุ่มหมดอายุแล้ว {officer.telegram}"
    message = open_ticket(shared, telegram, officer, details)
    if token == "expired":
        token = token_of(message, REOPEN)
        shared.write(
            "UPDATE buttons SET expires_at = '2020-01-01T00:00:00.000000Z' WHERE token = ?", token
        )
    assert "ปุ่มนี้หมดอายุแล้ว" in press(shared, telegram, officer, token, message)
    assert status_of(shared, details) == ("closed", 1)


def test_a_button_on_a_ticket_that_moved_on_shows_it(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    details = "ใบงานเปลี่ยนไปก่อนกดปุ่ม"
    message = open_ticket(shared, telegram, officer, details)
    shared.write("UPDATE tickets SET version = version + 1 WHERE details = ?", details)
    answer = press(shared, telegram, officer, token_of(message, REOPEN), message)
    assert SAVED not in answer
    assert details in answer
    assert status_of(shared, details) == ("closed", 2)


# Strangers.


def test_a_strangers_flood_gets_five_answers(
    shared: DeskProcess, telegram: FakeTelegram, line: FakeLine
) -> None:
    flood = person("flood", 9100)
    for number in range(100):
        telegram.say(flood.telegram, f"นายสมชาย {number}")
    line.events([line.text_event(flood.line, f"C81554 {number}") for number in range(100)])
    shared.settle()
    answers = [m.text for m in telegram.messages(flood.telegram)]
    assert len(answers) == 5
    assert len(line.messages(flood.line)) == 5
    answers += [message.text for message in line.messages(flood.line)]
    assert {answer.removeprefix(RESENT) for answer in answers} == {"บัญชีนี้ยังไม่ได้เชื่อมกับเจ้าหน้าที่ สสช."}


def test_a_stranger_asks_the_administrator_once(
    shared: DeskProcess, telegram: FakeTelegram, line: FakeLine
) -> None:
    told = len(telegram.messages(ADMIN.telegram)) + len(line.messages(ADMIN.line))
    telegram.say(9101, "ขอเข้าใช้งานหน่อย", first_name="<b>ผู้ขอ & สิทธิ์")
    shared.settle()
    (sentence,) = telegram.messages(9101)
    for _again in range(3):
        telegram.press(9101, sentence.message_id, "ขอสิทธิ์ใช้งาน")
    shared.settle()
    assert len(telegram.messages(ADMIN.telegram)) + len(line.messages(ADMIN.line)) == told + 1
    assert shared.rows("SELECT display_name FROM access_requests WHERE user_id = '9101'") == [
        ("<b>ผู้ขอ & สิทธิ์",)
    ]


def test_an_english_telephone_is_answered_too(shared: DeskProcess, telegram: FakeTelegram) -> None:
    telegram.say(9102, "hello", language_code="en")
    shared.settle()
    (answer,) = telegram.messages(9102)
    assert "สสช" not in answer.text


def test_blocked_staff_are_told_so_at_the_next_press(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    details = "ถูกระงับก่อนกดปุ่ม"
    message = open_ticket(shared, telegram, officer, details)
    shared.write(
        "UPDATE staff SET blocked_at = '2026-01-01T00:00:00.000000Z' WHERE id = "
        "(SELECT staff_id FROM identities WHERE user_id = ?)",
        str(officer.telegram),
    )
    answer = press(shared, telegram, officer, token_of(message, REOPEN), message)
    assert answer == "บัญชีนี้ถูกระงับ ติดต่อผู้ดูแลระบบ"
    assert status_of(shared, details) == ("closed", 1)


def test_groups_get_silence(shared: DeskProcess, telegram: FakeTelegram, line: FakeLine) -> None:
    group = "C" + NOK.line[1:]
    telegram.say(NOK.telegram, "C81554", chat_id=-1001)
    line.say(NOK.line, "C81554", chat_id=group)
    shared.settle()
    assert telegram.messages(-1001) == []
    assert line.messages(group) == []
