"""A customer's contacts and addresses one by one, the list of changes, and taking the last one
back.
"""

SAVED = "บันทึกข้อมูลเรียบร้อย"


async def open_list(desk, code="C70001", part="ผู้ติดต่อ", who="nok"):
    await desk.says(code, who=who)
    await desk.presses("เพิ่มเติม", who=who)
    return await desk.presses(part, who=who)


async def test_a_contact_is_added_in_one_message(desk):
    await open_list(desk)
    await desk.presses("เพิ่มผู้ติดต่อ")
    done = await desk.says("นายใหม่ คนใหม่ 0811112222 mai@example.com")
    assert SAVED in done.text
    listed = await desk.presses("ผู้ติดต่อ")
    assert [b for b in listed.buttons if "นิดา" in b or "ใหม่" in b] == [
        "น.ส.นิดา ผู้ช่วย · 089-999-8888 (หลัก)",
        "นายใหม่ คนใหม่ · 081-111-2222 · mai@example.com",
    ]


async def test_a_contact_is_changed_field_by_field_and_keeps_the_rest(desk):
    await open_list(desk)
    await desk.presses("นิดา")
    await desk.presses("แก้ไข")
    await desk.presses("อีเมล")
    shown = await desk.says("nida@example.com")
    assert "น.ส.นิดา ผู้ช่วย" in shown.text
    assert SAVED in (await desk.presses("บันทึก")).text
    assert (
        await desk.count(
            "contacts", "email = 'nida@example.com' AND mobile = '+66899998888' AND main = 1"
        )
        == 1
    )
    assert await desk.count("changes", "record = 'C70001' AND field = 'contacts'") == 1


async def test_another_contact_becomes_the_main_one(desk):
    await test_a_contact_is_added_in_one_message(desk)
    await desk.presses("นายใหม่")
    await desk.presses("ตั้งเป็นผู้ติดต่อหลัก")
    listed = await open_list(desk)
    assert [b for b in listed.buttons if "(หลัก)" in b] == [
        "นายใหม่ คนใหม่ · 081-111-2222 · mai@example.com (หลัก)"
    ]
    assert await desk.count("contacts", "customer_code = 'C70001' AND main = 1") == 1


async def test_a_removed_contact_is_gone_from_the_card_but_its_tickets_still_name_it(desk):
    await desk.says("/open C70001 โทร 1.1 ถาม")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("ผู้ติดต่อ")
    await desk.presses("นิดา")
    await desk.presses("บันทึก")
    await open_list(desk)
    await desk.presses("นิดา")
    assert SAVED in (await desk.presses("ลบ")).text
    assert "นิดา" not in (await desk.says("C70001")).text
    assert "ผู้ติดต่อ: น.ส.นิดา ผู้ช่วย" in (await desk.says("R2611000124")).text


async def test_a_removal_can_be_taken_back_and_that_too(desk):
    await open_list(desk)
    await desk.presses("นิดา")
    await desk.presses("ลบ")
    back = await desk.presses("เลิกการแก้ไขนี้")
    assert SAVED in back.text
    assert "ผู้ติดต่อ: น.ส.นิดา ผู้ช่วย · 089-999-8888" in back.text
    await desk.presses("เลิกการแก้ไขนี้")
    assert "นิดา" not in (await desk.says("C70001")).text
    assert await desk.count("contacts", "customer_code = 'C70001'") == 1


async def test_only_the_last_change_can_be_taken_back(desk):
    await open_list(desk)
    await desk.presses("เพิ่มผู้ติดต่อ")
    first = await desk.says("นายหนึ่ง")
    await open_list(desk, who="ton")
    await desk.presses("เพิ่มผู้ติดต่อ", who="ton")
    await desk.says("นายสอง", who="ton")
    refused = await desk.presses_token(first.token("เลิกการแก้ไขนี้"))
    assert "เลิกได้เฉพาะการแก้ไขล่าสุด" in refused.text
    assert "นายหนึ่ง" in (await desk.says("C70001")).text


async def test_addresses_are_added_changed_chosen_and_removed(desk):
    await open_list(desk, "C81554", "ที่อยู่")
    await desk.presses("เพิ่มที่อยู่")
    await desk.says("99 ถนนพหลโยธิน กรุงเทพฯ")
    await open_list(desk, "C81554", "ที่อยู่")
    await desk.presses("พหลโยธิน")
    await desk.presses("ตั้งเป็นที่อยู่หลัก")
    listed = await open_list(desk, "C81554", "ที่อยู่")
    assert listed.buttons[:2] == ["99 ถนนพหลโยธิน กรุงเทพฯ (หลัก)", "12/34 อำเภอเมืองกระบี่"]
    await desk.presses("พหลโยธิน")
    asked = await desk.presses("แก้ไข")
    assert "เดิม: 99 ถนนพหลโยธิน กรุงเทพฯ" in asked.text
    assert SAVED in (await desk.says("100 ถนนพหลโยธิน กรุงเทพฯ")).text
    await open_list(desk, "C81554", "ที่อยู่")
    await desk.presses("100 ถนน")
    await desk.presses("ลบ")
    listed = await open_list(desk, "C81554", "ที่อยู่")
    assert listed.buttons[0] == "12/34 อำเภอเมืองกระบี่ (หลัก)"
    assert len([b for b in listed.buttons if "ถนน" in b]) == 0


async def test_a_press_on_a_list_that_somebody_changed_meanwhile_shows_it_anew(desk):
    old = await open_list(desk)
    await open_list(desk, who="ton")
    await desk.presses("เพิ่มผู้ติดต่อ", who="ton")
    await desk.says("นายสอง", who="ton")
    shown = await desk.presses_token(old.token("นิดา"))
    assert "รายการเพิ่งถูกแก้ไข" in shown.text
    assert any("นายสอง" in label for label in shown.buttons)


async def test_an_edit_of_a_contact_that_somebody_changed_meanwhile_asks(desk):
    await open_list(desk)
    await desk.presses("นิดา")
    await desk.presses("แก้ไข")
    await open_list(desk, who="ton")
    await desk.presses("เพิ่มผู้ติดต่อ", who="ton")
    await desk.says("นายสอง", who="ton")
    shown = await desk.says("น.ส.นิดา ผู้ช่วยคนเดิม")
    shown = await desk.presses("บันทึก")
    assert "มีคนแก้ไขก่อนคุณ" in shown.text
    await desk.presses("บันทึกของฉันทับ")
    card = await desk.says("C70001")
    assert "น.ส.นิดา ผู้ช่วยคนเดิม" in card.text
    assert "นายสอง" in card.text


async def test_the_list_of_changes_says_who_when_and_from_what_to_what(desk):
    await desk.says("C81554")
    await desk.presses("แก้ไข")
    await desk.presses("มือถือ")
    await desk.says("0899990000")
    await desk.presses("บันทึก")
    await desk.says("C81554")
    await desk.presses("เพิ่มเติม")
    shown = await desk.presses("รายการแก้ไข")
    assert "23 พ.ย. 69 10.00 น. นก: มือถือ: - → 089-999-0000" in shown.text
    back = await desk.presses("เลิกการแก้ไขล่าสุด")
    assert "กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว" in back.text
    assert "089-999-0000" not in (await desk.says("C81554")).text
    assert "ผลลัพธ์: 0" in (await desk.says("0899990000")).text


async def test_a_customer_never_changed_has_an_empty_list(desk):
    await desk.says("C81554")
    await desk.presses("เพิ่มเติม")
    shown = await desk.presses("รายการแก้ไข")
    assert "ยังไม่มีการแก้ไข" in shown.text
    assert "เลิกการแก้ไขล่าสุด" not in shown.buttons
