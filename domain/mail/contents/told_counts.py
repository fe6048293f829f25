"""Provincial offices' numbers of users in a mail: several provinces, several months, in sentences,
in lists and in tables. Pure.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache

from domain.customers.provinces import MOST_USERS, provinces_at
from domain.dates.days import BUDDHIST_OFFSET, month_names, month_numbers
from domain.mail.raw.types import ReadMail
from domain.mail.sorted_mail import ProvinceCount
from domain.mail.sorting_rules import MailRules
from domain.patterns import one_dotted, one_of
from domain.text import digits, words

LINES = 400
"""Lines of a mail that are read."""
LONGEST = 400
"""Letters of a line that are read."""
FIRST_YEAR = 2000
"""No report is of an earlier year."""
_BLANK = "\n"
"""Stands where a number was taken away: nothing of a number joins over it."""
_NUMBER = re.compile(
    r"(?<![\d.,/:-])\d{1,3}(?:,\d{3})+(?![\d:/-])|(?<![\d.,/:-])\d{1,9}(?![\d:/%-]|[.,]\d)"
)
"""A whole number, with or without commas; no part of a date, a telephone or a share."""
_MARKS = " \t-*•|:"
"""Signs before the first word of a line."""
_NUMBERED = re.compile(r"\A\s*[(\[]?\d{1,3}\s?[.)\]](?!\d)")
"""The number of a line in a list."""
_DAY_BEFORE = 12
"""Letters before a month in which the day of a date stands."""
_YEAR = re.compile(r"(?<!\d)(?:25|20)\d\d(?!\d)")
"""A year of four figures in either era."""
_BARE_NAME = re.compile(r"[.\s]+")
"""What may be missing within a month's short name."""


class _Is(StrEnum):
    """What a part of a line is."""

    PROVINCE = "province"
    MONTH = "month"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class _Token:
    """A province, a month (2020-02) or a number, and where it stands in its line."""

    kind: _Is
    value: str
    start: int
    end: int


_HEADING = (_Is.PROVINCE, _Is.MONTH)
"""What a number of users is about."""


_Place = tuple[str, str]
"""A province and a month."""


@dataclass(slots=True)
class _Told:
    """What was told so far: `above` = the province and the month of the heading, `columns` = those
    of a table. `in_parts` = lines told a number and neither of the two.
    """

    above: dict[_Is, str]
    columns: list[_Token] = field(default_factory=list)
    counts: dict[_Place, int] = field(default_factory=dict)
    otherwise: dict[_Place, int] = field(default_factory=dict)
    in_parts: bool = False

    def note(self, about: dict[_Is, str], number: _Token, known: Container[_Place] = ()) -> None:
        """Keeps a number of users, where it is anybody's; the first of a province and month, and
        the last that differs from it where these were `known` before its line.
        """
        users = int(number.value)
        place = (about[_Is.PROVINCE], about[_Is.MONTH])
        if not place[0] or users > MOST_USERS:
            return
        if place in known and self.counts[place] != users:
            self.otherwise[place] = users
        self.counts.setdefault(place, users)

    def add_up(self, number: _Token) -> None:
        """Takes the sum of what stands above it: parts of one place's users count as that sum, and
        the sum of several places is nobody's.
        """
        place = (self.above[_Is.PROVINCE], self.above[_Is.MONTH])
        if self.in_parts:
            self.counts.pop(place, None)
        if self.in_parts or not self.counts:
            self.note(self.above, number)


def find_counts(
    mail: ReadMail,
    passed_on: str,
    rules: MailRules,
    today: date,
) -> tuple[ProvinceCount, ...]:
    """Returns the numbers of users that a mail reports, each province's and month's once.

    `passed_on` = the text that it passes on; `today` = when it was written, for months without a
    year."""
    text = digits(f"{mail.text}\n{passed_on}")
    subject = digits(mail.subject)
    if not _reports(f"{subject}\n{text}\n{mail.sender.name}", rules):
        return ()
    lines = [line[:LONGEST] for line in text.splitlines()[:LINES]]
    if not any(map(str.isdigit, text)):
        # All of it may stand in the subject.
        lines.append(subject[:LONGEST])
    reader = _Reader(rules, today, _year_of(f"{subject}\n{text}", today))
    told = reader.beginning(subject, mail.sender.name, lines)
    for line in lines:
        # An address below the signature is a province and a number, too.
        if told.counts and rules.begins("closings", line.strip()):
            break
        reader.read(line, told)
    return tuple(
        ProvinceCount(*place, count, told.otherwise.get(place, 0))
        for place, count in told.counts.items()
    )


def _reports(text: str, rules: MailRules) -> bool:
    """Returns whether a mail tells numbers of users, and does not ask for them."""
    if not rules.has("count_places", text):
        return False
    told = rules.patterns["counted_otherwise"].sub(" ", text)
    lines = [line for line in told.splitlines() if rules.has("count_words", line)]
    said = "\n".join(lines)
    return bool(lines) and not rules.has("asks_for_counts", said)


def _year_of(text: str, today: date) -> int:
    """Returns the one year that is named in a mail, for months without one; 0 for none."""
    years = _years(today.year)
    named = {years[found[0]] for found in _YEAR.finditer(text) if found[0] in years}
    return named.pop() if len(named) == 1 else 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the lines of a report."""

    rules: MailRules
    today: date
    year: int

    def beginning(self, subject: str, sender: str, lines: Iterable[str]) -> _Told:
        """Returns the province and the month that the whole mail is about: by its subject, by who
        sends it, or the only one that it names.
        """
        subject_tokens = self._tokens(subject)
        every: list[_Token] = []
        for line in lines:
            every += self._tokens(line)
        places = (subject_tokens, self._tokens(sender), every)
        found = {}
        for kind in _HEADING:
            found[kind] = _only(places, kind)
        return _Told(found)

    def read(self, line: str, told: _Told) -> None:
        """Reads one line into what was told."""
        tokens = self._tokens(line)
        numbers = _of(tokens, _Is.NUMBER)
        named = _of(tokens, *_HEADING)
        if not numbers:
            self._head(named, told)
        elif not self._counts(line, named):
            return
        elif len(told.columns) == len(numbers) > 1:
            self._row(named, numbers, told)
        elif not named and self.rules.begins("sums", line.strip(_MARKS)):
            told.add_up(numbers[-1])
        else:
            self._sentence(named, numbers, told)

    def _counts(self, line: str, named: Sequence[_Token]) -> bool:
        """Returns whether a line's numbers are of users."""
        if self.rules.has("no_count", line):
            return False
        told = bool(named) or self.rules.has("counted", line)
        return told or self.rules.has("count_words", line)

    def _sentence(self, named: Sequence[_Token], numbers: Sequence[_Token], told: _Told) -> None:
        """Reads numbers that stand beside what they are of."""
        known: set[_Place] = set()
        told.in_parts |= not named
        # What a line says further of the place that it has named is a part of it, or a sum.
        if len(numbers) == 1 and _of(named, _Is.PROVINCE):
            known.update(told.counts)
        for number in numbers:
            told.note(told.above | _nearest(named, number), number, known)

    def _head(self, named: Sequence[_Token], told: _Told) -> None:
        """Reads a line without numbers: what is below it is about that province or month."""
        for kind in _HEADING:
            found = _of(named, kind)
            if len(found) > 1:
                told.columns = found
            elif found:
                told.above[kind] = found[0].value

    def _row(self, named: Sequence[_Token], numbers: Sequence[_Token], told: _Told) -> None:
        """Reads numbers that stand below what they are of."""
        beside = {token.kind: token.value for token in named[:1]}
        for column, number in zip(told.columns, numbers, strict=True):
            told.note(told.above | beside | {column.kind: column.value}, number)

    def _tokens(self, line: str) -> list[_Token]:
        """Returns the parts of a line that mean something, in their order."""
        months: list[_Token] = []
        for found in _month(self.today.year).finditer(line):
            months.append(self._month(line, found))
        provinces: list[_Token] = []
        for start, end, name in provinces_at(line):
            provinces.append(_Token(_Is.PROVINCE, name, start, end))
        masked = _masked(line, (*months, *provinces))
        numbers = [_number(found) for found in _NUMBER.finditer(masked)]
        numbers = _without_place(numbers, provinces)
        return sorted((*months, *provinces, *numbers), key=_start)

    def _month(self, line: str, found: re.Match[str]) -> _Token:
        """Returns a month, or the date that it belongs to: the day of a letter is no month of
        counting.
        """
        typed = found["year"] or found["of_number"] or ""
        number = _month_number(found)
        latest = self.today.year - (number > self.today.month)
        year = _years(self.today.year).get(typed) or self.year or latest
        start = found.start()
        day = _day().search(line, max(0, start - _DAY_BEFORE), start)
        if day is not None:
            return _Token(_Is.DATE, "", day.start(), found.end())
        return _Token(_Is.MONTH, f"{year}-{number:02d}", start, found.end())


def _of(tokens: Iterable[_Token], *kinds: _Is) -> list[_Token]:
    """Returns the parts of these kinds."""
    return [token for token in tokens if token.kind in kinds]


def _only(places: Iterable[Sequence[_Token]], kind: _Is) -> str:
    """Returns the value of the first of these places that names exactly one."""
    for tokens in places:
        values = {token.value for token in _of(tokens, kind)}
        if len(values) == 1:
            return values.pop()
    return ""


def _nearest(named: Sequence[_Token], number: _Token) -> dict[_Is, str]:
    """Returns what is named before a number, or behind it where nothing is before any."""
    before = [token for token in named if token.end <= number.start]
    # The last of a kind that stands before it counts; of those behind it the first.
    behind = {token.kind: token.value for token in reversed(named)}
    return behind | {token.kind: token.value for token in before}


def _without_place(numbers: list[_Token], provinces: Sequence[_Token]) -> list[_Token]:
    """Returns the numbers without the one before a province that only counts the lines."""
    if not provinces or len(numbers) <= len(provinces):
        return numbers
    first = provinces[0].start
    return [one for one in numbers if one.start > first]


def _masked(line: str, taken: Iterable[_Token]) -> str:
    """Returns a line, as long as before, without what is no number of users: the number of the
    line, years, and what is taken already.
    """
    masked = _year().sub(_blanked, _NUMBERED.sub(_blanked, line))
    for token in taken:
        blanks = _BLANK * (token.end - token.start)
        masked = f"{masked[: token.start]}{blanks}{masked[token.end :]}"
    return masked


def _blanked(found: re.Match[str]) -> str:
    """Returns as many blanks as letters were found."""
    return _BLANK * len(found[0])


def _start(token: _Token) -> int:
    """Returns where a part begins, to put parts in their order."""
    return token.start


def _month_number(found: re.Match[str]) -> int:
    """Returns the month from 1 to 12."""
    if found["number"]:
        return int(found["number"])
    return month_numbers()[_BARE_NAME.sub("", found["name"]).casefold()]


def _number(found: re.Match[str]) -> _Token:
    """Returns a number without what parts its thousands."""
    return _Token(_Is.NUMBER, found[0].replace(",", ""), *found.span())


@cache
def _years(last: int) -> dict[str, int]:
    """Returns the years that may be meant as they are written, of either era: whatever else stands
    behind a month is a number of users.
    """
    years = {}
    for year in range(FIRST_YEAR, last + 1):
        for written in (str(year), str(year + BUDDHIST_OFFSET)):
            years[written] = year
            years[written[2:]] = year
    return years


@cache
def _month(last: int) -> re.Pattern[str]:
    """Matches a month by its name, perhaps with its year, or by its number and year."""
    years = one_of(_years(last))
    counted = one_of(words("data_years").texts("counted"))
    end = rf"(?!\d|[.,:/-]\d|\s?%|\s?{counted})"
    year = rf"(?:{_year_marks()}\s?){{0,2}}(?P<year>{years}){end}"
    # The end of one word and the beginning of the next are no short month.
    names = month_names(parted=False)
    by_name = rf"(?<![a-z])(?P<name>{names})(?![a-z])(?:[\s,/-]{{0,3}}{year})?"
    by_number = rf"(?<![\d/])(?P<number>0?[1-9]|1[0-2])/(?P<of_number>{years}){end}"
    return re.compile(rf"{by_name}|{by_number}", re.IGNORECASE)


@cache
def _day() -> re.Pattern[str]:
    """Matches a day directly before a month."""
    marks = one_dotted(words("dates").texts("month_marks"))
    return re.compile(rf"(?<![\d,])(?:[12]\d|3[01]|0?[1-9])\s{{0,2}}(?:{marks}\s?)?\Z")


@cache
def _year() -> re.Pattern[str]:
    """Matches a year behind its mark."""
    return re.compile(rf"{_year_marks()}\s{{0,3}}\d{{4}}(?!\d)")


@cache
def _year_marks() -> str:
    """Matches what may stand before a year."""
    table = words("dates")
    eras = (*table.texts("era_buddhist"), *table.texts("era_common"))
    return one_dotted((*table.texts("year_marks"), *eras))
