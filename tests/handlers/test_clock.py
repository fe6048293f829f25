"""The clock in the chat: waiting, going on, correcting, and the sum behind a due time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.dates.working_calendar import BANGKOK
from handlers.labels import span
from store.tickets import records as tickets

NO = "R2612000124"
HANDLERS = Path(__file__).parents[2] / "handlers"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


@pytest.fixture
async def waited(desk):
    """TRANSCRIPTS.md section 6: a day's question of Thursday, stopped on Friday, answered after a
    long weekend.
    """
    desk.now = at("2026-12-03T14:30:25")
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    question = await desk.presses("ความยุ่งยาก")
    tokens = {
        b.label: b.token for reply in question.replies for part in reply.parts for b in part.options
    }
    await desk.presses_token(tokens["ยุ่งยาก"])
    await desk.presses("บันทึก")
    desk.now = at("2026-12-04T11:30")
    await desk.says(NO)
    await desk.presses("รอผู้รับบริการ")
    return desk


async def test_the_clock_stops_and_goes_on_with_one_tap_each(waited):
    desk = waited
    told = desk.last["telegram:nok"]
    assert (
        told.text
        == f"✅ บันทึกข้อมูลเรียบร้อย {NO}\nรอผู้รับบริการตั้งแต่ 4 ธ.ค. 69 11.30 น.\nกำหนดเสร็จ หยุดนับเวลา เหลือ 2 ชม."
    )
    card = await desk.says(NO)
    assert "เปิด · รอผู้รับบริการตั้งแต่ 4 ธ.ค. 69 11.30 น." in card.text
    desk.now = at("2026-12-08T10:00")
    assert "กำหนดเสร็จ 8 ธ.ค. 69 12.00 น." in (await desk.presses("ผู้รับบริการตอบแล้ว")).text
    history = await desk.says(NO)
    history = await desk.chooses("ประวัติการแก้ไข")
    assert "หยุดนับเวลา: 4 ธ.ค. 11.30 น. – → 4 ธ.ค. 11.30 น. – 8 ธ.ค. 10.00 น." in history.text


async def test_why_prints_the_sum_of_the_transcript(waited):
    desk = waited
    desk.now = at("2026-12-08T10:00")
    await desk.presses("ผู้รับบริการตอบแล้ว")
    assert (await desk.chooses("ทำไมกำหนดนี้")).text == "\n".join(
        (
            "เรื่อง 6.1 · E-Mail · ยุ่งยาก → 1 วันทำการ (ตารางข้อมูลสถิติ แถว 2)",
            "เริ่ม พฤ. 3 ธ.ค. 69 14.30 น.",
            "3 ธ.ค. นับ 2 ชม. · 4 ธ.ค. นับ 3 ชม. แล้วหยุดรอผู้รับบริการ",
            "5 ธ.ค. วันชาติ, วันพ่อแห่งชาติ · 6 ธ.ค. อาทิตย์ · 7 ธ.ค. ชดเชยวันชาติ, ชดเชยวันพ่อแห่งชาติ",
            "8 ธ.ค. 10.00 น. ผู้รับบริการตอบ นับต่อ 2 ชม.",
            "ครบ อ. 8 ธ.ค. 69 12.00 น. (2 + 3 + 2 = 7 ชม. = 1 วันทำการ)",
            "ตอนนี้เหลือ 2 ชม.",
        )
    )


async def test_why_while_it_waits_says_what_was_counted_and_when_it_would_be_due(waited):
    desk = waited
    desk.now = at("2026-12-08T13:00")
    told = (await desk.chooses("ทำไมกำหนดนี้")).text
    assert told.endswith(
        "นับแล้ว 5 ชม. จาก 1 วันทำการ ยังรอผู้รับบริการ\nถ้าตอบตอนนี้ ครบ อ. 8 ธ.ค. 69 15.00 น."
    )


@pytest.mark.parametrize(
    ("close", "outcome"),
    [
        ("2026-12-08T11:30", "ปิด 8 ธ.ค. 69 11.30 น. ทันกำหนด เหลือ 30 นาที"),
        ("2026-12-08T13:15", "ปิด 8 ธ.ค. 69 13.15 น. เกินกำหนด 15 นาที"),
    ],
)
async def test_why_of_a_closed_ticket_says_kept_or_missed_and_by_how_much(waited, close, outcome):
    desk = waited
    desk.now = at("2026-12-08T10:00")
    await desk.presses("ผู้รับบริการตอบแล้ว")
    desk.now = at(close)
    await desk.says(f"ปิดใบงาน {NO} ส่งตารางแล้ว")
    await desk.says(NO)
    assert (await desk.chooses("ทำไมกำหนดนี้")).text.endswith(outcome)


@pytest.mark.parametrize(
    ("now", "beyond"),
    [
        ("2026-12-08T12:00", "ตอนนี้เหลือไม่ถึง 1 นาที"),
        ("2026-12-08T13:20", "เกินกำหนดมาแล้ว 20 นาที"),
        ("2026-12-08T16:30", "เกินกำหนดมาแล้ว 3 ชม. 30 นาที"),
        ("2026-12-09T14:30", "เกินกำหนดมาแล้ว 1 วันทำการ 1 ชม. 30 นาที"),
        ("2026-12-11T15:00", "เกินกำหนดมาแล้ว 2 วันทำการ 2 ชม."),
        ("2027-12-08T12:00", "เกินกำหนดมาแล้ว 243 วันทำการ"),
    ],
)
async def test_how_long_it_is_overdue_is_told_in_working_days(waited, now, beyond):
    """The calendar of 2026: the 10th of December is a holiday; a working day is seven hours."""
    desk = waited
    desk.now = at("2026-12-08T10:00")
    await desk.presses("ผู้รับบริการตอบแล้ว")
    desk.now = at(now)
    await desk.says(NO)
    assert (await desk.chooses("ทำไมกำหนดนี้")).text.endswith(beyond)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ({"seconds": 59}, "ไม่ถึง 1 นาที"),
        ({"minutes": 59}, "59 นาที"),
        ({"hours": 6, "minutes": 59}, "6 ชม. 59 นาที"),
        ({"hours": 7}, "1 วันทำการ"),
        ({"hours": 9}, "1 วันทำการ 2 ชม."),
        ({"hours": 17, "minutes": 30}, "2 วันทำการ 3 ชม. 30 นาที"),
        ({"hours": 1645, "minutes": 24}, "235 วันทำการ 24 นาที"),
    ],
)
def test_spans_of_working_time(amount, told):
    assert span(timedelta(**amount), 7 * 60) == told


async def test_what_is_left_while_it_waits_is_told_in_working_days(desk):
    await desk.says("/open C81554 อีเมล 7.1 ขอข้อมูลแรงงาน")
    desk.wait(hours=1)
    await desk.says("R2611000124")
    assert "เหลือ 6 วันทำการ 6 ชม." in (await desk.presses("รอผู้รับบริการ")).text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("หนังสือ 8.3 ขอตาราง", "ตารางข้อมูลประมวลผลใหม่ไม่ได้กำหนดเวลา จึงไม่มีกำหนดเสร็จ"),
        ("facebook 10 ข่าว", "เรื่องนี้ไม่อยู่ในตารางเวลา จึงไม่มีกำหนดเสร็จ"),
        ("20 พ.ย. 69 โทร 1.1 ถาม => ตอบ ปิด", "บันทึกและปิดในครั้งเดียวหลังให้บริการแล้ว จึงไม่นับว่าเกินกำหนด"),
    ],
)
async def test_why_where_there_is_nothing_to_hold_against_anybody(desk, line, told):
    await desk.says(f"/open C81554 {line}")
    await desk.says("R2611000124")
    assert told in (await desk.chooses("ทำไมกำหนดนี้")).text


async def test_closing_ends_the_waiting_and_reopening_years_later_counts_on(waited):
    desk = waited
    desk.now = at("2026-12-04T13:00")
    await desk.says(f"ปิดใบงาน {NO} ส่งตารางแล้ว")
    desk.now = at("2031-12-09T09:00")
    await desk.says(NO)
    await desk.presses("เปิดใบงานอีกครั้ง")
    again = await desk.presses("เปิดใบงานเดิม")
    assert "กำหนดเสร็จ: 9 ธ.ค. 74 11.00 น." in again.text
    assert "9 ธ.ค. 09.00 น. เปิดอีกครั้ง นับต่อ 2 ชม." in (await desk.chooses("ทำไมกำหนดนี้")).text


async def test_a_backdated_wait_and_answer_by_command(desk):
    desk.now = at("2026-12-04T16:00")
    await desk.says("/open C81554 เมื่อวาน อีเมล 6.1 ขอข้อมูลแรงงาน")
    waits = await desk.says(f"รอผู้รับบริการ {NO} เมื่อวาน 10.30")
    assert "รอผู้รับบริการตั้งแต่ 3 ธ.ค. 69 10.30 น." in waits.text
    assert "กำหนดเสร็จ 4 ธ.ค. 69 16.30 น." in (await desk.says(f"ตอบแล้ว {NO} 15.00")).text


async def test_when_it_waited_can_be_corrected_and_nonsense_is_asked_again(waited):
    desk = waited
    desk.now = at("2026-12-08T10:00")
    await desk.presses("ผู้รับบริการตอบแล้ว")
    await desk.chooses("ทำไมกำหนดนี้")
    await desk.presses("แก้ช่วงรอ 4 ธ.ค. 11.30 น.")
    await desk.presses("แก้เวลาที่เริ่มรอ")
    for typed, reason in (
        ("เมื่อไรก็ได้", "ไม่เข้าใจเวลา"),
        ("31 ธ.ค. 12.00", "ยังไม่ถึง"),
        ("1 ธ.ค. 12.00", "ก่อนวันที่สร้างใบงาน"),
        ("8 ธ.ค. 10.30", "ยังไม่ถึง"),
    ):
        answer = await desk.says(typed)
        assert reason in answer.text
        assert "รอตั้งแต่: 4 ธ.ค. 69 11.30 น." in answer.text
    assert "กำหนดเสร็จ 8 ธ.ค. 69 10.30 น." in (await desk.says("4 ธ.ค. 14.00")).text


async def test_a_wait_that_was_none_is_taken_away(waited):
    desk = waited
    await desk.chooses("ทำไมกำหนดนี้")
    await desk.presses("แก้ช่วงรอ")
    assert "กำหนดเสร็จ 4 ธ.ค. 69 14.30 น." in (await desk.presses("ลบช่วงนี้")).text
    assert (await tickets.get_ticket(desk.db, NO)).pauses == ()


async def test_a_second_press_and_a_press_on_a_closed_ticket_show_how_it_stands(waited):
    desk = waited
    await desk.says(NO)
    old = desk.last["telegram:nok"].token("ผู้รับบริการตอบแล้ว")
    await desk.presses_token(old)
    again = await desk.presses_token(old)
    assert again.text.startswith(f"คุณแก้ไขใบงาน {NO} แล้วเมื่อ 11.30 น.")
    assert "รอผู้รับบริการ" in again.buttons
    await desk.says(f"ปิดใบงาน {NO} ส่งแล้ว")
    assert "ปิด" in (await desk.says(f"รอผู้รับบริการ {NO}")).text
    assert (await tickets.get_ticket(desk.db, NO)).waiting_since is None


def test_tickets_are_saved_in_one_place_so_that_no_deadline_is_forgotten():
    """Whoever saves a ticket saves what follows from it: by handlers/tickets/saves.py, which has
    the store do it.
    """

    def calling(*words):
        return {
            path.relative_to(HANDLERS).as_posix()
            for path in HANDLERS.rglob("*.py")
            if any(word in path.read_text("utf-8") for word in words)
        }

    past_it = [
        f"{module}.{verb}_ticket"
        for module in ("tickets", "ticket_store")
        for verb in ("add", "update")
    ]
    assert calling(*past_it) == set()
    assert calling("from store import ticket_saves", "store_saves.") == {"tickets/saves.py"}
