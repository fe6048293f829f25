"""A mail that reports provinces' numbers of users: one tap records each, and what was told before is
asked about.
"""

from pathlib import Path

import pytest

from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail, exported
from tests.handlers.conftest import DeskUnderTest

SECOND = "R2611000125"
KRABI = "Krabi <krabi@example.org>"
RECORD = "บันทึกจำนวนผู้ใช้"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def report(text: str, number: int = 1) -> bytes:
    return a_mail(text, "รายงานจำนวนผู้เข้าชมเว็บไซต์สถิติจังหวัด", KRABI, number)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_one_tap_records_the_number_in_the_mails_own_ticket(
    desk: DeskUnderTest, mailbox: Mailbox, platform: Platform
) -> None:
    await mailbox.brings(report("จำนวนผู้เข้าชมเว็บไซต์ กระบี่ เดือนตุลาคม 2569 จำนวน 1,600 ราย"))
    card = await desk.says(FIRST, platform=platform)
    assert "จำนวนผู้ใช้: กระบี่ · ต.ค. 69 · 1,600 ราย" in card.text
    done = await desk.presses(f"{RECORD} (1)", platform=platform)
    assert done.text == (f"✅ บันทึกจำนวนผู้ใช้แล้ว 1 รายการ\n{FIRST} · กระบี่ · ต.ค. 69 · 1,600 ราย")
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.subject) == (Status.CLOSED, "mail.provincial_users")
    assert (ticket.province, ticket.user_count) == ("กระบี่", 1600)
    assert ticket.result == "จำนวนผู้เข้าชมเว็บไซต์ กระบี่ จำนวน 1,600 ราย เดือนตุลาคม 2569"
    assert "กระบี่: 1,600" in (await desk.says("สถิติจังหวัด ต.ค. 69")).text
    late = await desk.presses_token(card.token(RECORD), platform=platform)
    assert late.text.startswith("คุณบันทึกจากอีเมลนี้ไปแล้วเมื่อ")


async def test_several_months_and_provinces_are_a_ticket_each_and_taken_back_together(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    text = "จำนวนผู้เข้าชมเว็บไซต์\nกระบี่ ก.ย. 2569 1,500 ราย\nกระบี่ ต.ค. 2569 1,600 ราย\nตรัง ต.ค. 2569 900 ราย"
    await mailbox.brings(report(text))
    await desk.says(FIRST)
    await desk.presses(f"{RECORD} (3)")
    assert (
        await desk.count("tickets", "status = 'closed' AND subject = 'mail.provincial_users'") == 3
    )
    assert "ตรัง: 900" in (await desk.says("สถิติจังหวัด ต.ค. 69")).text
    assert "กระบี่: 1,500" in (await desk.says("สถิติจังหวัด ก.ย. 69")).text
    card = await desk.says(FIRST)
    assert f"บันทึกแล้วที่ {FIRST}, {SECOND}" in card.text
    again = desk.told("nok").token("เลิกที่บันทึก")
    undone = await desk.presses_token(again)
    assert f"✅ เลิกที่บันทึกแล้ว {FIRST}, {SECOND}" in undone.text
    assert await desk.count("tickets", "status = 'voided'") == 2
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.province, ticket.user_count) == (Status.NEW, "", None)
    assert "ยังไม่มีจังหวัดใดรายงาน" in (await desk.says("สถิติจังหวัด ต.ค. 69")).text


async def test_what_was_told_before_is_asked_about(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    text = "จำนวนผู้เข้าชมเว็บไซต์ กระบี่ เดือนตุลาคม 2569 จำนวน {} ราย"
    await mailbox.brings(report(text.format("1,600")))
    await desk.says(FIRST)
    await desk.presses(RECORD)
    desk.wait(minutes=30)
    await mailbox.brings(report(text.format("1,750"), 2))
    await desk.says(SECOND)
    asked = await desk.presses(RECORD)
    assert "มีรายงานของเดือนเดียวกันแล้ว ใช้จำนวนใด" in asked.text
    assert f"กระบี่ · ต.ค. 69 · 1,750 ราย · รายงานไว้แล้ว 1,600 ราย ({FIRST})" in asked.text
    kept = await desk.presses("คงจำนวนเดิม")
    assert kept.text == "ไม่ได้บันทึก ใช้จำนวนที่รายงานไว้เดิม"
    assert "กระบี่: 1,600" in (await desk.says("สถิติจังหวัด ต.ค. 69")).text
    await desk.presses_token(asked.token("ใช้จำนวนใหม่"))
    assert "กระบี่: 1,750" in (await desk.says("สถิติจังหวัด ต.ค. 69")).text


TWICE = "จำนวนผู้เข้าชมเว็บไซต์\nกระบี่ ต.ค. 2569 1,600 ราย\nตรัง ต.ค. 2569 900 ราย\nกระบี่ ต.ค. 2569 {} ราย"


@pytest.mark.parametrize(("which", "users"), [("ก่อน", "1,600"), ("หลัง", "1,750")])
async def test_two_numbers_of_one_month_in_one_mail_are_asked_about(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path, which: str, users: str
) -> None:
    await mailbox.brings(report(TWICE.format("1,750")))
    card = await desk.says(FIRST)
    assert "กระบี่ · ต.ค. 69 · 1,600 ราย หรือ 1,750 ราย" in card.text
    asked = await desk.presses(f"{RECORD} (2)")
    assert "อีเมลบอกจำนวนของเดือนเดียวกันไว้สองค่า ใช้จำนวนใด" in asked.text
    assert "ตรัง" not in asked.text
    await desk.presses(f"ใช้จำนวนที่บอก{which}")
    month = await desk.says("สถิติจังหวัด ต.ค. 69")
    assert f"กระบี่: {users}" in month.text
    assert "ตรัง: 900" in month.text
    (mail,) = await exported(desk, tmp_path)
    assert mail["province_counts"][0] == {"province": "กระบี่", "month": "2026-10", "count": 1600}


async def test_the_same_number_told_twice_is_one(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.brings(report(TWICE.format("1,600")))
    await desk.says(FIRST)
    saved = await desk.presses(f"{RECORD} (2)")
    assert "บันทึกจำนวนผู้ใช้แล้ว 2 รายการ" in saved.text


async def test_without_a_month_one_of_two_is_tapped(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.brings(report("จำนวนผู้เข้าชมเว็บไซต์ กระบี่ จำนวน 1600 ราย"))
    card = await desk.says(FIRST)
    assert "จำนวนผู้ใช้: กระบี่ · ไม่ระบุเดือน · 1,600 ราย" in card.text
    assert "บันทึกเป็นเดือน พ.ย. 69" in card.buttons
    await desk.presses("บันทึกเป็นเดือน ต.ค. 69")
    assert "กระบี่: 1,600" in (await desk.says("สถิติจังหวัด ต.ค. 69")).text
