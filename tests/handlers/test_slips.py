"""What happens on a long day: habitual words, wrong taps, pasted letters, changed minds. Nothing is
misfiled.
"""

import pytest

SAVED = "บันทึกข้อมูลเรียบร้อย"


async def new_ticket(desk):
    await desk.says("0812345678")
    return await desk.presses("สร้างใบงาน")


@pytest.mark.parametrize(
    "text", ["ขอบคุณ", "ปิด", "ใช่", "5", "?", "🙂", "19 ก.พ. 63", "เตือนใจ", "นางเตือนใจ แสงทอง"]
)
async def test_word_that_is_hardly_a_question_is_asked_about_first(desk, text):
    await new_ticket(desk)
    asked = await desk.says(text)
    assert SAVED not in asked.text
    assert asked.buttons[:2] == ["ใส่เป็นรายละเอียด", "ค้นหาใหม่"]
    assert await desk.count("tickets") == 0
    done = await desk.presses("ใส่เป็นรายละเอียด")
    if text == "ขอบคุณ":  # a subject of its own
        done = await desk.presses("1.1")
    assert SAVED in done.text


@pytest.mark.parametrize(
    ("text", "expected"), [("เมล", "E-Mail"), ("6.1", "6.1 ข้อมูลสถิติ"), ("มาเอง", "ติดต่อด้วยตนเอง")]
)
async def test_lone_channel_or_subject_is_one(desk, text, expected):
    await new_ticket(desk)
    form = await desk.says(text)
    assert expected in form.text
    assert SAVED not in form.text


async def test_habitual_word_does_not_close_a_ticket(desk):
    await desk.says("/open C81554 โทร 1.1 ถามราคา")
    await desk.presses("ปิดใบงาน")
    asked = await desk.says("ขอบคุณ")
    assert "ปิดแล้ว" not in asked.text
    assert await desk.count("tickets", "status = 'closed'") == 0


async def test_text_after_another_customers_card_does_not_go_to_the_first(desk):
    found = await desk.says("สมชาย")
    await new_ticket(desk)
    card = await desk.presses_token(found.token("C90210"))
    assert "พักร่างไว้" in card.text
    answer = await desk.says("ขอตารางแรงงานปี 68")
    assert SAVED not in answer.text
    assert await desk.count("tickets") == 0


async def test_search_button_of_the_menu_puts_the_form_aside(desk):
    menu = await desk.says("เมนู")
    await new_ticket(desk)
    await desk.presses_token(menu.token("ค้นหา"))
    found = await desk.says("เตือนใจ")
    assert "C82002" in found.text


async def test_interim_result_is_shown_before_it_closes(desk):
    await desk.says("/open C81554 โทร 1.1 ถามราคา => กำลังหาข้อมูล")
    asked = await desk.presses("ปิดใบงาน")
    assert "กำลังหาข้อมูล" in asked.text
    assert await desk.count("tickets", "status = 'open'") == 1
    done = await desk.presses("ปิดด้วยผลนี้")
    assert "ปิดแล้ว" in done.text


async def test_interim_result_can_be_replaced_while_closing(desk):
    await desk.says("/open C81554 โทร 1.1 ถามราคา => กำลังหาข้อมูล")
    await desk.presses("ปิดใบงาน")
    await desk.presses("ผลของการให้บริการ")
    await desk.says("ส่งตารางแล้ว")
    await desk.presses("ปิดด้วยผลนี้")
    assert await desk.count("tickets", "status = 'closed' AND result = 'ส่งตารางแล้ว'") == 1


async def test_pasted_letter_is_all_question(desk):
    await new_ticket(desk)
    letter = "เรียน เจ้าหน้าที่\nขอข้อมูลการว่างงาน ปี 2565-2568\nรายจังหวัด\nขอบคุณค่ะ สมชาย"
    await desk.says(letter)
    row = await desk.db.fetch_one("SELECT details, result FROM tickets")
    assert (row["details"], row["result"]) == (letter, "")


async def test_another_contact_is_added_and_keeps_nobodys_telephone(desk):
    await desk.says("C70001")
    await desk.presses("แก้ไข")
    await desk.presses("ผู้ติดต่อ")
    await desk.presses("เพิ่มผู้ติดต่อ")
    await desk.says("นายใหม่ คนใหม่ 0811112222")
    card = await desk.says("C70001")
    assert "น.ส.นิดา ผู้ช่วย · 089-999-8888" in card.text
    assert "นายใหม่ คนใหม่ · 081-111-2222" in card.text


async def test_changing_the_customer_takes_the_old_contact_away(desk):
    await desk.says("/open C70001 โทร 1.1 ถาม")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("ผู้ติดต่อ")
    shown = await desk.presses("นิดา")
    assert "ผู้ติดต่อ: น.ส.นิดา" in shown.text
    await desk.presses("บันทึก")
    await desk.presses("แก้ไข")
    await desk.presses("ผู้รับบริการ")
    await desk.says("C82002")
    await desk.presses("บันทึก")
    row = await desk.db.fetch_one("SELECT customer_code, contact_id FROM tickets")
    assert (row["customer_code"], row["contact_id"]) == ("C82002", None)


async def test_corrected_closed_ticket_still_has_what_closing_insists_on(desk):
    await desk.says("/open C81554 มาเอง 2 ยืมหนังสือ => ให้ยืม ปิด")
    await desk.presses("แก้ไข")
    await desk.presses("เรื่อง")
    asked = await desk.says("4.1")
    assert "ราคา" in asked.text
    assert await desk.count("tickets", "subject = '4.1'") == 0


async def test_result_of_the_slower_officer_is_kept(desk):
    await desk.says("/open C81554 โทร 1.1 คำถาม")
    await desk.presses("ปิดใบงาน")
    await desk.says("ปิดใบงาน R2611000124 ต้นตอบแล้ว", who="ton")
    shown = await desk.says("ตอบทางโทรศัพท์แล้ว")
    assert "ยังไม่ได้บันทึก" in shown.text
    await desk.presses("เพิ่มต่อท้ายผลเดิม")
    row = await desk.db.fetch_one("SELECT result, status FROM tickets")
    assert (row["result"], row["status"]) == ("ต้นตอบแล้ว\nตอบทางโทรศัพท์แล้ว", "closed")


@pytest.mark.parametrize(
    "text", ["512 24 ก.พ. 63", "512 รับวันที่ 24 ก.พ. 63", "๕๑๒ ลงวันที่ 24 กุมภาพันธ์ 2563"]
)
async def test_number_and_its_date_are_told_in_one_answer(desk, text):
    asked = await desk.says("/open C70001 หนังสือ 6.4 ขอข้อมูล => ส่งแล้ว ปิด")
    assert "เลขที่ลงรับ" in asked.text
    asked = await desk.says(text)
    assert "วัตถุประสงค์" in asked.text
    await desk.says("ทำวิจัย")
    row = await desk.db.fetch_one("SELECT letter_no, letter_on, status FROM tickets")
    assert (row["letter_no"], str(row["letter_on"]), row["status"]) in (
        ("512", "2020-02-24", "closed"),
        ("๕๑๒", "2020-02-24", "closed"),
    )


async def test_nine_for_the_customer_means_none(desk):
    await desk.says("/open สมชาย โทร 1.1 ถาม")
    done = await desk.says("9")
    assert SAVED in done.text
    assert await desk.count("tickets", "customer_code IS NULL AND remarks = 'สมชาย'") == 1


async def test_unknown_is_a_tap(desk):
    await desk.says("/new นายอาทิตย์ ทดสอบ 0800001111")
    await desk.presses("ประชาสังคม")
    done = await desk.presses("ไม่ทราบ")
    assert SAVED in done.text


@pytest.mark.parametrize(
    "text", ["โทรกลับ 0812345678", "0812345678 ใจดีมาก", "สมหญิง somchai@example.com"]
)
async def test_telephone_among_other_words_still_finds(desk, text):
    found = await desk.says(text)
    assert "C81554" in found.text
    assert "พบจาก" in found.text


@pytest.mark.parametrize(
    ("typed", "name", "phone"),
    [
        ("วิชัย มีสุข โทร 0898765432", "วิชัย มีสุข", "+66898765432"),
        ("คุณวิชัย มีสุข, 089-876-5432", "คุณวิชัย มีสุข", "+66898765432"),
        ("วิชัย มีสุข 089 876 5432", "วิชัย มีสุข", "+66898765432"),
    ],
)
async def test_new_customer_takes_name_and_telephone_out_of_what_was_typed(
    desk, typed, name, phone
):
    await desk.says(f"/new {typed}")
    await desk.presses("ประชาสังคม")
    await desk.presses("ชาย")
    await desk.presses("ไม่ทราบ")
    row = await desk.db.fetch_one("SELECT name, phone FROM customers WHERE code = 'C90211'")
    assert (row["name"], row["phone"]) == (name, phone)


async def test_office_that_begins_like_a_man_has_no_gender(desk):
    form = await desk.says("/new นายกเทศมนตรีเมืองกระบี่")
    assert "เพศ:" not in form.text


async def test_address_of_a_writer_who_is_no_customer_is_kept(desk):
    await desk.says("/open wichai@example.go.th เมล 6.1 ขอข้อมูลแรงงาน => ตอบแล้ว ปิด")
    done = await desk.presses("ไม่มีผู้รับบริการ")
    assert "ไม่มีผู้รับบริการ" in done.text
    assert await desk.count("tickets", "reply_email = 'wichai@example.go.th'") == 1


async def test_subject_by_a_word_lists_only_those_that_have_it(desk):
    await desk.says("/open C81554 เมล ถาม")
    asked = await desk.says("แปะลิงก์")
    assert [label.split()[0] for label in asked.buttons[:4]] == ["1.2", "1.3", "1.4", "ช่องทาง"]


async def test_small_talk_offers_nobody_as_a_new_customer(desk):
    for text in ("ขอบคุณ", "สวัสดีค่ะ", "19 ก.พ. 63"):
        answer = await desk.says(text)
        assert answer.buttons == []
        assert "ผลลัพธ์: 0" in answer.text


async def test_line_without_its_command_can_become_a_ticket(desk):
    found = await desk.says("C90210 โทร 1.1 ถามรายได้ => ตอบแล้ว ปิด")
    assert "พบจาก C90210" in found.text
    done = await desk.presses("สร้างใบงานจากข้อความนี้")
    assert "ปิดแล้ว" in done.text
    assert await desk.count("tickets", "customer_code = 'C90210' AND result = 'ตอบแล้ว'") == 1


async def test_answer_typed_after_saving_becomes_the_result(desk):
    await new_ticket(desk)
    await desk.says("ถามราคา")
    asked = await desk.says("แนะนำเว็บไซต์")
    assert "ใช้เป็นผลของ R2611000124" in asked.buttons
    done = await desk.presses("ใช้เป็นผลและปิด")
    assert "ปิดแล้ว" in done.text
    assert await desk.count("tickets", "result = 'แนะนำเว็บไซต์'") == 1


async def test_a_name_that_is_not_found_is_somebody_new_before_it_is_a_result(desk):
    await new_ticket(desk)
    await desk.says("ถามราคา")
    asked = await desk.says("วิชัย มีสุข")
    new = asked.buttons.index('ผู้รับบริการใหม่ "วิชัย มีสุข"')
    assert new < asked.buttons.index("ใช้เป็นผลของ R2611000124")


async def test_who_is_found_beside_a_word_of_a_command_is_told_without_its_hint(desk):
    found = await desk.says("ปิด สมชาย ใจดี")
    assert "พบจาก สมชาย ใจดี" in found.text
    assert "เช่น" not in found.text


async def test_confirmation_shows_what_was_entered(desk):
    await desk.says("/open C81554 มาเอง 4.1 ซื้อรายงาน => ขายแล้ว ปิด")
    await desk.says("350")
    done = await desk.says("12/345 วันนี้")
    assert "ราคา: 350.00" in done.text
    assert "เลขที่ใบเสร็จ: 12/345 (23 พ.ย. 69)" in done.text


async def test_half_recorded_call_keeps_its_day(desk):
    await new_ticket(desk)
    desk.wait(days=1)
    await desk.says("ถามราคา")
    await desk.presses("ใส่เป็นรายละเอียด")
    row = await desk.db.fetch_one("SELECT created_at FROM tickets")
    assert row["created_at"].date().isoformat() == "2026-11-23"


async def test_saving_nothing_changes_nothing(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.presses("แก้ไข")
    answer = await desk.presses("บันทึก")
    assert "ไม่มีการเปลี่ยนแปลง" in answer.text
    assert await desk.count("tickets", "version = 1") == 1


async def test_field_of_a_saved_ticket_can_be_emptied(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบผิด")
    await desk.presses("แก้ไข")
    asked = await desk.presses("ผลของการให้บริการ")
    assert "เดิม: ตอบผิด" in asked.text
    await desk.presses("ลบค่านี้")
    await desk.presses("บันทึก")
    assert await desk.count("tickets", "result = ''") == 1


async def test_parked_drafts_have_a_word(desk):
    await new_ticket(desk)
    await desk.says("เมนู")
    assert "C81554" in str((await desk.says("ร่าง")).buttons)
