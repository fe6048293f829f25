"""No ticket is saved without a customer in silence: asked once, by whatever way it came in."""

import pytest

from store.tickets import records as tickets

NO = "R2611000124"
SAVED = "บันทึกข้อมูลเรียบร้อย"


async def customer_of(desk, no=NO):
    return (await tickets.get_ticket(desk.db, no)).customer


async def test_a_form_whose_customer_was_passed_over_asks_before_saving(desk):
    await desk.says("สร้างใบงาน")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("รายละเอียด")
    asked = await desk.says("ขอตารางแรงงาน => ส่งแล้ว ปิด")
    assert SAVED not in asked.text
    assert {"ไม่มีผู้รับบริการ", "ผู้รับบริการใหม่"} <= set(asked.buttons)
    assert await desk.count("tickets") == 0
    done = await desk.says("0812345678")
    assert SAVED in done.text
    assert await customer_of(desk) == "C81554"


async def test_that_there_is_none_is_said_with_one_tap_and_not_asked_again(desk):
    asked = await desk.says("/open โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    assert await desk.count("tickets") == 0
    assert "ไม่มีผู้รับบริการ" in asked.buttons
    done = await desk.presses("ไม่มีผู้รับบริการ")
    assert SAVED in done.text
    assert await customer_of(desk) is None


@pytest.mark.parametrize(
    "nobody", ["9", "ไม่ทราบ", "ไม่ระบุค่ะ", "ไม่ประสงค์ออกนาม", "นิรนาม", "ไม่มีผู้รับบริการครับ", "-"]
)
async def test_nine_or_words_that_say_so_mean_that_there_is_none(desk, nobody):
    await desk.says("/open โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    assert SAVED in (await desk.says(nobody)).text
    assert await customer_of(desk) is None


@pytest.mark.parametrize("part", ["81554", "5678", "081234", "somchai@", "somchai@exam"])
async def test_a_line_reads_a_part_of_a_key_as_the_search_does(desk, part):
    asked = await desk.says(f"/open {part} โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    assert "C81554 นายสมชาย ใจดี" in asked.buttons[0]
    assert await desk.count("tickets") == 0
    assert SAVED in (await desk.presses("C81554")).text
    assert await customer_of(desk) == "C81554"


async def test_a_year_that_begins_the_details_is_no_part_of_a_telephone(desk):
    asked = await desk.says("/open 2560 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    assert asked.buttons[0] == "ไม่มีผู้รับบริการ"


@pytest.mark.parametrize("part", ["5678", "45678", "somchai@", "somchai@exam"])
async def test_nobody_is_taken_by_a_part_of_a_telephone_or_address(desk, part):
    await desk.says("/open โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    asked = await desk.says(part)
    assert SAVED not in asked.text
    assert await desk.count("tickets") == 0
    assert SAVED in (await desk.presses("C81554")).text
    assert await customer_of(desk) == "C81554"


@pytest.mark.parametrize(
    "details",
    [
        "สมชาย ใจดี ถามเวลาทำการ",
        "คุณสมชาย ใจดี ถามเวลาทำการ",
        "ถามเวลาทำการ จาก 081 234 5678",
        "somchai@example.com ถามเวลา",
    ],
)
async def test_whom_the_details_name_is_one_tap_away(desk, details):
    await desk.says("สร้างใบงาน")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("รายละเอียด")
    asked = await desk.says(f"{details} => แจ้งแล้ว ปิด")
    assert "C81554 นายสมชาย ใจดี" in asked.buttons[0]
    assert SAVED in (await desk.presses("C81554")).text
    assert (await tickets.get_ticket(desk.db, NO)).details == details


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("C81545", "ไม่พบรหัส C81545"),
        ("081234567", "เบอร์ 081234567 มี 9 หลัก ขาด 1 หลัก"),
        ("08-1234-56789", "เบอร์ 08-1234-56789 มี 11 หลัก เกิน 1 หลัก"),
        ("02-141-750", "เบอร์ 02-141-750 มี 8 หลัก ขาด 1 หลัก"),
    ],
)
async def test_what_looks_like_a_code_or_telephone_and_is_none_says_so(desk, typed, told):
    await desk.says("สร้างใบงาน")
    asked = await desk.says(typed)
    assert told in asked.text
    assert told in (await desk.says(f"ค้นหา {typed}")).text


async def test_a_slip_among_the_details_is_told_where_the_customer_is_asked_for(desk):
    asked = await desk.says("/open โทร 1.1 081234567 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    assert "ขาด 1 หลัก" in asked.text
    assert await desk.count("tickets") == 0


async def test_a_new_customer_made_on_the_way_gets_the_ticket(desk):
    await desk.says("/open โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.presses("ผู้รับบริการใหม่")
    await desk.says("นายมานะ อดทน 0899990000")
    await desk.presses("ประชาสังคม/ประชาชน")
    done = await desk.says("9")
    assert SAVED in done.text
    assert await customer_of(desk) == "C90211"


async def test_the_same_again_asks_whose_it_is_where_the_first_had_nobody(desk):
    await desk.says("/open โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.presses("ไม่มีผู้รับบริการ")
    asked = await desk.says("เหมือนเดิม")
    assert "ไม่มีผู้รับบริการ" in asked.buttons
    assert "บันทึก" not in asked.buttons


@pytest.mark.parametrize(
    "line",
    ["/open เฟซ 10 เผยแพร่วันหยุด => โพสต์แล้ว ปิด", "/open เมล ส่งสารบรรณ หนังสือเชิญประชุม => ส่งแล้ว ปิด"],
)
async def test_publicity_and_incoming_mail_have_none(desk, line):
    assert SAVED in (await desk.says(line)).text
    assert await customer_of(desk) is None


async def test_a_file_that_begins_a_ticket_asks_for_its_customer(desk):
    await desk.sends_file(b"%PDF-1.4 x", "a.pdf", caption="ขอตารางแรงงาน")
    await desk.presses("ใบงานใหม่")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("รายละเอียด")
    asked = await desk.says("ขอตารางแรงงานรายเดือน")
    assert SAVED not in asked.text
    assert "ไม่มีผู้รับบริการ" in asked.buttons


async def test_an_unknown_telephone_is_written_as_people_read_it_and_kept_so(desk):
    asked = await desk.says("/open 0999999999 โทร 1.1 ถามเวลา => ตอบแล้ว ปิด")
    assert 'ผู้รับบริการ: "099-999-9999"' in asked.text
    assert 'ผู้รับบริการใหม่ "099-999-9999"' in asked.buttons
    done = await desk.presses("ไม่มีผู้รับบริการ")
    assert "เหตุผล/ปัญหา/อุปสรรค: 099-999-9999" in done.text


@pytest.mark.parametrize("typed", ["0999999999", "+66999999999", "099 999 9999"])
async def test_a_search_for_an_unknown_telephone_offers_it_as_people_read_it(desk, typed):
    offered = await desk.says(typed)
    assert offered.text == "ผลลัพธ์: 0"
    assert any(label.startswith("ผู้รับบริการใหม่") and "999" in label for label in offered.buttons)
    assert "โทรศัพท์: 099-999-9999" in (await desk.presses("ผู้รับบริการใหม่")).text
