"""The bot's messages as a Telegram chat shows them."""

import html
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_rich import RichError, visible_rich
from tests.fakes.telegram_rules import EntityError, visible_text

MEDIA = ("photo", "document", "video", "audio", "voice", "animation", "sticker")


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of the bot as the chat shows it now, edits included."""

    message_id: int
    chat_id: int
    text: str  # what people see
    html: str  # what was sent
    buttons: tuple[
        tuple[tuple[str, str | None], ...], ...
    ] = ()  # rows of (text, callback_data or url)
    edits: int = 0
    media: str | None = None  # photo, document, ...
    file_id: str | None = None
    params: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Message:
    message_id: int
    chat_id: int
    date: int
    params: dict[str, Any]
    edits: int = 0
    media: str | None = None
    file_id: str | None = None

    @property
    def is_rich(self) -> bool:
        return "rich_message" in self.params

    @property
    def source(self) -> str:
        if self.is_rich:
            return str(self.params["rich_message"]["html"])
        return str(self.params.get("caption" if self.media else "text", ""))

    def shown(self) -> str:
        if self.is_rich:
            with suppress(RichError):
                return visible_rich(self.source).strip()
        if self.params.get("parse_mode") != "HTML":
            return self.source.strip()
        with suppress(EntityError):
            return visible_text(self.source).strip()
        return self.source

    def markup(self) -> Any:
        return self.params.get("reply_markup") or None

    def content(self) -> tuple[Any, ...]:
        """What must differ for an edit to be one."""
        mode = "rich" if self.is_rich else self.params.get("parse_mode")
        return self.source.strip(), mode, self.markup()


def button_rows(markup: Any) -> tuple[tuple[tuple[str, str | None], ...], ...]:
    rows = (markup or {}).get("inline_keyboard", ())
    return tuple(
        tuple(
            (b["text"], b.get("callback_data") or b.get("url")) for b in row if "copy_text" not in b
        )
        for row in rows
    )


def public(message: Message) -> SentMessage:
    marked = message.is_rich or message.params.get("parse_mode") == "HTML"
    return SentMessage(
        message_id=message.message_id,
        chat_id=message.chat_id,
        text=message.shown(),
        html=message.source if marked else html.escape(message.source, quote=False),
        buttons=button_rows(message.markup()),
        edits=message.edits,
        media=message.media,
        file_id=message.file_id,
        params=message.params,
    )
