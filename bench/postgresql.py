"""A PostgreSQL server of the benchmark's own."""

import os
import pwd
from itertools import count
from pathlib import Path

import asyncpg

from tests.fakes.postgres import INITDB, MISSING, PORT, SETTINGS, Postgresql, find_binaries

DURABLE = "-c listen_addresses= -c fsync=on -c full_page_writes=on -c synchronous_commit=on"
NOT_DURABLE = f"Not durable: PostgreSQL runs with {SETTINGS.replace('-c ', '').split(' ', 1)[1]}."
"""What a report has to say beside figures of a server without DURABLE."""


def own_server(*, durable: bool = False) -> Postgresql:
    """A server in a folder that is thrown away; SystemExit where the machine has no programs for
    it.

    `durable` = what it commits survives a power cut, as in an office; else NOT_DURABLE.
    """
    settings = DURABLE if durable else SETTINGS
    return Postgresql(_binaries(), settings)


def kept_server(folder: Path) -> "KeptServer":
    """A durable server whose folder stays when it stops, as it was left by the run before."""
    return KeptServer(_binaries(), folder)


def _binaries() -> Path:
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit(MISSING)
    return binaries


class KeptServer(Postgresql):
    """A server with one database, in a folder that nobody throws away."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        """Start it; in an empty folder it is made first."""
        self.binaries = binaries
        self._settings = DURABLE
        self.port = PORT
        self._numbers = count(1)
        self._user = None
        self.folder = folder
        if os.geteuid() == 0:
            self._user = pwd.getpwnam("postgres").pw_uid
            os.chown(folder, self._user, -1)
        if not (folder / "data").exists():
            self._run("initdb", *INITDB)
        self.start()

    async def the_database(self) -> str:
        """The URL of its database."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            there = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = 'desk'")
            if there is None:
                await connection.execute("CREATE DATABASE desk TEMPLATE template0")
        finally:
            await connection.close()
        return self.url("desk")
