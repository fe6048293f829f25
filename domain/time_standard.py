"""The time standard: how much working time a ticket may take, by table, complexity and channel."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from domain.catalogue import Catalogue
from domain.data import TomlTable
from domain.tickets.records import Complexity

TIME_TABLES = ("statistics", "sale", "microdata", "special")
ANY_CHANNEL = "any"
_DURATION = re.compile(r"(\d+(?:\.\d+)?) (minute|hour|day)s?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit in working minutes; `text` is how the office wrote it, e.g. "2.5 days"."""

    working_minutes: int
    text: str

    @property
    def amount(self) -> str:
        """The number as written: "2.5"."""
        return self.text.split()[0]

    @property
    def unit(self) -> str:
        """minute, hour or day, for whoever writes it in another language."""
        return self.text.split()[1].removesuffix("s")


@dataclass(frozen=True, slots=True)
class TimeStandard:
    """DOMAIN.md section 5; `limits` by table, complexity and channel, and only where one is set."""

    limits: Mapping[tuple[str, Complexity, str], Limit]

    def limit(
        self,
        time_table: str | None,
        complexity: Complexity,
        channel: str,
    ) -> Limit | None:
        """Returns the limit, or None where the standard sets none: then there is no deadline."""
        if not time_table:
            return None
        return self.limits.get((time_table, complexity, channel))


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """When people are told of a deadline; all spans are working time.

    `share` of the limit that is left when it is due soon, told only where the limit is `soon_from`
    or more; nobody is told within `quiet` after the ticket was recorded, reopened or answered;
    supervisors hear of it `supervisors_after` its overdue notice."""

    share: Fraction
    soon_from: Limit
    quiet: Limit
    supervisors_after: Limit


def read_notice_rules(root: TomlTable, day_minutes: int) -> NoticeRules:
    """Reads the `deadline_notices` table; raises DataError for a wrong row."""
    table = root.table("deadline_notices")
    table.check_keys(("share", "soon_from", "quiet", "supervisors_after"))
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})", table.text("share"), re.ASCII)
    if not match or not 0 < int(match[1]) < int(match[2]):
        raise table.refusal('must be a part of one, such as "1/5"', "share")

    def span(key: str) -> Limit:
        limit = _read_limit(table, key, day_minutes)
        if limit is None:
            raise table.refusal("missing", key)
        return limit

    return NoticeRules(
        share=Fraction(match[0]),
        soon_from=span("soon_from"),
        quiet=span("quiet"),
        supervisors_after=span("supervisors_after"),
    )


def read_time_standard(root: TomlTable, catalogue: Catalogue, day_minutes: int) -> TimeStandard:
    """Reads the `time_standard` tables, a day counting `day_minutes`; raises DataError for a wrong
    row.
    """
    limits: dict[tuple[str, Complexity, str], Limit] = {}
    used = {subject.time_table for subject in catalogue.subjects.values()}
    for name, table in root.table("time_standard").tables():
        # A table that no subject uses is mostly a misspelt one.
        if name not in TIME_TABLES and name not in used:
            usual = ", ".join(TIME_TABLES)
            raise table.refusal(f"no subject uses this table; the usual ones are {usual}")
        table.check_keys([str(level) for level in Complexity])
        for level, row in table.tables():
            row.check_keys((*catalogue.channels, ANY_CHANNEL))
            for channel in catalogue.channels:
                key = channel if channel in row.values else ANY_CHANNEL
                limit = _read_limit(row, key, day_minutes)
                if limit:
                    limits[name, Complexity(level), channel] = limit
    return TimeStandard(limits)


def _read_limit(row: TomlTable, key: str, day_minutes: int) -> Limit | None:
    """Reads a limit; an empty text means that none is set, which is how an office takes one
    away.
    """
    text = row.text(key, "")
    if not text:
        return None
    match = _DURATION.fullmatch(text)
    if not match or not Fraction(match[1]):
        raise row.refusal(f'"{text}" must look like "30 minutes", "4 hours" or "2.5 days"', key)
    unit = {"minute": 1, "hour": 60, "day": day_minutes}[match[2]]
    # Fractions, for 2.5 days of 7 hours must be exact; a part of a minute counts as one.
    return Limit(math.ceil(Fraction(match[1]) * unit), text)
