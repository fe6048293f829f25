"""Spans of days as people name them: a month, a fiscal year, this week, the last three months, one
day, or from one of these to another.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from domain.dates.days import (
    BANGKOK,
    BUDDHIST_OFFSET,
    FIRST_BUDDHIST,
    MOST_AHEAD,
    YEARS,
    find_date,
    find_month,
    find_year,
    fiscal_year,
    format_date,
    format_month,
    lacks_year,
)
from domain.errors import InvalidInput
from domain.patterns import WORD_END, one_of
from domain.text import clean, digits, shorten, words

RELATIVE = (
    "this_month",
    "last_month",
    "this_fiscal_year",
    "last_fiscal_year",
    "this_week",
    "last_week",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
)
_YEAR_WORDS = ("fiscal_year", "year")
SHOWN = 40
"""Letters of a text that is refused are shown."""


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `first` on, before `until`."""

    first: date
    until: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Its beginning, and the beginning of the day after it, as aware instants."""
        begins = datetime.combine(self.first, time(), BANGKOK)
        ends = datetime.combine(self.until, time(), BANGKOK)
        return begins, ends


def parse_period(text: str, today: date, *, ahead: bool = False) -> Period:
    """Reads the whole text as a span, one that has begun by today unless it may lie `ahead`.

    Raises InvalidInput("period") where it names none, "period_year" for a year that is a slip of
    the finger, such as 2653, "period_backwards" where it ends before it begins, "period_ahead" for
    one that lies wholly in the future."""
    cleaned = _YEARS_JOINED.sub(r"\1 - ", clean(text))
    shown = shorten(cleaned, SHOWN)
    if slip := _wrong_year(cleaned):
        raise InvalidInput("period_year", year=slip)
    period = find_span(cleaned, today)
    if period is None:
        code = "period_backwards" if _ends_before(cleaned, today) else "period"
        raise InvalidInput(code, text=shown)
    if period.first > today and not ahead:
        raise InvalidInput("period_ahead", text=shown)
    return period


_YEARS_JOINED = re.compile(
    r"((?<!\d)\d{4}(?=[-\u2013]\d{4}(?!\d))|(?<=\d)[/.](?:\d{4}|\d\d))[-\u2013](?=\d)"
)
"""Two years, or two dates in figures, with a dash between them."""
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def _wrong_year(text: str) -> str:
    """Returns the year of four digits that nobody can mean; "" where there is none."""
    for year in _FOUR_DIGITS.findall(digits(text)):
        offset = BUDDHIST_OFFSET if int(year) >= FIRST_BUDDHIST else 0
        if int(year) - offset not in YEARS:
            return str(year)
    return ""


def _ends_before(text: str, today: date) -> bool:
    """Returns whether the text is two spans of which the second is over before the first."""
    if _day_range().match(digits(text)):
        return True
    found = take_span(text, today)
    if found is None:
        return False
    return any(_second(text, behind, today) for behind in _behind_marks(found[1]))


def find_period(text: str, today: date) -> tuple[Period, str] | None:
    """Finds the span that `text` (clean) begins with, and returns it with the rest; None if it
    begins with none.
    """
    bare = text.removeprefix(words("dates").text("named")).lstrip()
    for find in (_some_days, _latest, _named):
        if found := find(bare, today):
            return found
    if month := find_month(bare, today):
        first, rest = month
        return month_of(first), rest
    if day := find_date(bare, today):
        on, rest = day
        return day_of(on), rest
    if bare != text:
        return _days_alone(bare, today)
    return None


def _some_days(text: str, today: date) -> tuple[Period, str] | None:
    """Finds days of one month: 1-15 Nov 69."""
    found = _day_range().match(digits(text))
    last = find_date(text[found.end() :], today) if found else None
    if found is None or last is None:
        return None
    on, rest = last
    day = int(found["day"])
    if not 1 <= day <= on.day:
        return None
    return Period(on.replace(day=day), on + timedelta(days=1)), rest


def _days_alone(text: str, today: date) -> tuple[Period, str] | None:
    """Finds a day or some days without a month: of this one, or of the last where this one has not
    come so far.
    """
    found = _days_pattern().match(digits(text))
    if found is None:
        return None
    first = int(found["first"])
    month = month_of(today)
    if first > today.day:
        month = before(month)
    length = (month.until - month.first).days
    last = min(int(found["last"] or first), length)
    if not 1 <= first <= last:
        return None
    days = Period(month.first.replace(day=first), month.first.replace(day=last) + timedelta(days=1))
    return days, text[found.end() :].strip()


@cache
def _days_pattern() -> re.Pattern[str]:
    """Matches a day of a month, and perhaps the last of several."""
    marks = one_of(words("periods").texts("until"))
    return re.compile(rf"(?P<first>\d\d?)(?:\s?{marks}\s?(?P<last>[0-3]?\d))?(?![\d/.-])")


@cache
def _day_range() -> re.Pattern[str]:
    """Matches the first day of such days, and what stands behind it."""
    marks = one_of(words("periods").texts("until"))
    return re.compile(rf"(?P<day>\d\d?)\s?{marks}\s?(?=\d\d?(?!\d))")


def _latest(text: str, today: date) -> tuple[Period, str] | None:
    """Finds so many months, weeks and so on, of which the present one is the last."""
    found = _latest_pattern().match(digits(text))
    if found is None or not (found["before"] or found["behind"]):
        return None
    number = int(found["number"])
    unit = next(key for key in _SPANS if found[key])
    if not number:
        return None
    here = _SPANS[unit](today)
    first = here
    for _one in range(number - 1):
        first = _SPANS[unit](first.first - timedelta(days=1))
    return Period(first.first, here.until), text[found.end() :].strip()


@cache
def _latest_pattern() -> re.Pattern[str]:
    """Matches a number of spans, of which a word before or behind says that they are the last."""
    table = words("periods")
    units = "|".join(f"(?P<{key}>{one_of(table.texts(f'{key}s'))})" for key in _SPANS)
    before = one_of(table.texts("latest_before"))
    behind = one_of(table.texts("latest"))
    return re.compile(
        rf"(?:(?P<before>{before})\s?)?(?P<number>\d{{1,3}})\s?(?:{units})"
        rf"(?:\s?(?P<behind>{behind}))?{WORD_END}",
        re.IGNORECASE,
    )


def _named(text: str, today: date) -> tuple[Period, str] | None:
    """Finds a span by its own word: this month, quarter 1, fiscal year 2569."""
    for key, spelling in _spellings():
        if not text.casefold().startswith(spelling):
            continue
        found = _by_word(key, text[len(spelling) :], today)
        if found is not None:
            return found
    return None


def _by_word(key: str, rest: str, today: date) -> tuple[Period, str] | None:
    """Reads the span for whose word `key` stands, with what follows that word."""
    if key in RELATIVE:
        glued = rest[:1].strip()
        if glued and not _behind_marks(rest):
            return None
        return relative_period(key, today), rest.strip()
    if key in _PARTS:
        return _part_of_year(key, rest, today)
    found = find_year(rest)
    if found is None:
        return None
    year, rest = found
    whole = _year(year, fiscal=key == "fiscal_year")
    return _part_behind(year, rest, today) or (whole, rest)


_PARTS = {"quarter": 3, "first_half": 6, "second_half": 6}
"""How many months the parts of a fiscal year have."""
_QUARTER = re.compile(r"\s?(?P<number>[1-4])(?![\d.])\s?/?\s?")


def _part_of_year(key: str, rest: str, today: date) -> tuple[Period, str] | None:
    """Reads a quarter or a half of a fiscal year that follows, else of the present one."""
    found = _place_of_part(key, rest)
    if found is None:
        return None
    place, behind = found
    named = _year_of_part(behind, today)
    fiscal, behind = named or (fiscal_year_of(today), behind)
    return _part(fiscal, key, place), behind.strip()


def _place_of_part(key: str, rest: str) -> tuple[int, str] | None:
    """Reads which quarter, or half, it is, 0 for the first; returns it with what follows."""
    if key != "quarter":
        return int(key == "second_half"), rest
    if found := _QUARTER.match(digits(rest)):
        return int(found["number"]) - 1, rest[found.end() :]
    numbers = words("quarter_numbers")
    for number in numbers.values:
        for spelling in numbers.texts(number):
            if rest.lstrip().startswith(spelling):
                return int(number) - 1, rest.lstrip().removeprefix(spelling)
    return None


def _part(fiscal: Period, key: str, place: int) -> Period:
    months = _PARTS[key]
    first = _months_later(fiscal.first, months * place)
    return Period(first, _months_later(first, months))


def _part_behind(year: int, rest: str, today: date) -> tuple[Period, str] | None:
    """Finds a quarter or a half that stands behind its year and names none itself."""
    for key, spelling in _spellings():
        if key not in _PARTS or not rest.casefold().startswith(spelling):
            continue
        found = _place_of_part(key, rest[len(spelling) :])
        if found is not None and _year_of_part(found[1], today) is None:
            place, behind = found
            return _part(_year(year, fiscal=True), key, place), behind.strip()
    return None


def _year_of_part(text: str, today: date) -> tuple[Period, str] | None:
    """Finds the fiscal year that stands behind a quarter or a half, perhaps without its word."""
    plain = text.lstrip().removeprefix(words("periods").text("of")).lstrip()
    if found := find_year(plain):
        return _year(found[0], fiscal=True), found[1]
    named = _named(plain, today)
    if named is None:
        return None
    period, rest = named
    # They are the fiscal year's, whatever the year is called.
    if period == _year(period.first.year, fiscal=False):
        return _year(period.first.year, fiscal=True), rest
    return (period, rest) if period == fiscal_year_of(period.first) else None


def find_span(text: str, today: date) -> Period | None:
    """Reads the whole text as one span, or as all from one span to another; returns None where it
    is neither.
    """
    found = take_span(text, today)
    if found is None or found[1]:
        return None
    return found[0]


def take_span(text: str, today: date) -> tuple[Period, str] | None:
    """Finds the span, or all from one span to another, that `text` (clean) begins with, and returns
    it with the rest; None if it begins with none. What is named alone behind "since" goes on until
    today.
    """
    whole = text
    for word in words("periods").texts("from"):
        text = text.removeprefix(word).lstrip()
    found = find_period(whole, today) or find_period(text, today)
    if found is None:
        return None
    period, rest = found
    for behind in _behind_marks(rest):
        last = _second(text, behind, today)
        if last is None:
            continue
        first = _first_of(text, period, last[0].until - timedelta(days=1))
        # A span that ends before it begins is a slip of the finger.
        if first < last[0].until:
            return Period(first, last[0].until), last[1]
    if whole.startswith(words("periods").texts("since")):
        tomorrow = today + timedelta(days=1)
        return Period(period.first, max(period.until, tomorrow)), rest
    return period, rest


def _behind_marks(text: str) -> list[str]:
    """Returns what stands behind the word or sign that joins two spans."""
    marks = sorted(words("periods").texts("until"), key=len, reverse=True)
    text = text.lstrip()
    return [text.removeprefix(mark).strip() for mark in marks if text.startswith(mark)]


def _first_of(text: str, period: Period, last: date) -> date:
    """Returns the first day of a span up to `last`: the nearest before that, where it names no
    year.
    """
    if not lacks_year(text):
        return period.first
    for seen_from in (last, last - MOST_AHEAD):
        found = find_period(text, seen_from)
        if found is not None and found[0].first <= last:
            return found[0].first
    return period.first


def _second(text: str, behind: str, today: date) -> tuple[Period, str] | None:
    """Finds the span up to which one goes that `text` begins with: a year may stand without its
    word, behind another.
    """
    for now in words("periods").texts("now"):
        if behind.startswith(now):
            return day_of(today), behind.removeprefix(now).strip()
    if found := find_period(behind, today):
        return found
    year = find_year(behind)
    if year is None:
        return None
    for key, spelling in _spellings():
        if key in _YEAR_WORDS and text.casefold().startswith(spelling):
            return _year(year[0], fiscal=key == "fiscal_year"), year[1]
    return None


def day_of(day: date) -> Period:
    """Returns this day alone."""
    return Period(day, day + timedelta(days=1))


def month_of(day: date) -> Period:
    """Returns the month in which the day lies."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def months_of(period: Period, today: date) -> list[date]:
    """Returns the first day of each month that the period touches and that has begun by today, in
    order.
    """
    found = []
    month = month_of(period.first)
    while month.first < period.until and month.first <= today:
        found.append(month.first)
        month = month_of(month.until)
    return found


def week_of(day: date) -> Period:
    """Returns the week in which the day lies, which begins on Monday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=7))


def quarter_of(day: date) -> Period:
    """Returns the quarter in which the day lies; those of the fiscal year begin with it."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(first, _months_later(first, 3))


def year_of(day: date) -> Period:
    """Returns the calendar year in which the day lies."""
    return _year(day.year, fiscal=False)


def _months_later(day: date, months: int) -> date:
    """Returns the same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _whole_months(period: Period) -> int:
    """Returns how many months it is; 0 where it is not made of whole ones."""
    if period.first.day != 1 or period.until.day != 1:
        return 0
    years = period.until.year - period.first.year
    return years * 12 + period.until.month - period.first.month


def before(period: Period) -> Period:
    """Returns the span of the same kind before it: a month's month, a week's week, else as many
    months or days.
    """
    if months := _whole_months(period):
        return Period(_months_later(period.first, -months), period.first)
    return Period(period.first - (period.until - period.first), period.first)


def year_before(period: Period) -> Period:
    """Returns the same span a year ago: of a week, and of several, the same weekdays."""
    days = (period.until - period.first).days
    if period.first.weekday() == 0 and days % 7 == 0 and not _whole_months(period):
        year = timedelta(weeks=52)
        return Period(period.first - year, period.until - year)
    return Period(_months_later(period.first, -12), _months_later(period.until, -12))


def after(period: Period) -> Period:
    """Returns the span of the same kind after it, likewise."""
    for span in _SPANS.values():
        if span(period.first) == period:
            return span(period.until)
    return Period(period.until, period.until + (period.until - period.first))


def fiscal_year_of(day: date) -> Period:
    """Returns the fiscal year in which the day lies (DOMAIN.md section 1)."""
    return _year(fiscal_year(day) - BUDDHIST_OFFSET, fiscal=True)


def relative_period(key: str, today: date) -> Period:
    """Returns one of RELATIVE, seen from today."""
    span = _SPANS[key.partition("_")[2]]
    here = span(today)
    if key.startswith("this"):
        return here
    return span(here.first - timedelta(days=1))


_SPANS = {
    "day": day_of,
    "week": week_of,
    "month": month_of,
    "quarter": quarter_of,
    "fiscal_year": fiscal_year_of,
    "year": year_of,
}


def format_period(period: Period, language: str = "th") -> str:
    """Writes a span: the Thai for Oct 69, fiscal year 2569, Jan 69 - Dec 69, or 1 Oct 69 - 3 Oct
    69; in "en" Oct 2026 and the like.
    """
    if period == month_of(period.first):
        return format_month(period.first, language=language)
    if period == fiscal_year_of(period.first):
        return _FISCAL_YEARS[language](fiscal_year(period.first))
    last = period.until - timedelta(days=1)
    if last == period.first:
        return format_date(last, language=language)
    whole_months = period.first.day == period.until.day == 1
    written = format_month if whole_months else format_date
    first = written(period.first, language=language)
    return f"{first} {words('periods').text('to')} {written(last, language=language)}"


_FISCAL_YEARS: Mapping[str, Callable[[int], str]] = {
    "th": lambda year: f"{words('periods').texts('fiscal_year')[0]} {year}",
    "en": lambda year: f"fiscal year {year - BUDDHIST_OFFSET}",
}


def _year(year: int, *, fiscal: bool) -> Period:
    """Returns the Gregorian year's days, or those of the fiscal year that ends in it."""
    if fiscal:
        return Period(date(year - 1, 10, 1), date(year, 10, 1))
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


@cache
def _spellings() -> list[tuple[str, str]]:
    """Returns each key with a way to write it, the longest first."""
    table = words("periods")
    keys = (*RELATIVE, *_PARTS, *_YEAR_WORDS)
    pairs = [(key, one.casefold()) for key in keys for one in table.texts(key)]
    return sorted(pairs, key=lambda pair: -len(pair[1]))
