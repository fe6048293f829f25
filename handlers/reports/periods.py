"""The period of a report: read from words, carried by a button, the other usual ones offered."""

from collections.abc import Mapping
from datetime import date

from domain.dates.periods import Period, parse_period, relative_period
from domain.text import clean
from handlers.chat import Button
from handlers.desk import Context
from handlers.i18n import _


def read_period(ctx: Context, text: str, default: str, *, ahead: bool = True) -> Period:
    """The period that a whole text names; InvalidInput as `parse_period` raises it."""
    if not clean(text):
        return relative_period(default, ctx.today)
    return parse_period(text, ctx.today, ahead=ahead)


def period_of(args: Mapping[str, str]) -> Period:
    """As a button carries it."""
    first = date.fromisoformat(args["first"])
    until = date.fromisoformat(args["until"])
    return Period(first, until)


def as_args(period: Period) -> dict[str, str]:
    """The same the other way round."""
    return {
        "first": period.first.isoformat(),
        "until": period.until.isoformat(),
    }


def period_buttons(
    ctx: Context,
    action_name: str,
    shown: Period,
    spans: Mapping[str, str],
) -> tuple[Button, ...]:
    """The other usual periods."""
    buttons = []
    for key, label in spans.items():
        span = relative_period(key, ctx.today)
        if span != shown:
            buttons.append(Button(_(label), action_name, as_args(span)))
    return tuple(buttons)
