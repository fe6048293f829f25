"""pgbouncer before a server of the tests, where the machine has the program."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlencode

from tests.fakes.postgres import Postgresql

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
PORT = 6543
"""The name of its socket ends with it; nothing listens on a port."""


class Pgbouncer:
    """Hands on sessions of `server` as its `pool_mode` says."""

    def __init__(self, server: Postgresql, pool_mode: str) -> None:
        assert PROGRAM is not None
        self.folder = Path(mkdtemp(prefix="deskbot-pgbouncer-"))
        user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
        if user is not None:
            os.chown(self.folder, user, -1)
        users = self.folder / "users"
        users.write_text('"postgres" ""\n')
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(
            "[databases]\n"
            f"* = host={server.folder} port={server.port} user=postgres\n"
            "[pgbouncer]\n"
            "listen_addr =\n"
            f"listen_port = {PORT}\n"
            f"unix_socket_dir = {self.folder}\n"
            "auth_type = any\n"
            f"auth_file = {users}\n"
            f"pool_mode = {pool_mode}\n"
            "server_lifetime = 3600\n"
        )
        # Whatever this process keeps from others, such as after a verb was run in it.
        users.chmod(0o644)
        settings.chmod(0o644)
        self._settings = settings
        self._user = user
        self.start()

    def start(self) -> None:
        """Take connections."""
        assert PROGRAM is not None
        self._process = subprocess.Popen(
            [PROGRAM, "-q", str(self._settings)],
            cwd=self.folder,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """As a crash would."""
        self._process.kill()
        self._process.wait()

    def url(self, url: str) -> str:
        """The address of a database of the server, by way of this."""
        name = url.split("/")[3].partition("?")[0]
        return (
            f"postgresql://postgres@/{name}?{urlencode({'host': str(self.folder), 'port': PORT})}"
        )

    def is_up(self) -> bool:
        """Whether it takes connections."""
        return (self.folder / f".s.PGSQL.{PORT}").exists()

    def remove(self) -> None:
        """Stop and forget everything."""
        self.stop()
        shutil.rmtree(self.folder)
