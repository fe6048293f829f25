"""The morning's queue: one message a person, only what the day needs, silent when empty; weekly for
supervisors.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from domain.staff import Platform
from handlers.chat import Choice
from handlers.registry import KINDS
from scheduler import ticker
from store import due

MAIL = "/open C81554 อีเมล 6.1 ขอข้อมูลแรงงาน"
SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


async def to_morning(desk, days=1):
    """Half past eight some days later; what was told then, by person."""
    before = len(desk.recorders[Platform.TELEGRAM].sent)
    desk.now = (desk.now + timedelta(days=days)).replace(hour=1, minute=30)
    await desk.tick()
    told = {}
    for chat, reply in desk.recorders[Platform.TELEGRAM].sent[before:]:
        told.setdefault(chat, []).append(reply)
    return told


def queue(told, who="nok"):
    return [
        part
        for reply in told.get(who, [])
        for part in reply.parts
        if isinstance(part, Choice) and "☀️" in part.question
    ]


async def test_what_is_overdue_and_due_comes_as_one_message_and_a_tap_opens_it(desk):
    await desk.says(MAIL)
    await desk.says("/open C90210 มาเอง 6.1 ขอข้อมูลประชากรแฝง")
    await desk.says("/open C70001 อีเมล 4.1 ขอเล่มรายงาน")
    await desk.says("เตือน พรุ่งนี้ 14.00 โทรกลับคุณสมชาย")
    (part,) = queue(await to_morning(desk))
    assert part.question == ("☀️ อังคาร 24 พ.ย. 69 · งานของคุณ 3 เรื่อง\nเกินกำหนด 2 · เตือนวันนี้ 1")
    assert [option.label.split(" · ")[0] for option in part.options] == [
        "เกินกำหนด",
        "เกินกำหนด",
        "เตือนวันนี้",
    ]
    shown = await desk.presses_token(part.options[0].token)
    assert "🎫 R2611000125" in shown.text


async def test_a_day_with_nothing_to_do_is_silent(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบแล้ว ปิด")
    assert queue(await to_morning(desk)) == []


async def test_it_is_told_once_a_working_day_and_marked_when_the_desk_was_away(desk):
    await desk.says(MAIL)
    assert len(queue(await to_morning(desk))) == 1
    desk.wait(minutes=30)
    await desk.tick()
    assert desk.told("nok").text.count("☀️") == 1
    desk.wait(days=1, hours=2)  # Wednesday, 11.00
    await desk.tick()
    assert "ส่งช้ากว่ากำหนด" in desk.told("nok").text
    desk.wait(days=3)  # Saturday
    await desk.tick()
    assert desk.told("nok").text.count("☀️") == 2


async def test_what_waits_for_the_customer_is_listed_last(desk):
    await desk.says(MAIL)
    await desk.says("รอผู้รับบริการ R2611000124")
    (part,) = queue(await to_morning(desk, 2))
    assert part.question.endswith("รอผู้รับบริการ 1")


async def test_what_is_owed_stands_in_the_queue_from_its_first_reminder(desk):
    await desk.says(SENT)
    assert queue(await to_morning(desk)) == []
    desk.wait(days=15)
    await desk.tick()
    part = queue(await to_morning(desk, 2))[-1]  # the day between is a holiday
    assert "ค้างส่งสำนักงาน 1" in part.question
    assert "ยังไม่ส่งสัญญาคืน" in part.options[0].label
    assert "ค้างส่งทั้งหมด" in [button.label for button in part.buttons]


async def test_supervisors_hear_on_the_weeks_first_working_day_what_the_desk_is_owed(desk):
    await desk.says(SENT)
    assert queue(await to_morning(desk), "ton") == []
    told = await to_morning(desk, 6)  # Monday
    assert len(told["ton"]) == 1
    (part,) = queue(told, "ton")
    assert part.question.startswith("☀️ สิ่งที่ค้างส่งสำนักงาน 1 เรื่อง เก่าสุดก่อน")
    assert "ค้างมากสุด: C70001 ผศ.ดร.กมลชนก รัตนพิทักษ์ (1)" in part.question


async def test_each_hears_only_of_the_own_work(desk):
    await desk.says(MAIL)
    told = await to_morning(desk)
    assert queue(told)
    assert queue(told, "ton") == []
    assert queue(told, "may") == []


async def test_the_work_of_who_is_on_leave_stands_in_the_day_of_who_stands_in(desk):
    await desk.says(MAIL)
    await desk.says(SENT)
    await desk.db.write(lambda tx: tx.execute("UPDATE owed SET expected_on = ?", desk.now.date()))
    await desk.says("เตือน พรุ่งนี้ 14.00 โทรกลับคุณสมชาย")
    await desk.says("ลา พรุ่งนี้")
    await desk.presses("ลาโดยไม่ฝาก")
    told = await to_morning(desk)
    assert queue(told) == []
    (part,) = queue(told, "ton")
    assert "งานของคุณ 2 เรื่อง\nเกินกำหนด 1 · ค้างส่งสำนักงาน 1" in part.question
    assert all(option.label.endswith(" · นก") for option in part.options)
    assert len(queue(await to_morning(desk))) == 1, "back at work"


async def test_the_work_of_who_left_is_the_supervisors(desk):
    await desk.says(MAIL)
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET blocked_at = ? WHERE name = 'นก'", desk.now)
    )
    (part,) = queue(await to_morning(desk), "ton")
    assert "เกินกำหนด 1" in part.question


async def test_everything_is_counted_and_ten_are_shown(desk):
    for number in range(12):
        await desk.says(f"/open C81554 อีเมล 6.1 เรื่องที่ {number}")
    await desk.says(SENT)
    await desk.db.write(lambda tx: tx.execute("UPDATE owed SET expected_on = ?", desk.now.date()))
    (part,) = queue(await to_morning(desk))
    assert "งานของคุณ 13 เรื่อง\nเกินกำหนด 12 · ค้างส่งสำนักงาน 1\nและอีก 3 เรื่อง" in part.question
    assert len(part.options) == 10
    assert await desk.count("audit", "action = 'ticket.told'") == 10, (
        "the deadlines told nothing beside it"
    )


# What else is to be told at its minute.


async def test_deadlines_that_came_due_since_yesterday_are_told_in_it_and_not_beside_it(desk):
    await desk.says(MAIL)
    told = await to_morning(desk)
    assert [len(told[who]) for who in told] == [1]
    assert "เกินกำหนด 1" in queue(told)[0].question
    assert await desk.count("due", "kind = 'ticket.deadline' AND state = 'done'") == 2
    desk.wait(minutes=30)
    await desk.tick()
    assert len(desk.told("nok").replies) == 2, "the answer to what was typed, and the queue"


async def test_what_colleagues_are_late_with_stands_in_the_supervisors_day_with_their_names(desk):
    await desk.says(MAIL)
    await to_morning(desk)
    told = await to_morning(desk)
    assert len(told["ton"]) == 1
    (part,) = queue(told, "ton")
    assert "งานของเจ้าหน้าที่ที่เกินกำหนด 1" in part.question
    (option,) = part.options
    assert option.label.startswith("งานของเจ้าหน้าที่ที่เกินกำหนด · 🎫 ")
    assert option.label.endswith(" · นก")


async def test_the_queue_and_the_weekly_list_are_one_message(desk):
    await desk.says(SENT)
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูล @ต้น")
    told = await to_morning(desk, 7)
    assert len(told["ton"]) == 1
    first, second = queue(told, "ton")
    assert "งานของคุณ" in first.question
    assert "สิ่งที่ค้างส่งสำนักงาน 1 เรื่อง" in second.question
    assert "nok" not in told


async def test_however_many_deadlines_wait_the_queue_tells_them(desk, monkeypatch):
    monkeypatch.setattr(ticker, "BATCH", 1)
    for number in range(3):
        await desk.says(f"/open C81554 อีเมล 6.1 เรื่องที่ {number}")
    told = await to_morning(desk)
    assert len(told["nok"]) == 1
    assert "เกินกำหนด 3" in queue(told)[0].question


async def test_while_another_process_tells_the_queue_no_deadline_is_told_beside_it(desk):
    await desk.says(MAIL)
    desk.now = (desk.now + timedelta(days=1)).replace(hour=1, minute=30)
    row = due.Due("morning", "", "2026-11-24", desk.now)
    await desk.db.write(partial(due.plan, rows=[row]))
    claimable = due.Claimable(["morning"], desk.now)
    await desk.db.write(lambda tx: due.claim(tx, desk.db.engine, claimable, "other", 1))
    before = len(desk.told("nok").replies)
    await desk.tick()
    assert len(desk.told("nok").replies) == before
    desk.wait(minutes=2)  # it died
    await desk.tick()
    assert len(desk.told("nok").replies) == before + 1
    assert "เกินกำหนด 1" in desk.told("nok").text


async def test_a_queue_that_fails_does_not_hold_the_deadlines_back(desk, monkeypatch):
    await desk.says(MAIL)

    async def broken(work, rows):
        raise RuntimeError("broken")

    monkeypatch.setitem(KINDS, "morning", replace(KINDS["morning"], run=broken))
    assert queue(await to_morning(desk)) == []
    assert "⏰ เกินกำหนด" in desk.told("nok").text


async def test_what_its_reminder_told_today_is_not_told_again_by_a_queue_that_comes_late(desk):
    await desk.says(SENT)
    kind = KINDS.pop("morning")
    desk.wait(days=15)
    await desk.tick()
    assert "ค้างส่ง 1 เรื่อง" in desk.told("nok").text
    KINDS["morning"] = kind
    desk.wait(hours=1)
    await desk.tick()
    assert "☀️" not in desk.told("nok").text
