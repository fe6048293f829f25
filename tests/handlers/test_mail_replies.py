"""What a mail that answers a ticket does: whom it is told, what becomes of the clock, and of the
mail where it may not join.
"""

from pathlib import Path

import pytest

from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, PNG, Mailbox, a_mail, exported
from tests.handlers.conftest import DeskUnderTest

SOMCHAIS = "Somchai <somchai@example.com>"
SECOND = "R2611000125"
OPEN = "/open C81554 โทร 1.1 รายได้ครัวเรือนกระบี่"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def headed(mail: bytes, *headers: str) -> bytes:
    """The mail with further headers."""
    return "".join(f"{each}\r\n" for each in headers).encode() + mail


def with_picture(text: str, subject: str, sender: str, name: str = "slip.png") -> bytes:
    head = (
        f"From: {sender}\r\nTo: services@nso.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{name}@files.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b\r\nContent-Type: image/png\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + PNG + b"\r\n--b--\r\n"


async def test_an_answer_to_nobodys_ticket_is_told_to_whoever_hears_of_new_mails(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail())
    again = a_mail("ขอเพิ่มปี 2565 ด้วยค่ะ", f"Re: [{FIRST}] ขอข้อมูล", number=2)
    await mailbox.brings(again)
    told = desk.told("nok")
    assert f"📬 อีเมลตอบใบงาน {FIRST}" in told.text
    assert "ขอเพิ่มปี 2565 ด้วยค่ะ" in told.text
    assert "ตอบทางอีเมล" in told.buttons
    # It stays new, and the card has the answer.
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.assignee) == (Status.NEW, None)
    assert (
        "อีเมลตอบกลับ: 23 พ.ย. 69 09.59 น. · Wipa Jaidee · ขอเพิ่มปี 2565"
        in (await desk.says(FIRST)).text
    )


async def test_the_clock_goes_on_from_the_mails_arrival(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(OPEN)
    await desk.presses("รอผู้รับบริการ")
    desk.wait(hours=2)
    arrived = desk.now
    await mailbox.takes(a_mail("แนบหนังสือมาแล้วครับ", f"Re: {FIRST}", SOMCHAIS), arrived_at=arrived)
    desk.wait(minutes=40)
    await mailbox.settles()
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert ticket.waiting_since is None
    assert ticket.pauses[-1].until == arrived


async def test_an_answer_by_mail_is_read_on_a_ticket_of_another_channel(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(OPEN)
    await mailbox.brings(
        with_picture("ส่งตารางที่ต้องการมาให้ดูครับ", f"Re: {FIRST}", SOMCHAIS, "table.png")
    )
    card = await desk.says(FIRST)
    assert "ส่งตารางที่ต้องการมาให้ดูครับ · table.png" in card.text
    assert any("ไฟล์แนบ (1)" in label for label in card.buttons)
    assert (await tickets.get_ticket(desk.db, FIRST)).reply_email == "somchai@example.com"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: [R๒๖๑๑๐๐๐๑๒๔] ข้อมูล",
        "ตอบกลับ: [ r2611000124 ] ข้อมูล",
        "RE: [R 2611000124]",
        "Re: ข้อมูล (ใบงาน R2611000124)",
    ],
)
async def test_a_number_is_known_however_it_is_written(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path, subject: str
) -> None:
    await desk.says(OPEN)
    await mailbox.brings(a_mail("ขอเพิ่มครับ", subject, SOMCHAIS))
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("reply", FIRST)


@pytest.mark.parametrize(
    ("sender", "joins"),
    [
        ("kamon@example.ac.th", True),
        ("library@lib.example.ac.th", True),
        ("nida.private@gmail.com", False),
        ("kamon@example.org", False),
        ("kamon@examples.ac.th", False),
    ],
)
async def test_the_same_organisation_may_speak_of_a_ticket_and_nobody_else(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path, sender: str, joins: bool
) -> None:
    await desk.says("/open C70001 โทร 7.1 ปรึกษาข้อมูลระดับย่อย")
    await mailbox.brings(a_mail("ขอเพิ่มค่ะ", f"Re: [{FIRST}]", sender))
    (mail,) = await exported(desk, tmp_path)
    expected = ("reply", FIRST) if joins else ("new", SECOND)
    assert (mail["kind"], mail["ticket"]) == expected


async def test_a_strangers_ticket_tells_the_office_whose_number_he_had(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(OPEN)
    await mailbox.brings(a_mail("ขอด้วยค่ะ", f"Re: [{FIRST}] ข้อมูล"))
    card = await desk.says(SECOND)
    assert f"อีเมลอ้างเลขใบงาน {FIRST} แต่ผู้ส่งไม่ใช่ผู้เกี่ยวข้องกับใบงานนั้น" in card.text
    assert f"หมายเหตุ: อีเมลอ้างเลขใบงาน {FIRST}" in desk.told("nok").text
    assert "ขอด้วยค่ะ" not in (await desk.says(FIRST)).text
    assert "อีเมลตอบ" not in desk.told("nok").text.partition("📬")[2].partition(FIRST)[0]


async def test_an_answer_to_a_voided_ticket_is_a_ticket_of_its_own(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(OPEN)
    await desk.says(f"/void {FIRST} บันทึกซ้ำ")
    await mailbox.brings(a_mail("ขอเพิ่มครับ", f"Re: [{FIRST}]", SOMCHAIS))
    assert f"อีเมลตอบใบงาน {FIRST} ซึ่งยกเลิกไปแล้ว" in (await desk.says(SECOND)).text
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.VOIDED


async def test_a_customer_who_was_merged_still_answers(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await desk.says(OPEN)
    await desk.says("/merge C81554 C90210", who="may")
    answer = await desk.presses("รวม", who="may")
    assert "รวม" in answer.text
    await mailbox.brings(a_mail("ขอเพิ่มครับ", f"Re: [{FIRST}]", SOMCHAIS))
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("reply", FIRST)


async def test_whoever_stands_in_hears_of_an_answer_while_the_officer_is_away(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(OPEN)
    await desk.db.write(
        lambda tx: tx.execute(
            "UPDATE staff SET blocked_at = created_at WHERE id = ?", desk.ids["nok"]
        )
    )
    await mailbox.brings(a_mail("ขอเพิ่มครับ", f"Re: [{FIRST}]", SOMCHAIS))
    assert f"📬 อีเมลตอบใบงาน {FIRST}" in desk.told("ton").text
    assert "อีเมลตอบใบงาน" not in desk.told("nok").text


async def test_what_a_machine_answers_is_noted_on_its_ticket_and_told_to_nobody(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(a_mail())
    away = a_mail("I am out of the office until Monday.", f"Automatic reply: [{FIRST}]", number=2)
    before = len(desk.told("nok").replies)
    await mailbox.brings(headed(away, "Auto-Submitted: auto-replied"))
    assert len(desk.told("nok").replies) == before
    card = await desk.says(FIRST)
    assert "อีเมลอัตโนมัติ: 23 พ.ย. 69 09.59 น. · Wipa Jaidee · I am out of the office" in card.text
    mails = await exported(desk, tmp_path)
    assert (mails[1]["kind"], mails[1]["ticket"]) == ("auto_reply", FIRST)
    assert await desk.count("tickets") == 1


async def test_a_number_within_the_text_of_the_same_sender_joins(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(a_mail())
    follows = a_mail(f"ตามที่แจ้งเลข {FIRST} ไว้ ขอทราบความคืบหน้าค่ะ", "สอบถาม", number=9)
    await mailbox.brings(follows)
    mails = await exported(desk, tmp_path)
    assert (mails[1]["kind"], mails[1]["ticket"]) == ("reply", FIRST)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("รับทราบค่ะ", Status.CLOSED),
        ("👍", Status.CLOSED),
        ("", Status.CLOSED),
        ("เรียน เจ้าหน้าที่\nได้รับแล้วครับ\n\nขอแสดงความนับถือ\nสมชาย ใจดี", Status.CLOSED),
        ("Well received.", Status.CLOSED),
        ("ขอรายงานด้วยครับ", Status.OPEN),
        ("ได้รับแล้วครับ แต่ไฟล์เสีย", Status.OPEN),
        ("2566", Status.OPEN),
    ],
)
async def test_a_closed_ticket_stays_so_where_an_answer_says_nothing(
    desk: DeskUnderTest, mailbox: Mailbox, text: str, status: Status
) -> None:
    await desk.says(f"{OPEN} => ส่งแล้ว ปิด")
    await mailbox.brings(a_mail(text, f"Re: [{FIRST}]", SOMCHAIS))
    assert (await tickets.get_ticket(desk.db, FIRST)).status is status
    assert f"📬 อีเมลตอบใบงาน {FIRST}" in desk.told("nok").text


async def test_references_to_a_mail_of_another_customer_join_nothing_and_say_nothing_of_it(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(a_mail())
    other = a_mail("ขอเรื่องเดียวกันค่ะ", "Re: ขอข้อมูล", "Malee <malee@example.net>", 2)
    await mailbox.brings(
        headed(other, "References: <1@example.org>", "In-Reply-To: <1@example.org>")
    )
    mails = await exported(desk, tmp_path)
    assert (mails[1]["kind"], mails[1]["ticket"]) == ("new", SECOND)
    told = desk.told("nok").text.rpartition("📬")[2]
    assert "wipa" not in told


async def test_a_colleagues_name_over_a_strangers_address_passes_nothing_on(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    text = (
        "---------- Forwarded message ---------\nFrom: Wipa <wipa@example.org>\n"
        "Subject: data\n\nขอข้อมูลค่ะ"
    )
    sender = '"nso.services13@gmail.com" <nso.services13@gmail.com.evil.example>'
    await mailbox.brings(a_mail(text, "Fwd: data", sender))
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["forwarded_original"]) == ("new", None)
    assert "แยกเป็นสองใบงาน" not in desk.told("nok").buttons
