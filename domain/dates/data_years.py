"""Years, quarters and months of data: read as people type them, kept in one form, printed as
officers write.

The kept form is `2559-2561, 2562Q2, 2559-2560Q1-4, 2563M2`: Buddhist years, quarters or months of
each of them."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from domain.dates.days import BUDDHIST_OFFSET, month_numbers
from domain.errors import InvalidInput
from domain.text import MARKS, clean, digits, words

FIRST_YEAR = 2400
AHEAD = 30
"""Years that data may lie ahead of today: projections do; 2653 is a slip of the finger for 2563."""

OLDEST_SHORT = 40
"""A year of two digits among other words is not before 2540."""

_DAY = re.compile(r"(?<!\d)\d\d?\s*$")
_KEPT = re.compile(r"(\d{4})(?:-(\d{4}))?(?:([QM])(\d\d?)(?:-(\d\d?))?)?")


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
        years = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        if not self.unit:
            return years
        return f"{years}{self.unit}{self.start}" + (
            f"-{self.end}" if self.end != self.start else ""
        )

    def spans(self) -> list[tuple[date, date]]:
        """First and last day of each unbroken stretch."""
        if not self.unit:
            return [(_day(self.first, 1), _day(self.last, 12, last=True))]
        months = 3 if self.unit == "Q" else 1
        start, end = (self.start - 1) * months + 1, self.end * months
        if (start, end) == (1, 12):
            return [(_day(self.first, 1), _day(self.last, 12, last=True))]
        return [
            (_day(year, start), _day(year, end, last=True))
            for year in range(self.first, self.last + 1)
        ]


def parse_periods(text: str, today: date) -> tuple[DataPeriod, ...]:
    """The whole text as periods: `2559-2561`, `59-61`, a quarter of a year, a month of one, lists
    of them.

    Raises InvalidInput("year") for a year that no data have, InvalidInput("periods") for anything
    else."""
    text = _plain(clean(text))
    end, periods = scan_periods(text, 0, today)
    if not periods or text[end:].strip(" ,.()/"):
        raise InvalidInput("periods", text=text[:60])
    return periods


def scan_periods(
    text: str, at: int, today: date, *, short: bool = True, within: bool = False
) -> tuple[int, tuple[DataPeriod, ...]]:
    """The periods that begin at `at` of a text, and where they end; `(at, ())` where there are
    none.

    `short` = a year of two digits may begin them. `within` = other words may follow: a number that
    counts something, and one of two digits that is hardly a year, end them. InvalidInput("year") as
    above."""
    return _scan(_plain(text), at, today, short=short, within=within)


def _scan(
    plain: str, at: int, today: date, *, short: bool, within: bool
) -> tuple[int, tuple[DataPeriod, ...]]:
    reader = _Reader(today)
    end = at
    while token := _tokens().match(plain, at):
        year = token["year"]
        if token.end() == at or (not short and year and len(year) == 2 and not reader.waits):
            break
        if within and year and (reader.is_hardly(year) or _counts().match(plain, token.end())):
            break
        at = token.end()
        if reader.take(token):
            end = at
    return end, reader.done()


def years_in(text: str, today: date) -> tuple[DataPeriod, ...]:
    """The one run of years that a text speaks of; none where it speaks of several, or only of an
    impossible one.
    """
    runs = [periods for _at, _end, periods in find_periods(text, today)]
    return runs[0] if len(runs) == 1 else ()


def find_periods(
    text: str, today: date, *, short: bool = False
) -> list[tuple[int, int, tuple[DataPeriod, ...]]]:
    """Every run of periods in a text: where it begins and ends, and what it says.

    Years have four digits; `short` = behind the word for a year, a quarter or a month they may have
    two."""
    plain = _plain(text)
    found: list[tuple[int, int, tuple[DataPeriod, ...]]] = []
    at = 0
    while start := _run_start(short=short).search(plain, at):
        begun = start.start("short") if start["short"] else start.start()
        try:
            at, periods = _scan(
                plain, begun, today, short=bool(start["short"] or start["month"]), within=short
            )
        except InvalidInput:
            periods = ()
        if periods and not _DAY.search(plain[max(0, begun - 8) : begun]):
            found.append((begun, at, periods))
        at = max(at, start.end())
    return found


def kept(periods: Iterable[DataPeriod]) -> str:
    """The form in which they are stored."""
    return ", ".join(map(str, periods))


def read_kept(text: str) -> tuple[DataPeriod, ...]:
    """Periods out of the stored form; none for words that were kept as typed."""
    found = [_KEPT.fullmatch(part) for part in text.split(", ")]
    periods = []
    for match in found:
        if match is None:
            return ()
        first, last, unit, start, end = match.groups()
        periods.append(
            DataPeriod(
                int(first), int(last or first), unit or "", int(start or 0), int(end or start or 0)
            )
        )
    return tuple(periods)


def format_periods(text: str) -> str:
    """The stored form as officers write it; words that were kept as typed as they are."""
    periods = read_kept(text)
    if not periods:
        return text
    years = [str(period) for period in periods if not period.unit]
    table = words("data_years")
    parts = [table.text("print_year") % ", ".join(years)] if years else []
    return ", ".join([*parts, *(_printed(period) for period in periods if period.unit)])


def _printed(period: DataPeriod) -> str:
    table = words("data_years")
    years = str(DataPeriod(period.first, period.last))
    if period.unit == "Q":
        return table.text("print_quarter") % (_span(str(period.start), str(period.end)), years)
    names = [
        words("dates").table("months").texts(str(number))[0]
        for number in (period.start, period.end)
    ]
    return table.text("print_month") % (_span(*names), years)


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
        self._part: tuple[str, int, int] | None = None

    @property
    def waits(self) -> bool:
        """Whether a quarter or month was named whose year follows."""
        return self._part is not None

    def is_hardly(self, year: str) -> bool:
        """Whether a number of two digits among other words is hardly a year of data."""
        return len(year) == 2 and not OLDEST_SHORT <= int(year) <= self._short

    def take(self, token: re.Match[str]) -> bool:
        """Whether the token says something (a mere filler may belong to what follows)."""
        if token["year"]:
            self._year(token["year"], token["until"])
        elif token["quarter"]:
            self._parted(
                "Q", int(token["quarter"]), int(token["quarter_until"] or token["quarter"])
            )
        elif token["month"]:
            number = month_numbers()[re.sub(r"[.\s]", "", token["month"]).casefold()]
            self._parted("M", number, number)
        return bool(token["year"] or ((token["quarter"] or token["month"]) and self._part is None))

    def done(self) -> tuple[DataPeriod, ...]:
        self._flush(None)
        return tuple(dict.fromkeys(self._done))

    def _year(self, first: str, last: str | None) -> None:
        ends = sorted((self._full(first), self._full(last or first)))
        self._waiting.append((ends[0], ends[1]))
        if self._part:
            self._flush(self._part)

    def _parted(self, unit: str, start: int, end: int) -> None:
        part = (unit, min(start, end), max(start, end))
        if self._waiting and unit == "M":
            raise InvalidInput("periods", text="")  # a day of a month
        if self._waiting:
            self._flush(part)
            self._part = None
        else:
            self._part = part

    def _flush(self, part: tuple[str, int, int] | None) -> None:
        for first, last in self._waiting:
            before = self._done[-1] if part and self._done else None
            if before and before == DataPeriod(before.first, first - 1, *(part or ())):
                self._done[-1] = DataPeriod(before.first, last, *(part or ()))
            else:
                self._done.append(DataPeriod(first, last, *(part or ())))
        self._waiting.clear()

    def _full(self, text: str) -> int:
        year = int(text)
        if len(text) == 2:
            year = 2500 + year if year <= self._short else 0
        elif year < FIRST_YEAR - 100:
            year += BUDDHIST_OFFSET
        if not FIRST_YEAR <= year <= self._latest:
            raise InvalidInput("year", year=text)
        return year


def _day(year: int, month: int, *, last: bool = False) -> date:
    common = year - BUDDHIST_OFFSET
    return date(common, month, monthrange(common, month)[1] if last else 1)


def _plain(text: str) -> str:
    """Arabic digits and one kind of dash; as long as before but for the word for "to"."""
    text = digits(text)
    for dash in words("data_years").texts("to"):
        text = text.replace(dash, "-" + " " * (len(dash) - 1))
    return text


@cache
def _run_start(*, short: bool) -> re.Pattern[str]:
    """Where a run may begin: a quarter, or a year that is no part of another number."""
    quarter = "|".join(map(re.escape, words("data_years").texts("quarter")))
    year = r"(?<![\d,/-])(?<!\d\.)\d{4}(?![\d%/])(?![.,]\d)"
    two = r"(?<!\d)\d\d(?![\d%/])(?![.,:]\d)"
    marks = "|".join(map(re.escape, words("data_years").texts("year_marks")))
    series = "|".join(map(re.escape, words("data_years").texts("series")))
    of_month = rf"(?:{year}|{two})" if short else year
    ways = [
        rf"(?:{quarter})\s*[1-4](?!\d)",
        rf"(?P<month>(?:{_month_names()})\s*(?:(?:{marks})\s*)*{of_month})",
        year,
        rf"(?:(?:{marks})\s?|(?:{series})\S{{0,40}}\s)(?P<short>{two})"
        if short
        else r"(?P<short>(?!))",
    ]
    return re.compile("|".join(ways), re.IGNORECASE)


@cache
def _counts() -> re.Pattern[str]:
    """Words behind a number that counts them."""
    counted = "|".join(map(re.escape, words("data_years").texts("counted")))
    return re.compile(rf"\s*(?:(?:{counted})(?![^\W\d_]|[{MARKS}])|\.-)")


def _month_names() -> str:
    months = words("dates").table("months")
    names = sorted(
        (name for key in months.values for name in months.texts(key)), key=len, reverse=True
    )
    return "|".join(
        r"\.?\s?".join(map(re.escape, n.rstrip(".").split("."))) + r"\.?" for n in names
    )


@cache
def _tokens() -> re.Pattern[str]:
    table = words("data_years")
    quarter = "|".join(map(re.escape, table.texts("quarter")))
    fillers = "|".join(map(re.escape, sorted(table.texts("fillers"), key=len, reverse=True)))
    year = r"(?:\d{4}|\d\d)(?![\d%])(?!\.\d)"
    return re.compile(
        rf"[\s,/()]*(?:(?:{quarter})\s*(?P<quarter>[1-4])(?:\s*-\s*(?:{quarter})?\s*(?P<quarter_until>[1-4]))?(?!\d)"
        rf"|(?P<year>{year})(?:\s*-\s*(?P<until>{year}))?"
        rf"|(?P<month>{_month_names()})(?=\s|\d|/|$)"
        rf"|(?P<filler>{fillers}))[)]?",
        re.IGNORECASE,
    )
