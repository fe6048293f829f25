"""Times of day as people say them: 9.30, two in the afternoon, three at night, noon; and their
words.
"""

import re
from dataclasses import dataclass
from datetime import time
from functools import cache

from domain.patterns import WORD_END, one_word_of, skip
from domain.text import words

MIDNIGHT = 24 * 60

_WORD_END = re.compile(WORD_END)
_BLANKS = re.compile(r"\s*+")
_BARE_HOUR = re.compile(r"(\d{1,2})\s*+$")
_Parts = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Minutes since midnight (1440 = the midnight that ends the day), and where the words end.

    `vague` = a part of the day was named (morning), and no hour.
    """

    minutes: int
    end: int
    vague: bool = False

    @property
    def at(self) -> time | None:
        """The time that a clock shows; None for the midnight that ends the day."""
        if self.minutes >= MIDNIGHT:
            return None
        return time(self.minutes // 60, self.minutes % 60)


def read_time(text: str, start: int, *, after_day: bool = False) -> TimeOfDay | None:
    """Reads the time whose words begin at `start`; a bare number counts only as the last word after
    a day.
    """
    found = time_at(text, start, after_day=after_day)
    if found is not None or not after_day:
        return found
    bare = _BARE_HOUR.match(text, start)
    if bare is None or not 1 <= int(bare[1]) <= 23:
        return None
    hour = int(bare[1])
    if hour < 6:
        hour += 12  # who names no part of the day is at work
    return TimeOfDay(hour * 60, bare.end())


def time_at(text: str, start: int, *, after_day: bool = False) -> TimeOfDay | None:
    """Reads the time whose words begin at `start`, no bare number among them.

    Figures to which a letter is glued are one only after a day, and where a word counts them."""
    found = time_pattern().match(text, start)
    if found is None:
        return None
    if not after_day and not _WORD_END.match(text, found.end()) and not _is_counted(found):
        return None
    minutes = _minutes(found)
    if minutes is None:
        return None
    exact = _exacter(text, found.end(), minutes)
    return exact or TimeOfDay(minutes, found.end(), vague=bool(found["part"]))


def _is_counted(found: re.Match[str]) -> bool:
    """Returns whether hours are counted, be it in figures or in words."""
    return any(found[name] for name in ("h", "thai_h", "noon_h", "night_h", "small_h"))


def _exacter(text: str, end: int, minutes: int) -> TimeOfDay | None:
    """Returns the hour behind a part of the day, which is the one that is meant: "in the morning,
    8.30".

    None where none follows, or where `minutes` are not those of a part of the day."""
    # "9.00 10.30" too: which of the two is a part of the day, the number alone does not say.
    if minutes not in _hours_of_parts():
        return None
    more = time_pattern().match(text, skip(_BLANKS, text, end))
    if more is None or not (more["h"] or more["thai_h"]):
        return None
    exact = _minutes(more)
    if exact is None:
        return None
    evening = minutes >= 16 * 60
    if evening and 4 * 60 <= exact < 12 * 60:
        exact += 12 * 60
    return TimeOfDay(exact, more.end())


def _minutes(found: re.Match[str]) -> int | None:
    """Returns minutes since midnight (1440 = the midnight that ends the day); None where no clock
    shows that.
    """
    parts = found.groupdict()
    if parts["midnight"]:
        return MIDNIGHT
    if parts["part"]:
        return _time_of_part(parts["part"]).hour * 60
    hour = _hour(parts)
    minutes = 30 if parts["and_half"] else int(parts["m"] or parts["thai_m"] or 0)
    if hour is None or minutes > 59:
        return None
    return hour * 60 + minutes


def _hour(parts: _Parts) -> int | None:
    if parts["noon"]:
        return 12
    if parts["noon_h"] or parts["afternoon"]:
        return _HOURS_OF_AFTERNOON.get(number_of(parts["noon_h"] or "1"))
    if parts["night"]:
        return _HOURS_OF_NIGHT.get(number_of(parts["night_h"] or "1"))
    if parts["small_h"]:
        return _SMALL_HOURS.get(number_of(parts["small_h"]))
    if parts["thai_h"]:
        return _thai_hour(number_of(parts["thai_h"]), parts)
    return _hour_in_figures(parts)


# What the hour of a clock is that people count from noon, from six in the evening, from midnight.
_HOURS_OF_AFTERNOON = {hour: 12 + hour for hour in range(7)} | {
    hour: hour
    for hour in range(12, 19)  # of a clock of 24 already
}
_HOURS_OF_NIGHT = {hour: 18 + hour for hour in range(6)}
_SMALL_HOURS = {hour: hour for hour in range(1, 6)}


def _thai_hour(hour: int, parts: _Parts) -> int | None:
    """Returns the hour of the Thai clock: one to five are hours of the afternoon, unless the
    morning is named; then they count from six.
    """
    if not 1 <= hour <= 23:
        return None
    if parts["morning"]:
        if hour >= 12:
            return None
        # The old count begins at six: "two in the morning" is eight.
        return hour + 6 if hour < 6 else hour
    if hour < 6 or (hour < 12 and parts["evening"]):
        return hour + 12
    return hour


def _hour_in_figures(parts: _Parts) -> int | None:
    if parts["h"] is None:
        return None
    hour = int(parts["h"])
    half_day = parts["am"] or parts["pm"]
    if half_day and not 1 <= hour <= 12:
        return None
    if parts["am"]:
        return hour % 12
    if parts["pm"]:
        return hour % 12 + 12
    return hour if hour <= 23 else None


@cache
def time_pattern() -> re.Pattern[str]:
    """Matches figures (9.30, 14 o'clock, 2 pm), the Thai clock (two in the afternoon, three at
    night), and a part of the day.
    """
    table = words("when")
    lists = [key for key, value in table.values.items() if isinstance(value, list)]
    of = {key: one_word_of(table.texts(key)) for key in lists}
    clock = rf"{of['clock']}{WORD_END}"
    number = rf"(?:\d{{1,2}}|{one_word_of(all_of('numbers'))})"
    figures = rf"""
        (?<![\d.])(?P<h>\d{{1,2}})
        (?:[.:](?P<m>\d\d)(?!\d|[.:/-]\d) | (?=\s*+(?:{clock}|{of["am"]}|{of["pm"]})))
        (?:\s*+(?:{clock} | (?P<am>{of["am"]}) | (?P<pm>{of["pm"]})))?
    """
    thai_clock = rf"""
        (?P<noon>{of["noon"]})
        | {of["afternoon"]}\s*+
          (?:(?P<noon_h>{number})\s*+{of["hour"]}? | (?P<afternoon>{of["hour"]}))
        | (?:(?P<night_h>{number})\s*+)?(?P<night>{of["night_hour"]})
        | {of["small_hour"]}\s*+(?P<small_h>{number})
        | (?P<thai_h>{number})\s*+{of["hour"]}
          (?:\s*+(?:(?P<morning>{of["morning"]}) | (?P<evening>{of["evening"]})))?
    """
    minutes = rf"""
        (?:\s*+(?:(?P<and_half>{of["and_half"]})
               | (?P<thai_m>\d{{1,2}})(?:\s*+{of["minutes"]} | (?=\s*+$))))?
    """
    part = rf"(?P<part>{one_word_of(all_of('parts'))})(?:{of['this']})?"
    return re.compile(
        rf"{figures} | (?P<midnight>{of['midnight']}) | (?:{thai_clock}){minutes} | {part}",
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _hours_of_parts() -> frozenset[int]:
    """Returns the minutes since midnight that stand for a part of the day."""
    return frozenset(
        time.fromisoformat(key).hour * 60 for key in words("when").table("parts").values
    )


def _time_of_part(part: str) -> time:
    return time.fromisoformat(key_of("parts", part))


# Words.


def number_of(text: str) -> int:
    """Reads a number in figures or in words."""
    return int(text if text.isdigit() else key_of("numbers", text))


def key_of(section: str, spelling: str) -> str:
    """Returns the key of a section of [when] under which a spelling stands."""
    return _keys(section)[_bare(spelling)]


@cache
def _keys(section: str) -> dict[str, str]:
    """Returns the keys of a section of [when] by their spellings; the first one of a spelling
    counts.
    """
    table = words("when").table(section)
    keys: dict[str, str] = {}
    for key in table.values:
        for spelling in table.texts(key):
            keys.setdefault(_bare(spelling), key)
    return keys


def _bare(spelling: str) -> str:
    """Returns a word as it is compared: without dots and blanks, in small letters."""
    return re.sub(r"[.\s]", "", spelling).casefold()


@cache
def all_of(section: str) -> tuple[str, ...]:
    """Returns all spellings of a section of [when]."""
    table = words("when").table(section)
    return tuple(word for key in table.values for word in table.texts(key))
