"""Groups at the wire: enrolled, spoken to, told what reaches a person nowhere, thrown out of,
moved; killed between.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import ADMIN, DAO, NOK, STRANGER, DeskProcess, eventually
from tests.e2e.test_due import let_leases_lapse, remind
from tests.fakes.line import FakeLine
from tests.fakes.line_chat import line_id
from tests.fakes.telegram import FakeTelegram
from tests.fakes.wire import Status

GROUP, SUPERGROUP = -77, -1000000000077
LINE_GROUP, LINE_ROOM = line_id("desk", "C"), line_id("desk", "R")
TALK = "คุณสมชายโทรมาอีกแล้ว"
FOR_NOK = "🔔 ถึงคุณนก"


def only(desk: DeskProcess, platform: str) -> None:
    """Nobody has an account elsewhere."""
    desk.write("DELETE FROM identities WHERE platform <> ?", platform)


def enrol(desk: DeskProcess, telegram: FakeTelegram, chat_id: int = GROUP) -> None:
    telegram.say(ADMIN.telegram, "/enroll", chat_id=chat_id)
    desk.settle()
    assert "ทุกทีม" in telegram.messages(chat_id)[-1].text


def for_nok(telegram: FakeTelegram, chat_id: int) -> list[str]:
    return [
        message.text for message in telegram.messages(chat_id) if message.text.startswith(FOR_NOK)
    ]


def groups(desk: DeskProcess) -> list[str]:
    return [chat for (chat,) in desk.rows("SELECT chat FROM enrolled_groups")]


# Telegram.


@pytest.fixture(params=["polling", "webhook"])
def desk(request: pytest.FixtureRequest) -> DeskProcess:
    name = "telegram_desk" if request.param == "polling" else "webhook_desk"
    made: DeskProcess = request.getfixturevalue(name)
    return made.start()


def test_only_what_is_said_to_the_bot_is_kept_and_only_staff_are_answered(
    desk: DeskProcess, telegram: FakeTelegram
) -> None:
    enrol(desk, telegram)
    before = len(telegram.messages(GROUP))
    talk = telegram.say(NOK.telegram, TALK, chat_id=GROUP)
    telegram.say(NOK.telegram, "/find@another_bot สมชาย", chat_id=GROUP)
    telegram.sticker(NOK.telegram, chat_id=GROUP)
    telegram.edit(talk, TALK + " ด่วน")
    telegram.say(STRANGER.telegram, "/find C81554", chat_id=GROUP)
    telegram.say(NOK.telegram, "/find C81554", chat_id=GROUP, quoting=talk)
    telegram.say(NOK.telegram, f"ขอรายงาน @{telegram.username} หน่อย", chat_id=GROUP)
    telegram.say(
        NOK.telegram, "C81554", chat_id=GROUP, reply_to=telegram.messages(GROUP)[0].message_id
    )
    desk.settle()
    line = "👤 C81554 สมช••• · 08•-•••-5678"
    private = "เรื่องนี้ทำต่อในแชทส่วนตัวกับบอท https://t.me/deskbot_fake_bot"
    assert [message.text for message in telegram.messages(GROUP)[before:]] == [line, private, line]
    kept = desk.rows("SELECT raw FROM inbox WHERE conversation = ?", f"telegram:{GROUP}")
    assert len(kept) == 5  # the enrolment, the stranger's, and the three
    assert not [raw for (raw,) in kept if "reply_to" in raw or "another" in raw]


def test_staff_press_into_their_own_chat_and_strangers_into_silence(
    desk: DeskProcess, telegram: FakeTelegram
) -> None:
    enrol(desk, telegram)
    telegram.say(NOK.telegram, "/find C81554", chat_id=GROUP)
    desk.settle()
    message = telegram.messages(GROUP)[-1]
    for _n in range(2):
        telegram.press(STRANGER.telegram, message.message_id, "ดูข้อมูล")
        telegram.press(DAO.telegram, message.message_id, "ดูข้อมูล")
    desk.settle()
    cards = telegram.wait_messages(DAO.telegram, 2)
    assert [card.text.startswith("👤 C81554 นายสมชาย ใจดี") for card in cards] == [True, True]
    assert telegram.messages(STRANGER.telegram) == []
    assert telegram.messages(GROUP)[-1] == message
    answers = [call.params for call in telegram.calls if call.method == "answerCallbackQuery"]
    assert len(answers) == 4
    assert all(set(answer) == {"callback_query_id"} for answer in answers)


def test_a_reminder_that_both_chats_refuse_goes_to_the_group_once_and_to_no_administrator(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    desk = make_desk(telegram, line).start()
    enrol(desk, telegram)
    telegram.blocked.add(NOK.telegram)
    line.strangers.add(NOK.line)
    told = len(telegram.messages(ADMIN.telegram) + line.messages(ADMIN.line))
    for text in ("โทรกลับคุณสมชาย", "ส่งไฟล์ให้คุณมาลี"):
        remind(desk.settings["DATABASE_URL"], {text: NOK.line})
        telegram.wait_messages(GROUP, 2)
        desk.settle()
    said = f"{FOR_NOK} (ส่งในแชทส่วนตัวไม่ได้ ให้เจ้าตัวเปิดแชทกับบอท)\n⏰ รายการเตือนส่วนตัว"
    eventually(lambda: len(for_nok(telegram, GROUP)) == 2, "the second reminder")
    assert for_nok(telegram, GROUP) == [said, said]
    assert len(telegram.messages(ADMIN.telegram) + line.messages(ADMIN.line)) == told


def test_thrown_out_the_bot_forgets_the_group_and_the_administrators_are_told(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    only(telegram_desk, "telegram")
    telegram_desk.start()
    enrol(telegram_desk, telegram)
    telegram.remove_bot(STRANGER.telegram, GROUP)
    telegram_desk.settle()
    assert groups(telegram_desk) == []
    telegram.blocked.add(NOK.telegram)
    remind(telegram_desk.settings["DATABASE_URL"], {"ส่งไฟล์": str(NOK.telegram)})
    (told,) = telegram.wait_messages(ADMIN.telegram, 1)
    assert "ส่งข้อความทาง Telegram ไม่ได้" in told.text
    telegram.add_bot(STRANGER.telegram, GROUP)
    telegram_desk.settle()
    assert len(telegram.messages(GROUP)) == 1


def test_a_group_that_refuses_is_forgotten_and_another_one_told(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    only(telegram_desk, "telegram")
    telegram_desk.start()
    enrol(telegram_desk, telegram, GROUP)
    enrol(telegram_desk, telegram, SUPERGROUP)
    telegram.kicked.add(GROUP)
    telegram.blocked.add(NOK.telegram)
    remind(telegram_desk.settings["DATABASE_URL"], {"ส่งไฟล์": str(NOK.telegram)})
    eventually(lambda: for_nok(telegram, SUPERGROUP), "the other group")
    telegram_desk.settle()
    assert len(for_nok(telegram, SUPERGROUP)) == 1
    assert groups(telegram_desk) == [str(SUPERGROUP)]
    assert telegram.messages(ADMIN.telegram) == []


@pytest.mark.parametrize(
    "halves", [("to", "from"), ()], ids=["the bot is told", "the bot finds out"]
)
def test_a_group_that_becomes_a_supergroup_stays_enrolled_and_nothing_is_lost(
    telegram_desk: DeskProcess, telegram: FakeTelegram, halves: tuple[str, ...]
) -> None:
    only(telegram_desk, "telegram")
    telegram_desk.start()
    enrol(telegram_desk, telegram)
    telegram.migrate(NOK.telegram, GROUP, SUPERGROUP, halves)
    telegram_desk.settle()
    telegram.blocked.add(NOK.telegram)
    remind(
        telegram_desk.settings["DATABASE_URL"],
        {"ส่งไฟล์": str(NOK.telegram), "โทรกลับ": str(NOK.telegram)},
    )
    eventually(lambda: len(for_nok(telegram, SUPERGROUP)) == 2, "both reminders in the new chat")
    telegram_desk.settle()
    assert groups(telegram_desk) == [str(SUPERGROUP)]
    assert for_nok(telegram, GROUP) == []
    assert telegram.messages(ADMIN.telegram) == []


def test_a_name_that_telegram_does_not_say_is_asked_for_again_and_nothing_is_lost(
    desk: DeskProcess, telegram: FakeTelegram
) -> None:
    desk.settle()
    eventually(lambda: "platform ready" in desk.stderr(), "the webhook is set")
    desk.stop()
    telegram.fail("getMe", *[Status(500)] * 4)
    telegram.say(ADMIN.telegram, f"/enroll@{telegram.username}", chat_id=GROUP)
    desk.start()
    telegram.wait_messages(GROUP, 1)
    assert groups(desk) == [str(GROUP)]


# LINE.


def test_a_line_group_is_enrolled_by_an_administrator_that_line_names(
    line_desk: DeskProcess, line: FakeLine
) -> None:
    only(line_desk, "line")
    line_desk.start()
    for who in (NOK.line, STRANGER.line, ""):
        line.say(who, "/enroll", chat_id=LINE_GROUP)
    line_desk.settle()
    assert not groups(line_desk)
    assert not line.messages(LINE_GROUP)
    for chat in (LINE_GROUP, LINE_ROOM):
        line.join(chat)
        line.say(ADMIN.line, "/enroll", chat_id=chat)
    line.say("", "/find C81554", chat_id=LINE_GROUP)
    line.say(NOK.line, TALK, chat_id=LINE_GROUP)
    line.say(NOK.line, "C81554", chat_id=LINE_GROUP, mention=True)
    line_desk.settle()
    said = line.messages(LINE_GROUP)
    assert [(message.via, message.text.split("\n")[0][:8]) for message in said] == [
        ("reply", "✅ บันทึก"),
        ("reply", "👤 C81554"),
    ]
    assert not [raw for (raw,) in line_desk.rows("SELECT raw FROM inbox") if "quoteToken" in raw]
    assert line_desk.rows("SELECT sum(counted) FROM push_use") in ([(0,)], [(None,)])
    titles = dict(line_desk.rows("SELECT chat, title FROM enrolled_groups"))
    assert titles == {LINE_GROUP: "Data service desk", LINE_ROOM: ""}
    line.leave(LINE_GROUP)
    line_desk.settle()
    assert groups(line_desk) == [LINE_ROOM]


def test_a_groups_button_opens_the_private_chat_with_the_number_typed(
    line_desk: DeskProcess, line: FakeLine
) -> None:
    """LINE names nobody in a press from a group: what is pressed must not depend on it."""
    line_desk.start()
    eventually(lambda: "platform ready" in line_desk.stderr(), "LINE has said the bot's name")
    line.say(ADMIN.line, "/enroll", chat_id=LINE_GROUP)
    line.say(NOK.line, "/find C81554", chat_id=LINE_GROUP)
    line_desk.settle()
    assert line.messages(LINE_GROUP)[-1].buttons == (
        ("ดูข้อมูล", "https://line.me/R/oaMessage/%40000fake/?C81554"),
    )
    line.say(NOK.line, "C81554")
    line_desk.settle()
    assert "081-234-5678" in line.messages(NOK.line)[-1].text
    postback = {"data": "x" * 22}
    line.events([line.event("postback", NOK.line, LINE_GROUP, postback=postback)])
    line_desk.settle()
    assert len(line.messages(LINE_GROUP)) == 2


@pytest.mark.parametrize("size", [1, 7])
def test_a_push_to_a_group_counts_for_each_of_its_members(
    line_desk: DeskProcess, line: FakeLine, size: int
) -> None:
    only(line_desk, "line")
    line_desk.start()
    line.group_sizes[LINE_GROUP] = size
    line.say(ADMIN.line, "/enroll", chat_id=LINE_GROUP)
    line_desk.settle()
    line.strangers.add(NOK.line)
    remind(line_desk.settings["DATABASE_URL"], {"ส่งไฟล์": NOK.line, "โทรกลับ": NOK.line})
    line.wait_messages(LINE_GROUP, 3)
    line_desk.settle()
    assert line_desk.rows("SELECT counted FROM push_use") == [(2 * size,)]
    assert line.consumption == 2 * size


@pytest.mark.parametrize(
    "failpoint",
    ["due.written", "message.sending", "message.accepted", "message.sent", "message.accepted:2"],
)
def test_a_kill_anywhere_on_the_way_to_the_group_tells_it_once(
    line_desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    url = line_desk.settings["DATABASE_URL"]
    only(line_desk, "line")
    line_desk.start()
    line.say(ADMIN.line, "/enroll", chat_id=LINE_GROUP)
    line_desk.settle()
    line_desk.stop()
    line.strangers.add(NOK.line)
    remind(url, {"ส่งไฟล์": NOK.line}, ago=timedelta(minutes=1))
    line_desk.start(failpoint)
    line_desk.wait_killed()
    let_leases_lapse(url)
    line_desk.start()
    line.wait_messages(LINE_GROUP, 2)
    eventually(
        lambda: not line_desk.rows("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')"),
        "all ended",
    )
    assert [message.text[: len(FOR_NOK)] for message in line.messages(LINE_GROUP)].count(
        FOR_NOK
    ) == 1
    assert line.messages(ADMIN.line) == []


FORGED: dict[str, Callable[[FakeLine], dict[str, object]]] = {
    "a group's id in a private source": lambda line: {
        "type": "user",
        "userId": NOK.line,
        "groupId": LINE_GROUP,
    },
    "a group without its id": lambda line: {"type": "group", "userId": ADMIN.line},
    "a kind that LINE has not": lambda line: {
        "type": "square",
        "groupId": LINE_GROUP,
        "userId": ADMIN.line,
    },
}


@pytest.mark.parametrize("forged", FORGED)
def test_no_answer_goes_where_another_id_of_the_source_points(
    line_desk: DeskProcess, line: FakeLine, forged: str
) -> None:
    line_desk.start()
    event = line.text_event(ADMIN.line, "/find C81554")
    event["source"] = FORGED[forged](line)
    line.events([event])
    event = line.text_event(ADMIN.line, "/enroll")
    event["source"] = FORGED[forged](line)
    line.events([event])
    line_desk.settle()
    assert not groups(line_desk)
    assert not line.messages(LINE_GROUP)
