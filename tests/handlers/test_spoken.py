"""Commands as people say them: a table of what is typed and where it must lead, or the sentence
that says what would.

The left column was written by somebody who had read the list of commands: it shows that these ways
of saying them are understood, and measures nothing about ways that nobody of the project thought
of."""

import shutil
import sqlite3
from contextlib import closing

import pytest

FIRST, SECOND, DONE = "R2611000124", "R2611000125", "R2611000126"
SAVED = "บันทึกข้อมูลเรียบร้อย"

CLOSED = f"{SAVED} {FIRST} · ปิดแล้ว"
CLOSING = f"🎫 ปิดใบงาน {FIRST}"
EDITING = f"🎫 แก้ไข {FIRST}"
GIVEN = f"{SAVED} {FIRST} · ผู้รับผิดชอบคือคุณต้น"
CARD = f"🎫 {FIRST}"
CUSTOMER = "👤 C81554"
MINE = "🎫 ใบงานของฉัน"
ON_LEAVE = "ลา 24"
WAITS = f"{SAVED} {FIRST}\nรอผู้รับบริการ"
VOIDING = f"ยกเลิกใบงาน {FIRST}"
REMINDED = "⏰"

TABLE = (
    # Closing.
    ("ปิด R2611000124 ส่งไฟล์ทางเมลแล้ว", CLOSED),
    ("ปิดR2611000124 ส่งแล้ว", CLOSED),
    ("ปิดงาน R2611000124 ส่งแล้ว", CLOSED),
    ("ปิดเคส R2611000124 แนะนำเว็บไซต์แล้ว", CLOSED),
    ("ปิดใบงานเลขที่ R2611000124 ส่งแล้ว", CLOSED),
    ("ปิด r 2611 000124 ส่งแล้วค่ะ", CLOSED),
    ("ช่วยปิด R2611000124 ส่งแล้ว", CLOSED),
    ("ขอปิดใบงาน R2611000124 ส่งแล้ว", CLOSED),
    ("R2611000124 ปิด ส่งข้อมูลแล้ว", CLOSED),
    ("R2611000124 ปิดแล้ว ส่งเมลให้แล้ว", CLOSED),
    ("ส่งเมลแล้ว ปิด R2611000124", CARD),
    ("close R2611000124 sent by mail", CLOSED),
    ("/ปิด R2611000124 ส่งแล้ว", CLOSED),
    ("/closeR2611000124 ส่งแล้ว", CLOSED),
    ("ปิด R2611000124", CLOSING),
    ("ปิดใบงานR2611000124ค่ะ", CLOSING),
    ("R2611000124 ปิดแล้วค่ะ", CLOSING),
    ("R2611000124 เสร็จแล้ว", CLOSING),
    ("จบงาน R2611000124", CLOSING),
    ("ปิด R2611000124 ได้ไหม", CARD),
    ("ปิดใบงาน R2611000124 หรือยังคะ", CARD),
    ("ปิด", MINE),
    ("ปิดงาน", MINE),
    ("ปิดงานเมื่อวาน", "ปิดใบงาน เช่น"),
    # Changing.
    ("แก้ R2611000124", EDITING),
    ("แก้ไขR2611000124", EDITING),
    ("แก้ใบงาน R2611000124", EDITING),
    ("edit R2611000124", EDITING),
    ("R2611000124 แก้ไข", EDITING),
    ("แก้ไขR2611000124 ราคา 350", f"{SAVED} {FIRST}"),
    ("แก้ R2611000124 ผล แนบไฟล์แล้ว", f"{SAVED} {FIRST}"),
    ("แก้ไขราคา R2611000124 350", f"{SAVED} {FIRST}"),
    ("แก้ C81554 เบอร์ 0899999999", f"{SAVED} C81554"),
    ("แก้เบอร์ C81554 เป็น 0899999999", f"{SAVED} C81554"),
    ("เปลี่ยนเบอร์ C81554 0899999999", f"{SAVED} C81554"),
    ("แก้ไขที่อยู่ C81554 99/1 กระบี่", f"{SAVED} C81554"),
    ("update C81554 email a@b.co.th", f"{SAVED} C81554"),
    ("แก้ไขสมชาย ใจดี", CUSTOMER),
    ("แก้", "แก้ไขใบงานหรือผู้รับบริการ เช่น"),
    # Remarks.
    ("หมายเหตุ R2611000124 ศูนย์ข้อมูลตอบช้า", f"{SAVED} {FIRST}"),
    ("R2611000124 ปัญหา ศูนย์ข้อมูลตอบช้า", f"{SAVED} {FIRST}"),
    ("เพิ่มหมายเหตุR2611000124 รอเอกสาร", f"{SAVED} {FIRST}"),
    # History.
    ("ประวัติ C81554", "ประวัติการติดต่อ · C81554"),
    ("ประวัติC81554", "ประวัติการติดต่อ · C81554"),
    ("C81554 ประวัติ", "ประวัติการติดต่อ · C81554"),
    ("ประวัติการติดต่อ c 81554", "ประวัติการติดต่อ · C81554"),
    ("history C81554", "ประวัติการติดต่อ · C81554"),
    ("ประวัติ R2611000124", f"ประวัติใบงาน {FIRST}"),
    ("ประวัติสมชาย ใจดี", CUSTOMER),
    # Leave.
    ("ลา พรุ่งนี้ถึงศุกร์", "ลา 24–27 พ.ย."),
    ("ลาพรุ่งนี้", ON_LEAVE),
    ("ลาป่วยวันนี้", "ลา 23 พ.ย."),
    ("ลาป่วย พรุ่งนี้ค่ะ", ON_LEAVE),
    ("ลากิจ 12-14 ธ.ค.", "ลา 12–14 ธ.ค."),
    ("ลา24-25 พ.ย.", "ลา 24–25 พ.ย."),
    ("ลาพักร้อน จันทร์หน้าถึงพุธหน้า", "ลา 30 พ.ย.–2 ธ.ค."),
    ("ลา วันศุกร์", "ลา 27 พ.ย."),
    ("พรุ่งนี้ลา", ON_LEAVE),
    ("พรุ่งนี้ขอลา", ON_LEAVE),
    ("ขอลาพรุ่งนี้", ON_LEAVE),
    ("leave tomorrow", ON_LEAVE),
    ("ลา", "วันลา · พิมพ์ ลา"),
    ("ลาครึ่งวันพรุ่งนี้", "ลา 12-14 ธ.ค."),
    # Reminders.
    ("เตือนพรุ่งนี้ 9 โมง โทรกลับคุณสมชาย", REMINDED),
    ("เตือน R2611000124 พรุ่งนี้", REMINDED),
    ("เตือนR2611000124พรุ่งนี้ 10.00", REMINDED),
    ("เตือนฉันวันศุกร์ ส่งรายงาน", REMINDED),
    ("เตือนอีก 2 ชั่วโมง ดูเมล", REMINDED),
    ("ช่วยเตือนพรุ่งนี้บ่ายโทรหาสมชาย", REMINDED),
    ("R2611000124 เตือนพรุ่งนี้", REMINDED),
    ("เตือนความจำ พรุ่งนี้ ประชุม", REMINDED),
    ("remind me tomorrow call back", REMINDED),
    ("เตือน โทรหาลูกค้า", "เตือนฉัน เช่น"),
    # Handing over.
    ("มอบ R2611000124 ให้ต้น", GIVEN),
    ("มอบหมาย R2611000124 ให้ ต้น", GIVEN),
    ("ส่งต่อ R2611000124 ต้น", GIVEN),
    ("โอน R2611000124 ให้คุณต้น", GIVEN),
    ("โอนงานR2611000124ให้พี่ต้นค่ะ", GIVEN),
    ("ฝาก R2611000124 ต้น", GIVEN),
    ("มอบให้ต้น R2611000124", GIVEN),
    ("R2611000124 มอบให้ต้น", GIVEN),
    ("เปลี่ยนผู้รับผิดชอบ R2611000124 เป็นต้น", GIVEN),
    ("assign R2611000124 ต้น", GIVEN),
    ("ส่งต่อ R2611000124", f"มอบหมาย {FIRST} ให้ใคร"),
    ("โอน", "มอบหมายใบงาน เช่น"),
    ("มอบงานให้ต้น", "มอบหมายใบงาน เช่น"),
    # Finding.
    ("หาสมชาย ใจดี", CUSTOMER),
    ("ค้นหาสมชาย ใจดี", CUSTOMER),
    ("ค้น สมชาย ใจดี", CUSTOMER),
    ("หาลูกค้าสมชาย ใจดี", CUSTOMER),
    ("หาเบอร์ 0812345678", CUSTOMER),
    ("หา0812345678", CUSTOMER),
    ("search somchai jaidee", CUSTOMER),
    ("ขอรหัส", "ขอรหัส"),
    ("ขอรหัสสมชาย ใจดี", CUSTOMER),
    ("ขอดูสมชาย ใจดี", CUSTOMER),
    ("หาใบงาน ประชากรแฝง", CARD),
    ("หาใบงาน R2611000124", CARD),
    ("ดู R2611000124", CARD),
    ("ขอดูใบงาน R2611000124 หน่อยค่ะ", CARD),
    # Opening.
    ("เปิด R2611000124", CARD),
    ("เปิดใบงาน R2611000126", f"{DONE} ปิดแล้ว"),
    ("เปิด R2611000126", f"{DONE} ปิดแล้ว"),
    ("เปิดอีกครั้ง R2611000126", f"{SAVED} {DONE} · สถานะ เปิด"),
    ("เปิด R2611000126 อีกครั้ง", f"{SAVED} {DONE} · สถานะ เปิด"),
    ("เปิด R2611000126 ใหม่ค่ะ", f"{SAVED} {DONE} · สถานะ เปิด"),
    ("reopen R2611000126", f"{SAVED} {DONE} · สถานะ เปิด"),
    ("สร้างใบงานใหม่", "🎫 ใบงานใหม่"),
    ("ใบงานใหม่", "🎫 ใบงานใหม่"),
    ("เปิดงาน", "🎫 ใบงานใหม่"),
    ("เพิ่มใบงาน", "🎫 ใบงานใหม่"),
    ("new ticket", "🎫 ใบงานใหม่"),
    ("เพิ่มลูกค้า", "ผู้รับบริการใหม่"),
    ("ลูกค้าใหม่ มาลี สุขใจ 0898765432", "มาลี สุขใจ"),
    ("new customer", "ผู้รับบริการใหม่"),
    # Voiding.
    ("ยกเลิก R2611000124 บันทึกซ้ำ", f"ยกเลิกใบงาน {FIRST} แล้ว"),
    ("ยกเลิกR2611000124", VOIDING),
    ("ลบใบงาน R2611000124", VOIDING),
    ("ลบ R2611000124 บันทึกผิด", f"ยกเลิกใบงาน {FIRST} แล้ว"),
    ("ยกเลิก", "ไม่มีร่าง"),
    ("ยกเลิกใบงาน", "ยกเลิกใบงานที่บันทึกผิด เช่น"),
    # Waiting.
    ("รอลูกค้า R2611000124", WAITS),
    ("รอR2611000124", WAITS),
    ("R2611000124 รอลูกค้าตอบ", WAITS),
    ("หยุดเวลา R2611000124", WAITS),
    ("ตอบแล้ว R2611000124", CARD),
    ("ลูกค้าตอบแล้ว R2611000124", CARD),
    # Lists.
    ("งานของฉัน", MINE),
    ("งานค้าง", MINE),
    ("งานวันนี้", MINE),
    ("ขอดูงานค้าง", MINE),
    ("ใบงานค้าง", MINE),
    ("my tickets", MINE),
    ("สัญญาค้าง", "สัญญา"),
    ("สัญญาที่ยังไม่คืน", "สัญญา"),
    ("ใครค้างส่ง", "⏰ ค้างส่ง"),
    ("ผลงานวิจัยค้าง", "📄 ผลงานวิจัย"),
    ("รายการเตือน", "ไม่มีรายการเตือน"),
    ("เมนูหลัก", "เมนู"),
    ("help", "พิมพ์ชื่อ"),
    ("วิธีใช้งาน", "พิมพ์ชื่อ"),
    ("ช่วยด้วย", "พิมพ์ชื่อ"),
    ("ทำอะไรได้บ้าง", "พิมพ์ชื่อ"),
    ("?", "พิมพ์ชื่อ"),
    ("Menu", "เมนู"),
)

PEOPLE = (
    ("สัญญา ธรรมศักดิ์", "C82001"),
    ("สัญญา ธรรม", "C82001"),
    ("เตือนใจ", "C82002"),
    ("เตือนใจ แสงทอง", "C82002"),
    ("หาญ", "C82003"),
    ("หาญ กล้าดี", "C82003"),
)
"""People who are called as commands are."""
NOBODY = (
    "ลาวัลย์ สุขใจ",
    "ลาภ มีสุข",
    "ปิดทอง มั่งมี",
    "แก้วตา ใจงาม",
    "โอนอ่อน ดีพร้อม",
    "รอซียะห์ อาแด",
    "มอบศรี ทองดี",
    "เปิดใจ รักไทย",
)
"""Nobody in the register, but a name all the same."""


OPENED = (
    "/open C81554 เมล 6.1 ขอข้อมูลประชากรแฝง",
    "/open C70001 โทร 7.1 ถามเรื่องข้อมูลระดับย่อย",
    "/open C90210 โทร 1.1 ถามราคา => ตอบแล้ว ปิด",
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the database stands in which the three are: many say something to them."""
    return tmp_path_factory.mktemp("three") / "desk.db"


@pytest.fixture
async def desk_url(desk_url, kept, tmp_path):
    if kept.exists():
        shutil.copy(kept, tmp_path / "desk.db")
    return desk_url


@pytest.fixture
async def three(desk, kept, tmp_path):
    """Two open tickets and a closed one."""
    if not kept.exists():
        for line in OPENED:
            await desk.says(line)
        with closing(sqlite3.connect(tmp_path / "desk.db")) as database:
            database.execute("VACUUM INTO ?", (str(kept),))
    # What was said before is not said again.
    desk.said(len(OPENED))
    return desk


@pytest.mark.parametrize(("said", "leads_to"), TABLE, ids=[said for said, _leads_to in TABLE])
async def test_what_is_said_leads_where_it_is_meant(three, said, leads_to):
    answer = await three.says(said)
    assert leads_to in answer.text, answer.buttons
    assert not answer.text.startswith("⚠️")


@pytest.mark.parametrize(("said", "code"), PEOPLE)
async def test_people_are_called_as_commands_are(three, said, code):
    answer = await three.says(said)
    assert f"👤 {code}" in answer.text


@pytest.mark.parametrize("said", NOBODY)
async def test_a_name_is_no_command(three, said):
    answer = await three.says(said)
    assert answer.text.startswith("ผลลัพธ์: 0")
    assert "เช่น" not in answer.text
    assert f'ผู้รับบริการใหม่ "{said}"' in answer.buttons


@pytest.mark.parametrize(
    "said", ["งานค้าง", "ปิด", "?", "ขอเหมือนเดิม", "ช่วยหา ข้อมูลแรงงาน", "คำสั่ง", "ค้น ข้อมูลรายได้"]
)
async def test_what_may_be_an_answer_is_one_while_a_form_asks(three, said):
    await three.says("สร้างใบงาน C81554")
    answer = await three.says(said)
    assert "พักร่างไว้" not in answer.text
    assert await three.count("forms", "state = 'parked'") == 0


@pytest.mark.parametrize(
    "said",
    [
        "ปิด R2611000125 ส่งแล้ว",
        "ช่วยปิด R2611000125 ส่งแล้ว",
        "R2611000125 ปิด ส่งแล้ว",
        "เตือน R2611000125 พรุ่งนี้",
    ],
)
async def test_a_command_that_names_a_record_is_no_answer(three, said):
    await three.says("สร้างใบงาน C81554")
    answer = await three.says(said)
    assert "พักร่างไว้" in answer.text
    assert SECOND in answer.text


async def test_an_unknown_slash_says_so(three):
    for said in ("/openhouse", "/foo", "/ปัด R2611000124"):
        assert (await three.says(said)).text.startswith("⚠️")


async def test_what_it_would_take_is_said_in_the_readers_language(three):
    await three.says("/language")
    await three.presses("English")
    assert "e.g. /assign R2611000124" in (await three.says("โอน")).text


async def test_an_officer_is_not_told_of_what_is_not_theirs(three):
    assert "รวมรหัสซ้ำ" not in (await three.says("รวมรหัส สมปอง")).text
    assert "รวมรหัสซ้ำ" in (await three.says("รวมรหัส สมปอง", who="may")).text


@pytest.mark.parametrize("said", ["แก้ R2611000124 เสร็จแล้วนะ", "แก้ไข R2611000124 สี แดง"])
async def test_an_edit_without_a_field_asks_which(three, said):
    answer = await three.says(said)
    assert EDITING in answer.text
    assert "ไม่พบชื่อช่อง" in answer.text
