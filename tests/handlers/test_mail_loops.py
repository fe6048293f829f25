"""Machines that answer each other make no flood of messages, and lose no mail."""

from pathlib import Path

import pytest

from domain.mail.intake import LoopRules
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail, exported
from tests.handlers.conftest import DeskUnderTest

SOMCHAIS = "Somchai <somchai@example.com>"
OPEN = "/open C81554 โทร 1.1 รายได้ครัวเรือนกระบี่"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def answers(first: int, last: int) -> list[bytes]:
    return [
        a_mail(f"ได้รับแล้ว ครั้งที่ {number}", f"Re: [{FIRST}]", SOMCHAIS, number)
        for number in range(first, last)
    ]


async def test_answers_that_come_again_and_again_are_kept_and_told_once(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await desk.says(OPEN)
    await mailbox.brings(*answers(1, 41))
    told = desk.told("nok").text
    assert told.count("📬 อีเมลตอบใบงาน") == 11
    assert told.count("ถี่มาก") == 1
    out = await exported(desk, tmp_path)
    assert [(each["kind"], each["ticket"]) for each in out] == [("reply", FIRST)] * 40
    # A question that is none of them is a ticket as ever.
    await mailbox.brings(a_mail("ขอข้อมูลประชากรปี 2566", "ขอข้อมูลใหม่", SOMCHAIS, 99))
    assert (await exported(desk, tmp_path))[-1]["kind"] == "new"
    # An hour later an answer is told again.
    desk.wait(minutes=61)
    await mailbox.brings(*answers(100, 101))
    assert "ครั้งที่ 100" in desk.told("nok").text


async def test_answers_of_a_loop_still_move_the_ticket(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(OPEN)
    await mailbox.brings(*answers(1, 12))
    await desk.says(f"/close {FIRST} แจ้งแล้ว")
    await mailbox.brings(a_mail("ยังขาดตารางที่ 3 ครับ ขอเพิ่มด้วย", f"Re: [{FIRST}]", SOMCHAIS, 50))
    assert (await tickets.get_ticket(desk.db, FIRST)).status is not Status.CLOSED


def test_no_limit_is_no_limit() -> None:
    assert not LoopRules(0, 0).is_loop(1_000, 1_000)
    assert LoopRules(0, 5).is_loop(1_000, 5)
    assert LoopRules(5, 0).is_loop(5, 1)
    assert not LoopRules(5, 6).is_loop(4, 5)
