"""What reading of customers' data is unusual, by the office's rules. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from domain.data import TomlTable
from domain.dates.days import BANGKOK
from domain.staff import StaffId

DAY = timedelta(days=1)
"""So far back rules look at most, but for what is usual."""


class ReadEntry(NamedTuple):
    """Somebody looked at something."""

    staff_id: StaffId
    action: str
    record: str
    at: datetime


class CountedBy(StrEnum):
    """What a rule counts: different records, all entries, or those of the one record that has the
    most.
    """

    RECORDS = "records"
    ENTRIES = "entries"
    ONE_RECORD = "one_record"


class ReadingFound(NamedTuple):
    """Somebody read more than a rule lets pass."""

    rule: "ReadingRule"
    staff_id: StaffId
    number: int
    record: str = ""
    """Of which record, where it is about one."""


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """More than `most` within so many `hours` is unusual; where `times_usual` is not 0, only what
    is more than so many times that person's usual day. `at_night` = of what was read then.
    """

    name: str
    actions: tuple[str, ...]
    counted: CountedBy
    hours: int
    most: int
    times_usual: int = 0
    at_night: bool = False

    def fits(self, action: str) -> bool:
        """Whether an action of the audit log is one of its."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions)


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """All of them; what is usual is said by so many days before."""

    rules: tuple[ReadingRule, ...] = ()
    usual_days: int = 30
    night_begins: time = time(20, 0)
    night_ends: time = time(6, 0)

    def find(
        self,
        readings: Sequence[ReadEntry],
        now: datetime,
    ) -> list[ReadingFound]:
        """What is unusual by number alone among what was read within a day."""
        found: list[ReadingFound] = []
        for rule in self.rules:
            for staff_id, own in self._by_person(rule, readings, now).items():
                number, record = _COUNTS[rule.counted](own)
                if number > rule.most:
                    found.append(ReadingFound(rule, staff_id, number, record))
        return found

    def _by_person(
        self,
        rule: ReadingRule,
        readings: Sequence[ReadEntry],
        now: datetime,
    ) -> Mapping[StaffId, list[ReadEntry]]:
        since = now - timedelta(hours=rule.hours)
        by_person = defaultdict[StaffId, list[ReadEntry]](list)
        for one in readings:
            if one.at < since or not rule.fits(one.action):
                continue
            if not rule.at_night or self._is_night(one.at):
                by_person[one.staff_id].append(one)
        return by_person

    def _is_night(self, at: datetime) -> bool:
        clock = at.astimezone(BANGKOK).time()
        if self.night_begins <= self.night_ends:
            return self.night_begins <= clock < self.night_ends
        return clock >= self.night_begins or clock < self.night_ends


def _records(own: Collection[ReadEntry]) -> tuple[int, str]:
    return len({one.record for one in own}), ""


def _entries(own: Collection[ReadEntry]) -> tuple[int, str]:
    return len(own), ""


def _one_record(own: Collection[ReadEntry]) -> tuple[int, str]:
    record, count = Counter(one.record for one in own).most_common(1)[0]
    return count, record


_COUNTS: Mapping[CountedBy, Callable[[Collection[ReadEntry]], tuple[int, str]]] = {
    CountedBy.RECORDS: _records,
    CountedBy.ENTRIES: _entries,
    CountedBy.ONE_RECORD: _one_record,
}


def usual_a_day(rule: ReadingRule, before: Sequence[ReadEntry]) -> float:
    """How much somebody reads on a day on which he reads, by what was read before."""
    by_day = defaultdict[object, list[ReadEntry]](list)
    for one in before:
        if rule.fits(one.action):
            by_day[one.at.astimezone(BANGKOK).date()].append(one)
    if not by_day:
        return 0.0
    counts = [_COUNTS[rule.counted](own)[0] for own in by_day.values()]
    return sum(counts) / len(counts)


def read_reading_rules(root: TomlTable) -> ReadingRules:
    """The table `unusual_reading`; DataError names what to mend."""
    table = root.table("unusual_reading")
    table.check_keys(("usual_days", "night_begins", "night_ends", "rules"))
    rules = [_rule(name, row) for name, row in table.table("rules").tables()]
    return ReadingRules(
        tuple(rule for rule in rules if rule is not None),
        table.count("usual_days"),
        table.clock("night_begins"),
        table.clock("night_ends"),
    )


def _rule(name: str, row: TomlTable) -> ReadingRule | None:
    """None where the office looks at nothing of the kind."""
    row.check_keys(
        (
            "actions",
            "counted",
            "hours",
            "most",
            "times_usual",
            "at_night",
            "off",
        )
    )
    if row.flag("off"):
        return None
    counted = row.text("counted")
    if counted not in set(CountedBy):
        raise row.refusal(f"use one of {', '.join(CountedBy)}", "counted")
    hours = row.count("hours")
    if hours > DAY / timedelta(hours=1):
        raise row.refusal("must be 24 or less", "hours")
    actions = row.texts("actions")
    if not actions:
        raise row.refusal("must name some", "actions")
    return ReadingRule(
        name,
        actions,
        CountedBy(counted),
        hours,
        row.count("most"),
        row.count("times_usual") if "times_usual" in row.values else 0,
        row.flag("at_night"),
    )
