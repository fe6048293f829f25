"""The desk's clock: the machine's, or another one that DESKBOT_CLOCK gives it for a rehearsal or a
test.

It is made once, where the program starts, and handed to whatever asks for the time. Nothing else
reads the machine's."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, in UTC."""


def wall_clock() -> datetime:
    """The machine's."""
    return datetime.now(UTC)


def make_clock(given: str | None) -> Clock:
    """The clock that DESKBOT_CLOCK describes, the machine's where it is not set.

    `2026-11-23T10:00+07:00`: that instant now, and it runs on. A path: whatever the file says at
    each moment, an instant at which it stands still, or behind it the reading of the steady clock
    (`time.monotonic`) at which it was that instant: so several processes have one clock, and
    whoever writes the file moves it. ValueError for others."""
    if not given:
        return wall_clock
    path = Path(given)
    if path.is_absolute():
        _read(path)
        return lambda: _read(path)
    return _running(_instant(given), time.monotonic())


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("must say how far it is from UTC, like 2026-11-23T10:00+07:00")
    return at.astimezone(UTC)


def _running(start: datetime, since: float) -> Clock:
    return lambda: start + timedelta(seconds=time.monotonic() - since)


def _read(path: Path) -> datetime:
    instant, _, since = path.read_text(encoding="ascii").strip().partition(" ")
    start = _instant(instant)
    return _running(start, float(since))() if since else start
