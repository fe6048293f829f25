"""A reply as LINE message objects: texts and Flex bubbles of one design, within LINE's limits.
Pure.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.line import actions, folding
from bot.line import buttons as line_buttons
from bot.line.about import about
from bot.line.choices import choice_bubbles, is_quick, quick_replies
from bot.line.design import (
    ACCENT,
    LINE_GRAPHEMES,
    LineJson,
    bubble,
    count,
    first_words,
    head,
    lines_of,
    small,
    text,
)
from bot.line.facts import fact_lines
from domain.staff import StaffId
from domain.text import shorten, split_text
from handlers.chat import (
    AnyButton,
    Button,
    Card,
    Choice,
    CopyButton,
    Document,
    Paragraph,
    Reply,
    ReplyPart,
    buttons_of,
    presses,
)


@dataclass(frozen=True, slots=True)
class LineLimits:
    """LINE's numbers: objects a call, UTF-16 units of a text, bytes of a bubble, a carousel and a
    preview; and ours: characters of a title.
    """

    objects: int = 5
    text: int = 5000
    bubble: int = 30_000
    carousel: int = 50_000
    preview: int = 1_000_000
    title: int = 300
    file: int = 1500


LIMITS = LineLimits()
LinkMaker = Callable[[str], str]
ReadersLink = Callable[[str, StaffId], str]
"""The address of a file for one member of staff."""
FEW_LINES = 5
"""Lines of a paragraph that are written large."""
LONGEST_HEAD = 60
"""Units of the first line that stands above buttons whose words are too much for one bubble."""


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
    parts = reply.all_parts
    for part in parts:
        if private is not None:
            part = _opening(part, private)
        objects += _objects(part, link, is_last=part is parts[-1])
    return [
        json.dumps({"messages": messages}, ensure_ascii=False) for messages in _in_calls(objects)
    ]


def _in_calls(objects: Sequence[LineJson]) -> Iterator[Sequence[LineJson]]:
    """As many as one call takes at a time."""
    for start in range(0, len(objects), LIMITS.objects):
        yield objects[start : start + LIMITS.objects]


def _opening(part: ReplyPart, private: LinkMaker) -> ReplyPart:
    """Buttons that may be pressed in a group open the private chat instead."""
    if not any(button.typed for button in presses(part.buttons)):
        return part
    buttons: list[AnyButton] = []
    for button in part.buttons:
        if isinstance(button, Button) and button.typed:
            button = replace(button, token=private(button.typed))
        buttons.append(button)
    return replace(part, buttons=tuple(buttons))


def _objects(part: ReplyPart, link: ReadersLink | None, *, is_last: bool) -> list[LineJson]:
    if isinstance(part, Document):
        return _document(part, link)
    if isinstance(part, Paragraph) and not presses(part.buttons) and part.asks is None:
        return _texts(part.text)
    if isinstance(part, Choice):
        return _choice(part, is_last=is_last)
    return _fitting(part, _bubble(_shown(part)))


def _shown(part: Paragraph | Card) -> Paragraph | Card:
    """The part as one screen shows it, and the button to the rest of it."""
    if part.more is None:
        return part
    shown, _rest = folding.folded(part)
    assert isinstance(shown, Paragraph | Card)
    return replace(shown, buttons=(*shown.buttons, part.more))


def _fitting(part: Paragraph | Card | Choice, contents: LineJson) -> list[LineJson]:
    """What is too much for a bubble: the words as plain texts, the buttons alone in the bubble."""
    most = LIMITS.carousel if contents["type"] == "carousel" else LIMITS.bubble
    if _size(contents) <= most:
        return [_flex(part, contents)]
    words = _words(part)
    first, *_rest = words.split("\n", 1)
    buttons = Paragraph(shorten(first, LONGEST_HEAD), buttons_of(part))
    return [*_texts(words), _flex(part, _bubble(buttons))]


def _size(contents: LineJson) -> int:
    """Bytes, as LINE counts them."""
    return len(json.dumps(contents, ensure_ascii=False).encode())


def _texts(words: str) -> list[LineJson]:
    pieces = split_text(words, LIMITS.text)
    return [{"type": "text", "text": piece} for piece in pieces if piece.strip()]


def _flex(part: ReplyPart, contents: LineJson) -> LineJson:
    return {"type": "flex", "altText": about(part), "contents": contents}


def _words(part: Paragraph | Card | Choice) -> str:
    """The part as text."""
    match part:
        case Paragraph():
            return part.text
        case Card():
            facts = [f"{fact.label}: {fact.value}" for fact in part.facts]
            return "\n".join(filter(None, [part.title, *facts, part.note]))
        case Choice():
            options = [option.label for option in part.options]
            return "\n".join([part.question, *options])


# Files.


def _document(file: Document, link: ReadersLink | None) -> list[LineJson]:
    if file.shown:
        return _picture(file, link)
    return [_flex(file, _file_bubble(file, link))]


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
    body = [text(shorten(file.caption, LIMITS.file))]
    foot = [*line_buttons.drawn(presses(file.buttons))]
    url = _url(file, link)
    if url:
        foot.insert(0, _file_button(file, url))
    else:
        body.append(_accented(file.no_link))
    return bubble(body, None, foot)


def _file_button(file: Document, url: str) -> LineJson:
    label = shorten(file.open_label, actions.LABEL, units=count)
    action = {"type": "uri", "label": label, "uri": url}
    return {"type": "button", "style": "primary", "color": ACCENT, "action": action}


# Words and buttons.


def _bubble(part: Paragraph | Card) -> LineJson:
    foot = [*line_buttons.drawn(presses(part.buttons), part.asks)]
    if isinstance(part, Paragraph):
        words = small if lines_of(part.text, LINE_GRAPHEMES) > FEW_LINES else text
        return bubble([words(part.text)], None, foot)
    return bubble(_card(part), _head(part), foot)


def _head(card: Card) -> LineJson:
    copied = [button for button in card.buttons if isinstance(button, CopyButton)]
    copy = actions.copy(copied[0]) if copied else None
    return head(shorten(card.title, LIMITS.title), card.tone, copy)


def _card(card: Card) -> list[LineJson]:
    body: list[LineJson] = []
    for fact in card.facts:
        body += fact_lines(fact)
    if card.note:
        body.append(_accented(card.note))
    return body


def _accented(words: str) -> LineJson:
    """Small words in the accent's colour."""
    return small(words, color=ACCENT)


def _choice(choice: Choice, *, is_last: bool) -> list[LineJson]:
    """A question; its answers stand above the keyboard where they are few and pass away."""
    quick = is_last and is_quick(choice)
    objects = _fitting(choice, choice_bubbles(choice, quick=quick))
    if quick:
        objects[-1]["quickReply"] = quick_replies(choice)
    return objects


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
            words = first_words(_first_bubble(first["contents"]))
            words["text"] = mark + words["text"]
    return json.dumps(call, ensure_ascii=False)


def _first_bubble(contents: dict[str, Any]) -> LineJson:
    if contents["type"] == "carousel":
        contents = contents["contents"][0]
    return contents
