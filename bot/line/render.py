"""A reply as LINE message objects: text or Flex bubbles with postback buttons, within LINE's
limits. Pure.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.staff import StaffId
from domain.text import graphemes, shorten, split_text
from handlers.chat import (
    AnyButton,
    Button,
    Card,
    Choice,
    Document,
    Fact,
    Paragraph,
    Reply,
    ReplyPart,
    buttons_of,
    presses,
)


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
ReadersLink = Callable[[str, StaffId], str]
"""The address of a file for one member of staff."""
_Words = Paragraph | Card | Choice
MUTED = "#6B7280"
ACCENT = "#0B5C8E"
OPTION_GROUND = "#EEF4F8"
LONGEST_HEAD = 60
"""Units of the first line that stands above buttons whose words are too much for one bubble."""
NOTHING = "-"
"""LINE takes no empty text."""


def render(
    reply: Reply,
    replaces: str = "",
    link: ReadersLink | None = None,
    private: LinkMaker | None = None,
) -> list[str]:
    """One JSON payload {"messages": […]} a call. LINE cannot edit, so `replaces` means nothing
    here.

    `link` makes the address of a file, which LINE does not let a bot send; `private` the one that
    opens the private chat with something typed."""
    objects: list[LineJson] = []
    for part in reply.all_parts:
        if private is not None:
            part = _opening(part, private)
        objects += _objects(part, link)
    return [
        json.dumps({"messages": messages}, ensure_ascii=False) for messages in _in_calls(objects)
    ]


def _in_calls(objects: Sequence[LineJson]) -> Iterator[Sequence[LineJson]]:
    """As many as one call takes at a time."""
    for start in range(0, len(objects), LIMITS.objects):
        yield objects[start : start + LIMITS.objects]


def _opening(part: ReplyPart, private: LinkMaker) -> ReplyPart:
    """Buttons that may be pressed in a group open the private chat instead."""
    buttons: list[AnyButton] = []
    for button in part.buttons:
        if isinstance(button, Button) and button.typed:
            button = replace(button, token=private(button.typed))
        buttons.append(button)
    return replace(part, buttons=tuple(buttons))


def _objects(part: ReplyPart, link: ReadersLink | None) -> list[LineJson]:
    if isinstance(part, Document):
        return _document(part, link)
    if isinstance(part, Paragraph) and not presses(part.buttons):
        return _texts(part.text)
    bubble = _bubble(part)
    if _size(bubble) <= LIMITS.bubble:
        return [_flex(part, bubble)]
    # Too much for a bubble: the words as plain texts, the buttons alone in the bubble.
    words = _words(part)
    head, *_rest = words.split("\n", 1)
    buttons = Paragraph(shorten(head, LONGEST_HEAD), buttons_of(part))
    return [*_texts(words), _flex(buttons, _bubble(buttons))]


def _size(bubble: LineJson) -> int:
    """Bytes, as LINE counts them."""
    return len(json.dumps(bubble, ensure_ascii=False).encode())


def _texts(text: str) -> list[LineJson]:
    pieces = split_text(text, LIMITS.text)
    return [{"type": "text", "text": piece} for piece in pieces if piece.strip()]


def _flex(part: ReplyPart, bubble: LineJson) -> LineJson:
    words = _words(part).strip() or NOTHING
    return {
        "type": "flex",
        "altText": shorten(words, LIMITS.alt_text),
        "contents": bubble,
    }


def _words(part: ReplyPart) -> str:
    """The part as text: what the notification and old versions show."""
    match part:
        case Paragraph():
            return part.text
        case Document():
            return part.caption.strip() or part.name
        case Card():
            fields = [f"{fact.label}: {fact.value}" for fact in part.facts]
            lines = [part.title, *fields, part.note]
            return "\n".join(filter(None, lines))
        case Choice():
            options = [option.label for option in part.options]
            return "\n".join([part.question, *options])


# Files.


def _document(file: Document, link: ReadersLink | None) -> list[LineJson]:
    if file.shown:
        return _picture(file, link)
    return [
        {
            "type": "flex",
            "altText": shorten(_words(file), LIMITS.alt_text),
            "contents": _file_bubble(file, link),
        }
    ]


def _picture(file: Document, link: ReadersLink | None) -> list[LineJson]:
    """LINE fetches it, by HTTPS alone; it is its own preview as long as it is small enough."""
    url = _url(file, link)
    if not url.startswith("https://") or file.size > LIMITS.preview:
        return _texts(file.no_link)
    return [{"type": "image", "originalContentUrl": url, "previewImageUrl": url}]


def _url(file: Document, link: ReadersLink | None) -> str:
    """The reader's own link; "" where none is made, or nobody knows who reads."""
    if link is None or file.reader is None:
        return ""
    return link(file.file, file.reader)


def _file_bubble(file: Document, link: ReadersLink | None) -> LineJson:
    contents = [_text(shorten(file.caption, LIMITS.field))]
    buttons = [_button(button) for button in presses(file.buttons)]
    url = _url(file, link)
    if url:
        buttons.insert(0, _file_button(file, url))
    else:
        contents.append(_accented(file.no_link))
    bubble = _giga(contents)
    if buttons:
        bubble["footer"] = _box(buttons, spacing="xs")
    return bubble


def _file_button(file: Document, url: str) -> LineJson:
    action = {
        "type": "uri",
        "label": shorten(file.open_label, LIMITS.label, units=_count),
        "uri": url,
    }
    return {
        "type": "button",
        "style": "primary",
        "height": "sm",
        "color": ACCENT,
        "action": action,
    }


# Words and buttons.


def _bubble(part: _Words) -> LineJson:
    bubble = _giga(_body(part))
    buttons = [_button(button) for button in presses(part.buttons)]
    if buttons:
        bubble["footer"] = _box(buttons, spacing="xs")
    return bubble


def _giga(contents: list[LineJson]) -> LineJson:
    """A bubble as wide as LINE makes them."""
    return {"type": "bubble", "size": "giga", "body": _box(contents)}


def _box(contents: list[LineJson], spacing: str = "sm") -> LineJson:
    return {
        "type": "box",
        "layout": "vertical",
        "spacing": spacing,
        "contents": contents,
    }


def _text(text: str, **style: Any) -> LineJson:
    words = text.strip() or NOTHING
    return {"type": "text", "text": words, "wrap": True, **style}


def _accented(text: str) -> LineJson:
    """A small line in the accent's colour."""
    return _text(shorten(text, LIMITS.field), size="sm", color=ACCENT)


def _body(part: _Words) -> list[LineJson]:
    match part:
        case Paragraph():
            return [_text(shorten(part.text, LIMITS.text))]
        case Choice():
            return _question(part)
        case Card():
            return _card(part)


def _question(choice: Choice) -> list[LineJson]:
    first, _newline, rest = choice.question.partition("\n")
    contents = [_heading(first)]
    if rest.strip():
        contents.append(_text(shorten(rest, LIMITS.text), size="sm"))
    contents += [_option(option) for option in choice.options]
    return contents


def _card(card: Card) -> list[LineJson]:
    contents = [_heading(card.title)]
    contents += [_field(fact) for fact in card.facts]
    if card.note:
        contents.append(_accented(card.note))
    return contents


def _heading(text: str) -> LineJson:
    return _text(shorten(text, LIMITS.title), weight="bold")


def _field(fact: Fact) -> LineJson:
    name = {
        "type": "span",
        "text": f"{fact.label}  ",
        "color": MUTED,
    }
    words = {
        "type": "span",
        "text": shorten(fact.value, LIMITS.field) or NOTHING,
    }
    return {
        "type": "text",
        "contents": [name, words],
        "wrap": True,
        "size": "sm",
    }


def _count(text: str) -> int:
    return len(graphemes(text))


def _postback(button: Button) -> LineJson:
    label = button.label.strip() or "…"
    return {
        "type": "postback",
        "label": shorten(label, LIMITS.label, units=_count),
        "data": button.token,
        "displayText": shorten(label, LIMITS.display, units=_count),
    }


def _option(option: Button) -> LineJson:
    """A line that can be tapped and shows its whole label, which a button would cut."""
    return {
        "type": "box",
        "layout": "vertical",
        "action": _postback(option),
        "backgroundColor": OPTION_GROUND,
        "cornerRadius": "md",
        "paddingAll": "md",
        "contents": [_text(option.label, size="sm", color=ACCENT)],
    }


def _button(button: Button) -> LineJson:
    action = _postback(button)
    # Its token is an address where it leads out of a group.
    if button.token.startswith("https:"):
        action = {"type": "uri", "label": action["label"], "uri": button.token}
    return {
        "type": "button",
        "style": "secondary",
        "height": "sm",
        "action": action,
    }


# A message that may have arrived already.


def marked(payload: str, mark: str) -> str:
    """The payload of a message that may have arrived already, saying so in its first words."""
    call = json.loads(payload)
    first = call["messages"][0]
    match first["type"]:
        case "text":
            first["text"] = mark + first["text"]
        case "image":
            # A picture has no words: one more object, and the last five stay.
            messages = [{"type": "text", "text": mark.strip()}, *call["messages"]]
            call["messages"] = messages[-LIMITS.objects :]
        case _:
            first["altText"] = mark + first["altText"]
            component = first["contents"]["body"]["contents"][0]
            component["text"] = mark + component["text"]
    return json.dumps(call, ensure_ascii=False)
