"""Holidays by command: listed for all, entered and taken back by administrators, laid over the
calendar at once.
"""

import pytest

from domain.configuration import load_configuration
from handlers.desk import Desk, up_to_date


async def test_this_and_the_next_year_are_listed_for_everybody(desk):
    answer = await desk.says("วันหยุด")
    assert "วันหยุด พ.ศ. 2569" in answer.text
    assert "จ. 7 ธ.ค.: ชดเชยวันชาติ, ชดเชยวันพ่อแห่งชาติ" in answer.text
    assert "วันหยุด พ.ศ. 2570" in answer.text
    assert answer.buttons == []


@pytest.mark.parametrize(
    "text", ["/holiday 8 ธ.ค. 69 วันหยุดพิเศษ", "/holiday ทำงาน 7 ธ.ค. 69", "/holiday ลบ 7 ธ.ค. 69"]
)
async def test_only_administrators_change_them(desk, text):
    for who in ("nok", "ton"):
        assert "ใช้ได้เฉพาะผู้ดูแลระบบ" in (await desk.says(text, who=who)).text
    assert await desk.count("holidays") == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/holiday 8 ธ.ค. 69 วันหยุดพิเศษ", "8 ธ.ค. 69 วันหยุดพิเศษ"),
        ("/holiday 8 ธ.ค.", "8 ธ.ค. 69 วันหยุดพิเศษ"),
        ("/holiday ๘/๑๒/๒๕๖๙ ครม. ประกาศ", "8 ธ.ค. 69 ครม. ประกาศ"),
        ("/holiday ทำงาน 7 ธ.ค. 69", "7 ธ.ค. 69 ทำงาน (วันทำการ)"),
        ("/holiday 7 ธ.ค. 69 ทำงานชดเชย", "7 ธ.ค. 69 ทำงาน (ทำงานชดเชย)"),
        ("/holiday work 7 Dec 69", "7 ธ.ค. 69 ทำงาน (วันทำการ)"),
    ],
)
async def test_a_holiday_or_a_working_day_is_entered_and_taken_back(desk, text, told):
    answer = await desk.says(text, who="may")
    assert f"✅ บันทึกข้อมูลเรียบร้อย {told}" in answer.text
    assert "ไม่มีกำหนดเสร็จใดเปลี่ยน" in answer.text
    await desk.says("/holiday", who="may")
    date = told[: told.index("69") + 2]
    assert f"นำ {date} ออกแล้ว" in (await desk.presses(f"นำ {date} ออก", who="may")).text
    assert await desk.count("holidays") == 0


async def test_an_entered_day_is_marked_in_the_list(desk):
    await desk.says("/holiday 8 ธ.ค. 69 วันหยุดพิเศษ", who="may")
    await desk.says("/holiday ทำงาน 7 ธ.ค. 69", who="may")
    listed = (await desk.says("/holiday")).text
    assert "อ. 8 ธ.ค.: วันหยุดพิเศษ (เพิ่มเอง)" in listed
    assert "จ. 7 ธ.ค.: ทำงาน: วันทำการ" in listed
    assert "จ. 7 ธ.ค.: ชดเชย" not in listed


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("/holiday วันหยุดพิเศษ 31 ก.พ.", 'ไม่เข้าใจวันหยุด "วันหยุดพิเศษ 31 ก.พ."'),
        ("/holiday 8 ธ.ค. 2653 หยุด", "ไม่เข้าใจวันหยุด"),
        ("/holiday ลบ 31 ก.พ.", 'ไม่มีวันที่ "31 ก.พ." ในปฏิทิน'),
        ("/holiday ลบ 1 ม.ค. 70", "1 ม.ค. 70 ไม่ใช่วันที่เพิ่มเอง"),
        ("/holiday 8 ธ.ค. 69 " + "ก" * 101, "ตัดให้สั้นลงแล้วพิมพ์ใหม่"),
    ],
)
async def test_nonsense_is_refused_in_one_sentence(desk, text, problem):
    assert problem in (await desk.says(text, who="may")).text
    assert await desk.count("holidays") == 0


async def test_every_process_counts_with_them_from_its_next_event_on(desk):
    await desk.says("/holiday 24 พ.ย. 69 วันหยุดพิเศษ", who="may")
    other = await up_to_date(Desk(desk.db, load_configuration(), lambda: desk.now))
    assert [*other.configuration.calendar.entered]
    assert await up_to_date(other) is other
    assert (
        "กำหนดเสร็จ: 25 พ.ย. 69 10.00 น."
        in (await desk.says("/open C81554 ซื้อหนังสือออนไลน์ 4.1 หนังสือ")).text
    )
    desk.wait(hours=24)
    await desk.ticker.tick()
    assert not desk.ticker._desk.configuration.calendar.is_working_day(desk.now.date())
    await desk.says("/holiday", who="may")
    await desk.presses("นำ 24 พ.ย. 69 ออก", who="may")
    assert "กำหนดเสร็จ: 24 พ.ย. 69 10.00 น." in (await desk.says("R2611000124")).text


async def test_what_is_owed_is_reminded_of_on_the_next_working_day_at_once(desk):
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    planned = "SELECT o.next_at, d.due_at FROM owed o JOIN due d ON d.kind = 'owed'"
    answer = await desk.says("วันหยุด 8 ธ.ค. 69 วันหยุดพิเศษ", who="may")
    assert "ย้ายวันเตือนสิ่งที่ค้างส่ง 1 รายการ" in answer.text
    row = await desk.db.fetch_one(planned)
    assert {at.isoformat() for at in row.values()} == {"2026-12-09T02:00:00+00:00"}
    await desk.presses("นำ 8 ธ.ค. 69 ออก", who="may")
    row = await desk.db.fetch_one(planned)
    assert {at.isoformat() for at in row.values()} == {"2026-12-08T02:00:00+00:00"}
