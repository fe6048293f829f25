"""A mail that only thanks joins its ticket, opens nothing, and is recorded as thanks with one tap."""

from pathlib import Path

import pytest

from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail, exported
from tests.handlers.conftest import DeskUnderTest

SECOND = "R2611000125"
SOMCHAIS = "Somchai <somchai@example.com>"
THANKS = "ขอบคุณมากค่ะ ได้รับข้อมูลเรียบร้อยแล้ว"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def thanked(desk: DeskUnderTest, mailbox: Mailbox, subject: str = "6.1") -> None:
    await desk.says(f"/open C81554 อีเมล {subject} ขอข้อมูลประชากรแฝง => ส่งตารางแล้ว ปิด")
    desk.wait(minutes=5)
    await mailbox.brings(a_mail(THANKS, f"Re: [{FIRST}] ข้อมูล", SOMCHAIS))


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_one_tap_records_thanks_beside_the_ticket_which_stays_closed(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path, platform: Platform
) -> None:
    await thanked(desk, mailbox)
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("reply", FIRST)
    assert await desk.count("tickets") == 1
    card = await desk.says(FIRST, platform=platform)
    assert THANKS in card.text
    done = await desk.presses("บันทึกขอบคุณ 6.5", platform=platform)
    assert done.text == f"✅ บันทึกคำขอบคุณแล้ว {SECOND} (6.5 ขอบคุณ (ข้อมูลสถิติ)) ปิดแล้ว"
    made = await tickets.get_ticket(desk.db, SECOND)
    assert (made.subject, made.status, made.customer) == ("6.5", Status.CLOSED, "C81554")
    assert (made.channel, made.details) == ("email", THANKS)
    assert made.result == f"ผู้รับบริการขอบคุณสำหรับใบงาน {FIRST}"
    assert made.created_at == made.closed_at == mailbox.desk.now - mailbox.age
    assert f"ขอบคุณ: บันทึกแล้วที่ {SECOND}" in (await desk.says(FIRST)).text
    (mail,) = await exported(desk, tmp_path)
    assert mail["ticket"] == FIRST


@pytest.mark.parametrize(
    ("subject", "thanks"),
    [("1.2", "1.5"), ("4.1", "4.4"), ("7.1", "7.14"), ("8.1", "8.6"), ("9.1", "9.2")],
)
async def test_the_subject_of_thanks_is_that_of_the_tickets_group(
    desk: DeskUnderTest, mailbox: Mailbox, subject: str, thanks: str
) -> None:
    await thanked(desk, mailbox, subject)
    assert f"บันทึกขอบคุณ {thanks}" in desk.told("nok").buttons


async def test_the_message_that_tells_of_it_has_the_tap_and_two_presses_make_one_ticket(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await thanked(desk, mailbox)
    token = desk.told("nok").token("บันทึกขอบคุณ")
    card = await desk.says(FIRST, who="ton")
    await desk.presses_token(token)
    again = await desk.presses_token(token)
    assert again.text == f"คุณบันทึกจากอีเมลนี้ไปแล้วเมื่อ 10.05 น. ที่ {SECOND}"
    late = await desk.presses_token(card.token("บันทึกขอบคุณ"), who="ton")
    assert late.text == f"คุณนกบันทึกจากอีเมลนี้ไปแล้วเมื่อ 10.05 น. ที่ {SECOND}"
    assert await desk.count("tickets") == 2


async def test_it_is_taken_back_with_one_tap(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await thanked(desk, mailbox)
    await desk.says(FIRST)
    await desk.presses("บันทึกขอบคุณ")
    undone = await desk.presses("เลิกที่บันทึก")
    assert undone.text == f"✅ เลิกที่บันทึกแล้ว {SECOND}"
    assert (await tickets.get_ticket(desk.db, SECOND)).status is Status.VOIDED
    await desk.says(FIRST)
    await desk.presses("บันทึกขอบคุณ")
    assert await desk.count("tickets", "status = 'closed'") == 2


async def test_thanks_that_answer_no_ticket_close_their_own(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail("ขอบคุณมากค่ะสำหรับข้อมูลสถิติ", "ขอบคุณ"))
    await desk.says(FIRST)
    done = await desk.presses("บันทึกขอบคุณ")
    assert f"{FIRST} (" in done.text
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED
    await desk.presses("เลิกที่บันทึก")
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.result) == (Status.NEW, "")


@pytest.mark.parametrize(
    "text",
    [
        "Thanks a million! This is exactly what I needed.",
        "Thank you, that's just what we were looking for. Have a great weekend!",
        "ขอบคุณมากค่ะ ตรงกับที่ต้องการเลยค่ะ",
        "ขอบคุณครับ ได้ข้อมูลตามที่ต้องการแล้ว สุดยอดครับ",
    ],
)
async def test_who_says_that_it_is_right_thanks(
    desk: DeskUnderTest, mailbox: Mailbox, text: str
) -> None:
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลประชากรแฝง => ส่งตารางแล้ว ปิด")
    await mailbox.brings(a_mail(text, f"Re: [{FIRST}] ข้อมูล", SOMCHAIS))
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED
    assert "บันทึกขอบคุณ 6.5" in desk.told("nok").buttons


@pytest.mark.parametrize(
    "text",
    [
        "ขอบคุณค่ะ แต่ขอปี 2565 เพิ่มด้วยได้ไหมคะ",
        "ขอบคุณครับ ไฟล์เปิดไม่ได้ครับ",
        "ขอบคุณมากค่ะ จะส่งหนังสือไปให้พรุ่งนี้นะคะ",
        "ขอบคุณค่ะ เดี๋ยวส่งหนังสือตามไปให้นะคะ",
        "Thank you. Could you also send the 2022 table?",
        "Thanks, this is not exactly what I asked for.",
        "ขอบคุณค่ะ ไม่ตรงกับที่ต้องการค่ะ",
        "ขอบคุณค่ะ ยังไม่ได้รับไฟล์เลย",
        "Thanks a million. The file is empty.",
    ],
)
async def test_thanks_with_something_in_it_opens_the_ticket_again(
    desk: DeskUnderTest, mailbox: Mailbox, text: str
) -> None:
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลประชากรแฝง => ส่งตารางแล้ว ปิด")
    await mailbox.brings(a_mail(text, f"Re: [{FIRST}] ข้อมูล", SOMCHAIS))
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.OPEN
    assert not any("บันทึกขอบคุณ" in label for label in desk.told("nok").buttons)
