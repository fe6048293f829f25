"""Dates as the office writes them: the Buddhist Era when printing and parsing, Gregorian dates
inside.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.text import MARKS, clean, digits, words

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_OFFSET = 543
YEARS = range(1957, 2101)
"""Gregorian years that the desk may mean; any other is a slip of the finger."""

MOST_AHEAD = timedelta(days=183)
"""A date without a year lies at most this far ahead, else last year is meant."""

SHORT_AHEAD = 20
"""Years that a Christian year of two digits may lie ahead; `Feb 69` is then of the Buddhist Era
after all.
"""


def parse_date(text: str, today: date) -> date:
    """The whole text as a date: the Thai for 19 Feb 63, Sep 15, 2026, 19/2/2563, 2020-02-19, the
    word for yesterday.

    Years from 2400 are Buddhist, from 1900 to 2200 Gregorian, of two digits Buddhist (beside an
    English month Gregorian, unless that would be far ahead); a missing one is the present, or the
    last where that would lie more than half a year ahead. Raises InvalidInput("date"), or "no_day"
    for one that no calendar has, such as 31 February, or whose year is a slip, such as 2653."""
    cleaned = clean(text).removeprefix(words("dates").text("named")).strip()
    found = find_date(cleaned, today)
    if found is None or found[1]:
        raise InvalidInput("no_day" if looks_like_date(cleaned) else "date", text=text)
    return found[0]


def find_date(text: str, today: date, *, ahead: bool = False) -> tuple[date, str] | None:
    """The date phrase that `text` begins with, as long as possible, and the rest; None if there is
    none.

    A phrase that no calendar has, such as 31 February, is none. `text` is clean. `ahead` = a date
    without a year is the next one, today included."""
    text = text.lstrip()
    found = date_at(digits(text), 0, today, ahead=ahead)
    if found is None or found[0] is None:
        return None
    return found[0], text[found[1] :].strip()


def date_at(
    plain: str, at: int, today: date, *, ahead: bool = False
) -> tuple[date | None, int] | None:
    """The date phrase that begins at `at`, as long as possible, and where it ends; None where none
    is written.

    None for its day where no calendar has it. `plain` has Arabic digits.
    """
    found = [match for pattern in _patterns() if (match := pattern.match(plain, at))]
    if not found:
        return None
    longest = max(found, key=lambda match: match.end())
    return _meant(longest.groupdict(), today, ahead), longest.end()


def looks_like_date(text: str) -> bool:
    """Whether all of the text is written as a date, whether or not there is such a day."""
    arabic = digits(text).strip()
    return any(
        match.end() == len(arabic) for pattern in _patterns() if (match := pattern.match(arabic))
    )


def parse_month(text: str, today: date) -> date:
    """The whole text as a month, as its first day, none to come; InvalidInput("month") or
    ("future_date").
    """
    found = find_month(clean(text), today)
    if found is None or found[1]:
        raise InvalidInput("month", text=text[:40])
    if found[0] > today:
        raise InvalidInput("future_date")
    return found[0]


def find_month(text: str, today: date) -> tuple[date, str] | None:
    """The first day of the month that `text` begins with, and the rest; None if there is none.
    `text` is clean.
    """
    text = text.lstrip()
    found = search_month(text, today)
    return None if found is None or found[1].strip() else (found[0], found[2].strip())


def search_month(text: str, today: date) -> tuple[date, str, str] | None:
    """The first day of the first month that `text` names, and what stands before and behind it;
    None for none.

    By name or as 10/2569; a month without a year is the latest that has begun.
    """
    found = _month_pattern().search(digits(text))
    if found is None:
        return None
    parts = found.groupdict()
    month = int(parts["number"] or 0) or month_numbers()[_bare(parts["name"])]
    if year := parts["year"] or parts["by_number"]:
        meant = _day(_year_meant(year, parts, today), month, 1)
    else:
        meant = _day(today.year - (month > today.month), month, 1)
    return None if meant is None else (meant, text[: found.start()], text[found.end() :])


def find_year(text: str) -> tuple[int, str] | None:
    """The Gregorian year, written in either era, that `text` begins with, and the rest; None if
    there is none.
    """
    text = text.lstrip()
    found = re.match(rf"(?:(?:{_eras()})\s?)?(?P<year>\d{{4}}|\d\d)(?!\S)", digits(text))
    year = (
        _gregorian(int(found["year"]), len(found["year"]), found["buddhist"], found["common"])
        if found
        else 0
    )
    return (year, text[found.end() :].strip()) if found and year in YEARS else None


def find_relative(text: str, today: date) -> date | None:
    """The day that the word `text` names by its distance from today (yesterday), None if it names
    none.
    """
    distance = _distances().get(_bare(text))
    return None if distance is None else today + timedelta(days=distance)


def format_date(d: date, *, full: bool = False) -> str:
    """The Thai for 19 Feb 63, or with `full` for 19 February 2563."""
    year = d.year + BUDDHIST_OFFSET
    month = words("dates").table("months").texts(str(d.month))
    return f"{d.day} {month[0]} {year}" if full else f"{d.day} {month[1]} {year % 100:02d}"


def format_month(d: date, *, full: bool = False) -> str:
    """The Thai for Oct 69, or with `full` for October 2569."""
    return format_date(d, full=full).partition(" ")[2]


def format_time(at: datetime) -> str:
    """The aware instant's time of day in Bangkok, 14.02 and the Thai for "o'clock"."""
    return f"{at.astimezone(BANGKOK):%H.%M} {words('dates').text('clock')}"


def format_datetime(at: datetime) -> str:
    """The aware instant's date and time of day in Bangkok, as format_date and format_time print
    them.
    """
    return f"{format_date(at.astimezone(BANGKOK).date())} {format_time(at)}"


def fiscal_year(d: date) -> int:
    """The fiscal year in the Buddhist Era: 1 October begins the next (DOMAIN.md section 1)."""
    return d.year + BUDDHIST_OFFSET + (d.month >= 10)


def _meant(parts: dict[str, str | None], today: date, ahead: bool) -> date | None:
    word, year = parts.get("word"), parts.get("year")
    if word is not None:
        return find_relative(word, today)
    month = (
        int(parts["month"] or 0)
        if parts.get("month")
        else month_numbers()[_bare(parts["name"] or "")]
    )
    day = int(parts["day"] or 0)
    if year is not None:
        return _day(_year_meant(year, parts, today), month, day)
    if ahead:
        coming = (
            _day(today.year + years, month, day) for years in range(9)
        )  # 29 February may be eight years off
        return next((day for day in coming if day is not None and day >= today), None)
    for past in (0, 1):
        candidate = _day(today.year - past, month, day)
        if candidate is not None and candidate - today <= MOST_AHEAD:
            return candidate
    return None


def _year_meant(year: str, parts: dict[str, str | None], today: date) -> int:
    """The Gregorian year of a date, or 0; two digits beside an English month are Gregorian where
    that can be meant.
    """
    buddhist, common = parts.get("buddhist"), parts.get("common")
    english = (parts.get("name") or MARKS).isascii()
    if english and len(year) == 2 and not buddhist and int(year) + 2000 <= today.year + SHORT_AHEAD:
        return int(year) + 2000
    return _gregorian(int(year), len(year), buddhist, common)


def _gregorian(year: int, width: int, buddhist: str | None, common: str | None) -> int:
    """The Gregorian year that is meant, or 0."""
    if common:
        return year + 2000 if width == 2 else year
    if width == 2:
        year += 2500
    if buddhist or year >= 2400:
        return year - BUDDHIST_OFFSET
    return year if 1900 <= year <= 2200 else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _names(*, english: bool = False) -> str:
    months = words("dates").table("months")
    names = [name for key in months.values for name in months.texts(key)]
    return _any_of([name for name in names if name.isascii() or not english])


def _eras() -> str:
    table = words("dates")
    return "|".join(
        f"(?P<{group}>{_any_of(table.texts(key))})"
        for group, key in (("buddhist", "era_buddhist"), ("common", "era_common"))
    )


@cache
def _month_pattern() -> re.Pattern[str]:
    table = words("dates")
    marks, years = _any_of(table.texts("month_marks")), _any_of(table.texts("year_marks"))
    year = rf"(?:(?:{years})\s?)?(?:(?:{_eras()})\s?)?(?P<year>\d{{4}}|\d\d)(?!\d|[.,:/-]\d)"
    by_name = rf"(?P<name>{_names()})(?:[\s,/-]{{0,2}}{year}|(?![^\W_]|[{MARKS}]))"
    by_number = r"(?<!\d)(?P<number>\d\d?)/(?P<by_number>\d{4})(?!\d|[.,:/-]\d)"
    return re.compile(rf"(?:(?:{marks})\s*)?(?:{by_name}|{by_number})", re.IGNORECASE)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Ways to write a date, for text with Arabic digits: by month name, by numbers, by distance
    from today.
    """
    names, eras = _names(), _eras()
    end = r"(?!\d|[.,:/-]\d)"
    word_end = rf"(?![^\W\d_]|[{MARKS}])"
    year = rf"(?:(?:{eras})\s?)?(?P<year>\d{{4}}|\d\d){end}"
    ordinal = r"(?:(?:st|nd|rd|th)(?=\s?[a-z]))?"
    after = rf"(?:[\s,/-]{{0,2}}{year}|(?:(?<=\.)|{word_end}))"
    by_name = rf"(?P<day>\d\d?){ordinal}[\s/-]{{0,2}}(?P<name>{names}){after}"
    month_first = (
        rf"(?P<name>{_names(english=True)})\s?(?P<day>\d\d?)(?:st|nd|rd|th)?(?:,\s?|[\s-])"
        rf"(?:(?:{eras})\s?)?(?P<year>\d{{4}}|(?<=,\s)\d\d|(?<=,)\d\d){end}"
    )
    by_number = (
        rf"(?P<day>\d\d?)(?P<sign>[/.-])(?P<month>\d\d?)(?P=sign)(?P<year>\d{{4}}|\d\d){end}"
    )
    year_first = rf"(?P<year>\d{{4}})(?P<sign>[/-])(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?){end}"
    no_year = rf"(?P<day>\d\d?)/(?P<month>\d\d?){end}"
    relative = rf"(?P<word>{_any_of(list(_distances()))}){word_end}"
    ways = (by_name, month_first, by_number, year_first, no_year, relative)
    return tuple(re.compile(way, re.IGNORECASE) for way in ways)


def _any_of(spellings: list[str] | tuple[str, ...]) -> str:
    """A pattern for any of the spellings, the longest first; dots may be missing, or followed by a
    blank.
    """
    patterns = []
    for spelling in sorted(spellings, key=len, reverse=True):
        dot = r"\.?\s?" if "." in spelling else ""
        patterns.append(dot.join(map(re.escape, spelling.rstrip(".").split("."))) + r"\.?")
    return "|".join(patterns)


def _bare(name: str) -> str:
    return re.sub(r"[.\s]", "", name).casefold()


@cache
def month_numbers() -> dict[str, int]:
    """Months by each of their names, without dots and in small letters."""
    months = words("dates").table("months")
    return {_bare(name): int(number) for number in months.values for name in months.texts(number)}


@cache
def _distances() -> dict[str, int]:
    table = words("dates").table("relative")
    return {word: int(distance) for distance in table.values for word in table.texts(distance)}
