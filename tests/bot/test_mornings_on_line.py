"""LINE's pushes are planned: a morning comes with the first answer, else in one push at nine; when the
quota is scarce, what is urgent goes first. On the wire.
"""

from datetime import timedelta

import pytest

from scheduler.ticker import Ticker
from store.chat import push_use
from store.chat.push_use import PushUse
from tests.bot.conftest import NOK, NOK_LINE, WiredDesk

SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"
OPEN = "/open C81554 โทร 6.1 ขอข้อมูลแรงงาน"


@pytest.fixture
async def morning(wired: WiredDesk) -> WiredDesk:
    """A morning at half past eight on which นก, on LINE alone, has a ticket that is overdue, and a
    contract to be reminded of at nine.
    """
    await wired.db.write(
        lambda tx: tx.execute("DELETE FROM identities WHERE user_id = ?", str(NOK))
    )
    for text in (SENT, OPEN):
        await wired.hears(wired.line.text_event(NOK_LINE, text))
    wired.now = (wired.now + timedelta(days=15)).replace(hour=1, minute=30)
    wired.line.calls.clear()
    return wired


async def tick(desk: WiredDesk) -> None:
    for _again in range(3):
        await Ticker(desk.engine.desk, desk.engine).tick()
        await desk.engine.idle()


def pushes(desk: WiredDesk) -> int:
    return sum(call.method == "push" for call in desk.line.calls)


async def since(desk: WiredDesk, text: str = "") -> list[str]:
    before = len(desk.line_texts())
    if text:
        await desk.hears(desk.line.text_event(NOK_LINE, text))
    return desk.line_texts()[before:]


async def test_who_writes_before_nine_is_told_all_of_the_morning_with_the_answer(morning):
    await tick(morning)
    assert pushes(morning) == 0
    morning.wait(minutes=10)
    menu, *told = await since(morning, "เมนู")
    assert menu.startswith("เมนู")
    assert "☀️" in told[0]
    assert "ค้างส่ง 1 เรื่อง" in told[1]
    assert not any("ส่งไม่ถึง" in text for text in told)
    morning.wait(minutes=21)
    await tick(morning)
    assert pushes(morning) == 0
    assert len(await since(morning, "เมนู")) == 1


async def test_who_writes_nothing_gets_one_push_at_nine(morning):
    await tick(morning)
    before = len(morning.line_texts())
    morning.wait(minutes=30)
    await tick(morning)
    told = morning.line_texts()[before:]
    assert pushes(morning) == 1
    assert ["☀️" in text for text in told] == [True, False]
    assert "ค้างส่ง 1 เรื่อง" in told[1]
    morning.wait(minutes=5)
    assert len(await since(morning, "เมนู")) == 1
    assert await morning.value("SELECT reminders - untold FROM owed") == 1


async def test_where_the_push_at_nine_fails_it_rides_and_counts_only_then(morning):
    morning.line.quota = 0
    morning.wait(minutes=10)
    await tick(morning)
    morning.wait(minutes=20)
    await tick(morning)
    assert await morning.value("SELECT reminders - untold FROM owed") == 0
    assert await morning.value("SELECT count(*) FROM untold WHERE told_at IS NULL") == 2
    assert ["☀️" in text for text in await since(morning, "เมนู")] == [False, True, False]
    assert await morning.value("SELECT reminders - untold FROM owed") == 1
    assert len(await since(morning, "เมนู")) == 1


async def test_it_is_decided_once_whenever_somebody_writes(morning):
    """The answer and the push meet: whichever comes first tells it, and the other does not."""
    await tick(morning)
    morning.wait(minutes=30)
    _menu, *told = await since(morning, "เมนู")
    assert len(told) == 2
    await tick(morning)
    assert pushes(morning) == 0


async def test_when_the_quota_is_scarce_the_days_work_rides_and_what_is_urgent_goes(morning):
    used = PushUse(used=240, quota=300, asked_at=morning.now)
    await morning.db.write(lambda tx: push_use.note(tx, "line", used, morning.now))
    morning.now = morning.now.replace(hour=2, minute=30)
    await tick(morning)
    assert pushes(morning) == 0
    await since(morning, "เตือน อีก 1 ชม. โทรกลับ")
    assert await morning.value("SELECT count(*) FROM untold WHERE told_at IS NULL") == 0
    morning.wait(hours=1, minutes=1)
    await tick(morning)
    assert pushes(morning) == 1


async def test_what_rode_with_nothing_is_pushed_the_next_working_day(morning):
    used = PushUse(used=240, quota=300, asked_at=morning.now)
    await morning.db.write(lambda tx: push_use.note(tx, "line", used, morning.now))
    morning.now = morning.now.replace(hour=2, minute=30)
    await tick(morning)
    morning.wait(hours=24)
    morning.now = morning.now.replace(hour=2, minute=0)
    await tick(morning)
    assert pushes(morning) == 1


async def test_two_reminders_that_reached_nobody_are_told_once_and_count_as_one(morning):
    await morning.db.write(
        lambda tx: tx.execute(
            "UPDATE identities SET unreachable_at = seen_at WHERE chat <> ?", NOK_LINE
        )
    )
    morning.line.quota = 0
    for days in (0, 7, 7):
        morning.now = (morning.now + timedelta(days=days)).replace(hour=2, minute=5)
        await tick(morning)
    assert await morning.value("SELECT reminders FROM owed") >= 2
    assert await morning.value("SELECT reminders - untold FROM owed") == 0
    assert "เตือนแล้ว" not in "".join(await since(morning, "/contracts"))
    told = [text for text in morning.line_texts() if "ค้างส่ง 1 เรื่อง" in text]
    assert len(told) == 1
    assert "เตือนครั้งที่ 1" in told[0]
    assert await morning.value("SELECT reminders - untold FROM owed") == 1
    await since(morning, "เมนู")
    assert len([text for text in morning.line_texts() if "ค้างส่ง 1 เรื่อง" in text]) == 1


async def test_what_comes_back_is_not_asked_for_in_the_same_answer_or_later(morning):
    morning.line.quota = 0
    morning.now = morning.now.replace(hour=2, minute=5)
    await tick(morning)
    answer = await since(morning, "/open C70001 อีเมล 7.10 ส่งสัญญาคืน => ได้รับแล้ว ปิด")
    assert "หยุดเตือน" in answer[1]
    assert "☀️" in answer[2]
    await since(morning, "เมนู")
    assert not any("ค้างส่ง 1 เรื่อง" in text for text in morning.line_texts())
    assert await morning.value("SELECT count(*) FROM untold WHERE told_at IS NULL") == 0


async def test_who_has_another_app_is_told_there_at_the_usual_times(wired):
    for text in (SENT, OPEN):
        await wired.hears(wired.line.text_event(NOK_LINE, text))
    later = wired.now + timedelta(hours=1)
    await wired.db.write(
        lambda tx: tx.execute(
            "UPDATE identities SET seen_at = ? WHERE platform = 'line' AND chat = ?",
            later,
            NOK_LINE,
        )
    )
    wired.now = (wired.now + timedelta(days=15)).replace(hour=1, minute=30)
    wired.line.calls.clear()
    await tick(wired)
    assert ["☀️" in text for text in wired.telegram_texts(NOK)] == [True]
    wired.wait(minutes=31)
    await tick(wired)
    assert pushes(wired) == 1
    assert "ค้างส่ง 1 เรื่อง" in wired.line_texts()[-1]
