"""A database is brought to this code's schema once, whole, and never backwards; both engines have
the same.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from store.chat import inbox
from store.engine import migrate
from store.engine.database import Database
from store.engine.migrate import Migration, NewerSchema
from tests.fakes.postgres import Postgresql

Opening = Callable[[str], Awaitable[Database]]
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
EVENT = inbox.Event("telegram", "e1", "telegram:1", 1, "{}")
ROOT = Path(__file__).parents[2]
PROCESS = """
import asyncio, sys
from store.records.counters import reserve_customer_code
from store.opening import open_database

async def main(url):
    print("ready", flush=True)
    sys.stdin.readline()
    db = await open_database(url)
    print(await reserve_customer_code(db))
    await db.close()

asyncio.run(main(sys.argv[1]))
"""
SQLITE_COLUMNS = """
    SELECT t.name AS table_name, c.name AS column_name, NOT (c."notnull" OR c.pk) AS optional, c.type AS type
    FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"""
POSTGRESQL_COLUMNS = """
    SELECT table_name::text, column_name::text, (is_nullable = 'YES') AS optional, data_type::text AS type
    FROM information_schema.columns WHERE table_schema = 'public'"""
UNIQUE = {
    "sqlite": """
    SELECT t.name AS table_name,
    (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns
    FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i."unique"
    UNION SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk = 1
    AND 1 = (SELECT count(*) FROM pragma_table_info(t.name) WHERE pk)""",
    "postgresql": """
    SELECT t.relname::text AS table_name, (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey)
    WITH ORDINALITY AS k(attnum, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) AS columns
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE i.indisunique AND n.nspname = 'public'""",
}


@pytest.fixture
async def both(tmp_path: Path, postgresql: Postgresql, opening: Opening) -> list[Database]:
    """A fresh desk on each engine."""
    return [
        await opening(f"sqlite:///{tmp_path / 'desk.db'}"),
        await opening(await postgresql.clean_desk()),
    ]


async def test_a_fresh_database_gets_the_whole_schema(empty_url: str, opening: Opening) -> None:
    db = await opening(empty_url)
    versions = await db.fetch("SELECT version FROM schema_migrations ORDER BY version")
    counters = await db.fetch("SELECT name, value FROM counters ORDER BY name")
    assert [row["version"] for row in versions] == [each.version for each in migrate.migrations()]
    assert [tuple(row.values()) for row in counters] == [
        ("customer", 0),
        ("holidays", 0),
        ("publication", 0),
        ("request", 0),
        ("ticket", 0),
    ]


async def test_a_second_start_changes_nothing(empty_url: str, opening: Opening) -> None:
    db = await opening(empty_url)
    before = await db.fetch("SELECT version, applied_at FROM schema_migrations")
    await db.write(lambda tx: tx.execute("UPDATE counters SET value = 7 WHERE name = 'ticket'"))
    await db.close()

    db = await opening(empty_url)
    assert await db.fetch("SELECT version, applied_at FROM schema_migrations") == before
    assert (await db.fetch_one("SELECT value FROM counters WHERE name = 'ticket'")) == {"value": 7}


async def test_a_database_of_a_newer_deskbot_stops_the_start(url: str, opening: Opening) -> None:
    db = await opening(url)
    newest = (await db.fetch("SELECT max(version) AS v FROM schema_migrations"))[0]["v"]
    insert = "INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)"
    await db.write(lambda tx: tx.execute(insert, newest + 1, NOW))
    await db.close()

    with pytest.raises(NewerSchema, match=f"schema {newest + 1}, this deskbot knows {newest}"):
        await opening(url)


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty_url: str, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = "CREATE TABLE half (a TEXT);\nINSERT INTO half VALUES ('x;y');\n"
    with monkeypatch.context() as patched:
        broken = "CREATE TABLE more (a TEXT);\nBROKEN;\n"
        patched.setattr(
            migrate,
            "migrations",
            lambda: [Migration(1, "0001_half", first), Migration(2, "0002_more", broken)],
        )
        with pytest.raises(Exception, match=r"(?i)syntax"):
            await opening(empty_url)

    db = await opening(empty_url)
    tables = {row["table_name"] for row in await db.fetch(_columns(db))}
    assert "tickets" in tables
    assert not {"half", "more"} & tables


async def test_projects_of_older_tickets_are_counted_after_the_update(
    empty_url: str, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.migrations()
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: known[:1])
        db = await opening(empty_url)
        await db.write(
            lambda tx: tx.execute(
                "INSERT INTO tickets (no, channel, subject, urgency, mood, complexity, status, details, projects, "
                "data_years, created_at, recorded_at) VALUES "
                "('R1', 'email', '7.2', 'normal', 'normal', 'simple', 'open', 'x', ?, '2562', ?, ?)",
                "SES\nHWS",
                NOW,
                NOW,
            )
        )
        await db.close()

    db = await opening(empty_url)
    rows = await db.fetch("SELECT project, from_on FROM ticket_data ORDER BY project")
    assert [tuple(row.values()) for row in rows] == [
        ("HWS", date(2019, 1, 1)),
        ("SES", date(2019, 1, 1)),
    ]


async def test_older_mails_are_found_by_all_that_they_are_about_after_the_update(
    empty_url: str, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.migrations()
    with monkeypatch.context() as patched:
        before = [each for each in known if each.version < 30]
        patched.setattr(migrate, "migrations", lambda: before)
        db = await opening(empty_url)
        for statement in (
            "INSERT INTO customers (code, name, folded, created_at, updated_at) VALUES ('C1', 'x', 'x', ?, ?)",
            "INSERT INTO tickets (no, channel, subject, urgency, mood, complexity, status, details, created_at, "
            "recorded_at, customer_code) VALUES ('R2', 'email', '7.11', 'normal', 'normal', 'simple', 'closed', "
            "'x', ?, ?, 'C1')",
            "INSERT INTO outbox (id, platform, chat, payload, state, created_at, next_at) "
            "VALUES ('m1', 'mail', 'a@example.com', '', 'sent', ?, ?)",
        ):
            await db.write(lambda tx, statement=statement: tx.execute(statement, NOW, NOW))
        await db.write(
            lambda tx: tx.execute(
                "INSERT INTO mails (id, record, ticket, address, subject, body, purpose, language, files, automatic, "
                "message_id, thread, written_at) "
                "VALUES ('m1', 'O1', 'R2', 'a@example.com', 'x', 'x', 'owed.chase', 'th', '', 0, '<m1>', '', ?)",
                NOW,
            )
        )
        await db.close()

    db = await opening(empty_url)
    rows = await db.fetch("SELECT record FROM mail_records WHERE mail_id = 'm1' ORDER BY record")
    assert [row["record"] for row in rows] == ["C1", "O1", "R2"]


async def test_processes_that_open_a_fresh_database_at_once_all_start(empty_url: str) -> None:
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROCESS, empty_url, cwd=ROOT, stdin=pipe, stdout=pipe
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ends = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(output.decode().strip() for output, _ in ends) == ["C1", "C2", "C3"]


async def test_a_new_sqlite_file_may_be_opened_by_many_at_the_same_moment(
    tmp_path: Path, opening: Opening
) -> None:
    for attempt in range(10):
        await asyncio.gather(*(opening(f"sqlite:///{tmp_path}/{attempt}.db") for _ in range(4)))


def _columns(db: Database) -> str:
    return SQLITE_COLUMNS if db.engine == "sqlite" else POSTGRESQL_COLUMNS


async def test_both_engines_have_the_same_tables_and_columns(both: list[Database]) -> None:
    sqlite, postgresql = [
        {
            (row["table_name"], row["column_name"], bool(row["optional"]))
            for row in await db.fetch(_columns(db))
        }
        for db in both
    ]

    assert sqlite ^ postgresql == set()
    assert ("tickets", "price", True) in sqlite


async def test_both_engines_refuse_the_same_twins(both: list[Database]) -> None:
    sqlite, postgresql = [
        {(row["table_name"], row["columns"]) for row in await db.fetch(UNIQUE[db.engine])}
        for db in both
    ]

    assert sqlite ^ postgresql == set()
    assert ("inbox", "platform,event_id") in sqlite


async def test_times_and_dates_are_known_by_their_columns_names(both: list[Database]) -> None:
    named = {"timestamp with time zone": "_at", "date": "_on"}

    for row in await both[1].fetch(POSTGRESQL_COLUMNS):
        assert named.get(row["type"], "") == next(
            (e for e in ("_at", "_on") if row["column_name"].endswith(e)), ""
        ), row
        assert row["type"] in {*named, "text", "bigint", "integer", "numeric", "bytea"}, row


@pytest.mark.parametrize(
    "url", ["", "desk.db", "mysql://desk", "sqlite://desk.db", "sqlite:desk.db"]
)
async def test_a_url_of_no_known_kind_is_named_with_its_variable(
    url: str, opening: Opening
) -> None:
    with pytest.raises(ValueError, match="DESKBOT_DATABASE_URL must look like"):
        await opening(url)


async def test_what_comes_in_and_goes_out_writes_no_page_for_its_number(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.migrations()
    url = f"sqlite:///{tmp_path}/old.db"
    # A desk from before, with something in it.
    before = [each for each in known if each.version < 38]
    monkeypatch.setattr(migrate, "migrations", lambda: before)
    old = await opening(url)
    await inbox.receive(old, [EVENT], "a", NOW)
    await old.close()

    monkeypatch.setattr(migrate, "migrations", lambda: known)
    db = await opening(url)
    assert (await inbox.receive(db, [replace(EVENT, event_id="e2")], "a", NOW)) == ["telegram:1"]
    rows = await db.fetch("SELECT seq, event_id FROM inbox ORDER BY seq")
    assert [tuple(row.values()) for row in rows] == [(1, "e1"), (2, "e2")]
    assert (
        await db.fetch("SELECT name FROM sqlite_sequence WHERE name IN ('inbox', 'outbox')") == []
    )
    assert [row["integrity_check"] for row in await db.fetch("PRAGMA integrity_check")] == ["ok"]
    await db.close()
