"""What the values of fields say, by their type, from the text that drafts and the history hold."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from domain.configuration import Configuration
from domain.fields.rows import FieldRow
from handlers.i18n import _, date_text, language, month_text
from handlers.labels import when

Say = Callable[[Configuration, FieldRow, str], str]


def said(configuration: Configuration, row: FieldRow, text: str) -> str:
    """The value as people read it; `text` is not empty."""
    say = SAYING.get(row.type)
    return say(configuration, row, text) if say else text


def _channel(configuration: Configuration, _row: FieldRow, text: str) -> str:
    return configuration.catalogue.channel_name(text, language())


def _subject(configuration: Configuration, _row: FieldRow, text: str) -> str:
    return configuration.catalogue.subject_label(text, language())


SAYING: Mapping[str, Say] = {
    "choice": lambda _configuration, row, text: _(row.value_label(text)),
    "number": lambda _configuration, _row, text: f"{int(text):,}",
    "users": lambda _configuration, _row, text: f"{int(text):,}",
    "money": lambda _configuration, _row, text: f"{Decimal(text):,.2f}",
    "day": lambda _configuration, _row, text: date_text(date.fromisoformat(text)),
    "month": lambda _configuration, _row, text: month_text(date.fromisoformat(text)),
    "moment": lambda _configuration, _row, text: when(datetime.fromisoformat(text)),
    "channel": _channel,
    "subject": _subject,
}
"""The types whose text is not what people read."""
