"""What the rules of unusual days would have told lately, so that an office can try its numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from domain.configuration import Configuration
from domain.dates.periods import Period
from domain.reports.reports import ReportRow
from domain.reports.rhythms import last_working_day
from domain.reports.unusual import unusual_subjects
from store.engine.database import Database
from store.reports.by_day import count_by_day

TRIED = 20
"""Working days that are looked back on."""
DAY = timedelta(days=1)
ByDay = Mapping[date, Mapping[str, int]]


async def try_unusual(
    db: Database,
    configuration: Configuration,
    today: date,
) -> int:
    """On how many of the last working days something would have been told; 0 where the rule is
    off.
    """
    rules = configuration.unusual
    if rules.off:
        return 0
    calendar = configuration.calendar
    days: list[Period] = []
    until = today
    for _day in range(TRIED):
        first = last_working_day(until, calendar)
        days.append(Period(first, until))
        until = first
    counts = await count_by_day(db, Period(until - timedelta(days=rules.days), today))
    told = 0
    for each in days:
        usual = Period(each.first - timedelta(days=rules.days), each.first)
        worked = sum(calendar.is_working_day(day) for day in _days(usual))
        rows = [
            ReportRow(subject, subject, {"tickets_created": number})
            for subject, number in _added_up(counts, each).items()
        ]
        told += bool(unusual_subjects(rows, _added_up(counts, usual), worked, rules))
    return told


def _added_up(counts: ByDay, period: Period) -> Counter[str]:
    found: Counter[str] = Counter()
    for day in _days(period):
        found.update(counts.get(day, {}))
    return found


def _days(period: Period) -> Iterator[date]:
    day = period.first
    while day < period.until:
        yield day
        day += DAY
