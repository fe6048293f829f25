"""A reply as LINE message objects: text or Flex bubbles with postback buttons, within LINE's
limits. Pure.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from domain.text import graphemes, shorten, split_text
from handlers.chat import Button, Card, Choice, Document, Paragraph, Reply, ReplyPart, buttons_of


@dataclass(frozen=True, slots=True)
class LineLimits:
    """LINE's numbers: objects a call, UTF-16 units of a text, bytes of a bubble and a preview,
    graphemes of labels.
    """

    objects: int = 5
    text: int = 5000
    bubble: int = 30_000
    preview: int = 1_000_000
    alt_text: int = 1500
    label: int = 40
    display: int = 300
    field: int = 1500
    title: int = 600


LIMITS = LineLimits()
LineJson = dict[str, Any]
LinkMaker = Callable[[str], str]
_Words = Paragraph | Card | Choice
MUTED = "#6B7280"
ACCENT = "#0B5C8E"


def render(
    reply: Reply,
    replaces: str = "",
    limits: LineLimits = LIMITS,
    link: LinkMaker | None = None,
    private: LinkMaker | None = None,
) -> list[str]:
    """One JSON payload {"messages": […]} a call. LINE cannot edit, so `replaces` means nothing
    here.

    `link` makes the address of a file, which LINE does not let a bot send; `private` the one that
    opens the private chat with something typed."""
    parts = [_opening(part, private) for part in reply.all_parts] if private else reply.all_parts
    objects = [message for part in parts for message in _objects(part, limits, link)]
    return [
        json.dumps({"messages": objects[start : start + limits.objects]}, ensure_ascii=False)
        for start in range(0, len(objects), limits.objects)
    ]


def _opening(part: ReplyPart, private: LinkMaker) -> ReplyPart:
    """Buttons that may be pressed in a group open the private chat instead."""
    buttons = tuple(
        replace(button, token=private(button.typed)) if button.typed else button
        for button in part.buttons
    )
    return replace(part, buttons=buttons)


def _count(text: str) -> int:
    return len(graphemes(text))


def _objects(part: ReplyPart, limits: LineLimits, link: LinkMaker | None) -> list[LineJson]:
    if isinstance(part, Document) and part.shown:
        return _picture(part, limits, link)
    if isinstance(part, Document):
        bubble = _file_bubble(part, limits, link)
        return [
            {"type": "flex", "altText": shorten(_words(part), limits.alt_text), "contents": bubble}
        ]
    if isinstance(part, Paragraph) and not part.buttons:
        return _texts(part.text, limits)
    bubble = _bubble(part, limits)
    if len(json.dumps(bubble, ensure_ascii=False).encode()) <= limits.bubble:
        return [_flex(part, bubble, limits)]
    # Too much for a bubble: the words as plain texts, the buttons alone in the bubble.
    words = _words(part)
    rest = Paragraph(shorten(words.split("\n", 1)[0], 60), buttons_of(part))
    return [*_texts(words, limits), _flex(rest, _bubble(rest, limits), limits)]


def _picture(file: Document, limits: LineLimits, link: LinkMaker | None) -> list[LineJson]:
    """LINE fetches it, by HTTPS alone; it is its own preview as long as it is small enough."""
    url = link(file.file) if link else ""
    if not url.startswith("https://") or file.size > limits.preview:
        return _texts(file.no_link, limits)
    return [{"type": "image", "originalContentUrl": url, "previewImageUrl": url}]


def _texts(text: str, limits: LineLimits) -> list[LineJson]:
    return [
        {"type": "text", "text": piece} for piece in split_text(text, limits.text) if piece.strip()
    ]


def _flex(part: ReplyPart, bubble: LineJson, limits: LineLimits) -> LineJson:
    alt = shorten(_words(part).strip() or "-", limits.alt_text)
    return {"type": "flex", "altText": alt, "contents": bubble}


def _words(part: ReplyPart) -> str:
    """The part as text: what the notification and old versions show."""
    if isinstance(part, Paragraph):
        return part.text
    if isinstance(part, Document):
        return part.caption.strip() or part.name
    if isinstance(part, Card):
        fields = [f"{label}: {value}" for label, value in part.fields]
        return "\n".join(filter(None, (part.title, *fields, part.note)))
    return "\n".join((part.question, *(option.label for option in part.options)))


def _bubble(part: _Words, limits: LineLimits) -> LineJson:
    bubble: LineJson = {"type": "bubble", "size": "giga", "body": _box(_body(part, limits))}
    if part.buttons:
        bubble["footer"] = _box([_button(button, limits) for button in part.buttons], spacing="xs")
    return bubble


def _file_bubble(file: Document, limits: LineLimits, link: LinkMaker | None) -> LineJson:
    contents = [_text(shorten(file.caption, limits.field))]
    buttons = [_button(button, limits) for button in file.buttons]
    if link is None:
        contents.append(_text(shorten(file.no_link, limits.field), size="sm", color=ACCENT))
    else:
        label = shorten(file.open_label, limits.label, units=_count)
        action = {"type": "uri", "label": label, "uri": link(file.file)}
        buttons.insert(
            0,
            {
                "type": "button",
                "style": "primary",
                "height": "sm",
                "color": ACCENT,
                "action": action,
            },
        )
    bubble: LineJson = {"type": "bubble", "size": "giga", "body": _box(contents)}
    return {**bubble, "footer": _box(buttons, spacing="xs")} if buttons else bubble


def _box(contents: list[LineJson], spacing: str = "sm") -> LineJson:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": contents}


def _text(text: str, **style: Any) -> LineJson:
    return {"type": "text", "text": text.strip() or "-", "wrap": True, **style}


def _body(part: _Words, limits: LineLimits) -> list[LineJson]:
    if isinstance(part, Paragraph):
        return [_text(shorten(part.text, limits.text))]
    if isinstance(part, Choice):
        first, _newline, rest = part.question.partition("\n")
        contents = [_text(shorten(first, limits.title), weight="bold")]
        if rest.strip():
            contents.append(_text(shorten(rest, limits.text), size="sm"))
        return [*contents, *(_option(option, limits) for option in part.options)]
    contents = [_text(shorten(part.title, limits.title), weight="bold")]
    contents += [_field(label, value, limits) for label, value in part.fields]
    if part.note:
        contents.append(_text(shorten(part.note, limits.field), size="sm", color=ACCENT))
    return contents


def _field(label: str, value: str, limits: LineLimits) -> LineJson:
    spans = [
        {"type": "span", "text": f"{label}  ", "color": MUTED},
        {"type": "span", "text": shorten(value, limits.field) or "-"},
    ]
    return {"type": "text", "contents": spans, "wrap": True, "size": "sm"}


def _postback(button: Button, limits: LineLimits) -> LineJson:
    return {
        "type": "postback",
        "label": shorten(button.label.strip() or "…", limits.label, units=_count),
        "data": button.token,
        "displayText": shorten(button.label.strip() or "…", limits.display, units=_count),
    }


def _option(option: Button, limits: LineLimits) -> LineJson:
    """A line that can be tapped and shows its whole label, which a button would cut."""
    return {
        "type": "box",
        "layout": "vertical",
        "action": _postback(option, limits),
        "backgroundColor": "#EEF4F8",
        "cornerRadius": "md",
        "paddingAll": "md",
        "contents": [_text(option.label, size="sm", color=ACCENT)],
    }


def _button(button: Button, limits: LineLimits) -> LineJson:
    action = _postback(button, limits)
    if button.token.startswith("https:"):
        action = {"type": "uri", "label": action["label"], "uri": button.token}
    return {"type": "button", "style": "secondary", "height": "sm", "action": action}


def marked(payload: str, mark: str) -> str:
    """The payload of a message that may have arrived already, saying so in its first words."""
    call = json.loads(payload)
    first = call["messages"][0]
    if first["type"] == "text":
        first["text"] = mark + first["text"]
    elif first["type"] == "image":
        call["messages"] = [{"type": "text", "text": mark.strip()}, *call["messages"]][
            -LIMITS.objects :
        ]
    else:
        first["altText"] = mark + first["altText"]
        _first_text(first["contents"]["body"], lambda text: mark + text)
    return json.dumps(call, ensure_ascii=False)


def _first_text(box: LineJson, change: Callable[[str], str]) -> None:
    component = box["contents"][0]
    component["text"] = change(component["text"])
