"""How often a report is sent by itself, and of which days it then is. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from domain.dates.periods import (
    Period,
    before,
    day_of,
    fiscal_year_of,
    month_of,
    quarter_of,
    week_of,
)
from domain.dates.working_calendar import WorkingCalendar
from domain.reports.words.tables import question_words


class Rhythm(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


_AROUND = {
    Rhythm.WEEKLY: week_of,
    Rhythm.MONTHLY: month_of,
    Rhythm.QUARTERLY: quarter_of,
    Rhythm.YEARLY: fiscal_year_of,
}


def last_whole(rhythm: Rhythm, today: date, calendar: WorkingCalendar) -> Period:
    """Returns the days that are over and not told of yet: the last working day, week, month,
    quarter or fiscal year.
    """
    if rhythm is Rhythm.DAILY:
        return day_of(last_working_day(today, calendar))
    return before(_AROUND[rhythm](today))


def last_working_day(today: date, calendar: WorkingCalendar) -> date:
    """Returns the last one before today."""
    day = today - timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


def take_mail(text: str) -> tuple[str, bool]:
    """Returns the text without the words for "by mail" at its end, and whether they stand there."""
    said = " ".join(text.casefold().split())
    for ending in question_words("rhythm_ways").texts("mail"):
        if said.endswith(ending):
            return said.removesuffix(ending).strip(), True
    return said, False


def read_rhythm(text: str) -> Rhythm | None:
    """Returns how often, where the text says that and nothing else."""
    spoken = question_words("rhythms")
    said = " ".join(text.casefold().split())
    return next((each for each in Rhythm if said in spoken.texts(each)), None)
