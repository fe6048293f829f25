"""A PostgreSQL server of the tests' own: the machine's binaries, a folder that is thrown away, a
database a test.
"""

import atexit
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import pytest

from store.opening import open_database
from tests.fakes.clock import PATIENCE

REQUIRED = "DESKBOT_TEST_POSTGRESQL"
MISSING = "PostgreSQL's server programs are missing; on Debian: apt-get install postgresql"
SETTINGS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c autovacuum=off"
# Waits until the tests are over, or killed: then the pipe on its standard input ends.
CLEAN_UP = 'read -r end; "$0/pg_ctl" stop -s -D "$1/data" -m immediate 2>/dev/null; rm -rf "$1"'
# A fresh desk remembers what its migrations wrote; emptying it takes milliseconds, a new database
# up to a second.
REMEMBER = """DO $$ DECLARE t text; BEGIN
    CREATE SCHEMA pristine;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', t, t);
    END LOOP;
END $$"""
EMPTY = """DO $$ DECLARE t text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' LOOP
        EXECUTE format('DELETE FROM public.%I', t);
        EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE pristine.%I', t, t);
    END LOOP;
END $$"""


PORT = 5432
INITDB = (
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--auth=trust",
    "--username=postgres",
    "--no-sync",
)


def find_binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`: Debian's newest, pg_config's, or the one on PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name),
        reverse=True,
    )
    folders = list(debian)
    if config := shutil.which("pg_config"):
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(asked.stdout.strip()))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).parent)
    return next(
        (
            folder
            for folder in folders
            if (folder / "initdb").exists() and (folder / "pg_ctl").exists()
        ),
        None,
    )


def is_required() -> bool:
    """In CI a missing server fails the tests, on a laptop it skips them."""
    return bool(os.environ.get("CI")) or os.environ.get(REQUIRED) == "required"


class Postgresql:
    """A server on a socket in its own folder, run by an ordinary user (PostgreSQL refuses root)."""

    def __init__(
        self,
        binaries: Path,
        settings: str = SETTINGS,
        port: int = PORT,
        follows: "Postgresql | None" = None,
        within: Path | None = None,
    ) -> None:
        """`follows` = the server of which it is a standby; `within` = where its folder is made."""
        self.binaries = binaries
        self._settings = settings
        self.port = port
        self._numbers = count(1)
        self._user: int | None = None
        self._desk = ""
        self.folder = Path(tempfile.mkdtemp(prefix="deskbot-pg-", dir=within))
        if os.geteuid() == 0:
            self._user = pwd.getpwnam("postgres").pw_uid
            os.chown(self.folder, self._user, -1)
        self._cleaner = subprocess.Popen(
            ["sh", "-c", CLEAN_UP, str(binaries), str(self.folder)],
            cwd="/",
            user=self._user,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        if follows is None:
            self._run("initdb", *INITDB)
        else:
            source = ("-h", str(follows.folder), "-p", str(follows.port), "-U", "postgres")
            self._run("pg_basebackup", *source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), "-D", str(self.folder / "data"), *arguments]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PG")
        }
        # pg_ctl's server inherits the pipes, so output goes to a file: else this would wait for the
        # server's end.
        log = self.folder / "program.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment,
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                timeout=PATIENCE,
            )
        assert done.returncode == 0, f"{program} failed:\n{log.read_text(errors='replace')}"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        self._run(
            "pg_ctl",
            "start",
            "-w",
            "-o",
            f"{self._settings} -c port={self.port} -c unix_socket_directories='{self.folder}'",
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop at once, as a crash would, or as pg_ctl's `mode` says."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def promote(self) -> None:
        """The standby takes writes from now on."""
        self._run("pg_ctl", "promote", "-w")

    def is_up(self) -> bool:
        """Whether the server runs; one that met a full disk may have ended by itself."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def remove(self) -> None:
        """Stop and forget everything."""
        self._cleaner.communicate()

    def url(self, database: str) -> str:
        """The DESKBOT_DATABASE_URL of one database."""
        return f"postgresql://postgres@/{database}?{urlencode({'host': str(self.folder), 'port': self.port})}"

    async def execute(self, sql: str, url: str = "") -> None:
        """Run one statement as the server's owner, in the database with this URL."""
        connection = await asyncpg.connect(url or self.url("postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def make_database(self, options: str = "TEMPLATE template0") -> str:
        """A new database; returns its URL."""
        name = f"desk_{next(self._numbers)}"
        await self.execute(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    async def clean_desk(self) -> str:
        """The one desk's database, as if freshly migrated; returns its URL. For one test at a
        time.
        """
        if self._desk:
            await self.execute(EMPTY, self._desk)
        else:
            url = await self.make_database()
            await (await open_database(url)).close()
            await self.execute(REMEMBER, url)
            self._desk = url
        return self._desk

    async def drop(self, url: str) -> None:
        """Drop a database by its URL, with whoever is still connected."""
        found = re.search(r"/(desk_\d+)\?", url)
        assert found, url
        await self.execute(f"DROP DATABASE IF EXISTS {found[1]} WITH (FORCE)")


@cache
def _shared(binaries: Path) -> Postgresql:
    server = Postgresql(binaries)
    atexit.register(server.remove)
    return server


def shared_server() -> Postgresql:
    """The one server of this test run, started at first use; skips or fails the test where there is
    none.
    """
    binaries = find_binaries()
    if binaries is None:
        if is_required():
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return _shared(binaries)
