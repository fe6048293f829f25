"""New mails that nobody took up are told once more in working hours, then to the supervisors."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from domain.configuration import load_configuration
from domain.staff import Platform
from domain.tickets.hand_over import Leave
from store import staff
from store.tickets import hand_overs
from tests.handlers.conftest import NOW, DeskUnderTest
from tests.handlers.test_incoming_mails import FIRST, Mailbox, a_mail
from tests.handlers.test_mail_rules import PAIR, heard, only_on_line, with_rules


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def desk_engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    return Mailbox(desk)


@pytest.fixture(autouse=True)
def _no_mornings(quiet_mornings: None) -> None:
    """Another test has them."""


AGAIN = "⏰ อีเมลใหม่"


def again(desk: DeskUnderTest, who: str, platform: Platform = Platform.TELEGRAM) -> int:
    return desk.told(who, platform).text.count(AGAIN)


async def test_it_is_told_once_more_and_then_to_the_supervisor_each_once(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail())
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [0, 0, 0]
    desk.wait(minutes=61)
    await desk.tick()
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [1, 1, 1]
    told = desk.told("nok").replies[-1].parts[0]
    assert told.question == "⏰ อีเมลใหม่ 1 ฉบับ ยังไม่มีคนรับเรื่อง"  # type: ignore[union-attr]
    desk.wait(hours=3)
    await desk.tick()
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [1, 2, 1]
    desk.wait(days=10)
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [1, 2, 1]


@pytest.mark.parametrize("done", ["open", "closed", "voided"])
async def test_it_ends_when_somebody_worked_on_it(
    desk: DeskUnderTest, mailbox: Mailbox, done: str
) -> None:
    await mailbox.brings(a_mail())
    await desk.db.write(
        lambda tx: tx.execute("UPDATE tickets SET status = ? WHERE no = ?", done, FIRST)
    )
    desk.wait(hours=5)
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [0, 0, 0]


async def test_nothing_is_told_at_night_and_the_night_counts_for_nothing(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    desk.now = datetime(2026, 11, 27, 9, 20, tzinfo=UTC)  # Friday 16.20, ten minutes before the end
    await mailbox.brings(a_mail())
    told = []
    while desk.now < datetime(2026, 11, 30, 3, 0, tzinfo=UTC):
        desk.wait(minutes=30)
        await desk.tick()
        told.append((desk.now, again(desk, "nok")))
    first = next(now for now, count in told if count)
    # Monday: half past eight, and the fifty minutes that were left, up to the next half hour.
    assert first == datetime(2026, 11, 30, 2, 50, tzinfo=UTC)


async def test_what_trickles_in_is_one_message_each_half_hour(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    for number in range(20):
        await mailbox.brings(a_mail(number=number))
        desk.wait(minutes=1)
    desk.wait(minutes=70)
    await desk.tick()
    assert again(desk, "nok") == 1
    assert "⏰ อีเมลใหม่ 20 ฉบับ ยังไม่มีคนรับเรื่อง" in desk.told("nok").text


@pytest.mark.long
async def test_of_hundreds_each_hears_in_one_message(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    for number in range(210):
        await mailbox.takes(a_mail(number=number))
    await mailbox.settles()
    desk.wait(hours=2)
    await desk.tick()
    assert again(desk, "nok") == 1
    assert "⏰ อีเมลใหม่ 210 ฉบับ ยังไม่มีคนรับเรื่อง" in desk.told("nok").text


async def test_after_a_jump_of_the_clock_only_the_last_step_is_told(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail())
    desk.wait(days=1)
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [0, 1, 0]
    desk.wait(days=-1)
    await desk.tick()
    desk.wait(days=2)
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [0, 1, 0]


async def test_whose_it_is_hears_again_and_nobody_else(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    with_rules(mailbox, tmp_path, PAIR)
    await mailbox.brings(a_mail(), a_mail(number=2))
    desk.wait(minutes=61)
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [1, 1, 0]


async def test_where_the_supervisor_is_away_and_alone_it_is_told_all_the_same(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    today = NOW.date()
    leave = Leave("l", desk.ids["ton"], today, today)
    await desk.db.write(partial(hand_overs.add_leave, leave=leave, now=NOW))
    await mailbox.brings(a_mail())
    desk.wait(hours=4)
    await desk.tick()
    assert [again(desk, who) for who in ("nok", "ton", "may")] == [0, 1, 0]


async def test_on_line_alone_only_the_supervisor_is_pushed(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await only_on_line(desk)
    for number in range(3):
        await mailbox.brings(a_mail(number=number))
        desk.wait(minutes=1)
    sent = len(desk.recorders[Platform.LINE].sent)
    desk.wait(hours=1)
    await desk.tick()
    assert len(desk.recorders[Platform.LINE].sent) == sent == 0
    desk.wait(hours=3)
    await desk.tick()
    assert [again(desk, who, Platform.LINE) for who in ("nok", "ton", "may")] == [0, 1, 0]
    # The other push tells of the deadline.
    assert [chat for chat, _reply in desk.recorders[Platform.LINE].sent] == ["ton", "ton"]
    # Whoever writes hears of all of it in one message, and of nothing that was taken up.
    await desk.says("เมนู", "nok", Platform.LINE)
    await desk.engine.idle()
    assert heard(desk, "nok", Platform.LINE) == 1
    assert "📬 มีอีเมลใหม่ 3 ฉบับ" in desk.told("nok", Platform.LINE).text
    await desk.db.write(lambda tx: tx.execute("UPDATE tickets SET status = 'open'"))
    await desk.says("เมนู", "may", Platform.LINE)
    await desk.engine.idle()
    assert heard(desk, "may", Platform.LINE) == 0
    desk.wait(days=1)
    await desk.tick()
    people = ("nok", "ton", "may")
    assert [heard(desk, who, Platform.LINE) for who in people] == [1, 0, 0]
    assert [again(desk, who, Platform.LINE) for who in people] == [0, 1, 0]


async def test_whom_nothing_reaches_has_somebody_above(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    for chat in ("ton",):
        await desk.db.write(
            partial(staff.mark_unreachable, platform=Platform.TELEGRAM, chat=chat, now=NOW)
        )
    await mailbox.brings(a_mail())
    desk.wait(hours=4)
    await desk.tick()
    desk.wait(days=1)
    await desk.tick()
    assert "🔔 ยังแจ้ง" in desk.told("may").text


async def test_a_clock_that_ran_ahead_holds_nothing_back(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    desk.wait(days=3)
    for number in range(21):
        await mailbox.takes(a_mail(number=number))
    await mailbox.settles()
    desk.wait(days=-3)
    await mailbox.brings(a_mail(number=99))
    assert heard(desk, "nok") == 2


def test_an_office_may_leave_steps_out(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text("[intake.unclaimed]\nagain_minutes = 0\nsupervisors_minutes = 0\n", "utf-8")
    office = load_configuration(file)
    assert office.intake.unclaimed.times(NOW, office.calendar) == {}
    kept = replace(office.intake.unclaimed, together=timedelta(minutes=1))
    assert kept.times(NOW, office.calendar) == {}
