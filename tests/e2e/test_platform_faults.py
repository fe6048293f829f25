"""Platforms that are down, slow, busy or broken: all is delivered once they are back, in order."""

from collections.abc import Iterator

import pytest

from tests.e2e.harness import (
    ADMIN,
    OFFICERS,
    RESENT,
    SAVED,
    STRANGER,
    DeskProcess,
    Person,
    missing_ticket,
    one_line,
)
from tests.fakes.line import RATE_LIMITED, FakeLine
from tests.fakes.telegram import SENDS, FakeTelegram
from tests.fakes.wire import Delay, DropAfter, DropBefore, Fault, Hold, Status

pytestmark = pytest.mark.long

GATEWAY = Status(502, "<html><body><h1>502 Bad Gateway</h1></body></html>")
NUMBERS = [1, 2, 3, 4, 5]
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


def told(texts: list[str]) -> list[tuple[bool, int]]:
    """(marked as repeated, the number that the answer names)."""
    return [(text.startswith(RESENT), int(text.split("R", 1)[1].split()[0])) for text in texts]


def plainly(*numbers: int) -> list[tuple[bool, int]]:
    return [(False, number) for number in numbers]


TELEGRAM_FAULTS: dict[str, tuple[list[Fault], list[tuple[bool, int]]]] = {
    "busy": ([Status(429, retry_after=2)], plainly(1, 2, 3)),
    "its own error, twice": ([Status(500)] * 2, plainly(1, 2, 3)),
    "a gateway's page": ([GATEWAY], [(True, 1), *plainly(2, 3)]),
    "cut off before": ([DropBefore()], [(True, 1), *plainly(2, 3)]),
    "cut off after": ([DropAfter()], [(False, 1), (True, 1), *plainly(2, 3)]),
    "slow": ([Delay(2.0)], plainly(1, 2, 3)),
}


@pytest.mark.parametrize("fault", TELEGRAM_FAULTS)
def test_telegram_answers_arrive_in_order_after(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person, fault: str
) -> None:
    faults, expected = TELEGRAM_FAULTS[fault]
    telegram.fail("sendMessage", *faults)
    for number in (1, 2, 3):
        telegram.say(officer.telegram, missing_ticket(number))
    shared.settle()
    assert told([message.text for message in telegram.messages(officer.telegram)]) == expected


def test_telegram_is_not_asked_again_before_retry_after(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    telegram.fail("sendMessage", Status(429, retry_after=2))
    telegram.say(officer.telegram, missing_ticket(1))
    telegram.wait_messages(officer.telegram, 1)
    mine = [
        c for c in telegram.calls if c.method in SENDS and c.params["chat_id"] == officer.telegram
    ]
    first, second = (call.at for call in mine)
    assert second - first >= 2.0


def test_telegram_answers_arrive_when_it_is_back_from_being_down(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    telegram.down()
    for number in NUMBERS:
        telegram.say(officer.telegram, missing_ticket(number))
    telegram.up()
    shared.settle()
    assert told([message.text for message in telegram.messages(officer.telegram)]) == plainly(
        *NUMBERS
    )


def test_a_slow_answer_holds_up_nobody_else(
    shared: DeskProcess, telegram: FakeTelegram, officer: Person
) -> None:
    other = next(fresh)
    held = Hold()
    telegram.fail("sendMessage", held)
    telegram.say(officer.telegram, missing_ticket(1))
    telegram.wait_for(
        lambda: any(c.params.get("chat_id") == officer.telegram for c in telegram.calls)
    )
    telegram.say(other.telegram, missing_ticket(2))
    telegram.wait_messages(other.telegram, 1)
    assert telegram.messages(officer.telegram) == []
    held.release()
    shared.settle()


LINE_FAULTS: dict[str, list[Fault]] = {
    "busy": [RATE_LIMITED],
    "its own error": [Status(500)],
    "its own error, three times": [Status(500)] * 3,
    "a gateway's page": [GATEWAY],
    "cut off before": [DropBefore()],
    "cut off before, then busy": [DropBefore(), RATE_LIMITED],
    "cut off after": [DropAfter()],
    "slow": [Delay(2.0)],
}


@pytest.mark.parametrize("fault", LINE_FAULTS)
def test_line_answers_arrive_once_and_in_order_after(
    shared: DeskProcess, line: FakeLine, officer: Person, fault: str
) -> None:
    """A reply token works once: whatever became of the first try, the answer is there once."""
    line.fail("reply", *LINE_FAULTS[fault])
    for number in NUMBERS:
        assert line.say(officer.line, missing_ticket(number)).status == 200
    shared.settle()
    assert told([message.text for message in line.messages(officer.line)]) == plainly(*NUMBERS)


def test_a_line_confirmation_cut_off_after_it_arrived_is_pushed_once_marked(
    shared: DeskProcess, line: FakeLine, officer: Person
) -> None:
    line.fail("reply", DropAfter())
    line.fail("push", DropAfter(), GATEWAY)
    line.say(officer.line, one_line("ขอแผนที่เขตแจงนับ"))
    shared.settle()
    first, second = line.messages(officer.line)
    assert SAVED in first.text
    assert (second.via, second.text) == ("push", RESENT + first.text)
    assert shared.tickets("ขอแผนที่เขตแจงนับ") == 1


@pytest.mark.parametrize(
    "seconds", [0, 61], ids=["within the minute", "after the reply token's minute"]
)
def test_line_answers_arrive_when_it_is_back_from_being_down(
    shared: DeskProcess, line: FakeLine, officer: Person, seconds: int
) -> None:
    """Late answers are pushed, since the reply token is no longer good."""
    events = [line.text_event(officer.line, missing_ticket(number)) for number in NUMBERS]
    body, headers = line.signed(events)
    line.down()
    status = shared.request(
        "POST", "/line/webhook", body, **{k.replace("-", "_"): v for k, v in headers.items()}
    )
    assert status == 200
    line.advance(seconds)
    line.up()
    shared.settle()
    messages = line.messages(officer.line)
    assert told([message.text for message in messages]) == plainly(*NUMBERS)
    assert {message.via for message in messages} == {"push" if seconds else "reply"}


def test_a_push_meets_every_fault_and_arrives_once(shared: DeskProcess, line: FakeLine) -> None:
    """The administrator hears of a stranger's request; the key keeps the tries apart from
    repeats.
    """
    before = len(line.messages(ADMIN.line))
    shared.write(
        "UPDATE identities SET seen_at = '2030-01-01T00:00:00.000000Z' WHERE user_id = ?",
        ADMIN.line,
    )
    line.follow(STRANGER.line)
    shared.settle()
    line.fail("push", DropBefore(), RATE_LIMITED, GATEWAY, DropAfter())
    line.press(STRANGER.line, "ขอสิทธิ์ใช้งาน")
    shared.settle()
    (notice,) = line.messages(ADMIN.line)[before:]
    assert "มีผู้ขอสิทธิ์ใช้งาน" in notice.text
    assert RESENT not in notice.text
