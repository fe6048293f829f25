"""Told means reached: what LINE takes no more of rides with the next answer, on the wire."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.queues import told
from domain.reach.untold import of_owed
from handlers.chat import Masked, Notice, Paragraph, Reply, say
from handlers.desk import Outcome
from handlers.staff.rides import RIDES
from store.engine.database import Tx
from tests.bot.conftest import MAY, NOK, NOK_LINE, WiredDesk
from tests.fakes.wire import DropAfter, DropBefore, Status

TICKET = "R2611000124"
NOTICE = f"⏰ เกินกำหนด 10.00 น.\n🎫 {TICKET}"


@pytest.fixture
async def spent(wired: WiredDesk) -> WiredDesk:
    """นก is on LINE alone, whose quota is spent."""
    await wired.db.write(
        lambda tx: tx.execute("DELETE FROM identities WHERE user_id = ?", str(NOK))
    )
    wired.line.quota = 0
    return wired


async def notify(desk: WiredDesk, *keys: str, text: str = NOTICE) -> None:
    """Something is to be told to นก."""
    notices = []
    for key in keys:
        reply = replace(say(f"{text} {key}"), masked=(Masked("🎫 1", typed="R2611000124"),))
        notices.append(Notice(lambda reply=reply: reply, key, staff_id=desk.ids["nok"]))
    await desk.engine.post(Outcome(notices=tuple(notices)))
    await desk.engine.idle()


async def writes(desk: WiredDesk, text: str) -> list[str]:
    before = len(desk.line_texts())
    await desk.hears(desk.line.text_event(NOK_LINE, text))
    return desk.line_texts()[before:]


async def test_what_could_not_be_pushed_rides_with_the_next_answer_once(spent):
    await notify(spent, "deadline:1")
    assert spent.line_texts() == []
    menu, told = await writes(spent, "เมนู")
    assert menu.startswith("เมนู")
    assert told.startswith(NOTICE)
    assert "ส่งไม่ถึงตั้งแต่" in told
    assert [call.status for call in spent.line.calls if call.method == "reply"] == [200]
    assert len(await writes(spent, "เมนู")) == 1
    assert await spent.value("SELECT count(*) AS n FROM untold WHERE told_at IS NULL") == 0


async def test_what_is_much_rides_as_one_list_that_opens_whole(spent):
    await notify(spent, *(f"deadline:{n}" for n in range(12)))
    _menu, told = await writes(spent, "เมนู")
    assert "ยังไม่ได้แจ้งคุณ 12 เรื่อง" in told
    assert told.count("เกินกำหนด 10.00 น.") == 10
    _menu, *rest = await writes(spent, "เมนู")
    assert [text.partition("\n🔔")[0] for text in rest] == [
        f"{NOTICE} deadline:10",
        f"{NOTICE} deadline:11",
    ]
    token = await spent.value("SELECT token FROM buttons WHERE action = 'untold.show' LIMIT 1")
    before = len(spent.line_texts())
    await spent.hears(spent.line.event("postback", NOK_LINE, None, postback={"data": token}))
    (shown,) = spent.line_texts()[before:]
    assert shown.startswith(f"{NOTICE} deadline:")
    assert len(await writes(spent, "เมนู")) == 1


async def test_an_answer_that_was_too_late_to_be_free_leaves_it_waiting(spent):
    await notify(spent, "deadline:1")
    spent.line.fail("reply", Status(400, '{"message":"Invalid reply token"}'))
    assert await writes(spent, "เมนู") == []
    assert len(await writes(spent, "เมนู")) == 2


@pytest.mark.parametrize("fault", [DropAfter(), DropBefore(), Status(500)])
async def test_whatever_became_of_the_first_try_it_is_told_once(spent, fault):
    await notify(spent, "deadline:1")
    spent.line.fail("reply", fault)
    await writes(spent, "เมนู")
    spent.wait(seconds=5)
    await spent.sweep()
    assert [text.startswith(NOTICE) for text in spent.line_texts()] == [False, True]
    assert len(await writes(spent, "เมนู")) == 1


async def test_an_administrator_sees_what_is_undelivered_whose_and_since_when(spent):
    await notify(spent, "deadline:1", "reminder:2")
    spent.telegram.say(MAY, "/status")
    await spent.turn()
    status = spent.telegram_texts(MAY)[-1]
    assert "ยังแจ้งไม่ถึง" in status
    assert "คุณนก · ใบงานใกล้หรือเกินกำหนด 1, เตือนส่วนตัว 1 (R2611000124)" in status
    assert "ตั้งแต่ จ. 23 พ.ย. 69 10.00 น." in status
    await writes(spent, "เมนู")
    spent.telegram.say(MAY, "/status")
    await spent.turn()
    assert "ยังแจ้งไม่ถึง" not in spent.telegram_texts(MAY)[-1]


async def test_it_comes_on_telegram_where_the_person_comes_back_there(spent):
    await notify(spent, "deadline:1")
    await spent.db.write(
        lambda tx: tx.execute(
            "UPDATE identities SET staff_id = ? WHERE user_id = ?", spent.ids["nok"], str(MAY)
        )
    )
    spent.telegram.say(MAY, "เมนู")
    await spent.turn()
    _menu, told = spent.telegram_texts(MAY)[-2:]
    assert told.startswith(NOTICE)
    assert len(await writes(spent, "เมนู")) == 1


async def test_what_cannot_be_told_any_more_keeps_nobody_from_being_answered(spent, monkeypatch):
    async def fails(*_what):
        raise KeyError("deadline")

    await notify(spent, "deadline:1")
    monkeypatch.setitem(RIDES, "deadline", fails)
    (menu,) = await writes(spent, "เมนู")
    assert menu.startswith("เมนู")
    monkeypatch.undo()
    assert len(await writes(spent, "เมนู")) == 2


# A notice of several calls.


LONG = 7
"""Paragraphs of a notice; LINE takes five in a call."""


async def notify_at_length(desk: WiredDesk) -> None:
    """A notice of two calls, which tells of the first reminder of a thing owed."""
    parts = tuple(Paragraph(f"{number} {'ก' * 4000}") for number in range(LONG))
    reply = Reply(parts, masked=(Masked("🎫 1", typed=TICKET),), tells=(of_owed(1, 1),))
    notice = Notice(lambda: reply, "owed:1", staff_id=desk.ids["nok"])
    await desk.engine.post(Outcome(notices=(notice,)))
    await desk.engine.idle()


@pytest.fixture
async def reminded(spent: WiredDesk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The things owed that count as told of, as often as they do."""
    counted: list[int] = []

    async def note(_tx: Tx, reminders: Mapping[int, int]) -> None:
        counted.extend(reminders)

    async def note_nobody(*_what: object) -> None:
        """There is no such thing owed."""

    monkeypatch.setattr(told.reminding, "note_told", note)
    monkeypatch.setattr(told, "note_person", note_nobody)
    return counted


def shown(desk: WiredDesk) -> set[str]:
    """The paragraphs of the notice that LINE shows."""
    return {text[0] for text in desk.line_texts() if "กกก" in text}


async def test_a_notice_of_several_calls_counts_as_told_with_the_last(spent, reminded):
    spent.line.quota = None
    await notify_at_length(spent)
    assert len(shown(spent)) == LONG
    assert reminded == [1]


async def test_a_notice_whose_second_call_fails_is_not_told_and_comes_whole(spent, reminded):
    spent.line.quota = 1
    await notify_at_length(spent)
    assert 0 < len(shown(spent)) < LONG
    assert reminded == []
    assert await spent.value("SELECT count(*) AS n FROM untold WHERE told_at IS NULL") == 1
    spent.telegram.say(MAY, "/status")
    await spent.turn()
    assert "ยังแจ้งไม่ถึง" in spent.telegram_texts(MAY)[-1]
    spent.line.quota = None
    await writes(spent, "เมนู")
    await writes(spent, "เมนู")
    assert await spent.value("SELECT count(*) AS n FROM untold WHERE told_at IS NULL") == 0
    assert reminded == [1]
