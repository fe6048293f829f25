"""Groups: enrolled by administrators alone, told what reaches a person nowhere, answered in masked
lines.
"""

from datetime import timedelta

import pytest

from bot.platform import Refused
from domain.customers.phones import mask_name
from domain.staff import Identity, Platform, StaffId
from handlers.chat import Moved
from handlers.i18n import speaking
from handlers.registry import KINDS
from handlers.reminders import cards as reminder_cards
from store import staff
from store.reminders import Reminder
from tests.handlers.conftest import BODIES, NOW, SOMCHAI

pytestmark = pytest.mark.usefixtures("quiet_mornings")

BODIES["moved"] = lambda: Moved("group2")
HERE = "group1"
DAY = KINDS["morning"]
TICKET = "R2611000124"
PERSONAL = (
    "สมชาย",
    "ใจดี",
    "812345678",
    "081-234-5678",
    "example.com",
    "12/34",
    "กระบี่",
    "ขอรายได้",
    "โทรกลับ",
)
"""Names, telephones, addresses, and words that somebody typed."""


async def enrol(desk, args="", chat=HERE, platform=Platform.TELEGRAM):
    answer = await desk.says(f"/enroll {args}".strip(), who="may", chat=chat, platform=platform)
    assert "กลุ่มนี้เป็นของ" in answer.text
    return answer


async def ticket(desk, who="nok"):
    return await desk.says("/open C81554 โทร 1.1 ขอรายได้ครัวเรือน", who=who)


async def block(desk, who="nok"):
    """No platform reaches this person any more."""
    for platform in (Platform.TELEGRAM, Platform.LINE):
        await desk.gives({"kind": "left"}, who, platform)


def said(desk, chat=HERE, platform=Platform.TELEGRAM):
    """All that the group was told, and nothing personal in it, wherever it may stand."""
    answer = desk.told(chat, platform)
    assert not [word for word in PERSONAL for reply in answer.replies if word in str(reply)], (
        answer.text
    )
    return answer


async def rung(desk, **span):
    desk.wait(**span)
    await desk.tick()


# Enrolling.


async def test_an_administrator_enrols_a_group_for_the_whole_desk(desk):
    answer = await enrol(desk)
    assert "ทุกทีม" in answer.text
    assert (
        await desk.count(
            "enrolled_groups", "platform = 'telegram' AND chat = 'group1' AND team = ''"
        )
        == 1
    )
    assert (
        await desk.count("audit", "action = 'group.enrolled' AND record = 'group:telegram:group1'")
        == 1
    )


@pytest.mark.parametrize("who", ["nok", "ton", "nobody", None])
async def test_nobody_else_does_and_hears_nothing(desk, who):
    for text in ("/enroll", "/enroll ยกเลิก", "กลุ่ม", "/help", "C81554"):
        assert not (await desk.gives({"text": text}, who, Platform.TELEGRAM, HERE)).replies
    assert await desk.count("enrolled_groups") == 0


async def test_an_officer_cannot_end_what_an_administrator_began(desk):
    await enrol(desk)
    for text in ("/enroll", "/enroll ยกเลิก"):
        assert not (await desk.says(text, chat=HERE)).replies
    assert await desk.count("enrolled_groups") == 1


async def test_a_blocked_administrator_enrols_nothing(desk):
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["may"], desk.now))
    assert not (await desk.says("/enroll", who="may", chat=HERE)).replies
    assert await desk.count("enrolled_groups") == 0


@pytest.mark.parametrize("typed", ["ทีมไมโครดาตา", "ไมโครดาตา", "ทีม ไมโครดาตา"])
async def test_it_is_enrolled_for_a_team_and_said_again_changes_it(desk, typed):
    await desk.says("/team ไมโครดาตา", who="may")
    await enrol(desk)
    assert "ทีมไมโครดาตา" in (await enrol(desk, typed)).text
    assert (
        await desk.count("enrolled_groups", "team = 'ไมโครดาตา'")
        == await desk.count("enrolled_groups")
        == 1
    )


async def test_an_unknown_team_is_named_and_changes_nothing(desk):
    await desk.says("/team ไมโครดาตา", who="may")
    answer = await desk.says("/enroll ทีมแผนที่", who="may", chat=HERE)
    assert answer.text == "⚠️ ไม่พบทีมนี้ ทีมที่มี: ไมโครดาตา"
    assert await desk.count("enrolled_groups") == 0


async def test_a_word_takes_it_back(desk):
    await enrol(desk)
    assert "บอทหยุดทำงานในกลุ่มนี้แล้ว" in (await desk.says("/enroll ยกเลิก", who="may", chat=HERE)).text
    assert await desk.count("audit", "action = 'group.removed'") == 1
    assert "ยังไม่ได้ลงทะเบียน" in (await desk.says("/enroll ยกเลิก", who="may", chat=HERE)).text
    assert not (await desk.says("/help", chat=HERE)).replies


async def test_the_bots_removal_takes_it_back_whoever_did_it(desk):
    await enrol(desk)
    await desk.gives({"kind": "left"}, "nobody", Platform.TELEGRAM, HERE)
    await desk.gives({"kind": "left"}, "nobody", Platform.TELEGRAM, "group9")
    assert await desk.count("enrolled_groups") == 0
    assert await desk.count("audit", "action = 'group.left'") == 1


async def test_a_group_that_gets_another_chat_stays_enrolled(desk):
    await enrol(desk)
    await desk.gives({"kind": "moved"}, "nobody", Platform.TELEGRAM, HERE)
    assert (
        await desk.count("enrolled_groups", "chat = 'group2'")
        == await desk.count("enrolled_groups")
        == 1
    )
    assert (await desk.says("/help", chat="group2")).replies


async def test_administrators_list_the_groups_in_private_and_remove_one(desk):
    assert "ยังไม่มีกลุ่ม" in (await desk.says("กลุ่ม", who="may")).text
    await enrol(desk)
    listed = await desk.says("/enroll", who="may")
    assert "…group1 (Telegram): ทุกทีม · เมย์ 23 พ.ย. 69 10.00 น." in listed.text
    assert "นำกลุ่มออกแล้ว" in (await desk.presses("นำ", who="may")).text
    assert await desk.count("enrolled_groups") == 0


# The last resort.


async def test_a_reminder_goes_to_the_other_platform_before_any_group(desk):
    await enrol(desk)
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    await desk.gives({"kind": "left"}, "nok", Platform.TELEGRAM)
    await rung(desk, days=1)
    assert "โทรกลับ" in desk.told("nok", Platform.LINE).text
    assert "🔔" not in said(desk).text


async def test_who_can_be_reached_nowhere_is_told_in_the_group_masked_once_and_the_administrators_are_not(
    desk,
):
    await enrol(desk)
    await ticket(desk)
    await desk.says(f"เตือน {TICKET} พรุ่งนี้ 9.00 โทรกลับ")
    await block(desk)
    before = len(desk.told("may").replies)
    for _n in range(3):
        await rung(desk, days=1)
    reminders = [reply for reply in said(desk).replies if "รายการเตือนส่วนตัว" in str(reply)]
    assert len(reminders) == 1
    text = type(said(desk))(reminders).text
    assert text == f"🔔 ถึงคุณนก (ส่งในแชทส่วนตัวไม่ได้ ให้เจ้าตัวเปิดแชทกับบอท)\n⏰ รายการเตือนส่วนตัว · {TICKET}"
    assert len(desk.told("may").replies) == before


async def test_where_there_is_no_group_the_administrators_hear_of_it_as_before(desk):
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    await block(desk)
    await rung(desk, days=1)
    assert "แจ้งเตือนคุณนกไม่ได้" in desk.told("may").text


async def test_the_persons_team_comes_first_and_another_teams_group_hears_nothing(desk):
    for team in ("ไมโครดาตา", "แผนที่"):
        await desk.says(f"/team {team}", who="may")
        if team == "ไมโครดาตา":
            await desk.presses("นก", who="may")
    await enrol(desk, "แผนที่", chat="group-maps")
    await enrol(desk, chat="group-desk")
    may = Identity(Platform.LINE, "may", desk.ids["may"], "may")
    await desk.db.write(lambda tx: staff.link_identity(tx, may, desk.now))
    await enrol(desk, "ไมโครดาตา", chat="group-micro", platform=Platform.LINE)
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    await block(desk)
    await rung(desk, days=1)
    assert "ถึงคุณนก" in said(desk, "group-micro", Platform.LINE).text
    assert "ถึงคุณนก" not in said(desk, "group-desk").text + said(desk, "group-maps").text


async def test_another_teams_group_alone_is_none(desk):
    await desk.says("/team แผนที่", who="may")
    await enrol(desk, "แผนที่")
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    await block(desk)
    await rung(desk, days=1)
    assert "ถึงคุณนก" not in said(desk).text
    assert "แจ้งเตือนคุณนกไม่ได้" in desk.told("may").text


async def test_a_deadline_is_told_with_number_subject_and_due_time(desk):
    await enrol(desk)
    await ticket(desk)
    await block(desk)
    await rung(desk, days=4)
    (line,) = {line for line in said(desk).text.splitlines() if TICKET in line}
    assert line.startswith(f"🎫 {TICKET} · 1.1")
    assert "(เกินกำหนด)" in line


SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


async def test_what_is_owed_is_told_without_who_owes_it(desk):
    await enrol(desk)
    await desk.says(SENT)
    await desk.says("/open C81554 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    await block(desk)
    before = len(desk.told("ton").replies)
    await rung(desk, days=15)
    (reply,) = [reply for reply in said(desk).replies if "ยังไม่ส่งสัญญาคืน" in str(reply)]
    answer = type(said(desk))([reply])
    assert [line[:4] for line in answer.text.splitlines()] == ["🔔 ถึ", "1 📄 ", "2 📄 "]
    assert "กมลชนก" not in str(reply)
    assert len(desk.told("ton").replies) == before
    await desk.gives({"press": answer.token("1 ดูข้อมูล")}, "ton", Platform.TELEGRAM, HERE)
    assert "กมลชนก" in desk.told("ton").text


async def test_what_is_owed_goes_to_the_supervisors_where_there_is_no_group(desk):
    await desk.says(SENT)
    await block(desk)
    await rung(desk, days=15)
    assert "ยังไม่ส่งสัญญาคืน" in desk.told("ton").text


async def test_a_supervisor_whom_nobody_reaches_is_stood_in_for_by_the_administrators_as_before(
    desk,
):
    await enrol(desk)
    await desk.says(SENT)
    await block(desk, "ton")
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["nok"], desk.now))
    await rung(desk, days=15)
    assert "ยังไม่ส่งสัญญาคืน" in desk.told("may").text
    assert "ถึงคุณต้น" not in said(desk).text


async def test_of_a_persons_day_the_group_hears_the_sums(desk):
    KINDS["morning"] = DAY
    await enrol(desk)
    await desk.says("/open C81554 อีเมล 6.1 ขอรายได้ครัวเรือน")
    await block(desk)
    desk.now = NOW.replace(hour=1, minute=30) + timedelta(days=1)
    await desk.tick()
    assert "\n1 ☀️ งานวันนี้: เกินกำหนด 1\n2 🎫 R2611000124 · 6.1" in said(desk).text, (
        "with the deadlines told in it"
    )


async def test_who_was_blocked_by_an_administrator_is_told_of_nowhere(desk):
    await enrol(desk)
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    await block(desk)
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["nok"], desk.now))
    await rung(desk, days=1)
    assert "นก" not in said(desk).text


async def test_a_group_hears_thai_whatever_the_person_speaks(desk):
    await enrol(desk)
    await desk.says("/language")
    await desk.presses("English")
    await desk.says("/remind tomorrow 9.00 call back")
    await block(desk)
    await rung(desk, days=1)
    assert "⏰ รายการเตือนส่วนตัว" in said(desk).text


async def test_what_both_platforms_refuse_goes_to_the_group_in_thai_and_a_group_that_refuses_is_forgotten(
    desk,
):
    await enrol(desk)
    await enrol(desk, chat="group2")
    await desk.says("/language")
    await desk.presses("English")
    await ticket(desk)
    for recorder in desk.recorders.values():
        recorder.refused = {"nok", HERE}
    before = len(desk.told("may").replies)
    await rung(desk, days=4)
    answer = said(desk, "group2")
    assert answer.text.count("🔔 ถึงคุณนก") == 1
    assert "(เกินกำหนด)" in answer.text
    assert answer.buttons == ["ดูข้อมูล"]
    assert len(desk.told("may").replies) == before
    assert (
        await desk.count("enrolled_groups", "chat = 'group2'")
        == await desk.count("enrolled_groups")
        == 1
    )
    assert await desk.count("audit", "action = 'group.left'") == 1
    assert await desk.count("identities", "unreachable_at IS NOT NULL") == 2
    assert await desk.count("outbox", "chat = 'group1' AND dedupe_key NOT LIKE 'answer:%'") == 1
    before = len(desk.told("ton").replies)
    await desk.gives({"press": answer.token("ดูข้อมูล")}, "ton", Platform.TELEGRAM, "group2")
    assert ["นายสมชาย ใจดี" in str(reply) for reply in desk.told("ton").replies[before:]] == [True]


async def test_who_loses_access_while_a_message_is_on_its_way_is_told_of_nowhere(desk):
    await enrol(desk)
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")

    async def deliver(message):
        await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["nok"], desk.now))
        return Refused("blocked", unreachable=True)

    await desk.gives({"kind": "left"}, "nok", Platform.LINE)
    before = said(desk).text
    desk.recorders[Platform.TELEGRAM].deliver = deliver
    await rung(desk, days=1)
    assert said(desk).text == before
    assert await desk.count("outbox", "chat = 'group1' AND dedupe_key NOT LIKE 'answer:%'") == 0


def test_a_masked_line_is_thai_whoever_causes_it():
    with speaking("en"):
        line = reminder_cards.masked_line(Reminder("r", StaffId(1), "", "โทรกลับ", NOW, NOW))
    assert line.text == "⏰ รายการเตือนส่วนตัว"


async def test_where_every_group_refuses_too_the_administrators_hear_of_it(desk):
    for n in range(5):
        await enrol(desk, chat=f"group{n}")
    await desk.says("เตือน พรุ่งนี้ 9.00 โทรกลับ")
    for recorder in desk.recorders.values():
        recorder.refused = {"nok", *(f"group{n}" for n in range(5))}
    before = len(desk.told("may").replies)
    await rung(desk, days=1)
    assert len(desk.told("may").replies) == before + 1
    assert await desk.count("outbox", "state = 'moved'") == 4
    assert await desk.count("outbox", "state = 'dead'") == 1


# What a group sees, and who sees more.


async def overdue(desk):
    """A ticket's masked line in the group, for นก whom nobody reaches; the token of its button."""
    await enrol(desk)
    await ticket(desk)
    await block(desk)
    await rung(desk, days=4)
    return said(desk).token("ดูข้อมูล")


async def test_staff_see_in_their_own_chat_what_stands_behind_a_masked_line(desk):
    token = await overdue(desk)
    in_group = len(said(desk).replies)
    before = len(desk.told("ton").replies)
    await desk.gives({"press": token}, "ton", Platform.TELEGRAM, HERE)
    assert ["นายสมชาย ใจดี" in str(reply) for reply in desk.told("ton").replies[before:]] == [True]
    assert len(said(desk).replies) == in_group
    assert (
        await desk.count("audit", "action = 'ticket.read' AND staff_id = ?", desk.ids["ton"]) == 1
    )


async def test_a_press_again_shows_it_again_and_changes_nothing(desk):
    token = await overdue(desk)
    before, saved = len(desk.told("ton").replies), await desk.count("changes", "record = ?", TICKET)
    for times in (1, 2):
        await desk.gives({"press": token}, "ton", Platform.TELEGRAM, HERE)
        assert "นายสมชาย ใจดี" in str(desk.told("ton").replies[-1])
        assert len(desk.told("ton").replies) == before + times
    assert await desk.count("changes", "record = ?", TICKET) == saved


@pytest.mark.parametrize("who", ["nobody", None, "blocked"])
async def test_whoever_is_no_active_staff_presses_in_vain(desk, who):
    token = await overdue(desk)
    if who == "blocked":
        await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["ton"], desk.now))
        who = "ton"
    before = [len(recorder.sent) for recorder in desk.recorders.values()]
    await desk.gives({"press": token}, who, Platform.TELEGRAM, HERE)
    assert [len(recorder.sent) for recorder in desk.recorders.values()] == before


async def test_a_press_from_a_group_that_is_no_longer_enrolled_is_silence(desk):
    token = await overdue(desk)
    await desk.says("/enroll ยกเลิก", who="may", chat=HERE)
    before = len(desk.told("ton").replies)
    await desk.gives({"press": token}, "ton", Platform.TELEGRAM, HERE)
    await desk.gives({"press": token}, "ton", Platform.TELEGRAM, "group9")
    assert len(desk.told("ton").replies) == before


async def test_no_other_button_works_in_a_group(desk):
    await enrol(desk)
    card = await ticket(desk)
    before = len(desk.recorders[Platform.TELEGRAM].sent)
    await desk.gives({"press": card.token("ปิดใบงาน")}, "nok", Platform.TELEGRAM, HERE)
    await desk.gives({"press": "x" * 22}, "nok", Platform.TELEGRAM, HERE)
    assert len(desk.recorders[Platform.TELEGRAM].sent) == before


async def test_a_press_from_a_group_does_not_make_it_the_persons_chat(desk):
    token = await overdue(desk)
    desk.wait(hours=1)
    await desk.gives({"press": token}, "ton", Platform.TELEGRAM, HERE)
    await desk.says("/help", who="ton", chat=HERE)
    assert await desk.count("identities", "chat LIKE 'group%'") == 0


# Spoken to.


@pytest.mark.parametrize(
    "text", ["C81554", "/find C81554", "/find 0812345678", "/find somchai@example.com"]
)
async def test_a_customer_is_a_masked_line(desk, text):
    await enrol(desk)
    answer = await desk.says(text, chat=HERE)
    assert answer.text == "👤 C81554 สมช••• · 08•-•••-5678"
    assert answer.buttons == ["ดูข้อมูล"]
    said(desk)
    assert await desk.count("audit", "action = 'customer.listed' AND record = 'C81554'") == 1
    await desk.gives({"press": answer.token("ดูข้อมูล")}, "ton", Platform.TELEGRAM, HERE)
    assert "081-234-5678" in desk.told("ton").text


async def test_several_customers_are_numbered(desk):
    await enrol(desk)
    answer = await desk.says("/find สมชาย", chat=HERE)
    assert answer.text.startswith("ผลลัพธ์: 2\n1 👤 C")
    assert answer.buttons == ["1 ดูข้อมูล", "2 ดูข้อมูล"]
    said(desk)


@pytest.mark.parametrize(
    "text", [TICKET, f"/find {TICKET}", f"/ticket {TICKET.lower()}", f"ใบงาน {TICKET}"]
)
async def test_a_ticket_is_a_masked_line_with_its_officer(desk, text):
    await enrol(desk)
    await ticket(desk)
    answer = await desk.says(text, chat=HERE)
    assert answer.text.startswith(f"🎫 {TICKET} · 1.1")
    assert answer.text.endswith(" · นก")
    said(desk)


@pytest.mark.parametrize(
    "text",
    [
        "/open C81554 โทร 1.1 ขอข้อมูล => ส่งแล้ว ปิด",
        "/my",
        "รายงาน",
        "สมชาย ใจดี",
        "0812345678",
        "/close R2611000124 เสร็จ",
        "/staff",
    ],
)
async def test_everything_else_goes_on_in_private_and_does_nothing(desk, text):
    await enrol(desk)
    desk.engine.desk.private_chats[Platform.TELEGRAM] = "https://t.me/deskbot"
    answer = await desk.says(text, chat=HERE)
    assert answer.text == "เรื่องนี้ทำต่อในแชทส่วนตัวกับบอท https://t.me/deskbot"
    assert await desk.count("tickets") == await desk.count("forms") == 0


async def test_help_says_what_can_be_done_here(desk):
    await enrol(desk)
    assert "/find" in (await desk.says("/help", chat=HERE)).text
    assert "/find" in (await desk.says("", chat=HERE)).text


async def test_who_only_sounds_alike_is_not_shown(desk):
    await enrol(desk)
    assert "ใกล้เคียง" in (await desk.says("สมชัย")).text
    assert (await desk.says("/find สมชัย", chat=HERE)).text == "ผลลัพธ์: 0"


async def test_a_group_is_answered_in_thai(desk):
    await enrol(desk)
    await desk.says("/language")
    await desk.presses("English")
    assert (await desk.says("/find สมชาย", chat=HERE)).text.startswith("ผลลัพธ์: 2")


async def test_a_groups_title_is_kept_clean_and_short(desk):
    await desk.gives(
        {"text": "/enroll", "title": "โต๊ะ\x00บริการ\ud800\n" + "ก" * 200},
        "may",
        Platform.TELEGRAM,
        HERE,
    )
    assert "โต๊ะบริการ กกก" in (await desk.says("/enroll", who="may")).text
    assert await desk.count("enrolled_groups", "length(title) <= 60") == 1


async def test_naming_the_bot_with_the_lists_word_enrols_nothing(desk):
    assert not (await desk.says("กลุ่ม", who="may", chat=HERE)).replies
    assert await desk.count("enrolled_groups") == 0


async def test_nothing_found_is_said_and_an_unknown_command_is_another_bots(desk):
    await enrol(desk)
    assert (await desk.says("/find ฌฌฌฌฌฌ", chat=HERE)).text == "ผลลัพธ์: 0"
    assert "ไม่พบใบงาน R0000000001" in (await desk.says("R0000000001", chat=HERE)).text
    assert not (await desk.says("/weather", chat=HERE)).replies


async def test_files_stickers_and_what_was_edited_are_nobodys_business(desk):
    await enrol(desk)
    for data in (
        {"kind": "attachment", "of": "sticker"},
        {"kind": "edited"},
        {"kind": "unsent"},
        {"kind": "joined"},
    ):
        assert not (await desk.gives(data, "nok", Platform.TELEGRAM, HERE)).replies


async def test_strangers_in_an_enrolled_group_hear_nothing(desk):
    await enrol(desk)
    for who in ("nobody", None):
        for text in ("/help", "C81554", "/start ABCDE23456"):
            assert not (await desk.gives({"text": text}, who, Platform.TELEGRAM, HERE)).replies


def test_a_masked_name_never_ends_within_a_grapheme():
    assert mask_name(SOMCHAI.name) == "สมช•••"
    assert mask_name("น.ส.กำนัลย์ ใจ") == "กำนัล•••"
    assert mask_name("ก") == "•••"
