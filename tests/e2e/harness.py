"""run_bot.py as a process of its own: started, killed, restarted and watched from outside."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, TypeVar

from domain.customers.records import Address, Customer, CustomerCode, Gender
from domain.staff import Identity, Platform, Role, StaffId
from store import staff
from store.customers import records as customers
from store.engine.database import Tx
from store.opening import open_database
from store.records import counters
from tests.e2e.fork_server import Process, run_program, start_program
from tests.fakes.clock import CLOCK, PATIENCE, machine_time
from tests.fakes.line import Delivery, FakeLine
from tests.fakes.line_chat import line_id
from tests.fakes.telegram import FakeTelegram

WEBHOOK_SECRET = "webhook-secret-of-the-test"
RESENT = "(ส่งซ้ำ) "
SAVED = "บันทึกข้อมูลเรียบร้อย"
ODD_NAME = "<b>นางมาลี & <script>"
T = TypeVar("T")
WAITING = """SELECT 1 FROM inbox WHERE state = 'pending'
    UNION ALL SELECT 1 FROM outbox WHERE state IN ('queued', 'sending')"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account on both platforms."""

    telegram: int
    line: str


def person(name: str, telegram: int) -> Person:
    """A person whose accounts are always the same."""
    return Person(telegram, line_id(name))


ADMIN = person("wanna", 1001)
NOK, DAO = person("nok", 1002), person("dao", 1003)
OFFICERS = [person(f"officer-{n}", 1100 + n) for n in range(120)]
"""Further officers: a chat of one's own for each case, so that neither pace nor order mixes
them.
"""
STRANGER = person("stranger", 9001)


# The desk's database.


async def fill(url: str) -> None:
    """Staff with accounts on both platforms, and three customers."""
    now = CLOCK()
    db = await open_database(url)

    async def work(tx: Tx) -> None:
        people = [
            ("วรรณา", Role.ADMIN, ADMIN),
            ("คุณนก", Role.OFFICER, NOK),
            ("คุณดาว", Role.OFFICER, DAO),
        ]
        people += [(f"เจ้าหน้าที่ {n}", Role.OFFICER, who) for n, who in enumerate(OFFICERS)]
        for name, role, who in people:
            await link(tx, await staff.add_staff(tx, name, role, now), who, now)
        for customer in CUSTOMERS:
            await customers.add_customer(tx, customer, now)
        await counters.raise_counter(tx, "customer", 81600)

    await db.write(work)
    await db.close()


async def link(tx: Tx, staff_id: StaffId, who: Person, now: datetime) -> None:
    """Both accounts of a member of staff."""
    for platform, user in ((Platform.TELEGRAM, str(who.telegram)), (Platform.LINE, who.line)):
        await staff.link_identity(tx, Identity(platform, user, staff_id, user), now)


CUSTOMERS = (
    Customer(
        CustomerCode("C81554"),
        "นายสมชาย ใจดี",
        "citizen",
        Gender.MALE,
        mobile="+66812345678",
        email="somchai.jaidee@example.com",
        addresses=(Address("1 ถนนสามเสน", main=True),),
    ),
    Customer(CustomerCode("C81555"), ODD_NAME, "citizen", Gender.FEMALE, phone="+6621417500"),
    Customer(
        CustomerCode("C81556"), "บริษัท ข้อมูลไทย จำกัด", "private", email="info@khomunthai.example"
    ),
)
SECRET_WORDS = (
    "สมชาย",
    "ใจดี",
    "มาลี",
    "ข้อมูลไทย",
    "812345678",
    "081-234-5678",
    "example.com",
    "khomunthai",
)


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """The first true value of `look`; the process under test tells nobody when it has done
    something.
    """
    until = time.monotonic() + seconds
    while not (value := look()):
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return value


KEPT_FOLDERS = ("files", "backups", "erasures")
"""In the data folder."""


class DeskProcess:
    """A desk in a folder of its own: its settings, its database, and the process that serves it."""

    def __init__(
        self,
        folder: Path,
        template: Path,
        telegram: FakeTelegram | None,
        line: FakeLine | None,
        **settings: str,
    ) -> None:
        self.folder, self.telegram, self.line = folder, telegram, line
        self.port = free_port()
        self.database = folder / "desk.db"
        self.expected_tracebacks = 0
        self.trust = ""
        self.zone = ""
        self._stderr = folder / "stderr.log"
        self._process: Process | None = None
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(template, self.database)
        self.settings = self._settings() | settings
        if line:
            line.webhook_url = f"http://127.0.0.1:{self.port}/line/webhook"

    def _settings(self) -> dict[str, str]:
        settings = {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DATA_DIR": str(self.folder),
            "HTTP_PORT": str(self.port),
            "CLOCK": str(CLOCK.file()),
        }
        if self.telegram:
            settings |= {
                "TELEGRAM_TOKEN": self.telegram.token,
                "TELEGRAM_API_URL": self.telegram.url,
            }
        if self.line:
            settings |= {
                "LINE_CHANNEL_SECRET": self.line.channel_secret,
                "LINE_ACCESS_TOKEN": self.line.access_token,
            }
            settings |= {"LINE_API_URL": self.line.url, "LINE_DATA_API_URL": self.line.url}
        return settings

    def use_database(self, path: Path) -> None:
        """Another one than the copy of the template."""
        self.database = path
        self.settings["DATABASE_URL"] = f"sqlite:///{path}"

    # ---- life

    def environment(self, failpoint: str = "") -> dict[str, str]:
        """Nothing of the tester's own environment but where programs are and what day it is."""
        given = {f"DESKBOT_{name}": value for name, value in self.settings.items()}
        trusted = {"SSL_CERT_FILE": self.trust} if self.trust else {}
        somewhere = {"TZ": self.zone} if self.zone else {}
        machine = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **machine_time(), **somewhere}
        return given | trusted | machine | {"DESKBOT_FAILPOINT": failpoint}

    def run(self, *arguments: str) -> "CompletedProcess[str]":
        """One command of run_bot.py, until it ends."""
        return run_program(arguments, self.environment())

    def start(self, failpoint: str = "", *, cold: bool = False) -> "DeskProcess":
        """Serve; returns when the desk is ready, or dead at its failpoint. `cold` = nothing is
        loaded beforehand.
        """
        with self._stderr.open("ab") as stderr, Path(os.devnull).open("r+b") as nothing:
            self._process = start_program(
                [], self.environment(failpoint), nothing, nothing, stderr, cold=cold
            )
        eventually(
            lambda: self.health() == 200 or self.exit_code is not None, f"/readyz; {self.stderr()}"
        )
        if not failpoint:
            assert self.exit_code is None, self.stderr()
        return self

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else 0

    def children(self) -> list[int]:
        """The processes that it has started and that have not ended."""
        assert self._process is not None
        listed: list[int] = []
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            text = (thread / "children").read_text(encoding="ascii")
            listed += map(int, text.split())
        return listed

    def wait_killed(self) -> None:
        """Until the failpoint has struck; everything else than SIGKILL is a failure."""
        eventually(lambda: self.exit_code is not None, "the failpoint")
        assert self.exit_code == -signal.SIGKILL, self.stderr()

    def send_signal(self, number: int) -> None:
        """To this process and nobody else."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> float:
        """SIGTERM; returns the seconds until it was gone, and insists on a good exit code.

        An operator waits five.
        """
        started = time.monotonic()
        self.send_signal(signal.SIGTERM)
        assert self._process is not None
        assert self._process.wait(PATIENCE) == 0, self.stderr()
        return time.monotonic() - started

    def restart_after_kill(self) -> None:
        """The failpoint struck: serve the same database again, without it."""
        self.wait_killed()
        self.start()

    def close(self) -> None:
        """Kill it if it still runs (what stopping does has tests of its own), then look at what it
        said.
        """
        self.kill()
        self.check_stderr()
        self.check_modes()

    def kill(self) -> None:
        """As a crash would, whatever state its database is in."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def check_modes(self) -> None:
        """What a desk keeps is its owner's alone, whatever was there before it."""
        if self._process is None:
            return
        paths = [*self.folder.glob("calls-*")]
        if self.settings["DATABASE_URL"].startswith("sqlite"):
            paths += self.folder.glob(f"{self.database.name}*")
        for folder in filter(Path.is_dir, map(self.folder.joinpath, KEPT_FOLDERS)):
            paths += [folder, *folder.rglob("*")]
        open_to_others = [path for path in paths if path.stat().st_mode & 0o077]
        assert open_to_others == []

    # ---- what it says

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> int:
        """The status of one HTTP request to the desk."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(
                method,
                path,
                body,
                {name.replace("_", "-"): value for name, value in headers.items()},
            )
            return connection.getresponse().status

    def health(self) -> int:
        """The status of /readyz, 0 while nobody answers."""
        try:
            return self.request("GET", "/readyz")
        except OSError:
            return 0

    def stderr(self) -> str:
        """All that every process of this desk logged."""
        return self._stderr.read_text(encoding="utf-8") if self._stderr.exists() else ""

    def check_stderr(self) -> None:
        """No names, telephones, e-mails, messages, tokens; no traceback that the test does not
        expect.
        """
        said = self.stderr()
        leaked = [
            word for word in {*SECRET_WORDS, *self._secrets(), *self._typed()} if word in said
        ]
        assert not leaked, f"in the log: {leaked}"
        assert said.count("Traceback") == self.expected_tracebacks, said

    def _secrets(self) -> Iterator[str]:
        yield WEBHOOK_SECRET
        if self.telegram:
            yield self.telegram.token.partition(":")[2]
        if self.line:
            yield from (self.line.channel_secret, self.line.access_token)

    def _typed(self) -> Iterator[str]:
        """Every line of text that anybody typed and the inbox kept, long enough to be told from the
        log's words.
        """
        for (raw,) in self.rows("SELECT raw FROM inbox"):
            for text in re.findall(r'"text": ("(?:[^"\\]|\\.)*")', raw):
                yield from (
                    line[:40] for line in json.loads(text).splitlines() if len(line.strip()) > 7
                )

    # ---- what it keeps

    def _beside(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, timeout=PATIENCE)

    def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """Read the database beside the process."""
        with closing(self._beside()) as db:
            return db.execute(sql, params).fetchall()

    def write(self, sql: str, *params: object) -> None:
        """Change the database beside the process."""
        with closing(self._beside()) as db, db:
            db.execute(sql, params)

    def tickets(self, details: str) -> int:
        """How many tickets have exactly these details."""
        return int(self.rows("SELECT count(*) FROM tickets WHERE details = ?", details)[0][0])

    def _is_quiet(self, db: sqlite3.Connection) -> bool:
        """Nothing waits to be handled or sent."""
        # First what Telegram still has: what is confirmed a moment later is in the inbox by then.
        if self.telegram and self.telegram.pending_updates:
            return False
        return not db.execute(WAITING).fetchall()

    def settle(self, seconds: float = PATIENCE) -> None:
        """Until everything that came in is answered and out; the failpoint must not have struck."""
        # One connection for all looks: each new one reads the whole schema.
        with closing(self._beside()) as db:
            eventually(
                lambda: self._is_quiet(db) or self.exit_code is not None,
                "all handled and sent",
                seconds,
            )
        assert self.exit_code is None, self.stderr()


class LineCourier:
    """LINE as it brings events: what was not answered with 200 is brought again when the desk is
    back.
    """

    def __init__(self, line: FakeLine) -> None:
        self._line = line
        self.unanswered: list[str] = []

    def bring(self, events: list[dict[str, Any]]) -> Delivery:
        """One webhook request."""
        delivery = self._line.events(events)
        if delivery.status != 200:
            self.unanswered += [event["webhookEventId"] for event in events]
        return delivery

    def say(self, user_id: str, text: str) -> Delivery:
        """A person types."""
        return self.bring([self._line.text_event(user_id, text)])

    def redeliver(self) -> None:
        """Bring again what was not answered."""
        for event_id in self.unanswered:
            assert self._line.redeliver(event_id).status == 200
        self.unanswered.clear()


def one_line(details: str, code: str = "C81554") -> str:
    """A ticket on one line, closed at once: what it writes can be counted by its details."""
    return f"/open {code} โทร 1.1 {details} => แนะนำเว็บไซต์ สสช. ปิด"


def missing_ticket(number: int) -> str:
    """A question whose answer names it: `ไม่พบใบงาน R0000000007`."""
    return f"/ticket R{number:010}"


def make_template(folder: Path) -> Path:
    """A filled database to copy from."""
    path = folder / "template.db"
    asyncio.run(fill(f"sqlite:///{path}"))
    return path
