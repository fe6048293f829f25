"""A ticket saved by mistake is voided, counts nowhere, and comes back; its last change is taken
back.
"""

import pytest

from domain.staff import Platform
from tests.handlers.conftest import newest

NO, NEXT = "R2611000124", "R2611000125"
CLOSED = "/open C81554 โทร 1.1 ถามรายได้ครัวเรือน => แนะนำเว็บไซต์ ปิด"
OPEN = "/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน"
SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา 81/2569 => ส่งแล้ว ปิด"


async def ticket(desk, no=NO):
    return await desk.db.fetch_one("SELECT * FROM tickets WHERE no = ?", no)


async def test_void_keeps_the_number_and_says_why(desk):
    await desk.says(CLOSED)
    done = await desk.says(f"ยกเลิกใบงาน {NO} บันทึกซ้ำกับใบเมื่อเช้า")
    assert "บันทึกข้อมูลเรียบร้อย" in done.text
    card = await desk.says(NO)
    assert f"{NO} · ยกเลิก" in card.text
    assert "เหตุผลที่ยกเลิก: บันทึกซ้ำกับใบเมื่อเช้า" in card.text
    assert card.buttons == ["คืนใบงาน", "เพิ่มเติม"]
    saved = await ticket(desk)
    assert (saved["status"], saved["result"]) == ("voided", "แนะนำเว็บไซต์")
    assert await desk.count("audit", "action = 'ticket.voided' AND record = ?", NO) == 1


async def test_void_without_a_reason_asks_for_one(desk):
    await desk.says(CLOSED)
    asked = await desk.says(f"ยกเลิกใบงาน {NO}")
    assert "บันทึกซ้ำ" in asked.buttons
    assert (await ticket(desk))["status"] == "closed"
    refused = await desk.says("...")
    assert "พิมพ์เหตุผล" in refused.text
    await desk.says("กดผิดคน")
    assert (await ticket(desk))["void_reason"] == "กดผิดคน"


async def test_void_by_two_taps_from_the_card(desk):
    await desk.says(OPEN)
    await desk.chooses("ยกเลิกใบงาน")
    await desk.presses("บันทึกซ้ำ")
    assert (await ticket(desk))["status"] == "voided"


@pytest.mark.parametrize(("line", "status"), [(CLOSED, "closed"), (OPEN, "open")])
async def test_restore_brings_back_what_it_was(desk, line, status):
    await desk.says(line)
    before = await ticket(desk)
    await desk.says(f"ยกเลิกใบงาน {NO} ผิด")
    done = await desk.says(f"คืนใบงาน {NO}")
    assert "บันทึกข้อมูลเรียบร้อย" in done.text
    after = await ticket(desk)
    assert after["status"] == status
    assert {key: after[key] for key in after.keys() - {"version"}} == {
        key: before[key] for key in before.keys() - {"version"}
    }


async def test_restore_by_the_button_once(desk):
    await desk.says(OPEN)
    done = await desk.says(f"ยกเลิกใบงาน {NO} ผิด")
    token = done.token("คืนใบงาน")
    await desk.presses_token(token)
    assert (await ticket(desk))["status"] == "open"
    again = await desk.presses_token(token)
    assert f"{NO} · ยกเลิก" not in again.text
    assert (await ticket(desk))["version"] == 3


async def test_lists_sums_and_searches_leave_a_voided_ticket_out(desk):
    await desk.says(OPEN)
    await desk.says("/open C81554 โทร 1.1 ถามที่ตั้ง")
    await desk.says(f"ยกเลิกใบงาน {NO} ผิด")
    mine = await desk.says("ใบงานของฉัน")
    assert NO not in mine.text + "".join(mine.buttons)
    customer = await desk.says("C81554")
    assert NO not in customer.text
    assert any("(1)" in label for label in customer.buttons)
    assert NO not in (await desk.says("หา ข้อมูลแรงงาน")).text
    desk.wait(days=1)
    assert NO not in (await desk.says("ใบงานของฉัน")).text


async def test_a_voided_number_of_users_is_not_counted(desk):
    await desk.says("/open กระบี่ 1600 ต.ค. 69")
    await desk.presses("ปิดด้วยผลนี้")
    assert "1,600" in (await desk.says("/counts ต.ค. 69")).text
    await desk.says(f"ยกเลิกใบงาน {NO} ผิดจังหวัด")
    assert "1,600" not in (await desk.says("/counts ต.ค. 69")).text


async def test_its_deadline_is_told_no_more(desk):
    await desk.says(OPEN)
    waiting = "kind = 'ticket.deadline' AND subject = ? AND state = 'waiting'"
    assert await desk.count("due", waiting, NO) > 0
    await desk.says(f"ยกเลิกใบงาน {NO} ผิด")
    assert await desk.count("due", waiting, NO) == 0
    await desk.says(f"คืนใบงาน {NO}")
    assert await desk.count("due", waiting, NO) > 0


@pytest.mark.parametrize(
    "text", [f"แก้ไข {NO} ปัญหา ช้า", f"ปิดใบงาน {NO} ส่งแล้ว", f"ยกเลิกใบงาน {NO} อีก", f"มอบหมาย {NO} ต้น"]
)
async def test_nothing_else_is_done_to_a_voided_ticket(desk, text):
    await desk.says(OPEN)
    await desk.says(f"ยกเลิกใบงาน {NO} ผิด")
    before = await ticket(desk)
    refused = await desk.says(text)
    assert "ยกเลิก" in refused.text
    assert await ticket(desk) == before


async def test_restore_of_a_ticket_that_was_not_voided_says_so(desk):
    await desk.says(OPEN)
    assert "ไม่ได้ยกเลิกไว้" in (await desk.says(f"คืนใบงาน {NO}")).text


async def test_whoever_had_it_to_do_is_told(desk):
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน @ต้น")
    await desk.says(f"ยกเลิกใบงาน {NO} ผิด")
    assert "คุณนกยกเลิกใบงาน R2611000124 ของคุณ" in newest(desk, "ton").text


# What it started.


async def test_the_debt_it_started_ends_and_comes_back(desk):
    await desk.says(SENT)
    assert await desk.count("owed", "state = 'open' AND rule = 'contract'") == 1
    await desk.says(f"ยกเลิกใบงาน {NO} ผิดคน")
    assert await desk.count("owed", "state = 'open'") == 0
    assert await desk.count("contracts") == 0
    assert "81/2569" not in (await desk.says("รายการสัญญา")).text
    await desk.says(f"คืนใบงาน {NO}")
    assert await desk.count("owed", "state = 'open' AND rule = 'contract'") == 1
    assert await desk.count("contracts", "no = '81/2569'") == 1
    assert await desk.count("requests") == 1


async def test_the_number_of_a_voided_contract_is_free_for_the_right_customer(desk):
    await desk.says(SENT)
    await desk.says(f"ยกเลิกใบงาน {NO} ผิดคน")
    done = await desk.says(SENT.replace("C70001", "C90210"))
    assert "เป็นของ" not in done.text
    owner = "SELECT customer_code FROM requests r JOIN contracts c ON c.request_id = r.id WHERE c.no = '81/2569'"
    assert (await desk.db.fetch_one(owner))["customer_code"] == "C90210"


async def test_voiding_the_proof_opens_the_debt_again(desk):
    await desk.says(SENT)
    desk.wait(minutes=5)
    await desk.says("/open C70001 เมล 7.10 ได้รับสัญญา 81/2569 => เก็บแล้ว ปิด")
    assert await desk.count("owed", "state = 'received' AND rule = 'contract'") == 1
    await desk.says(f"ยกเลิกใบงาน {NEXT} คนละฉบับ")
    assert await desk.count("owed", "state = 'open' AND rule = 'contract'") == 1
    await desk.says(f"คืนใบงาน {NEXT}")
    assert await desk.count("owed", "state = 'received' AND rule = 'contract'") == 1


async def test_a_voided_post_is_counted_no_more_and_its_link_may_be_logged_anew(desk):
    line = "/publicize https://www.facebook.com/nso.thailand/posts/123 ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69"
    await desk.says(line)
    await desk.presses("บันทึก")
    await desk.says(f"ยกเลิกใบงาน {NO} ผิดลิงก์")
    assert await desk.count("posts", "state = 'mistake' AND link_key = ''") == 1
    await desk.says(f"คืนใบงาน {NO}")
    assert await desk.count("posts", "state = 'posted' AND link_key <> ''") == 1


async def test_a_post_that_was_hidden_is_hidden_still_when_its_ticket_comes_back(desk):
    await desk.says(
        "/publicize https://www.facebook.com/nso.thailand/posts/123 ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69"
    )
    await desk.presses("บันทึก")
    await desk.db.write(lambda tx: tx.execute("UPDATE posts SET state = 'hidden'"))
    await desk.says(f"ยกเลิกใบงาน {NO} ผิดลิงก์")
    await desk.says(f"คืนใบงาน {NO}")
    assert await desk.count("posts", "state = 'hidden'") == 1


# The last change.


async def test_the_last_change_is_taken_back(desk):
    await desk.says(OPEN)
    await desk.says(f"แก้ไข {NO}\nราคา 350\nปัญหา ตอบช้า")
    assert (await ticket(desk))["remarks"] == "ตอบช้า"
    await desk.says(NO)
    await desk.chooses("ประวัติการแก้ไข")
    done = await desk.presses("เลิกการแก้ไขล่าสุด")
    assert "กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว" in done.text
    saved = await ticket(desk)
    assert (saved["remarks"], saved["price"]) == ("", None)
    await desk.presses("เลิกการแก้ไขล่าสุด")
    assert (await ticket(desk))["remarks"] == "ตอบช้า"


async def test_every_field_of_a_change_comes_back(desk):
    await desk.says("/open เมื่อวาน C81554 จดหมาย 6.4 เลขรับ 512 20 พ.ย. 69 ขอสถิติเด็ก => ส่งแล้ว")
    before = await ticket(desk)
    await desk.says(
        f"แก้ไข {NO}\nวันที่สร้าง 20 พ.ย. 69\nวันที่ลงรับ 21 พ.ย. 69\nราคา 12.50\nผู้รับผิดชอบ ต้น\nความเร่งด่วน สูง\n"
        "โครงการ สรง.\nปีของข้อมูล 2562\nรายละเอียด เปลี่ยนแล้ว"
    )
    assert (await ticket(desk))["details"] == "เปลี่ยนแล้ว"
    await desk.says(NO)
    await desk.chooses("ประวัติการแก้ไข")
    await desk.presses("เลิกการแก้ไขล่าสุด")
    after = await ticket(desk)
    assert {key: after[key] for key in after.keys() - {"version"}} == {
        key: before[key] for key in before.keys() - {"version"}
    }


async def test_a_change_that_was_followed_by_another_is_not_taken_back(desk):
    await desk.says(OPEN)
    await desk.says(f"แก้ไข {NO} ปัญหา ตอบช้า")
    await desk.says(NO)
    await desk.chooses("ประวัติการแก้ไข")
    token = desk.last[f"{Platform.TELEGRAM}:nok"].token("เลิกการแก้ไขล่าสุด")
    await desk.says(f"แก้ไข {NO} ปัญหา ตอบช้ามาก")
    await desk.presses_token(token)
    assert (await ticket(desk))["remarks"] == "ตอบช้า\nตอบช้ามาก"


async def test_a_new_ticket_has_no_last_change(desk):
    await desk.says(OPEN)
    await desk.chooses("ประวัติการแก้ไข")
    assert "เลิกการแก้ไขล่าสุด" not in desk.last[f"{Platform.TELEGRAM}:nok"].buttons
