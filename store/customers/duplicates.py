"""Pairs of customers that may be one: proposed at night or reported by an officer, decided by the
office.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx, count, is_one_of
from store.engine.rows import column

FEW = 6
STRETCH = 2000
"""Customers that one statement looks at."""
OPEN = "state IN ('proposed', 'reported')"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two codes, the smaller first; `state` is proposed, reported, different or merged."""

    one: str
    other: str
    score: int
    why: str
    state: str = "proposed"
    reported_by: StaffId | None = None


_PAIRS = RecordColumns(Pair)


def pair_of(
    code: str,
    other: str,
    score: int,
    why: str,
) -> Pair:
    """The pair of two codes, in its one order."""
    return Pair(min(code, other), max(code, other), score, why)


async def propose(tx: Tx, pairs: Sequence[Pair], now: datetime) -> None:
    """Remember pairs for the office; one that it has decided about, or that is known, stays as it
    is.
    """
    await tx.execute_many(
        "INSERT INTO duplicates (one, other, score, why, state, found_at) "
        "VALUES (?, ?, ?, ?, 'proposed', ?) ON CONFLICT (one, other) DO NOTHING",
        [(pair.one, pair.other, pair.score, pair.why, now) for pair in pairs],
    )


async def report(
    tx: Tx,
    pairs: Sequence[Pair],
    by: StaffId,
    now: datetime,
) -> None:
    """An officer met these: they are open again, whatever was decided before."""
    await tx.execute_many(
        "INSERT INTO duplicates (one, other, score, why, state, found_at, reported_by) "
        "VALUES (?, ?, ?, ?, 'reported', ?, ?) ON CONFLICT (one, other) DO UPDATE SET "
        "state = 'reported', found_at = excluded.found_at, "
        "reported_by = excluded.reported_by, decided_at = NULL",
        [(pair.one, pair.other, pair.score, pair.why, now, by) for pair in pairs],
    )


async def decide_different(
    tx: Tx,
    one: str,
    other: str,
    by: StaffId,
    now: datetime,
) -> None:
    """These two are not the same: remembered, so that nobody is asked again."""
    await tx.execute(
        "INSERT INTO duplicates (one, other, score, why, state, found_at, decided_at, decided_by) "
        "VALUES (?, ?, 0, '', 'different', ?, ?, ?) ON CONFLICT (one, other) DO UPDATE SET "
        "state = 'different', decided_at = excluded.decided_at, decided_by = excluded.decided_by",
        min(one, other),
        max(one, other),
        now,
        now,
        by,
    )


async def find_pair(db: Reader, one: str, other: str) -> Pair | None:
    """What is known of these two."""
    row = await db.fetch_one(
        f"SELECT {_PAIRS.listed} FROM duplicates WHERE one = ? AND other = ?",
        *sorted((one, other)),
    )
    if row is None:
        return None
    return _PAIRS.of(row)


async def hand_on(
    tx: Tx,
    merged: str,
    survivor: str,
    now: datetime,
) -> None:
    """What officers reported of a code that is merged by now is about its survivor."""
    rows = await tx.fetch(
        f"SELECT {_PAIRS.listed} FROM duplicates "
        "WHERE state = 'reported' AND (one = ? OR other = ?)",
        merged,
        merged,
    )
    handed_on: list[tuple[object, ...]] = []
    for pair in map(_PAIRS.of, rows):
        other = pair.other if pair.one == merged else pair.one
        if other != survivor:
            codes = sorted((survivor, other))
            handed_on.append((*codes, pair.score, pair.why, now, pair.reported_by))
    await tx.execute_many(
        "INSERT INTO duplicates (one, other, score, why, state, found_at, reported_by) "
        "VALUES (?, ?, ?, ?, 'reported', ?, ?) ON CONFLICT (one, other) DO NOTHING",
        handed_on,
    )


async def list_open(db: Reader, limit: int, offset: int = 0) -> list[Pair]:
    """What waits for a decision: reported ones first, then the likeliest; pairs with a merged
    record are settled.
    """
    rows = await db.fetch(
        f"SELECT {_PAIRS.listed} FROM duplicates d WHERE {OPEN} AND {_NOT_MERGED} "
        f"ORDER BY state DESC, score DESC, one, other LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    return [_PAIRS.of(row) for row in rows]


_NOT_MERGED = (
    "NOT EXISTS (SELECT 1 FROM customers c "
    "WHERE c.code IN (d.one, d.other) AND c.merged_into IS NOT NULL)"
)


async def count_open(db: Reader, since: datetime | None = None) -> int:
    """How many pairs wait for a decision; those found since a time where one is given."""
    waiting = f"SELECT count(*) AS n FROM duplicates d WHERE {OPEN} AND {_NOT_MERGED}"
    if since is None:
        return await count(db, waiting)
    return await count(db, f"{waiting} AND found_at >= ?", since)


async def list_known(db: Reader, codes: Sequence[str]) -> set[tuple[str, str]]:
    """The pairs whose smaller code is one of these that were ever proposed, reported or decided."""
    if not codes:
        return set()
    asked = is_one_of("one", codes)
    rows = await db.fetch(f"SELECT one, other FROM duplicates WHERE {asked}", *codes)
    return {(row["one"], row["other"]) for row in rows}


async def list_alike(db: Reader, after: str, limit: int) -> tuple[list[tuple[str, str]], str]:
    """Pairs of codes that share a telephone, an e-mail or the whole name, among the next `limit` of
    the register.

    Returns the pairs whose smaller code is among them, and the last code looked at; empty at the
    register's end. What more than FEW customers share (a switchboard) tells nothing."""
    listed = await db.fetch(
        "SELECT code FROM customers WHERE code > ? AND merged_into IS NULL "
        f"ORDER BY code LIMIT {int(limit)}",
        after,
    )
    codes = column(listed, "code")
    if not codes:
        return [], ""
    rows = await db.fetch(
        # CROSS JOIN and `|| ''` keep SQLite from walking through all telephones first.
        "SELECT a.customer_code AS one, b.customer_code AS other "
        "FROM customer_keys a CROSS JOIN customer_keys b "
        f"WHERE {is_one_of('a.customer_code', codes)} "
        "AND a.kind || '' IN ('phone', 'email', 'whole') "
        "AND b.kind = a.kind AND b.key = a.key AND b.customer_code > a.customer_code "
        "AND (SELECT count(*) FROM (SELECT 1 FROM customer_keys c "
        f"WHERE c.kind = a.kind AND c.key = a.key LIMIT {FEW + 1}) AS sharing) <= {FEW}",
        *codes,
    )
    # Two customers may share more than one thing.
    pairs = dict.fromkeys((row["one"], row["other"]) for row in rows)
    return list(pairs), codes[-1]


async def list_changed(
    db: Reader,
    after: str,
    limit: int,
    since: datetime,
) -> list[str]:
    """The next customers in the order of their codes that were made or changed since a time."""
    found: list[str] = []
    begin: str | None = after
    while begin is not None and len(found) < limit:
        end = await _stretch_end(db, begin)
        where = "code > ?"
        bounds = [begin]
        if end is not None:
            where += " AND code <= ?"
            bounds.append(end)
        rows = await db.fetch(
            f"SELECT code FROM customers WHERE {where} AND updated_at >= ? "
            f"AND merged_into IS NULL ORDER BY code LIMIT {limit - len(found)}",
            *bounds,
            since,
        )
        found += column(rows, "code")
        begin = end
    return found


async def _stretch_end(db: Reader, after: str) -> str | None:
    """The code with which a stretch of the register ends that begins behind this one; None where
    it is the last.
    """
    # Most customers did not change: so many are looked at by one statement, and others get their
    # turn in between.
    row = await db.fetch_one(
        f"SELECT code FROM customers WHERE code > ? ORDER BY code LIMIT 1 OFFSET {STRETCH - 1}",
        after,
    )
    return row["code"] if row else None
