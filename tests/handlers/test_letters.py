"""Letters in the customer's own language, with the days of the facts: guessed from the register,
switched on the draft, and remembered.
"""

import csv

import pytest

from bot.platform import Adapter
from bot.tables.report import export_file
from domain.staff import Platform
from domain.tables.tables import RecordOutcome, Register
from store.tables.tables import staged
from store.tables.transfer import import_table
from tests.fakes.office import OFFICE
from tests.fakes.smtp import FakeSmtp, mail_adapter

pytestmark = pytest.mark.usefixtures("quiet_mornings")

KAMON, SOMCHAI = "C70001", "C81554"


@pytest.fixture
def mailer(smtp: FakeSmtp) -> Adapter:
    return mail_adapter(smtp)


async def renamed(desk, code, name):
    await desk.says(f"แก้ไข {code} ชื่อ {name}")


async def answer(desk, code=SOMCHAI, details="รายได้ครัวเรือนกระบี่ 2560", result="26,946 บาท"):
    await desk.says(f"/open {code} อีเมล 1.1 {details} => {result}")
    return await desk.presses("ตอบทางอีเมล")


async def sent_contract(desk, code=KAMON, more="สรง. 2559-2560 ไตรมาส 1-4"):
    await desk.says(f"/open {code} เมล 7.9 ส่งข้อมูล {more} => ส่งแล้ว ปิด")


async def reminded(desk, days=15):
    """A morning later, the last message of which is the reminder."""
    desk.wait(days=days)
    await desk.tick()
    told = desk.told("nok")
    told.replies = told.replies[-1:]
    desk.last["telegram:nok"] = told
    return told


async def test_who_has_a_latin_name_is_written_to_in_english_whatever_the_officer_typed(desk):
    await renamed(desk, SOMCHAI, "John Smith")
    shown = await answer(desk)
    assert "ภาษาของจดหมาย: อังกฤษ" in shown.text
    assert "Dear John Smith,\n\nThank you for your enquiry of 23 November 2026." in shown.text
    assert "ไทย" in shown.buttons


async def test_who_has_a_thai_name_is_written_to_in_thai_whatever_the_officer_speaks(desk):
    await desk.says("/language")
    await desk.presses("English")
    await desk.says(f"/open {SOMCHAI} email 1.1 household income 2017 => 26,946 baht")
    shown = await desk.presses("Answer by e-mail")
    assert "เรียน นายสมชาย ใจดี" in shown.text
    assert "เมื่อวันที่ 23 พฤศจิกายน 2569" in shown.text


async def test_the_draft_is_switched_as_a_whole_and_the_language_is_remembered(desk, smtp):
    await answer(desk)
    shown = await desk.presses("English")
    assert "ภาษาของจดหมาย: อังกฤษ (จำไว้กับ C81554 แล้ว)" in shown.text
    assert "Your enquiry to the National Statistical Office" in shown.text
    assert "Dear Mr. สมชาย ใจดี,\n\nThank you for your enquiry of 23 November 2026." in shown.text
    assert "เรียน" not in shown.text
    assert "26,946 บาท" in shown.text
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails[0].body.startswith("Dear Mr. สมชาย ใจดี,")
    assert await desk.count("audit", "action = 'customer.changed' AND record = ?", SOMCHAI) == 1
    assert "Dear Mr. สมชาย ใจดี," in (await answer(desk)).text
    assert "ภาษาของจดหมาย: อังกฤษ" in (await desk.says(SOMCHAI)).text


async def test_the_language_is_taken_back_like_any_change_of_the_customer(desk):
    await answer(desk)
    await desk.presses("English")
    await desk.says(SOMCHAI)
    await desk.chooses("รายการแก้ไข")
    listed = desk.last["telegram:nok"]
    assert "ภาษาของจดหมาย: - → อังกฤษ" in listed.text
    await desk.presses("เลิกการแก้ไขล่าสุด")
    assert "เรียน นายสมชาย ใจดี" in (await answer(desk)).text


async def test_it_is_typed_as_a_field_of_the_customer(desk):
    await desk.says(f"แก้ไข {SOMCHAI} ภาษา อังกฤษ")
    assert "Dear Mr. สมชาย ใจดี," in (await answer(desk)).text
    await desk.presses("ไทย")
    assert "ภาษาของจดหมาย: ไทย" in (await desk.says(SOMCHAI)).text


async def test_what_was_edited_comes_back_with_its_language(desk):
    await sent_contract(desk)
    await reminded(desk)
    await desk.presses("ส่งอีเมลติดตาม")
    await desk.presses("แก้ข้อความ")
    await desk.says("ขอสัญญาคืนด้วย")
    shown = await desk.presses("English")
    assert "We have not yet received the signed contract." in shown.text
    assert "ขอสัญญาคืนด้วย" not in shown.text
    shown = await desk.presses("ไทย")
    assert "ขอสัญญาคืนด้วย" in shown.text
    assert "We have not" not in shown.text


async def test_the_officers_own_answer_has_no_language_and_stays(desk):
    await answer(desk)
    await desk.presses("แก้ข้อความ")
    await desk.says("27,000 บาท")
    assert "\n\n27,000 บาท\n\n" in (await desk.presses("English")).text
    assert "\n\n27,000 บาท\n\n" in (await desk.presses("ไทย")).text


async def test_everything_in_a_reminder_is_in_its_language(desk):
    await sent_contract(desk)
    await reminded(desk)
    shown = await desk.presses("ส่งอีเมลติดตาม")
    assert "สำรวจภาวะการทำงานของประชากร ไตรมาส 1-4 พ.ศ. 2559-2560" in shown.text
    assert "จัดส่งเมื่อวันที่ 23 พฤศจิกายน 2569" in shown.text
    shown = await desk.presses("English")
    assert "Survey: Labour Force Survey Q1-4 2016-2017" in shown.text
    assert "Sent on 23 November 2026" in shown.text
    assert "Dear Asst. Prof. Dr. กมลชนก รัตนพิทักษ์," in shown.text
    assert "พ.ศ." not in shown.text


async def test_a_reminder_names_the_day_of_the_fact_and_not_of_the_typing(desk):
    await desk.says(f"/open {KAMON} เมล 7.9 วันที่ 12 พ.ย. 69 ส่งข้อมูล => ส่งแล้ว ปิด")
    if not await desk.count("tickets", "status = 'closed'"):
        await desk.presses("บันทึก")
    await reminded(desk, days=4)
    shown = await desk.presses("ส่งอีเมลติดตาม")
    assert "จัดส่งเมื่อวันที่ 12 พฤศจิกายน 2569" in shown.text
    assert "Sent on 12 November 2026" in (await desk.presses("English")).text


async def test_who_has_no_latin_name_is_greeted_as_the_officer_writes_it(desk, smtp):
    await answer(desk)
    shown = await desk.presses("English")
    assert "ทะเบียนไม่มีชื่อภาษาอังกฤษของผู้รับ" in shown.text
    await desk.presses("คำขึ้นต้น")
    shown = await desk.says("Dear Mr. Somchai Jaidee,")
    assert "Dear Mr. Somchai Jaidee,\n\nThank you" in shown.text
    assert "ทะเบียนไม่มีชื่อ" not in shown.text
    assert "เรียน นายสมชาย ใจดี\n\nตามที่" in (await desk.presses("ไทย")).text
    await desk.presses("English")
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert smtp.mails[0].body.startswith("Dear Mr. Somchai Jaidee,\n\nThank you")


async def test_the_english_name_of_the_register_stands_in_english_letters(desk):
    await desk.says(f"แก้ไข {SOMCHAI} ชื่ออังกฤษ Dr. Somchai Jaidee")
    await answer(desk)
    shown = await desk.presses("English")
    assert "Dear Dr. Somchai Jaidee,\n\nThank you" in shown.text
    assert "ทะเบียนไม่มีชื่อ" not in shown.text
    assert "เรียน นายสมชาย ใจดี\n\n" in (await desk.presses("ไทย")).text


# One letter for all that one person owes.


async def owes(desk, code, *subjects):
    for subject in subjects:
        await desk.says(f"/open {code} เมล {subject} เรื่อง {subject} สรง. 2560 => แจ้งแล้ว ปิด")


def tickets_of(desk, subject):
    return desk.count("tickets", "subject = ? AND status = 'closed'", subject)


async def asked(desk, chased=1):
    return await desk.count("owed", "chased = ?", chased)


async def test_one_letter_asks_for_all_that_one_person_owes(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    shown = await desk.presses("1 ติดตาม")
    assert "รวมทุกเรื่องที่ค้างของผู้รับนี้ 2 เรื่องไว้ในฉบับเดียว" in shown.text
    assert "เรียน ผศ.ดร.กมลชนก รัตนพิทักษ์\n" in shown.text
    assert "1. หลักฐานการโอนเงินตามใบเสนอราคา" in shown.text
    assert "2. สัญญาการใช้ข้อมูลระดับย่อยที่ลงนามแล้ว" in shown.text
    done = await desk.presses("ส่ง")
    assert "8.2" in done.text
    assert "7.11" in done.text
    assert (await tickets_of(desk, "8.2"), await tickets_of(desk, "7.11")) == (2, 1)
    assert await asked(desk) == 2
    await desk.mails_go()
    (letter,) = smtp.mails
    assert letter.subject.endswith("ขอติดตามเรื่องที่รอการดำเนินการจากท่าน จำนวน 2 เรื่อง")
    assert done.text.count("✉️") == 2


async def test_each_things_ticket_shows_the_letter(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    await desk.presses("1 ติดตาม")
    await desk.presses("ส่ง")
    await desk.mails_go()
    (first, second) = [
        row["no"] for row in await desk.db.fetch("SELECT no FROM tickets ORDER BY no DESC LIMIT 2")
    ]
    for no in (first, second):
        assert "อีเมล: ส่งแล้ว" in (await desk.says(no)).text


async def test_it_is_one_letter_in_english_too(desk):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    await desk.presses("1 ติดตาม")
    shown = await desk.presses("English")
    assert "2 matters awaiting your reply" in shown.text
    assert "1. The evidence of payment for our quotation" in shown.text
    assert "   Survey: Labour Force Survey 2017\n" in shown.text
    assert "Data and contract sent on 23 November 2026" in shown.text


async def test_parted_it_is_one_letter_each_one_after_the_other(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    await desk.presses("1 ติดตาม")
    shown = await desk.presses("แยกฉบับ")
    assert "เหลืออีก 1 ฉบับ" in shown.text
    assert "แยกฉบับ" not in shown.buttons
    assert "สัญญา" not in shown.text
    await desk.presses("ส่ง")
    assert await asked(desk) == 1
    shown = await desk.presses("ร่างฉบับต่อไป")
    assert "ขอให้ส่งสัญญาการใช้ข้อมูลระดับย่อย" in shown.text
    done = await desk.presses("ส่ง")
    assert "ร่างฉบับต่อไป" not in done.buttons
    assert await asked(desk) == 2
    await desk.mails_go()
    subjects = [letter.subject for letter in smtp.mails]
    assert len({subject[:13] for subject in subjects}) == 2


async def test_the_next_letters_button_pressed_once_more_drafts_one_that_can_be_sent(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    await desk.presses("1 ติดตาม")
    await desk.presses("แยกฉบับ")
    following = (await desk.presses("ส่ง")).token("ร่างฉบับต่อไป")
    for times in (1, 2):
        shown = await desk.presses_token(following)
        assert "ขอให้ส่งสัญญาการใช้ข้อมูลระดับย่อย" in shown.text
        assert "กำลังส่งอีเมล" in (await desk.presses("ส่ง")).text
        assert await desk.count("owed", "rule = 'contract' AND chased = ?", times) == 1
    await desk.mails_go()
    assert len({letter.subject[:13] for letter in smtp.mails}) == 3


async def test_what_is_not_due_put_off_or_asked_for_just_now_is_left_out(desk):
    await owes(desk, KAMON, "8.2")
    desk.wait(days=10)
    await owes(desk, KAMON, "7.9")
    await reminded(desk, days=5)
    shown = await desk.presses("ส่งอีเมลติดตาม")
    assert "ขอหลักฐานการชำระเงินตามใบเสนอราคา" in shown.text
    await desk.presses("ส่ง")
    shown = await reminded(desk, days=10)
    assert "สัญญาคืน" in shown.text
    shown = await desk.presses("ติดตาม")
    assert "ขอให้ส่งสัญญาการใช้ข้อมูลระดับย่อย" in shown.text
    assert "แยกฉบับ" not in shown.buttons


async def test_two_people_of_one_organisation_get_a_letter_each(desk, smtp):
    await desk.says("แก้ไข C90210 ประเภท หน่วยงานเอกชน")
    for n, name in enumerate(("นางสาวมาลี ดีมาก", "Jane Doe"), 1):
        await desk.says("C90210")
        await desk.chooses("ผู้ติดต่อ")
        await desk.presses("เพิ่มผู้ติดต่อ")
        await desk.says(f"{name} person{n}@example.com")
    contacts = await desk.db.fetch("SELECT id, name FROM contacts WHERE customer_code = 'C90210'")
    for n, _row in enumerate(contacts, 1):
        await desk.says(
            f"/open C90210 หนังสือ 7.4 ขอข้อมูล สรง. 2560 สัญญา {n}/2569 512 2 พ.ย. 69 => ส่งแล้ว"
        )
        await desk.says(f"/open C90210 เมล 7.9 ส่งข้อมูล สัญญา {n}/2569 => ส่งแล้ว ปิด")

    async def name_them(tx):
        for n, row in enumerate(contacts, 1):
            await tx.execute(
                "UPDATE contracts SET contact_id = ? WHERE no = ?", row["id"], f"{n}/2569"
            )

    await desk.db.write(name_them)
    assert await desk.count("owed") == 2
    await reminded(desk)
    shown = await desk.presses("1 ติดตาม")
    assert "แยกฉบับ" not in shown.buttons
    assert "เรียน นางสาวมาลี ดีมาก" in shown.text
    assert "person1@example.com" in shown.text
    token = desk.told("nok").token("2 ติดตาม")
    shown = await desk.presses_token(token)
    assert "Dear Jane Doe," in shown.text
    assert "person2@example.com" in shown.text
    # What is chosen for one of them holds for her alone, and stands with her.
    assert "เรียน คุณ Jane Doe" in (await desk.presses("ไทย")).text
    assert "Jane Doe · person2@example.com · ภาษาของจดหมาย ไทย" in (await desk.says("C90210")).text
    assert "เรียน คุณ Jane Doe" in (await desk.presses_token(token)).text
    first = await desk.presses_token(desk.told("nok").token("1 ติดตาม"))
    assert "เรียน นางสาวมาลี ดีมาก" in first.text
    await desk.presses("English")
    assert "เรียน คุณ Jane Doe" in (await desk.presses_token(token)).text
    await desk.says("C90210")
    await desk.chooses("รายการแก้ไข")
    assert "Jane Doe person2@example.com ไทย" in desk.last["telegram:nok"].text


async def test_one_person_with_a_thai_and_an_english_record_gets_one_letter(desk):
    await renamed(desk, SOMCHAI, "Kamonchanok Rattanapitak")
    await desk.says(f"แก้ไข {SOMCHAI} อีเมล Kamon@example.ac.th")
    await owes(desk, KAMON, "7.9")
    await owes(desk, SOMCHAI, "8.2")
    await reminded(desk)
    shown = await desk.presses("1 ติดตาม")
    assert "เรื่องไว้ในฉบับเดียว" in shown.text
    await desk.presses("English")
    assert await desk.count("customers", "letter_language = 'en'") == 2
    for code in (KAMON, SOMCHAI):
        assert await desk.count("audit", "action = 'customer.read' AND record = ?", code)
    await desk.presses("ส่ง")
    assert await desk.count("tickets", "subject = '7.11' AND customer_code = ?", KAMON) == 1
    assert await desk.count("tickets", "subject = '8.2' AND customer_code = ?", SOMCHAI) == 2


async def test_two_people_with_one_address_get_a_letter_each(desk):
    await desk.says(f"แก้ไข {SOMCHAI} อีเมล kamon@example.ac.th")
    await owes(desk, KAMON, "7.9")
    await owes(desk, SOMCHAI, "8.2")
    await reminded(desk)
    assert "แยกฉบับ" not in (await desk.presses("1 ติดตาม")).buttons


async def test_what_was_received_meanwhile_is_left_out_before_it_goes(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    press = (await desk.presses("1 ติดตาม")).token("ส่ง")
    await desk.says(f"/open {KAMON} เมล 7.10 สัญญากลับมา => ได้รับแล้ว ปิด", who="ton")
    shown = await desk.presses_token(press)
    assert "จึงตัดออกจากฉบับนี้" in shown.text
    assert "สัญญา" not in shown.text.replace("สัญญาการ", "")
    await desk.presses("ส่ง")
    await desk.mails_go()
    (letter,) = smtp.mails
    assert letter.subject.endswith("ขอหลักฐานการชำระเงินตามใบเสนอราคา")


async def test_what_is_all_received_meanwhile_is_sent_only_if_that_is_confirmed(desk, smtp):
    await owes(desk, KAMON, "7.9")
    await reminded(desk)
    press = (await desk.presses("ส่งอีเมลติดตาม")).token("ส่ง")
    await desk.says(f"/open {KAMON} เมล 7.10 สัญญากลับมา => ได้รับแล้ว ปิด", who="ton")
    shown = await desk.presses_token(press)
    assert "ไม่ต้องส่งฉบับนี้" in shown.text
    await desk.mails_go()
    assert smtp.mails == []
    await desk.presses("ยืนยันส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 1


async def test_what_is_somebody_elses_by_now_goes_to_nobody_unconfirmed(desk, smtp):
    await owes(desk, SOMCHAI, "7.9")
    await reminded(desk)
    press = (await desk.presses("ส่งอีเมลติดตาม")).token("ส่ง")
    await desk.says(f"แก้ไข R2611000124 ผู้รับบริการ {KAMON}", who="ton")
    assert await desk.count("requests", "customer_code = ?", KAMON) == 1
    shown = await desk.presses_token(press)
    assert f"เรื่องนี้เป็นของ {KAMON} แล้ว" in shown.text
    assert "ยืนยันส่ง" in shown.buttons
    await desk.mails_go()
    assert smtp.mails == []


async def test_one_letter_that_comes_back_counts_for_none_of_its_things(desk, smtp):
    smtp.fails("rcpt", "550 5.1.1 no")
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    await desk.presses("1 ติดตาม")
    await desk.presses("ส่ง")
    await desk.mails_go()
    told = desk.told("nok")
    assert told.text.count("ไม่สำเร็จ") == 1
    assert "⚠️ อีเมลติดตามส่งไม่ถึง 1 ฉบับ" in (await desk.presses_token(told.token("ดูเรื่องที่ค้าง"))).text
    await desk.presses_token(told.token("แก้ที่อยู่"))
    shown = await desk.says("kamon2@example.ac.th")
    assert "1. หลักฐานการโอนเงิน" in shown.text
    assert "2. สัญญา" in shown.text
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert [letter.to for letter in smtp.mails] == ["kamon2@example.ac.th"]
    assert await asked(desk) == 2
    assert (await tickets_of(desk, "7.11")) == 1


async def test_a_colleague_s_letter_to_the_same_person_is_seen_before_the_second_goes(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    await desk.presses("1 ติดตาม")
    mine = (await desk.presses("แยกฉบับ")).token("ส่ง")
    await desk.says("/contracts", who="ton")
    await desk.presses("ผศ.ดร.กมลชนก", who="ton")
    await desk.presses("ส่งอีเมลติดตาม", who="ton")
    await desk.presses("แยกฉบับ", who="ton")
    await desk.presses("ส่ง", who="ton")
    warned = await desk.presses_token(mine)
    assert "มีอีเมลอีกฉบับสั่งส่งไปหลังจากร่างนี้" in warned.text
    assert "📮 ผู้รับนี้ได้จดหมายติดตามแล้ว 1 ฉบับใน 10 วัน" in warned.text
    await desk.mails_go()
    assert len(smtp.mails) == 1
    await desk.presses("ส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 2


async def test_on_line_it_is_the_same(desk, smtp):
    await owes(desk, KAMON, "8.2", "7.9")
    await reminded(desk)
    desk.last["line:nok"] = desk.last["telegram:nok"]
    shown = await desk.presses("1 ติดตาม", platform=Platform.LINE)
    assert "2 เรื่องไว้ในฉบับเดียว" in shown.text
    assert "Dear" in (await desk.presses("English", platform=Platform.LINE)).text
    await desk.presses("ส่ง", platform=Platform.LINE)
    await desk.mails_go()
    assert len(smtp.mails) == 1


# The language among the fields of a customer.


async def test_a_merge_takes_the_language_over_and_its_undoing_gives_it_back(desk):
    await desk.says(f"แก้ไข {SOMCHAI} ภาษา อังกฤษ")
    await desk.says(f"/merge {KAMON} {SOMCHAI}", who="may")
    await desk.presses(f"เก็บ {KAMON} แทน", who="may")
    await desk.presses(f"รวมเป็น {KAMON}", who="may")
    language = "letter_language = 'en' AND code = ?"
    assert await desk.count("customers", language, KAMON) == 1
    await desk.presses("ยกเลิกการรวม", who="may")
    await desk.presses("ยืนยันยกเลิกการรวม", who="may")
    assert await desk.count("customers", language, KAMON) == 0
    assert await desk.count("customers", language, SOMCHAI) == 1


async def test_a_table_brings_the_language_in_and_takes_it_out(desk, tmp_path):
    came = tmp_path / "in.csv"
    came.write_text(f"รหัส,ชื่อ,ภาษาของจดหมาย\n{SOMCHAI},,English\n{KAMON},,ไทย\n", "utf-8")
    with staged(came, Register.CUSTOMERS) as table:
        counts = await import_table(desk.db, OFFICE, Register.CUSTOMERS, table, desk.now)
    assert counts.rejected == 0
    assert "Dear Mr. สมชาย ใจดี," in (await answer(desk)).text
    out = tmp_path / "out.csv"
    await export_file(desk.db, OFFICE, Register.CUSTOMERS, out, desk.now)
    rows = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    languages = {row["code"]: row["letter_language"] for row in rows}
    assert languages[SOMCHAI] in ("อังกฤษ", "en")
    with staged(out, Register.CUSTOMERS) as table:
        counts = await import_table(desk.db, OFFICE, Register.CUSTOMERS, table, desk.now)
    assert (counts.rejected, counts.records[RecordOutcome.CHANGED]) == (0, 0)


# How many letters one person gets.


async def chased(desk, days):
    await reminded(desk, days)
    shown = await desk.presses("ติดตาม")
    await desk.presses("ส่ง")
    await desk.mails_go()
    return shown


async def test_how_many_letters_a_person_got_is_said_before_the_next(desk, smtp):
    await owes(desk, KAMON, "7.9")
    assert "📮" not in (await chased(desk, 15)).text
    shown = await chased(desk, 7)
    assert "📮 ผู้รับนี้ได้จดหมายติดตามแล้ว 1 ฉบับใน 10 วัน · ฉบับล่าสุด 8 ธ.ค. 69" in shown.text
    shown = await chased(desk, 7)
    assert "1 ฉบับใน 10 วัน · 2 ฉบับใน 30 วัน · ฉบับล่าสุด 15 ธ.ค. 69" in shown.text
    assert len(smtp.mails) == 3


async def test_beyond_the_months_letters_one_more_has_to_be_confirmed(desk, smtp):
    await owes(desk, KAMON, "7.9")
    for days in (15, 7, 7):
        await chased(desk, days)
    await reminded(desk, 7)
    assert "⚠️ ครบเกณฑ์ของเดือนแล้ว" in (await desk.presses("ติดตาม")).text
    warned = await desk.presses("ส่ง")
    assert "ครบ 3 ฉบับใน 30 วันแล้ว (เกณฑ์ 3 ฉบับ)" in warned.text
    await desk.mails_go()
    assert len(smtp.mails) == 3
    assert warned.buttons[0] == "ยืนยันส่ง"
    await desk.presses("ยืนยันส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 4


async def test_what_came_in_after_one_more_was_to_be_confirmed_is_confirmed_by_itself(desk, smtp):
    await owes(desk, KAMON, "7.9")
    for days in (15, 7, 7):
        await chased(desk, days)
    await reminded(desk, 7)
    await desk.presses("ติดตาม")
    press = (await desk.presses("ส่ง")).token("ยืนยันส่ง")
    await desk.says(f"/open {KAMON} เมล 7.10 สัญญากลับมา => ได้รับแล้ว ปิด", who="ton")
    assert "ไม่ต้องส่งฉบับนี้" in (await desk.presses_token(press)).text
    await desk.mails_go()
    assert len(smtp.mails) == 3
    await desk.presses("ยืนยันส่ง")
    await desk.mails_go()
    assert len(smtp.mails) == 4


async def test_letters_are_counted_over_merged_records_and_another_address(desk, smtp):
    await owes(desk, SOMCHAI, "7.9")
    await chased(desk, 15)
    await desk.says(f"/merge {KAMON} {SOMCHAI}", who="may")
    await desk.presses("รวม", who="may")
    await desk.says(f"แก้ไข {KAMON} อีเมล other@example.com")
    await owes(desk, KAMON, "8.2")
    await reminded(desk, 14)
    shown = await desk.presses("1 ติดตาม")
    assert "1 ฉบับใน 30 วัน" in shown.text


async def test_a_letter_that_came_back_or_was_sent_again_is_counted_once_or_not_at_all(desk, smtp):
    await owes(desk, KAMON, "7.9")
    smtp.fails("rcpt", "550 5.1.1 no")
    await chased(desk, 15)
    await reminded(desk, 7)
    assert "📮" not in (await desk.presses("ติดตาม")).text
    await desk.presses("ยกเลิก")
    await desk.presses_token(desk.told("nok").token("ลองใหม่"))
    await desk.mails_go()
    await reminded(desk, 7)
    assert "1 ฉบับใน 30 วัน" in (await desk.presses("ติดตาม")).text


class TestNotConfigured:
    @pytest.fixture
    def mailer(self) -> None:
        return None

    async def test_the_text_to_copy_is_switched_and_remembered_too(self, desk):
        await answer(desk)
        shown = await desk.presses("English")
        assert "Dear Mr. สมชาย ใจดี," in shown.text
        assert "ไทย" in shown.buttons
        assert "Dear Mr. สมชาย ใจดี," in (await answer(desk)).text

    async def test_a_reminder_to_copy_keeps_its_list(self, desk):
        await sent_contract(desk)
        await reminded(desk)
        await desk.presses("ส่งอีเมลติดตาม")
        shown = await desk.presses("English")
        assert "Signed microdata contract" in shown.text
        assert "ติดตามทางอื่นแล้ว" in shown.buttons
        assert "ดูใบงาน" not in shown.buttons, "there is none until it was sent"

    async def test_all_that_one_letter_asked_for_is_recorded_by_one_press(self, desk):
        await owes(desk, KAMON, "8.2", "7.9")
        await reminded(desk)
        shown = await desk.presses("1 ติดตาม")
        assert "1. หลักฐานการโอนเงิน" in shown.text
        await desk.presses("ติดตามทางอื่นแล้ว")
        assert await asked(desk) == 2

    async def test_looking_at_it_takes_no_number_and_the_press_takes_the_next(self, desk):
        await owes(desk, KAMON, "8.2", "7.9")
        await reminded(desk)
        given = await desk.db.fetch("SELECT * FROM counters ORDER BY 1")
        list_of_reminder = desk.last["telegram:nok"]
        for _look in range(2):
            desk.last["telegram:nok"] = list_of_reminder
            shown = await desk.presses("1 ติดตาม")
            await desk.presses("English")
            await desk.presses("ไทย")
        assert await desk.db.fetch("SELECT * FROM counters ORDER BY 1") == given
        assert "[R2611000124]" in shown.text, "the ticket with which it began to be owed"
        done = await desk.presses("ส่งเองแล้ว")
        assert "R2612000126 (8.2" in done.text or "R2612000126 (7.11" in done.text
        assert await asked(desk) == 2

    async def test_a_letter_sent_by_hand_counts_as_one_that_the_desk_sent(self, desk):
        await owes(desk, KAMON, "7.9")
        for days in (15, 7, 7):
            await sent_by_hand(desk, days)
        assert await asked(desk, 3) == 1
        await reminded(desk, 7)
        shown = await desk.presses("ติดตาม")
        assert "1 ฉบับใน 10 วัน · 3 ฉบับใน 30 วัน · ฉบับล่าสุด 22 ธ.ค. 69" in shown.text
        assert "⚠️ ครบเกณฑ์ของเดือนแล้ว" in shown.text
        warned = await desk.presses("ส่งเองแล้ว")
        assert "ครบ 3 ฉบับใน 30 วันแล้ว (เกณฑ์ 3 ฉบับ)" in warned.text
        assert await asked(desk, 3) == 1, "nothing is counted yet"
        done = await desk.presses("ยืนยันว่าส่งแล้ว")
        assert "7.11" in done.text
        assert await asked(desk, 4) == 1
        assert await desk.count("mails", "purpose = 'owed.chase'") == 4
        assert await desk.count("outbox", "platform = 'mail' AND state <> 'sent'") == 0

    async def test_a_follow_up_by_telephone_is_no_letter(self, desk):
        await owes(desk, KAMON, "7.9")
        await reminded(desk)
        await desk.presses("ติดตาม")
        await desk.presses("ติดตามทางอื่นแล้ว")
        await reminded(desk, 7)
        assert "📮" not in (await desk.presses("ติดตาม")).text

    async def test_it_is_kept_with_its_ticket_in_the_words_that_were_copied(self, desk):
        await owes(desk, KAMON, "7.9")
        copied = await sent_by_hand(desk, 15)
        (mail,) = await desk.db.fetch("SELECT ticket, subject, body, address FROM mails")
        assert mail["subject"] in copied.text
        assert mail["body"] in copied.text
        assert mail["address"] == "kamon@example.ac.th"
        (ticket,) = await desk.db.fetch(
            "SELECT subject, result FROM tickets WHERE no = ?", mail["ticket"]
        )
        assert ticket["subject"] == "7.11"
        assert ticket["result"].startswith("ส่งจดหมายเองถึง kamon@example.ac.th: ")


async def sent_by_hand(desk, days):
    """The letter as it was shown, which the officer then sent."""
    await reminded(desk, days)
    shown = await desk.presses("ติดตาม")
    await desk.presses("ส่งเองแล้ว")
    return shown
