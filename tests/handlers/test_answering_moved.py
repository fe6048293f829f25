"""An answer whose customer or ticket became another one's while it was written."""

from pathlib import Path

import pytest

from bot.platform import Adapter
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail
from tests.fakes.smtp import FakeSmtp, mail_adapter
from tests.handlers.conftest import DeskUnderTest

SECOND = "R2611000125"
SOMCHAIS = "Somchai <somchai@example.com>"
TEXT = "รายได้เฉลี่ย 26,946 บาทต่อเดือน"


@pytest.fixture
def mailer(smtp: FakeSmtp, tmp_path: Path) -> Adapter:
    return mail_adapter(smtp, tmp_path)


async def test_a_customer_who_was_merged_meanwhile_is_answered_once_that_was_seen(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    desk.last["telegram:nok"] = desk.told("nok")
    await desk.presses("รับเรื่องและจับคู่")
    token = (await desk.says(TEXT)).token("ส่งและปิด")
    await desk.says("/merge C81554 C90210", who="may")
    await desk.presses("เก็บ C90210 แทน", who="may")
    await desk.presses("รวมเป็น C90210", who="may")
    warned = await desk.presses_token(token)
    assert warned.text.startswith("⚠️ ผู้รับบริการเปลี่ยนเป็น นายสมชาย ใจดี แล้ว")
    assert TEXT in warned.text
    assert smtp.mails == []
    await desk.presses("ส่งและปิด")
    await desk.mails_go()
    assert [mail.to for mail in smtp.mails] == ["somchai@example.com"]
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.customer, ticket.status, ticket.result) == ("C90210", Status.CLOSED, TEXT)


async def test_a_matched_customer_who_was_changed_is_addressed_anew(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    desk.last["telegram:nok"] = desk.told("nok")
    await desk.presses("รับเรื่องและจับคู่")
    token = (await desk.says(TEXT)).token("ส่งและปิด")
    await desk.says(f"แก้ไข {FIRST} ผู้รับบริการ C82001", who="ton")
    warned = await desk.presses_token(token)
    assert "ผู้รับบริการเปลี่ยนเป็น นายสัญญา ธรรมศักดิ์ แล้ว" in warned.text
    assert "เรียน นายสัญญา ธรรมศักดิ์" in warned.text
    await desk.mails_go()
    assert smtp.mails == []


@pytest.mark.parametrize(("label", "status"), [("ส่ง", Status.OPEN), ("ส่งและปิด", Status.CLOSED)])
async def test_the_answer_to_a_ticket_that_was_joined_meanwhile_is_the_result_of_the_one_that_stays(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp, label: str, status: Status
) -> None:
    for number in (1, 2, 3):
        await mailbox.takes(a_mail(f"ขอข้อมูลปี {2560 + number}", number=number))
    await mailbox.settles()
    await desk.says(SECOND)
    await desk.presses("ตอบทางอีเมล")
    preview = await desk.says(TEXT)
    await desk.says(FIRST, who="ton")
    await desk.presses("รวมเป็นใบงานเดียว", who="ton")
    await desk.presses_token(preview.token(label))
    await desk.mails_go()
    assert len(smtp.mails) == 1
    first = await tickets.get_ticket(desk.db, FIRST)
    assert (first.result, first.status) == (TEXT, status)
    assert (await tickets.get_ticket(desk.db, SECOND)).result == ""
