"""Where two parts of a ticket's life meet: leave within leave, offers and closing, copies of pairs
and of reports.
"""

import json
from datetime import UTC, datetime

import pytest

from bot.line import render as line_render
from store.tickets import records as tickets
from tests.fakes.line_rules import check_request
from tests.handlers.conftest import assignee, newest

NO = "R2611000124"


def until(desk, moment: str) -> None:
    desk.now = datetime.fromisoformat(moment).astimezone(UTC)


async def blocks(desk, who: str) -> None:
    await desk.db.write(
        lambda tx: tx.execute(
            "UPDATE staff SET blocked_at = ? WHERE id = ?", desk.now, desk.ids[who]
        )
    )


async def hands_over_for_leave(desk, days: str, giver: str, receiver: str) -> None:
    """The giver goes on leave, and the receiver takes everything."""
    await desk.says(f"ลา {days}", who=giver)
    if not any(
        label.startswith(desk_name(receiver)) for label in desk.last[f"telegram:{giver}"].buttons
    ):
        await desk.presses(NO, who=giver)
        await desk.presses(desk_name(receiver), who=giver)
    await desk.presses("ฝากตามนี้", who=giver)
    newest(desk, receiver)
    await desk.presses("รับทั้งหมด", who=receiver)


def desk_name(user: str) -> str:
    return {"nok": "นก", "prae": "แพร", "mai": "ใหม่", "ton": "ต้น"}[user]


# Offers.


async def test_a_team_takes_what_a_supervisor_offers_of_a_colleagues(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} ข้อมูล", who="ton")
    newest(desk, "mai")
    assert "ผู้รับผิดชอบ: ใหม่" in (await desk.presses("รับ", who="mai")).text
    assert await assignee(desk) == "mai"


async def test_a_supervisors_offer_to_a_team_is_over_once_the_ticket_went_another_way(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} ข้อมูล", who="ton")
    offered = newest(desk, "mai")
    await desk.says(NO, who="ton")
    await desk.says(f"มอบหมาย {NO} ต้น", who="ton")
    assert "มีผู้รับผิดชอบแล้ว คือคุณต้น" in (await desk.presses_token(offered.token("รับ"), who="mai")).text
    assert await assignee(desk) == "ton"


async def test_work_that_is_done_already_is_nobodys_to_accept(team):
    desk = team
    done = await desk.says("/open C81554 เมล 6.1 ขอตาราง => ส่งแล้ว @แพร ปิด")
    assert "ผู้รับผิดชอบ: แพร" in done.text
    assert desk.told("prae").replies == []


# Leave.


async def test_who_was_blocked_since_accepting_gets_nothing_and_the_supervisor_hears(team):
    desk = team
    await hands_over_for_leave(desk, "25-26", "nok", "prae")
    await blocks(desk, "prae")
    until(desk, "2026-11-25T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "nok"
    assert "นกลา 25–26 พ.ย. ยังไม่มีผู้รับใบงาน 1 ใบ" in desk.told("ton").text


async def test_who_is_away_too_by_then_gets_nothing_and_the_supervisor_hears(team):
    desk = team
    await hands_over_for_leave(desk, "25-26", "nok", "prae")
    await desk.says("ลา 25", who="prae")
    await desk.presses("บันทึกวันลา", who="prae")
    until(desk, "2026-11-25T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "nok"
    assert "ยังไม่มีผู้รับใบงาน 1 ใบ" in desk.told("ton").text


async def test_what_a_stand_in_gave_to_a_stand_in_comes_back_to_its_owner(team):
    desk = team
    await hands_over_for_leave(desk, "24-25", "nok", "prae")
    until(desk, "2026-11-24T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "prae"
    await hands_over_for_leave(desk, "25-27", "prae", "mai")
    until(desk, "2026-11-25T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "mai"
    until(desk, "2026-11-26T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "nok"
    assert f"คุณนกกลับมาแล้ว ใบงานที่ฝากไว้กลับไปที่เจ้าของ: {NO}" in desk.told("mai").text
    until(desk, "2026-11-30T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "nok"


async def test_one_leave_after_another_hands_on_what_came_back_that_morning(team):
    desk = team
    await hands_over_for_leave(desk, "24", "nok", "prae")
    await hands_over_for_leave(desk, "25", "nok", "mai")
    until(desk, "2026-11-24T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "prae"
    until(desk, "2026-11-25T08:31+07:00")
    await desk.tick()
    assert await assignee(desk) == "mai"


async def test_a_leave_confirmed_after_its_days_is_refused(team):
    desk = team
    proposed = await desk.says("ลา 25-26")
    desk.wait(days=4)
    assert "⚠️" in (await desk.presses_token(proposed.token("ฝากตามนี้"))).text
    assert await desk.count("leaves") == 0


async def test_an_offer_of_very_many_tickets_fits_line_and_can_be_taken_at_once(team):
    desk = team
    await blocks(desk, "mai")
    for number in range(110):
        await desk.says(f"/open C81554 เมล 6.1 ขอข้อมูลแรงงานรายจังหวัดของทุกภาคย้อนหลังสิบปี {number}")
    await desk.says("ลา 25-26")
    await desk.presses("ฝากตามนี้")
    offered = newest(desk, "prae")
    assert "แสดง 20 จาก 111" in offered.text
    for payload in line_render.render(offered.replies[0]):
        assert check_request("push", {"to": "U" + "0" * 32, **json.loads(payload)}) == []
    assert "รับใบงาน 111 ใบแล้ว" in (await desk.presses("รับทั้งหมด", who="prae")).text


@pytest.mark.parametrize("how", ["line", "command"])
async def test_work_given_to_somebody_on_leave_says_until_when(team, how):
    desk = team
    await desk.says("ลา 23-25", who="prae")
    await desk.presses("บันทึกวันลา", who="prae")
    if how == "line":
        told = await desk.says("/open C70001 เมล 6.1 ขอตาราง @แพร")
    else:
        told = await desk.says(f"มอบหมาย {NO} แพร")
    assert "บันทึกข้อมูลเรียบร้อย" in told.text
    assert "⚠️ คุณแพรลาถึง 25 พ.ย." in told.text
    assert "ลาถึง" not in (await desk.says("/open C70001 เมล 6.1 ขอตาราง => ส่งแล้ว @แพร ปิด")).text


# The clock.


@pytest.mark.usefixtures("quiet_mornings")
async def test_a_holiday_entered_late_tells_nothing_twice(team):
    desk = team
    until(desk, "2026-11-26T09:00+07:00")
    await desk.tick()
    before = [desk.told(who).text.count("⏰ เกินกำหนด") for who in ("nok", "ton")]
    assert before == [1, 1]
    assert "กำหนดเสร็จเปลี่ยน 1 ใบ" in (await desk.says("วันหยุด 23 พ.ย. 69 วันพิเศษ", who="may")).text
    desk.wait(days=1)
    await desk.tick()
    assert [desk.told(who).text.count("⏰ เกินกำหนด") for who in ("nok", "ton")] == before


@pytest.mark.usefixtures("quiet_mornings")
async def test_a_ticket_open_for_years_is_told_once(team):
    desk = team
    until(desk, "2026-11-26T09:00+07:00")
    await desk.tick()
    until(desk, "2028-11-27T09:00+07:00")
    await desk.tick()
    desk.wait(days=1)
    await desk.tick()
    assert desk.told("nok").text.count("⏰ เกินกำหนด") == 1


async def test_a_button_of_one_pause_never_corrects_its_neighbour(team):
    desk = team
    for _each in range(2):
        desk.wait(minutes=20)
        await desk.says(f"รอผู้รับบริการ {NO}")
        desk.wait(minutes=20)
        await desk.says(f"ตอบแล้ว {NO}")
    await desk.says(NO)
    why = await desk.chooses("ทำไมกำหนดนี้")
    await desk.presses("แก้ช่วงรอ 23 พ.ย. 10.20")
    first = desk.last["telegram:nok"].token("แก้เวลาที่ตอบ")
    await desk.presses("ลบช่วงนี้")
    assert "⚠️" in (await desk.presses_token(first)).text
    assert "⚠️" in (await desk.presses_token(why.token("แก้ช่วงรอ 23 พ.ย. 10.20"))).text
    (left,) = (await tickets.get_ticket(desk.db, NO)).pauses
    assert (left.since.minute, left.until.hour) == (0, 4)


async def test_history_names_only_the_pause_that_changed(team):
    desk = team
    for _each in range(3):
        desk.wait(hours=1)
        await desk.says(f"รอผู้รับบริการ {NO}")
        desk.wait(hours=1)
        await desk.says(f"ตอบแล้ว {NO}")
    await desk.says(NO)
    shown = await desk.chooses("ประวัติการแก้ไข")
    assert "หยุดนับเวลา: 23 พ.ย. 15.00 น. – → 23 พ.ย. 15.00 น. – 23 พ.ย. 16.00 น.\n" in shown.text


# Copies.


async def test_a_provinces_report_is_not_copied_with_last_months_number(team):
    desk = team
    await desk.says("/open กระบี่ 1600")
    await desk.presses("ปิดด้วยผลนี้")
    asked = await desk.presses("สร้างใบงานแบบเดียวกัน")
    assert "พิมพ์รายละเอียด" in asked.text
    shown = await desk.says("ตาก 900")
    assert "จำนวนผู้เข้าชมเว็บไซต์ ตาก จำนวน 900 ราย" in shown.text
    await desk.presses("ปิดด้วยผลนี้")
    saved = await tickets.get_ticket(desk.db, "R2611000126")
    assert (saved.province, saved.user_count, saved.details) == ("ตาก", 900, "ตาก 900")


async def test_a_copy_of_a_forwarded_mail_names_its_own_second_ticket_only(team):
    desk = team
    await desk.says("/open C81554 เมล binfopub ขอข้อมูลแรงงาน")
    await desk.says("C70001")
    await desk.says("6.1")
    await desk.says("R2611000126")
    await desk.presses("สร้างใบงานแบบเดียวกัน")
    for answer in ("C81554", "C82001", "6.1"):
        last = await desk.says(answer)
    if "บันทึกข้อมูลเรียบร้อย" not in last.text:
        await desk.presses("ปิดด้วยผลนี้")
    first = await tickets.get_ticket(desk.db, "R2611000128")
    assert first.result.endswith("R2611000127")
    assert "R2611000125" not in first.result


async def test_a_forwarded_mail_of_somebody_who_left_becomes_a_pair_all_the_same(team):
    desk = team
    await desk.says("/open C81554 เมล fwd ขอสถิติ", who="prae")
    await desk.presses("ไม่มีใบงานที่สอง", who="prae")
    await blocks(desk, "prae")
    await desk.says("R2611000125")
    await desk.presses("ปิดใบงาน")
    await desk.says("C70001")
    assert "R2611000125 ปิดแล้ว" in (await desk.says("6.1")).text
    assert await assignee(desk, "R2611000126") == "nok"


# Dates.


async def test_a_date_without_a_year_that_is_long_ago_is_shown_before_saving(desk):
    until(desk, "2026-12-30T16:00+07:00")
    shown = await desk.says("/open C81554 เมล 6.1 วันที่ 1 ม.ค. ขอตาราง")
    assert "🎫 ใบงานใหม่" in shown.text
    assert "วันที่สร้าง: 1 ม.ค. 69" in shown.text
    assert "บันทึกข้อมูลเรียบร้อย" in (await desk.says("/open C81554 เมล 6.1 วันที่ 1 ม.ค. 69 ขอตาราง")).text


async def test_a_closed_ticket_cannot_have_begun_after_it_was_closed(desk):
    await desk.says("/open C81554 เมล 6.1 วันที่ 1 พ.ย. 69 ขอตาราง => ส่งแล้ว ปิด")
    desk.wait(days=10)
    await desk.says(NO)
    await desk.presses("แก้ไข")
    await desk.presses("วันที่สร้าง")
    told = await desk.says("1 ธ.ค. 69")
    assert "วันที่สร้างใบงาน (1 ธ.ค. 69) อยู่หลังวันที่ปิด (1 พ.ย. 69)" in told.text
    await desk.says("30 ต.ค. 69")
    assert "บันทึกข้อมูลเรียบร้อย" in (await desk.presses("บันทึก")).text
    saved = await tickets.get_ticket(desk.db, NO)
    assert saved.created_at <= saved.closed_at


async def test_a_ticket_put_back_to_its_day_begins_when_it_was_recorded(desk):
    await desk.says("/open C81554 เมล 6.1 วันที่ 1 พ.ย. 69 ขอตาราง")
    desk.wait(hours=3)
    await desk.says(NO)
    await desk.presses("แก้ไข")
    await desk.presses("วันที่สร้าง")
    await desk.presses("วันนี้")
    await desk.presses("บันทึก")
    saved = await tickets.get_ticket(desk.db, NO)
    assert saved.created_at == saved.recorded_at


async def test_a_result_typed_for_a_ticket_that_a_colleague_closed_is_not_lost(team):
    desk = team
    await desk.says(f"ปิดใบงาน {NO} ส่งไฟล์แล้ว")
    told = await desk.says(f"ปิดใบงาน {NO} โทรแจ้งแล้ว", who="ton")
    assert "คุณนกปิดใบงาน" in told.text
    assert 'ผลของ R2611000124 ที่คุณพิมพ์ยังไม่ได้บันทึก: "โทรแจ้งแล้ว"' in told.text
    await desk.presses("เพิ่มต่อท้ายผลเดิม", who="ton")
    if "บันทึก" in desk.last["telegram:ton"].buttons:
        await desk.presses("บันทึก", who="ton")
    assert (await tickets.get_ticket(desk.db, NO)).result == "ส่งไฟล์แล้ว\nโทรแจ้งแล้ว"
    same = await desk.says(f"ปิดใบงาน {NO} ส่งไฟล์แล้ว\nโทรแจ้งแล้ว", who="ton")
    assert "ยังไม่ได้บันทึก" not in same.text
