"""What changes of tickets and requests are decided on: the office's data, who makes them, and
when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.configuration import Configuration
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.owed.rules import Rule
from domain.staff import StaffId


@dataclass(frozen=True, slots=True)
class SaveContext:
    """`configuration` is the office's, with the holidays that were entered; `by` None = the desk
    itself. `late` = nobody is there who just did it (an import, an update): what should have been
    there before today is offered to the office, and not followed up by itself.
    """

    configuration: Configuration
    by: StaffId | None
    now: datetime
    late: bool = False

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(BANGKOK).date()

    @property
    def rules(self) -> Mapping[str, Rule]:
        """What is owed, and when it is reminded of."""
        return self.configuration.rules

    @property
    def calendar(self) -> WorkingCalendar:
        """The office's working time."""
        return self.configuration.calendar
