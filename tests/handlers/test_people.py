"""Who gets in: invitations, requests, blocking, roles; strangers learn nothing and cannot flood."""

import pytest

from domain.staff import Platform, Role
from handlers.registry import ACTIONS, COMMANDS
from handlers.staff.commands import new_invitation

UNKNOWN = "บัญชีนี้ยังไม่ได้เชื่อมกับเจ้าหน้าที่ สสช."


async def invite(desk, user="nok"):
    code, change = new_invitation(desk.ids[user], desk.now)
    await desk.db.write(change)
    return code


@pytest.mark.parametrize(
    "text", ["ค้นหา สมชาย", "0812345678", "C81554", "/my", "/start", "R2611000001", "/nonsense"]
)
async def test_stranger_hears_the_same_whatever_is_asked(desk, text):
    answer = await desk.says(text, who="stranger")
    assert answer.text == UNKNOWN
    assert answer.buttons == ["ขอสิทธิ์ใช้งาน"]
    assert await desk.count("audit") == 0


async def test_stranger_gets_five_answers_an_hour(desk):
    answers = [await desk.says("สวัสดี", who="stranger") for _n in range(12)]
    assert [bool(answer.replies) for answer in answers] == [True] * 5 + [False] * 7
    desk.wait(hours=2)
    assert (await desk.says("สวัสดี", who="stranger")).replies


async def test_stranger_asks_and_an_administrator_lets_in(desk):
    await desk.gives({"text": "สวัสดี", "name": "สมหญิง"}, "stranger", Platform.TELEGRAM)
    answer = await desk.presses("ขอสิทธิ์ใช้งาน", who="stranger")
    assert "ส่งคำขอ" in answer.text
    assert "มีผู้ขอสิทธิ์" in desk.told("may").text
    assert not desk.told("ton").replies
    granted = await desk.presses_token(desk.told("may").token("เจ้าหน้าที่"), who="may")
    assert "บันทึกข้อมูลเรียบร้อย" in granted.text
    assert "เชื่อมบัญชีแล้ว" in desk.told("stranger").text
    assert "C81554" in (await desk.says("0812345678", who="stranger")).text


async def test_refused_stranger_hears_nothing(desk):
    await desk.says("สวัสดี", who="stranger")
    await desk.presses("ขอสิทธิ์ใช้งาน", who="stranger")
    before = len(desk.told("stranger").replies)
    await desk.presses_token(desk.told("may").token("ปฏิเสธ"), who="may")
    assert len(desk.told("stranger").replies) == before
    assert (await desk.says("C81554", who="stranger")).text == UNKNOWN


async def test_request_is_decided_once(desk):
    await desk.says("สวัสดี", who="stranger")
    await desk.presses("ขอสิทธิ์ใช้งาน", who="stranger")
    told = desk.told("may")
    await desk.presses_token(told.token("เจ้าหน้าที่"), who="may")
    again = await desk.presses_token(told.token("ปฏิเสธ"), who="may")
    assert "พิจารณาคำขอนี้แล้ว" in again.text
    row = await desk.db.fetch_one("SELECT role FROM access_requests")
    assert row["role"] == "officer"


async def test_requests_are_bounded_for_each_and_for_all(desk):
    for n in range(105):
        desk.wait(minutes=1)
        await desk.says("สวัสดี", who=f"stranger{n}")
        await desk.presses("ขอสิทธิ์ใช้งาน", who=f"stranger{n}")
        await desk.presses_token(desk.told(f"stranger{n}").token("ขอสิทธิ์ใช้งาน"), who=f"stranger{n}")
    assert await desk.count("access_requests") == 100
    assert len(desk.told("may").replies) == 1


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_invitation_links_an_account_once(desk, platform):
    code = await invite(desk)
    answer = await desk.says(f"/start {code}", who="new", platform=platform)
    assert "เชื่อมบัญชีกับ นก แล้ว" in answer.text
    assert "C81554" in (await desk.says("C81554", who="new", platform=platform)).text
    other = await desk.says(f"เริ่ม {code.lower()}", who="thief", platform=platform)
    assert "ใช้ไม่ได้แล้ว" in other.text


async def test_wrong_and_late_invitations_hear_the_same(desk):
    code = await invite(desk)
    wrong = await desk.says("/start ABCDEFGHJK", who="stranger")
    desk.wait(hours=25)
    late = await desk.says(f"/start {code}", who="stranger")
    assert wrong.text == late.text == "รหัสเชิญนี้ใช้ไม่ได้แล้ว ขอรหัสใหม่จากผู้ดูแลระบบ"


async def test_link_gives_a_code_for_the_other_app(desk):
    answer = await desk.says("/link", who="ton")
    code = answer.text.rsplit(" ", 1)[-1]
    await desk.says(f"/start {code}", who="ton-line", platform=Platform.LINE)
    mine = await desk.says("ใบงานของฉัน", who="ton-line", platform=Platform.LINE)
    assert "🎫 ใบงานของฉัน" in mine.text


async def test_blocking_works_on_the_next_press(desk):
    card = await desk.says("C81554")
    await desk.says("เจ้าหน้าที่", who="may")
    await desk.presses("นก", who="may")
    assert "ระงับแล้ว" in (await desk.presses("ระงับ", who="may")).text
    answer = await desk.presses_token(card.token("สร้างใบงาน"))
    assert "ถูกระงับ" in answer.text
    assert "C81554" not in answer.text
    line = await desk.says("C81554", platform=Platform.LINE)
    assert "ถูกระงับ" in line.text


async def test_the_last_administrator_stays(desk):
    await desk.says("เจ้าหน้าที่", who="may")
    await desk.presses("เมย์", who="may")
    assert "อย่างน้อย 1 คน" in (await desk.presses("ระงับ", who="may")).text
    assert await desk.count("staff", "blocked_at IS NOT NULL") == 0


async def test_groups_are_not_served(desk):
    answer = await desk.says("C81554", chat="group1")
    assert not answer.replies


async def test_unknown_actor_has_no_access(desk):
    answer = await desk.gives({"text": "C81554"}, None, Platform.LINE, chat="nok")
    assert not answer.replies


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_every_command_keeps_to_its_role(desk, role, name):
    user = {Role.OFFICER: "nok", Role.SUPERVISOR: "ton", Role.ADMIN: "may"}[role]
    answer = await desk.says(f"/{name}", who=user)
    refused = "ใช้ได้เฉพาะ" in answer.text
    granted = role.covers(Role.SUPERVISOR) or not COMMANDS[name].posting
    assert refused is not (role.covers(COMMANDS[name].role) and granted)
    assert answer.replies


def test_what_changes_staff_or_access_is_for_administrators():
    for name, action in ACTIONS.items():
        if name.startswith(("staff.", "access.")) and name != "staff.language":
            assert action.role is Role.ADMIN, name


async def test_english_is_spoken_to_those_who_chose_it(desk):
    await desk.says("/language")
    await desk.presses("English")
    assert await desk.count("staff", "language = 'en'") == 1


async def ask(desk, who, name="", platform=Platform.TELEGRAM):
    await desk.gives({"text": "สวัสดี", "name": name}, who, platform)
    token = desk.last[f"{platform}:{who}"].token("ขอสิทธิ์ใช้งาน")
    return await desk.gives({"press": token, "name": name}, who, platform)


async def test_who_asks_for_access_is_one_line_of_one_list(desk):
    for n in range(20):
        await desk.says("สวัสดี", who=f"s{n}")
        await desk.presses("ขอสิทธิ์ใช้งาน", who=f"s{n}")
    told = desk.told("may")
    assert len(told.replies) == 1
    listed = await desk.presses_token(told.token("ดูคำขอล่าสุด"), who="may")
    assert listed.text.count("มีผู้ขอสิทธิ์") == 5
    assert "(20)" in "".join(listed.buttons)
    await desk.presses_token(listed.token("ปฏิเสธ"), who="may")
    listed = await desk.says("เจ้าหน้าที่", who="may")
    assert "คำขอสิทธิ์ (19)" in listed.buttons


async def test_a_request_offers_no_more_than_an_officer(desk):
    await ask(desk, "stranger", "สมหญิง")
    labels = desk.told("may").buttons
    assert "เจ้าหน้าที่" in labels
    assert not {"หัวหน้า", "ผู้ดูแลระบบ"} & {*labels}
    assert "stranger" in desk.told("may").text
    assert "สมหญิง" in desk.told("may").text


@pytest.mark.parametrize(("name", "warned"), [("นก", True), ("ต้น สสช", True), ("สมหญิง", False)])
async def test_a_name_that_is_a_colleagues_is_warned_of(desk, name, warned):
    await ask(desk, "stranger", name)
    assert ("ตรวจตัวตนก่อนรับ" in desk.told("may").text) is warned


async def test_a_name_that_is_a_blocked_persons_is_warned_of(desk):
    await desk.says("เจ้าหน้าที่", who="may")
    await desk.presses("นก", who="may")
    await desk.presses("ระงับ", who="may")
    await ask(desk, "stranger", "นก")
    assert "ซึ่งถูกระงับ" in desk.told("may").text


async def test_a_higher_right_is_asked_twice_and_taken_back_at_once(desk):
    await desk.says("เจ้าหน้าที่", who="may")
    await desk.presses("นก", who="may")
    await desk.presses("ให้เป็นผู้ดูแลระบบ", who="may")
    assert await desk.count("staff", "role = 'admin'") == 1
    await desk.presses("ยืนยัน", who="may")
    assert await desk.count("staff", "role = 'admin'") == 2
    await desk.says("เจ้าหน้าที่", who="may")
    await desk.presses("นก", who="may")
    await desk.presses("ให้เป็นเจ้าหน้าที่", who="may")
    assert await desk.count("staff", "role = 'admin'") == 1


async def test_what_a_stranger_writes_is_gone_with_its_answer(desk):
    for n in range(8):
        await desk.says(f"เบอร์ของฉัน 081-000-000{n}", who="stranger")
    await desk.says("เบอร์ของฉัน 081-000-0009", who="stranger", chat="group1")
    assert await desk.count("inbox", "raw LIKE '%081%' OR raw LIKE '%stranger%'") == 0
    assert await desk.count("inbox") == 9


async def test_strangers_have_one_budget_together(desk):
    for n in range(62):
        for _time in range(5):
            await desk.says("สวัสดี", who=f"s{n}")
    assert await desk.count("stranger_answers") == 300
    assert (await desk.says("เมนู")).replies
