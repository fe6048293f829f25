"""Years, quarters and months of data: read as people type them, kept in one form, printed as
officers write.

The kept form is `2559-2561, 2562Q2, 2559-2560Q1-4, 2563M2`: Buddhist years, quarters or months of
each of them."""

import re
from calendar import month_name, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from domain.data import TomlTable
from domain.dates.days import BUDDHIST_OFFSET, month_names, month_numbers
from domain.errors import InvalidInput
from domain.patterns import WORD_END, one_of
from domain.text import clean, digits, words

FIRST_YEAR = 2400
AHEAD = 30
"""Years that data may lie ahead of today: projections do; 2653 is a slip of the finger for 2563."""

OLDEST_SHORT = 40
"""A year of two digits among other words is not before 2540."""

_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(?<!\d)\d\d?\s*+$")
_BEFORE_MONTH = 8
"""Characters before a month among which the day of a date is looked for."""
_KEPT = re.compile(r"(\d{4})(?:-(\d{4}))?(?:([QM])(\d\d?)(?:-(\d\d?))?)?")

_Part = tuple[str, int, int]
"""Unit, first and last quarter or month of each year."""
_WHOLE: _Part = ("", 0, 0)
_MONTHS_OF = {"Q": 3, "M": 1}


@dataclass(frozen=True, slots=True)
class DataPeriod:
    """Buddhist years `first` to `last`; of each of them the parts (`unit` Q or M) `start` to `end`,
    or the whole.
    """

    first: int
    last: int
    unit: str = ""
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        years = _span(str(self.first), str(self.last))
        if not self.unit:
            return years
        return f"{years}{self.unit}{_span(str(self.start), str(self.end))}"

    def spans(self) -> list[tuple[date, date]]:
        """Returns the first and last day of each unbroken stretch."""
        first, last = self._months()
        if (first, last) == (1, 12):
            return [(_first_day(self.first, 1), _last_day(self.last, 12))]
        stretches = []
        for year in range(self.first, self.last + 1):
            begin = _first_day(year, first)
            end = _last_day(year, last)
            stretches.append((begin, end))
        return stretches

    def _months(self) -> tuple[int, int]:
        """Returns the first and last month of each year."""
        if not self.unit:
            return 1, 12
        length = _MONTHS_OF[self.unit]
        return (self.start - 1) * length + 1, self.end * length


def parse_periods(text: str, today: date) -> tuple[DataPeriod, ...]:
    """Reads the whole text as periods: `2559-2561`, `59-61`, a quarter of a year, a month of one,
    lists of them.

    Raises InvalidInput("year") for a year that no data have, InvalidInput("periods") for
    anything else."""
    text = _plain(clean(text))
    end, periods = scan_periods(text, 0, today)
    if not periods or text[end:].strip(" ,.()/"):
        raise InvalidInput("periods", text=text[:60])
    return periods


def latest_part(text: str, today: date) -> tuple[DataPeriod, ...]:
    """Reads the whole text as a quarter or a month without its year: the latest that has begun;
    returns none for anything else.
    """
    year = today.year + BUDDHIST_OFFSET
    for this in (year, year - 1):
        try:
            periods = parse_periods(f"{text} {this}", today)
        except InvalidInput:
            return ()
        begins = min(first for period in periods for first, _last in period.spans())
        if begins <= today and all(period.unit for period in periods):
            return periods
    return ()


def scan_periods(
    text: str,
    at: int,
    today: date,
    *,
    short: bool = True,
    within: bool = False,
) -> tuple[int, tuple[DataPeriod, ...]]:
    """Reads the periods that begin at `at` of a text, and says where they end; `(at, ())` where
    there are none.

    `short` = a year of two digits may begin them. `within` = other words may follow: a number
    that counts something, and one of two digits that is hardly a year, end them.
    InvalidInput("year") as above."""
    return _scan(_plain(text), at, today, short=short, within=within)


def _scan(
    plain: str,
    at: int,
    today: date,
    *,
    short: bool,
    within: bool,
) -> tuple[int, tuple[DataPeriod, ...]]:
    reader = _Reader(today)
    end = at
    while token := _tokens().match(plain, at):
        if token.end() == at:
            break
        if token["year"]:
            # Behind a quarter or month a year of two digits is one, too.
            short_year = len(token["year"]) == 2
            if short_year and not short and not reader.waits:
                break
            if within and _counts_something(reader, token):
                break
        at = token.end()
        if reader.take(token):
            end = at
    return end, reader.done()


def _counts_something(reader: "_Reader", token: re.Match[str]) -> bool:
    """Returns whether a number among other words counts something, and is no year."""
    if reader.is_hardly(token["year"]):
        return True
    return _counts().match(token.string, token.end()) is not None


def years_in(text: str, today: date) -> tuple[DataPeriod, ...]:
    """Returns the one run of years that a text speaks of; none where it speaks of several, or only
    of an impossible one.
    """
    runs = [periods for _at, _end, periods in find_periods(text, today)]
    return runs[0] if len(runs) == 1 else ()


def find_periods(
    text: str, today: date, *, short: bool = False
) -> list[tuple[int, int, tuple[DataPeriod, ...]]]:
    """Finds every run of periods in a text: where it begins and ends, and what it says.

    Years have four digits; `short` = behind the word for a year, a quarter or a month they may
    have two."""
    return list(each_period(text, today, short=short))


def each_period(
    text: str, today: date, *, short: bool = False
) -> Iterator[tuple[int, int, tuple[DataPeriod, ...]]]:
    """Yields the same one by one, for who wants the first ones of a long text."""
    plain = _plain(text)
    at = 0
    # Without a digit there is no year.
    if not _DIGIT.search(plain):
        return
    while start := _run_start(short=short).search(plain, at):
        begun = start.start("short") if start["short"] else start.start()
        may_be_short = bool(start["short"] or start["month"])
        try:
            at, periods = _scan(plain, begun, today, short=may_be_short, within=short)
        except InvalidInput:
            periods = ()
        # "12 October 2569" is a day, not the month's data.
        of_a_date = _DAY.search(plain[max(0, begun - _BEFORE_MONTH) : begun])
        if periods and not of_a_date:
            yield begun, at, periods
        # A refused run is passed over, lest it be found again for ever.
        at = max(at, start.end())


def kept(periods: Iterable[DataPeriod]) -> str:
    """Returns the form in which they are stored."""
    return ", ".join(map(str, periods))


def read_kept(text: str) -> tuple[DataPeriod, ...]:
    """Reads periods out of the stored form; none for words that were kept as typed."""
    periods = []
    for part in text.split(", "):
        found = _KEPT.fullmatch(part)
        if found is None:
            return ()
        periods.append(_kept_period(found))
    return tuple(periods)


def _kept_period(found: re.Match[str]) -> DataPeriod:
    first, last, unit, start, end = found.groups()
    return DataPeriod(
        first=int(first),
        last=int(last or first),
        unit=unit or "",
        start=int(start or 0),
        end=int(end or start or 0),
    )


def format_periods(text: str, language: str = "th") -> str:
    """Writes the stored form as officers do, in English by the Christian era; words that were kept
    as typed stay as they are.
    """
    periods = read_kept(text)
    if not periods:
        return text
    printer = _printers()[language]
    whole = [printer.years(period) for period in periods if not period.unit]
    printed = [printer.part(period) for period in periods if period.unit]
    if whole:
        printed.insert(0, printer.year % ", ".join(whole))
    return ", ".join(printed)


@dataclass(frozen=True, slots=True)
class _Printer:
    """How one language writes periods: what stands around years, a quarter and a month, the names
    of months, and the year before its first.
    """

    year: str
    quarter: str
    month: str
    months: tuple[str, ...]
    before: int

    def years(self, period: DataPeriod) -> str:
        return _span(str(period.first - self.before), str(period.last - self.before))

    def part(self, period: DataPeriod) -> str:
        years = self.years(period)
        if period.unit == "Q":
            return self.quarter % (_span(str(period.start), str(period.end)), years)
        months = _span(self.months[period.start - 1], self.months[period.end - 1])
        return self.month % (months, years)


@cache
def _printers() -> dict[str, _Printer]:
    names = words("dates").table("months")
    thai = tuple(names.texts(str(number))[0] for number in range(1, 13))
    table = words("data_years")
    return {
        "th": _printer(table, thai, 0),
        "en": _printer(table.table("english"), tuple(month_name)[1:], BUDDHIST_OFFSET),
    }


def _printer(table: TomlTable, months: tuple[str, ...], before: int) -> _Printer:
    return _Printer(
        year=table.text("print_year"),
        quarter=table.text("print_quarter"),
        month=table.text("print_month"),
        months=months,
        before=before,
    )


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}-{last}"


class _Reader:
    """Years wait for a quarter or month behind them; one that stands before holds for the years
    that follow.
    """

    def __init__(self, today: date) -> None:
        self._latest = today.year + BUDDHIST_OFFSET + AHEAD
        self._short = (today.year + BUDDHIST_OFFSET + 1) % 100
        self._done: list[DataPeriod] = []
        self._waiting: list[tuple[int, int]] = []
        self._part: _Part | None = None

    @property
    def waits(self) -> bool:
        """Whether a quarter or month was named whose year follows."""
        return self._part is not None

    def is_hardly(self, year: str) -> bool:
        """Returns whether a number of two digits among other words is hardly a year of data."""
        return len(year) == 2 and not OLDEST_SHORT <= int(year) <= self._short

    def take(self, token: re.Match[str]) -> bool:
        """Reads a token, and returns whether it says something (a mere filler may belong to what
        follows).
        """
        if token["year"]:
            self._take_year(token["year"], token["until"])
            return True
        if quarter := token["quarter"]:
            self._take_part("Q", int(quarter), int(token["quarter_until"] or quarter))
            return not self.waits
        if token["month"]:
            number = month_numbers()[_bare(token["month"])]
            self._take_part("M", number, number)
            return not self.waits
        return False

    def done(self) -> tuple[DataPeriod, ...]:
        """Returns all periods that were read, each once."""
        self._settle(_WHOLE)
        return tuple(dict.fromkeys(self._done))

    def _take_year(self, first: str, last: str | None) -> None:
        begin, end = sorted((self._full(first), self._full(last or first)))
        self._waiting.append((begin, end))
        if self._part:
            self._settle(self._part)

    def _take_part(self, unit: str, start: int, end: int) -> None:
        part = (unit, min(start, end), max(start, end))
        if not self._waiting:
            self._part = part
            return
        if unit == "M":
            raise InvalidInput("periods", text="")  # the "year" is the day of a month
        self._settle(part)
        self._part = None

    def _settle(self, part: _Part) -> None:
        """Makes periods with this part of the waiting years; one goes on where the last one
        ends.
        """
        for first, last in self._waiting:
            if part != _WHOLE and self._goes_on(first, part):
                self._done[-1] = replace(self._done[-1], last=last)
            else:
                self._done.append(DataPeriod(first, last, *part))
        self._waiting.clear()

    def _goes_on(self, year: int, part: _Part) -> bool:
        """Returns whether the period before has the same part, and ends a year earlier."""
        if not self._done:
            return False
        before = self._done[-1]
        return (before.last, before.unit, before.start, before.end) == (year - 1, *part)

    def _full(self, text: str) -> int:
        """Returns the Buddhist year that is meant by two or four digits."""
        year = int(text)
        if len(text) == 2:
            year = 2500 + year if year <= self._short else 0
        # A Christian year: Buddhist ones so low are older than any data.
        elif year < FIRST_YEAR - 100:
            year += BUDDHIST_OFFSET
        if not FIRST_YEAR <= year <= self._latest:
            raise InvalidInput("year", year=text)
        return year


def _first_day(year: int, month: int) -> date:
    return date(year - BUDDHIST_OFFSET, month, 1)


def _last_day(year: int, month: int) -> date:
    common = year - BUDDHIST_OFFSET
    return date(common, month, monthrange(common, month)[1])


def _bare(name: str) -> str:
    """Returns a month's name as it is compared: without dots and blanks, in small letters."""
    return re.sub(r"[.\s]", "", name).casefold()


def _plain(text: str) -> str:
    """Returns the text with Arabic digits and one kind of dash; as long as before but for the word
    for "to".
    """
    text = digits(text)
    for dash in words("data_years").texts("to"):
        text = text.replace(dash, "-" + " " * (len(dash) - 1))
    return text


@cache
def _run_start(*, short: bool) -> re.Pattern[str]:
    """Matches where a run may begin: a quarter, or a year that is no part of another number."""
    year = r"(?<![\d,/-])(?<!\d\.)\d{4}(?![\d%/])(?![.,]\d)"
    two_digits = r"(?<!\d)\d\d(?![\d%/])(?![.,:]\d)"
    marks = _of("year_marks")
    of_month = rf"(?:{year}|{two_digits})" if short else year
    named = rf"(?:{marks}\s?|{_of('series')}\S{{0,40}}\s)(?P<short>{two_digits})"
    never = "(?P<short>(?!))"
    ways = (
        rf"{_of('quarter')}\s*+[1-4](?!\d)",
        rf"(?P<month>{month_names()}\s*+(?:{marks}\s*+)*{of_month})",
        year,
        named if short else never,
    )
    # One look at the next sign saves trying all ways at each of a text's.
    signs = "".join(sorted(_first_signs()))
    return re.compile(rf"(?=[\d{re.escape(signs)}])(?:{'|'.join(ways)})", re.IGNORECASE)


def _first_signs() -> set[str]:
    """Returns the signs with which the words begin that stand before a year or a quarter."""
    table = words("data_years")
    named = [
        *table.texts("quarter"),
        *table.texts("year_marks"),
        *table.texts("series"),
        *month_numbers(),
    ]
    return {word[0] for word in named}


@cache
def _counts() -> re.Pattern[str]:
    """Matches words behind a number that counts them."""
    return re.compile(rf"\s*+(?:{_of('counted')}{WORD_END}|\.-)")


@cache
def _tokens() -> re.Pattern[str]:
    """Matches one word of a run: a quarter, years, a month, or a word that says nothing beside
    them.
    """
    quarter = _of("quarter")
    year = r"(?:\d{4}|\d\d)(?![\d%])(?!\.\d)"
    return re.compile(
        rf"""
        [\s,/()]*
        (?:
            {quarter}\s*+(?P<quarter>[1-4])
            (?:\s*+-\s*+(?:{quarter})?\s*+(?P<quarter_until>[1-4]))?(?!\d)
          | (?P<year>{year})(?:\s*+-\s*+(?P<until>{year}))?
          | (?P<month>{month_names()})(?=\s|\d|/|$)
          | (?P<filler>{_of("fillers")})
        )
        [)]?
        """,
        re.IGNORECASE | re.VERBOSE,
    )


def _of(key: str) -> str:
    """Returns a pattern for the words of one list of [data_years]."""
    return one_of(words("data_years").texts(key))
