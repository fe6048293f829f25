"""What one import has met so far: texts by key in a temporary file of SQLite's own, so that memory
stays small.
"""

import sqlite3
from collections.abc import Collection, Mapping


class Scratch:
    """Gone with the process; calls block for microseconds, so they are no coroutines."""

    def __init__(self) -> None:
        # "" = a private database on disk that SQLite deletes on closing.
        # The work of a transaction asks from the database's thread, the rest of an import from
        # another one: never two at a time.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4096"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(
            "CREATE TABLE met (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
        )

    def get(self, keys: Collection[str]) -> dict[str, str]:
        """The values of those keys that were met."""
        found: dict[str, str] = {}
        for key in keys:
            row = self._db.execute("SELECT value FROM met WHERE key = ?", (key,)).fetchone()
            if row is not None:
                found[key] = str(row[0])
        return found

    def put(self, values: Mapping[str, str]) -> None:
        """Remember these, in place of what was there."""
        self._db.executemany(
            "INSERT OR REPLACE INTO met (key, value) VALUES (?, ?)", values.items()
        )

    def close(self) -> None:
        """Forget all."""
        self._db.close()
