"""What a lead asks for: what is owed narrowed by words, by officer, and what was reminded of in
vain.
"""

import pytest

from store.tables.files import table_sheets

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


@pytest.fixture
async def owing(desk):
    """นก is owed two contracts since November, ต้น one since a week later."""
    for code in ("C70001", "C81554"):
        await desk.says(SENT.format(code))
    desk.wait(days=7)
    await desk.says(SENT.format("C90210"), who="ton")
    return desk


@pytest.mark.parametrize(
    ("typed", "lines", "said"),
    [
        ("/owed นก สัญญา", 2, "ของคุณนก · สัญญาที่ลงนาม"),
        ("/owed สัญญา ปีงบ 2570", 3, "เริ่มค้าง ปีงบประมาณ 2570"),
        ("/owed สัญญา ปีงบ 2569", 0, "เริ่มค้าง ปีงบประมาณ 2569"),
        ("ค้างส่งของนกเดือนนี้", 2, "ของคุณนก · เริ่มค้าง พ.ย. 69"),
        ("ค้างส่งของต้น", 1, "ของคุณ"),
        ("ค้างส่ง เดือนนี้ นก ครับ", 2, "ของคุณนก · เริ่มค้าง พ.ย. 69"),
        ("ค้างส่ง ของฉัน", 1, "ของคุณ"),
        ("/owed สัปดาห์ที่แล้ว", 2, "เริ่มค้าง 23 พ.ย. 69 – 29 พ.ย. 69"),
        ("ค้างส่ง นก ต.ค. 69 - พ.ย. 69 สัญญา", 2, "เริ่มค้าง ต.ค. 69 – พ.ย. 69"),
        ("ค้างส่ง 24 พ.ย. 69 ถึง 1 ธ.ค. 69", 1, "เริ่มค้าง 24 พ.ย. 69 – 1 ธ.ค. 69"),
        ("ค้างเกินปี", 0, "ค้างตั้งแต่ก่อน 30 พ.ย. 68"),
        ("ค้างเกิน 5 วัน", 2, "ค้างตั้งแต่ก่อน 25 พ.ย. 69"),
        ("ค้างส่งเกิน 2 เดือน", 0, "ค้างตั้งแต่ก่อน 30 ก.ย. 69"),
        ("/owed ผลงานวิจัย", 0, "ผลงานวิจัย"),
        ("/owed ไม่มีผู้รับผิดชอบ", 0, "ไม่มีผู้รับผิดชอบ"),
    ],
)
async def test_what_is_owed_is_narrowed_as_people_say_it(owing, typed, lines, said):
    answer = await owing.says(typed, who="ton")
    assert answer.text.split("\n")[0].startswith(f"⏰ ค้างส่ง {lines} เรื่อง")
    assert said in answer.text
    assert sum("ยังไม่ส่งสัญญาคืน" in label for label in answer.buttons) == lines


async def test_a_word_that_says_nothing_is_named(owing):
    answer = await owing.says("/owed นก กขค", who="ton")
    assert answer.text.startswith('⚠️ ไม่เข้าใจ "กขค"')


@pytest.mark.parametrize("typed", ["/owed นก ต้น", "/owed สัญญา ผลงานวิจัย", "/owed เดือนนี้ ปีงบ 2569"])
async def test_what_two_words_say_of_one_thing_is_not_guessed(owing, typed):
    answer = await owing.says(typed, who="ton")
    assert "กรองได้ครั้งละหนึ่งคน หนึ่งอย่าง และหนึ่งช่วงเวลา" in answer.text


async def test_an_officer_sees_the_own_things_and_the_teams(owing):
    desk = owing
    assert (await desk.says("/owed สัญญา")).text.startswith("⏰ ค้างส่ง 2 เรื่อง")
    refused = await desk.says("/owed ต้น")
    assert "เรื่องของคุณต้นขอหัวหน้าช่วยดู" in refused.text
    await desk.says("/team ทีมข้อมูล", who="may")
    await desk.presses("นก", who="may")
    await desk.presses("ต้น", who="may")
    assert (await desk.says("/owed สัญญา")).text.startswith("⏰ ค้างส่ง 3 เรื่อง")
    assert (await desk.says("/owed ต้น")).text.startswith("⏰ ค้างส่ง 1 เรื่อง")


async def test_by_officer_it_says_what_and_how_old_and_leads_to_each_list(owing):
    desk = owing
    answer = await desk.says("ค้างส่ง ตามเจ้าหน้าที่", who="ton")
    assert answer.text.split("\n")[0].startswith("⏰ ค้างส่ง 3 เรื่อง · เจ้าหน้าที่ 2 คน")
    assert "นก · สัญญาที่ลงนาม 2 · เก่าสุด 7 วัน" in answer.buttons
    listed = await desk.presses("นก · ", who="ton")
    assert "ของคุณนก" in listed.text
    card = await desk.presses("กมลชนก", who="ton")
    assert "ยังไม่ส่งสัญญาคืน" in card.text
    assert "มอบหมาย" in card.buttons


async def test_what_was_reminded_of_five_times_without_a_chase_is_a_list(owing):
    desk = owing
    for _week in range(6):
        desk.wait(days=7)
        await desk.tick()
    answer = await desk.says("/owed ไม่มีใครติดตาม", who="ton")
    assert "ค้างส่ง 3 เรื่อง" in answer.text
    assert any("เตือนแล้ว 5 ครั้งยังไม่ติดตาม" in label for label in answer.buttons)
    by = await desk.says("/owed รายคน", who="ton")
    assert any("เตือน 5 ครั้งขึ้นไปยังไม่ติดตาม 2" in label for label in by.buttons)
    await desk.says("/owed นก", who="ton")
    await desk.presses("กมลชนก", who="ton")
    await desk.presses("ส่งอีเมลติดตาม", who="ton")
    await desk.presses("ติดตามทางอื่นแล้ว", who="ton")
    again = await desk.says("/owed ไม่มีใครติดตาม", who="ton")
    assert "ค้างส่ง 2 เรื่อง" in again.text


async def test_pages_turn(desk):
    for number in range(9):
        code = ("C70001", "C81554", "C90210", "C82001", "C82002", "C82003")[number % 6]
        sent = SENT.format(code).replace("7.9", f"7.9 สัญญา {number + 1}/2569")
        await desk.says(sent)
    answer = await desk.says("/owed สัญญา", who="ton")
    assert "หน้า 1/2" in answer.text
    assert "ก่อนหน้า" not in answer.buttons
    answer = await desk.presses("ถัดไป", who="ton")
    assert "หน้า 2/2" in answer.text
    assert "ก่อนหน้า" in answer.buttons
    assert "ถัดไป" not in answer.buttons


# A period as a change.


async def test_the_week_is_told_as_a_change_against_the_week_before(owing):
    desk = owing
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    await desk.says("/owed ของฉัน สัญญา")
    await desk.presses("สมชาย ใจดี")
    await desk.presses("เลิกติดตาม")
    await desk.says("ผู้ใช้ย้ายหน่วยงาน")
    answer = await desk.says("/owed สรุป สัปดาห์นี้", who="ton")
    assert answer.text.startswith(
        "📊 30 พ.ย. 69 – 6 ธ.ค. 69 · ยังค้าง 2 (เท่าเดิม) · เข้าใหม่ 2 · ได้รับ 1"
    )
    assert "เข้าใหม่: 2 (ช่วงก่อน 2)" in answer.text
    assert "ส่งคืนแล้ว: 1 (ช่วงก่อน 0)" in answer.text
    assert "เลิกติดตาม: 1 (ช่วงก่อน 0)" in answer.text
    assert "เหตุผลที่เลิกติดตาม: ผู้ใช้ย้ายหน่วยงาน (1)" in answer.text
    earlier = await desk.presses("ก่อนหน้า", who="ton")
    assert earlier.text.startswith("📊 23 พ.ย. 69 – 29 พ.ย. 69 · ยังค้าง 2 (เพิ่มขึ้น 2)")
    await desk.presses("ถัดไป", who="ton")
    dropped = await desk.presses("เลิกติดตาม", who="ton")
    assert "ผู้ใช้ย้ายหน่วยงาน" in " ".join(dropped.buttons)
    assert "สัญญา" in (await desk.presses("ผู้ใช้ย้ายหน่วยงาน", who="ton")).text


async def test_on_monday_a_lead_asks_about_the_week_that_is_over(owing):
    answer = await owing.says("/owed สรุป", who="ton")
    assert answer.text.startswith("📊 23 พ.ย. 69 – 29 พ.ย. 69 · ยังค้าง 2 (เพิ่มขึ้น 2)")
    month = await owing.says("/owed สรุป พ.ย. 69", who="ton")
    assert month.text.startswith("📊 พ.ย. 69 · ยังค้าง 3 (เพิ่มขึ้น 3) · เข้าใหม่ 3")
    one = await owing.says("/owed สรุป นก พ.ย. 69", who="ton")
    assert "ของคุณนก · ยังค้าง 2" in one.text


# At risk.


async def test_what_is_at_risk_stands_by_the_time_that_is_left(owing):
    desk = owing
    await desk.says("/open C81554 โทร 1.1 ขอข้อมูลแรงงาน")
    early = await desk.says("/owed ใกล้กำหนด", who="ton")
    assert early.text.startswith("⏳ ใกล้กำหนดภายใน 7 วัน · ใบงาน 1 · ค้างส่ง 2")
    assert "เหลือ" in early.buttons[0]
    assert "ขอข้อมูลแรงงาน" in early.buttons[0]
    assert "ยังไม่ส่งสัญญาคืน" in early.buttons[1]
    assert "กำหนด 7 ธ.ค. 69" in early.buttons[1]
    mine = await desk.says("/owed เสี่ยง")
    assert "ค้างส่ง 2" in mine.text
    desk.wait(days=30)
    late = await desk.says("/owed ใกล้กำหนด", who="ton")
    assert "ใบงาน 0 · ค้างส่ง 0" in late.text


# As a file.


def rows_of(desk, document):
    path = desk.engine.desk.files.blobs.existing(document.sha256)
    with table_sheets(path) as sheets:
        return [row.cells for sheet in sheets for row in sheet.rows]


@pytest.mark.parametrize("kind", ["ไฟล์", "csv"])
async def test_a_list_is_a_file_with_names_for_supervisors_alone(owing, kind):
    desk = owing
    await desk.says(f"/owed นก สัญญา {kind}", who="ton")
    head, *rows = rows_of(desk, desk.documents[-1])
    assert head[:4] == ["สัญญา", "รหัสผู้รับบริการ", "ผู้รับบริการ", "สิ่งที่ค้าง"]
    assert [row[1] for row in rows] == ["C70001", "C81554"]
    assert "กมลชนก" in rows[0][2]
    assert rows[0][head.index("ค้างมา (วัน)")] == "7"
    assert await desk.count("audit", "action = 'owed.exported' AND staff_id = ?", 2) == 1
    await desk.says(f"/owed สัญญา {kind}")
    told = rows_of(desk, desk.documents[-1])
    assert "ผู้รับบริการ" not in told[0]
    assert "กมลชนก" not in str(told)
    assert "ของหัวหน้าเท่านั้น" in desk.documents[-1].caption


@pytest.mark.parametrize("view", ["ตามเจ้าหน้าที่", "สรุป", "อีเมลไม่ถึง", "ใกล้กำหนด"])
async def test_every_list_is_a_file(owing, view):
    await owing.says(f"/owed {view} ไฟล์", who="ton")
    assert len(rows_of(owing, owing.documents[-1])) >= 1


async def test_the_button_sends_the_file_of_the_list_that_is_shown(owing):
    await owing.says("/owed ต้น", who="ton")
    await owing.presses("ไฟล์ Excel", who="ton")
    assert len(rows_of(owing, owing.documents[-1])) == 2


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("ใครค้างสัญญาบ้าง", 3),
        ("สัญญาที่ค้างเกินปี", 0),
        ("สัญญาที่ค้างเกิน 1 วัน", 2),
        ("สัญญาที่ค้างส่งเดือนนี้", 3),
        ("ค้างส่งเดือนนี้", 3),
        ("ใครยังไม่ส่งผลงานวิจัย", 0),
        ("/owed รอสัญญา ทุกคน", 3),
        ("ผลงานวิจัยที่ค้างเกิน 1 ปี", 0),
    ],
)
async def test_a_sentence_of_nothing_but_filters_is_the_list_that_it_asks_for(owing, line, lines):
    answer = await owing.says(line, who="ton")
    assert answer.text.startswith(f"⏰ ค้างส่ง {lines} เรื่อง")


@pytest.mark.parametrize("line", ["สัญญา ธรรมศักดิ์", "ค้างส่งนม ใจดี", "ผลงานวิจัย ใจดี"])
async def test_a_name_that_begins_like_a_list_is_none(owing, line):
    assert "ค้างส่ง 0" not in (await owing.says(line, who="ton")).text


async def test_a_customer_or_a_contract_behind_owed_is_shown(owing):
    for named in ("C70001", "กมลชนก รัตนพิทักษ์"):
        shown = await owing.says(f"/owed {named}")
        assert shown.text.startswith("คำขอข้อมูล · C70001")
    await owing.says(SENT.format("C70001").replace("สัญญา", "สัญญา 12/2569"))
    shown = await owing.says("/owed 12/2569")
    assert shown.text.startswith("📄 สัญญา 12/2569")


async def test_a_month_behind_owed_is_one_where_no_contract_has_its_number(owing):
    answer = await owing.says("/owed 11/2569", who="ton")
    assert "เริ่มค้าง พ.ย. 69" in answer.text


async def test_what_is_wanted_as_a_file_may_be_said_so(owing):
    answer = await owing.says("/owed สัญญา ส่งไฟล์", who="ton")
    assert "📎 ค้างส่ง · สัญญาที่ลงนาม · 3 แถว" in answer.text


# What the lists say after the records behind them moved.


def of_list(answer, name):
    return [label for label in answer.buttons if name in label]


async def test_the_lists_follow_what_was_handed_over(owing):
    desk = owing
    await desk.says("/owed นก สัญญา ให้ ต้น", who="ton")
    await desk.presses("ยืนยัน", who="ton")
    left = await desk.says("/owed นก สัญญา", who="ton")
    assert of_list(left, "กมลชนก") == []
    answer = await desk.says("/owed ต้น สัญญา", who="ton")
    assert "ค้างส่ง 3 เรื่อง" in answer.text
    assert len(of_list(answer, "กมลชนก")) == 1
    await desk.says("/owed ต้น สัญญา ไฟล์", who="ton")
    assert len(rows_of(desk, desk.documents[-1])) == 1 + 3
    by_officer = await desk.says("/owed เจ้าหน้าที่", who="ton")
    assert of_list(by_officer, "นก") == []


async def test_the_lists_follow_a_ticket_that_was_corrected(owing):
    (row,) = await owing.db.fetch(
        "SELECT no FROM tickets WHERE customer_code = 'C70001' AND subject = '7.9'"
    )
    await owing.says(f"แก้ไข {row['no']} ผู้รับบริการ C90210")
    answer = await owing.says("/owed สัญญา", who="ton")
    assert of_list(answer, "กมลชนก") == []
    assert "ค้างส่ง 3 เรื่อง" in answer.text
    week = await owing.says("/owed สรุป 23 พ.ย. 69 ถึง 29 พ.ย. 69", who="ton")
    assert "เข้าใหม่: 2" in week.text


async def test_the_lists_follow_a_merge_and_its_undoing(owing):
    await owing.says("/merge C70001 C81554", who="may")
    done = await owing.presses("รวม", who="may")
    merged = await owing.says("/owed สัญญา", who="ton")
    assert "ค้างส่ง 3 เรื่อง" in merged.text
    assert len(of_list(merged, "สมชาย ใจดี")) == 2
    assert of_list(merged, "กมลชนก") == []
    await owing.says("/owed สัญญา ไฟล์", who="ton")
    sheet = rows_of(owing, owing.documents[-1])
    assert sum("C81554" in row for row in sheet) == 2
    assert not any("C70001" in row for row in sheet)
    await owing.presses_token(done.token("ยกเลิกการรวม"), who="may")
    await owing.presses("ยืนยันยกเลิกการรวม", who="may")
    parted = await owing.says("/owed สัญญา", who="ton")
    assert len(of_list(parted, "กมลชนก")) == 1
    assert len(of_list(parted, "สมชาย ใจดี")) == 1
