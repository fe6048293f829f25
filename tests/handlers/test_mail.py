"""Answers by e-mail, from the chat to a real SMTP server: seen before they go, sent once, and never
lost from sight.
"""

import asyncio
from collections.abc import Iterator

import pytest

from bot.mail import adapter
from bot.mail.adapter import MailAdapter
from bot.mail.server import Encryption, MailServer
from bot.platform import Adapter
from bot.queues import sender
from handlers.chat import Paragraph
from handlers.mail import cards as mail_cards
from handlers.mail.letters import commands as mail
from handlers.mail.letters import sending
from handlers.registry import ACTIONS, action
from store.mail.mails import NewMail
from tests.fakes.smtp import CLOSE, HANG, FakeSmtp, mail_adapter

TICKET = "R2611000124"
RESULT = "ครัวเรือนในกระบี่มีรายได้เฉลี่ย 26,946 บาทต่อเดือน"
TO = "somchai@example.com"


@pytest.fixture
def mailer(smtp: FakeSmtp) -> Adapter:
    return mail_adapter(smtp)


async def ticket(desk, code="C81554", result=f" => {RESULT}"):
    return await desk.says(f"/open {code} อีเมล 1.1 รายได้ครัวเรือนกระบี่ 2560{result}")


async def sent(desk):
    """An answer that was told to go, and is on its way."""
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    answer = await desk.presses("ส่ง")
    await desk.mails_go()
    return answer


async def test_the_answer_is_drafted_from_the_result_and_shown_before_it_goes(desk, smtp):
    await ticket(desk)
    shown = await desk.presses("ตอบทางอีเมล")
    assert f"ผู้รับ: {TO}" in shown.text
    assert f"หัวเรื่อง: [{TICKET}] ตอบข้อสอบถามข้อมูลสถิติ" in shown.text
    assert "เรียน นายสมชาย ใจดี" in shown.text
    assert "เมื่อวันที่ 23 พฤศจิกายน 2569" in shown.text
    assert f"\n\n{RESULT}\n\n" in shown.text
    assert "ขอแสดงความนับถือ\n\nนก\n" in shown.text
    assert shown.buttons == [
        "ส่ง",
        "ส่งและปิด",
        "English",
        "แก้ข้อความ",
        "ช่องอื่น ๆ",
        "ยกเลิก",
    ]
    await desk.mails_go()
    assert smtp.connections == 0


async def test_the_press_sends_it_once_and_the_card_says_so(desk, smtp):
    assert f"กำลังส่งอีเมลถึง {TO}" in (await sent(desk)).text
    (taken,) = smtp.mails
    assert (taken.sender, taken.to) == ("services@nso.example", TO)
    assert taken.subject == f"[{TICKET}] ตอบข้อสอบถามข้อมูลสถิติ"
    assert RESULT in taken.body
    assert taken.body.startswith("เรียน นายสมชาย ใจดี\n")
    assert f"อีเมล: ส่งแล้ว 10.00 น. · {TO}" in (await desk.says(TICKET)).text
    assert await desk.count("audit", "action = 'mail.sent' AND record = ?", TICKET) == 1
    listed = await desk.chooses("อีเมลที่ส่ง")
    assert RESULT in listed.text
    assert await desk.count("audit", "action = 'mail.read' AND record = ?", TICKET) == 1


async def test_before_it_is_out_the_card_says_that_it_is_on_its_way(desk):
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ส่ง")
    assert f"อีเมล: กำลังส่ง · {TO}" in (await desk.says(TICKET)).text


async def test_a_second_press_sends_no_second_mail(desk, smtp):
    await ticket(desk)
    token = (await desk.presses("ตอบทางอีเมล")).token("ส่ง")
    await desk.presses_token(token)
    assert f"สั่งส่งอีเมลฉบับนี้แล้ว ดูสถานะได้ที่ {TICKET}" in (await desk.presses_token(token)).text
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_an_edited_text_keeps_greeting_and_closing_and_is_shown_again(desk, smtp):
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    asked = await desk.presses("แก้ข้อความ")
    assert RESULT in asked.text
    shown = await desk.says("แก้เป็น 27,000 บาท\n.บรรทัดที่สอง")
    assert "เรียน นายสมชาย ใจดี" in shown.text
    assert "แก้เป็น 27,000 บาท\n.บรรทัดที่สอง" in shown.text
    assert RESULT not in shown.text
    assert smtp.connections == 0
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert "แก้เป็น 27,000 บาท\n.บรรทัดที่สอง\n" in smtp.mails[0].body


async def test_what_was_edited_is_kept_when_something_else_comes_between(desk):
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("แก้ข้อความ")
    await desk.says("ข้อความที่แก้แล้ว")
    await desk.says("0800009001")
    assert "ข้อความที่แก้แล้ว" in (await desk.presses("ทำต่อ")).text


async def test_the_address_can_be_chosen_or_typed_and_a_wrong_one_is_asked_again(desk, smtp):
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ช่องอื่น ๆ")
    assert TO in (await desk.presses("ผู้รับ")).buttons
    assert (
        'อีเมล "x@example.com, y@example.com" ไม่ถูกต้อง'
        in (await desk.says("x@example.com, y@example.com")).text
    )
    assert "ผู้รับ: malee@example.com" in (await desk.says("malee@example.com")).text
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails[0].to == "malee@example.com"


async def test_a_subject_of_two_lines_is_asked_again(desk):
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("หัวเรื่อง")
    assert "บรรทัดเดียว" in (await desk.says("ตอบ\nBcc: all@example.com")).text
    assert f"หัวเรื่อง: [{TICKET}] ตอบเรื่องรายได้" in (await desk.says("ตอบเรื่องรายได้")).text


async def test_a_cancelled_draft_sends_nothing(desk, smtp):
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    assert "ยกเลิกแล้ว" in (await desk.presses("ยกเลิก")).text
    await desk.mails_go()
    assert smtp.connections == 0
    assert await desk.count("mails") == 0


async def test_without_a_result_the_text_is_asked_for_and_becomes_the_result(desk, smtp):
    await ticket(desk, result="")
    assert "พิมพ์ข้อความที่จะส่ง" in (await desk.presses("ตอบทางอีเมล")).text
    assert "ส่ง" in (await desk.says("ยังไม่มีข้อมูลปีนี้")).buttons
    assert "ปิดใบงาน R2611000124" in (await desk.presses("ส่ง")).buttons
    assert "ผลของการให้บริการ: ยังไม่มีข้อมูลปีนี้" in (await desk.presses("ปิดใบงาน R2611000124")).text
    closed = await desk.presses("ปิดด้วยผลนี้ R2611000124")
    assert "ผลของการให้บริการ: ยังไม่มีข้อมูลปีนี้\n" in closed.text
    await desk.mails_go()
    assert "\n\nยังไม่มีข้อมูลปีนี้\n\n" in smtp.mails[0].body


async def test_who_has_no_address_gets_no_button(desk):
    await ticket(desk, code="C82001")
    assert "ตอบทางอีเมล" not in (await desk.says(TICKET)).buttons


async def test_who_wrote_in_english_is_answered_in_english(desk):
    await desk.db.write(
        lambda tx: tx.execute("UPDATE customers SET name = 'John Smith' WHERE code = 'C81554'")
    )
    await desk.says(f"/open C81554 อีเมล 1.1 household income => {RESULT}")
    shown = await desk.presses("ตอบทางอีเมล")
    assert "Dear John Smith,\n\nThank you for your enquiry of 23 November 2026." in shown.text


async def test_a_second_mail_follows_the_first(desk, smtp):
    await sent(desk)
    await desk.says(TICKET)
    assert "ฉบับก่อน: ส่งแล้ว 10.00 น." in (await desk.presses("ตอบทางอีเมล")).text
    await desk.presses("ส่ง")
    await desk.mails_go()
    first, second = smtp.mails
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert second.message["Message-ID"] != first.message["Message-ID"]


# What goes wrong.


async def test_a_bad_address_is_told_and_shown_and_can_be_mended(desk, smtp):
    smtp.fails("rcpt", "550 5.1.1 <somchai@example.com> no such user")
    await sent(desk)
    told = desk.told("nok")
    assert f"⚠️ ส่งอีเมลถึง {TO} ไม่สำเร็จ" in told.text
    assert "ไม่มีที่อยู่อีเมลนี้ ตรวจที่อยู่กับผู้รับบริการ (550 5.1.1)" in told.text
    card = await desk.says(TICKET)
    assert "อีเมล: ส่งไม่สำเร็จ: ไม่มีที่อยู่อีเมลนี้" in card.text
    assert card.buttons[:2] == ["ลองใหม่", "แก้ที่อยู่"]
    assert "พิมพ์อีเมลของผู้รับ" in (await desk.presses("แก้ที่อยู่")).text
    assert RESULT in (await desk.says("somchai.j@example.com")).text
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert [(taken.to, taken.subject) for taken in smtp.mails] == [
        ("somchai.j@example.com", f"[{TICKET}] ตอบข้อสอบถามข้อมูลสถิติ")
    ]
    card = await desk.says(TICKET)
    assert "อีเมล: ส่งแล้ว" in card.text
    assert "ลองใหม่" not in card.buttons
    assert "ไม่ได้ส่ง มีฉบับใหม่แทนแล้ว" in (await desk.chooses("อีเมลที่ส่ง")).text


async def test_a_refused_mail_is_tried_anew_by_its_button_and_only_once(desk, smtp):
    smtp.fails("data", "554 5.7.1 policy")
    await sent(desk)
    token = (await desk.says(TICKET)).token("ลองใหม่")
    assert f"กำลังส่งอีเมลถึง {TO}" in (await desk.presses_token(token)).text
    assert "กดปุ่มนี้ไปแล้ว ไม่ต้องกดซ้ำ" in (await desk.presses_token(token)).text
    await desk.mails_go()
    assert len(smtp.mails) == 1
    assert "อีเมล: ส่งแล้ว" in (await desk.says(TICKET)).text


async def test_two_officers_who_try_anew_send_it_once(desk, smtp):
    smtp.fails("data", "554 5.7.1 policy")
    await sent(desk)
    mine = (await desk.says(TICKET)).token("ลองใหม่")
    theirs = (await desk.says(TICKET, who="ton")).token("ลองใหม่")
    await desk.presses_token(mine)
    await desk.mails_go()
    assert "ส่งแล้ว 10.00 น." in (await desk.presses_token(theirs, who="ton")).text
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_greylisting_is_waited_out_without_a_word(desk, smtp):
    smtp.fails("rcpt", "450 4.2.0 greylisted", "450 4.2.0 greylisted")
    await sent(desk)
    assert smtp.mails == []
    card = await desk.says(TICKET)
    assert "อีเมล: กำลังส่ง จะลองใหม่ 10.01 น.: ระบบอีเมลของผู้รับขอให้ส่งใหม่ภายหลัง (450 4.2.0)" in card.text
    desk.wait(minutes=1)
    await desk.mails_go()
    assert "จะลองใหม่ 10.06 น." in (await desk.says(TICKET)).text
    desk.wait(minutes=4)
    await desk.mails_go()
    assert smtp.connections == 2
    desk.wait(minutes=1)
    await desk.mails_go()
    assert len(smtp.mails) == 1
    assert "⚠️" not in desk.told("nok").text


async def test_after_a_day_the_officer_is_told(desk, smtp):
    smtp.always("rcpt", "450 4.2.0 greylisted")
    await sent(desk)
    for _hour in range(25):
        desk.wait(hours=1, minutes=1)
        await desk.mails_go()
    assert desk.told("nok").text.count("⚠️ ส่งอีเมลถึง") == 1
    assert "ขอให้ส่งใหม่ภายหลัง (450 4.2.0)" in desk.told("nok").text
    smtp.always("rcpt", "")
    await desk.presses_token(desk.told("nok").token("ลองใหม่"))
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_a_mail_to_one_address_waits_for_the_earlier_and_holds_up_no_other(desk, smtp):
    smtp.fails("rcpt", "450 4.2.0 greylisted")
    await sent(desk)
    await ticket(desk, code="C70001")
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert [taken.to for taken in smtp.mails] == ["kamon@example.ac.th"]


async def test_a_lost_connection_is_asked_about_and_never_sent_again_by_itself(desk, smtp):
    smtp.fails("message", CLOSE)
    await sent(desk)
    told = desk.told("nok")
    assert "ไม่ทราบว่าส่งออกไปแล้วหรือไม่ เลือกส่งอีกครั้งหรือถือว่าส่งแล้ว" in told.text
    for _hour in range(3):
        desk.wait(hours=1)
        await desk.mails_go()
    assert smtp.connections == 1
    assert "อีเมล: ไม่ทราบว่าส่งออกไปแล้วหรือไม่" in (await desk.says(TICKET)).text
    await desk.presses("ถือว่าส่งแล้ว")
    card = await desk.says(TICKET)
    assert "อีเมล: ส่งแล้ว 13.00 น." in card.text
    assert "ส่งอีกครั้ง" not in card.buttons
    assert "ส่งแล้ว 13.00 น." in (await desk.presses_token(told.token("ส่งอีกครั้ง"))).text
    await desk.mails_go()
    assert smtp.connections == 1


async def test_a_doubtful_mail_sent_again_has_the_same_message_id(desk, smtp):
    smtp.fails("message", CLOSE)
    await sent(desk)
    await desk.presses_token(desk.told("nok").token("ส่งอีกครั้ง"))
    await desk.mails_go()
    first, second = smtp.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.raw == second.raw


class TestExpiredPassword:
    @pytest.fixture
    def smtp(self) -> Iterator[FakeSmtp]:
        with FakeSmtp(login=("user", "password")) as fake:
            yield fake

    @pytest.fixture
    def mailer(self, smtp: FakeSmtp) -> Adapter:
        server = MailServer("127.0.0.1", smtp.port, Encryption.NONE, "user", "expired")
        return MailAdapter(server, "", "services@nso.example")

    async def test_the_administrators_are_told_once_a_day(self, desk, smtp):
        await sent(desk)
        desk.wait(minutes=2)
        await desk.mails_go()
        assert smtp.connections == 2
        assert desk.told("may").text == "⚠️ ส่งข้อความทาง Mail ไม่ได้: login 535 5.7.8"
        assert "เข้าใช้ระบบอีเมลไม่ได้ แจ้งผู้ดูแลระบบ (535 5.7.8)" in (await desk.says(TICKET)).text
        assert smtp.mails == []


async def test_a_slow_server_does_not_cost_the_lease(desk, smtp, monkeypatch):
    monkeypatch.setattr(sender, "KEEP_LEASE", 0.02)
    monkeypatch.setattr(adapter, "STEP", 1.0)
    smtp.fails("rcpt", HANG)
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ส่ง")
    going = asyncio.create_task(desk.mails_go())
    while not smtp.connections:
        await asyncio.sleep(0.01)
    desk.wait(minutes=2)
    while not going.done() and not await desk.count(
        "leases", "expires_at > ? AND name LIKE 'out:mail:%'", desk.now
    ):
        await asyncio.sleep(0.01)
    assert not going.done()
    await going


async def test_an_answer_that_a_colleague_gave_meanwhile_is_shown_before_the_second_goes(
    desk, smtp
):
    await ticket(desk)
    mine = (await desk.presses("ตอบทางอีเมล")).token("ส่ง")
    await desk.says(TICKET, who="ton")
    await desk.presses("ตอบทางอีเมล", who="ton")
    await desk.presses("ส่ง", who="ton")
    warned = await desk.presses_token(mine)
    assert "มีอีเมลอีกฉบับสั่งส่งไปหลังจากร่างนี้" in warned.text
    assert f"ฉบับก่อน: กำลังส่ง · {TO}" in warned.text
    await desk.mails_go()
    assert len(smtp.mails) == 1
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 2


async def test_when_the_writer_cannot_be_told_the_administrator_is(desk, smtp):
    smtp.fails("rcpt", "550 5.1.1 no")
    await ticket(desk)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("ส่ง")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET blocked_at = created_at WHERE name = 'นก'")
    )
    await desk.mails_go()
    assert f"⚠️ ส่งอีเมลถึง {TO} ไม่สำเร็จ" in desk.told("may").text
    assert "⚠️" not in desk.told("nok").text


@pytest.mark.parametrize(
    "error", ["x", "to 599", "login 535 5.7.8", "tls", "timeout connect", "given up", "compose"]
)
def test_every_reason_has_its_sentence(error):
    assert mail_cards.reason(error)


# Mails of other kinds.

LETTER = NewMail(
    "81/2563",
    "",
    "ขอให้ส่งสัญญา",
    "เรียน ผศ.ดร.กมลชนก\n\nยังไม่ได้รับสัญญา\n\nขอแสดงความนับถือ\n\nนก",
    "test_reminder",
    "th",
    ticket="R2611000777",
)


@pytest.fixture
def reminder():
    """A purpose with something to do, and a button that begins it."""
    seen = []

    @action("test.remind")
    async def remind(ctx, args):
        return await mail.preview(ctx, LETTER)

    @sending.on_send("test_reminder")
    async def reminded(ctx, new):
        seen.append(new)
        ctx.audit("test.reminded", new.record)
        return (Paragraph("เปิดใบงานติดตามแล้ว"),)

    yield seen
    del sending.ON_SEND["test_reminder"]
    del ACTIONS["test.remind"]


async def begun(desk):
    """The press of the button that begins it."""
    await ticket(desk)
    token = (await desk.says(TICKET)).token("แก้ไข")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE buttons SET action = 'test.remind' WHERE token = ?", token)
    )
    return await desk.presses_token(token)


async def test_another_purpose_does_its_work_with_the_press_that_sends(desk, smtp, reminder):
    asked = await begun(desk)
    assert "พิมพ์อีเมลของผู้รับ" in asked.text
    shown = await desk.says("kamon@example.ac.th")
    assert "หัวเรื่อง: [R2611000777] ขอให้ส่งสัญญา" in shown.text
    assert reminder == []
    assert "เปิดใบงานติดตามแล้ว" in (await desk.presses("ส่ง")).text
    assert [(new.record, new.to, new.text) for new in reminder] == [
        ("81/2563", "kamon@example.ac.th", "ยังไม่ได้รับสัญญา")
    ]
    assert await desk.count("audit", "action = 'test.reminded' AND record = '81/2563'") == 1
    await desk.mails_go()
    assert smtp.mails[0].body == LETTER.body + "\n"


async def test_a_mended_mail_does_not_do_its_work_again(desk, smtp, reminder):
    smtp.fails("rcpt", "550 5.7.1 no")
    await begun(desk)
    await desk.says("kamon@example.ac.th")
    await desk.presses("ส่ง")
    await desk.mails_go()
    await desk.presses_token(desk.told("nok").token("แก้ไขแล้วส่งใหม่"))
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 1
    assert len(reminder) == 1


# Without a mail server.


class TestNotConfigured:
    @pytest.fixture
    def mailer(self) -> None:
        return None

    async def test_the_text_is_offered_to_be_copied(self, desk):
        await ticket(desk)
        shown = await desk.presses("ตอบทางอีเมล")
        assert "ยังไม่ได้ตั้งค่าการส่งอีเมล แจ้งผู้ดูแลระบบ · ระหว่างนี้คัดลอกข้อความไปส่งเองได้" in shown.text
        assert f"ผู้รับ: {TO}\nหัวเรื่อง: [{TICKET}] ตอบข้อสอบถามข้อมูลสถิติ\n" in shown.text
        assert RESULT in shown.text
        assert "ส่ง" not in shown.buttons
        assert await desk.count("mails") == 0
