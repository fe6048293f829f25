"""What a piece of news is about, and the words of its tickets (DOMAIN.md section 9)."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice

from domain.dates.data_years import (
    DataPeriod,
    each_period,
    format_periods,
    kept,
    read_kept,
)
from domain.dates.days import BUDDHIST_OFFSET, month_at
from domain.publicity.links import without_links
from domain.text import (
    clean,
    digits,
    fold,
    shorten,
    words,
)
from domain.tickets.common_names import commonly_named
from domain.tickets.projects import Project, likely_projects, projects_in

SUBJECT = "10"
SAME_TEXT_DAYS = 14
"""Within so many days the same text is taken for the same news."""
LEAST_TEXT = 12
"""Folded letters below which two texts that are alike may still be two pieces of news."""
KNOWN_KEYS = 8
"""Texts whose keys are remembered: one is looked for, and then written."""
HEADLINE = 200
_WORD = re.compile(r"\S+")
_SHORT_YEAR = re.compile(r"\d\d(?!\S)")
_MONTH_AND_YEAR = re.compile(r"\S+\s*+\d\d(?!\S)")
"""One word and a year of two digits."""


@dataclass(frozen=True, slots=True)
class News:
    """What was publicised. `data_years` are periods as tickets keep them (domain.data_years)."""

    text: str
    projects: tuple[str, ...] = ()
    data_years: str = ""

    @property
    def headline(self) -> str:
        """Its first line, short enough for a list; the projects where it has no text of its own."""
        line = next((line for line in self.text.splitlines() if line.strip()), "")
        short = shorten(" ".join(line.split()), HEADLINE)
        return short or survey_words(self.projects, self.data_years)


# What a post is about.


@lru_cache(maxsize=KNOWN_KEYS)
def text_key(text: str) -> str:
    """Returns a key that is alike for texts that say the same, however they are written; "" for one
    too short to tell.
    """
    folded = fold(without_links(text))
    if len(folded) < LEAST_TEXT:
        return ""
    return hashlib.sha256(folded.encode()).hexdigest()


def news_in(projects: Sequence[Project], text: str, today: date) -> News:
    """Returns a text as news, with what it surely is about."""
    return News(text, projects_of(projects, text), periods_of(text, today))


def projects_of(projects: Sequence[Project], text: str) -> tuple[str, ...]:
    """Returns the projects that a text surely names, else the one that its short forms mean; none
    where several may be.
    """
    named = [project.name for _start, _end, project in projects_in(projects, text)]
    if named:
        return tuple(dict.fromkeys(named))
    likely = [project.name for project in likely_projects(projects, text)]
    if not likely:
        common = islice(commonly_named(projects, text), 1)
        likely = [project.name for _start, _end, project in common]
    if len(likely) > 1:
        return ()
    return tuple(likely)


def periods_of(text: str, today: date) -> str:
    """Returns the one period of data that a text names, in the form in which tickets keep it; ""
    where none or several.
    """
    runs = [periods for _start, _end, periods in islice(each_period(text, today), 2)]
    if len(runs) == 1:
        return kept(runs[0])
    if runs:
        return ""
    months = [*islice(_months(digits(clean(text)), today), 2)]
    if len(months) > 1:
        return ""
    return kept(months)


def _months(text: str, today: date) -> Iterator[DataPeriod]:
    """Yields the months of a text whose years have two digits, each once: `Oct 69`, but for those
    that are part of a date.
    """
    found: set[DataPeriod] = set()
    before = ""
    # Most long texts have no such year: one look saves going over their words.
    if not _SHORT_YEAR.search(text):
        return
    for match in _WORD.finditer(text):
        of_a_date = before.strip("()").isdigit()
        before = match[0]
        if of_a_date or not _MONTH_AND_YEAR.match(text, match.start()):
            continue
        month = month_at(text, match.start(), today)
        if month is None:
            continue
        period = _month_period(month[0])
        if period not in found:
            found.add(period)
            yield period


def _month_period(first: date) -> DataPeriod:
    """Returns the month that begins on this day."""
    year = first.year + BUDDHIST_OFFSET
    return DataPeriod(
        year,
        year,
        unit="M",
        start=first.month,
        end=first.month,
    )


# The words of the tickets (DOMAIN.md section 9).


def survey_words(projects: Sequence[str], data_years: str) -> str:
    """Writes the surveys with their period, as officers do: the survey's name, "month of" February
    2563.
    """
    table = words("publicity")
    names = f" {table.text('and')}".join(projects)
    years = data_years.rpartition(": ")[2]
    printed = format_periods(years) if data_years else ""
    periods = read_kept(years)
    if periods and all(period.unit == "M" for period in periods):
        printed = table.text("month") % printed
    return " ".join(filter(None, (names, printed)))


def details(news: News, network: str) -> str:
    """Writes what was publicised, as a ticket's details; `network` as people call it."""
    table = words("publicity")
    if not news.projects and not news.text:
        return table.text("of_nothing") % network
    if not news.projects:
        return table.text("of_news") % (news.headline, network)
    is_survey = news.projects[0].startswith(table.text("survey"))
    sentence = table.text("of_survey" if is_survey else "of_other")
    return sentence % (survey_words(news.projects, news.data_years), network)


def result(news: News, network: str, link: str) -> str:
    """Writes the same with its link, as a ticket's result."""
    return " ".join(filter(None, (details(news, network), link)))
