"""Questions on LINE: answers that are few and pass away stand above the keyboard, others as a list;
what is too long for one screen is a carousel. Pure.
"""

from collections.abc import Iterator, Sequence
from math import ceil

from bot.line import actions, folding
from bot.line import buttons as line_buttons
from bot.line.design import (
    ACCENT,
    GAP,
    LINE_GRAPHEMES,
    MUTED,
    PRIMARY,
    SMALL_LINE,
    TALL,
    LineJson,
    box,
    bubble,
    count,
    head,
    lines_of,
    small,
)
from domain.text import shorten
from handlers.chat import Button, Choice, Tone, presses

GROUND = "#EEF4F8"
FEW = 6
"""So many answers are seen above the keyboard without much wiping."""
MOST_QUICK = 13
PAGES = 12
"""What LINE takes: answers above the keyboard, bubbles of a carousel."""
OPTION_GRAPHEMES = 31
PADDING = 11
"""Characters of a line of an option, and the pixels around it."""
GRID = 16
"""Characters of an option that shares its row."""
LONGEST_QUESTION = 2000


def is_quick(choice: Choice) -> bool:
    """Whether all answers stand above the keyboard."""
    if not choice.passing or not choice.options:
        return False
    items = [*choice.options, *presses(choice.buttons)]
    widest = max(count(item.label) for item in items)
    fits = len(choice.options) <= FEW and len(items) < MOST_QUICK
    return fits and widest <= actions.QUICK_LABEL


def quick_replies(choice: Choice) -> LineJson:
    """The answers, what opens a picker, and what else can be done."""
    made = list(map(_quick, choice.options))
    if choice.asks is not None:
        picker = actions.pick(choice.asks)
        label = shorten(picker["label"], actions.QUICK_LABEL, units=count)
        made.append({**picker, "label": label})
    made += map(_quick, presses(choice.buttons))
    items = [{"type": "action", "action": action} for action in made]
    return {"items": items}


def _quick(button: Button) -> LineJson:
    return actions.press(button, actions.QUICK_LABEL)


def choice_bubbles(choice: Choice, *, quick: bool) -> LineJson:
    """The question with its answers: a bubble, or a carousel where one screen is not enough."""
    first, _newline, more = choice.question.partition("\n")
    title = head(shorten(first, LONGEST_QUESTION), Tone.NEUTRAL)
    words = _words(more)
    if quick:
        words.append(_named(choice.options))
        return bubble(words, title, ())
    buttons = _buttons(choice)
    foot = [*line_buttons.drawn(buttons, choice.asks)]
    if _is_grid(choice.options):
        words += _grid(choice.options)
        return bubble(words, title, foot)
    begin, *others = _pages(choice, _room(choice, buttons))
    words += map(_option, begin)
    shown = bubble(words, title, foot)
    if not others:
        return shown
    further = [bubble([*map(_option, page)], title, ()) for page in others]
    return {"type": "carousel", "contents": [shown, *further]}


def _buttons(choice: Choice) -> Sequence[Button]:
    if choice.more is None:
        return presses(choice.buttons)
    shown, _rest = folding.folded(choice)
    return (*presses(shown.buttons), choice.more)


def _words(more: str) -> list[LineJson]:
    """What stands below the question's first line; its last line asks."""
    *lines, last = more.strip().split("\n")
    said = []
    if lines:
        before = shorten("\n".join(lines), LONGEST_QUESTION)
        said.append(small(before))
    if last:
        asking = shorten(last, LONGEST_QUESTION)
        said.append(small(asking, color=ACCENT))
    return said


def _named(options: Sequence[Button]) -> LineJson:
    """The answers as words: not every program of LINE shows what stands above the keyboard."""
    labels = [option.label for option in options]
    return small(" · ".join(labels), size="xs", color=MUTED)


# Lists.


def _option(option: Button) -> LineJson:
    """A line that can be tapped and shows its whole label, which a button would cut."""
    style = {"paddingAll": f"{PADDING}px"}
    if _option_lines(option) == 1:
        style = {"height": f"{TALL}px", "paddingStart": "12px", "paddingEnd": "12px"}
    return box(
        [small(option.label, color=ACCENT)],
        action=actions.press(option),
        backgroundColor=GROUND,
        cornerRadius="8px",
        justifyContent="center",
        flex=1,
        **style,
    )


def _option_lines(option: Button) -> int:
    return lines_of(option.label, OPTION_GRAPHEMES)


def _height(option: Button) -> int:
    lines = _option_lines(option)
    return max(TALL, SMALL_LINE * lines + 2 * PADDING) + GAP


def _is_grid(options: Sequence[Button]) -> bool:
    return len(options) > 1 and all(count(option.label) <= GRID for option in options)


def _grid(options: Sequence[Button]) -> Iterator[LineJson]:
    """Two answers in a row."""
    for start in range(0, len(options), 2):
        row = [_option(option) for option in options[start : start + 2]]
        yield box(row, "horizontal", spacing=f"{GAP}px")


def _room(choice: Choice, buttons: Sequence[Button]) -> int:
    """Pixels that one screen has for options."""
    first, _newline, more = choice.question.partition("\n")
    titles = lines_of(first, folding.HEAD_GRAPHEMES)
    around = folding.EDGES + folding.HEAD_LINE * titles
    if more:
        around += SMALL_LINE * lines_of(more, LINE_GRAPHEMES)
    if choice.asks is not None:
        around += PRIMARY + GAP
    rows = line_buttons.rows(line_buttons.in_order(buttons))
    around += line_buttons.height(rows)
    return max(folding.SCREEN - around, TALL + GAP)


def _pages(choice: Choice, room: int) -> list[Sequence[Button]]:
    """The options as they share screens; one page at least."""
    options = choice.options
    needed = sum(map(_height, options))
    screens = min(PAGES, ceil(needed / room))
    if screens <= 1:
        return [options]
    size = ceil(len(options) / screens)
    starts = range(0, len(options), size)
    return [options[start : start + size] for start in starts]
