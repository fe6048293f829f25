"""/report and questions in plain Thai, asked of the desk: the words, the taps, the tickets behind a
number, and who sees what.
"""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from domain.errors import Conflict
from handlers.desk import NotDrawn
from handlers.reports import report as reports_of_chat
from handlers.reports import sent_files
from tests.handlers.conftest import DeskUnderTest

LINES = (
    "/open C81554 โทร 6.1 ขอข้อมูลแรงงาน => ส่งตาราง ปิด",
    "/open C81554 โทร 6.1 ขอข้อมูลประชากร",
    "/open C90210 อีเมล 7.1 ขอคำปรึกษา",
)


@pytest.fixture
async def busy(desk: DeskUnderTest) -> DeskUnderTest:
    """A desk with three tickets of นก's and one of ต้น's."""
    for line in LINES:
        answer = await desk.says(line)
        assert "บันทึกข้อมูลเรียบร้อย" in answer.text
    answer = await desk.says("/open C70001 อีเมล 6.1 ขอข้อมูลรายได้", "ton")
    assert "บันทึกข้อมูลเรียบร้อย" in answer.text
    return desk


async def test_a_report_says_words_first_and_leads_to_its_tickets(busy):
    answer = await busy.says("รายงาน", "ton")
    first, second, *_rest = answer.text.splitlines()
    assert first == "📊 รายงาน · พ.ย. 69 ถึงวันนี้ (23 พ.ย. 69)"
    assert second.startswith("4 ใบ เพิ่มขึ้น จาก 1–23 ต.ค. 69 (0)")
    assert "ใบงาน: รับ 4 · ปิด 1 · ค้าง 3" in answer.text
    # Percentages of four tickets say nothing.
    assert "%" not in answer.text
    assert len(answer.buttons) <= 6
    listed = await busy.presses("ดูใบงาน", "ton")
    assert [label[:11] for label in listed.buttons[:4]] == [
        f"R2611000{number}" for number in (124, 125, 126, 127)
    ]
    assert "ขอข้อมูลแรงงาน" in (await busy.presses("R2611000124", "ton")).text


async def test_each_report_is_in_the_audit_log(busy):
    await busy.says("/report เดือนที่แล้ว", "ton")
    await busy.says("เดือนนี้ปิดกี่ใบ", "nok")
    assert await busy.count("audit", "action = 'report.drawn'") == 2


async def test_a_question_is_answered_shown_and_changed_by_taps(busy):
    answer = await busy.says("โทรศัพท์เรื่อง 6.1 เดือนนี้กี่ใบ", "ton")
    assert "📊 ใบงานที่รับ 2 ใบ" in answer.text
    told = "เข้าใจว่า: ใบงานที่รับ · เรื่อง 6.1 ข้อมูลสถิติ (ข้อมูล สสช.) · ช่องทาง โทรศัพท์ · พ.ย. 69"
    assert told in answer.text
    wider = await busy.presses("เอา โทรศัพท์ ออก", "ton")
    assert "📊 ใบงานที่รับ 3 ใบ" in wider.text
    await busy.presses("แยกตาม…", "ton")
    rows = await busy.presses("ช่องทาง", "ton")
    assert [label for label in rows.buttons if "ใบ" in label][:2] == [
        "โทรศัพท์ · 2 ใบ",
        "E-Mail · 1 ใบ",
    ]
    await busy.presses("ช่วงเวลา…", "ton")
    empty = await busy.presses("เดือนที่แล้ว", "ton")
    assert "0 ใบ" in empty.text
    assert "ไม่มีรายการ" in empty.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("เฉลี่ยวันละกี่ใบเดือนนี้", "เฉลี่ยวันละ 0.2 ใบ (23 วัน) · วันทำการละ 0.2 ใบ (16 วันทำการ)"),
        ("เฉลี่ยเดือนละกี่ใบปีงบนี้", "เฉลี่ยเดือนละ 2.3 ใบ (1.8 เดือน)"),
        ("เดือนนี้ต่างจากเดือนก่อนเท่าไร", "มากกว่า 1–23 ต.ค. 69 อยู่ 4 ใบ"),
        ("เดือนนี้น้อยกว่าปีที่แล้วไหม", "มากกว่า 1–23 พ.ย. 68 อยู่ 4 ใบ"),
        ("ต.ค. กับ ก.ย. อันไหนเยอะกว่า", "เท่ากับ ก.ย. 69"),
        ("จังหวัดไหนน้อยสุดเดือนนี้", "ไม่มีเลย 77: "),
    ],
)
async def test_averages_differences_and_the_least(busy, text, told):
    answer = await busy.says(text, "ton")
    assert told in answer.text


async def test_the_least_come_first_and_stay_so_on_other_pages(busy):
    most = await busy.says("ช่องทางไหนมากสุดเดือนนี้", "ton")
    assert most.buttons[0].startswith("E-Mail") or most.buttons[0].startswith("โทรศัพท์")
    await busy.says("/open C81554 โทร 6.1 ขอข้อมูลเด็ก", "ton")
    least = await busy.says("ช่องทางไหนน้อยสุดเดือนนี้", "ton")
    assert least.buttons[0] == "E-Mail · 2 ใบ"
    assert "ไม่มีเลย" in least.text
    await busy.presses("แยกตาม…", "ton")
    by_subject = await busy.presses("เรื่อง", "ton")
    assert by_subject.buttons[0].startswith("7.1")


async def test_what_is_not_understood_is_named_and_a_search_is_offered(busy):
    answer = await busy.says("ใบงานของทนายกี่ใบเดือนนี้", "ton")
    assert '⚠️ ไม่เข้าใจ "ทนาย" จึงไม่ได้ใช้' in answer.text
    found = await busy.presses("ค้นหา", "ton")
    assert "ผลลัพธ์: 0" in found.text


async def test_what_says_nothing_gets_the_nearest_questions(busy):
    answer = await busy.says("/report เฮงซวย", "ton")
    assert answer.text == 'ไม่เข้าใจ "เฮงซวย" ลองถามแบบนี้'
    assert len(answer.buttons) == 3
    asked = await busy.presses(answer.buttons[0], "ton")
    assert asked.text.startswith("📊")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/report ปี 2653", "ปี 2653 ไม่น่าใช่"),
        ("/report 31 ต.ค. 69 - 1 ต.ค. 69", "จบก่อนเริ่ม"),
        ("/report ปีงบ 2571", "ยังมาไม่ถึง"),
        ("/report ทีม", "📊 ใบงานที่รับ ตามทีม"),
    ],
)
async def test_one_clear_sentence(busy, text, told):
    answer = await busy.says(text, "ton")
    assert told in answer.text
    assert len(answer.replies) == 1


async def test_an_officer_sees_the_own_and_the_desks_numbers(busy):
    assert "รับ 4" in (await busy.says("รายงาน")).text
    assert "📊 ใบงานที่รับ 3 ใบ" in (await busy.says("นกรับกี่ใบเดือนนี้")).text
    refused = await busy.says("ต้นปิดกี่ใบเดือนนี้")
    assert refused.text.startswith("⚠️ ดูได้เฉพาะตัวเลขของคุณ")
    assert "ดูได้เฉพาะ" in (await busy.says("ทีมไหนปิดมากที่สุด")).text
    by_officer = await busy.says("ใครรับงานมากที่สุดเดือนนี้")
    assert by_officer.buttons[0] == "นก · 3 ใบ"
    assert not any("ต้น" in label for label in by_officer.buttons)
    listed = await busy.presses("ดูใบงาน")
    assert "แสดงเฉพาะใบงานของคุณ" in listed.text
    assert sum(label.startswith("R26") for label in listed.buttons) == 3


async def test_rights_are_asked_at_the_press(busy):
    await busy.says("ต้นรับกี่ใบเดือนนี้", "ton")
    token = busy.last["telegram:ton"].token("ดูใบงาน")
    await busy.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE name = 'ต้น'")
    )
    await busy.says("นกรับกี่ใบเดือนนี้", "ton")
    assert "ดูได้เฉพาะตัวเลขของคุณ" in busy.last["telegram:ton"].text
    assert "R2611000127" in str((await busy.presses_token(token, "ton")).buttons)


async def test_a_question_for_a_list_leads_to_it(busy):
    answer = await busy.says("มีใครบ้างที่ยังไม่ส่งผลงานวิจัยเกินปี", "ton")
    assert answer.text.startswith("เข้าใจว่า: รายการค้างส่ง ผลงานวิจัย เกินปี")
    assert "⏰ ค้างส่ง 0 เรื่อง" in answer.text


async def test_names_and_answers_to_forms_stay_what_they_are(busy):
    assert "นายสมชาย ใจดี" in (await busy.says("สมชาย ใจดี")).text
    assert "📊" not in (await busy.says("นางสรุป รายงานดี")).text
    await busy.says("สร้างใบงาน C81554")
    answer = await busy.says("เดือนนี้มีใบงานกี่ใบ")
    assert "📊" not in answer.text


async def test_a_picture_and_a_table_are_sent(busy):
    await busy.says("รายงาน", "ton")
    await busy.presses("รูปและไฟล์…", "ton")
    drawn = await busy.presses("รูป", "ton")
    assert "[chart.png]" in drawn.text
    await busy.says("รายงาน ตามช่องทาง", "ton")
    await busy.presses("รูปและไฟล์…", "ton")
    sent = await busy.presses("ไฟล์ CSV", "ton")
    assert "[รายงาน 2026-11-01 2026-11-30.csv]" in sent.text
    document = busy.documents[-1]
    rows = busy.engine.desk.files.blobs.path(document.sha256).read_text("utf-8-sig").splitlines()
    assert rows[0].startswith("ช่องทาง,ใบงานที่รับ,")
    assert rows[-1].startswith("รวม,4,1,3,")
    assert await busy.count("audit", "action = 'report.exported'") == 1


async def test_pages_of_rows_and_tickets_go_on(busy, monkeypatch):
    monkeypatch.setattr(reports_of_chat, "PAGE", 1)
    await busy.says("แต่ละช่องทางกี่ใบเดือนนี้", "ton")
    second = await busy.presses("ถัดไป", "ton")
    assert second.buttons[:2] == ["โทรศัพท์ · 2 ใบ", "ก่อนหน้า"]


async def test_where_too_many_wait_it_is_said(busy, monkeypatch):
    async def read(*_args):
        raise Conflict("report_busy")

    monkeypatch.setattr(busy.engine.desk.reports, "read", read)
    assert "มีรายงานรอทำอยู่มาก" in (await busy.says("รายงาน", "ton")).text


async def test_a_month_that_still_runs_is_compared_with_as_many_days(busy):
    busy.wait(days=30)
    answer = await busy.says("รายงาน", "ton")
    assert "1–23 พ.ย. 69 (4)" in answer.text


async def choose_file(desk, label, who="ton"):
    await desk.says("รายงาน ตามช่องทาง", who)
    await desk.presses("รูปและไฟล์…", who)
    return await desk.presses(label, who)


def sheets(desk):
    content = desk.engine.desk.files.blobs.path(desk.documents[-1].sha256)
    return load_workbook(BytesIO(content.read_bytes()), read_only=True).sheetnames


async def test_a_workbook_and_a_page_are_sent(busy):
    sent = await choose_file(busy, "ไฟล์ Excel")
    assert "[รายงาน 2026-11-01 2026-11-30.xlsx]" in sent.text
    assert "ใบงาน" in sheets(busy)
    page = await choose_file(busy, "ไฟล์ PDF")
    assert "[รายงาน 2026-11-01 2026-11-30.pdf]" in page.text
    document = busy.documents[-1]
    content = busy.engine.desk.files.blobs.path(document.sha256).read_bytes()
    assert content.startswith(b"%PDF")
    assert await busy.count("audit", "action = 'report.exported' AND staff_id = ?", 2) == 2


async def test_an_officers_workbook_names_no_customers(busy):
    sent = await choose_file(busy, "ไฟล์ Excel", "nok")
    assert "รายการใบงานมีในไฟล์ของหัวหน้าเท่านั้น" in sent.text
    assert "ใบงาน" not in sheets(busy)


async def test_a_large_workbook_is_announced_and_sent_when_it_is_made(busy, monkeypatch):
    monkeypatch.setattr(sent_files, "MANY", 1)
    answer = await choose_file(busy, "ไฟล์ Excel")
    assert answer.text.startswith("กำลังทำไฟล์ 4 ใบ ราว 1 นาที จะส่งให้เมื่อเสร็จ")
    before = len(busy.documents)
    await busy.tick()
    assert len(busy.documents) == before + 1
    assert busy.documents[-1].name == "รายงาน 2026-11-01 2026-11-30.xlsx"
    await busy.tick()
    assert len(busy.documents) == before + 1


async def test_how_far_a_large_workbook_is_is_told_in_place(busy, monkeypatch):
    monkeypatch.setattr(sent_files, "MANY", 1)
    await choose_file(busy, "ไฟล์ Excel")
    waits = await busy.presses("ถึงไหนแล้ว", "ton")
    assert waits.text.startswith("รอทำไฟล์ 4 ใบ")
    files = busy.engine.desk.report_files
    monkeypatch.setattr(files, "written", lambda key: 3)
    assert "ทำไฟล์ไปแล้ว 3 จาก 4 ใบ (75%)" in (await busy.presses("ถึงไหนแล้ว", "ton")).text
    token = waits.token("ถึงไหนแล้ว")
    await busy.tick()
    done = await busy.presses_token(token, "ton")
    assert done.text.startswith("ทำไฟล์เสร็จแล้ว")


async def test_who_may_not_see_it_any_more_gets_no_large_workbook(busy, monkeypatch):
    monkeypatch.setattr(sent_files, "MANY", 1)
    await busy.says("รายงาน ตามทีม", "ton")
    await busy.presses("รูปและไฟล์…", "ton")
    await busy.presses("ไฟล์ Excel", "ton")
    await busy.db.write(lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE id = 2"))
    await busy.tick()
    assert "ทำไฟล์รายงานที่ขอไว้ไม่ได้แล้ว" in busy.told("ton").text
    assert not busy.documents


async def test_a_file_that_cannot_be_made_is_told(busy, monkeypatch):
    async def workbook(*_args):
        raise NotDrawn("7F3K2")

    monkeypatch.setattr(busy.engine.desk.report_files, "workbook", workbook)
    answer = await choose_file(busy, "ไฟล์ Excel")
    assert "ทำไฟล์ไม่ได้ในตอนนี้" in answer.text
    assert "7F3K2" in answer.text
