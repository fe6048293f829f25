"""Where in a question days are named: as much of it as the reader of periods takes for one span.
Pure.
"""

import re
from datetime import date
from functools import cache

from domain.data import TomlTable
from domain.dates.days import month_names
from domain.dates.periods import Period, find_span
from domain.patterns import one_of
from domain.text import words

LONGEST_SPAN = 48
"""Letters of a span, from one day to another."""


def span_at(
    plain: str,
    at: int,
    today: date,
) -> tuple[int, Period] | None:
    """Returns where the longest span that begins here ends, and its days; None where none does."""
    if not _begins().match(plain, at):
        return None
    for end in range(min(len(plain), at + LONGEST_SPAN), at + 1, -1):
        if plain[end - 1].isspace():
            continue
        period = find_span(plain[at:end], today)
        if period is not None:
            return end, period
    return None


@cache
def _begins() -> re.Pattern[str]:
    """Matches what a span may begin with, so that hardly any place is looked at closely."""
    dates = words("dates")
    spellings = [*_all(words("periods")), *_all(dates.table("relative"))]
    spellings += [*dates.texts("month_marks"), *words("data_years").texts("quarter")]
    spellings.append(dates.text("named"))
    first = {one.casefold() for one in spellings if len(one) > 1}
    return re.compile(rf"\d|{one_of(first)}|{month_names()}", re.IGNORECASE)


def _all(table: TomlTable) -> list[str]:
    """Returns the words of all lists of a table."""
    lists = [key for key, value in table.values.items() if isinstance(value, list)]
    return [one for key in lists for one in table.texts(key)]
