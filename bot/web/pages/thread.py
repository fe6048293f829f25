"""A chat as a page shows it: what was typed and what the desk says, each where it stands by now."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.web.adapter import saying_from_json
from handlers.chat import Choice, ReplyPart
from store.chat.shown import ShownMessage


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the page. `typed` = what the reader wrote, else `parts` of the desk;
    `only_there` = it is shown where it stands, and nowhere else.
    """

    id: str
    at: str = ""
    typed: str = ""
    parts: tuple[ReplyPart, ...] = ()
    only_there: bool = False

    @property
    def without_buttons(self) -> "Bubble":
        """The same, and nothing of it can be pressed."""
        return replace(self, parts=tuple(map(_unpressable, self.parts)))


@dataclass(frozen=True, slots=True)
class Spent:
    """The buttons of this message are spent."""

    id: str


def _unpressable(part: ReplyPart) -> ReplyPart:
    if isinstance(part, Choice):
        return replace(part, options=(), buttons=())
    return replace(part, buttons=())


def steps(message: ShownMessage) -> Iterator[Bubble | Spent]:
    """What a message changes on the page, in order; nothing for what cannot be read."""
    at = message.at.isoformat(timespec="seconds")
    if message.typed:
        words = _typed(message.text)
        if words:
            yield Bubble(message.id, at, words)
        return
    saying = saying_from_json(message.text)
    if saying.retires and saying.retires != saying.at:
        yield Spent(saying.retires)
    for earlier, part in saying.redraws:
        yield Bubble(earlier, at, parts=(part,), only_there=True)
    if saying.parts:
        yield Bubble(saying.at or message.id, at, parts=saying.parts)


def _typed(raw: str) -> str:
    """What somebody wrote, or the name of the file that was sent; presses are no words."""
    with suppress(ValueError):
        told = json.loads(raw)
        words = told.get("text") or told.get("caption") or ""
        name = told.get("name", "")
        return "\n".join(filter(None, (f"📎 {name}" if name else "", words)))
    return ""


def as_shown(messages: Sequence[ShownMessage]) -> list[Bubble]:
    """The page after all of these."""
    shown: dict[str, Bubble] = {}
    for message in messages:
        for step in steps(message):
            _apply(shown, step)
    return list(shown.values())


def newest_within(messages: Sequence[ShownMessage], most: int) -> Sequence[ShownMessage]:
    """The last of these that are not more than so many bytes; the very last one in any case."""
    size = 0
    for place in range(len(messages) - 1, -1, -1):
        size += len(messages[place].text.encode())
        if size > most:
            return messages[min(place + 1, len(messages) - 1) :]
    return messages


def _apply(shown: dict[str, Bubble], step: Bubble | Spent) -> None:
    known = shown.get(step.id)
    if isinstance(step, Bubble):
        if known is not None or not step.only_there:
            shown[step.id] = step
    elif known is not None:
        shown[step.id] = known.without_buttons
