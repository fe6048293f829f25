"""Rows past their time, dropped in short pieces: found along an index before anything is locked, so
that nobody waits for what drops nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from store.engine.database import Database, Row, Tx, is_one_of

PIECE = 50
"""Rows that one transaction drops or empties: some milliseconds, also where each stands in several
indexes.
"""
LOOKED_AT = 200
"""Rows that are looked at for one piece, where most may have to stay."""
PieceStart = tuple[object, ...]
"""Behind which key a piece begins; () = at the beginning."""
BEGINNING: PieceStart = ()
Beside = Callable[[Tx, Sequence[int]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of one piece: rows that were dropped or emptied, where the next piece begins, and
    whether there is one to be done now.
    """

    touched: int = 0
    after: PieceStart = BEGINNING
    more: bool = False


@dataclass(frozen=True, slots=True)
class Outdated:
    """Rows of a table for which `where` holds are past their time; `key` is their primary key,
    `order` what an index gives them in.
    """

    table: str
    key: str
    where: str
    order: str

    async def drop(self, db: Database, *params: object) -> Piece:
        """Drop the first of them."""
        return await self._change(db, f"DELETE FROM {self.table}", params)

    async def empty(self, db: Database, columns: Sequence[str], *params: object) -> Piece:
        """Empty these columns of the first of them, after which `where` holds no longer."""
        emptied = ", ".join(f"{column} = ''" for column in columns)
        return await self._change(db, f"UPDATE {self.table} SET {emptied}", params)

    async def _change(self, db: Database, change: str, params: tuple[object, ...]) -> Piece:
        rows = await db.fetch(
            f"SELECT {self.key} FROM {self.table} WHERE {self.where} "
            f"ORDER BY {self.order} LIMIT {PIECE}",
            *params,
        )
        if not rows:
            return Piece()
        touched = await db.write(partial(self._apply, change=change, rows=rows, params=params))
        return Piece(touched, more=len(rows) == PIECE)

    async def _apply(
        self, tx: Tx, change: str, rows: Sequence[Row], params: tuple[object, ...]
    ) -> int:
        keys = [row[self.key] for row in rows]
        # Looked at again: somebody may have taken one up meanwhile.
        named = is_one_of(self.key, keys)
        return await tx.execute(f"{change} WHERE {named} AND {self.where}", *keys, *params)


@dataclass(frozen=True, slots=True)
class OldRows:
    """A table whose rows came in the order of their `seq`, dated by `column`; those for which
    `ended` holds are dropped once they are old, the others stay among them.
    """

    table: str
    column: str
    ended: str

    async def drop(
        self, db: Database, before: datetime, after: PieceStart, beside: Beside | None = None
    ) -> Piece:
        """Drop old ones among the next rows behind `after`; `beside` drops first what belongs to
        them.
        """
        # By the primary key: an index by time would be one more page to write for every message.
        start = after[0] if after else 0
        rows = await db.fetch(
            f"SELECT seq, CASE WHEN {self.column} < ? THEN 1 ELSE 0 END AS old, "
            f"CASE WHEN {self.ended} THEN 1 ELSE 0 END AS ended "
            f"FROM {self.table} WHERE seq > ? ORDER BY seq LIMIT {LOOKED_AT}",
            before,
            start,
        )
        old = [row for row in rows if row["old"]]
        if not old:
            return Piece(after=after)
        last = old[-1]["seq"]
        seqs = [row["seq"] for row in old if row["ended"]]
        more = len(rows) == LOOKED_AT
        if len(seqs) > PIECE:
            seqs = seqs[:PIECE]
            last = seqs[-1]
            more = True
        touched = 0
        if seqs:
            touched = await db.write(partial(self._drop, seqs=seqs, beside=beside))
        return Piece(touched, (last,), more)

    async def _drop(self, tx: Tx, seqs: Sequence[int], beside: Beside | None) -> int:
        if beside is not None:
            await beside(tx, seqs)
        named = is_one_of("seq", seqs)
        return await tx.execute(f"DELETE FROM {self.table} WHERE {named} AND {self.ended}", *seqs)
