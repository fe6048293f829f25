"""What SQLite and its driver say, in the store's errors: a wrong statement is a bug, a unique key
that is taken a conflict, and all else means later.
"""

import sqlite3

from domain.errors import Conflict
from store.engine.damage import DatabaseDamaged
from store.engine.database import StoreUnavailable

BUGS = frozenset(
    (
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_TOOBIG,
    )
)
"""Result codes that speak of the statement and not of the file."""
NO_BUGS = frozenset((sqlite3.SQLITE_ERROR_RETRY, sqlite3.SQLITE_ERROR_SNAPSHOT))
"""Kinds of those that the next try mends."""
UNCODED_BUGS = (sqlite3.ProgrammingError, sqlite3.NotSupportedError)
"""What the driver says by itself, without a code of SQLite's, where it was called wrongly."""
CLOSED = "closed database"
DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


def store_error(error: Exception) -> Exception:
    """The store's error for one of the driver's; the same where it is a bug."""
    if isinstance(error, sqlite3.IntegrityError) and "UNIQUE" in str(error):
        return Conflict("exists", detail=str(error))
    if isinstance(error, sqlite3.DatabaseError) and means_later(error):
        kind = DatabaseDamaged if primary_code(error) in DAMAGED else StoreUnavailable
        return kind(str(error))
    # aiosqlite says "Connection closed"/"no active connection" as ValueError.
    if isinstance(error, ValueError) and "connection" in str(error).lower():
        return StoreUnavailable(str(error))
    return error


def means_later(error: sqlite3.DatabaseError) -> bool:
    """Whether a later try may go well."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return CLOSED in str(error) or not isinstance(error, UNCODED_BUGS)
    return code in NO_BUGS or primary_code(error) not in BUGS


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without what it says of the circumstances; of what the driver says by
    itself it is that of an error.
    """
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
