"""Hand-over: to a person, to a team, back again; whose right it is; teams; leave with its way there
and back.
"""

from datetime import datetime

import pytest

from domain.dates.working_calendar import BANGKOK
from handlers.labels import person_label
from store import staff
from tests.handlers.conftest import assignee, newest

NO = "R2611000124"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


async def test_given_to_a_person_who_is_told_and_accepts(team):
    desk = team
    choice = await desk.chooses("มอบหมาย")
    assert choice.buttons == [
        "ต้น · ค้าง 0",
        "เมย์ · ค้าง 0",
        "แพร · ค้าง 0",
        "ใหม่ · ค้าง 0",
        "ทีมข้อมูล (3 คน)",
    ]
    assert f"{NO} · ผู้รับผิดชอบคือคุณแพร" in (await desk.presses("แพร")).text
    told = newest(desk, "prae")
    assert told.text.startswith(
        f"🎫 คุณนกมอบหมายใบงาน {NO} ให้คุณ\n6.1 · ขอข้อมูลแรงงาน\nกำหนดเสร็จ 23 พ.ย. 69 14.30 น."
    )
    assert told.buttons == ["รับ", "คืน", "ดูใบงาน"]
    assert "ผู้รับผิดชอบ: แพร" in (await desk.presses("รับ", who="prae")).text
    assert await assignee(desk) == "prae"
    assert "ผู้รับผิดชอบ: แพร" in (await desk.presses_token(told.token("รับ"), who="prae")).text


async def test_returned_with_a_word_to_the_giver(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} แพร")
    told = newest(desk, "prae")
    assert "พิมพ์เหตุผลสั้น ๆ" in (await desk.presses("คืน", who="prae")).text
    assert f"✅ คืนใบงาน {NO} ให้คุณนกแล้ว" in (await desk.says("ไม่ถนัดเรื่องนี้", who="prae")).text
    assert newest(desk, "nok").text == f"🎫 คุณแพรคืนใบงาน {NO} ให้คุณ: ไม่ถนัดเรื่องนี้"
    assert await assignee(desk) == "nok"
    await desk.says(NO)
    assert "เหตุผลที่คืน: - → ไม่ถนัดเรื่องนี้" in (await desk.chooses("ประวัติการแก้ไข")).text
    for label in ("รับ", "คืน"):
        again = await desk.presses_token(told.token(label), who="prae")
        assert f"ใบงาน {NO} มีผู้รับผิดชอบแล้ว คือคุณนก" in again.text
    assert await assignee(desk) == "nok"


async def test_returned_without_a_word_also_after_accepting(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} แพร")
    told = newest(desk, "prae")
    await desk.presses("รับ", who="prae")
    await desk.presses_token(told.token("คืน"), who="prae")
    await desk.presses("คืนโดยไม่ระบุเหตุผล", who="prae")
    assert newest(desk, "nok").text == f"🎫 คุณแพรคืนใบงาน {NO} ให้คุณ"


async def test_offered_to_a_team_the_first_gets_it(team):
    desk = team
    answer = await desk.says(f"มอบหมาย {NO} ข้อมูล")
    assert "ให้ทีมข้อมูลแล้ว (2 คน)" in answer.text
    assert await assignee(desk) == "nok"
    first, second = newest(desk, "mai"), newest(desk, "prae")
    assert first.buttons == second.buttons == ["รับ", "ดูใบงาน"]
    assert "ผู้รับผิดชอบ: ใหม่" in (await desk.presses("รับ", who="mai")).text
    assert "มีผู้รับผิดชอบแล้ว คือคุณใหม่" in (await desk.presses("รับ", who="prae")).text
    assert await assignee(desk) == "mai"
    assert newest(desk, "nok").text == f"✅ คุณใหม่รับใบงาน {NO} แล้ว"


async def test_a_second_offer_ends_the_first(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} ข้อมูล")
    old = newest(desk, "mai")
    await desk.says(f"มอบหมาย {NO} แพร")
    assert "มีผู้รับผิดชอบแล้ว คือคุณแพร" in (await desk.presses_token(old.token("รับ"), who="mai")).text


async def test_a_closed_ticket_cannot_be_taken(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} ข้อมูล")
    newest(desk, "mai")
    await desk.says(f"ปิดใบงาน {NO} ส่งแล้ว")
    assert "ปิด" in (await desk.presses("รับ", who="mai")).text
    assert await assignee(desk) == "nok"


async def test_an_offer_is_over_once_a_supervisor_took_the_ticket(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} ข้อมูล")
    newest(desk, "mai")
    await desk.says(f"มอบหมาย {NO} ต้น", who="ton")
    assert "มีผู้รับผิดชอบแล้ว คือคุณต้น" in (await desk.presses("รับ", who="mai")).text
    assert await assignee(desk) == "ton"


async def test_what_was_closed_cannot_be_returned(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} แพร")
    told = newest(desk, "prae")
    await desk.says(f"ปิดใบงาน {NO} ส่งแล้ว", who="prae")
    assert "🎫 R2611000124 · ปิด" in (await desk.presses_token(told.token("คืน"), who="prae")).text
    assert await assignee(desk) == "prae"


async def test_a_return_that_was_begun_is_void_once_the_ticket_went_elsewhere(team):
    desk = team
    await desk.says(f"มอบหมาย {NO} แพร")
    newest(desk, "prae")
    await desk.presses("คืน", who="prae")
    await desk.says(f"มอบหมาย {NO} ต้น", who="ton")
    assert "มีผู้รับผิดชอบแล้ว คือคุณต้น" in (await desk.says("ไม่ถนัด", who="prae")).text
    assert await assignee(desk) == "ton"


async def test_a_colleagues_ticket_is_given_by_a_supervisor_only(team):
    desk = team
    refused = f"ใบงาน {NO} เป็นของคุณนก มอบหมายต่อได้เฉพาะผู้รับผิดชอบหรือหัวหน้า"
    assert refused in (await desk.says(f"มอบหมาย {NO} แพร", who="mai")).text
    assert refused in (await desk.says(f"มอบหมาย {NO} ข้อมูล", who="mai")).text
    assert refused in (await desk.says(f"มอบหมาย {NO}", who="mai")).text
    # The form is no way around it.
    await desk.says(NO, who="mai")
    await desk.presses("แก้ไข", who="mai")
    await desk.presses("ผู้รับผิดชอบ", who="mai")
    await desk.presses("แพร", who="mai")
    assert refused in (await desk.presses("บันทึก", who="mai")).text
    assert await assignee(desk) == "nok"
    await desk.says(f"มอบหมาย {NO} แพร", who="ton")
    assert await assignee(desk) == "prae"


async def test_who_left_is_not_offered_and_refused_by_name(team):
    desk = team
    await desk.says(f"มอบหมาย {NO}")
    stale = desk.last["telegram:nok"].token("แพร")
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["prae"], desk.now))
    refused = "คุณแพรไม่ได้ใช้ระบบแล้ว เลือกผู้รับผิดชอบคนอื่น"
    assert refused in (await desk.presses_token(stale)).text
    assert refused in (await desk.says(f"มอบหมาย {NO} แพร")).text
    assert not any("แพร" in label for label in (await desk.says(f"มอบหมาย {NO}")).buttons)
    assert await assignee(desk) == "nok"


@pytest.mark.parametrize(
    ("name", "problem"), [("สมศรี", 'ไม่พบเจ้าหน้าที่หรือทีม "สมศรี"'), ("ว่าง", "ทีมว่างยังไม่มีคนอื่นที่รับงานได้")]
)
async def test_nobody_of_that_name_and_an_empty_team(team, name, problem):
    desk = team
    await desk.db.write(lambda tx: staff.add_team(tx, "ว่าง", [desk.ids["nok"]]))
    assert problem in (await desk.says(f"มอบหมาย {NO} {name}")).text


async def test_administrators_make_teams(desk):
    assert "สร้างทีมใหม่" in (await desk.says("/team", who="may")).text
    assert (
        await desk.says("/team ทีมไมโครดาตา", who="may")
    ).text == "ทีมไมโครดาตา · 0 คน · แตะชื่อเพื่อเพิ่มหรือนำออก"
    assert "✅ นก" in (await desk.presses("นก", who="may")).buttons
    assert "ทีมไมโครดาตา · 2 คน" in (await desk.presses("ต้น", who="may")).text
    assert "ทีมไมโครดาตา · 1 คน" in (await desk.presses("นก", who="may")).text
    assert "ยุบทีมไมโครดาตาแล้ว" in (await desk.presses("ยุบทีม", who="may")).text
    assert await desk.count("teams") == 0
    assert "ใช้ได้เฉพาะผู้ดูแลระบบ" in (await desk.says("/team x")).text
    assert "2 ถึง 60" in (await desk.says("/team x", who="may")).text


# Leave.


@pytest.fixture
async def leaving(team):
    """นก has five tickets and goes away on Wednesday and Thursday; แพร has one ticket more than
    ใหม่.
    """
    desk = team
    await desk.says("/open C81554 อีเมล 6.1 ของแพร", who="prae")
    for number in range(4):
        await desk.says(f"/open C81554 อีเมล 6.1 ขอข้อมูลที่ {number}")
    return desk


async def test_leave_proposes_a_split_by_load_among_the_team(leaving):
    desk = leaving
    proposal = await desk.says("ลา 25-26 พ.ย.")
    assert proposal.text == "ลา 25–26 พ.ย. · ใบงานค้าง 5\nเสนอฝาก: ใหม่ 3 · แพร 2\nแตะใบงานเพื่อเปลี่ยนคน"
    await desk.presses(f"← {NO}")
    assert desk.last["telegram:nok"].buttons == ["แพร · ค้าง 1", "ใหม่ · ค้าง 0", "ไม่ฝากใบนี้"]
    assert "ใบงานค้าง 4" in (await desk.presses("ไม่ฝากใบนี้")).text
    assert await desk.count("leaves") == 0


async def test_accepted_work_changes_hands_on_the_day_and_comes_back_the_day_after(leaving):
    desk = leaving
    await desk.says("ลา 25-26 พ.ย.")
    assert (
        "เสนอฝากใบงาน 5 ใบ\nงานที่มีผู้รับจะกลับมาเอง 27 พ.ย. 69" in (await desk.presses("ฝากตามนี้")).text
    )
    asked = newest(desk, "mai")
    assert asked.text == "🎫 คุณนกลา 25–26 พ.ย. ขอฝากใบงาน 3 ใบ"
    accepted = await desk.presses("รับทั้งหมด", who="mai")
    assert accepted.text == "✅ รับใบงาน 3 ใบแล้ว\nเป็นของคุณตั้งแต่ 25 พ.ย. 69"
    assert newest(desk, "nok").text == "✅ คุณใหม่รับใบงานที่ฝากแล้ว 3 ใบ"
    newest(desk, "prae")
    one = await desk.presses("รับ R", who="prae")
    assert "เป็นของคุณตั้งแต่ 25 พ.ย. 69" in one.text
    assert await desk.count("tickets", "assignee_id = ?", desk.ids["nok"]) == 5
    desk.now = at("2026-11-25T08:31")
    await desk.tick()
    assert await desk.count("tickets", "assignee_id = ?", desk.ids["mai"]) == 3
    assert await desk.count("tickets", "assignee_id = ?", desk.ids["nok"]) == 1
    assert "⚠️ คุณนกลา 25–26 พ.ย. ยังไม่มีผู้รับใบงาน 1 ใบ" in desk.told("ton").text
    done = accepted.buttons[0]
    await desk.says(f"ปิดใบงาน {done} ส่งแล้ว", who="mai")
    desk.now = at("2026-11-27T08:31")
    await desk.tick()
    assert await desk.count("tickets", "assignee_id = ? AND status = 'open'", desk.ids["nok"]) == 4
    assert "✅ สิ้นสุดวันลาแล้ว ใบงานกลับมาที่คุณ 3 ใบ" in desk.told("nok").text
    assert "🎫 คุณนกกลับมาแล้ว" in newest(desk, "mai").text
    assert done not in newest(desk, "mai").text
    await desk.tick()
    assert desk.told("nok").text.count("สิ้นสุดวันลา") == 1


async def test_what_was_given_on_meanwhile_stays_where_it_is(leaving):
    desk = leaving
    await desk.says("ลา วันนี้")
    await desk.presses("ฝากตามนี้")
    newest(desk, "mai")
    taken = (await desk.presses("รับทั้งหมด", who="mai")).buttons[0]
    assert await assignee(desk, taken) == "mai"  # the leave has begun
    await desk.says(f"มอบหมาย {taken} ต้น", who="mai")
    desk.now = at("2026-11-24T08:31")
    await desk.tick()
    assert await assignee(desk, taken) == "ton"


async def test_back_early_brings_everything_back_at_once(leaving):
    desk = leaving
    await desk.says("ลา 23-30 พ.ย.")
    await desk.presses("ฝากตามนี้")
    newest(desk, "mai")
    await desk.presses("รับทั้งหมด", who="mai")
    listed = await desk.says("ลา")
    assert "นก 23–30 พ.ย." in listed.text
    assert "ใบงานกลับมาที่คุณ 3 ใบ" in (await desk.presses("กลับมาแล้ว")).text
    assert await desk.count("tickets", "assignee_id = ?", desk.ids["nok"]) == 5
    assert await desk.count("due", "kind = 'leave' AND state = 'waiting'") == 0
    assert (
        "ไม่มีใบงานให้รับแล้ว"
        in (await desk.presses_token(newest_with(desk, "prae", "รับทั้งหมด"), who="prae")).text
    )


def newest_with(desk, who: str, label: str) -> str:
    return desk.told(who).token(label)


async def test_a_desk_that_was_away_for_the_whole_leave_moves_nothing(leaving):
    desk = leaving
    await desk.says("ลา พรุ่งนี้")
    await desk.presses("ฝากตามนี้")
    newest(desk, "mai")
    await desk.presses("รับทั้งหมด", who="mai")
    desk.now = at("2026-11-30T09:00")
    await desk.tick()
    assert await desk.count("tickets", "assignee_id = ?", desk.ids["nok"]) == 5
    assert "✅ สิ้นสุดวันลาแล้ว ไม่มีใบงานที่ต้องคืน" in desk.told("nok").text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ลา 12-40 ธ.ค.", 'ไม่เข้าใจวันลา "12-40 ธ.ค."'),
        ("ลา 31 ก.พ.", "ไม่เข้าใจวันลา"),
        ("ลา 1 พ.ย. 69", "ผ่านไปแล้ว"),
        ("ลา 1 ม.ค. 70 - 31 ธ.ค. 70", "ไม่เข้าใจวันลา"),
    ],
)
async def test_days_that_are_none_are_refused(desk, text, problem):
    assert problem in (await desk.says(text)).text
    assert await desk.count("leaves") == 0


async def test_the_same_days_twice_and_a_colleague_who_is_away(leaving):
    desk = leaving
    await desk.says("ลา 25-26 พ.ย.", who="mai")
    await desk.presses("บันทึกวันลา", who="mai")
    assert "คุณมีวันลาในช่วง 26–27 พ.ย. แล้ว" in (await desk.says("ลา 26-27 พ.ย.", who="mai")).text
    assert "เสนอฝาก: แพร 5" in (await desk.says("ลา 26 พ.ย.")).text
    desk.now = at("2026-11-25T10:00")
    assert "ใหม่ · ค้าง 0 · ลาถึง 26 พ.ย." in (await desk.says(f"มอบหมาย {NO}")).buttons


async def test_a_colleague_of_that_name_is_still_found(desk):
    assert "ผลลัพธ์" in (await desk.says("ลา สมหญิง")).text


async def test_a_closed_ticket_that_is_shown_instead_of_handed_over_is_in_the_audit_log(team):
    await team.says(f"ปิดใบงาน {NO} ส่งแล้ว")
    shown = await team.says(f"มอบหมาย {NO} ข้อมูล", who="ton")
    assert "ขอข้อมูลแรงงาน" in shown.text
    assert (
        await team.count("audit", "action = 'ticket.read' AND staff_id = ?", team.ids["ton"]) == 1
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [("นก", "คุณนก"), ("คุณนก", "คุณนก"), ("นางสาวสมศรี ใจดี", "คุณสมศรี ใจดี"), ("ดร.กมล", "คุณกมล")],
)
def test_a_colleague_is_called_by_name_with_one_title(name, told):
    assert person_label(name) == told


async def test_ones_own_deed_is_told_as_ones_own_and_a_colleagues_as_hers(team):
    desk = team
    await desk.says(NO)
    old = desk.last["telegram:nok"].token("ปิดใบงาน")
    await desk.says(NO, who="ton")
    older = desk.last["telegram:ton"].token("ปิดใบงาน")
    await desk.says(f"ปิดใบงาน {NO} ส่งตารางแล้ว")
    assert (await desk.presses_token(old)).text.startswith(f"คุณปิดใบงาน {NO} แล้วเมื่อ 10.00 น.")
    assert (await desk.presses_token(older, who="ton")).text.startswith(
        f"คุณนกปิดใบงาน {NO} แล้วเมื่อ 10.00 น."
    )


async def test_a_supervisor_who_takes_a_ticket_is_told_so_in_the_second_person(team):
    answer = await team.says(f"มอบหมาย {NO} ต้น", who="ton")
    assert answer.text == f"✅ บันทึกข้อมูลเรียบร้อย {NO} · ผู้รับผิดชอบคือคุณ"


@pytest.mark.parametrize("typed", ["ทีมข้อมูล", "ข้อมูล", "ให้ทีมข้อมูล", "ทีม ข้อมูล"])
async def test_a_team_is_named_as_its_button_names_it(team, typed):
    assert "ฝาก R2611000124 ให้ทีมข้อมูลแล้ว" in (await team.says(f"มอบหมาย {NO} {typed}")).text
