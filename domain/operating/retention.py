"""How long the office keeps what it holds about people, when what is past its time goes. Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from domain.data import TomlTable
from domain.dates.days import BANGKOK
from domain.owed.requests import STALE


class RetentionKind(StrEnum):
    """What a rule is about, in the order in which it goes."""

    RAW_EVENTS = "raw_events"
    SPAM = "spam"
    MAILS = "mails"
    FILES = "files"
    CLOSED_TICKETS = "closed_tickets"
    CUSTOMERS = "customers"
    AUDIT = "audit"


UNITS: Mapping[str, tuple[str, int]] = {
    "day": ("days", 1),
    "week": ("days", 7),
    "month": ("months", 1),
    "year": ("months", 12),
}
"""What a word for a length of time counts."""
NEVER = "never"
"""What an office writes where nothing goes."""
_WRITTEN = re.compile(r"(\d{1,4}) *(day|week|month|year)s?", re.IGNORECASE)
LONGEST = 1_200
"""Months: whoever wants more writes no rule."""
STANDARD_RAW_EVENTS = "7 days"
"""So long housekeeping keeps what people typed where the office says nothing."""


@dataclass(frozen=True, slots=True)
class KeptFor:
    """A length of time: "90 days", "5 years"."""

    text: str
    days: int = 0
    months: int = 0

    def before(self, now: datetime) -> datetime:
        """The moment before which whatever ended then is past its time."""
        local = now.astimezone(BANGKOK)
        month = local.year * 12 + local.month - 1 - self.months
        year = month // 12
        number = month % 12 + 1
        # A month ago from the 31st is the last day of a month that has none.
        day = min(local.day, monthrange(year, number)[1])
        there = local.replace(
            year=year,
            month=number,
            day=day,
        )
        return (there - timedelta(days=self.days)).astimezone(UTC)

    @property
    def length(self) -> timedelta:
        """Roughly how long it is, to compare two."""
        return timedelta(days=self.days + self.months * 365 / 12)


def read_kept_for(text: str) -> KeptFor | None:
    """A length of time as an office writes it; None for anything else."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    count = int(match[1])
    unit = match[2].lower()
    counted, times = UNITS[unit]
    plural = "" if count == 1 else "s"
    kept = KeptFor(f"{count} {unit}{plural}", **{counted: count * times})
    is_sound = count > 0 and kept.months <= LONGEST
    return kept if is_sound else None


def _standard() -> dict[RetentionKind, KeptFor]:
    return {RetentionKind.RAW_EVENTS: KeptFor(STANDARD_RAW_EVENTS, days=7)}


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """By kind how long it is kept; what is not named stays. It goes between two times of day."""

    kept: Mapping[RetentionKind, KeptFor] = field(default_factory=_standard)
    begins: time = time(20, 0)
    ends: time = time(6, 0)

    @property
    def written(self) -> Mapping[RetentionKind, KeptFor]:
        """Those that the office wrote, and that somebody confirms before the first run."""
        return {kind: kept for kind, kept in self.kept.items() if not _is_standard(kind, kept)}

    def raw_events(self, *, is_confirmed: bool) -> timedelta:
        """How long what people typed is kept: less than is usual once somebody confirmed it."""
        standard = timedelta(days=7)
        kept = self.kept[RetentionKind.RAW_EVENTS].length
        return kept if is_confirmed else max(kept, standard)

    def night(self, now: datetime) -> datetime | None:
        """When the present night began; None by day."""
        local = now.astimezone(BANGKOK)
        began = _at(local, self.begins)
        if began > local:
            began -= timedelta(days=1)
        ends = _at(began, self.ends)
        if ends <= began:
            ends += timedelta(days=1)
        return began.astimezone(UTC) if local < ends else None

    def next_night(self, now: datetime) -> datetime:
        """When the next night begins."""
        local = now.astimezone(BANGKOK)
        begins = _at(local, self.begins)
        return begins if begins > local else begins + timedelta(days=1)


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(
        hour=clock.hour,
        minute=clock.minute,
        second=0,
        microsecond=0,
    )


def _is_standard(kind: RetentionKind, kept: KeptFor) -> bool:
    return kind is RetentionKind.RAW_EVENTS and kept.text == STANDARD_RAW_EVENTS


def quiet_since(before: datetime, now: datetime) -> datetime:
    """Since when nobody may have touched a request that nobody ended: one that was touched later
    is still on its way.
    """
    return min(before, now - STALE)


def read_retention(root: TomlTable) -> RetentionRules:
    """The table `retention`; DataError names what to mend."""
    table = root.table("retention")
    table.check_keys((*RetentionKind, "begins", "ends", "at_least"))
    least = table.table("at_least")
    least.check_keys(tuple(RetentionKind))
    kept = _kept(table, least)
    if RetentionKind.CUSTOMERS in kept and RetentionKind.CLOSED_TICKETS not in kept:
        raise table.refusal("needs a rule for closed_tickets, too", RetentionKind.CUSTOMERS)
    if RetentionKind.RAW_EVENTS not in kept:
        raise table.refusal('must say how long, as in "7 days"', RetentionKind.RAW_EVENTS)
    begins = table.clock("begins")
    ends = table.clock("ends")
    if begins == ends:
        raise table.refusal("must not be the same time as begins", "ends")
    return RetentionRules(kept, begins, ends)


def _kept(table: TomlTable, least: TomlTable) -> dict[RetentionKind, KeptFor]:
    """What the table says of each kind."""
    kept = {}
    for kind in RetentionKind:
        written = _read(table, kind)
        if written is None:
            continue
        bound = _read(least, kind)
        if bound is not None and written.length < bound.length:
            raise table.refusal(f"must be {bound.text} or more, by law", kind)
        kept[kind] = written
    # Tickets name whose they are by a code: while that has a name, they say whom they are about.
    tickets = kept.get(RetentionKind.CLOSED_TICKETS)
    if tickets and not table.text(RetentionKind.CUSTOMERS, ""):
        kept[RetentionKind.CUSTOMERS] = tickets
    return kept


def _read(table: TomlTable, kind: RetentionKind) -> KeptFor | None:
    text = table.text(kind, "")
    if text in ("", NEVER):
        return None
    kept = read_kept_for(text)
    if kept is None:
        raise table.refusal('must look like "90 days", "6 months" or "5 years"', kind)
    return kept
