"""What is to be done at a time: each occurrence is one row, claimed with a lease and done exactly
once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from domain.errors import Conflict
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, is_one_of, marks
from store.engine.pieces import BEGINNING, PIECE, Piece, PieceStart
from store.engine.rows import two_columns

LEASE = timedelta(minutes=1)
FURTHEST = 2 * LEASE
"""So far ahead a lease may end that another machine took, whose clock is not quite ours."""
"""How long what was claimed stays another process's when its claimer died; who works for longer
says so meanwhile.
"""
LATE = timedelta(minutes=30)
CHUNK = 1000
"""Rows that one statement names."""
LONGEST_WAIT = timedelta(hours=1)
"""Nothing is ever put off for longer than this: a lease that ends later was taken while the clock
was wrong.
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: `kind` says what is done, `subject` to which record, `occurrence` which time
    it is.
    """

    kind: str
    subject: str
    occurrence: str
    due_at: datetime
    id: int = 0
    attempts: int = 0

    def is_late(self, now: datetime) -> bool:
        """Whether the desk was away when it was due."""
        return now - self.due_at > LATE


_DUE = RecordColumns(Due)


async def plan(tx: Tx, rows: Iterable[Due]) -> None:
    """Plan these occurrences; one that was done stays done, one that waits is moved to its new
    time.

    Who works on one that is moved can no longer finish it.
    """
    await tx.execute_many(
        "INSERT INTO due (kind, subject, occurrence, due_at, state) VALUES (?, ?, ?, ?, 'waiting') "
        "ON CONFLICT (kind, subject, occurrence) DO UPDATE SET due_at = excluded.due_at, "
        "owner = '', lease_until_at = NULL "
        "WHERE due.state = 'waiting' AND due.due_at <> excluded.due_at",
        [(row.kind, row.subject, row.occurrence, row.due_at) for row in rows],
    )


async def plan_again(tx: Tx, rows: Sequence[Due]) -> None:
    """Plan these occurrences also where they were done; who works on one can no longer finish
    it.
    """
    await tx.execute_many(
        "INSERT INTO due (kind, subject, occurrence, due_at, state) VALUES (?, ?, ?, ?, 'waiting') "
        "ON CONFLICT (kind, subject, occurrence) DO UPDATE SET due_at = excluded.due_at, "
        "state = 'waiting', owner = '', lease_until_at = NULL, attempts = 0",
        [(row.kind, row.subject, row.occurrence, row.due_at) for row in rows],
    )


async def cancel(tx: Tx, kind: str, subject: str) -> int:
    """Forget what waits of this kind for this record; returns how many there were."""
    return await tx.execute(
        "DELETE FROM due WHERE kind = ? AND subject = ? AND state = 'waiting'", kind, subject
    )


async def cancel_all(tx: Tx, kind: str, subjects: Sequence[str]) -> None:
    """Forget what waits of this kind for any of these records."""
    await tx.execute_many(
        "DELETE FROM due WHERE kind = ? AND subject = ? AND state = 'waiting'",
        [(kind, each) for each in subjects],
    )


async def list_done(db: Reader, kind: str, subjects: Sequence[str]) -> dict[str, list[str]]:
    """The occurrences that were done of a kind, by record, for those of these that there are
    any.
    """
    rows = await db.fetch(
        "SELECT subject, occurrence FROM due "
        f"WHERE kind = ? AND {is_one_of('subject', subjects)} AND state = 'done'",
        kind,
        *subjects,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["subject"], []).append(row["occurrence"])
    return found


async def list_waiting(db: Reader, kind: str, subject: str = "") -> list[Due]:
    """What waits of a kind, the next first; of one record where it is named."""
    where = "kind = ? AND state = 'waiting'"
    params = [kind]
    if subject:
        where += " AND subject = ?"
        params.append(subject)
    rows = await db.fetch(
        f"SELECT {_DUE.listed} FROM due WHERE {where} ORDER BY due_at, id", *params
    )
    return [_DUE.of(row) for row in rows]


async def list_due(db: Reader, kind: str, now: datetime) -> list[Due]:
    """What is due of a kind, the oldest first, also where somebody works on it."""
    rows = await db.fetch(
        f"SELECT {_DUE.listed} FROM due WHERE state = 'waiting' AND due_at <= ? AND kind || '' = ? "
        "ORDER BY due_at, id",
        now,
        kind,
    )
    return [_DUE.of(row) for row in rows]


async def is_waiting(
    db: Reader,
    kind: str,
    subject: str,
    occurrence: str,
) -> bool:
    """Whether this occurrence is still to be done."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM due "
        "WHERE kind = ? AND subject = ? AND occurrence = ? AND state <> 'done'",
        kind,
        subject,
        occurrence,
    )
    return row is not None


async def is_planned(
    db: Reader,
    kind: str,
    subject: str,
    occurrence: str,
) -> bool:
    """Whether this occurrence has a row, waiting or done."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM due WHERE kind = ? AND subject = ? AND occurrence = ?",
        kind,
        subject,
        occurrence,
    )
    return row is not None


async def has_waiting(db: Reader, kind: str, now: datetime) -> bool:
    """Whether something of this kind is due and not done, also where somebody works on it; what
    failed is not meant.
    """
    found = await db.fetch(
        "SELECT id FROM due WHERE state = 'waiting' AND due_at <= ? AND kind || '' = ? "
        "AND attempts = 0 LIMIT 1",
        now,
        kind,
    )
    return bool(found)


async def last_done_by_subject(
    db: Reader, kind: str, subjects: Sequence[str]
) -> dict[str, datetime]:
    """When an occurrence of this kind was last done for each of these records, those for which one
    was.
    """
    rows = await db.fetch(
        "SELECT subject, max(done_at) AS last_at FROM due "
        f"WHERE kind = ? AND {is_one_of('subject', subjects)} "
        "AND done_at IS NOT NULL GROUP BY subject",
        kind,
        *subjects,
    )
    return two_columns(rows, "subject", "last_at")


async def last_done(db: Reader, kind: str) -> datetime | None:
    """When this kind, which is due daily, was last done."""
    row = await db.fetch_one(
        "SELECT done_at FROM due WHERE kind = ? AND subject = '' AND state = 'done' "
        "ORDER BY occurrence DESC LIMIT 1",
        kind,
    )
    at: datetime | None = row["done_at"] if row else None
    return at


@dataclass(frozen=True, slots=True)
class Claimable:
    """What may be claimed now: these kinds (one or more), due after `since` where that is given."""

    kinds: Sequence[str]
    now: datetime
    since: datetime | None = None

    def where(self) -> tuple[str, list[object]]:
        """The condition and its parameters."""
        # Kinds are no key here: what is due is found by its time, which few rows match.
        text = (
            f"state = 'waiting' AND kind || '' IN ({marks(self.kinds)}) AND due_at <= ? "
            "AND (lease_until_at IS NULL OR lease_until_at < ? OR lease_until_at > ? "
            "OR (owner <> '' AND lease_until_at > ?))"
        )
        now = self.now
        params: list[object] = [*self.kinds, now, now, now + LONGEST_WAIT, now + FURTHEST]
        if self.since is not None:
            text += " AND due_at > ?"
            params.append(self.since)
        return text, params


async def has_claimable(db: Reader, what: Claimable) -> bool:
    """Whether something is due that nobody works on."""
    where, params = what.where()
    found = await db.fetch(f"SELECT id FROM due WHERE {where} ORDER BY due_at, id LIMIT 1", *params)
    return bool(found)


async def claim(
    tx: Tx,
    engine: str,
    what: Claimable,
    owner: str,
    limit: int,
) -> list[Due]:
    """The oldest due occurrences that nobody works on: the owner's for LEASE."""
    where, params = what.where()
    oldest = f"SELECT id FROM due WHERE {where} ORDER BY due_at, id LIMIT {int(limit)}"
    if engine == "postgresql":
        # Who claims at the same time takes others, and waits for nobody.
        oldest += " FOR UPDATE SKIP LOCKED"
    rows = await tx.fetch(
        f"UPDATE due SET owner = ?, lease_until_at = ? WHERE id IN ({oldest}) "
        f"RETURNING {_DUE.listed}",
        owner,
        what.now + LEASE,
        *params,
    )
    return sorted((_DUE.of(row) for row in rows), key=lambda row: (row.due_at, row.id))


async def extend(
    tx: Tx,
    rows: Sequence[Due],
    owner: str,
    now: datetime,
) -> None:
    """Their owner still works on these occurrences."""
    await tx.execute(
        "UPDATE due SET lease_until_at = ? "
        f"WHERE state = 'waiting' AND owner = ? AND {is_one_of('id', rows)}",
        now + LEASE,
        owner,
        *(row.id for row in rows),
    )


async def is_ahead(db: Reader, now: datetime) -> bool:
    """Whether something was done later than now."""
    found = await db.fetch("SELECT id FROM due WHERE state = 'done' AND done_at > ? LIMIT 1", now)
    return bool(found)


async def end_waits(tx: Tx, now: datetime) -> None:
    """What was claimed, or is to be tried again, is anybody's no later than a claim of now
    would be.
    """
    until = now + LEASE
    await tx.execute(
        "UPDATE due SET lease_until_at = ? WHERE state = 'waiting' AND lease_until_at > ?",
        until,
        until,
    )


async def done_by_now(tx: Tx, kinds: Sequence[str], now: datetime) -> None:
    """What was done of these kinds was done by now."""
    await tx.execute(
        f"UPDATE due SET done_at = ? WHERE state = 'done' AND done_at > ? "
        f"AND {is_one_of('kind', kinds)}",
        now,
        now,
        *kinds,
    )


async def finish(
    tx: Tx,
    rows: Sequence[Due],
    owner: str,
    now: datetime,
) -> None:
    """These occurrences are done; Conflict("due") where one was cancelled or taken over
    meanwhile.
    """
    touched = await tx.execute(
        "UPDATE due SET state = 'done', done_at = ? "
        f"WHERE state = 'waiting' AND owner = ? AND {is_one_of('id', rows)}",
        now,
        owner,
        *(row.id for row in rows),
    )
    if touched != len(rows):
        raise Conflict("due")


async def finish_elsewhere(
    tx: Tx, rows: Sequence[Due], now: datetime, until: datetime | None = None
) -> None:
    """These occurrences are done with other work, whoever has claimed them; Conflict("due") where
    one is done, was cancelled or moved meanwhile. They are due by `until`, else by now."""
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        touched = await tx.execute(
            "UPDATE due SET state = 'done', done_at = ? "
            f"WHERE state = 'waiting' AND due_at <= ? AND {is_one_of('id', some)}",
            now,
            until or now,
            *(row.id for row in some),
        )
        if touched != len(some):
            raise Conflict("due")


async def release(tx: Tx, row: Due, owner: str) -> None:
    """Give an occurrence back undone: whoever looks next decides afresh."""
    await tx.execute(
        "UPDATE due SET lease_until_at = NULL, owner = '' WHERE id = ? AND owner = ?", row.id, owner
    )


async def note_failure(
    tx: Tx,
    row: Due,
    reference: str,
    again_at: datetime | None,
) -> None:
    """An occurrence that could not be done: tried again at a time, or never (None)."""
    await tx.execute(
        "UPDATE due SET attempts = attempts + 1, reference = ?, state = ?, owner = '', "
        "lease_until_at = ? WHERE id = ? AND state = 'waiting'",
        reference,
        "failed" if again_at is None else "waiting",
        again_at,
        row.id,
    )


async def forget(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what was done before a time; of a ticket that is still open all is kept, or it would be
    told again.
    """
    where = "state = 'done' AND done_at < ?"
    params: list[object] = [before]
    if after:
        # What is kept is passed over once, and not with every piece.
        where += " AND (done_at, id) > (?, ?)"
        params += after
    rows = await db.fetch(
        "SELECT id, done_at, CASE WHEN EXISTS (SELECT 1 FROM tickets WHERE no = due.subject "
        "AND status IN ('new', 'open')) THEN 1 ELSE 0 END AS kept "
        f"FROM due WHERE {where} ORDER BY done_at, id LIMIT {PIECE}",
        *params,
    )
    if not rows:
        return Piece(after=after)
    place = (rows[-1]["done_at"], rows[-1]["id"])
    ids = [row["id"] for row in rows if not row["kept"]]
    touched = 0
    if ids:
        touched = await db.write(partial(_forget, ids=ids))
    return Piece(touched, place, more=len(rows) == PIECE)


async def _forget(tx: Tx, ids: Sequence[int]) -> int:
    named = is_one_of("id", ids)
    return await tx.execute(f"DELETE FROM due WHERE {named} AND state = 'done'", *ids)
