"""kill -9 at every step between receiving from LINE and answering: nothing lost, nothing done
twice.
"""

import asyncio
from uuid import uuid4

import pytest

from domain.staff import Platform
from store.chat import outbox
from store.opening import open_database
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import (
    DAO,
    NOK,
    RESENT,
    SAVED,
    DeskProcess,
    LineCourier,
    missing_ticket,
    one_line,
)
from tests.fakes.clock import CLOCK
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long


def ask_and_crash(
    desk: DeskProcess, line: FakeLine, failpoint: str, text: str
) -> list[tuple[str, str]]:
    """(via, text) of the answers when the desk dies at the failpoint, is started again, and LINE
    redelivers.
    """
    courier = LineCourier(line)
    desk.start(failpoint)
    courier.say(NOK.line, text)
    desk.restart_after_kill()
    courier.redeliver()
    desk.settle()
    return [(message.via, message.text) for message in line.messages(NOK.line)]


@pytest.mark.parametrize(
    "failpoint", ["event.handled", "event.finished", "message.sending", "message.sent"]
)
def test_a_ticket_is_saved_once_and_answered_once(
    line_desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    """Cut off before the call, the reply token tells that LINE never saw it: it is answered once,
    unmarked.
    """
    details = f"สอบถามรายได้ครัวเรือน {failpoint}"
    ((via, text),) = ask_and_crash(line_desk, line, failpoint, one_line(details))
    assert via == "reply"
    assert SAVED in text
    assert RESENT not in text
    assert line_desk.tickets(details) == 1


@pytest.mark.parametrize(("failpoint", "kept"), [("event.received", 0), ("event.committed", 2)])
def test_nothing_is_acknowledged_before_the_whole_batch_is_committed(
    line_desk: DeskProcess, line: FakeLine, courier: LineCourier, failpoint: str, kept: int
) -> None:
    line_desk.start(failpoint)
    texts = {NOK.line: "ขอตารางสถิติรายจังหวัด", DAO.line: "ขอตารางสถิติรายภาค"}
    delivery = courier.bring(
        [line.text_event(user, one_line(text)) for user, text in texts.items()]
    )
    assert delivery.status == 0
    line_desk.wait_killed()
    assert line_desk.rows("SELECT count(*) FROM inbox") == [(kept,)]
    line_desk.start()
    courier.redeliver()
    line_desk.settle()
    for user, text in texts.items():
        assert line_desk.tickets(text) == 1
        assert len(line.messages(user)) == 1


def test_a_confirmation_cut_off_after_the_call_is_pushed_once_and_marked(
    line_desk: DeskProcess, line: FakeLine
) -> None:
    """The push that repeats it has a key: killed again after LINE took that too, it is not taken
    twice.
    """
    line_desk.start("message.accepted")
    line.say(NOK.line, one_line("สอบถามแรงงานนอกระบบ"))
    line_desk.wait_killed()
    line_desk.start("message.accepted")
    line_desk.restart_after_kill()
    line_desk.settle()
    first, second = line.messages(NOK.line)
    assert (first.via, second.via) == ("reply", "push")
    assert SAVED in first.text
    assert second.text == RESENT + first.text
    assert line_desk.tickets("สอบถามแรงงานนอกระบบ") == 1


def test_any_other_answer_cut_off_after_the_call_is_not_repeated(
    line_desk: DeskProcess, line: FakeLine
) -> None:
    ((via, text),) = ask_and_crash(line_desk, line, "message.accepted", missing_ticket(7))
    assert via == "reply"
    assert "R0000000007" in text
    assert line_desk.rows("SELECT state FROM outbox") == [("dropped",)]


@pytest.mark.parametrize("failpoint", ["message.sending", "message.accepted"])
def test_a_push_arrives_exactly_once(
    line_desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    """The message's id is LINE's retry key: what was accepted before the kill is not accepted
    again.
    """
    asyncio.run(put_push(line_desk, "ถึงเวลาติดตามใบงาน"))
    line_desk.start(failpoint)
    line_desk.restart_after_kill()
    line_desk.settle()
    assert [(m.via, m.text) for m in line.messages(NOK.line)] == [("push", "ถึงเวลาติดตามใบงาน")]
    keys = [call.headers["x-line-retry-key"] for call in line.calls if call.method == "push"]
    assert len(keys) == (2 if failpoint == "message.accepted" else 1)
    assert len(set(keys)) == 1


async def put_push(desk: DeskProcess, text: str) -> None:
    """A message that nobody asked for waits in the outbox of a desk that is down."""
    payload = f'{{"messages": [{{"type": "text", "text": "{text}"}}]}}'
    message = outbox.Message(uuid4(), Platform.LINE, NOK.line, payload, confirms=True)
    db = await open_database(f"sqlite:///{desk.database}")
    await db.write(lambda tx: outbox.put(tx, [message], "serve:before", CLOCK()))
    await db.close()


def test_of_five_messages_none_is_lost_and_the_order_holds(
    line_desk: DeskProcess, line: FakeLine, courier: LineCourier
) -> None:
    line_desk.start("message.accepted:3")
    for number in range(1, 6):
        courier.say(NOK.line, missing_ticket(number))
    line_desk.restart_after_kill()
    courier.redeliver()
    line_desk.settle()
    answers = [int(message.text.split("R", 1)[1].split()[0]) for message in line.messages(NOK.line)]
    assert answers == [1, 2, 3, 4, 5]


def test_a_form_begun_on_telegram_goes_on_in_line_after_a_kill(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    details = "ขอข้อมูลจำนวนนักท่องเที่ยว"
    desk = make_desk(telegram, line).start("message.sent")
    telegram.say(NOK.telegram, "/open C81554 โทร 1.1")
    desk.restart_after_kill()
    line.say(NOK.line, details)
    desk.settle()
    assert len(telegram.messages(NOK.telegram)) == 1
    assert SAVED in line.messages(NOK.line)[-1].text
    assert desk.tickets(details) == 1
