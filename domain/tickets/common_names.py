"""A survey by its common name, a part of its own, which stands before the period of its data."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice

import regex  # type: ignore[import-untyped]

from domain.dates.data_years import each_period
from domain.patterns import at_end, one_of, without_end
from domain.text import words
from domain.tickets.projects import Project, find_projects

MOST_PERIODS = 20
"""Periods of a text before which a survey's common name is looked for."""
LONGEST_NAME = 100
NAME_WORDS = 4
LEAST_NAME = 5
"""Letters, words, and fewest letters of such a name."""
NO_DAY = date(2026, 1, 1)
"""Where it matters where a period stands, and not which it is."""
_WORD = re.compile(r"\S+")


def commonly_named(
    projects: Sequence[Project], text: str, least: int = LEAST_NAME
) -> Iterator[tuple[int, int, Project]]:
    """Yields where a name of at least so many letters before a period, and the name of one project
    alone, begins and ends, and the project.
    """
    periods = each_period(text, NO_DAY, short=True)
    for start, _end, _period in islice(periods, MOST_PERIODS):
        line = max(text.rfind("\n", 0, start) + 1, start - LONGEST_NAME)
        before = without_end(_before_period(), text[line:start])
        typed = [match.start() for match in _WORD.finditer(before)]
        for first in typed[-NAME_WORDS:]:
            name = without_lead(before[first:])
            if len(name) < least:
                break
            found = find_projects(projects, name)
            if len(found) == 1:
                yield line + first, line + len(before), found[0]
                break


def without_lead(name: str) -> str:
    """Returns a name without the words for results or news that stand before it."""
    return _leads().sub("", name)


@cache
def _leads() -> re.Pattern[str]:
    return re.compile(rf"\A(?:{one_of(words('publicity').texts('before_projects'))}\s*+)+")


@cache
def _before_period() -> regex.Pattern[str]:
    """Matches what stands between a name and its month or year: the word for either."""
    marks = (*words("dates").texts("month_marks"), *words("data_years").texts("year_marks"))
    return at_end(rf"(?:\s*{one_of(marks)})*\s*")
