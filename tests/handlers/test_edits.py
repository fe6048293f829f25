"""A saved record changed in one message: its number, a field's name, the new value."""

import pytest

from tests.handlers.conftest import DeskUnderTest

NO = "R2611000124"
SAVED = "✅ บันทึกข้อมูลเรียบร้อย"


@pytest.fixture
async def ticket(desk: DeskUnderTest) -> DeskUnderTest:
    await desk.says("/open C81554 โทร 1.1 ถามเวลาเปิด")
    return desk


@pytest.mark.parametrize(
    ("typed", "holds"),
    [
        ("ราคา 1,500", "price = '1500.00'"),
        ("ผลของการให้บริการ: ตอบแล้ว", "result = 'ตอบแล้ว' AND status = 'open'"),
        ("อุปสรรค ติดต่อไม่ได้", "remarks = 'ติดต่อไม่ได้'"),
        ("โครงการ สรง. 2562", "projects = 'สำรวจภาวะการทำงานของประชากร'"),
        ("ความเร่งด่วน สูง\nอารมณ์ โกรธ", "urgency = 'high' AND mood = 'angry'"),
        (
            "รายละเอียด บรรทัดหนึ่ง\nบรรทัดสอง\nราคา 20",
            "details = 'บรรทัดหนึ่ง\nบรรทัดสอง' AND price = '20.00'",
        ),
        ("เลขที่ลงรับ 512 20 พ.ย. 69", "letter_no = '512' AND letter_on = '2026-11-20'"),
        ("ผู้รับบริการ C90210", "customer_code = 'C90210'"),
    ],
)
async def test_fields_are_saved_at_once(ticket: DeskUnderTest, typed: str, holds: str) -> None:
    assert SAVED in (await ticket.says(f"แก้ไข {NO} {typed}")).text
    assert await ticket.count("tickets", holds) == 1


async def test_the_history_says_who_changed_it(ticket: DeskUnderTest) -> None:
    await ticket.says(f"แก้ไข {NO} ราคา 20", who="ton")
    assert "ต้น: ราคา: - → 20.00" in (await ticket.chooses("ประวัติการแก้ไข", who="ton")).text


async def test_a_value_that_cannot_be_is_asked_for_again_and_nothing_is_saved(
    ticket: DeskUnderTest,
) -> None:
    told = await ticket.says(f"แก้ไข {NO} วัตถุประสงค์ วิจัย\nวันที่สร้าง 31 ก.พ. 69")
    assert "⚠️" in told.text
    assert await ticket.count("tickets", "purpose = ''") == 1
    assert SAVED in (await ticket.says("20 พ.ย. 69")).text
    assert await ticket.count("tickets", "purpose = 'วิจัย' AND created_at LIKE '2026-11-20%'") == 1


async def test_a_name_alone_asks_for_its_value(ticket: DeskUnderTest) -> None:
    assert "พิมพ์ราคา เช่น 1,500" in (await ticket.says(f"แก้ไข {NO} ราคา")).text
    assert SAVED in (await ticket.says("350")).text


async def test_no_name_or_an_unknown_one_offers_the_fields(ticket: DeskUnderTest) -> None:
    assert "แตะช่องที่ต้องการแก้" in (await ticket.says(f"แก้ไข {NO}")).text
    told = await ticket.says(f"แก้ไข {NO} น้ำหนัก 3 กก.")
    assert 'ไม่พบชื่อช่องใน "น้ำหนัก 3 กก."' in told.text
    assert "ช่องทั้งหมด" in told.buttons


@pytest.mark.parametrize("typed", ["R2611999999 ราคา 3", "C99999 ชื่อ ใคร"])
async def test_what_is_not_there_is_not_changed(desk: DeskUnderTest, typed: str) -> None:
    assert "ไม่พบ" in (await desk.says(f"แก้ไข {typed}")).text


@pytest.mark.parametrize("typed", ["แก้ไข", "แก้ไข สมชาย", "แก้ไขให้ด้วย"])
async def test_the_word_alone_is_no_command(desk: DeskUnderTest, typed: str) -> None:
    assert "แตะช่อง" not in (await desk.says(typed)).text


async def test_a_customers_nine_means_not_known_and_the_change_can_be_taken_back(
    desk: DeskUnderTest,
) -> None:
    told = await desk.says("แก้ไข C81554 ที่อยู่ 9")
    assert SAVED in told.text
    assert await desk.count("customers", "code = 'C81554' AND unknown LIKE '%address%'") == 1


async def test_closing_fields_of_a_closed_ticket_stay_asked_for(ticket: DeskUnderTest) -> None:
    await ticket.says(f"ปิดใบงาน {NO} ตอบแล้ว")
    assert "ราคา" in (await ticket.says(f"แก้ไข {NO} เรื่อง 5\nช่องทาง มาเอง")).text
    assert await ticket.count("tickets", "subject = '1.1' AND status = 'closed'") == 1
