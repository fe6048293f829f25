"""The morning's queue: one message a person, only what the day needs, silent when empty; weekly for supervisors."""

from datetime import timedelta

from domain.staff import Platform
from handlers.chat import Choice

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
        part for reply in told.get(who, []) for part in reply.parts if isinstance(part, Choice) and "☀️" in part.question
    ]


async def test_what_is_overdue_and_due_comes_as_one_message_and_a_tap_opens_it(desk):
    await desk.says(MAIL)
    await desk.says("/open C90210 มาเอง 6.1 ขอข้อมูลประชากรแฝง")
    await desk.says("/open C70001 อีเมล 4.1 ขอเล่มรายงาน")
    await desk.says("เตือน พรุ่งนี้ 14.00 โทรกลับคุณสมชาย")
    (part,) = queue(await to_morning(desk))
    assert part.question == ("☀️ อังคาร 24 พ.ย. 69 · งานของคุณ 3 เรื่อง\nเกินกำหนด 2 · เตือนวันนี้ 1")
    assert [option.label.split(" · ")[0] for option in part.options] == ["เกินกำหนด", "เกินกำหนด", "เตือนวันนี้"]
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
    (part,) = queue(await to_morning(desk, 6), "ton")  # Monday
    assert part.question.startswith("☀️ สิ่งที่ค้างส่งสำนักงาน 1 เรื่อง เก่าสุดก่อน")
    assert "ค้างมากสุด: C70001 ผศ.ดร.กมลชนก รัตนพิทักษ์ (1)" in part.question


async def test_each_hears_only_of_the_own_work(desk):
    await desk.says(MAIL)
    told = await to_morning(desk)
    assert queue(told)
    assert queue(told, "ton") == []
    assert queue(told, "may") == []
