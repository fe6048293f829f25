"""What is owed, as lists and sums for those who lead: by officer, narrowed, and a period as a
change.

An index has the open ones in the order of the lists, of everybody and of each officer; counts of
pages end where nobody reads on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.dates.periods import Period
from domain.owed.narrowing import NOBODY, Narrowing
from domain.owed.rules import OwedState
from domain.staff import StaffId
from store.engine.database import Reader, Row, count, is_one_of

MOST_COUNTED = 1000
"""More than this are not counted: one more stands for them."""

RETURNED = ("contract",)
"""What is sent back; everything else is received."""

Staffs = Sequence[StaffId] | None
"""Whose things a list may show; None = everybody's."""


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A line of a list of what is owed; `unchased` reminders went without a chase."""

    id: int
    version: int
    request_id: int
    customer: str
    contract_no: str
    rule: str
    officer: StaffId | None
    started_at: datetime
    expected_on: date
    reminders: int
    chased: int
    unchased: int


@dataclass(frozen=True, slots=True)
class OfficerSum:
    """What one officer looks after: how much of each kind, how much of it is overdue, since when
    the oldest is owed; of how much so many reminders as the office names went without a chase, and
    how many did at most.
    """

    officer: StaffId | None
    kinds: Mapping[str, int]
    overdue: int
    since: datetime
    ignored: int
    most_unchased: int

    @property
    def count(self) -> int:
        """How much there is in all."""
        return sum(self.kinds.values())

    def with_more(self, more: "OfficerSum") -> "OfficerSum":
        """The same with what is owed of another kind."""
        return OfficerSum(
            officer=self.officer,
            kinds={**self.kinds, **more.kinds},
            overdue=self.overdue + more.overdue,
            since=min(self.since, more.since),
            ignored=self.ignored,
            most_unchased=self.most_unchased,
        )


LEAST_UNCHASED = 3
"""From so many reminders without a chase on an index has what they are of."""
_UNCHASED = "reminders - untold - chased_after"
_LINE = (
    "o.id, o.version, o.request_id, r.customer_code AS customer, "
    "COALESCE(c.no, '') AS contract_no, o.rule, o.assignee_id AS officer, o.started_at, "
    "o.expected_on, o.reminders - o.untold AS reminders, o.chased, "
    "o.reminders - o.untold - o.chased_after AS unchased"
)
_JOINED = (
    "FROM owed o JOIN requests r ON r.id = o.request_id "
    "LEFT JOIN contracts c ON c.request_id = r.id"
)


@dataclass(frozen=True, slots=True)
class _Where:
    """Conditions on the rows of `owed`, with their parameters."""

    clauses: tuple[str, ...]
    params: tuple[object, ...] = ()

    def and_(self, clause: str, *params: object) -> "_Where":
        return _Where((*self.clauses, clause), (*self.params, *params))

    def __str__(self) -> str:
        return " AND ".join(self.clauses)


def _of(where: _Where, staffs: Staffs) -> _Where:
    """Only what these people look after."""
    if staffs is None:
        return where
    return where.and_(is_one_of("assignee_id", staffs), *staffs)


def _open(
    wanted: Narrowing,
    staffs: Staffs,
    today: date,
) -> _Where:
    where = _of(_Where(("state = 'open'",)), staffs)
    if wanted.officer == NOBODY:
        where = where.and_("assignee_id IS NULL")
    elif wanted.officer is not None:
        where = where.and_("assignee_id = ?", wanted.officer)
    if wanted.but is not None:
        where = where.and_("(assignee_id IS NULL OR assignee_id <> ?)", wanted.but)
    if wanted.rule:
        where = where.and_("rule = ?", wanted.rule)
    if wanted.overdue:
        where = where.and_("expected_on < ?", today)
    if wanted.period is not None:
        since, until = wanted.period.instants
        where = where.and_("started_at >= ? AND started_at < ?", since, until)
    if wanted.before is not None:
        where = where.and_("started_at < ?", Period(wanted.before, wanted.before).instants[0])
    if wanted.unchased:
        where = _unchased(where, wanted.unchased)
    return where


def _unchased(where: _Where, times: int) -> _Where:
    """Only what was reminded of so often without a chase."""
    if times >= LEAST_UNCHASED:
        # Said as the index of few rows says it, or no engine would look there.
        where = where.and_(f"{_UNCHASED} >= {LEAST_UNCHASED}")
    return where.and_(f"{_UNCHASED} >= ?", times)


async def list_lines(
    db: Reader,
    wanted: Narrowing,
    staffs: Staffs,
    today: date,
    limit: int,
    offset: int = 0,
) -> list[OwedLine]:
    """A page of what is owed, the longest expected first."""
    where = _open(wanted, staffs, today)
    found = await db.fetch(
        f"SELECT id FROM owed WHERE {where} "
        f"ORDER BY expected_on, id LIMIT {int(limit)} OFFSET {int(offset)}",
        *where.params,
    )
    return await list_lines_by_ids(db, [int(row["id"]) for row in found])


async def list_lines_by_ids(db: Reader, ids: Sequence[int]) -> list[OwedLine]:
    """These, the longest expected first."""
    if not ids:
        return []
    rows = await db.fetch(
        f"SELECT {_LINE} {_JOINED} WHERE {is_one_of('o.id', ids)} ORDER BY o.expected_on, o.id",
        *ids,
    )
    return [OwedLine(**dict(row)) for row in rows]


async def count_lines(
    db: Reader,
    wanted: Narrowing,
    staffs: Staffs,
    today: date,
) -> int:
    """How many there are; MOST_COUNTED and one where there are more."""
    where = _open(wanted, staffs, today)
    return await count(
        db,
        f"SELECT count(*) AS n FROM (SELECT id FROM owed WHERE {where} "
        f"LIMIT {MOST_COUNTED + 1}) AS counted",
        *where.params,
    )


async def list_by_officer(
    db: Reader,
    wanted: Narrowing,
    staffs: Staffs,
    today: date,
    ignored: int,
) -> list[OfficerSum]:
    """What each officer looks after, whoever has most overdue first; `ignored` = so many reminders
    without a chase are too many.
    """
    where = _open(wanted, staffs, today)
    rows = await db.fetch(
        "SELECT assignee_id, rule, count(*) AS n, min(started_at) AS since_at, "
        "SUM(CASE WHEN expected_on < ? THEN 1 ELSE 0 END) AS overdue "
        f"FROM owed WHERE {where} GROUP BY assignee_id, rule",
        today,
        *where.params,
    )
    in_vain = await _count_unchased(db, where, ignored)
    sums: dict[StaffId | None, OfficerSum] = {}
    for row in rows:
        officer = row["assignee_id"]
        one = _officer_sum(row, in_vain.get(officer, (0, 0)))
        known = sums.get(officer)
        sums[officer] = known.with_more(one) if known else one
    return sorted(sums.values(), key=lambda one: (-one.overdue, -one.count, one.officer or 0))


async def _count_unchased(
    db: Reader, where: _Where, times: int
) -> dict[StaffId | None, tuple[int, int]]:
    """Of how much of each officer's so many reminders went without a chase, and how many did at
    most.
    """
    where = _unchased(where, times)
    rows = await db.fetch(
        f"SELECT assignee_id, count(*) AS n, max({_UNCHASED}) AS most "
        f"FROM owed WHERE {where} GROUP BY assignee_id",
        *where.params,
    )
    return {row["assignee_id"]: (int(row["n"]), int(row["most"])) for row in rows}


def _officer_sum(row: Row, in_vain: tuple[int, int]) -> OfficerSum:
    ignored, most = in_vain
    return OfficerSum(
        officer=row["assignee_id"],
        kinds={row["rule"]: int(row["n"])},
        overdue=int(row["overdue"]),
        since=row["since_at"],
        ignored=ignored,
        most_unchased=most,
    )


# A period as a change.


@dataclass(frozen=True, slots=True)
class Movement:
    """What became of the things owed in a period, by kind: what came in, was sent back (contracts)
    or received (all the rest), and was given up.
    """

    began: Mapping[str, int]
    returned: Mapping[str, int]
    received: Mapping[str, int]
    dropped: Mapping[str, int]

    @property
    def got(self) -> int:
        """How much came."""
        return sum(self.returned.values()) + sum(self.received.values())

    @property
    def growth(self) -> int:
        """How much more is owed at the period's end than at its beginning."""
        return sum(self.began.values()) - self.got - sum(self.dropped.values())


def _meant(staffs: Staffs) -> _Where:
    """What was ever owed to these people, and followed up."""
    return _of(_Where(("state <> 'void'", "state <> 'offered'")), staffs)


async def get_movement(db: Reader, period: Period, staffs: Staffs) -> Movement:
    """What changed in a period."""
    since, until = period.instants
    where = _meant(staffs)
    came_in = where.and_("started_at >= ? AND started_at < ?", since, until)
    ended = await _count_ended(db, where, since, until)
    received = ended[OwedState.RECEIVED]
    returned = {rule: received.pop(rule) for rule in RETURNED if rule in received}
    return Movement(
        began=await _count_by_rule(db, came_in),
        returned=returned,
        received=received,
        dropped=ended[OwedState.DROPPED],
    )


async def count_open_at(db: Reader, at: datetime, staffs: Staffs) -> int:
    """How much was owed at an instant: what is open now, with what ended since and without what
    began since.
    """
    where = _meant(staffs)
    # Any rule: said so, SQLite goes through the index of what is open, not through everything.
    still = where.and_("state = 'open' AND rule >= ''")
    ended = where.and_("ended_at >= ? AND started_at < ?", at, at)
    began = still.and_("started_at >= ?", at)
    counts = []
    for part in (still, ended, began):
        found = await count(db, f"SELECT count(*) AS n FROM owed WHERE {part}", *part.params)
        counts.append(found)
    now, gone, come = counts
    return now + gone - come


async def _count_by_rule(db: Reader, where: _Where) -> Counter[str]:
    rows = await db.fetch(
        f"SELECT rule, count(*) AS n FROM owed WHERE {where} GROUP BY rule", *where.params
    )
    return Counter({row["rule"]: int(row["n"]) for row in rows})


def _ended(
    where: _Where,
    since: datetime,
    until: datetime,
) -> _Where:
    return where.and_("ended_at >= ? AND ended_at < ?", since, until)


async def _count_ended(
    db: Reader, where: _Where, since: datetime, until: datetime
) -> dict[str, Counter[str]]:
    """How much ended, by state and kind."""
    ended = _ended(where, since, until)
    rows = await db.fetch(
        f"SELECT state, rule, count(*) AS n FROM owed WHERE {ended} GROUP BY state, rule",
        *ended.params,
    )
    counts: dict[str, Counter[str]] = {str(state): Counter() for state in OwedState}
    for row in rows:
        counts[row["state"]][row["rule"]] = int(row["n"])
    return counts


async def list_reasons(
    db: Reader,
    period: Period,
    staffs: Staffs,
    limit: int,
) -> list[tuple[str, int]]:
    """Why things were given up in a period, with how many, most first."""
    since, until = period.instants
    ended = _ended(_meant(staffs), since, until).and_("state = 'dropped'")
    rows = await db.fetch(
        f"SELECT reason, count(*) AS n FROM owed WHERE {ended} "
        f"GROUP BY reason ORDER BY n DESC, reason LIMIT {int(limit)}",
        *ended.params,
    )
    return [(row["reason"], int(row["n"])) for row in rows]


async def list_ended_ids(
    db: Reader,
    period: Period,
    state: OwedState,
    staffs: Staffs,
    limit: int,
    offset: int = 0,
) -> list[int]:
    """What ended so in a period, the latest first."""
    since, until = period.instants
    where = _ended(
        _of(_Where(("state = ?",), (state,)), staffs),
        since,
        until,
    )
    rows = await db.fetch(
        f"SELECT id FROM owed WHERE {where} "
        f"ORDER BY ended_at DESC, id DESC LIMIT {int(limit)} OFFSET {int(offset)}",
        *where.params,
    )
    return [int(row["id"]) for row in rows]


# What is expected soon.


def _expected(
    staffs: Staffs,
    today: date,
    days: int,
) -> _Where:
    where = _of(_Where(("state = 'open'",)), staffs)
    last = today + timedelta(days=days)
    return where.and_("expected_on >= ? AND expected_on <= ?", today, last)


async def list_expected(
    db: Reader,
    staffs: Staffs,
    today: date,
    days: int,
    limit: int,
) -> list[OwedLine]:
    """What should be there today or within so many days, the next first."""
    where = _expected(staffs, today, days)
    rows = await db.fetch(
        f"SELECT id FROM owed WHERE {where} ORDER BY expected_on, id LIMIT {int(limit)}",
        *where.params,
    )
    return await list_lines_by_ids(db, [int(row["id"]) for row in rows])


async def count_expected(
    db: Reader,
    staffs: Staffs,
    today: date,
    days: int,
) -> int:
    """How much that is; MOST_COUNTED and one where there is more."""
    where = _expected(staffs, today, days)
    return await count(
        db,
        f"SELECT count(*) AS n FROM (SELECT id FROM owed WHERE {where} "
        f"LIMIT {MOST_COUNTED + 1}) AS counted",
        *where.params,
    )
