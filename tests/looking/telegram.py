"""Messages as Telegram shows them on a telephone: bubbles, rich messages, inline keyboards."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tests.fakes.schema import Upload
from tests.looking.markup import kept
from tests.looking.shown import Shown

_INLINE = ("b", "i", "u", "s", "code", "pre", "a", "blockquote", "sub", "sup", "mark")
_RICH = (
    *_INLINE,
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "footer"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary"),
    *("aside", "cite", "input"),
)
_OTHER_NAMES = {"strong": "b", "em": "i", "ins": "u", "strike": "s", "del": "s"}
_OWN_TAGS = {
    "tg-spoiler": 'span class="spoiler"',
    "tg-time": 'span class="time-link"',
    "tg-emoji": "span",
    "tg-thinking": 'p class="thinking"',
}
_TAGS = {name: name for name in _INLINE} | _OTHER_NAMES | _OWN_TAGS
_RICH_TAGS = {name: name for name in _RICH} | _OTHER_NAMES | _OWN_TAGS
_ATTRIBUTES = frozenset({"href", "expandable"})
_RICH_ATTRIBUTES = frozenset(
    {"href", "align", "valign", "colspan", "rowspan", "open", "bordered", "striped", "type"}
    | {"start", "value", "checked", "reversed"}
)
_CORNER = {"url": "↗", "copy_text": "❐", "web_app": "▣", "login_url": "↗"}
_FILE_KINDS = ("document", "video", "audio", "voice", "animation")


def drawn(messages: Sequence[Shown]) -> str:
    """The chat's messages as HTML, oldest first."""
    return "\n".join(map(_message, messages))


def _message(shown: Shown) -> str:
    side = "own" if shown.own else "other"
    body = "".join(_body(shown))
    keyboard = _keyboard(shown.payload.get("reply_markup") or {})
    rich = " rich-bubble" if "rich_message" in shown.payload else ""
    return (
        f'<article class="message {side}" data-message>'
        f'<div class="bubble{rich}">{body}<time>{escape(shown.at)}</time></div>{keyboard}</article>'
    )


def _body(shown: Shown) -> Iterator[str]:
    payload = shown.payload
    if shown.picture:
        coded = base64.b64encode(shown.picture).decode()
        yield f'<img class="photo" alt="" src="data:image/png;base64,{coded}">'
    for kind in _FILE_KINDS:
        if kind in payload:
            yield _file(payload[kind])
    words = payload.get("caption", payload.get("text", ""))
    if words:
        yield f'<div class="text">{_words(payload, words)}</div>'
    rich = payload.get("rich_message")
    if rich:
        content = kept(rich.get("html", ""), _RICH_TAGS, _RICH_ATTRIBUTES)
        yield f'<div class="rich">{content.replace("<summary>", "<summary data-tap>")}</div>'


def _words(payload: Mapping[str, Any], words: str) -> str:
    if payload.get("parse_mode") != "HTML":
        return escape(words, quote=False)
    return kept(words.strip(), _TAGS, _ATTRIBUTES)


def _file(file: object) -> str:
    name = file.name if isinstance(file, Upload) else str(file)
    size = f"{len(file.data) / 1000:.0f} KB" if isinstance(file, Upload) else ""
    return (
        '<div class="file" data-tap><span class="file-icon">↓</span>'
        f'<span><b class="file-name">{escape(name)}</b><small>{size}</small></span></div>'
    )


def _keyboard(markup: Mapping[str, Any]) -> str:
    rows = markup.get("inline_keyboard", ())
    if not rows:
        return ""
    drawn_rows = "".join(f'<div class="keys">{"".join(map(_key, row))}</div>' for row in rows)
    return f'<div class="keyboard">{drawn_rows}</div>'


def _key(button: Mapping[str, Any]) -> str:
    style = button.get("style", "plain")
    corner = "".join(mark for kind, mark in _CORNER.items() if kind in button)
    return (
        f'<div class="key {escape(style)}" data-tap data-style="{escape(style)}"'
        f' data-label="{escape(button["text"])}">'
        f'<span class="label">{escape(button["text"])}</span><i>{corner}</i></div>'
    )
