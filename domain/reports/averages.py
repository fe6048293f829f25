"""How many a day, a week or a month: what a figure of a period comes to on average. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.dates.periods import Period, months_of
from domain.dates.working_calendar import WorkingCalendar
from domain.errors import InvalidInput
from domain.reports.comparing import so_far
from domain.reports.figures import Figure

DAYS_A_WEEK = 7
NOT_AVERAGED = (
    Figure.TICKETS_OPEN,
    Figure.CONTRACTS_OWED,
    Figure.RESULTS_OWED,
    Figure.WORKING_HOURS_MEDIAN,
    Figure.WORKING_HOURS_P90,
)
"""What is so at a period's end, or an average already, comes to nothing a day."""


class Per(StrEnum):
    """Of what the average is wanted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spans:
    """How many days, weeks or months of a period have passed; the present day counts, and of a week
    or a month that still runs its part. `working_days` = None where holidays are not known.
    """

    number: float
    working_days: int | None


def spans_of(
    per: Per,
    period: Period,
    today: date,
    calendar: WorkingCalendar,
) -> Spans:
    """Returns how many there are to divide by."""
    passed = so_far(period, today)
    days = (passed.until - passed.first).days
    match per:
        case Per.DAY:
            return Spans(days, _working_days(passed, calendar))
        case Per.WEEK:
            return Spans(days / DAYS_A_WEEK, None)
        case Per.MONTH:
            return Spans(_months(passed, today), None)


def _working_days(period: Period, calendar: WorkingCalendar) -> int | None:
    days = (period.until - period.first).days
    try:
        worked = [
            calendar.is_working_day(period.first + timedelta(days=number)) for number in range(days)
        ]
    except InvalidInput:
        return None
    return sum(worked)


def _months(period: Period, today: date) -> float:
    """Returns whole months, and parts of those at either end."""
    return sum(_part(month, period) for month in months_of(period, today))


def _part(month: date, period: Period) -> float:
    length = monthrange(month.year, month.month)[1]
    first = max(month, period.first)
    until = min(month + timedelta(days=length), period.until)
    return (until - first).days / length
