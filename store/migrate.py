"""Numbered migrations: `migrations/<engine>/0001_name.sql`, each applied once, in order."""

from datetime import UTC, datetime
from importlib import resources

from store import customers, ticket_texts
from store.database import Tx
from store.tickets import index_data

AFTER = {2: customers.reindex, 4: customers.reindex, 7: index_data, 8: ticket_texts.reindex}
"""What SQL cannot do of a migration, run in the same transaction once the whole schema is there."""


class NewerSchema(Exception):
    """The database was written by a newer deskbot than this one."""


def _files(engine: str) -> list[tuple[int, str]]:
    folder = resources.files("store.migrations") / engine
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), (folder / name).read_text(encoding="utf-8")) for name in names]


def _statements(script: str) -> list[str]:
    """The statements of a migration: each ends with `;` at the end of a line."""
    return [part.strip() for part in script.replace(";\n", ";\0").split("\0") if part.strip().rstrip(";")]


async def apply_migrations(tx: Tx, engine: str, begin: str | None = None) -> None:
    """Bring the schema up to date; raises NewerSchema when the database is ahead of this code.

    `begin` opens the transaction where the caller has not (SQLite).
    """
    if begin:
        await tx.execute(begin)
    time = "TEXT" if engine == "sqlite" else "TIMESTAMPTZ"
    await tx.execute(
        f"CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, applied_at {time} NOT NULL)"
    )
    applied = {row["version"] for row in await tx.fetch("SELECT version FROM schema_migrations")}
    current = max(applied, default=0)
    files = _files(engine)
    if current > files[-1][0]:
        raise NewerSchema(
            f"the database has schema {current}, this deskbot knows {files[-1][0]}: start the newer deskbot"
        )
    for version, script in files:
        if version not in applied:
            for statement in _statements(script):
                await tx.execute(statement)
            await tx.execute(
                "INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)",
                version,
                datetime.now(UTC),
            )
    for finish in dict.fromkeys(AFTER[version] for version, _script in files if version in AFTER.keys() - applied):
        await finish(tx)
    if begin:
        await tx.execute("COMMIT")
