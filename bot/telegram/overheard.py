"""What of a Telegram group's talk is the bot's: what is said to it. The rest is none of ours, and
never kept. Pure.
"""

import re
from typing import Any

from bot.platform import HEARD
from domain.text import clean

_KEPT = ("message_id", "date", "chat", "from", "is_topic_message", "message_thread_id")
_NEWS = ("migrate_to_chat_id", "migrate_from_chat_id")
_COMMAND = re.compile(r"(/\w+)(?:@(\w+))?")

Json = dict[str, Any]


def needs_name(update: Any) -> bool:
    """Whether one must know the bot's own name on Telegram to say whether this was said to it."""
    message = _group_message(update)
    return message is not None and "@" in clean(str(message.get("text", "")))


def of_telegram(update: Any, bot_id: str, name: str) -> Any | None:
    """The update as it may be kept, None where nothing of it may. What is from no group stays as it
    is.

    Of a group's messages: commands, what names the bot or answers it, that the bot came or went,
    and that the group got another chat."""
    message = _group_message(update)
    if message is None:
        return update
    kept = {field: message[field] for field in _KEPT if field in message}
    text = _said_on_telegram(message, bot_id, name) if "message" in update else None
    if text is not None:
        return {
            "update_id": update.get("update_id"),
            "message": {**kept, "text": text},
            HEARD: True,
        }
    news = _news_of_bot(message, bot_id) if "message" in update else {}
    return {"update_id": update.get("update_id"), "message": {**kept, **news}} if news else None


def _news_of_bot(message: Json, bot_id: str) -> Json:
    """What a service message tells of the bot itself, and nothing of anybody else."""
    news = {field: message[field] for field in _NEWS if field in message}
    if _is_bot(message.get("left_chat_member"), bot_id):
        news["left_chat_member"] = message["left_chat_member"]
    came = message.get("new_chat_members")
    if mine := [each for each in came if _is_bot(each, bot_id)] if isinstance(came, list) else []:
        news["new_chat_members"] = mine
    return news


def _is_bot(person: Any, bot_id: str) -> bool:
    return isinstance(person, dict) and str(person.get("id")) == bot_id


def _group_message(update: Any) -> Json | None:
    """A message of a group, new or edited."""
    for kind in ("message", "edited_message"):
        message = update.get(kind) if isinstance(update, dict) else None
        chat = message.get("chat") if isinstance(message, dict) else None
        if (
            isinstance(message, dict)
            and isinstance(chat, dict)
            and chat.get("type") in ("group", "supergroup")
        ):
            return message
    return None


def _said_on_telegram(message: Json, bot_id: str, name: str) -> str | None:
    text = message.get("text")
    if not isinstance(text, str):
        return None
    text = clean(text)
    if command := _COMMAND.match(text):
        meant = command[2] is None or command[2].casefold() == name.casefold()
        return command[1] + text[command.end() :] if meant else None
    named = re.search(rf"(?<![\w@])@{re.escape(name)}(?!\w)", text, re.IGNORECASE) if name else None
    if named:
        return f"{text[: named.start()]} {text[named.end() :]}".strip()
    answered = message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    return text if _is_bot(author, bot_id) else None
