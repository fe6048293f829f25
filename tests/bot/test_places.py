"""Where an answer goes, and where a group is: topics of a forum, closed ones, and news that a
platform tells twice.
"""

import itertools

import pytest

from tests.bot.conftest import FORUM, GROUP, LINE_GROUP, MAY, MAY_LINE, NOK, NOK_LINE, WiredDesk

TOPIC = 45
HERE = "ตอบในกลุ่มไม่ได้"


async def enrolled(wired: WiredDesk, chat: int = FORUM) -> None:
    """The group is served; what was said so far does not count."""
    wired.telegram.forums[FORUM] = {TOPIC}
    wired.telegram.say(MAY, "/enroll", chat_id=chat)
    await wired.turn()
    assert "บันทึกข้อมูลเรียบร้อย" in wired.telegram_texts(chat)[-1]


async def asks(wired: WiredDesk, **where: int) -> list[int | None]:
    """นก asks in the group; the topics in which the forum's new messages stand."""
    before = len(wired.telegram.messages(FORUM))
    wired.telegram.say(NOK, "/find C81554", chat_id=FORUM, **where)
    await wired.turn()
    return [
        message.params.get("message_thread_id")
        for message in wired.telegram.messages(FORUM)[before:]
    ]


async def test_a_forum_is_answered_in_the_topic_where_it_was_asked(wired: WiredDesk) -> None:
    await enrolled(wired)
    assert await asks(wired, topic=TOPIC) == [TOPIC]
    assert await asks(wired) == [None]
    assert "สมช•••" in wired.telegram_texts(FORUM)[-1]


async def test_a_thread_of_answers_is_no_topic(wired: WiredDesk) -> None:
    await enrolled(wired)
    assert await asks(wired, thread=77) == [None]


async def test_a_private_chat_with_topics_is_answered_in_them_and_beside_them(
    wired: WiredDesk,
) -> None:
    wired.telegram.forums[NOK] = {TOPIC}
    wired.telegram.say(NOK, "C81554", topic=TOPIC)
    await wired.turn()
    (answer,) = wired.telegram.messages(NOK)
    assert answer.params["message_thread_id"] == TOPIC
    wired.telegram.press(NOK, answer.message_id, "สร้างใบงาน")
    wired.telegram.closed_topics.add((NOK, TOPIC))
    await wired.turn()
    assert len(wired.telegram.messages(NOK)) == 2
    assert "message_thread_id" not in wired.telegram.messages(NOK)[-1].params


@pytest.mark.parametrize("why", ["closed", "deleted", "thrown out"])
async def test_an_answer_that_a_topic_refuses_goes_to_whoever_asked(
    wired: WiredDesk, why: str
) -> None:
    await enrolled(wired)
    if why == "closed":
        wired.telegram.closed_topics.add((FORUM, TOPIC))
    elif why == "deleted":
        wired.telegram.forums[FORUM].clear()
    else:
        wired.telegram.kicked.add(FORUM)
    assert await asks(wired, topic=TOPIC) == []
    (private,) = wired.telegram_texts(NOK)
    assert HERE in private
    assert "สมช•••" in private
    assert "สมชาย" not in private
    assert wired.line_texts(NOK_LINE) == []
    assert [*wired.telegram_texts(MAY), *wired.line_texts(MAY_LINE)] == []


async def test_the_general_topic_may_be_closed_as_well(wired: WiredDesk) -> None:
    await enrolled(wired)
    wired.telegram.closed_topics.add((FORUM, 1))
    assert await asks(wired) == []
    assert HERE in wired.telegram_texts(NOK)[0]


async def test_nobody_is_answered_in_private_whom_the_group_answered(wired: WiredDesk) -> None:
    await enrolled(wired)
    await asks(wired, topic=TOPIC)
    assert [*wired.telegram_texts(NOK), *wired.line_texts(NOK_LINE)] == []


async def test_an_answer_that_a_line_group_refuses_goes_to_whoever_asked(wired: WiredDesk) -> None:
    await wired.hears(wired.line.text_event(MAY_LINE, "/enroll", chat_id=LINE_GROUP))
    event = wired.line.text_event(NOK_LINE, "/find C81554", chat_id=LINE_GROUP)
    wired.line.strangers.add(LINE_GROUP)
    await wired.hears(event | {"replyToken": ""})
    assert HERE in "".join(wired.line_texts(NOK_LINE))
    assert "สมช•••" in "".join(wired.line_texts(NOK_LINE))
    assert wired.telegram_texts(NOK) == []


# What is told in two halves.


def _some(*halves: str) -> list[tuple[str, ...]]:
    """Each half alone, both, and the other way round."""
    return [order for count in (1, 2) for order in itertools.permutations(halves, count)]


@pytest.mark.parametrize("halves", _some("member", "message"))
async def test_a_group_that_threw_the_bot_out_is_served_no_more(
    wired: WiredDesk, halves: tuple[str, ...]
) -> None:
    await enrolled(wired)
    wired.telegram.remove_bot(MAY, FORUM, halves)
    await wired.turn()
    assert await wired.value("SELECT count(*) FROM enrolled_groups") == 0
    assert await wired.value("SELECT count(*) FROM audit WHERE action = 'group.left'") == 1
    wired.telegram.add_bot(MAY, FORUM, halves)
    assert await asks(wired) == [], "somebody enrols it anew"


@pytest.mark.parametrize("halves", _some("to", "from"))
async def test_a_group_that_became_a_supergroup_stays_served(
    wired: WiredDesk, halves: tuple[str, ...]
) -> None:
    await enrolled(wired, GROUP)
    wired.telegram.migrate(MAY, GROUP, FORUM, halves)
    await wired.turn()
    assert await wired.value("SELECT chat FROM enrolled_groups") == str(FORUM)
    assert await wired.value("SELECT count(*) FROM audit WHERE action = 'group.moved'") == 1
    assert await asks(wired) == [None]


async def test_a_bot_that_is_kept_without_rights_is_still_there(wired: WiredDesk) -> None:
    await enrolled(wired)
    rights = dict.fromkeys(
        (
            *(
                "can_send_messages",
                "can_send_audios",
                "can_send_documents",
                "can_send_photos",
                "can_send_videos",
            ),
            *(
                "can_send_video_notes",
                "can_send_voice_notes",
                "can_send_polls",
                "can_send_other_messages",
            ),
            *(
                "can_add_web_page_previews",
                "can_change_info",
                "can_invite_users",
                "can_pin_messages",
            ),
            *("can_manage_topics", "can_edit_tag", "can_react_to_messages"),
        ),
        False,
    )
    for there, left in ((True, 1), (False, 0)):
        member = {
            "status": "restricted",
            "user": wired.telegram.bot,
            "is_member": there,
            "until_date": 0,
            **rights,
        }
        old = {"status": "member", "user": wired.telegram.bot}
        chat = {"id": FORUM, "type": "supergroup", "title": "x"}
        who = {"id": MAY, "is_bot": False, "first_name": "May"}
        told = {
            "chat": chat,
            "from": who,
            "date": 1,
            "old_chat_member": old,
            "new_chat_member": member,
        }
        wired.telegram.push_raw({"my_chat_member": told})
        await wired.turn()
        assert await wired.value("SELECT count(*) FROM enrolled_groups") == left
