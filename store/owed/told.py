"""Who was told of which reminder of a thing owed, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.staff import StaffId
from store.engine.database import Reader, Tx, is_one_of


@dataclass(frozen=True, slots=True)
class ToldReminder:
    """A reminder of a thing owed, by its number, as somebody was told of it."""

    owed_id: int
    number: int
    staff_id: StaffId
    at: datetime


async def note_person(
    tx: Tx,
    reminders: Mapping[int, int],
    staff_id: StaffId | None,
    now: datetime,
) -> None:
    """This person (None = nobody in particular) was told of these reminders, their numbers by thing
    owed; of each once.
    """
    if staff_id is None:
        return
    rows = [(owed_id, number, staff_id, now) for owed_id, number in reminders.items()]
    await tx.execute_many(
        "INSERT INTO owed_told (owed_id, reminder, staff_id, told_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (owed_id, reminder, staff_id) DO NOTHING",
        rows,
    )


async def list_told(db: Reader, ids: Sequence[int]) -> list[ToldReminder]:
    """Who was told of these things owed, the first reminder first."""
    if not ids:
        return []
    rows = await db.fetch(
        "SELECT owed_id, reminder, staff_id, told_at FROM owed_told "
        f"WHERE {is_one_of('owed_id', ids)} ORDER BY owed_id, reminder, told_at, staff_id",
        *ids,
    )
    return [
        ToldReminder(
            int(row["owed_id"]),
            int(row["reminder"]),
            StaffId(row["staff_id"]),
            row["told_at"],
        )
        for row in rows
    ]
