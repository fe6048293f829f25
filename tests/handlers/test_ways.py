"""Habit is not speech: where the details tell another subject or channel, the form asks once, then
saves.
"""

from decimal import Decimal

import pytest

from store.tickets import records as tickets

NO = "R2611000124"
SAVED = "บันทึกข้อมูลเรียบร้อย"
QUESTION = "รายละเอียดเหมือนเป็นเรื่องอื่น"


@pytest.fixture
async def habitual(desk):
    """An officer who mostly gives statistics by telephone."""
    for n in range(3):
        await desk.says(f"/open C81554 โทร 6.1 ขอตารางที่ {n} => ส่งแล้ว ปิด")
    return desk


async def saved(desk, no="R2611000127"):
    return await tickets.get_ticket(desk.db, no)


async def types(desk, details):
    await desk.says("0812345678")
    await desk.presses("สร้างใบงาน")
    return await desk.says(details)


async def test_three_messages_stay_three_where_the_words_agree_or_say_nothing(habitual):
    desk = habitual
    for n, details in enumerate(
        ("รายได้ครัวเรือนกระบี่ 2560 => แนะนำเว็บไซต์ ปิด", "ตามที่คุยกัน => แจ้งแล้ว ปิด", "ขอจำนวนประชากร")
    ):
        answer = await types(desk, details)
        assert SAVED in answer.text
        assert (await saved(desk, f"R2611000{127 + n}")).subject == "6.1"


@pytest.mark.parametrize(
    ("details", "label", "subject", "channel"),
    [
        ("ถ่ายเอกสาร 15 หน้า", "5 ถ่ายเอกสาร", "5", "walk_in"),
        ("ซื้อรายงาน 300 บาท", "4.1 เอกสาร, รายงานสถิติ · ติดต่อด้วยตนเอง", "4.1", "walk_in"),
        ("ส่งบทความวิจัยแล้ว", "7.13 User ส่งผลงานวิจัย (ข้อมูลระดับย่อย) · E-Mail", "7.13", "email"),
        ("หนังสือขอข้อมูลระดับย่อย ลงรับ 512 วันที่ 20 พ.ย. 69", "7.4", "7.4", "letter"),
        ("ขอบคุณสำหรับข้อมูล", "6.5", "6.5", "email"),
        ("มาขอตารางแรงงาน", "6.1 ข้อมูลสถิติ (ข้อมูล สสช.) · ติดต่อด้วยตนเอง", "6.1", "walk_in"),
    ],
)
async def test_one_tap_takes_what_the_words_tell_and_saves(
    habitual, details, label, subject, channel
):
    asked = await types(habitual, details)
    assert QUESTION in asked.text
    assert await habitual.count("tickets") == 3
    assert asked.buttons[0].startswith(subject)
    assert "6.1 ข้อมูลสถิติ (ข้อมูล สสช.) · โทรศัพท์" in asked.buttons
    done = await habitual.presses(label)
    assert SAVED in done.text
    ticket = await saved(habitual)
    assert (ticket.subject, ticket.channel, ticket.details) == (subject, channel, details)


async def test_one_tap_keeps_the_habit_and_saves(habitual):
    await types(habitual, "ถ่ายเอกสารตารางว่างงานให้ดู => แจ้งแล้ว ปิด")
    done = await habitual.presses("6.1 ข้อมูลสถิติ (ข้อมูล สสช.) · โทรศัพท์")
    assert SAVED in done.text
    ticket = await saved(habitual)
    assert (ticket.subject, ticket.channel, ticket.status) == ("6.1", "phone", "closed")


async def test_the_money_goes_into_its_fields_once_the_subject_is_right(habitual):
    await types(habitual, "ถ่ายเอกสาร 15 หน้า 30 บาท ใบเสร็จ 12/345 23 พ.ย. 69 => ให้แล้ว ปิด")
    done = await habitual.presses("5 ถ่ายเอกสาร")
    assert SAVED in done.text
    ticket = await saved(habitual)
    assert (ticket.price, ticket.receipt_no, str(ticket.receipt_on)) == (
        Decimal(30),
        "12/345",
        "2026-11-23",
    )
    assert ticket.status == "closed"


async def test_the_letters_number_goes_into_its_field(habitual):
    await types(habitual, "หนังสือขอข้อมูลระดับย่อย ลงรับที่ 512 วันที่ 20 พ.ย. 69")
    await habitual.presses("7.4")
    ticket = await saved(habitual)
    assert (ticket.letter_no, str(ticket.letter_on)) == ("512", "2026-11-20")


async def test_the_money_is_read_as_well_where_the_subject_is_chosen_after_the_details(habitual):
    await habitual.says("0812345678")
    await habitual.presses("สร้างใบงาน")
    await habitual.says("ถ่ายเอกสาร 15 หน้า 30 บาท")
    await habitual.presses("เรื่อง")
    await habitual.presses("5 ถ่ายเอกสาร")
    await habitual.presses("ใช้ช่องทางนี้")
    assert (await saved(habitual)).price == Decimal(30)


async def test_what_was_said_in_this_form_is_not_asked_again(habitual):
    await habitual.says("0812345678")
    await habitual.presses("สร้างใบงาน")
    await habitual.presses("เรื่อง")
    await habitual.presses("6.1")
    assert SAVED in (await habitual.says("ถ่ายเอกสารตารางให้ดู")).text
    assert (await saved(habitual)).subject == "6.1"


async def test_a_typed_subject_is_said_as_well(habitual):
    await habitual.says("0812345678")
    await habitual.presses("สร้างใบงาน")
    await habitual.says("6.1")
    assert SAVED in (await habitual.says("ถ่ายเอกสารตารางให้ดู")).text


async def test_a_channel_that_was_said_stays(habitual):
    await habitual.says("0812345678")
    await habitual.presses("สร้างใบงาน")
    await habitual.says("โทร")
    await habitual.says("ถ่ายเอกสาร 15 หน้า 30 บาท")
    done = await habitual.presses("5 ถ่ายเอกสาร · โทรศัพท์")
    assert SAVED in done.text
    ticket = await saved(habitual)
    assert (ticket.subject, ticket.channel, ticket.price) == ("5", "phone", Decimal(30))


async def test_the_answer_may_be_typed(habitual):
    await types(habitual, "ถ่ายเอกสาร 15 หน้า")
    assert SAVED in (await habitual.says("5")).text
    assert (await saved(habitual)).channel == "walk_in"


async def test_what_is_no_answer_is_told_and_the_details_are_kept(habitual):
    await types(habitual, "ถ่ายเอกสาร 15 หน้า")
    again = await habitual.says("ไม่แน่ใจเลย")
    assert "แตะปุ่มด้านล่าง" in again.text
    assert "ถ่ายเอกสาร 15 หน้า" in again.text
    await habitual.presses("5 ถ่ายเอกสาร")
    assert (await saved(habitual)).details == "ถ่ายเอกสาร 15 หน้า"


async def test_a_line_that_names_neither_is_asked_about_too(habitual):
    asked = await habitual.says("/open C81554 ถ่ายเอกสาร 15 หน้า 30 บาท")
    assert QUESTION in asked.text
    await habitual.presses("5 ถ่ายเอกสาร")
    assert (await saved(habitual)).price == Decimal(30)


async def test_a_files_words_are_read_as_typed_ones(habitual):
    await habitual.sends_file(b"%PDF-1.4 x", "a.pdf", caption="ส่งบทความวิจัยแล้ว")
    await habitual.presses("ใบงานใหม่")
    asked = await habitual.says("C70001")
    assert QUESTION in asked.text


async def test_a_step_of_a_request_has_its_subject_by_a_tap_and_its_channel_by_habit(desk):
    await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูล => ตอบแล้ว ปิด")
    await desk.says("512 24 กพ 69")
    await desk.says("โครงการวิจัย Gender Wage Gap")
    await desk.presses("ใช้เลขสัญญา 1/2569")
    await desk.says("1/2569")
    await desk.presses("ขั้นต่อไป: ส่งข้อมูลและสัญญา (7.9)")
    asked = await desk.says("โทรแจ้งว่าส่งข้อมูลแล้ว")
    assert QUESTION in asked.text
    await desk.presses("โทรศัพท์")
    assert (await tickets.get_ticket(desk.db, "R2611000125")).channel == "phone"
