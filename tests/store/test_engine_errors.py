"""One rule for both engines: what the driver says and nobody knows means later, a wrong statement is a bug."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from domain.errors import Conflict
from store.engine import sqlite_errors
from store.engine.damage import DatabaseDamaged
from store.engine.database import Database, StoreUnavailable, Tx
from store.engine.postgresql_errors import TRANSLATED

STATEMENTS = ("0A", "21", "22", "23", "42", "54")
"""Classes of SQLSTATE that speak of a statement: not supported, cardinality, data, constraint,
syntax, limits of the program.
"""
NO_STATEMENTS = {
    "InsufficientPrivilegeError": "an operator took a right away",
    "InvalidCachedStatementError": "a migration changed the table: the next try asks anew",
    "DuplicatePreparedStatementError": "a pooler gave us somebody else's session",
}
TRIED_AGAIN = {"DeadlockDetectedError", "SerializationError"}
DAMAGE = {"DataCorruptedError", "IndexCorruptedError"}


def kinds(base: type[Exception]) -> list[type[Exception]]:
    """All that the driver knows of this kind, but warnings."""
    found = [
        kind
        for kind in vars(asyncpg.exceptions).values()
        if isinstance(kind, type) and issubclass(kind, base) and not issubclass(kind, Warning)
    ]
    assert found
    return sorted(found, key=lambda kind: kind.__name__)


def said(error: Exception) -> Exception:
    """What the store says for an error of PostgreSQL's driver."""
    try:
        with TRANSLATED:
            raise error
    except Exception as told:  # noqa: BLE001 - whatever it is, the tests look at it
        return told


@pytest.mark.parametrize("kind", kinds(asyncpg.PostgresError), ids=lambda kind: kind.__name__)
def test_what_postgresql_says(kind: type[asyncpg.PostgresError]) -> None:
    state = kind.sqlstate or ""
    told = said(kind("made up"))
    if kind is asyncpg.UniqueViolationError:
        assert isinstance(told, Conflict)
    elif kind.__name__ in TRIED_AGAIN:
        assert type(told) is kind
    elif state.startswith(STATEMENTS) and kind.__name__ not in NO_STATEMENTS:
        assert type(told) is kind, "a wrong statement is a bug"
    else:
        assert isinstance(told, StoreUnavailable)
        assert isinstance(told, DatabaseDamaged) is (kind.__name__ in DAMAGE)


def test_a_kind_that_the_next_version_brings_means_later() -> None:
    class NewServerError(asyncpg.PostgresError):
        sqlstate = "ZZ001"

    class NewClientError(asyncpg.InternalClientError):
        pass

    for kind in (NewServerError, NewClientError):
        assert isinstance(said(kind("new")), StoreUnavailable)


@pytest.mark.parametrize(
    "error",
    [
        *(kind("lost") for kind in kinds(asyncpg.InterfaceError)),
        *(kind("lost") for kind in kinds(asyncpg.InternalClientError)),
        ConnectionResetError(),
        BrokenPipeError(),
        TimeoutError(),
        EOFError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_driver_of_postgresql_says_by_itself_means_later(error: Exception) -> None:
    assert isinstance(said(error), StoreUnavailable)


def test_an_error_of_ours_stays_what_it_is() -> None:
    for error in (Conflict("due"), KeyError("x"), ValueError("connection"), RuntimeError("x")):
        assert said(error) is error


CODES = {
    name: getattr(sqlite3, name)
    for name in dir(sqlite3)
    if name.startswith("SQLITE_") and isinstance(getattr(sqlite3, name), int)
}
"""Result codes are told from the numbers of actions and limits by their names below."""
PRIMARY = [
    "ABORT",
    "AUTH",
    "BUSY",
    "CANTOPEN",
    "CONSTRAINT",
    "CORRUPT",
    "EMPTY",
    "ERROR",
    "FORMAT",
    "FULL",
    "INTERNAL",
    "INTERRUPT",
    "IOERR",
    "LOCKED",
    "MISMATCH",
    "MISUSE",
    "NOLFS",
    "NOMEM",
    "NOTADB",
    "NOTFOUND",
    "PERM",
    "PROTOCOL",
    "RANGE",
    "READONLY",
    "SCHEMA",
    "TOOBIG",
]
WRONG = {"CONSTRAINT", "ERROR", "MISMATCH", "MISUSE", "RANGE", "TOOBIG"}
RESULTS = {
    name: code
    for name, code in CODES.items()
    if name.removeprefix("SQLITE_").partition("_")[0] in PRIMARY
    and name.removeprefix("SQLITE_") not in ("CREATE_INDEX",)
}


def sqlite_error(code: int) -> sqlite3.DatabaseError:
    error = sqlite3.OperationalError("made up")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("name", RESULTS)
def test_what_sqlite_says(name: str) -> None:
    kind = name.removeprefix("SQLITE_").partition("_")[0]
    error = sqlite_error(RESULTS[name])
    told = sqlite_errors.store_error(error)
    if kind in WRONG and name not in ("SQLITE_ERROR_RETRY", "SQLITE_ERROR_SNAPSHOT"):
        assert told is error
    else:
        assert isinstance(told, StoreUnavailable)
        assert isinstance(told, DatabaseDamaged) is (kind in ("CORRUPT", "NOTADB"))


def test_a_code_that_the_next_sqlite_brings_means_later() -> None:
    assert isinstance(sqlite_errors.store_error(sqlite_error(99)), StoreUnavailable)


@pytest.mark.parametrize(
    ("error", "is_bug"),
    [
        (sqlite3.OperationalError("Could not decode to UTF-8 column 'a'"), False),
        (sqlite3.DatabaseError("new"), False),
        (sqlite3.InternalError("new"), False),
        (sqlite3.ProgrammingError("Cannot operate on a closed database."), False),
        (ValueError("no active connection"), False),
        (sqlite3.ProgrammingError("Incorrect number of bindings supplied."), True),
        (sqlite3.NotSupportedError("URIs not supported"), True),
        (sqlite3.InterfaceError("Error binding parameter 0 - probably unsupported type."), True),
        (ValueError("month must be in 1..12"), True),
    ],
)
def test_what_the_driver_of_sqlite_says_by_itself(error: Exception, is_bug: bool) -> None:
    told = sqlite_errors.store_error(error)
    assert (told is error) is is_bug
    assert is_bug or isinstance(told, StoreUnavailable)


WRONG_STATEMENTS = {
    "no grammar": ("SELEC 1", ()),
    "no such column": ("SELECT nothing FROM counters", ()),
    "no such table": ("SELECT 1 FROM nowhere", ()),
    "no such function": ("SELECT no_such(1)", ()),
    "a parameter too many": ("SELECT value FROM counters WHERE name = ?", ("a", "b")),
    "a parameter too few": ("SELECT value FROM counters WHERE name = ? AND value = ?", ("a",)),
}


@pytest.mark.parametrize("wrong", WRONG_STATEMENTS)
async def test_a_wrong_statement_is_a_bug_however_it_is_asked(db: Database, wrong: str) -> None:
    sql, params = WRONG_STATEMENTS[wrong]

    async def work(tx: Tx) -> None:
        await tx.execute("UPDATE counters SET value = 5")
        await tx.fetch(sql, *params)

    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: db.fetch(sql, *params),
        lambda: db.write(work),
        lambda: db.write(work, shares=True),
    ]
    for call in calls:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error)):
            await call()
    row = await db.fetch_one("SELECT max(value) AS most FROM counters")
    assert row is not None
    assert row["most"] != 5


async def test_a_database_that_lost_its_tables_means_later(db: Database) -> None:
    """As where an empty server answers at the old one's address."""
    await db.write(lambda tx: tx.execute("ALTER TABLE leases RENAME TO were_leases"))
    with pytest.raises(StoreUnavailable, match="tables are gone"):
        await db.fetch("SELECT name FROM leases")
    with pytest.raises(StoreUnavailable, match="tables are gone"):
        await db.write(lambda tx: tx.execute("DELETE FROM leases"))
    await db.write(lambda tx: tx.execute("ALTER TABLE were_leases RENAME TO leases"))
    assert await db.fetch("SELECT name FROM leases") == []


async def test_damage_is_told_by_whoever_met_it(
    tmp_path: Path, opening: Callable[[str], Awaitable[Database]]
) -> None:
    path = tmp_path / "desk.db"
    db = await opening(f"sqlite:///{path}")
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = value"))
    assert db.damage() == ""
    with pytest.raises(DatabaseDamaged):
        await db.write(_meets_damage)
    assert "restore" in db.damage()


async def _meets_damage(_tx: Tx) -> None:
    raise sqlite_errors.store_error(sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX))


@pytest.mark.parametrize("loss", ["gone", "replaced", "log"])
async def test_nothing_is_written_to_a_file_that_would_be_lost(
    tmp_path: Path, opening: Callable[[str], Awaitable[Database]], loss: str
) -> None:
    path = tmp_path / "desk.db"
    db = await opening(f"sqlite:///{path}")
    one_more = "UPDATE counters SET value = value + 1"
    await db.write(lambda tx: tx.execute(one_more))
    before = await db.fetch("SELECT name, value FROM counters ORDER BY name")
    taken = path.with_name("desk.db-wal" if loss == "log" else "desk.db")
    aside = path.with_name("aside")
    taken.rename(aside)
    if loss == "replaced":
        path.write_bytes(b"another")

    for shares in (False, True):
        with pytest.raises(StoreUnavailable, match=r"gone|not the one"):
            await db.write(lambda tx: tx.execute(one_more), shares=shares)
    assert await db.fetch("SELECT name, value FROM counters ORDER BY name") == before

    # Put back, it goes on by itself.
    aside.rename(taken)
    await db.write(lambda tx: tx.execute(one_more))
    assert await db.fetch("SELECT name, value FROM counters ORDER BY name") != before
