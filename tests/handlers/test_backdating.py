"""A ticket that came earlier: its day and its time of day, in every place where they are typed or
shown.
"""

import pytest

from domain.dates.days import BANGKOK
from store.tickets import records as tickets

NO = "R2611000124"
SAVED = "บันทึกข้อมูลเรียบร้อย"


async def came(desk, no=NO):
    """When the ticket came, in Bangkok."""
    at = (await tickets.get_ticket(desk.db, no)).created_at
    return at.astimezone(BANGKOK).replace(tzinfo=None).isoformat(timespec="minutes")


async def begins(desk, typed):
    """A new ticket whose date is typed before its details."""
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("วันที่สร้าง")
    return await desk.says(typed)


@pytest.mark.parametrize(
    ("typed", "at", "shown"),
    [
        ("เมื่อวาน 15.30", "2026-11-22T15:30", "22 พ.ย. 69 15.30 น."),
        ("15.30 เมื่อวาน", "2026-11-22T15:30", "22 พ.ย. 69 15.30 น."),
        ("เมื่อวานตอนบ่ายสามโมงครึ่ง", "2026-11-22T15:30", "22 พ.ย. 69 15.30 น."),
        ("๒๐ พ.ย. ๖๙ เวลา ๐๙:๐๕ น.", "2026-11-20T09:05", "20 พ.ย. 69 09.05 น."),
        ("20/11/69 14.00", "2026-11-20T14:00", "20 พ.ย. 69 14.00 น."),
        ("9.15", "2026-11-23T09:15", "23 พ.ย. 69 09.15 น."),
        ("วันนี้ 9 โมง", "2026-11-23T09:00", "23 พ.ย. 69 09.00 น."),
        ("20 พ.ย. 69", "2026-11-20T08:30", "20 พ.ย. 69"),
        ("ศุกร์ที่แล้ว 14.10", "2026-11-20T14:10", "20 พ.ย. 69 14.10 น."),
        ("เมื่อวันศุกร์บ่ายสอง", "2026-11-20T14:00", "20 พ.ย. 69 14.00 น."),
        ("20.11.69", "2026-11-20T08:30", "20 พ.ย. 69"),
        ("วันนี้", "2026-11-23T10:00", "23 พ.ย. 69"),
    ],
)
async def test_the_time_of_day_is_kept_and_shown(desk, typed, at, shown):
    card = await begins(desk, typed)
    assert f"วันที่สร้าง: {shown}\n" in card.text
    saved = await desk.says("ขอตารางแรงงาน => ส่งแล้ว ปิด")
    assert SAVED in saved.text
    assert await came(desk) == at


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("วันนี้ 15.30", "เวลานั้นยังไม่ถึง"),
        ("พรุ่งนี้ 9.00", "ยังไม่ถึง"),
        ("31 ก.พ. 69 10.00", "ไม่มีวันที่"),
        ("เมื่อวาน 25.00", "ไม่เข้าใจวันที่"),
        ("เมื่อวานเช้า", "ไม่เข้าใจวันที่"),
    ],
)
async def test_what_is_no_past_moment_is_said_and_asked_again(desk, typed, sentence):
    assert sentence in (await begins(desk, typed)).text
    assert "วันที่สร้าง: 22 พ.ย. 69 09.00 น." in (await desk.says("เมื่อวาน 9.00")).text


async def test_the_clock_of_a_call_of_yesterday_starts_when_it_came(desk):
    desk.wait(days=1)
    await begins(desk, "เมื่อวาน 16.27")
    saved = await desk.says("ขอตารางแรงงาน")
    assert (
        "24 พ.ย. 69 08.32 น." in saved.text
    )  # 5 minutes by telephone: three of the day, two of the next


async def test_editing_shows_the_time_and_changes_it_alone(desk):
    await begins(desk, "เมื่อวาน 15.30")
    await desk.says("ขอตารางแรงงาน")
    assert "22 พ.ย. 69 15.30 น." in (await desk.says(NO)).text
    await desk.presses("แก้ไข")
    assert "เดิม: 22 พ.ย. 69 15.30 น." in (await desk.presses("วันที่สร้าง")).text
    await desk.says("22 พ.ย. 69 14.10")
    await desk.presses("บันทึก")
    assert await came(desk) == "2026-11-22T14:10"
    assert "22 พ.ย. 69 15.30 น. → 22 พ.ย. 69 14.10 น." in (await desk.chooses("ประวัติ")).text


async def test_the_same_day_typed_again_takes_no_time_away(desk):
    await begins(desk, "เมื่อวาน 15.30")
    await desk.says("ขอตารางแรงงาน")
    await desk.says(NO)
    await desk.presses("แก้ไข")
    await desk.presses("วันที่สร้าง")
    await desk.presses("เมื่อวาน")
    assert "ไม่มีการเปลี่ยนแปลง" in (await desk.presses("บันทึก")).text
    assert await came(desk) == "2026-11-22T15:30"


async def test_a_closed_ticket_did_not_come_after_its_closing_on_the_same_day(desk):
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => ตอบแล้ว ปิด")
    desk.wait(hours=3)
    await desk.says(NO)
    await desk.presses("แก้ไข")
    await desk.presses("วันที่สร้าง")
    told = await desk.says("วันนี้ 11.30")
    assert "วันที่สร้างใบงาน (23 พ.ย. 69 11.30 น.) อยู่หลังวันที่ปิด (23 พ.ย. 69 10.00 น.)" in told.text
    await desk.says("วันนี้ 9.40")
    assert SAVED in (await desk.presses("บันทึก")).text
    assert await came(desk) == "2026-11-23T09:40"


async def test_a_receipt_of_the_day_on_which_the_ticket_came_is_not_before_it(desk):
    await begins(desk, "เมื่อวาน 15.30")
    await desk.says("ขอตารางแรงงาน")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("วันที่ในใบเสร็จ")
    assert "อยู่ก่อน" not in (await desk.says("22 พ.ย. 69")).text
