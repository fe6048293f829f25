"""Buttons: who may press, once, until when, and what a late press gets."""

SAVED = "บันทึกข้อมูลเรียบร้อย"


async def closed_ticket(desk):
    return await desk.says("/open C81554 โทร 1.1 คำถาม => ตอบแล้ว ปิด")


async def test_second_press_changes_nothing_and_shows_the_present_state(desk):
    token = (await closed_ticket(desk)).token("เปิดใบงานอีกครั้ง")
    assert SAVED in (await desk.presses_token(token)).text
    again = await desk.presses_token(token)
    assert SAVED not in again.text
    assert "R2611000124" in again.text
    assert await desk.count("changes", "field = 'status' AND new_value = 'open'") == 1


async def test_button_on_a_ticket_that_changed_shows_how_it_is_now(desk):
    token = (await closed_ticket(desk)).token("เปิดใบงานอีกครั้ง")
    await desk.says("R2611000124", who="ton")
    await desk.presses("แก้ไข", who="ton")
    await desk.presses("รายละเอียด", who="ton")
    await desk.says("แก้คำถาม", who="ton")
    await desk.presses("บันทึก", who="ton")
    answer = await desk.presses_token(token)
    assert "คุณต้นแก้ไขใบงาน" in answer.text
    assert await desk.count("tickets", "status = 'closed'") == 1


async def test_button_of_another_person_is_refused(desk):
    token = (await closed_ticket(desk)).token("เปิดใบงานอีกครั้ง")
    answer = await desk.presses_token(token, who="ton")
    assert "ของเจ้าหน้าที่คนอื่น" in answer.text
    assert await desk.count("tickets", "status = 'closed'") == 1


async def test_button_past_its_time_is_refused(desk):
    token = (await closed_ticket(desk)).token("เปิดใบงานอีกครั้ง")
    desk.wait(days=31)
    assert "หมดอายุ" in (await desk.presses_token(token)).text
    assert await desk.count("tickets", "status = 'closed'") == 1


async def test_unknown_token_is_refused(desk):
    assert "หมดอายุ" in (await desk.presses_token("made-up")).text


async def test_text_equal_to_a_token_is_only_text(desk):
    token = (await closed_ticket(desk)).token("เปิดใบงานอีกครั้ง")
    answer = await desk.says(token)
    assert "ผลลัพธ์: 0" in answer.text
    assert await desk.count("tickets", "status = 'closed'") == 1


async def test_rights_are_checked_at_the_press(desk):
    listed = await desk.says("เจ้าหน้าที่", who="may")
    token = listed.token("ต้น")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE name = 'เมย์'")
    )
    answer = await desk.presses_token(token, who="may")
    assert "เฉพาะผู้ดูแลระบบ" in answer.text
