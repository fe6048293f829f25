"""What of a group's talk is kept: what is said to the bot, and nothing that people say to each
other.
"""

import json
from typing import Any

import pytest

from bot.line.group_messages import of_line
from bot.platform import HEARD
from bot.telegram.group_messages import needs_name, of_telegram

BOT_ID, NAME = "123456789", "deskbot_fake_bot"
OTHERS = "คุณสมชายโทรมาอีกแล้ว"


def update(text: str | None, kind: str = "supergroup", **more: Any) -> dict[str, Any]:
    chat = {"id": -1001, "type": kind, "title": "Data service desk"}
    person = {"id": 1002, "is_bot": False, "first_name": "Nok"}
    message = {"message_id": 7, "date": 1, "chat": chat, "from": person, **more}
    return {"update_id": 5, "message": message | ({} if text is None else {"text": text})}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/find สมชาย", "/find สมชาย"),
        ("/find@deskbot_fake_bot สมชาย", "/find สมชาย"),
        ("/FIND@Deskbot_Fake_Bot\nสมชาย", "/FIND\nสมชาย"),
        ("/find@another_bot สมชาย", None),
        ("/find@another_bot @deskbot_fake_bot", None),
        ("@deskbot_fake_bot R2611000124", "R2611000124"),
        ("ดู @DESKBOT_FAKE_BOT หน่อย", "ดู   หน่อย"),
        ("@deskbot_fake_bot", ""),
        ("@deskbot_fake_bot2 ดูหน่อย", None),
        ("a@deskbot_fake_bot", None),
        (OTHERS, None),
        ("ดูที่ /find", None),
        ("", None),
        (None, None),
    ],
)
def test_on_telegram_commands_and_what_names_the_bot_are_kept(
    said: str | None, kept: str | None
) -> None:
    found = of_telegram(update(said), BOT_ID, NAME)
    assert (found and found["message"]["text"]) == kept
    assert bool(found and found[HEARD]) == (kept is not None)


@pytest.mark.parametrize(("author", "kept"), [(123456789, True), (1003, False)])
def test_an_answer_to_the_bot_is_kept_without_what_it_answers(author: int, kept: bool) -> None:
    found = of_telegram(
        update("ขอดู", reply_to_message={"from": {"id": author}, "text": OTHERS}), BOT_ID, NAME
    )
    assert (found is not None) is kept
    assert OTHERS not in json.dumps(found, ensure_ascii=False)


def test_a_command_is_kept_without_what_it_quotes() -> None:
    more = {"quote": {"text": OTHERS}, "reply_to_message": {"from": {"id": 1003}, "text": OTHERS}}
    found = of_telegram(update("/find สมชาย", **more), BOT_ID, NAME)
    assert found is not None
    assert set(found["message"]) == {"message_id", "date", "chat", "from", "text"}


@pytest.mark.parametrize(
    "more",
    [
        {"caption": "/find สมชาย", "photo": []},
        {"sticker": {"emoji": "👍"}},
        {"new_chat_members": [{"id": 1, "first_name": OTHERS}]},
        {"new_chat_title": OTHERS},
        {"pinned_message": {"text": OTHERS}},
        {"left_chat_member": {"id": 1, "first_name": OTHERS}},
    ],
)
def test_files_and_news_of_a_group_are_not_kept(more: dict[str, Any]) -> None:
    assert of_telegram(update(None, **more), BOT_ID, NAME) is None


@pytest.mark.parametrize(
    "news",
    [
        {"migrate_to_chat_id": -10077},
        {"migrate_from_chat_id": -77},
        {"left_chat_member": {"id": int(BOT_ID), "is_bot": True}},
        {"new_chat_members": [{"id": int(BOT_ID), "is_bot": True}]},
    ],
)
def test_what_a_group_tells_of_the_bot_and_its_chat_is_kept(news: dict[str, Any]) -> None:
    found = of_telegram(update(None, "group", **news), BOT_ID, NAME)
    assert found is not None
    assert news.items() <= found["message"].items()
    assert HEARD not in found


def test_of_those_who_came_only_the_bot_is_kept() -> None:
    came = [{"id": 1, "first_name": OTHERS}, {"id": int(BOT_ID), "is_bot": True}]
    found = of_telegram(update(None, new_chat_members=came), BOT_ID, NAME)
    assert found is not None
    assert found["message"]["new_chat_members"] == [came[1]]


def test_what_was_edited_in_a_group_is_not_kept() -> None:
    edited = {"update_id": 6, "edited_message": update("/find สมชาย")["message"]}
    assert of_telegram(edited, BOT_ID, NAME) is None


@pytest.mark.parametrize(
    "private",
    [
        update(OTHERS, "private"),
        {"update_id": 1, "callback_query": {}},
        {"update_id": 1, "message": 3},
        [],
        None,
        "x",
        {},
    ],
)
def test_whatever_is_from_no_group_stays_as_it_is(private: Any) -> None:
    assert of_telegram(private, BOT_ID, NAME) is private
    assert of_line(private) is private


def test_the_name_is_needed_only_where_somebody_is_named_in_a_group() -> None:
    assert needs_name(update("/find@deskbot_fake_bot"))
    assert not needs_name(update("/find"))
    assert not needs_name(update("@deskbot_fake_bot", "private"))


def line_event(text: Any, mention: Any = None, kind: str = "group", **more: Any) -> dict[str, Any]:
    message = {"id": "1", "type": "text", "text": text, "quotedMessageId": "2"}
    source = {"type": kind, "groupId": "C1", "userId": "U1"}
    event = {
        "type": "message",
        "source": source,
        "message": message | ({"mention": mention} if mention else {}),
    }
    return event | more


def mention(index: Any, length: Any, is_self: Any = True) -> dict[str, Any]:
    other = {"type": "all", "index": 0, "length": 4}
    return {
        "mentionees": [other, {"type": "user", "index": index, "length": length, "isSelf": is_self}]
    }


@pytest.mark.parametrize(
    ("said", "who", "kept"),
    [
        ("/find สมชาย", None, "/find สมชาย"),
        ("@Deskbot R2611000124", mention(0, 8), "R2611000124"),
        ("👍 @Deskbot R2611000124", mention(3, 8), "👍 R2611000124"),
        ("@Deskbot R2611000124", mention(0, 8, is_self=False), None),
        ("@Deskbot", mention(0, 800), "@Deskbot"),
        ("@Deskbot", mention("0", None), "@Deskbot"),
        ("@Deskbot", {"mentionees": "x"}, None),
        (OTHERS, None, None),
        (7, None, None),
    ],
)
def test_on_line_commands_and_mentions_are_kept(said: Any, who: Any, kept: str | None) -> None:
    found = of_line(line_event(said, who))
    assert (found and found["message"]) == (
        None if kept is None else {"id": "1", "type": "text", "text": kept}
    )


@pytest.mark.parametrize("kind", ["group", "room"])
def test_of_other_events_only_presses_and_the_bots_coming_and_going_are_kept(kind: str) -> None:
    kept = [
        name
        for name in (
            "postback",
            "join",
            "leave",
            "memberJoined",
            "memberLeft",
            "unsend",
            "videoPlayComplete",
            "odd",
        )
        if of_line(line_event("/find", kind=kind, type=name)) is not None
    ]
    assert kept == ["postback", "join", "leave", "unsend"]


@pytest.mark.parametrize("kind", ["image", "sticker", "file", "location"])
def test_files_of_a_line_group_are_not_kept(kind: str) -> None:
    event = line_event("/find")
    event["message"]["type"] = kind
    assert of_line(event) is None
