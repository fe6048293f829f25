"""What could not be told to somebody climbs until somebody who can act was reached, on the wire."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.staff import Identity, Platform, Role, StaffId
from handlers.chat import Masked, Notice, say
from handlers.desk import Outcome
from scheduler.ticker import Ticker
from store import staff
from store.engine.database import Tx
from tests.bot.conftest import MAY, NOK, NOK_LINE, WiredDesk
from tests.fakes.line_chat import line_id
from tests.fakes.wire import Status

TON, TON_LINE = 1003, line_id("ton")
TICKET = "R2611000124"
FIRST = "SELECT reached_at IS NOT NULL AS n FROM untold WHERE key LIKE 'deadline:%'"


@pytest.fixture(params=["sqlite", "postgresql"])
def wired_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def climbing(wired: WiredDesk) -> AsyncIterator[WiredDesk]:
    """นก and the supervisor ต้น are on LINE alone, whose quota is spent; เมย์ is on Telegram."""

    async def work(tx: Tx) -> StaffId:
        ton = await staff.add_staff(tx, "ต้น", Role.SUPERVISOR, wired.now)
        await staff.link_identity(tx, Identity(Platform.LINE, TON_LINE, ton, TON_LINE), wired.now)
        await tx.execute("DELETE FROM identities WHERE user_id = ?", str(NOK))
        return ton

    wired.ids["ton"] = await wired.db.write(work)
    wired.line.quota = 0
    return wired


async def notify(desk: WiredDesk, key: str = "deadline:1") -> None:
    masked = (Masked(f"🎫 {TICKET} 1.1 · เกินกำหนด", "ticket.show", {"no": TICKET}, TICKET),)
    reply = replace(say(f"⏰ เกินกำหนด\n🎫 {TICKET} นายสมชาย ใจดี"), masked=masked)
    await desk.engine.post(Outcome(notices=(Notice(lambda: reply, key, staff_id=desk.ids["nok"]),)))
    await desk.engine.idle()


async def tick(desk: WiredDesk) -> None:
    """The clock's turn, as often as something comes of it."""
    ticker = Ticker(desk.engine.desk, desk.engine)
    for _again in range(3):
        await ticker.tick()
        await desk.engine.idle()


def climbed(texts: list[str]) -> list[str]:
    return [text for text in texts if "ฝากดูแทนด้วย" in text]


async def test_the_supervisor_hears_at_nine_the_next_working_day_masked_and_once(climbing):
    desk = climbing
    await notify(desk)
    desk.line.quota = None
    for hours in (1, 5, 10):
        await tick(desk)
        assert climbed(desk.line_texts(TON_LINE)) == []
        desk.wait(hours=hours)
    desk.wait(hours=7, minutes=1)  # Tuesday, 9.01
    await tick(desk)
    (told,) = climbed(desk.line_texts(TON_LINE))
    assert "ยังแจ้งคุณนกไม่ถึง ตั้งแต่ จ. 23 พ.ย. 69 10.00 น." in told
    assert TICKET in told
    assert "สมชาย" not in told
    assert await desk.value(FIRST) == 1
    desk.wait(days=1)
    await tick(desk)
    assert len(climbed(desk.line_texts(TON_LINE))) == 1
    assert climbed(desk.telegram_texts(MAY)) == []


async def test_who_was_reached_by_climbing_does_not_end_the_officers_own(climbing):
    desk = climbing
    await notify(desk)
    desk.line.quota = None
    desk.wait(days=1)
    await tick(desk)
    assert len(climbed(desk.line_texts(TON_LINE))) == 1
    await desk.hears(desk.line.text_event(NOK_LINE, "เมนู"))
    assert [TICKET in text for text in desk.line_texts()] == [False, True]


async def test_where_the_supervisor_is_not_reached_the_administrators_hear_at_the_same_time(
    climbing,
):
    desk = climbing
    await notify(desk)
    desk.wait(hours=23, minutes=1)
    await tick(desk)
    assert desk.line_texts(TON_LINE) == []
    (told,) = climbed(desk.telegram_texts(MAY))
    assert "คุณนก" in told
    assert await desk.value(FIRST) == 1
    await desk.hears(desk.line.text_event(TON_LINE, "เมนู"))
    assert len(climbed(desk.line_texts(TON_LINE))) == 1


async def test_what_the_officer_was_told_meanwhile_rides_with_no_supervisors_answer(climbing):
    desk = climbing
    await notify(desk)
    await notify(desk, "deadline:2")
    for _day in range(2):
        desk.wait(hours=24, minutes=1)
        await tick(desk)
    waiting = "SELECT count(*) AS n FROM untold WHERE staff_id = ? AND told_at IS NULL"
    assert await desk.value(waiting, desk.ids["ton"]) >= 1
    await desk.hears(desk.line.text_event(NOK_LINE, "เมนู"))
    await desk.hears(desk.line.text_event(TON_LINE, "เมนู"))
    assert climbed(desk.line_texts(TON_LINE)) == []
    assert await desk.value(waiting, desk.ids["ton"]) == 0


async def test_who_is_no_supervisor_any_more_hears_nothing_of_others(climbing):
    desk = climbing
    await notify(desk)
    desk.wait(hours=24, minutes=1)
    await tick(desk)
    await desk.db.write(lambda tx: staff.set_role(tx, desk.ids["ton"], Role.OFFICER))
    await desk.hears(desk.line.text_event(TON_LINE, "เมนู"))
    assert len(desk.line_texts(TON_LINE)) == 1


async def test_as_long_as_nobody_is_reached_it_goes_on_and_stands_in_the_status(climbing):
    desk = climbing
    await desk.db.write(
        lambda tx: tx.execute(
            "UPDATE identities SET unreachable_at = seen_at WHERE user_id = ?", str(MAY)
        )
    )
    await notify(desk)
    for _day in range(2):
        desk.wait(days=1)
        await tick(desk)
    assert await desk.value(FIRST) == 0
    assert await desk.value("SELECT climbed FROM untold WHERE key LIKE 'deadline:%'") == 4
    desk.telegram.say(MAY, "/status")
    await desk.turn()
    answer, *_told = [text for text in desk.telegram_texts(MAY) if "ยังแจ้งไม่ถึง" in text]
    assert "คุณนก" in answer
    assert TICKET in answer
    # Whoever asks for it is told what waited, too: by that somebody is reached.
    assert await desk.value(FIRST) == 1


async def test_what_only_rides_climbs_to_nobody(climbing):
    desk = climbing
    await notify(desk, key="offer:1")
    desk.line.quota = None
    desk.wait(days=3)
    await tick(desk)
    assert climbed(desk.line_texts(TON_LINE)) == []


async def test_a_clock_set_back_tells_nothing_twice(climbing):
    desk = climbing
    await notify(desk)
    desk.line.quota = None
    desk.wait(days=1)
    await tick(desk)
    desk.wait(days=-1)
    await tick(desk)
    desk.wait(days=1)
    await tick(desk)
    assert len(climbed(desk.line_texts(TON_LINE))) == 1


async def leave_line(desk: WiredDesk) -> None:
    """นก blocks the account: LINE says so, and goes on accepting what is pushed there."""
    desk.line.quota = None
    desk.line.blocked.add(NOK_LINE)
    await desk.hears(desk.line.event("unfollow", NOK_LINE))


async def test_who_has_blocked_the_account_is_climbed_past_though_line_would_accept_it(climbing):
    desk = climbing
    await leave_line(desk)
    await notify(desk)
    assert await desk.value(FIRST) == 0
    desk.wait(hours=23, minutes=1)
    await tick(desk)
    (told,) = climbed(desk.line_texts(TON_LINE))
    assert "ยังแจ้งคุณนกไม่ถึง" in told
    assert TICKET in told


async def test_who_comes_back_to_line_has_what_waited_with_the_first_answer_once(climbing):
    desk = climbing
    await leave_line(desk)
    await notify(desk)
    desk.wait(hours=2)
    desk.line.blocked.discard(NOK_LINE)
    await desk.hears(desk.line.event("follow", NOK_LINE))
    await desk.hears(desk.line.text_event(NOK_LINE, "เมนู"))
    await desk.hears(desk.line.text_event(NOK_LINE, "เมนู"))
    assert sum(TICKET in text for text in desk.line_texts()) == 1
    desk.wait(days=1)
    await tick(desk)
    assert climbed(desk.line_texts(TON_LINE)) == []


async def test_over_a_weekend_and_a_late_start_it_climbs_on_the_first_working_day_once(climbing):
    desk = climbing
    desk.wait(days=4, hours=7)  # Friday, 17.00
    await notify(desk)
    desk.line.quota = None
    for hours in (16, 24, 24):  # Saturday, Sunday, Monday at 9.00: the desk was away at 8.30
        await tick(desk)
        assert climbed(desk.line_texts(TON_LINE)) == []
        desk.wait(hours=hours)
    desk.wait(hours=2)
    await tick(desk)
    await tick(desk)
    assert len(climbed(desk.line_texts(TON_LINE))) == 1


@pytest.fixture
async def left(wired: WiredDesk) -> WiredDesk:
    """นก blocked the account on Telegram and on LINE; ต้น is a supervisor on LINE."""

    async def work(tx: Tx) -> StaffId:
        ton = await staff.add_staff(tx, "ต้น", Role.SUPERVISOR, wired.now)
        await staff.link_identity(tx, Identity(Platform.LINE, TON_LINE, ton, TON_LINE), wired.now)
        return ton

    wired.ids["ton"] = await wired.db.write(work)
    wired.telegram.blocked.add(NOK)
    await leave_line(wired)
    return wired


async def status(desk: WiredDesk) -> str:
    desk.telegram.say(MAY, "/status")
    await desk.turn()
    return desk.telegram_texts(MAY)[-1]


async def test_who_blocked_the_account_on_both_apps_is_named_at_once_and_climbed_past(left):
    desk = left
    await notify(desk)
    assert "คุณนก" in (await status(desk)).partition("ยังแจ้งไม่ถึง")[2]
    desk.wait(hours=23, minutes=1)
    await tick(desk)
    (told,) = climbed(desk.line_texts(TON_LINE))
    assert TICKET in told
    assert "ยังแจ้งไม่ถึง" not in await status(desk)
    desk.telegram.blocked.discard(NOK)
    desk.telegram.say(NOK, "เมนู")
    await desk.turn()
    desk.telegram.say(NOK, "เมนู")
    await desk.turn()
    assert sum(TICKET in text for text in desk.telegram_texts(NOK)) == 1


async def test_what_failed_once_is_named_until_a_try_succeeds(wired):
    desk = wired
    desk.telegram.blocked.add(NOK)
    for _try in range(2):
        desk.line.fail("push", Status(500))
    await notify(desk)
    assert "คุณนก" in (await status(desk)).partition("ยังแจ้งไม่ถึง")[2]
    desk.wait(minutes=1)
    for _again in range(3):
        await desk.sweep()
        desk.wait(minutes=2)
    assert sum(TICKET in text for text in desk.line_texts()) == 1
    assert "ยังแจ้งไม่ถึง" not in await status(desk)


async def test_with_the_clock_set_back_it_is_named_and_climbs_on_the_day_that_is_right(climbing):
    desk = climbing
    desk.wait(days=30)
    await notify(desk)
    await tick(desk)
    desk.wait(days=-30)
    desk.line.quota = None
    await tick(desk)
    assert "คุณนก" in (await status(desk)).partition("ยังแจ้งไม่ถึง")[2]
    desk.wait(hours=23, minutes=1)
    await tick(desk)
    assert len(climbed(desk.line_texts(TON_LINE))) == 1
