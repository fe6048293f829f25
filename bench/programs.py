"""The programs that are measured, each with its own fake: the desk, the two libraries' own echo
bots, and a bot as people would build it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.postgresql import own_server
from bench.rig import (
    CORES,
    RIG_CORES,
    Program,
    TimedLine,
    TimedTelegram,
    free_port,
    http_status,
    on_cores,
)
from bot.clock import wall_clock
from bot.demo.desk import fill_demo
from domain.configuration import load_configuration
from domain.staff import Identity, Platform, Role
from store.engine.database import Database, Tx
from store.opening import open_database
from store.staff import add_staff, link_identity
from tests.fakes.line_chat import line_id
from tests.fakes.postgres import Postgresql

PEOPLE = 60
MOST_PEOPLE = 500
TELEGRAM_USERS = [700_001 + n for n in range(MOST_PEOPLE)]
LINE_USERS = [line_id(f"officer {n}") for n in range(PEOPLE)]
MISSING_LIBRARY = (
    "bench desk needs SQLAlchemy: .venv/bin/python -m pip install -r requirements-bench.lock"
)
ClientRow = dict[str, str | None]


async def make_desk(url: str, people: int = PEOPLE) -> list[ClientRow]:
    """The demo's year of customers and tickets, and officers who speak on both platforms; returns
    the customers.
    """
    db = await open_database(url)
    try:
        await fill_demo(db, load_configuration(), wall_clock())
        await add_officers(db, people, wall_clock())
        rows = await db.fetch("SELECT code, name, mobile, email FROM customers ORDER BY code")
    finally:
        await db.close()
    return [dict(row) for row in rows]


async def add_officers(db: Database, people: int, now: datetime) -> None:
    """So many officers on Telegram, the first of them on LINE too."""

    async def work(tx: Tx) -> None:
        for n, user in enumerate(TELEGRAM_USERS[:people]):
            officer = await add_staff(tx, f"Officer {n}", Role.OFFICER, now)
            accounts = [(Platform.TELEGRAM, str(user))]
            accounts += [(Platform.LINE, line_user) for line_user in LINE_USERS[n : n + 1]]
            for platform, account in accounts:
                await link_identity(tx, Identity(platform, account, officer, account), now)

    await db.write(work)


class Programs:
    """The fakes for as long as the `with` lasts, and the programs once they are started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._clients: list[ClientRow] = []
        self._server: Postgresql | None = None
        self.desk_telegram = TimedTelegram()
        self.echo_telegram = TimedTelegram()
        self.usual_telegram = TimedTelegram()
        self.unpaced_telegram = TimedTelegram()
        self.desk_line = TimedLine()
        self.echo_line = TimedLine()

    def __enter__(self) -> Self:
        if find_spec("sqlalchemy") is None:
            raise SystemExit(MISSING_LIBRARY)
        self._clients = asyncio.run(make_desk(self.desk_url("desk")))
        self.make_usual(self.usual_url("usual"), PEOPLE)
        self._stack.enter_context(on_cores(RIG_CORES))
        fakes = (
            self.desk_telegram,
            self.echo_telegram,
            self.usual_telegram,
            self.unpaced_telegram,
            self.desk_line,
            self.echo_line,
        )
        for fake in fakes:
            self._stack.enter_context(fake)
        for line in (self.desk_line, self.echo_line):
            line.webhook_url = f"http://127.0.0.1:{free_port()}/line/webhook"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    # Databases.

    def desk_url(self, name: str) -> str:
        """A desk's database in the folder."""
        return f"sqlite:///{self.folder / name}.db"

    def usual_url(self, name: str) -> str:
        """The other bot's."""
        return f"sqlite+aiosqlite:///{self.folder / name}.db"

    def make_usual(self, url: str, people: int) -> None:
        """The other bot's people and customers: the desk's."""
        from bench.usual_bot import fill

        chats = [str(user) for user in TELEGRAM_USERS[:people]]
        asyncio.run(fill(url, chats, self._clients))

    def server(self) -> Postgresql:
        """The one PostgreSQL server, on which what is committed lasts; started at first use."""
        if self._server is None:
            with on_cores(CORES):
                self._server = own_server(durable=True)
            self._stack.callback(self._server.remove)
        return self._server

    # Programs.

    def _run(self, name: str, arguments: Sequence[str], environment: dict[str, str]) -> Program:
        program = Program(arguments, environment, self.folder / f"{name}.log")
        self._stack.callback(program.stop)
        return program

    def start_desk(self) -> tuple[Program, float]:
        """The desk on both platforms, with its own settings; seconds until /readyz says 200."""
        line = self.desk_line
        port = _port(line)
        environment = self._environment(self.desk_url("desk"), self.desk_telegram, port) | {
            "DESKBOT_LINE_CHANNEL_SECRET": line.channel_secret,
            "DESKBOT_LINE_ACCESS_TOKEN": line.access_token,
            "DESKBOT_LINE_API_URL": line.url,
            "DESKBOT_LINE_DATA_API_URL": line.url,
        }
        desk = self._run("desk", ["run_bot.py"], environment)
        return desk, desk.wait(_answers(port))

    def start_unpaced(self, url: str) -> Program:
        """A desk on Telegram that does not keep to Telegram's rate."""
        port = free_port()
        environment = self._environment(url, self.unpaced_telegram, port)
        program = self._run("unpaced", ["-m", "bench.unpaced"], environment)
        program.wait(_answers(port))
        return program

    def _environment(self, url: str, telegram: TimedTelegram, port: int) -> dict[str, str]:
        return {
            "DESKBOT_DATABASE_URL": url,
            "DESKBOT_DATA_DIR": str(self.folder),
            "DESKBOT_TELEGRAM_TOKEN": telegram.token,
            "DESKBOT_TELEGRAM_API_URL": telegram.url,
            "DESKBOT_HTTP_PORT": str(port),
        }

    def start_echo_telegram(self) -> tuple[Program, float]:
        """python-telegram-bot's echo; seconds until it polls."""
        return self._start_polling("echo_telegram", self.echo_telegram)

    def start_usual(self, url: str = "") -> tuple[Program, float]:
        """The bot as people would build it; seconds until it polls."""
        database = url or self.usual_url("usual")
        return self._start_polling("usual_bot", self.usual_telegram, BOT_DATABASE=database)

    def _start_polling(
        self, name: str, fake: TimedTelegram, **settings: str
    ) -> tuple[Program, float]:
        before = fake.polls
        environment = {"ECHO_API": fake.url, "ECHO_TOKEN": fake.token, **settings}
        program = self._run(name, ["-m", f"bench.{name}"], environment)
        return program, program.wait(lambda: fake.polls > before)

    def start_echo_line(self) -> tuple[Program, float]:
        """line-bot-sdk's echo; seconds until it acknowledges a webhook."""
        fake = self.echo_line
        port = _port(fake)
        environment = {
            "ECHO_API": fake.url,
            "ECHO_TOKEN": fake.access_token,
            "ECHO_PORT": str(port),
        }
        program = self._run(
            "echo_line",
            ["-m", "bench.echo_line"],
            environment | {"ECHO_SECRET": fake.channel_secret},
        )
        body, headers = fake.signed([])
        return program, program.wait(
            lambda: http_status(port, "POST", "/line/webhook", body, headers) == 200
        )


def _port(line: TimedLine) -> int:
    return int(line.webhook_url.split(":")[2].split("/")[0])


def _answers(port: int) -> Callable[[], bool]:
    return lambda: http_status(port, "GET", "/readyz") == 200
