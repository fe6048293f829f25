"""What an operator sees of the schema: only the desk itself and `migrate` change one."""

import hashlib
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import run_bot
from store.engine import migrate

LAST = migrate.migrations()[-1].name
LOOKING = (["check"], ["migrate", "--dry-run"])
USING = (
    ["export", "customers", "customers.csv"],
    ["invite", "--role", "officer", "--name", "นก"],
    ["tick"],
    ["export", "mails", "mails.jsonl"],
)


class Desk:
    """The verbs on a SQLite desk of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "desk.db"
        self._set = {
            "DESKBOT_DATABASE_URL": f"sqlite:///{self.path}",
            "DESKBOT_DATA_DIR": str(folder),
        }

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(run_bot.app, words, env=self._set)

    def say(self, sql: str) -> None:
        db = sqlite3.connect(self.path, isolation_level=None)
        db.execute(sql)
        db.close()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path)
    assert made.run("migrate").exit_code == 0
    return made


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk that has not seen the newest migration."""
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patched:
        before = migrate.migrations()[:-1]
        patched.setattr(migrate, "migrations", lambda: before)
        made = Desk(tmp_path)
        assert made.run("migrate").exit_code == 0
    return made


@pytest.mark.parametrize("words", LOOKING)
def test_looking_leaves_every_byte_and_says_what_is_pending(older: Desk, words: list[str]) -> None:
    before = older.digest
    done = older.run(*words)

    assert done.exit_code == 0, done.output
    assert LAST in done.output
    assert older.digest == before


@pytest.mark.parametrize("words", USING)
def test_using_an_older_database_is_refused_and_names_the_verb(
    older: Desk, words: list[str]
) -> None:
    before = older.digest
    done = older.run(*words)

    assert done.exit_code == 1
    assert "run_bot.py migrate" in done.stderr
    assert done.stderr.count("\n") == 1
    assert older.digest == before


def test_migrate_brings_it_up_to_date_once_after_a_backup(older: Desk) -> None:
    lacking, told, done = older.run("migrate").stdout.splitlines()
    assert lacking == f"database: lacks 1 migrations: {LAST}"
    assert told.startswith("backup: ")
    assert done == "database: up to date"
    (backup,) = older.path.parent.glob("backups/*.tar")
    inside = older.run("restore", str(backup), "--list").stdout
    assert f"schema {migrate.migrations()[-2].version}" in inside
    assert older.run("migrate").output == "database: up to date\n"
    assert older.run("invite", "--role", "officer", "--name", "นก").exit_code == 0


@pytest.mark.parametrize("words", [*LOOKING, *USING, ["migrate"]])
def test_a_migration_that_was_changed_stops_everything_and_is_named(
    desk: Desk, words: list[str]
) -> None:
    desk.say("UPDATE schema_migrations SET checksum = 'x' WHERE version = 12")
    before = desk.digest
    done = desk.run(*words)

    assert done.exit_code == 1
    assert "0012" in done.stderr
    assert desk.digest == before


def test_a_column_edited_into_an_old_migration_is_seen_without_checksums(desk: Desk) -> None:
    desk.say("UPDATE schema_migrations SET checksum = NULL")
    assert desk.run("check").exit_code == 0
    desk.say("ALTER TABLE tickets DROP COLUMN price")
    done = desk.run("migrate")

    assert done.exit_code == 1
    assert "0001_desk" in done.stderr


@pytest.mark.parametrize("words", [*LOOKING, *USING, ["migrate"]])
@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_no_database_stays_as_it_is(
    tmp_path: Path, words: list[str], content: bytes
) -> None:
    desk = Desk(tmp_path)
    desk.path.write_bytes(content)
    done = desk.run(*words)

    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert desk.path.read_bytes() == content


@pytest.mark.parametrize("words", [*LOOKING, *USING, ["migrate"]])
def test_another_programs_database_stays_as_it_is(tmp_path: Path, words: list[str]) -> None:
    desk = Desk(tmp_path)
    desk.say("CREATE TABLE recipes (name TEXT)")
    before = desk.digest
    done = desk.run(*words)

    assert done.exit_code == 1
    assert "another program" in done.stderr
    assert desk.digest == before


@pytest.mark.parametrize("words", LOOKING)
def test_looking_makes_no_database(tmp_path: Path, words: list[str]) -> None:
    desk = Desk(tmp_path)
    assert desk.run(*words).exit_code == 0
    assert not desk.path.exists()
