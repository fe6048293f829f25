"""What a tap on LINE does: tells the desk, calls, copies, opens an address or a picker. Pure."""

import re

from bot.line.design import LineJson, count
from domain.dates.days import picked_date
from domain.text import shorten
from handlers.chat import Button, CopyButton, DateAsked, DateKind

LABEL = 40
QUICK_LABEL = 20
DISPLAYED = 300
COPIED = 1000
"""What LINE takes of labels, of what the chat shows of a press, and of what is copied."""
PICKED = "pick:"
"""Begins the data of a picker; behind it stands what is typed before the date."""
MODES = {DateKind.DAY: "date", DateKind.DAY_AND_TIME: "datetime"}
FORMS = {DateKind.DAY: "%Y-%m-%d", DateKind.DAY_AND_TIME: "%Y-%m-%dt%H:%M"}
_CALLED = re.compile(r"\+?\d[\d\s-]*")


def press(button: Button, longest: int = LABEL) -> LineJson:
    """Tells the desk; a token that is an address is opened instead."""
    label = shorten(button.label.strip() or "…", longest, units=count)
    if button.token.startswith("https:"):
        return {"type": "uri", "label": label, "uri": button.token}
    shown = button.label.strip() or "…"
    return {
        "type": "postback",
        "label": label,
        "data": button.token,
        "displayText": shorten(shown, DISPLAYED, units=count),
    }


def copy(button: CopyButton) -> LineJson:
    """Copies on the telephone."""
    return {
        "type": "clipboard",
        "label": shorten(button.label.strip() or "…", LABEL, units=count),
        "clipboardText": shorten(button.text, COPIED),
    }


def call(phone: str) -> LineJson | None:
    """Calls a number as people write it, without its extension; None where there is none."""
    found = _CALLED.search(phone)
    if found is None:
        return None
    number = re.sub(r"[^+\d]", "", found[0])
    return {"type": "uri", "label": shorten(phone, LABEL, units=count), "uri": f"tel:{number}"}


def pick(asked: DateAsked) -> LineJson:
    """Opens the picker of a date."""
    form = FORMS[asked.kind]
    action = {
        "type": "datetimepicker",
        "label": shorten(asked.label or "…", LABEL, units=count),
        "data": f"{PICKED}{asked.before}",
        "mode": MODES[asked.kind],
    }
    times = {"min": asked.earliest, "initial": asked.default, "max": asked.latest}
    known = {name: at.strftime(form) for name, at in times.items() if at is not None}
    # LINE wants the last later than the first.
    if known.get("max", "~") <= known.get("min", ""):
        del known["max"]
    return {**action, **known}


def picked(data: str, value: str) -> str:
    """The text that somebody would have typed: day, month, year of the Buddhist Era, and time."""
    return data.removeprefix(PICKED) + picked_date(value)
