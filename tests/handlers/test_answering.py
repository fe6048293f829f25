"""A mail that came in is answered from chat: in its thread, with what was asked below, seen by
whoever answers second, and closed in one tap.
"""

import email
from email.policy import SMTP
from pathlib import Path

import pytest

from bot.platform import Adapter
from domain.mail.reading import read_mail
from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.smtp import CLOSE, FakeSmtp, mail_adapter
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_incoming_mails import Mailbox, a_mail

FIRST = "R2611000124"
OURS = "services@nso.example"
ASKED = "ขอข้อมูลรายได้ครัวเรือนจังหวัดกระบี่ ปี 2566 ค่ะ"
SECOND = "ปี 2565 เฉลี่ย 25,000 บาท"
TEXT = "รายได้ครัวเรือนกระบี่ปี 2566 เฉลี่ย 26,946 บาทต่อเดือน"


@pytest.fixture
def mailer(smtp: FakeSmtp, tmp_path: Path) -> Adapter:
    return mail_adapter(smtp, tmp_path)


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    return Mailbox(desk)


def asked(*headers: str, text: str = ASKED, number: int = 1, **fields: str) -> bytes:
    """A customer's mail with further headers."""
    raw = a_mail(text, number=number, **fields).decode()
    return "".join((*(f"{line}\r\n" for line in headers), raw)).encode()


async def drafted(desk: DeskUnderTest, text: str = TEXT, who: str = "nok"):
    """The preview of an answer to the first ticket."""
    await desk.says(FIRST, who=who)
    await desk.presses("ตอบทางอีเมล", who=who)
    return await desk.says(text, who=who)


async def test_the_answer_stays_in_the_customers_thread(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(
        asked("References: <a@x.example> <b@x.example>", "In-Reply-To: <b@x.example>")
    )
    shown = await drafted(desk)
    assert f"หัวเรื่อง: [{FIRST}] Re: ขอข้อมูล" in shown.text
    assert "ท้ายอีเมลมีคำถามเดิมของผู้รับบริการ" in shown.text
    assert "> " not in shown.text
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert taken.to == "wipa@example.org"
    assert taken.subject == f"[{FIRST}] Re: ขอข้อมูล"
    assert taken.message["In-Reply-To"] == "<1@example.org>"
    assert taken.message["References"].split() == [
        "<a@x.example>",
        "<b@x.example>",
        "<1@example.org>",
    ]
    assert taken.message["X-Loop"] == OURS
    assert TEXT in taken.body
    assert (
        f"\n\nเมื่อ 23 พฤศจิกายน 2569 เวลา 09.55 น. Wipa Jaidee <wipa@example.org> เขียนว่า:\n> {ASKED}\n"
        in (taken.body)
    )


async def test_what_we_quote_is_folded_away_when_it_comes_back(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await drafted(desk)
    await desk.presses("ส่ง")
    await desk.mails_go()
    read = read_mail(smtp.mails[0].raw)
    assert ASKED in read.quoted
    assert ASKED not in read.text
    assert TEXT in read.text


async def test_it_goes_where_the_writer_wants_answers(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked("Reply-To: office@example.org"))
    await drafted(desk)
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails[0].to == "office@example.org"


@pytest.mark.parametrize("own", [OURS, OURS.upper()])
async def test_it_never_goes_to_the_desk_itself(
    desk: DeskUnderTest, mailbox: Mailbox, own: str
) -> None:
    await mailbox.brings(asked(f"Reply-To: {own}"))
    shown = await drafted(desk)
    assert "wipa@example.org" in shown.text
    assert own not in shown.text


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("thief@evil.example", "wipa@example.org"),
        ("office@example.org", "office@example.org"),
    ],
)
async def test_who_answers_in_a_customers_name_does_not_say_where_the_next_answer_goes(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp, wanted: str, goes: str
) -> None:
    """Anybody can write another's address as the sender."""
    await mailbox.brings(asked())
    reply = asked(
        f"Reply-To: {wanted}",
        "In-Reply-To: <1@example.org>",
        text="ขอข้อมูลรายชื่อผู้ตอบด้วยค่ะ",
        subject=f"Re: [{FIRST}] ขอข้อมูล",
        number=2,
    )
    await mailbox.brings(reply)
    shown = await drafted(desk)
    assert "thief" not in shown.text
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails[0].to == goes


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: RE: Re[2]: =?utf-8?q?=E0=B8=95=E0=B8=AD=E0=B8=9A?=: data", "Re: data"),
        ("[R2611000001] Re: [R2611000002] data", "Re: data"),
        ("Fwd: Re: data", "Re: Fwd: Re: data"),
        ("", "ตอบข้อสอบถามข้อมูลสถิติ"),
        ("Re:", "ตอบข้อสอบถามข้อมูลสถิติ"),
        ("Report: data", "Re: Report: data"),
        ("=?utf-8?q?a=0D=0ABcc:_x@example.com?=", "Re: a Bcc: x@example.com"),
    ],
)
async def test_the_number_and_re_stand_in_the_subject_once(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp, subject: str, expected: str
) -> None:
    await mailbox.brings(asked(subject=subject))
    await drafted(desk)
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert taken.subject == f"[{FIRST}] {expected}"
    assert taken.message["Bcc"] is None


async def test_an_answer_is_the_tickets_result_and_whoever_sends_it_has_taken_it(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(asked())
    await drafted(desk)
    sent = await desk.presses("ส่ง")
    assert f"ปิดใบงาน {FIRST}" in sent.buttons
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.result, ticket.status, ticket.assignee) == (TEXT, Status.OPEN, desk.ids["nok"])


async def matched(desk: DeskUnderTest) -> None:
    """The ticket belongs to somebody of the register."""
    await desk.db.write(
        lambda tx: tx.execute("UPDATE tickets SET customer_code = 'C81554' WHERE no = ?", FIRST)
    )


async def test_one_tap_sends_it_and_closes_the_ticket_with_it(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await matched(desk)
    shown = await drafted(desk)
    assert shown.buttons[:2] == ["ส่ง", "ส่งและปิด"]
    closed = await desk.presses("ส่งและปิด")
    assert "กำลังส่งอีเมลถึง wipa@example.org" in closed.text
    assert "ปิด" in closed.text
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.result, ticket.status) == (TEXT, Status.CLOSED)
    assert ticket.assignee == desk.ids["nok"]
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_a_second_press_closes_and_sends_nothing_more(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await matched(desk)
    token = (await drafted(desk)).token("ส่งและปิด")
    await desk.presses_token(token)
    assert "สั่งส่งอีเมลฉบับนี้แล้ว" in (await desk.presses_token(token)).text
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_what_closing_lacks_is_asked_for_and_nothing_that_was_written_is_lost(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked(text="ส่งรายงานค่ะ"))
    await desk.db.write(
        lambda tx: tx.execute("UPDATE tickets SET subject = 'mail.provincial_users'")
    )
    await drafted(desk, "ได้รับแล้ว ขอบคุณค่ะ")
    told = await desk.presses("ส่งและปิด")
    assert "กำลังส่งอีเมลถึง wipa@example.org" in told.text
    assert f"ยังปิดใบงาน {FIRST} ไม่ได้ ยังขาด: จังหวัด, จำนวนผู้ใช้" in told.text
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.result, ticket.status) == ("ได้รับแล้ว ขอบคุณค่ะ", Status.OPEN)
    await desk.says("กระบี่")
    await desk.says("120")
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.user_count, ticket.result) == (
        Status.CLOSED,
        120,
        "ได้รับแล้ว ขอบคุณค่ะ",
    )
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_the_second_sees_who_is_writing_and_what(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(asked())
    await drafted(desk, "คำตอบของนก")
    await desk.says(FIRST, who="ton")
    begun = await desk.presses("ตอบทางอีเมล", who="ton")
    assert "⚠️ คุณนกกำลังเขียนตอบใบงานนี้" in begun.text
    assert "คำตอบของนก" in begun.text
    assert "กำลังเขียนตอบ" in (await desk.says("คำตอบของต้น", who="ton")).text


async def test_the_second_sees_what_was_sent_and_can_still_decide(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await drafted(desk, "คำตอบของนก")
    await drafted(desk, "คำตอบของต้น", who="ton")
    await desk.presses("ส่ง")
    warned = await desk.presses("ส่งและปิด", who="ton")
    assert "มีอีเมลอีกฉบับสั่งส่งไปหลังจากร่างนี้" in warned.text
    assert "คุณนก สั่งส่ง" in warned.text
    assert "เขียนว่า" not in warned.text
    assert "คำตอบของนก" in warned.text
    await desk.mails_go()
    assert len(smtp.mails) == 1
    assert "ยกเลิกแล้ว" in (await desk.presses("ยกเลิก", who="ton")).text
    assert (await tickets.get_ticket(desk.db, FIRST)).result == "คำตอบของนก"


async def test_both_answers_stand_in_the_result_where_both_go(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(asked())
    await drafted(desk, "คำตอบของนก")
    await drafted(desk, "คำตอบของต้น", who="ton")
    await desk.presses("ส่ง")
    await desk.presses("ส่ง", who="ton")
    await desk.presses("ส่ง", who="ton")
    assert (await tickets.get_ticket(desk.db, FIRST)).result == "คำตอบของนก\n\nคำตอบของต้น"


async def test_a_mail_that_came_while_writing_is_said_before_it_goes(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await drafted(desk)
    await mailbox.brings(asked("In-Reply-To: <1@example.org>", text="ขอของปี 2565 แทนค่ะ", number=2))
    warned = await desk.presses("ส่ง")
    assert "ส่งอีเมลมาอีกฉบับหลังเริ่มร่างนี้" in warned.text
    assert "ขอของปี 2565 แทนค่ะ" in warned.text
    assert smtp.connections == 0
    await desk.presses("ยืนยันส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_who_asks_again_is_answered_with_new_words(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await drafted(desk)
    await desk.presses("ส่ง")
    desk.wait(minutes=5)
    await mailbox.brings(asked("In-Reply-To: <1@example.org>", text="แล้วปี 2565 ล่ะคะ", number=2))
    await desk.says(FIRST)
    assert "พิมพ์ข้อความที่จะส่ง" in (await desk.presses("ตอบทางอีเมล")).text
    await desk.says(SECOND)
    await desk.presses("ส่ง")
    await desk.mails_go()
    _first, second = smtp.mails
    assert second.message["In-Reply-To"] == "<2@example.org>"
    assert second.message["References"].split() == ["<1@example.org>", "<2@example.org>"]
    assert "> แล้วปี 2565 ล่ะคะ" in second.body
    assert (await tickets.get_ticket(desk.db, FIRST)).result == f"{TEXT}\n\n{SECOND}"


async def test_another_customer_is_said_and_written_to_only_once_seen(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await desk.says("/open C81554 โทรศัพท์ 1.1 รายได้ครัวเรือนกระบี่ 2560")
    await desk.chooses("ตอบทางอีเมล")
    await desk.says(TEXT)
    await desk.db.write(
        lambda tx: tx.execute("UPDATE tickets SET customer_code = 'C70001' WHERE no = ?", FIRST)
    )
    warned = await desk.presses("ส่ง")
    assert "ผู้รับบริการเปลี่ยนเป็น" in warned.text
    assert "ผู้รับ: kamon@example.ac.th" in warned.text
    assert TEXT in warned.text
    assert smtp.connections == 0
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert taken.to == "kamon@example.ac.th"
    assert "กมล" in taken.body


async def test_who_wrote_in_thai_is_answered_in_thai_whatever_the_letters_of_the_name(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(asked())
    assert "ภาษาของจดหมาย: ไทย" in (await drafted(desk)).text


async def test_who_wrote_in_english_is_answered_in_english(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked(text="Household income of Krabi, please.", subject="income"))
    assert "Dear Wipa Jaidee," in (await drafted(desk, "It was 26,946 baht.")).text
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert (
        "\n\nOn 23 November 2026 at 09:55, Wipa Jaidee <wipa@example.org> wrote:\n> Household"
        in (taken.body)
    )
    read = email.message_from_bytes(taken.raw, policy=SMTP)
    assert read["Content-Language"] == "en"


# Files.

LONG = "ตารางรายได้ครัวเรือน จังหวัดกระบี่ พ.ศ. 2566 ฉบับสมบูรณ์.pdf"
PDF = b"%PDF-1.4\n" + b"x" * 3000
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 3000


def attached(raw: bytes) -> list[tuple[str, str, bytes]]:
    """The files of a mail as its receiver finds them."""
    found = read_mail(raw).attachments
    return [(each.filename, each.mime, each.content) for each in found]


async def test_what_is_sent_while_writing_goes_with_the_answer_and_stays_on_the_ticket(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await desk.says(FIRST)
    await desk.presses("ตอบทางอีเมล")
    held = await desk.sends_file(PDF, LONG)
    assert "เก็บไว้กับร่างนี้แล้ว" in held.text
    shown = await desk.says(TEXT)
    assert "ไฟล์แนบ: ตารางรายได้ครัวเรือน" in shown.text
    again = await desk.sends_file(PNG, "map.png")
    assert "map.png" in again.text.partition("ไฟล์แนบ:")[2]
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert sorted(attached(taken.raw)) == [
        ("map.png", "image/png", PNG),
        (LONG, "application/pdf", PDF),
    ]
    assert TEXT in read_mail(taken.raw).text
    assert "ไฟล์แนบ (2)" in (await desk.says(FIRST)).buttons


async def test_a_file_is_left_out_and_one_of_the_ticket_taken_in_by_a_tap(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await desk.sends_file(PNG, "map.png", caption=FIRST)
    await desk.says(FIRST)
    await desk.presses("ตอบทางอีเมล")
    await desk.sends_file(PDF, "wrong.pdf")
    await desk.says(TEXT)
    choice = await desk.presses("ไฟล์แนบ")
    assert [label for label in choice.buttons if "KB" in label] == [
        "☑ wrong.pdf (3 KB)",
        "☐ map.png (3 KB)",
    ]
    await desk.presses("☑ wrong.pdf (3 KB)")
    await desk.presses("ไฟล์แนบ")
    shown = await desk.presses("☐ map.png (3 KB)")
    assert "ไฟล์แนบ: map.png (3 KB)" in shown.text
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert [name for name, _mime, _content in attached(smtp.mails[0].raw)] == ["map.png"]


async def test_a_mail_with_files_sent_again_is_the_same_bytes(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    smtp.fails("message", CLOSE)
    await mailbox.brings(asked())
    await drafted(desk)
    await desk.sends_file(PDF, "a.pdf")
    await desk.presses("ส่ง")
    await desk.mails_go()
    await desk.presses_token(desk.told("nok").token("ส่งอีกครั้ง"))
    await desk.mails_go()
    first, second = smtp.mails
    assert first.raw == second.raw


async def test_files_that_no_server_takes_are_said_before_anything_goes(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await drafted(desk)
    for number in range(2):
        await desk.sends_file(PDF + bytes([number]) * 9_500_000, f"{number}.pdf")
    refused = await desk.presses("ส่งและปิด")
    assert "ไฟล์แนบรวม 19.0 MB แนบได้ไม่เกิน 18 MB" in refused.text
    await desk.mails_go()
    assert smtp.connections == 0


# Copies.


async def test_copies_are_kept_where_the_officer_wants_them(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(
        asked(
            "Delivered-To: box@mail.example",
            f"Cc: Boss <boss@example.org>, {OURS}, noreply@example.org, nso.services13@gmail.com,"
            " BOSS@example.org, wipa@example.org, box@mail.example",
        )
    )
    shown = await drafted(desk)
    assert "สำเนาถึงทุกคน (1)" in shown.buttons
    shown = await desk.presses("สำเนาถึงทุกคน (1)")
    assert "สำเนาถึง: boss@example.org" in shown.text.lower()
    await desk.presses("ไม่ส่งสำเนา")
    await desk.presses("สำเนาถึงทุกคน (1)")
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert taken.message["Cc"].lower() == "boss@example.org"
    assert taken.recipients == ("wipa@example.org", taken.message["Cc"])


async def test_nobody_gets_a_copy_unasked(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked("Cc: boss@example.org"))
    await drafted(desk)
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails[0].message["Cc"] is None


async def test_copies_can_be_typed_and_a_wrong_one_is_asked_again(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await drafted(desk)
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("สำเนาถึง")
    assert "ไม่ถูกต้อง" in (await desk.says("a@example.com, nonsense")).text
    shown = await desk.says("a@example.com, b@example.com a@example.com")
    assert "สำเนาถึง: a@example.com, b@example.com" in shown.text


async def test_where_a_copys_address_is_refused_nobody_gets_it_and_that_is_said(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    smtp.fails("rcpt", "250 2.1.5 ok", "550 5.1.1 no such user")
    await mailbox.brings(asked("Cc: boss@example.org"))
    await drafted(desk)
    await desk.presses("สำเนาถึงทุกคน (1)")
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails == []
    assert "ที่อยู่ที่ส่งสำเนาถึงใช้ไม่ได้" in desk.told("nok").text
    await desk.presses_token(desk.told("nok").token("แก้ไขแล้วส่งใหม่"))
    await desk.presses("ไม่ส่งสำเนา")
    await desk.presses("ส่ง")
    await desk.mails_go()
    (taken,) = smtp.mails
    assert taken.message["In-Reply-To"] == "<1@example.org>"


# From mail to closed.


async def test_from_mail_to_closed_it_is_two_taps_and_one_text(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked(sender="Somchai <somchai@example.com>"))
    await desk.presses_token(desk.told("nok").token("รับเรื่องและจับคู่"))
    await desk.says(TEXT)
    await desk.presses("ส่งและปิด")
    await desk.mails_go()
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.customer, ticket.result) == (Status.CLOSED, "C81554", TEXT)
    assert smtp.mails[0].to == "somchai@example.com"


async def test_on_line_it_is_the_same_from_the_card_on(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked(sender="Somchai <somchai@example.com>"))
    await desk.says(FIRST, platform=Platform.LINE)
    await desk.presses("รับเรื่องและจับคู่", platform=Platform.LINE)
    await desk.says(TEXT, platform=Platform.LINE)
    await desk.presses("ส่งและปิด", platform=Platform.LINE)
    await desk.mails_go()
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED
    assert len(smtp.mails) == 1


async def test_what_is_written_anew_after_a_failure_closes_the_ticket_too(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    smtp.fails("data", "554 5.7.1 policy")
    await mailbox.brings(asked())
    await drafted(desk)
    await desk.presses("ส่ง")
    await desk.mails_go()
    await desk.presses_token(desk.told("nok").token("แก้ไขแล้วส่งใหม่"))
    await desk.presses("ส่งและปิด")
    await desk.mails_go()
    assert len(smtp.mails) == 1
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.result) == (Status.CLOSED, TEXT)


async def test_what_a_colleague_passed_on_is_answered_to_its_writer_with_the_question_below(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    passed_on = (
        "ฝากดูด้วยค่ะ\n\n---------- Forwarded message ---------\n"
        "From: Somchai <somchai@example.com>\nDate: Mon, Nov 23, 2026\n"
        f"Subject: ขอข้อมูลแรงงาน\nTo: <info@nso.example>\n\n{ASKED}"
    )
    await mailbox.brings(a_mail(passed_on, "Fwd: ขอข้อมูลแรงงาน", "Nok <nok@nso.example>"))
    await desk.presses_token(desk.told("nok").token("รับเรื่องและจับคู่"))
    await desk.says(TEXT)
    await desk.presses("ส่งและปิด")
    await desk.mails_go()
    (sent,) = smtp.mails
    assert sent.recipients == ("somchai@example.com",)
    assert sent.subject == "[R2611000125] Re: ขอข้อมูลแรงงาน"
    assert sent.message["In-Reply-To"] is None
    assert sent.body.rstrip().endswith(f"Somchai <somchai@example.com> เขียนว่า:\n> {ASKED}")
    assert (await tickets.get_ticket(desk.db, "R2611000125")).status is Status.CLOSED


async def test_the_arrow_before_an_answer_is_not_sent(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked())
    await desk.says(FIRST)
    await desk.presses("ตอบทางอีเมล")
    await desk.says(f"=> {TEXT}")
    await desk.presses("ส่ง")
    await desk.mails_go()
    (sent,) = smtp.mails
    assert f"\n\n{TEXT}\n\n" in sent.body
    assert "=>" not in sent.body


async def test_who_asks_back_waits_for_the_customer_with_one_tap(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(asked())
    await desk.says(FIRST)
    await desk.presses("ตอบทางอีเมล")
    await desk.says("ขอทราบปีที่ต้องการค่ะ")
    sent = await desk.presses("ส่ง")
    assert sent.buttons[:3] == [f"ปิดใบงาน {FIRST}", "รอผู้รับบริการ", "ดูใบงาน"]
    waits = await desk.presses("รอผู้รับบริการ")
    assert "รอผู้รับบริการตั้งแต่ 23 พ.ย. 69 10.00 น." in waits.text


async def test_a_colleague_of_the_customer_who_answers_is_greeted_by_his_own_name(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(ASKED, sender="Kamonchanok <kamon@example.ac.th>"))
    await desk.presses_token(desk.told("nok").token("รับเรื่องและจับคู่"))
    await desk.says(TEXT)
    await desk.presses("ส่งและปิด")
    desk.wait(minutes=5)
    again = a_mail("ปี 2565 ล่ะคะ", f"Re: [{FIRST}] ขอข้อมูล", "มานี มีสุข <manee@example.ac.th>", 2)
    await mailbox.brings(again)
    await desk.says(FIRST)
    shown = await desk.presses("ตอบทางอีเมล")
    assert "ผู้รับ: manee@example.ac.th" in shown.text
    assert "เรียน คุณมานี มีสุข" in shown.text


async def test_a_customer_who_answers_from_another_address_keeps_the_name_of_the_register(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(ASKED, sender="Kamonchanok <kamon@example.ac.th>"))
    await desk.presses_token(desk.told("nok").token("รับเรื่องและจับคู่"))
    sender = "กมลชนก รัตนพิทักษ์ <k.r@example.ac.th>"
    await mailbox.brings(a_mail("ปี 2565 ล่ะคะ", f"Re: [{FIRST}] ขอข้อมูล", sender, 2))
    await desk.says(FIRST)
    shown = await desk.presses("ตอบทางอีเมล")
    assert "ผู้รับ: k.r@example.ac.th" in shown.text
    assert "เรียน ผศ.ดร.กมลชนก รัตนพิทักษ์" in shown.text
