"""What was found to be owed long after it began, as the office decides on it: how much there is,
what is followed up, what is not, and that taken back.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from domain.dates.days import BANGKOK
from domain.owed.following_up import spread
from domain.owed.rules import Owed, OwedState
from domain.staff import StaffId
from store.engine.database import Reader, Tx, count
from store.engine.rows import column
from store.owed import requests
from store.owed import rows as owed
from store.records.save_context import SaveContext

_OFFERED = "state = 'offered'"


@dataclass(frozen=True, slots=True)
class OfferedKind:
    """How much of one kind waits for the office's answer: `younger` = how much of it began on each
    of the days that were asked for, or later.
    """

    rule: str
    count: int
    oldest_at: datetime
    younger: Mapping[date, int]


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), BANGKOK)


async def list_kinds(db: Reader, days: Sequence[date]) -> list[OfferedKind]:
    """What waits for the office's answer, by kind, most first."""
    sums = "".join(
        f", SUM(CASE WHEN started_at >= ? THEN 1 ELSE 0 END) AS n{place}"
        for place, _day in enumerate(days)
    )
    rows = await db.fetch(
        f"SELECT rule, count(*) AS n, min(started_at) AS oldest_at{sums} FROM owed "
        f"WHERE {_OFFERED} GROUP BY rule ORDER BY n DESC, rule",
        *map(_midnight, days),
    )
    found = []
    for row in rows:
        younger = {day: int(row[f"n{place}"]) for place, day in enumerate(days)}
        found.append(OfferedKind(row["rule"], int(row["n"]), row["oldest_at"], younger))
    return found


async def count_offered(db: Reader, since: datetime | None = None) -> int:
    """How much waits for the office's answer; only what was found after `since`, where that is
    given.
    """
    sql = f"SELECT count(*) AS n FROM owed WHERE {_OFFERED}"
    if since is None:
        return await count(db, sql)
    return await count(db, f"{sql} AND offered_at > ?", since)


async def list_offered(
    db: Reader,
    limit: int,
    since: date | None = None,
    offset: int = 0,
) -> list[int]:
    """The ids of what waits for the office's answer, the youngest first; only what began on the day
    `since` or later, where that is given.
    """
    where = _OFFERED
    params = []
    if since is not None:
        where += " AND started_at >= ?"
        params.append(_midnight(since))
    rows = await db.fetch(
        f"SELECT id FROM owed WHERE {where} ORDER BY started_at DESC, id DESC "
        f"LIMIT {int(limit)} OFFSET {int(offset)}",
        *params,
    )
    return [int(row["id"]) for row in rows]


async def list_officers(db: Reader, ids: Sequence[int]) -> list[StaffId | None]:
    """Who looks after these."""
    return [row.assignee for row in await owed.list_by_ids(db, ids)]


async def planned(db: Reader, today: date) -> Counter[tuple[StaffId | None, date]]:
    """On which days officers are reminded of what was taken up before, and of how much."""
    rows = await db.fetch(
        "SELECT assignee_id, snoozed_on, count(*) AS n FROM owed WHERE answered_at IS NOT NULL "
        "AND state = 'open' AND snoozed_on > ? GROUP BY assignee_id, snoozed_on",
        today,
    )
    return Counter({(row["assignee_id"], row["snoozed_on"]): int(row["n"]) for row in rows})


async def take_up(tx: Tx, ids: Sequence[int], context: SaveContext) -> None:
    """Follow these up, those that still wait for an answer: officers are reminded of a few a
    day.
    """
    rows = await _waiting(tx, ids)
    days = spread(
        [row.assignee for row in rows],
        await planned(tx, context.today),
        context.today,
        context.configuration.following_up.a_day,
        context.calendar,
    )
    on = dict(zip([row.id for row in rows], days, strict=True))
    await _write(tx, rows, lambda row: row.followed_up(context.now, on[row.id]), context)


async def decline(
    tx: Tx,
    ids: Sequence[int],
    reason: str,
    context: SaveContext,
) -> None:
    """Have these given up, those that still wait for an answer; they are not asked about again."""
    rows = await _waiting(tx, ids)
    await _write(tx, rows, lambda row: row.declined(context.now, reason), context)


async def last_answer(db: Reader) -> datetime | None:
    """When the office answered last."""
    rows = await db.fetch(
        "SELECT answered_at FROM owed WHERE answered_at IS NOT NULL "
        "ORDER BY answered_at DESC LIMIT 1"
    )
    return next(iter(column(rows, "answered_at")), None)


async def list_answered(db: Reader, at: datetime, limit: int) -> list[int]:
    """The ids of what was answered at this instant and of which nothing has come since: neither a
    reminder nor an officer's word.
    """
    rows = await db.fetch(
        "SELECT id FROM owed WHERE answered_at = ? AND decided_at = ? "
        f"AND state IN ('open', 'dropped') ORDER BY id LIMIT {int(limit)}",
        at,
        at,
    )
    return [int(row["id"]) for row in rows]


async def take_back(tx: Tx, ids: Sequence[int], at: datetime, context: SaveContext) -> None:
    """Have these wait for an answer again, those that are as the answer of this instant left
    them.
    """
    rows = [
        row for row in await owed.list_by_ids(tx, ids) if row.answered_at == row.decided_at == at
    ]
    await _write(tx, rows, Owed.unanswered, context)


async def _waiting(tx: Tx, ids: Sequence[int]) -> list[Owed]:
    rows = await owed.list_by_ids(tx, ids)
    return [row for row in rows if row.state is OwedState.OFFERED]


async def _write(
    tx: Tx,
    rows: Sequence[Owed],
    change: Callable[[Owed], Owed],
    context: SaveContext,
) -> None:
    # In one order, so that two who decide on the same do not wait for each other.
    for row in sorted(rows, key=lambda row: row.request_id):
        await requests.change_owed(tx, row, change(row), context)
