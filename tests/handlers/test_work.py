"""The day's work, as conversations: find, open, close, reopen, in at most three messages."""

import pytest

from domain.staff import Platform

SAVED = "บันทึกข้อมูลเรียบร้อย"


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_known_caller_is_recorded_and_closed_in_three_messages(desk, platform):
    card = await desk.says("0812345678", platform=platform)
    assert "C81554 นายสมชาย ใจดี" in card.text
    assert "081-234-5678" in card.text
    form = await desk.presses("สร้างใบงาน", platform=platform)
    assert "โทรศัพท์" in form.text
    assert "1.1 แนะนำให้คำปรึกษา" in form.text
    done = await desk.says("รายได้ครัวเรือนกระบี่ 2560 => แนะนำเว็บไซต์ สสช. ปิด", platform=platform)
    assert SAVED in done.text
    assert "R2611000124" in done.text
    assert "งานที่ดำเนินการเสร็จแล้ว" in done.text
    ticket = await desk.db.fetch_one("SELECT * FROM tickets WHERE no = ?", "R2611000124")
    assert ticket["customer_code"] == "C81554"
    assert ticket["details"] == "รายได้ครัวเรือนกระบี่ 2560"
    assert ticket["result"] == "แนะนำเว็บไซต์ สสช."
    assert ticket["status"] == "closed"
    assert ticket["closed_at"] is not None


async def test_one_line_records_and_closes_in_one_message(desk):
    done = await desk.says("/open 0812345678 โทร 1.1 รายได้ครัวเรือนกระบี่ 2560 => แนะนำเว็บไซต์ สสช. ปิด")
    assert SAVED in done.text
    assert "ปิดแล้ว" in done.text
    assert await desk.count("tickets", "status = 'closed' AND customer_code = 'C81554'") == 1


async def test_uncertain_line_asks_which_customer_then_which_subject(desk):
    asked = await desk.says("/open สมชาย โทร ขอข้อมูลแรงงาน")
    assert "ขอข้อมูลแรงงาน" in asked.text
    assert any("C81554" in label for label in asked.buttons)
    assert any("C90210" in label for label in asked.buttons)
    asked = await desk.presses("C90210")
    assert "เรื่อง" in asked.text
    done = await desk.presses("6.1")
    assert SAVED in done.text
    assert (
        await desk.count(
            "tickets", "customer_code = 'C90210' AND subject = '6.1' AND status = 'open'"
        )
        == 1
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("สัญญา ธรรมศักดิ์", "นายสัญญา ธรรมศักดิ์"),
        ("สัญญา", "นายสัญญา ธรรมศักดิ์"),
        ("เตือนใจ", "นางเตือนใจ แสงทอง"),
        ("หาญ", "นายหาญ กล้าดี"),
        ("หา สมชาย ใจดี", "นายสมชาย ใจดี"),
        ("C81554", "นายสมชาย ใจดี"),
        ("c๘๑๕๕๔", "นายสมชาย ใจดี"),
        ("SOMCHAI@example.com", "นายสมชาย ใจดี"),
        ("081-234-5678", "นายสมชาย ใจดี"),
        ("+66 81 234 5678", "นายสมชาย ใจดี"),
        ("๐๘๑๒๓๔๕๖๗๘", "นายสมชาย ใจดี"),
        ("0899998888", "ผศ.ดร.กมลชนก รัตนพิทักษ์"),
        ("รัตนพิทักษ์ กมลชนก", "ผศ.ดร.กมลชนก รัตนพิทักษ์"),
    ],
)
async def test_bare_text_finds_people(desk, text, name):
    found = await desk.says(text)
    assert name in found.text
    assert "สร้างใบงาน" in found.buttons


async def test_several_hits_say_why_and_open_by_a_tap(desk):
    found = await desk.says("สมชาย")
    assert "ผลลัพธ์: 2" in found.text
    assert any("ชื่อตรงกัน" in label for label in found.buttons)
    card = await desk.presses("C90210")
    assert "มหาวิทยาลัยตัวอย่าง" in card.text


async def test_nothing_found_offers_a_new_customer_with_what_was_typed(desk):
    found = await desk.says("นายอาทิตย์ ทดสอบ 0800001111")
    assert "ผลลัพธ์: 0" in found.text
    form = await desk.presses("ผู้รับบริการใหม่")
    assert "นายอาทิตย์ ทดสอบ" in form.text
    assert "080-000-1111" in form.text
    assert "ชาย" in form.text


async def test_new_customer_goes_straight_on_to_a_ticket(desk):
    await desk.says("เพิ่มผู้รับบริการ นางสาวมาลี ทดสอบ")
    asked = await desk.presses("ประชาสังคม")
    assert "เบอร์โทรหรืออีเมล" in asked.text
    await desk.says("0877776666")
    form = await desk.says("9")
    assert f"{SAVED} C90211" in form.text
    assert "ใบงานใหม่ · C90211" in form.text
    customer = await desk.db.fetch_one("SELECT * FROM customers WHERE code = 'C90211'")
    assert customer["unknown"] == "address"
    assert customer["gender"] == "female"
    assert customer["phone"] == "+66877776666"
    assert await desk.count("addresses", "customer_code = 'C90211'") == 0
    done = await desk.says("ขอข้อมูลประชากร")
    assert SAVED in done.text
    assert await desk.count("tickets", "customer_code = 'C90211'") == 1


async def test_twin_is_shown_before_a_second_record_is_made(desk):
    shown = await desk.says("/new นายสมชาย ใจดี 0812345678")
    assert "อาจมีอยู่แล้ว" in shown.text
    assert any("C81554" in label and "เบอร์โทรตรงกัน" in label for label in shown.buttons)
    card = await desk.presses("C81554")
    assert "C81554" in card.text
    assert await desk.count("customers") == 6
    assert await desk.count("forms", "state IN ('open', 'parked')") == 0


async def test_twin_may_be_saved_as_somebody_else(desk):
    await desk.says("/new นายสมชาย ใจดี 0812345678")
    await desk.presses("สร้างรายใหม่")
    await desk.presses("ประชาสังคม")
    saved = await desk.says("9")
    assert f"{SAVED} C90211" in saved.text
    assert await desk.count("customers") == 7


async def test_new_customer_out_of_a_ticket_comes_back_to_that_ticket(desk):
    await desk.says("/open นายอาทิตย์ ทดสอบ โทร 1.1 ขอสถิติแรงงาน")
    await desk.presses("ผู้รับบริการใหม่")
    await desk.presses("ประชาสังคม")
    await desk.says("0800001111")
    done = await desk.says("9")
    assert "C90211" in done.text
    assert "R2611000124" in done.text
    assert await desk.count("tickets", "customer_code = 'C90211' AND details = 'ขอสถิติแรงงาน'") == 1


async def test_channel_and_subject_come_from_recent_tickets_and_can_be_changed(desk):
    for n in range(3):
        await desk.says(f"/open C81554 เมล 1.2 ขอลิงก์ {n}")
    await desk.says("C81554")
    form = await desk.presses("สร้างใบงาน")
    assert "E-Mail" in form.text
    assert "1.2 แปะลิงก์" in form.text
    await desk.presses("ช่องทาง")
    form = await desk.presses("โทรศัพท์")
    assert "ช่องทาง: โทรศัพท์" in form.text
    assert "เลือกเรื่อง" in form.text
    await desk.presses("6.1")
    done = await desk.says("ขอข้อมูลรายได้")
    assert SAVED in done.text
    assert await desk.count("tickets", "channel = 'phone' AND subject = '6.1'") == 1


async def test_subjects_are_filtered_by_channel_with_the_most_used_first(desk):
    for n in range(2):
        await desk.says(f"/open C81554 หนังสือ 6.4 ขอข้อมูล {n}")
    asked = await desk.says("/open C81554 หนังสือ ขอข้อมูลใหม่")
    subjects = [label for label in asked.buttons if label[:1].isdigit()]
    assert subjects[0].startswith("6.4")
    assert {label.split()[0] for label in subjects[:6]} <= {
        "6.4",
        "7.4",
        "8.3",
        "4.1",
        "4.2",
        "4.3",
        "4.4",
        "11",
        "12",
    }


async def test_closing_asks_for_the_result_and_keeps_the_history(desk):
    await desk.says("/open C81554 โทร 1.1 ถามเรื่องดัชนีราคา")
    asked = await desk.presses("ปิดใบงาน")
    assert "ผลของการให้บริการ" in asked.text
    desk.wait(minutes=5)
    done = await desk.says("แนะนำเว็บไซต์")
    assert "ปิดแล้ว" in done.text
    history = await desk.says("ใบงาน R2611000124")
    history = await desk.chooses("ประวัติ")
    assert "เปิด → ปิด" in history.text
    assert "นก" in history.text


async def test_close_command_with_its_result_is_one_message(desk):
    await desk.says("/open C81554 โทร 1.1 ถามเรื่องดัชนีราคา")
    done = await desk.says("ปิดใบงาน R2611000124 ส่งตารางทางอีเมลแล้ว")
    assert "ปิดแล้ว" in done.text
    assert await desk.count("tickets", "result = 'ส่งตารางทางอีเมลแล้ว' AND status = 'closed'") == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (
            "ปิดใบงาน R2611000124\nส่งตาราง ทางอีเมลแล้ว",
            "status = 'closed' AND result = 'ส่งตาราง ทางอีเมลแล้ว'",
        ),
        ("มอบหมาย R2611000124\nต้น", "assignee_id = (SELECT id FROM staff WHERE name = 'ต้น')"),
        ("รอผู้รับบริการ R2611000124\nวันนี้ 10.00", "pauses <> ''"),
    ],
)
async def test_what_a_command_says_of_a_ticket_may_stand_on_the_next_line(desk, text, where):
    await desk.says("/open C81554 โทร 6.1 รายได้ครัวเรือน")
    assert SAVED in (await desk.says(text)).text
    assert await desk.count("tickets", where) == 1


async def test_closing_a_sale_asks_for_price_and_receipt_one_after_the_other(desk):
    asked = await desk.says("/open C81554 มาเอง 4.1 ซื้อรายงาน => ขายหนังสือ 1 เล่ม ปิด")
    assert "ราคา" in asked.text
    asked = await desk.says("๑,๕๐๐ บาท")
    assert "เลขที่ใบเสร็จ" in asked.text
    asked = await desk.says("12/345")
    assert "วันที่ในใบเสร็จ" in asked.text
    done = await desk.says("วันนี้")
    assert SAVED in done.text
    row = await desk.db.fetch_one("SELECT price, receipt_no, receipt_on, status FROM tickets")
    assert (row["price"], row["receipt_no"], str(row["receipt_on"])) == (
        "1500.00",
        "12/345",
        "2026-11-23",
    )
    assert row["status"] == "closed"


async def test_price_zero_needs_no_receipt(desk):
    await desk.says("/open C81554 มาเอง 4.1 ขอรายงาน => ให้ไปแล้ว ปิด")
    done = await desk.says("0")
    assert SAVED in done.text


async def test_reopening_keeps_the_result(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบแล้ว ปิด")
    done = await desk.presses("เปิดใบงานอีกครั้ง")
    assert "สถานะ เปิด" in done.text
    assert (
        await desk.count("tickets", "status = 'open' AND closed_at IS NULL AND result = 'ตอบแล้ว'")
        == 1
    )


async def test_my_tickets_are_listed_due_first_with_counts(desk):
    await desk.says("/open C81554 เมล 6.1 ไม่รีบ")
    await desk.says("/open C81554 โทร 6.1 รีบมาก")
    mine = await desk.says("ใบงานของฉัน")
    assert "เปิด 2" in mine.text
    assert "รีบมาก" in mine.buttons[0]
    assert "ถึง" in mine.buttons[0]


async def test_ticket_may_be_backdated_but_not_into_the_future(desk):
    await desk.says("/open C81554 วันที่ 19 ก.พ. 63 โทร 1.1 ถามย้อนหลัง")
    row = await desk.db.fetch_one("SELECT no, created_at FROM tickets")
    assert row["created_at"].isoformat() == "2020-02-19T01:30:00+00:00"
    await desk.presses("แก้ไข")
    await desk.presses("วันที่สร้าง")
    refused = await desk.says("1 ม.ค. 2600")
    assert "ยังไม่ถึง" in refused.text
    shown = await desk.says("๒๐ กุมภาพันธ์ ๒๕๖๓")
    assert "20 ก.พ. 63" in shown.text


async def test_channel_that_the_subject_usually_lacks_is_a_warning_only(desk):
    asked = await desk.says("/open C81554 โทร 6.4 ขอข้อมูลทางโทรศัพท์")
    assert "ปกติไม่ใช้ช่องทาง โทรศัพท์" in asked.text
    done = await desk.presses("ใช้ช่องทางนี้")
    assert SAVED in done.text
    assert await desk.count("tickets", "channel = 'phone' AND subject = '6.4'") == 1


async def test_contract_number_shows_the_contract_with_its_tickets(desk):
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลแล้ว")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("เลขที่สัญญา")
    await desk.says("81/69")
    await desk.presses("บันทึก")
    for text in ("81/2569", "สัญญา 81/2569", "/contract ๘๑/๒๕๖๙"):
        found = await desk.says(text)
        assert "📄 สัญญา 81/2569" in found.text
        assert "ส่งข้อมูลและสัญญา: ⏳ R2611000124" in found.text


async def test_assigning_a_colleague_tells_them(desk):
    await desk.says("/open C81554 โทร 1.1 ช่วยดูหน่อย")
    await desk.presses("แก้ไข")
    await desk.presses("ผู้รับผิดชอบ")
    await desk.presses("ต้น")
    done = await desk.presses("บันทึก")
    assert SAVED in done.text
    assert "R2611000124" in desk.told("ton").text
    card = await desk.presses_token(desk.told("ton").token("ดูใบงาน"), who="ton")
    assert "ช่วยดูหน่อย" in card.text


async def test_customer_can_be_edited_and_the_change_is_listed(desk):
    await desk.says("C81554")
    await desk.presses("แก้ไข")
    await desk.presses("มือถือ")
    await desk.says("0899990000")
    done = await desk.presses("บันทึก")
    assert SAVED in done.text
    assert "089-999-0000" in (await desk.says("0899990000")).text
    assert (
        await desk.count(
            "changes", "record = 'C81554' AND field = 'mobile' AND new_value = '+66899990000'"
        )
        == 1
    )


async def test_every_read_of_personal_data_is_in_the_audit_log(desk):
    await desk.says("0812345678")
    assert (
        await desk.count(
            "audit",
            "action = 'customer.read' AND record = 'C81554' AND staff_id = ?",
            desk.ids["nok"],
        )
        == 1
    )
    await desk.says("สมชาย")
    assert await desk.count("audit", "action = 'customer.listed'") == 2
    shown = await desk.says("ตรวจสอบ C81554", who="may")
    assert "ดูผู้รับบริการ" in shown.text


async def test_help_begins_with_the_days_work_and_ends_with_what_is_the_administrators(desk):
    officer = [each.label for each in (await desk.says("ช่วยเหลือ")).replies[0].parts[1].fields]
    assert [label.split()[-1] for label in officer[:3]] == ["/find", "/open", "/my"]
    assert "/audit" not in str(officer)
    administrator = (await desk.says("help", who="may")).text
    assert "/audit" in administrator
