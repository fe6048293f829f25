"""What Telegram tells: an update as a row of the inbox, and the row read again as what came in.
Pure.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import telegram

from bot.platform import Unparsable
from bot.telegram.calendars import picked_text
from bot.telegram.keyboards import CODE
from bot.web.answers import as_number, within
from domain.customers.vcards import VCard, read_vcards
from domain.publicity.links import PostLinkKind, find_links
from domain.staff import Platform
from handlers.chat import (
    Attachment,
    Body,
    Edited,
    Incoming,
    Joined,
    Left,
    Moved,
    Other,
    Press,
    Query,
    Reacted,
    SharedContact,
    Text,
)
from store.chat.inbox import Event

KINDS = (
    "sticker",
    "photo",
    "document",
    "voice",
    "video",
    "video_note",
    "audio",
    "animation",
    "location",
)
_TEXTS_OF_BLOCKS = frozenset({"text", "summary", "blocks", "cells", "items", "caption"})
"""Fields in which the blocks of a rich message hold texts and further blocks."""
LAST_NUMBER = 2**63 - 1
"""What both databases take."""
INLINE = "inline:"
"""Before a person's id: the conversation of what they type after the bot's name, beside that of
their chat.
"""


def row_of(update: Any) -> Event:
    """An update as an inbox row; whatever it is, it can be kept."""
    raw = json.dumps(update)  # ASCII: NULs and lone surrogates stay escaped
    number = update_id(update)
    if number is None:
        digest = hashlib.sha256(raw.encode()).hexdigest()
        return _unreadable(f"odd:{digest}", 0, raw)
    conversation = _conversation(update)
    if conversation is None:
        return _unreadable(str(number), number, raw)
    return Event(
        Platform.TELEGRAM,
        str(number),
        f"{Platform.TELEGRAM}:{conversation}",
        number,
        raw,
    )


def _unreadable(event_id: str, number: int, raw: str) -> Event:
    """What cannot be read is kept, too, in a conversation of its own."""
    return Event(
        Platform.TELEGRAM,
        event_id,
        f"{Platform.TELEGRAM}:?",
        number,
        raw,
        "unparsable",
    )


def _conversation(update: dict[str, Any]) -> str | None:
    for kind in ("message", "edited_message", "my_chat_member", "message_reaction"):
        if kind in update:
            return _id_within(update, kind, "chat", "id")
    if update.get("callback_query") is not None:
        chat = _id_within(
            update,
            "callback_query",
            "message",
            "chat",
            "id",
        )
        # What was sent by a query of ours stands in a chat that we do not see.
        return chat or _id_within(update, "callback_query", "from", "id")
    person = _id_within(update, "inline_query", "from", "id")
    if person is None:
        return None
    return f"{INLINE}{person}"


def update_id(update: Any) -> int | None:
    """The number that Telegram gave an update; None where it has none that can be one."""
    number = within(update, "update_id")
    if type(number) is not int or not 0 <= number < LAST_NUMBER:
        return None
    return number


def _id_within(update: dict[str, Any], *path: str) -> str | None:
    """Telegram's number of somebody or something, as the desk writes it."""
    number = as_number(within(update, *path))
    if number is None:
        return None
    return str(number)


def incoming(
    event: Event,
    update: telegram.Update,
    bot_id: str,
    *,
    heard: bool,
) -> Incoming:
    """The update as the desk sees it; Unparsable for one without a chat. `heard` = a group said it
    to the bot.
    """
    person = _person(update.effective_user)
    asked = update.inline_query
    chat = update.effective_chat
    if chat is None and asked is None:
        raise Unparsable("no chat")
    if chat is None:
        conversation = f"{INLINE}{person.id}"
        title = ""
    else:
        conversation = str(chat.id)
        title = chat.title or ""
    body, message = _body(update, bot_id)
    private = chat is not None and chat.type == telegram.Chat.PRIVATE
    if chat is not None and not private and update.message is not None:
        body = _group_body(update.message, heard=heard)
    return Incoming(
        id=event.event_id,
        at=event.came_at,
        platform=Platform.TELEGRAM,
        chat=conversation,
        private=private,
        who=person.who,
        body=body,
        name=person.name,
        username=person.username,
        language=person.language,
        message=message,
        title=title,
        topic=_topic(update.effective_message),
    )


def plainly_said(event: Event, data: Any) -> Incoming | None:
    """An update that is a plain text to the bot alone, which most of them are; None for any other.

    The same as `incoming`, without an object for each of the hundred things that a message may
    have."""
    message = within(data, "message")
    sender = within(message, "from")
    chat = within(message, "chat")
    text = within(message, "text")
    chat_id = within(chat, "id")
    plain = (
        _has(data, _PLAIN_UPDATE)
        and _is_plain_message(message)
        and _has(sender, _PLAIN_SENDER, _BESIDE_SENDER)
        and within(chat, "type") == telegram.Chat.PRIVATE
        and type(chat_id) is int
        and "title" not in chat
        and 0 <= message["date"] < LAST_SECOND
    )
    if not plain or sender["is_bot"]:
        return None
    names = (sender["first_name"], sender.get("last_name"))
    return Incoming(
        id=event.event_id,
        at=event.came_at,
        platform=Platform.TELEGRAM,
        chat=str(chat_id),
        private=True,
        who=str(sender["id"]),
        body=Text(text),
        name=" ".join(filter(None, names)),
        username=_told_of(sender, "username"),
        language=_told_of(sender, "language_code"),
    )


def _told_of(sender: dict[str, Any], name: str) -> str:
    """What a sender says of this; "" where nothing."""
    return sender.get(name) or ""


_PLAIN_UPDATE = {"update_id": int, "message": dict}
_PLAIN_MESSAGE = {"message_id": int, "date": int, "text": str, "from": dict, "chat": dict}
_BESIDE_MESSAGE = {"entities": list}
_PLAIN_SENDER = {"id": int, "is_bot": bool, "first_name": str}
_BESIDE_SENDER = {"last_name": str, "username": str, "language_code": str, "is_premium": bool}
_SEEN_ENTITIES = frozenset(
    {
        "bold",
        "bot_command",
        "cashtag",
        "email",
        "hashtag",
        "italic",
        "mention",
        "phone_number",
        "underline",
        "url",
    }
)
"""What Telegram marks in a text that says no more than its letters do."""
LAST_SECOND = 2**31
"""Before which any calendar knows a moment."""


def _is_plain_message(message: Any) -> bool:
    """Whether it is a text, and all that Telegram marked in it can be read there."""
    if not _has(message, _PLAIN_MESSAGE, _BESIDE_MESSAGE):
        return False
    marked = message.get("entities", ())
    return all(str(within(entity, "type")) in _SEEN_ENTITIES for entity in marked)


def _has(value: Any, fields: Mapping[str, type], beside: Mapping[str, type] | None = None) -> bool:
    """Whether a JSON object has all of these fields, and no others but some of those `beside`; each
    of its type.
    """
    if not isinstance(value, dict) or not fields.keys() <= value.keys():
        return False
    known = {**(beside or {}), **fields}
    return all(type(each) is known.get(name) for name, each in value.items())


@dataclass(frozen=True, slots=True)
class _Person:
    """Who an update is from: `who` is None where it is a bot, or nobody."""

    id: str = ""
    who: str | None = None
    name: str = ""
    language: str = ""
    username: str = ""


def _person(user: telegram.User | None) -> _Person:
    if user is None:
        return _Person()
    user_id = str(user.id)
    who = None if user.is_bot else user_id
    language = user.language_code or ""
    return _Person(user_id, who, user.full_name or "", language, user.username or "")


def _topic(message: telegram.MaybeInaccessibleMessage | None) -> str:
    """The topic of a forum; a thread of answers in another group is none, nor is what stands
    outside the topics.
    """
    if not isinstance(message, telegram.Message) or not message.is_topic_message:
        return ""
    return str(message.message_thread_id or "")


def _group_body(message: telegram.Message, *, heard: bool) -> Body:
    """What was said, or news of the bot itself that another event tells as well: each of the two is
    enough.
    """
    if message.migrate_to_chat_id is not None:
        return Moved(str(message.migrate_to_chat_id))
    if message.migrate_from_chat_id is not None:
        return Moved(str(message.chat.id), str(message.migrate_from_chat_id))
    if message.left_chat_member is not None:
        return Left()
    if message.new_chat_members:
        return Joined()
    if heard and message.text is not None:
        return Text(message.text)
    return Other()


def _body(update: telegram.Update, bot_id: str) -> tuple[Body, str]:
    """What happened, and the message that an answer may take the place of."""
    if asked := update.inline_query:
        return Query(asked.query, asked.offset), asked.id
    if pressed := update.callback_query:
        picked = picked_text(pressed.data or "")
        if picked is not None:
            return Text(picked), ""
        message = str(pressed.message.message_id) if pressed.message else ""
        return Press(pressed.data or ""), message
    if update.message_reaction is not None:
        return _signs(update.message_reaction), str(update.message_reaction.message_id)
    return _body_without_message(update, bot_id), ""


def _signs(reaction: telegram.MessageReactionUpdated) -> Reacted:
    """The signs that came, not those that were there or went."""
    before = set(map(_sign, reaction.old_reaction))
    came = []
    for sign in map(_sign, reaction.new_reaction):
        if sign and sign not in before:
            came.append(sign)
    return Reacted(tuple(came))


def _sign(reaction: telegram.ReactionType) -> str:
    return str(getattr(reaction, "emoji", ""))


def _body_without_message(update: telegram.Update, bot_id: str) -> Body:
    if update.edited_message is not None:
        edited = update.edited_message
        return Edited(str(edited.message_id)) if edited.text else Other()
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member.new_chat_member)
    if update.message is not None:
        return _said(update.message, bot_id)
    return Other()


def _said(message: telegram.Message, bot_id: str) -> Body:
    if message.text is not None:
        return _text(message, message.text, bot_id)
    if message.contact is not None:
        return _contact(message.contact)
    for kind in KINDS:
        if part := getattr(message, kind):
            return _attachment(message, kind, part)
    return Other()


def _text(message: telegram.Message, text: str, bot_id: str) -> Text:
    if _is_offer(message, bot_id):
        words = _chosen(text)
    else:
        words = _with_links(text, message.entities)
    origin = message.forward_origin
    return Text(words, origin.date if origin else None)


def _membership(member: telegram.ChatMember) -> Body:
    if isinstance(member, telegram.ChatMemberRestricted):
        return Joined() if member.is_member else Left()
    match member.status:
        case "member" | "administrator":
            return Joined()
        case "kicked" | "left":
            return Left()
        case _:
            return Other()


def _contact(contact: telegram.Contact) -> SharedContact:
    """The one telephone that was shared, and what its vCard knows beside it."""
    vcard = (contact.vcard or "").encode("utf-8", "replace")
    more, *_others = read_vcards(vcard) or [VCard()]
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    phones = filter(None, (contact.phone_number, *more.phones))
    return SharedContact(
        name or more.name,
        tuple(dict.fromkeys(phones)),
        tuple(more.emails),
        more.organisation,
    )


def _attachment(message: telegram.Message, kind: str, part: Any) -> Attachment:
    """A photo comes in several sizes, the largest last."""
    file = part[-1] if kind == "photo" else part
    return Attachment(
        kind,
        reference=_attribute(file, "file_id"),
        name=_attribute(file, "file_name"),
        mime=_attribute(file, "mime_type"),
        size=as_number(getattr(file, "file_size", None)),
        caption=_with_links(message.caption or "", message.caption_entities) or _place(message),
        message=str(message.message_id),
        album=message.media_group_id or "",
        quoted=_quoted(message.reply_to_message),
    )


def _place(message: telegram.Message) -> str:
    """What a place that is shared is called, and where it lies."""
    if message.venue is None:
        return ""
    return f"{message.venue.title} {message.venue.address}"


def _attribute(file: Any, name: str) -> str:
    """What only some kinds of files have."""
    return str(getattr(file, name, None) or "")


def _quoted(answered: telegram.Message | None) -> str:
    if answered is None:
        return ""
    # The library does not know rich messages yet, but keeps what it does not know.
    rich = " ".join(_texts_within(answered.api_kwargs.get("rich_message")))
    return answered.text or answered.caption or rich


def _texts_within(value: Any) -> Iterator[str]:
    """What people see of a rich message, wherever in its blocks it stands."""
    if isinstance(value, list):
        for each in value:
            yield from _texts_within(each)
    elif isinstance(value, dict):
        for name in _TEXTS_OF_BLOCKS & value.keys():
            each = value[name]
            if isinstance(each, str):
                yield each
            else:
                yield from _texts_within(each)


def _with_links(text: str, entities: Sequence[telegram.MessageEntity]) -> str:
    """The text with the addresses that hide behind its words, each after them: they were said, too.

    A name or heading that was copied as a link is its words alone, unless it leads to a post.
    """
    # Telegram counts in UTF-16.
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda each: each.offset, reverse=True):
        if entity.type != telegram.MessageEntity.TEXT_LINK:
            continue
        if not entity.url or entity.url in text:
            continue
        start = 2 * entity.offset
        end = start + 2 * entity.length
        words = units[start:end].decode("utf-16-le", "surrogatepass")
        if words.strip() == text.strip() and not _is_post(entity.url):
            continue
        address = f" ({entity.url})".encode("utf-16-le", "surrogatepass")
        units = units[:end] + address + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def _is_post(address: str) -> bool:
    return any(link.kind is not PostLinkKind.PAGE for link in find_links(address))


def _is_offer(message: telegram.Message, bot_id: str) -> bool:
    """Whether somebody picked one of our own answers to a query, in a chat that we hear."""
    return message.via_bot is not None and str(message.via_bot.id) == bot_id


def _chosen(text: str) -> str:
    """What was picked, by its code alone: in the chat with us it opens the customer."""
    code = CODE.search(text)
    return code[0] if code else text
