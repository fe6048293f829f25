"""What is told of deadlines: whom, when, once, in one message, and planned anew with whatever moves
them.
"""

from datetime import datetime, timedelta

import pytest

from domain.dates.working_calendar import BANGKOK
from domain.staff import Identity, Platform, Role
from store import due, staff
from store.tickets import records as tickets
from tests.handlers.conftest import Answer

pytestmark = pytest.mark.usefixtures("quiet_mornings")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


def newest(desk, who: str, count: int = 1) -> Answer:
    return Answer(desk.told(who).replies[-count:])


async def planned(desk, no: str = "R2611000124") -> dict[str, str]:
    """What waits to be told of a ticket: stage -> local time."""
    rows = await due.list_waiting(desk.db, "ticket.deadline", no)
    return {
        row.occurrence.partition(":")[0]: f"{row.due_at.astimezone(BANGKOK):%m-%dT%H:%M}"
        for row in rows
    }


async def told(desk, who: str = "nok") -> list[str]:
    """The messages of deadlines that a person got."""
    return [line for line in desk.told(who).text.split("\n") if line.startswith("⏰")]


@pytest.fixture
async def asked(desk):
    """Half a day's question, Monday 23 November 10.00: due 14.30."""
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน")
    return desk


async def test_due_soon_then_overdue_then_the_supervisor_once_each(asked):
    desk = asked
    assert await planned(desk) == {
        "soon": "11-23T13:48",
        "over": "11-23T14:30",
        "supervisors": "11-24T14:30",
    }
    desk.now = at("2026-11-23T13:47")
    await desk.tick()
    assert await told(desk) == []
    for moment in ("2026-11-23T13:48", "2026-11-23T14:00", "2026-11-23T14:30", "2026-11-24T10:00"):
        desk.now = at(moment)
        await desk.tick()
    assert await told(desk) == ["⏰ ใกล้กำหนด 14.30 น.", "⏰ เกินกำหนด 14.30 น."]
    assert newest(desk, "nok").buttons == ["ดูใบงาน", "รอผู้รับบริการ", "มอบหมาย"]
    assert await told(desk, "ton") == []
    desk.now = at("2026-11-24T14:30")
    await desk.tick()
    await desk.tick()
    assert await told(desk, "ton") == ["⏰ เกินกำหนด 23 พ.ย. 69 14.30 น. · นก"]
    assert await told(desk, "may") == []
    assert len(await told(desk)) == 2


async def test_a_call_recorded_and_closed_makes_no_noise(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบ ปิด")
    assert await planned(desk) == {}
    desk.wait(days=3)
    await desk.tick()
    assert await told(desk) == []


async def test_a_call_left_open_is_told_once_after_half_an_hour(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม")
    assert await planned(desk) == {"over": "11-23T10:30", "supervisors": "11-24T10:30"}
    for _minute in range(6):
        desk.wait(minutes=10)
        await desk.tick()
    assert await told(desk) == ["⏰ เกินกำหนด 10.05 น."]


async def test_a_desk_that_was_away_tells_the_latest_only(asked):
    desk = asked
    desk.now = at("2026-11-26T10:00")
    await desk.tick()
    assert await told(desk) == ["⏰ เกินกำหนด 23 พ.ย. 69 14.30 น."]
    assert len(await told(desk, "ton")) == 1


async def test_nothing_is_told_at_night_or_on_a_holiday(desk):
    desk.now = at("2026-12-04T16:00")
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน")
    desk.now = at("2026-12-07T12:00")
    await desk.tick()
    assert await told(desk) == []
    desk.now = at("2026-12-08T16:00")
    await desk.tick()
    assert await told(desk) == ["⏰ เกินกำหนด 11.30 น."]


async def test_several_at_once_are_one_message(desk):
    for word in ("หนึ่ง", "สอง", "สาม"):
        await desk.says(f"/open C81554 อีเมล 6.1 ขอข้อมูล {word}")
    desk.now = at("2026-11-23T13:50")
    await desk.tick()
    assert await told(desk) == ["⏰ ใกล้กำหนด 3"]
    assert len([label for label in newest(desk, "nok").buttons if "ขอข้อมูล" in label]) == 3
    desk.now = at("2026-11-23T14:40")
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.tick()
    assert await told(desk) == ["⏰ ใกล้กำหนด 3", "⏰ เกินกำหนด 3"]


async def test_waiting_takes_back_what_was_planned_and_the_answer_plans_it_anew(asked):
    desk = asked
    await desk.presses("รอผู้รับบริการ")
    assert await planned(desk) == {}
    desk.now = at("2026-11-24T10:00")
    await desk.tick()
    await desk.presses("ผู้รับบริการตอบแล้ว")
    assert await planned(desk) == {
        "soon": "11-24T13:48",
        "over": "11-24T14:30",
        "supervisors": "11-25T14:30",
    }
    assert await told(desk) == []


async def test_another_channel_complexity_date_closing_and_reopening_plan_anew(asked):
    desk = asked
    for field, value, over in (
        ("ช่องทาง", "หนังสือ", "11-23T15:00"),
        ("ความยุ่งยาก", "พิเศษ", "12-28T10:00"),
    ):
        await desk.says("R2611000124")
        await desk.presses("แก้ไข")
        await desk.presses("ช่องทั้งหมด")
        await desk.presses(field)
        shown = await desk.presses(value)
        if "ใช้ช่องทางนี้" in shown.buttons:
            await desk.presses("ใช้ช่องทางนี้")
        await desk.presses("บันทึก")
        assert (await planned(desk))["over"] == over
    await desk.says("ปิดใบงาน R2611000124 ส่งแล้ว")
    assert await planned(desk) == {}
    await desk.says("R2611000124")
    await desk.presses("เปิดใบงานอีกครั้ง")
    assert (await planned(desk))["over"] == "12-28T10:00"


async def test_an_entered_holiday_moves_what_is_planned_in_the_same_moment(desk):
    desk.now = at("2026-12-04T16:00")
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน")
    assert (await planned(desk, "R2612000124"))["over"] == "12-08T11:30"
    answer = await desk.says("/holiday 8 ธ.ค. 69 วันหยุดพิเศษ", who="may")
    assert answer.text == "✅ บันทึกข้อมูลเรียบร้อย 8 ธ.ค. 69 วันหยุดพิเศษ\nกำหนดเสร็จเปลี่ยน 1 ใบ"
    assert (await planned(desk, "R2612000124"))["over"] == "12-09T11:30"
    desk.now = at("2026-12-08T14:00")
    await desk.tick()
    assert await told(desk) == []


async def test_who_has_no_assignee_at_work_is_told_to_the_supervisors(asked):
    desk = asked
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["nok"], desk.now))
    desk.now = at("2026-11-23T14:30")
    await desk.tick()
    assert await told(desk, "ton") == ["⏰ เกินกำหนด 14.30 น. · นก"]


async def test_without_supervisors_the_administrators_are_told(asked):
    desk = asked
    await desk.db.write(lambda tx: staff.set_role(tx, desk.ids["ton"], Role.OFFICER))
    desk.now = at("2026-11-24T15:00")
    await desk.tick()
    assert len(await told(desk, "may")) == 1
    assert await told(desk, "ton") == []


async def test_every_morning_all_is_planned_afresh_imported_tickets_too(asked):
    desk = asked
    one = await tickets.get_ticket(desk.db, "R2611000124")
    await desk.db.write(lambda tx: tx.execute("DELETE FROM due"))
    await desk.db.write(
        lambda tx: tx.execute("UPDATE tickets SET complexity = 'complex' WHERE no = ?", one.no)
    )
    await desk.db.write(
        lambda tx: due.plan(
            tx, [due.Due("ticket.deadline", "R2600000001", "over:x", desk.now + timedelta(9))]
        )
    )
    await desk.tick()  # the first of the day, whenever the desk starts
    assert (await planned(desk))["over"] == "11-24T10:00"
    assert await planned(desk, "R2600000001") == {}


async def test_a_due_time_that_moved_unseen_is_not_told_but_planned_anew(asked):
    desk = asked
    await desk.tick()
    await desk.db.write(lambda tx: tx.execute("UPDATE tickets SET complexity = 'complex'"))
    desk.now = at("2026-11-23T14:30")
    await desk.tick()
    assert await told(desk) == []
    assert (await planned(desk))["over"] == "11-24T10:00"


async def test_somebody_on_leave_is_left_in_peace(asked):
    desk = asked

    async def colleague(tx):
        desk.ids["prae"] = await staff.add_staff(tx, "แพร", Role.OFFICER, desk.now)
        await staff.link_identity(
            tx, Identity(Platform.TELEGRAM, "prae", desk.ids["prae"], "prae"), desk.now
        )

    await desk.db.write(colleague)
    await desk.says("ลา วันนี้")
    await desk.presses("ลาโดยไม่ฝาก")
    desk.now = at("2026-11-23T14:30")
    await desk.tick()
    assert await told(desk) == []
    assert await told(desk, "ton") == ["⏰ เกินกำหนด 14.30 น. · นก"]
