"""A register copied from its SQLite file into a PostgreSQL server of the benchmark's own."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import asyncpg

from store.opening import open_database
from tests.fakes.postgres import MISSING, Postgresql, find_binaries

TABLES = {
    "customers": (
        "code",
        "name",
        "organisation",
        "phone",
        "email",
        "folded",
        "created_at",
        "updated_at",
    ),
    "contacts": ("customer_code", "name", "phone"),
    "customer_keys": ("kind", "key", "customer_code"),
    "search_words": ("id", "word"),
}
BATCH = 50_000


def own_server() -> Postgresql:
    """A server in a folder that is thrown away; SystemExit where the machine has no programs for
    it.
    """
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit(MISSING)
    return Postgresql(binaries)


async def copy(path: Path, url: str) -> None:
    """What the search reads, into an empty database, analysed as autovacuum would have done by
    then.
    """
    await (await open_database(url)).close()
    raw, target = sqlite3.connect(path), await asyncpg.connect(url)
    for table, columns in TABLES.items():
        rows = raw.execute(f"SELECT {', '.join(columns)} FROM {table}")
        while some := rows.fetchmany(BATCH):
            records = [_typed(columns, row) for row in some]
            await target.copy_records_to_table(table, records=records, columns=columns)
    await target.execute("VACUUM ANALYZE")
    raw.close()
    await target.close()


def _typed(columns: Sequence[str], row: Sequence[object]) -> tuple[object, ...]:
    return tuple(
        datetime.fromisoformat(str(value)) if column.endswith("_at") else value
        for column, value in zip(columns, row, strict=True)
    )
