"""The days of a question, and those that it compares them with. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.dates.periods import (
    Period,
    after,
    before,
    find_span,
    relative_period,
    year_before,
)
from domain.reports.words.said import Phrase, SaidPhrases
from domain.reports.words.senses import Says
from domain.reports.words.tables import question_words

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class SaidDays:
    """`period` = the days that are asked for, None where none are named; `beside` = what they are
    to be compared with; `compares` = how much more or less it became is asked.
    """

    period: Period | None = None
    beside: Period | None = None
    compares: bool = False


def days_said(
    text: str,
    said: SaidPhrases,
    today: date,
) -> SaidDays:
    """Returns the days of a question in this text."""
    spans = said.of(Says.PERIOD)
    compares = said.says(Says.COMPARE)
    which = said.says(Says.MOST, Says.LEAST)
    if not spans:
        return SaidDays(None, None, compares)
    first = _begun(spans[0], today)
    if len(spans) == 1:
        if compares and _is_what_it_is_compared_with(text, spans[0], said):
            return SaidDays(_present(first, today), first, compares)
        return SaidDays(first, None, compares)
    second = _seen_from(first, _begun(spans[1], today), today)
    return SaidDays(first, second, compares or which)


def _begun(span: Phrase, today: date) -> Period:
    """Returns a span; one that was named without its year and has not begun is that of the year
    before.
    """
    period = span.sense.period
    assert period is not None
    if period.first <= today:
        return period
    earlier = find_span(span.text, today - _YEAR)
    return earlier or period


def _is_what_it_is_compared_with(
    text: str,
    span: Phrase,
    said: SaidPhrases,
) -> bool:
    """Returns whether the only days of a question stand behind "from" or "than"."""
    led = text[: span.start].rstrip()
    behind = tuple(question_words("compared_with").texts("before"))
    compared = [one.start for one in said.of(Says.COMPARE)]
    return led.endswith(behind) and min(compared) < span.start


def _present(past: Period, today: date) -> Period:
    """Returns the present span of the kind of a past one: what is less than last year is this
    year's.
    """
    span = past
    while span.until <= today:
        span = after(span)
    return span


def _seen_from(first: Period, second: Period, today: date) -> Period:
    """Returns what days are compared with: "last year" of a shorter span is the same a year before,
    and what names the span itself is the one before it.
    """
    year = second.until - second.first >= _YEAR
    shorter = first.until - first.first < _YEAR
    lasts = (relative_period("last_year", today), relative_period("last_fiscal_year", today))
    if year and shorter and second in lasts:
        return year_before(first)
    if second == first:
        return before(first)
    return second
