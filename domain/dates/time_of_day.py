"""Times of day as people say them: 9.30, two in the afternoon, three at night, noon; and their
words.
"""

import re
from datetime import time
from functools import cache

from domain.text import MARKS, words

MIDNIGHT = 24 * 60
WORD_END = rf"(?![^\W\d_]|[{MARKS}])"
"""A pattern: no letter follows."""


def read_time(text: str, start: int, *, after_day: bool = False) -> tuple[int, int] | None:
    """Minutes since midnight, and where the words end; a bare number counts only as the last word
    after a day.
    """
    found = time_pattern().match(text, start)
    if found is not None:
        glued = re.match(WORD_END, text[found.end() :]) is None
        counted = any(found[name] for name in ("h", "thai_h", "noon_h", "night_h", "small_h"))
        clock = _clock(found) if after_day or counted or not glued else None
        return None if clock is None else _exacter(text, found.end(), clock)
    bare = re.compile(r"(\d{1,2})\s*$").match(text, start) if after_day else None
    if bare is None or not 1 <= int(bare[1]) <= 23:
        return None
    hour = int(bare[1])
    return (hour + 12 if hour < 6 else hour) * 60, bare.end()


def _exacter(text: str, end: int, clock: int) -> tuple[int, int]:
    """ "In the morning, 8.30": the time that follows a part of the day is the one that is meant."""
    parts = [time.fromisoformat(key) for key in words("when").table("parts").values]
    if clock not in [part.hour * 60 for part in parts]:
        return clock, end
    found = re.compile(r"\s*").match(text, end)
    more = time_pattern().match(text, found.end() if found else end)
    exact = _clock(more) if more else None
    if more is None or exact is None or not any(more[name] for name in ("h", "thai_h")):
        return clock, end
    late = clock >= 16 * 60 and 4 * 60 <= exact < 12 * 60
    return exact + 12 * 60 * late, more.end()


def _clock(found: "re.Match[str]") -> int | None:
    """Minutes since midnight (1440 = the midnight that ends the day); None where no clock shows
    that.
    """
    parts = found.groupdict()
    if parts["midnight"]:
        return MIDNIGHT
    if parts["part"]:
        return time.fromisoformat(key_of("parts", parts["part"])).hour * 60
    minutes = 30 if parts["and_half"] else int(parts["m"] or parts["thai_m"] or 0)
    hour = _hour(parts)
    return None if hour is None or minutes > 59 else hour * 60 + minutes


def _hour(parts: "dict[str, str | None]") -> int | None:
    if parts["noon"]:
        return 12
    if parts["noon_h"] is not None or parts["afternoon"]:
        hour = number_of(parts["noon_h"] or "1")
        return hour + 12 if hour <= 6 else hour if 12 <= hour <= 18 else None
    if parts["night"]:
        hour = number_of(parts["night_h"] or "1")
        return 18 + hour if hour <= 5 else None
    if parts["small_h"]:
        hour = number_of(parts["small_h"])
        return hour if 1 <= hour <= 5 else None
    if parts["thai_h"]:
        return _thai_hour(
            number_of(parts["thai_h"]), bool(parts["morning"]), bool(parts["evening"])
        )
    hour = int(parts["h"] or 99)
    if parts["am"] or parts["pm"]:
        return hour % 12 + (12 if parts["pm"] else 0) if 1 <= hour <= 12 else None
    return hour if hour <= 23 else None


def _thai_hour(hour: int, morning: bool, evening: bool) -> int | None:
    """One to five are hours of the afternoon, unless the morning is named; then they count from
    six.
    """
    if hour > 23 or not hour:
        return None
    if morning:
        return hour + 6 if hour < 6 else hour if hour < 12 else None
    return hour + 12 if hour < 6 or (evening and hour < 12) else hour


@cache
def time_pattern() -> re.Pattern[str]:
    """Figures (9.30, 14 o'clock, 2 pm), the Thai clock (two in the afternoon, three at night), a
    part of the day.
    """
    table = words("when")
    name = {
        key: any_of(table.texts(key)) for key in table.values if isinstance(table.values[key], list)
    }
    some = rf"(?:\d{{1,2}}|{any_of(all_of('numbers'))})"
    minutes = rf"(?P<thai_m>\d{{1,2}})(?:\s*{name['minutes']}|(?=\s*$))"
    late = rf"(?:\s*(?:(?P<and_half>{name['and_half']})|{minutes}))?"
    clock = rf"{name['clock']}{WORD_END}"
    minutes = r"[.:](?P<m>\d\d)(?!\d|[.:/-]\d)"
    named = rf"(?=\s*(?:{clock}|{name['am']}|{name['pm']}))"
    figures = rf"(?<![\d.])(?P<h>\d{{1,2}})(?:{minutes}|{named})"
    figures += rf"(?:\s*(?:{clock}|(?P<am>{name['am']})|(?P<pm>{name['pm']})))?"
    ways = (
        rf"(?P<noon>{name['noon']})",
        rf"{name['afternoon']}\s*(?:(?P<noon_h>{some})\s*{name['hour']}?|(?P<afternoon>{name['hour']}))",
        rf"(?:(?P<night_h>{some})\s*)?(?P<night>{name['night_hour']})",
        rf"{name['small_hour']}\s*(?P<small_h>{some})",
        rf"(?P<thai_h>{some})\s*{name['hour']}(?:\s*(?:(?P<morning>{name['morning']})|(?P<evening>{name['evening']})))?",
    )
    part = rf"(?P<part>{any_of(all_of('parts'))})(?:{name['this']})?"
    thai = rf"(?:{'|'.join(ways)}){late}"
    return re.compile(rf"{figures}|(?P<midnight>{name['midnight']})|{thai}|{part}", re.IGNORECASE)


# Words.


def number_of(text: str) -> int:
    """A number in figures or in words."""
    return int(text) if text.isdigit() else int(key_of("numbers", text))


def key_of(section: str, spelling: str | None) -> str:
    """The key of a section of [when] under which a spelling stands."""
    wanted = re.sub(r"[.\s]", "", spelling or "").casefold()
    table = words("when").table(section)
    return next(
        key
        for key in table.values
        for w in table.texts(key)
        if re.sub(r"[.\s]", "", w).casefold() == wanted
    )


def all_of(section: str) -> list[str]:
    """All spellings of a section of [when]."""
    table = words("when").table(section)
    return [word for key in table.values for word in table.texts(key)]


def any_of(spellings: "list[str] | tuple[str, ...]") -> str:
    """A pattern for any of the spellings, the longest first; a Latin word ends where it ends."""
    patterns = []
    for spelling in sorted(spellings, key=len, reverse=True):
        end = r"(?![a-z])" if spelling[-1].isascii() and spelling[-1].isalpha() else ""
        patterns.append(re.escape(spelling) + end)
    return f"(?:{'|'.join(patterns)})"
