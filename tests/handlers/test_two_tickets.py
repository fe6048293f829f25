"""What a colleague passed on: one tap makes the customer's ticket and closes the colleague's, one
takes it back.
"""

from pathlib import Path

import pytest

from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, PNG, Mailbox, a_mail, exported
from tests.handlers.conftest import DeskUnderTest

SECOND = "R2611000125"
ASKED = "ขอความอนุเคราะห์ข้อมูลระดับย่อยของสำมะโนอุตสาหกรรม พ.ศ. 2550 และ 2560 ค่ะ"
FORWARD = f"""เรียนทีมงาน รบกวนดำเนินการด้วยค่ะ

---------- Forwarded message ---------
จาก: นายพสพล เจริญพร <posapon@example.com>
Date: พ. 18 พ.ย. 2569 เวลา 14:02
Subject: ขอข้อมูลสำมะโนอุตสาหกรรม
To: <nso.services13@gmail.com>

{ASKED}
โทร 081-999-8888
"""
TITLE = "Fwd: ขอข้อมูลสำมะโนอุตสาหกรรม"
COLLEAGUE = "NSO Services <nso.services13@gmail.com>"
SPLIT = "แยกเป็นสองใบงาน"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def passed_on(
    text: str = FORWARD, title: str = TITLE, sender: str = COLLEAGUE, number: int = 1
) -> bytes:
    return a_mail(text, title, sender, number)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_one_tap_closes_the_colleagues_ticket_and_opens_the_customers(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path, platform: Platform
) -> None:
    await mailbox.brings(passed_on())
    card = await desk.says(FIRST, platform=platform)
    assert "ผู้เขียนเดิม: นายพสพล เจริญพร <posapon@example.com>" in card.text
    saved = await desk.presses(SPLIT, platform=platform)
    assert f"✅ {FIRST} ปิดแล้ว" in saved.text
    assert f"✅ บันทึกข้อมูลเรียบร้อย {SECOND}" in saved.text
    first = await tickets.get_ticket(desk.db, FIRST)
    assert (first.status, first.subject) == (Status.CLOSED, "mail.nso_services13")
    assert first.result == (
        f"นายพสพล เจริญพร ติดต่อเรื่อง ขอข้อมูลสำมะโนอุตสาหกรรม รายละเอียดในใบงานเลขที่ {SECOND}"
    )
    second = await tickets.get_ticket(desk.db, SECOND)
    assert (second.status, second.channel) == (Status.OPEN, "email")
    assert second.details.startswith(ASKED)
    assert second.reply_email == "posapon@example.com"
    assert second.created_at == first.created_at
    (mail,) = await exported(desk, tmp_path)
    assert second.subject == mail["suggested_subjects"][1]
    assert (mail["kind"], mail["ticket"], mail["second_ticket"]) == ("forward", FIRST, SECOND)
    assert mail["forwarded_original"] == {
        "from_name": "นายพสพล เจริญพร",
        "from_email": "posapon@example.com",
    }


async def test_the_card_that_is_told_has_the_tap_and_a_second_press_tells_who_was_first(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(passed_on())
    assert f"ข้อความ: {ASKED}" in desk.told("nok").text
    token = desk.told("nok").token(SPLIT)
    also = desk.told("ton").token(SPLIT)
    await desk.presses_token(token)
    late = await desk.presses_token(also, who="ton")
    assert late.text == f"{FIRST} แยกไปแล้ว เรื่องของผู้รับบริการอยู่ที่ {SECOND}"
    assert await desk.count("tickets") == 2
    assert SPLIT not in (await desk.says(FIRST)).buttons
    assert f"ใบงานของผู้รับบริการ: {SECOND}" in (await desk.says(FIRST)).text
    shown = await desk.says(SECOND)
    assert f"ส่งต่อมาในใบงาน: {FIRST}" in shown.text


async def test_it_is_taken_back_with_one_tap_and_may_be_done_again(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(passed_on())
    await desk.says(FIRST)
    await desk.presses(SPLIT)
    undone = await desk.presses("เลิกแยก")
    assert f"✅ เลิกแยกแล้ว {FIRST} กลับมาเปิดอยู่ และยกเลิก {SECOND} แล้ว" in undone.text
    first = await tickets.get_ticket(desk.db, FIRST)
    assert (first.status, first.result, first.closed_at) == (Status.NEW, "", None)
    assert (await tickets.get_ticket(desk.db, SECOND)).status is Status.VOIDED
    (mail,) = await exported(desk, tmp_path)
    assert mail["second_ticket"] is None
    await desk.presses(SPLIT)
    (mail,) = await exported(desk, tmp_path)
    assert mail["second_ticket"] == "R2611000126"


async def test_it_is_not_taken_back_once_somebody_worked_on_it(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(passed_on())
    await desk.says(FIRST)
    saved = await desk.presses(SPLIT)
    await desk.says(f"หมายเหตุ {SECOND} รอเอกสาร")
    late = await desk.presses_token(saved.token("เลิกแยก"))
    assert "แก้ไขใบงาน" in late.text
    assert (await tickets.get_ticket(desk.db, SECOND)).status is Status.OPEN


async def test_who_is_known_by_the_address_is_its_customer(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    known = FORWARD.replace("posapon@example.com", "somchai@example.com")
    await mailbox.brings(passed_on(known))
    await desk.says(FIRST)
    await desk.presses(SPLIT)
    second = await tickets.get_ticket(desk.db, SECOND)
    assert second.customer == "C81554"
    first = await tickets.get_ticket(desk.db, FIRST)
    assert first.customer is None
    assert first.result.startswith("นายสมชาย ใจดี ติดต่อเรื่อง")


async def test_the_files_go_with_the_customers_ticket(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    head = (
        f"From: {COLLEAGUE}\r\nTo: services@nso.example\r\nSubject: {TITLE}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{FORWARD}\r\n--b\r\n"
        'Content-Type: image/png\r\nContent-Disposition: attachment; filename="letter.png"\r\n\r\n'
    )
    await mailbox.brings(head.encode() + PNG + b"\r\n--b--\r\n")
    await desk.says(FIRST)
    await desk.presses(SPLIT)
    assert await desk.count("files", "record = ?", SECOND) == 1


async def test_a_colleague_who_entered_an_address_may_pass_on(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says("/mymail nok.office@example.net")
    await mailbox.brings(passed_on(sender="nok.office@example.net"))
    await desk.says(FIRST)
    await desk.presses(SPLIT)
    assert (await tickets.get_ticket(desk.db, FIRST)).subject == "mail.other_forward"


async def test_a_customers_forward_is_one_ticket_his_own(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(passed_on(sender="wipa@example.org"))
    assert SPLIT not in (await desk.says(FIRST)).buttons
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["forwarded_original"]) == ("new", None)


async def test_who_was_matched_with_the_forward_is_the_customer_of_the_second(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(passed_on())
    await desk.says(f"แก้ไข {FIRST} ผู้รับบริการ C90210")
    assert (await tickets.get_ticket(desk.db, FIRST)).customer == "C90210"
    await desk.says(FIRST)
    await desk.presses(SPLIT)
    assert (await tickets.get_ticket(desk.db, SECOND)).customer == "C90210"
    assert (await tickets.get_ticket(desk.db, FIRST)).customer is None


async def test_a_tap_that_matches_what_was_passed_on_makes_both_tickets(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(passed_on(FORWARD.replace("posapon@example.com", "somchai@example.com")))
    matched = await desk.presses_token(desk.told("nok").token("รับเรื่องและจับคู่"))
    assert f"✅ {FIRST} ปิดแล้ว" in matched.text
    assert f"✅ รับเรื่อง {SECOND} และจับคู่กับ C81554 นายสมชาย ใจดี แล้ว\nเรื่อง 7." in matched.text
    first = await tickets.get_ticket(desk.db, FIRST)
    second = await tickets.get_ticket(desk.db, SECOND)
    assert (first.status, first.customer) == (Status.CLOSED, None)
    assert (second.customer, second.reply_email) == ("C81554", "somchai@example.com")
    late = await desk.presses_token(desk.told("ton").token("รับเรื่องและจับคู่"), who="ton")
    assert f"ปิดใบงาน {FIRST} แล้ว" in late.text
    await desk.presses_token(matched.token("เลิกแยก"))
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.NEW
    assert (await tickets.get_ticket(desk.db, SECOND)).status is Status.VOIDED


async def test_a_customer_who_was_looked_for_may_keep_the_writers_address_and_is_taken_back(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(passed_on())
    await desk.presses_token(desk.told("nok").token("ค้นหาผู้รับบริการ"))
    matched = await desk.says("C90210")
    assert "จำ posapon@example.com ไว้กับ C90210 ไหม" in matched.text
    kept = await desk.presses_token(matched.token("จำอีเมลนี้"))
    assert "✅ จำ posapon@example.com ไว้กับ C90210 แล้ว" in kept.text
    await desk.presses_token(matched.token("เลิกจับคู่"))
    assert (await tickets.get_ticket(desk.db, SECOND)).customer is None
