"""The office's canned answers: kept by its supervisors, searched by a word while writing, filled in,
and said in the letter's language.
"""

import pytest

from bot.mail.adapter import MailAdapter
from bot.mail.server import Encryption, MailServer
from bot.platform import Adapter
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_incoming_mails import Mailbox, a_mail

FIRST = "R2611000124"
BOSS = "may"
THAI = "เรียน {ชื่อ} เรื่อง {เรื่อง} เลขที่ {เลขที่} โดย {เจ้าหน้าที่} ดูที่ {เว็บไซต์}"
ENGLISH = "Dear {name}, about {subject}, no. {Number}, by {officer}, see {website}"


@pytest.fixture
def mailer() -> Adapter:
    return MailAdapter(
        MailServer("127.0.0.1", 1, Encryption.NONE), "กลุ่มบริการ", "services@nso.example"
    )


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    return Mailbox(desk)


async def added(desk: DeskUnderTest, name: str, thai: str = THAI, english: str = "") -> None:
    await desk.says("เพิ่มคำตอบสำเร็จรูป", who=BOSS)
    await desk.says(name, who=BOSS)
    await desk.says(thai, who=BOSS)
    if english:
        await desk.presses("ข้อความภาษาอังกฤษ", who=BOSS)
        await desk.says(english, who=BOSS)
    saved = await desk.presses("บันทึก", who=BOSS)
    assert f"บันทึกคำตอบสำเร็จรูป {name} แล้ว" in saved.text


async def answering(desk: DeskUnderTest, mailbox: Mailbox, text: str = "ขอข้อมูลค่ะ"):
    await mailbox.brings(a_mail(text, subject="Re: ขอข้อมูลกระบี่"))
    await desk.says(FIRST)
    return await desk.presses("ตอบทางอีเมล")


async def test_one_is_added_listed_changed_and_taken_away(desk: DeskUnderTest) -> None:
    await added(desk, "การจัดส่ง")
    listed = await desk.says("คำตอบสำเร็จรูป", who=BOSS)
    assert listed.buttons == ["การจัดส่ง", "เพิ่มคำตอบสำเร็จรูป"]
    shown = await desk.presses("การจัดส่ง", who=BOSS)
    assert THAI in shown.text
    await desk.presses("แก้ไข", who=BOSS)
    await desk.presses("ข้อความภาษาไทย", who=BOSS)
    await desk.says("ส่งทางไปรษณีย์ {เลขที่}", who=BOSS)
    await desk.presses("บันทึก", who=BOSS)
    shown = await desk.presses("ดู", who=BOSS)
    assert "ส่งทางไปรษณีย์ {เลขที่}" in shown.text
    await desk.presses("ลบ", who=BOSS)
    assert "ลบคำตอบสำเร็จรูป การจัดส่ง แล้ว" in (await desk.presses("ลบเลย", who=BOSS)).text
    assert "ยังไม่มีคำตอบสำเร็จรูป" in (await desk.says("คำตอบสำเร็จรูป", who=BOSS)).text
    for action in ("canned.added", "canned.changed", "canned.removed"):
        assert await desk.count("audit", "action = ?", action) == 1


async def test_officers_read_and_use_them_and_do_not_keep_them(desk: DeskUnderTest) -> None:
    await added(desk, "การจัดส่ง")
    assert (await desk.says("คำตอบสำเร็จรูป")).buttons == ["การจัดส่ง"]
    assert (await desk.presses("การจัดส่ง")).buttons == []
    assert "⚠️" in (await desk.says("เพิ่มคำตอบสำเร็จรูป")).text
    assert await desk.count("canned_answers") == 1


async def test_a_place_that_nothing_fills_is_said_with_those_that_there_are(
    desk: DeskUnderTest,
) -> None:
    await desk.says("เพิ่มคำตอบสำเร็จรูป", who=BOSS)
    await desk.says("การจัดส่ง", who=BOSS)
    refused = await desk.says("เรียน {นามสกุล}", who=BOSS)
    assert "ไม่รู้จัก {นามสกุล} ใช้ได้เฉพาะ {ชื่อ}" in refused.text


async def test_where_there_is_none_no_button_asks_for_a_word(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    assert "คำตอบสำเร็จรูป" not in (await answering(desk, mailbox)).buttons
    told = await desk.says("คำตอบสำเร็จรูป")
    assert "หัวหน้าพิมพ์ เพิ่มคำตอบสำเร็จรูป" in told.text


async def test_a_name_stands_once(desk: DeskUnderTest) -> None:
    await added(desk, "การจัดส่ง")
    await desk.says("เพิ่มคำตอบสำเร็จรูป", who=BOSS)
    assert "มีคำตอบสำเร็จรูปชื่อ การจัดส่ง แล้ว" in (await desk.says("การจัดส่ง", who=BOSS)).text


async def test_while_writing_a_word_finds_it_and_its_places_are_filled(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await added(desk, "การจัดส่ง")
    await added(desk, "ราคา", "แจ้งราคาภายใน 3 วัน")
    asked = await answering(desk, mailbox)
    assert "คำตอบสำเร็จรูป" in asked.buttons
    assert {"การจัดส่ง", "ราคา"} <= set((await desk.presses("คำตอบสำเร็จรูป")).buttons)
    shown = await desk.says("จัดส่ง")
    assert f"เรียน คุณWipa Jaidee เรื่อง ขอข้อมูลกระบี่ เลขที่ {FIRST} โดย นก ดูที่ https://www.nso.go.th" in (
        shown.text.replace("คุณ Wipa", "คุณWipa").replace("เรียน Wipa", "เรียน คุณWipa")
    )
    assert "ส่ง" in shown.buttons


async def test_of_several_one_is_chosen_and_of_none_that_is_said(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await added(desk, "จัดส่งเอกสาร", "ส่งเอกสารแล้ว")
    await added(desk, "จัดส่งแผ่นซีดี", "ส่งแผ่นแล้ว")
    await answering(desk, mailbox)
    await desk.presses("คำตอบสำเร็จรูป")
    assert 'ไม่มีคำตอบสำเร็จรูปที่มีคำว่า "ราคา"' in (await desk.says("ราคา")).text
    narrowed = await desk.says("จัดส่ง")
    assert {"จัดส่งเอกสาร", "จัดส่งแผ่นซีดี"} <= set(narrowed.buttons)
    shown = await desk.presses("จัดส่งแผ่นซีดี")
    assert "ส่งแผ่นแล้ว" in shown.text
    assert "ส่งและปิด" in shown.buttons


async def test_what_was_written_already_stays_above_it(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await added(desk, "ราคา", "แจ้งราคาภายใน 3 วัน")
    await answering(desk, mailbox)
    await desk.says("ได้รับเรื่องแล้ว")
    await desk.presses("คำตอบสำเร็จรูป")
    shown = await desk.presses("ราคา")
    assert "ได้รับเรื่องแล้ว\n\nแจ้งราคาภายใน 3 วัน" in shown.text


async def test_it_is_said_in_the_language_of_the_letter_until_it_is_edited(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await added(desk, "การจัดส่ง", THAI, ENGLISH)
    await answering(desk, mailbox)
    await desk.presses("คำตอบสำเร็จรูป")
    await desk.presses("การจัดส่ง")
    shown = await desk.presses("English")
    assert (
        f"no. {FIRST}, by Statistical Information Officer, see https://www.nso.go.th" in shown.text
    )
    assert "Dear" in shown.text
    await desk.presses("แก้ข้อความ")
    await desk.says("My own words")
    assert "My own words" in (await desk.presses("ไทย")).text


async def test_thai_words_in_an_english_letter_are_said(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await added(desk, "ราคา", "แจ้งราคาภายใน 3 วัน")
    await answering(desk, mailbox, "Please send the figures.")
    await desk.presses("คำตอบสำเร็จรูป")
    shown = await desk.presses("ราคา")
    assert "จดหมายเป็นภาษาอังกฤษ แต่ข้อความยังเป็นภาษาไทย" in shown.text


async def test_what_a_customer_wrote_is_never_filled_again(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await added(desk, "รับ", "รับเรื่อง {เรื่อง} แล้ว")
    await mailbox.brings(a_mail("ขอข้อมูลค่ะ", subject="{officer} {result}"))
    await desk.says(FIRST)
    await desk.presses("ตอบทางอีเมล")
    await desk.presses("คำตอบสำเร็จรูป")
    assert "รับเรื่อง {officer} {result} แล้ว" in (await desk.presses("รับ")).text
