"""Decides which messages of a Telegram group the desk keeps: only what is said to the bot.
Everything else is never stored. Pure.
"""

import re
from collections.abc import Collection
from typing import Any

from bot.platform import HEARD
from bot.web.answers import as_object, within
from domain.reach.board import plain_sign
from domain.text import clean

GROUPS = ("group", "supergroup")
KEPT = ("message_id", "date", "chat", "from", "is_topic_message", "message_thread_id")
REACTION = ("chat", "message_id", "date", "old_reaction", "new_reaction")
NEWS = ("migrate_to_chat_id", "migrate_from_chat_id")
COMMAND = re.compile(r"(?P<command>/\w+)(?:@(?P<meant>\w+))?")

TelegramJson = dict[str, Any]


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
    if "message" not in update:
        # What was edited is not heard a second time.
        return None
    kept = {field: message[field] for field in KEPT if field in message}
    number = update.get("update_id")
    text = _said(message, bot_id, name)
    if text is not None:
        return {"update_id": number, "message": {**kept, "text": text}, HEARD: True}
    news = _news_of_bot(message, bot_id)
    if news:
        return {"update_id": number, "message": {**kept, **news}}
    return None


def reaction_kept(update: Any, signs: Collection[str]) -> Any | None:
    """A reaction as it may be kept, without anybody's name: where a sign came that means something
    on the team's board; None for any other, and in private.
    """
    reaction = as_object(within(update, "message_reaction"))
    if reaction is None or within(reaction, "chat", "type") not in GROUPS:
        return None
    came = [within(each, "emoji") for each in reaction.get("new_reaction", ())]
    if not any(plain_sign(str(sign)) in signs for sign in came):
        return None
    kept = {field: reaction[field] for field in REACTION if field in reaction}
    user = as_object(within(reaction, "user"))
    if user:
        kept["user"] = {"id": user.get("id"), "is_bot": user.get("is_bot"), "first_name": ""}
    return {"update_id": update.get("update_id"), "message_reaction": kept}


def _news_of_bot(message: TelegramJson, bot_id: str) -> TelegramJson:
    """What a service message tells of the bot itself, and nothing of anybody else."""
    news = {field: message[field] for field in NEWS if field in message}
    left = message.get("left_chat_member")
    if _is_bot(left, bot_id):
        news["left_chat_member"] = left
    came = message.get("new_chat_members")
    if isinstance(came, list):
        bots = [each for each in came if _is_bot(each, bot_id)]
        if bots:
            news["new_chat_members"] = bots
    return news


def _is_bot(person: Any, bot_id: str) -> bool:
    return isinstance(person, dict) and str(person.get("id")) == bot_id


def _group_message(update: Any) -> TelegramJson | None:
    """A message of a group, new or edited."""
    for kind in ("message", "edited_message"):
        message = as_object(within(update, kind))
        if within(message, "chat", "type") in GROUPS:
            return message
    return None


def _said(message: TelegramJson, bot_id: str, name: str) -> str | None:
    """What was said to the bot, without its name; None where it was said to others."""
    text = message.get("text")
    if not isinstance(text, str):
        return None
    text = clean(text)
    if command := COMMAND.match(text):
        meant = command["meant"]
        if meant is not None and meant.casefold() != name.casefold():
            return None
        return command["command"] + text[command.end() :]
    if named := _named(text, name):
        return f"{text[: named.start()]} {text[named.end() :]}".strip()
    author = within(message, "reply_to_message", "from")
    if _is_bot(author, bot_id):
        return text
    return None


def _named(text: str, name: str) -> re.Match[str] | None:
    """Where the bot is named as a whole word."""
    if not name:
        return None
    return re.search(rf"(?<![\w@])@{re.escape(name)}(?!\w)", text, re.IGNORECASE)
