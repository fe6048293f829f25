"""Telegram's numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TelegramLimits:
    """UTF-16 units of a text and a caption, bytes of a photo, buttons of a message; results of a
    query, and units of a result's title.

    `row` = graphemes that a phone shows whole of each button where one, two, … stand in a row,
    which are of one width.

    Of a rich message: signs that people see, blocks with all that is within them, and of a text
    that a button copies. Where the manual counts characters, UTF-16 units are never fewer."""

    text: int = 4096
    caption: int = 1000
    photo: int = 10_000_000
    buttons: int = 100
    row: tuple[int, ...] = (40, 17, 10, 7, 5)
    row_buttons: int = 3
    option_graphemes: int = 46
    label: int = 60
    results: int = 50
    title: int = 200
    rich: int = 32_000
    blocks: int = 450
    copied: int = 256


LIMITS = TelegramLimits()
