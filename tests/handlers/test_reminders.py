"""Personal reminders: set, listed, moved, deleted, and rung at their time, day and night; only
one's own.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.staff import Platform
from handlers.chat import Notice, Paragraph, Reply, reply_to_json
from handlers.desk import Outcome
from store import due, reminders
from store.reminders import KIND

pytestmark = pytest.mark.usefixtures("quiet_mornings")

TICKET = "R2611000124"
WHOM = "C81554 นายสมชาย ใจดี"
ABOUT = f"{TICKET} · {WHOM} · 1.1 · ขอรายได้ครัวเรือน"


async def ticket(desk):
    return await desk.says("/open C81554 โทร 1.1 ขอรายได้ครัวเรือน")


async def rings(desk, **span):
    """Let time pass; the last thing that the officer was told then."""
    desk.wait(**span)
    await desk.tick()
    told = desk.told("nok")
    desk.last["telegram:nok"] = told
    return told.replies and type(told)([told.replies[-1]])


@pytest.mark.parametrize(
    ("line", "when", "what"),
    [
        (f"เตือน {TICKET} อีก 3 วัน", "พฤ. 26 พ.ย. 69 09.00 น.", ABOUT),
        (f"/remind {TICKET} พรุ่งนี้ 9.00 ส่งไฟล์", "อ. 24 พ.ย. 69 09.00 น.", f"{ABOUT} · ส่งไฟล์"),
        ("เตือน r๒๖๑๑๐๐๐๑๒๔ ศุกร์หน้า", "ศ. 4 ธ.ค. 69 09.00 น.", ABOUT),
        ("เตือน c81554 15 ธ.ค. 69 บ่ายสอง", "อ. 15 ธ.ค. 69 14.00 น.", WHOM),
        ("เตือน พรุ่งนี้ 9 โมง โทรกลับคุณสมชาย", "อ. 24 พ.ย. 69 09.00 น.", "โทรกลับคุณสมชาย"),
        ("เตือน โทรกลับคุณสมชาย พรุ่งนี้ 9 โมง", "อ. 24 พ.ย. 69 09.00 น.", "โทรกลับคุณสมชาย"),
        ("/remind tomorrow 2 pm call back", "อ. 24 พ.ย. 69 14.00 น.", "call back"),
        ("เตือน\nอีก 2 ชม.\nส่งไฟล์", "จ. 23 พ.ย. 69 12.00 น.", "ส่งไฟล์"),
    ],
)
async def test_one_line_sets_a_reminder(desk, line, when, what):
    await ticket(desk)
    answer = await desk.says(line)
    assert answer.text == f"⏰ จะเตือน {when}\n{what}"
    assert await desk.count("reminders") == await desk.count("due", "kind = 'reminder'") == 1


@pytest.mark.parametrize(
    "line", ["เตือนใจ", "เตือน ใจดี", "เตือน", "เตือน จันทร์เพ็ญ ใจดี", "เตือน สายใจ", "เตือน เที่ยงธรรม"]
)
async def test_people_whose_name_begins_like_the_command_are_looked_for(desk, line):
    assert "⏰" not in (await desk.says(line)).text


async def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(desk):
    await ticket(desk)
    asked = await desk.chooses("เตือน")
    assert asked.text.startswith(f"⏰ เตือน · {TICKET} · C81554 นายสมชาย ใจดี")
    assert "พรุ่งนี้ 9.00" in asked.buttons
    again = await desk.says("เมื่อไหร่ดี")
    assert '⚠️ ไม่เข้าใจเวลา "เมื่อไหร่ดี"' in again.text
    assert "⏰ จะเตือน อ. 24 พ.ย. 69 09.00 น." in (await desk.presses("พรุ่งนี้ 9.00")).text
    await desk.says("/remind ส่งไฟล์ให้คุณสมชาย")
    assert "ส่งไฟล์ให้คุณสมชาย" in (await desk.says("ศุกร์นี้ 14.00")).text
    await desk.says("/remind")
    await desk.presses("อีก 1 ชม.")
    assert (await desk.says("โทรกลับ")).text == "⏰ จะเตือน จ. 23 พ.ย. 69 11.00 น.\nโทรกลับ"


async def test_the_past_is_refused_in_one_sentence_and_asked_for_again(desk):
    answer = await desk.says("เตือน วันนี้ 8.00 ส่งเมล")
    assert answer.text.startswith("⚠️ จ. 23 พ.ย. 69 08.00 น. ผ่านไปแล้ว พิมพ์เวลาใหม่ เช่น พรุ่งนี้ 9.00")
    assert (await desk.says("บ่ายสาม")).text == "⏰ จะเตือน จ. 23 พ.ย. 69 15.00 น.\nส่งเมล"


@pytest.mark.parametrize(
    ("line", "why", "to"),
    [
        ("เตือน เสาร์นี้ 14.00 ส่งไฟล์", "วันเสาร์", "จ. 30 พ.ย. 69 14.00 น."),
        ("เตือน 10 ธ.ค. 69 ส่งไฟล์", "รัฐธรรมนูญ", "ศ. 11 ธ.ค. 69 09.00 น."),
    ],
)
async def test_a_day_off_is_kept_but_pointed_out_with_the_next_working_day_one_tap_away(
    desk, line, why, to
):
    answer = await desk.says(line)
    assert "⚠️ ตรงกับวันหยุด" in answer.text
    assert why in answer.text
    moved = await desk.presses("เลื่อนเป็น")
    assert moved.text == f"⏰ จะเตือน {to}\nส่งไฟล์"
    assert await desk.count("due", "kind = 'reminder'") == 1


@pytest.mark.parametrize("line", ["เตือน R2611999999 พรุ่งนี้", "เตือน C99999 พรุ่งนี้"])
async def test_there_must_be_such_a_record(desk, line):
    assert "ไม่พบ" in (await desk.says(line)).text
    assert not await desk.count("reminders")


async def test_a_text_that_is_too_long_is_refused(desk):
    assert "ตัดให้สั้นลง" in (await desk.says(f"เตือน พรุ่งนี้ {'ก' * 600}")).text


async def test_the_list_has_pages_and_from_it_each_can_be_moved_and_deleted(desk):
    assert "ไม่มีรายการเตือน" in (await desk.says("รายการเตือน")).text
    for n in range(10):
        await desk.says(f"เตือน อีก {n + 1} วัน เรื่องที่ {n}")
    listed = await desk.says("/reminders")
    assert listed.text == "⏰ รายการเตือน 10 รายการ"
    assert listed.buttons[0] == "อ. 24 พ.ย. 69 09.00 น. · เรื่องที่ 0"
    assert listed.buttons[-1] == "ถัดไป"
    assert len((await desk.presses("ถัดไป")).buttons) == 3
    await desk.presses("เรื่องที่ 9")
    await desk.presses("เปลี่ยนเวลา")
    assert (await desk.says("พรุ่งนี้ 8.00")).text == "⏰ จะเตือน อ. 24 พ.ย. 69 08.00 น.\nเรื่องที่ 9"
    assert (await desk.says("รายการเตือน")).buttons[0].endswith("เรื่องที่ 9")
    await desk.presses("เรื่องที่ 9")
    token = desk.last["telegram:nok"].token("ลบ")
    assert "ลบรายการเตือนแล้ว" in (await desk.presses("ลบ")).text
    assert "ไม่มีรายการเตือนนี้แล้ว" in (await desk.presses_token(token)).text
    assert await desk.count("reminders") == await desk.count("due", "kind = 'reminder'") == 9


async def test_only_ones_own_are_seen_and_touched(desk):
    await desk.says("เตือน พรุ่งนี้ ส่งไฟล์")
    token = desk.last["telegram:nok"].token("ลบ")
    assert "ไม่มีรายการเตือน" in (await desk.says("/reminders", who="may")).text
    assert "เจ้าหน้าที่คนอื่น" in (await desk.presses_token(token, who="may")).text
    await rings(desk, days=1)
    assert "ส่งไฟล์" in desk.told("nok").text
    assert "ส่งไฟล์" not in desk.told("may").text + desk.told("ton").text


async def test_it_rings_once_at_its_time_also_at_night_with_what_is_known_now(desk):
    await ticket(desk)
    await desk.says(f"เตือน {TICKET} สามทุ่ม ส่งไฟล์")
    assert "⏰ ส่งไฟล์" not in (await rings(desk, hours=10, minutes=59)).text
    rung = await rings(desk, minutes=1)
    assert rung.text == f"⏰ ส่งไฟล์\n{TICKET} · C81554 นายสมชาย ใจดี · 1.1 · ขอรายได้ครัวเรือน · เปิด"
    assert rung.buttons == ["อีก 10 นาที", "อีก 1 ชม.", "พรุ่งนี้ 9.00", "เสร็จแล้ว", "ดูใบงาน"]
    before = len(desk.told("nok").replies)
    await rings(desk, hours=1)
    assert len(desk.told("nok").replies) == before
    assert await desk.count("audit", "action = 'customer.named' AND staff_id IS NULL") == 1
    desk.last["telegram:nok"] = rung
    assert TICKET in (await desk.presses("ดูใบงาน")).text


@pytest.mark.parametrize(
    ("label", "when", "wait"),
    [
        ("อีก 10 นาที", "จ. 23 พ.ย. 69 11.10 น.", timedelta(minutes=10)),
        ("อีก 1 ชม.", "จ. 23 พ.ย. 69 12.00 น.", timedelta(hours=1)),
        ("พรุ่งนี้ 9.00", "อ. 24 พ.ย. 69 09.00 น.", timedelta(hours=22)),
    ],
)
async def test_snoozed_it_rings_again(desk, label, when, wait):
    await desk.says("เตือน อีก 1 ชม. ส่งไฟล์")
    desk.last["telegram:nok"] = await rings(desk, hours=1)
    token = desk.last["telegram:nok"].token(label)
    assert (await desk.presses(label)).text == f"⏰ จะเตือน {when}\nส่งไฟล์"
    assert (await desk.presses_token(token)).text == f"⏰ จะเตือน {when}\nส่งไฟล์"
    desk.now += wait - timedelta(seconds=1)
    assert "reminder" not in await desk.tick()
    desk.wait(seconds=1)
    assert (await desk.tick())["reminder"] == 1


async def test_done_is_done_and_a_late_press_shows_it(desk):
    await desk.says("เตือน อีก 1 ชม. ส่งไฟล์")
    desk.last["telegram:nok"] = await rings(desk, hours=1)
    snooze = desk.last["telegram:nok"].token("อีก 1 ชม.")
    assert (await desk.presses("เสร็จแล้ว")).text == "✅ เสร็จแล้ว: ส่งไฟล์"
    late = await desk.presses_token(snooze)
    assert late.text == "✅ เสร็จแล้ว: ส่งไฟล์"
    assert not await desk.count("due", "state = 'waiting' AND kind = 'reminder'")
    await desk.presses("เตือนอีกครั้ง")
    assert "⏰ จะเตือน" in (await desk.says("พรุ่งนี้")).text


async def test_what_is_moved_while_it_is_being_told_rings_only_at_its_new_time(desk):
    await desk.says("เตือน อีก 1 ชม. ส่งไฟล์")
    desk.wait(hours=1)
    what = due.Claimable([KIND], desk.now)
    (row,) = await desk.db.write(lambda tx: due.claim(tx, "sqlite", what, "another", 9))
    await desk.says("/reminders")
    await desk.presses("ส่งไฟล์")
    await desk.presses("เปลี่ยนเวลา")
    await desk.says("พรุ่งนี้ 9.00")
    with pytest.raises(Exception, match="due"):
        await desk.db.write(lambda tx: due.finish(tx, [row], "another", desk.now))
    assert "reminder" not in await desk.tick()
    desk.wait(hours=22)
    assert (await desk.tick())["reminder"] == 1


async def test_half_a_day_late_at_night_it_waits_for_the_office_and_says_since_when(desk):
    await desk.says("เตือน อีก 1 ชม. ส่งไฟล์")
    desk.wait(days=4, hours=14)  # Friday midnight
    assert "reminder" not in await desk.tick()
    desk.wait(days=2, hours=8, minutes=30)
    rung = await rings(desk)
    assert rung.text == "⏰ ส่งไฟล์\nถึงกำหนดตั้งแต่ จ. 23 พ.ย. 69 11.00 น. (แจ้งช้าเพราะระบบหยุดทำงาน)"


async def test_a_clock_that_jumps_ahead_and_back_rings_each_once(desk):
    await desk.says("เตือน พรุ่งนี้ ส่งไฟล์")
    desk.wait(days=30)
    assert (await desk.tick())["reminder"] == 1
    desk.wait(days=-30)
    assert "reminder" not in await desk.tick()
    await desk.says("เตือน พรุ่งนี้ โทรกลับ")
    desk.wait(days=1)
    assert (await desk.tick())["reminder"] == 1
    assert desk.told("nok").text.count("⏰ ส่งไฟล์") == desk.told("nok").text.count("⏰ โทรกลับ") == 1


async def test_what_was_claimed_while_the_clock_was_ahead_is_not_held_until_then(desk):
    await desk.says("เตือน พรุ่งนี้ ส่งไฟล์")
    what = due.Claimable([KIND], desk.now + timedelta(days=400))
    assert await desk.db.write(lambda tx: due.claim(tx, "sqlite", what, "killed", 9))
    desk.wait(days=1)
    assert (await desk.tick())["reminder"] == 1


async def test_between_a_ticket_and_its_answer_a_reminder_may_be_set(desk):
    await ticket(desk)
    await desk.says(f"เตือน {TICKET} พรุ่งนี้")
    assert any(
        "ใช้เป็นผลของ" in label for label in (await desk.says("แนะนำเว็บไซต์ของสำนักงานแล้ว")).buttons
    )


async def test_nobody_to_be_reached_is_told_to_the_administrators_once_a_day(desk):
    for platform in (Platform.TELEGRAM, Platform.LINE):
        await desk.db.write(
            lambda tx, p=platform: tx.execute(
                "UPDATE identities SET unreachable_at = ? WHERE platform = ? AND user_id = 'nok'",
                desk.now,
                p,
            )
        )
    nok = desk.ids["nok"]
    for n in range(3):
        one = reminders.Reminder(f"r{n}", nok, "", "ส่งไฟล์", desk.now, desk.now)
        await desk.db.write(lambda tx, one=one: reminders.add(tx, [one]))
    await desk.tick()
    assert desk.told("may").text.count("แจ้งเตือนคุณนกไม่ได้") == 1
    assert "ส่งไฟล์" not in desk.told("may").text


async def test_who_blocked_the_bot_is_told_by_the_other_platform_until_they_write_again(desk):
    for n in (1, 2):
        await desk.says(f"เตือน อีก {n} ชม. เรื่องที่ {n}")
    await desk.sends("left")
    await rings(desk, hours=1)
    assert desk.told("nok", Platform.LINE).text == "⏰ เรื่องที่ 1"
    await desk.says("เมนู")
    await rings(desk, hours=1)
    assert desk.told("nok").text.endswith("⏰ เรื่องที่ 2")


async def test_a_notice_of_several_calls_goes_elsewhere_as_a_whole_and_nobody_else_is_alarmed(
    desk, monkeypatch
):
    telegram = desk.recorders[Platform.TELEGRAM]
    telegram.refused.add("nok")

    def in_calls(reply, replaces=""):
        return [reply_to_json(replace(reply, parts=(part,))) for part in reply.parts]

    monkeypatch.setattr(telegram, "render", in_calls)
    both = Notice(
        lambda: Reply((Paragraph("ตอนที่ 1"), Paragraph("ตอนที่ 2"))), "both", staff_id=desk.ids["nok"]
    )
    await desk.engine.post(Outcome(None, notices=(both,)))
    await desk.engine.idle()
    assert desk.told("nok", Platform.LINE).text == "ตอนที่ 1\nตอนที่ 2"
    assert desk.told("may").text == ""
    assert await desk.count("outbox", "state = 'dead'") == 0


async def test_no_time_is_offered_twice(desk):
    desk.wait(days=2)  # Wednesday: three working days on is next Monday
    asked = await desk.says("/remind")
    assert "จ. 30 พ.ย. 69 09.00 น." in asked.buttons
    assert len(asked.buttons) == len(set(asked.buttons))


@pytest.mark.parametrize(
    ("line", "about", "button"),
    [
        ("/remind C81554 พรุ่งนี้ 9.00 โทรกลับ", f"{WHOM} · โทรกลับ", "ผู้รับบริการ"),
        ("เตือน พรุ่งนี้ 9.00 โทรกลับ C81554", f"{WHOM} · โทรกลับ", "ผู้รับบริการ"),
        ("เตือน C81554 พรุ่งนี้ 9.00", WHOM, "ผู้รับบริการ"),
        (
            "เตือน R2611000124 พรุ่งนี้ 9.00 ส่งไฟล์",
            f"R2611000124 · {WHOM} · 1.1 · ถามเวลาทำการ · ส่งไฟล์",
            "ดูใบงาน",
        ),
    ],
)
async def test_a_reminder_says_whom_and_what_it_is_about(desk, line, about, button):
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ")
    done = await desk.says(line)
    assert done.text.split("\n")[1] == about
    assert button in done.buttons
    listed = await desk.says("รายการเตือน")
    assert any(about in label for label in listed.buttons)
    desk.wait(days=1)
    await desk.tick()
    rung = next(reply for reply in desk.told("nok").replies if "อีก 10 นาที" in str(reply))
    assert WHOM in str(rung)
    assert button in str(rung)


async def test_a_reminder_of_a_customer_who_was_merged_names_the_survivor(desk):
    await desk.says("เตือน C90210 พรุ่งนี้ 9.00 โทรกลับ")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE customers SET merged_into = 'C81554' WHERE code = 'C90210'")
    )
    listed = await desk.says("รายการเตือน")
    assert any(WHOM in label for label in listed.buttons)


async def test_a_contract_in_the_words_says_whom_it_is_about(desk):
    await desk.says("/open C70001 เมล 7.9 ส่งสัญญา 12/2569 => ส่งแล้ว ปิด")
    shown = await desk.says("/remind พรุ่งนี้ 9 โมง ทวงสัญญา 12/2569")
    assert "C70001 ผศ.ดร.กมลชนก รัตนพิทักษ์ · ทวงสัญญา 12/2569" in shown.text
    assert "ผู้รับบริการ" in shown.buttons
    other = await desk.says("/remind พรุ่งนี้ 9 โมง ทวงสัญญา 99/2569")
    assert "C70001" not in other.text
