"""The rows of a desk on PostgreSQL, read and laid down by a connection of their own."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import asyncpg

from store.engine.postgresql import LONGEST_MIGRATION
from store.engine.postgresql_errors import TRANSLATED
from store.engine.postgresql_pool import LOOKS, MOVES, connect
from store.moving.marks import FILLED, MARK, SAID
from store.moving.rows import PAGE, RowValues, TableShape, fitting, line_of, raw_bytes, told
from store.moving.sqlite_rows import shapes_of

COLUMNS = (
    "SELECT table_name::text, column_name::text FROM information_schema.columns "
    'WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C", column_name COLLATE "C"'
)
TYPES = (
    "SELECT column_name::text, data_type::text FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = $1"
)
NUMBERED = (
    "SELECT table_name::text, pg_get_serial_sequence(quote_ident(table_name), column_name), "
    "column_name::text FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND is_identity = 'YES'"
)
REFERENCES = (
    "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)
_MAKE: Mapping[str, Callable[[str], object]] = {
    "timestamp with time zone": datetime.fromisoformat,
    "date": date.fromisoformat,
    "numeric": Decimal,
}
"""What a text is to the driver, by the type of its column."""


class PostgresqlSnapshot:
    """See `store.moving.rows.Snapshot`."""

    def __init__(self, raw: asyncpg.Connection) -> None:
        self._raw = raw

    async def shapes(self) -> list[TableShape]:
        rows = await self.find(COLUMNS)
        return shapes_of(iter([(table, column) for table, column in rows]))

    async def pages(self, shape: TableShape) -> AsyncGenerator[list[RowValues]]:
        sql = f"SELECT {', '.join(shape.columns)} FROM {shape.name}"
        page: list[RowValues] = []
        async for row in self._raw.cursor(sql, prefetch=PAGE, timeout=LONGEST_MIGRATION):
            page.append([told(value) for value in row])
            if len(page) == PAGE:
                yield page
                page = []
        if page:
            yield page

    async def lines(self, shape: TableShape) -> AsyncGenerator[list[bytes]]:
        async for page in self.pages(shape):
            yield list(map(line_of, page))

    async def numbers(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for table, sequence, _column in await self.find(NUMBERED):
            ((last, is_called),) = await self.find(f"SELECT last_value, is_called FROM {sequence}")
            if is_called:
                found[table] = last
        return found

    async def find(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._raw.fetch(sql, timeout=LONGEST_MIGRATION)]


@asynccontextmanager
async def postgresql_snapshot(url: str) -> AsyncIterator[PostgresqlSnapshot]:
    """The database as it is now, for reading alone."""
    with TRANSLATED:
        raw = await connect(url, LOOKS)
        try:
            async with raw.transaction(isolation="repeatable_read", readonly=True):
                yield PostgresqlSnapshot(raw)
        finally:
            await raw.close()


class PostgresqlTarget:
    """See `store.moving.rows.Target`."""

    def __init__(self, raw: asyncpg.Connection) -> None:
        self._raw = raw

    async def filled(self) -> Mapping[str, int]:
        return dict(await self._raw.fetch(FILLED))

    async def set_references_aside(self) -> None:
        """A table comes before another that it names: what they name is put back in the end."""
        with TRANSLATED:
            await self._set_aside()

    async def _set_aside(self) -> None:
        async with self._raw.transaction():
            for table, name, says in await self._raw.fetch(REFERENCES):
                await self._raw.execute(
                    f"INSERT INTO {MARK} (name, said) VALUES ($1, $2)",
                    f"{table}.{name}",
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} {says}",
                )
                await self._raw.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    async def fill(self, shape: TableShape, pages: AsyncGenerator[list[RowValues]]) -> int:
        with _fitting(shape.name), TRANSLATED:
            return await self._fill(shape, pages)

    async def _fill(self, shape: TableShape, pages: AsyncGenerator[list[RowValues]]) -> int:
        types = dict(await self._raw.fetch(TYPES, shape.name))
        makers = [_MAKE.get(types[name], raw_bytes) for name in shape.columns]
        rows = 0
        async with self._raw.transaction():
            await self._raw.execute(f"DELETE FROM {shape.name}", timeout=LONGEST_MIGRATION)
            async for page in pages:
                rows += len(page)
                await self._raw.copy_records_to_table(
                    shape.name,
                    columns=shape.columns,
                    records=[_made(values, makers) for values in page],
                    timeout=LONGEST_MIGRATION,
                )
            await self._raw.execute(f"DELETE FROM {MARK} WHERE name = $1", shape.name)
            await self._raw.execute(
                f"INSERT INTO {MARK} (name, filled) VALUES ($1, $2)", shape.name, rows
            )
        return rows

    async def finish(self, numbers: Mapping[str, int], after: Sequence[str]) -> None:
        with _fitting("the desk"), TRANSLATED:
            await self._finish(numbers, after)

    async def _finish(self, numbers: Mapping[str, int], after: Sequence[str]) -> None:
        async with self._raw.transaction():
            for table, sequence, column in await self._raw.fetch(NUMBERED):
                given = numbers.get(table, 0)
                highest = await self._raw.fetchval(f"SELECT max({column}) FROM {table}")
                last = max(given, highest or 0)
                await self._raw.execute(
                    "SELECT setval($1, $2, $3)", sequence, max(last, 1), last > 0
                )
            for _name, said in await self._raw.fetch(SAID):
                await self._raw.execute(said, timeout=LONGEST_MIGRATION)
            for statement in after:
                await self._raw.execute(statement, timeout=LONGEST_MIGRATION)


@contextmanager
def _fitting(table: str) -> Iterator[None]:
    """ValueError for rows that are none."""
    with fitting(table):
        try:
            yield
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            raise ValueError(f"a row does not fit into {table}") from error


def _made(values: RowValues, makers: Sequence[Callable[[Any], object]]) -> list[object]:
    pairs = zip(values, makers, strict=True)
    return [None if value is None else make(value) for value, make in pairs]


@asynccontextmanager
async def postgresql_target(url: str) -> AsyncIterator[PostgresqlTarget]:
    """A database that has its tables and the mark."""
    with TRANSLATED:
        raw = await connect(url, MOVES)
    try:
        target = PostgresqlTarget(raw)
        await target.set_references_aside()
        yield target
    finally:
        await raw.close()
