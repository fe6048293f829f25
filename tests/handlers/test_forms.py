"""Half-filled forms: kept over apps and days, never filled with a new caller, never overwriting
another's work.
"""

import pytest

from domain.staff import Platform
from handlers.chat import buttons_of
from handlers.forms.engine import FORMS
from store.customers import records as customers
from store.tickets import records as tickets

SAVED = "บันทึกข้อมูลเรียบร้อย"


async def test_form_begun_in_one_app_goes_on_in_the_other(desk):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    done = await desk.says("ถามรายได้ => ตอบแล้ว ปิด", platform=Platform.LINE)
    assert SAVED in done.text
    assert await desk.count("tickets", "customer_code = 'C81554' AND status = 'closed'") == 1


@pytest.mark.parametrize(
    "text", ["C90210", "0800009001", "kamon@example.ac.th", "เมนู", "/my", "หา สัญญา"]
)
async def test_new_caller_or_command_breaks_out_and_the_form_is_offered_again(desk, text):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    answer = await desk.says(text)
    assert "พักร่างไว้" in answer.text
    assert await desk.count("tickets") == 0
    form = await desk.presses("ทำต่อ")
    assert "C81554" in form.text
    done = await desk.says("ถามรายได้")
    assert SAVED in done.text
    assert await desk.count("tickets", "details = 'ถามรายได้' AND customer_code = 'C81554'") == 1


async def test_ticket_number_breaks_out_too(desk):
    await desk.says("/open C81554 โทร 1.1 ใบแรก")
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    answer = await desk.says("r2611000124")
    assert "ใบแรก" in answer.text
    assert "พักร่างไว้" in answer.text


async def test_telephone_answers_a_form_that_asks_for_one(desk):
    await desk.says("/new นายอาทิตย์ ทดสอบ")
    await desk.presses("ประชาสังคม")
    asked = await desk.says("0800009001")
    assert "ผู้รับบริการใหม่ · นายอาทิตย์ ทดสอบ" in asked.text
    assert "ที่อยู่" in (await desk.presses("สร้างรายใหม่")).text
    assert "พักร่างไว้" not in asked.text


async def test_text_after_half_an_hour_is_asked_about(desk):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    desk.wait(minutes=31)
    asked = await desk.says("สมชาย")
    assert asked.buttons == ["ใส่เป็นรายละเอียด", "ค้นหาใหม่", "ยกเลิก"]
    assert await desk.count("tickets") == 0
    done = await desk.presses("ใส่เป็นรายละเอียด")
    assert SAVED in done.text
    assert await desk.count("tickets", "details = 'สมชาย'") == 1


async def test_text_after_half_an_hour_may_be_a_search(desk):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    desk.wait(days=1)
    await desk.says("สมชาย")
    found = await desk.presses("ค้นหาใหม่")
    assert "ผลลัพธ์: 2" in found.text


async def test_cancel_keeps_nothing(desk):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    answer = await desk.says("ยกเลิก")
    assert "ยกเลิกแล้ว" in answer.text
    row = await desk.db.fetch_one("SELECT state, data FROM forms")
    assert (row["state"], row["data"]) == ("cancelled", "{}")
    assert "ไม่มีร่าง" in (await desk.says("/cancel")).text


async def test_nine_is_unknown_only_in_a_required_field_and_never_stored_as_text(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.presses("ปิดใบงาน")
    done = await desk.says("๙")
    assert "ปิดแล้ว" in done.text
    row = await desk.db.fetch_one("SELECT result, unknown FROM tickets")
    assert (row["result"], row["unknown"]) == ("", "result")


async def test_a_value_given_later_is_no_longer_unknown(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.presses("ปิดใบงาน")
    await desk.says("9")
    await desk.presses("แก้ไข")
    await desk.presses("ผลของการให้บริการ")
    await desk.says("ตอบแล้ว")
    await desk.presses("บันทึก")
    row = await desk.db.fetch_one("SELECT result, unknown FROM tickets")
    assert (row["result"], row["unknown"]) == ("ตอบแล้ว", "")


async def test_what_was_typed_is_kept_when_a_field_refuses(desk):
    await desk.says("/new นายอาทิตย์ ทดสอบ")
    await desk.presses("ประชาสังคม")
    refused = await desk.says("ยังไม่ได้ถามเลย")
    assert "พิมพ์เบอร์โทรหรืออีเมล เช่น" in refused.text
    assert "นายอาทิตย์ ทดสอบ" in refused.text


@pytest.mark.parametrize("kind", ["sticker", "photo"])
async def test_sticker_for_an_answer_asks_again(desk, kind):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    answer = await desk.sends("attachment", kind)
    assert "⚠️" in answer.text
    assert "C81554" in answer.text
    assert SAVED in (await desk.says("ถามรายได้")).text


async def test_second_officer_sees_what_changed_before_anything_is_overwritten(desk):
    await desk.says("/open C81554 โทร 1.1 คำถามเดิม")
    await desk.presses("แก้ไข")
    await desk.presses("รายละเอียด")
    await desk.says("ของนก")
    await desk.says("R2611000124", who="ton")
    await desk.presses("แก้ไข", who="ton")
    await desk.presses("รายละเอียด", who="ton")
    await desk.says("ของต้น", who="ton")
    assert SAVED in (await desk.presses("บันทึก", who="ton")).text
    shown = await desk.presses_token(desk.last["telegram:nok"].token("บันทึก"))
    assert "มีคนแก้ไขก่อนคุณ" in shown.text
    assert "คำถามเดิม → ของต้น" in shown.text
    assert await desk.count("tickets", "details = 'ของต้น'") == 1
    assert SAVED in (await desk.presses("บันทึกของฉันทับ")).text
    assert await desk.count("tickets", "details = 'ของนก'") == 1


async def test_closing_a_ticket_that_a_colleague_closed_shows_who_and_when(desk):
    await desk.says("/open C81554 โทร 1.1 คำถาม")
    asked = await desk.presses("ปิดใบงาน")
    assert "ผลของการให้บริการ" in asked.text
    await desk.says("ปิดใบงาน R2611000124 ต้นตอบแล้ว", who="ton")
    shown = await desk.says("นกตอบแล้ว")
    assert "คุณต้นปิดใบงาน R2611000124 แล้วเมื่อ 10.00 น." in shown.text
    assert await desk.count("tickets", "result = 'ต้นตอบแล้ว'") == 1


async def test_save_button_of_an_older_card_shows_the_present_draft_instead(desk):
    await desk.says("/open C81554 โทร 1.1 คำถาม")
    await desk.presses("แก้ไข")
    await desk.presses("รายละเอียด")
    await desk.says("แก้ครั้งแรก")
    old = desk.last["telegram:nok"].token("บันทึก")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("เหตุผล")
    await desk.says("มีปัญหา")
    shown = await desk.presses_token(old)
    assert SAVED not in shown.text
    assert "มีปัญหา" in shown.text
    assert SAVED in (await desk.presses("บันทึก")).text


async def test_form_already_saved_says_so(desk):
    await desk.says("C81554")
    form = await desk.presses("สร้างใบงาน")
    await desk.says("ถามรายได้")
    answer = await desk.presses_token(form.token("ช่องทาง"))
    assert "บันทึกแล้วเป็น R2611000124" in answer.text
    assert await desk.count("tickets") == 1


async def test_parked_drafts_are_listed_with_my_tickets(desk):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    await desk.says("C90210")
    await desk.presses("สร้างใบงาน")
    mine = await desk.says("ใบงานของฉัน")
    assert "ร่างที่พักไว้ (1)" in str(mine.buttons)
    listed = await desk.presses("ร่างที่พักไว้")
    assert len(listed.buttons) == 2
    form = await desk.presses("C81554")
    assert "C81554" in form.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31 ก.พ. 63", "ไม่มีวันที่"),
        ("1/1/2653", "ไม่มีวันที่"),
        ("พรุ่งนี้", "ยังไม่ถึง"),
        ("ไม่รู้", "ไม่เข้าใจวันที่"),
    ],
)
async def test_bad_dates_get_one_clear_sentence(desk, text, sentence):
    await desk.says("/open C81554 โทร 1.1 คำถาม")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("วันที่ในใบเสร็จ")
    refused = await desk.says(text)
    assert sentence in refused.text


async def test_text_while_only_taps_mean_the_form_is_a_search(desk):
    await desk.says("/open C81554 โทร 1.1 คำถาม")
    await desk.presses("แก้ไข")
    answer = await desk.says("กมลชนก")
    assert "C70001" in answer.text
    assert "พักร่างไว้" in answer.text


async def test_a_list_of_all_fields_reads_its_ticket_and_customer_once(desk, monkeypatch):
    await desk.says("/open C81554 โทร 6.1 รายได้ครัวเรือน")
    await desk.chooses("แก้ไข")
    read = []

    def counted(name, real):
        async def counting(db, key):
            read.append(name)
            return await real(db, key)

        return counting

    monkeypatch.setattr(tickets, "find_ticket", counted("ticket", tickets.find_ticket))
    monkeypatch.setattr(customers, "get_customer", counted("customer", customers.get_customer))
    assert "นายสมชาย ใจดี" in (await desk.presses("ช่องทั้งหมด")).text
    assert sorted(read) == ["customer", "ticket"]


QUESTIONS = [
    (form.kind, field) for form in FORMS.values() for field in form.fields.values() if field.hint
]


@pytest.mark.parametrize(
    ("kind", "field"), QUESTIONS, ids=[f"{kind}.{field.name}" for kind, field in QUESTIONS]
)
def test_every_hint_says_what_to_do_so_that_it_is_a_question_alone_and_behind_a_choice(kind, field):
    """`เลือกเรื่อง หรือพิมพ์รหัสหรือคำในชื่อเรื่อง`, `พิมพ์ราคา เช่น 1,500`: never `เลือกราคา (พิมพ์…)`."""
    assert field.hint.startswith(("พิมพ์", "วาง"))


@pytest.mark.parametrize(
    ("field", "question"),
    [
        ("ราคา", "พิมพ์ราคา เช่น 1,500 (เก้าบาทพิมพ์ 9 บาท)"),
        ("วันที่ในใบเสร็จ", "พิมพ์วันที่ในใบเสร็จ เช่น 19 ก.พ. 69"),
        ("เลขที่สัญญา", "พิมพ์เลขที่สัญญา เช่น 81/2569"),
        ("ประจำเดือน", "พิมพ์เดือน เช่น ต.ค. 69"),
        ("ช่องทาง", "เลือกช่องทาง"),
        ("เรื่อง", "เลือกเรื่อง หรือพิมพ์รหัสหรือคำในชื่อเรื่อง"),
        ("ผู้รับผิดชอบ", "เลือกผู้รับผิดชอบ หรือพิมพ์ชื่อหรือชื่อทีม"),
        ("ผู้รับบริการ", "พิมพ์ชื่อผู้รับบริการ เบอร์โทร อีเมล หรือรหัส"),
        ("ผู้ติดต่อ", "ยังไม่มีผู้ติดต่อให้เลือก"),
    ],
)
async def test_what_is_typed_is_not_chosen_and_nothing_is_chosen_where_there_is_no_choice(
    desk, field, question
):
    await desk.says("/open")
    await desk.presses("ช่องอื่น ๆ")
    every = (await desk.presses("ช่องทั้งหมด")).replies[0].parts[0]
    token = next(button.token for button in buttons_of(every) if button.label == field)
    assert (await desk.presses_token(token)).text.endswith(question)


async def test_a_channel_that_does_not_fit_is_nothing_missing(desk):
    asked = await desk.says("/open C81554 โทร 6.4 ขอสถิติเด็ก => ส่งแล้ว ปิด")
    assert "ปกติไม่ใช้ช่องทาง โทรศัพท์" in asked.text
    assert asked.text.endswith("เลือกช่องทางของเรื่องนี้")
    assert "ยังขาด" not in asked.text
    await desk.says("ยกเลิก")
    several = await desk.says("/open โทร 6.4 ขอสถิติเด็ก => ส่งแล้ว ปิด")
    assert "ผู้รับบริการ" in several.text
    assert "ยังขาด" not in several.text


async def test_a_date_that_cannot_be_is_nothing_missing(desk):
    await desk.says("/open C81554 มาเอง 4.1 ขอหนังสือ => ขายแล้ว")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("เลขที่ใบเสร็จ")
    refused = await desk.says("12/345 19 พ.ย. 69")
    assert "อยู่ก่อนวันที่สร้างใบงาน" in refused.text
    assert "ยังขาด" not in refused.text
