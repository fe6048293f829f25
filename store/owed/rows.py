"""What is owed to the desk: one row each, with its next reminder in the table of what is due."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.errors import Conflict, NotFound
from domain.owed.rules import Owed, Rule, next_reminder
from domain.staff import StaffId
from store import due
from store.due import Due
from store.engine.columns import RecordColumns
from store.engine.database import (
    Reader,
    Tx,
    count,
    is_one_of,
    marks,
)

KIND = "owed"
"""The kind of the reminders among what is due."""
_OWED = RecordColumns(Owed, apart=("unreached",), assignee="assignee_id")
_NOTED_APART = ("untold", "told_no")


def _stored(row: Owed, rule: Rule | None) -> dict[str, object]:
    """What is written of a thing owed, new or changed: all but its id."""
    stored = _OWED.stored(row)
    del stored["id"]
    return {**stored, "expected_on": expected_on(row, rule)}


def expected_on(row: Owed, rule: Rule | None) -> date:
    """When it should be there, by which the lists go."""
    if rule is None:
        # The office's data name the rule no longer.
        return row.due_on or row.started_at.date()
    return row.first_on(rule)


async def get_owed(db: Reader, owed_id: int) -> Owed:
    """One thing owed; NotFound("owed")."""
    row = await db.fetch_one(f"SELECT {_OWED.listed} FROM owed WHERE id = ?", owed_id)
    if row is None:
        raise NotFound("owed")
    return _OWED.of(row)


async def list_by_ids(db: Reader, ids: Sequence[int]) -> list[Owed]:
    """These, in the order asked for."""
    if not ids:
        return []
    rows = await db.fetch(f"SELECT {_OWED.listed} FROM owed WHERE {is_one_of('id', ids)}", *ids)
    found = {int(row["id"]): _OWED.of(row) for row in rows}
    return [found[each] for each in ids if each in found]


async def list_of_requests(db: Reader, request_ids: Sequence[int]) -> list[Owed]:
    """All that is or was owed on these requests, oldest first."""
    if not request_ids:
        return []
    asked = is_one_of("request_id", request_ids)
    rows = await db.fetch(
        f"SELECT {_OWED.listed} FROM owed WHERE {asked} ORDER BY started_at, id", *request_ids
    )
    return [_OWED.of(row) for row in rows]


async def list_of_officer(db: Reader, assignee: StaffId, limit: int = 50) -> list[Owed]:
    """What is owed to an officer, the last reminded of first."""
    rows = await db.fetch(
        f"SELECT {_OWED.listed} FROM owed WHERE state = 'open' AND assignee_id = ? "
        f"ORDER BY reminders + chased DESC, expected_on, id LIMIT {int(limit)}",
        assignee,
    )
    return [_OWED.of(row) for row in rows]


async def list_oldest(db: Reader, rules: Sequence[str], limit: int) -> tuple[int, list[Owed]]:
    """How much is owed to the desk by these rules, and what is owed longest."""
    where = f"state = 'open' AND {is_one_of('rule', rules)}"
    rows = await db.fetch(
        f"SELECT {_OWED.listed} FROM owed WHERE {where} ORDER BY started_at, id LIMIT {int(limit)}",
        *rules,
    )
    total = await count(db, f"SELECT count(*) AS n FROM owed WHERE {where}", *rules)
    return total, [_OWED.of(row) for row in rows]


async def count_by_customer(db: Reader, rules: Sequence[str], limit: int) -> dict[str, int]:
    """How much each of the customers owes who owe most, by code, the most first."""
    rows = await db.fetch(
        "SELECT r.customer_code, count(*) AS n FROM owed o JOIN requests r ON r.id = o.request_id "
        f"WHERE o.state = 'open' AND {is_one_of('o.rule', rules)} "
        f"GROUP BY r.customer_code ORDER BY n DESC, r.customer_code LIMIT {int(limit)}",
        *rules,
    )
    return {row["customer_code"]: int(row["n"]) for row in rows}


async def list_asked_for(
    db: Reader,
    rules: Sequence[str],
    today: date,
    limit: int,
) -> dict[StaffId | None, tuple[int, list[Owed]]]:
    """What should have been there before today or was reminded of, and is not reminded of today, by
    officer.

    How many there are of each officer's, and `limit` of them, those reminded of most first.
    """
    start = datetime.combine(today, time(), BANGKOK)
    end = start + timedelta(days=1)
    rows = await db.fetch(
        f"SELECT {_OWED.listed}, total FROM (SELECT {_OWED.listed}, "
        "row_number() OVER (PARTITION BY assignee_id "
        "ORDER BY reminders + chased DESC, expected_on, id) AS place, "
        "count(*) OVER (PARTITION BY assignee_id) AS total FROM owed "
        f"WHERE state = 'open' AND {is_one_of('rule', rules)} "
        "AND (expected_on < ? OR reminders > 0) "
        "AND (next_at IS NULL OR next_at >= ?) AND (last_at IS NULL OR last_at < ?)"
        f") AS asked WHERE place <= {int(limit)} ORDER BY place, id",
        *rules,
        today,
        end,
        start,
    )
    found: dict[StaffId | None, tuple[int, list[Owed]]] = {}
    for row in rows:
        one = _OWED.of(row)
        found.setdefault(one.assignee, (int(row["total"]), []))[1].append(one)
    return found


async def save(
    tx: Tx,
    rows: Sequence[Owed],
    rules: Mapping[str, Rule],
    calendar: WorkingCalendar,
    now: datetime,
) -> None:
    """Write things owed, new (id 0) or changed, with their next reminder: planned, moved, or
    cancelled.

    Conflict("changed") where somebody saved a row meanwhile: `version` is one more than the row
    that was read."""
    for row in rows:
        rule = rules.get(row.rule)
        next_at = None
        if rule is not None:
            next_at = next_reminder(rule, row, calendar, now)
        row = replace(row, next_at=next_at)
        stored = _stored(row, rule)
        if row.id:
            await _update(tx, row, stored)
        else:
            row = replace(row, id=await _insert(tx, stored))
        await _plan(tx, row)


async def _insert(tx: Tx, stored: Mapping[str, object]) -> int:
    added = await tx.fetch_one(
        f"INSERT INTO owed ({', '.join(stored)}) VALUES ({marks(stored)}) RETURNING id",
        *stored.values(),
    )
    assert added is not None
    return int(added["id"])


async def _update(tx: Tx, row: Owed, stored: Mapping[str, object]) -> None:
    # Whether somebody was told is noted by whoever sends, meanwhile, too.
    stored = {name: value for name, value in stored.items() if name not in _NOTED_APART}
    columns = ", ".join(f"{name} = ?" for name in stored)
    # What was reminded of since the customer was asked last went without a chase.
    touched = await tx.execute(
        f"UPDATE owed SET {columns}, "
        "chased_after = CASE WHEN chased < ? THEN reminders - untold ELSE chased_after END "
        "WHERE id = ? AND version IN (?, ?)",
        *stored.values(),
        row.chased,
        row.id,
        row.version - 1,
        row.version,
    )
    if not touched:
        raise Conflict("changed", record="")


async def _plan(tx: Tx, row: Owed) -> None:
    if row.next_at is None:
        await due.cancel(tx, KIND, str(row.id))
    else:
        await due.plan(tx, [due_of(row, row.next_at)])


async def hold(tx: Tx, row: Owed) -> None:
    """Nobody else changes this row until the transaction ends; Conflict("changed") where somebody
    did already.
    """
    held = await tx.execute(
        "UPDATE owed SET version = version WHERE id = ? AND version = ?", row.id, row.version
    )
    if not held:
        raise Conflict("changed", record="")


async def hand_over(
    tx: Tx,
    rows: Sequence[Owed],
    to: Mapping[int, StaffId | None],
    now: datetime,
) -> None:
    """Give all of these to whom `to` names for each; Conflict("changed") where somebody changed one
    since it was read, and then none is given.
    """
    read = [(to[row.id], to[row.id], now, row.id, row.version) for row in rows]
    await tx.execute_many(
        "UPDATE owed SET assignee_id = ?, handed_to = ?, decided_at = ?, version = version + 1 "
        "WHERE id = ? AND version = ? AND state = 'open'",
        read,
    )
    given = {row.id: row.assignee for row in await list_by_ids(tx, [*to])}
    if given != to:
        raise Conflict("changed", record="")


async def move(tx: Tx, ticket_no: str, request_id: int) -> None:
    """What is known by this ticket belongs to this request from now on."""
    await tx.execute("UPDATE owed SET request_id = ? WHERE known_by = ?", request_id, ticket_no)


async def is_known_by(db: Reader, rule: str, ticket_no: str) -> bool:
    """Whether something under this rule is known by this ticket."""
    row = await db.fetch_one(
        "SELECT 1 AS n FROM owed WHERE rule = ? AND known_by = ?", rule, ticket_no
    )
    return row is not None


async def list_known(db: Reader, ticket_nos: Sequence[str]) -> set[str]:
    """Those of these tickets that something owed is known by."""
    if not ticket_nos:
        return set()
    rows = await db.fetch(
        f"SELECT known_by FROM owed WHERE {is_one_of('known_by', ticket_nos)}", *ticket_nos
    )
    return {row["known_by"] for row in rows}


async def want(
    tx: Tx,
    request_id: int,
    rule: str,
    ticket_no: str,
    now: datetime,
) -> None:
    """Note of what is known by this ticket under this rule, that an officer says it is owed; until
    the request is settled it is not.
    """
    await tx.execute(
        "INSERT INTO owed (request_id, rule, state, known_by, ticket_no, started_at, expected_on, "
        "wanted_at, decided_at) VALUES (?, ?, 'void', ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (rule, known_by) WHERE known_by <> '' DO UPDATE SET "
        "wanted_at = excluded.wanted_at, decided_at = excluded.decided_at, word = NULL",
        request_id,
        rule,
        ticket_no,
        ticket_no,
        now,
        now.date(),
        now,
        now,
    )


def due_of(row: Owed, at: datetime) -> Due:
    """The next reminder of a thing owed, at this time, among what is due."""
    return Due(KIND, str(row.id), str(row.reminders + 1), at)
