"""A reply as Telegram calls: rich messages, or HTML text where that says as much, with an inline
keyboard, within Telegram's limits. Pure.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from typing import Any

from bot.telegram.as_lines import lines_of_rich
from bot.telegram.calendars import opening
from bot.telegram.keyboards import (
    Keyboard,
    has_looks,
    keyboard_of,
    keys_of,
    rows_of,
    without_looks,
)
from bot.telegram.limits import LIMITS
from bot.telegram.lines import MarkedLine, Worded, escaped, lines_of, packed
from bot.telegram.rich import blocks_of, is_worth_it, mark_first, packed_blocks
from domain.text import shorten
from handlers.chat import AnyButton, Document, Offers, QueryResult, Reply

PHOTOS = frozenset({"image/jpeg", "image/png"})
MARKED_FIELDS = {"sendMessage": "text", "sendDocument": "caption", "sendPhoto": "caption"}
"""Where a call that can be marked has its words."""
ONLY_THERE = "only_there"
"""Marks a call that changes an earlier message and says nothing where that cannot be done."""
TelegramCall = dict[str, Any]


class Means(StrEnum):
    """What only newer servers of Telegram know: rich messages; styles of buttons, and such that
    copy; drafts of an answer that is not there yet; signs on messages.
    """

    RICH = "rich"
    LOOKS = "looks"
    DRAFTS = "drafts"
    REACTIONS = "reactions"


def render(reply: Reply, replaces: str = "", lacking: Collection[Means] = ()) -> list[str]:
    """One JSON payload {"method", "params"} a call; buttons are on the last message. `lacking` =
    what this server does not know.
    """
    if reply.offers is not None:
        calls = [_answer_query(reply.offers, replaces)]
    elif reply.reaction and replaces:
        calls = [_reaction(replaces, reply.reaction)]
    elif not reply.parts and any(each.message for each in reply.earlier):
        calls = [{**call, ONLY_THERE: True} for call in _redrawn(reply, lacking)]
    else:
        calls = _calls(reply, replaces, lacking)
    return [json.dumps(call, ensure_ascii=False) for call in calls]


def _calls(reply: Reply, replaces: str, lacking: Collection[Means]) -> list[TelegramCall]:
    words, files = _words_and_files(reply)
    in_place = replaces if reply.in_place else ""
    calls: list[TelegramCall] = []
    if words or not files:
        calls += _said(words, in_place, lacking)
    calls += [_send_file(file) for file in files]
    if replaces and reply.retires and not (in_place and words):
        calls += _retired(reply, replaces)
    return [*calls, *_redrawn(reply, lacking)]


def _words_and_files(reply: Reply) -> tuple[list[Worded], list[Document]]:
    """What is said now: what stood nowhere earlier first."""
    words: list[Worded] = []
    files: list[Document] = []
    without_message = [each.part for each in reply.earlier if not each.message]
    for part in (*without_message, *reply.parts):
        if isinstance(part, Document):
            files.append(part)
        else:
            words.append(part)
    return words, files


def _retired(reply: Reply, message: str) -> Iterator[TelegramCall]:
    """The message that was pressed keeps no buttons, unless it is drawn anew."""
    if all(each.message != message for each in reply.earlier):
        yield _without_buttons(message)


def _redrawn(reply: Reply, lacking: Collection[Means]) -> Iterator[TelegramCall]:
    """What is drawn anew in the messages that showed it earlier."""
    for each in reply.earlier:
        if each.message and not isinstance(each.part, Document):
            yield from _said([each.part], each.message, lacking)


def _said(words: Sequence[Worded], replaces: str, lacking: Collection[Means]) -> list[TelegramCall]:
    """The calls that say this; the first takes the place of the message `replaces`, where one is
    named.
    """
    keys = _keys_of_all(words)
    rows: list[list[AnyButton]] = []
    for part, named in zip(words, keys, strict=True):
        rows += rows_of(part, named)
    calls = _worded(words, keys, lacking)
    looks = Means.LOOKS not in lacking
    keyboard = keyboard_of(rows, looks=looks, above=_calendars(words))
    if keyboard is not None:
        calls[-1]["params"]["reply_markup"] = keyboard
    if replaces:
        calls[0]["method"] = "editMessageText"
        calls[0]["params"]["message_id"] = int(replaces)
    return calls


def _calendars(words: Sequence[Worded]) -> list[Keyboard]:
    """What opens the calendar of the first question for a date."""
    for part in words:
        opens = opening(part.asks) if part.asks else None
        if opens is not None:
            return opens
    return []


def _keys_of_all(words: Sequence[Worded]) -> list[list[str]]:
    keys: list[list[str]] = []
    numbered = 0
    for part in words:
        keys.append(keys_of(part, numbered))
        numbered += len(keys[-1])
    return keys


def _worded(
    words: Sequence[Worded], keys: Sequence[Sequence[str]], lacking: Collection[Means]
) -> list[TelegramCall]:
    """What is said, without buttons: richly where it gains by that."""
    if Means.RICH not in lacking and is_worth_it(words, keys):
        return list(map(_send_rich, _rich_texts(words, keys)))
    texts = packed(_lines_of_all(words, keys))
    if len(texts) > 1 and Means.RICH not in lacking:
        return list(map(_send_rich, _rich_texts(words, keys)))
    return list(map(_send, texts))


def _lines_of_all(words: Sequence[Worded], keys: Sequence[Sequence[str]]) -> list[MarkedLine]:
    lines: list[MarkedLine] = []
    for part, named in zip(words, keys, strict=True):
        if lines:
            lines.append(("", ""))
        lines += lines_of(part, named)
    return lines


def _rich_texts(words: Sequence[Worded], keys: Sequence[Sequence[str]]) -> list[str]:
    blocks = []
    numbered = 0
    for part, named in zip(words, keys, strict=True):
        blocks += blocks_of(part, named, numbered + 1)
        numbered += len(named)
    return packed_blocks(blocks) or ["<p>…</p>"]


# Calls.


def _answer_query(offers: Offers, query: str) -> TelegramCall:
    """The answer to a query, kept by Telegram for nobody: neither for others nor for later."""
    params = {
        "inline_query_id": query,
        "results": [_result(offer) for offer in offers.found[: LIMITS.results]],
        "cache_time": 0,
        "is_personal": True,
        "next_offset": offers.more,
    }
    return {"method": "answerInlineQuery", "params": params}


def _result(offer: QueryResult) -> dict[str, Any]:
    content = {
        "message_text": shorten(offer.text, LIMITS.text),
        "link_preview_options": {"is_disabled": True},
    }
    return {
        "type": "article",
        "id": offer.key,
        "title": shorten(offer.title, LIMITS.title),
        "description": shorten(offer.about, LIMITS.title),
        "input_message_content": content,
    }


def _send(text: str) -> TelegramCall:
    return {"method": "sendMessage", "params": {"text": text, "parse_mode": "HTML"}}


def _reaction(message: str, sign: str) -> TelegramCall:
    """The desk's own sign on a message: says nothing where that cannot be done."""
    reaction = [{"type": "emoji", "emoji": sign}]
    params = {"message_id": int(message), "reaction": reaction}
    return {"method": "setMessageReaction", "params": params, ONLY_THERE: True}


def _send_rich(text: str) -> TelegramCall:
    return {"method": "sendRichMessage", "params": {"rich_message": {"html": text}}}


def _send_file(file: Document) -> TelegramCall:
    """A picture that Telegram shows, or a document; the sender adds the bytes."""
    params: dict[str, Any] = {
        "caption": escaped(shorten(file.caption, LIMITS.caption)),
        "parse_mode": "HTML",
    }
    if keyboard := keyboard_of(rows_of(file, ())):
        params["reply_markup"] = keyboard
    photo = file.mime in PHOTOS and file.size <= LIMITS.photo
    return {
        "method": "sendPhoto" if photo else "sendDocument",
        "params": params,
        "file": {"sha256": file.sha256, "name": file.name},
    }


def _without_buttons(message: str) -> TelegramCall:
    """Takes the buttons from under a message that was answered elsewhere."""
    params = {"message_id": int(message), "reply_markup": {"inline_keyboard": []}}
    return {"method": "editMessageReplyMarkup", "params": params}


# Payloads that are changed before they are sent.


def in_topic(payload: str, topic: int) -> str:
    """The payload of a call that is made in a topic of the chat; what is edited there stays where
    it is.
    """
    return json.dumps({**json.loads(payload), "topic": topic}, ensure_ascii=False)


def marked(call: TelegramCall, mark: str) -> TelegramCall:
    """The call of a message that may have arrived already, saying so."""
    params = dict(call["params"])
    field = MARKED_FIELDS.get(call["method"])
    if field:
        params[field] = escaped(mark) + params[field]
    elif call["method"] == "sendRichMessage":
        html = params["rich_message"]["html"]
        params["rich_message"] = {"html": mark_first(html, mark)}
    return {**call, "params": params}


def as_known(call: TelegramCall, lacking: Collection[Means]) -> list[TelegramCall]:
    """The calls that say the same by what this server knows."""
    if Means.REACTIONS in lacking and needs(call, Means.REACTIONS):
        return []
    if Means.LOOKS in lacking and has_looks(call["params"].get("reply_markup")):
        call = _plainly_buttoned(call)
    if Means.RICH in lacking and "rich_message" in call["params"]:
        return _plainly_worded(call)
    return [call]


def needs(call: TelegramCall, means: Means) -> bool:
    """Whether the call is made by that."""
    if means is Means.REACTIONS:
        return bool(call["method"] == "setMessageReaction")
    if means is Means.RICH:
        return "rich_message" in call["params"]
    return has_looks(call["params"].get("reply_markup"))


def _plainly_buttoned(call: TelegramCall) -> TelegramCall:
    params = dict(call["params"])
    keyboard: Keyboard | None = without_looks(params.pop("reply_markup"))
    if keyboard is not None:
        params["reply_markup"] = keyboard
    return {**call, "params": params}


def _plainly_worded(call: TelegramCall) -> list[TelegramCall]:
    """A rich message as texts: what was on it stays on the last, and what it replaces is replaced
    by the first.
    """
    params = dict(call["params"])
    rich = params.pop("rich_message")
    texts = packed(lines_of_rich(rich["html"]))
    beside = {name: value for name, value in call.items() if name not in ("method", "params")}
    calls = [{**beside, **_send(text)} for text in texts]
    keyboard = params.pop("reply_markup", None)
    if keyboard is not None:
        calls[-1]["params"]["reply_markup"] = keyboard
    calls[0]["params"] |= params
    if call["method"] == "editMessageText":
        calls[0]["method"] = "editMessageText"
    return calls
