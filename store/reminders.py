"""Personal reminders: what to remind whom of; each time one rings is a row of `due`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from store import due
from store.due import Due
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, count, is_one_of
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart

KIND = "reminder"


@dataclass(frozen=True, slots=True)
class Reminder:
    """`record` = a ticket's number, a customer's code or nothing; `state` is waiting, rung or
    done.
    """

    id: str
    staff_id: StaffId
    record: str
    text: str
    due_at: datetime
    created_at: datetime
    state: str = "waiting"
    version: int = 1


_REMINDERS = RecordColumns(Reminder)


async def add(tx: Tx, reminders: Sequence[Reminder]) -> None:
    """New reminders, and when they ring."""
    await tx.execute_many(_REMINDERS.insert("reminders"), map(_REMINDERS.values, reminders))
    await due.plan(tx, [_ring(one, one.version, one.due_at) for one in reminders])


def _ring(reminder: Reminder, version: int, due_at: datetime) -> Due:
    """Each version of a reminder rings once."""
    return Due(KIND, reminder.id, str(version), due_at)


async def move(tx: Tx, reminder: Reminder, due_at: datetime) -> None:
    """Let it ring at another time, also once more; Conflict("reminder") where it has moved on since
    it was read.
    """
    await _change(tx, reminder, "waiting", due_at)
    await due.plan(tx, [_ring(reminder, reminder.version + 1, due_at)])


async def end(tx: Tx, reminder: Reminder) -> None:
    """It is dealt with, and rings no more; Conflict("reminder") where it has moved on since it was
    read.
    """
    await _change(tx, reminder, "done", reminder.due_at)


async def delete(tx: Tx, reminder: Reminder) -> None:
    """Forget it; Conflict("reminder") where it has moved on since it was read."""
    await end(tx, reminder)
    await tx.execute("DELETE FROM reminders WHERE id = ?", reminder.id)


async def _change(
    tx: Tx,
    reminder: Reminder,
    state: str,
    due_at: datetime,
) -> None:
    changed = await tx.execute(
        "UPDATE reminders SET state = ?, due_at = ?, version = version + 1 "
        "WHERE id = ? AND version = ?",
        state,
        due_at,
        reminder.id,
        reminder.version,
    )
    if not changed:
        raise Conflict("reminder")
    await due.cancel(tx, KIND, reminder.id)


async def mark_rung(tx: Tx, ids: Sequence[str]) -> None:
    """These have rung; their buttons still work."""
    await tx.execute_many(
        "UPDATE reminders SET state = 'rung' WHERE id = ?",
        [(reminder_id,) for reminder_id in ids],
    )


async def get_reminder(db: Reader, reminder_id: str, owner: StaffId) -> Reminder:
    """One of a person's own; NotFound("reminder")."""
    found = (await get_reminders(db, [reminder_id])).get(reminder_id)
    if found is None or found.staff_id != owner:
        raise NotFound("reminder")
    return found


async def get_reminders(db: Reader, ids: Sequence[str]) -> dict[str, Reminder]:
    """Those of these that there are, by id."""
    if not ids:
        return {}
    rows = await db.fetch(
        f"SELECT {_REMINDERS.listed} FROM reminders WHERE {is_one_of('id', ids)}", *ids
    )
    return {row["id"]: _REMINDERS.of(row) for row in rows}


async def list_reminders(
    db: Reader,
    owner: StaffId,
    limit: int,
    offset: int = 0,
) -> list[Reminder]:
    """What a person still waits for, the next first."""
    rows = await db.fetch(
        f"SELECT {_REMINDERS.listed} FROM reminders WHERE staff_id = ? AND state = 'waiting' "
        f"ORDER BY due_at, id LIMIT {int(limit)} OFFSET {int(offset)}",
        owner,
    )
    return [_REMINDERS.of(row) for row in rows]


async def count_reminders(db: Reader, owner: StaffId) -> int:
    """How many a person still waits for."""
    return await count(
        db, "SELECT count(*) AS n FROM reminders WHERE staff_id = ? AND state = 'waiting'", owner
    )


_OVER = Outdated("reminders", "id", "state <> 'waiting' AND due_at < ?", "due_at")


async def forget(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what rang or was dealt with, and was due before then."""
    return await _OVER.drop(db, before)
