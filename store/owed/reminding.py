"""Reminders of what is owed, a morning's and those that a changed rule moves: of thousands of rows
no more is read than what says when, and to whom.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.dates.working_calendar import WorkingCalendar
from domain.errors import Conflict
from domain.owed.rules import Owed, Rule, next_reminder
from domain.owed.trial import MovedReminder
from store import due
from store.due import Due
from store.engine.database import Reader, Row, Tx, is_one_of
from store.owed.rows import KIND, due_of, expected_on

CHUNK = 500
"""Rows that one statement names."""
_READ = (
    "o.id, o.version, o.request_id, o.rule, o.started_at, o.assignee_id, o.due_on, o.reminders, "
    "o.extra, o.last_at, o.snoozed_on, o.next_at"
)
_ONCE_TOLD = (
    "CASE WHEN o.told_no < o.reminders AND o.untold > 0 THEN o.untold - 1 ELSE o.untold END "
    "AS untold, o.reminders AS told_no"
)
"""As `note_told` counts a row's last reminder."""


def _of(row: Row) -> Owed:
    """An open thing owed, as far as its reminders depend on it; the rest of it is not read."""
    return Owed(
        id=row["id"],
        version=row["version"],
        request_id=row["request_id"],
        rule=row["rule"],
        started_at=row["started_at"],
        assignee=row["assignee_id"],
        due_on=row["due_on"],
        reminders=row["reminders"],
        extra=row["extra"],
        last_at=row["last_at"],
        snoozed_on=row["snoozed_on"],
        next_at=row["next_at"],
        untold=row["untold"],
        told_no=row["told_no"],
    )


async def list_open(db: Reader, ids: Sequence[int]) -> list[Owed]:
    """Those of these that are open, in the order of their ids."""
    rows = await db.fetch(
        f"SELECT {_READ}, o.untold, o.told_no FROM owed o "
        f"WHERE {is_one_of('o.id', ids)} AND o.state = 'open' ORDER BY o.id",
        *ids,
    )
    return [_of(row) for row in rows]


async def list_open_after(db: Reader, owed_id: int, limit: int) -> list[Owed]:
    """The next open ones in the order of their ids."""
    rows = await db.fetch(
        f"SELECT {_READ}, o.untold, o.told_no FROM owed o WHERE o.state = 'open' AND o.id > ? "
        f"ORDER BY o.id LIMIT {int(limit)}",
        owed_id,
    )
    return [_of(row) for row in rows]


async def list_reminded(
    db: Reader,
    since: datetime,
    owed_id: int,
    limit: int,
) -> list[tuple[Owed, datetime]]:
    """The next open ones whose last reminder was noted at `since` or later, with when, in the order
    of their ids: as they are once somebody was told of it.
    """
    # A letter moves `last_at`, too: it only narrows, and `done_at` decides.
    rows = await db.fetch(
        f"SELECT {_READ}, {_ONCE_TOLD}, d.done_at FROM owed o JOIN due d ON d.kind = '{KIND}' "
        "AND d.subject = CAST(o.id AS TEXT) AND d.occurrence = CAST(o.reminders AS TEXT) "
        "WHERE o.state = 'open' AND o.last_at >= ? AND o.id > ? AND d.done_at >= ? "
        f"ORDER BY o.id LIMIT {int(limit)}",
        since,
        owed_id,
        since,
    )
    return [(_of(row), row["done_at"]) for row in rows]


async def note_reminded(
    tx: Tx,
    rows: Sequence[Owed],
    rules: Mapping[str, Rule],
    calendar: WorkingCalendar,
) -> None:
    """Reminders of these rows go out, as `Owed.reminded` made them, and the next are planned;
    Conflict("due") where somebody changed one. They count once somebody is told, see `note_told`.
    """
    # As they were read: before this reminder.
    read = [(row.id, row.version, row.reminders - 1) for row in rows]
    unchanged = await _unchanged(tx, read)
    if len(unchanged) != len(rows):
        raise Conflict("due")
    planned: list[Due] = []
    # Most of a morning are reminded of again on the same day, so that a statement takes many.
    ids_by_time = defaultdict[tuple[datetime, datetime | None], list[int]](list)
    for row in rows:
        assert row.last_at is not None
        at = next_reminder(rules[row.rule], row, calendar, row.last_at)
        ids_by_time[row.last_at, at].append(row.id)
        if at is not None:
            planned.append(due_of(row, at))
    for (now, at), ids in ids_by_time.items():
        await tx.execute(
            "UPDATE owed SET reminders = reminders + 1, untold = untold + 1, last_at = ?, "
            "told_at = ?, decided_at = ?, snoozed_on = NULL, next_at = ? "
            f"WHERE {is_one_of('id', ids)}",
            now,
            now,
            now,
            at,
            *ids,
        )
    await due.plan(tx, planned)


async def note_told(tx: Tx, numbers: Mapping[int, int]) -> None:
    """Somebody was told of these reminders, by thing owed; each counts once, whoever is told."""
    by_number: dict[int, list[int]] = {}
    for owed_id, number in sorted(numbers.items()):
        by_number.setdefault(number, []).append(owed_id)
    for number, ids in sorted(by_number.items()):
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            await tx.execute(
                "UPDATE owed SET untold = untold - 1, told_no = ? "
                f"WHERE {is_one_of('id', some)} AND told_no < ? AND untold > 0",
                number,
                *some,
                number,
            )


async def reminded_by_now(tx: Tx, now: datetime) -> int:
    """What was last reminded of, or chased, later than now was so now; returns how many there
    were.
    """
    return await tx.execute(
        "UPDATE owed SET told_at = CASE WHEN told_at > ? THEN ? ELSE told_at END, last_at = ?, "
        "version = version + 1 WHERE state = 'open' AND last_at > ?",
        now,
        now,
        now,
        now,
    )


async def _unchanged(tx: Tx, read: Sequence[tuple[int, int, int]]) -> set[int]:
    """The ids of those that are still open and as they were `read` (id, version, reminders).

    Nobody changes them until the transaction ends.
    """
    ids = [owed_id for owed_id, _version, _reminders in read]
    held = await tx.fetch(
        f"UPDATE owed SET reminders = reminders WHERE {is_one_of('id', ids)} AND state = 'open' "
        "RETURNING id, version, reminders",
        *ids,
    )
    now = {(row["id"], row["version"], row["reminders"]) for row in held}
    return {each[0] for each in read if each in now}


async def replan(tx: Tx, reminders: Sequence[MovedReminder], rules: Mapping[str, Rule]) -> None:
    """Write the next reminder of rows whose rule has changed; one that somebody changed meanwhile
    is left.
    """
    read = [(each.row.id, each.row.version, each.row.reminders) for each in reminders]
    held = await _unchanged(tx, read)
    moved = [(each.row, each.at) for each in reminders if each.row.id in held]
    await tx.execute_many(
        "UPDATE owed SET next_at = ? WHERE id = ?", [(at, row.id) for row, at in moved]
    )
    # The lists go by it: it is written only where it differs, for the sake of their indexes.
    expected = [(expected_on(row, rules.get(row.rule)), row.id) for row, _at in moved]
    await tx.execute_many(
        "UPDATE owed SET expected_on = ? WHERE id = ? AND expected_on <> ?",
        [(on, owed_id, on) for on, owed_id in expected],
    )
    ended: list[str] = []
    planned: list[Due] = []
    for row, at in moved:
        if at is None:
            ended.append(str(row.id))
        else:
            planned.append(due_of(row, at))
    await due.cancel_all(tx, KIND, ended)
    await due.plan(tx, planned)
