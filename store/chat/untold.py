"""What could not be told to somebody of the staff, until it is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.errors import Conflict
from domain.reach.routes import MAILED
from domain.reach.untold import Untold
from domain.staff import StaffId
from store import due
from store.due import Due
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, is_one_of
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart
from store.engine.rows import column

CLIMB = "climb"
"""The kind of what is due when somebody else hears of what could not be told, and the first word of
the keys of such notices.
"""
HELD = "held"
"""The same for what waited for an answer until its time was over."""
_UNTOLD = RecordColumns(Untold)
_ADDED = ("key", "staff_id", "notice", "since_at", "held_until_at", "message_id")
_WAITS = (
    "told_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox "
    "WHERE outbox.id = untold.message_id AND outbox.state IN ('queued', 'sending', 'sent'))"
)
"""It is not on its way: a message that brought it and did not arrive is none."""
_HAS_ACCESS = "staff_id IN (SELECT id FROM staff WHERE blocked_at IS NULL)"
"""Of whoever has no access any more the work is others' already."""


async def add(tx: Tx, rows: Sequence[Untold]) -> None:
    """Keep what could not be told; what is kept already stays as it is."""
    await tx.execute_many(
        f"INSERT INTO untold ({', '.join(_ADDED)}) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (key) DO NOTHING",
        [
            (row.key, row.staff_id, row.notice, row.since_at, row.held_until_at, row.message_id)
            for row in rows
        ],
    )
    held = {row.held_until_at for row in rows if row.held_until_at is not None}
    await due.plan_again(tx, [Due(HELD, "", at.isoformat(), at) for at in sorted(held)])
    failed = [row.since_at for row in rows if row.held_until_at is None]
    if failed:
        # Whoever looks decides who hears of it, and when.
        await plan_climb(tx, min(failed))


async def plan_climb(tx: Tx, at: datetime) -> None:
    """Somebody looks then who else is to hear of what could not be told."""
    await due.plan_again(tx, [Due(CLIMB, "", "next", at)])


async def list_waiting(db: Reader, staff_id: StaffId) -> list[Untold]:
    """What waits for a person's next answer, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_UNTOLD.listed} FROM untold WHERE staff_id = ? AND {_WAITS} "
        "ORDER BY since_at, id",
        staff_id,
    )
    return [_UNTOLD.of(row) for row in rows]


async def list_by_ids(db: Reader, ids: Sequence[int]) -> list[Untold]:
    """Those of these that are still kept, told by now or not, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_UNTOLD.listed} FROM untold WHERE {is_one_of('id', ids)} ORDER BY since_at, id",
        *ids,
    )
    return [_UNTOLD.of(row) for row in rows]


async def list_still_untold(db: Reader, ids: Sequence[int]) -> list[Untold]:
    """Those of these of which the person was not told by now, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_UNTOLD.listed} FROM untold WHERE {is_one_of('id', ids)} AND told_at IS NULL "
        "ORDER BY since_at, id",
        *ids,
    )
    return [_UNTOLD.of(row) for row in rows]


async def take(tx: Tx, rows: Sequence[Untold], message_id: UUID) -> None:
    """This message brings them; Conflict("changed") where another one does since they were read."""
    for row in rows:
        taken = await tx.execute(
            "UPDATE untold SET message_id = ? WHERE id = ? AND message_id = ? AND told_at IS NULL",
            str(message_id),
            row.id,
            row.message_id,
        )
        if not taken:
            raise Conflict("changed", record="")


async def reclaim(tx: Tx, rows: Sequence[Untold]) -> None:
    """They wait for an answer no longer; Conflict("due") where one came since they were read."""
    for row in rows:
        reclaimed = await tx.execute(
            "UPDATE untold SET message_id = '' WHERE id = ? AND message_id = ? AND told_at IS NULL",
            row.id,
            row.message_id,
        )
        if not reclaimed:
            raise Conflict("due")


async def claim(tx: Tx, ids: Sequence[int], message_id: UUID) -> None:
    """This message brings them, which were reclaimed for it, or could not be sent elsewhere."""
    await tx.execute(
        f"UPDATE untold SET message_id = ? WHERE {is_one_of('id', ids)} AND told_at IS NULL",
        str(message_id),
        *ids,
    )


async def pass_on(tx: Tx, message_id: UUID, to: str) -> None:
    """What this message was to bring is brought by another, "" = by the next answer."""
    await tx.execute(
        "UPDATE untold SET message_id = ? WHERE message_id = ? AND told_at IS NULL",
        to,
        str(message_id),
    )


async def note_failed(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    """What was held back until now could not be told."""
    await tx.execute(
        f"UPDATE untold SET since_at = ?, held_until_at = NULL WHERE {is_one_of('id', ids)} "
        "AND held_until_at IS NOT NULL",
        now,
        *ids,
    )
    await plan_climb(tx, now)


async def failed_by_now(tx: Tx, now: datetime) -> None:
    """What could not be told later than now waits since now, and no longer for a time that never
    was.
    """
    touched = await tx.execute(
        "UPDATE untold SET since_at = ?, "
        "held_until_at = CASE WHEN held_until_at > ? THEN ? ELSE held_until_at END "
        "WHERE since_at > ? AND reached_at IS NULL AND told_at IS NULL",
        now,
        now,
        now,
        now,
    )
    if touched:
        await due.plan_again(tx, [Due(HELD, "", now.isoformat(), now)])
        await plan_climb(tx, now)


async def list_held(db: Reader, now: datetime) -> list[Untold]:
    """What waits for an answer and should not wait any longer, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_UNTOLD.listed} FROM untold WHERE reached_at IS NULL AND held_until_at <= ? "
        f"AND {_WAITS} ORDER BY since_at, id",
        now,
    )
    return [_UNTOLD.of(row) for row in rows]


async def end(tx: Tx, rows: Sequence[Untold], now: datetime) -> None:
    """There is nothing to tell any more."""
    await tx.execute_many(
        "UPDATE untold SET told_at = ?, reached_at = COALESCE(reached_at, ?) WHERE id = ?",
        [(now, now, row.id) for row in rows],
    )


async def note_brought(tx: Tx, message_id: UUID, now: datetime) -> list[str]:
    """The message that brings them was accepted: they are told; returns their notices."""
    rows = await tx.fetch(
        "UPDATE untold SET told_at = ?, reached_at = COALESCE(reached_at, ?) "
        "WHERE message_id = ? AND message_id <> '' AND told_at IS NULL RETURNING notice",
        now,
        now,
        str(message_id),
    )
    return column(rows, "notice")


async def note_told(tx: Tx, key: str, now: datetime) -> None:
    """The person was told it on another route."""
    await tx.execute(
        "UPDATE untold SET told_at = COALESCE(told_at, ?), reached_at = COALESCE(reached_at, ?) "
        "WHERE key = ?",
        now,
        now,
        key,
    )


async def note_reached(tx: Tx, key: str, now: datetime) -> None:
    """Somebody who can act knows of it."""
    await tx.execute(
        "UPDATE untold SET reached_at = ? WHERE key = ? AND reached_at IS NULL", now, key
    )


async def note_came_back(tx: Tx, message_id: str, now: datetime) -> None:
    """The mail that said that it waits came back: nobody knows of it."""
    await tx.execute(
        "UPDATE untold SET reached_at = NULL WHERE told_at IS NULL AND key IN "
        f"(SELECT substr(dedupe_key, 1, length(dedupe_key) - {len(MAILED)}) FROM outbox "
        "WHERE id = ? AND platform = 'mail')",
        message_id,
    )
    await plan_climb(tx, now)


async def note_trying(tx: Tx, row: Untold) -> None:
    """A message is tried again and again: meanwhile it climbs, and its acceptance tells it."""
    await add(tx, [row])
    await tx.execute("UPDATE outbox SET carries = 1 WHERE id = ?", row.message_id)


async def note_all_reached(tx: Tx, ids: Sequence[int], now: datetime) -> list[str]:
    """The same for these; returns their notices."""
    rows = await tx.fetch(
        f"UPDATE untold SET reached_at = COALESCE(reached_at, ?) WHERE {is_one_of('id', ids)} "
        "RETURNING notice",
        now,
        *ids,
    )
    return column(rows, "notice")


async def list_climbing(db: Reader) -> list[Untold]:
    """What nobody who can act knows of, and is not only held, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_UNTOLD.listed} FROM untold WHERE reached_at IS NULL "
        f"AND held_until_at IS NULL AND {_HAS_ACCESS} ORDER BY since_at, id"
    )
    return [_UNTOLD.of(row) for row in rows]


async def is_climb_sent(db: Reader) -> bool:
    """Whether somebody is being told of it just now, as far as that did not fail yet."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM outbox WHERE state IN ('queued', 'sending') AND error = '' "
        f"AND substr(dedupe_key, 1, {len(CLIMB) + 1}) = '{CLIMB}:' LIMIT 1"
    )
    return row is not None


async def note_climbed(tx: Tx, ids: Sequence[int]) -> None:
    """The next of those above hear of these."""
    await tx.execute(f"UPDATE untold SET climbed = climbed + 1 WHERE {is_one_of('id', ids)}", *ids)


async def list_unreached(db: Reader, limit: int) -> list[Untold]:
    """What nobody who can act knows of, the oldest first: also what is still being tried after it
    failed once.
    """
    rows = await db.fetch(
        f"SELECT {_UNTOLD.listed} FROM untold WHERE reached_at IS NULL "
        f"AND held_until_at IS NULL AND {_HAS_ACCESS} AND {_WAITS} "
        f"ORDER BY since_at, id LIMIT {int(limit)}"
    )
    found = [_UNTOLD.of(row) for row in rows]
    tried = await db.fetch(
        "SELECT o.dedupe_key, o.staff_id, o.notice, o.created_at FROM outbox o "
        "WHERE o.state IN ('queued', 'sending') AND o.error <> '' AND o.notice <> '' "
        "AND o.staff_id IS NOT NULL AND o.dedupe_key IS NOT NULL "
        f"ORDER BY o.created_at, o.seq LIMIT {int(limit)}"
    )
    for row in tried:
        staff_id = StaffId(row["staff_id"])
        one = Untold(row["dedupe_key"], staff_id, row["notice"], row["created_at"])
        found.append(one)
    return found


async def forget_person(tx: Tx, staff_id: StaffId) -> None:
    """Drop what waits for somebody whose access is taken away: it may name customers, and the work
    is others' from then on.
    """
    await tx.execute("DELETE FROM untold WHERE staff_id = ?", staff_id)


_TOLD = Outdated("untold", "id", "told_at IS NOT NULL AND told_at < ?", "told_at")


async def forget(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what was told before then."""
    return await _TOLD.drop(db, before)
