"""Dates as the office writes them: the Buddhist Era when printing and parsing, Gregorian dates
inside.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.patterns import WORD_END, one_dotted
from domain.text import MARKS, clean, digits, words

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_OFFSET = 543
YEARS = range(1957, 2101)
"""Gregorian years that the desk may mean; any other is a slip of the finger."""

FIRST_BUDDHIST = 2400
COMMON_YEARS = range(1900, 2201)
"""A year of four digits without its era is Buddhist from the one on, Christian among the others."""

MOST_AHEAD = timedelta(days=183)
"""A date without a year lies at most this far ahead, else last year is meant."""

SHORT_AHEAD = 20
"""Years that a Christian year of two digits may lie ahead; `Feb 69` is then of the Buddhist Era
after all.
"""


def parse_date(text: str, today: date) -> date:
    """Reads the whole text as a date: the Thai for 19 Feb 63, Sep 15, 2026, 19/2/2563, 2020-02-19,
    the word for yesterday.

    Years from 2400 are Buddhist, from 1900 to 2200 Gregorian, of two digits Buddhist (beside an
    English month Gregorian, unless that would be far ahead); a missing one is the present, or
    the last where that would lie more than half a year ahead. Raises InvalidInput("date"), or
    "no_day" for one that no calendar has, such as 31 February, or whose year is a slip, such as
    2653."""
    cleaned = clean(text).removeprefix(words("dates").text("named")).strip()
    found = find_date(cleaned, today)
    if found is not None and not found[1]:
        return found[0]
    code = "no_day" if looks_like_date(cleaned) else "date"
    raise InvalidInput(code, text=text)


def find_date(text: str, today: date, *, ahead: bool = False) -> tuple[date, str] | None:
    """Finds the date phrase that `text` begins with, as long as possible, and returns it with the
    rest; None if there is none.

    A phrase that no calendar has, such as 31 February, is none. `text` is clean. `ahead` = a
    date without a year is the next one, today included."""
    text = text.lstrip()
    found = date_at(digits(text), 0, today, ahead=ahead)
    if found is None or found.on is None:
        return None
    return found.on, text[found.end :].strip()


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """A date as it is written: the day, None where no calendar has it, and where the words end."""

    on: date | None
    end: int


def date_at(
    plain: str,
    at: int,
    today: date,
    *,
    ahead: bool = False,
) -> DatePhrase | None:
    """Reads the date phrase that begins at `at`, as long as possible; returns None where none is
    written.

    `plain` has Arabic digits."""
    longest = _longest_phrase(plain, at)
    if longest is None:
        return None
    on = _meant(longest.groupdict(), today, ahead=ahead)
    return DatePhrase(on, longest.end())


def _longest_phrase(plain: str, at: int) -> re.Match[str] | None:
    ways = _in_figures() if plain[at : at + 1].isdigit() else _in_words()
    found = [match for pattern in ways if (match := pattern.match(plain, at))]
    # "12/3/69" begins with "12/3", which is a date, too.
    return max(found, key=lambda match: match.end(), default=None)


def lacks_year(text: str) -> bool:
    """Returns whether `text` (clean) begins with a date or a month that is written without its
    year.
    """
    plain = digits(text)
    month = _month_pattern().match(plain)
    if month is not None:
        return not (month["year"] or month["by_number"])
    phrase = _longest_phrase(plain, 0)
    if phrase is None:
        return False
    parts = phrase.groupdict()
    return parts.get("year") is None and parts.get("word") is None


def looks_like_date(text: str) -> bool:
    """Returns whether all of the text is written as a date, whether or not there is such a day."""
    plain = digits(text).strip()
    matches = filter(None, (pattern.match(plain) for pattern in date_patterns()))
    return any(match.end() == len(plain) for match in matches)


def parse_month(text: str, today: date) -> date:
    """Reads the whole text as a month, as its first day, none to come; raises InvalidInput("month")
    or ("future_date").
    """
    found = find_month(clean(text), today)
    if found is None or found[1]:
        raise InvalidInput("month", text=text[:40])
    month, _rest = found
    if month > today:
        raise InvalidInput("future_date")
    return month


def find_month(text: str, today: date) -> tuple[date, str] | None:
    """Finds the month that `text` (clean) begins with, and returns its first day with the rest;
    None if there is none.
    """
    text = text.lstrip()
    found = month_at(digits(text), 0, today)
    if found is None:
        return None
    month, end = found
    return month, text[end:].strip()


def month_at(plain: str, at: int, today: date) -> tuple[date, int] | None:
    """Reads the month that is named at `at`, and returns its first day and where its words end;
    None where none is.

    `plain` has Arabic digits."""
    found = _month_pattern().match(plain, at)
    month = _month_named(found, today) if found else None
    if found is None or month is None:
        return None
    return month, found.end()


def search_month(text: str, today: date) -> tuple[date, str, str] | None:
    """Finds the first month that `text` names; returns its first day, and what stands before and
    behind it, or None.

    By name or as 10/2569; a month without a year is the latest that has begun."""
    found = _month_pattern().search(digits(text))
    month = _month_named(found, today) if found else None
    if found is None or month is None:
        return None
    return month, text[: found.start()], text[found.end() :]


def _month_named(found: re.Match[str], today: date) -> date | None:
    """Returns the first day of the month that is written here; None for a year that is a slip."""
    parts = found.groupdict()
    number = _month_number(parts["number"], parts["name"])
    typed = parts["year"] or parts["by_number"]
    if typed:
        year = _year_meant(typed, parts, today)
    else:
        # Data and reports are of months that are over.
        year = today.year - (number > today.month)
    return _day(year, number, 1)


def find_year(text: str) -> tuple[int, str] | None:
    """Finds the Gregorian year, written in either era, that `text` begins with, and returns it with
    the rest; None if there is none.
    """
    text = text.lstrip()
    found = _year_pattern().match(digits(text))
    if found is None:
        return None
    year = _gregorian(found["year"], found["buddhist"], found["common"])
    if year not in YEARS:
        return None
    return year, text[found.end() :].strip()


def find_relative(text: str, today: date) -> date | None:
    """Returns the day that the word `text` names by its distance from today (yesterday), None if it
    names none.
    """
    distance = day_distances().get(_bare(text))
    if distance is None:
        return None
    return today + timedelta(days=distance)


def format_date(d: date, *, full: bool = False, language: str = "th") -> str:
    """Writes a date: the Thai for 19 Feb 63, or with `full` for 19 February 2563; in "en" 19 Feb
    2020, or 19 February 2020.
    """
    if language == "en":
        return f"{d.day} {_english_month(d.month, full=full)} {d.year}"
    year = d.year + BUDDHIST_OFFSET
    name, abbreviation, *_others = words("dates").table("months").texts(str(d.month))
    if full:
        return f"{d.day} {name} {year}"
    return f"{d.day} {abbreviation} {year % 100:02d}"


@cache
def _english_month(month: int, *, full: bool) -> str:
    names = words("dates").table("months").texts(str(month))
    english = [name for name in names if name.isascii()]
    return english[0] if full else english[-1]


def format_month(d: date, *, full: bool = False, language: str = "th") -> str:
    """Writes a month: the Thai for Oct 69, or with `full` for October 2569; in "en" Oct 2026."""
    return format_date(d, full=full, language=language).partition(" ")[2]


def format_time(at: datetime, language: str = "th") -> str:
    """Writes the aware instant's time of day in Bangkok, 14.02 and the Thai for "o'clock"; in "en"
    14:02.
    """
    local = at.astimezone(BANGKOK)
    if language == "en":
        return f"{local:%H:%M}"
    return f"{local:%H.%M} {words('dates').text('clock')}"


def format_datetime(at: datetime, language: str = "th") -> str:
    """Writes the aware instant's date and time of day in Bangkok, as format_date and format_time
    do.
    """
    day = format_date(at.astimezone(BANGKOK).date(), language=language)
    return f"{day} {format_time(at, language)}"


def picked_date(picked: str) -> str:
    """Writes what a platform's picker gives, 2026-12-24 or 2026-12-24T14:30, as somebody would type
    it; ValueError for anything else.
    """
    at = datetime.fromisoformat(picked)
    day = f"{at:%d/%m}/{at.year + BUDDHIST_OFFSET}"
    if len(picked) > len("2026-12-24"):
        return f"{day} {at:%H:%M}"
    return day


def fiscal_year(d: date) -> int:
    """Returns the fiscal year in the Buddhist Era: 1 October begins the next (DOMAIN.md section
    1).
    """
    return d.year + BUDDHIST_OFFSET + (d.month >= 10)


def calendar_day(year: int, month: int, day: int) -> date | None:
    """Returns the day with these numbers; None where no calendar has it."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


# What the parts of a phrase mean.


_Parts = dict[str, str | None]
"""What a pattern's groups hold; a group that a way of writing lacks is missing, or None."""


def _meant(parts: _Parts, today: date, *, ahead: bool) -> date | None:
    word = parts.get("word")
    if word is not None:
        return find_relative(word, today)
    month = _month_number(parts.get("month"), parts.get("name"))
    day = int(parts["day"] or 0)
    year = parts.get("year")
    if year is not None:
        return _day(_year_meant(year, parts, today), month, day)
    if ahead:
        return _next(month, day, today)
    return _nearest(month, day, today)


def _month_number(figures: str | None, name: str | None) -> int:
    """Returns the month of a date, by its number or its name."""
    if figures:
        return int(figures)
    return month_numbers()[_bare(name or "")]


def _next(month: int, day: int, today: date) -> date | None:
    """Returns the next such day, today included; 29 February may be eight years off."""
    for years in range(9):
        candidate = _day(today.year + years, month, day)
        if candidate is not None and candidate >= today:
            return candidate
    return None


def _nearest(month: int, day: int, today: date) -> date | None:
    """Returns this year's such day, unless it would lie too far ahead; then last year's."""
    for past in (0, 1):
        candidate = _day(today.year - past, month, day)
        if candidate is not None and candidate - today <= MOST_AHEAD:
            return candidate
    return None


def _year_meant(year: str, parts: _Parts, today: date) -> int:
    """Returns the Gregorian year of a date, or 0; two digits beside an English month are Gregorian
    where that can be meant.
    """
    buddhist = parts.get("buddhist")
    name = parts.get("name")
    short = len(year) == 2 and not buddhist
    if short and name and name.isascii():
        common = 2000 + int(year)
        if common <= today.year + SHORT_AHEAD:
            return common
    return _gregorian(year, buddhist, parts.get("common"))


def _gregorian(typed: str, buddhist: str | None, common: str | None) -> int:
    """Returns the Gregorian year that is meant by two or four digits and the era beside them,
    or 0.
    """
    year = int(typed)
    short = len(typed) == 2
    if short:
        year += 2000 if common else 2500
    if common:
        return year
    if buddhist or year >= FIRST_BUDDHIST:
        return year - BUDDHIST_OFFSET
    return year if year in COMMON_YEARS else 0


def _day(year: int, month: int, day: int) -> date | None:
    """Returns the day with these numbers; None where no calendar has it, or for a year that is a
    slip.
    """
    if year not in YEARS:
        return None
    return calendar_day(year, month, day)


# How dates are written.


_NUMBER_END = r"(?!\d|[.,:/-]\d)"
"""No digit follows, nor one behind a sign that joins it to the number."""


def date_patterns() -> tuple[re.Pattern[str], ...]:
    """Matches a date in text with Arabic digits, each pattern one way to write it: by month name,
    by numbers, by distance from today.
    """
    return *_in_figures(), *_in_words()


@cache
def _in_figures() -> tuple[re.Pattern[str], ...]:
    """Matches dates that begin with a figure."""
    by_name = (
        r"(?P<day>\d\d?)(?:(?:st|nd|rd|th)(?=\s?[a-z]))?[\s/-]{0,2}"
        rf"(?P<name>{month_names()})"
        rf"(?:[\s,/-]{{0,2}}{_year()}|(?:(?<=\.)|{WORD_END}))"
    )
    day_and_month = r"(?P<day>\d\d?)(?P<sign>[/.-])(?P<month>\d\d?)"
    ways = (
        by_name,
        rf"{day_and_month}(?P=sign)(?P<year>\d{{4}}|\d\d){_NUMBER_END}",
        r"(?P<year>\d{4})(?P<sign>[/-])(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?)" + _NUMBER_END,
        rf"(?P<day>\d\d?)/(?P<month>\d\d?){_NUMBER_END}",
    )
    return tuple(re.compile(way, re.IGNORECASE) for way in ways)


def _year() -> str:
    return rf"(?:{_eras()}\s?)?(?P<year>\d{{4}}|\d\d){_NUMBER_END}"


@cache
def _in_words() -> tuple[re.Pattern[str], ...]:
    """Matches dates that begin with a letter."""
    month_first = (
        rf"(?P<name>{month_names(english=True)})\s?"
        r"(?P<day>\d\d?)(?:st|nd|rd|th)?(?:,\s?|[\s-])"
        rf"(?:{_eras()}\s?)?(?P<year>\d{{4}}|(?<=,\s)\d\d|(?<=,)\d\d){_NUMBER_END}"
    )
    ways = (
        month_first,
        rf"(?P<word>{one_dotted(day_distances())}){WORD_END}",
    )
    return tuple(re.compile(way, re.IGNORECASE) for way in ways)


@cache
def _month_pattern() -> re.Pattern[str]:
    """Matches a month by its name, perhaps with its year, or by its number and year."""
    table = words("dates")
    marks = one_dotted(table.texts("month_marks"))
    of_year = one_dotted(table.texts("year_marks"))
    year = rf"(?:{of_year}\s?)?(?:{_eras()}\s?)?(?P<year>\d{{4}}|\d\d){_NUMBER_END}"
    by_name = rf"(?P<name>{month_names()})(?:[\s,/-]{{0,2}}{year}|(?![^\W_]|[{MARKS}]))"
    by_number = rf"(?<!\d)(?P<number>\d\d?)/(?P<by_number>\d{{4}}){_NUMBER_END}"
    return re.compile(rf"(?:{marks}\s*+)?(?:{by_name}|{by_number})", re.IGNORECASE)


@cache
def _year_pattern() -> re.Pattern[str]:
    """Matches a year as a word of its own, perhaps behind its era."""
    return re.compile(rf"(?:{_eras()}\s?)?(?P<year>\d{{4}}|\d\d)(?!\S)")


@cache
def month_names(*, english: bool = False, parted: bool = True) -> str:
    """Returns a pattern for any month's name, of which `english` leaves out the Thai ones; `parted`
    = a blank alone may stand for the dot within a short one.
    """
    names = _all_of("months").values()
    every = [name for month in names for name in month]
    chosen = [name for name in every if name.isascii() or not english]
    return one_dotted(chosen, parted=parted)


@cache
def month_numbers() -> dict[str, int]:
    """Returns the months by each of their names, without dots and in small letters."""
    months = _all_of("months").items()
    return {_bare(name): int(number) for number, names in months for name in names}


@cache
def day_distances() -> dict[str, int]:
    """Returns how many days from today each word for a day means: -1 for yesterday."""
    days = _all_of("relative").items()
    return {word: int(distance) for distance, named in days for word in named}


def _all_of(section: str) -> dict[str, tuple[str, ...]]:
    """Returns all spellings of a section of [dates] by their keys."""
    table = words("dates").table(section)
    return {key: table.texts(key) for key in table.values}


def _eras() -> str:
    """Returns a pattern for the word for either era."""
    table = words("dates")
    buddhist = one_dotted(table.texts("era_buddhist"))
    common = one_dotted(table.texts("era_common"))
    return f"(?:(?P<buddhist>{buddhist})|(?P<common>{common}))"


def _bare(name: str) -> str:
    """Returns a name as it is compared: without dots and blanks, in small letters."""
    return re.sub(r"[.\s]", "", name).casefold()
