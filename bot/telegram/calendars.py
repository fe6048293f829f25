"""A small calendar under a question that asks for a date: month by month, and hours where a time is
asked for. Pure.

It needs nothing but the message that it stands under: a tap's data says what is shown next, and
what is picked is the text that would be typed (`picked_text`). The question's own buttons stay
below it."""

from calendar import Calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.web.answers import within
from domain.dates.days import format_date, format_month
from domain.dates.working_calendar import WorkingCalendar
from handlers.chat import DateAsked, DateKind
from handlers.forms import day_words
from handlers.i18n import language, speaking

TURN = "cal:"
PICK = "day:"
"""What the data of a button begins with that turns the calendar, and that picks from it."""
NOTHING = f"{TURN}-"
"""The data of a button that only shows something."""
FIRST_HOUR = 8
LAST_HOUR = 17
HOURS_A_ROW = 4
LONGEST_DATA = 64
ANY_DAY = date.min
"""Opens at today."""
_MONTHS = Calendar()
KeyRow = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class MonthShown:
    """What a tap shows: the month of `on`, or with `hours` the hours of that day; days from `first`
    to `last` can be picked. `before` = what is typed before the date.
    """

    on: date
    first: date
    last: date
    timed: bool
    spoken: str
    before: str
    hours: bool = False

    def data(self) -> str:
        """Itself as a button's data."""
        days = ":".join(map(_written, (self.on, self.first, self.last)))
        flags = f"{int(self.hours)}{int(self.timed)}{self.spoken}"
        return f"{TURN}{days}:{flags}:{self.before}"


def _day_of(at: datetime | None, otherwise: date) -> date:
    if at is None:
        return otherwise
    return at.date()


def _written(day: date) -> str:
    return day.isoformat().replace("-", "")


def opening(asked: DateAsked) -> KeyRow | None:
    """The button that opens the calendar; None where its data would be too long."""
    opens_at = asked.default or asked.earliest or asked.latest
    shown = MonthShown(
        on=_day_of(opens_at, ANY_DAY),
        first=_day_of(asked.earliest, date.min),
        last=_day_of(asked.latest, date.max),
        timed=asked.kind is DateKind.DAY_AND_TIME,
        spoken=language(),
        before=asked.before,
    )
    data = shown.data()
    if len(data.encode()) > LONGEST_DATA:
        return None
    return [{"text": asked.label or day_words.pick_a_day(), "callback_data": data}]


def read_shown(data: str) -> MonthShown | None:
    """What a button's data shows; None where it is none of ours."""
    parts = data.removeprefix(TURN).split(":", 4)
    if not data.startswith(TURN) or len(parts) != 5:
        return None
    try:
        on, first, last = (date.fromisoformat(part) for part in parts[:3])
    except ValueError:
        return None
    flags = parts[3]
    timed = flags[1:2] == "1"
    hours = flags[:1] == "1"
    return MonthShown(on, first, last, timed, flags[2:], parts[4], hours)


def picked_text(data: str) -> str | None:
    """What would have been typed for what was picked."""
    if not data.startswith(PICK):
        return None
    day, _colon, rest = data.removeprefix(PICK).partition(":")
    clock, _colon, before = rest.partition(":")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    hour = f" {clock[:2]}.{clock[2:]}" if clock else ""
    return f"{before}{format_date(on, full=True)}{hour}"


def is_turn(update: Any) -> bool:
    """Whether somebody only looks at another month or at hours: the desk need not know."""
    return str(within(update, "callback_query", "data")).startswith(TURN)


def turned(
    shown: MonthShown, keyboard: Sequence[KeyRow], calendar: WorkingCalendar, today: date
) -> list[KeyRow]:
    """The calendar as it is shown now, above the question's own buttons."""
    if shown.on == ANY_DAY:
        shown = replace(shown, on=today)
    with speaking(shown.spoken):
        rows = list(_hour_rows(shown) if shown.hours else _month_rows(shown, calendar, today))
    return [*rows, *without_calendar(keyboard)]


def without_calendar(keyboard: Sequence[KeyRow]) -> list[KeyRow]:
    """The question's own buttons."""
    return [row for row in keyboard if not any(map(_is_of_calendar, row))]


def _is_of_calendar(key: dict[str, Any]) -> bool:
    return str(key.get("callback_data")).startswith((TURN, PICK))


# Months.


def _month_rows(shown: MonthShown, calendar: WorkingCalendar, today: date) -> Iterator[KeyRow]:
    first = shown.on.replace(day=1)
    yield [
        _turn("«", shown, first - timedelta(days=1)),
        _key(format_month(first, full=True)),
        _turn("»", shown, first + timedelta(days=31)),
    ]
    yield list(map(_key, day_words.weekday_names()))
    for week in _MONTHS.monthdatescalendar(first.year, first.month):
        yield [_day_key(day, shown, calendar, today) for day in week]


def _turn(sign: str, shown: MonthShown, to: date) -> dict[str, Any]:
    """[«] or [»], where any day of that month can be picked."""
    month = to.replace(day=1)
    in_the_next = month + timedelta(days=31)
    ends = in_the_next.replace(day=1) - timedelta(days=1)
    if ends < shown.first or month > shown.last:
        return _key("·")
    other = replace(shown, on=month, hours=False)
    return _key(sign, other.data())


def _key(text: str, data: str = NOTHING) -> dict[str, Any]:
    return {"text": text, "callback_data": data}


def _day_key(
    day: date, shown: MonthShown, calendar: WorkingCalendar, today: date
) -> dict[str, Any]:
    if day.month != shown.on.month or not shown.first <= day <= shown.last:
        return _key("·")
    label = str(day.day)
    if not calendar.is_working_day(day):
        label = day_words.day_off(label)
    key = _key(label, _pick(day, shown))
    if day == today:
        key["style"] = "primary"
    return key


def _pick(day: date, shown: MonthShown) -> str:
    if shown.timed:
        return replace(shown, on=day, hours=True).data()
    return f"{PICK}{_written(day)}::{shown.before}"


# Hours.


def _hour_rows(shown: MonthShown) -> Iterator[KeyRow]:
    back = replace(shown, hours=False).data()
    day = format_date(shown.on, full=True)
    yield [_key(f"« {day}", back)]
    keys = []
    for hour in range(FIRST_HOUR, LAST_HOUR):
        keys.append(_hour_key(f"{hour:02d}00", shown))
        keys.append(_hour_key(f"{hour:02d}30", shown))
    for start in range(0, len(keys), HOURS_A_ROW):
        yield keys[start : start + HOURS_A_ROW]
    whole = f"{PICK}{_written(shown.on)}::{shown.before}"
    yield [_key(day_words.without_time(), whole)]


def _hour_key(clock: str, shown: MonthShown) -> dict[str, Any]:
    data = f"{PICK}{_written(shown.on)}:{clock}:{shown.before}"
    hour = int(clock[:2])
    return _key(f"{hour}.{clock[2:]}", data)
