"""A real IMAP server of the tests' own: the machine's Dovecot, a folder that is thrown away, one
mailbox.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest

from tests.fakes.clock import CLOCK, PATIENCE

REQUIRED = "DESKBOT_TEST_DOVECOT"
MISSING = "Dovecot's IMAP server is missing; on Debian: apt-get install dovecot-imapd"
# Waits until the tests are over, or killed: then the pipe on its standard input ends.
CLEAN_UP = (
    'read -r end; kill -9 -- "-$(cat "$0/run/master.pid" 2>/dev/null)" 2>/dev/null; rm -rf "$0"'
)
USER, PASSWORD = "desk", 'pä "ss/w@rd'
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = {only_encrypted}
auth_failure_delay = 0
auth_mechanisms = plain
mail_location = maildir:{folder}/mail
first_valid_uid = 1
mailbox_list_index = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
ssl = {ssl}
{certificates}
"""


def find_server() -> str | None:
    """Where Dovecot is, with its IMAP part."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found if found and Path("/usr/lib/dovecot/imap").exists() else None


def is_required() -> bool:
    """In CI a missing server fails the tests, on a laptop it skips them."""
    return bool(os.environ.get("CI")) or os.environ.get(REQUIRED) == "required"


class Dovecot:
    """One mailbox behind a server on a port of its own, run by an ordinary user."""

    def __init__(
        self,
        program: str,
        certificate: tuple[Path, Path] | None = None,
        mechanisms: str = "plain login",
        password: str = PASSWORD,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="deskbot-imap-"))
        self.mail = self.folder / "mail"
        self._numbers = count(1)
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        account = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._uid = account.pw_uid if os.geteuid() == 0 else None
        self._gid = account.pw_gid if os.geteuid() == 0 else None
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        for name in ("cur", "new", "tmp"):
            (self.mail / name).mkdir(parents=True)
        (self.folder / "run").mkdir()
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        certificates = ""
        if certificate:
            for name, path in zip(("key", "cert"), certificate, strict=True):
                shutil.copy(path, self.folder / name)
                certificates += f"ssl_{name} = <{self.folder / name}\n"
        (self.folder / "dovecot.conf").write_text(
            CONFIGURATION.format(
                folder=self.folder,
                user=account.pw_name,
                group=grp.getgrgid(account.pw_gid).gr_name,
                port=self.port,
                only_encrypted="yes" if certificate else "no",
                ssl="required" if certificate else "no",
                certificates=certificates,
            )
        )
        if self._uid is not None:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self._uid, account.pw_gid)
        self._cleaner = subprocess.Popen(
            ["sh", "-c", CLEAN_UP, str(self.folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self.start()

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
        with (self.folder / "program.log").open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                user=self._uid,
                group=self._gid,
                extra_groups=None if self._gid is None else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while True:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop; its clients lose their connections."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # those that still serve somebody
            self._process = None

    def remove(self) -> None:
        """Forget everything; it is given no time to say good-bye, which takes it a second."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._cleaner.communicate()

    def log(self) -> str:
        """What the server said."""
        files = [self.folder / name for name in ("program.log", "dovecot.log")]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    # The mailbox.

    def deliver(self, raw: bytes) -> None:
        """A mail arrives."""
        name = f"{1_790_000_000 + next(self._numbers)}.M1P1.test"
        (self.mail / "tmp" / name).write_bytes(raw)
        if self._uid is not None:
            os.chown(self.mail / "tmp" / name, self._uid, -1)
        os.utime(self.mail / "tmp" / name, (CLOCK.timestamp(),) * 2)  # the day it came, to Dovecot
        (self.mail / "tmp" / name).rename(self.mail / "new" / name)

    def number_anew(self) -> None:
        """As after a restored backup: every mail gets a new UID, and the mailbox a new
        UIDVALIDITY.
        """
        self.stop()
        for file in self.mail.glob("dovecot*"):
            file.unlink()
        (self.mail / "dovecot-uidlist").write_text(
            f"3 V{next(self._numbers) + 1_900_000_000} N1 G{'0' * 32}\n"
        )
        if self._uid is not None:
            os.chown(self.mail / "dovecot-uidlist", self._uid, -1)
        self.start()

    def forget(self, at: int) -> None:
        """One of the mails is deleted."""
        sorted((*self.mail.glob("new/*"), *self.mail.glob("cur/*")), key=lambda file: file.name)[
            at
        ].unlink()

    def flags(self) -> list[str]:
        """The flags of every mail; a mail that somebody opened has S."""
        return [
            file.name.partition(":2,")[2]
            for file in (*self.mail.glob("new/*"), *self.mail.glob("cur/*"))
        ]


@contextmanager
def a_server(
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[Dovecot]:
    """A server that is gone afterwards; skips or fails the test where there is none."""
    program = find_server()
    if program is None:
        if is_required():
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    server = Dovecot(program, certificate)
    try:
        yield server
    finally:
        server.remove()
