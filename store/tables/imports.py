"""Tables that were sent to be imported: each is checked, shown, confirmed and imported; every step
happens once.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Conflict
from domain.staff import StaffId
from domain.tables.tables import Register
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart
from store.engine.rows import column


@dataclass(frozen=True, slots=True)
class Import:
    """One table. `file` names its row in the files.

    `state`: checking (decided on, nothing written), ready (shown, waits for the word), running,
    done, cancelled, refused. `new_records` and `changed_records` = what a run that was cut off had
    written already; `failures` counts the tries that ended in a bug."""

    id: str
    file: str
    register: Register
    state: str
    staff_id: StaffId
    platform: str
    chat: str
    event_id: str
    created_at: datetime
    new_records: int = 0
    changed_records: int = 0
    failures: int = 0


_IMPORTS = RecordColumns(Import)


async def add(tx: Tx, job: Import) -> None:
    """A table that is to be checked."""
    await tx.execute(_IMPORTS.insert("imports"), *_IMPORTS.values(job))


async def find_import(db: Reader, import_id: str) -> Import | None:
    """One of them."""
    row = await db.fetch_one(f"SELECT {_IMPORTS.listed} FROM imports WHERE id = ?", import_id)
    return None if row is None else _IMPORTS.of(row)


async def list_waiting(db: Reader) -> list[str]:
    """Those with something to do, oldest first."""
    rows = await db.fetch(
        "SELECT id FROM imports WHERE state IN ('checking', 'running') ORDER BY created_at, id"
    )
    return column(rows, "id")


async def step(
    tx: Tx,
    import_id: str,
    start: str,
    state: str,
    now: datetime,
) -> None:
    """From one state to the next; Conflict("import") where it is in another by now."""
    touched = await tx.execute(
        "UPDATE imports SET state = ?, ended_at = ? WHERE id = ? AND state = ?",
        state,
        now,
        import_id,
        start,
    )
    if not touched:
        raise Conflict("import")


async def note_progress(
    tx: Tx,
    import_id: str,
    new: int,
    changed: int,
) -> None:
    """What is written so far, for a run that goes on after a crash."""
    await tx.execute(
        "UPDATE imports SET new_records = ?, changed_records = ? WHERE id = ?",
        new,
        changed,
        import_id,
    )


async def note_failure(tx: Tx, import_id: str) -> int:
    """A try ended in a bug; returns how many did."""
    row = await tx.fetch_one(
        "UPDATE imports SET failures = failures + 1 WHERE id = ? RETURNING failures", import_id
    )
    return int(row["failures"]) if row else 0


_ENDED = Outdated(
    "imports", "id", "created_at < ? AND state NOT IN ('checking', 'running')", "created_at"
)


async def forget(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop those that were sent before then and are not being worked on."""
    return await _ENDED.drop(db, before)
