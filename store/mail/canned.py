"""The office's canned answers, kept in the order of their names."""

from datetime import datetime

from domain.errors import Conflict, NotFound
from domain.mail.letters.canned import CannedAnswer
from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx

_COLUMNS = RecordColumns(CannedAnswer)


async def list_canned(db: Reader) -> list[CannedAnswer]:
    """All of them."""
    rows = await db.fetch(f"SELECT {_COLUMNS.listed} FROM canned_answers ORDER BY name, id")
    return [_COLUMNS.of(row) for row in rows]


async def get_canned(db: Reader, canned_id: str) -> CannedAnswer:
    """One of them; NotFound("canned")."""
    row = await db.fetch_one(
        f"SELECT {_COLUMNS.listed} FROM canned_answers WHERE id = ?", canned_id
    )
    if row is None:
        raise NotFound("canned")
    return _COLUMNS.of(row)


async def put_canned(
    tx: Tx,
    answer: CannedAnswer,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Keep a new one, or a changed one over the version before its own; Conflict("canned_moved")
    where that was changed meanwhile, or another has its name.
    """
    taken = await tx.fetch_one(
        "SELECT id FROM canned_answers WHERE name = ? AND id <> ?", answer.name, answer.id
    )
    if taken is not None:
        raise Conflict("canned_moved")
    if answer.version == 1:
        await tx.execute(
            f"INSERT INTO canned_answers ({_COLUMNS.listed}, changed_by, changed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            *_COLUMNS.values(answer),
            by,
            now,
        )
        return
    touched = await tx.execute(
        "UPDATE canned_answers SET name = ?, th = ?, en = ?, version = ?, changed_by = ?, "
        "changed_at = ? WHERE id = ? AND version = ?",
        answer.name,
        answer.th,
        answer.en,
        answer.version,
        by,
        now,
        answer.id,
        answer.version - 1,
    )
    if not touched:
        raise Conflict("canned_moved")


async def remove_canned(tx: Tx, answer: CannedAnswer) -> None:
    """Take one away; Conflict("canned_moved") where it was changed meanwhile."""
    touched = await tx.execute(
        "DELETE FROM canned_answers WHERE id = ? AND version = ?", answer.id, answer.version
    )
    if not touched:
        raise Conflict("canned_moved")
