"""The four programs, each with its own fake: the desk on both platforms, and the two libraries' own
echo bots.
"""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.rig import Program, TimedLine, TimedTelegram, free_port, http_status
from bot.clock import wall_clock
from bot.demo.desk import fill_demo
from domain.configuration import load_configuration
from domain.staff import Identity, Platform, Role
from store.engine.database import Database, Tx
from store.opening import open_database
from store.staff import add_staff, link_identity
from tests.fakes.line_chat import line_id

PEOPLE = 60
TELEGRAM_USERS = [700_001 + n for n in range(PEOPLE)]
LINE_USERS = [line_id(f"officer {n}") for n in range(PEOPLE)]


async def make_desk(path: Path) -> None:
    """The demo's year of customers and tickets, and PEOPLE officers who speak on both platforms."""
    db = await open_database(f"sqlite:///{path}")
    try:
        await fill_demo(db, load_configuration(), wall_clock())
        await add_officers(db, wall_clock())
    finally:
        await db.close()


async def add_officers(db: Database, now: datetime) -> None:
    """PEOPLE officers who speak on both platforms."""

    async def work(tx: Tx) -> None:
        for n, (telegram_user, line_user) in enumerate(
            zip(TELEGRAM_USERS, LINE_USERS, strict=True)
        ):
            officer = await add_staff(tx, f"Officer {n}", Role.OFFICER, now)
            for platform, user in (
                (Platform.TELEGRAM, str(telegram_user)),
                (Platform.LINE, line_user),
            ):
                await link_identity(tx, Identity(platform, user, officer, user), now)

    await db.write(work)


class Programs:
    """The fakes for as long as the `with` lasts, and the programs once they are started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self.desk_telegram, self.echo_telegram, self.unpaced_telegram = (
            TimedTelegram() for _ in range(3)
        )
        self.desk_line, self.echo_line = TimedLine(), TimedLine()

    def __enter__(self) -> Self:
        asyncio.run(make_desk(self._folder / "desk.db"))
        shutil.copy(self._folder / "desk.db", self._folder / "unpaced.db")
        fakes = (
            self.desk_telegram,
            self.echo_telegram,
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

    def _run(self, name: str, arguments: list[str], environment: dict[str, str]) -> Program:
        program = Program(arguments, environment, self._folder / f"{name}.log")
        self._stack.callback(program.stop)
        return program

    def start_desk(self) -> tuple[Program, float]:
        """The desk on both platforms, with its own settings; seconds until /readyz says 200."""
        line, port = self.desk_line, _port(self.desk_line)
        environment = self._environment("desk", self.desk_telegram, port) | {
            "DESKBOT_LINE_CHANNEL_SECRET": line.channel_secret,
            "DESKBOT_LINE_ACCESS_TOKEN": line.access_token,
            "DESKBOT_LINE_API_URL": line.url,
            "DESKBOT_LINE_DATA_API_URL": line.url,
        }
        desk = self._run("desk", ["run_bot.py"], environment)
        return desk, desk.wait(_answers(port))

    def start_unpaced(self) -> Program:
        """A desk on Telegram that does not keep to Telegram's rate."""
        port = free_port()
        program = self._run(
            "unpaced",
            ["-m", "bench.unpaced"],
            self._environment("unpaced", self.unpaced_telegram, port),
        )
        program.wait(_answers(port))
        return program

    def _environment(self, name: str, telegram: TimedTelegram, port: int) -> dict[str, str]:
        return {
            "DESKBOT_DATABASE_URL": f"sqlite:///{self._folder / name}.db",
            "DESKBOT_DATA_DIR": str(self._folder),
            "DESKBOT_TELEGRAM_TOKEN": telegram.token,
            "DESKBOT_TELEGRAM_API_URL": telegram.url,
            "DESKBOT_HTTP_PORT": str(port),
        }

    def start_echo_telegram(self) -> tuple[Program, float]:
        """python-telegram-bot's echo; seconds until it polls."""
        fake = self.echo_telegram
        before = fake.polls
        environment = {"ECHO_API": fake.url, "ECHO_TOKEN": fake.token}
        program = self._run("echo_telegram", ["-m", "bench.echo_telegram"], environment)
        return program, program.wait(lambda: fake.polls > before)

    def start_echo_line(self) -> tuple[Program, float]:
        """line-bot-sdk's echo; seconds until it acknowledges a webhook."""
        fake, port = self.echo_line, _port(self.echo_line)
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
