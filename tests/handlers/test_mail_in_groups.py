"""A new mail in a group: masked, taken there by a member of the staff, told in private; and how many
wait, in the list and the morning.
"""

from pathlib import Path
from typing import Any

import pytest

from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.handlers.conftest import Answer, DeskUnderTest
from tests.handlers.test_incoming_mails import FIRST, SOMCHAIS, Mailbox, a_mail
from tests.handlers.test_mail_rules import PAIR, only_on_line, with_rules

GROUP = "group1"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def desk_engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    return Mailbox(desk)


def said(desk: DeskUnderTest) -> Answer:
    return desk.told(GROUP)


async def pressed(desk: DeskUnderTest, token: str, who: str) -> Answer:
    return await desk.gives({"press": token}, who, Platform.TELEGRAM, GROUP)


async def test_a_mail_is_taken_in_the_group_and_told_in_private(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says("/enroll", "may", chat=GROUP)
    await mailbox.brings(a_mail())
    told = said(desk).replies[-1]
    shown = Answer([told])
    assert shown.text.startswith(f"📬 อีเมลใหม่\n🎫 {FIRST}")
    assert "Wipa" not in shown.text
    assert shown.buttons == ["รับเรื่อง", "ดูข้อมูล"]
    token = shown.token("รับเรื่อง")
    # A stranger in the group learns nothing, and takes nothing.
    before = len(said(desk).replies)
    await pressed(desk, token, "nobody")
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.NEW
    assert len(said(desk).replies) == before
    desk.wait(minutes=61)
    await desk.tick()
    again_told = Answer(said(desk).replies[-1:])
    assert again_told.buttons == ["รับเรื่อง", "ดูข้อมูล"]
    answer = await pressed(desk, token, "nok")
    assert "✅ คุณนกรับเรื่องแล้ว" in answer.text
    assert "Wipa" not in answer.text
    assert answer.buttons == ["ดูข้อมูล"]
    assert f"✅ คุณรับเรื่อง {FIRST} แล้ว" in desk.told("nok").text
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.assignee) == (Status.OPEN, desk.ids["nok"])
    # The second is told who was first, in private; the group's message says the same.
    again = await pressed(desk, token, "ton")
    assert "✅ คุณนกรับเรื่องแล้ว" in again.text
    assert f"รับเรื่อง {FIRST} ไปแล้ว" in desk.told("ton").text


async def test_whoever_lost_access_takes_nothing_in_a_group(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says("/enroll", "may", chat=GROUP)
    await mailbox.brings(a_mail())
    token = said(desk).token("รับเรื่อง")
    ids = desk.ids
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET blocked_at = ? WHERE id = ?", desk.now, ids["nok"])
    )
    await pressed(desk, token, "nok")
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.NEW


async def test_the_list_names_the_likeliest_customer_and_whose_a_mail_is(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    with_rules(mailbox, tmp_path, PAIR)
    await mailbox.brings(a_mail(sender=SOMCHAIS), a_mail(number=2))
    shown = await desk.says("/inbox")
    assert "น่าจะเป็น C81554 นายสมชาย ใจดี · ต้น" in shown.buttons[0]
    assert "ถึง " in shown.buttons[0]


async def test_how_many_wait_is_in_the_list_and_in_the_morning(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(), a_mail(number=2))
    assert "📬 อีเมลใหม่ 2 ฉบับ" in (await desk.says("/inbox")).text
    desk.wait(hours=23)
    await desk.tick()
    morning = desk.told("nok").replies[-1]
    text = Answer([morning]).text
    assert text == "☀️ อังคาร 24 พ.ย. 69\n📬 อีเมลใหม่รอรับเรื่อง 2 ฉบับ"


async def test_on_line_the_morning_tells_who_answers_for_the_desk(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await only_on_line(desk)
    await mailbox.brings(a_mail())
    desk.wait(hours=23, minutes=15)
    await desk.tick()
    pushed = [chat for chat, reply in desk.recorders[Platform.LINE].sent]
    texts = desk.told("ton", Platform.LINE).text
    assert "📬 อีเมลใหม่รอรับเรื่อง 1 ฉบับ" in texts
    assert set(pushed) == {"ton"}


async def test_mails_of_somebody_on_leave_are_in_the_morning_of_the_supervisors(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    with_rules(mailbox, tmp_path, '[intake.rules.x]\npeople = ["นก"]\n')
    await mailbox.brings(a_mail())
    await desk.says("ลา พรุ่งนี้")
    await desk.presses("บันทึก" if "บันทึกวันลา" in desk.last["telegram:nok"].buttons else "ลาโดยไม่ฝาก")
    desk.wait(hours=23)
    await desk.tick()
    assert "📬 อีเมลใหม่รอรับเรื่อง 1 ฉบับ" in desk.told("ton").text
