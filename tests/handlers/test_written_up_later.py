"""What was done earlier and is written up and closed in one go was closed then, whichever way it is
written up; the clock, what is owed and the letters count from there.
"""

from datetime import datetime

import pytest

from domain.clock import state as clock
from domain.clock.state import State
from domain.dates.days import BANGKOK
from domain.tickets.records import Status, Ticket
from store.tickets import records as tickets
from tests.fakes.office import OFFICE

NO = "R2611000124"
SAVED = "บันทึกข้อมูลเรียบร้อย"
FRIDAY = "6 พ.ย. 69"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


async def saved(desk, no=NO) -> Ticket:
    return await tickets.get_ticket(desk.db, no)


def local(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(BANGKOK).replace(tzinfo=None).isoformat(timespec="minutes")


def now(desk) -> str:
    return local(desk.now)


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        ("6 พ.ย. 69 C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-11-06T16:30"),
        ("6 พ.ย. 69 10.20 C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-11-06T10:20"),
        ("C81554 โทร 1.1 ย้อนหลัง 6 พ.ย. 69 17.45 ถามเวลา => แจ้งแล้ว ปิด", "2026-11-06T17:45"),
        ("C81554 โทร 1.1 ถามเวลาทำการ โทรมาเมื่อวันศุกร์ => แจ้งแล้ว ปิด", "2026-11-20T16:30"),
        # A Sunday and a public holiday: whoever worked then kept to the usual hours.
        ("เมื่อวาน C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-11-22T16:30"),
        ("23 ต.ค. 69 C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-10-23T16:30"),
        ("วันนี้ 9.10 C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-11-23T09:10"),
        ("วันนี้ C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-11-23T10:00"),
        ("C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด", "2026-11-23T10:00"),
    ],
)
async def test_a_line_that_closes_itself_was_closed_when_it_came(desk, line, closed):
    done = await desk.says(f"/open {line}")
    assert SAVED in done.text
    ticket = await saved(desk)
    assert local(ticket.closed_at) == closed
    assert (local(ticket.recorded_at), ticket.recorded_by) == (now(desk), desk.ids["nok"])
    assert clock.state(OFFICE, ticket, desk.now) is State.KEPT
    assert ("ปิดเมื่อ: " in done.text) == (closed != now(desk))


@pytest.mark.parametrize(
    "line",
    [
        "C81554 โทร ลงวันที่ 6 พฤศจิกา 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด",
        "ลงวันที่ 6 C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด",
        "C81554 หนังสือลงวันที่ 6 พ.ย. 2569 6.4 ขอตารางเด็ก เพื่อวิจัย เลขรับ 512 9 พ.ย. 69 => ส่งแล้ว ปิด",
        "ลว.6/11/26 C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด",
        "C81554 letter dated 6 Nov 2026 6.4 ขอตารางเด็ก เพื่อวิจัย เลขรับ 512 9 พ.ย. 69 => ส่งแล้ว ปิด",
    ],
)
async def test_the_day_that_a_letter_bears_is_shown_and_is_its_day(desk, line):
    shown = await desk.says(f"/open {line}")
    assert SAVED not in shown.text
    assert FRIDAY in shown.text
    await desk.presses("ปิดด้วยผลนี้")
    ticket = await saved(desk)
    assert local(ticket.created_at).startswith("2026-11-06")
    assert local(ticket.closed_at) == "2026-11-06T16:30"
    assert clock.state(OFFICE, ticket, desk.now) is State.KEPT


async def test_work_of_a_day_was_done_in_time_though_it_is_written_up_weeks_later(desk):
    done = await desk.says(f"/open {FRIDAY} C81554 เมล 6.1 ความยุ่งยาก2 ขอตารางเด็ก => ส่งแล้ว ปิด")
    assert "ปิดเมื่อ: 6 พ.ย. 69 16.30 น." in done.text
    assert clock.state(OFFICE, await saved(desk), desk.now) is State.KEPT
    await desk.says(NO)
    assert "ปิด 6 พ.ย. 69 16.30 น. ทันกำหนด" in (await desk.chooses("ทำไมกำหนดนี้")).text


async def test_history_and_audit_say_when_it_was_typed(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.says(NO)
    history = await desk.chooses("ประวัติ")
    assert "23 พ.ย. 69 10.00 น. นก" in history.text
    created = "action = 'ticket.created' AND record = ?"
    row = await desk.db.fetch_one(f"SELECT occurred_at FROM audit WHERE {created}", NO)
    assert row["occurred_at"] == desk.now


async def test_a_form_shows_when_it_will_have_been_closed_and_saves_that(desk):
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("วันที่สร้าง")
    await desk.says(FRIDAY)
    await desk.says("ถามเวลาทำการ ปิด")
    await desk.presses("ช่องอื่น ๆ")
    shown = await desk.presses("กลับ")
    assert "ปิดเมื่อ: 6 พ.ย. 69 16.30 น." in shown.text
    await desk.says("แจ้งเวลาแล้ว")
    assert local((await saved(desk)).closed_at) == "2026-11-06T16:30"


async def test_the_moment_of_closing_is_a_field_of_the_form(desk):
    asked = await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ ปิด")
    assert "ปิดเมื่อ: 6 พ.ย. 69 16.30 น." in asked.text
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("ปิดเมื่อ")
    # A time of day alone is one of the day on which it came.
    assert "ปิดเมื่อ: 6 พ.ย. 69 09.15 น." in (await desk.says("9.15")).text
    await desk.says("แจ้งแล้ว")
    assert local((await saved(desk)).closed_at) == "2026-11-06T09:15"


async def test_closed_today_says_so_though_it_came_weeks_ago(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ ปิด")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("ปิดเมื่อ")
    await desk.presses("วันนี้")
    await desk.says("แจ้งแล้ว")
    ticket = await saved(desk)
    assert (local(ticket.created_at), local(ticket.closed_at)) == ("2026-11-06T08:30", now(desk))


async def test_both_tickets_of_a_forwarded_mail_go_by_its_day(desk):
    await desk.says(f"/open {FRIDAY} C81554 เมล fwd ขอตารางแรงงาน")
    await desk.says("C70001")
    done = await desk.says("6.1")
    assert SAVED in done.text
    first, second = sorted([await saved(desk, f"R26110001{n}") for n in (24, 25)], key=_is_open)
    assert (first.status, local(first.closed_at)) == (Status.CLOSED, "2026-11-06T16:30")
    assert (second.status, local(second.created_at)) == (Status.OPEN, "2026-11-06T08:30")


def _is_open(ticket: Ticket) -> bool:
    return ticket.status is Status.OPEN


async def test_a_later_command_or_button_closes_now(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ")
    await desk.says(f"/close {NO} แจ้งแล้ว")
    assert local((await saved(desk)).closed_at) == now(desk)
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาเปิด")
    await desk.presses("ปิดใบงาน R2611000125")
    desk.wait(minutes=20)
    await desk.says("แจ้งแล้ว")
    assert local((await saved(desk, "R2611000125")).closed_at) == now(desk)


async def test_a_changed_day_of_creation_moves_no_closing(desk):
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    closed_at = (await saved(desk)).closed_at
    desk.wait(days=1)
    assert SAVED in (await desk.says(f"แก้ไข {NO} วันที่สร้าง {FRIDAY}")).text
    ticket = await saved(desk)
    assert (local(ticket.created_at), ticket.closed_at) == ("2026-11-06T08:30", closed_at)


async def test_opened_again_and_closed_anew_it_was_closed_now(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.says(NO)
    await desk.presses("เปิดใบงานอีกครั้ง")
    desk.wait(hours=2)
    await desk.says(f"/close {NO} แจ้งอีกครั้ง")
    assert local((await saved(desk)).closed_at) == now(desk)


async def test_a_closing_is_corrected_and_the_correction_taken_back(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    done = await desk.says(f"แก้ไข {NO} วันที่ปิด 9 พ.ย. 69 11.00")
    assert "ปิดเมื่อ: 9 พ.ย. 69 11.00 น." in done.text
    assert local((await saved(desk)).closed_at) == "2026-11-09T11:00"
    await desk.says(NO)
    history = await desk.chooses("ประวัติ")
    assert "วันที่ปิด: 6 พ.ย. 69 16.30 น. → 9 พ.ย. 69 11.00 น." in history.text
    await desk.presses("เลิกการแก้ไขล่าสุด")
    assert local((await saved(desk)).closed_at) == "2026-11-06T16:30"


@pytest.mark.parametrize("field", ["ปิดเมื่อ 5 พ.ย. 69", "วันที่สร้าง 7 พ.ย. 69"])
async def test_nothing_comes_after_it_was_closed(desk, field):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    before = await saved(desk)
    told = await desk.says(f"แก้ไข {NO} {field}")
    assert "อยู่หลังวันที่ปิด" in told.text
    assert await saved(desk) == before


async def test_a_closing_before_its_day_takes_the_day_back_with_one_tap(desk):
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.says(f"แก้ไข {NO} ปิดเมื่อ {FRIDAY} 15.00")
    await desk.presses(f"ย้อนวันที่สร้างใบงานเป็น {FRIDAY}")
    ticket = await saved(desk)
    assert (local(ticket.created_at), local(ticket.closed_at)) == (
        "2026-11-06T08:30",
        "2026-11-06T15:00",
    )


async def test_nothing_was_closed_while_it_was_still_worked_on(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.says(NO)
    await desk.presses("เปิดใบงานอีกครั้ง")
    desk.wait(hours=2)
    await desk.says(f"/close {NO} แจ้งอีกครั้ง")
    told = await desk.says(f"แก้ไข {NO} ปิดเมื่อ {FRIDAY} 15.00")
    assert "หลังเวลานั้นใบงานนี้ยังดำเนินการอยู่" in told.text


async def test_what_is_owed_began_on_that_day(desk):
    done = await desk.says(f"/open {FRIDAY} C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    assert "รอสัญญาที่ลงนาม กำหนด 20 พ.ย. 69" in done.text
    row = await desk.db.fetch_one("SELECT started_at, expected_on FROM owed")
    assert local(row["started_at"]) == "2026-11-06T16:30"
    assert row["expected_on"].isoformat() == "2026-11-20"


async def test_a_corrected_closing_moves_what_is_owed(desk):
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    await desk.says(f"แก้ไข {NO} วันที่สร้าง {FRIDAY}")
    row = await desk.db.fetch_one("SELECT started_at FROM owed WHERE state = 'open'")
    assert local(row["started_at"]) == now(desk)
    await desk.says(f"แก้ไข {NO} ปิดเมื่อ {FRIDAY}")
    row = await desk.db.fetch_one("SELECT started_at FROM owed WHERE state = 'open'")
    assert local(row["started_at"]) == "2026-11-06T16:30"


async def test_a_post_of_an_earlier_day_was_done_on_that_day(desk):
    link = "https://www.facebook.com/nso/posts/123456789012345"
    await desk.says(f"ประชาสัมพันธ์ เฟซ ภาวะการทำงานของประชากร ตุลาคม 2569 {link} {FRIDAY}")
    await desk.presses("บันทึก")
    row = await desk.db.fetch_one("SELECT created_at, closed_at FROM tickets")
    assert (local(row["created_at"]), local(row["closed_at"])) == (
        "2026-11-06T08:30",
        "2026-11-06T16:30",
    )


TABLE = "no,created_at,channel,subject,details,status,closed_at\n"


@pytest.mark.parametrize(
    ("row", "closed"),
    [
        ("2026-11-06,โทรศัพท์,1.1,ถามเวลา,ปิด,", "2026-11-06T16:30"),
        ("2026-11-06 10:20,โทรศัพท์,1.1,ถามเวลา,ปิด,", "2026-11-06T10:20"),
        ("2026-11-06 10:20,โทรศัพท์,1.1,ถามเวลา,ปิด,2026-11-06", "2026-11-06T16:30"),
        ("2026-11-06,โทรศัพท์,1.1,ถามเวลา,ปิด,2026-11-09 09:00", "2026-11-09T09:00"),
    ],
)
async def test_a_table_says_when_it_was_closed_or_that_it_was(desk, row, closed):
    table = f"{TABLE}R2611000777,{row}\n".encode()
    await desk.sends_file(table, "tickets.csv", who="may")
    await desk.presses("นำเข้า", who="may")
    assert local((await saved(desk, "R2611000777")).closed_at) == closed


@pytest.mark.parametrize(
    ("end", "closed"),
    [
        ("ปิดวันนี้", "2026-11-23T10:00"),
        ("ปิดเมื่อ 9 พ.ย. 69 11.00", "2026-11-09T11:00"),
        ("ปิดวันที่ 9 พ.ย. 69", "2026-11-09T16:30"),
        ("ปิด 15.30 น.", "2026-11-06T15:30"),
        ("ปิดเมื่อวาน", "2026-11-22T16:30"),
    ],
)
async def test_a_line_may_say_otherwise(desk, end, closed):
    line = f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว {end}"
    assert SAVED in (await desk.says(line)).text
    ticket = await saved(desk)
    assert (ticket.result, local(ticket.closed_at)) == ("แจ้งแล้ว", closed)


async def test_a_result_that_is_asked_for_may_say_otherwise(desk):
    await desk.says(f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ ปิด")
    await desk.says("แจ้งแล้ว ปิดเมื่อ 9 พ.ย. 69 11.00")
    ticket = await saved(desk)
    assert (ticket.result, local(ticket.closed_at)) == ("แจ้งแล้ว", "2026-11-09T11:00")


async def test_a_line_that_closes_before_it_came_is_asked_and_nothing_is_saved(desk):
    line = f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิดเมื่อ 5 พ.ย. 69"
    assert "อยู่หลังวันที่ปิด" in (await desk.says(line)).text
    assert await desk.count("tickets") == 0
    assert SAVED in (await desk.presses(f"วันที่สร้าง {FRIDAY}")).text
    assert local((await saved(desk)).closed_at) == "2026-11-06T16:30"


async def test_a_day_that_ends_the_result_is_shown_as_the_one_of_closing(desk):
    line = f"/open {FRIDAY} C81554 โทร 1.1 ถามเวลาทำการ => ส่งให้ 10 พ.ย. 69 ปิด"
    shown = await desk.says(line)
    assert 'ตรวจปิดเมื่อ อ่านจาก "10 พ.ย. 69"' in shown.text
    await desk.presses("ปิดด้วยผลนี้")
    assert local((await saved(desk)).closed_at) == "2026-11-10T16:30"
