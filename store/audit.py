"""The audit log: every read and change of personal data, and of who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx, insert, is_one_of

_OPENED = (
    "ticket.read",
    "ticket.created",
    "ticket.changed",
    "ticket.reopened",
    "ticket.restored",
    "ticket.taken",
    "customer.read",
    "customer.created",
    "customer.changed",
    "customer.history",
    "request.read",
)
"""What says that somebody has a record before them; a line of a list does not."""
_RECENT = 2000
"""Entries of everybody that are looked through for one person's last."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`action` is noun.verb ("customer.read"); `record` is a code or number, never a name or a
    telephone.
    """

    at: datetime
    staff_id: StaffId | None
    action: str
    record: str
    platform: str
    event_id: str


_ENTRIES = RecordColumns(AuditEntry, at="occurred_at")


async def add(tx: Tx, entries: list[AuditEntry]) -> None:
    """Append entries."""
    await insert(
        tx,
        "audit",
        _ENTRIES.names,
        map(_ENTRIES.values, entries),
    )


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which entries are wanted; what is not said is left open.

    `actions` and `but` = patterns of actions (`%.read`) of which one holds, and none. `since` and
    `before` bound the time."""

    staff_id: StaffId | None = None
    record: str = ""
    since: datetime | None = None
    before: datetime | None = None
    actions: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


class AuditSum(NamedTuple):
    """How often a person (None = the desk) did an action."""

    staff_id: StaffId | None
    action: str
    times: int


_EVERYTHING = AuditQuestion()


def _where(asked: AuditQuestion, *more: tuple[str, object]) -> tuple[str, list[object]]:
    """The condition with what it begins with, "" where all entries are asked for, and its
    parameters.
    """
    said: list[tuple[str, object]] = [
        ("staff_id = ?", asked.staff_id),
        ("record = ?", asked.record or None),
        ("occurred_at >= ?", asked.since),
        ("occurred_at < ?", asked.before),
        *(("action NOT LIKE ?", pattern) for pattern in asked.but),
        *more,
    ]
    wanted = [(condition, value) for condition, value in said if value is not None]
    conditions = [condition for condition, _value in wanted]
    if asked.actions:
        conditions.append(f"({' OR '.join(['action LIKE ?'] * len(asked.actions))})")
    if not conditions:
        return "", []
    params = [value for _condition, value in wanted]
    params += asked.actions
    return f"WHERE {' AND '.join(conditions)}", params


async def list_latest(
    db: Reader,
    limit: int,
    asked: AuditQuestion = _EVERYTHING,
) -> list[AuditEntry]:
    """The newest of these entries, the last one first."""
    where, params = _where(asked)
    rows = await db.fetch(
        f"SELECT {_ENTRIES.listed} FROM audit {where} ORDER BY id DESC LIMIT {int(limit)}",
        *params,
    )
    return [_ENTRIES.of(row) for row in rows]


async def list_after(
    db: Reader,
    asked: AuditQuestion,
    entry_id: int,
    limit: int,
) -> tuple[Sequence[AuditEntry], int]:
    """The next of these entries in their order, and the number of the last of them, behind which
    the next page begins.
    """
    where, params = _where(asked, ("id > ?", entry_id))
    rows = await db.fetch(
        f"SELECT id, {_ENTRIES.listed} FROM audit {where} ORDER BY id LIMIT {int(limit)}",
        *params,
    )
    last = int(rows[-1]["id"]) if rows else entry_id
    return [_ENTRIES.of(row) for row in rows], last


async def count_by_action(db: Reader, asked: AuditQuestion) -> list[AuditSum]:
    """How many of these entries there are of each person and action, the most first."""
    where, params = _where(asked)
    rows = await db.fetch(
        f"SELECT staff_id, action, count(*) AS n FROM audit {where} "
        "GROUP BY staff_id, action ORDER BY n DESC, action",
        *params,
    )
    return [
        AuditSum(
            row["staff_id"],
            row["action"],
            int(row["n"]),
        )
        for row in rows
    ]


async def find_latest_record(
    db: Reader,
    staff_id: StaffId,
    since: datetime,
) -> str:
    """The ticket or customer that a person opened or saved last, if that was after `since`; "" for
    none.
    """
    row = await db.fetch_one(
        f"SELECT record FROM audit WHERE id > (SELECT max(id) FROM audit) - {_RECENT} "
        f"AND staff_id = ? AND occurred_at >= ? AND {is_one_of('action', _OPENED)} "
        "ORDER BY id DESC LIMIT 1",
        staff_id,
        since,
        *_OPENED,
    )
    return row["record"] if row else ""


async def last_id(db: Reader) -> int:
    """The number of the newest entry; 0 where there is none."""
    row = await db.fetch_one("SELECT id FROM audit ORDER BY id DESC LIMIT 1")
    return int(row["id"]) if row else 0


async def id_before(db: Reader, at: datetime) -> int:
    """A number behind which all entries since then stand, by halves: the log has no index by time,
    which every event would write.
    """
    low = 0
    high = await last_id(db)
    while low < high:
        middle = (low + high + 1) // 2
        row = await db.fetch_one(
            "SELECT id, occurred_at FROM audit WHERE id <= ? ORDER BY id DESC LIMIT 1", middle
        )
        if row is not None and row["occurred_at"] >= at:
            high = int(row["id"]) - 1
        else:
            low = middle
    return low
