"""A reply as Telegram calls: HTML text with an inline keyboard, within Telegram's limits. Pure."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.text import graphemes, shorten, split_text, utf16_length
from handlers.chat import (
    Button,
    Card,
    Choice,
    Document,
    Offers,
    Paragraph,
    QueryResult,
    Reply,
    ReplyPart,
    presses,
)


@dataclass(frozen=True, slots=True)
class TelegramLimits:
    """Telegram's numbers: UTF-16 units of a text and a caption, bytes of a photo, buttons of a
    message and of a row, graphemes that a phone shows; results of a query, and units of a result's
    title."""

    text: int = 4096
    caption: int = 1000
    photo: int = 10_000_000
    buttons: int = 100
    row_buttons: int = 3
    row_graphemes: int = 36
    option_graphemes: int = 46
    label: int = 60
    results: int = 50
    title: int = 200


LIMITS = TelegramLimits()
LONGEST_LINE = LIMITS.text // 2
PHOTOS = frozenset({"image/jpeg", "image/png"})
CODE = re.compile(r"[A-Z]?\d[\d.]*")
MARKED_FIELDS = {"sendMessage": "text", "sendDocument": "caption", "sendPhoto": "caption"}
"""Where a call that can be marked has its words."""
ONLY_THERE = "only_there"
"""Marks a call that changes an earlier message and says nothing where that cannot be done."""
MarkedLine = tuple[str, str]
"""A line as people see it, and as HTML."""
TelegramCall = dict[str, Any]
_Words = Paragraph | Card | Choice


def render(reply: Reply, replaces: str = "") -> list[str]:
    """One JSON payload {"method", "params"} a call; buttons are on the last message."""
    if reply.offers is not None:
        calls = [_answer_query(reply.offers, replaces)]
    elif not reply.parts and any(each.message for each in reply.earlier):
        calls = [{**call, ONLY_THERE: True} for call in _redrawn(reply)]
    else:
        calls = _calls(reply, replaces)
    return [json.dumps(call, ensure_ascii=False) for call in calls]


def _calls(reply: Reply, replaces: str) -> list[TelegramCall]:
    words, files = _words_and_files(reply)
    in_place = replaces if reply.in_place else ""
    calls: list[TelegramCall] = []
    if words or not files:
        calls += _said(words, in_place)
    calls += [_send_file(file) for file in files]
    if replaces and reply.retires and not (in_place and words):
        calls += _retired(reply, replaces)
    return [*calls, *_redrawn(reply)]


def _words_and_files(reply: Reply) -> tuple[list[_Words], list[Document]]:
    """What is said now: what stood nowhere earlier first."""
    words: list[_Words] = []
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


def _redrawn(reply: Reply) -> Iterator[TelegramCall]:
    """What is drawn anew in the messages that showed it earlier."""
    for each in reply.earlier:
        if each.message and not isinstance(each.part, Document):
            yield from _said([each.part], each.message)


def _said(words: Sequence[_Words], replaces: str) -> list[TelegramCall]:
    """The calls that say this; the first takes the place of the message `replaces`, where one is
    named.
    """
    lines: list[MarkedLine] = []
    rows: list[list[Button]] = []
    numbered = 0
    for part in words:
        if lines:
            lines.append(("", ""))
        keys = _keys(part, numbered)
        numbered += len(keys)
        lines += _lines(part, keys)
        rows += _rows(part, keys)
    calls = [_send(text) for text in _pack(lines, LIMITS.text)]
    if keyboard := _keyboard(rows):
        calls[-1]["params"]["reply_markup"] = keyboard
    if replaces:
        calls[0]["method"] = "editMessageText"
        calls[0]["params"]["message_id"] = int(replaces)
    return calls


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


def _send_file(file: Document) -> TelegramCall:
    """A picture that Telegram shows, or a document; the sender adds the bytes."""
    params: dict[str, Any] = {
        "caption": _escaped(shorten(file.caption, LIMITS.caption)),
        "parse_mode": "HTML",
    }
    if keyboard := _keyboard(_rows(file, ())):
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


# Lines.


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _plain(text: str) -> list[MarkedLine]:
    pieces = [piece for line in text.split("\n") for piece in _fit(line)]
    return [(piece, _escaped(piece)) for piece in pieces]


def _fit(line: str) -> list[str]:
    return split_text(line, LONGEST_LINE) or [""]


def _bold(text: str) -> list[MarkedLine]:
    lines = []
    for piece, escaped in _plain(text):
        marked_piece = f"<b>{escaped}</b>" if piece else ""
        lines.append((piece, marked_piece))
    return lines


def _lines(part: _Words, keys: Sequence[str]) -> list[MarkedLine]:
    match part:
        case Paragraph():
            return _plain(part.text)
        case Card():
            return _card(part)
        case Choice():
            return _list(part, keys)


def _card(card: Card) -> list[MarkedLine]:
    lines = _bold(card.title)
    for fact in card.facts:
        (plain, escaped), *rest = _plain(fact.value)
        lines.append((f"{fact.label}: {plain}", f"<i>{_escaped(fact.label)}</i>: {escaped}"))
        lines += rest
    if card.note:
        lines += _plain(card.note)
    return lines


def _list(choice: Choice, keys: Sequence[str]) -> list[MarkedLine]:
    """The question, and each option that has a key in full."""
    question, _newline, more = choice.question.partition("\n")
    lines = _bold(question)
    if more:
        lines += _plain(more)
    # Without keys the buttons say it all.
    for key, option in zip(keys, choice.options, strict=False):
        own_key = option.label.startswith(key)
        lines += _plain(option.label if own_key else f"{key}. {option.label}")
    return lines


def _pack(lines: Sequence[MarkedLine], limit: int) -> list[str]:
    """Whole lines to as few messages as possible; tags never span lines, so none is cut."""
    texts: list[str] = []
    current: list[str] = []
    size = 0
    for plain, marked_line in lines:
        # Tags do not count, and the line break does.
        units = utf16_length(plain) + 1
        if current and size + units > limit:
            texts.append(_text(current))
            current = []
            size = 0
        current.append(marked_line)
        size += units
    texts.append(_text(current))
    return [text for text in texts if text.strip()] or ["…"]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n")


# Buttons.


def _keys(part: _Words, before: int) -> list[str]:
    """What the short buttons of a list say: each option's own code or number where all have one,
    else 1, 2, 3; after `before` of the lists above. None where the buttons say it all."""
    if not isinstance(part, Choice) or not _needs_list(part):
        return []
    first = [_first_word(option.label) for option in part.options]
    differ = len(set(first)) == len(first)
    if differ and all(CODE.fullmatch(word) for word in first):
        return first
    return [str(before + n) for n in range(1, len(first) + 1)]


def _first_word(label: str) -> str:
    word, *_rest = label.split() or [""]
    return word


def _needs_list(choice: Choice) -> bool:
    """A telephone cuts a long button; then the text says it in full, and the buttons only the
    code.
    """
    return any(len(graphemes(option.label)) > LIMITS.option_graphemes for option in choice.options)


def _rows(part: ReplyPart, keys: Sequence[str]) -> list[list[Button]]:
    """The buttons; `keys` stand for options that the text lists."""
    rows: list[list[Button]] = []
    if isinstance(part, Choice):
        rows += _options(part, keys)
    rows += _by_width(presses(part.buttons))
    return rows


def _options(choice: Choice, keys: Sequence[str]) -> Iterator[list[Button]]:
    """One a row, unless the text lists them: then as many to a row as it takes."""
    if not keys:
        for option in choice.options:
            yield [_shortened(option)]
        return
    most = LIMITS.row_buttons
    named = zip(keys, choice.options, strict=True)
    short = [_relabelled(option, key) for key, option in named]
    for start in range(0, len(short), most):
        yield short[start : start + most]


def _by_width(buttons: Sequence[Button]) -> Iterator[list[Button]]:
    """As many to a row as a telephone shows whole."""
    row: list[Button] = []
    for button in buttons:
        wide = sum(len(graphemes(other.label)) for other in (*row, button))
        if row and (len(row) >= LIMITS.row_buttons or wide > LIMITS.row_graphemes):
            yield row
            row = []
        row.append(_shortened(button))
    if row:
        yield row


def _shortened(button: Button) -> Button:
    return _relabelled(button, shorten(button.label, LIMITS.label))


def _relabelled(button: Button, label: str) -> Button:
    return Button(label.strip() or "…", button.action, token=button.token)


def _keyboard(rows: Sequence[Sequence[Button]]) -> dict[str, object] | None:
    """Whole rows, as many as Telegram takes; None where there are no buttons."""
    kept: list[list[dict[str, str]]] = []
    count = 0
    for row in rows:
        count += len(row)
        # Half a row would look as if it were all of it.
        if count > LIMITS.buttons:
            break
        kept.append([{"text": button.label, "callback_data": button.token} for button in row])
    if not kept:
        return None
    return {"inline_keyboard": kept}


# Payloads that are changed before they are sent.


def in_topic(payload: str, topic: int) -> str:
    """The payload of a call that is made in a topic of the chat; what is edited there stays where
    it is.
    """
    return json.dumps({**json.loads(payload), "topic": topic}, ensure_ascii=False)


def marked(payload: str, mark: str) -> str:
    """The payload of a message that may have arrived already, saying so."""
    call = json.loads(payload)
    field = MARKED_FIELDS.get(call["method"])
    if field:
        call["params"][field] = _escaped(mark) + call["params"][field]
    return json.dumps(call, ensure_ascii=False)
