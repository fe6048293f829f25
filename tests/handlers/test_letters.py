"""Letters in the customer's own language, with the days of the facts: guessed from the register,
switched on the draft, and remembered.
"""

from collections.abc import Iterator

import pytest

from bot.mail.adapter import MailAdapter
from bot.mail.server import Encryption, MailServer
from bot.platform import Adapter
from tests.fakes.smtp import FakeSmtp

pytestmark = pytest.mark.usefixtures("quiet_mornings")

KAMON, SOMCHAI = "C70001", "C81554"


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def mailer(smtp: FakeSmtp) -> Adapter:
    return MailAdapter(
        MailServer("127.0.0.1", smtp.port, Encryption.NONE), "กลุ่มบริการ", "services@nso.example"
    )


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
    await sent_contract(desk)
    closed = "UPDATE tickets SET closed_at = '2026-11-02T03:00:00.000000Z' WHERE subject = '7.9'"
    await desk.db.write(lambda tx: tx.execute(closed))
    await reminded(desk)
    assert "จัดส่งเมื่อวันที่ 2 พฤศจิกายน 2569" in (await desk.presses("ส่งอีเมลติดตาม")).text


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
