"""Which rows of `ticket_facts` a report is of: what its rows are by, its filters, and its moments,
as parts of statements that both engines read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.reports.facts import LASTS
from domain.reports.figures import Figure
from domain.reports.requests import Dimension, ReportRequest
from store.engine.database import is_one_of

Params = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Moments:
    """When a report's period begins and ends, and as of when states are told: its end, or now.

    What was closed before `closed_before` is closed; what was due before `due_before` is late.
    """

    since: datetime
    until: datetime
    closed_before: datetime
    due_before: datetime

    @classmethod
    def of(cls, request: ReportRequest, now: datetime) -> "Moments":
        """The moments of a report that is drawn now."""
        since, until = request.period.instants
        if until <= now:
            return cls(since, until, until, until)
        # What was closed at this very moment is closed.
        behind = now + timedelta(microseconds=1)
        minute = now.replace(second=0, microsecond=0)
        return cls(since, until, behind, minute)


@dataclass(frozen=True, slots=True)
class KeySource:
    """What a dimension's keys are read from: an expression, and the tables that it needs beside
    `ticket_facts f`. `several` = a ticket may have more keys than one.
    """

    key: str
    join: str = ""
    several: bool = False


_WHOLE = KeySource("''")
SOURCES = {
    Dimension.SUBJECT: KeySource("f.subject"),
    Dimension.SUBJECT_GROUP: KeySource("f.subject_group"),
    Dimension.CHANNEL: KeySource("f.channel"),
    Dimension.TYPE: KeySource(
        "COALESCE(c.kind, '')", "LEFT JOIN customers c ON c.code = f.customer_code"
    ),
    Dimension.PROJECT: KeySource(
        "COALESCE(p.project, '')",
        "LEFT JOIN ticket_data p ON p.ticket_no = f.no AND p.project <> ''",
        several=True,
    ),
    Dimension.PROVINCE: KeySource("f.province"),
    Dimension.OFFICER: KeySource(
        "COALESCE(s.name, '')", "LEFT JOIN staff s ON s.id = f.assignee_id"
    ),
    Dimension.TEAM: KeySource(
        "COALESCE(t.name, '')",
        "LEFT JOIN team_members m ON m.staff_id = f.assignee_id "
        "LEFT JOIN teams t ON t.id = m.team_id",
        several=True,
    ),
    Dimension.COMPLEXITY: KeySource("f.complexity"),
    Dimension.URGENCY: KeySource("f.urgency"),
    Dimension.MOOD: KeySource("f.mood"),
    Dimension.DAY: KeySource("f.day"),
    Dimension.MONTH: KeySource("substr(f.day, 1, 7)"),
    Dimension.WEEKDAY_HOUR: KeySource("f.weekday_hour"),
}
_OF_TABLES = {
    Dimension.TYPE: "COALESCE((SELECT c.kind FROM customers c WHERE c.code = f.customer_code), '')",
    Dimension.OFFICER: "COALESCE((SELECT s.name FROM staff s WHERE s.id = f.assignee_id), '')",
}
"""What a filter compares where that is no column of the facts."""
_OF_SEVERAL = {
    Dimension.PROJECT: (
        "SELECT 1 FROM ticket_data p WHERE p.ticket_no = f.no AND p.project <> ''",
        "p.project",
    ),
    Dimension.TEAM: (
        "SELECT 1 FROM team_members m JOIN teams t ON t.id = m.team_id "
        "WHERE m.staff_id = f.assignee_id",
        "t.name",
    ),
}
"""Where a ticket may have more keys than one: those that it has, and the column that says which."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A report's tickets, but for which of its moments they are of; `wanted` = the figures that are
    looked at.
    """

    source: KeySource
    where: str
    params: Params
    moments: Moments
    wanted: frozenset[Figure] = frozenset(Figure)

    @classmethod
    def of(cls, request: ReportRequest, now: datetime) -> "Selection":
        """What a report is of."""
        source = _WHOLE if request.by is None else SOURCES[request.by]
        where, params = _filters(request)
        wanted = request.wanted
        if request.by is not None:
            wanted = request.of_rows
        return cls(
            source,
            where,
            params,
            Moments.of(request, now),
            frozenset(wanted or Figure),
        )

    @property
    def is_of_all(self) -> bool:
        """Whether nothing narrows the tickets but their time, and there are no rows."""
        return self.source == _WHOLE and not self.where

    def tickets(self, window: str, *bounds: object) -> tuple[str, Params]:
        """Returns the statement of the tickets for which `window` holds, with their keys, and how
        each stood at the moment of the report.
        """
        distinct = "DISTINCT " if self.source.several else ""
        sql = (
            f"SELECT {distinct}{self.source.key} AS key, f.no, f.customer_code, f.standing, "
            "f.working_minutes, CASE WHEN f.closed_at < ? THEN 1 ELSE 0 END AS done, "
            "CASE WHEN f.due_at < ? THEN 1 ELSE 0 END AS late "
            f"FROM ticket_facts f {self.source.join} WHERE {window}{self.where}"
        )
        moments = self.moments
        return sql, (moments.closed_before, moments.due_before, *bounds, *self.params)

    @property
    def created(self) -> tuple[str, Params]:
        """The tickets that were created within the period."""
        moments = self.moments
        return self.tickets(
            "f.created_at >= ? AND f.created_at < ?",
            moments.since,
            moments.until,
        )

    @property
    def closed(self) -> tuple[str, Params]:
        """The tickets that were closed within the period."""
        moments = self.moments
        return self.tickets(
            "f.closed_at >= ? AND f.closed_at < ?",
            moments.since,
            moments.closed_before,
        )

    @property
    def parts_open(self) -> tuple[tuple[str, Params], ...]:
        """The tickets that were open at its end, in parts that have none in common: of those that
        were closed within `LASTS` only such as were created shortly before.
        """
        moments = self.moments
        until = moments.until
        closed = moments.closed_before
        return (
            self.tickets("f.lasts = 1 AND f.closed_at IS NULL AND f.created_at < ?", until),
            self.tickets(
                "f.lasts = 1 AND f.closed_at >= ? AND f.created_at < ?",
                closed,
                until,
            ),
            self.tickets(
                "f.lasts = 0 AND f.closed_at >= ? AND f.created_at >= ? AND f.created_at < ?",
                closed,
                min(closed, until) - LASTS,
                until,
            ),
        )

    @property
    def open(self) -> tuple[str, Params]:
        """All of them."""
        parts = self.parts_open
        sql = " UNION ALL ".join(sql for sql, _params in parts)
        return sql, tuple(param for _sql, params in parts for param in params)


def _filters(request: ReportRequest) -> tuple[str, Params]:
    """What every ticket of a report has, as more conditions of a statement."""
    wanted: dict[Dimension, list[str]] = {}
    for dimension, key in request.filters:
        wanted.setdefault(dimension, []).append(key)
    clauses: list[str] = []
    params: list[object] = []
    for dimension, keys in wanted.items():
        clauses.append(f" AND ({_has_one_of(dimension, keys)})")
        params += _named(dimension, keys)
    return "".join(clauses), tuple(params)


def _named(dimension: Dimension, keys: Sequence[str]) -> Sequence[str]:
    """Returns the keys that stand as parameters."""
    if dimension not in _OF_SEVERAL:
        return keys
    return [key for key in keys if key]


def _has_one_of(dimension: Dimension, keys: Sequence[str]) -> str:
    if dimension not in _OF_SEVERAL:
        expression = _OF_TABLES.get(dimension) or SOURCES[dimension].key
        return is_one_of(expression, keys)
    those, name = _OF_SEVERAL[dimension]
    named = is_one_of(name, _named(dimension, keys))
    has = f"EXISTS ({those} AND {named})"
    if "" in keys:
        return f"{has} OR NOT EXISTS ({those})"
    return has
