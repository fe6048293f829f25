"""When a new mail that nobody took up is told once more, and to whom (data/mail.toml,
[intake.unclaimed]). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.data import TomlTable
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar

MOST_MINUTES = 10_000


class UnclaimedStep(StrEnum):
    """Who hears, one after the other: those who heard before, those above them, those above all."""

    AGAIN = "again"
    SUPERVISORS = "supervisors"
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class UnclaimedRules:
    """`after` = by step the working minutes since the mail came, without the steps that an office
    leaves out; `together` = what comes due within so many minutes is told in one message.
    """

    after: Mapping[UnclaimedStep, int] = field(default_factory=dict)
    together: timedelta = timedelta(minutes=30)

    def times(
        self, arrived_at: datetime, calendar: WorkingCalendar
    ) -> dict[UnclaimedStep, datetime]:
        """Returns when each step is due for a mail that came then."""
        return {
            step: self._rounded_up(calendar.add(arrived_at, minutes))
            for step, minutes in self.after.items()
        }

    def _rounded_up(self, at: datetime) -> datetime:
        """Returns the end of the stretch of the day that `at` lies in: mails that come one by one
        are one message.
        """
        local = at.astimezone(BANGKOK)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return at + (midnight - local) % self.together


def read_unclaimed(table: TomlTable) -> UnclaimedRules:
    """Reads the rules; the DataError it raises names the key."""
    keys = {step: f"{step}_minutes" for step in UnclaimedStep}
    table.check_keys([*keys.values(), "together_minutes"])
    read = {step: _minutes(table, key) for step, key in keys.items()}
    return UnclaimedRules(
        {step: minutes for step, minutes in read.items() if minutes},
        timedelta(minutes=table.count("together_minutes")),
    )


def _minutes(table: TomlTable, key: str) -> int:
    minutes = table.values.get(key, 0)
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        raise table.refusal("must be a whole number of minutes", key)
    if not 0 <= minutes <= MOST_MINUTES:
        raise table.refusal(f"must be from 0 (never) to {MOST_MINUTES} minutes", key)
    return minutes
