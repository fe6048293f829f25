"""A reply as Telegram calls: HTML text with an inline keyboard, within Telegram's limits. Pure."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.text import graphemes, shorten, split_text, utf16_length
from handlers.chat import Button, Card, Choice, Document, Offers, Paragraph, Reply, ReplyPart


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
PHOTOS = frozenset({"image/jpeg", "image/png"})
CODE = re.compile(r"[A-Z]?\d[\d.]*")
MarkedLine = tuple[str, str]
"""A line as people see it, and as HTML."""


def render(reply: Reply, replaces: str = "", limits: TelegramLimits = LIMITS) -> list[str]:
    """One JSON payload {"method", "params"} a call; buttons are on the last message."""
    if reply.offers is not None:
        return [_offers(reply.offers, replaces, limits)]
    parts = (*(each.part for each in reply.earlier if not each.message), *reply.parts)
    files = [part for part in parts if isinstance(part, Document)]
    words = [part for part in parts if not isinstance(part, Document)]
    edited = {each.message for each in reply.earlier}
    calls = _said(words, limits, replaces if reply.in_place else "") if words or not files else []
    calls += [_send_file(file, limits) for file in files]
    if replaces and reply.retires and replaces not in edited and not (reply.in_place and words):
        empty = {"message_id": int(replaces), "reply_markup": {"inline_keyboard": []}}
        calls.append({"method": "editMessageReplyMarkup", "params": empty})
    for each in reply.earlier:
        if each.message and not isinstance(each.part, Document):
            calls += _said([each.part], limits, each.message)
    return [json.dumps(call, ensure_ascii=False) for call in calls]


def _said(
    words: Sequence[Paragraph | Card | Choice], limits: TelegramLimits, replaces: str
) -> list[dict[str, Any]]:
    """The calls that say this; the first takes the place of the message `replaces`, where one is
    named.
    """
    lines: list[MarkedLine] = []
    rows: list[list[Button]] = []
    numbered = 0
    for part in words:
        if lines:
            lines.append(("", ""))
        keys = (
            _keys(part, numbered) if isinstance(part, Choice) and _needs_list(part, limits) else []
        )
        numbered += len(keys)
        lines += _lines(part, keys, limits)
        rows += _rows(part, keys, limits)
    calls = [_send(text) for text in _pack(lines, limits.text)]
    if keyboard := _keyboard(rows, limits):
        calls[-1]["params"]["reply_markup"] = keyboard
    if replaces:
        calls[0]["method"] = "editMessageText"
        calls[0]["params"]["message_id"] = int(replaces)
    return calls


def _offers(offers: Offers, query: str, limits: TelegramLimits) -> str:
    """The answer to a query, kept by Telegram for nobody: neither for others nor for later."""
    results = [
        {
            "type": "article",
            "id": offer.key,
            "title": shorten(offer.title, limits.title),
            "description": shorten(offer.about, limits.title),
            "input_message_content": {
                "message_text": shorten(offer.text, limits.text),
                "link_preview_options": {"is_disabled": True},
            },
        }
        for offer in offers.found[: limits.results]
    ]
    params = {"inline_query_id": query, "results": results, "cache_time": 0, "is_personal": True}
    call = {"method": "answerInlineQuery", "params": {**params, "next_offset": offers.more}}
    return json.dumps(call, ensure_ascii=False)


def _send(text: str) -> dict[str, Any]:
    return {"method": "sendMessage", "params": {"text": text, "parse_mode": "HTML"}}


def _send_file(file: Document, limits: TelegramLimits) -> dict[str, Any]:
    """A picture that Telegram shows, or a document; the sender adds the bytes."""
    photo = file.mime in PHOTOS and file.size <= limits.photo
    params: dict[str, Any] = {
        "caption": html.escape(shorten(file.caption, limits.caption), quote=False)
    }
    params["parse_mode"] = "HTML"
    keyboard = _keyboard(_rows(file, (), limits), limits)
    if keyboard:
        params["reply_markup"] = keyboard
    return {
        "method": "sendPhoto" if photo else "sendDocument",
        "params": params,
        "file": {"sha256": file.sha256, "name": file.name},
    }


def _plain(text: str, limit: int) -> list[MarkedLine]:
    return [
        (piece, html.escape(piece, quote=False))
        for line in text.split("\n")
        for piece in _fit(line, limit)
    ]


def _fit(line: str, limit: int) -> list[str]:
    return split_text(line, limit) or [""]


def _bold(text: str, limit: int) -> list[MarkedLine]:
    return [(piece, f"<b>{escaped}</b>" if piece else "") for piece, escaped in _plain(text, limit)]


def _lines(
    part: Paragraph | Card | Choice, keys: Sequence[str], limits: TelegramLimits
) -> list[MarkedLine]:
    limit = limits.text // 2
    if isinstance(part, Paragraph):
        return _plain(part.text, limit)
    if isinstance(part, Card):
        lines = _bold(part.title, limit)
        for label, value in part.fields:
            first, *rest = _plain(value, limit)
            lines.append(
                (f"{label}: {first[0]}", f"<i>{html.escape(label, quote=False)}</i>: {first[1]}")
            )
            lines += rest
        return [*lines, *(_plain(part.note, limit) if part.note else [])]
    question, _newline, more = part.question.partition("\n")
    lines = [*_bold(question, limit), *(_plain(more, limit) if more else [])]
    for key, option in zip(keys, part.options, strict=False):
        text = option.label if option.label.startswith(key) else f"{key}. {option.label}"
        lines += _plain(text, limit)
    return lines


def _keys(choice: Choice, before: int) -> list[str]:
    """What the short buttons of a list say: each option's own code or number where all have one,
    else 1, 2, 3; after `before` of the lists above."""
    first = [
        label.split()[0] if (label := option.label.strip()) else "" for option in choice.options
    ]
    if len(set(first)) == len(first) and all(CODE.fullmatch(word) for word in first):
        return first
    return [str(before + n) for n in range(1, len(first) + 1)]


def _needs_list(choice: Choice, limits: TelegramLimits) -> bool:
    """A telephone cuts a long button; then the text says it in full, and the buttons only the
    code.
    """
    return any(len(graphemes(option.label)) > limits.option_graphemes for option in choice.options)


def _rows(part: ReplyPart, keys: Sequence[str], limits: TelegramLimits) -> list[list[Button]]:
    """The buttons; `keys` stand for options that the text lists."""
    rows: list[list[Button]] = []
    if isinstance(part, Choice) and keys:
        short = [_relabelled(option, key) for key, option in zip(keys, part.options, strict=True)]
        rows = [
            short[start : start + limits.row_buttons]
            for start in range(0, len(short), limits.row_buttons)
        ]
    elif isinstance(part, Choice):
        rows = [
            [_relabelled(option, shorten(option.label, limits.label))] for option in part.options
        ]
    row: list[Button] = []
    for button in part.buttons:
        wide = sum(len(graphemes(other.label)) for other in (*row, button))
        if row and (len(row) >= limits.row_buttons or wide > limits.row_graphemes):
            rows.append(row)
            row = []
        row.append(_relabelled(button, shorten(button.label, limits.label)))
    return [*rows, row] if row else rows


def _relabelled(button: Button, label: str) -> Button:
    return Button(label.strip() or "…", button.action, token=button.token)


def _keyboard(rows: Sequence[Sequence[Button]], limits: TelegramLimits) -> dict[str, object] | None:
    kept: list[list[dict[str, str]]] = []
    count = 0
    for row in rows:
        count += len(row)
        if count > limits.buttons:
            break
        kept.append([{"text": button.label, "callback_data": button.token} for button in row])
    return {"inline_keyboard": kept} if kept else None


def _pack(lines: Sequence[MarkedLine], limit: int) -> list[str]:
    """Whole lines to as few messages as possible; tags never span lines, so none is cut."""
    texts: list[str] = []
    current: list[str] = []
    size = 0
    for plain, marked in lines:
        units = utf16_length(plain) + 1
        if current and size + units > limit:
            texts.append("\n".join(current).strip("\n"))
            current, size = [], 0
        current.append(marked)
        size += units
    texts.append("\n".join(current).strip("\n"))
    return [text for text in texts if text.strip()] or ["…"]


def in_topic(payload: str, topic: int) -> str:
    """The payload of a call that is made in a topic of the chat; what is edited there stays where
    it is.
    """
    return json.dumps({**json.loads(payload), "topic": topic}, ensure_ascii=False)


def marked(payload: str, mark: str) -> str:
    """The payload of a message that may have arrived already, saying so."""
    call = json.loads(payload)
    words = {"sendMessage": "text", "sendDocument": "caption", "sendPhoto": "caption"}.get(
        call["method"]
    )
    if words:
        call["params"][words] = html.escape(mark, quote=False) + call["params"][words]
    return json.dumps(call, ensure_ascii=False)
