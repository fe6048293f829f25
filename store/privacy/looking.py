"""Takes somebody's marks out of all texts of the database, one short piece after another: reading
holds nobody up, and who writes waits for the few rows in which a mark stood.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from domain.customers.marks import MarkFinder
from store.engine.database import Database, Reader, Row, Tx, is_one_of, marks
from store.engine.rows import column
from store.privacy.columns import WordColumns, list_word_columns, rows_with
from store.privacy.erased_files import hashes_of_mails, unnamed
from store.privacy.sieve import MarkSieve
from store.tickets import records as tickets
from store.tickets import texts as ticket_texts

PIECE = 500
"""Rows whose texts are looked at in one go."""
_JOINED = {
    "sqlite": "CAST(group_concat({}, char(10)) AS BLOB)",
    "postgresql": "convert_to(string_agg({}, chr(10)), 'UTF8')",
}
_LAST = ("audit", "buttons", "changes", "inbox", "outbox", "revisions")
"""Tables that are written from what stands in others: looked at when nothing stands there."""
_VERSIONED = ("customers", "publications", "tickets")
"""Whoever has one open while a text of it is changed meets a conflict: it is not written back."""
_DELETED_WHERE_NAMED = ("buttons",)
"""Tables whose rows are of no use without the words that they hold."""


@dataclass(slots=True)
class TakenOut:
    """What came of one transaction: rows by table, and hashes that no row names any more."""

    rows: Counter[str] = field(default_factory=Counter)
    hashes: list[str] = field(default_factory=list)


Noting = Callable[[Tx, TakenOut], Awaitable[None]]
"""Notes in the same transaction what was taken out."""


@dataclass(frozen=True, slots=True)
class Looking:
    """For whom: what finds the marks, and what stands in their place."""

    finder: MarkFinder
    erased: str
    note: Noting

    async def through_all(self, db: Database) -> None:
        """All tables, to their end."""
        if not self.finder.needles:
            return
        sieve = MarkSieve(self.finder.needles, ("utf-8",))
        columns = await list_word_columns(db, db.engine)
        for each in sorted(columns, key=lambda one: one.table in _LAST):
            if each.has_key:
                await self._through(db, each, sieve)
            else:
                await self._through_at_once(db, each)

    async def _through(self, db: Database, columns: WordColumns, sieve: MarkSieve) -> None:
        """A table, from key to key."""
        after: Sequence[object] = ()
        while True:
            joined = _JOINED[db.engine].format(columns.whole)
            reading = partial(
                _next_texts,
                columns=columns,
                joined=joined,
                after=after,
            )
            until, texts = await db.read_long(reading)
            if texts and sieve.may_hold(texts):
                await self._take_between(db, columns, after, until)
            if not until:
                return
            after = until

    async def _take_between(
        self,
        db: Database,
        columns: WordColumns,
        after: Sequence[object],
        until: Sequence[object],
    ) -> None:
        where, params = _between(columns.key, after, until)
        rows = await db.fetch(f"{columns.select} WHERE {where}", *params)
        await self._take_rows(
            db,
            columns,
            [row for row in rows if columns.are_named(row, self.finder)],
        )

    async def _through_at_once(self, db: Database, columns: WordColumns) -> None:
        """A table that has no key: a small one."""
        reading = partial(
            rows_with,
            columns=columns,
            finder=self.finder,
        )
        rows = await db.read_long(reading)
        await self._take_rows(
            db,
            columns,
            rows,
        )

    async def _take_rows(
        self,
        db: Database,
        columns: WordColumns,
        rows: Sequence[Row],
    ) -> None:
        if not rows:
            return
        taking = partial(
            self._take,
            columns=columns,
            keys=list(map(columns.key_of, rows)),
        )
        await db.write(taking)

    async def _take(
        self,
        tx: Tx,
        columns: WordColumns,
        keys: Sequence[Sequence[object]],
    ) -> None:
        """As they are now: somebody may have written meanwhile."""
        named: list[Row] = []
        of_key = f"{columns.select} WHERE {columns.is_row}"
        for key in keys:
            for row in await tx.fetch(of_key, *key):
                if columns.are_named(row, self.finder):
                    named.append(row)
        if not named:
            return
        await _write_without(tx, columns, named, self)
        taken = TakenOut(Counter({columns.table: len(named)}))
        if columns.table == "tickets":
            await derive_texts(tx, column(named, "no"))
        if columns.table == "incoming_mails":
            mails = column(named, "id")
            raw = await hashes_of_mails(tx, mails)
            taken.hashes += await unnamed(tx, [*filter(None, raw)], mails)
        await self.note(tx, taken)


async def _next_texts(
    db: Reader,
    columns: WordColumns,
    joined: str,
    after: Sequence[object],
) -> tuple[Sequence[object], bytes]:
    """The last key of the next piece, () at the end of the table, and its texts."""
    until: Sequence[object] = ()
    key = ", ".join(columns.key)
    table = columns.table
    where, params = _between(columns.key, after, ())
    edge = await db.fetch_one(
        f"SELECT {key} FROM {table} WHERE {where} ORDER BY {key} LIMIT 1 OFFSET {PIECE - 1}",
        *params,
    )
    if edge:
        until = columns.key_of(edge)
    where, params = _between(columns.key, after, until)
    rows = await db.fetch(
        f"SELECT {joined} AS texts FROM {table} WHERE {where}",
        *params,
    )
    texts = column(rows, "texts")
    return until, b"".join(filter(None, texts))


def _between(
    key: Sequence[str],
    after: Sequence[object],
    until: Sequence[object],
) -> tuple[str, list[object]]:
    """The condition for keys behind one, up to another; () = none is named."""
    names = ", ".join(key)
    signs = marks(key)
    conditions = ["1 = 1"]
    params: list[object] = []
    for sign, edge in ((">", after), ("<=", until)):
        if edge:
            conditions.append(f"({names}) {sign} ({signs})")
            params += edge
    return " AND ".join(conditions), params


async def _write_without(
    tx: Tx,
    columns: WordColumns,
    rows: Sequence[Row],
    looking: Looking,
) -> None:
    if columns.table in _DELETED_WHERE_NAMED:
        keys = map(columns.key_of, rows)
        await tx.execute_many(f"DELETE FROM {columns.table} WHERE {columns.is_row}", keys)
        return
    sets = ", ".join(f"{name} = ?" for name in columns.texts)
    if columns.table in _VERSIONED:
        sets += ", version = version + 1"
    for row in rows:
        await tx.execute(
            f"UPDATE {columns.table} SET {sets} WHERE {columns.is_row}",
            *(_without(row[name], looking) for name in columns.texts),
            *columns.key_of(row),
        )


def _without(text: str | None, looking: Looking) -> str | None:
    if not text:
        return text
    return looking.finder.replaced(text, looking.erased)


async def derive_texts(tx: Tx, nos: Sequence[str]) -> None:
    """What tickets are found by is written anew."""
    found = await tickets.get_tickets(tx, list(nos))
    await ticket_texts.keep(tx, found.values())
    await ticket_texts.forget_index(tx, [*found])


async def forget_index_of(db: Database, codes: Sequence[str]) -> None:
    """What was indexed of the tickets of these customers is indexed anew, when nobody waits."""
    rows = await db.fetch(
        f"SELECT no FROM tickets WHERE {is_one_of('customer_code', codes)}", *codes
    )
    for no in column(rows, "no"):
        await db.write(partial(ticket_texts.forget_index, nos=[no]))
