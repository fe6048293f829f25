"""What Telegram tells: an update as a row of the inbox, and the row read again as what came in.
Pure.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import telegram

from bot.platform import Unparsable
from bot.telegram.render import CODE
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
INLINE = "inline:"
"""Before a person's id: the conversation of what they type after the bot's name, beside that of
their chat.
"""


def row_of(update: Any) -> Event:
    """An update as an inbox row; whatever it is, it can be kept."""
    raw = json.dumps(update)  # ASCII: NULs and lone surrogates stay escaped
    number = update_id(update)
    if number is None:
        odd = f"odd:{hashlib.sha256(raw.encode()).hexdigest()}"
        return Event(Platform.TELEGRAM, odd, "telegram:?", 0, raw, "unparsable")
    where_from = _conversation(update)
    if where_from is None:
        return Event(Platform.TELEGRAM, str(number), "telegram:?", number, raw, "unparsable")
    return Event(Platform.TELEGRAM, str(number), f"telegram:{where_from}", number, raw)


def _conversation(update: dict[str, Any]) -> str | None:
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in update:
            return _text(_int(update[kind], "chat", "id"))
    query = update.get("callback_query")
    if query is not None:
        chat = _int(query, "message", "chat", "id")
        return _text(chat if chat is not None else _int(query, "from", "id"))
    person = _int(update.get("inline_query"), "from", "id")
    return None if person is None else f"{INLINE}{person}"


def update_id(update: Any) -> int | None:
    """The number that Telegram gave an update; None where it has none that can be one."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 <= number < 2**63 - 1 else None


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _int(value: Any, *path: str) -> int | None:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, int) else None


def incoming(event: Event, update: telegram.Update, bot_id: str, *, heard: bool) -> Incoming:
    """The update as the desk sees it; Unparsable for one without a chat. `heard` = a group said it
    to the bot.
    """
    chat, user = update.effective_chat, update.effective_user
    asked = update.inline_query
    if chat is None and asked is None:
        raise Unparsable("no chat")
    private = chat is not None and chat.type == telegram.Chat.PRIVATE
    body, message = (Query(asked.query, asked.offset), asked.id) if asked else _body(update, bot_id)
    if chat is not None and not private and update.message is not None:
        body = _group_body(update.message, heard=heard)
    return Incoming(
        id=event.event_id,
        at=event.came_at,
        platform=Platform.TELEGRAM,
        chat=str(chat.id) if chat else f"{INLINE}{user.id if user else ''}",
        private=private,
        who=str(user.id) if user and not user.is_bot else None,
        body=body,
        name=user.full_name if user else "",
        language=(user.language_code or "") if user else "",
        message=message,
        title=(chat.title or "") if chat else "",
        topic=_topic(update.effective_message),
    )


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
    return Text(message.text) if heard and message.text is not None else Other()


def _body(update: telegram.Update, bot_id: str) -> tuple[Body, str]:
    query, message = update.callback_query, update.message
    if query is not None:
        return Press(query.data or ""), str(query.message.message_id) if query.message else ""
    if update.edited_message is not None:
        return Edited() if update.edited_message.text else Other(), ""
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member.new_chat_member), ""
    if message is None:
        return Other(), ""
    if message.text is not None:
        first_at = message.forward_origin.date if message.forward_origin else None
        text = _with_links(message.text, message.entities)
        return Text(_chosen(message.text) if _is_offer(message, bot_id) else text, first_at), ""
    if message.contact is not None:
        return _contact(message.contact), ""
    for kind in KINDS:
        if part := getattr(message, kind):
            return _attachment(message, kind, part), ""
    return Other(), ""


def _membership(member: telegram.ChatMember) -> Body:
    if isinstance(member, telegram.ChatMemberRestricted):
        return Joined() if member.is_member else Left()
    bodies: dict[str, Body] = {
        "member": Joined(),
        "administrator": Joined(),
        "kicked": Left(),
        "left": Left(),
    }
    return bodies.get(member.status, Other())


def _contact(contact: telegram.Contact) -> SharedContact:
    """The one telephone that was shared, and what its vCard knows beside it."""
    more = (read_vcards((contact.vcard or "").encode("utf-8", "replace")) or [VCard()])[0]
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    phones = tuple(dict.fromkeys(filter(None, (contact.phone_number, *more.phones))))
    return SharedContact(name or more.name, phones, tuple(more.emails), more.organisation)


def _attachment(message: telegram.Message, kind: str, part: Any) -> Attachment:
    """A photo comes in several sizes, the largest last."""
    file = part[-1] if kind == "photo" else part
    answered = message.reply_to_message
    size = getattr(file, "file_size", None)
    return Attachment(
        kind,
        reference=str(getattr(file, "file_id", None) or ""),
        name=str(getattr(file, "file_name", None) or ""),
        mime=str(getattr(file, "mime_type", None) or ""),
        size=size if isinstance(size, int) else None,
        caption=_with_links(message.caption or "", message.caption_entities),
        message=str(message.message_id),
        album=message.media_group_id or "",
        quoted=(answered.text or answered.caption or "") if answered else "",
    )


def _with_links(text: str, entities: Sequence[telegram.MessageEntity]) -> str:
    """The text with the addresses that hide behind its words, each after them: they were said, too.

    A name or heading that was copied as a link is its words alone, unless it leads to a post.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(entities, key=lambda each: each.offset, reverse=True):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        words = units[start:end].decode("utf-16-le", "surrogatepass")
        if entity.type != telegram.MessageEntity.TEXT_LINK or not entity.url or entity.url in text:
            continue
        if words.strip() == text.strip() and not _is_post(entity.url):
            continue
        units = units[:end] + f" ({entity.url})".encode("utf-16-le", "surrogatepass") + units[end:]
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
