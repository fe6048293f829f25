"""The buttons of a reply as an inline keyboard. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from bot.telegram.limits import LIMITS
from domain.text import graphemes, shorten, utf16_length
from handlers.chat import AnyButton, ButtonStyle, Choice, CopyButton, ReplyPart

CODE = re.compile(r"[A-Z]?\d[\d.]*")
STYLES = {ButtonStyle.PRIMARY: "primary", ButtonStyle.DANGER: "danger"}
"""What Telegram calls them; a plain button names no style."""
LOOKS = frozenset({"style", "copy_text"})
"""Fields of a button that only newer servers know."""
Keyboard = dict[str, Any]
_Rows = list[list[AnyButton]]


def keys_of(part: ReplyPart, before: int) -> list[str]:
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


def rows_of(part: ReplyPart, keys: Sequence[str]) -> _Rows:
    """The buttons; `keys` stand for options that the text lists."""
    rows: _Rows = []
    if isinstance(part, Choice):
        rows += _options(part, keys)
    rows += _by_width(part.buttons)
    return rows


def _options(choice: Choice, keys: Sequence[str]) -> Iterator[list[AnyButton]]:
    """One a row, unless the text lists them: then as many to a row as it takes."""
    if not keys:
        for option in choice.options:
            yield [option]
        return
    most = _most_in_row(keys)
    short: list[AnyButton] = []
    for key, option in zip(keys, choice.options, strict=True):
        short.append(replace(option, label=key))
    for start in range(0, len(short), most):
        yield short[start : start + most]


def _most_in_row(labels: Sequence[str]) -> int:
    """How many buttons of one width show such labels whole."""
    longest = max(len(graphemes(label)) for label in labels)
    return max(1, sum(longest <= wide for wide in LIMITS.row))


def _by_width(buttons: Sequence[AnyButton]) -> Iterator[list[AnyButton]]:
    """As many to a row as a telephone shows whole."""
    row: list[AnyButton] = []
    for button in filter(_is_short_enough, buttons):
        together = [other.label for other in (*row, button)]
        most = min(LIMITS.row_buttons, _most_in_row(together))
        if len(together) > most and row:
            yield row
            row = []
        row.append(button)
    if row:
        yield row


def _is_short_enough(button: AnyButton) -> bool:
    """Whether Telegram copies that much; a longer text is marked from what is said."""
    if isinstance(button, CopyButton):
        return 0 < utf16_length(button.text) <= LIMITS.copied
    return True


def keyboard_of(
    rows: Sequence[Sequence[AnyButton]],
    *,
    looks: bool = True,
    above: Sequence[Keyboard] = (),
) -> Keyboard | None:
    """Whole rows, as many as Telegram takes, with a row `above` them; None where there are no
    buttons.
    """
    kept = [list(above)] if above else []
    count = len(above)
    for row in rows:
        count += len(row)
        # Half a row would look as if it were all of it.
        if count > LIMITS.buttons:
            break
        kept.append([_key(button) for button in row])
    if not kept:
        return None
    keyboard = {"inline_keyboard": kept}
    return keyboard if looks else without_looks(keyboard)


def _key(button: AnyButton) -> Keyboard:
    label = shorten(button.label, LIMITS.label).strip() or "…"
    if isinstance(button, CopyButton):
        return {"text": label, "copy_text": {"text": button.text}}
    key = {"text": label, "callback_data": button.token}
    style = STYLES.get(button.style)
    if style is not None:
        key["style"] = style
    return key


def without_looks(keyboard: Keyboard) -> Keyboard | None:
    """The keyboard for a server that knows neither styles nor copying."""
    kept = []
    for row in keyboard["inline_keyboard"]:
        keys = _plain_keys(row)
        if keys:
            kept.append(keys)
    if not kept:
        return None
    return {"inline_keyboard": kept}


def _plain_keys(row: Sequence[Keyboard]) -> list[Keyboard]:
    plain = []
    for key in row:
        if "copy_text" not in key:
            known = {name: key[name] for name in key if name not in LOOKS}
            plain.append(known)
    return plain


def has_looks(keyboard: Keyboard | None) -> bool:
    """Whether anything in it needs a newer server."""
    if keyboard is None:
        return False
    keys = chain.from_iterable(keyboard["inline_keyboard"])
    return any(LOOKS & key.keys() for key in keys)
