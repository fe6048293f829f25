"""A mail that came back: told once, seen on the ticket and on what is owed, and mended with one
press.
"""

import pytest

from bot.platform import Adapter
from domain.errors import Conflict
from domain.mail.incoming import WaitingMail
from domain.mail.reading import read_mail
from handlers.desk import Outcome, Work
from handlers.mail.cards import reason
from handlers.mail.delivery_reports import settle_report
from handlers.mail.incoming_sorting import sort
from store.mail.inboxes import MailKind
from tests.fakes.bounces import report_of
from tests.fakes.smtp import CLOSE, FakeSmtp, mail_adapter

TICKET = "R2611000124"
TO = "somchai@example.com"
BACK = f"⚠️ อีเมลถึง {TO} ส่งไม่ถึงผู้รับ"


@pytest.fixture
def mailer(smtp: FakeSmtp) -> Adapter:
    return mail_adapter(smtp, name="")


async def sent(desk):
    """An answer that was handed over."""
    await desk.says("/open C81554 อีเมล 1.1 รายได้ครัวเรือนกระบี่ => 26,946 บาท")
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ส่ง")
    await desk.mails_go()


async def sorted_report(work, raw):
    """The report, as the desk sorts mails."""
    taken = WaitingMail(1, "box", "", len(raw), True, work.now)
    return await sort(work, read_mail(raw), raw, taken)


async def comes_back(desk, raw, key="1:1"):
    """The mailbox's reader gets this mail."""
    work = Work(desk.engine.desk, desk.now)
    found = (await settle_report(work, await sorted_report(work, raw), key)).found
    await desk.engine.post(work.outcome())
    await desk.engine.idle()
    return found


async def test_the_officer_is_told_once_with_the_reason_and_the_card_shows_it(desk, smtp):
    await sent(desk)
    for key in ("1:1", "1:2"):
        assert await comes_back(desk, report_of(smtp.mails[0]), key) is MailKind.REPORT
    told = desk.told("nok")
    assert told.text.count(BACK) == 1
    assert "ไม่มีที่อยู่อีเมลนี้ ตรวจที่อยู่กับผู้รับบริการ (550 5.1.1)" in told.text
    assert told.buttons[-3:] == ["ลองใหม่", "แก้ที่อยู่", "ดูใบงาน"]
    card = await desk.says(TICKET)
    assert f"อีเมล: ส่งไม่ถึงผู้รับ: ไม่มีที่อยู่อีเมลนี้ ตรวจที่อยู่กับผู้รับบริการ (550 5.1.1) · {TO}" in card.text
    assert card.buttons[:2] == ["ลองใหม่", "แก้ที่อยู่"]
    assert await desk.count("audit", "action = 'mail.bounced' AND record = ?", TICKET) == 1


async def test_the_address_is_mended_and_the_mail_goes_to_the_new_one(desk, smtp):
    await sent(desk)
    await comes_back(desk, report_of(smtp.mails[0]))
    await desk.presses_token(desk.told("nok").token("แก้ที่อยู่"))
    await desk.says("somchai.j@example.com")
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert [taken.to for taken in smtp.mails] == [TO, "somchai.j@example.com"]
    card = await desk.says(TICKET)
    assert "อีเมล: ส่งแล้ว 10.00 น. · somchai.j@example.com" in card.text
    assert "ลองใหม่" not in card.buttons


async def test_a_full_mailbox_is_tried_again_and_may_be_full_again(desk, smtp):
    await sent(desk)
    await comes_back(
        desk, report_of(smtp.mails[0], status="5.2.2", said="smtp; 552 5.2.2 over quota"), "1:1"
    )
    assert "กล่องจดหมายของผู้รับเต็ม (552 5.2.2)" in desk.told("nok").text
    assert "แก้ไขแล้วส่งใหม่" in desk.told("nok").buttons
    token = desk.told("nok").token("ลองใหม่")
    await desk.presses_token(token)
    assert "อีเมล: กำลังส่ง" in (await desk.says(TICKET)).text
    await comes_back(desk, report_of(smtp.mails[0]), "1:2")
    assert desk.told("nok").text.count(BACK) == 1
    await desk.mails_go()
    assert "อีเมล: ส่งแล้ว" in (await desk.says(TICKET)).text
    await desk.presses_token(token)
    await desk.mails_go()
    assert len(smtp.mails) == 2
    await comes_back(desk, report_of(smtp.mails[1]), "1:3")
    assert desk.told("nok").text.count(BACK) == 2


async def test_what_is_only_late_is_a_note_until_it_fails(desk, smtp):
    await sent(desk)
    assert (
        await comes_back(desk, report_of(smtp.mails[0], "delayed", "4.4.1"), "1:1")
        is MailKind.REPORT
    )
    assert "⚠️" not in desk.told("nok").text
    card = await desk.says(TICKET)
    assert "อีเมล: ส่งแล้ว 10.00 น. · ปลายทางยังไม่รับ กำลังลองส่งต่อ" in card.text
    assert "ลองใหม่" not in card.buttons
    await comes_back(desk, report_of(smtp.mails[0], "failed", "4.4.7", "x-mta; expired"), "1:2")
    assert "ติดต่อระบบอีเมลของผู้รับไม่ได้ ตรวจที่อยู่กับผู้รับบริการ (4.4.7)" in desk.told("nok").text
    await comes_back(desk, report_of(smtp.mails[0], "delayed", "4.4.1"), "1:3")
    assert "กำลังลองส่งต่อ" not in (await desk.says(TICKET)).text


async def test_a_report_ends_the_doubt_whether_a_mail_went_out(desk, smtp):
    smtp.fails("message", CLOSE)
    await sent(desk)
    assert "ไม่ทราบว่าส่งออกไปแล้วหรือไม่" in desk.told("nok").text
    doubt = desk.told("nok").token("ถือว่าส่งแล้ว")
    await comes_back(desk, report_of(smtp.mails[0]))
    assert BACK in desk.told("nok").text
    assert "ส่งไม่ถึงผู้รับ" in (await desk.presses_token(doubt)).text
    assert "อีเมล: ส่งไม่ถึงผู้รับ" in (await desk.says(TICKET)).text


async def test_when_the_writer_is_gone_the_administrators_are_told(desk, smtp):
    await sent(desk)
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET blocked_at = created_at WHERE name = 'นก'")
    )
    await comes_back(desk, report_of(smtp.mails[0]))
    assert BACK in desk.told("may").text
    assert BACK not in desk.told("nok").text


async def test_a_forged_report_about_no_mail_of_ours_is_counted_and_changes_nothing(desk, smtp):
    await sent(desk)
    raw = report_of(smtp.mails[0])
    ours = str(smtp.mails[0].message["Message-ID"]).encode()
    forged = raw.replace(ours, b"<guessed@nso.example>")
    # What the report itself answers is not asked where a mail came back with it.
    answering = b"In-Reply-To: " + ours + b"\r\n" + forged
    for hostile in (forged, answering, raw.replace(ours, b"")):
        assert await comes_back(desk, hostile) is MailKind.STRAY
    arrived = report_of(smtp.mails[0], "delivered", "2.0.0")
    assert await comes_back(desk, arrived) is MailKind.STRAY
    arrived = arrived.replace(b"could not be delivered", b"was delivered")
    assert await comes_back(desk, arrived) is MailKind.OTHER
    broken = forged.replace(b"message/delivery-status", b"text/plain")
    assert await comes_back(desk, broken.partition(b"Message-ID")[0]) is MailKind.STRAY
    assert desk.told("nok").text.count("⚠️") == 0
    assert "อีเมล: ส่งแล้ว" in (await desk.says(TICKET)).text


async def test_without_the_mail_itself_the_report_is_known_by_what_it_answers(desk, smtp):
    await sent(desk)
    ours = str(smtp.mails[0].message["Message-ID"]).encode()
    raw = report_of(smtp.mails[0]).replace(b"message/rfc822", b"text/plain")
    assert (
        await comes_back(desk, b"References: <other@x.example> " + ours + b"\r\n" + raw)
        is MailKind.REPORT
    )
    assert BACK in desk.told("nok").text


async def test_two_reports_decided_at_once_are_told_once(desk, smtp):
    await sent(desk)
    works = [Work(desk.engine.desk, desk.now) for _twice in range(2)]
    for number, work in enumerate(works):
        found = await sorted_report(work, report_of(smtp.mails[0]))
        await settle_report(work, found, f"1:{number}")
    await desk.engine.post(Outcome(None, tuple(works[0].changes), tuple(works[0].notices)))
    with pytest.raises(Conflict):
        await desk.engine.post(Outcome(None, tuple(works[1].changes), tuple(works[1].notices)))
    await desk.engine.idle()
    assert desk.told("nok").text.count(BACK) == 1


async def test_a_letter_that_came_back_does_not_count_as_followed_up(desk, smtp, quiet_mornings):
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    desk.wait(days=15)
    await desk.tick()
    desk.last["telegram:nok"] = desk.told("nok")
    await desk.presses("ส่งอีเมลติดตาม")
    await desk.presses("ส่ง")
    await desk.mails_go()
    request = await desk.presses("ดูคำขอ")
    assert "ติดตามแล้ว 1 ครั้ง" in request.text
    await comes_back(desk, report_of(smtp.mails[0]))
    told = desk.told("nok")
    assert "ฉบับนี้ยังไม่นับว่าติดตามแล้ว" in told.text
    one = await desk.presses_token(told.token("ดูเรื่องที่ค้าง"))
    assert "⚠️ อีเมลติดตามส่งไม่ถึง 1 ฉบับ" in one.text
    assert "ติดตามแล้ว" not in one.text
    assert "อีเมล: ส่งไม่ถึงผู้รับ: ไม่มีที่อยู่อีเมลนี้" in one.text
    assert one.buttons[:3] == ["ลองใหม่", "แก้ที่อยู่", "ส่งอีเมลติดตาม"]
    card = await desk.presses("ดูคำขอ")
    assert "⚠️ อีเมลติดตามส่งไม่ถึง 1 ฉบับ" in card.text
    chase = await desk.presses_token(one.token("ส่งอีเมลติดตาม"))
    assert "ครั้งที่" not in chase.text
    await desk.presses("ยกเลิก")
    await desk.presses_token(told.token("ลองใหม่"))
    await desk.mails_go()
    again = (await desk.presses_token(told.token("ดูเรื่องที่ค้าง"))).text
    assert "ติดตามแล้ว 1 ครั้ง" in again
    assert "ส่งไม่ถึง" not in again


async def test_a_letter_that_was_refused_at_once_does_not_count_either(desk, smtp, quiet_mornings):
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    desk.wait(days=15)
    await desk.tick()
    desk.last["telegram:nok"] = desk.told("nok")
    smtp.fails("rcpt", "550 5.1.1 no")
    await desk.presses("ส่งอีเมลติดตาม")
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert "ฉบับนี้ยังไม่นับว่าติดตามแล้ว" in desk.told("nok").text
    one = await desk.presses_token(desk.told("nok").token("ดูเรื่องที่ค้าง"))
    assert "⚠️ อีเมลติดตามส่งไม่ถึง 1 ฉบับ" in one.text


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("550 5.1.1", "ไม่มีที่อยู่อีเมลนี้"),
        ("5.1.10", "ไม่มีที่อยู่อีเมลนี้"),
        ("5.2.2", "กล่องจดหมายของผู้รับเต็ม"),
        ("5.7.1", "ระบบอีเมลของผู้รับไม่รับอีเมลนี้"),
        ("550", "ระบบอีเมลของผู้รับไม่รับอีเมลนี้"),
        ("5.3.4", "อีเมลใหญ่เกินกว่าที่ปลายทางรับ"),
        ("5.1.2", "ติดต่อระบบอีเมลของผู้รับไม่ได้"),
        ("5.4.4", "ติดต่อระบบอีเมลของผู้รับไม่ได้"),
        ("4.4.7", "ติดต่อระบบอีเมลของผู้รับไม่ได้"),
        ("5.0.0", "ระบบอีเมลของผู้รับแจ้งว่าส่งไม่ถึง"),
        ("", "ระบบอีเมลของผู้รับแจ้งว่าส่งไม่ถึง"),
    ],
)
def test_every_class_of_report_has_its_sentence(codes, said):
    assert reason(f"bounce {codes}".strip()).startswith(said)


async def test_the_administrator_sees_what_came_of_the_mailbox(desk):
    assert "รายงานการส่งอีเมล" not in (await desk.says("/status", who="may")).text
    await desk.db.write(
        lambda tx: tx.execute(
            "INSERT INTO mail_inboxes (name, uidvalidity, next_uid, read_at, reports, strays, unreadable) "
            "VALUES ('x', 1, 1, ?, 3, 2, 1)",
            desk.now,
        )
    )
    said = (await desk.says("/status", who="may")).text
    assert "รายงานการส่งอีเมล: ส่งไม่ถึงหรือล่าช้า 3 · ไม่ใช่ของเรา 2 · อ่านไม่ออก 1" in said


async def test_a_lead_sees_what_did_not_arrive_until_it_is_sent_again(desk, smtp):
    await sent(desk)
    assert "ยังไม่ได้ส่งใหม่ 0 ฉบับ" in (await desk.says("/owed อีเมลไม่ถึง", who="ton")).text
    await comes_back(desk, report_of(smtp.mails[0]))
    lost = await desk.says("/owed อีเมลไม่ถึง", who="ton")
    assert "ยังไม่ได้ส่งใหม่ 1 ฉบับ" in lost.text
    assert f"{TO} · " in lost.buttons[0]
    assert "ไม่มีที่อยู่อีเมลนี้" in lost.buttons[0]
    card = await desk.presses(TO, who="ton")
    assert "แก้ที่อยู่" in card.buttons
    await desk.presses_token(desk.told("nok").token("แก้ที่อยู่"))
    await desk.says("somchai.j@example.com")
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert "ยังไม่ได้ส่งใหม่ 0 ฉบับ" in (await desk.says("/owed อีเมลไม่ถึง", who="ton")).text
