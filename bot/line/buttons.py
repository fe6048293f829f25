"""The buttons of a message on LINE: the one most wanted first and whole, the others two in a row,
always in one order. Pure.
"""

from collections.abc import Iterator, Sequence

from bot.line import actions
from bot.line.design import (
    ACCENT,
    GAP,
    GROUNDS,
    INKS,
    PRIMARY,
    TALL,
    LineJson,
    box,
    lines_of,
    small,
)
from handlers.chat import Button, ButtonStyle, DateAsked

HALF = 18
"""Characters of a button that shares its row."""
ORDER = (ButtonStyle.PRIMARY, ButtonStyle.PLAIN, ButtonStyle.DANGER)


def in_order(buttons: Sequence[Button]) -> list[Button]:
    """What is most wanted first, what is dangerous last; else as they are."""
    return sorted(buttons, key=lambda button: ORDER.index(button.style))


def rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """The buttons as they share rows."""
    found: list[list[Button]] = []
    for button in buttons:
        if found and _fits_beside(found[-1], button):
            found[-1].append(button)
        else:
            found.append([button])
    return found


def _fits_beside(row: Sequence[Button], button: Button) -> bool:
    return len(row) == 1 and _is_narrow(row[0]) and _is_narrow(button)


def _is_narrow(button: Button) -> bool:
    if button.style is ButtonStyle.PRIMARY:
        return False
    return lines_of(button.label, HALF) == 1


def height(found: Sequence[Sequence[Button]]) -> int:
    """Pixels of so many rows."""
    tall = [PRIMARY if row[0].style is ButtonStyle.PRIMARY else TALL for row in found]
    return sum(tall) + GAP * len(tall)


def drawn(buttons: Sequence[Button], asked: DateAsked | None = None) -> Iterator[LineJson]:
    """The rows as components; what opens a picker stands first."""
    if asked is not None:
        yield _primary(actions.pick(asked))
    for row in rows(in_order(buttons)):
        if row[0].style is ButtonStyle.PRIMARY:
            yield _primary(actions.press(row[0]))
        elif len(row) == 1:
            yield _plain(row[0])
        else:
            yield box([_plain(button) for button in row], "horizontal", spacing=f"{GAP}px")


def _primary(action: LineJson) -> LineJson:
    return {"type": "button", "style": "primary", "color": ACCENT, "action": action}


def _plain(button: Button) -> LineJson:
    """A button of its own height; LINE's own are either too low for a finger or too high."""
    label = small(
        button.label or "…",
        color=INKS[button.style],
        align="center",
        wrap=False,
        adjustMode="shrink-to-fit",
    )
    return box(
        [label],
        action=actions.press(button),
        backgroundColor=GROUNDS[button.style],
        cornerRadius="8px",
        height=f"{TALL}px",
        justifyContent="center",
        paddingStart="8px",
        paddingEnd="8px",
        flex=1,
    )
