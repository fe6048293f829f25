"""A clock that jumps: set back it tells nothing twice and nothing waits for a time that never was;
set forward it takes the present; and a desk that starts late says a reminder once.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.ticker import Ticker
from store.chat import untold
from store.engine import leases
from tests.handlers.conftest import DeskUnderTest

MORNING = datetime(2026, 11, 24, 1, 25, tzinfo=UTC)
"""Tuesday, 8.25 in Bangkok."""
SENT = "/open C70001 เมล 7.9 วันที่ {} พ.ย. 69 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


def said(desk: DeskUnderTest) -> Counter[str]:
    replies = desk.told("nok").replies
    return Counter("\n".join(str(part) for part in reply.parts) for reply in replies)


async def pass_time(desk: DeskUnderTest, hours: float, step: timedelta = timedelta(minutes=5)):
    """The desk ticks while time passes."""
    until = desk.now + timedelta(hours=hours)
    while desk.now < until:
        await desk.tick()
        desk.now += step


async def a_morning(desk: DeskUnderTest) -> Counter[str]:
    """Two debts, a ticket that is late and a reminder are told of; returns what was said by then."""
    await desk.says(SENT.format(9))
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ")
    await desk.says("เตือน C81554 พรุ่งนี้ 9.00 โทรกลับ")
    desk.now = MORNING
    await pass_time(desk, 1)
    told = said(desk)
    assert sum("โทรกลับ" in text and "เสร็จแล้ว" in text for text in told) == 1
    assert sum("ยังไม่ส่งสัญญาคืน" in text for text in told) == 1
    return told


@pytest.mark.parametrize(
    "back",
    [
        timedelta(minutes=20),
        timedelta(hours=1),
        timedelta(days=1),
        timedelta(days=30),
        timedelta(days=366),
    ],
    ids=str,
)
@pytest.mark.parametrize("restarts", [False, True], ids=["runs on", "starts anew"])
async def test_set_back_it_tells_nothing_twice(desk, back, restarts):
    await a_morning(desk)
    right = desk.now
    desk.now -= back
    if restarts:
        desk.__dict__["ticker"] = Ticker(desk.engine.desk, desk.engine)
    await pass_time(desk, 1.5)
    # Set right again.
    desk.now = max(desk.now, right)
    await pass_time(desk, 1)
    assert [text for text, times in said(desk).items() if times > 1] == []
    told = desk.told("nok").replies
    rung = [reply for reply in told if "อีก 10 นาที" in str(reply)]
    assert len(rung) == 1


async def test_what_comes_due_after_it_was_set_back_is_told_and_nothing_else_again(desk):
    await a_morning(desk)
    desk.now = MORNING + timedelta(minutes=5)
    await desk.says("เตือน วันนี้ 9.00 ประชุม")
    await pass_time(desk, 1)
    told = [str(reply) for reply in desk.told("nok").replies if "อีก 10 นาที" in str(reply)]
    assert len(told) == 2
    assert "ประชุม" in told[-1]


async def test_a_debt_that_comes_due_after_it_was_set_back_is_told_alone(desk, quiet_mornings):
    await a_morning(desk)
    desk.now = MORNING + timedelta(minutes=5)
    await desk.tick()
    await desk.says(SENT.format(9).replace("C70001", "C81554"))
    before = len(desk.told("nok").replies)
    await pass_time(desk, 1)
    (told,) = [str(reply) for reply in desk.told("nok").replies[before:]]
    assert "สมชาย" in told
    assert "กมลชนก" not in told


async def test_a_year_ahead_and_set_right_it_goes_on_reminding(desk, quiet_mornings):
    await desk.says(SENT.format(9))
    desk.now = MORNING
    right = desk.now
    desk.now += timedelta(days=365)
    await pass_time(desk, 2)
    desk.now = right
    await pass_time(desk, 3, timedelta(minutes=10))
    row = await desk.db.fetch_one("SELECT last_at, next_at FROM owed")
    assert row["last_at"] <= desk.now
    assert row["next_at"] - desk.now < timedelta(days=8)


async def test_what_a_dead_process_held_while_the_clock_was_ahead_is_free_again(desk):
    ahead = desk.now + timedelta(days=365)
    await desk.db.write(lambda tx: leases.take(tx, "in:telegram:nok", "serve:dead", ahead))
    await desk.tick()
    desk.wait(seconds=40)
    assert await desk.db.write(
        lambda tx: leases.take(tx, "in:telegram:nok", "serve:next", desk.now)
    )


async def test_what_was_to_be_sent_again_at_a_time_that_never_was_is_sent(desk):
    await desk.tick()
    await desk.says("เมนู")
    await desk.db.write(
        lambda tx: tx.execute(
            "INSERT INTO outbox (id, platform, chat, state, payload, created_at, next_at) "
            "VALUES ('a', 'telegram', 'nowhere', 'queued', '{}', ?, ?)",
            desk.now + timedelta(days=365),
            desk.now + timedelta(days=365),
        )
    )
    desk.wait(hours=-1)
    await desk.tick()
    row = await desk.db.fetch_one("SELECT next_at FROM outbox WHERE id = 'a'")
    assert row["next_at"] <= desk.now


async def test_what_was_held_back_or_failed_while_the_clock_was_ahead_waits_since_now(desk):
    await desk.tick()
    ahead = desk.now + timedelta(days=365)
    await desk.db.write(
        lambda tx: tx.execute(
            "INSERT INTO untold (key, staff_id, notice, since_at, held_until_at) "
            "VALUES ('a', ?, '{}', ?, ?), ('b', ?, '{}', ?, NULL)",
            desk.ids["nok"],
            ahead,
            ahead + timedelta(hours=1),
            desk.ids["nok"],
            ahead,
        )
    )
    back = desk.now - timedelta(hours=1)
    await desk.db.write(lambda tx: untold.failed_by_now(tx, back))
    rows = await desk.db.fetch("SELECT since_at, held_until_at FROM untold ORDER BY key")
    assert [(row["since_at"], row["held_until_at"]) for row in rows] == [(back, back), (back, None)]
    assert await desk.count("due", "kind IN ('climb', 'held') AND due_at = ?", back) == 2


async def test_a_clock_that_is_not_set_yet_does_nothing_until_it_is(desk):
    right = MORNING + timedelta(minutes=10)
    await desk.says(SENT.format(9))
    desk.now = datetime(1970, 1, 1, tzinfo=UTC)
    assert await desk.tick() == {}
    desk.now = right
    before = len(desk.told("nok").replies)
    await pass_time(desk, 0.1)
    assert len(desk.told("nok").replies) <= before + 1


@pytest.mark.parametrize("minutes", [0, 20, 44, 45, 80, 200])
async def test_a_desk_that_starts_late_says_a_reminder_once(desk, minutes):
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    desk.now = MORNING + timedelta(minutes=5 + minutes)
    await pass_time(desk, 1)
    told = [str(reply) for reply in desk.told("nok").replies[1:]]
    rung = [text for text in told if "อีก 10 นาที" in text]
    assert len(rung) == 1
    # Before it rings the morning's list may name it; not any more where it rings at once.
    late = minutes >= 30
    assert len(told) == (1 if late else 2)
