"""Holidays and working days that administrators enter: one row a date, laid over the calendar of
the office's file.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from domain.configuration import Configuration
from domain.dates.working_calendar import DayRule
from domain.staff import StaffId
from store.engine.database import Reader, Tx
from store.records import counters


async def list_rules(db: Reader) -> Mapping[date, DayRule]:
    """Every date that was entered, in order."""
    rows = await db.fetch("SELECT day_on, name, working FROM holidays ORDER BY day_on")
    return {row["day_on"]: DayRule(row["name"], bool(row["working"])) for row in rows}


async def enter(
    tx: Tx,
    on: date,
    rule: DayRule,
    by: StaffId,
    now: datetime,
) -> None:
    """The office's word on one date; a later word takes the place of an earlier one."""
    await tx.execute(
        "INSERT INTO holidays (day_on, name, working, entered_at, entered_by) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (day_on) DO UPDATE SET "
        "name = excluded.name, working = excluded.working, "
        "entered_at = excluded.entered_at, entered_by = excluded.entered_by",
        on,
        rule.name,
        int(rule.working),
        now,
        by,
    )
    await counters.raise_by_one(tx, "holidays")


async def take_back(tx: Tx, on: date) -> int:
    """Forget what was entered for a date; returns how many rows that were, 0 or 1."""
    await counters.raise_by_one(tx, "holidays")
    return await tx.execute("DELETE FROM holidays WHERE day_on = ?", on)


VERSION = "(SELECT value FROM counters WHERE name = 'holidays')"
"""Within a SELECT: another number once anything was entered or taken back."""


class KnownCalendar:
    """The office's data with the entered dates laid over, as a process read them last."""

    def __init__(self) -> None:
        self._known: tuple[int, Configuration, Configuration] | None = None

    async def lay_over(
        self,
        db: Reader,
        configuration: Configuration,
        version: int,
    ) -> Configuration:
        """As the function below, which is asked where this VERSION is not known yet."""
        known = self._known
        if known is not None and known[0] == version and known[1] is configuration:
            return known[2]
        laid_over = await lay_over(db, configuration)
        self._known = (version, configuration, laid_over)
        return laid_over


async def lay_over(db: Reader, configuration: Configuration) -> Configuration:
    """The office's data with these dates laid over its calendar; the same value where nothing was
    entered since.
    """
    calendar = configuration.calendar
    entered = await list_rules(db)
    if entered == calendar.entered:
        return configuration
    return replace(configuration, calendar=calendar.with_entered(entered))
